"""A mistake in a mapping file is named with its place, the nearest word and what to do; nothing is guessed."""

import sqlite3

import pytest

import erp_connect as ec
from erp_connect.errors import ConfigurationError, MappingError

TABLES = """
CREATE TABLE party (id INTEGER PRIMARY KEY, code VARCHAR(10) NOT NULL, name VARCHAR(40) NOT NULL);
CREATE TABLE item (id INTEGER PRIMARY KEY, sku VARCHAR(20) NOT NULL, title VARCHAR(40) NOT NULL, uom CHAR(3) NOT NULL);
CREATE TABLE head (
  id INTEGER PRIMARY KEY, no VARCHAR(12), party_id INTEGER NOT NULL, ref VARCHAR(20), stamp VARCHAR(20) UNIQUE,
  cur CHAR(3) NOT NULL, clerk VARCHAR(8) NOT NULL, weight FLOAT);
CREATE TABLE pos (
  id INTEGER PRIMARY KEY, head_id INTEGER NOT NULL, pos INTEGER NOT NULL, item_id INTEGER NOT NULL,
  qty DECIMAL(12,3) NOT NULL, uom CHAR(3) NOT NULL, price DECIMAL(12,2));
INSERT INTO party VALUES (1, 'C1', 'Anna Berg AG');
INSERT INTO item VALUES (1, 'VALVE', 'Valve', 'ST');
INSERT INTO head VALUES (1, 'A-1', 1, 'PO-1', NULL, 'EUR', 'eva', 1.5);
INSERT INTO pos VALUES (1, 1, 1, 1, 2.5, 'ST', 12.5), (2, 1, 2, 1, 1, '??', 3);
"""
MAPPING = """
format = 1
timezone = "Europe/Berlin"

[customers]
table = "party"
alias = "c"
key = "id"
fields = { number = "code", name = "name" }

[products]
table = "item"
alias = "i"
key = "id"
fields = { code = "sku", name = "title", unit = { column = "uom", codes = { ST = "H87" } } }

[orders]
table = "head"
alias = "h"
key = "id"
stamp = "stamp"
new_key = { by = "database" }
on_insert = { clerk = "auto" }

[orders.fields]
number = "no"
customer = { column = "party_id", lookup = "customers" }
customer_po = "ref"
currency = "cur"

[orders.lines]
table = "pos"
alias = "p"
key = "id"
parent = { head_id = "id" }
position = "pos"
new_key = { by = "database" }

[orders.lines.fields]
product = { column = "item_id", lookup = "products" }
ordered = "qty"
unit = { column = "uom", codes = { ST = "H87" } }
price = "price"
"""


@pytest.fixture
def company(tmp_path):
    file = tmp_path / "company.db"
    with sqlite3.connect(file) as connection:
        connection.executescript(TABLES)
    connection.close()

    def connect(old="", new="", **more):
        assert old in MAPPING
        mapping = tmp_path / "erp.toml"
        mapping.write_text(MAPPING.replace(old, new, 1) if old else MAPPING + new, encoding="utf-8")
        settings = {"mapping": str(mapping), "journal": f"sqlite:///{tmp_path / 'journal.db'}", **more}
        return ec.connect(f"sqlite:///{file}", **settings)

    return connect


@pytest.mark.parametrize(
    ("old", "new", "path", "said"),
    [
        ("format = 1", "format = 2", "format", "format 1"),
        ("[products]", "[product]", "product", "'products'"),
        ('number = "no"', 'nummer = "no"', "orders.fields.nummer", "'number'"),
        ('stamp = "stamp"', 'stampp = "stamp"', "orders.stampp", "'stamp'"),
        ('table = "head"', 'table = "heads"', "orders.table", "'head'"),
        ('customer_po = "ref"', 'customer_po = "reff"', "orders.fields.customer_po", "'ref'"),
        ('number = "no"', 'number = "h.nr"', "orders.fields.number", "no column nr"),
        ('currency = "cur"', "", "orders.fields.currency", "which currency"),
        ('currency = "cur"', 'currency = "ref"', "orders.fields.currency", "source of customer_po already"),
        (
            'ordered = "qty"',
            'ordered = { column = "qty", sql = "1" }',
            "orders.lines.fields.ordered",
            "one of",
        ),
        ('ordered = "qty"', 'ordered = { column = "qty", decimal = 3 }', "ordered.decimal", "'decimals'"),
        (
            'parent = { head_id = "id" }',
            'parent = { head_id = "no" }',
            "orders.lines.parent",
            "not in the key",
        ),
        ('timezone = "Europe/Berlin"', 'timezone = "Europe/Berln"', "timezone", "Europe/Berlin"),
        ('lookup = "products"', 'lookup = "suppliers"', "product.lookup", "no section [suppliers]"),
        ("[orders.lines]", "[orders.linse]", "orders.linse", "'lines'"),
    ],
)
def test_a_mistake_is_named_with_its_place(company, old, new, path, said):
    with pytest.raises(MappingError) as found:
        company(old, new)
    assert path in found.value.path
    assert said in str(found.value)
    assert "erp.toml" in found.value.place
    assert found.value.hint


def test_a_floating_point_column_needs_its_decimals(company):
    with pytest.raises(MappingError, match="weight is a floating-point number") as found:
        company('currency = "cur"', 'currency = "cur"\ncustom.weight = "weight"')
    assert "decimals = 3" in found.value.hint
    with company(
        'currency = "cur"', 'currency = "cur"\ncustom.weight = { column = "weight", decimals = 3 }'
    ) as erp:
        assert str(erp.orders.get("1").custom["weight"]) == "1.5"


def test_sql_that_the_database_does_not_understand_is_found_when_opening(company):
    with pytest.raises(MappingError, match="does not understand") as found:
        company('number = "no"', 'number = "UPPR(h.no)"')
    assert found.value.path == "orders"


def test_a_required_column_without_a_value_is_found_when_opening(company):
    with pytest.raises(MappingError, match="clerk") as found:
        company('on_insert = { clerk = "auto" }', "", writable=True)
    assert found.value.path == "orders.on_insert"
    company('on_insert = { clerk = "auto" }', "").close()


def test_a_file_that_is_none(company, tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        ec.connect(f"sqlite:///{tmp_path / 'company.db'}", mapping="nowhere.toml")
    for text in ("format = 1", "format = ", "x" * 10, "[" * 3000, "format = 1\norders = 3"):
        (tmp_path / "wrong.toml").write_text(text, encoding="utf-8")
        with pytest.raises(MappingError):
            ec.capabilities(f"sqlite:///{tmp_path / 'company.db'}", mapping=str(tmp_path / "wrong.toml"))


def test_what_the_file_promises_is_told_without_traffic(company, tmp_path):
    company().close()
    mapping = str(tmp_path / "erp.toml")
    told = ec.capabilities("postgresql://nowhere.invalid/none", mapping=mapping, writable=True)
    assert told.support("orders.create") is ec.Support.NATIVE
    assert told.why("orders.cancel") == "the mapping has no [orders.cancel]"
    assert told.why("stock.availability") == "the mapping has no section [stock]"
    assert told.field("order.notes").why == "the mapping has no orders.fields.notes"


def test_columns_narrow_what_may_be_written(company):
    with company(writable=True) as erp:
        told = erp.capabilities
        assert told.field("order.customer_po").max_length == 20
        assert (told.field("order.line.quantity").scale, told.field("order.line.price").scale) == (3, 2)
        assert told.field("order.line.unit").values == ("H87",)
        assert told.stamp("orders").enforced
        assert told.stamp("orders").max_length == 20


def test_an_unknown_code_keeps_its_text_with_a_warning(company):
    with company() as erp:
        order = erp.orders.get("1")
        assert [line.unit for line in order.lines] == ["H87", "??"]
        assert order.warnings == ("orders.lines.fields.unit: the mapping has no word for '??'",)
        assert order.customer == "C1"
        assert erp.orders.find(customer=ec.Ref(id="1")) == (order,)


def test_a_colon_in_the_sites_own_sql_means_itself(company):
    with company('number = "no"', "number = \"h.no || ':x' || ' :y'\"") as erp:
        assert erp.orders.get("1").number == "A-1:x :y"


def test_values_never_become_sql(company):
    with company(writable=True) as erp:
        for said in ("x' OR '1'='1", '"; DROP TABLE head; --', ":ref", "%s", "\\", "100%"):
            assert erp.orders.find(number=said) == ()
            assert erp.orders.find(customer_po=said) == ()
        line = ec.LineDraft(product="VALVE", quantity=1, unit="H87")
        draft = ec.OrderDraft(customer="C1", customer_po="'; DROP TABLE pos;", currency="EUR", lines=[line])
        stored = erp.orders.create(draft, key="k-1").order
        assert stored.customer_po == "'; DROP TABLE pos;"
        assert [order.id for order in erp.orders.list()] == ["1", stored.id]


def test_a_page_costs_two_statements_whatever_it_holds(company, tmp_path):
    import sqlalchemy as sa

    with sqlite3.connect(tmp_path / "company.db") as connection:
        for n in range(2, 702):
            connection.execute(
                "INSERT INTO head VALUES (?, ?, 1, NULL, NULL, 'EUR', 'eva', 1)", (n, f"A-{n}")
            )
            connection.execute("INSERT INTO pos VALUES (?, ?, 1, 1, 1, 'ST', 1)", (n + 10, n))
    connection.close()
    said = []
    with company() as erp:
        sa.event.listen(sa.Engine, "before_cursor_execute", listen := lambda *call: said.append(call[2]))
        try:
            assert sum(1 for _ in erp.orders.list()) == 701
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", listen)
    assert len([each for each in said if each.startswith("SELECT")]) == 4
