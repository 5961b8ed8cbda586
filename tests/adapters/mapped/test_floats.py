"""Quantities in floating-point columns: what such a column cannot keep to the last digit is refused, not rounded."""

from decimal import Decimal

import pytest
import sqlalchemy as sa

import erp_connect as ec

from ...foreign.ground import engine_of

MAPPING = """
format = 1
currency = "EUR"
customers = { table = "party", key = "code", fields = { number = "code", name = "(code)" } }
products = { table = "item", key = "code", fields = { code = "code", name = "(code)", unit = { value = "KGM" } } }

[orders]
table = "head"
key = "id"
stamp = "stamp"
new_key = { by = "database" }
fields = { number = "id", customer = "party", customer_po = "ref" }
cancel = {}

[orders.lines]
table = "pos"
key = ["head_id", "no"]
parent = { head_id = "id" }
position = "no"
new_key = { by = "position" }
cancel = {}

[orders.lines.fields]
product = "item"
unit = { value = "KGM" }
ordered = { column = "qty", decimals = 3 }
"""
WORDS = {
    "sqlite": ("INTEGER PRIMARY KEY", "REAL", "DOUBLE"),
    "postgresql": ("SERIAL PRIMARY KEY", "REAL", "DOUBLE PRECISION"),
    "mariadb": ("INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY", "FLOAT", "DOUBLE"),
}


@pytest.fixture(params=["single", "double"])
def house(request, database_url, tmp_path):
    """A company whose quantities stand in a column of single or of double precision; how many digits that keeps."""
    engine = engine_of(database_url)
    product = sa.make_url(database_url).get_backend_name()
    key, single, double = WORDS[product]
    quantity = single if request.param == "single" else double
    with engine.begin() as owner:
        for statement in (
            "CREATE TABLE party (code VARCHAR(9) PRIMARY KEY)",
            "CREATE TABLE item (code VARCHAR(9) PRIMARY KEY)",
            f"CREATE TABLE head (id {key}, party VARCHAR(9) NOT NULL, ref VARCHAR(30), stamp VARCHAR(30) UNIQUE)",
            "CREATE TABLE pos (head_id INTEGER, no INTEGER, item VARCHAR(9), PRIMARY KEY (head_id, no))",
            f"ALTER TABLE pos ADD COLUMN qty {quantity}",
            "INSERT INTO party VALUES ('10000')",
            "INSERT INTO item VALUES ('OIL')",
        ):
            owner.execute(sa.text(statement))
    mapping = tmp_path / "house.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    journal = f"sqlite:///{tmp_path / 'journal.db'}"
    with ec.connect(database_url, mapping=str(mapping), writable=True, journal=journal) as erp:
        yield erp, 6 if quantity == single and product != "sqlite" else 15


def bought(erp, quantity):
    line = ec.LineDraft(product="OIL", quantity=Decimal(quantity), unit="KGM")
    return erp.orders.create(
        ec.OrderDraft(customer="10000", customer_po=f"PO-{quantity}", currency="EUR", lines=[line])
    ).order


def test_what_the_column_keeps_is_kept(house):
    erp, _ = house
    for quantity in ("2500", "0.125", "123.456", "250000"):
        order = bought(erp, quantity)
        assert erp.orders.get(order.id).lines[0].quantities.ordered == Decimal(quantity)


def test_a_digit_more_than_the_column_keeps_is_refused_and_nothing_is_written(house):
    erp, digits = house
    fits = Decimal("9" * digits).scaleb(-3)
    assert bought(erp, fits).lines[0].quantities.ordered == fits
    with pytest.raises(ec.errors.LossyWrite) as caught:
        bought(erp, Decimal("9" * (digits + 1)).scaleb(-3))
    assert caught.value.outcome == "not_applied"
    assert caught.value.fields == ("order.line.quantity",)
    assert len(list(erp.orders.list())) == 1
