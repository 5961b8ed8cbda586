"""Stock, despatches with their tracking, invoices, returns (sage.md 4.3, 4.4; 4.7, point 8)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.business.stock import on_hand, set_on_hand
from erp_connect.testing.mocks.sage.sage200.office import print_invoice, receive_return

from .conftest import refusal


def agent(company, server, code="DHL"):
    row = company.agents.by("code", code)
    return server.desk("Harbour Trading").keys.number(row.id, company.agents)


def views(sage, order, name="sop_order_despatch_views"):
    return sage.rows(f"{name}?$filter=sop_order_id eq {order['id']}&$orderby=sop_despatch_id")


def test_goods_are_despatched_in_stock_units(sage, company):
    """sage.md 4.7, point 8: two boxes are 24 pieces."""
    box = sage.number("units", "name", "BOX")
    order = sage.order(sage.a_line(quantity=2, selling_unit_id=box))
    sage.despatch(order, {"id": order["lines"][0]["id"], "quantity": 12})
    (line,) = sage.again(order)["lines"]
    assert (line["despatch_receipt_quantity"], line["stock_unit_despatch_receipt_quantity"]) == (1, 12)
    assert on_hand(company, "VALVE-20", "MAIN") == 488
    assert sage.again(order)["despatch_receipt_status"].endswith("Partially")
    sage.despatch(order, {"id": order["lines"][0]["id"], "quantity": 12})
    assert sage.again(order)["despatch_receipt_status"].endswith("Fully")
    assert sage.again(order)["document_status"] == "EnumDocumentStatusLive"


def test_a_consignment_is_shown_in_the_views(sage, company, server):
    """sage.md 4.7, point 8: tracking of the despatch, courier, pieces, weight."""
    order = sage.order(customer_document_no="PO-7")
    tracking = {
        "sop_order_return_id": order["id"],
        "courier_id": agent(company, server),
        "consignment_no": "JD0001",
        "pieces": 2,
        "weight": 3.5,
    }
    done = sage.despatch(order, tracking_items=[tracking], despatch_receipt_date="2026-03-04")
    assert done["items"] == [{"id": order["lines"][0]["id"], "quantity": 4}]
    (view,) = views(sage, order)
    assert view["sop_despatch_consignment_no"] == "JD0001"
    assert (view["sop_despatch_courier_name"], view["sop_despatch_pieces"]) == ("DHL", 2)
    assert view["sop_despatch_date"] == "2026-03-04T00:00:00"
    assert (view["sop_order_document_no"], view["sop_order_customer_document_no"]) == (
        order["document_no"],
        "PO-7",
    )
    (line,) = views(sage, order, "sop_order_despatch_line_views")
    assert (line["sop_order_line_id"], line["sop_despatch_line_quantity"]) == (order["lines"][0]["id"], 4)
    assert line["sop_despatch_consignment_no"] == "JD0001"


def test_tracking_is_set_later(sage, company, server):
    """sage.md 4.4: PUT of a despatch receipt."""
    order = sage.order()
    sage.despatch(order)
    (receipt,) = sage.rows("sop_despatch_receipts")
    assert receipt["consignment_no"] == ""
    body = {"consignment_no": "JD0002", "courier_id": agent(company, server, "UPS"), "notes": "left at gate"}
    changed = sage.done("PUT", f"sop_despatch_receipts/{receipt['id']}", body)
    assert (changed["consignment_no"], changed["courier_name"]) == ("JD0002", "UPS")
    (view,) = views(sage, order)
    assert (view["sop_despatch_consignment_no"], view["sop_despatch_notes"]) == ("JD0002", "left at gate")
    answer = sage("PUT", f"sop_despatch_receipts/{receipt['id']}", {"consignment_no": "x" * 61})
    assert answer.status_code == 400
    assert sage("PUT", f"sop_despatch_receipts/{receipt['id']}", {"courier_id": 5}).status_code == 400
    assert sage("POST", "sop_despatch_receipts", {}).status_code == 405


@pytest.mark.parametrize("quantity", [0, -1, 5])
def test_no_more_than_is_there_is_despatched(sage, company, quantity):
    """sage.md 4.7, point 8."""
    order = sage.order()
    body = {
        "sop_order_return_id": order["id"],
        "items": [{"id": order["lines"][0]["id"], "quantity": quantity}],
    }
    assert sage("POST", "sop_confirm_despatch", body).status_code == 400
    assert on_hand(company, "VALVE-20") == 500


def test_what_a_despatch_refuses(sage):
    """sage.md 4.4."""
    order, other = sage.order(), sage.order()
    item = {"id": order["lines"][0]["id"], "quantity": 1}
    base = {"sop_order_return_id": order["id"], "items": [item]}
    for change in (
        {"items": []},
        {"sop_order_return_id": 5},
        {"items": [{"id": other["lines"][0]["id"], "quantity": 1}]},
        {"items": [item, item]},
        {"confirmation_intent_type": "Nonsense"},
        {"confirmation_intent_type": "Confirm"},
        {"tracking_items": [{"consignmentNo": "x"}]},
        {"tracking_items": [{"sop_order_return_id": other["id"]}]},
    ):
        assert sage("POST", "sop_confirm_despatch", base | change).status_code == 400, change
    assert sage.rows("sop_order_despatch_views") == []


def test_an_order_on_hold_is_not_despatched(sage):
    order = sage.order()
    sage.done(
        "POST",
        "sop_orders_status",
        {"sop_order_id": order["id"], "document_status": "EnumDocumentStatusOnHold"},
    )
    body = {"sop_order_return_id": order["id"], "items": [{"id": order["lines"][0]["id"], "quantity": 1}]}
    assert sage("POST", "sop_confirm_despatch", body).status_code == 400
    assert sage.rows("sop_confirm_despatch") == []


def test_what_is_ready_is_listed_and_held(sage, settings):
    """sage.md 4.4: the list of what can be despatched locks its orders until they are."""
    order, other = sage.order(), sage.order()
    (ready,) = sage.rows(f"sop_confirm_despatch?$filter=document_no eq '{order['document_no']}'")
    assert ready["sop_order_return_id"] == order["id"]
    assert [(item["id"], item["quantity"]) for item in ready["items"]] == [(order["lines"][0]["id"], 4)]
    answer = sage("PUT", f"sop_orders/{order['id']}", {"customer_document_no": "A"})
    assert refusal(answer)[1][0] == "lock_id"
    assert sage("PUT", f"sop_orders/{other['id']}", {"customer_document_no": "A"}).status_code == 200
    sage.despatch(order)
    assert sage("PUT", f"sop_orders/{order['id']}", {"customer_document_no": "A"}).status_code == 200
    settings.despatch_list_locks = False
    sage.rows("sop_confirm_despatch")
    assert sage("PUT", f"sop_orders/{other['id']}", {"customer_document_no": "B"}).status_code == 200


def test_services_are_confirmed_apart(sage, settings):
    """sage.md 4.4: ConfirmOnDespatch for goods, Confirm for services, Professional only."""
    order = sage.order(sage.a_line("FITTING", 2), sage.a_line())
    (goods,) = sage.rows("sop_confirm_despatch")
    (services,) = sage.rows("sop_confirm_despatch?$filter=confirmation_intent_type eq 'Confirm'")
    assert [item["item_code"] for item in goods["items"]] == ["VALVE-20"]
    assert [item["item_code"] for item in services["items"]] == ["FITTING"]
    item = {"id": order["lines"][0]["id"], "quantity": 2}
    sage.despatch(order, item, confirmation_intent_type="Confirm")
    assert sage.again(order)["lines"][0]["despatch_receipt_quantity"] == 2
    settings.edition = "standard"
    body = {"sop_order_return_id": order["id"], "items": [item], "confirmation_intent_type": "Confirm"}
    answer = sage("POST", "sop_confirm_despatch", body)
    assert refusal(answer)[1][0] == "confirmation_intent_type"


# ---------------------------------------------------------------- allocation and stock


def holding(sage, code="VALVE-20", place="MAIN"):
    product = sage.number("products", "code", code)
    rows = sage.rows(f"warehouse_holdings?$filter=product_id eq {product}")
    return next(row for row in rows if row["warehouse_name"] == place)


def test_lines_get_stock_as_they_are_entered(sage):
    """sage.md 4.4: allocation."""
    order = sage.order(sage.a_line(quantity=4))
    assert order["lines"][0]["allocated_quantity"] == 4
    row = holding(sage)
    assert (row["quantity_in_stock"], row["quantity_allocated_sop"], row["free_stock_available"]) == (
        500,
        4,
        496,
    )
    sage.despatch(order)
    row = holding(sage)
    assert (row["quantity_in_stock"], row["quantity_allocated_sop"]) == (496, 0)


def test_no_more_is_allocated_and_despatched_than_is_there(sage, company, settings):
    set_on_hand(company, "VALVE-20", Decimal(3), "MAIN")
    order = sage.order(sage.a_line(quantity=4))
    (line,) = order["lines"]
    assert (line["allocated_quantity"], line["available_for_despatch"]) == (3, 3)
    assert line["allocation_status"].endswith("Partially")
    body = {"sop_order_return_id": order["id"], "items": [{"id": line["id"], "quantity": 4}]}
    answer = sage("POST", "sop_confirm_despatch", body)
    assert refusal(answer)[1] == ("items[0].quantity", ["No more than 3 can be despatched."])
    settings.despatch_needs_allocation = False
    assert sage("POST", "sop_confirm_despatch", body).status_code == 200


def test_quantities_are_allocated_on_request(sage, settings, company):
    """sage.md 4.4: to_allocate_quantity."""
    settings.allocates_on_entry = False
    order = sage.order(sage.a_line(quantity=4, to_allocate_quantity=1), sage.a_line(quantity=2))
    assert [line["allocated_quantity"] for line in order["lines"]] == [1, 0]
    more = {"id": order["lines"][0]["id"], "to_allocate_quantity": 2}
    answer = sage.done("PUT", f"sop_orders/{order['id']}", {"lines": [more]})
    assert answer["lines"][0]["allocated_quantity"] == 3
    settings.short_stock = "refused"
    set_on_hand(company, "VALVE-20", Decimal(0), "MAIN")
    answer = sage("POST", "sop_orders", sage.body(sage.a_line(to_allocate_quantity=1)))
    assert refusal(answer)[1][0] == "to_allocate_quantity"


def test_a_cancelled_order_gives_its_stock_back(sage):
    order = sage.order()
    sage.done("POST", "sop_orders_status", {"id": order["id"], "status": "EnumDocumentStatusCancelled"})
    assert holding(sage)["free_stock_available"] == 500


# ---------------------------------------------------------------- what comes after


def test_an_order_that_is_despatched_and_invoiced_is_complete(sage, company):
    """sage.md 4.3, 4.5: invoice views, EnumDocumentStatusComplete."""
    charge = {"line_type": "EnumLineTypeCharge", "code": "CARR", "selling_unit_price": 10}
    order = sage.order(sage.a_line(), charge)
    sage.despatch(order, {"id": order["lines"][0]["id"], "quantity": 4})
    bill = print_invoice(company, order["document_no"])
    now = sage.again(order)
    assert now["document_status"] == "EnumDocumentStatusComplete"
    assert now["invoice_credit_status"].endswith("Fully")
    assert [line["is_complete"] for line in now["lines"]] == [True, True]
    path = f"sop_order_return_invoice_credit_views?$filter=sop_order_return_id eq {order['id']}"
    (view,) = sage.rows(path)
    assert view["sop_invoice_credit_document_no"] == bill.number
    assert (view["sop_invoice_credit_total_net_value"], view["sop_invoice_credit_total_gross_value"]) == (
        60,
        72,
    )
    path = f"sop_order_return_line_invoice_credit_views?$filter=sop_order_return_id eq {order['id']}"
    assert {row["sop_order_return_line_id"] for row in sage.rows(path)} == {
        line["id"] for line in order["lines"]
    }
    assert sage("PUT", f"sop_orders/{order['id']}", {"customer_document_no": "A"}).status_code == 400
    assert sage.get(f"customers/{sage.customer()}")["balance"] == 72


def test_a_return_is_entered_received_and_credited(sage, company):
    """sage.md 4.3: sop_returns from 2025 R1 on."""
    order = sage.done("POST", "sop_returns", sage.body(customer_document_no="RMA-1"))
    assert sage.rows("sop_orders") == []
    assert sage.rows("sop_returns")[0]["customer_document_no"] == "RMA-1"
    line = {"id": order["lines"][0]["id"], "line_quantity": 2}
    changed = sage.done("PUT", f"sop_returns/{order['id']}", {"lines": [line]})
    assert changed["total_net_value"] == 25
    receive_return(company, order["document_no"])
    assert sage.get(f"sop_returns/{order['id']}")["despatch_receipt_status"].endswith("Fully")
    (view,) = sage.rows("sop_order_return_invoice_credit_views")
    assert view["sop_invoice_credit_type_id"] == "EnumInvoiceCreditTypeCreditNote"
    assert on_hand(company, "VALVE-20") == 502
    assert len(sage.rows(f"customers/{sage.customer()}/sop_returns")) == 1
    assert len(sage.rows(f"sop_returns/{order['id']}/sop_return_lines")) == 1


def test_a_return_is_held_and_cancelled(sage):
    """sage.md 4.3: sop_returns_status."""
    order = sage.done("POST", "sop_returns", sage.body())
    body = {"sop_return_id": order["id"], "document_status": "EnumDocumentStatusCancelled"}
    assert sage.done("POST", "sop_returns_status", body)["document_status"] == "EnumDocumentStatusCancelled"
    assert sage.done("POST", "sop_returns_new", {"customer_id": sage.customer()})["id"] == 0
    copy = sage.done(
        "POST", "sop_returns_duplicate", {"source_id": order["id"], "customer_id": sage.customer()}
    )
    assert (copy["is_draft"], copy["lines"][0]["line_quantity"]) == (True, 4)
    (view,) = sage.rows(f"sop_return_line_views?$filter=sop_return_id eq {order['id']}")
    assert view["sop_return_line_product_code"] == "VALVE-20"
