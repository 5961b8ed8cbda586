"""The OData services of the mock SAP system, over the same core as its function modules.

``gateway`` is the WSGI application; each service has its description in ``services`` and its rows in a module here.
What the reference leaves open is not offered: simulation of orders, billing and payment plans, related objects,
preceding documents, addresses of item partners, value added services, approval, variant configuration, percentages
as such in prices of version 4, product and stock writes, Atom.
"""
