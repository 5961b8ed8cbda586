"""How many requests go to a back-end at once, and the pause that it has asked all of us for.

A cap and one pause for all threads cost a throttled server the fewest refusals (measured, dependencies.md 6).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ...clock import Clock, SystemClock
from ...errors import Throttled, TransportError

__all__ = ["Gate"]

_NAP = 0.5
"""Seconds at most between two looks at whether the pause has become longer."""


class Gate:
    """Lets at most ``cap`` requests in at once, and none during a pause; safe for threads."""

    def __init__(self, cap: int, clock: Clock | None = None) -> None:
        if cap < 1:
            raise ValueError("a cap below one lets nobody in")
        self.cap = cap
        self._clock: Clock = clock or SystemClock()
        self._places = threading.BoundedSemaphore(cap)
        self._pause_until = 0.0

    def pause(self, seconds: float) -> None:
        """Nobody goes in for so many seconds; a shorter pause does not shorten one that lasts."""
        self._pause_until = max(self._pause_until, self._clock.monotonic() + seconds)

    @contextmanager
    def admitted(self, deadline: float) -> Iterator[None]:
        """A place for the time of the block, after any pause; ``deadline`` on the clock's steady counter.

        Raises ``Throttled`` when the pause lasts longer, and ``TransportError`` when no place becomes free in time;
        either way nothing was sent.
        """
        if not self._places.acquire(timeout=max(deadline - self._clock.monotonic(), 0.0)):
            raise TransportError(
                f"all {self.cap} requests that may run at once are still under way",
                code="busy",
                hint="call from fewer threads, or allow more time or more requests at once",
            )
        try:
            self._wait_out(deadline)
            yield
        finally:
            self._places.release()

    def _wait_out(self, deadline: float) -> None:
        while (left := self._pause_until - self._clock.monotonic()) > 0:
            if self._pause_until > deadline:
                raise Throttled("the back-end has asked for a pause that lasts longer", retry_after=left)
            self._clock.sleep(min(left, _NAP))
