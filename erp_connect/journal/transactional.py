"""The write path where the journal stands in the same database as the orders: one commit for all of it.

The key's row is the lease: a rival's insert waits for it.  A refusal rolls everything back and is noted
afterwards.  A lost COMMIT is settled by running the same transaction again: the row is there, or it was not
applied.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from ..adapters.contract import Transactional, Write, Written
from ..clock import Clock
from ..errors import DuplicateReference, ErpConnectError, OutcomeUnknown, TransportError
from .deeds import Deed
from .records import FREE, Entry, State
from .sql_store import SqlStore, journal_troubles
from .store import Change
from .writing import ATTEMPTS, Outcome, confirmed, first_entry, key_reused, refused

E = TypeVar("E")


class TransactionalWriter:
    """Writes deeds on the back-end's own transaction."""

    def __init__(self, store: SqlStore, system: str, clock: Clock, database: Transactional) -> None:
        self._store = store
        self._system = system
        self._clock = clock
        self._database = database

    def write(self, deed: Deed[E], *, resume: bool = False) -> Outcome[E]:
        """Carry out a deed in one transaction, or answer with what an earlier call under its key has done."""
        self._store.ready()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(deed)
            except ErpConnectError as error:
                if error.outcome == "unknown":
                    if attempt == ATTEMPTS:
                        raise self._unsettled(deed, error) from error
                elif not error.retryable or attempt == ATTEMPTS:
                    self._remember(deed, error)
                    raise
                self._clock.sleep(0.05 * 2**attempt)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, deed: Deed[E]) -> Outcome[E]:
        entry = first_entry(deed, self._system, self._clock)
        with self._database.transaction() as connection:
            with journal_troubles():
                known = self._known(connection, entry)
            if known is not None and known.state is State.CONFIRMED:
                earlier = known
            else:
                written = deed.send(self._write(deed, connection))
                settled = deed.settle(written)
                values = confirmed(entry, settled, self._clock)
                with journal_troubles():
                    self._store.change_on(connection, [Change(entry=entry, values=values)])
                return Outcome(settled, entry.but(**values), replayed=False)
        return Outcome(deed.replay(earlier), earlier, replayed=True)

    def _known(self, connection: sa.Connection, entry: Entry) -> Entry | None:
        """The row that was there before ours; None when the key is ours now."""
        if not self._store.insert_on(connection, [entry]):
            return None
        row = self._store.read_on(connection, self._system, [entry.key])[entry.key]
        if row.state in FREE:
            self._store.replace_on(connection, row, entry)
            return None
        if row.fingerprint != entry.fingerprint or row.state is not State.CONFIRMED:
            raise key_reused(row)
        return row

    def _write(self, deed: Deed[Any], connection: sa.Connection) -> Write:
        return Write(
            key=deed.key,
            stamp=deed.stamp,
            operation=deed.operation,
            correlation_id=deed.correlation_id,
            timeout=deed.timeout,
            actor=deed.actor,
            reason=deed.reason,
            transaction=connection,
        )

    def _remember(self, deed: Deed[Any], error: ErpConnectError) -> None:
        """Note a refusal for the audit trail; a row that stands for something else is left alone."""
        entry = first_entry(deed, self._system, self._clock).but(**refused(error, self._clock))
        if not self._store.insert([entry]):
            return
        row = self._store.read(self._system, [entry.key]).get(entry.key)
        if row is not None and row.state in FREE:
            self._store.change([Change(entry=row, values=refused(error, self._clock))])

    def _unsettled(self, deed: Deed[Any], error: ErpConnectError) -> OutcomeUnknown:
        return OutcomeUnknown(
            "the database did not answer the commit, and cannot be asked for its end now",
            key=deed.key,
            operation=deed.operation,
            retry_after=1.0,
            native=error.native,
        )

    # -- many ----------------------------------------------------------------------------------------------

    def write_block(
        self,
        deeds: Sequence[Deed[E]],
        send: Callable[[Sequence[tuple[Deed[E], Write]]], Sequence[Written[E] | ErpConnectError]],
    ) -> list[Outcome[E] | ErpConnectError]:
        """One verdict per deed, in their order, with one commit for all that is plain."""
        self._store.ready()
        ends: dict[int, Outcome[E] | ErpConnectError] = {}
        for attempt in range(ATTEMPTS):
            try:
                ends = self._block(deeds, send)
                break
            except (DuplicateReference, TransportError):
                # A rival wrote one of these keys meanwhile, or the commit was not answered: look again.
                self._clock.sleep(0.05 * 2**attempt)
            except ErpConnectError as error:
                if not error.retryable:
                    break  # the block as a whole is refused: each one by itself says why
                self._clock.sleep(0.05 * 2**attempt)
        return [ends[i] if i in ends else self._single(deed) for i, deed in enumerate(deeds)]

    def _block(
        self,
        deeds: Sequence[Deed[E]],
        send: Callable[[Sequence[tuple[Deed[E], Write]]], Sequence[Written[E] | ErpConnectError]],
    ) -> dict[int, Outcome[E] | ErpConnectError]:
        fresh: dict[str, tuple[int, Deed[E], Entry]] = {}
        for index, deed in enumerate(deeds):
            if deed.key not in fresh:
                fresh[deed.key] = (index, deed, first_entry(deed, self._system, self._clock))
        ends: dict[int, Outcome[E] | ErpConnectError] = {}
        with self._database.transaction() as connection:
            with journal_troubles():
                there = self._store.keys_on(connection, [entry for _, _, entry in fresh.values()])
            plain = [each for key, each in fresh.items() if key not in there]
            if not plain:
                return ends
            writes = [(deed, self._write(deed, connection)) for _, deed, _ in plain]
            final: list[Entry] = []
            for (index, deed, entry), verdict in zip(plain, send(writes), strict=True):
                if isinstance(verdict, ErpConnectError):
                    if verdict.retryable:
                        continue
                    final.append(entry.but(**refused(verdict, self._clock)))
                    ends[index] = verdict
                else:
                    settled = deed.settle(verdict)
                    final.append(entry.but(**confirmed(entry, settled, self._clock)))
                    ends[index] = Outcome(settled, final[-1], replayed=False)
            self._store.insert_all_on(connection, final)
        return ends

    def _single(self, deed: Deed[E]) -> Outcome[E] | ErpConnectError:
        try:
            return self.write(deed)
        except ErpConnectError as error:
            return error
