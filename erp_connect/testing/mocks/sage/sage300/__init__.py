"""A mock Sage 300 Web API: what sage.md section 3 says of it, and no more.

``web.Sage300`` is the WSGI application over a ``business.World``; ``samples`` founds a company for it; ``desktop`` is
what other people do in the product's own windows meanwhile.  ``settings`` are its switches, ``refusing`` words what is
refused, ``catalogue`` says which resources there are.  Names of properties that the page does not give (keys and
totals of invoices, shipments, purchase orders) follow the manner of those that it does.
"""
