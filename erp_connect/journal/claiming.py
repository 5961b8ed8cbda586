"""Whose key is it: the intent of a deed is stored, found done, or taken over from an owner that is gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from ..adapters.contract import Write
from ..clock import Clock
from ..errors import ErpConnectError, KeyInProgress, KeyReused, PartialFailure
from . import leases
from .canonical import fingerprint_of, payload_of
from .deeds import Deed, Settled
from .records import FREE, ID_LENGTH, Entry, State, can_be_kept
from .store import Change, Store

_AFRESH: Final = (
    *("operation", "fingerprint", "payload", "stamp", "state", "sent_at", "entity_id", "number", "party"),
    *("actor", "reason", "before", "result", "settled_at", "created_at", "serial"),
)
"""What a key that is free takes over from the new wish."""


def first_entry(deed: Deed[Any], system: str, clock: Clock, state: State = State.INTENDED) -> Entry:
    """The intent of a deed, with a lease of this process.

    An entry that begins as SENDING may be sent as long as its lease holds: ``sent_at`` is the latest moment of that.
    """
    now = clock.now()
    until = leases.lease(now, deed.timeout)
    text = deed.payload_text
    return Entry(
        system=system,
        key=deed.key,
        operation=deed.operation,
        payload=payload_of(text),
        fingerprint=fingerprint_of(deed.operation, text),
        state=state,
        stamp=deed.stamp,
        correlation_id=deed.correlation_id,
        created_at=now,
        owner=leases.owner(),
        lease_until=until,
        sent_at=leases.last_start(until, deed.timeout) if state is State.SENDING else None,
        entity_id=deed.entity_id,
        party=_kept_party(deed),
        actor=deed.actor,
        reason=deed.reason,
        before=deed.before,
        payload_text=text,
    )


def done_at_once(
    deed: Deed[Any], settled: Settled[Any], system: str, begun: datetime, now: datetime
) -> Entry:
    """The entry of a deed whose intent and end are one commit; its payload is there as text only."""
    text = deed.payload_text
    return Entry(
        system=system,
        key=deed.key,
        operation=deed.operation,
        fingerprint=fingerprint_of(deed.operation, text),
        payload=None,
        state=State.CONFIRMED,
        stamp=deed.stamp,
        correlation_id=deed.correlation_id,
        created_at=begun,
        settled_at=now,
        entity_id=settled.entity_id,
        number=settled.number,
        party=settled.party or _kept_party(deed),
        actor=deed.actor,
        reason=deed.reason,
        before=deed.before,
        result=dict(settled.result) or None,
        payload_text=text,
    )


def _kept_party(deed: Deed[Any]) -> str | None:
    return deed.party if can_be_kept(deed.party, ID_LENGTH) else None


def as_write(deed: Deed[Any], stamp: str, **more: Any) -> Write:
    """What goes with every request of a deed."""
    return Write(
        key=deed.key,
        stamp=stamp,
        operation=deed.operation,
        correlation_id=deed.correlation_id,
        timeout=deed.timeout,
        actor=deed.actor,
        reason=deed.reason,
        **more,
    )


def confirmed(entry: Entry, settled: Settled[Any], clock: Clock) -> dict[str, Any]:
    """The fields of an entry whose write stands."""
    return {
        "state": State.CONFIRMED,
        "entity_id": settled.entity_id,
        "number": settled.number or entry.number,
        "party": settled.party or entry.party,
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


def let_go(state: State = State.UNKNOWN) -> dict[str, Any]:
    """The fields of an entry that nobody works on any more, and whose end nobody knows."""
    return {"state": state, "owner": None, "lease_until": None}


def last_sent(entry: Entry, now: datetime) -> datetime | None:
    """The last moment at which an owner that is gone can have sent.

    A block's entries say how long its lease would have allowed it; who is taken over from sends nothing any more.
    """
    return None if entry.sent_at is None else min(entry.sent_at, now)


def is_free(entry: Entry, clock: Clock) -> bool:
    """Whether nothing was written under this key and nobody is about to: it may be used for other content too."""
    never_sent = entry.state is State.INTENDED and not leases.held(entry, clock.now())
    return entry.state in FREE or never_sent


def key_reused(entry: Entry) -> KeyReused:
    """The refusal of a key that stands for another wish."""
    return KeyReused(
        "this key was used before for another content, and that was written"
        if entry.state is State.CONFIRMED
        else "this key was used before for another content, and what became of that is not settled",
        operation=entry.operation,
    )


def stands_in_part(said: str, deed: Deed[Any], row: Entry, native: Sequence[Any] = ()) -> PartialFailure:
    """What a caller is told of a write of which only a part stands."""
    creates = row.operation in ("orders.create", "purchase_orders.create")
    return PartialFailure(
        said,
        receipt=deed.partial(row),
        operation=row.operation,
        native=native,
        hint="look at the receipt, then create again with resume=True and a corrected draft"
        if creates
        else "look at the receipt, write what is missing under a new key, and close this one with journal.resolve",
    )


class Claims:
    """Makes a key this process's own, for one system."""

    def __init__(self, store: Store, system: str, clock: Clock) -> None:
        self._store = store
        self._system = system
        self._clock = clock

    def claim(self, deed: Deed[Any], *, resume: bool = False) -> Entry:
        """The entry of this deed's key: a confirmed one, or one that this process owns now.

        Waits for somebody else who is at work on it, at most as long as the deed's own time-out.  Raises
        ``KeyInProgress`` then, ``KeyReused`` for another wish, ``PartialFailure`` for a wish that stands in part.
        """
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
                raise in_progress(row, self._clock)
            self._clock.sleep(pause)
            pause = min(pause * 2, 1.0)

    def _taken_over(self, row: Entry, mine: Entry, deed: Deed[Any], *, resume: bool) -> Entry | None:
        """The row as ours, or None while somebody else holds it (or was quicker just now)."""
        same = row.fingerprint == mine.fingerprint
        held = row.open and leases.held(row, self._clock.now())
        free = is_free(row, self._clock)
        if not same and not free and not (row.state is State.PARTIAL and resume):
            raise key_reused(row)
        if row.state is State.PARTIAL and not resume:
            raise stands_in_part("a part of this was written before and could not be undone", deed, row)
        if held:
            return None
        values: dict[str, Any] = {
            "fence": row.fence + 1,
            "owner": mine.owner,
            "lease_until": leases.lease(self._clock.now(), deed.timeout),
            "correlation_id": mine.correlation_id,
            "sent_at": last_sent(row, self._clock.now()),
        }
        if free:
            values |= {name: getattr(mine, name) for name in _AFRESH}
        elif not same:
            values |= {"fingerprint": mine.fingerprint, "payload": mine.payload}
        return None if self._store.change([Change(entry=row, values=values)]) else row.but(**values)


def in_progress(row: Entry, clock: Clock) -> KeyInProgress:
    """What a rival is told who has waited long enough."""
    left = max((row.lease_until - clock.now()).total_seconds(), 0.0) if row.lease_until else None
    return KeyInProgress(
        "another process is writing under this key", operation=row.operation, retry_after=left
    )
