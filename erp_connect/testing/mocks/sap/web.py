"""Everything that the system answers over HTTP: its OData gateway and its SOAP processor behind one address."""

from __future__ import annotations

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from .odata.gateway import Gateway
from .odata.settings import Settings as ODataSettings
from .soap.face import SoapFace
from .soap.settings import Settings as SoapSettings
from .world import World


class WebServer:
    """The WSGI application of one system."""

    def __init__(
        self, world: World, odata: ODataSettings | None = None, soap: SoapSettings | None = None
    ) -> None:
        self.gateway = Gateway(world, odata)
        self.soap = SoapFace(world, soap)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """A WSGI application."""
        over_soap = environ["PATH_INFO"].startswith("/sap/bc/soap/")
        return (self.soap if over_soap else self.gateway)(environ, start_response)
