"""Rows that somebody has edited by hand: the order and the cell are named, and every other order can still be read."""

from __future__ import annotations

import sqlite3
from decimal import Decimal

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

ADDRESS = ec.Address(name="Mill", lines=["Quay 1"], city="Kiel", postal_code="24103", country="DE")


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

    def edit(table, column, key, value, of=int(orders[1].id)):
        with sqlite3.connect(path) as database:
            done = database.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (value, of))
            assert done.rowcount == 1
        database.close()

    return url, [order.id for order in orders], edit


@pytest.fixture
def order():
    line = ec.LineDraft(product="VALVE-20", quantity=1, unit="H87")
    return ec.OrderDraft(customer="C-100", customer_po="PO-9", currency="EUR", lines=[line])


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


def test_a_status_that_does_not_exist_is_named_with_its_cell_and_its_order(company):
    url, (first, second, third), edit = company
    edit(*STATUS)
    with ec.connect(url) as erp:
        met = []
        with pytest.raises(ec.errors.UnmappedCode) as failure:
            met.extend(erp.orders.list())
        assert [order.id for order in met] == [first]
        assert (failure.value.path, failure.value.place) == ("erp_orders.status", f"orders[{second}]")
        assert f"id {second}" in str(failure.value)
        assert "submitted" in failure.value.hint
        assert erp.orders.get(third).customer_po == "PO-3"


@pytest.mark.parametrize(
    ("table", "column", "key", "value", "code"),
    [
        ("erp_orders", "ship_to", "id", "{broken", "stored_json"),
        ("erp_order_lines", "schedule", "order_id", "[1]", "stored_json"),
        ("erp_order_lines", "kind", "order_id", "gift", "unmapped_code"),
        ("erp_order_lines", "position", "order_id", "first", "stored_value"),
        ("erp_orders", "version", "id", "new", "stored_value"),
    ],
)
def test_what_is_no_value_of_ours_is_named_with_its_cell_and_its_order(
    company, table, column, key, value, code
):
    url, (_, second, _), edit = company
    edit(table, column, key, value)
    with ec.connect(url) as erp, pytest.raises(ec.errors.MappingError) as failure:
        erp.orders.get(second)
    assert (failure.value.code, failure.value.path) == (code, f"{table}.{column}")
    assert failure.value.place == f"orders[{second}]"
    assert value not in str(failure.value)


def test_master_data_that_is_unreadable_is_named_wherever_it_is_wanted(company, order):
    url, _, edit = company
    edit("erp_products", "tax_rate", "number", "none", of="VALVE-20")
    edit("erp_parties", "address", "number", "[", of="C-100")
    with ec.connect(url) as erp:
        for wanted in (
            lambda: erp.stock.availability("VALVE-20", 1, unit="H87"),
            lambda: erp.orders.create(order, key="new"),
        ):
            with pytest.raises(ec.errors.MappingError, match=r"erp_\w+\.\w+ holds .* in the row with"):
                wanted()
        with pytest.raises(ec.errors.MappingError) as failure:
            list(erp.products.list())
        assert failure.value.path == "erp_products.tax_rate"
        with pytest.raises(ec.errors.MappingError) as failure:
            list(erp.customers.list())
        assert failure.value.path == "erp_parties.address"
        assert len(list(erp.orders.list())) == 3


def test_a_price_that_does_not_say_in_which_currency_is_named(company, order):
    url, _, edit = company
    edit("erp_products", "price_amount", "number", "12.5", of="VALVE-20")
    with ec.connect(url) as erp, pytest.raises(ec.errors.MappingError) as failure:
        erp.orders.create(order, key="new")
    assert failure.value.path == "erp_products.price_currency"
    assert "holds nothing" in str(failure.value)


def test_how_many_a_price_is_for_is_one_where_nobody_says(company):
    url, (_, second, _), edit = company
    edit("erp_order_lines", "price", "order_id", "12.5")
    with ec.connect(url) as erp:
        order = erp.orders.get(second)
        assert order.lines[0].price == ec.UnitPrice(amount=Decimal("12.5"), currency="EUR", per=1)
        assert erp.orders.amend(order, ec.ChangeQuantity(line=1, to=4)).order.net.amount == 50


def test_an_unknown_currency_can_be_read_but_not_written(company):
    url, (_, second, _), edit = company
    edit("erp_orders", "currency", "id", "EUX")
    edit("erp_order_lines", "price", "order_id", "12.5")
    with ec.connect(url) as erp:
        order = erp.orders.get(second)
        assert order.currency == "EUX"
        with pytest.raises(ec.errors.UnmappedCode):
            erp.orders.cancel(order, reason="withdrawn")
        with pytest.raises(ec.errors.UnmappedCode) as failure:
            erp.orders.amend(order, ec.ChangeQuantity(line=1, to=5))
        assert (failure.value.code, failure.value.path) == ("unmapped_code", "order.currency")
        assert failure.value.native == ("EUX",)
        assert failure.value.outcome == "not_applied"
        assert erp.orders.get(second) == order


def test_an_unknown_unit_can_be_read_and_what_it_means_is_not_guessed(company):
    url, (_, second, _), edit = company
    edit("erp_order_lines", "unit", "order_id", "PIECE")
    with ec.connect(url) as erp:
        order = erp.orders.get(second)
        assert order.lines[0].unit == "PIECE"
        changed = erp.orders.amend(order, ec.ChangeQuantity(line=1, to=5)).order
        assert (changed.lines[0].unit, changed.lines[0].quantities.ordered) == ("PIECE", 5)


def test_a_customer_in_an_unknown_currency_is_read_and_not_written_again_until_that_is_put_right(company):
    url, _, edit = company
    edit("erp_parties", "currency", "number", "EUX", of="C-100")
    with ec.connect(url) as erp:
        (customer,) = erp.customers.find(number="C-100")
        assert customer.currency == "EUX"
        with pytest.raises(ec.errors.UnmappedCode) as failure:
            erp.customers.update(customer.id, phone="1")
        assert (failure.value.path, failure.value.native) == ("customer.currency", ("EUX",))
        erp.customers.update(customer.id, phone="1", currency="EUR")
        assert erp.customers.get(customer.id).phone == "1"


def test_an_unknown_country_is_read_and_kept_as_it_stands(company):
    url, (_, second, _), edit = company
    edit("erp_orders", "ship_to", "id", ADDRESS.model_dump_json().replace('"DE"', '"QQ"'))
    with ec.connect(url) as erp:
        order = erp.orders.get(second)
        assert order.ship_to.country == "QQ"
        changed = erp.orders.amend(order, ec.ChangeQuantity(line=1, to=5)).order
    assert (changed.ship_to, changed.lines[0].quantities.ordered) == (order.ship_to, 5)


@pytest.mark.parametrize(
    ("column", "value"),
    [("timezone", "Moon/Base"), ("rounding", "up"), ("schema_version", "new"), ("created_at", "long ago")],
)
def test_a_company_that_lives_by_what_is_no_setting_is_not_connected_to(company, column, value):
    url, _, edit = company
    edit("erp_system", column, "id", value, of=1)
    with pytest.raises(ec.errors.ErpConnectError) as failure:
        ec.connect(url)
    assert (failure.value.code, failure.value.path) == ("stored_value", f"erp_system.{column}")


def test_an_event_of_no_kind_is_named(company):
    url, _, edit = company
    edit("erp_events", "kind", "order_id", "blessed")
    with ec.connect(url) as erp, pytest.raises(ec.errors.UnmappedCode) as failure:
        list(erp.orders.events())
    assert failure.value.path == "erp_events.kind"
