"""Many orders at once through a mapping: one transaction, each judged by itself, nobody's number lost."""

import sqlite3
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect.errors import CreditBlocked, InvalidOrder

from .conftest import Hands
from .test_foreign_reading import order, order_told
from .test_foreign_writing import draft

D = Decimal


def keys(count):
    return [f"block-{number}" for number in range(1, count + 1)]


def last_number(made):
    return int(made.order.number[-4:])


def test_a_block_is_written_whole_with_numbers_one_behind_the_other(ours, writing):
    before = ours.facts().orders
    drafts = [draft(f"PO-{number}", customer=who) for number, who in enumerate(["1003", "1001", "1003"], 1)]
    made = writing.orders.create_many(drafts, keys(3)).succeeded
    ours.check()
    told = ours.facts().orders
    assert {number: told[number] for number in before} == before
    assert len(told) == len(before) + 3
    assert [order(ours, each.order) for each in made] == [
        order_told(told[each.order.number]) for each in made
    ]
    assert [each.order.customer_po for each in made] == ["PO-1", "PO-2", "PO-3"]
    first = last_number(made[0])
    assert [last_number(each) for each in made] == [first, first + 1, first + 2]
    assert [each.differences for each in made] == [
        writing.orders.create(draft("PO-1"), key="single").differences
    ] * 3
    again = writing.orders.create_many(drafts, keys(3)).succeeded
    assert [(each.replayed, each.order.id) for each in again] == [(True, each.order.id) for each in made]


def test_what_the_rules_refuse_leaves_its_neighbours_alone_and_takes_no_number(ours, writing):
    nothing_like_it = ec.LineDraft(product="NO-SUCH-THING", quantity=1, unit="H87")
    drafts = [draft("PO-1"), draft("PO-2", lines=(nothing_like_it,)), draft("PO-3")]
    result = writing.orders.create_many(drafts, keys(3))
    assert [each.order.customer_po for each in result.succeeded] == ["PO-1", "PO-3"]
    (failed,) = result.failed
    assert (failed.index, type(failed.error)) == (1, InvalidOrder)
    first, second = map(last_number, result.succeeded)
    assert second == first + 1
    ours.check()
    assert len(ours.facts().orders) == 38


def test_an_order_that_stands_without_its_journal_is_not_written_again(ours, writing):
    drafts = [draft("PO-1"), draft("PO-2")]
    made = writing.orders.create_many(drafts, keys(2)).succeeded
    if not writing.capabilities.stamp("orders").enforced:
        pytest.skip("this database takes a stamp twice: only the journal guards it")
    forgetful = f"sqlite:///{ours.folder / 'forgotten.db'}"
    with ours.connect(clock=Hands(), writable=True, journal=forgetful) as other:
        again = other.orders.create_many([*drafts, draft("PO-3")], keys(3))
    again.raise_for_failures()
    assert [each.order.id for each in again.succeeded[:2]] == [each.order.id for each in made]
    assert len(ours.facts().orders) == 39


# -- a small house of our own ------------------------------------------------------------------------------

HOUSE = """
CREATE TABLE party (id INTEGER PRIMARY KEY, code TEXT NOT NULL, name TEXT NOT NULL, credit INTEGER);
CREATE TABLE item (sku TEXT PRIMARY KEY, title TEXT NOT NULL);
CREATE TABLE head (id INTEGER PRIMARY KEY, party_id INTEGER NOT NULL, ref TEXT, cents INTEGER NOT NULL,
                   place INTEGER, stamp VARCHAR(20) UNIQUE, version INTEGER NOT NULL);
CREATE TABLE pos (head_id INTEGER, no INTEGER, sku TEXT NOT NULL, qty DECIMAL(9,3) NOT NULL, cents INTEGER NOT NULL,
                  colour TEXT, weight INTEGER NOT NULL DEFAULT 5, PRIMARY KEY (head_id, no));
CREATE TRIGGER not_today BEFORE INSERT ON head WHEN NEW.ref = 'BAD' BEGIN SELECT RAISE(ABORT, 'not today'); END;
INSERT INTO party VALUES (7, '10000', 'Anna Berg AG', 5000), (10000, '7', 'Seven Seas', NULL);
INSERT INTO item VALUES ('HOSE-20', 'Hose 20 mm'), ('TAP', 'Tap');
"""
MAP = """
format = 1
timezone = "UTC"
currency = "EUR"

[customers]
table = "party"
alias = "c"
key = "id"

[customers.fields]
number = "code"
name = "name"
credit_limit = { column = "credit", divide_by = 100 }
credit_used = { sql = "SELECT COALESCE(SUM(x.cents), 0) FROM head x WHERE x.party_id = c.id", divide_by = 100 }

[products]
table = "item"
key = "sku"
fields = { code = "sku", name = "title", unit = { value = "MTR" } }

[orders]
table = "head"
alias = "h"
key = "id"
version = "version"
stamp = "stamp"
new_key = { by = "database" }
on_insert = { place = { sql = "SELECT COUNT(*) + 1 FROM head" } }

[orders.fields]
number = "id"
customer = { column = "party_id", lookup = "customers" }
customer_po = "ref"
net = { column = "cents", divide_by = 100 }
custom.place = "(h.place)"

[orders.lines]
table = "pos"
key = ["head_id", "no"]
parent = { head_id = "id" }
position = "no"
new_key = { by = "position" }

[orders.lines.fields]
product = "sku"
unit = { value = "MTR" }
ordered = "qty"
price = { column = "cents", divide_by = 100 }
custom.colour = "colour"
custom.weight = "weight"
"""


@pytest.fixture
def house(tmp_path):
    file = tmp_path / "house.db"
    with sqlite3.connect(file) as made:
        made.executescript(HOUSE)
    made.close()
    (tmp_path / "house.toml").write_text(MAP, encoding="utf-8")
    settings = {"mapping": str(tmp_path / "house.toml"), "journal": f"sqlite:///{tmp_path / 'journal.db'}"}
    with ec.connect(f"sqlite:///{file}", writable=True, **settings) as erp:
        erp.file = file
        yield erp


def rows(house, query):
    with sqlite3.connect(house.file) as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def wish(po="PO", customer="7", *, quantity=1, price="10", **more):
    line = ec.LineDraft(
        product="HOSE-20",
        quantity=D(quantity),
        unit="MTR",
        price=ec.UnitPrice(amount=D(price), currency="EUR"),
        **more,
    )
    return ec.OrderDraft(customer=customer, customer_po=po, currency="EUR", lines=[line])


@pytest.mark.parametrize("bad", [0, 3, 6])
def test_what_only_the_database_refuses_leaves_its_neighbours_alone(house, bad):
    drafts = [wish("BAD" if number == bad else f"PO-{number}") for number in range(7)]
    result = house.orders.create_many(drafts, keys(7))
    (failed,) = result.failed
    assert (failed.index, type(failed.error)) == (bad, InvalidOrder)
    assert "not today" in failed.error.native
    stored = [f"PO-{number}" for number in range(7) if number != bad]
    assert [each.order.customer_po for each in result.succeeded] == stored
    assert rows(house, "SELECT ref FROM head ORDER BY id") == [(po,) for po in stored]
    assert len(rows(house, "SELECT * FROM pos")) == 6


def test_sql_of_the_site_sees_the_orders_of_the_block_before(house):
    house.orders.create_many([wish(f"PO-{number}") for number in range(4)], keys(4)).raise_for_failures()
    assert rows(house, "SELECT place FROM head ORDER BY id") == [(1,), (2,), (3,), (4,)]


def test_the_credit_limit_counts_the_orders_of_the_block_before(house):
    drafts = [
        wish("PO-1", "10000", price="30"),
        wish("PO-2", "10000", price="30"),
        wish("PO-3", "10000", price="20"),
    ]
    result = house.orders.create_many([*drafts, wish("PO-4", "7", price="999")], keys(4))
    assert [each.order.customer_po for each in result.succeeded] == ["PO-1", "PO-3", "PO-4"]
    assert [type(each.error) for each in result.failed] == [CreditBlocked]
    assert rows(house, "SELECT SUM(cents) FROM head WHERE party_id = 7") == [(5000,)]


def test_a_number_and_an_id_that_look_alike_are_two_customers(house):
    drafts = [
        wish("PO-1", "7"),
        wish("PO-2", ec.Ref(id="7")),
        wish("PO-3", "10000"),
        wish("PO-4", ec.Ref(id="10000")),
    ]
    made = house.orders.create_many(drafts, keys(4)).succeeded
    assert [each.order.customer_name or each.order.customer for each in made] == ["7", "10000", "10000", "7"]
    assert rows(house, "SELECT party_id FROM head ORDER BY id") == [(10000,), (7,), (7,), (10000,)]


def test_lines_of_the_short_and_of_the_long_way_stand_in_one_block(house):
    plain, coloured = wish("PO-1"), wish("PO-2", custom={"colour": "red"})
    per_hundred = ec.UnitPrice(amount=D(250), currency="EUR", per=100)
    dear = ec.OrderDraft(
        customer="7",
        customer_po="PO-3",
        currency="EUR",
        lines=[ec.LineDraft(product="TAP", quantity=D("2.5"), unit="MTR", price=per_hundred)],
    )
    made = house.orders.create_many([plain, coloured, dear], keys(3)).succeeded
    assert rows(house, "SELECT sku, qty, cents, colour, weight FROM pos ORDER BY head_id") == [
        ("HOSE-20", 1, 1000, None, 5),
        ("HOSE-20", 1, 1000, "red", 5),
        ("TAP", 2.5, 250, None, 5),
    ]
    assert [each.order.lines[0].custom.get("colour") for each in made] == [None, "red", None]
    assert made[2].order.net.amount == D("6.25")
