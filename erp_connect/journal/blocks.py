"""Many creates at once: one commit for their intents, one for their ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ..adapters.contract import Write, Written
from ..errors import ErpConnectError
from .decisions import Verdict, after_error
from .deeds import Deed
from .records import Entry, State
from .store import Change
from .writing import Outcome, Writer, confirmed, first_entry, refused

E = TypeVar("E")


class BlockWriter(Writer):
    """Writes many creates with one commit for their intents and one for their ends."""

    def write_block(
        self,
        deeds: Sequence[Deed[E]],
        send: Callable[[Sequence[tuple[Deed[E], Write]]], Sequence[Written[E] | ErpConnectError]],
    ) -> list[Outcome[E] | ErpConnectError]:
        """One verdict per deed, in their order; what is not plain goes through the path of single writes."""
        ends: dict[int, Outcome[E] | ErpConnectError] = {}
        fresh: list[tuple[int, Deed[E], Entry]] = []
        seen: set[str] = set()
        for index, deed in enumerate(deeds):
            if deed.key not in seen:
                seen.add(deed.key)
                fresh.append((index, deed, first_entry(deed, self._system, self._clock, State.SENDING)))
        there = self._store.insert([entry for _, _, entry in fresh])
        fresh = [each for each in fresh if each[1].key not in there]
        if fresh:
            self._send(fresh, send, ends)
        for index, deed in enumerate(deeds):
            if index not in ends:
                ends[index] = self._single(deed)
        return [ends[index] for index in range(len(deeds))]

    def _send(
        self,
        fresh: Sequence[tuple[int, Deed[E], Entry]],
        send: Callable[[Sequence[tuple[Deed[E], Write]]], Sequence[Written[E] | ErpConnectError]],
        ends: dict[int, Outcome[E] | ErpConnectError],
    ) -> None:
        writes = [(deed, self._block_write(deed, entry)) for _, deed, entry in fresh]
        try:
            verdicts: Sequence[Written[E] | ErpConnectError] = send(writes)
        except ErpConnectError as failure:
            verdicts = [failure] * len(fresh)
        except BaseException:
            loose = {"state": State.UNKNOWN, "owner": None, "lease_until": None}
            self._store.change([Change(entry=entry, values=loose) for _, _, entry in fresh])
            raise
        changes: list[Change] = []
        for (index, deed, entry), verdict in zip(fresh, verdicts, strict=True):
            values, end = self._end(deed, entry, verdict)
            changes.append(Change(entry=entry, values=values))
            if end is not None:
                ends[index] = end
        lost = self._store.change(changes)
        for index, deed, _ in fresh:
            if deed.key in lost:
                ends.pop(index, None)

    def _end(
        self, deed: Deed[E], entry: Entry, verdict: Written[E] | ErpConnectError
    ) -> tuple[dict[str, Any], Outcome[E] | ErpConnectError | None]:
        """What to note, and the end; None where the path of single writes has to find it out."""
        if isinstance(verdict, ErpConnectError):
            if after_error(verdict, sent=True) is Verdict.REFUSE:
                return refused(verdict, self._clock), verdict
            known = State.NEVER_SENT if verdict.outcome == "not_applied" else State.UNKNOWN
            return {"state": known, "owner": None, "lease_until": None}, None
        try:
            settled = deed.settle(verdict)
        except ErpConnectError as failure:
            failure.outcome = "applied"
            values = {"state": State.CONFIRMED, "entity_id": verdict.id, "owner": None, "lease_until": None}
            return {**values, "settled_at": self._clock.now()}, failure
        values = confirmed(entry, settled, self._clock)
        return values, Outcome(settled, entry.but(**values), replayed=False)

    def _block_write(self, deed: Deed[E], entry: Entry) -> Write:
        return Write(
            key=deed.key,
            stamp=entry.stamp,
            operation=deed.operation,
            correlation_id=deed.correlation_id,
            timeout=deed.timeout,
            actor=deed.actor,
            reason=deed.reason,
        )

    def _single(self, deed: Deed[E]) -> Outcome[E] | ErpConnectError:
        try:
            return self.write(deed)
        except ErpConnectError as error:
            return error
