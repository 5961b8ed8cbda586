"""Our own database in the simulator: journal and orders change in one commit, or not at all.

What production code calls on a connection goes to the working copy of an open transaction; one writing transaction is
open at a time, as in SQLite.  A rival's begin is turned away, as by a lock that was waited for too long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from ...errors import JournalUnavailable, RecordLocked, TransportError
from ...journal.records import Entry
from ...journal.store import Change
from .seam import Close, JournalCall, Open, Seam
from .store import Rowbook, ScriptedStore

_KEPT = ("fence", "system", "key", "payload_text")


class ScriptedConnection:
    """What stands for a connection: all that is asked on it belongs to its transaction."""


class TransactionalStore(ScriptedStore):
    """The store with the calls that take a connection, as ``SqlStore`` has them."""

    def __init__(self, seam: Seam, rowbook: Rowbook) -> None:
        super().__init__(seam, rowbook)

    def ready(self) -> None:
        """Always there."""

    def _ask(self, verb: str, *arguments: Any) -> Any:
        answer = super()._ask(verb, *arguments)
        if answer == "locked":
            raise JournalUnavailable("the database is being written by somebody else")
        return answer

    def insert_on(self, connection: Any, entries: Sequence[Entry]) -> frozenset[str]:
        """As ``insert``, in the transaction."""
        return cast("frozenset[str]", self._within("insert", tuple(entries)))

    def read_on(self, connection: Any, system: str, keys: Iterable[str]) -> dict[str, Entry]:
        """As ``read``, in the transaction."""
        found = [self._rowbook.entry(number) for number in self._within("read", system, tuple(keys))]
        return {entry.key: entry for entry in found}

    def change_on(self, connection: Any, changes: Sequence[Change]) -> frozenset[str]:
        """As ``change``, in the transaction."""
        return cast("frozenset[str]", self._within("change", tuple(changes)))

    def replace_on(self, connection: Any, row: Entry, entry: Entry) -> Entry:
        """Begin a row anew, in the transaction, as ``SqlStore.replace_on`` does."""
        fresh = entry.but(fence=row.fence + 1)
        values = {name: getattr(fresh, name) for name in Entry.__slots__ if name not in _KEPT}
        self.change_on(connection, [Change(entry=row, values={**values, "fence": fresh.fence})])
        return fresh

    def _within(self, verb: str, *arguments: Any) -> Any:
        return self._seam.ask(JournalCall(verb, arguments, within=True))


class ScriptedDatabase:
    """The adapter's transactional ability."""

    def __init__(self, seam: Seam) -> None:
        self._seam = seam

    @property
    def engine(self) -> Any:
        """There is none."""
        raise NotImplementedError

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """A writing transaction: committed at the end, rolled back when the block raises."""
        if self._seam.ask(Open()) == "locked":
            raise RecordLocked("the database is being written by somebody else")
        try:
            yield ScriptedConnection()
        except BaseException:
            self._seam.ask(Close(commit=False))
            raise
        if self._seam.ask(Close(commit=True)) == "no answer":
            raise TransportError("the commit was not answered", outcome="unknown")
