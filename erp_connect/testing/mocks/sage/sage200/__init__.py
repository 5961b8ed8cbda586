"""A mock Sage 200 (UK), Professional or Standard: the REST API as sage.md section 4 has it.

``web.Sage200`` is the WSGI application, over a ``business.World``: Sage ID's sign-in, ``/sites``, and the API of every
company.  ``settings`` are its switches, ``samples`` a company to try it on, ``office`` what people do at their desks.
Not offered: price books, product search, batch and serial numbers of despatches, nominal ledger.
"""
