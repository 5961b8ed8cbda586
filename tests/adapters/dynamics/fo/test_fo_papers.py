"""What follows an order: packing slips, tracking numbers, invoices, returns; masters and stock (dynamics.md 3.3)."""

from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters.contract import Support
from erp_connect.models import InvoiceKind, ReturnStatus
from erp_connect.testing.mocks.business.masters import Price
from erp_connect.testing.mocks.dynamics.fo import clerk
from erp_connect.testing.mocks.dynamics.fo.settings import BI_SETS, Settings

from .fo_place import draft, place, valves


def the_paper(company, order):
    return company.find("order", order.number)


def shipped_in_part(site, company):
    order = site.erp.orders.create(draft(valves(), valves(5, product="HOSE-20")), key="one").order
    parcels = [("1Z999", "https://track.example/1Z999")]
    clerk.pack(company, the_paper(company, order), {1: Decimal(4)}, tracking=parcels)
    return order


def test_goods_leave_in_parts_each_with_its_packing_slip_and_tracking_number(site, company):
    order = shipped_in_part(site, company)
    clerk.pack(company, the_paper(company, order))
    first, second = site.erp.shipments.of(order)
    assert [(line.order_line_id, line.quantity, line.unit) for line in first.lines] == [
        (order.lines[0].id, 4, "C62")
    ]
    assert first.tracking_numbers == ("1Z999",)
    assert first.packages[0].tracking_url == "https://track.example/1Z999"
    assert sorted(line.quantity for line in second.lines) == [5, 8]
    tracking = site.erp.orders.track(order.id)
    assert [len(each.packages) for each in tracking.shipments] == [1, 0]


def test_delivered_and_invoiced_quantities_come_from_the_reporting_views(site, company):
    order = shipped_in_part(site, company)
    part = site.erp.orders.get(order.id)
    assert part.status is ec.OrderStatus.PARTLY_SHIPPED
    assert [(line.quantities.shipped, line.quantities.invoiced) for line in part.lines] == [(4, 0), (0, 0)]
    clerk.invoice(company, the_paper(company, order))
    billed = site.erp.orders.get(order.id)
    assert [(line.quantities.shipped, line.quantities.invoiced) for line in billed.lines] == [(4, 4), (0, 0)]
    clerk.pack(company, the_paper(company, order))
    clerk.invoice(company, the_paper(company, order))
    assert site.erp.orders.get(order.id).status is ec.OrderStatus.COMPLETED


def test_a_release_without_the_views_tells_what_it_can_and_says_so(company, tmp_path):
    with place(company, tmp_path, Settings(lacks=BI_SETS)) as site:
        order = shipped_in_part(site, company)
        part = site.erp.orders.get(order.id)
        assert part.status is ec.OrderStatus.PARTLY_SHIPPED
        assert [line.quantities.shipped for line in part.lines] == [None, None]
        assert site.erp.capabilities.support("orders.list_modified") is Support.NONE
        assert site.erp.capabilities.support("shipments.of") is Support.EMULATED
        assert [each.tracking_numbers for each in site.erp.shipments.of(order)] == [("1Z999",)]


def test_what_was_billed_is_told_with_the_lines_that_it_bills(site, company):
    order = shipped_in_part(site, company)
    clerk.invoice(company, the_paper(company, order))
    (bill,) = site.erp.invoices.of(order)
    assert (bill.kind, bill.customer) == (InvoiceKind.INVOICE, "10000")
    assert [(line.order_line_id, line.quantity) for line in bill.lines] == [(order.lines[0].id, 4)]
    assert bill.net.amount + bill.tax.amount == bill.gross.amount


def test_goods_come_back_by_the_lots_that_left(site, company):
    order = shipped_in_part(site, company)
    said = ec.ReturnDraft(order=order.id, lines={order.lines[0].id: 3}, reason="DEFECT")
    back = site.erp.returns.create(said, key="two").stored
    assert (back.order_id, back.status, back.reason) == (order.id, ReturnStatus.REQUESTED, "DEFECT")
    assert [(line.order_line_id, line.quantity) for line in back.lines] == [(order.lines[0].id, 3)]
    assert site.erp.returns.create(said, key="two").replayed
    with pytest.raises(errors.InvalidOrder):
        site.erp.returns.create(said, key="three")
    assert [each.id for each in site.erp.returns.of(order)] == [back.id]


def test_a_return_whose_lines_are_refused_is_taken_back(site, company):
    order = shipped_in_part(site, company)
    site.erp.orders.get(order.id)
    site.server.refuse("Error: not today.", "ReturnOrderLinesV2", "POST")
    with pytest.raises(errors.ErpConnectError) as caught:
        site.erp.returns.create(ec.ReturnDraft(order=order.id, lines={1: 3}, reason="DEFECT"), key="two")
    assert caught.value.outcome == "not_applied"
    assert [each for each in company.documents if each.kind.startswith("return")] == []


def test_what_was_bought_is_received_as_a_whole(company, tmp_path):
    line = ec.PurchaseOrderLineDraft(
        product="VALVE-20", quantity=10, unit="C62", price=ec.UnitPrice(amount=6, currency="EUR")
    )
    said = ec.PurchaseOrderDraft(
        supplier="V100", supplier_reference="V-1", currency="EUR", lines=(line,), requested=date(2026, 4, 1)
    )
    with place(company, tmp_path, site="1") as site:
        order = site.erp.purchase_orders.create(said, key="one").order
        assert (order.supplier_reference, order.lines[0].requested) == ("V-1", date(2026, 4, 1))
        clerk.receive(company, company.find("purchase_order", order.number))
        done = site.erp.purchase_orders.get(order.id)
    assert (done.status, done.lines[0].quantities.delivered) == (ec.OrderStatus.SHIPPED, 10)


def test_a_customer_is_put_on_file_in_the_group_of_the_settings(site, company):
    where = ec.Address(
        name="Mill", lines=("Quay 1", "Door 2"), city="Riga", postal_code="LV-1001", country="LV"
    )
    said = ec.CustomerDraft(
        number="77000", name="Mill", address=where, currency="EUR", email="mill@mill.example"
    )
    stored = site.erp.customers.create(said, key="one").stored
    assert (stored.number, stored.address, stored.blocked) == ("77000", where, False)
    with pytest.raises(errors.DuplicateReference):
        site.erp.customers.create(said, key="two")
    site.erp.customers.update(stored, blocked=True)
    assert site.erp.customers.get("77000").blocked
    with site.again(customer_group="") as other:
        assert other.capabilities.support("customers.create") is Support.NONE


def test_stock_is_what_is_free_and_the_price_is_the_best_agreement(site, company):
    order = site.erp.orders.create(draft(valves(100)), key="one").order
    found = site.erp.stock.availability("VALVE-20", 10, "C62")
    assert found.available == found.on_hand - order.lines[0].quantities.ordered
    assert site.erp.prices.quote("10000", "VALVE-20", 12, "C62").price.amount == Decimal("12.5")
    with company.world.unit():
        company.prices.add(
            Price(item="VALVE-20", customer="10000", price=Decimal("9.90"), minimum=Decimal(10))
        )
    assert site.erp.prices.quote("10000", "VALVE-20", 12, "C62").price.amount == Decimal("9.9")
    assert site.erp.prices.quote("10000", "VALVE-20", 2, "C62").price.amount == Decimal("12.5")
