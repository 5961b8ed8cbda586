"""A mock Finance & Operations: the OData of ``/data`` over the business core (dynamics.md 3).

``web.FinanceOperations`` is the WSGI application, ``settings.Settings`` its switches; ``samples.usmf`` founds
a company, and ``clerk`` does what people do in the client: confirm, pick, pack, invoice, cancel.
"""
