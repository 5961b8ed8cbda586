"""The journal of one system: what was wished, what became of it, and what a person may say about it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any, Final, Protocol, TypeVar

from ..clock import Clock
from ..errors import ErpConnectError, JournalUnavailable, NotFound, TransitionNotAllowed
from ..interruption import put_down
from ..models import RecoveryReport
from . import leases
from .blocks import LookUp, ReadAgain, Send
from .canonical import fingerprint
from .claiming import confirmed, in_progress, is_free, key_reused, last_sent
from .decisions import Sight
from .deeds import Deed, Settled
from .records import OPEN, Entry, State
from .store import Change, Store, Wanted, fenced
from .writing import Outcome

E = TypeVar("E")
_log = logging.getLogger("erp_connect.journal")
"""One event for each end of a write: system, operation, key, id and correlation id; no content."""
RETENTION_DAYS: Final = 400
"""How long a settled entry is kept."""
_AT_ONCE: Final = 500
"""Entries that are read together, and forgotten before the next."""
_ALWAYS: Final = 700_000
"""Days before any that a clock shows: older than that nothing is."""


class Writes(Protocol):
    """The two ways to write: plainly, and on the back-end's own transaction."""

    def write(self, deed: Deed[E], *, resume: bool = False) -> Outcome[E]:
        """Carry out one deed, or answer with what an earlier call under its key has done."""
        ...

    def write_block(
        self,
        deeds: Sequence[Deed[E]],
        send: Send[E],
        look_up: LookUp[E] | None = None,
        read_again: ReadAgain[E] | None = None,
    ) -> Sequence[Outcome[E] | ErpConnectError]:
        """Carry out many creates; one verdict each, in their order."""
        ...


class Journal:
    """Writes deeds exactly once, and remembers them."""

    def __init__(self, store: Store, writer: Writes, *, system: str, clock: Clock) -> None:
        self._store = store
        self._writer = writer
        self._clock = clock
        self.system = system

    # -- writing -------------------------------------------------------------------------------------------

    def write(self, deed: Deed[E], *, resume: bool = False) -> Outcome[E]:
        """Carry out one deed, or answer with what an earlier call under its key has done; see ``Writes``."""
        try:
            outcome = self._writer.write(deed, resume=resume)
        except ErpConnectError as error:
            self._signed(error, deed)
            raise
        except BaseException as interruption:
            put_down(interruption)
            raise
        self._told(deed, "replayed" if outcome.replayed else "confirmed", outcome.entry.entity_id)
        return outcome

    def write_block(
        self,
        deeds: Sequence[Deed[E]],
        send: Send[E],
        look_up: LookUp[E] | None = None,
        read_again: ReadAgain[E] | None = None,
    ) -> Sequence[Outcome[E] | ErpConnectError]:
        """Carry out many creates; one verdict each, in their order."""
        try:
            ends = self._writer.write_block(deeds, send, look_up, read_again)
        except BaseException as interruption:
            put_down(interruption)
            raise
        for deed, end in zip(deeds, ends, strict=True):
            if isinstance(end, ErpConnectError):
                self._signed(end, deed)
            else:
                self._told(deed, "replayed" if end.replayed else "confirmed", end.entry.entity_id)
        return ends

    def _signed(self, error: ErpConnectError, deed: Deed[Any]) -> None:
        error.system = error.system or self.system
        error.operation = error.operation or deed.operation
        self._told(deed, f"{error.outcome} ({error.code})", deed.entity_id)

    def _told(self, deed: Deed[Any], end: str, entity_id: str | None) -> None:
        if _log.isEnabledFor(logging.INFO):
            about = {
                "system": self.system,
                "operation": deed.operation,
                "key": deed.key,
                "entity_id": entity_id,
                "correlation_id": deed.correlation_id,
            }
            _log.info("%s: %s", deed.operation, end, extra=about)

    # -- asking --------------------------------------------------------------------------------------------

    def entry(self, key: str) -> Entry | None:
        """The entry of a key."""
        return self._store.read(self.system, [key]).get(key)

    def earlier(self, key: str | None, operation: str, payload: Any) -> Entry | None:
        """What an earlier call with this key has begun or done; None when the key is free.

        Raises ``KeyReused`` for a key that stands for another wish.
        """
        entry = None if key is None else self.entry(key)
        if entry is None or is_free(entry, self._clock):
            return None
        if entry.fingerprint != fingerprint(operation, payload):
            raise key_reused(entry)
        return entry

    def standing(self, keys: Iterable[str]) -> frozenset[str]:
        """Those of these keys whose write is done."""
        found: set[str] = set()
        waiting = iter(keys)
        while block := list(islice(waiting, _AT_ONCE)):
            rows = self._store.read(self.system, block)
            found.update(key for key, row in rows.items() if row.state is State.CONFIRMED)
        return frozenset(found)

    def is_begun(self, key: str) -> bool:
        """Whether this key is taken."""
        entry = self.entry(key)
        return entry is not None and not is_free(entry, self._clock)

    def show(self, key: str) -> Entry:
        """The entry of a key; ``NotFound`` when nothing was ever wished under it here."""
        entry = self.entry(key)
        if entry is None:
            raise NotFound(
                "the journal has no such key", hint="keys belong to one system: is this the right connection?"
            )
        return entry

    def list(self, states: frozenset[State] | None = None) -> Iterator[Entry]:
        """Every entry, oldest first; only those in these states, if given."""
        return self._store.select(Wanted(system=self.system, states=states))

    def open(self) -> Iterator[Entry]:
        """The entries of which nobody knows the end yet, and those of which a part stands, oldest first."""
        return self.list(OPEN | {State.PARTIAL})

    def of_entity(self, book: str, entity_id: str) -> tuple[Entry, ...]:
        """The writes to one order, oldest first."""
        return tuple(self._store.select(Wanted(system=self.system, book=book, entity_id=entity_id)))

    def tombstone(self, book: str, entity_id: str) -> dict[str, Any] | None:
        """What is remembered of an order that a cancellation made disappear."""
        wanted = Wanted(system=self.system, book=book, entity_id=entity_id, tombstones=True)
        for entry in self._store.select(wanted):
            return dict(entry.result["tombstone"])
        return None

    def tombstones(self, book: str, number: str | None = None) -> Iterator[tuple[Entry, dict[str, Any]]]:
        """All that is remembered of orders that are gone, oldest first; those with this number, if given."""
        wanted = Wanted(system=self.system, book=book, number=number, tombstones=True)
        for entry in self._store.select(wanted):
            yield entry, dict(entry.result["tombstone"])

    # -- settling ------------------------------------------------------------------------------------------

    def recover(self, rebuild: Callable[[Entry], Deed[Any]]) -> RecoveryReport:
        """Settle what was left open, by looking up; nothing is ever sent.

        ``rebuild`` makes the deed of an entry again.  What somebody is at work on is left alone.
        """
        settled: list[str] = []
        reopened: list[str] = []
        unknown: list[str] = []
        for entry in tuple(self.list(OPEN)):
            if leases.held(entry, self._clock.now()):
                continue
            with leases.under_way(entry.correlation_id):
                mine = self._taken(entry)
                if mine is None:
                    continue
                if mine.state is State.INTENDED:
                    self._close(mine, State.NEVER_SENT)
                    reopened.append(mine.key)
                    continue
                end = self._looked_up(mine, rebuild)
            {"settled": settled, "reopened": reopened, "unknown": unknown}[end].append(mine.key)
        return RecoveryReport(settled=tuple(settled), reopened=tuple(reopened), unknown=tuple(unknown))

    def _taken(self, entry: Entry) -> Entry | None:
        now = self._clock.now()
        values = {
            "fence": entry.fence + 1,
            "owner": leases.owner(),
            "lease_until": leases.lease(now, 60.0),
            "sent_at": last_sent(entry, now),
        }
        return None if self._store.change([Change(entry=entry, values=values)]) else entry.but(**values)

    def _looked_up(self, entry: Entry, rebuild: Callable[[Entry], Deed[Any]]) -> str:
        try:
            deed = rebuild(entry)
            looked_at = self._clock.now()  # whatever comes after this may not be seen
            look = deed.look(entry)
            if look.sight is Sight.ONE:
                values = confirmed(entry, deed.settle(look.written), self._clock)
                self._store.change([fenced(entry, values)])
                return "settled"
        except JournalUnavailable:
            raise
        except ErpConnectError:
            # Nobody can be asked now, or nobody can read what was noted: it stays to be settled.
            self._close(entry, State.UNKNOWN)
            return "unknown"
        if look.sight is Sight.NONE and deed.rules.wait(entry.sent_at, looked_at) == 0:
            self._close(entry, State.NEVER_SENT)
            return "reopened"
        self._close(entry, State.UNKNOWN)
        return "unknown"

    def _close(self, entry: Entry, state: State) -> None:
        values: dict[str, Any] = {"state": state, "owner": None, "lease_until": None}
        if state is not State.UNKNOWN:
            values["settled_at"] = self._clock.now()
        self._store.change([fenced(entry, values)])

    def resolve(self, key: str, settled: Settled[Any] | None) -> Entry:
        """A person's word on an open or partial entry: this is what stands, or (None) nothing does.

        Raises ``TransitionNotAllowed`` for an entry that is settled, ``KeyInProgress`` while somebody is at it.
        """
        entry = self.unsettled(key)
        absent: dict[str, Any] = {
            "state": State.REFUSED,
            "result": {"resolved": "absent"},
            "owner": None,
            "lease_until": None,
            "settled_at": self._clock.now(),
        }
        values = absent if settled is None else confirmed(entry, settled, self._clock)
        if settled is not None:
            values["result"] = {**settled.result, "resolved": "present"}
        values["fence"] = entry.fence + 1
        if self._store.change([Change(entry=entry, values=values)]):
            raise in_progress(self.show(key), self._clock)
        return entry.but(**values)

    def unsettled(self, key: str) -> Entry:
        """An entry that a person may settle now; raises as :meth:`resolve` does."""
        entry = self.show(key)
        if entry.state not in OPEN | {State.PARTIAL}:
            raise TransitionNotAllowed(
                f"this key is settled already ({entry.state.value})", hint="there is nothing to resolve"
            )
        if leases.held(entry, self._clock.now()):
            raise in_progress(entry, self._clock)
        return entry

    # -- keeping -------------------------------------------------------------------------------------------

    def prune(self, older_than_days: int = RETENTION_DAYS) -> int:
        """Remove settled entries older than so many days; open, unknown and partial ones stay.  Returns how many.

        A key that is pruned guards nothing any more: the same wish under it would be written again.
        """
        if type(older_than_days) is not int or older_than_days < 0:
            raise ValueError("older_than_days is a number of whole days, and not below zero")
        before = self._clock.now() - timedelta(days=min(older_than_days, _ALWAYS))
        old = Wanted(
            system=self.system,
            states=frozenset(State) - OPEN - {State.PARTIAL},
            settled_before=before,
        )
        return self._in_blocks(self._store.select(old), self._store.delete)

    def erase(self, party: str) -> int:
        """Erase what settled entries say of a customer or supplier: content and names.  Returns how many rows.

        Keys, fingerprints and ids stay, so that nothing is written twice; open entries keep what settling needs.
        """
        about = Wanted(system=self.system, party=party, states=frozenset(State) - OPEN - {State.PARTIAL})

        def forget(entries: Sequence[Entry]) -> int:
            blank = {"payload": None, "before": None, "reason": None, "party": None, "result": None}
            lost = self._store.change(
                [Change(entry=entry, values={**blank, "result": _bare(entry.result)}) for entry in entries]
            )
            return len(entries) - len(lost)

        return self._in_blocks(list(self._store.select(about)), forget)

    def _in_blocks(self, entries: Any, act: Callable[[Sequence[Entry]], int]) -> int:
        done, block = 0, []
        for entry in entries:
            block.append(entry)
            if len(block) == 200:
                done += act(block)
                block = []
        return done + (act(block) if block else 0)

    def export(self) -> Iterator[str]:
        """Every entry as a line of JSON without its line end, oldest first."""
        for entry in self.list():
            yield json.dumps(as_json(entry), ensure_ascii=False, sort_keys=True)

    def close(self) -> None:
        """Give back the store."""
        self._store.close()


def as_json(entry: Entry) -> dict[str, Any]:
    """An entry in plain JSON values."""
    values: dict[str, Any] = {}
    for name in Entry.__slots__:
        if name == "payload_text":
            continue
        value = getattr(entry, name)
        values[name] = value.isoformat() if hasattr(value, "isoformat") else value
    values["state"] = entry.state.value
    return values


_NOT_PERSONAL: Final = ("error", "resolved", "document", "lowered", "replaced")
"""What a result may keep: codes, ids and quantities."""


def _bare(result: Any) -> Any:
    """What a result says without a customer's data."""
    if not isinstance(result, dict):
        return None
    kept = {name: result[name] for name in _NOT_PERSONAL if name in result}
    tombstone = result.get("tombstone")
    if tombstone:
        private = ("party", "customer_po", "references", "reason")
        kept["tombstone"] = {name: item for name, item in tombstone.items() if name not in private}
    return kept or None
