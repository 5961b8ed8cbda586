"""Answers of Dataverse, damaged at random: they are read or refused, and no write is done twice."""

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.dynamics.crm.web import Dataverse
from erp_connect.testing.mocks.serving import serve

from ...damage import Damage, chance
from ...repeating import sooner_or_later
from .place import credentials, draft, valves

pytestmark = pytest.mark.thorough

TIMES = 60
"""Damaged answers for each thing that is read."""
READ = {
    "get": lambda erp, order: erp.orders.get(order.id),
    "find": lambda erp, order: erp.orders.find(customer_po=order.customer_po),
    "list": lambda erp, _: list(erp.orders.list()),
    "events": lambda erp, _: list(erp.orders.events()),
    "invoices": lambda erp, order: erp.invoices.of(order),
    "customer": lambda erp, _: erp.customers.find(number="10000"),
    "product": lambda erp, _: erp.products.find(code="VALVE-20"),
    "price": lambda erp, _: erp.prices.quote("10000", "VALVE-20", 1, "C62"),
}


@pytest.fixture
def damage(organization):
    return Damage(Dataverse(organization), chance(), "/api/data", {"salesorderid", "ordernumber"})


@pytest.fixture
def erp(organization, damage, tmp_path):
    with (
        serve(damage) as url,
        ec.connect(
            f"dynamics+crm://{url.removeprefix('http://')}",
            clock=organization.world.clock,
            journal=f"sqlite:///{tmp_path}/journal.db",
            **credentials(url),
        ) as erp,
    ):
        yield erp


@pytest.mark.parametrize("read", list(READ))
def test_a_damaged_answer_is_read_or_refused(erp, damage, read):
    order = erp.orders.create(draft(valves(), valves(3, product="SEAL-5")), key="order").order
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


def test_damaged_answers_on_the_way_make_no_second_order(erp, damage, organization, clock):
    for number in range(TIMES // 3):
        key = f"damaged/{number}"
        damage.method = "GET"
        try:
            erp.orders.create(draft(customer_po=key), key=key)
        except errors.ErpConnectError:
            damage.method = None
            sooner_or_later(lambda key=key: erp.orders.create(draft(customer_po=key), key=key), clock)
        damage.method = None
    assert len(list(organization.data["salesorder"])) == TIMES // 3
