"""How late an order is on a day, in the classes that a report shows."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from ..models import LineKind, OrderFields, OrderStatus
from ..rules.lateness import late_by
from ..rules.quantities import open_quantity

__all__ = ["DONE", "Late", "Lateness", "standing"]

DONE: Final = frozenset({OrderStatus.CANCELLED, OrderStatus.REJECTED, OrderStatus.COMPLETED})
"""Nothing is open of an order in one of these, whatever its quantities say."""

_NO_GOODS: Final = (LineKind.TEXT, LineKind.CHARGE)


class Lateness(StrEnum):
    """How late what is open of an order is: as late as the latest of its open lines."""

    ON_TIME = "on_time"
    LATE_1_3 = "late_1_3"
    LATE_4_7 = "late_4_7"
    LATE_8_14 = "late_8_14"
    LATE_15 = "late_15"
    NO_DATE = "no_date"
    NOTHING_OPEN = "nothing_open"

    @property
    def told(self) -> str:
        """The class in words."""
        return _TOLD[self]


_TOLD: Final = {
    Lateness.ON_TIME: "on time",
    Lateness.LATE_1_3: "late by 1-3 days",
    Lateness.LATE_4_7: "late by 4-7 days",
    Lateness.LATE_8_14: "late by 8-14 days",
    Lateness.LATE_15: "late by 15 days or more",
    Lateness.NO_DATE: "open, without a date",
    Lateness.NOTHING_OPEN: "nothing open",
}
_UP_TO: Final = ((3, Lateness.LATE_1_3), (7, Lateness.LATE_4_7), (14, Lateness.LATE_8_14))


class Late(NamedTuple):
    """Of a late order: by how many days, how many of its lines are late, and the day on which the latest was due."""

    days: int
    lines: int
    due: date | None


def standing(order: OrderFields, today: date) -> tuple[Lateness, Late | None]:
    """The class of an order on ``today``, and what is late of it.

    An order is late exactly when ``rules.lateness.is_late`` says so: by the days that have gone by, or by those by
    which the promised date comes after the date asked for.  What is due today is on time.
    """
    if order.status in DONE:
        return Lateness.NOTHING_OPEN, None
    latest = lines = 0
    due: date | None = None
    is_open = dated = False
    for line in order.lines:
        if line.kind in _NO_GOODS or not open_quantity(line.quantities):
            continue
        is_open = True
        days = late_by(line, today, requested=order.requested)
        if days is None:
            continue
        dated = True
        if days:
            lines += 1
            if days > latest:
                latest, due = days, line.requested or order.requested or line.promised
    if latest:
        found = next((each for most, each in _UP_TO if latest <= most), Lateness.LATE_15)
        return found, Late(latest, lines, due)
    if dated:
        return Lateness.ON_TIME, None
    return (Lateness.NO_DATE if is_open else Lateness.NOTHING_OPEN), None
