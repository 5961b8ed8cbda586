"""The benchmark measures what it says: both sides do the same work, and the result has its figures."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

import erp_connect as ec

ROOT = Path(__file__).parents[1]
ORDERS = 60


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The same orders in two databases: one written by hand, one by the library."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        from benchmarks import hand_create, hand_rows
        from benchmarks.company import Size, as_draft, set_up, wanted_orders

    size = Size(orders=ORDERS, customers=5, products=12)
    folder = tmp_path_factory.mktemp("benchmark")
    by_hand, by_library = folder / "hand.db", folder / "library.db"
    for file in (by_hand, by_library):
        set_up(f"sqlite:///{file}", size)
    engine = hand_rows.make_engine(f"sqlite:///{by_hand}")
    hand_create.prepare(engine)
    created = hand_create.create_many(engine, wanted_orders(size), 25)
    read = list(hand_rows.list_orders(engine))
    engine.dispose()
    wanted = list(wanted_orders(size))
    with ec.connect(f"sqlite:///{by_library}") as erp:
        made = erp.orders.create_many([as_draft(order) for order in wanted], [order.key for order in wanted])
        made.raise_for_failures()
        listed = list(erp.orders.list())
    return {
        "by_hand": by_hand,
        "by_library": by_library,
        "created": created,
        "made": made,
        "read": read,
        "listed": listed,
    }


def rows(file, query):
    with sqlite3.connect(file) as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


@pytest.mark.parametrize(
    "what",
    [
        (
            "SELECT id, party_id, their_number, status, is_open, currency, order_date, requested, promised, net, tax,"
            " gross, payment_terms, delivery_terms, fulfilment, invoicing, prices_include_tax"
            " FROM erp_orders ORDER BY id"
        ),
        (
            "SELECT order_id, position, product_id, product, unit, kind, status, is_open, ordered, allocated,"
            " backordered, shipped, price, price_per, net, tax,"
            " requested, promised, description FROM erp_order_lines ORDER BY 1, 2"
        ),
        "SELECT product_id, warehouse, on_hand, reserved FROM erp_stock ORDER BY 1, 2",
        "SELECT id, book, order_id, kind FROM erp_events ORDER BY id",
        "SELECT name, next FROM erp_counters ORDER BY name",
    ],
    ids=["orders", "lines", "stock", "events", "numbers"],
)
def test_both_sides_write_the_same_rows(written, what):
    by_hand = rows(written["by_hand"], what)
    assert by_hand
    assert by_hand == rows(written["by_library"], what)


def test_both_sides_write_the_same_addresses(written):
    query = "SELECT ship_to, bill_to FROM erp_orders ORDER BY id"
    by_hand, by_library = (
        [tuple(map(json.loads, row)) for row in rows(written[side], query)]
        for side in ("by_hand", "by_library")
    )
    assert by_hand == by_library


def test_stock_runs_out_so_that_both_sides_make_backorders(written):
    assert any(line.backordered for order in written["read"] for line in order.lines)


def test_both_sides_keep_one_intent_for_each_order(written):
    query = "SELECT key, payload, fingerprint FROM {} ORDER BY key"
    by_hand = rows(written["by_hand"], query.format("intents"))
    assert len(by_hand) == ORDERS
    assert by_hand == rows(written["by_library"], query.format("erp_journal"))


def test_both_sides_read_back_and_find_no_difference(written):
    assert [each.differences for each in written["created"]] == [()] * ORDERS
    assert [receipt.differences for receipt in written["made"].succeeded] == [()] * ORDERS
    assert [each.stored for each in written["created"]] == written["read"]


def test_both_sides_list_the_same_orders(written):
    def told(order):
        return (str(order.id), order.customer, order.customer_po, order.requested, order.promised)

    assert list(map(told, written["read"])) == list(map(told, written["listed"]))
    for mine, theirs in zip(written["read"], written["listed"], strict=True):
        assert (mine.net, mine.tax, mine.gross) == tuple(
            money.amount for money in (theirs.net, theirs.tax, theirs.gross)
        )
        assert [(line.ordered, line.price) for line in mine.lines] == [
            (line.quantities.ordered, line.price.amount) for line in theirs.lines
        ]


def test_the_result_has_its_figures(tmp_path):
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks", "--quick", "--rounds", "1", "--only", "sqlite"),
            *("--orders", "20", "--listed", "40", "--gets", "5", "--results", str(tmp_path)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (file,) = tmp_path.glob("*.json")
    result = json.loads(file.read_text(encoding="utf-8"))
    assert [(job["database"], job["job"]) for job in result["jobs"]] == [
        ("SQLite", "create_many"),
        ("SQLite", "get"),
        ("SQLite", "list"),
    ]
    for job in result["jobs"]:
        assert job["ratio"] > 0
        assert job["by_hand_us"] > 0
        assert job["erp_connect_us"] > 0
    (report,) = result["reports"]
    assert (report["orders"], report["few"], report["many"]) == (40, 4, 40)
    assert min(report["by_hand_us"], report["list_us"], report["erp_connect_us"]) > 0
    (memory,) = result["memory"]
    assert (memory["few"], memory["many"]) == (4, 40)
    assert {"pydantic", "erp_connect"} <= result["import"].keys()
    assert {"day", "machine", "python", "packages", "servers"} <= result["surroundings"].keys()
    assert "create_many" in done.stdout
