"""Sales orders: created, read, amended line by line, cancelled, removed (sage.md 4.4, 4.5, 4.7)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.sage.sage200.office import dispute

from .conftest import refusal


def stood(company, order):
    """The order as it stands in the company."""
    return company.find("order", order["document_no"])


def put(sage, order, *lines, **fields):
    return sage("PUT", f"sop_orders/{order['id']}", {**fields, "lines": list(lines)})


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


# ---------------------------------------------------------------- amend


def test_an_order_is_read_changed_and_put_back(sage, company):
    """sage.md 4.5: GET, change, PUT the whole of it."""
    order = sage.again(sage.order(sage.a_line(), sage.a_line("HOSE-20", 10)))
    order["requested_delivery_date"] = "2026-05-01T00:00:00"
    order["lines"][0]["line_quantity"] = 6
    changed = sage.done("PUT", f"sop_orders/{order['id']}", order)
    assert [line["line_quantity"] for line in changed["lines"]] == [6, 10]
    assert changed["total_net_value"] == Decimal("107.00")
    assert str(stood(company, order).requested) == "2026-05-01"
    assert changed["date_time_updated"] >= order["date_time_updated"]


def test_put_back_unchanged_it_is_the_same_order(sage, company):
    """sage.md 4.5: a round trip moves neither prices nor discounts nor allocations."""
    line = sage.a_line(selling_unit_price=9, selling_unit_price_overridden=True)
    off = sage.a_line("HOSE-20", 3, unit_discount_value=0.33, unit_discount_overridden=True)
    order = sage.again(sage.order(line, off, document_discount_percent=5))
    answer = sage.done("PUT", f"sop_orders/{order['id']}", order)
    ignored = {"date_time_updated"}
    for before, after in zip(order["lines"], answer["lines"], strict=True):
        assert {k: v for k, v in after.items() if k not in ignored} == {
            k: v for k, v in before.items() if k not in ignored
        }
    assert answer["total_gross_value"] == order["total_gross_value"]


def test_lines_that_are_not_sent_stay_and_new_ones_are_added(sage):
    """sage.md 4.5."""
    order = sage.order()
    answer = put(sage, order, sage.a_line("HOSE-20", 2))
    assert [line["code"] for line in answer.json()["lines"]] == ["VALVE-20", "HOSE-20"]


def test_a_failed_put_keeps_the_lines_before_the_bad_one(sage, company):
    """sage.md 4.7, point 6: the first lines are stored, 400 is answered, the following ones are not."""
    order = sage.order(sage.a_line(), sage.a_line("HOSE-20", 10), sage.a_line("PUMP-A", 1))
    first, second, third = (line["id"] for line in order["lines"])
    answer = put(
        sage,
        order,
        {"id": first, "line_quantity": 5},
        {"id": second, "line_quantity": -1},
        {"id": third, "line_quantity": 2},
        customer_document_no="NEW",
    )
    assert refusal(answer) == (
        400,
        ("lines[1].line_quantity", ["The line quantity must be greater than zero."]),
    )
    row = stood(company, order)
    assert [line.quantity for line in company.lines_of(row)] == [5, 10, 1]
    assert row.external_number == "NEW"
    assert row.net == Decimal("62.50") + Decimal("32.00") + Decimal("1999.99")


def test_a_failed_put_may_leave_the_header(sage, company, settings):
    """sage.md 4.7, point 6: whether the header goes first is open."""
    settings.header_first = False
    order = sage.order()
    (line,) = order["lines"]
    put(sage, order, {"id": line["id"], "line_quantity": 5}, {"id": 7}, customer_document_no="NEW")
    row = stood(company, order)
    assert (row.external_number, company.lines_of(row)[0].quantity) == ("", 5)


def test_a_bad_header_stores_nothing(sage, company):
    """sage.md 4.7, point 6."""
    order = sage.order()
    (line,) = order["lines"]
    bad = {"customer_delivery_address_id": 5}
    assert put(sage, order, {"id": line["id"], "line_quantity": 5}, **bad).status_code == 400
    assert company.lines_of(stood(company, order))[0].quantity == 4


def test_lines_are_removed(sage, company):
    """sage.md 4.7, point 7: is_to_delete."""
    order = sage.order(sage.a_line(), sage.a_line("HOSE-20", 10))
    answer = put(sage, order, {"id": order["lines"][0]["id"], "is_to_delete": True})
    assert [line["code"] for line in answer.json()["lines"]] == ["HOSE-20"]
    assert answer.json()["total_net_value"] == 32
    assert sage.rows("sop_cancelled_lines") == []
    assert put(sage, order, {"is_to_delete": True}).status_code == 400


def test_a_removed_line_may_be_recorded_as_cancelled(sage):
    """sage.md 4.7, point 7: create_cancelled_line, seen in sop_cancelled_lines."""
    order = sage.order(sage.a_line(), sage.a_line("HOSE-20", 10))
    put(sage, order, {"id": order["lines"][1]["id"], "is_to_delete": True, "create_cancelled_line": True})
    (row,) = sage.rows(f"sop_cancelled_lines?$filter=sop_order_return_id eq {order['id']}")
    assert (row["item_code"], row["cancelled_quantity"]) == ("HOSE-20", 10)
    assert sage.again(order)["cancelled_status"].endswith("Partially")


def test_a_smaller_quantity_may_be_recorded_as_cancelled(sage):
    """sage.md 4.7, point 7: the removed quantity."""
    order = sage.order(sage.a_line(quantity=9))
    put(sage, order, {"id": order["lines"][0]["id"], "line_quantity": 5, "create_cancelled_line": True})
    (row,) = sage.rows("sop_cancelled_lines")
    assert (row["cancelled_quantity"], row["stock_unit_cancelled_quantity"]) == (4, 4)
    assert sage.get(f"sop_cancelled_lines/{row['id']}") == row


def test_a_despatched_line_is_not_deletable(sage):
    """sage.md 4.5: only when is_line_deletable."""
    order = sage.order()
    (line,) = order["lines"]
    assert line["is_line_deletable"] is True
    sage.despatch(order, {"id": line["id"], "quantity": 1})
    assert sage.again(order)["lines"][0]["is_line_deletable"] is False
    answer = put(sage, order, {"id": line["id"], "is_to_delete": True})
    assert refusal(answer)[1][0] == "is_to_delete"
    assert len(sage.again(order)["lines"]) == 1
    answer = put(sage, order, {"id": line["id"], "line_quantity": 0.5})
    assert answer.status_code == 400


def test_lines_are_sequenced_on_request(sage):
    """sage.md 4.4: is_to_sequence_lines."""
    order = sage.order(sage.a_line(), sage.a_line("HOSE-20", 1))
    one, two = ({"id": line["id"]} for line in order["lines"])
    answer = put(sage, order, two, sage.a_line("PUMP-A", 1), one, is_to_sequence_lines=True)
    assert [line["code"] for line in answer.json()["lines"]] == ["HOSE-20", "PUMP-A", "VALVE-20"]


def test_a_price_goes_back_to_the_list(sage):
    """sage.md 4.4: the flag taken back."""
    order = sage.order(sage.a_line(selling_unit_price=9, selling_unit_price_overridden=True))
    (line,) = order["lines"]
    answer = put(sage, order, {"id": line["id"], "selling_unit_price_overridden": False}).json()
    assert (answer["lines"][0]["selling_unit_price"], answer["total_net_value"]) == (12.5, 50)


def test_what_cannot_be_amended(sage):
    """sage.md 4.5."""
    order = sage.order()
    (line,) = order["lines"]
    other = sage.order()["lines"][0]["id"]
    assert refusal(put(sage, order, customer_id=sage.customer("20000")))[1][0] == "customer_id"
    assert refusal(put(sage, order, {"id": other, "line_quantity": 1}))[1][0] == "lines[0].id"
    changed = {"id": line["id"], "line_type": "EnumLineTypeComment"}
    assert refusal(put(sage, order, changed))[1][0] == "lines[0].line_type"


# ---------------------------------------------------------------- locks


def test_an_order_is_locked_and_released(sage):
    """sage.md 4.2, 4.4: expand is_to_lock, lock_id, is_editing."""
    order = sage.order()
    lock = sage.get(f"sop_orders/{order['id']}?$expand=is_to_lock")["lock_id"]
    assert lock
    answer = put(sage, order, customer_document_no="A")
    assert refusal(answer)[1][0] == "lock_id"
    assert sage("GET", f"sop_orders/{order['id']}?$expand=is_to_lock").status_code == 400
    assert sage("DELETE", f"sop_orders/{order['id']}").status_code == 400
    assert put(sage, order, customer_document_no="B", lock_id=lock, is_editing=True).status_code == 200
    assert put(sage, order, customer_document_no="C").status_code == 400
    assert put(sage, order, customer_document_no="D", lock_id=lock).status_code == 200
    assert put(sage, order, customer_document_no="E").status_code == 200
    assert sage.again(order)["lock_id"] is None


def test_a_lock_is_given_up_after_a_while(sage, clock, settings):
    order = sage.order()
    sage.get(f"sop_orders/{order['id']}?$expand=is_to_lock")
    clock.turn(seconds=settings.lock_seconds)
    assert put(sage, order, customer_document_no="A").status_code == 200


def test_somebody_at_a_desk_holds_an_order(sage, world, company):
    order = sage.order()
    world.locked[stood(company, order).id] = "ANNA"
    answer = put(sage, order, customer_document_no="A")
    assert refusal(answer)[1] == ("lock_id", ["The sales order '1000000001' is locked by ANNA."])


# ---------------------------------------------------------------- status, cancel, delete


def set_status(sage, order, status, *, dialect="sop_order_id"):
    body = {"sop_order_id": order["id"], "document_status": status}
    if dialect == "id":
        body = {"id": order["id"], "status": status}
    return sage("POST", "sop_orders_status", body)


@pytest.mark.parametrize("dialect", ["sop_order_id", "id"])
def test_an_order_is_held_released_and_cancelled(sage, company, dialect):
    """sage.md 4.7, point 9: both bodies of the status endpoint."""
    order = sage.order()
    for status in ("EnumDocumentStatusOnHold", "EnumDocumentStatusLive", "EnumDocumentStatusCancelled"):
        assert set_status(sage, order, status, dialect=dialect).status_code == 200
        assert sage.again(order)["document_status"] == status
    assert stood(company, order).canceled
    assert sage.again(order)["cancelled_status"].endswith("Fully")
    assert put(sage, order, customer_document_no="A").status_code == 400
    assert set_status(sage, order, "EnumDocumentStatusLive").status_code == 400


def test_one_dialect_may_be_the_only_one(sage, settings):
    """sage.md 4.7, point 9."""
    order = sage.order()
    settings.status_dialects = frozenset({"id"})
    assert set_status(sage, order, "EnumDocumentStatusOnHold").status_code == 400
    assert set_status(sage, order, "EnumDocumentStatusOnHold", dialect="id").status_code == 200


def test_before_2025_there_is_no_status_endpoint(sage, settings):
    """sage.md 4.7, point 9: 404."""
    order = sage.order()
    settings.release = "2024R1"
    answer = set_status(sage, order, "EnumDocumentStatusCancelled")
    assert (answer.status_code, answer.json()["statusCode"]) == (404, 404)
    assert sage("GET", "sop_returns").status_code == 404


def test_what_the_status_endpoint_refuses(sage):
    """sage.md 4.5: only hold, live, cancel; not what is despatched; nothing unknown."""
    order = sage.order()
    assert set_status(sage, order, "EnumDocumentStatusComplete").status_code == 400
    assert set_status(sage, {"id": 5}, "EnumDocumentStatusOnHold").status_code == 400
    assert sage("POST", "sop_orders_status", {"sop_order_id": order["id"]}).status_code == 400
    sage.despatch(order, {"id": order["lines"][0]["id"], "quantity": 1})
    assert set_status(sage, order, "EnumDocumentStatusCancelled").status_code == 400
    draft = sage.order(is_editing=True)
    assert set_status(sage, draft, "EnumDocumentStatusOnHold").status_code == 400


def test_a_partly_despatched_order_may_be_cancelled_where_the_site_lets_it(sage, settings):
    order = sage.order()
    sage.despatch(order, {"id": order["lines"][0]["id"], "quantity": 1})
    settings.cancels_despatched = settings.records_cancelled = True
    assert set_status(sage, order, "EnumDocumentStatusCancelled").status_code == 200
    (row,) = sage.rows("sop_cancelled_lines")
    assert row["cancelled_quantity"] == 3


def test_the_whole_order_is_cancelled_line_by_line(sage):
    """sage.md 4.5: before 2025 R1, remove all lines with create_cancelled_line."""
    order = sage.order(sage.a_line(), sage.a_line("HOSE-20", 2))
    gone = [
        {"id": line["id"], "is_to_delete": True, "create_cancelled_line": True} for line in order["lines"]
    ]
    assert put(sage, order, *gone).json()["lines"] == []
    assert len(sage.rows("sop_cancelled_lines")) == 2


def test_an_order_is_deleted_with_200(sage, company):
    """sage.md 4.7, point 4: DELETE answers 200, and the order is gone."""
    order = sage.order()
    answer = sage("DELETE", f"sop_orders/{order['id']}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert sage("GET", f"sop_orders/{order['id']}").status_code == 404
    assert sage("DELETE", f"sop_orders/{order['id']}").status_code == 404
    assert len(company.lines) == 0


def test_a_despatched_order_is_not_deleted(sage):
    order = sage.order()
    sage.despatch(order, {"id": order["lines"][0]["id"], "quantity": 1})
    assert sage("DELETE", f"sop_orders/{order['id']}").status_code == 400


def test_credit(sage, settings):
    """sage.md 4.4: beyond the limit an order is on hold, unless override_on_hold is sent."""
    mill = sage.customer("20000")
    order = sage.order(sage.a_line("PUMP-A", 6), customer_id=mill)
    assert (order["document_status"], order["is_credit_limit_exceeded"]) == ("EnumDocumentStatusOnHold", True)
    order = sage.order(sage.a_line("PUMP-A", 6), customer_id=mill, override_on_hold=True)
    assert order["document_status"] == "EnumDocumentStatusLive"
    settings.over_limit = "refuse"
    answer = sage("POST", "sop_orders", sage.body(customer_id=mill))
    assert refusal(answer)[1].startswith("The account '20000' is over its credit limit")


def test_a_dispute(sage, company):
    """sage.md 4.5: EnumDocumentStatusDispute."""
    order = sage.order()
    dispute(company, order["document_no"])
    assert sage.again(order)["document_status"] == "EnumDocumentStatusDispute"
