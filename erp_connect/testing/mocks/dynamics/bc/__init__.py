"""A mock Business Central: API v2.0 as dynamics.md section 1 has it.

``web.BusinessCentral`` is the WSGI application, over a ``business.World``: tokens, the API, webhooks, a custom API
page.  ``settings`` are its switches; ``refusing`` words what is refused.  The names and types of the API are in
``api_v2.txt``.  Not offered: dimensions, attachments, pictures, journals, employees, projects, reports, payments,
opportunities, ODataV4 web services.
"""
