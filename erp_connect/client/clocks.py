"""The clock that a caller brings along is looked at when connecting, and held to aware instants afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from ..clock import Clock, SystemClock
from ..errors import ConfigurationError

__all__ = ["checked_clock"]

_PARTS: Final = ("now", "monotonic", "sleep")
_EXPECTED: Final = (
    "a clock has now() -> aware datetime, monotonic() -> seconds, and sleep(seconds); "
    "see erp_connect.clock.Clock"
)


class _AwareClock:
    """The caller's clock; every instant it gives is checked and told in UTC."""

    __slots__ = ("_given",)

    def __init__(self, given: Clock) -> None:
        self._given = given

    def now(self) -> datetime:
        """The present instant in UTC; ``ConfigurationError`` when the caller's clock does not say of which zone."""
        instant: object = self._given.now()
        if not isinstance(instant, datetime) or instant.utcoffset() is None:
            raise ConfigurationError(
                "the clock's now() does not give an aware datetime",
                code="bad_clock",
                hint="give an instant with its zone, as datetime.now(UTC) does",
            )
        return instant.astimezone(UTC)

    def monotonic(self) -> float:
        """Seconds on the caller's steady counter."""
        return self._given.monotonic()

    def sleep(self, seconds: float) -> None:
        """Pause as the caller's clock does."""
        self._given.sleep(seconds)


def checked_clock(clock: Clock | None) -> Clock:
    """The clock to go by: the machine's own when none is given.

    Raises ``ConfigurationError`` for what is no clock, and for one that gives a time without a zone: now, and at
    each later use.
    """
    if clock is None:
        return SystemClock()
    missing = [name for name in _PARTS if not callable(getattr(clock, name, None))]
    if missing or isinstance(clock, type):
        said = (
            "clock= is a class"
            if isinstance(clock, type)
            else f"clock= has no {'() and no '.join(missing)}()"
        )
        raise ConfigurationError(said, code="bad_clock", hint=_EXPECTED)
    aware = _AwareClock(clock)
    aware.now()
    return aware
