"""Invoices, shipments, credit notes and purchases (sage.md 3.4, 3.5)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.business import ordering, stock
from erp_connect.testing.mocks.sage.sage300 import desktop

from .conftest import a_line, code


def a_purchase(*lines, **fields):
    default = {"ItemNumber": "A1-105/0", "Location": "MAIN", "UnitOfMeasure": "PCS", "QuantityOrdered": 10}
    return {
        "PurchaseOrderDate": "2026-02-15",
        "Vendor": "V100",
        **fields,
        "PurchaseOrderLines": list(lines or [default]),
    }


def test_invoices_are_read_and_lead_to_their_order(sage):
    made = sage.order(a_line(QuantityShipped=4), PurchaseOrderNumber="PO-9", InvoiceWillBeProduced=True)
    (bill,) = sage.filtered("OE/OEInvoices", f"OrderNumber eq '{made['OrderNumber']}'")
    assert bill["InvoiceNumber"] == made["LastInvoiceNumber"]
    assert bill["ShipmentNumber"] == made["LastShipmentNumber"]
    assert (bill["InvoiceTotalBeforeTax"], bill["TotalTaxAmount"], bill["InvoiceTotalWithTax"]) == (
        50,
        10,
        60,
    )
    assert bill["InvoiceDetails"][0]["QuantityShipped"] == 4
    assert sage.read(f"OE/OEInvoices({bill['InvoiceUniquifier']})") == bill
    assert sage.filtered("OE/OEInvoices", "PurchaseOrderNumber eq 'PO-9' and CustomerNumber eq '10000'") == [
        bill
    ]
    assert sage.filtered("OE/OEInvoices", f"InvoiceNumber eq '{bill['InvoiceNumber']}'") == [bill]
    assert code(sage("POST", "OE/OEInvoices", {})) == (405, "MethodNotAllowed")


def test_shipments_only_where_a_release_has_them(sage, company, server):
    """sage.md 3.4: OEShipments is not listed."""
    made = sage.order(a_line(quantity=5))
    order = company.find("order", made["OrderNumber"])
    desktop.ship(company, order, {32: Decimal(3)}, tracking="TRK-1")
    assert code(sage("GET", "OE/OEShipments")) == (404, "ResourceNotFound")
    server.settings.more_resources.add("OEShipments")
    (shipment,) = sage.rows("OE/OEShipments")
    assert (shipment["OrderNumber"], shipment["ShipmentTrackingNumber"]) == (made["OrderNumber"], "TRK-1")
    assert shipment["ShipmentDetails"][0]["QuantityShipped"] == 3


def test_a_credit_note_takes_goods_back(sage, company):
    """sage.md 3.5: OECreditDebitNotes with QuantityReturned."""
    before = stock.on_hand(company, "A1-105/0", "EAST")
    body = {
        "CNUniquifier": 1793,
        "CustomerNumber": "10000",
        "Reference": "rma-1",
        "Description": "Broken",
        "CreditDebitNoteDate": "2026-02-05",
        "CreditDebitNoteType": "CreditNote",
        "CreditDebitDetails": [
            {
                "CNUniquifier": 1793,
                "LineNumber": 32,
                "LineType": "Item",
                "Item": "A1-105/0",
                "MiscellaneousChargesCode": "",
                "Location": "EAST",
                "QuantityReturned": 2,
                "CreditDebitNoteUOM": "PCS",
                "UnitPrice": 5.94,
            },
            {
                "LineNumber": 32,
                "LineType": "Miscellaneous",
                "MiscellaneousChargesCode": "HC",
                "ExtendedAmountMiscellaneousCharge": 18.10,
            },
        ],
    }
    made = sage.post("OE/OECreditDebitNotes", body)
    assert made["CreditDebitNoteNumber"].startswith("CN")
    assert made["CreditDebitNoteTotBeforeTax"] == Decimal("29.98")
    assert [line["LineNumber"] for line in made["CreditDebitDetails"]] == [32, 64]
    assert stock.on_hand(company, "A1-105/0", "EAST") == before + 2
    paper = company.find("credit_memo", made["CreditDebitNoteNumber"], posted=True)
    assert (paper.your_reference, paper.net) == ("rma-1", Decimal("29.98"))
    assert sage.read(f"OE/OECreditDebitNotes({made['CNUniquifier']})") == made
    assert sage.filtered("OE/OECreditDebitNotes", "Reference eq 'rma-1'") == [made]


@pytest.mark.parametrize(
    "fields",
    [
        *({"CustomerNumber": "99999"}, {"CreditDebitDetails": []}, {"CreditDebitNoteDate": "2019-01-01"}),
        {"CreditDebitDetails": [{"LineType": "Item", "Item": "NOSUCH", "QuantityReturned": 1}]},
        {"CreditDebitDetails": [{"LineType": "Item", "Item": "VALVE-20", "QuantityReturned": 0}]},
        {
            "CreditDebitDetails": [
                {"LineType": "Item", "Item": "VALVE-20", "QuantityReturned": 1, "Location": "X"}
            ]
        },
        {"CreditDebitDetails": [{"LineType": "Miscellaneous", "MiscellaneousChargesCode": "X"}]},
        {"CreditDebitNoteType": "DebitNote"},
    ],
)
def test_credit_notes_that_are_refused(sage, company, fields):
    line = {"LineType": "Item", "Item": "VALVE-20", "QuantityReturned": 1}
    answer = sage(
        "POST", "OE/OECreditDebitNotes", {"CustomerNumber": "10000", "CreditDebitDetails": [line], **fields}
    )
    assert answer.status_code == 409, answer.text
    assert not company.documents.where("kind", "credit_memo")
    assert stock.on_hand(company, "VALVE-20") == 500


def test_a_purchase_order_is_entered_and_read(sage, company):
    lines = [
        {
            "LineNumber": 1000,
            "ItemNumber": "A1-105/0",
            "Location": "MAIN",
            "QuantityOrdered": 10,
            "UnitCost": 5,
        },
        {"LineNumber": 2000, "ItemNumber": "VALVE-20", "Location": "EAST", "QuantityOrdered": 20},
    ]
    made = sage.post(
        "PO/POPurchaseOrders", a_purchase(*lines, Reference="ref", Description="Lamps", Comment="Soon")
    )
    assert made["PurchaseOrderNumber"].startswith("PO")
    assert [line["LineNumber"] for line in made["PurchaseOrderLines"]] == [1000, 2000]
    order = company.find("purchase_order", made["PurchaseOrderNumber"])
    assert [line.price for line in company.lines_of(order)] == [5, Decimal("6.25")]
    assert (made["Vendor"], made["Reference"], made["DocumentTotal"]) == ("V100", "ref", 175)
    assert sage.read(f"PO/POPurchaseOrders({made['PurchaseOrderSequenceKey']})") == made
    number = made["PurchaseOrderNumber"]
    assert sage.filtered("PO/POPurchaseOrders", f"PurchaseOrderNumber eq '{number}'") == [made]
    for method in ("PUT", "PATCH", "DELETE"):
        refused = sage(method, f"PO/POPurchaseOrders({made['PurchaseOrderSequenceKey']})", {})
        assert code(refused) == (405, "MethodNotAllowed")


def test_purchase_lines_are_numbered_in_thousands(sage):
    line = {"ItemNumber": "VALVE-20", "QuantityOrdered": 1}
    made = sage.post("PO/POPurchaseOrders", a_purchase(line, line))
    assert [each["LineNumber"] for each in made["PurchaseOrderLines"]] == [1000, 2000]
    twice = {"LineNumber": 1000, **line}
    assert code(sage("POST", "PO/POPurchaseOrders", a_purchase(twice, twice))) == (409, "RecordDuplicate")


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"Vendor": ""}, "RecordInvalid"),
        ({"Vendor": "NOSUCH"}, "FieldInvalid"),
        ({"PurchaseOrderDate": "2019-01-01"}, "FieldInvalid"),
        ({"PurchaseOrderLines": []}, "RecordInvalid"),
        ({"PurchaseOrderLines": [{"ItemNumber": "NOSUCH", "QuantityOrdered": 1}]}, "FieldInvalid"),
        ({"PurchaseOrderLines": [{"ItemNumber": "VALVE-20"}]}, "FieldInvalid"),
        ({"PurchaseOrderLines": [{"ItemNumber": "OLD-1", "QuantityOrdered": 1}]}, "General"),
    ],
)
def test_purchase_orders_that_are_refused(sage, company, fields, wanted):
    assert code(sage("POST", "PO/POPurchaseOrders", a_purchase() | fields)) == (409, wanted)
    assert not company.documents.where("kind", "purchase_order")


def test_goods_arrive_in_parts(sage, company):
    made = sage.post("PO/POPurchaseOrders", a_purchase())
    number = made["PurchaseOrderNumber"]

    def receive(quantity, **fields):
        line = {"LineNumber": 1000, "ItemNumber": "A1-105/0", "QuantityReceived": quantity, **fields}
        return sage(
            "POST",
            "PO/POReceipts",
            {"PurchaseOrderNumber": number, "Vendor": "V100", "ReceiptLine2s": [line]},
        )

    first = receive(4)
    assert first.status_code == 201
    assert first.json()["ReceiptNumber"].startswith("RCP")
    assert stock.on_hand(company, "A1-105/0", "MAIN") == 44
    assert (
        sage.read(f"PO/POPurchaseOrders({made['PurchaseOrderSequenceKey']})")["PurchaseOrderLines"][0][
            "QuantityReceived"
        ]
        == 4
    )
    assert code(receive(7)) == (409, "FieldInvalid")
    assert code(receive(1, LineNumber=5000)) == (409, "FieldInvalid")
    assert receive(6).status_code == 201
    assert stock.on_hand(company, "A1-105/0", "MAIN") == 50
    receipts = sage.filtered("PO/POGetReceipts", f"PurchaseOrderNumber eq '{number}'")
    assert [each["ReceiptLine2s"][0]["QuantityReceived"] for each in receipts] == [4, 6]
    assert code(sage("GET", "PO/POReceipts")) == (405, "MethodNotAllowed")


def test_goods_arrive_without_a_purchase_order(sage, company):
    line = {"ItemNumber": "A1-105/0", "Location": "EAST", "QuantityReceived": 3, "UnitCost": 9}
    made = sage.post("PO/POReceipts", {"Vendor": "V200", "ReceiptLine2s": [line]})
    assert made["ReceiptLine2s"][0]["QuantityReceived"] == 3
    assert stock.on_hand(company, "A1-105/0", "EAST") == 8
    assert sage.rows("PO/POPurchaseOrders") == []
    refused = sage("POST", "PO/POReceipts", {"PurchaseOrderNumber": "NOSUCH", "ReceiptLine2s": [line]})
    assert code(refused) == (409, "FieldInvalid")


def test_papers_that_others_entered_are_found_by_key_and_number(sage, company):
    customer = company.customers.by("number", "10000")
    line = {"object_number": "VALVE-20", "quantity": Decimal(2)}
    order = ordering.create(company, "order", {"partner": customer.id, "external_number": "PO-X"}, [line])
    (told,) = sage.filtered("OE/OEOrders", f"OrderNumber eq '{order.number}'")
    assert sage.read(f"OE/OEOrders({told['OrderUniquifier']})") == told
    assert told["OrderDetails"][0]["QuantityOrdered"] == 2
    assert sage.filtered("OE/OEOrders", f"OrderUniquifier eq {told['OrderUniquifier']}") == [told]
