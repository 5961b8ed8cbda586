"""Shipping, invoicing, taking back; quotes; purchases (dynamics.md 1.10, 1.12; 1.19 points 3 and 4)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from erp_connect.testing.mocks.business import posting
from erp_connect.testing.mocks.business.masters import Price

from .conftest import a_line, code

DIALOG = (400, "Application_DialogException")
FIELD = (400, "Application_FieldValidationException")
SHIP = "Microsoft.NAV.shipAndInvoice"


def post(bc, order):
    return bc("POST", f"salesOrders({order['id']})/{SHIP}")


def test_an_order_that_is_shipped_and_invoiced_in_full_is_gone(bc):
    """1.19 point 4."""
    order = bc.order(externalDocumentNumber="WEB-1")
    answer = post(bc, order)
    assert (answer.status_code, answer.content) == (204, b"")
    assert code(bc("GET", f"salesOrders({order['id']})")) == (404, "BadRequest_ResourceNotFound")
    shipment = bc.rows(
        f"salesShipments?$filter=orderNumber eq '{order['number']}'&$expand=salesShipmentLines"
    )
    assert [line["quantity"] for line in shipment[0]["salesShipmentLines"]] == [4]
    assert shipment[0]["externalDocumentNumber"] == "WEB-1"
    invoice = bc.rows(f"salesInvoices?$filter=orderNumber eq '{order['number']}'")[0]
    assert (invoice["status"], invoice["orderId"]) == ("Open", order["id"])
    assert invoice["totalAmountIncludingTax"] == invoice["remainingAmount"] == 60


def test_an_order_stays_while_something_is_open(bc):
    order = bc.order()
    line = bc.lines(order)[0]
    bc("PATCH", f"salesOrderLines({line['id']})", {"shipQuantity": 3, "invoiceQuantity": 1}, If_Match="*")
    assert post(bc, order).status_code == 204
    line = bc.lines(order)[0]
    assert (line["shippedQuantity"], line["invoicedQuantity"], line["shipQuantity"]) == (3, 1, 1)
    assert len(bc.rows("salesShipments")) == len(bc.rows("salesInvoices")) == 1
    assert post(bc, order).status_code == 204
    assert bc("GET", f"salesOrders({order['id']})").status_code == 404
    assert sum(row["totalAmountExcludingTax"] for row in bc.rows("salesInvoices")) == 50


def test_what_is_shipped_and_not_invoiced_keeps_its_order(bc, company):
    """1.12."""
    order = bc.order()
    with company.world.unit():
        posting.post(company, next(iter(company.documents)), invoice=False)
    assert code(bc("DELETE", f"salesOrders({order['id']})")) == FIELD
    line = bc.lines(order)[0]
    assert code(bc("DELETE", f"salesOrderLines({line['id']})")) == FIELD
    below = bc("PATCH", f"salesOrderLines({line['id']})", {"quantity": 3}, If_Match="*")
    assert "must not be less than" in below.text


def test_the_rest_of_an_order_may_be_dropped_when_the_part_is_invoiced(bc):
    order = bc.order()
    line = bc.lines(order)[0]
    bc("PATCH", f"salesOrderLines({line['id']})", {"shipQuantity": 3, "invoiceQuantity": 3}, If_Match="*")
    post(bc, order)
    assert bc("DELETE", f"salesOrders({order['id']})").status_code == 204


def test_an_order_without_lines_cannot_be_posted(bc):
    order = bc("POST", "salesOrders", {"customerNumber": "10000"}).json()
    answer = post(bc, order)
    assert code(answer) == DIALOG
    assert "Please add at least one line item to the document." in answer.text


def test_a_line_without_a_quantity_cannot_be_posted(bc):
    assert code(post(bc, bc.order(a_line(quantity=0)))) == DIALOG


def test_nothing_to_ship_is_nothing_to_post(bc):
    order = bc.order()
    line = bc.lines(order)[0]
    bc("PATCH", f"salesOrderLines({line['id']})", {"shipQuantity": 0, "invoiceQuantity": 0}, If_Match="*")
    assert "There is nothing to post" in post(bc, order).text


def test_a_closed_period_takes_no_posting(bc, world):
    order = bc.order(postingDate="2026-02-01")
    world.settings.posting_from = date(2026, 3, 1)
    answer = post(bc, order)
    assert code(answer) == FIELD
    assert "is not within your range of allowed posting dates" in answer.text


def test_goods_that_are_not_there_leave_only_where_that_is_allowed(bc, world):
    order = bc.order(a_line(quantity=9000))
    world.settings.negative_stock = False
    assert code(post(bc, order)) == DIALOG
    assert bc.rows("salesShipments") == []
    world.settings.negative_stock = True
    assert post(bc, order).status_code == 204


def test_a_customer_blocked_for_shipping_may_order(bc):
    customer = bc.rows("customers?$filter=number eq '10000'")[0]
    bc("PATCH", f"customers({customer['id']})", {"blocked": "Ship"}, If_Match="*")
    order = bc.order()
    answer = post(bc, order)
    assert (
        "You cannot create this type of document when Customer 10000 is blocked with type Ship" in answer.text
    )


def test_a_customer_blocked_for_all_may_not_even_order(bc):
    answer = bc("POST", "salesOrders", {"customerNumber": "30000"})
    assert code(answer) == DIALOG
    assert "blocked with type All" in answer.text


def test_a_blocked_item_cannot_be_ordered(bc):
    answer = bc("POST", "salesOrders", {"customerNumber": "10000", "salesOrderLines": [a_line("OLD-1")]})
    assert code(answer) == FIELD


def test_setup_may_leave_what_to_ship_blank(bc, world):
    world.settings.quantities_to_ship = "blank"
    line = bc.lines(bc.order())[0]
    assert (line["shipQuantity"], line["invoiceQuantity"]) == (0, 0)


def test_an_action_holds_to_a_tag_only_when_it_is_sent(bc):
    """1.10."""
    order = bc.order()
    bc("PATCH", f"salesOrders({order['id']})", {"salesperson": "JO"}, If_Match="*")
    stale = bc("POST", f"salesOrders({order['id']})/{SHIP}", If_Match=order["@odata.etag"])
    assert code(stale) == (409, "Request_EntityChanged")
    assert post(bc, order).status_code == 204


@pytest.mark.parametrize("action", ["release", "reopen", "ship", "cancel"])
def test_there_is_no_other_action_on_orders(bc, action):
    """1.10."""
    answer = bc("POST", f"salesOrders({bc.order()['id']})/Microsoft.NAV.{action}")
    assert answer.status_code == 404


def test_an_invoice_is_cancelled_by_a_corrective_credit_memo(bc):
    post(bc, bc.order())
    invoice = bc.rows("salesInvoices")[0]
    assert bc("POST", f"salesInvoices({invoice['id']})/Microsoft.NAV.cancel").status_code == 204
    assert bc("GET", f"salesInvoices({invoice['id']})").json()["status"] == "Canceled"
    memo = bc.rows("salesCreditMemos")[0]
    assert (memo["status"], memo["invoiceNumber"]) == ("Corrective", invoice["number"])
    assert memo["totalAmountIncludingTax"] == 60
    again = bc("POST", f"salesInvoices({invoice['id']})/Microsoft.NAV.cancel")
    assert code(again) == DIALOG


def test_part_of_an_invoice_is_credited_by_a_draft_that_is_posted(bc):
    post(bc, bc.order())
    invoice = bc.rows("salesInvoices")[0]
    reason = bc.rows("customerReturnReasons?$filter=code eq 'DEFECT'")[0]
    bc("POST", f"salesInvoices({invoice['id']})/Microsoft.NAV.makeCorrectiveCreditMemo")
    memo = bc.rows("salesCreditMemos")[0]
    assert (memo["status"], memo["invoiceId"]) == ("Draft", invoice["id"])
    path = f"salesCreditMemos({memo['id']})"
    bc("PATCH", path, {"customerReturnReasonId": reason["id"]}, If_Match="*")
    line = bc.rows(f"{path}/salesCreditMemoLines")[0]
    bc("PATCH", f"salesCreditMemoLines({line['id']})", {"quantity": 1}, If_Match="*")
    assert bc("POST", f"{path}/Microsoft.NAV.post").status_code == 204
    posted = bc("GET", path).json()
    assert (posted["id"], posted["status"]) == (memo["id"], "Open")
    assert posted["number"] != memo["number"]
    assert posted["totalAmountExcludingTax"] == 12.5


def test_a_credit_memo_may_be_written_by_hand(bc):
    body = {"customerNumber": "10000", "salesCreditMemoLines": [a_line(quantity=1)]}
    assert bc("POST", "salesCreditMemos", body).json()["status"] == "Draft"


def test_the_id_of_an_invoice_survives_its_posting(bc):
    """1.7, notes."""
    body = {"customerNumber": "10000", "customerPurchaseOrderReference": "PO 7"}
    draft = bc("POST", "salesInvoices", {**body, "salesInvoiceLines": [a_line()]}).json()
    assert (draft["status"], draft["customerPurchaseOrderReference"]) == ("Draft", "PO 7")
    assert bc("POST", f"salesInvoices({draft['id']})/Microsoft.NAV.post").status_code == 204
    assert bc("GET", f"salesInvoices({draft['id']})").json()["status"] == "Open"


def test_a_quote_becomes_an_order(bc):
    body = {"customerNumber": "10000", "salesQuoteLines": [a_line(quantity=2)]}
    quote = bc("POST", "salesQuotes", body).json()
    assert bc("POST", f"salesQuotes({quote['id']})/Microsoft.NAV.makeOrder").status_code == 204
    assert bc("GET", f"salesQuotes({quote['id']})").status_code == 404
    order = bc.rows("salesOrders")[0]
    assert order["totalAmountExcludingTax"] == quote["totalAmountExcludingTax"] == 25
    assert [line["quantity"] for line in bc.lines(order)] == [2]


def test_a_quote_tells_the_customers_price_and_is_thrown_away(bc, company):
    """1.9: customer-specific prices appear only on a quote's or an order's line."""
    company.prices.add(Price(item="VALVE-20", customer="10000", price=Decimal("11.25"), minimum=Decimal(10)))
    body = {"customerNumber": "10000", "salesQuoteLines": [a_line(quantity=10), a_line(quantity=9)]}
    quote = bc("POST", "salesQuotes?$expand=salesQuoteLines", body).json(parse_float=Decimal)
    assert [line["unitPrice"] for line in quote["salesQuoteLines"]] == [Decimal("11.25"), Decimal("12.5")]
    assert bc("DELETE", f"salesQuotes({quote['id']})").status_code == 204


def test_a_purchase_order_is_received_only_where_setup_relaxes_the_vendors_invoice(bc, world):
    """1.10: the order page has no property for the vendor's invoice number."""
    body = {"vendorNumber": "V100", "purchaseOrderLines": [a_line(quantity=10, directUnitCost=6)]}
    order = bc("POST", "purchaseOrders", body).json()
    assert (order["totalAmountExcludingTax"], order["status"]) == (60, "Draft")
    action = f"purchaseOrders({order['id']})/Microsoft.NAV.receiveAndInvoice"
    assert code(bc("POST", action)) == FIELD
    world.settings.vendor_invoice_needed = False
    line = bc.rows(f"purchaseOrders({order['id']})/purchaseOrderLines")[0]
    bc(
        "PATCH",
        f"purchaseOrderLines({line['id']})",
        {"receiveQuantity": 4, "invoiceQuantity": 4},
        If_Match="*",
    )
    assert bc("POST", action).status_code == 204
    line = bc.rows(f"purchaseOrders({order['id']})/purchaseOrderLines")[0]
    assert (line["receivedQuantity"], line["invoicedQuantity"]) == (4, 4)
    receipt = bc.rows("purchaseReceipts?$expand=purchaseReceiptLines")[0]
    assert receipt["orderNumber"] == order["number"]
    assert [one["quantity"] for one in receipt["purchaseReceiptLines"]] == [4]
    assert bc.rows("items?$filter=number eq 'VALVE-20'")[0]["inventory"] == 504


def test_posted_papers_cannot_be_written(bc):
    post(bc, bc.order())
    shipment = bc.rows("salesShipments")[0]
    assert bc("DELETE", f"salesShipments({shipment['id']})").status_code == 405
    assert bc("POST", "salesShipments", {}).status_code == 405
    assert bc("PATCH", f"salesShipments({shipment['id']})", {}, If_Match="*").status_code == 405


def test_shipment_lines_spell_their_types_otherwise(bc):
    """1.6."""
    post(bc, bc.order(a_line(), {"lineType": "Account", "lineObjectNumber": "6100", "quantity": 1}))
    shipment = bc.rows("salesShipments")[0]
    lines = bc.rows(f"salesShipments({shipment['id']})/salesShipmentLines")
    assert [line["lineType"] for line in lines] == ["Item", "G_x002F_L_x0020_Account"]


def test_an_order_that_must_ship_complete_is_not_shipped_in_part(bc):
    """1.7, notes: partialShipping false is Shipping Advice Complete."""
    order = bc.order(partialShipping=False)
    line = bc.lines(order)[0]
    bc("PATCH", f"salesOrderLines({line['id']})", {"shipQuantity": 1}, If_Match="*")
    assert code(post(bc, order)) == DIALOG
    bc("PATCH", f"salesOrderLines({line['id']})", {"shipQuantity": 4}, If_Match="*")
    assert post(bc, order).status_code == 204


def test_an_invoice_can_be_printed(bc):
    post(bc, bc.order())
    invoice = bc.rows("salesInvoices")[0]
    answer = bc("GET", f"salesInvoices({invoice['id']})/pdfDocument/pdfDocumentContent")
    assert answer.content.startswith(b"%PDF-")
    document = bc("GET", f"salesInvoices({invoice['id']})/pdfDocument").json()
    assert bc("GET", document["pdfDocumentContent@odata.mediaReadLink"]).content == answer.content


def test_setup_may_keep_a_copy_of_what_is_deleted(bc, world, server):
    """1.9, 1.12: version 29 shows it."""
    server.settings.version = 29
    world.settings.archives_orders = True
    order = bc.order(externalDocumentNumber="WEB-1")
    bc("DELETE", f"salesOrders({order['id']})")
    archived = bc.rows(f"salesOrderArchives?$filter=number eq '{order['number']}'")[0]
    assert (archived["versionNumber"], archived["externalDocumentNumber"]) == (1, "WEB-1")


def test_an_order_with_a_prepayment_stays(bc, company):
    """1.12."""
    order = bc.order()
    row = next(iter(company.documents))
    company.documents.put(replace(row, prepaid=True))
    assert code(bc("DELETE", f"salesOrders({order['id']})")) == DIALOG


def test_an_order_waiting_for_a_prepayment_shows_open(bc, company):
    """1.11."""
    order = bc.order()
    company.documents.put(replace(next(iter(company.documents)), status="prepayment"))
    assert bc("GET", f"salesOrders({order['id']})").json()["status"] == "Open"


def test_fully_shipped_is_not_to_be_relied_on(bc):
    """1.7: true for comments alone, and worked out at the location of the line that was edited last."""
    words = bc.order({"lineType": "Comment", "description": "Nothing to ship"})
    assert words["fullyShipped"] is True
    order = bc.order()
    assert bc("GET", f"salesOrders({order['id']})").json()["fullyShipped"] is False
    east = bc.rows("locations?$filter=code eq 'EAST'")[0]["id"]
    note = {"lineType": "Comment", "description": "A note of the eastern warehouse", "locationId": east}
    bc("POST", f"salesOrders({order['id']})/salesOrderLines", note)
    assert bc("GET", f"salesOrders({order['id']})").json()["fullyShipped"] is True
    assert bc.lines(order)[0]["shippedQuantity"] == 0
