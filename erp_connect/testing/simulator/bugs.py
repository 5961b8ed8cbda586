"""Seeded bugs: each is one small patch of the production code, and the simulator must find it.

The first five are those that everybody makes.  The others stood in our own code until the simulator found them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Final
from unittest.mock import patch

from ...client import creating
from ...errors import KeyInProgress
from ...journal import decisions, writing
from ...journal.claiming import as_write, confirmed, first_entry
from ...journal.decisions import Rules, Verdict
from ...journal.records import State
from ...journal.store import Change, MemoryStore
from ...journal.writing import Attempt, Outcome, Writer
from .plans import A, B
from .states import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """One seeded bug, the class of back-end where it shows, and how little is needed to show it."""

    name: str
    said: str
    planted: Callable[[], AbstractContextManager[Any]]
    habits: str
    scope: Scope


def _retry_on_time_out() -> AbstractContextManager[Any]:
    judge = decisions.after_error

    def careless(error: BaseException, *, sent: bool) -> Verdict:
        verdict = judge(error, sent=sent)
        return Verdict.RELEASE if verdict is Verdict.LOOK else verdict

    return patch.object(writing, "after_error", careless)


def _no_fence() -> AbstractContextManager[Any]:
    fenced = MemoryStore.change

    def change(self: MemoryStore, changes: Sequence[Change]) -> frozenset[str]:
        rows = ((each, self._rows[each.entry.system, each.entry.key]) for each in changes)
        return fenced(self, [Change(entry=row, values=each.values) for each, row in rows])

    return patch.object(MemoryStore, "change", change)


def _key_cut() -> AbstractContextManager[Any]:
    def cut(system: str, book: str, key: str, max_length: int | None = None) -> str:
        return key[:35]

    return patch.object(creating, "make_stamp", cut)


def _intent_afterwards() -> AbstractContextManager[Any]:
    def write(self: Writer, deed: Any, *, resume: bool = False) -> Outcome[Any]:
        known = self._store.read(self._system, [deed.key]).get(deed.key)
        if known is not None and known.state is State.CONFIRMED:
            return Outcome(deed.replay(known), known, replayed=True)
        settled = deed.settle(deed.send(as_write(deed, deed.stamp)))
        intent = first_entry(deed, self._system, self._clock)
        entry = intent.but(**confirmed(intent, settled, self._clock))
        self._store.insert([entry])
        return Outcome(settled, entry, replayed=False)

    return patch.object(Writer, "write", write)


def _no_window() -> AbstractContextManager[Any]:
    return patch.object(Rules, "wait", lambda *_: 0.0)


def _fence_stands_still() -> AbstractContextManager[Any]:
    def note(self: Attempt[Any], **values: Any) -> None:
        if self._store.change([Change(entry=self._entry, values=values)]):
            self._lost = True
            raise KeyInProgress("another process has taken this key over", outcome=self._so_far)
        self._entry = self._entry.but(**values)

    return patch.object(Attempt, "_note", note)


def _clock_after_looking() -> AbstractContextManager[Any]:
    look_up = Attempt._looked_up

    def looked_up(self: Attempt[Any]) -> Any:
        look, _ = look_up(self)
        return look, self._clock.now()

    return patch.object(Attempt, "_looked_up", looked_up)


def _window_from_the_note() -> AbstractContextManager[Any]:
    note = Attempt._note

    def noted(self: Attempt[Any], **values: Any) -> None:
        if values.get("state") is State.SENDING:
            values["sent_at"] = self._clock.now()
        note(self, **values)

    return patch.object(Attempt, "_note", noted)


@contextmanager
def _half_forgotten() -> Iterator[None]:
    refuse = Attempt._refused

    def refused(self: Attempt[Any], error: Any) -> Any:
        self._half = False
        return refuse(self, error)

    with patch.object(Attempt, "_refused", refused):
        yield


def _twins_taken() -> AbstractContextManager[Any]:
    return patch.object(creating.Creation, "_is_contested", lambda *_: False)


_TWO: Final = Scope(jobs=((A,), (A,)), faults=1, crashes=0)
_ONE: Final = Scope(jobs=((A,),), faults=1, crashes=0)

BUGS: Final = (
    Bug(
        name="retry",
        said="a request that was not answered in time is sent again",
        planted=_retry_on_time_out,
        habits="stamp",
        scope=_ONE,
    ),
    Bug(
        name="no_fence",
        said="a lease without a fence: an owner who was replaced goes on",
        planted=_no_fence,
        habits="stamp",
        scope=_TWO,
    ),
    Bug(
        name="cut_key",
        said="the key, cut to 35 characters, in place of the stamp",
        planted=_key_cut,
        habits="stamp",
        scope=Scope(jobs=((A, B),), faults=1, crashes=0),
    ),
    Bug(
        name="intent_later",
        said="the intent is written after the call",
        planted=_intent_afterwards,
        habits="stamp",
        scope=Scope(jobs=((A,),), faults=0, crashes=1),
    ),
    Bug(
        name="no_window",
        said="sent again while the first request still runs",
        planted=_no_window,
        habits="late",
        scope=_ONE,
    ),
    Bug(
        name="still_fence",
        said="the fence moves only when a key is taken over: a rival's old reading takes over a key that is done",
        planted=_fence_stands_still,
        habits="stamp",
        scope=_TWO,
    ),
    Bug(
        name="late_clock",
        said="the clock is read after looking up: what came in between was not seen and counts as absent",
        planted=_clock_after_looking,
        habits="late",
        scope=Scope(jobs=((A,),), faults=1, crashes=1),
    ),
    Bug(
        name="early_window",
        said="the execution window counts from the note of the send, which may leave later",
        planted=_window_from_the_note,
        habits="late",
        scope=Scope(jobs=((A,), (A,)), faults=2, crashes=0),
    ),
    Bug(
        name="half_forgotten",
        said="half an order is found, completing it fails before it begins, and the key is free",
        planted=_half_forgotten,
        habits="steps",
        scope=Scope(jobs=((A,),), faults=2, crashes=1),
    ),
    Bug(
        name="twins_taken",
        said="an order that is found by its content is taken, though another open key may have made it",
        planted=_twins_taken,
        habits="twins",
        scope=Scope(jobs=((A,), (B,)), faults=2, crashes=0),
    ),
)
