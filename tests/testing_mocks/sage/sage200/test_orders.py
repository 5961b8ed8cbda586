"""Sales orders are created: numbers, lines, prices, addresses, drafts (sage.md 4.4, 4.7)."""

from decimal import Decimal

import pytest

from .conftest import put, refusal, stood

# ---------------------------------------------------------------- create


def test_an_order_is_created_with_200(sage, company):
    """sage.md 4.7, point 4: POST answers 200; the order is in the books, priced and taxed."""
    order = sage.order(
        sage.a_line(quantity=4), customer_document_no="WEB-1", requested_delivery_date="2026-04-01T00:00:00"
    )
    assert order["document_status"] == "EnumDocumentStatusLive"
    assert (order["total_net_value"], order["total_gross_value"]) == (Decimal("50.0"), Decimal("60.0"))
    row = stood(company, order)
    assert (row.external_number, str(row.requested)) == ("WEB-1", "2026-04-01")
    (line,) = company.lines_of(row)
    assert (line.object_number, line.quantity, line.location) == ("VALVE-20", 4, "MAIN")


def test_the_number_that_is_sent_is_ignored(sage, settings):
    """sage.md 4.7, point 5: with automatic numbers, and always on Standard."""
    assert sage.order(document_no="MINE-1")["document_no"] == "1000000001"
    settings.edition, settings.auto_numbers = "standard", False
    assert sage.order(document_no="MINE-2")["document_no"] == "1000000002"


def test_the_number_is_needed_where_the_site_does_not_number(sage, settings):
    """sage.md 4.7, point 5."""
    settings.auto_numbers = False
    assert refusal(sage("POST", "sop_orders", sage.body())) == (
        400,
        ("document_no", ["The document_no field is required."]),
    )
    assert sage.order(document_no="MINE-1")["document_no"] == "MINE-1"
    assert sage("POST", "sop_orders", sage.body(document_no="MINE-1")).status_code == 400
    assert len(sage.rows("sop_orders")) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"customer_id": None}, "customer_id"),
        ({"customer_id": 999_999}, "customer_id"),
        ({"customer_id": "10000"}, "customer_id"),
        ({"customer_id": True}, "customer_id"),
        ({"customer_document_no": "x" * 31}, "customer_document_no"),
        ({"requested_delivery_date": "01/04/2026"}, "requested_delivery_date"),
        ({"settlement_discount_days": 1.5}, "settlement_discount_days"),
        ({"spare_bool_1": "yes"}, "spare_bool_1"),
        ({"spare_text_11": "x"}, "spare_text_11"),
        ({"customerDocumentNo": "x"}, "customerDocumentNo"),
        ({"document_discount_percent": 101}, "document_discount_percent"),
    ],
)
def test_what_is_wrong_with_a_header_is_refused(sage, company, change, field):
    """sage.md 4.6: 400 with details."""
    answer = sage("POST", "sop_orders", sage.body() | change)
    assert answer.status_code == 400
    assert list(answer.json()["ModelState"]) == [field]
    assert sage.rows("sop_orders") == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"line_type": None}, "line_type"),
        ({"line_type": "Standard"}, "line_type"),
        ({"product_id": None}, "product_id"),
        ({"warehouse_id": None}, "warehouse_id"),
        ({"product_id": 1}, "product_id"),
        ({"line_quantity": 0}, "line_quantity"),
        ({"line_quantity": "4"}, "line_quantity"),
        ({"quantity": 4}, "quantity"),
        ({"unit_discount_percent": 120, "unit_discount_overridden": True}, "unit_discount_percent"),
    ],
)
def test_what_is_wrong_with_a_line_refuses_the_whole_new_order(sage, change, field):
    """sage.md 4.4: product and warehouse are needed."""
    answer = sage("POST", "sop_orders", sage.body(sage.a_line(), sage.a_line() | change))
    assert answer.status_code == 400
    assert list(answer.json()["ModelState"]) == [f"lines[1].{field}"]
    assert sage.rows("sop_orders") == []


def test_unknown_fields_may_be_passed_over(sage, settings):
    settings.unknown_fields = "ignored"
    assert sage.order(nonsense=1)["document_no"]


def test_read_only_fields_do_nothing(sage, company):
    """sage.md 4.4: external_reference and document_status cannot be written."""
    order = sage.order(external_reference="X-1", document_status="EnumDocumentStatusOnHold", id=5)
    assert (order["external_reference"], order["document_status"]) == ("", "EnumDocumentStatusLive")
    assert not stood(company, order).held


def test_fields_that_are_free_for_use_are_kept(sage):
    """sage.md 4.4: analysis codes, spare fields, references."""
    kept = {
        "analysis_code_20": "North",
        "spare_text_10": "key-1",
        "spare_number_3": 1.5,
        "spare_bool_5": True,
    }
    order = sage.again(sage.order(sage.a_line(spare_text_1="line-1"), **kept))
    assert {name: order[name] for name in kept} == kept
    assert order["lines"][0]["spare_text_1"] == "line-1"


def test_lines_of_the_four_types(sage, company):
    """sage.md 4.4: standard, free text, charge, comment."""
    order = sage.order(
        sage.a_line(),
        {
            "line_type": "EnumLineTypeFreeText",
            "description": "Engraving",
            "line_quantity": 2,
            "selling_unit_price": 7.5,
        },
        {"line_type": "EnumLineTypeCharge", "code": "CARR", "selling_unit_price": 10},
        {"line_type": "EnumLineTypeComment", "description": "Ring first"},
    )
    types = [line["line_type"].removeprefix("EnumLineType") for line in order["lines"]]
    assert types == ["Standard", "FreeText", "Charge", "Comment"]
    assert (order["subtotal_goods_value"], order["subtotal_charge_net_value"]) == (65, 10)
    assert order["total_gross_value"] == Decimal(90)
    assert [line["line_number"] for line in order["lines"]] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"line_type": "EnumLineTypeFreeText", "line_quantity": 1}, "description"),
        ({"line_type": "EnumLineTypeComment"}, "description"),
        ({"line_type": "EnumLineTypeCharge"}, "code"),
        ({"line_type": "EnumLineTypeCharge", "code": "NIX"}, "code"),
    ],
)
def test_what_lines_of_other_types_need(sage, line, field):
    """sage.md 4.4."""
    answer = sage("POST", "sop_orders", sage.body(line))
    assert list(answer.json()["ModelState"]) == [f"lines[0].{field}"]


def test_a_price_needs_its_flag(sage, settings):
    """sage.md 4.4: selling_unit_price_overridden imposes a price."""
    (line,) = sage.order(sage.a_line(selling_unit_price=9))["lines"]
    assert (line["selling_unit_price"], line["selling_unit_price_overridden"]) == (Decimal("12.5"), False)
    (line,) = sage.order(sage.a_line(selling_unit_price=9, selling_unit_price_overridden=True))["lines"]
    assert (line["selling_unit_price"], line["selling_unit_price_overridden"]) == (9, True)
    settings.price_needs_flag = False
    (line,) = sage.order(sage.a_line(selling_unit_price=8))["lines"]
    assert line["selling_unit_price"] == 8


def test_discounts_in_percent_and_as_a_value(sage):
    """sage.md 4.4: the flag says that one is given, another one which of both counts."""
    given = {"unit_discount_percent": 10, "unit_discount_value": 2.5}
    (line,) = sage.order(sage.a_line(**given))["lines"]
    assert line["line_total_value"] == 50
    (line,) = sage.order(sage.a_line(**given, unit_discount_overridden=True))["lines"]
    assert (line["unit_discount_percent"], line["line_total_value"]) == (20, 40)
    flags = {"unit_discount_overridden": True, "discount_percent_specified": True}
    (line,) = sage.order(sage.a_line(**given, **flags))["lines"]
    assert (line["unit_discount_value"], line["line_total_value"]) == (Decimal("1.25"), 45)


def test_a_discount_of_the_document(sage):
    """sage.md 4.4: document_discount_percent follows the lines."""
    order = sage.order(document_discount_percent=10)
    assert (order["subtotal_discount_value"], order["total_net_value"]) == (5, 45)
    (line,) = order["lines"]
    changed = put(sage, order, {"id": line["id"], "line_quantity": 8}).json()
    assert (changed["subtotal_discount_value"], changed["total_net_value"]) == (10, 90)


def test_quantities_in_another_unit_and_in_stock_units(sage):
    """sage.md 4.4: selling units versus stock units."""
    box = sage.number("units", "name", "BOX")
    (line,) = sage.order(sage.a_line(quantity=2, selling_unit_id=box))["lines"]
    assert (line["line_quantity"], line["stock_unit_line_quantity"]) == (2, 24)
    assert line["selling_unit_price"] == 150
    hour = sage.number("units", "name", "HOUR")
    assert sage("POST", "sop_orders", sage.body(sage.a_line(selling_unit_id=hour))).status_code == 400


def test_serial_numbered_goods_are_rounded_silently(sage):
    """sage.md 4.4."""
    (line,) = sage.order(sage.a_line("PUMP-A", 2.5))["lines"]
    assert line["line_quantity"] == 3


def test_who_and_what_may_not_be_ordered(sage, company):
    """sage.md 4.6: accounts on hold, inactive products, products that are not for sale."""
    answer = sage("POST", "sop_orders", sage.body(customer_id=sage.customer("30000")))
    assert refusal(answer) == (400, "The account '30000' is on hold.")
    answer = sage("POST", "sop_orders", sage.body(sage.a_line("OLD-1")))
    assert refusal(answer) == (400, "The stock item 'OLD-1' is inactive.")
    hose = sage.number("products", "code", "HOSE-20")
    sage.done("PUT", f"products/{hose}", {"allow_sales_order": False})
    assert sage("POST", "sop_orders", sage.body(sage.a_line("HOSE-20"))).status_code == 400


def test_addresses(sage, company):
    """sage.md 4.4: the customer's own, one of the customer's, and one that is written out."""
    assert sage.order()["delivery_address"]["address_1"] == "Quay 1"
    (depot,) = sage.rows("customer_delivery_addresses")
    order = sage.order(customer_delivery_address_id=depot["id"])
    assert (order["delivery_address"]["city"], order["use_invoice_address"]) == ("Hull", False)
    written = {"postal_name": "Site 9", "address_1": "Lane 9", "address_3": "Third", "city": "Leeds"}
    put(sage, order, delivery_address=written | {"postcode": "LS1 1AA"})
    shown = sage.again(order)["delivery_address"]
    assert {name: shown[name] for name in written} == written
    assert stood(company, order).ship_address.postal_code == "LS1 1AA"
    put(sage, order, use_invoice_address=True)
    assert sage.again(order)["delivery_address"]["address_1"] == "Quay 1"
    answer = put(sage, order, delivery_address={"street": "x"})
    assert list(answer.json()["ModelState"]) == ["delivery_address.street"]
    other = sage.body(customer_id=sage.customer("20000"), customer_delivery_address_id=depot["id"])
    assert sage("POST", "sop_orders", other).status_code == 400


def test_currency_and_rate_come_from_the_customer(sage):
    """sage.md 4.4: currency_id is read-only."""
    order = sage.order(customer_id=sage.customer("20000"))
    row = sage.get(f"sop_orders/{order['id']}?$expand=currency")
    assert row["currency"]["code"] == "USD"
    assert row["exchange_rate"] == Decimal("1.111111")


# ---------------------------------------------------------------- drafts and defaults


def test_a_draft_stays_one_while_it_is_edited(sage):
    """sage.md 4.4: is_editing keeps a draft, its absence confirms."""
    order = sage.order(is_editing=True)
    assert (order["document_status"], order["is_draft"]) == ("EnumDocumentStatusDraft", True)
    assert put(sage, order, is_editing=True).json()["is_draft"] is True
    confirmed = put(sage, order, is_editing=False).json()
    assert (confirmed["document_status"], confirmed["is_draft"]) == ("EnumDocumentStatusLive", False)
    assert put(sage, order, is_editing=True).json()["is_draft"] is False


def test_defaults_are_shown_and_not_stored(sage, company):
    """sage.md 4.3: sop_orders_new."""
    shown = sage.done("POST", "sop_orders_new", {"customer_id": sage.customer()})
    assert (shown["id"], shown["customer_id"], shown["is_draft"]) == (0, sage.customer(), True)
    assert len(company.documents) == 0
    assert sage("POST", "sop_orders_new", {"customer": 1}).status_code == 400


def test_a_duplicate_is_a_draft(sage):
    """sage.md 4.3: sop_orders_duplicate."""
    priced = sage.a_line(selling_unit_price=9, selling_unit_price_overridden=True, spare_text_1="s")
    order = sage.order(priced, customer_document_no="PO-1")
    body = {"source_id": order["id"], "customer_id": sage.customer(), "prices_and_discounts": True}
    copy = sage.done("POST", "sop_orders_duplicate", body)
    assert copy["is_draft"] is True
    assert copy["document_no"] != order["document_no"]
    assert (copy["customer_document_no"], copy["lines"][0]["selling_unit_price"]) == ("PO-1", 9)
    answer = sage("POST", "sop_orders_duplicate", body | {"source_id": 5})
    assert answer.status_code == 400


def test_quotes_are_apart_from_orders(sage, company):
    """sage.md 4.3: sop_quotes are created, changed and deleted; they put no stock aside."""
    quote = sage.done("POST", "sop_quotes", sage.body(quotation_expiry_date="2026-06-01"))
    assert quote["quotation_expiry_date"] == "2026-06-01T00:00:00"
    assert quote["lines"][0]["allocated_quantity"] == 0
    line = {"id": quote["lines"][0]["id"], "line_quantity": 1}
    assert sage.done("PUT", f"sop_quotes/{quote['id']}", {"lines": [line]})["total_net_value"] == Decimal(
        "12.5"
    )
    assert sage.rows("sop_orders") == []
    assert sage("GET", f"sop_orders/{quote['id']}").status_code == 404
    assert sage("DELETE", f"sop_quotes/{quote['id']}").status_code == 200
    assert len(company.documents) == 0
