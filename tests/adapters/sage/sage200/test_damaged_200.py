"""Answers of Sage 200, damaged at random: they are read or refused, and no write is done twice."""

import pytest

import erp_connect as ec
from erp_connect import errors

from ...damage import Damage, chance
from ...repeating import sooner_or_later
from .place200 import draft, hoses, place, valves

pytestmark = pytest.mark.thorough

TIMES = 60
"""Damaged answers for each thing that is read."""
READ = {
    "get": lambda erp, order: erp.orders.get(order.id),
    "find": lambda erp, order: erp.orders.find(customer_po=order.customer_po),
    "list": lambda erp, _: list(erp.orders.list()),
    "events": lambda erp, _: list(erp.orders.events()),
    "purchases": lambda erp, _: list(erp.purchase_orders.list()),
    "shipments": lambda erp, order: erp.shipments.of(order),
    "invoices": lambda erp, order: erp.invoices.of(order),
    "returns": lambda erp, order: erp.returns.of(order),
    "customer": lambda erp, _: erp.customers.find(number="10000"),
    "product": lambda erp, _: erp.products.find(code="VALVE-20"),
    "stock": lambda erp, _: erp.stock.availability("VALVE-20", 1, "C62"),
    "price": lambda erp, _: erp.prices.quote("10000", "VALVE-20", 1, "C62"),
}


@pytest.mark.parametrize("read", list(READ))
def test_a_damaged_answer_is_read_or_refused(company, tmp_path, switches, read):
    with place(company, tmp_path, switches) as site:
        damage = Damage(site.turns.app, chance(), "/v1/", {"id"})
        site.turns.app = damage
        erp = site.erp
        order = erp.orders.create(draft(valves(), hoses(3)), key="order").order
        erp.shipments.post(order, {1: 4})
        back = ec.ReturnDraft(order=order.id, lines={order.lines[0].id: 2}, reason="crushed")
        erp.returns.create(back, key="back")
        line = ec.PurchaseOrderLineDraft(product="VALVE-20", quantity=10, unit="C62")
        erp.purchase_orders.create(
            ec.PurchaseOrderDraft(supplier="V100", currency="GBP", lines=(line,)), key="buy"
        )
        outcomes = set()
        damage.method = "GET"
        for _ in range(TIMES):
            try:
                READ[read](erp, order)
            except errors.ErpConnectError as failure:
                outcomes.add(failure.outcome)
        damage.method = None
        READ[read](erp, order)
    assert outcomes <= {"not_applied"}


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_damaged_answer_around_a_write_makes_no_second_order(company, clock, tmp_path, switches, method):
    with place(company, tmp_path, switches) as site:
        damage = Damage(site.turns.app, chance(), "/v1/", {"id"})
        site.turns.app = damage
        site.erp.orders.create(draft(customer_po="warm"), key="warm")
        for number in range(TIMES // 3):
            key = f"DAMAGED/{number}"
            damage.method = method
            try:
                site.erp.orders.create(draft(customer_po=key), key=key)
            except errors.ErpConnectError:
                damage.method = None
                sooner_or_later(
                    lambda key=key: site.erp.orders.create(draft(customer_po=key), key=key), clock
                )
            damage.method = None
    assert len(company.documents) == TIMES // 3 + 1


def test_a_damaged_answer_to_a_change_makes_it_once(company, clock, tmp_path, switches):
    with place(company, tmp_path, switches) as site:
        damage = Damage(site.turns.app, chance(), "/v1/", {"id"})
        site.turns.app = damage
        order = site.erp.orders.create(draft(), key="order").order
        for number in range(TIMES // 3):
            change = ec.AddLine(line=hoses(number + 1))
            damage.method = "PUT"
            try:
                site.erp.orders.amend(order.id, change, key=f"add/{number}")
            except errors.ErpConnectError:
                damage.method = None
                sooner_or_later(
                    lambda change=change, number=number: site.erp.orders.amend(
                        order.id, change, key=f"add/{number}"
                    ),
                    clock,
                )
            damage.method = None
        now = site.erp.orders.get(order.id)
    assert [line.quantities.ordered for line in now.lines[1:]] == list(range(1, TIMES // 3 + 1))
