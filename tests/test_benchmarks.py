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


@pytest.mark.thorough
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
        ("SQLite", "mapped create_many"),
        ("SQLite", "mapped list"),
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
    assert result["workbook"]["rows"] == 2_000
    assert result["workbook"]["ratio"] > 0
    assert result["workbook"]["peak_mb"]["erp_connect"] > 0
    assert {"day", "machine", "python", "packages", "servers"} <= result["surroundings"].keys()
    assert "create_many" in done.stdout


# -- the journal's share -----------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path):
    """A database of the benchmark, ready to be copied, and how much is written into it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        from benchmarks.company import Size
        from benchmarks.measuring import Sqlite

    size = Size(orders=30, customers=5, products=12)
    database = Sqlite(tmp_path)
    database.prepare(size)
    return database, size


def test_without_its_journal_the_same_orders_are_written_and_no_key(small):
    from benchmarks.journal_share import Unjournalled, jobs

    database, size = small
    query = "SELECT party_id, their_number, status, net, gross FROM erp_orders ORDER BY id"
    for count, create in jobs(size, 7).values():
        written = []
        for bare in (False, True):
            with database.copy() as url:
                with ec.connect(url) as erp:
                    if bare:
                        erp._context.journal._writer = Unjournalled(erp._context)
                    create(erp)
                file = url.removeprefix("sqlite:///")
                keys = rows(file, "SELECT count(*) FROM erp_journal")
                assert keys == [(0 if bare else count,)]
                written.append(rows(file, query))
        assert len(written[0]) == count
        assert written[0] == written[1]


def test_the_watch_sees_every_call_of_a_journal_in_a_file(small):
    from benchmarks.journal_share import in_a_file, journalled_in_a_file

    database, size = small
    shares = list(in_a_file(database, size, 7, 1))
    assert [(share.job, share.per) for share in shares] == [("create", 7), ("create_many", 30)]
    assert all(0 < share.share < 1 for share in shares)
    with journalled_in_a_file(database) as (erp, store):
        assert list(erp.journal.list()) == []
        erp.orders.create(as_draft_of(size), key="k")
        assert [entry.key for entry in erp.journal.list()] == ["k"]
        assert {"insert", "change"} <= store.seconds.keys()


def as_draft_of(size):
    from benchmarks.company import as_draft, wanted_orders

    return as_draft(next(iter(wanted_orders(size))))


def test_the_journals_share_is_printed_with_the_goal(tmp_path):
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks", "--quick", "--rounds", "1"),
            *("--only", "journal", "--only", "sqlite", "--orders", "20", "--results", str(tmp_path)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (file,) = tmp_path.glob("*.json")
    result = json.loads(file.read_text(encoding="utf-8"))
    assert [(each["job"], each["orders"], each["goal"]) for each in result["journal"]] == [
        ("create", 20, None),
        ("create_many", 20, 0.15),
    ]
    (_, many) = result["journal"]
    assert many["met"] == (many["share"] <= many["goal"])
    assert bool(many["costs"]) == (not many["met"])
    assert ("15%: met" if many["met"] else "15%: missed") in done.stdout
    assert "by hand" not in done.stdout, "nothing is shown that was not measured"


# -- somebody else's tables --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def in_foreign_tables(tmp_path_factory):
    """The same orders in two foreign databases, one written by hand, one through the mapping file; read by both."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        from benchmarks import foreign, hand_create, hand_mapped, hand_rows
        from benchmarks.company import Size, as_draft, wanted_orders

    size = Size(orders=30, customers=5, products=12)
    folder = tmp_path_factory.mktemp("foreign")
    wanted = list(wanted_orders(size))
    told = {}
    for side in ("by_hand", "mapped"):
        file = folder / f"{side}.db"
        engine = hand_rows.make_engine(f"sqlite:///{file}")
        foreign.set_up(engine, size)
        connected = ec.connect(
            f"sqlite:///{file}",
            mapping=str(foreign.MAPPING),
            writable=True,
            journal=f"sqlite:///{folder / side}-journal.db",
        )
        with connected as erp:
            if side == "by_hand":
                intents = hand_rows.make_engine(f"sqlite:///{folder / 'intents.db'}")
                hand_create.prepare(intents)
                made = hand_mapped.create_many(engine, intents, iter(wanted), 12)
                assert [each.differences for each in made] == [()] * len(wanted)
                intents.dispose()
            else:
                drafts = [as_draft(order) for order in wanted]
                made = erp.orders.create_many(drafts, [order.key for order in wanted])
                made.raise_for_failures()
                assert not any(each.differences for each in made.succeeded)
            foreign.move_goods(engine)
            told[side] = (file, list(hand_mapped.list_orders(engine)), list(erp.orders.list()))
        engine.dispose()
    return told


@pytest.mark.parametrize(
    "what",
    [
        (
            "SELECT id, doc_no, customer_id, ship_name, ship_street, ship_street2, ship_postal_code, ship_city,"
            " ship_country, customer_po, order_date, requested_date, currency, status, channel, entered_by, net_total,"
            " tax_total, gross_total, row_version, is_deleted, deleted_at FROM so_header ORDER BY id"
        ),
        (
            "SELECT header_id, line_no, item_id, qty, qty_cancelled, unit, unit_price, wanted_on, line_net, line_tax,"
            " row_version, is_deleted, deleted_at FROM so_line ORDER BY 1, 2"
        ),
        "SELECT header_id, seq, to_status FROM status_history ORDER BY 1",
        "SELECT kind, last_no FROM doc_counter",
    ],
    ids=["headers", "lines", "history", "counter"],
)
def test_script_and_mapping_write_the_same_foreign_rows(in_foreign_tables, what):
    by_hand = rows(in_foreign_tables["by_hand"][0], what)
    assert by_hand
    assert by_hand == rows(in_foreign_tables["mapped"][0], what)


@pytest.mark.parametrize("side", ["by_hand", "mapped"])
def test_script_and_mapping_read_the_same_of_foreign_rows(in_foreign_tables, side):
    _, mine, theirs = in_foreign_tables[side]
    assert {order.fulfilment for order in mine} == {"none", "partial", "complete"}

    def of_hand(order):
        head = (str(order.id), order.number, str(order.version), order.stamp, order.customer, order.net)
        return head, [
            (
                *(line.id, line.position, line.product, line.unit, line.ordered, line.price),
                *(line.requested, line.net, line.tax, line.shipped, line.invoiced),
            )
            for line in order.lines
        ]

    def of_library(order):
        head = (order.id, order.number, order.version, order.stamp, order.customer, order.net.amount)
        return head, [
            (
                *(
                    line.id,
                    line.position,
                    line.product,
                    line.unit,
                    line.quantities.ordered,
                    line.price.amount,
                ),
                *(line.requested, line.net.amount, line.tax.amount),
                *(line.quantities.shipped, line.quantities.invoiced),
            )
            for line in order.lines
        ]

    assert list(map(of_hand, mine)) == list(map(of_library, theirs))
    assert [order.fulfilment for order in mine] == [order.fulfilment.value for order in theirs]
    assert [order.invoicing for order in mine] == [order.invoicing.value for order in theirs]
    assert [order.ship_to.name for order in mine] == [order.ship_to.name for order in theirs]
    assert [order.created_at for order in mine] == [order.created_at for order in theirs]
