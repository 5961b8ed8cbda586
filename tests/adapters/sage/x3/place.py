"""The mock X3 on a real socket, and a client on it."""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import erp_connect as ec
from erp_connect.testing.mocks.business.company import Company
from erp_connect.testing.mocks.network import Network
from erp_connect.testing.mocks.sage.x3.samples import subprograms
from erp_connect.testing.mocks.sage.x3.settings import Settings
from erp_connect.testing.mocks.sage.x3.web import SageX3
from erp_connect.testing.mocks.serving import serve

SETTINGS = {
    "tls": "off",
    "pool": "WSPOOL",
    "site": "MAIN",
    "currency": "EUR",
    "line_keys": "rank",
    "delivery_service": "WSSDH",
    "invoice_service": "WSSIH",
    "return_service": "WSSRH",
    "supplier_service": "WSBPS",
    "purchase_service": "WSPOH",
    "receipt_service": "WSPTH",
}


@dataclass
class Place:
    """What a test works with: the client, the folder and the server behind it, and the network between them."""

    erp: Any
    company: Company
    server: SageX3
    network: Network
    host: str

    def again(self, **settings: Any) -> ec.Client:
        """Another client of the same server, with a journal of its own."""
        given = {**SETTINGS, "journal": "sqlite://", "password": "secret", "clock": self.company.world.clock}
        return ec.connect(f"sage+x3://WSUSER@{self.host}", **{**given, **settings})


def new_server(company, **switches):
    return SageX3(company.world, Settings(**{"subprograms": subprograms(), **switches}))


@contextmanager
def place(company, tmp_path, server=None, **settings):
    """A server with this folder, and a client on it; both are closed in the end."""
    server = server or new_server(company)
    app = getattr(server, "app", server)
    network = Network(server)
    with serve(network, threads=8) as url:
        host = url.removeprefix("http://")
        with ec.connect(
            f"sage+x3://WSUSER@{host}",
            password="secret",
            clock=company.world.clock,
            journal=f"sqlite:///{tmp_path}/journal.db",
            **{**SETTINGS, **settings},
        ) as erp:
            yield Place(erp, company, app, network, host)


def draft(*lines, **more):
    """An order for twelve valves, unless something else is said."""
    given = {"customer": "10000", "customer_po": "PO-4711", "currency": "EUR"}
    return ec.OrderDraft(lines=lines or (valves(),), **{**given, **more})


def valves(quantity=12, **more):
    return ec.LineDraft(**{"product": "VALVE-20", "quantity": quantity, "unit": "C62", **more})
