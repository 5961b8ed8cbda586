"""The doctor's round trip: what a mapping loses is named, and nothing of the rehearsal stays."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from erp_connect.adapters.contract import Listing
from erp_connect.adapters.mapped.rehearsing import rehearsed
from erp_connect.adapters.registry import resolve

from ...foreign import flat, split

MAPS = Path(__file__).with_name("maps")
SPLIT = (MAPS / "split.toml").read_text(encoding="utf-8")


@pytest.fixture
def doctor(database_url, tmp_path):
    """What a rehearsal says of a mapping of a company's database, in which everything stands as before."""

    def examine(schema, text, *, writable="yes"):
        schema.create(database_url)
        file = tmp_path / "erp.toml"
        file.write_text(text, encoding="utf-8")
        found = resolve(database_url, settings={"mapping": str(file), "writable": writable})
        adapter = found.adapter_class(found.target)
        adapter.open()
        try:
            before = list(adapter.orders.list(Listing()))
            symptoms = list(rehearsed(adapter, before))
            assert list(adapter.orders.list(Listing())) == before
        finally:
            adapter.close()
        engine = sa.create_engine(sa.make_url(database_url).set(drivername=_driver(database_url)))
        with engine.connect() as connection:
            schema.invariants(connection)
        engine.dispose()
        return symptoms

    return examine


def _driver(url):
    name = sa.make_url(url).get_backend_name()
    return {"postgresql": "postgresql+psycopg", "mariadb": "mariadb+pymysql", "sqlite": "sqlite"}[name]


@pytest.mark.parametrize("schema", [flat, split], ids=["flat", "split"])
def test_a_true_mapping_loses_nothing_and_says_what_it_does_not_carry(doctor, schema):
    text = (MAPS / f"{schema.__name__.rpartition('.')[2]}.toml").read_text(encoding="utf-8")
    symptoms = doctor(schema, text)
    assert [each for each in symptoms if each.severity != "hint"] == []
    (hint,) = symptoms
    assert "order.payment_terms" in hint.said


def test_what_the_database_makes_of_a_value_is_named(sqlite_url, tmp_path):
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        for statement in (
            "CREATE TABLE people (no VARCHAR(20) PRIMARY KEY, name VARCHAR(40))",
            "CREATE TABLE parts (code VARCHAR(20) PRIMARY KEY, name VARCHAR(40), unit CHAR(3))",
            "CREATE TABLE heads (id INTEGER PRIMARY KEY, cust VARCHAR(20), po VARCHAR(20), cur CHAR(3), st VARCHAR(9))",
            "CREATE TABLE rows (id INTEGER PRIMARY KEY, head INTEGER, part VARCHAR(20), qty INTEGER, unit CHAR(3))",
            "INSERT INTO people VALUES ('C-1', 'Mill')",
            "INSERT INTO parts VALUES ('P-1', 'Pump', 'H87')",
            "INSERT INTO heads VALUES (1, 'C-1', 'PO-1', 'EUR', 'confirmed')",
            "INSERT INTO rows VALUES (1, 1, 'P-1', 2, 'H87')",
            """CREATE TRIGGER shortened AFTER INSERT ON heads BEGIN
               UPDATE heads SET po = substr(po, 1, 3) WHERE id = NEW.id; END""",
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()
    file = tmp_path / "erp.toml"
    file.write_text(MINE, encoding="utf-8")
    found = resolve(sqlite_url, settings={"mapping": str(file), "writable": "yes"})
    adapter = found.adapter_class(found.target)
    adapter.open()
    try:
        symptoms = list(rehearsed(adapter, list(adapter.orders.list(Listing()))))
    finally:
        adapter.close()
    wrong = {each.path: each.said for each in symptoms if each.severity != "hint"}
    assert list(wrong) == ["order.customer_po"]
    assert "'DOC'" in wrong["order.customer_po"]


MINE = """
format = 1
timezone = "UTC"
[customers]
table = "people"
key = "no"
[customers.fields]
number = "no"
name = "name"
[products]
table = "parts"
key = "code"
[products.fields]
code = "code"
name = "name"
unit = "unit"
[orders]
table = "heads"
key = "id"
[orders.fields]
number = { sql = "CAST(heads.id AS TEXT)" }
customer = "cust"
customer_po = "po"
currency = "cur"
status = { column = "st", codes = { confirmed = "confirmed", gone = "cancelled" } }
[orders.new_key]
by = "database"
[orders.on_insert]
st = "confirmed"
[orders.cancel]
set = { st = "gone" }
[orders.lines]
table = "rows"
key = "id"
parent = { head = "id" }
[orders.lines.fields]
product = "part"
ordered = "qty"
unit = "unit"
[orders.lines.new_key]
by = "database"
"""


def test_where_nothing_may_be_written_nothing_is_tried(doctor):
    (said,) = doctor(split, SPLIT, writable="no")
    assert "not tried" in said.said
