"""The function modules of the mock SAP system over SOAP: the classic processor under ``/sap/bc/soap`` (sap.md 3).

``face`` is the WSGI application, ``wsdl`` what it says of itself, ``messages`` how values travel.  Not offered: the web
services of SOAMANAGER, and sessions that outlive a request, which the reference could not confirm.
"""
