"""A mock Sage 300 Web API: what sage.md section 3 says of it, and no more.

``web.Sage300`` is the WSGI application over a ``business.World``; ``samples`` founds a company for it; ``desktop`` is
what other people do in the product's own windows meanwhile.  ``settings`` are its switches, ``refusing`` words what is
refused, ``catalogue`` says which resources there are.  Properties beyond those of the page bear the names that the
product's own messages have (customers, invoices, credit notes); of purchase orders, receipts and shipments the keys,
numbers and totals are named in the same manner.  Not offered: templates, sales history, batches of AR and AP, returns
and invoices of purchases, movements of stock; the company's profile and orders are not written.
"""
