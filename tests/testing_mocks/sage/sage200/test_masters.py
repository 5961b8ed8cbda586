"""Customers, suppliers, products, stock and prices; purchase orders (sage.md 4.3)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.business.masters import Price
from erp_connect.testing.mocks.business.stock import on_hand
from erp_connect.testing.mocks.sage.sage200.office import receive_goods

from .conftest import refusal


def test_customers_are_created_changed_and_deleted(sage, company):
    """sage.md 4.3."""
    body = {
        "reference": "NEW1",
        "name": "New Mill",
        "credit_limit": 500,
        "main_address": {"address_1": "Lane 1", "city": "Leeds", "postcode": "LS1 1AA"},
        "spare_text_1": "crm-7",
    }
    made = sage.done("POST", "customers", body)
    row = company.customers.by("number", "NEW1")
    assert (row.address.city, row.credit_limit) == ("Leeds", 500)
    changed = sage.done("PUT", f"customers/{made['id']}", {"name": "Newer Mill", "on_hold": True})
    assert (changed["name"], changed["on_hold"], changed["spare_text_1"]) == ("Newer Mill", True, "crm-7")
    assert sage.get(f"customers/{made['id']}?$expand=main_address")["main_address"]["postcode"] == "LS1 1AA"
    assert sage("DELETE", f"customers/{made['id']}").status_code == 200
    assert company.customers.by("number", "NEW1") is None


def test_what_customers_refuse(sage):
    assert refusal(sage("POST", "customers", {"name": "x"}))[1][0] == "reference"
    assert refusal(sage("POST", "customers", {"reference": "123456789", "name": "x"}))[1][0] == "reference"
    assert sage("POST", "customers", {"reference": "10000", "name": "x"}).status_code == 400
    sage.order()
    assert sage("DELETE", f"customers/{sage.customer()}").status_code == 400
    assert sage.done("POST", "customers_new", {})["id"] == 0
    assert sage("GET", "customers_new").status_code == 405


def test_products_are_created_and_changed(sage, company):
    """sage.md 4.3."""
    body = {
        "code": "NEW-1",
        "name": "Seal",
        "product_group_id": 1,
        "traceable_type": "EnumTraceableTypeSerial",
    }
    made = sage.done("POST", "products", body)
    assert (made["free_stock_quantity"], made["allow_sales_order"]) == (0, True)
    sage.done("PUT", f"products/{made['id']}", {"product_status_type": "EnumStockItemStatusTypeInactive"})
    assert company.items.by("number", "NEW-1").blocked
    assert sage("DELETE", f"products/{made['id']}").status_code == 200
    valve = sage.number("products", "code", "VALVE-20")
    assert sage("DELETE", f"products/{valve}").status_code == 400


def test_products_with_units_and_stock(sage):
    """sage.md 4.3, 4.4."""
    valve = sage.number("products", "code", "VALVE-20")
    row = sage.get(f"products/{valve}?$expand=units,warehouse_holdings")
    assert [unit["multiple_of_base_unit"] for unit in row["units"]] == [1, 12]
    assert [one["quantity_in_stock"] for one in row["warehouse_holdings"]] == [500, 0]
    assert len(sage.rows(f"products/{valve}/warehouse_holdings")) == 2
    assert len(sage.rows("bin_holdings")) == 8
    (place,) = sage.rows(
        f"product_warehouse_views?$filter=product_id eq {valve} and warehouse_name eq 'MAIN'"
    )
    assert place["free_stock_quantity"] == 500
    one = sage.get(f"warehouse_holdings/{place['warehouse_holding_id']}")
    assert one["product_id"] == valve


def test_prices(sage, company):
    """sage.md 4.3: product_views; agreed prices show in orders only."""
    (view,) = sage.rows("product_views?$filter=code eq 'VALVE-20'")
    assert (view["selling_price"], view["free_stock_quantity"]) == (Decimal("12.5"), 500)
    company.prices.add(Price(item="VALVE-20", customer="10000", price=Decimal(11)))
    assert sage.order()["lines"][0]["selling_unit_price"] == 11
    assert sage.rows("lookup_products?$filter=code eq 'OLD-1'")[0]["allow_sales_order"] is True


# ---------------------------------------------------------------- purchases


def a_purchase(sage, *lines, **fields):
    body = {"supplier_id": sage.number("suppliers", "reference", "V100"), "lines": list(lines), **fields}
    return sage("POST", "pop_orders", body)


def test_a_purchase_order_is_created_changed_received_and_deleted(sage, company):
    """sage.md 4.3: pop_orders."""
    line = sage.a_line(quantity=10, unit_buying_price=5, unit_buying_price_overridden=True)
    answer = a_purchase(sage, line, supplier_document_no="Q-1", requested_delivery_date="2026-04-01")
    order = answer.json()
    assert (order["total_net_value"], order["lines"][0]["unit_buying_price"]) == (50, 5)
    path = f"pop_orders/{order['id']}"
    change = {"id": order["lines"][0]["id"], "line_quantity": 8}
    changed = sage.done("PUT", path, {"lines": [change, sage.a_line("HOSE-20", 2)]})
    assert [one["line_quantity"] for one in changed["lines"]] == [8, 2]
    assert sage.rows("product_views?$filter=code eq 'VALVE-20'")[0]["quantity_on_pop_order"] == 8
    receive_goods(company, order["document_no"])
    assert on_hand(company, "VALVE-20") == 508
    shown = sage.get(f"{path}?$expand=lines")
    assert shown["receipt_return_status"].endswith("Fully")
    assert [one["receipt_return_quantity"] for one in shown["lines"]] == [8, 2]
    assert sage("DELETE", path).status_code == 400
    unwanted = a_purchase(sage, sage.a_line()).json()
    assert sage("DELETE", f"pop_orders/{unwanted['id']}").status_code == 200
    assert [row["document_no"] for row in sage.rows("pop_orders")] == [order["document_no"]]


def test_a_failed_change_of_a_purchase_keeps_the_lines_before(sage, company):
    """sage.md 4.5, as with sales orders."""
    order = a_purchase(sage, sage.a_line(quantity=10)).json()
    change = {"id": order["lines"][0]["id"], "line_quantity": 8}
    answer = sage("PUT", f"pop_orders/{order['id']}", {"lines": [change, {"line_type": "Nonsense"}]})
    assert answer.status_code == 400
    (line,) = company.lines_of(company.find("purchase_order", order["document_no"]))
    assert line.quantity == 8


@pytest.mark.parametrize(
    "change",
    [
        {"supplier_id": 5},
        {"supplier_id": None},
        {"supplier_document_no": 7},
        {"lines": [{"line_type": "EnumLineTypeStandard"}]},
        {"lines": [{"line_type": "EnumLineTypeComment"}]},
        {"lines": [{"id": 5}]},
        {"lines": [7]},
        {"lines": {}},
    ],
)
def test_what_purchases_refuse(sage, change):
    assert a_purchase(sage, **change).status_code == 400
    assert sage.rows("pop_orders") == []


def test_purchases_could_once_only_be_created(sage, settings):
    """sage.md 4.3: PUT and DELETE came with 2024 R1."""
    order = a_purchase(sage, sage.a_line()).json()
    settings.release = "2023R2"
    assert sage("PUT", f"pop_orders/{order['id']}", {}).status_code == 405
    assert sage("DELETE", f"pop_orders/{order['id']}").status_code == 405
    assert sage("GET", f"pop_orders/{order['id']}").status_code == 200
