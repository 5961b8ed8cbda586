"""What of the time of a create is the journal's: the goal is at most 15 % of create_many.

Two places, two ways to measure:

- *In the orders' own database* the key's row is written in the order's transaction, and there is nothing to stop a
  watch at. So the same orders are written twice, by the library as it is and by :class:`Unjournalled`, which takes the
  place of its writer: the same deeds and the same transactions, without intent, fingerprint, key and result. Production
  code has no such switch, and gets none: what is written so is not guarded by anything.
- *In a file, for orders that are kept elsewhere* (here a PostgreSQL server on this machine, as fast a back-end as there
  is, which makes the share as large as it gets): a watch around every call of the journal's store.

Where the goal is missed, the costs are named: each call of the store, and writing down the wishes as canonical JSON.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import erp_connect as ec
from erp_connect.client.context import Context
from erp_connect.collector import collector_paused
from erp_connect.errors import ErpConnectError
from erp_connect.journal import Journal, canonical, text_of
from erp_connect.journal.blocks import BlockWriter
from erp_connect.journal.claiming import as_write
from erp_connect.journal.records import Entry, State
from erp_connect.journal.writing import Outcome

from .company import Size, as_draft, wanted_orders
from .measuring import Database, Times

WITH, WITHOUT = "with its journal", "without"
GOAL = 0.15
"""The journal's part of create_many that is aimed at."""

Create = Callable[[ec.Client], object]


class Unjournalled:
    """Writes deeds on the database's transaction and remembers nothing of them."""

    def __init__(self, context: Context) -> None:
        self._database: Any = context.adapter
        self._context = context

    def write(self, deed: Any, **_: Any) -> Outcome[Any]:
        """One deed."""
        with self._database.transaction() as connection:
            settled = deed.settle(deed.send(as_write(deed, deed.stamp, transaction=connection)))
        return self._ended(deed, settled)

    def write_block(self, deeds: Sequence[Any], send: Any, *_: Any) -> list[Any]:
        """Many deeds in one transaction, as the library's own writer does it."""
        ends: list[Any] = []
        with collector_paused(), self._database.transaction() as connection:
            verdicts = send([(deed, as_write(deed, deed.stamp, transaction=connection)) for deed in deeds])
            for deed, verdict in zip(deeds, verdicts, strict=True):
                assert not isinstance(verdict, ErpConnectError), verdict
                ends.append(self._ended(deed, deed.settle(verdict)))
        return ends

    def _ended(self, deed: Any, settled: Any) -> Outcome[Any]:
        entry = Entry(
            system=self._context.system,
            key=deed.key,
            operation=deed.operation,
            fingerprint="",
            payload=None,
            state=State.CONFIRMED,
            stamp=deed.stamp,
            correlation_id=deed.correlation_id,
            created_at=self._context.clock.now(),
            serial=0,
        )
        return Outcome(settled, entry, replayed=False)


class Timed:
    """A store with a watch: how long its calls take, by name; they may come from several threads."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._lock = threading.Lock()
        self.seconds: dict[str, float] = {}

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._store, name)

        def watched(*args: Any, **more: Any) -> Any:
            begun = time.perf_counter()
            try:
                return call(*args, **more)
            finally:
                took = time.perf_counter() - begun
                with self._lock:
                    self.seconds[name] = self.seconds.get(name, 0.0) + took

        return watched


@dataclass(slots=True)
class Share:
    """One job in one place: microseconds an order, and what of them is the journal's."""

    place: str
    job: str
    per: int
    shares: list[float] = field(default_factory=list)
    micros: list[float] = field(default_factory=list)
    costs: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The journal's part, of the rounds the middle one."""
        return statistics.median(self.shares)

    @property
    def missed(self) -> bool:
        """Whether there is a goal for this job, and it is missed."""
        return self.job == "create_many" and self.share > GOAL

    def told(self) -> dict[str, Any]:
        """For the result's JSON."""
        return {
            "place": self.place,
            "job": self.job,
            "orders": self.per,
            "us": statistics.median(self.micros),
            "share": self.share,
            "shares": self.shares,
            "goal": GOAL if self.job == "create_many" else None,
            "met": not self.missed,
            "costs": self.costs,
        }


def jobs(size: Size, singles: int) -> dict[str, tuple[int, Create]]:
    """``create`` one by one, and ``create_many``: how many orders, and the call."""
    wanted = list(wanted_orders(size))
    drafts, keys = [as_draft(order) for order in wanted], [order.key for order in wanted]

    def one_by_one(erp: ec.Client) -> None:
        for draft, key in zip(drafts[:singles], keys[:singles], strict=True):
            erp.orders.create(draft, key=key)

    def many(erp: ec.Client) -> None:
        erp.orders.create_many(drafts, keys).raise_for_failures()

    return {"create": (min(singles, len(drafts)), one_by_one), "create_many": (len(drafts), many)}


def in_its_own_database(database: Database, size: Size, singles: int, rounds: int) -> Iterator[Share]:
    """The row in the order's transaction, against the same without it; in turns, each on a fresh copy."""
    for name, (count, create) in jobs(size, singles).items():
        times = Times(per=count)
        for number in range(rounds):
            for side in (WITH, WITHOUT) if number % 2 == 0 else (WITHOUT, WITH):
                with database.copy() as url, ec.connect(url) as erp:
                    context: Any = erp._context
                    context.journal._store.ready()  # once for each connection, off the clock
                    if side == WITHOUT:
                        context.journal._writer = Unjournalled(context)
                    times.run(side, lambda: create(erp))  # noqa: B023 (runs at once)
        share = Share(f"{database.name}, in the order's transaction", name, count)
        share.micros = [took / count * 1e6 for took in times.wall[WITH]]
        pairs = zip(times.wall[WITH], times.wall[WITHOUT], strict=True)
        share.shares = [(mine - bare) / mine for mine, bare in pairs]
        if share.missed:
            with database.copy() as url, ec.connect(url) as erp:
                writer: Any = erp._context.journal._writer
                writer._store.ready()
                writer._store = store = Timed(writer._store)
                create(erp)
            share.costs = costs(store, size)
        yield share


def in_a_file(database: Database, size: Size, singles: int, rounds: int) -> Iterator[Share]:
    """The journal in a SQLite file, the orders on a server: what its calls take of the whole."""
    for name, (count, create) in jobs(size, singles).items():
        share = Share(f"SQLite file, orders on {database.name}", name, count)
        times = Times(per=count)
        for _ in range(rounds):
            with journalled_in_a_file(database) as (erp, store):
                times.run(WITH, lambda: create(erp))  # noqa: B023 (runs at once)
            share.shares.append(sum(store.seconds.values()) / times.wall[WITH][-1])
        share.micros = [took / count * 1e6 for took in times.wall[WITH]]
        if share.missed:
            share.costs = costs(store, size)
        yield share


@contextmanager
def journalled_in_a_file(database: Database) -> Iterator[tuple[ec.Client, Timed]]:
    """A connection whose journal is a file of its own, with a watch around its store."""
    with (
        tempfile.TemporaryDirectory(prefix="erp-connect-bench-") as folder,
        database.copy() as url,
        ec.connect(url, journal=f"sqlite:///{Path(folder) / 'journal.db'}") as erp,
    ):
        context: Any = erp._context
        context.journal._store.ready()  # makes the file and its table, off the clock
        store: Any = Timed(context.journal._store)
        writer = BlockWriter(store, context.system, context.clock)
        context.journal = Journal(store, writer, system=context.system, clock=context.clock)
        yield erp, store


def costs(store: Timed, size: Size) -> list[str]:
    """What the journal does for each order of a create_many, dearest first."""
    drafts = [as_draft(order) for order in wanted_orders(size)]
    begun = time.perf_counter()
    for draft in drafts:
        text_of(canonical(draft))
    spent = {f"store.{call}": seconds for call, seconds in store.seconds.items()}
    spent["writing down the wish (canonical JSON)"] = time.perf_counter() - begun
    dearest = sorted(spent.items(), key=lambda each: -each[1])
    return [f"{what}: {seconds / size.orders * 1e6:.0f} us/order" for what, seconds in dearest]


def measured(
    databases: Sequence[Database], size: Size, singles: int, rounds: int
) -> Iterator[dict[str, Any]]:
    """Every place that these databases offer."""
    for database in databases:
        for share in in_its_own_database(database, size, singles, rounds):
            yield share.told()
    for database in databases:
        if database.name == "PostgreSQL":
            for share in in_a_file(database, size, singles, rounds):
                yield share.told()
