"""Rows to orders: which rows belong together, and which orders are whole and right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..models.findings import Finding, Severity
from .fields import Book, fields_of
from .gathered import Gathered, finding, missing_cell, shown, wrong_cell
from .numbers import WrongValue
from .order_sheet import Locates
from .row_values import Row, RowReader, Unread
from .values import Cell

__all__ = ["Gathering"]


@dataclass(frozen=True, slots=True)
class _Open:
    """A cell that could be read in two ways, and where its value belongs."""

    order: Gathered
    line: int
    row: int
    unread: Unread


class Gathering:
    """Takes one row after the other and gathers them into orders.

    ``constants`` says by field what holds where the sheet says nothing; ``tells_errors`` whether the file tells an
    empty cell from one that shows an error.
    """

    def __init__(
        self,
        reader: RowReader,
        book: Book,
        columns: Mapping[str, int],
        constants: Mapping[str, Any],
        locate: Locates,
        *,
        tells_errors: bool = True,
    ) -> None:
        self._reader = reader
        self._index = columns
        self._constants = constants
        self._locate = locate
        self._tells_errors = tells_errors
        self._party, self._number = ("customer", "customer_po") if book == "sales" else ("supplier", "number")
        known = fields_of(book)
        self._titles = {field.name: field.title for field in known}
        self._needed = [field for field in known if field.required and field.of_line]
        self._of_line = {name: value for name, value in constants.items() if name.startswith("line.")}
        self._of_order = {
            name: value
            for name, value in constants.items()
            if name not in (self._party, self._number) and not name.startswith("line.")
        }
        self._by_key: dict[tuple[str, str], Gathered] = {}
        self._all: list[Gathered] = []
        self._last: Gathered | None = None
        self._open: list[_Open] = []
        self.filled = 0
        self.blank = 0
        self.unseen: list[int] = []
        """Hidden rows that were not taken, once ``finish`` has run."""

    def add(self, number: int, cells: Sequence[Cell], *, hidden: bool = False) -> None:
        """Take the next row; a row without content in the known columns is counted as blank."""
        row = self._reader.read(number, cells)
        if row is None:
            self.blank += 1
            return
        self.filled += 1
        order = self._order_of(row)
        if hidden:
            order.hidden.append(number)
        self._enter(row, order)
        self._last = order

    # ----------------------------------------------------------------------- which order

    def _order_of(self, row: Row) -> Gathered:
        unreadable = {known.name for known, *_ in row.wrong} & {self._party, self._number}
        party = row.values.get(self._party, self._stand_in(self._party))
        number = row.values.get(self._number, self._stand_in(self._number))
        last = self._last
        if party is not None and number is not None:
            order = self._by_key.get((party, number))
            if order is None:
                order = self._by_key[party, number] = self._begin(Gathered(party, number))
            return order
        if party is None or unreadable:
            return self._begin(Gathered(party, number, stray=True))
        if last is not None and not last.stray and last.party == party and last.number is None:
            return last  # a run of rows without a PO number
        return self._begin(Gathered(party, None))

    def _stand_in(self, name: str) -> Any:
        """What the key is where it has no column; a blank cell in a column of keys stays blank."""
        return None if name in self._index else self._constants.get(name)

    def _begin(self, order: Gathered) -> Gathered:
        self._all.append(order)
        return order

    # ----------------------------------------------------------------------- its rows

    def _enter(self, row: Row, order: Gathered) -> None:
        if order is not self._last and self._last is not None:
            # Rows in doubt are judged by the orders above and below them.
            order.neighbours.append(self._last)
            self._last.neighbours.append(order)
        line: dict[str, Any] = {}
        index = len(order.lines)
        place = self._locate
        for known, column, wrong, cell in row.wrong:
            at = place(row.number, column)
            order.issues.append(wrong_cell(known.title, known.path(index), wrong, cell, at))
        self._open += [_Open(order, index, row.number, unread) for unread in row.open]
        bad = row.unread
        if order.party is None and self._party not in bad:
            order.issues.append(self._missing(self._party, self._party, row.number))
        if order.stray and self._number not in row.values and self._number not in bad:
            order.issues.append(self._missing(self._number, self._number, row.number))
        for known in self._needed:
            if known.name not in row.values and known.name not in bad and known.name not in self._constants:
                order.issues.append(self._missing(known.name, known.path(index), row.number))
        for name, value in self._of_line.items():
            if name not in bad:
                line[name[5:]] = value
        for name, value in row.values.items():
            if name.startswith("line."):
                line[name[5:]] = value
            elif name == "notes":
                order.notes[value] = None
            else:
                self._header(order, name, value, row.number)
        self._doubtful_discount(order, line, index, row.number)
        order.rows.append(row.number)
        order.lines.append(line)

    def _header(self, order: Gathered, name: str, value: object, row: int) -> None:
        known = order.header.get(name)
        if known is None:
            order.header[name] = value
            order.header_rows[name] = row
        elif known != value:
            first = order.header_rows[name]
            title = self._titles.get(name) or name.partition("custom.")[2]
            if row < first:  # a cell above was open until now
                order.header[name], order.header_rows[name] = value, row
                known, value, first, row = value, known, row, first
            order.issues.append(
                finding(
                    "header_differs",
                    name,
                    f"{title}: another value than in row {first} of the same order",
                    f"make the rows equal, or give row {row} an order number of its own",
                    self._locate(row, self._index[name]),
                    expected=shown(known),
                    actual=value,
                )
            )

    def _missing(self, name: str, path: str, row: int) -> Finding:
        place = self._locate(row, self._index.get(name))
        return missing_cell(self._titles[name], path, place, tells_errors=self._tells_errors)

    def _doubtful_discount(self, order: Gathered, line: dict[str, Any], index: int, row: int) -> None:
        discount = line.get("discount")
        if discount is not None and 0 < discount < Decimal("0.5"):
            order.issues.append(
                finding(
                    "small_discount",
                    f"lines[{index}].discount",
                    "the discount is less than half a percent",
                    "if 0.05 means 5 %, format the cell as a percentage or type 5",
                    self._locate(row, self._index["line.discount"]),
                    actual=discount,
                    severity=Severity.WARNING,
                )
            )

    # ----------------------------------------------------------------------- the end

    def _settle(self) -> None:
        """Read the cells that were open by what their columns have proved; the others are issues."""
        for each in self._open:
            order, (known, column, _, cell) = each.order, each.unread
            try:
                value = self._reader.settle(each.unread, self._locate)
            except WrongValue as left:
                place = self._locate(each.row, column)
                order.issues.append(wrong_cell(known.title, known.path(each.line), left, cell, place))
                continue
            if known.of_line:
                order.lines[each.line][known.name[5:]] = value
                if known.name == "line.discount":
                    self._doubtful_discount(order, order.lines[each.line], each.line, each.row)
            else:
                self._header(order, known.name, value, each.row)
        self._open.clear()

    def _judge_hidden(self) -> None:
        """Hidden orders are not taken; an order that a person sees in part is a question to them."""
        for order in self._all:
            if not order.hidden or len(order.hidden) == len(order.rows):
                self.unseen += order.hidden
                continue
            order.issues += [
                finding(
                    "row_hidden",
                    "",
                    "the row is hidden, and other rows of its order are not",
                    'show or delete the row, or give the option hidden="read" or hidden="skip"',
                    self._locate(row),
                )
                for row in order.hidden
            ]
        if self.unseen:
            self._all = [order for order in self._all if len(order.hidden) < len(order.rows)]
            self._by_key = {
                key: order for key, order in self._by_key.items() if len(order.hidden) < len(order.rows)
            }
            gone = set(self.unseen)
            for order in self._all:
                order.neighbours = [other for other in order.neighbours if not gone.issuperset(other.rows)]
            self.filled -= len(gone)

    def finish(self) -> Iterator[Gathered]:
        """All orders in order of first appearance, each with what is known to be wrong with it."""
        self._settle()
        self._judge_hidden()
        for order in self._all:
            for name, value in self._of_order.items():
                if name == "notes":
                    order.notes.setdefault(value, None)
                elif not any(issue.path == name for issue in order.issues):
                    order.header.setdefault(name, value)
        of_party: dict[str, int] = {}
        for order in self._all:
            if order.party is not None:
                of_party[order.party] = of_party.get(order.party, 0) + 1
        for order in self._all:
            if not order.stray and order.number is None:
                self._without_number(order, alone=of_party[order.party or ""] == 1)
        of_number: dict[str, list[Gathered]] = {}
        for (_, number), order in self._by_key.items():
            of_number.setdefault(number, []).append(order)
        for order in self._all:
            if order.stray or (order.number is None and order.wrong):
                self._doubt(order, of_number.get(order.number or "", []))
        yield from self._all

    def _without_number(self, order: Gathered, *, alone: bool) -> None:
        first, last = order.rows[0], order.rows[-1]
        title = self._titles[self._number]
        place = self._locate(first, self._index.get(self._number))
        if alone:
            order.issues.append(
                finding(
                    "no_number",
                    self._number,
                    f"{title} is missing: the party's next order without one cannot be told from this one",
                    "fill in a number if there is one",
                    place,
                    severity=Severity.WARNING,
                )
            )
            return
        rows = f"row {first}" if first == last else f"rows {first} to {last}"
        order.issues.append(
            finding(
                "key_missing",
                self._number,
                f"{title} is missing in {rows}, and there are more orders of the same party",
                "fill in the number: it tells the orders apart, also when the file is read again",
                place,
            )
        )

    def _doubt(self, order: Gathered, same_number: Sequence[Gathered]) -> None:
        """Refuse the orders that rows without a sound key may belong to: half an order is worse than none."""
        if order.party is None and order.number is not None:
            suspects = list(same_number)
        elif order.party is None:
            suspects = [other for other in order.neighbours if other.rows[0] < order.rows[0]]
        else:
            suspects = [other for other in order.neighbours if other.party == order.party]
        keys = [issue for issue in order.issues if issue.path in (self._party, self._number)]
        for other in {id(suspect): suspect for suspect in suspects}.values():
            if not other.stray and other.number is not None and other.agrees_with(order):
                other.issues.extend(keys)
