"""The mock Sage 200 on a real socket, and a client on it."""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import erp_connect as ec
from erp_connect.testing.mocks.business.company import Company
from erp_connect.testing.mocks.network import Network
from erp_connect.testing.mocks.sage.sage200.settings import Settings
from erp_connect.testing.mocks.sage.sage200.web import Sage200
from erp_connect.testing.mocks.serving import serve

SETTINGS = {"tls": "off", "warehouse": "MAIN", "currency": "GBP"}


class Turns:
    """A server that does something else when the nth request of a method has come through the network."""

    def __init__(self, app):
        self.app, self.counted, self.waiting = app, {}, {}

    def at(self, method, turn, deed):
        """Do this before the server gets the request that so many of the same method come before, from now on."""
        self.counted.clear()
        self.waiting[method, turn] = deed

    def __call__(self, environ, start_response):
        method = environ["REQUEST_METHOD"]
        self.counted[method] = self.counted.get(method, 0) + 1
        self.waiting.pop((method, self.counted[method]), lambda: None)()
        return self.app(environ, start_response)


@dataclass
class Place:
    """What a test works with: the client, the company and the server behind it, and the network between them."""

    erp: Any
    company: Company
    server: Sage200
    network: Network
    turns: Turns
    host: str

    def again(self, **settings: Any) -> ec.Client:
        """Another client of the same server, with a journal of its own."""
        return connected(self.server, self.host, **{"journal": "sqlite://", **settings})

    def sent(self, method: str) -> list[str]:
        """The paths of all requests of a method, below the API."""
        return [path.rpartition("/v1/")[2] for sent, path in self.network.requests if sent == method]


def token(server):
    return server.headers("Harbour Trading")["Authorization"].removeprefix("Bearer ")


def connected(server, host, **settings):
    given = {**SETTINGS, "token": token(server), "clock": server.world.clock, **settings}
    return ec.connect(f"sage+200://{host}", **given)


@contextmanager
def place(company, tmp_path, switches=None, **settings):
    """A server with this company, and a client on it; both are closed in the end."""
    server = Sage200(company.world, switches or Settings(access_seconds=10**9))
    turns = Turns(server)
    network = Network(turns)
    with serve(network, threads=8) as url:
        host = url.removeprefix("http://")
        journal = f"sqlite:///{tmp_path}/journal.db"
        with connected(server, host, **{"journal": journal, **settings}) as erp:
            yield Place(erp, company, server, network, turns, host)


def draft(*lines, **more):
    """An order for twelve valves, unless something else is said."""
    given = {"customer": "10000", "customer_po": "PO-4711", "currency": "GBP"}
    return ec.OrderDraft(lines=lines or (valves(),), **{**given, **more})


def valves(quantity=12, **more):
    return ec.LineDraft(**{"product": "VALVE-20", "quantity": quantity, "unit": "C62", **more})


def hoses(quantity=10, **more):
    return ec.LineDraft(**{"product": "HOSE-20", "quantity": quantity, "unit": "C62", **more})
