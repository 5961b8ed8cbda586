"""Where entries are kept: the few questions that the journal asks of a store, and the store in memory.

Every change names the fence that it holds: a row whose fence has moved on is somebody else's now, and the
change is refused.  All calls are atomic; those that write are durable when they return.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from .records import Entry, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of one row that is applied only while the row still has this fence."""

    entry: Entry
    """As it was read: its ``fence`` is the condition."""
    values: Mapping[str, Any]
    """Fields of :class:`Entry` to set."""


def fenced(entry: Entry, values: Mapping[str, Any]) -> Change:
    """A change that moves the fence: whoever has read the row before has to read it again."""
    return Change(entry=entry, values={**values, "fence": entry.fence + 1})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows to read, oldest first; every criterion given must hold."""

    system: str
    states: frozenset[State] | None = None
    book: str | None = None
    entity_id: str | None = None
    number: str | None = None
    party: str | None = None
    settled_before: datetime | None = None
    tombstones: bool = False
    """Only rows whose write made an order disappear."""


class Store(Protocol):
    """A durable set of entries; safe for use by several threads and, where it is shared, by several hosts."""

    def insert(self, entries: Sequence[Entry]) -> frozenset[str]:
        """Store what is new, all in one commit; returns the keys that were there already and were left alone."""
        ...

    def read(self, system: str, keys: Iterable[str]) -> dict[str, Entry]:
        """The entries of these keys."""
        ...

    def change(self, changes: Sequence[Change]) -> frozenset[str]:
        """Apply changes in one commit; returns the keys whose fence had moved on and that were left alone."""
        ...

    def select(self, wanted: Wanted) -> Iterator[Entry]:
        """Stream rows, oldest first; the caller may write meanwhile."""
        ...

    def delete(self, entries: Sequence[Entry]) -> int:
        """Remove rows that still have this fence; returns how many went."""
        ...

    def close(self) -> None:
        """Give back everything; harmless when called twice."""
        ...


class MemoryStore:
    """Entries in memory: for ``memory://``, whose orders do not live longer either."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], Entry] = {}
        self._lock = threading.Lock()

    def insert(self, entries: Sequence[Entry]) -> frozenset[str]:
        """Store what is new."""
        there: set[str] = set()
        with self._lock:
            for entry in entries:
                place = (entry.system, entry.key)
                if place in self._rows:
                    there.add(entry.key)
                else:
                    self._rows[place] = entry
        return frozenset(there)

    def read(self, system: str, keys: Iterable[str]) -> dict[str, Entry]:
        """The entries of these keys."""
        with self._lock:
            return {key: self._rows[system, key] for key in keys if (system, key) in self._rows}

    def change(self, changes: Sequence[Change]) -> frozenset[str]:
        """Apply changes."""
        lost: set[str] = set()
        with self._lock:
            for change in changes:
                place = (change.entry.system, change.entry.key)
                row = self._rows.get(place)
                if row is None or row.fence != change.entry.fence:
                    lost.add(change.entry.key)
                else:
                    self._rows[place] = row.but(**change.values)
        return frozenset(lost)

    def select(self, wanted: Wanted) -> Iterator[Entry]:
        """Stream rows, oldest first."""
        with self._lock:
            rows = [row for row in self._rows.values() if matches(row, wanted)]
        yield from sorted(rows, key=lambda row: (row.created_at, row.serial))

    def delete(self, entries: Sequence[Entry]) -> int:
        """Remove rows."""
        gone = 0
        with self._lock:
            for entry in entries:
                row = self._rows.get((entry.system, entry.key))
                if row is not None and row.fence == entry.fence:
                    del self._rows[entry.system, entry.key]
                    gone += 1
        return gone

    def close(self) -> None:
        """Nothing to give back."""


def has_tombstone(entry: Entry) -> bool:
    """Whether this write made an order disappear that the journal still remembers."""
    return isinstance(entry.result, Mapping) and bool(entry.result.get("tombstone"))


def matches(entry: Entry, wanted: Wanted) -> bool:
    """Whether an entry is among those wanted."""
    return (
        entry.system == wanted.system
        and (wanted.states is None or entry.state in wanted.states)
        and (wanted.book is None or entry.book == wanted.book)
        and (wanted.entity_id is None or entry.entity_id == wanted.entity_id)
        and (wanted.number is None or entry.number == wanted.number)
        and (wanted.party is None or entry.party == wanted.party)
        and (
            wanted.settled_before is None
            or (entry.settled_at is not None and entry.settled_at < wanted.settled_before)
        )
        and (not wanted.tombstones or has_tombstone(entry))
    )
