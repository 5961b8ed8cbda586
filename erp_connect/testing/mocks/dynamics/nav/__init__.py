"""The mock Dynamics NAV: page and codeunit web services over SOAP 1.1 (dynamics.md 2).

``web.NavServer`` is the WSGI application of one server instance, ``settings.Settings`` what an administrator decides.
``model`` says how pages are written down, ``sales``, ``purchases``, ``masters`` and ``history`` are the pages.  Simpler
than the product: a document cannot be created without its customer or vendor, the amount of a line follows from its
price and discount and is not written, and quotes are not published.
"""
