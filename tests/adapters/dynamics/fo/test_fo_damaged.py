"""Answers of Finance & Operations, damaged at random: they are read or refused, and no write is done twice."""

from contextlib import contextmanager
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.dynamics.fo import clerk
from erp_connect.testing.mocks.dynamics.fo.web import FinanceOperations
from erp_connect.testing.mocks.serving import serve

from ...damage import Damage, chance
from ...repeating import sooner_or_later
from .fo_place import draft, opened, orders_of, valves

pytestmark = pytest.mark.thorough

TIMES = 80
"""Damaged answers for each thing that is read."""
NAMED = {"SalesOrderNumber", "PurchaseOrderNumber", "ReturnOrderNumber", "dataAreaId"}


@contextmanager
def damaged(company, tmp_path):
    damage = Damage(FinanceOperations(company.world), chance(), "/data", NAMED)
    with serve(damage) as url:
        journal = f"sqlite:///{tmp_path}/journal.db"
        with opened(url, company.world.clock, journal=journal) as erp:
            yield erp, damage


READ = {
    "get": lambda erp, order: erp.orders.get(order.id),
    "find": lambda erp, order: erp.orders.find(customer_po=order.customer_po),
    "list": lambda erp, _: list(erp.orders.list()),
    "shipments": lambda erp, order: erp.shipments.of(order),
    "invoices": lambda erp, order: erp.invoices.of(order),
    "returns": lambda erp, order: erp.returns.of(order),
    "customer": lambda erp, _: erp.customers.find(number="10000"),
    "product": lambda erp, _: erp.products.find(code="VALVE-20"),
    "stock": lambda erp, _: erp.stock.availability("VALVE-20", 1, "C62"),
    "price": lambda erp, _: erp.prices.quote("10000", "VALVE-20", 1, "C62"),
}


@pytest.mark.parametrize("read", list(READ))
def test_a_damaged_answer_is_read_or_refused(company, tmp_path, read):
    with damaged(company, tmp_path) as (erp, damage):
        order = erp.orders.create(draft(valves(), valves(3)), key="order").order
        clerk.pack(
            company, company.find("order", order.number), {1: Decimal(5)}, tracking=[("1Z", "https://t")]
        )
        clerk.invoice(company, company.find("order", order.number))
        erp.returns.create(ec.ReturnDraft(order=order.id, lines={1: 2}, reason="DEFECT"), key="back")
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


def test_a_damaged_answer_to_a_write_makes_no_second_order(company, clock, tmp_path):
    with damaged(company, tmp_path) as (erp, damage):
        erp.orders.find(customer_po="warm")
        for number in range(TIMES // 4):
            key = f"damaged/{number}"
            damage.method = "POST"
            try:
                erp.orders.create(draft(customer_po=key), key=key)
            except errors.ErpConnectError:
                damage.method = None
                sooner_or_later(lambda key=key: erp.orders.create(draft(customer_po=key), key=key), clock)
            damage.method = None
    assert len(orders_of(company)) == TIMES // 4
