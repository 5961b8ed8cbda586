"""The write path where the journal stands in the same database as the orders: one commit for all of it.

The key's row is the lease: a rival's insert waits for it.  A refusal rolls everything back and is noted
afterwards.  A lost COMMIT is settled by running the same transaction again: the row is there, or it was not
applied.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from ..adapters.contract import Transactional
from ..clock import Clock
from ..collector import collector_paused
from ..errors import (
    DuplicateReference,
    ErpConnectError,
    JournalUnavailable,
    KeyInProgress,
    OutcomeUnknown,
    RecordLocked,
    TransportError,
)
from ..wire.sql import Trouble, classify
from .blocks import LookUp, ReadAgain, Send, done_before, left_of
from .claiming import as_write, confirmed, done_at_once, first_entry, key_reused, refused
from .decisions import Verdict, after_error
from .deeds import Deed
from .records import FREE, Entry, State, row_id
from .retrying import ATTEMPTS, Again, again
from .sql_store import SqlStore
from .store import Change, fenced
from .writing import Outcome

E = TypeVar("E")


class _Doubt:
    """A COMMIT of this call that was not answered, until the key's row has been seen since."""

    def __init__(self, error: ErpConnectError | None = None) -> None:
        self.error = error


class TransactionalWriter:
    """Writes deeds on the back-end's own transaction."""

    def __init__(self, store: SqlStore, system: str, clock: Clock, database: Transactional) -> None:
        self._store = store
        self._system = system
        self._clock = clock
        self._database = database

    def write(self, deed: Deed[E], *, resume: bool = False) -> Outcome[E]:
        """Carry out a deed in one transaction, or answer with what an earlier call under its key has done.

        ``resume`` means nothing here: half a write does not exist.
        """
        self._store.ready()
        return self._write(deed, _Doubt())

    def _write(self, deed: Deed[E], doubt: _Doubt) -> Outcome[E]:
        def tried() -> Outcome[E]:
            try:
                return self._once(deed, doubt)
            except ErpConnectError as error:
                verdict = after_error(error, sent=True)
                if verdict is Verdict.LOOK:
                    doubt.error = error
                again_later = verdict is Verdict.RELEASE and not isinstance(error, KeyInProgress)
                if verdict is Verdict.LOOK or again_later:
                    raise Again(error, verdict) from error
                if doubt.error is not None:
                    raise self._unsettled(deed, doubt.error) from error
                self._remember(deed, error)
                raise

        def exhausted(last: Again) -> Outcome[E]:
            # What was not done the last time says nothing of a commit before it that was not answered.
            if doubt.error is not None:
                raise self._unsettled(deed, doubt.error) from last.error
            self._remember(deed, last.error)
            raise last.error

        # Looking up is sending again here: the key's row is there, or nothing of it was applied.
        return again(tried, clock=self._clock, key=deed.key, budget=deed.timeout, give_up=exhausted)

    def _once(self, deed: Deed[E], doubt: _Doubt) -> Outcome[E]:
        entry = first_entry(deed, self._system, self._clock)
        with self._database.transaction() as connection:
            row, ours = self._row(connection, entry, doubt)
            done = self._sent(deed, row, connection) if ours else None
        if done is not None:
            return done
        # The row may be our own: its COMMIT was not answered, and it stands.
        return Outcome(deed.replay(row), row, replayed=row.correlation_id != deed.correlation_id)

    def _sent(self, deed: Deed[E], entry: Entry, connection: sa.Connection) -> Outcome[E]:
        settled = deed.settle(deed.send(as_write(deed, deed.stamp, transaction=connection)))
        values = confirmed(entry, settled, self._clock)
        self._store.change_on(connection, [Change(entry=entry, values=values)])
        return Outcome(settled, entry.but(**values), replayed=settled.earlier)

    def _row(self, connection: sa.Connection, entry: Entry, doubt: _Doubt) -> tuple[Entry, bool]:
        """The key's row, and whether it is ours to write now; one that is not was done before."""
        try:
            if not self._store.insert_on(connection, [entry]):
                doubt.error = None  # nothing stands under this key
                return entry, True
        except sa.exc.DBAPIError as failure:
            if classify(failure).trouble is Trouble.LOCK_TIMEOUT:
                raise KeyInProgress(
                    "another process is writing under this key", operation=entry.operation, retry_after=1.0
                ) from failure
            raise
        row = self._store.read_on(connection, self._system, [entry.key])[entry.key]
        doubt.error = None
        if row.state in FREE:
            return self._store.replace_on(connection, row, entry), True
        if row.fingerprint != entry.fingerprint or row.state is not State.CONFIRMED:
            raise key_reused(row)
        return row, False

    def _remember(self, deed: Deed[Any], error: ErpConnectError) -> None:
        """Note a refusal for the audit trail; a row that stands for something else is left alone."""
        entry = first_entry(deed, self._system, self._clock).but(**refused(error, self._clock))
        try:
            if not self._store.insert([entry]):
                return
            row = self._store.read(self._system, [entry.key]).get(entry.key)
            if row is not None and row.state in FREE:
                afresh = {name: getattr(entry, name) for name in ("operation", "fingerprint", "payload")}
                values = {**afresh, **refused(error, self._clock)}
                self._store.change([fenced(row, values)])
        except JournalUnavailable:
            error.add_note("the journal could not note this refusal")

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
        send: Send[E],
        look_up: LookUp[E] | None = None,
        read_again: ReadAgain[E] | None = None,
    ) -> list[Outcome[E] | ErpConnectError]:
        """One verdict per deed, in their order, with one commit for all that is plain."""
        self._store.ready()
        ends: dict[int, Outcome[E] | ErpConnectError] = {}
        doubt: ErpConnectError | None = None
        give_up = self._clock.monotonic() + max((deed.timeout for deed in deeds), default=0.0)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                ends = self._block(deeds, send)
                break
            except (DuplicateReference, RecordLocked) as rival:
                # A rival is writing, or has written, one of these keys or what they need: look again.
                if rival.retryable and self._clock.monotonic() >= give_up:
                    return [rival] * len(
                        deeds
                    )  # one by one they would wait for it as long again, each of them
                self._clock.sleep(0.05 * 2**attempt)
            except TransportError as failure:
                if failure.outcome == "unknown":
                    doubt = failure
                hopeless = (
                    doubt is None and not failure.retryable
                )  # a full disk does not empty itself in a second
                if hopeless or attempt == ATTEMPTS or self._clock.monotonic() >= give_up:
                    return [self._unsettled(deed, doubt) if doubt else failure for deed in deeds]
                self._clock.sleep(0.05 * 2**attempt)
            except ErpConnectError:
                break  # the block as a whole is refused: each one by itself says why
        ends |= done_before(self._store, self._system, left_of(deeds, ends), read_again)
        return [ends[i] if i in ends else self._single(deed, doubt) for i, deed in enumerate(deeds)]

    def _block(self, deeds: Sequence[Deed[E]], send: Send[E]) -> dict[int, Outcome[E] | ErpConnectError]:
        fresh: dict[str, tuple[int, Deed[E]]] = {}
        for index, deed in enumerate(deeds):
            fresh.setdefault(deed.key, (index, deed))
        ends: dict[int, Outcome[E] | ErpConnectError] = {}
        begun = self._clock.now()
        with collector_paused(), self._database.transaction() as connection:
            there = self._store.known_on(connection, {row_id(self._system, key): key for key in fresh})
            plain = [each for key, each in fresh.items() if key not in there]
            if not plain:
                return ends
            verdicts = send([(deed, as_write(deed, deed.stamp, transaction=connection)) for _, deed in plain])
            now = self._clock.now()
            final: list[Entry] = []
            for (index, deed), verdict in zip(plain, verdicts, strict=True):
                if isinstance(verdict, ErpConnectError):
                    if verdict.retryable:
                        continue
                    entry = first_entry(deed, self._system, self._clock)
                    final.append(entry.but(**refused(verdict, self._clock)))
                    ends[index] = verdict
                else:
                    settled = deed.settle(verdict)
                    final.append(done_at_once(deed, settled, self._system, begun, now))
                    ends[index] = Outcome(settled, final[-1], replayed=settled.earlier)
            self._store.insert_all_on(connection, final)
        return ends

    def _single(self, deed: Deed[E], doubt: ErpConnectError | None) -> Outcome[E] | ErpConnectError:
        try:
            return self._write(deed, _Doubt(doubt))
        except ErpConnectError as error:
            return error
