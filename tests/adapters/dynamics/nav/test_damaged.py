"""Answers of NAV, damaged at random: they are read or refused, and no write is done twice."""

import pytest

from erp_connect import errors
from erp_connect.testing.mocks.dynamics.nav.web import NavServer

from ...damage import Damage, chance
from ...repeating import sooner_or_later
from .place import draft, place, valves

pytestmark = pytest.mark.thorough

TIMES = 60
"""Damaged answers for each thing that is read."""
NAMED = {"No", "Key"}
READ = {
    "get": lambda erp, order: erp.orders.get(order.id),
    "find": lambda erp, order: erp.orders.find(customer_po=order.customer_po),
    "list": lambda erp, _: list(erp.orders.list()),
    "shipments": lambda erp, order: erp.shipments.of(order),
    "customer": lambda erp, _: erp.customers.find(number="10000"),
    "product": lambda erp, _: erp.products.find(code="VALVE-20"),
    "stock": lambda erp, _: erp.stock.availability("VALVE-20", 1, "C62"),
}


@pytest.mark.parametrize("read", list(READ))
def test_a_damaged_answer_is_read_or_refused(company, tmp_path, read):
    damage = Damage(NavServer(company.world), chance(), "/Page/", NAMED)
    with place(company, tmp_path, server=damage) as site:
        order = site.erp.orders.create(draft(valves(), valves(3, product="HOSE-20")), key="order").order
        outcomes = set()
        damage.method = "POST"
        for _ in range(TIMES):
            try:
                READ[read](site.erp, order)
            except errors.ErpConnectError as failure:
                outcomes.add(failure.outcome)
        damage.method = None
        READ[read](site.erp, order)
    assert outcomes <= {"not_applied"}


@pytest.mark.parametrize("way", ["after", "together"])
def test_a_damaged_answer_to_a_write_makes_no_second_order(company, clock, tmp_path, way):
    damage = Damage(NavServer(company.world), chance(), "/Page/SalesOrder", NAMED)
    with place(company, tmp_path, server=damage, create_lines=way) as site:
        site.erp.orders.find(customer_po="warm")
        for number in range(TIMES // 4):
            key = f"DAMAGED/{number}"
            damage.method = "POST"
            try:
                site.erp.orders.create(draft(customer_po=key), key=key)
            except errors.ErpConnectError as failure:
                damage.method = None
                # Half an order whose key was told wrongly cannot be taken back: its error asks for resume=True.
                half = isinstance(failure, errors.PartialFailure)
                sooner_or_later(
                    lambda key=key, half=half: site.erp.orders.create(
                        draft(customer_po=key), key=key, resume=half
                    ),
                    clock,
                )
            damage.method = None
    assert len(company.documents) == TIMES // 4
