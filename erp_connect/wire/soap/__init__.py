"""SOAP access to function modules: a connection that behaves like pyrfc's, over HTTP (sap.md 3).

zeep reads the WSDL and puts requests together; a reply is read by the schema's types, as leniently as the processor
writes it.  Every call is a session of its own, so nothing that is called here is ever committed by another call.
"""

from .connection import SoapConnection
from .interfaces import Modules

__all__ = ["Modules", "SoapConnection"]
