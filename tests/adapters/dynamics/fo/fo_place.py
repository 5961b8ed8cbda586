"""The mock Finance & Operations on a real socket, and a client on it."""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import erp_connect as ec
from erp_connect.testing.mocks.business.company import Company
from erp_connect.testing.mocks.dynamics.fo.web import FinanceOperations
from erp_connect.testing.mocks.network import Network
from erp_connect.testing.mocks.serving import serve

SETTINGS = {
    "tls": "off",
    "company": "usmf",
    "client_id": "order-robot",
    "client_secret": "s3cret",
    "sites": "MAIN=1, EAST=2",
    "customer_group": "30",
    "vendor_group": "30",
    "currency": "EUR",
}
WRITES = {"POST", "PATCH", "DELETE"}


@dataclass
class Place:
    """What a test works with: the client, the company and the server behind it, and the network between them."""

    erp: Any
    company: Company
    server: FinanceOperations
    network: Network
    url: str

    def again(self, **settings: Any) -> ec.Client:
        """Another client of the same server, with a journal of its own."""
        return opened(self.url, self.company.world.clock, **{"journal": "sqlite://", **settings})

    def written(self) -> list[tuple[str, str]]:
        """Method and set of all requests that can change something, tokens left out."""
        return [
            (method, path.removeprefix("/data/").partition("(")[0])
            for method, path in self.network.requests
            if method in WRITES and not path.endswith("/token")
        ]


def opened(url, clock, **settings):
    given = {**SETTINGS, "clock": clock, "token_url": f"{url}/harbour.example/oauth2/v2.0/token"}
    return ec.connect(f"dynamics+fo://{url.removeprefix('http://')}", **{**given, **settings})


@contextmanager
def place(company, tmp_path, switches=None, **settings):
    """A server with this company, and a client on it; both are closed in the end."""
    server = FinanceOperations(company.world, switches)
    network = Network(server)
    with serve(network, threads=8) as url:
        journal = f"sqlite:///{tmp_path}/journal.db"
        with opened(url, company.world.clock, **{"journal": journal, **settings}) as erp:
            yield Place(erp, company, server, network, url)


def draft(*lines, **more):
    """An order for twelve valves, unless something else is said."""
    given = {"customer": "10000", "customer_po": "PO-4711", "currency": "EUR"}
    return ec.OrderDraft(lines=lines or (valves(),), **{**given, **more})


def valves(quantity=12, **more):
    return ec.LineDraft(**{"product": "VALVE-20", "quantity": quantity, "unit": "C62", **more})


def orders_of(company):
    """The sales orders that stand in the company."""
    return [paper for paper in company.documents if paper.kind == "order"]
