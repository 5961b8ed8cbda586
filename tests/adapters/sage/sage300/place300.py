"""The mock Sage 300 on a real socket, and a client on it."""

import io
import json
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.business.company import Company
from erp_connect.testing.mocks.network import Network
from erp_connect.testing.mocks.sage.sage300.web import Sage300
from erp_connect.testing.mocks.serving import serve

SETTINGS = {"tls": "off", "company": "SAMINC", "charges": "FREIGHT=FRT", "units": "C62=PCS"}


class Recorder:
    """A server that keeps in mind what it was asked: method, path below the company, query and body."""

    def __init__(self, app):
        self.app, self.asked = app, []

    def __call__(self, environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        path = unquote(environ["PATH_INFO"]).rpartition("/SAMINC/")[2]
        said = json.loads(body, parse_float=Decimal) if body else None
        self.asked.append((environ["REQUEST_METHOD"], path, unquote(environ.get("QUERY_STRING", "")), said))
        return self.app(environ, start_response)


@dataclass
class Place:
    """What a test works with: the client, the company and the server behind it, and the network between them."""

    erp: Any
    company: Company
    server: Sage300
    network: Network
    recorder: Recorder
    host: str

    def again(self, **settings: Any) -> ec.Client:
        """Another client of the same server, with a journal of its own."""
        given = {**SETTINGS, "journal": "sqlite://", "password": "webkey", "clock": self.company.world.clock}
        path = settings.pop("path", "")
        user = settings.pop("user", "WEBUSER")
        return ec.connect(f"sage+300://{user}@{self.host}{path}", **{**given, **settings})

    def asked(self, method: str, resource: str) -> list[str]:
        """The queries of all requests of a method to a resource."""
        return [query for sent, path, query, _ in self.recorder.asked if (sent, path) == (method, resource)]

    def sent(self, method: str, resource: str) -> list[Any]:
        """The bodies of all requests of a method to a resource."""
        return [body for sent, path, _, body in self.recorder.asked if (sent, path) == (method, resource)]


@contextmanager
def place(company, tmp_path, server=None, app=None, **settings):
    """A server with this company, and a client on it; both are closed in the end.  ``app`` stands before it."""
    server = server or Sage300(company.world)
    recorder = Recorder(app or server)
    network = Network(recorder)
    with serve(network, threads=8) as url:
        host = url.removeprefix("http://")
        with ec.connect(
            f"sage+300://WEBUSER@{host}",
            clock=company.world.clock,
            journal=f"sqlite:///{tmp_path}/journal.db",
            **{"password": "webkey", **SETTINGS, **settings},
        ) as erp:
            yield Place(erp, company, server, network, recorder, host)


def draft(*lines, **more):
    """An order for twelve valves, unless something else is said."""
    given = {"customer": "10000", "customer_po": "PO-4711", "currency": "EUR"}
    return ec.OrderDraft(lines=lines or (valves(),), **{**given, **more})


def valves(quantity=12, **more):
    return ec.LineDraft(**{"product": "VALVE-20", "quantity": quantity, "unit": "C62", **more})


def euros(amount, per=1):
    return ec.UnitPrice(amount=Decimal(amount), currency="EUR", per=per)


def sooner_or_later(call, clock):
    """What a call ends with when it is repeated under its key, as the errors ask for."""
    for _ in range(8):
        try:
            return call()
        except errors.OutcomeUnknown as unknown:
            clock.sleep((unknown.retry_after or 0) + 1)
        except errors.ErpConnectError as failure:
            if failure.outcome != "not_applied":
                raise
            clock.sleep((failure.retry_after or 0) + 1)
    raise AssertionError("it never ended")
