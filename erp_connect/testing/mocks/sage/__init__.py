"""Stand-ins for three products called Sage, over the neutral company of ``mocks.business``.

``x3`` (SOAP web services of both generations), ``sage200`` (REST) and ``sage300`` (Web API) are faces: each has its
product's names, addresses, errors and habits, and no business rule of its own that the core could keep.
"""
