"""The write path: intent first, one send, every end of it judged by the decision table.

``client -> Journal.write(deed) -> adapter``.  This is the path for back-ends that are not a database of our
own; there the key, the order and the result are one commit (``transactional.py``).
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from ..adapters.contract import Write, Written
from ..clock import Clock
from ..errors import (
    ErpConnectError,
    InvalidOrder,
    KeyInProgress,
    KeyReused,
    OutcomeUnknown,
    PartialFailure,
)
from . import leases
from .decisions import Verdict, after_error, after_look
from .deeds import Deed, Settled
from .records import FREE, Entry, State
from .store import Change, Store

E = TypeVar("E")

ATTEMPTS = 3
"""How often a request is sent at most that was provably not applied (throttled, locked)."""


class Outcome(Generic[E]):
    """How a write ended well: what stands, and whether an earlier call had done it."""

    __slots__ = ("entry", "replayed", "settled")

    def __init__(self, settled: Settled[E], entry: Entry, *, replayed: bool) -> None:
        self.settled = settled
        self.entry = entry
        self.replayed = replayed


def first_entry(deed: Deed[Any], system: str, clock: Clock, state: State = State.INTENDED) -> Entry:
    """The intent of a deed, with a lease of this process."""
    now = clock.now()
    return Entry(
        system=system,
        key=deed.key,
        operation=deed.operation,
        fingerprint=deed.fingerprint,
        payload=deed.payload,
        state=state,
        stamp=deed.stamp,
        correlation_id=deed.correlation_id,
        created_at=now,
        owner=leases.owner(),
        lease_until=leases.lease(now, deed.timeout),
        sent_at=now if state is State.SENDING else None,
        entity_id=deed.entity_id,
        party=deed.party,
        actor=deed.actor,
        reason=deed.reason,
        before=deed.before,
    )


def confirmed(entry: Entry, settled: Settled[Any], clock: Clock) -> dict[str, Any]:
    """The fields of an entry whose write stands."""
    return {
        "state": State.CONFIRMED,
        "entity_id": settled.entity_id,
        "number": settled.number or entry.number,
        "result": dict(settled.result) or None,
        "owner": None,
        "lease_until": None,
        "settled_at": clock.now(),
    }


def refused(error: BaseException, clock: Clock, state: State = State.REFUSED) -> dict[str, Any]:
    """The fields of an entry whose write was not applied: the kind of refusal, never its text."""
    code = error.code if isinstance(error, ErpConnectError) else type(error).__name__
    return {
        "state": state,
        "result": {"error": {"kind": type(error).__name__, "code": code}},
        "owner": None,
        "lease_until": None,
        "settled_at": clock.now(),
    }


def key_reused(entry: Entry) -> KeyReused:
    """The refusal of a key that stands for another wish."""
    return KeyReused(
        "this key was used before for another content, and that was written"
        if entry.state is State.CONFIRMED
        else "this key was used before for another content, and what became of that is not settled",
        operation=entry.operation,
    )


class Writer:
    """Writes deeds one by one."""

    def __init__(self, store: Store, system: str, clock: Clock) -> None:
        self._store = store
        self._system = system
        self._clock = clock

    def write(self, deed: Deed[E], *, resume: bool = False) -> Outcome[E]:
        """Carry out a deed, or answer with what an earlier call under its key has done.

        Raises the back-end's refusal; ``KeyReused``; ``KeyInProgress`` while somebody else is at it;
        ``OutcomeUnknown`` when nobody can tell yet; ``PartialFailure``; ``JournalUnavailable`` before anything
        is sent.
        """
        entry = self.claim(deed, resume=resume)
        if entry.state is State.CONFIRMED:
            return Outcome(deed.replay(entry), entry, replayed=True)
        return _Attempt(self._store, self._clock, deed, entry).run()

    def claim(self, deed: Deed[Any], *, resume: bool = False) -> Entry:
        """The entry of this deed's key: a confirmed one, or one that this process owns now."""
        give_up = self._clock.monotonic() + deed.timeout
        pause = 0.02
        mine = first_entry(deed, self._system, self._clock)
        while True:
            if deed.key not in self._store.insert([mine]):
                return mine
            row = self._store.read(self._system, [deed.key]).get(deed.key)
            if row is None:
                continue
            if row.state is State.CONFIRMED and row.fingerprint == mine.fingerprint:
                return row
            taken = self._taken_over(row, mine, deed, resume=resume)
            if taken is not None:
                return taken
            if self._clock.monotonic() >= give_up:
                left = (row.lease_until - self._clock.now()).total_seconds() if row.lease_until else None
                raise KeyInProgress(
                    "another process is writing under this key", operation=row.operation, retry_after=left
                )
            self._clock.sleep(pause)
            pause = min(pause * 2, 1.0)

    def _taken_over(self, row: Entry, mine: Entry, deed: Deed[Any], *, resume: bool) -> Entry | None:
        """The row as ours, or None while somebody else holds it (or was quicker just now)."""
        same = row.fingerprint == mine.fingerprint
        if not same and row.state not in FREE and not (row.state is State.PARTIAL and resume):
            raise key_reused(row)
        if row.state is State.PARTIAL and not resume:
            raise PartialFailure(
                "a part of this was written before and could not be undone",
                receipt=deed.partial(row),
                operation=row.operation,
                hint="look at the receipt, then create again with resume=True and a corrected draft",
            )
        if row.open and leases.held(row, self._clock.now()):
            return None
        values: dict[str, Any] = {
            "fence": row.fence + 1,
            "owner": mine.owner,
            "lease_until": leases.lease(self._clock.now(), deed.timeout),
            "correlation_id": mine.correlation_id,
        }
        if row.state in FREE:
            afresh = ("operation", "fingerprint", "payload", "stamp", "state", "sent_at", "entity_id")
            also = ("number", "party", "actor", "reason", "before", "result", "settled_at", "created_at")
            values |= {name: getattr(mine, name) for name in (*afresh, *also)}
        elif not same:
            values |= {"fingerprint": mine.fingerprint, "payload": mine.payload}
        if self._store.change([Change(entry=row, values=values)]):
            return None
        return row.but(**values)


class _Attempt(Generic[E]):
    """One owner's work on one entry."""

    def __init__(self, store: Store, clock: Clock, deed: Deed[E], entry: Entry) -> None:
        self._store = store
        self._clock = clock
        self._deed = deed
        self._entry = entry
        self._sent = False

    def run(self) -> Outcome[E]:
        """Look first where an earlier owner has sent, then send, and judge how it ended."""
        if self._entry.state is not State.INTENDED:
            outcome = self._look(None)
            if outcome is not None:
                return outcome
        for attempt in range(1, ATTEMPTS + 1):
            self._sent = False
            try:
                written = self._deed.send(self._write())
            except BaseException as error:  # noqa: BLE001 (every end of a send is judged, interruptions too)
                outcome = self._judged(error, last=attempt == ATTEMPTS)
                if outcome is not None:
                    return outcome
                self._pause(error, attempt)
            else:
                return self._confirm(written)
        raise AssertionError("the last attempt returns or raises")

    def _pause(self, error: BaseException, attempt: int) -> None:
        wait = error.retry_after if isinstance(error, ErpConnectError) else None
        self._clock.sleep(min(wait if wait is not None else 0.1 * 2**attempt, self._deed.timeout))

    def _write(self) -> Write:
        deed = self._deed
        return Write(
            key=deed.key,
            stamp=self._entry.stamp,
            operation=deed.operation,
            correlation_id=deed.correlation_id,
            timeout=deed.timeout,
            actor=deed.actor,
            reason=deed.reason,
            sending=self._sending,
            made=self._made,
        )

    # -- what the adapter tells while it works -------------------------------------------------------------

    def _sending(self, step: str) -> None:
        now = self._clock.now()
        self._note(state=State.SENDING, sent_at=now, lease_until=leases.lease(now, self._deed.timeout))
        self._sent = True

    def _made(self, id: str, number: str | None = None) -> None:
        self._note(entity_id=id, number=number)

    def _note(self, **values: Any) -> None:
        """Change our row; raises when the lease was lost, so that nothing more is sent."""
        if self._store.change([Change(entry=self._entry, values=values)]):
            raise KeyInProgress(
                "another process has taken this key over, because the lease had ended",
                operation=self._deed.operation,
                outcome="unknown" if self._sent else "not_applied",
            )
        self._entry = self._entry.but(**values)

    # -- how it ended --------------------------------------------------------------------------------------

    def _judged(self, error: BaseException, *, last: bool) -> Outcome[E] | None:
        """The outcome after an error, None when the request may be sent again; otherwise raises."""
        verdict = after_error(error, sent=self._sent)
        if verdict is Verdict.UNDO:
            self._undo(error)
        if verdict is Verdict.LOOK:
            if not isinstance(error, ErpConnectError):
                self._leave(State.UNKNOWN)
                raise error
            outcome = self._look(error)
            if outcome is None and last:
                self._leave(State.UNKNOWN)
                raise self._unknown(error) from error
            return outcome
        if verdict is Verdict.RELEASE and not last and isinstance(error, ErpConnectError):
            return None
        self._note(**refused(error, self._clock))
        raise error

    def _look(self, cause: BaseException | None) -> Outcome[E] | None:
        """Settle by looking up; None when it is safe to send (again)."""
        try:
            look = self._deed.look(self._entry)
        except ErpConnectError as failure:
            self._leave(State.UNKNOWN)
            raise self._unknown(failure) from failure
        now = self._clock.now()
        verdict = after_look(look.sight, self._deed.rules, sent_at=self._entry.sent_at, now=now)
        if verdict is Verdict.CONFIRM:
            return self._confirm(look.written)
        if verdict is Verdict.SEND:
            return None
        self._leave(State.UNKNOWN)
        raise self._unknown(cause, settled_by_waiting=verdict is Verdict.WAIT) from cause

    def _unknown(self, cause: BaseException | None, *, settled_by_waiting: bool = True) -> OutcomeUnknown:
        left = self._deed.rules.wait(self._entry.sent_at, self._clock.now()) if settled_by_waiting else None
        native = cause.native if isinstance(cause, ErpConnectError) else ()
        hint = (
            None
            if settled_by_waiting
            else ("look in the back-end, then say what is true with journal.resolve(key, order_id=...)")
        )
        return OutcomeUnknown(
            "a request was sent, no answer came, and looking up cannot tell yet whether it was applied"
            if settled_by_waiting
            else "a request was sent, no answer came, and this back-end cannot tell whether it was applied",
            key=self._deed.key,
            operation=self._deed.operation,
            retry_after=left,
            hint=hint,
            native=native,
        )

    def _confirm(self, written: Written[E] | None) -> Outcome[E]:
        try:
            settled = self._deed.settle(written)
        except ErpConnectError as failure:
            # It stands; only reading it back failed.  A repeated call with the same key reads it again.
            known = written.id if written is not None else self._entry.entity_id
            if known is None:
                self._leave(State.UNKNOWN)
                raise self._unknown(failure) from failure
            self._note(state=State.CONFIRMED, entity_id=known, owner=None, lease_until=None,
                       settled_at=self._clock.now())  # fmt: skip
            failure.outcome = "applied"
            raise
        self._note(**confirmed(self._entry, settled, self._clock))
        return Outcome(settled, self._entry, replayed=False)

    def _undo(self, error: BaseException) -> None:
        """A create of several calls was refused in the middle: remove what it has made, or say what stands."""
        if self._deed.undo(self._entry, self._write()):
            self._note(**refused(error, self._clock))
            details = error if isinstance(error, ErpConnectError) else None
            raise InvalidOrder(
                "the back-end refused a part of it; what had been written before was removed again",
                findings=getattr(details, "findings", ()),
                operation=self._deed.operation,
                native=details.native if details else (),
                path=details.path if details else None,
            ) from error
        # Every request was answered: nothing is running any more, so nothing has to be waited for.
        self._note(**refused(error, self._clock, State.PARTIAL), sent_at=None)
        raise PartialFailure(
            "a part of it was written and could not be undone",
            receipt=self._deed.partial(self._entry),
            operation=self._deed.operation,
            native=error.native if isinstance(error, ErpConnectError) else (),
        ) from error

    def _leave(self, state: State) -> None:
        """Let go of the key without an end."""
        self._note(state=state, owner=None, lease_until=None)
