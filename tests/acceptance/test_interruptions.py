"""Section 6: processes that die, databases that go away, rivals, forks: one order all the same."""

# ruff: noqa: PT017 (being refused, or being done, may both be right)

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

import erp_connect as ec

DRAFT = """
import sys, os, threading, time
import erp_connect as ec

def draft(po):
    return ec.OrderDraft(customer="10000", customer_po=po, currency="EUR",
                         lines=[ec.LineDraft(product="VALVE-20", quantity=12, unit="C62")])
"""


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", DRAFT + textwrap.dedent(program), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def pos(erp: ec.Client) -> list[str | None]:
    return sorted(str(order.customer_po) for order in erp.orders.list())


@pytest.fixture(params=["sqlite", "postgres"])
def database(request) -> str:
    return request.getfixturevalue(f"{request.param}_shop")


LOOP = """
    with ec.connect(sys.argv[1]) as erp:
        for number in range(100000):
            erp.orders.create(draft(f"PO-{number}"), key=f"PO-{number}")
            print(number, flush=True)
"""


def test_a_process_killed_in_its_loop_is_taken_up_where_it_stood(database, shop) -> None:
    for blow in range(2):
        process = start(LOOP, database)
        for _ in range(4 + blow * 3):
            process.stdout.readline()
        time.sleep(0.003 * blow)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with ec.connect(database) as erp:
            report = erp.recover()
            assert report.unknown == ()
            assert list(erp.journal.open()) == []
            written = pos(erp)
            assert len(written) == len(set(written)) >= 4
    with ec.connect(database) as erp:
        again = erp.orders.create_many(
            [shop_draft(f"PO-{number}") for number in range(20)], [f"PO-{number}" for number in range(20)]
        )
        again.raise_for_failures()
        assert pos(erp) == sorted({*written, *(f"PO-{number}" for number in range(20))})


def shop_draft(po: str) -> ec.OrderDraft:
    return ec.OrderDraft(
        customer="10000",
        customer_po=po,
        currency="EUR",
        lines=[ec.LineDraft(product="VALVE-20", quantity=12, unit="C62")],
    )


MANY = """
    with ec.connect(sys.argv[1]) as erp:
        erp.orders.create_many((draft(f"PO-{n}") for n in range(800)), (f"PO-{n}" for n in range(800)),
                               progress=lambda *far: print(far, flush=True))
"""


def test_a_bulk_write_that_was_killed_goes_on(database) -> None:
    process = start(MANY, database)
    process.stdout.readline()
    process.kill()
    process.communicate()
    with ec.connect(database) as erp:
        assert erp.recover().unknown == ()
        before = len(pos(erp))
        result = erp.orders.create_many(
            [shop_draft(f"PO-{n}") for n in range(before + 5)], [f"PO-{n}" for n in range(before + 5)]
        )
        result.raise_for_failures()
        assert sum(receipt.replayed for receipt in result.succeeded) == before
        written = pos(erp)
        assert len(written) == len(set(written)) == before + 5


def test_two_processes_write_the_same_orders(database) -> None:
    program = """
        with ec.connect(sys.argv[1]) as erp:
            for number in range(15):
                erp.orders.create(draft(f"PO-{number}"), key=f"PO-{number}")
    """
    running = [start(program, database) for _ in range(2)]
    for process in running:
        _, told = process.communicate()
        assert process.returncode == 0, told
    with ec.connect(database) as erp:
        assert pos(erp) == sorted(f"PO-{number}" for number in range(15))


def test_a_postgresql_backend_that_is_shot_in_the_middle(postgres_shop, shop) -> None:
    """The server ends our sessions again and again; each key ends as one order."""
    killer = sa.create_engine(
        postgres_shop.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool
    )
    enough = threading.Event()
    shots = 0

    def shoot() -> None:
        nonlocal shots
        with killer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not enough.wait(0.05):
                shots += len(
                    connection.exec_driver_sql(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                        " AND pid <> pg_backend_pid()"
                    ).all()
                )

    gun = threading.Thread(target=shoot)
    open_keys = []
    with ec.connect(postgres_shop) as erp:
        gun.start()
        try:
            for number in range(20):
                try:
                    receipt = erp.orders.create(shop.draft(f"PO-{number}"), key=f"PO-{number}")
                    assert receipt.order.customer_po == f"PO-{number}"
                except ec.errors.ErpConnectError as error:
                    assert error.retryable or error.outcome == "unknown", repr(error)
                    open_keys.append(number)
        finally:
            enough.set()
            gun.join()
            killer.dispose()
    assert shots
    with ec.connect(postgres_shop) as erp:
        assert erp.recover().unknown == ()
        for number in range(20):
            receipt = erp.orders.create(shop.draft(f"PO-{number}"), key=f"PO-{number}")
            assert receipt.replayed or number in open_keys
        assert pos(erp) == sorted(f"PO-{number}" for number in range(20))


def test_a_database_that_comes_back_is_used_again(postgres_shop, shop) -> None:
    """A pool of dead connections is no reason to fail for ever."""
    with ec.connect(postgres_shop) as erp:
        erp.orders.create(shop.draft("PO-1"), key="1")
        engine = sa.create_engine(
            postgres_shop.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool
        )
        with engine.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        engine.dispose()
        for _ in range(3):
            try:
                erp.orders.create(shop.draft("PO-2"), key="2")
                break
            except ec.errors.ErpConnectError as error:
                assert error.retryable
        assert pos(erp) == ["PO-1", "PO-2"]
        assert [order.customer_po for order in erp.orders.list()] == ["PO-1", "PO-2"]


def test_a_sqlite_file_that_somebody_else_locks(sqlite_shop, tmp_path, shop) -> None:
    other = sqlite3.connect(tmp_path / "orders.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with ec.connect(sqlite_shop, timeout=0.2) as erp:
        assert list(erp.orders.list()) == []
        with pytest.raises(ec.errors.ErpConnectError) as raised:
            erp.orders.create(shop.draft(), key="k")
        assert raised.value.retryable
        assert raised.value.outcome == "not_applied"
        other.execute("ROLLBACK")
        other.close()
        assert erp.orders.create(shop.draft(), key="k").replayed is False
        assert pos(erp) == ["PO-4711"]


def test_a_version_that_moved_while_the_order_did_not(sqlite_shop, tmp_path, shop) -> None:
    """A token that moved alone is refreshed, and the write goes on."""
    with ec.connect(sqlite_shop) as erp:
        order = erp.orders.create(shop.draft(), key="k").order
        other = sqlite3.connect(tmp_path / "orders.db", isolation_level=None)
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        other.execute("UPDATE erp_orders SET version = version + 1")
        other.close()
        assert erp.orders.get(order.id).version != order.version
        after = erp.orders.amend(order, ec.ChangeQuantity(line=1, to=10, reason="less")).order
        assert after.lines[0].quantities.ordered == 10


def test_a_sqlite_file_that_is_damaged(sqlite_shop, tmp_path, shop) -> None:
    path = tmp_path / "orders.db"
    with ec.connect(sqlite_shop) as erp:
        was = erp.orders.create(shop.draft(), key="k").order
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 20000)
    with pytest.raises(ec.errors.ErpConnectError) as raised, ec.connect(sqlite_shop) as erp:
        erp.orders.get(was.id)
    assert raised.value.outcome == "not_applied"


def test_a_client_works_on_after_a_fork(database, shop) -> None:
    with ec.connect(database) as erp:
        erp.orders.create(shop.draft("PO-parent"), key="parent")
        children = []
        for number in range(2):
            child = os.fork()
            if not child:
                try:
                    erp.orders.create(shop.draft(f"PO-child-{number}"), key=f"child-{number}")
                    erp.orders.create(shop.draft("PO-shared"), key="shared")
                    os._exit(0)
                except BaseException:  # noqa: BLE001 (the child must not run the rest of the tests)
                    os._exit(1)
            children.append(child)
        erp.orders.create(shop.draft("PO-shared"), key="shared")
        assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
        erp.ping()
        assert pos(erp) == ["PO-child-0", "PO-child-1", "PO-parent", "PO-shared"]


def test_threads_share_a_client(database, shop) -> None:
    with ec.connect(database, max_concurrency=3) as erp:

        def work(number: int) -> int:
            order = erp.orders.create(shop.draft(f"PO-{number}"), key=f"k-{number}").order
            erp.orders.amend(order, ec.AddNote(text=f"note {number}"))
            assert erp.orders.get(order.id).notes == (f"note {number}",)
            return len(list(erp.orders.list(limit=3)))

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(40)))
        assert len(pos(erp)) == 40


# ---------------------------------------------------------------- a journal elsewhere


@pytest.fixture
def elsewhere(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'journal' / 'journal.db'}"


def test_the_journal_may_stand_elsewhere(database, elsewhere, shop, tmp_path) -> None:
    (tmp_path / "journal").mkdir()
    with ec.connect(database, journal=elsewhere, actor="anna") as erp:
        order = erp.orders.create(shop.draft(), key="k").order
        erp.orders.amend(order, ec.ChangeQuantity(line=1, to=10, reason="less"))
        assert erp.journal.show("k").entity_id == order.id
        assert [entry.actor for entry in erp.history(order.id)] == ["anna", "anna"]
    with ec.connect(database, journal=elsewhere) as erp:
        assert erp.orders.create(shop.draft(), key="k").replayed
    with ec.connect(database) as erp, pytest.raises(ec.errors.NotFound):
        erp.journal.show("k")


def test_a_lost_journal_does_not_double_an_order(database, tmp_path, shop) -> None:
    """The schema's unique stamp refuses a second order, whatever the journal remembers."""
    with ec.connect(database, journal=f"sqlite:///{tmp_path / 'one.db'}") as erp:
        first = erp.orders.create(shop.draft(), key="k").order
    with ec.connect(database, journal=f"sqlite:///{tmp_path / 'two.db'}") as erp:
        try:
            receipt = erp.orders.create(shop.draft(), key="k")
        except ec.errors.ErpConnectError as error:
            assert error.outcome in {"not_applied", "unknown"}
        else:
            assert receipt.order.id == first.id
        with pytest.raises(ec.errors.ErpConnectError):
            erp.orders.create(shop.draft("another"), key="k")
        assert pos(erp) == ["PO-4711"]
    with ec.connect(database) as erp:
        try:
            assert erp.orders.create(shop.draft(), key="k").order.id == first.id
        except ec.errors.ErpConnectError as error:
            assert error.outcome in {"not_applied", "unknown"}
        assert pos(erp) == ["PO-4711"]


def test_two_processes_with_journals_of_their_own(database, tmp_path) -> None:
    program = """
        with ec.connect(sys.argv[1], journal=sys.argv[2]) as erp:
            for number in range(8):
                try:
                    erp.orders.create(draft(f"PO-{number}"), key=f"PO-{number}")
                except ec.errors.ErpConnectError as error:
                    assert error.outcome != "applied"
    """
    running = [start(program, database, f"sqlite:///{tmp_path / name}.db") for name in ("one", "two")]
    for process in running:
        _, told = process.communicate()
        assert process.returncode == 0, told
    with ec.connect(database) as erp:
        assert pos(erp) == sorted(f"PO-{number}" for number in range(8))


BETWEEN = """
    import erp_connect.adapters.sql as sql
    journal = sys.argv[2]
    with ec.connect(sys.argv[1], journal=journal) as erp:
        erp.orders.create(draft("PO-0"), key="PO-0")
        def die():
            time.sleep(float(sys.argv[3]))
            os._exit(9)
        threading.Thread(target=die, daemon=True).start()
        for number in range(1, 100000):
            erp.orders.create(draft(f"PO-{number}"), key=f"PO-{number}")
"""


def test_killed_between_intent_and_answer_is_settled_by_looking(database, elsewhere, tmp_path) -> None:
    (tmp_path / "journal").mkdir()
    for delay in ("0.05", "0.11"):
        process = start(BETWEEN, database, elsewhere, delay)
        process.communicate()
        with ec.connect(database, journal=elsewhere) as erp:
            before = pos(erp)
            report = erp.recover()
            assert pos(erp) == before, "recover must not send"
            assert report.unknown == ()
            assert list(erp.journal.open()) == []
            number = len(before)
            receipts = [
                erp.orders.create(shop_draft(f"PO-{each}"), key=f"PO-{each}") for each in range(number + 1)
            ]
            assert [receipt.replayed for receipt in receipts] == [True] * number + [False]
            assert pos(erp) == sorted(f"PO-{each}" for each in range(number + 1))


def test_the_journals_tables_are_made_by_several_processes_at_once(sqlite_shop, tmp_path) -> None:
    program = """
        with ec.connect(sys.argv[1], journal=sys.argv[2]) as erp:
            erp.orders.create(draft(sys.argv[3]), key=sys.argv[3])
    """
    journal = f"sqlite:///{tmp_path / 'shared.db'}"
    running = [start(program, sqlite_shop, journal, f"PO-{number}") for number in range(2)]
    for process in running:
        _, told = process.communicate()
        assert process.returncode == 0, told
    with ec.connect(sqlite_shop, journal=journal) as erp:
        assert sorted(entry.key for entry in erp.journal.list()) == ["PO-0", "PO-1"]


@pytest.mark.parametrize(
    "journal", ["sqlite:////nowhere/at/all/journal.db", "postgresql://x@127.0.0.1:9/none"]
)
def test_without_its_journal_nothing_is_sent(sqlite_shop, shop, journal: str) -> None:
    with (
        pytest.raises(ec.errors.ErpConnectError) as raised,
        ec.connect(sqlite_shop, journal=journal, timeout=2) as erp,
    ):
        erp.orders.create(shop.draft(), key="k")
    assert isinstance(raised.value, ec.errors.JournalUnavailable | ec.errors.ConfigurationError)
    assert raised.value.outcome == "not_applied"
    with ec.connect(sqlite_shop) as erp:
        assert pos(erp) == []


# ---------------------------------------------------------------- memory


def test_listing_takes_no_more_memory_for_more_orders(sqlite_shop) -> None:
    import tracemalloc

    peaks = []
    with ec.connect(sqlite_shop) as erp:
        for upto in (300, 2400):
            numbers = range(len(pos(erp)), upto)
            erp.orders.create_many((shop_draft(f"PO-{n}") for n in numbers), (f"PO-{n}" for n in numbers))
            tracemalloc.start()
            count = sum(1 for _ in erp.orders.list())
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            assert count == upto
    assert peaks[1] < peaks[0] * 2 + 2_000_000
