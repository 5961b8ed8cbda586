"""A gateway whose answers a test changes on their way, as another release, site or proxy would have given them."""

import json
from contextlib import contextmanager
from decimal import Decimal

import erp_connect as ec
from erp_connect.testing.mocks.network import Network, called
from erp_connect.testing.mocks.sap.odata.gateway import Gateway
from erp_connect.testing.mocks.sap.odata.settings import Settings
from erp_connect.testing.mocks.serving import serve

from .place import SETTINGS, Place


class Adjusted:
    """Gives every object of a JSON answer to ``change``, and keeps what was sent."""

    def __init__(self, app):
        self.app = app
        self.change = None
        self.sent = []

    def __call__(self, environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length:
            from io import BytesIO

            body = environ["wsgi.input"].read(length)
            self.sent.append(body.decode())
            environ["wsgi.input"] = BytesIO(body)
        if self.change is None:
            return self.app(environ, start_response)
        status, headers, body = called(self.app, environ)
        try:
            whole = json.loads(body, parse_float=Decimal)
        except ValueError:
            pass
        else:
            self._adjust(whole)
            body = json.dumps(whole, default=str).encode()
            headers = [pair for pair in headers if pair[0].lower() != "content-length"]
            headers.append(("Content-Length", str(len(body))))
        start_response(status, headers)
        return [body]

    def _adjust(self, place):
        if isinstance(place, dict):
            self.change(place)
        for inner in list(place.values()) if isinstance(place, dict) else place:
            if isinstance(inner, dict | list):
                self._adjust(inner)


@contextmanager
def adjusted(world, tmp_path, gateway=None, **settings):
    """A place, and the gateway that can be adjusted."""
    network = Network(Gateway(world, gateway or Settings()))
    front = Adjusted(network)
    with serve(front) as url:
        host = url.removeprefix("http://")
        given = {"clock": world.clock, "journal": f"sqlite:///{tmp_path}/journal.db"}
        with ec.connect(
            f"sap+odata://DEMO@{host}", password="welcome", **given, **{**SETTINGS, **settings}
        ) as erp:
            yield Place(erp, world, network, host), front
