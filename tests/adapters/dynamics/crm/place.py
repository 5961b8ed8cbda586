"""The mock Dataverse on a real socket, and a client on it."""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import erp_connect as ec
from erp_connect.testing.mocks.dynamics.crm.organization import Organization
from erp_connect.testing.mocks.dynamics.crm.web import Dataverse
from erp_connect.testing.mocks.network import Network
from erp_connect.testing.mocks.serving import serve


@dataclass
class Place:
    """What a test works with: the client, the environment and the server behind it, and the network between them."""

    erp: Any
    organization: Organization
    server: Dataverse
    network: Network
    url: str

    @property
    def orders(self) -> list[dict[str, Any]]:
        """All orders that are there."""
        organization = self.organization
        return [organization.row("salesorder", row) for row in organization.data["salesorder"]]

    def again(self, **settings: Any) -> ec.Client:
        """Another client of the same environment, with a journal of its own."""
        return ec.connect(
            f"dynamics+crm://{self.url.removeprefix('http://')}",
            clock=self.organization.world.clock,
            **{**credentials(self.url), "journal": "sqlite://", **settings},
        )

    def sent(self) -> list[str]:
        """Methods and paths of all requests, below the root."""
        return [f"{method} {path.partition('/v9.2/')[2]}" for method, path in self.network.requests]


def credentials(url):
    return {
        "tls": "off",
        "client_id": "order-robot",
        "client_secret": "s3cret",
        "token_url": f"{url}/harbour.example/oauth2/v2.0/token",
        "scope": f"{url}/.default",
    }


@contextmanager
def place(organization, tmp_path, **settings):
    """A server with this environment, and a client on it; both are closed in the end."""
    server = Dataverse(organization)
    network = Network(server)
    with (
        serve(network, threads=8) as url,
        ec.connect(
            f"dynamics+crm://{url.removeprefix('http://')}",
            clock=organization.world.clock,
            journal=f"sqlite:///{tmp_path}/journal.db",
            **{**credentials(url), **settings},
        ) as erp,
    ):
        yield Place(erp, organization, server, network, url)


def draft(*lines, **more):
    """An order for twelve valves, unless something else is said."""
    given = {"customer": "10000", "customer_po": "PO-4711", "currency": "EUR"}
    return ec.OrderDraft(lines=lines or (valves(),), **{**given, **more})


def valves(quantity=12, **more):
    return ec.LineDraft(**{"product": "VALVE-20", "quantity": quantity, "unit": "C62", **more})
