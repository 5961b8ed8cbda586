"""A mock SAP system: a business core, and the function modules over it as ``pyrfc`` shows them.

``world``, ``documents``, ``session``: the core, in plain Python.  ``rfc``: the drop-in for ``pyrfc.Connection``.
Function modules that are not modelled do not exist in this system, and say so as SAP does.
"""
