"""Measuring: both sides in one run, in turns, on fresh copies of one database; medians of several rounds."""

from __future__ import annotations

import gc
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import erp_connect as ec
from erp_connect.reports import OrderReport, order_report
from erp_connect.testing.databases import PostgresCluster, new_database, start_postgres

from . import bare, hand_create, hand_report, hand_rows
from .company import Size, as_draft, set_up, today, wanted_orders

HAND, LIBRARY, BARE, LISTED = "by hand", "erp_connect", "bare", "list"


@dataclass(slots=True)
class Times:
    """Seconds of every round, by side; ``cpu`` is this process's own share."""

    per: int
    """How many orders a round is about."""
    wall: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)

    def run(self, side: str, job: Callable[[], object]) -> Any:
        """Run a job on the clock; what the round before has left is cleared away first."""
        gc.collect()
        cpu, wall = time.process_time(), time.perf_counter()
        result = job()
        self.wall.setdefault(side, []).append(time.perf_counter() - wall)
        self.cpu.setdefault(side, []).append(time.process_time() - cpu)
        return result

    def micros(self, side: str, *, cpu: bool = False) -> float:
        """Microseconds an order, the median of the rounds."""
        return statistics.median((self.cpu if cpu else self.wall)[side]) / self.per * 1e6

    def ratio(self, side: str, to: str) -> float:
        """The median of the rounds' own ratios: what slows a whole round down does not count."""
        pairs = zip(self.wall[side], self.wall[to], strict=True)
        return statistics.median(mine / theirs for mine, theirs in pairs)


class Sqlite:
    """Databases that are files in a folder of their own."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.db"
        self.server = f"SQLite {sa.create_engine('sqlite://').dialect.dbapi.sqlite_version}"  # type: ignore[union-attr]

    def prepare(self, size: Size) -> None:
        """Make the database that all others are copies of."""
        set_up(f"sqlite:///{self._template}", size)
        engine = hand_rows.make_engine(f"sqlite:///{self._template}")
        hand_create.prepare(engine)
        engine.dispose()

    @contextmanager
    def copy(self) -> Iterator[str]:
        """A fresh copy."""
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            shutil.copy(self._template, f"{folder}/orders.db")
            yield f"sqlite:///{folder}/orders.db"


class Postgres:
    """Databases of a server of our own, which is as durable as it is delivered."""

    name = "PostgreSQL"

    def __init__(self, cluster: PostgresCluster) -> None:
        self._cluster = cluster
        self._template = ""
        engine = hand_rows.make_engine(cluster.url.render_as_string(hide_password=False))
        with engine.connect() as connection:
            self.server = f"PostgreSQL {connection.exec_driver_sql('SHOW server_version').scalar()}"
        engine.dispose()

    def prepare(self, size: Size) -> None:
        """Make the database that all others are copies of."""
        engine = sa.create_engine(
            self._cluster.url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
        )
        with engine.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE bench_template")
        engine.dispose()
        url = self._cluster.url.set(database="bench_template").render_as_string(hide_password=False)
        set_up(url, size)
        made = hand_rows.make_engine(url)
        hand_create.prepare(made)
        with made.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        made.dispose()
        self._template = "bench_template"

    @property
    def server_url(self) -> sa.URL:
        """Where databases can be made."""
        return self._cluster.url

    @contextmanager
    def copy(self) -> Iterator[str]:
        """A fresh copy."""
        with new_database(self._cluster.url, template=self._template) as url:
            yield url.render_as_string(hide_password=False)


Database = Sqlite | Postgres


@contextmanager
def databases(names: frozenset[str]) -> Iterator[list[Database]]:
    """The databases asked for (``sqlite``, ``postgresql``)."""
    with tempfile.TemporaryDirectory(prefix="erp-connect-bench-") as folder:
        found: list[Database] = [Sqlite(Path(folder))] if "sqlite" in names else []
        if "postgresql" not in names:
            yield found
            return
        with start_postgres(durable=True) as cluster:
            yield [*found, Postgres(cluster)]


def creating(database: Database, size: Size, rounds: int) -> Times:
    """``create_many``, by hand and by the library, each on a fresh copy; and rows that are ready, by executemany."""
    wanted = list(wanted_orders(size))
    drafts = [as_draft(order) for order in wanted]
    keys = [order.key for order in wanted]
    times = Times(per=size.orders)
    for number in range(rounds):
        turns = [HAND, LIBRARY] if number % 2 == 0 else [LIBRARY, HAND]
        for side in turns:
            with database.copy() as url:
                if side == HAND:
                    _by_hand(times, url, wanted)
                else:
                    _by_library(times, url, drafts, keys)
    _barely(times, database, wanted, rounds)
    return times


def block_size() -> int:
    """How many orders the library writes in one transaction; the script does the same."""
    return ec.capabilities("sqlite:///orders.db").block_size


def _by_hand(times: Times, url: str, wanted: list[Any]) -> None:
    engine = hand_rows.make_engine(url)
    made = times.run(HAND, lambda: hand_create.create_many(engine, iter(wanted), block_size()))
    assert len(made) == len(wanted)
    assert not any(each.differences for each in made)
    engine.dispose()


def _barely(times: Times, database: Database, wanted: list[Any], rounds: int) -> None:
    """After the rounds of the others, because so many rows in memory would weigh on them."""
    with database.copy() as url:
        engine = hand_rows.make_engine(url)
        hand_create.create_many(engine, iter(wanted), block_size())
        rows = bare.ready_rows(engine)
        engine.dispose()
    for _ in range(rounds):
        with database.copy() as url:
            engine = hand_rows.make_engine(url)
            times.run(BARE, lambda: bare.executemany(engine, rows))  # noqa: B023 (runs at once)
            engine.dispose()


def _by_library(times: Times, url: str, drafts: list[Any], keys: list[str]) -> None:
    with ec.connect(url) as erp:
        made = times.run(LIBRARY, lambda: erp.orders.create_many(drafts, keys))
        assert not made.failed
        assert not any(receipt.differences for receipt in made.succeeded)


@contextmanager
def filled(database: Database, size: Size, orders: int) -> Iterator[str]:
    """A database with so many orders in it."""
    with database.copy() as url:
        engine = hand_rows.make_engine(url)
        hand_create.create_many(engine, wanted_orders(size, orders, series="L"), 2_000)
        if isinstance(database, Postgres):
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")
        engine.dispose()
        yield url


def reading(url: str, size: Size, rounds: int) -> dict[str, Times]:
    """``get`` one by one, and ``list`` to the end, on one database; and a select that nobody looks at."""
    engine = hand_rows.make_engine(url)
    with engine.connect() as connection:
        first, last = connection.execute(sa.text("SELECT min(id), max(id) FROM erp_orders")).one()
    picked = random.Random("picked").choices(range(first, last + 1), k=size.gets)
    gets, lists = Times(per=size.gets), Times(per=size.listed)
    with ec.connect(url) as erp:
        jobs = {
            HAND: (
                lambda: sum(len(hand_rows.get(engine, id).lines) for id in picked),
                lambda: sum(len(order.lines) for order in hand_rows.list_orders(engine)),
            ),
            LIBRARY: (
                lambda: sum(len(erp.orders.get(str(id)).lines) for id in picked),
                lambda: sum(len(order.lines) for order in erp.orders.list()),
            ),
        }
        for number in range(rounds):
            for side in (HAND, LIBRARY) if number % 2 == 0 else (LIBRARY, HAND):
                assert gets.run(side, jobs[side][0]) == size.gets * size.lines
                assert lists.run(side, jobs[side][1]) == size.listed * size.lines
            lists.run(BARE, lambda: bare.select(engine))
    engine.dispose()
    return {"get": gets, "list": lists}


def reporting(url: str, size: Size, rounds: int) -> Times:
    """A report on all orders, by hand in SQL and by the library; and a list of them that nobody looks at."""
    engine = hand_rows.make_engine(url)
    times = Times(per=size.listed)
    with ec.connect(url) as erp:
        for number in range(rounds):
            for side in (HAND, LIBRARY) if number % 2 == 0 else (LIBRARY, HAND):
                if side == HAND:
                    by_hand = times.run(HAND, lambda: hand_report.report(engine, today()))
                else:
                    found = times.run(LIBRARY, lambda: order_report(erp))
            times.run(LISTED, lambda: sum(1 for _ in erp.orders.list()))
            _compare(by_hand, found)
    engine.dispose()
    return times


def _compare(by_hand: dict[str, list[tuple[Any, ...]]], found: OrderReport) -> None:
    """Both sides have reckoned the same."""
    for name in hand_report.QUESTIONS:
        mine = {
            (str(row.key), row.currency): (
                row.orders,
                row.lines,
                row.value,
                row.value_unknown,
                row.open_value,
            )
            for row in getattr(found, name)
        }
        dated = name.endswith(("_day", "_week"))  # a server may give a Monday with its midnight
        theirs = {
            (str(key)[:10] if dated else str(key), currency): tuple(rest)
            for key, currency, *rest in by_hand[name]
        }
        assert mine == theirs, name
    assert len(by_hand["latest"]) == len(found.latest)
