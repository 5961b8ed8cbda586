"""Writers are killed at random moments, a hundred on each back-end: counted by SQL, one order per key stands there.

``ERP_CONNECT_KILLS`` sets the number of kills of all these tests together (200); ``ERP_CONNECT_SEED`` repeats a run's
random choices (not the machine's).
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from erp_connect.wire.sql import open_engine, writing

PROGRAM = Path(__file__).with_name("killing.py")


@dataclass(frozen=True)
class Place:
    """Where the orders stand, where the journal, and what guards the back-end itself."""

    orders: str
    journal: str | None = None
    execution_window: float | None = None
    """Seconds that a request may run on after its writer died; None: stamps are unique, nothing else matters."""


PLACES = {
    "sqlite": Place("sqlite"),
    "postgres": Place("postgres"),
    "mariadb": Place("mariadb"),
    "sqlite, journal in postgres": Place("sqlite", "postgres"),
    "postgres, journal in a file": Place("postgres", "sqlite"),
    "mariadb, journal in another mariadb": Place("mariadb", "mariadb"),
    "sqlite without unique stamps, journal in a file": Place("sqlite", "sqlite", execution_window=0.0),
    "postgres without unique stamps, journal in mariadb": Place("postgres", "mariadb", execution_window=1.0),
}
KILLS = -(-int(os.environ.get("ERP_CONNECT_KILLS", "200")) // len(PLACES))
"""For each place; there are two for each back-end."""


def without_unique_stamps(url: str) -> None:
    """Take away what lets the back-end refuse a second order with the same stamp."""
    engine = open_engine(url)
    with writing(engine) as connection:
        indexes = sa.inspect(connection).get_indexes("erp_orders")
        (name,) = [each["name"] for each in indexes if each["column_names"] == ["stamp"]]
        connection.exec_driver_sql(f"DROP INDEX {name}")
    engine.dispose()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_writers_that_are_killed_leave_one_order_per_key(place, company, start, tmp_path, record_property):
    seed = int(os.environ.get("ERP_CONNECT_SEED") or random.SystemRandom().randrange(10**6))
    sys.stdout.write(f"ERP_CONNECT_SEED={seed}\n")
    stood = company(place.orders, place.journal)
    if place.execution_window is not None:
        without_unique_stamps(stood.url)
    began = time.monotonic()
    folder = tmp_path / "notes"
    folder.mkdir()
    nursery = start(
        PROGRAM,
        folder,
        url=stood.url,
        journal=stood.journal,
        kills=KILLS,
        seed=seed,
        unguarded=place.execution_window,
    )

    recovered = nursery.says()
    assert recovered["unknown"] == 0
    after_recovery = dict(stood.journal_rows("SELECT state, COUNT(*) FROM erp_journal GROUP BY state"))
    assert set(after_recovery) <= {"confirmed", "refused", "never_sent"}
    assert stood.journal_rows("SELECT COUNT(*) FROM erp_journal WHERE owner IS NOT NULL") == [(0,)]
    each_key_stands_at_most_once(stood)
    what_was_confirmed_stands(stood, nursery.notes())

    nursery.go()
    finished = nursery.says()
    nursery.end()
    notes = nursery.notes()
    assert nursery.failures() == []
    every_order_stands_once_and_as_wished(stood, recovered["keys"])
    what_was_confirmed_stands(stood, notes)
    assert stood.journal_rows("SELECT DISTINCT state FROM erp_journal") == [("confirmed",)]
    assert stood.journal_rows("SELECT COUNT(*) FROM erp_journal WHERE owner IS NOT NULL") == [(0,)]

    receipts = [note for note in notes if note["op"] in ("create", "amend", "cancel")]
    record_property(
        "figures",
        f"{KILLS} kills, {finished['writers']} writers, {recovered['keys']} orders, {len(receipts)} receipts of"
        f" which {sum(note['replayed'] for note in receipts)} replayed,"
        f" {sum(note['op'] == 'again' for note in notes)} calls repeated, {recovered['settled']} settled and"
        f" {recovered['reopened']} reopened by recover(), seed {seed}, {time.monotonic() - began:.0f} s",
    )


def each_key_stands_at_most_once(company):
    twice = company.rows("SELECT their_number FROM erp_orders GROUP BY their_number HAVING COUNT(*) > 1")
    assert twice == []


def every_order_stands_once_and_as_wished(company, count):
    standing = company.rows(
        "SELECT o.their_number, o.status, COUNT(DISTINCT o.id), COUNT(*) FROM erp_orders o"
        " JOIN erp_order_lines l ON l.order_id = o.id GROUP BY o.their_number, o.status",
    )
    assert sorted((po, status == "cancelled", orders, lines) for po, status, orders, lines in standing) == [
        (f"PO-{n:05d}", n % 3 == 0, 1, 2 if n % 2 == 0 else 1) for n in range(count)
    ]


def what_was_confirmed_stands(company, notes):
    """Every confirmation that a writer had named one and the same order, and it is there."""
    told = defaultdict(set)
    for note in notes:
        if note["op"] == "create":
            told[note["key"]].add(note["id"])
    standing = {po: str(id) for po, id in company.rows("SELECT their_number, id FROM erp_orders")}
    assert {key: ids for key, ids in told.items() if ids != {standing.get(key)}} == {}
    lines = dict(company.rows("SELECT order_id, COUNT(*) FROM erp_order_lines GROUP BY order_id"))
    status = dict(company.rows("SELECT id, status FROM erp_orders"))
    assert {n["key"] for n in notes if n["op"] == "amend" and lines[int(n["id"])] != 2} == set()
    assert {n["key"] for n in notes if n["op"] == "cancel" and status[int(n["id"])] != "cancelled"} == set()
