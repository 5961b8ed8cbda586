"""Schedule lines under change: the parts of an item, with their dates and delivery blocks (sap.md 4.4, 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from ....errors import UnsupportedOperation
from ....wire.odata import Operation
from .cells import Row, day, number, text, within
from .dialect import AS_IT_STANDS, Body
from .office import Office

_QUANTITY: Final = "ScheduleLineOrderQuantity"
_DAY: Final = "RequestedDeliveryDate"
_BLOCK: Final = "DelivBlockReasonForSchedLine"


@dataclass(slots=True)
class Part:
    """A schedule line with a quantity that the customer wants."""

    line: str
    quantity: Decimal
    day: date | None
    block: str


class Schedules:
    """The wanted parts of every item, as they stood and as they should be.

    Lines that the system has added for what it can confirm later hold no wanted quantity, and are left alone.
    """

    def __init__(self, items: Mapping[str, Row], office: Office) -> None:
        self._dialect = office.dialect
        self._fixed = not office.schedules_change
        self._settings = office.settings
        self._now = {item: self._parts_of(row) for item, row in items.items()}
        self._before = {item: [replace(part) for part in parts] for item, parts in self._now.items()}

    def _parts_of(self, item: Row) -> list[Part]:
        rows = sorted(
            within(item, self._dialect.to_schedules), key=lambda row: text(row, "ScheduleLine").zfill(4)
        )
        return [
            Part(text(row, "ScheduleLine"), much, day(row, _DAY), text(row, _BLOCK))
            for row in rows
            if (much := number(row, _QUANTITY))
        ]

    def set_quantity(self, item: str, to: Decimal) -> bool:
        """Want another quantity of an item in several parts: the last gets more, or gives first.

        False, and nothing done, where the item holds the quantity itself.
        """
        parts = self._now.get(item, [])
        if len(parts) < 2 or self._fixed:
            return False
        left = to - sum((part.quantity for part in parts), Decimal(0))
        for part in reversed(parts):
            given = max(left, -part.quantity)
            part.quantity += given
            left -= given
            if not left:
                break
        self._now[item] = [part for part in parts if part.quantity] or parts[:1]
        return True

    def set_day(self, item: str, when: date) -> None:
        """Want all parts of an item on another day."""
        for part in self._now.get(item, []):
            part.day = when

    def set_block(self, item: str, block: str) -> None:
        """Block, or (blank) release, all parts of an item for delivery."""
        self._refuse_where_fixed()
        for part in self._now.get(item, []):
            part.block = block

    def blocked(self, quantity: Decimal, when: date | None) -> Body:
        """The one part of a new item that is blocked for delivery."""
        self._refuse_where_fixed()
        part: Body = {_QUANTITY: self._dialect.number(quantity), _BLOCK: self._settings.delivery_block}
        if when is not None:
            part[_DAY] = self._dialect.day(when)
        return {self._dialect.to_schedules: self._dialect.rows([part])}

    def _refuse_where_fixed(self) -> None:
        if self._fixed:
            raise UnsupportedOperation(
                "a single line cannot be held for delivery here",
                why="schedule lines are read-only in this release of the service",
                operation="orders.hold",
                alternatives=("hold the order", "service=v2"),
            )

    def parts(self, order: str) -> list[Operation]:
        """What has changed, as parts of a change set."""
        found: list[Operation] = []
        for item, parts in self._now.items():
            before = {part.line: part for part in self._before[item]}
            for part in parts:
                changes = self._changes(before[part.line], part)
                if changes:
                    found.append(Operation("PATCH", self._at(order, item, part.line), changes, AS_IT_STANDS))
            gone = before.keys() - {part.line for part in parts}
            found += [
                Operation("DELETE", self._at(order, item, line), None, AS_IT_STANDS) for line in sorted(gone)
            ]
        return found

    def _changes(self, before: Part, now: Part) -> Body:
        changes: Body = {}
        if before.quantity != now.quantity:
            changes[_QUANTITY] = self._dialect.number(now.quantity)
        if now.day is not None and before.day != now.day:
            changes[_DAY] = self._dialect.day(now.day)
        if before.block != now.block:
            changes[_BLOCK] = now.block
        return changes

    def _at(self, order: str, item: str, line: str) -> str:
        return self._dialect.at(
            self._dialect.schedule, SalesOrder=order, SalesOrderItem=item, ScheduleLine=line
        )
