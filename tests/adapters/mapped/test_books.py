"""Purchases, receipts, stock, prices, addresses, references: what the five foreign companies do not have."""

from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

import erp_connect as ec
from erp_connect.errors import LossyWrite, OutcomeUnknown, UnmappedCode
from erp_connect.testing.databases import new_database

from ...foreign.ground import ddl, engine_of, run
from .conftest import PRODUCTS, Hands

D = Decimal
TABLES = """
    CREATE TABLE vendor (no CHAR(6) PRIMARY KEY, title VARCHAR(40) NOT NULL, curr CHAR(3) NOT NULL);
    CREATE TABLE client (id INTEGER PRIMARY KEY, no VARCHAR(10) NOT NULL UNIQUE, title VARCHAR(40) NOT NULL);
    CREATE TABLE thing (id INTEGER PRIMARY KEY, sku VARCHAR(20) NOT NULL UNIQUE, title VARCHAR(40) NOT NULL);
    CREATE TABLE thing_code (thing_id INTEGER NOT NULL, code VARCHAR(20) NOT NULL, PRIMARY KEY (thing_id, code));
    CREATE TABLE place (id VARCHAR(36) PRIMARY KEY, client_id INTEGER NOT NULL, name VARCHAR(40) NOT NULL,
        street VARCHAR(40), zip VARCHAR(10) NOT NULL, town VARCHAR(40) NOT NULL, land CHAR(2) NOT NULL);
    CREATE TABLE sale (co CHAR(2), no VARCHAR(16), client_id INTEGER NOT NULL, place_id VARCHAR(36),
        ref VARCHAR(20), contract VARCHAR(20), note1 VARCHAR(40), note2 VARCHAR(40), cur CHAR(3) NOT NULL,
        day VARCHAR(10) NOT NULL, size INTEGER, PRIMARY KEY (co, no));
    CREATE TABLE sale_pos (co CHAR(2), no VARCHAR(16), pos INTEGER, thing_id INTEGER NOT NULL,
        qty DECIMAL(12,3) NOT NULL, price DECIMAL(12,2), per INTEGER NOT NULL, PRIMARY KEY (co, no, pos));
    CREATE TABLE buy (id INTEGER PRIMARY KEY, no VARCHAR(10) NOT NULL, vendor CHAR(6) NOT NULL,
        theirs VARCHAR(20));
    CREATE TABLE buy_pos (buy_id INTEGER, pos INTEGER, thing_id INTEGER, qty INTEGER, got INTEGER,
        PRIMARY KEY (buy_id, pos));
    CREATE TABLE receipt (no VARCHAR(10), buy_id INTEGER, pos INTEGER, qty INTEGER, day DATE,
        PRIMARY KEY (no, pos));
    CREATE TABLE shelf (thing_id INTEGER, wh CHAR(4), amount DECIMAL(12,3), kept DECIMAL(12,3),
        PRIMARY KEY (thing_id, wh));
    CREATE TABLE pricing (thing_id INTEGER, client_id INTEGER, qfrom INTEGER, amount INTEGER);
    INSERT INTO vendor VALUES ('V1', 'Ventil GmbH', 'EUR');
    INSERT INTO client VALUES (5, '10000', 'Anna Berg AG');
    INSERT INTO thing VALUES (9, 'VALVE', 'Valve'), (10, 'PIPE', 'Pipe');
    INSERT INTO thing_code VALUES (9, '4006381333931');
    INSERT INTO place VALUES ('old', 5, 'Anna Berg AG', 'Kai 1', '24103', 'Kiel', 'DE');
    INSERT INTO buy VALUES (1, 'B-1', 'V1', 'Q-7');
    INSERT INTO buy_pos VALUES (1, 1, 9, 100, 40), (1, 2, 10, 5, 0);
    INSERT INTO receipt VALUES ('R-1', 1, 1, 30, '2026-03-01'), ('R-2', 1, 1, 10, '2026-03-05');
    INSERT INTO shelf VALUES (9, 'MAIN', 100, 20), (9, 'EAST', 5.5, 0);
    INSERT INTO pricing VALUES (9, NULL, 0, 1250), (9, NULL, 100, 1100), (9, 5, 0, 1200);
"""
MAPPING = """
format = 1
timezone = "Europe/Berlin"
currency = "EUR"
[settings]
company = "K1"

[suppliers]
table = "vendor"
fields = { number = "no", name = "title", currency = "curr" }

[customers]
table = "client"
alias = "c"
key = "id"
fields = { number = "no", name = "title" }

[products]
table = "thing"
alias = "t"
key = "id"
fields = { code = "sku", name = "title", unit = { value = "H87" } }
[products.codes]
table = "thing_code"
key = ["thing_id", "code"]
parent = { thing_id = "id" }
fields = { kind = { value = "gtin" }, value = "code" }

[addresses]
table = "place"
key = "id"
owner = "client_id"
new_key = { by = "uuid" }
fields = { name = "name", lines = ["street"], postal_code = "zip", city = "town", country = "land" }

[orders]
table = "sale"
alias = "s"
where = "s.co = :company"
key = ["co", "no"]
stamp = { shared = "customer_po" }
new_number = { by = "sql", statement = "SELECT COUNT(*) + 1 FROM sale", pattern = "S/{year}-{n:03d}" }
new_key = { by = "number" }
on_insert = { co = { setting = "company" }, size = { sql = "SELECT 2 + 1" } }
cancel = { delete = true }
[[orders.references]]
kind = "contract"
value = "contract"
[orders.fields]
number = "no"
customer = { column = "client_id", lookup = "customers" }
customer_po = "ref"
ship_to = { column = "place_id", entity = "addresses" }
currency = "cur"
order_date = { column = "day", format = "%d.%m.%Y" }
notes = ["note1", "note2"]
custom.size = "size"
[orders.lines]
table = "sale_pos"
key = ["co", "no", "pos"]
parent = { co = "co", no = "no" }
position = "pos"
new_key = { by = "position" }
cancel = { delete = true }
[orders.lines.fields]
product = { column = "thing_id", lookup = "products" }
unit = { value = "H87" }
ordered = "qty"
price = "price"
price_per = "per"

[purchase_orders]
table = "buy"
key = "id"
fields = { number = "no", supplier = "vendor", supplier_reference = "theirs" }
[purchase_orders.lines]
table = "buy_pos"
key = ["buy_id", "pos"]
parent = { buy_id = "id" }
position = "pos"
[purchase_orders.lines.fields]
product = { column = "thing_id", lookup = "products" }
unit = { value = "H87" }
ordered = "qty"
delivered = "got"

[goods_receipts]
table = "receipt"
key = "no"
fields = { number = "no", order = "buy_id", received_on = "day", order_line = "pos", quantity = "qty" }

[stock]
table = "shelf"
[stock.fields]
product = { column = "thing_id", lookup = "products" }
warehouse = "wh"
on_hand = "amount"
reserved = "kept"

[prices]
table = "pricing"
[prices.fields]
product = { column = "thing_id", lookup = "products" }
customer = { column = "client_id", lookup = "customers" }
quantity_from = "qfrom"
amount = { column = "amount", divide_by = 100 }
"""
KIEL = ec.Address(name="Anna Berg AG", lines=["Kai 1"], city="Kiel", postal_code="24103", country="DE")
ROSTOCK = ec.Address(name="Anna Berg AG", lines=["Tor 3"], city="Rostock", postal_code="18069", country="DE")


@pytest.fixture(params=PRODUCTS)
def house(request, tmp_path):
    """The URL of a small company, and what connects to it."""
    if request.param == "sqlite":
        yield from opened(f"sqlite:///{tmp_path / 'house.db'}", tmp_path)
        return
    server = request.getfixturevalue(
        "postgres_server" if request.param == "postgresql" else "mariadb_server_url"
    )
    with new_database(server) as url:
        yield from opened(url.render_as_string(hide_password=False), tmp_path)


def opened(url, folder, text=MAPPING):
    engine = engine_of(url)
    with engine.begin() as connection:
        run(connection, ddl(TABLES, {}))
    engine.dispose()
    mapping = folder / "house.toml"
    mapping.write_text(text, encoding="utf-8")
    settings = {"mapping": str(mapping), "journal": f"sqlite:///{folder / 'journal.db'}", "clock": Hands()}
    with ec.connect(url, writable=True, **settings) as erp:
        erp.rows = lambda table: rows(url, table)
        yield erp


def rows(url, table):
    engine = engine_of(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {table}"))]
    engine.dispose()
    return found


def draft(**more):
    line = ec.LineDraft(
        product="VALVE", quantity=10, unit="H87", price=ec.UnitPrice(amount=D("12.50"), currency="EUR", per=4)
    )
    return ec.OrderDraft(
        **{
            "customer": "10000",
            "customer_po": "PO-1",
            "currency": "EUR",
            "lines": [line],
            "ship_to": KIEL,
            **more,
        }
    )


def test_a_purchase_order_and_what_arrived(house):
    (order,) = house.purchase_orders.find(supplier="V1", number="B-1")
    assert (order.supplier, order.supplier_reference, order.currency) == ("V1", "Q-7", "EUR")
    assert [(line.product, line.quantities.ordered, line.quantities.delivered) for line in order.lines] == [
        ("VALVE", 100, 40),
        ("PIPE", 5, 0),
    ]
    assert order.status is ec.OrderStatus.PARTLY_SHIPPED
    receipts = house.goods_receipts.of(order)
    assert [(each.number, each.received_on, each.lines[0].quantity) for each in receipts] == [
        ("R-1", date(2026, 3, 1), 30),
        ("R-2", date(2026, 3, 5), 10),
    ]
    assert house.capabilities.why("purchase_orders.receive")


def test_stock_of_all_warehouses(house):
    found = house.stock.availability("VALVE", 50, "H87")
    assert (found.available, found.on_hand, found.reserved, found.enough) == (D("85.5"), D("105.5"), 20, True)
    assert house.stock.availability("PIPE", 1, "H87").available is None


def test_the_price_of_the_customer_and_of_the_quantity(house):
    assert house.prices.quote("10000", "VALVE", 10, "H87").price.amount == 12
    assert house.prices.quote("10000", "PIPE", 10, "H87").price is None
    assert house.products.find(code="4006381333931")[0].code == "VALVE"


def test_an_order_with_a_composite_key_an_address_and_references(house):
    sent = draft(
        references=[ec.Reference(kind="contract", value="C-9")],
        notes=["ring the bell", "and wait"],
        order_date=date(2026, 3, 9),
    )
    order = house.orders.create(sent, key="k-1").order
    assert (order.number, order.id) == ("S/2026-001", "K1/S%2F2026-001")
    assert (order.ship_to, order.notes, order.references) == (KIEL, sent.notes, sent.references)
    assert (order.order_date, order.custom["size"]) == (date(2026, 3, 9), 3)
    assert (order.lines[0].price.amount, order.lines[0].price.per) == (D("12.5"), 4)
    assert house.orders.get(order.id) == order
    assert house.orders.find(reference="C-9") == (order,)
    assert len(house.rows("place")) == 1
    order = house.orders.amend(order, ec.ChangeAddress(ship_to=ROSTOCK)).order
    assert order.ship_to == ROSTOCK
    assert len(house.rows("place")) == 2
    again = house.orders.create(draft(customer_po="PO-2", ship_to=ROSTOCK), key="k-2").order
    assert again.ship_to == ROSTOCK
    assert len(house.rows("place")) == 2


def test_one_column_for_the_customers_number_or_the_stamp(house):
    without = house.orders.create(draft(customer_po=None), key="k-1").order
    assert house.orders.find(key="k-1")[0].id == without.id
    assert house.capabilities.stamp("orders").shared
    assert house.orders.create(draft(), key="k-2").order.customer_po == "PO-1"


def test_a_cancelled_order_is_deleted_where_the_mapping_says_so(house):
    order = house.orders.create(draft(), key="k-1").order
    receipt = house.orders.cancel(order, "not wanted")
    assert receipt.order.status is ec.OrderStatus.CANCELLED
    assert house.rows("sale") == house.rows("sale_pos") == []


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"references": [ec.Reference(kind="shop", value="W-1")]}, "order.references"),
        ({"notes": ["one", "two", "three"]}, "order.notes"),
        ({"custom": {"colour": "red"}}, "order.custom"),
        ({"ship_to": KIEL.but(lines=("Kai 1", "Tor 2"))}, "order.ship_to"),
        ({"currency": "EUR", "payment_terms": "N30"}, "order.payment_terms"),
    ],
)
def test_what_has_no_place_is_never_lost_in_silence(house, more, field):
    with pytest.raises(LossyWrite) as refused:
        house.orders.create(draft(**more), key="k-1")
    assert any(each.startswith(field) for each in refused.value.fields) or field in str(refused.value)
    assert house.rows("sale") == []
    assert len(house.rows("place")) == 1


def test_a_refusal_in_the_middle_leaves_nothing_behind(house, monkeypatch):
    book = house._context.adapter.orders
    monkeypatch.setattr(book.keeper.header, "after", lambda *_: (_ for _ in ()).throw(UnmappedCode("no")))
    with pytest.raises((UnmappedCode, OutcomeUnknown)):
        house.orders.create(draft(ship_to=ROSTOCK), key="k-1")
    monkeypatch.undo()
    assert house.rows("sale") == house.rows("sale_pos") == []
    assert len(house.rows("place")) == 1
    assert house.orders.create(draft(), key="k-1").order.number == "S/2026-001"


def test_a_constant_status_is_that_of_every_order(tmp_path):
    said = 'status = { value = "confirmed" }\norder_date = {'
    assert MAPPING.count("order_date = {") == 1
    with contextmanager(opened)(
        f"sqlite:///{tmp_path / 'told.db'}", tmp_path, MAPPING.replace("order_date = {", said)
    ) as erp:
        order = erp.orders.create(draft(), key="k").order
        assert order.status is ec.OrderStatus.CONFIRMED
        assert [line.status for line in order.lines] == [ec.OrderStatus.CONFIRMED]
        assert [each.id for each in erp.orders.list(status="confirmed")] == [order.id]
        assert list(erp.orders.list(status="submitted")) == []
