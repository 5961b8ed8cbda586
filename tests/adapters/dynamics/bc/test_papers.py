"""What follows an order: shipments with tracking numbers, invoices, returns, receipts (dynamics.md 1.7, 1.9, 1.10)."""

from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.models import InvoiceKind, ReturnStatus
from erp_connect.testing.mocks.business import ordering, posting
from erp_connect.testing.mocks.business.masters import Price
from erp_connect.testing.mocks.business.samples import harbour_trading
from erp_connect.testing.mocks.business.settings import Settings as Rules
from erp_connect.testing.mocks.business.world import World

from .place import draft, place, valves

CUSTOM = "BC/api/harbour/shipping/v1.0/companies({company})"
PAGES = {
    "tracking_page": f"{CUSTOM}/postedSalesShipments",
    "tracking_fields": "order=orderNo, number=packageTrackingNo, carrier=shippingAgentCode, shipment=number",
    "promise_page": f"{CUSTOM}/salesOrderDates",
    "promise_fields": "order=number, promised=promisedDeliveryDate",
}


def test_goods_leave_in_parts_and_each_part_is_billed(site, company):
    order = site.erp.orders.create(draft(valves(), valves(5, product="HOSE-20")), key="one").order
    first = site.erp.shipments.post(order, {1: 4}).stored
    assert [(line.order_line_id, line.quantity) for line in first.lines] == [(order.lines[0].id, 4)]
    part = site.erp.orders.get(order.id)
    assert [(line.quantities.shipped, line.quantities.invoiced) for line in part.lines] == [(4, 4), (0, 0)]
    assert part.status is ec.OrderStatus.PARTLY_SHIPPED
    site.erp.shipments.post(part, None)
    done = site.erp.orders.get(order.id)
    assert done.status is ec.OrderStatus.COMPLETED
    assert [each.number for each in site.erp.shipments.of(done)] == [
        each.number for each in company.documents if each.kind == "shipment"
    ]
    bills = site.erp.invoices.of(done)
    assert [bill.kind for bill in bills] == [InvoiceKind.INVOICE, InvoiceKind.INVOICE]
    assert sum(bill.net.amount for bill in bills) == Decimal(12) * Decimal("12.5") + Decimal(5) * Decimal(
        "3.2"
    )


def test_a_posting_whose_answer_is_lost_is_posted_once(site, company, clock):
    order = site.erp.orders.create(draft(), key="one").order
    site.network.lose_reply("shipAndInvoice", "POST")
    try:
        receipt = site.erp.shipments.post(order, {1: 4}, key="two")
    except errors.OutcomeUnknown as unknown:
        clock.sleep((unknown.retry_after or 0) + 1)
        receipt = site.erp.shipments.post(order, {1: 4}, key="two")
    assert [line.quantity for line in receipt.stored.lines] == [4]
    assert len([each for each in company.documents if each.kind == "shipment"]) == 1


def test_packages_are_not_kept_and_the_receipt_says_so(site):
    order = site.erp.orders.create(draft(), key="one").order
    receipt = site.erp.shipments.post(order, {1: 4}, [ec.Package(tracking_number="1Z9")])
    assert receipt.warnings != ()


def test_tracking_numbers_and_promised_dates_come_from_the_pages_of_the_site(company, tmp_path):
    with place(company, tmp_path, **PAGES) as site:
        order = site.erp.orders.create(draft(valves(), valves(5, product="HOSE-20")), key="one").order
        with company.world.unit():
            paper = ordering.change(
                company, company.find("order", order.number), {"agent": "DHL", "promised": date(2026, 3, 20)}
            )
            posting.post(company, paper, invoice=False, tracking="1Z999")
        tracking = site.erp.orders.track(order.id)
        assert [each.tracking_numbers for each in tracking.shipments] == [("1Z999",)]
        assert tracking.shipments[0].carrier == "DHL"
        assert tracking.promised == date(2026, 3, 20)


def test_goods_come_back_as_a_credit_memo_on_the_invoice(site, company):
    order = site.erp.orders.create(draft(), key="one").order
    site.erp.shipments.post(order, {1: 4})
    said = ec.ReturnDraft(order=order.id, lines={order.lines[0].id: 3}, reason="DEFECT")
    back = site.erp.returns.create(said, key="two").stored
    assert (back.order_id, back.status, back.reason) == (order.id, ReturnStatus.REQUESTED, "DEFECT")
    (memo,) = [each for each in company.documents if each.kind == "credit_memo"]
    assert memo.external_number == back.stamp
    assert site.erp.returns.create(said, key="two").replayed
    with pytest.raises(errors.InvalidOrder):
        site.erp.returns.create(said, key="three")
    assert len([each for each in company.documents if each.kind == "credit_memo"]) == 1


def test_what_was_bought_arrives_and_is_billed_where_the_site_lets_it(clock, tmp_path):
    company = harbour_trading(World(clock, Rules(vendor_invoice_needed=False)))
    line = ec.PurchaseOrderLineDraft(
        product="VALVE-20", quantity=10, unit="C62", price=ec.UnitPrice(amount=6, currency="EUR")
    )
    with place(company, tmp_path) as site:
        order = site.erp.purchase_orders.create(
            ec.PurchaseOrderDraft(supplier="V100", currency="EUR", lines=(line,)), key="one"
        ).order
        receipt = site.erp.purchase_orders.receive(order, {1: 4}).stored
        assert [(each.order_line_id, each.quantity) for each in receipt.lines] == [(order.lines[0].id, 4)]
        assert site.erp.purchase_orders.get(order.id).lines[0].quantities.delivered == 4


def test_a_site_that_demands_the_vendors_invoice_number_refuses_and_nothing_arrives(site, company):
    line = ec.PurchaseOrderLineDraft(product="VALVE-20", quantity=10, unit="C62")
    order = site.erp.purchase_orders.create(
        ec.PurchaseOrderDraft(supplier="V100", currency="EUR", lines=(line,)), key="one"
    ).order
    with pytest.raises(errors.RequestRefused) as caught:
        site.erp.purchase_orders.receive(order, {1: 4})
    assert caught.value.outcome == "not_applied"
    assert [each.kind for each in company.documents] == ["purchase_order"]


def test_the_price_is_the_cards_or_the_customers_own_by_a_quote_that_is_deleted(site, company, tmp_path):
    with company.world.unit():
        company.prices.add(
            Price(item="VALVE-20", customer="10000", price=Decimal("9.90"), minimum=Decimal(10))
        )
    assert site.erp.prices.quote("10000", "VALVE-20", 12, "C62").price.amount == Decimal("12.5")
    with site.again(price_by_quote="on") as exact:
        assert exact.prices.quote("10000", "VALVE-20", 12, "C62").price.amount == Decimal("9.9")
    assert len(company.documents) == 0
