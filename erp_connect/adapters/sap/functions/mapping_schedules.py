"""Schedule lines under change: quantities and dates of an item stand there, and nowhere else (sap.md 2.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ....models import Order
from ..conventions import FIRST_SCHEDULE_LINE, day_in
from .details import Details


@dataclass(slots=True)
class Part:
    """A schedule line with a quantity that the customer wants; ``block`` is its delivery block."""

    line: str
    quantity: Decimal
    day: date | None
    block: str = ""


class Schedules:
    """The wanted parts of every item, as they stood and as they should be.

    Lines that the system has added for what it can confirm later hold no wanted quantity, and are left alone.
    """

    def __init__(self, details: Details, order: Order) -> None:
        self._details = details
        self._requested = order.requested
        self._now = {line.id: self._parts_of(line.id) for line in order.lines}
        self._before = {item: [replace(part) for part in parts] for item, parts in self._now.items()}

    def _parts_of(self, item: str) -> list[Part]:
        rows = sorted(
            self._details.of_item(self._details.schedules, item), key=lambda row: str(row["SCHED_LINE"])
        )
        return [
            Part(row["SCHED_LINE"], row["REQ_QTY"], day_in(row["REQ_DATE"]), row["REQ_DLV_BL"])
            for row in rows
            if row["REQ_QTY"]
        ]

    @property
    def items(self) -> list[str]:
        """Every item, new ones included."""
        return list(self._now)

    def total(self, item: str) -> Decimal:
        """The wanted quantity of an item."""
        return sum((part.quantity for part in self._now[item]), Decimal(0))

    def add(self, item: str, quantity: Decimal, day: date | None, block: str) -> None:
        """The one part of a new item."""
        self._now[item] = [Part(FIRST_SCHEDULE_LINE, quantity, day, block)]
        self._before[item] = []

    def set_quantity(self, item: str, to: Decimal) -> None:
        """Want another quantity: the last part gets more, or gives first."""
        parts = self._now[item]
        if not parts:
            parts.append(Part(self._next_line(item), Decimal(0), self._requested))
        left = to - self.total(item)
        for part in reversed(parts):
            given = max(left, -part.quantity)
            part.quantity += given
            left -= given
            if not left:
                break
        self._now[item] = [part for part in parts if part.quantity] or parts[:1]

    def set_day(self, items: Iterable[str], day: date) -> None:
        """Want all parts of these items on another day."""
        for part in (part for item in items for part in self._now[item]):
            part.day = day

    def set_block(self, items: Iterable[str], block: str) -> None:
        """Block, or (blank) release, all parts of these items for delivery."""
        for part in (part for item in items for part in self._now[item]):
            part.block = block

    def _next_line(self, item: str) -> str:
        taken = [int(row["SCHED_LINE"]) for row in self._details.of_item(self._details.schedules, item)]
        return f"{max(taken, default=0) + 1:04d}"

    def rows(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """SCHEDULE_LINES and SCHEDULE_LINESX: what has changed, with the flags that say what."""
        rows: list[dict[str, Any]] = []
        flags: list[dict[str, Any]] = []
        for item, parts in sorted(self._now.items()):
            before = {part.line: part for part in self._before[item]}
            now = {part.line: part for part in parts}
            for line, part in now.items():
                values = _changes(before.get(line), part)
                if values:
                    keys = {"ITM_NUMBER": item, "SCHED_LINE": line}
                    update = "U" if line in before else "I"
                    rows.append({**keys, **values})
                    flags.append({**keys, "UPDATEFLAG": update, **dict.fromkeys(values, "X")})
            for line in sorted(before.keys() - now.keys()):
                keys = {"ITM_NUMBER": item, "SCHED_LINE": line}
                rows.append(dict(keys))
                flags.append({**keys, "UPDATEFLAG": "D"})
        return rows, flags


def _changes(before: Part | None, now: Part) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if before is None or before.quantity != now.quantity:
        values["REQ_QTY"] = now.quantity
    if now.day is not None and (before is None or before.day != now.day):
        values["REQ_DATE"] = now.day
    if now.block != (before.block if before is not None else ""):
        values["REQ_DLV_BL"] = now.block
    return values
