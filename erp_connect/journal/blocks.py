"""Many creates at once: one commit for their intents, one for their ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Generic, TypeVar

from ..adapters.contract import Write, Written
from ..clock import Clock
from ..errors import ErpConnectError, JournalUnavailable, KeyInProgress
from ..interruption import put_down
from . import leases
from .claiming import as_write, confirmed, first_entry, let_go, refused
from .decisions import Verdict, after_error, doubt_refusal
from .deeds import Deed, Look, Settled
from .records import Entry, State
from .retrying import Again, again
from .store import Change, Store, fenced
from .writing import Attempt, Outcome, Writer, standing

E = TypeVar("E")
Verdicts = Sequence[Written[E] | ErpConnectError]
Send = Callable[[Sequence[tuple[Deed[E], Write]]], Verdicts[E]]
LookUp = Callable[[Sequence[Deed[E]]], Mapping[str, Look[E]]]
"""Looks up many deeds in few requests; by key.  A deed that is left out is looked up alone."""


ReadAgain = Callable[[Sequence[tuple[Deed[E], Entry]]], Mapping[str, Settled[E]]]
"""Reads in few requests what earlier calls have done; by key.  A deed that is left out is read alone."""


def left_of(deeds: Sequence[Deed[E]], ends: Container[int]) -> dict[int, Deed[E]]:
    """The deeds that have no end yet, by index."""
    return {index: deed for index, deed in enumerate(deeds) if index not in ends}


def done_before(
    store: Store, system: str, left: Mapping[int, Deed[E]], read_again: ReadAgain[E] | None
) -> dict[int, Outcome[E]]:
    """The ends of deeds that earlier calls have done, read together; whatever goes wrong is left to the single path."""
    if read_again is None or len(left) < 2:
        return {}
    try:
        rows = store.read(system, [deed.key for deed in left.values()])
        done = {
            index: (deed, row)
            for index, deed in left.items()
            if (row := rows.get(deed.key)) is not None
            and row.state is State.CONFIRMED
            and row.fingerprint == deed.fingerprint
        }
        settled = read_again(list(done.values())) if len(done) > 1 else {}
    except ErpConnectError:
        return {}
    return {
        index: Outcome(settled[deed.key], row, replayed=row.correlation_id != deed.correlation_id)
        for index, (deed, row) in done.items()
        if deed.key in settled
    }


class BlockWriter(Writer):
    """Writes many creates with one commit for their intents and one for their ends."""

    def write_block(
        self,
        deeds: Sequence[Deed[E]],
        send: Send[E],
        look_up: LookUp[E] | None = None,
        read_again: ReadAgain[E] | None = None,
    ) -> list[Outcome[E] | ErpConnectError]:
        """One verdict per deed, in their order; what is not plain goes through the path of single writes.

        ``send`` makes the requests, and nothing after them: its errors speak of the writes.
        """
        ends: dict[int, Outcome[E] | ErpConnectError] = {}
        fresh: list[tuple[int, Deed[E], Entry]] = []
        seen: set[str] = set()
        for index, deed in enumerate(deeds):
            if deed.key not in seen:
                seen.add(deed.key)
                fresh.append((index, deed, first_entry(deed, self._system, self._clock, State.SENDING)))
        with leases.under_way(*(deed.correlation_id for _, deed, _ in fresh)):
            there = self._store.insert([entry for _, _, entry in fresh])
            new = [each for each in fresh if each[1].key not in there]
            if new:
                ends = _Block(self._store, self._clock, new).run(send, look_up)
        ends |= done_before(self._store, self._system, left_of(deeds, ends), read_again)
        for index, deed in left_of(deeds, ends).items():
            ends[index] = self._single(deed)
        return [ends[index] for index in range(len(deeds))]

    def _single(self, deed: Deed[E]) -> Outcome[E] | ErpConnectError:
        try:
            return self.write(deed)
        except ErpConnectError as error:
            return error


class _Block(Generic[E]):
    """One owner's work on many entries under one lease."""

    def __init__(self, store: Store, clock: Clock, fresh: Sequence[tuple[int, Deed[E], Entry]]) -> None:
        self._store = store
        self._clock = clock
        self._fresh = fresh
        self._timeout = max(deed.timeout for _, deed, _ in fresh)
        self._until = min(entry.lease_until for _, _, entry in fresh if entry.lease_until is not None)
        self._entries = {deed.key: entry for _, deed, entry in fresh}
        self._made: dict[str, tuple[str, str | None]] = {}
        self._requests: Counter[str] = Counter()
        self._standing_now: set[str] = set()
        """Keys of which an answer has named what was made, with no request behind it."""
        self._done: set[str] = set()
        """Keys whose end is noted, or that are somebody else's now."""

    def run(self, send: Send[E], look_up: LookUp[E] | None) -> dict[int, Outcome[E] | ErpConnectError]:
        """The ends by index; a deed whose key somebody else has taken over meanwhile is left out."""
        try:
            return self._run(send, look_up)
        except BaseException as interruption:
            # Whatever throws us out, no key is held until its lease ends.
            put_down(interruption)
            self._let_go(self._entries[key] for key in self._entries if key not in self._done)
            raise

    def _run(self, send: Send[E], look_up: LookUp[E] | None) -> dict[int, Outcome[E] | ErpConnectError]:
        verdicts = self._verdicts(send)
        ends: dict[int, Outcome[E] | ErpConnectError] = {}
        changes: list[Change] = []
        doubtful: list[tuple[int, Deed[E], ErpConnectError]] = []
        broken: BaseException | None = None
        for (index, deed, _), verdict in zip(self._fresh, verdicts, strict=True):
            if isinstance(verdict, ErpConnectError) and deed.key in self._standing_now:
                doubt_refusal(verdict)
            if isinstance(verdict, ErpConnectError) and after_error(verdict, sent=True) is not Verdict.REFUSE:
                doubtful.append((index, deed, verdict))
                continue
            try:
                values, ends[index] = self._end(deed, verdict)
            except BaseException as failure:  # noqa: BLE001 (raised below, once what stands is noted)
                broken = broken or failure
                values = self._standing(deed, verdict)
            changes.append(fenced(self._entries[deed.key], values))
        self._note(changes, ends)
        if broken is not None:
            raise broken
        self._find_out(doubtful, look_up, ends)
        return ends

    def _note(self, changes: Sequence[Change], ends: dict[int, Outcome[E] | ErpConnectError]) -> None:
        try:
            lost = self._store.change(changes) if changes else frozenset()
        except JournalUnavailable as failure:
            failure.outcome = "unknown"  # what was written stands, and recover() finds it
            raise
        self._done |= {change.entry.key for change in changes}
        for index, deed, _ in self._fresh:
            if deed.key in lost:
                ends.pop(index, None)

    def _verdicts(self, send: Send[E]) -> Verdicts[E]:
        writes = [(deed, self._write(deed, entry)) for _, deed, entry in self._fresh]

        def sent() -> Verdicts[E]:
            try:
                return send(writes)
            except ErpConnectError as failure:
                if after_error(failure, sent=True) is Verdict.RELEASE and not self._standing_now:
                    raise Again(failure) from failure
                return [failure] * len(self._fresh)

        # One pause for all of them, where the whole block was provably not done (throttled).
        return again(
            sent,
            clock=self._clock,
            key=self._fresh[0][1].key,
            budget=self._timeout,
            give_up=lambda last: [last.error] * len(self._fresh),
        )

    def _write(self, deed: Deed[E], entry: Entry) -> Write:
        def sending(_step: str) -> None:
            self._renew()
            self._requests[deed.key] += 1
            self._standing_now.discard(deed.key)

        def made(id: str, number: str | None = None) -> None:
            self._made[deed.key] = (id, number)
            if self._requests[deed.key]:
                self._standing_now.add(deed.key)

        return as_write(deed, entry.stamp, sending=sending, made=made)

    def _renew(self) -> None:
        """Renew the lease of all when too little of it is left for one more request."""
        now = self._clock.now()
        if now <= leases.last_start(self._until, self._timeout):
            return
        until = leases.lease(now, self._timeout)
        values = {"lease_until": until, "sent_at": leases.last_start(until, self._timeout)}
        changes = [fenced(entry, values) for entry in self._entries.values()]
        lost = self._store.change(changes)
        self._entries.update(
            (each.entry.key, each.entry.but(**each.values)) for each in changes if each.entry.key not in lost
        )
        if lost:
            raise KeyInProgress(
                "another process has taken over a key of this block, because the lease had ended",
                outcome="unknown",
            )
        self._until = until

    def _end(
        self, deed: Deed[E], verdict: Written[E] | ErpConnectError
    ) -> tuple[dict[str, Any], Outcome[E] | ErpConnectError]:
        """What to note of a definite answer, and what the caller is told."""
        entry = self._entries[deed.key]
        if isinstance(verdict, ErpConnectError):
            return refused(verdict, self._clock), verdict
        try:
            settled = deed.settle(verdict)
        except ErpConnectError as failure:
            failure.outcome = "applied"
            return self._standing(deed, verdict), failure
        values = confirmed(entry, settled, self._clock)
        return values, Outcome(settled, entry.but(**values), replayed=settled.earlier)

    def _standing(self, deed: Deed[E], verdict: Written[E] | ErpConnectError) -> dict[str, Any]:
        """What to note of an answer that nobody could make anything of."""
        if isinstance(verdict, ErpConnectError):
            return refused(verdict, self._clock)
        return standing(deed, verdict.id, self._entries[deed.key], self._clock)

    def _find_out(
        self,
        doubtful: Sequence[tuple[int, Deed[E], ErpConnectError]],
        look_up: LookUp[E] | None,
        ends: dict[int, Outcome[E] | ErpConnectError],
    ) -> None:
        """Judge the others one by one, on the same lease; many are looked up together."""
        looks: Mapping[str, Look[E]] = {}
        blind: ErpConnectError | None = None
        lost = [deed for _, deed, error in doubtful if after_error(error, sent=True) is Verdict.LOOK]
        looked_at = self._clock.now()
        if look_up is not None and len(lost) > 1:
            try:
                looks = look_up(lost)
            except ErpConnectError as failure:
                blind = failure  # nobody can be asked now: asking for each would take as many time-outs
        for index, deed, error in doubtful:
            id, number = self._made.get(deed.key, (None, None))
            entry = self._entries[deed.key].but(entity_id=id, number=number)
            attempt: Attempt[E] = Attempt(self._store, self._clock, deed, entry, begun_here=True)
            self._done.add(deed.key)  # from here on it is the attempt's
            try:
                requests = self._requests[deed.key]
                if blind is not None and deed in lost:
                    attempt.give_up(blind)
                look = looks.get(deed.key)
                seen = None if look is None else (look, looked_at)
                ends[index] = attempt.go_on(error, requests=requests, look=seen)
            except ErpConnectError as end:
                ends[index] = end

    def _let_go(self, entries: Iterable[Entry]) -> None:
        with suppress(JournalUnavailable):  # what threw us out matters more
            self._store.change([fenced(entry, let_go()) for entry in entries])
