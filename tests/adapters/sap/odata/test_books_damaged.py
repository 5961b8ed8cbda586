"""Answers of the services beside sales orders, damaged at random: read or refused, and no write is done twice.

``ERP_CONNECT_SEED`` repeats a run.
"""

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.sap import fulfilling

from ..site import draft, sooner_or_later, valves
from .test_orders_damaged import damaged
from .test_purchasing import draft as purchase

TIMES = 60
"""Damaged answers for each thing that is read."""
READ = {
    "shipments": ("OUTBOUND_DELIVERY", lambda erp, order, _: erp.shipments.of(order)),
    "invoices": ("BILLING_DOCUMENT", lambda erp, order, _: erp.invoices.of(order)),
    "returns": ("CUSTOMER_RETURN", lambda erp, order, _: erp.returns.of(order)),
    "customers": ("BUSINESS_PARTNER", lambda erp, *_: list(erp.customers.list())),
    "products": ("PRODUCT_SRV", lambda erp, *_: erp.products.find(code="62")),
    "stock": ("MATERIAL_STOCK", lambda erp, *_: erp.stock.availability("62", 1, "C62")),
    "purchases": ("PURCHASEORDER", lambda erp, _, bought: erp.purchase_orders.get(bought)),
}


@pytest.mark.parametrize("book", list(READ))
def test_a_damaged_answer_is_read_or_refused(world, tmp_path, book):
    world.vendors.add("0000005000")
    service, read = READ[book]
    with damaged(world, tmp_path, "v2") as (erp, damage):
        order = erp.orders.create(draft(valves()), key="order").order
        delivery = fulfilling.deliver(world, order.id)
        fulfilling.post_goods_issue(world, delivery)
        fulfilling.bill(world, delivery)
        erp.returns.create(ec.ReturnDraft(order=order.id, lines={1: 3}, reason="damaged"))
        bought = erp.purchase_orders.create(purchase(), key="bought").stored.id
        outcomes = set()
        damage.method, damage.part = "GET", service
        for _ in range(TIMES):
            try:
                read(erp, order, bought)
                outcomes.add("read")
            except errors.ErpConnectError as refused:
                outcomes.add(refused.outcome)
        assert "read" in outcomes
        assert outcomes <= {"read", "not_applied"}


def test_a_damaged_answer_to_a_write_makes_no_second_purchase_order(world, tmp_path):
    world.vendors.add("0000005000")
    with damaged(world, tmp_path, "v2") as (erp, damage):
        damage.part, outcomes = "PURCHASEORDER", set()
        for index in range(12):
            damage.method = "POST"
            try:
                erp.purchase_orders.create(purchase(), key=f"key-{index}")
            except errors.ErpConnectError as failure:
                outcomes.add(failure.outcome)
            damage.method = None
            sooner_or_later(
                lambda key=f"key-{index}": erp.purchase_orders.create(purchase(), key=key),
                world.clock,
                in_doubt=True,
            )
            assert len(world.purchase_orders) == index + 1
        assert outcomes <= {"unknown"}
