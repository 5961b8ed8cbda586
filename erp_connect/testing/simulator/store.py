"""The journal's rows in the simulator: the production store in memory, one call at a time.

A state of the simulator names rows by small numbers, so that thousands of states share them.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Final, cast

from ...journal.records import Entry, State
from ...journal.store import Change, MemoryStore, Wanted
from .seam import JournalCall, Seam

Rows = tuple[int, ...]


class Rowbook:
    """Every row that was ever seen, by number."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._numbers: dict[Hashable, int] = {}

    def number(self, entry: Entry) -> int:
        """The number of a row with exactly this content."""
        digest = _digest(entry)
        found = self._numbers.get(digest)
        if found is None:
            found = self._numbers[digest] = len(self._entries)
            self._entries.append(entry)
        return found

    def entry(self, number: int) -> Entry:
        """The row of a number."""
        return self._entries[number]

    def carry_out(self, call: JournalCall, rows: Rows) -> tuple[Rows, Hashable]:
        """Do one call of the store on these rows; the rows afterwards, and the answer."""
        store = MemoryStore()
        store._rows = {(entry.system, entry.key): entry for entry in map(self.entry, rows)}
        answer = getattr(store, call.verb)(*call.arguments)
        after = tuple(sorted(map(self.number, store._rows.values()), key=lambda row: self.entry(row).key))
        if call.verb == "read":
            return after, tuple(map(self.number, answer.values()))
        if call.verb == "select":
            return after, tuple(map(self.number, answer))
        return after, answer


def _digest(entry: Entry) -> Hashable:
    sent_at = entry.sent_at if entry.open or entry.state is State.PARTIAL else None
    kept = (json.dumps(each, sort_keys=True) if each else None for each in (entry.before, entry.result))
    return (*_TELLING(entry), sent_at, *kept)


_TELLING: Final = attrgetter(
    *("system", "key", "operation", "fingerprint", "state", "stamp", "fence", "owner", "lease_until"),
    *("entity_id", "number", "party"),
)
"""What the write path decides by.

The payload is told by its fingerprint.  Left out is what is only kept for the audit trail: rows that differ in
nothing else are one row, and so are the states that hold them.  ``created_at`` bounds the search by content with ten
minutes to spare, which nothing here comes near; ``sent_at`` is asked for while the end is open.
"""


class ScriptedStore:
    """The store that production code is given: each call is a step, answered by the scheduler."""

    def __init__(self, seam: Seam, rowbook: Rowbook) -> None:
        self._seam = seam
        self._rowbook = rowbook

    def insert(self, entries: Sequence[Entry]) -> frozenset[str]:
        """Store what is new."""
        return cast("frozenset[str]", self._ask("insert", tuple(entries)))

    def read(self, system: str, keys: Iterable[str]) -> dict[str, Entry]:
        """The entries of these keys."""
        found = [self._rowbook.entry(number) for number in self._ask("read", system, tuple(keys))]
        return {entry.key: entry for entry in found}

    def change(self, changes: Sequence[Change]) -> frozenset[str]:
        """Apply changes."""
        return cast("frozenset[str]", self._ask("change", tuple(changes)))

    def select(self, wanted: Wanted) -> Iterator[Entry]:
        """The rows as they are now, oldest first."""
        yield from [self._rowbook.entry(number) for number in self._ask("select", wanted)]

    def delete(self, entries: Sequence[Entry]) -> int:
        """Remove rows."""
        return cast("int", self._ask("delete", tuple(entries)))

    def close(self) -> None:
        """Nothing to give back."""

    def _ask(self, verb: str, *arguments: Any) -> Any:
        return self._seam.ask(JournalCall(verb, arguments))
