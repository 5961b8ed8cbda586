"""A draft of a mapping: the tables of five foreign databases are found, with reasons, and nobody's name is shown."""

from __future__ import annotations

import tomllib

import pytest
import sqlalchemy as sa

import erp_connect as ec
from erp_connect.adapters.mapped.guessing import guessed
from erp_connect.adapters.mapped.inspecting import inspected
from erp_connect.adapters.mapped.proposing import proposed
from erp_connect.adapters.registry import resolve
from erp_connect.errors import ConfigurationError
from erp_connect.wire.sql import open_engine

from ...foreign import flat, floating, normalised, readonly_view, split

TABLES = {
    normalised: ("sale_order", "sale_line", "partner", "product"),
    flat: ("aufpos", "aufpos", "kunden", "artikel"),
    split: ("so_header", "so_line", "customer", "item"),
    readonly_view: ("v_order", "v_order_line", "v_customer", "v_item"),
    floating: ("ordhdr", "ordlin", "custmast", "itemmast"),
}
FIELDS = {
    normalised: {
        "number": "number",
        "customer": "partner_id",
        "customer_po": "client_ref",
        "status": "state",
    },
    flat: {"number": "aufnr", "customer": "kdnr", "customer_po": "bestnr", "order_date": "auftdat"},
    split: {"number": "doc_no", "customer": "customer_id", "requested": "requested_date", "net": "net_total"},
    readonly_view: {"number": "order_no", "customer_po": "customer_ref", "status": "status_code"},
    floating: {"number": "ordno", "customer": "custno", "customer_po": "po_no", "net": "total_cents"},
}
LINE_FIELDS = {
    normalised: {"quantities.ordered": "quantity", "unit": "uom_id", "price": "price_unit"},
    flat: {"quantities.ordered": "menge", "product": "artnr", "quantities.shipped": "gelmenge"},
    split: {"quantities.ordered": "qty", "product": "item_id", "quantities.cancelled": "qty_cancelled"},
    readonly_view: {"quantities.ordered": "qty", "product": "item_no", "price": "price"},
    floating: {"quantities.ordered": "qty", "price": "price_cents", "price_per": "price_per"},
}
SCHEMAS = pytest.mark.parametrize("schema", TABLES, ids=lambda schema: schema.__name__.rpartition(".")[2])


@SCHEMAS
def test_the_tables_of_a_company_are_recognised_and_their_columns(schema, database_url):
    if database_url.partition(":")[0].partition("+")[0] not in schema.PRODUCTS:
        pytest.skip("this system never ran on this product")
    schema.create(database_url)
    engine = open_engine(database_url, timeout=20)
    try:
        found = guessed(inspected(engine))
    finally:
        engine.dispose()
    orders, lines, customers, products = TABLES[schema]
    assert found["orders"].table.name == orders
    assert found["orders"].lines.table.name == lines
    assert (found["customers"].table.name, found["products"].table.name) == (customers, products)
    columns = {name: guess.column.name for name, guess in found["orders"].fields.items()}
    assert {name: columns.get(name) for name in FIELDS[schema]} == FIELDS[schema]
    columns = {name: guess.column.name for name, guess in found["orders"].lines.fields.items()}
    assert {name: columns.get(name) for name in LINE_FIELDS[schema]} == LINE_FIELDS[schema]
    assert all(guess.reasons for guess in found["orders"].fields.values())


@SCHEMAS
def test_a_draft_is_a_mapping_file_with_a_reason_on_every_guess_and_nobodys_name(schema, sqlite_url):
    if "sqlite" not in schema.PRODUCTS:
        pytest.skip("this system never ran on this product")
    schema.create(sqlite_url)
    text = proposed(resolve(sqlite_url).target)
    draft = tomllib.loads(text)
    assert draft["format"] == 1
    assert draft["orders"]["table"] == TABLES[schema][0]
    guesses = [line for line in text.splitlines() if " = " in line and "its name says" in line]
    assert len(guesses) > 25
    for private in ("Lichtgasse", "Rotterdam", "Seilbahnen", "50667"):
        assert private not in text


@SCHEMAS
def test_a_draft_finds_every_order_before_a_person_has_touched_it(schema, postgres_url, tmp_path):
    schema.create(postgres_url)
    draft = tmp_path / "draft.toml"
    draft.write_text(proposed(resolve(postgres_url).target), encoding="utf-8")
    with ec.connect(postgres_url, mapping=str(draft), timezone="UTC") as erp:
        found = {order.number: order for order in erp.orders.list()}
    true = {order.number: order for order in schema.ORDERS.values()}
    assert true.keys() <= found.keys()
    assert all(len(found[number].lines) == len(order.lines) for number, order in true.items())
    assert all(found[number].currency == order.currency for number, order in true.items())


def test_what_a_draft_guesses_from_values(sqlite_url):
    flat.create(sqlite_url)
    draft = tomllib.loads(proposed(resolve(sqlite_url).target))
    fields = draft["orders"]["fields"]
    assert draft["orders"]["flat"] is True
    assert fields["order_date"] == {"column": "auftdat", "format": "%Y%m%d"}
    assert fields["requested"]["empty"] == ["00000000"]
    assert fields["status"]["codes"]["S"] == "cancelled"
    assert fields["customer"] == {"column": "kdnr", "pad": 10, "pad_left": True}


def test_cents_and_floats_are_seen(sqlite_url):
    floating.create(sqlite_url)
    draft = tomllib.loads(proposed(resolve(sqlite_url).target))
    assert draft["orders"]["fields"]["net"] == {"column": "total_cents", "divide_by": 100}
    assert draft["orders"]["lines"]["fields"]["ordered"]["decimals"] >= 2
    assert draft["orders"]["lines"]["parent"] == {"co": "co", "ordno": "ordno"}


def test_a_database_without_orders_is_told(sqlite_url):
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE weather (day TEXT, rain REAL)")
    engine.dispose()
    with pytest.raises(ConfigurationError) as failure:
        proposed(resolve(sqlite_url).target)
    assert failure.value.code == "nothing_to_map"
    assert "weather" in failure.value.hint
