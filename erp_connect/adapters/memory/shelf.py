"""Where records of one kind stand: by id, by the keys they are looked up by, and as they were before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Generic, TypeVar

from ...models import Entity, Value

E = TypeVar("E", bound=Entity)
V = TypeVar("V", bound=Value)
Key = tuple[str, str]


def altered(record: V, **changes: Any) -> V:
    """The same value with some fields replaced by values that are exact already; nothing is judged again."""
    return record.model_copy(update=changes)


class Shelf(Generic[E]):
    """Records of one kind.  Not safe for threads by itself: the world's lock guards it.

    ``keys`` names what a record is looked up by, as ``("number", "1000")``.  Every earlier state is kept with its
    time, because some products show yesterday's truth for a while.
    """

    def __init__(self, keys: Callable[[E], Iterable[Key]]) -> None:
        self._keys = keys
        self._current: dict[str, E] = {}
        self._past: dict[str, list[tuple[datetime, E | None]]] = {}
        self._index: dict[Key, dict[str, None]] = {}

    def __len__(self) -> int:
        return len(self._current)

    def __contains__(self, id: str) -> bool:
        return id in self._current

    def get(self, id: str) -> E | None:
        """The record with this id."""
        return self._current.get(id)

    def all(self) -> tuple[E, ...]:
        """Every record, oldest first: a snapshot that later changes do not move."""
        return tuple(self._current.values())

    def under(self, key: Key) -> list[E]:
        """The records with this key, oldest first."""
        return [self._current[id] for id in self._index.get(key, ())]

    def values_of(self, name: str) -> list[str]:
        """Every value that records are looked up by under this name of a key."""
        return [value for known, value in self._index if known == name]

    def put(self, record: E, at: datetime) -> None:
        """Keep a new record, or a new state of one."""
        before = self._current.get(record.id)
        if before is not None:
            self._forget_keys(before)
        self._current[record.id] = record
        self._past.setdefault(record.id, []).append((at, record))
        for key in self._keys(record):
            self._index.setdefault(key, {})[record.id] = None

    def drop(self, id: str, at: datetime) -> E | None:
        """Take a record away; its past stays."""
        before = self._current.pop(id, None)
        if before is not None:
            self._forget_keys(before)
            self._past[id].append((at, None))
        return before

    def erase(self, id: str) -> None:
        """Undo a record as if it had never been there."""
        before = self._current.pop(id, None)
        if before is not None:
            self._forget_keys(before)
        self._past.pop(id, None)

    def last(self, id: str) -> E | None:
        """The last state of a record, also of one that is gone."""
        return next((state for _, state in reversed(self._past.get(id, [])) if state is not None), None)

    def seen(self, id: str, at: datetime) -> E | None:
        """The record as it stood at an instant."""
        states = self._past.get(id, [])
        return next((state for since, state in reversed(states) if since <= at), None)

    def all_seen(self, at: datetime) -> tuple[E, ...]:
        """Every record as it stood at an instant."""
        states = (self.seen(id, at) for id in self._past)
        return tuple(state for state in states if state is not None)

    def gone(self) -> Iterator[E]:
        """The last state of every record that was taken away."""
        for id in self._past:
            if id not in self._current and (state := self.last(id)) is not None:
                yield state

    def _forget_keys(self, record: E) -> None:
        for key in self._keys(record):
            held = self._index.get(key)
            if held is not None:
                held.pop(record.id, None)
                if not held:
                    del self._index[key]
