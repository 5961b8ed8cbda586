"""Sales orders are amended line by line, locked, held, cancelled and removed (sage.md 4.5, 4.7)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.sage.sage200.office import dispute

from .conftest import put, refusal, stood

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


def test_lines_of_all_types_survive_the_round_trip(sage):
    """sage.md 4.4, 4.5."""
    text = {"line_type": "EnumLineTypeFreeText", "description": "Engraving", "line_quantity": 2}
    charge = {"line_type": "EnumLineTypeCharge", "code": "CARR", "selling_unit_price": 10}
    comment = {"line_type": "EnumLineTypeComment", "description": "Ring first"}
    order = sage.again(sage.order(text | {"selling_unit_price": 7.5}, charge, comment))
    answer = sage.done("PUT", f"sop_orders/{order['id']}", order)
    assert answer["total_gross_value"] == order["total_gross_value"] == 30
    assert [line["description"] for line in answer["lines"]] == ["Engraving", "Carriage", "Ring first"]


def test_without_a_lock_the_later_change_wins(sage):
    """sage.md 4.4: there is no token of a version, only the lock."""
    order = sage.again(sage.order())
    assert put(sage, order, customer_document_no="FIRST").status_code == 200
    assert sage.done("PUT", f"sop_orders/{order['id']}", order)["customer_document_no"] == ""


def test_an_order_that_is_not_there_is_not_changed(sage):
    """sage.md 4.6: 404."""
    assert sage("PUT", "sop_orders/5", {}).status_code == 404


def test_the_number_of_an_order_stays(sage):
    """sage.md 4.7, point 5: also when it is sent again."""
    order = sage.order()
    assert put(sage, order, document_no="OTHER").json()["document_no"] == order["document_no"]


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


def test_a_header_that_was_saved_stays_when_a_price_goes_back_to_the_list(sage, company):
    """sage.md 4.5: header and lines are saved one after another; none takes back what another has said."""
    order = sage.order(sage.a_line(selling_unit_price=9, selling_unit_price_overridden=True))
    line = {"id": order["lines"][0]["id"], "selling_unit_price_overridden": False}
    answer = put(sage, order, line, customer_document_no="NEW").json()
    assert (answer["customer_document_no"], answer["total_net_value"]) == ("NEW", 50)
    assert stood(company, order).external_number == "NEW"


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
