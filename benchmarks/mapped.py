"""Listing and creating in somebody else's tables: a mapping file against a hand-written script on the same tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

import erp_connect as ec
from erp_connect.testing.databases import new_database

from . import foreign, hand_create, hand_mapped, hand_rows
from .company import Size, as_draft, wanted_orders
from .measuring import HAND, LIBRARY, Database, Postgres, Times

LISTED = 10_000
"""At most so many orders are listed: the lines' sums make filling a foreign database slow."""


def measured(database: Database, size: Size, rounds: int) -> Iterator[tuple[str, Times]]:
    """``mapped create_many`` and ``mapped list``, with the seconds of both sides."""
    with TemporaryDirectory(prefix="erp-connect-bench-") as folder:
        yield "mapped create_many", creating(database, Path(folder), size, rounds)
        yield "mapped list", listing(database, Path(folder), size, rounds)


@contextmanager
def place(database: Database, folder: Path, size: Size) -> Iterator[str]:
    """A foreign database with master data and no orders."""
    if isinstance(database, Postgres):
        with new_database(database.server_url) as made:
            url = made.render_as_string(hide_password=False)
            _made(url, size)
            yield url
        return
    with TemporaryDirectory(dir=folder) as own:
        url = f"sqlite:///{own}/foreign.db"
        _made(url, size)
        yield url


def _made(url: str, size: Size) -> None:
    engine = hand_rows.make_engine(url)
    foreign.set_up(engine, size)
    if engine.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()


@contextmanager
def connected(url: str, folder: Path) -> Iterator[Any]:
    """The library on it, with a journal of its own."""
    with TemporaryDirectory(dir=folder) as own:
        settings: dict[str, Any] = {"mapping": str(foreign.MAPPING), "writable": True}
        with ec.connect(url, journal=f"sqlite:///{own}/journal.db", **settings) as erp:
            list(erp.journal.list())  # makes its tables, off the clock
            yield erp


@contextmanager
def intents(folder: Path) -> Iterator[sa.Engine]:
    """The script's own file."""
    with TemporaryDirectory(dir=folder) as own:
        engine = hand_rows.make_engine(f"sqlite:///{own}/intents.db")
        hand_create.prepare(engine)
        yield engine
        engine.dispose()


def creating(database: Database, folder: Path, size: Size, rounds: int) -> Times:
    """Both sides create the same orders, each in a fresh database."""
    wanted = list(wanted_orders(size))
    drafts, keys = [as_draft(order) for order in wanted], [order.key for order in wanted]
    times = Times(per=size.orders)
    for number in range(rounds):
        for side in (HAND, LIBRARY) if number % 2 == 0 else (LIBRARY, HAND):
            with place(database, folder, size) as url:
                if side == HAND:
                    _by_hand(times, url, folder, wanted)
                else:
                    _by_library(times, url, folder, drafts, keys)
    return times


def _by_hand(times: Times, url: str, folder: Path, wanted: Sequence[Any]) -> None:
    engine = hand_rows.make_engine(url)
    with intents(folder) as own:
        block = block_size()
        made = times.run(HAND, lambda: hand_mapped.create_many(engine, own, iter(wanted), block))
    assert len(made) == len(wanted)
    assert not any(each.differences for each in made)
    engine.dispose()


def _by_library(times: Times, url: str, folder: Path, drafts: Sequence[Any], keys: Sequence[str]) -> None:
    with connected(url, folder) as erp:
        made = times.run(LIBRARY, lambda: erp.orders.create_many(drafts, keys))
        made.raise_for_failures()
        assert not any(receipt.differences for receipt in made.succeeded)


def block_size() -> int:
    """How many orders the library writes in one transaction; the script does the same."""
    known = ec.capabilities("sqlite:///foreign.db", mapping=str(foreign.MAPPING), writable=True)
    return known.block_size


def listing(database: Database, folder: Path, size: Size, rounds: int) -> Times:
    """Both sides list the same orders to the end, of which some are shipped and billed."""
    count = min(size.listed, LISTED)
    times = Times(per=count)
    with place(database, folder, size) as url, connected(url, folder) as erp:
        engine = hand_rows.make_engine(url)
        with intents(folder) as own:
            hand_mapped.create_many(engine, own, wanted_orders(size, count, series="L"), 2_000)
        foreign.move_goods(engine)
        for number in range(rounds):
            for side in (HAND, LIBRARY) if number % 2 == 0 else (LIBRARY, HAND):
                listed = hand_mapped.list_orders(engine) if side == HAND else erp.orders.list()
                lines = times.run(side, lambda: sum(len(order.lines) for order in listed))  # noqa: B023 (at once)
                assert lines == count * size.lines
        engine.dispose()
    return times
