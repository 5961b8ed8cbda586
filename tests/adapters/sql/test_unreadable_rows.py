"""Rows that somebody has edited by hand: the order and the cell are named, and every other order can still be read."""

from __future__ import annotations

import sqlite3

import pytest

import erp_connect as ec
from erp_connect.back_office import init

STATUS = "erp_orders", "status", "id", "wonderful"
CELLS = {
    "ordered": ("erp_order_lines", "ordered", "order_id", "a dozen"),
    "order_date": ("erp_orders", "order_date", "id", "yesterday"),
    "created_at": ("erp_orders", "created_at", "id", "noon"),
    "net": ("erp_orders", "net", "id", "1,5"),
}


@pytest.fixture
def company(tmp_path):
    """A file with three orders, and a hand that edits the second of them."""
    path = tmp_path / "orders.db"
    url = f"sqlite:///{path}"
    init(url)
    with ec.connect(url) as erp:
        erp.customers.create(ec.CustomerDraft(number="C-100", name="Mill"), key="customer")
        erp.products.create(ec.ProductDraft(code="VALVE-20", name="Valve", unit="H87"), key="product")
        orders = [
            erp.orders.create(
                ec.OrderDraft(
                    customer="C-100",
                    customer_po=f"PO-{number}",
                    currency="EUR",
                    lines=[ec.LineDraft(product="VALVE-20", quantity=number, unit="H87")],
                ),
                key=f"PO-{number}",
            ).order
            for number in (1, 2, 3)
        ]

    def edit(table, column, key, value):
        with sqlite3.connect(path) as database:
            database.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (value, int(orders[1].id)))
        database.close()

    return url, [order.id for order in orders], edit


@pytest.mark.parametrize(("table", "column", "key", "value"), CELLS.values(), ids=CELLS)
def test_a_value_of_no_kind_is_named_with_its_cell(company, table, column, key, value):
    url, (first, second, third), edit = company
    edit(table, column, key, value)
    with ec.connect(url) as erp:
        with pytest.raises(ec.errors.MappingError) as failure:
            erp.orders.get(second)
        assert failure.value.path == f"{table}.{column}"
        assert failure.value.code == "stored_value"
        assert f"id {second}" in str(failure.value)
        assert value not in str(failure.value)
        assert [erp.orders.get(each).customer_po for each in (first, third)] == ["PO-1", "PO-3"]
        with pytest.raises(ec.errors.MappingError, match=second):
            list(erp.orders.list())


def test_a_status_that_does_not_exist_is_named_with_its_order(company):
    url, (first, second, third), edit = company
    edit(*STATUS)
    with ec.connect(url) as erp:
        met = []
        with pytest.raises(ec.errors.MappingError) as failure:
            met.extend(erp.orders.list())
        assert [order.id for order in met] == [first]
        assert failure.value.path == f"orders[{second}]"
        assert "submitted" in failure.value.hint
        assert erp.orders.get(third).customer_po == "PO-3"


def test_text_that_is_no_json_of_ours_is_named_with_its_order(company):
    url, (_, second, _), edit = company
    edit("erp_orders", "ship_to", "id", "{broken")
    with ec.connect(url) as erp, pytest.raises(ec.errors.MappingError) as failure:
        erp.orders.get(second)
    assert (failure.value.code, failure.value.path) == ("stored_json", f"orders[{second}]")
