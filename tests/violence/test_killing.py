"""Writers are killed at random moments, a hundred on each back-end: counted by SQL, one order per key stands there.

``ERP_CONNECT_KILLS`` sets the number of kills of all these tests together (400); ``ERP_CONNECT_SEED`` repeats a run's
random choices (not the machine's).
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

import erp_connect as ec
from erp_connect.adapters.sql.migrate import init
from erp_connect.wire.sql import open_engine, reading, writing

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
KILLS = -(-int(os.environ.get("ERP_CONNECT_KILLS", "400")) // len(PLACES))
"""For each place; there are two for each back-end."""


@pytest.fixture
def new_url(request, tmp_path):
    """Makes empty databases on a product, as many as are asked for."""
    from erp_connect.testing.databases import new_database

    with contextlib.ExitStack() as stack:

        def made(product: str) -> str:
            if product == "sqlite":
                return f"sqlite:///{tmp_path / f'{len(list(tmp_path.iterdir()))}.db'}"
            name = {"postgres": "postgres_server", "mariadb": "mariadb_server_url"}[product]
            url = stack.enter_context(new_database(request.getfixturevalue(name)))
            return url.render_as_string(hide_password=False)

        yield made


def fitted_out(url: str, *, unique_stamps: bool) -> None:
    """The company's tables with a customer and a product."""
    init(url, currency="EUR")
    with ec.connect(url) as erp:
        erp.customers.create(ec.CustomerDraft(number="C-100", name="Mill & Sons"), key="customer")
        price = ec.UnitPrice(amount=12, currency="EUR")
        erp.products.create(
            ec.ProductDraft(code="VALVE-20", name="Valve", unit="H87", price=price), key="product"
        )
    if not unique_stamps:
        engine = open_engine(url)
        with writing(engine) as connection:
            indexes = sa.inspect(connection).get_indexes("erp_orders")
            (name,) = [each["name"] for each in indexes if each["column_names"] == ["stamp"]]
            connection.exec_driver_sql(f"DROP INDEX {name}")
        engine.dispose()


def rows(url: str, sql: str) -> list[tuple]:
    engine = open_engine(url)
    with reading(engine) as connection:
        found = [tuple(row) for row in connection.exec_driver_sql(sql)]
    engine.dispose()
    return found


class Nursery:
    """The program that forks writers and kills them."""

    def __init__(self, told: dict, folder: Path) -> None:
        self.folder = folder
        self.program = subprocess.Popen(
            [sys.executable, str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.go(json.dumps(told))

    def go(self, line: str = "go") -> None:
        self.program.stdin.write(line + "\n")
        self.program.stdin.flush()

    def says(self) -> dict:
        line = self.program.stdout.readline()
        if not line:
            _, stderr = self.program.communicate()
            raise AssertionError("\n".join([stderr, *self.failures()]))
        return json.loads(line)

    def notes(self) -> list[dict]:
        return [json.loads(line) for line in (self.folder / "notes").read_text("utf-8").splitlines()]

    def failures(self) -> list[str]:
        return [note["why"] for note in self.notes() if note["op"] == "failed"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_writers_that_are_killed_leave_one_order_per_key(place, new_url, tmp_path, record_property):
    seed = int(os.environ.get("ERP_CONNECT_SEED") or random.SystemRandom().randrange(10**6))
    sys.stdout.write(f"ERP_CONNECT_SEED={seed}\n")
    unguarded = place.execution_window is not None
    url = new_url(place.orders)
    journal = new_url(place.journal) if place.journal else None
    fitted_out(url, unique_stamps=not unguarded)
    began = time.monotonic()
    folder = tmp_path / "notes"
    folder.mkdir()
    nursery = Nursery(
        {
            "url": url,
            "journal": journal,
            "kills": KILLS,
            "seed": seed,
            "folder": str(folder),
            "unguarded": place.execution_window,
        },
        folder,
    )

    recovered = nursery.says()
    assert recovered["unknown"] == 0
    after_recovery = dict(rows(journal or url, "SELECT state, COUNT(*) FROM erp_journal GROUP BY state"))
    assert set(after_recovery) <= {"confirmed", "refused", "never_sent"}
    assert rows(journal or url, "SELECT COUNT(*) FROM erp_journal WHERE owner IS NOT NULL") == [(0,)]
    each_key_stands_at_most_once(url)
    what_was_confirmed_stands(url, nursery.notes())

    nursery.go()
    finished = nursery.says()
    nursery.program.communicate()
    notes = nursery.notes()
    assert nursery.failures() == []
    every_order_stands_once_and_as_wished(url, recovered["keys"])
    what_was_confirmed_stands(url, notes)
    assert rows(journal or url, "SELECT DISTINCT state FROM erp_journal") == [("confirmed",)]
    assert rows(journal or url, "SELECT COUNT(*) FROM erp_journal WHERE owner IS NOT NULL") == [(0,)]

    receipts = [note for note in notes if note["op"] in ("create", "amend", "cancel")]
    record_property(
        "figures",
        f"{KILLS} kills, {finished['writers']} writers, {recovered['keys']} orders, {len(receipts)} receipts of"
        f" which {sum(note['replayed'] for note in receipts)} replayed,"
        f" {sum(note['op'] == 'again' for note in notes)} calls repeated, {recovered['settled']} settled and"
        f" {recovered['reopened']} reopened by recover(), seed {seed}, {time.monotonic() - began:.0f} s",
    )


def each_key_stands_at_most_once(url):
    twice = rows(url, "SELECT their_number FROM erp_orders GROUP BY their_number HAVING COUNT(*) > 1")
    assert twice == []


def every_order_stands_once_and_as_wished(url, count):
    standing = rows(
        url,
        "SELECT o.their_number, o.status, COUNT(DISTINCT o.id), COUNT(*) FROM erp_orders o"
        " JOIN erp_order_lines l ON l.order_id = o.id GROUP BY o.their_number, o.status",
    )
    assert sorted((po, status == "cancelled", orders, lines) for po, status, orders, lines in standing) == [
        (f"PO-{n:05d}", n % 3 == 0, 1, 2 if n % 2 == 0 else 1) for n in range(count)
    ]


def what_was_confirmed_stands(url, notes):
    """Every confirmation that a writer had named one and the same order, and it is there."""
    told = defaultdict(set)
    for note in notes:
        if note["op"] == "create":
            told[note["key"]].add(note["id"])
    standing = {po: str(id) for po, id in rows(url, "SELECT their_number, id FROM erp_orders")}
    assert {key: ids for key, ids in told.items() if ids != {standing.get(key)}} == {}
    lines = dict(rows(url, "SELECT order_id, COUNT(*) FROM erp_order_lines GROUP BY order_id"))
    status = dict(rows(url, "SELECT id, status FROM erp_orders"))
    assert {n["key"] for n in notes if n["op"] == "amend" and lines[int(n["id"])] != 2} == set()
    assert {n["key"] for n in notes if n["op"] == "cancel" and status[int(n["id"])] != "cancelled"} == set()
