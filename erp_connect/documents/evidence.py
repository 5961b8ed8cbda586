"""What the other values of a column say about the one that could be read in two ways."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from .dates import DateOrder, date_in, date_of_serial, mark_in, order_in
from .fields import Holds
from .numbers import DecimalMark, WrongValue, decimal_mark_in, exact
from .values import Cell, Reading

__all__ = ["Evidence", "Proof"]

_NUMBERS: Final = (Holds.QUANTITY, Holds.PRICE, Holds.PERCENT)
_NEAR: Final = timedelta(days=370)
"""How far a day number may lie from the column's other dates and still be one of them."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The first cell that can be read in one way only, and what it says."""

    row: int
    text: str


@dataclass(slots=True)
class Evidence:
    """The evidence of one column; texts that contradict each other prove nothing."""

    holds: Holds
    marks: dict[DecimalMark, Proof] = field(default_factory=dict)
    orders: dict[str, dict[DateOrder, Proof]] = field(default_factory=dict)
    """By the mark between day and month: dots and slashes in one column come from two hands."""
    days: tuple[date, date] | None = None
    used: set[str] = field(default_factory=set)
    """What was settled by it: "decimal", "date_order", "serial_dates"."""

    @staticmethod
    def wanted(holds: Holds) -> bool:
        """Whether cells of this kind can need evidence."""
        return holds is Holds.DATE or holds in _NUMBERS

    def note(self, cell: Cell, row: int) -> None:
        """Take what a cell proves."""
        value = cell.value
        if isinstance(value, str):
            if self.holds is not Holds.DATE:
                mark = decimal_mark_in(value.strip().removesuffix("%").rstrip())
                if mark is not None:
                    self.marks.setdefault(mark, Proof(row, value.strip()[:20]))
                return
            proved = order_in(value)
            if proved is not None:
                self.orders.setdefault(proved[0], {}).setdefault(proved[1], Proof(row, value.strip()[:20]))
            try:
                self._day(date_in(value, None))
            except WrongValue:
                return
        elif self.holds is Holds.DATE and isinstance(value, date):
            self._day(value.date() if isinstance(value, datetime) else value)

    def _day(self, day: date) -> None:
        first, last = self.days or (day, day)
        self.days = min(first, day), max(last, day)

    def settle(self, wrong: WrongValue, cell: Cell, how: Reading) -> Reading | None:
        """How to read a cell that was ``wrong`` because it could be read in two ways; ``None`` if nothing tells."""
        if wrong.open == "decimal" and len(self.marks) == 1:
            self.used.add("decimal")
            return replace(how, decimal=next(iter(self.marks)))
        if wrong.open == "date_order" and isinstance(cell.value, str):
            proved = self.orders.get(mark_in(cell.value), {})
            if len(proved) == 1:
                self.used.add("date_order")
                return replace(how, date_order=next(iter(proved)))
        if wrong.open == "serial_dates" and self.days is not None and not isinstance(cell.value, str):
            day = date_of_serial(exact(cell.value), since_1904=how.since_1904)  # type: ignore[arg-type]
            if day is not None and self.days[0] - _NEAR <= day <= self.days[1] + _NEAR:
                self.used.add("serial_dates")
                return replace(how, serial_dates=True)
        return None

    def contradiction(self, wrong: WrongValue, cell: Cell) -> tuple[Proof, Proof] | None:
        """Two cells of the column that say the opposite about the one that is open."""
        proofs: list[Proof] = []
        if wrong.open == "decimal":
            proofs = list(self.marks.values())
        elif wrong.open == "date_order" and isinstance(cell.value, str):
            proofs = list(self.orders.get(mark_in(cell.value), {}).values())
        return (proofs[0], proofs[1]) if len(proofs) == 2 else None

    @property
    def decimal(self) -> DecimalMark | None:
        """The mark that this column proves, if it settled something."""
        return next(iter(self.marks)) if "decimal" in self.used else None

    @property
    def date_order(self) -> DateOrder | None:
        """The order that the column proves, if it settled something and all its marks agree."""
        proved = {order for orders in self.orders.values() for order in orders}
        return proved.pop() if "date_order" in self.used and len(proved) == 1 else None
