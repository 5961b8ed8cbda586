"""One system: its clock, its companies, its lock, and what a transaction is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from ....clock import Clock, SystemClock
from ..lists import LongLists
from .company import Company
from .settings import Settings
from .tables import Change

Listener = Callable[[Sequence[Change]], None]


@dataclass(eq=False)
class Unit:
    """What one transaction has done so far; two that have done the same are still two."""

    changes: list[Change] = field(default_factory=list)
    late: float = 0.0
    """Seconds after its end at which others see what it did: the request outlives whoever sent it."""


class World:
    """The system, and everything that other people do in it."""

    def __init__(
        self, clock: Clock | None = None, settings: Settings | None = None, name: str = "dynamics"
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self.settings = settings or Settings()
        self.name = name
        """Ids are made of it: two systems of one name give the same ids to the same rows."""
        self.companies: dict[str, Company] = {}
        self.locked: dict[UUID, str] = {}
        """Rows that another user holds, and that user's name."""
        self.listeners: list[Listener] = []
        """Who is told of everything that was committed."""
        self.gate = threading.RLock()
        self.lists = LongLists()
        self._writes = 0
        self._units: list[Unit] = []
        self._late: list[tuple[datetime, list[Change]]] = []
        self._version = 470_000
        self._lagging_until: datetime | None = None

    def today(self) -> date:
        """The work date."""
        return self.clock.now().date()

    def add_company(self, name: str, currency: str = "EUR", **about: str) -> Company:
        """Found a company."""
        company = Company(self, name, currency, **about)
        self.companies[name] = company
        return company

    def wrote(self) -> None:
        """A table is no longer what it was."""
        self._writes += 1

    @property
    def moment(self) -> tuple[int, bool]:
        """What reads show: no two states of the system have the same; the second part says whether it is the past."""
        return self._writes, self._past

    @property
    def _past(self) -> bool:
        return self._lagging_until is not None and self.clock.now() < self._lagging_until

    def next_version(self) -> int:
        """The version of the next write."""
        self._version += 1
        return self._version

    # ---------------------------------------------------------------- transactions

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """A transaction, or within one a savepoint: an exception takes back what was done."""
        with self.gate:
            self.settle()
            unit = Unit()
            self._units.append(unit)
            try:
                yield unit
            except BaseException:
                _undone(unit.changes)
                raise
            finally:
                self._units.remove(unit)
            if self._units:
                self._units[-1].changes += unit.changes
            elif unit.late:
                _undone(unit.changes)
                due = self.clock.now() + timedelta(seconds=unit.late)
                self._late.append((due, unit.changes))
            else:
                self._tell(unit.changes)

    def commit(self) -> None:
        """Make durable what was done so far, whatever comes next; what comes late stays late."""
        if any(unit.late for unit in self._units):
            return
        changes = [change for unit in self._units for change in unit.changes]
        for unit in self._units:
            unit.changes = []
        self._tell(changes)

    def noted(self, change: Change) -> None:
        """A table has written."""
        if self._units:
            self._units[-1].changes.append(change)
        else:
            self._tell([change])

    def settle(self) -> None:
        """Let every late commit come true that is due; one whose rows have moved on is lost."""
        with self.gate:
            due = [entry for entry in self._late if entry[0] <= self.clock.now()]
            self._late = [entry for entry in self._late if entry not in due]
            for _, changes in sorted(due, key=lambda entry: entry[0]):
                done: list[Change] = []
                for change in changes:
                    if not change.table.redo(change):
                        _undone(done)
                        break
                    done.append(change)
                else:
                    self._tell(done)

    def _tell(self, changes: Sequence[Change]) -> None:
        if changes:
            for listener in self.listeners:
                listener(changes)

    # ---------------------------------------------------------------- stale reads

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A read: of the present, or of the past while reads lag behind."""
        with self.gate:
            self.settle()
            if not self._past:
                yield
                return
            tables = [table for company in self.companies.values() for table in company.tables()]
            present = [table.state for table in tables]
            for table in tables:
                table.state = table.replica or table.state
            try:
                yield
            finally:
                for table, state in zip(tables, present, strict=True):
                    table.state = state

    def lag(self, seconds: float) -> None:
        """For so many seconds reads show things as they are now."""
        with self.gate:
            self._lagging_until = self.clock.now() + timedelta(seconds=seconds)
            self.wrote()
            for company in self.companies.values():
                for table in company.tables():
                    table.replica = table.state.copy()


def _undone(changes: Sequence[Change]) -> None:
    for change in reversed(changes):
        change.table.undo(change)
