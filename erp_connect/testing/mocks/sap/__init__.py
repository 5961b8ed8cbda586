"""A mock SAP system: a business core, with function modules as ``pyrfc`` shows them, and OData services.

``world``, ``documents``, ``session``: the core, in plain Python.  ``rfc``: the drop-in for ``pyrfc.Connection``.
``odata``: the gateway; ``soap``: the SOAP processor; ``web``: both behind one address, a WSGI application.
Function modules that are not modelled do not exist in this system, and say so as SAP does.
"""
