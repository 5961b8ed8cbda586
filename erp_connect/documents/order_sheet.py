"""What reading a sheet of orders gives: the good orders, the refused ones, and every issue with its cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from ..models.findings import Finding
from ..models.order import OrderDraft
from ..models.purchase import PurchaseOrderDraft
from ..models.references import Place
from .fields import Book
from .headers import Layout

if TYPE_CHECKING:
    from .left_out import RowsLeftOut
    from .matches import ColumnMatch
    from .sender import SenderProfile

__all__ = [
    "OrderSheet",
    "Places",
    "RefusedOrder",
    "RowCounts",
    "SheetOrder",
    "UnknownColumn",
    "row_and_column",
]

D_co = TypeVar("D_co", bound=OrderDraft | PurchaseOrderDraft, covariant=True)


class Locates(Protocol):
    """Whatever can name the place of a cell."""

    def __call__(self, row: int, column: int | None = None) -> Place: ...


_CELL: Final = re.compile(r"([A-Z]*)(\d+)")


def row_and_column(place: Place | None) -> tuple[int, int]:
    """The numbers of a place's row and column; zero for what it does not name."""
    if place is None:
        return 0, 0
    found = _CELL.match(place.cell or "")
    if found is None:
        return place.line or 0, place.column or 0
    column = 0
    for letter in found.group(1):
        column = column * 26 + ord(letter) - 64
    return int(found.group(2)), column


_LINE: Final = re.compile(r"^lines?[\[.](\d+)\]?\.?")


class Places(Mapping[str, Place]):
    """Where each value of an order was read: ``places["lines[0].quantity"]``.

    Made when asked for, so that a sheet of 50,000 rows does not carry half a million places around.
    """

    __slots__ = ("_columns", "_headers", "_locate", "_rows")

    def __init__(
        self, locate: Locates, columns: Mapping[str, int], rows: tuple[int, ...], headers: Mapping[str, int]
    ) -> None:
        self._locate = locate
        self._columns = columns
        self._rows = rows
        self._headers = headers

    def cell(self, path: str) -> tuple[int, int] | None:
        """Row and column of the value at exactly this path."""
        found = _LINE.match(path)
        if found is None:
            column = self._columns.get(path)
            return None if column is None else (self._headers.get(path, self._rows[0]), column)
        index = int(found.group(1))
        column = self._columns.get("line." + path[found.end() :])
        return None if column is None or index >= len(self._rows) else (self._rows[index], column)

    def nearest(self, path: str) -> tuple[int, int | None]:
        """Row and column for a path of any precision; ``None`` for the column where only the row is known.

        Takes the paths of findings ("lines[0].quantity", "lines[0].price.amount", "ship_to") and those of capabilities
        ("order.customer_po"), and ends at the order's first row.
        """
        bare = path.removeprefix("purchase_order.").removeprefix("order.")
        for name in _shorter(bare):
            found = self.cell(_AS_READ.get(name, name))
            if found is None and name == bare:
                found = self._first_part(name)
            if found is not None:
                return found
        line = _LINE.match(bare)
        index = int(line.group(1)) if line else 0
        return (self._rows[index] if index < len(self._rows) else self._rows[0]), None

    def of_rows(self, rows: tuple[int, ...]) -> Places:
        """The same places for lines that stand in these rows, in this order."""
        return Places(self._locate, self._columns, rows, self._headers)

    def _first_part(self, name: str) -> tuple[int, int] | None:
        """The first column of a value that is read from several, such as an address."""
        parts = [column for path, column in self._columns.items() if path.startswith(name + ".")]
        return (self._rows[0], min(parts)) if parts else None

    def __getitem__(self, path: str) -> Place:
        found = self.cell(path)
        if found is None:
            raise KeyError(path)
        return self._locate(*found)

    def __iter__(self) -> Iterator[str]:
        lines = [name[5:] for name in self._columns if name.startswith("line.")]
        yield from (name for name in self._columns if not name.startswith("line."))
        for index in range(len(self._rows)):
            yield from (f"lines[{index}].{name}" for name in lines)

    def __len__(self) -> int:
        lines = sum(name.startswith("line.") for name in self._columns)
        return len(self._columns) - lines + lines * len(self._rows)


_AS_READ: Final = {
    "requested": "lines[0].requested",
    "warehouse": "lines[0].warehouse",
    "ship_to.lines": "ship_to.street",
    "ship_to.lines[0]": "ship_to.street",
    "ship_to.lines[1]": "ship_to.street2",
    "references": "number",
}
"""Where a field of the draft was read, if it has another name there."""


def _shorter(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetOrder(Generic[D_co]):
    """An order that can be written.

    ``key`` is the same whenever the same customer and PO number are read: with it a second import of the file writes
    only what is missing.
    """

    key: str
    draft: D_co
    rows: tuple[int, ...]
    places: Places


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedOrder:
    """An order with at least one wrong row; nothing of it is given out, so that it is written whole or not at all."""

    key: str
    rows: tuple[int, ...]
    issues: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCounts:
    """How many rows stand below the header row: with orders and blank, in good orders and in refused ones, left out."""

    filled: int
    blank: int
    good: int
    refused: int
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownColumn:
    """A column that was not read; ``suggestions`` are the fields whose names come nearest."""

    heading: str
    place: Place
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSheet(Generic[D_co]):
    """A sheet of orders as it was read."""

    path: Path
    sheet: str | None
    book: Book
    orders: tuple[SheetOrder[D_co], ...]
    refused: tuple[RefusedOrder, ...]
    issues: tuple[Finding, ...]
    """All errors and warnings, in the order of the rows."""
    rows: RowCounts
    columns: Mapping[str, Place]
    """Field to the place of its heading."""
    unknown_columns: tuple[UnknownColumn, ...]
    layout: Layout = field(repr=False)
    read_as: tuple[str, str] | None = None
    """Encoding and delimiter of a csv file."""
    unchanged: tuple[int, int] = field(default=(0, 0), repr=False)
    """Size and time of the file when it was read; a checked copy is only made of the same file."""
    matches: tuple[ColumnMatch, ...] = ()
    """The columns that were read, with the reasons why each holds what it holds."""
    left_out: tuple[RowsLeftOut, ...] = ()
    """The rows that were not read as lines (totals, repeated headings, hidden rows), each run with its reason."""
    other_sheets: tuple[str, ...] = ()
    """Further visible sheets that have the columns of orders, and were not read."""
    profile: SenderProfile | None = field(default=None, repr=False)
    """How the sheet was read, to be saved for the sender's next one."""

    def order(self, key: str) -> SheetOrder[D_co]:
        """The good order with this key; ``KeyError`` when there is none."""
        for order in self.orders:
            if order.key == key:
                return order
        raise KeyError(key)
