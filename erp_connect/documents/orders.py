"""Rows to orders: which rows belong together, and which orders are whole and right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from ..models.findings import Finding, Severity
from ..models.references import Place
from .fields import Book, Field, fields_of
from .headers import Layout
from .numbers import WrongValue
from .order_sheet import Locates
from .values import Cell, Reading, read

__all__ = ["Gathered", "Gathering", "finding"]

_SHOWN: Final = 80


def finding(
    code: str,
    path: str,
    message: str,
    fix: str | None,
    place: Place,
    *,
    expected: object = None,
    actual: object = None,
    severity: Severity = Severity.ERROR,
) -> Finding:
    """An issue at a cell; ``actual`` is what stands there, cut short."""
    return Finding(
        code=code,
        severity=severity,
        path=path,
        message=message,
        expected=expected,
        actual=_shown(actual),
        fix=fix,
        place=place,
    )


def _shown(value: object) -> str | None:
    if value is None:
        return None
    text = str(value)[: _SHOWN + 1]
    printable = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return printable if len(printable) <= _SHOWN else printable[: _SHOWN - 1] + "…"


@dataclass(slots=True)
class Gathered:
    """The rows of one order, right or wrong."""

    party: str | None
    number: str | None
    stray: bool = False
    """A row whose key cannot be read: it belongs to some order, and nobody knows to which."""
    rows: list[int] = field(default_factory=list)
    header: dict[str, Any] = field(default_factory=dict)
    header_rows: dict[str, int] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    issues: list[Finding] = field(default_factory=list)
    neighbours: list[Gathered] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Customer and PO number, as ``keys.by_customer_po`` writes them; a question mark for what cannot be read."""
        number = self.number or ("?" if self.stray else "")
        return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in (self.party or "?", number))

    @property
    def wrong(self) -> bool:
        """Whether a finding stops the order."""
        return any(issue.severity is Severity.ERROR for issue in self.issues)

    def agrees_with(self, other: Gathered) -> bool:
        """Whether the rows could be of one order: no value of the header differs, no line reference comes twice."""
        if any(self.header[name] != other.header[name] for name in self.header.keys() & other.header.keys()):
            return False
        mine = {line["reference"] for line in self.lines if "reference" in line}
        return not any(line.get("reference") in mine for line in other.lines)


@dataclass(slots=True)
class _Row:
    """One row as read: values by field name, and what is wrong with its cells."""

    number: int
    values: dict[str, Any]
    wrong: list[tuple[Field, int, WrongValue, Cell]]


class Gathering:
    """Takes one row after the other and gathers them into orders."""

    def __init__(
        self, layout: Layout, book: Book, how: Reading, options: Mapping[str, str], locate: Locates
    ) -> None:
        self._columns = [(column.field, column.heading.index - 1) for column in layout.columns]
        self._index = {column.field.name: column.heading.index for column in layout.columns}
        self._how = how
        self._options = options
        self._locate = locate
        self._party, self._number = ("customer", "customer_po") if book == "sales" else ("supplier", "number")
        self._titles = {column.field.name: column.field.title for column in layout.columns}
        self._needed = [known for known in fields_of(book) if known.required and known.of_line]
        self._by_key: dict[tuple[str, str], Gathered] = {}
        self._all: list[Gathered] = []
        self._last: Gathered | None = None
        self._waiting: list[Gathered] = []
        self.filled = 0
        self.blank = 0

    def add(self, number: int, cells: Sequence[Cell]) -> None:
        """Take the next row; a row without content in the known columns is counted as blank."""
        row = self._read(number, cells)
        if row is None:
            self.blank += 1
            return
        self.filled += 1
        order = self._order_of(row)
        self._enter(row, order)
        self._last = order

    def _read(self, number: int, cells: Sequence[Cell]) -> _Row | None:
        row = _Row(number, {}, [])
        width = len(cells)
        how = self._how
        for known, index in self._columns:
            if index >= width:
                continue
            cell = cells[index]
            if cell.value is None and not cell.trouble:
                continue
            try:
                value = read(cell, known.holds, how)
            except WrongValue as wrong:
                row.wrong.append((known, index + 1, wrong, cell))
            else:
                if value is not None:
                    row.values[known.name] = value
        return row if row.values or row.wrong else None

    # ----------------------------------------------------------------------- which order

    def _order_of(self, row: _Row) -> Gathered:
        party = row.values.get(self._party)
        number = row.values.get(self._number)
        unreadable = {known.name for known, *_ in row.wrong} & {self._party, self._number}
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

    def _begin(self, order: Gathered) -> Gathered:
        self._all.append(order)
        return order

    # ----------------------------------------------------------------------- its rows

    def _enter(self, row: _Row, order: Gathered) -> None:
        if order is not self._last and self._last is not None:
            # Rows in doubt are judged by the orders above and below them.
            order.neighbours.append(self._last)
            self._last.neighbours.append(order)
        line: dict[str, Any] = {}
        index = len(order.lines)
        place = self._locate
        for known, column, wrong, cell in row.wrong:
            order.issues.append(
                finding(
                    wrong.code,
                    known.path(index),
                    f"{known.title}: {wrong.message}",
                    wrong.fix,
                    place(row.number, column),
                    expected=wrong.expected,
                    actual=cell.value,
                )
            )
        bad = {known.name for known, *_ in row.wrong}
        if self._party not in row.values and self._party not in bad:
            order.issues.append(self._missing(self._party, self._party, row.number))
        if order.stray and self._number not in row.values and self._number not in bad:
            order.issues.append(self._missing(self._number, self._number, row.number))
        for known in self._needed:
            if known.name not in row.values and known.name not in bad:
                stand_in = self._options.get(known.option or "")
                if stand_in is None:
                    order.issues.append(self._missing(known.name, known.path(index), row.number))
                else:
                    line[known.name[5:]] = stand_in
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
            order.issues.append(
                finding(
                    "header_differs",
                    name,
                    f"{self._titles[name]}: another value than in row {first} of the same order",
                    f"make the rows equal, or give row {row} an order number of its own",
                    self._locate(row, self._index[name]),
                    expected=_shown(known),
                    actual=value,
                )
            )

    def _missing(self, name: str, path: str, row: int) -> Finding:
        title = self._titles[name]
        return finding(
            "missing_value",
            path,
            f"{title} is missing",
            "fill in the cell",
            self._locate(row, self._index[name]),
        )

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

    def finish(self) -> Iterator[Gathered]:
        """All orders in order of first appearance, each with what is known to be wrong with it."""
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
        place = self._locate(first, self._index[self._number])
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
