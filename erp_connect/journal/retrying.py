"""Once more, where that is safe: how often, how long to pause before, and how long altogether."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Final, TypeVar

from ..clock import Clock
from ..errors import ErpConnectError
from .decisions import Verdict

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")

ATTEMPTS: Final = 3
"""How often a request is sent at most by one call."""
FIRST_PAUSE: Final = 0.2
"""Seconds before the second attempt where the back-end names no pause; twice as long before the third."""
MOST_SCATTER: Final = 1.0
"""Seconds by which a pause is longer at most than it has to be, so that not all who were sent away come at once."""


class Again(Exception):
    """An attempt ended with ``error``, and another may follow: nothing was done, or looking up has settled it."""

    def __init__(self, error: ErpConnectError, verdict: Verdict = Verdict.RELEASE) -> None:
        super().__init__(error.code)
        self.error = error
        self.verdict = verdict


def pause_after(error: ErpConnectError, attempt: int) -> float:
    """Seconds that have to pass after the ``attempt``-th attempt: what the back-end asked for, else more each time."""
    if error.retry_after is not None:
        return max(error.retry_after, 0.0)
    return float(FIRST_PAUSE * 2 ** (attempt - 1))


def scatter(key: str, attempt: int, pause: float) -> float:
    """How much longer than ``pause`` this key waits: up to a tenth, another part of it for every key."""
    part = int.from_bytes(sha256(f"{attempt}/{key}".encode("utf-8", "surrogatepass")).digest()[:4]) / 2**32
    return float(part * min(pause / 10, MOST_SCATTER))


def again(
    attempt: Callable[[], T],
    *,
    clock: Clock,
    key: str,
    budget: float,
    give_up: Callable[[Again], T],
    begin_with: Again | None = None,
) -> T:
    """Make attempts until one ends otherwise than with :class:`Again`.

    ``give_up`` says what becomes of the last one: after :data:`ATTEMPTS`, or when all pauses together (what scatters
    them not counted), and the attempts that were turned away, would take longer than ``budget`` seconds: whoever has
    waited that long for a lock waits no second time.  ``begin_with``: an attempt was made already, and ended so.
    """
    began = clock.monotonic()
    if begin_with is None:
        try:
            return attempt()
        except Again as first:
            begin_with = first
    return _once_more(attempt, clock, key, budget, give_up, begin_with, began)


def _once_more(
    attempt: Callable[[], T],
    clock: Clock,
    key: str,
    budget: float,
    give_up: Callable[[Again], T],
    first: Again,
    began: float,
) -> T:
    """The attempts after one that began then, and ended with ``first``."""
    from tenacity import Retrying, retry_if_exception_type

    spent = 0.0
    ended_before: Again | None = first

    def ended(state: RetryCallState) -> Again:
        error = state.outcome.exception() if state.outcome is not None else None
        assert isinstance(error, Again)  # noqa: S101 (nothing else is tried again)
        return error

    def wait(state: RetryCallState) -> float:
        pause = pause_after(ended(state).error, state.attempt_number)
        return pause + scatter(key, state.attempt_number, pause)

    def stop(state: RetryCallState) -> bool:
        nonlocal spent
        last = ended(state)
        spent += pause_after(last.error, state.attempt_number)
        if last.verdict is Verdict.RELEASE:
            spent += clock.monotonic() - began
        return state.attempt_number >= ATTEMPTS or spent > budget

    def attempted() -> T:
        nonlocal ended_before, began
        if ended_before is not None:
            made, ended_before = ended_before, None
            raise made
        began = clock.monotonic()
        return attempt()

    retrying = Retrying(
        retry=retry_if_exception_type(Again),
        wait=wait,
        stop=stop,
        sleep=clock.sleep,
        retry_error_callback=lambda state: give_up(ended(state)),
    )
    return retrying(attempted)
