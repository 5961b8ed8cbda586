"""Answers of Business Central, damaged at random: they are read or refused, and no write is done twice."""

import pytest
from werkzeug.wrappers import Response

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.dynamics.bc.web import BusinessCentral

from ...damage import Damage, chance
from ...repeating import sooner_or_later
from .place import draft, place, valves

pytestmark = pytest.mark.thorough

TIMES = 60
"""Damaged answers for each thing that is read."""
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


def damaging(company):
    return Damage(BusinessCentral(company.world), chance(), "/api/v2.0", {"id", "number"})


@pytest.mark.parametrize("read", list(READ))
def test_a_damaged_answer_is_read_or_refused(company, tmp_path, read):
    damage = damaging(company)
    with place(company, tmp_path, server=damage) as site:
        erp = site.erp
        order = erp.orders.create(draft(valves(), valves(3, product="HOSE-20")), key="order").order
        erp.shipments.post(order, {1: 4})
        erp.returns.create(
            ec.ReturnDraft(order=order.id, lines={order.lines[0].id: 2}, reason="DEFECT"), key="back"
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


def test_a_damaged_answer_to_a_write_makes_no_second_order(company, clock, tmp_path):
    damage = damaging(company)
    with place(company, tmp_path, server=damage) as site:
        site.erp.orders.find(customer_po="warm")
        for number in range(TIMES // 3):
            key = f"DAMAGED/{number}"
            damage.method = "POST"
            try:
                site.erp.orders.create(draft(customer_po=key), key=key)
            except errors.ErpConnectError:
                damage.method = None
                sooner_or_later(
                    lambda key=key: site.erp.orders.create(draft(customer_po=key), key=key), clock
                )
            damage.method = None
    assert len(company.documents) == TIMES // 3


class Garbled:
    """What the company says of itself is damaged on its way, once."""

    def __init__(self, server):
        self.server, self.times = server, 1

    def __call__(self, environ, start):
        answer = Response.from_app(self.server, environ)
        if self.times and environ["PATH_INFO"].endswith("companyInformation"):
            self.times -= 1
            answer.set_data(answer.get_data().replace(b'"EUR"', b'"E\\u0000R"'))
        return answer(environ, start)


def test_a_damaged_word_about_the_company_is_not_remembered(company, tmp_path):
    with place(company, tmp_path, server=Garbled(BusinessCentral(company.world))) as site:
        outcomes = []
        for _ in range(2):
            try:
                outcomes.append(site.erp.customers.find(number="10000")[0].currency)
            except errors.ErpConnectError as failure:
                outcomes.append(type(failure).__name__)
    assert outcomes[1] == "EUR"
    assert outcomes[0] != "EUR"
