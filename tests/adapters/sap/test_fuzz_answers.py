"""Answers of the function modules, damaged at random: they are read or refused, and no write is done twice.

``ERP_CONNECT_SEED`` repeats a run.
"""

import copy
import os
import random
import sys
from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.sap import fulfilling, rfc

from .site import draft, valves

TIMES = 300
"""Damaged answers for each thing that is read."""
NUMBERS = {"SALESDOCUMENT", "EXPPURCHASEORDER"}
NOISE = (
    *(
        "",
        " ",
        "X",
        "0",
        "-1",
        "00000000",
        "99999999",
        "20261345",
        "1E400",
        "NaN",
        "0" * 400,
        "ÄÖ\x00",
        "'\"<>",
    ),
    *(None, 0, -1, 10**30, 1.5, True, b"\xff\x00", [], {}, [{}], [[]]),
    *(Decimal("NaN"), Decimal("1E+30"), Decimal("-0.000001"), date(1, 1, 1)),
)


class Damage:
    """Spoils a place or several of the answers of one module."""

    def __init__(self, chance):
        self.chance, self.module = chance, None

    def on(self, function, answer):
        if function != self.module:
            return answer
        spoilt = copy.deepcopy(answer)
        for _ in range(self.chance.choice((1, 1, 2, 5))):
            self._spoil(spoilt)
        for number in NUMBERS & answer.keys():  # nobody can guard against a system that tells another number
            spoilt[number] = answer[number]
        return spoilt

    def _spoil(self, place):
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                return
            key = self.chance.choice(keys)
            inner = place[key]
            if isinstance(inner, dict | list) and inner and self.chance.random() < 0.95:
                place = inner
                continue
            match self.chance.randrange(3):
                case 0:
                    del place[key]
                case 1 if isinstance(place, list):
                    place.append(inner)
                case _:
                    place[key] = self.chance.choice(NOISE)
            return


def bought():
    line = ec.PurchaseOrderLineDraft(product="62", quantity=4, unit="C62", requested=date(2026, 4, 1))
    return ec.PurchaseOrderDraft(supplier="777", currency="EUR", lines=[line])


@pytest.fixture
def damage():
    seed = int(os.environ.get("ERP_CONNECT_SEED") or random.SystemRandom().randrange(10**6))
    sys.stdout.write(f"ERP_CONNECT_SEED={seed}\n")
    return Damage(random.Random(seed))


@pytest.fixture
def system(world, connect, damage):
    class Damaged(rfc.connect_to(world)):
        def call(self, function, *args, **parameters):
            return damage.on(function, super().call(function, *args, **parameters))

    world.vendors.add("0000000777")
    erp = connect(
        connector=Damaged,
        company_code="1000",
        purchasing_org="1000",
        purchasing_group="001",
        return_reason="101",
    )
    order = erp.orders.create(
        draft(valves(), valves(3), notes=("a note",), payment_terms="N30"), key="order"
    ).order
    delivery = fulfilling.deliver(world, order.id, {"000010": Decimal(5)})
    fulfilling.post_goods_issue(world, delivery)
    fulfilling.bill(world, delivery)
    erp.returns.create(ec.ReturnDraft(order=order.id, lines={"000010": 2}, reason="damaged"), key="return")
    erp.purchase_orders.create(bought(), key="purchase")
    return erp, order


READ = {
    "order": ("BAPISDORDER_GETDETAILEDLIST", lambda erp, order: erp.orders.get(order.id)),
    "list": ("BAPISDORDER_GETDETAILEDLIST", lambda erp, _: list(erp.orders.list())),
    "headers": ("RFC_READ_TABLE", lambda erp, _: list(erp.orders.list())),
    "tracking": ("BAPI_DELIVERY_GETLIST", lambda erp, order: erp.orders.track(order.id)),
    "invoices": ("RFC_READ_TABLE", lambda erp, order: erp.invoices.of(order.id)),
    "shipments": ("BAPISDORDER_GETDETAILEDLIST", lambda erp, order: erp.shipments.of(order.id)),
    "customers": ("BAPI_CUSTOMER_GETLIST", lambda erp, _: list(erp.customers.list())),
    "products": ("BAPI_MATERIAL_GETLIST", lambda erp, _: list(erp.products.list())),
    "product": ("BAPI_MATERIAL_GET_DETAIL", lambda erp, _: erp.products.get("62")),
    "stock": ("BAPI_MATERIAL_AVAILABILITY", lambda erp, _: erp.stock.availability("62", 5, "C62")),
    "returns": ("BAPISDORDER_GETDETAILEDLIST", lambda erp, order: erp.returns.of(order.id)),
    "purchase": ("BAPI_PO_GETDETAIL1", lambda erp, _: erp.purchase_orders.find(number="4500000018")),
    "prices": ("BAPI_SALESORDER_SIMULATE", lambda erp, _: erp.prices.quote("1234", "62", 5, "C62")),
}


@pytest.mark.parametrize(("module", "read"), READ.values(), ids=READ)
def test_a_damaged_answer_is_read_or_refused(system, damage, module, read):
    erp, order = system
    damage.module = module
    refused = []
    for _ in range(TIMES):
        try:
            read(erp, order)
        except errors.ErpConnectError as failure:
            refused.append(failure.outcome)
    damage.module = None
    read(erp, order)
    assert set(refused) == {"not_applied"}


@pytest.mark.parametrize("module", ["BAPI_SALESORDER_CREATEFROMDAT2", "BAPI_TRANSACTION_COMMIT"])
def test_a_damaged_answer_to_a_write_makes_no_second_order(system, world, damage, module):
    erp, _ = system
    damage.module = module
    for number in range(TIMES // 3):
        key = f"damaged/{number}"
        wanted = draft(customer_po=key)
        try:
            erp.orders.create(wanted, key=key)
        except errors.ErpConnectError:
            damage.module = None
            world.clock.sleep(2000)
            erp.orders.create(wanted, key=key)
            damage.module = module
    made = [order.fields["PURCH_NO_C"] for order in world.orders.values()]
    assert len(made) == len(set(made)) == TIMES // 3 + 1


@pytest.mark.parametrize("module", ["BAPI_PO_CREATE1", "BAPI_TRANSACTION_COMMIT"])
def test_a_damaged_answer_to_a_write_makes_no_second_purchase_order(system, world, damage, module):
    erp, _ = system
    damage.module = module
    for number in range(TIMES // 3):
        key = f"damaged/{number}"
        try:
            erp.purchase_orders.create(bought(), key=key)
        except errors.ErpConnectError:
            damage.module = None
            world.clock.sleep(2000)
            erp.purchase_orders.create(bought(), key=key)
            damage.module = module
    assert len(world.purchase_orders) == TIMES // 3 + 1
