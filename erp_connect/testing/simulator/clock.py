"""Virtual time: whole milliseconds since nine o'clock of an invented morning."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .seam import Seam

NINE: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@lru_cache(maxsize=100_000)
def instant(milliseconds: int) -> datetime:
    """The instant of a virtual time."""
    return NINE + timedelta(milliseconds=milliseconds)


def milliseconds(seconds: float) -> int:
    """Seconds as virtual time, rounded up: nobody wakes too early."""
    return math.ceil(round(seconds * 1000, 6))


class ScriptedClock:
    """The clock that production code is given: it stands still between two steps, and sleeping is a step."""

    def __init__(self, seam: Seam) -> None:
        self._seam = seam

    def now(self) -> datetime:
        """The present instant."""
        return instant(self._seam.read_clock())

    def monotonic(self) -> float:
        """Seconds since nine o'clock."""
        return self._seam.read_clock() / 1000

    def sleep(self, seconds: float) -> None:
        """A step of its own: others may be at work meanwhile."""
        from .seam import Nap

        self._seam.ask(Nap(milliseconds(seconds)))
