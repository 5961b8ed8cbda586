"""An SAP system with a few customers and products, and a client that works on it over RFC."""

from decimal import Decimal

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.sap import rfc
from erp_connect.testing.mocks.sap.documents import Customer, Material
from erp_connect.testing.mocks.sap.world import World

URL = (
    "sap+rfc://DEMO@mock?sysnr=00&client=100&sales_org=1000&distribution_channel=10&division=00"
    "&rejection_reason=Z1"
)


def new_world(clock=None):
    world = World(clock)
    world.add(
        Customer(
            "1234", "Harbour Pumps Ltd", street="Dock 4", postal_code="EH6 6JJ", city="Leith", country="GB"
        ),
        Customer("ACME", "Acme Rockets", city="Penryn", country="GB"),
        Material("62", "Ball valve 20 mm", units={"KAR": Decimal(10)}, plants=("1000", "2000")),
        Material("PUMP-1", "Pump", plants=("1000", "2000")),
    )
    world.prices["000000000000000062", "EUR"] = Decimal("12.50")
    world.prices["PUMP-1", "EUR"] = Decimal(240)
    world.stock["000000000000000062", "1000"] = Decimal(100)
    return world


def connect_to(world, tmp_path, **more):
    given = {"password": "welcome", "connector": rfc.connect_to(world), "clock": world.clock}
    return ec.connect(URL, **{**given, "journal": f"sqlite:///{tmp_path}/journal.db", **more})


def valves(quantity=12, **more):
    return ec.LineDraft(product="62", quantity=quantity, unit="C62", **more)


def draft(*lines, **more):
    given = {"customer": "1234", "customer_po": "PO-4711", "currency": "EUR"}
    return ec.OrderDraft(**{**given, **more, "lines": lines or (valves(),)})


def sooner_or_later(call, clock, *, in_doubt, refused=lambda: None):
    """What a call ends with when it is repeated under its key, as the errors ask for.

    ``in_doubt``: whether its outcome may be unknown at all; ``refused`` looks at the system after each clear no.
    """
    for _ in range(6):
        try:
            return call()
        except errors.OutcomeUnknown as unknown:
            if not in_doubt:
                raise
            clock.sleep((unknown.retry_after or 0) + 1)
        except errors.ErpConnectError as failure:
            if failure.outcome != "not_applied":
                raise
            refused()
            clock.sleep(1)
    raise AssertionError("it never ended")
