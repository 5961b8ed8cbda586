"""The SOAP web services of Sage X3, of both generations (sage.md 2): ``web.SageX3`` is the WSGI application.

``settings`` holds what a site may do differently, ``samples`` a small trading folder, ``model`` and its neighbours
``sales``, ``purchases`` and ``masters`` the blocks and fields of the objects that can be published.
"""
