"""The mock Sage 300 on a real socket, and a client on it."""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import erp_connect as ec
from erp_connect.testing.mocks.business.company import Company
from erp_connect.testing.mocks.network import Network
from erp_connect.testing.mocks.sage.sage300.web import Sage300
from erp_connect.testing.mocks.serving import serve

SETTINGS = {"tls": "off", "company": "SAMINC", "charges": "FREIGHT=FRT", "units": "C62=PCS"}


@dataclass
class Place:
    """What a test works with: the client, the company and the server behind it, and the network between them."""

    erp: Any
    company: Company
    server: Sage300
    network: Network
    host: str

    def again(self, **settings: Any) -> ec.Client:
        """Another client of the same server, with a journal of its own."""
        given = {**SETTINGS, "journal": "sqlite://", "password": "webkey", "clock": self.company.world.clock}
        path = settings.pop("path", "")
        user = settings.pop("user", "WEBUSER")
        return ec.connect(f"sage+300://{user}@{self.host}{path}", **{**given, **settings})

    def sent(self, method: str) -> list[str]:
        """The paths of all requests of a method, below the company."""
        return [
            unquote(path).rpartition("/SAMINC/")[2] for sent, path in self.network.requests if sent == method
        ]


@contextmanager
def place(company, tmp_path, server=None, **settings):
    """A server with this company, and a client on it; both are closed in the end."""
    server = server or Sage300(company.world)
    network = Network(server)
    with serve(network, threads=8) as url:
        host = url.removeprefix("http://")
        with ec.connect(
            f"sage+300://WEBUSER@{host}",
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


def euros(amount, per=1):
    return ec.UnitPrice(amount=ec_decimal(amount), currency="EUR", per=per)


def ec_decimal(amount):
    from decimal import Decimal

    return Decimal(amount)
