"""The mock NAV on a real socket, and a client on it."""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import erp_connect as ec
from erp_connect.testing.mocks.business.company import Company
from erp_connect.testing.mocks.dynamics.nav.web import NavServer
from erp_connect.testing.mocks.network import Network
from erp_connect.testing.mocks.serving import serve

SETTINGS = {"tls": "off", "company": "Harbour Trading", "currency": "EUR", "country": "LV"}


@dataclass
class Place:
    """What a test works with: the client, the company and the server behind it, and the network between them."""

    erp: Any
    company: Company
    server: NavServer
    network: Network
    host: str

    def again(self, **settings: Any) -> ec.Client:
        """Another client of the same server, with a journal of its own."""
        given = {**SETTINGS, "journal": "sqlite://", "password": "webkey", "clock": self.company.world.clock}
        return ec.connect(f"dynamics+nav://ANNA@{self.host}/DynamicsNAV80", **{**given, **settings})

    @property
    def calls(self) -> list[str]:
        """The operations of the order page that were called."""
        return [operation for service, operation in self.server.calls if service == "SalesOrder"]


@contextmanager
def place(company, tmp_path, server=None, **settings):
    """A server with this company, and a client on it; both are closed in the end."""
    server = server or NavServer(company.world)
    network = Network(server)
    with serve(network, threads=8) as url:
        host = url.removeprefix("http://")
        with ec.connect(
            f"dynamics+nav://ANNA@{host}/DynamicsNAV80",
            password="webkey",
            clock=company.world.clock,
            journal=f"sqlite:///{tmp_path}/journal.db",
            **{**SETTINGS, **settings},
        ) as erp:
            yield Place(erp, company, server, network, host)


def draft(*lines, **more):
    """An order for twelve valves, unless something else is said."""
    given = {"customer": "10000", "customer_po": "PO-4711", "currency": "EUR"}
    return ec.OrderDraft(lines=lines or (valves(),), **{**given, **more})


def valves(quantity=12, **more):
    return ec.LineDraft(**{"product": "VALVE-20", "quantity": quantity, "unit": "C62", **more})
