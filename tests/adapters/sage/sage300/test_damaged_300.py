"""Answers of Sage 300, damaged at random: they are read or refused, and no write is done twice."""

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.sage.sage300 import desktop
from erp_connect.testing.mocks.sage.sage300.settings import Settings
from erp_connect.testing.mocks.sage.sage300.web import Sage300

from ...damage import Damage, chance
from .place300 import draft, place, sooner_or_later, valves

pytestmark = pytest.mark.thorough

TIMES = 60
"""Damaged answers for each thing that is read."""
NAMED = {"OrderUniquifier", "OrderNumber", "PurchaseOrderSequenceKey", "OrderReference", "LineNumber"}
READ = {
    "get": lambda erp, order: erp.orders.get(order.id),
    "find": lambda erp, order: erp.orders.find(customer_po=order.customer_po),
    "list": lambda erp, _: list(erp.orders.list()),
    "invoices": lambda erp, order: erp.invoices.of(order),
    "returns": lambda erp, order: erp.returns.of(order),
    "customer": lambda erp, _: erp.customers.find(number="10000"),
    "product": lambda erp, _: erp.products.find(code="VALVE-20"),
    "purchases": lambda erp, _: list(erp.purchase_orders.list()),
    "receipts": lambda erp, _: [erp.goods_receipts.of(each) for each in erp.purchase_orders.list()],
    "stock": lambda erp, _: erp.stock.availability("VALVE-20", 1, "C62"),
    "price": lambda erp, _: erp.prices.quote("10000", "VALVE-20", 1, "C62"),
}


def damaging(company):
    server = Sage300(company.world, Settings(more_resources={"ICLocationDetails"}))
    return Damage(server, chance(), "/SAMINC/", NAMED)


def a_purchase():
    line = ec.PurchaseOrderLineDraft(product="VALVE-20", quantity=9, unit="C62")
    return ec.PurchaseOrderDraft(supplier="V100", currency="EUR", lines=[line])


@pytest.mark.parametrize("read", list(READ))
def test_a_damaged_answer_is_read_or_refused(company, tmp_path, read):
    damage = damaging(company)
    with place(company, tmp_path, app=damage) as site:
        erp = site.erp
        order = erp.orders.create(draft(valves(), valves(3, product="HOSE-20")), key="order").order
        desktop.ship(company, company.find("order", order.number))
        desktop.invoice(company, company.find("order", order.number))
        erp.returns.create(ec.ReturnDraft(order=order.id, lines={"32": 2}, reason="DEFECT"), key="back")
        bought = erp.purchase_orders.create(a_purchase(), key="bought").stored
        erp.purchase_orders.receive(bought, {"1000": 4}, key="arrived")
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


@pytest.mark.parametrize("stamp_in", ["OrderReference", "PurchaseOrderNumber", "OrderNumber"])
def test_a_damaged_answer_to_a_write_makes_no_second_order(company, clock, tmp_path, stamp_in):
    damage = damaging(company)
    with place(company, tmp_path, app=damage, stamp_in=stamp_in) as site:
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


def test_damaged_cards_refuse_an_order_or_let_it_be_entered_once(company, clock, tmp_path):
    """The customer's card is read before, and the cards of a refused order after: a refusal stays one."""
    damage = damaging(company)
    with place(company, tmp_path, app=damage) as site:
        for number in range(TIMES):
            said = draft(valves(product="NOSUCH"), customer_po=f"PO-{number}")
            damage.method = "GET"
            with pytest.raises(errors.ErpConnectError) as caught:
                site.erp.orders.create(said, key=str(number))
            assert caught.value.outcome == "not_applied"
            damage.method = None
    assert len(company.documents) == 0
