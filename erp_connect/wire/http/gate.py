"""How many requests go to a back-end at once, and the pause that it has asked all of us for.

A cap and one pause for all threads cost a throttled server the fewest refusals (measured, dependencies.md 6).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ...clock import Clock, SystemClock
from ...errors import Throttled, TransportError

__all__ = ["Gate", "Rate"]

_NAP = 0.5
"""Seconds at most between two looks at whether the pause has become longer."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in any span of so many seconds."""

    requests: int
    seconds: float


class Gate:
    """Lets at most ``cap`` requests in at once, no more than ``rate`` allows, and none in a pause; safe for threads."""

    def __init__(self, cap: int, clock: Clock | None = None, *, rate: Rate | None = None) -> None:
        if cap < 1:
            raise ValueError("a cap below one lets nobody in")
        self.cap, self.rate = cap, rate
        self._let_in: deque[float] = deque(maxlen=None if rate is None else rate.requests)
        self._counting = threading.Lock()
        self._clock: Clock = clock or SystemClock()
        self._places = threading.BoundedSemaphore(cap)
        self._pause_until = 0.0

    def pause(self, seconds: float) -> None:
        """Nobody goes in for so many seconds; a shorter pause does not shorten one that lasts."""
        self._pause_until = max(self._pause_until, self._clock.monotonic() + seconds)

    @contextmanager
    def admitted(self, deadline: float) -> Iterator[None]:
        """A place for the time of the block, after any pause; ``deadline`` on the clock's steady counter.

        Raises ``Throttled`` when the pause lasts longer or the rate allows none in time, and ``TransportError`` when
        no place becomes free; either way nothing was sent.
        """
        if not self._places.acquire(timeout=max(deadline - self._clock.monotonic(), 0.0)):
            raise TransportError(
                f"all {self.cap} requests that may run at once are still under way",
                code="busy",
                hint="call from fewer threads, or allow more time or more requests at once",
            )
        try:
            self._wait_out(deadline)
            self._keep_to_the_rate(deadline)
            yield
        finally:
            self._places.release()

    def _wait_out(self, deadline: float) -> None:
        while (left := self._pause_until - self._clock.monotonic()) > 0:
            if self._pause_until > deadline:
                raise Throttled("the back-end has asked for a pause that lasts longer", retry_after=left)
            self._clock.sleep(min(left, _NAP))

    def _keep_to_the_rate(self, deadline: float) -> None:
        """Count this request, after the wait that its turn in the sliding span takes."""
        if self.rate is None:
            return
        with self._counting:  # whoever comes later waits behind: its turn is later still
            now = self._clock.monotonic()
            full = len(self._let_in) == self.rate.requests
            turn = self._let_in[0] + self.rate.seconds if full else now
            if turn > deadline:
                raise Throttled(
                    f"no more than {self.rate.requests} requests in {self.rate.seconds:g} seconds",
                    retry_after=turn - now,
                )
            if turn > now:
                self._clock.sleep(turn - now)
            self._let_in.append(max(turn, self._clock.monotonic()))
