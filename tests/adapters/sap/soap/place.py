"""The system of the RFC tests behind a real socket, spoken to over SOAP, with the site's wrappers or without."""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import erp_connect as ec
from erp_connect.testing.mocks.network import Network
from erp_connect.testing.mocks.sap.soap.settings import Settings
from erp_connect.testing.mocks.sap.web import WebServer
from erp_connect.testing.mocks.sap.world import World
from erp_connect.testing.mocks.serving import serve

WRAPPERS = {
    "BAPI_SALESORDER_CREATEFROMDAT2": "Z_ORDER_CREATE",
    "BAPI_SALESORDER_CHANGE": "Z_ORDER_CHANGE",
    "BAPI_CUSTOMERRETURN_CREATE": "Z_RETURN_CREATE",
}
SETTINGS = {
    "tls": "off",
    "client": "100",
    "sales_org": "1000",
    "distribution_channel": "10",
    "division": "00",
    "rejection_reason": "Z1",
    "return_reason": "101",
}


@dataclass
class Place:
    """What a test works with: the client, the system behind it, and the network between them."""

    erp: Any
    world: World
    network: Network
    host: str


@contextmanager
def place(world, tmp_path, soap=None, *, wrapped=True, **settings):
    """A SOAP processor with these settings, and a client on it with others; both are closed in the end."""
    world.settings.wrappers = {wrapper: module for module, wrapper in WRAPPERS.items()}
    network = Network(WebServer(world, soap=soap or Settings()))
    with serve(network) as url:
        host = url.removeprefix("http://")
        given = (
            {"wrappers": ", ".join(f"{module}={name}" for module, name in WRAPPERS.items())}
            if wrapped
            else {}
        )
        with ec.connect(
            f"sap+soap://DEMO@{host}",
            clock=world.clock,
            journal=f"sqlite:///{tmp_path}/journal.db",
            **{"password": "welcome", **SETTINGS, **given, **settings},
        ) as erp:
            yield Place(erp, world, network, host)
