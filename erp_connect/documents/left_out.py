"""Rows that are no lines of orders: totals, headings that come again, what a rule or hiding leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import translate
from typing import Final, Literal

from ..models.references import Place
from .fields import Book, Holds
from .headers import Layout, fold
from .numbers import WrongValue, exact
from .order_sheet import Locates
from .sender import SenderProfile
from .shape import ranges_of
from .values import Cell

__all__ = ["LeavingOut", "RowsLeftOut"]

LeftOutFor = Literal["total", "heading", "rule", "hidden"]
_WORDS_FOR_TOTALS: Final = (
    "total|totals|subtotal|sub total|grand total|order total|net total|gross total|total amount|total quantity|"
    "sum|carried forward|brought forward|carried over|"
    "summe|gesamt|gesamtsumme|gesamtergebnis|gesamtmenge|gesamtbetrag|zwischensumme|teilsumme|endsumme|ergebnis|"
    "übertrag|auftragssumme|bestellsumme|"
    "sous total|total général|total general|somme|totaux|montant total|à reporter|"
    "suma|importe total|suma y sigue|total pedido|total parcial"
)
_TOTALS: Final = frozenset(_WORDS_FOR_TOTALS.split("|"))
_WORDS: Final = re.compile(r"\w+")
_LONGEST_LABEL: Final = 80
_SAID: Final[dict[LeftOutFor, str]] = {
    "total": "a total",
    "heading": "the headings again",
    "rule": "left out by the profile",
    "hidden": "hidden in the sheet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsLeftOut:
    """A run of rows that were not read as lines, and why; ``place`` is the first of them."""

    reason: LeftOutFor
    first: int
    last: int
    place: Place

    @property
    def message(self) -> str:
        """The reason in words."""
        return _SAID[self.reason]


class LeavingOut:
    """Judges one row after the other; keeps the sums of the quantities, by which totals without a label are known."""

    def __init__(self, layout: Layout, book: Book, sender: SenderProfile) -> None:
        names = {column.field.name: column.heading.index - 1 for column in layout.columns}
        party, number = ("customer", "customer_po") if book == "sales" else ("supplier", "number")
        self._party, self._number = names.get(party), names.get(number)
        self._product, self._description = names.get("line.product"), names.get("line.description")
        self._quantity = names.get("line.quantity")
        self._labels = {self._party, self._number, self._product, names.get("line.reference")}
        self._said_of_a_line = [
            column.heading.index - 1
            for column in layout.columns
            if column.field.holds in (Holds.CODE, Holds.TEXT, Holds.DATE)
        ]
        self._headings = {
            column.heading.index - 1: {fold(column.heading.text), fold(column.heading.over)}
            for column in layout.columns
        }
        self._totals = sender.totals == "skip"
        self._patterns = [_pattern(each) for each in sender.skip]
        by_text = {
            fold(text): heading.index - 1
            for heading in (*(column.heading for column in layout.columns), *layout.unknown)
            for text in (heading.text, heading.whole)
        }
        self._where = [
            (by_text[fold(heading)], [_pattern(each) for each in patterns])
            for heading, patterns in sender.skip_where.items()
        ]
        self.width = max((index + 1 for index, _ in self._where), default=0)
        self._since_total, self._rows_since_total, self._of_all, self._rows = Decimal(0), 0, Decimal(0), 0
        self._found: dict[LeftOutFor, list[int]] = {}

    def leaves_out(self, number: int, cells: Sequence[Cell]) -> bool:
        """Whether the row is none of an order; remembers it, if so."""
        reason = self._why(cells) if cells else None
        if reason is not None:
            self.remember(reason, number)
            if reason == "total":
                self._since_total, self._rows_since_total = Decimal(0), 0
            return True
        self._add(cells)
        return False

    def remember(self, reason: LeftOutFor, row: int) -> None:
        """Note a row that was left out for this reason."""
        self._found.setdefault(reason, []).append(row)

    def found(self, locate: Locates) -> tuple[RowsLeftOut, ...]:
        """The rows left out, in runs, in the order of the sheet."""
        runs = [
            RowsLeftOut(reason=reason, first=first, last=last, place=locate(first))
            for reason, rows in self._found.items()
            for first, last in ranges_of(sorted(rows))
        ]
        return tuple(sorted(runs, key=lambda run: run.first))

    # ----------------------------------------------------------------------- why

    def _why(self, cells: Sequence[Cell]) -> LeftOutFor | None:
        if self._patterns or self._where:
            texts = [_text(cell) for cell in cells]
            if any(pattern.fullmatch(text) for pattern in self._patterns for text in texts if text):
                return "rule"
            for index, patterns in self._where:
                if index < len(texts) and any(pattern.fullmatch(texts[index]) for pattern in patterns):
                    return "rule"
        if self._is_heading(cells):
            return "heading"
        return "total" if self._totals and self._is_total(cells) else None

    def _is_heading(self, cells: Sequence[Cell]) -> bool:
        same = 0
        for index, texts in self._headings.items():
            value = cells[index].value if index < len(cells) else None
            if value is None:
                continue
            if not isinstance(value, str) or fold(value) not in texts:
                return False
            same += 1
        return same >= 2

    def _is_total(self, cells: Sequence[Cell]) -> bool:
        party, number, product = (
            self._blank(cells, index) for index in (self._party, self._number, self._product)
        )
        if not (party or number or product):
            # Every part of a line is there; only the bare word where the product belongs is none.
            return self._label(cells, self._product) == "whole"
        for index, cell in enumerate(cells):
            label = _label(cell.value)
            if label is None:
                continue
            if index == self._product:
                return True
            if product and (index in self._labels or (party and number)):
                return True
        return party and number and product and self._is_sum(cells)

    def _is_sum(self, cells: Sequence[Cell]) -> bool:
        """Whether only a quantity stands in the row, and it is what the rows above come to."""
        quantity = self._number_at(cells)
        if quantity is None or not all(self._blank(cells, index) for index in self._said_of_a_line):
            return False
        return (self._rows_since_total > 1 and quantity == self._since_total) or (
            self._rows > 1 and quantity == self._of_all
        )

    def _add(self, cells: Sequence[Cell]) -> None:
        quantity = self._number_at(cells)
        if quantity is not None:
            self._since_total += quantity
            self._rows_since_total += 1
            self._of_all += quantity
            self._rows += 1

    def _number_at(self, cells: Sequence[Cell]) -> Decimal | None:
        index = self._quantity
        value = cells[index].value if index is not None and index < len(cells) else None
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return None
        try:
            return exact(value)
        except WrongValue:
            return None

    @staticmethod
    def _blank(cells: Sequence[Cell], index: int | None) -> bool:
        if index is None or index >= len(cells):
            return True
        value, _, trouble = cells[index]
        return not trouble and (value is None or (isinstance(value, str) and not value.strip()))

    @staticmethod
    def _label(cells: Sequence[Cell], index: int | None) -> str | None:
        return _label(cells[index].value) if index is not None and index < len(cells) else None


def _label(value: object) -> str | None:
    """ "whole" for a word for a total, "part" for one with a name beside it ("Total PO-1", "PO-1 Total")."""
    if not isinstance(value, str) or len(value) > _LONGEST_LABEL:
        return None
    words = _WORDS.findall(value.casefold())
    text = " ".join(words)
    if text in _TOTALS:
        return "whole"
    parts = {" ".join(words[:count]) for count in (1, 2, 3)} | {
        " ".join(words[-count:]) for count in (1, 2, 3)
    }
    return "part" if parts & _TOTALS else None


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(translate(text.strip()), re.IGNORECASE)


def _text(cell: Cell) -> str:
    return "" if cell.value is None else str(cell.value).strip()[:200]


def rows_said(runs: Iterable[RowsLeftOut], most: int = 5) -> str:
    """Rows as people name them: "5, 9 to 12 and 3 more runs"."""
    told = [f"{run.first}" if run.first == run.last else f"{run.first} to {run.last}" for run in runs]
    more = f" and {len(told) - most} more" if len(told) > most else ""
    return ", ".join(told[:most]) + more
