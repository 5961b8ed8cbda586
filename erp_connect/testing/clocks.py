"""A clock whose hands a test turns."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta


class Hands:
    """A clock that stands still until somebody turns it; whoever sleeps turns it.

    Pass it to ``ec.connect(clock=...)``.  ``sleep`` gives other threads a moment, so that they meet as they would.
    """

    def __init__(self, now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) -> None:
        self._now = self._start = now.astimezone(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return self._now

    def monotonic(self) -> float:
        """Seconds since the clock was wound up."""
        return (self._now - self._start).total_seconds()

    def sleep(self, seconds: float) -> None:
        """Turn the hands by so many seconds."""
        with self._lock:
            self._now += timedelta(seconds=seconds)
        time.sleep(0.0005)

    def turn(self, **by: float) -> None:
        """Turn the hands: ``turn(days=3)``, ``turn(hours=1, minutes=30)``."""
        self.sleep(timedelta(**by).total_seconds())
