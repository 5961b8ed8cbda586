"""A gateway on a real socket in front of the system of the RFC tests, and a client on it."""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import erp_connect as ec
from erp_connect.adapters.contract import Capabilities, OrderRef
from erp_connect.testing.mocks.network import Network
from erp_connect.testing.mocks.sap.odata.gateway import Gateway
from erp_connect.testing.mocks.sap.odata.settings import Settings
from erp_connect.testing.mocks.sap.world import World
from erp_connect.testing.mocks.serving import serve

SETTINGS = {
    "tls": "off",
    "client": "100",
    "sales_org": "1000",
    "distribution_channel": "10",
    "division": "00",
    "rejection_reason": "Z1",
    "return_reason": "101",
    "return_reasons": "damaged=102",
    "company_code": "1000",
    "purchasing_org": "1000",
    "purchasing_group": "001",
}
VALVES = {"Material": "62", "RequestedQuantity": "12", "RequestedQuantityISOUnit": "PCE"}
PUMPS = {"Material": "PUMP-1", "RequestedQuantity": "2", "RequestedQuantityISOUnit": "PCE"}


@dataclass
class Place:
    """What a test works with: the client, the system behind it, and the network between them."""

    erp: Any
    world: World
    network: Network
    host: str

    @property
    def books(self) -> Any:
        """The books as the client has them, below it."""
        return self.erp._context.adapter

    def again(self, **settings: Any) -> ec.Client:
        """Another client of the same gateway, with a journal of its own."""
        given = {**SETTINGS, "journal": "sqlite://", **settings}
        return ec.connect(
            f"sap+odata://DEMO@{self.host}", password="welcome", clock=self.world.clock, **given
        )

    def enter_order(self, *items: dict[str, str], customer: str = "1234") -> OrderRef:
        """A sales order as people enter it in the system."""
        body = {
            "SalesOrderType": "OR",
            "SalesOrganization": "1000",
            "DistributionChannel": "10",
            "OrganizationDivision": "00",
            "SoldToParty": customer,
            "to_Item": {"results": list(items or (VALVES, PUMPS))},
        }
        made = self.books.office.service("API_SALES_ORDER_SRV").create("A_SalesOrder", body)
        return OrderRef(id=made["SalesOrder"])

    @property
    def known(self) -> Capabilities:
        return self.erp.capabilities

    def count(self, method: str, part: str) -> int:
        """How many requests of a method have gone to such a path."""
        return sum(1 for sent, path in self.network.requests if sent == method and part in path)


@contextmanager
def place(world, tmp_path, gateway=None, **settings):
    """A gateway with these settings, and a client on it with others; both are closed in the end."""
    network = Network(Gateway(world, gateway or Settings()))
    with serve(network) as url:
        host = url.removeprefix("http://")
        with ec.connect(
            f"sap+odata://DEMO@{host}",
            password="welcome",
            clock=world.clock,
            journal=f"sqlite:///{tmp_path}/journal.db",
            **{**SETTINGS, **settings},
        ) as erp:
            yield Place(erp, world, network, host)
