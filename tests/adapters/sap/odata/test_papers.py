"""What follows an order: deliveries and invoices (sap.md 2.10, 2.11, 2.17, 4.6)."""

from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters.contract import OrderRef
from erp_connect.adapters.sap.odata.billing import invoice_in
from erp_connect.adapters.sap.odata.bills import is_bill
from erp_connect.adapters.sap.odata.ordered import Ordered
from erp_connect.models import InvoiceKind, ShipmentStatus
from erp_connect.testing.mocks.sap import fulfilling
from erp_connect.testing.mocks.sap.odata.settings import Settings

from .place import VALVES, place

BOXES = {"Material": "62", "RequestedQuantity": "3", "RequestedQuantityISOUnit": "CT"}


@pytest.fixture
def site(world, tmp_path):
    with place(world, tmp_path) as found:
        yield found


def ship(world, order, quantities=None, **more):
    number = fulfilling.deliver(world, order.id, quantities)
    fulfilling.post_goods_issue(world, number, **more)
    return number.lstrip("0")


# -- deliveries ------------------------------------------------------------------------------------------------


def test_a_delivery_has_left_only_when_its_goods_issue_is_posted(site, world):
    order = site.enter_order()
    number = fulfilling.deliver(world, order.id)
    (planned,) = site.books.shipments.of(order)
    assert (planned.status, planned.shipped_on) == (ShipmentStatus.PLANNED, None)
    fulfilling.post_goods_issue(world, number, bill_of_lading="TRK-1")
    (shipped,) = site.books.shipments.of(order)
    assert (shipped.id, shipped.order_id) == (number.lstrip("0"), order.id)
    assert shipped.status is ShipmentStatus.SHIPPED
    assert shipped.shipped_on == world.clock.now().date()
    assert shipped.tracking_numbers == ("TRK-1",)
    assert [(line.order_line_id, line.product, line.quantity, line.unit) for line in shipped.lines] == [
        ("10", "62", 12, "C62"),
        ("20", "PUMP-1", 2, "C62"),
    ]


@pytest.mark.parametrize("page_size", [None, 1])
def test_parts_are_told_one_by_one_oldest_first(world, tmp_path, page_size):
    with place(world, tmp_path, Settings(page_size=page_size)) as site:
        order = site.enter_order()
        numbers = [ship(world, order, {"000010": Decimal(1)}) for _ in range(11)]
        other = site.enter_order()
        ship(world, other)
        found = site.books.shipments.of(order)
        assert [each.id for each in found] == numbers
        assert [line.quantity for each in found for line in each.lines] == [1] * 11


def test_the_first_place_of_a_tracking_number_that_is_filled_counts(world, tmp_path):
    with place(world, tmp_path, tracking_locators="LIKP-LIFEX, TRAID, BillOfLading") as site:
        order = site.enter_order()
        ship(world, order, {"000010": Decimal(1)}, bill_of_lading="BILL", transport_id="TRUCK")
        ship(world, order, {"000010": Decimal(1)}, bill_of_lading="BILL")
        ship(world, order, {"000010": Decimal(1)})
        told = [each.tracking_numbers for each in site.books.shipments.of(order)]
        assert told == [("TRUCK",), ("BILL",), ()]


def test_a_unit_is_told_by_the_orders_iso_twin(site, world):
    order = site.enter_order(VALVES, BOXES)
    ship(world, order)
    (shipment,) = site.books.shipments.of(order)
    assert [(line.quantity, line.unit) for line in shipment.lines] == [(12, "C62"), (3, "XCT")]


def test_nothing_has_left_for_a_new_order_and_an_order_that_never_was_is_not_found(site):
    order = site.enter_order()
    assert site.books.shipments.of(order) == ()
    assert site.books.invoices.of(order) == ()
    for book in (site.books.shipments, site.books.invoices):
        for id in ("4711", "no-such-id", "12345678901"):
            with pytest.raises(errors.NotFound):
                book.of(OrderRef(id=id))


# -- invoices --------------------------------------------------------------------------------------------------


def test_an_invoice_has_amounts_and_lines_in_the_orders_words(site, world):
    order = site.enter_order(VALVES, BOXES)
    number = fulfilling.bill(world, ship(world, order))
    (invoice,) = site.books.invoices.of(order)
    assert (invoice.id, invoice.order_ids, invoice.customer) == (number.lstrip("0"), (order.id,), "1234")
    assert (invoice.kind, invoice.cancelled, invoice.paid) == (InvoiceKind.INVOICE, False, None)
    assert invoice.invoiced_on == world.clock.now().date()
    assert invoice.net == ec.Money(amount=Decimal("525.00"), currency="EUR")
    assert invoice.net.amount + invoice.tax.amount == invoice.gross.amount
    assert [(line.order_line_id, line.quantity, line.unit, line.net.amount) for line in invoice.lines] == [
        ("10", 12, "C62", Decimal("150.00")),
        ("20", 3, "XCT", Decimal("375.00")),
    ]


def test_a_cancelled_invoice_says_so(site, world):
    order = site.enter_order()
    fulfilling.cancel_invoice(world, fulfilling.bill(world, ship(world, order, {"000010": Decimal(5)})))
    kept = fulfilling.bill(world, ship(world, order))
    told = {invoice.id: invoice.cancelled for invoice in site.books.invoices.of(order)}
    assert told.pop(kept.lstrip("0")) is False
    assert set(told.values()) <= {True}


def test_a_currency_without_cents_has_none(world, tmp_path):
    world.prices["PUMP-1", "JPY"] = Decimal(24000)
    world.customers["ACME"].currency = "JPY"
    with place(world, tmp_path) as site:
        pump = {"Material": "PUMP-1", "RequestedQuantity": "2", "RequestedQuantityISOUnit": "PCE"}
        order = site.enter_order(pump, customer="ACME")
        fulfilling.bill(world, ship(world, order))
        (invoice,) = site.books.invoices.of(order)
    assert (str(invoice.net.amount), invoice.net.currency) == ("48000", "JPY")


def test_a_row_of_a_credit_memo_that_is_paid_and_one_that_takes_an_invoice_back(site):
    item = {
        "BillingDocumentItem": "10",
        "SalesDocument": "4711",
        "SalesDocumentItem": "000010",
        "Material": "62",
        "BillingQuantity": "2.000",
        "BillingQuantityUnit": "PC",
        "NetAmount": "25.000",
    }
    row = {
        "BillingDocument": "90000001",
        "SDDocumentCategory": "O",
        "TransactionCurrency": "EUR",
        "BillingDocumentDate": "/Date(1768435200000)/",
        "InvoiceClearingStatus": "C",
        "TotalNetAmount": "25.000",
        "PayerParty": "0000001234",
        "to_Item": {"results": [item, {**item, "SalesDocument": "4712", "BillingDocumentItem": "20"}]},
    }
    found = invoice_in(row, Ordered("4711", {}, site.books.office))
    assert (found.kind, found.paid, found.customer) == (InvoiceKind.CREDIT_MEMO, True, "1234")
    assert found.invoiced_on == date(2026, 1, 15)
    assert found.order_ids == ("4711", "4712")
    assert [line.order_line_id for line in found.lines] == ["10", None]
    assert (found.tax, found.gross) == (None, None)
    assert not is_bill({"SDDocumentCategory": "N"})
    assert is_bill(row)
