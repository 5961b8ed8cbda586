"""Entering sales orders, and that nothing changes them afterwards (sage.md 3.3 to 3.7)."""

from datetime import date
from decimal import Decimal

import pytest

from erp_connect.testing.mocks.business import stock
from erp_connect.testing.mocks.sage.sage300 import desktop

from .conftest import a_line, code, message


def standing(company, made):
    """The order as the company has it."""
    kind = "quote" if made["OrderType"] == "Quote" else "order"
    return company.find(kind, made["OrderNumber"])


def orders(company):
    return [row for kind in ("order", "quote") for row in company.documents.where("kind", kind)]


def test_an_order_stands_in_the_company_as_it_was_entered(sage, company):
    made = sage.order(
        a_line(quantity=4),
        {"LineType": "Miscellaneous", "MiscellaneousChargesCode": "HC", "ExtendedAmount": 20.25},
        PurchaseOrderNumber="PO-77",
        OrderReference="web-1",
        OrderDate="2026-02-27",
        ExpectedShipDate="2026-03-20T00:00:00Z",
    )
    order = standing(company, made)
    assert (order.external_number, order.your_reference) == ("PO-77", "web-1")
    assert (order.order_date, order.requested) == (date(2026, 2, 27), date(2026, 3, 20))
    assert company.partner_of(order).number == "10000"
    goods, charge = company.lines_of(order)
    assert (goods.object_number, goods.quantity, goods.price, goods.location) == ("VALVE-20", 4, 12.5, "MAIN")
    assert (charge.object_number, charge.amount_net) == ("HC", Decimal("20.25"))
    assert made["OrderTotal"] == order.gross == Decimal("80.25")
    assert made["OrderDate"] == "2026-02-27T00:00:00Z"


def test_customer_defaults_overwrite_what_was_sent_before_the_customer(sage, company):
    """sage.md 3.7, point 5."""
    body = {
        "ShipToName": "Yard",
        "ShipToCity": "Oslo",
        "TermsCode": "COD",
        "OrderReference": "kept",
        "CustomerNumber": "10000",
        "ShipToAddressLine1": "Gate 3",
        "OrderDetails": [a_line()],
    }
    made = sage.post("OE/OEOrders", body)
    address = standing(company, made).ship_address
    assert (address.name, address.city, address.line1) == ("Harbour Pumps", "Riga", "Gate 3")
    assert made["TermsCode"] == "30 DAYS"
    assert made["OrderReference"] == "kept"


def test_a_ship_to_location_overwrites_the_address_sent_before_it(sage, company):
    """sage.md 3.7, point 5."""
    fields = {"ShipToCity": "Oslo", "ShipToLocationCode": "YARD", "ShipToAddressLine2": "Back door"}
    made = sage.post("OE/OEOrders", {"CustomerNumber": "20000", **fields, "OrderDetails": [a_line()]})
    address = standing(company, made).ship_address
    assert (address.name, address.line1, address.city) == ("Mill yard", "Pier 9", "Leith")
    assert address.line2 == "Back door"
    refused = sage(
        "POST",
        "OE/OEOrders",
        {"CustomerNumber": "10000", "ShipToLocationCode": "YARD", "OrderDetails": [a_line()]},
    )
    assert code(refused) == (409, "FieldInvalid")


def test_lines_before_the_customer_are_refused(sage, company):
    """sage.md 3.7, point 5."""
    answer = sage("POST", "OE/OEOrders", {"OrderDetails": [a_line()], "CustomerNumber": "10000"})
    assert code(answer) == (409, "RecordInvalid")
    assert message(answer) == "Customer number cannot be blank."
    assert orders(company) == []


def test_the_order_of_a_lines_properties_matters(sage, server):
    """sage.md 3.7, point 5: what comes later overwrites what came before it."""
    late_item = {"OrderUnitOfMeasure": "BOX", "Location": "EAST", "Item": "VALVE-20", "QuantityOrdered": 1}
    assert code(sage("POST", "OE/OEOrders", {"CustomerNumber": "10000", "OrderDetails": [late_item]})) == (
        409,
        "FieldInvalid",
    )
    late_item = {"Location": "EAST", "Item": "VALVE-20", "QuantityOrdered": 1}
    assert sage.order(late_item)["OrderDetails"][0]["Location"] == "MAIN"
    late_type = {"Item": "VALVE-20", "QuantityOrdered": 1, "LineType": "Item"}
    refused = sage("POST", "OE/OEOrders", {"CustomerNumber": "10000", "OrderDetails": [late_type]})
    assert code(refused) == (409, "RecordInvalid")
    late_place = {"LineType": "Item", "Item": "VALVE-20", "QuantityOrdered": 3, "Location": "EAST"}
    assert sage.order(late_place)["OrderDetails"][0]["QuantityOrdered"] == 0
    server.settings.location_resets_quantity = False
    assert sage.order(late_place)["OrderDetails"][0]["QuantityOrdered"] == 3


def test_a_default_location_after_the_lines_is_not_theirs(sage):
    """sage.md 3.7, point 5."""
    bare = {"LineType": "Item", "Item": "VALVE-20", "QuantityOrdered": 1}
    body = {"CustomerNumber": "10000", "DefaultLocationCode": "EAST", "OrderDetails": [bare]}
    assert sage.post("OE/OEOrders", body)["OrderDetails"][0]["Location"] == "EAST"
    body = {"CustomerNumber": "10000", "OrderDetails": [bare], "DefaultLocationCode": "EAST"}
    assert sage.post("OE/OEOrders", body)["OrderDetails"][0]["Location"] == "MAIN"


def test_line_numbers_uniquifiers_and_order_numbers(sage):
    """sage.md 3.7, point 6."""
    first = sage.order(a_line(), a_line("HOSE-20"), a_line("PUMP-A"))
    second = sage.order(OrderNumber="*** NEW ***")
    assert [line["LineNumber"] for line in first["OrderDetails"]] == [32, 64, 96]
    assert first["OrderUniquifier"] > 10**9
    assert second["OrderUniquifier"] == first["OrderUniquifier"] + 1
    numbers = [int(each["OrderNumber"].removeprefix("ORD")) for each in (first, second)]
    assert numbers[1] == numbers[0] + 1


def test_an_own_order_number_is_taken_once(sage, company):
    """sage.md 3.7, point 6; 6.2."""
    assert sage.order(OrderNumber="WEB-1")["OrderNumber"] == "WEB-1"
    again = sage(
        "POST", "OE/OEOrders", {"CustomerNumber": "10000", "OrderNumber": "WEB-1", "OrderDetails": [a_line()]}
    )
    assert code(again) == (409, "RecordDuplicate")
    assert len(orders(company)) == 1


def test_generated_keys_may_be_dummies(sage, server):
    body = {
        "OrderUniquifier": 0,
        "CustomerNumber": "10000",
        "OrderTotal": 1,
        "OrderDetails": [a_line(LineNumber=7)],
    }
    made = sage.post("OE/OEOrders", body)
    assert made["OrderUniquifier"] > 0
    assert made["OrderDetails"][0]["LineNumber"] == 32
    assert made["OrderTotal"] == 60
    server.settings.read_only = "refused"
    assert code(sage("POST", "OE/OEOrders", body)) == (400, "InvalidPayload")


def test_properties_beyond_the_list_may_be_ignored(sage, server):
    body = {"CustomerNumber": "10000", "OrderFiscalYear": "2026", "OrderDetails": [a_line(DetailNumber=1)]}
    assert code(sage("POST", "OE/OEOrders", body)) == (400, "InvalidPayload")
    server.settings.unknown_properties = "ignored"
    assert sage.post("OE/OEOrders", body)["OrderDetails"][0]["QuantityOrdered"] == 4


def test_the_price_is_computed_where_none_is_imposed(sage, server):
    """sage.md 3.7, point 7."""
    (line,) = sage.order(a_line())["OrderDetails"]
    assert (line["OrderUnitPrice"], line["PriceOverride"], line["ExtendedAmount"]) == (12.5, False, 50)
    boxed = {"LineType": "Item", "Item": "VALVE-20", "OrderUnitOfMeasure": "BOX", "QuantityOrdered": 2}
    (line,) = sage.order(boxed)["OrderDetails"]
    assert (line["OrderUnitPrice"], line["PricingUnitPrice"]) == (150, 12.5)
    (line,) = sage.order(a_line(OrderUnitPrice=9))["OrderDetails"]
    assert line["OrderUnitPrice"] == 12.5
    server.settings.price_needs_override = False
    (line,) = sage.order(a_line(OrderUnitPrice=9))["OrderDetails"]
    assert line["OrderUnitPrice"] == 9


def test_an_imposed_price_holds_unless_the_quantity_comes_after_it(sage, server):
    """sage.md 3.7, points 5 and 7."""
    (line,) = sage.order(a_line(OrderUnitPrice=9.99, PriceOverride=True))["OrderDetails"]
    assert (line["OrderUnitPrice"], line["PriceOverride"]) == (Decimal("9.99"), True)
    early = {"Item": "VALVE-20", "OrderUnitPrice": 9, "QuantityOrdered": 1, "PriceOverride": True}
    (line,) = sage.order(early)["OrderDetails"]
    assert line["OrderUnitPrice"] == 12.5
    held = {"Item": "VALVE-20", "PriceOverride": True, "PricingUnitPrice": 9, "QuantityOrdered": 1}
    (line,) = sage.order(held)["OrderDetails"]
    assert line["OrderUnitPrice"] == 9


def test_a_quote_reveals_the_computed_price(sage, company):
    """sage.md 3.5: the price check."""
    made = sage.order(a_line(), OrderType="Quote")
    assert made["OrderDetails"][0]["OrderUnitPrice"] == 12.5
    assert made["OrderNumber"].startswith("QT")
    assert standing(company, made).kind == "quote"
    assert stock.promised(company, "VALVE-20") == 0
    assert sage.filtered("OE/OEOrders", "OrderType eq 'Quote'")[0]["OrderNumber"] == made["OrderNumber"]


def test_a_quantity_shipped_makes_a_shipment_at_once(sage, company):
    """sage.md 3.7, point 7."""
    before = stock.on_hand(company, "VALVE-20", "MAIN")
    made = sage.order(a_line(quantity=6, QuantityShipped=2))
    assert made["LastShipmentNumber"].startswith("SH")
    assert (made["NumberOfShipments"], made["NumberOfInvoices"], made["LastInvoiceNumber"]) == (1, 0, "")
    assert made["OrderPartiallyShipped"] is True
    assert made["OrderCompleted"] == "IncompleteNotIncluded"
    (line,) = made["OrderDetails"]
    assert (line["QuantityOrdered"], line["QuantityShipped"], line["QuantityBackordered"]) == (6, 2, 4)
    assert stock.on_hand(company, "VALVE-20", "MAIN") == before - 2


def test_an_invoice_is_made_at_once_where_it_is_wanted(sage, company):
    """sage.md 3.7, point 7."""
    charge = {"LineType": "Miscellaneous", "MiscellaneousChargesCode": "HC"}
    made = sage.order(a_line(QuantityShipped=4), charge, InvoiceWillBeProduced=True)
    assert made["LastInvoiceNumber"].startswith("IN")
    assert (made["NumberOfInvoices"], made["OrderCompleted"]) == (1, "CompleteNotIncluded")
    bill = company.find("invoice", made["LastInvoiceNumber"], posted=True)
    assert bill.net == Decimal("68.10")
    assert bill.order == standing(company, made).id
    nothing_shipped = sage.order(a_line(), InvoiceWillBeProduced=True)
    assert (nothing_shipped["NumberOfShipments"], nothing_shipped["NumberOfInvoices"]) == (0, 0)


def test_what_is_not_there_goes_on_backorder(sage, company, server):
    short = a_line("A1-105/0", 60, QuantityShipped=50)
    made = sage.order(short)
    (line,) = made["OrderDetails"]
    assert (line["QuantityShipped"], line["QuantityBackordered"]) == (40, 20)
    assert stock.on_hand(company, "A1-105/0", "MAIN") == 0
    server.settings.short_stock = "refused"
    answer = sage("POST", "OE/OEOrders", {"CustomerNumber": "10000", "OrderDetails": [short]})
    assert code(answer) == (409, "General")
    server.settings.short_stock = "allowed"
    assert sage.order(short)["OrderDetails"][0]["QuantityShipped"] == 50


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_orders_are_never_changed_nor_deleted(sage, company, method):
    """sage.md 3.7, point 8."""
    made = sage.order()
    before = standing(company, made)
    body = None if method == "DELETE" else {"OnHold": True}
    for path in (f"OE/OEOrders({made['OrderUniquifier']})", "OE/OEOrders(1)", "OE/OEOrders"):
        assert code(sage(method, path, body)) == (405, "MethodNotAllowed")
    assert standing(company, made) == before


@pytest.mark.parametrize("resource", ["OE/OEInvoices", "PO/POGetReceipts", "CS/CSCompanyProfile"])
def test_what_is_only_read_takes_no_post(sage, resource):
    assert code(sage("POST", resource, {})) == (405, "MethodNotAllowed")


def test_an_unknown_item_is_a_conflict(sage, company):
    """sage.md 3.7, point 9."""
    answer = sage(
        "POST", "OE/OEOrders", {"CustomerNumber": "10000", "OrderDetails": [a_line(), a_line("NOSUCH")]}
    )
    assert code(answer) == (409, "FieldInvalid")
    assert answer.json() == {
        "error": {
            "code": "FieldInvalid",
            "message": {"lang": "en-US", "value": "Item NOSUCH does not exist."},
        }
    }
    assert orders(company) == []


def test_warnings_stand_in_the_same_text_as_the_error(sage, company):
    """sage.md 3.6: one message concatenates several sentences separated by newlines."""
    lines = [a_line("A1-105/0", 60, QuantityShipped=60), a_line("NOSUCH")]
    answer = sage("POST", "OE/OEOrders", {"CustomerNumber": "10000", "OrderDetails": lines})
    assert code(answer) == (409, "FieldInvalid")
    first, second = message(answer).split("\n")
    assert first == "Item NOSUCH does not exist."
    assert second.endswith("Quantity on backorder has been increased.")
    assert stock.on_hand(company, "A1-105/0", "MAIN") == 40


def test_a_bad_address_is_a_general_conflict(sage, company, server):
    """sage.md 3.7, point 9."""
    body = {"CustomerNumber": "10000", "ShipToCity": "", "OrderDetails": [a_line()]}
    assert code(sage("POST", "OE/OEOrders", body)) == (409, "General")
    assert orders(company) == []
    server.settings.address_needed = frozenset()
    assert sage("POST", "OE/OEOrders", body).status_code == 201


def test_stock_is_asked_for_only_where_a_release_has_it(sage, server, company):
    """sage.md 3.7, point 9."""
    for name in ("ICLocationDetails", "ICItemLocations"):
        assert code(sage("GET", f"IC/{name}")) == (404, "ResourceNotFound")
    server.settings.more_resources |= {"ICLocationDetails", "ICItemLocations"}
    sage.order(a_line("A1-105/0", 7))
    for name in ("ICLocationDetails", "ICItemLocations"):
        rows = sage.filtered(f"IC/{name}", "ItemNumber eq 'A1-105/0'")
        told = {row["Location"]: (row["QuantityOnHand"], row["QuantityAvailableToShip"]) for row in rows}
        assert told == {"MAIN": (40, 33), "EAST": (5, 5)}
        one = sage.read(f"IC/{name}('A1-105/0','MAIN')")
        assert (one["QuantityCommitted"], one["AverageCost"], one["Name"]) == (7, 20, "Main warehouse")


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"CustomerNumber": "99999"}, "FieldInvalid"),
        ({"CustomerNumber": "30000"}, "General"),
        ({"OrderDate": "2019-12-31"}, "FieldInvalid"),
        ({"TermsCode": "NOSUCH"}, "FieldInvalid"),
        ({"ShipViaCode": "NOSUCH"}, "FieldInvalid"),
        ({"DefaultLocationCode": "NOSUCH"}, "FieldInvalid"),
        ({"DefaultPriceListCode": "NOSUCH"}, "FieldInvalid"),
        ({"TaxGroup": "NOSUCH"}, "FieldInvalid"),
        ({"Salesperson3": "NOSUCH"}, "FieldInvalid"),
        ({"OrderDetails": []}, "RecordInvalid"),
        ({"OrderDetails": [{"LineType": "Item"}]}, "RecordInvalid"),
        ({"OrderDetails": [{"LineType": "Miscellaneous"}]}, "RecordInvalid"),
        ({"OrderDetails": [a_line(MiscellaneousChargesCode="HC")]}, "FieldInvalid"),
        ({"OrderDetails": [{"LineType": "Miscellaneous", "Item": "VALVE-20"}]}, "FieldInvalid"),
        ({"OrderDetails": [{"LineType": "Miscellaneous", "MiscellaneousChargesCode": "XX"}]}, "FieldInvalid"),
        ({"OrderDetails": [{"QuantityOrdered": 1, "Item": "VALVE-20"}]}, "FieldInvalid"),
        ({"OrderDetails": [a_line(OrderUnitOfMeasure="PALLET")]}, "FieldInvalid"),
        ({"OrderDetails": [a_line(Location="NOSUCH")]}, "FieldInvalid"),
        ({"OrderDetails": [a_line(quantity=-1)]}, "FieldInvalid"),
        ({"OrderDetails": [a_line(QuantityShipped=5)]}, "FieldInvalid"),
        ({"OrderDetails": [a_line("VALVE20")]}, "FieldInvalid"),
        ({"OrderDetails": [a_line("OLD-1")]}, "FieldInvalid"),
        ({"OnHold": True, "OrderDetails": [a_line(QuantityShipped=1)]}, "General"),
        ({"OrderType": "Quote", "OrderDetails": [a_line(QuantityShipped=1)]}, "General"),
        ({"OrderOptionalFields": [{"OptionalField": "NOSUCH", "Value": "1"}]}, "FieldInvalid"),
    ],
)
def test_what_the_business_refuses_is_a_conflict_and_leaves_nothing(sage, company, fields, wanted):
    answer = sage("POST", "OE/OEOrders", {"CustomerNumber": "10000", "OrderDetails": [a_line()], **fields})
    assert code(answer) == (409, wanted)
    assert orders(company) == []
    assert not company.documents.where("kind", "shipment")


@pytest.mark.parametrize(
    "fields",
    [
        *(
            {"Nothing": 1},
            {"orderreference": "x"},
            {"OrderReference": 7},
            {"OnHold": "Yes"},
            {"OrderType": "active"},
        ),
        *(
            {"OrderDate": "27.02.2026"},
            {"OrderDate": "2026-02-30"},
            {"OrderDate": 20260227},
            {"OrderDetails": {}},
        ),
        *(
            {"OrderDetails": [1]},
            {"OrderDetails": [a_line(quantity="4")]},
            {"OrderDetails": [a_line(Nothing=1)]},
        ),
        *({"OrderDetails": [a_line(quantity=True)]}, {"OrderDetails": [a_line(quantity=1e20)]}),
        *({"OrderNumber": "N" * 23}, {"OrderDetails": [a_line(UpdateOperation="Other")]}),
    ],
)
def test_what_has_the_wrong_form_is_a_bad_payload(sage, company, fields):
    answer = sage("POST", "OE/OEOrders", {"CustomerNumber": "10000", "OrderDetails": [a_line()], **fields})
    assert code(answer) == (400, "InvalidPayload")
    assert orders(company) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b'{"CustomerNumber": "\xff"}'])
def test_what_is_no_object_is_a_bad_payload(sage, body):
    assert code(sage("POST", "OE/OEOrders", body)) == (400, "InvalidPayload")


def test_optional_fields_need_the_number_that_their_line_will_have(sage, company):
    def line(n):
        return a_line(
            OrderDetailOptionalFields=[{"LineNumber": n, "OptionalField": "CHANNEL", "Value": "web"}]
        )

    header = [{"OptionalField": "WEBREF", "Value": "w-1"}]
    made = sage.order(a_line(), line(64), OrderOptionalFields=header)
    assert made["OrderOptionalFields"] == header
    assert made["OrderDetails"][1]["OrderDetailOptionalFields"][0]["Value"] == "web"
    assert sage.read(f"OE/OEOrders({made['OrderUniquifier']})") == made
    body = {"CustomerNumber": "10000", "OrderDetails": [line(64)]}
    assert code(sage("POST", "OE/OEOrders", body)) == (409, "FieldInvalid")
    assert len(orders(company)) == 1


def test_items_may_be_named_without_separators_where_a_site_does_so(sage, server):
    server.settings.unformatted_items = True
    assert sage.order(a_line("A11050"))["OrderDetails"][0]["Item"] == "A1-105/0"


def test_an_order_is_followed_through_what_others_do_with_it(sage, company):
    """sage.md 6.3: how the states of an order look from outside."""
    made = sage.order(a_line(quantity=5))
    path = f"OE/OEOrders({made['OrderUniquifier']})"

    def state():
        told = sage.read(path)
        line = told["OrderDetails"][0]
        return told["OrderCompleted"], told["OrderPartiallyShipped"], line["QuantityShipped"]

    assert state() == ("IncompleteNotIncluded", False, 0)
    desktop.ship(company, standing(company, made), {32: Decimal(2)}, tracking="TRK-1")
    assert state() == ("IncompleteNotIncluded", True, 2)
    desktop.ship(company, standing(company, made))
    assert state() == ("IncompleteNotIncluded", False, 5)
    desktop.invoice(company, standing(company, made))
    assert state() == ("CompleteNotIncluded", False, 5)
    assert sage("POST", "IC/ICDayEndProcessing('$process')").status_code == 204
    assert state() == ("CompleteDayEnd", False, 5)
    told = sage.read(path)
    assert (told["NumberOfShipments"], told["NumberOfInvoices"]) == (2, 1)


def test_orders_given_up_and_held_by_others_are_told_so(sage, company):
    """sage.md 6.3: cancelled is complete with nothing shipped."""
    made = sage.order()
    path = f"OE/OEOrders({made['OrderUniquifier']})"
    desktop.hold(company, standing(company, made))
    assert sage.read(path)["OnHold"] is True
    desktop.cancel(company, standing(company, made))
    told = sage.read(path)
    assert told["OrderCompleted"] == "CompleteNotIncluded"
    assert told["OrderDetails"][0]["QuantityShipped"] == 0
    assert stock.promised(company, "VALVE-20") == 0


def test_totals_may_be_told_without_tax(sage, server):
    server.settings.order_total = "net"
    assert sage.order()["OrderTotal"] == 50


def test_the_status_of_a_creation_is_open(sage, server):
    server.settings.created_status = 200
    assert (
        sage("POST", "OE/OEOrders", {"CustomerNumber": "10000", "OrderDetails": [a_line()]}).status_code
        == 200
    )


def test_an_order_may_be_empty_where_a_site_allows_it(sage, server):
    server.settings.empty_orders = True
    made = sage.post("OE/OEOrders", {"CustomerNumber": "10000"})
    assert made["OrderDetails"] == []
    assert made["OrderCompleted"] == "IncompleteNotIncluded"


def test_a_customer_on_hold_orders_and_gets_nothing(sage, company):
    assert sage("PATCH", "AR/ARCustomers('10000')", {"OnHold": "Yes"}).status_code == 204
    assert sage.order()["NumberOfShipments"] == 0
    body = {"CustomerNumber": "10000", "OrderDetails": [a_line(QuantityShipped=1)]}
    assert code(sage("POST", "OE/OEOrders", body)) == (409, "General")


def test_foreign_customers_pay_in_their_currency(sage):
    made = sage.post("OE/OEOrders", {"CustomerNumber": "20000", "OrderDetails": [a_line("PUMP-A", 1)]})
    assert made["OrderSourceCurrency"] == "USD"
    assert made["OrderDetails"][0]["OrderUnitPrice"] == Decimal("2222.21111")
