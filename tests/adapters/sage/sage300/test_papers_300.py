"""Invoices, credit notes, purchase orders and their receipts, stock, prices (sage.md 3.4, 3.5)."""

from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.business import stock
from erp_connect.testing.mocks.sage.sage300 import desktop
from erp_connect.testing.mocks.sage.sage300.settings import Settings
from erp_connect.testing.mocks.sage.sage300.web import Sage300

from .place300 import draft, euros, place, valves


def shipped(site, *lines, much=None):
    order = site.erp.orders.create(draft(*(lines or (valves(5),))), key="one").order
    desktop.ship(site.company, site.company.find("order", order.number), much)
    return order


# -- bills ---------------------------------------------------------------------------------------------------------


def test_an_invoice_is_told_with_its_sums_and_lines(site):
    order = shipped(site, valves(5, price=euros("9.99")), valves(2, product="A1-105/0"))
    assert site.erp.invoices.of(order) == ()
    desktop.invoice(site.company, site.company.find("order", order.number))
    (invoice,) = site.erp.invoices.of(order)
    assert invoice.order_ids == (order.id,)
    assert (invoice.net.amount, invoice.tax.amount, invoice.gross.amount) == (
        Decimal("140.95"),
        Decimal("28.19"),
        Decimal("169.14"),
    )
    assert [(line.order_line_id, line.product, line.quantity, line.unit) for line in invoice.lines] == [
        ("32", "VALVE-20", 5, "C62"),
        ("64", "A1-105/0", 2, "C62"),
    ]
    assert invoice.paid is False
    assert invoice.invoiced_on == date(2026, 3, 2)


def test_invoices_of_others_are_not_told(site):
    first = shipped(site)
    other = site.erp.orders.create(draft(customer_po="PO-2"), key="two").order
    desktop.invoice(site.company, site.company.find("order", first.number))
    assert list(site.erp.invoices.of(other)) == []
    with pytest.raises(errors.NotFound):
        site.erp.invoices.of("99")


def test_a_release_without_credit_notes_tells_its_invoices(company, tmp_path):
    server = Sage300(company.world, Settings(no_resources={"OECreditDebitNotes"}))
    with place(company, tmp_path, server=server) as site:
        order = shipped(site)
        desktop.invoice(company, company.find("order", order.number))
        assert len(site.erp.invoices.of(order)) == 1


# -- returns -------------------------------------------------------------------------------------------------------


def test_goods_come_back_by_a_credit_note_that_names_the_order(site):
    """sage.md 3.5."""
    order = shipped(site, valves(5, warehouse="EAST", price=euros("9.99")))
    before = stock.on_hand(site.company, "VALVE-20", "EAST")
    receipt = site.erp.returns.create(
        ec.ReturnDraft(order=order.id, lines={order.lines[0].id: 2}, reason="broken in transit"), key="back"
    )
    back = receipt.stored
    assert (back.order_id, back.reason, back.status) == (order.id, "broken in transit", "credited")
    assert [(line.order_line_id, line.quantity) for line in back.lines] == [("32", 2)]
    assert stock.on_hand(site.company, "VALVE-20", "EAST") == before + 2
    (body,) = site.sent("POST", "OE/OECreditDebitNotes")
    assert body["Description"] == f"{order.number}: broken in transit"
    assert list(body["CreditDebitDetails"][0])[-1] == "UnitPrice"
    assert site.erp.returns.get(back.id) == back
    assert list(site.erp.returns.of(order)) == [back]
    (note,) = [each for each in site.erp.invoices.of(order) if each.kind == "credit_memo"]
    assert note.net.amount == Decimal("19.98")


def test_no_more_comes_back_than_has_left_and_is_not_back_yet(site):
    order = shipped(site, much={32: Decimal(4)})
    site.erp.returns.create(ec.ReturnDraft(order=order.id, lines={"32": 3}, reason="broken"), key="first")
    with pytest.raises(errors.InvalidOrder) as caught:
        site.erp.returns.create(
            ec.ReturnDraft(order=order.id, lines={"32": 2}, reason="broken"), key="second"
        )
    assert caught.value.outcome == "not_applied"
    assert len(site.company.documents.where("kind", "credit_memo")) == 1


@pytest.mark.parametrize("reason", ["a: b", "x" * 200, "O'Hare & Sons", "zu spät"])
def test_whatever_the_reason_a_return_leads_to_its_order(site, reason):
    order = shipped(site)
    back = site.erp.returns.create(
        ec.ReturnDraft(order=order.id, lines={"32": 1}, reason=reason), key="back"
    ).stored
    assert (back.order_id, back.reason) == (order.id, reason[: 60 - len(order.number) - 2])
    assert site.erp.returns.get(back.id).order_id == order.id


def test_a_credit_note_of_others_is_read_without_an_order(site):
    import requests

    body = {
        "CustomerNumber": "10000",
        "Description": "goodwill: by hand",
        "CreditDebitNoteType": "CreditNote",
        "CreditDebitDetails": [{"LineType": "Item", "Item": "VALVE-20", "QuantityReturned": 1}],
    }
    url = f"http://{site.host}/Sage300WebApi/v1.0/-/SAMINC/OE/OECreditDebitNotes"
    made = requests.post(url, json=body, auth=("WEBUSER", "webkey"), timeout=10).json()
    found = site.erp.returns.get(str(made["CNUniquifier"]))
    assert (found.order_id, [line.product for line in found.lines]) == ("", ["VALVE-20"])


# -- purchasing ----------------------------------------------------------------------------------------------------


def purchase(*lines, **more):
    own = ec.PurchaseOrderLineDraft(
        product="VALVE-20", quantity=10, unit="C62", price=euros("5"), warehouse="MAIN"
    )
    given = {"supplier": "V100", "currency": "EUR", "lines": lines or (own,)}
    return ec.PurchaseOrderDraft(**{**given, **more})


def test_a_purchase_order_stands_as_it_was_said(site):
    other = ec.PurchaseOrderLineDraft(
        product="A1-105/0", quantity=2, unit="XBX", price=euros("90"), warehouse="EAST"
    )
    said = purchase(purchase().lines[0], other, notes=("soon",), order_date=date(2026, 2, 15))
    receipt = site.erp.purchase_orders.create(said, key="one")
    assert receipt.differences == ()
    order = receipt.stored
    paper = site.company.find("purchase_order", order.number)
    rows = site.company.lines_of(paper)
    assert [(row.object_number, row.quantity, row.unit, row.price, row.location) for row in rows] == [
        ("VALVE-20", 10, "PCS", 5, "MAIN"),
        ("A1-105/0", 2, "BOX", 90, "EAST"),
    ]
    assert [(line.id, line.position) for line in order.lines] == [("1000", 1), ("2000", 2)]
    (body,) = site.sent("POST", "PO/POPurchaseOrders")
    assert list(body)[:2] == ["PurchaseOrderDate", "Vendor"]
    assert list(body["PurchaseOrderLines"][0]) == [
        *("LineNumber", "ItemNumber", "Location", "UnitOfMeasure", "QuantityOrdered", "UnitCost")
    ]
    assert site.erp.purchase_orders.get(order.id) == order
    assert [each.id for each in site.erp.purchase_orders.find(number=order.number)] == [order.id]
    assert [each.id for each in site.erp.purchase_orders.list(supplier="V100")] == [order.id]
    assert list(site.erp.purchase_orders.list(supplier="V200")) == []


def test_a_vendors_other_currency_is_told(site):
    """No card tells a vendor's currency before his first order is entered; that one does."""
    line = ec.PurchaseOrderLineDraft(product="VALVE-20", quantity=1, unit="C62")
    receipt = site.erp.purchase_orders.create(purchase(line, currency="USD"), key="one")
    assert receipt.stored.currency == "EUR"
    assert any("USD" in warning.message for warning in receipt.warnings)
    assert [each.path for each in receipt.differences] == ["purchase_order.currency"]
    with pytest.raises(errors.InvalidOrder) as caught:
        site.erp.purchase_orders.create(purchase(line, currency="USD"), key="two")
    assert (caught.value.path, caught.value.outcome) == ("purchase_order.currency", "not_applied")
    assert len(site.company.documents) == 1


def test_goods_are_received_in_parts(site):
    order = site.erp.purchase_orders.create(purchase(), key="one").stored
    receipt = site.erp.purchase_orders.receive(order, {order.lines[0]: Decimal(4)}, key="two").stored
    assert [(line.order_line_id, line.quantity) for line in receipt.lines] == [("1000", 4)]
    stands = site.erp.purchase_orders.get(order.id)
    assert stands.lines[0].quantities.delivered == 4
    site.erp.purchase_orders.receive(stands, None, key="three")
    assert [each.lines[0].quantity for each in site.erp.goods_receipts.of(order)] == [4, 6]
    assert stock.on_hand(site.company, "VALVE-20") == 510


def test_a_receipt_that_the_system_refuses_leaves_nothing(site):
    order = site.erp.purchase_orders.create(purchase(), key="one").stored
    site.server.refuse("FieldInvalid", "Period closed.", "PO/POReceipts", "POST")
    with pytest.raises(errors.InvalidOrder) as caught:
        site.erp.purchase_orders.receive(order, {"1000": 4}, key="two")
    assert caught.value.outcome == "not_applied"
    assert list(site.erp.goods_receipts.of(order)) == []


# -- stock and prices ----------------------------------------------------------------------------------------------


def test_stock_is_the_sum_over_all_locations_in_the_unit_asked_for(company, tmp_path):
    server = Sage300(company.world, Settings(more_resources={"ICLocationDetails"}))
    with place(company, tmp_path, server=server) as site:
        site.erp.orders.create(draft(valves(7, product="A1-105/0")), key="one")
        found = site.erp.stock.availability("A1-105/0", 6, "C62")
        assert (found.available, found.on_hand, found.reserved) == (38, 45, 7)
        boxes = site.erp.stock.availability("A1-105/0", 8, "XBX")
        assert (boxes.available, boxes.enough) == (Decimal("6.333"), False)
        with pytest.raises(errors.NotFound):
            site.erp.stock.availability("NOSUCH", 1, "C62")
        with pytest.raises(errors.UnmappedCode):
            site.erp.stock.availability("A1-105/0", 1, "KGM")


def test_a_price_is_that_of_the_customers_list_in_the_unit_asked_for(site):
    one = site.erp.prices.quote("10000", "VALVE-20", 1, "C62")
    assert (one.price.amount, one.price.currency, one.source) == (Decimal("12.5"), "EUR", "price list BASE")
    assert site.erp.prices.quote("10000", "VALVE-20", 1, "XBX").price.amount == 150
    assert site.erp.prices.quote(ec.Ref(id="10000"), ec.Ref(id="A11050"), 1, "C62").price.amount == Decimal(
        "45.5"
    )
    for customer, product in (("99999", "VALVE-20"), ("10000", "NOSUCH")):
        with pytest.raises(errors.NotFound):
            site.erp.prices.quote(customer, product, 1, "C62")


def test_a_unit_that_the_item_has_not_has_no_price(site):
    assert site.erp.prices.quote("10000", "VALVE-20", 1, "HUR").price is None


def test_quoting_leaves_nothing_behind(site):
    """sage.md 3.5: an order of the type Quote would tell more, and stay."""
    site.erp.prices.quote("10000", "VALVE-20", 1, "C62")
    assert len(site.company.documents) == 0
    assert not [each for each in site.recorder.asked if each[0] != "GET"]
