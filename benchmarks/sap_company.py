"""The company on the mock SAP that both sides order from."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

from erp_connect.testing.mocks.sap.documents import Customer, Material
from erp_connect.testing.mocks.sap.world import World

from .far import CUSTOMER, LINES

PRODUCTS = 20
LOGON = {"ashost": "mock", "sysnr": "00", "client": "100", "user": "DEMO", "passwd": "welcome"}
AREA = "client=100&sales_org=1000&distribution_channel=10&division=00"


def products_of(number: int) -> list[tuple[str, int]]:
    """Product and quantity of each line of an order."""
    return [(f"VALVE-{(number + line) % PRODUCTS}", line + 1) for line in range(LINES)]


def new_world() -> World:
    """A system with one customer, twenty products, and enough of each."""
    world = World()
    world.add(Customer(CUSTOMER, "Harbour Pumps", "Quay 1", "20457", "Hamburg"))
    for number in range(PRODUCTS):
        code = f"VALVE-{number}"
        world.add(Material(code, f"Valve {number}"))
        world.prices[code, "EUR"] = Decimal("12.50")
        world.stock[code, "1000"] = Decimal(10**8)
    return world


def standing_orders(world: World, count: int) -> None:
    """So many orders with items, copies of the one that stands."""
    (model,) = world.orders.values()
    for number in range(1, count):
        copied = copy.deepcopy(model)
        copied.number = f"{int(model.number) + number:010d}"
        world.orders[copied.number] = copied


def bapi_parameters(number: int) -> dict[str, Any]:
    """An order as a script would hand it to the create module."""
    items, schedules = [], []
    for place, (product, quantity) in enumerate(products_of(number), start=1):
        item = f"{place * 10:06d}"
        items.append({"ITM_NUMBER": item, "MATERIAL": product, "SALES_UNIT": "ST"})
        schedules.append({"ITM_NUMBER": item, "SCHED_LINE": "0001", "REQ_QTY": Decimal(quantity)})
    header = {"DOC_TYPE": "TA", "SALES_ORG": "1000", "DISTR_CHAN": "10", "DIVISION": "00"}
    return {
        "ORDER_HEADER_IN": {**header, "PURCH_NO_C": f"PO-{number:05d}", "CURRENCY": "EUR"},
        "ORDER_PARTNERS": [{"PARTN_ROLE": "AG", "PARTN_NUMB": CUSTOMER.zfill(10)}],
        "ORDER_ITEMS_IN": items,
        "ORDER_SCHEDULES_IN": schedules,
        "RETURN": [],
    }
