"""The foreign databases are what they claim to be: by hand-computed orders and by planted wrong writes."""

from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from . import company, flat, floating, normalised, readonly_view, split
from .ground import RuleBrokenError, engine_of, run, select
from .planted import PLANTED, REFUSED
from .truth import Address, Line

D = Decimal


def third(number, positions=(1, 2, 3, 4), tax=True):
    """Order 3, computed by hand: gloves in pairs at 12.5 % off, paint in canisters, rope in coils, grease."""
    one, two, three, four = positions
    return {
        "number": number,
        "customer": "1004",
        "customer_po": "PO-4500051",
        "day": date(2026, 1, 14),
        "requested": date(2026, 1, 24),
        "currency": "EUR",
        "status": "shipped",
        "ship_to": Address("Polder Techniek B.V.", "Havenkade 5", "3089 JH", "Rotterdam", "NL"),
        # 10 x 3.50 x 0.875 = 30.625; 4 x 49.90; 8 x 308; 1.1 x 11.20 x 0.95 = 11.704
        "lines": (
            Line(one, "GLV-NIT-09", D(10), "PR", D("3.5"), D("12.5"), D("30.63"), D(10), D(0), D(0), D(0)),
            Line(two, "PNT-RAL7016", D(4), "XCI", D("49.9"), D(0), D("199.60"), D(4), D(0), D(0), D(0)),
            Line(three, "ROP-PP-14", D(8), "XCL", D(308), D(0), D("2464.00"), D(8), D(0), D(0), D(0)),
            Line(four, "GRS-EP2", D("1.1"), "KGM", D("11.2"), D(5), D("11.70"), D("1.1"), D(0), D(0), D(0)),
        ),
        "net": D("2705.93"),
        "tax": D(0) if tax else None,
        "gross": D("2705.93") if tax else None,
    }


THIRD = {
    "normalised": third("S00003", (10, 20, 30, 40)),
    "flat": third("410003", (10, 20, 30, 40), tax=False),
    "split": third("SO-2026-000103"),
    "readonly_view": third("300003"),
    "floating": third("7003", tax=False),
}
FOURTH = {
    "normalised": "S00004",
    "flat": "410004",
    "split": "SO-2026-000104",
    "readonly_view": "300004",
    "floating": "7004",
}
SIXTH = {
    "normalised": "S00006",
    "flat": "410006",
    "split": "SO-2026-000106",
    "readonly_view": "300006",
    "floating": "7006",
}
NINTH = {
    "normalised": "S00009",
    "flat": "410009",
    "split": "SO-2026-000109",
    "readonly_view": "300009",
    "floating": "7009",
}


@pytest.fixture
def told(place):
    with place.open() as connection:
        return place.schema.facts(connection)


def test_the_database_says_what_the_company_did(place, told):
    expected = company.facts(place.schema.ORDERS)
    assert told.customers == expected.customers
    assert told.suppliers == expected.suppliers
    assert told.products == expected.products
    assert told.orders.keys() == expected.orders.keys()
    for number, order in expected.orders.items():
        assert told.orders[number] == order


def test_an_order_that_went_out_in_two_parcels(place, told):
    order = told.orders[THIRD[place.name]["number"]]
    assert {name: getattr(order, name) for name in THIRD[place.name]} == THIRD[place.name]
    assert [(at.day, at.carrier, at.tracking) for at in order.shipments] == [
        (date(2026, 1, 18), "KURIER7", ("TRK00030A", "TRK00030B")),
        (date(2026, 1, 19), "KURIER7", ("TRK00031A",)),
    ]
    assert [quantity for _, quantity in order.shipments[0].lines] == [D(5), D(2), D(4), D("0.55")]


def test_an_order_of_which_half_came_back_against_a_credit_note(place, told):
    order = told.orders[FOURTH[place.name]]
    (line,) = order.lines
    assert (order.status, order.net) == ("completed", D("80.00"))
    assert (line.quantity, line.unit, line.shipped, line.invoiced) == (D("12.5"), "MTR", D("12.5"), D("12.5"))
    assert line.returned == D("6.25")
    assert [(at.kind, at.day, at.net) for at in order.invoices] == [
        ("invoice", date(2026, 1, 23), D("80.00")),
        ("credit_note", date(2026, 2, 6), D("40.00")),
    ]
    assert [(at.day, at.lines) for at in order.returns] == [(date(2026, 2, 1), ((line.position, D("6.25")),))]


def test_an_order_on_hold_sells_screws_by_the_box_and_by_the_piece(place, told):
    order = told.orders[SIXTH[place.name]]
    # 30 boxes x 2.75 x 0.95 = 78.375; 2500 pieces x 0.0275 x 0.875 = 60.15625
    assert order.status == "on_hold"
    assert [(at.product, at.quantity, at.unit, at.price, at.amount) for at in order.lines] == [
        ("SCR-M8X40", D(30), "XBX", D("2.75"), D("78.38")),
        ("SCR-M8X40", D(2500), "H87", D("0.0275"), D("60.16")),
        ("GRS-EP2", D("0.75"), "KGM", D("11.2"), D("8.40")),
    ]


def test_an_order_of_which_a_half_was_cancelled(place, told):
    order = told.orders[NINTH[place.name]]
    assert order.status == "shipped"
    assert [(at.product, at.quantity, at.cancelled, at.shipped, at.amount) for at in order.lines] == [
        ("ANC-15", D(2), D(1), D(1), D("189.00")),
        ("GLV-NIT-09", D(10), D(0), D(10), D("33.25")),
    ]
    assert order.tax in {None, D("38.24")}  # 19 % of 189.00 and 7 % of 33.25


def test_every_state_is_there(told):
    states = [order.status for order in told.orders.values()]
    assert len(states) == 36
    assert {state: states.count(state) for state in states} == dict.fromkeys(company.STATES, 6)


def test_the_rules_hold_at_first(place):
    with place.open() as connection:
        place.schema.invariants(connection)


def test_every_rule_catches_its_wrong_write(place):
    planted = PLANTED[place.name]
    rules = place.schema.rules(place.product)
    only_elsewhere = planted.keys() - rules.keys()
    assert not rules.keys() - planted.keys()
    for rule in only_elsewhere:
        assert all(isinstance(at, tuple) and at[0] != place.product for at in planted[rule])
    for rule in rules:
        with place.open() as connection:
            run(connection, (at for at in statements(planted[rule], place.product)))
            with pytest.raises(RuleBrokenError) as broken:
                place.schema.invariants(connection)
            assert rule in broken.value.rules
    with place.open() as connection:
        place.schema.invariants(connection)


def statements(planted, product):
    for at in planted:
        if isinstance(at, str):
            yield at
        elif at[0] == product:
            yield at[1]


def test_the_database_itself_refuses(place):
    for what, statement in REFUSED[place.name].items():
        with place.open() as connection:
            if what == "a stamp given twice":
                run(
                    connection,
                    ["UPDATE so_header SET external_ref = 'taken-before', row_version = 2 WHERE id = 2"],
                )
            try:
                run(connection, [statement])
            except sa.exc.DBAPIError:
                continue
            pytest.fail(f"{place.name} on {place.product} took {what}")


def only(name, products=("postgresql", "mariadb", "sqlite")):
    cells = [f"{name}-{product}" for product in products]
    return pytest.mark.parametrize("place", cells, indirect=True, scope="module")


@only("readonly_view")
def test_a_reader_sees_the_views_and_writes_nothing(place):
    with readonly_view.reader(place.url) as url:
        engine = engine_of(url)
        with engine.connect() as connection:
            assert readonly_view.facts(connection) == company.facts(readonly_view.ORDERS)
        refused = ["UPDATE v_customer SET name = 'X'", "DELETE FROM v_item", "CREATE TABLE mine (id INTEGER)"]
        refused += ["INSERT INTO erp_supp VALUES ('1', 'X', 'EUR')"]
        refused += (
            [] if place.product == "sqlite" else ["SELECT * FROM erp_ordh_open", "SELECT * FROM dml_log"]
        )
        for statement in refused:
            with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError):
                run(connection, [statement])
    with place.open() as connection:
        readonly_view.invariants(connection)
    if place.product != "sqlite":
        with pytest.raises(sa.exc.DBAPIError):  # the account went with its use
            engine.connect()


@only("floating", ("postgresql", "mariadb"))
def test_the_next_number_comes_from_the_database(place):
    with place.open() as connection:
        assert select(connection, "SELECT next_ordno('01') AS n")[0].n == 7037
        if place.product == "postgresql":
            assert select(connection, "CALL take_ordno('01', NULL)")[0].p_no == 7038
        else:
            run(connection, ["CALL take_ordno('01', @taken)"])
            assert select(connection, "SELECT @taken AS n")[0].n == 7038
        assert select(connection, "SELECT next_ordno('02') AS n")[0].n == 7004
        floating.invariants(connection)


@only("floating")
def test_the_same_number_is_another_order_in_another_company(place):
    with place.open() as connection:
        rows = select(connection, "SELECT co, po_no FROM ordhdr WHERE ordno = 7001 ORDER BY co")
    assert [tuple(row) for row in rows] == [("01", "PO-4500017"), ("02", "OTHER COMPANY")]


@only("normalised")
def test_what_moved_within_the_house_or_for_another_document_is_not_shipped(place):
    with place.open() as connection:
        done = select(
            connection,
            "SELECT sum(quantity) AS n FROM stock_move WHERE origin = 'sale.line,9' AND state = 'done'",
        )
        told = normalised.facts(connection)
    # Line 9 is order 3's grease: each parcel moves it from stock to the gate, and from there to the customer.
    assert Decimal(str(done[0].n)).quantize(D("0.001")) == D("2.200")
    assert told.orders["S00003"].lines[3].shipped == D("1.1")
    assert told.orders["S00001"].lines[0].shipped == 0  # 500 pieces of "purchase.line,1" went to a customer


@only("flat")
def test_a_line_tells_base_units_and_prices_per_hundred(place):
    with place.open() as connection:
        row = select(connection, "SELECT * FROM aufpos WHERE aufnr = 410003 AND posnr = 30")[0]
        told = flat.facts(connection).orders["410003"].lines[2]
    # 8 coils of 220 m at 308.00 are 1760 m at 140.00 per 100 m
    assert (row.menge, row.umr, row.preis) == (1760, 220, 140)
    assert (told.quantity, told.unit, told.price) == (8, "XCL", 308)
    assert row.artnr == "ROP-PP-14           "
    assert row.kdnr == "      1004"


@only("split")
def test_a_delivery_line_booked_reversed_and_booked_again_went_out_once(place):
    with place.open() as connection:
        kinds = """SELECT m.kind, sum(m.qty_base) AS moved FROM stock_movement m JOIN dl_line d ON d.id = m.dl_line_id
            JOIN so_line l ON l.id = d.so_line_id JOIN so_header h ON h.id = l.header_id
            WHERE h.doc_no = 'SO-2026-000103' AND l.line_no = 1 GROUP BY m.kind ORDER BY moved"""
        moved = [(row.kind, row.moved) for row in select(connection, kinds)]
        told = split.facts(connection).orders["SO-2026-000103"].lines[0]
    assert moved == [("ISSUE", -20), ("REVERSAL", 10)]
    assert told.shipped == 10
