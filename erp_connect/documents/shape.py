"""What of a sheet is hidden, which of its cells are merged, and what every reader of sheets can be asked."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Protocol

from ..models.references import Place
from .extent import LAST_ROW
from .values import Cell

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["Merged", "Shape", "SheetRows", "TooManyMerges", "column_letters", "ranges_of", "shape"]

MOST_MERGES: Final = 100_000
"""Merged ranges of one sheet; real ones have some for each page."""
LAST_COLUMN: Final = 16_384
_CHUNK: Final = 1 << 20
_LONGEST_TAG: Final = 1 << 20
_SHEET_DATA: Final = re.compile(rb"<(?:\w+:)?sheetData[\s>/]")
_TAG: Final = re.compile(rb"<(?:\w+:)?(row|col|mergeCell)(\s[^<>]*)>")
_HIDDEN: Final = re.compile(r"""\shidden\s*=\s*["'](?:1|true|on)["']""")
_ATTRIBUTE: Final = re.compile(r"""\s(r|min|max|ref)\s*=\s*["']([^"']*)["']""")
_RANGE: Final = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")


def column_letters(index: int) -> str:
    """The letters of a column: 1 is A, 28 is AB."""
    letters = ""
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class TooManyMerges(ValueError):
    """More merged ranges than any sheet of orders has."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged range; its value stands in the first cell."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Shape:
    """What a person does not see, and what they see as one cell; rows and columns count from 1."""

    hidden_rows: tuple[tuple[int, int], ...] = ()
    """First and last row of each hidden run, in order."""
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[Merged, ...] = ()

    def hides(self, row: int) -> bool:
        """Whether the row is hidden."""
        at = bisect_right(self.hidden_rows, (row, LAST_ROW + 1)) - 1
        return at >= 0 and self.hidden_rows[at][1] >= row


class SheetRows(Protocol):
    """One sheet, however it is stored: its cells row by row, and what is known about them."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def sheet(self) -> str | None:
        """The name of the sheet, where files have sheets."""

    @property
    def shape(self) -> Shape:
        """What is hidden and what is merged."""

    @property
    def since_1904(self) -> bool:
        """Whether the day numbers count from 1904."""

    @property
    def tells_errors(self) -> bool:
        """Whether a cell that shows an error can be told from an empty one, and whether number formats are known."""

    def place(self, row: int, column: int | None = None) -> Place:
        """Where a cell, or a whole row, is."""

    def rows(
        self, first: int = 1, last: int | None = None, width: int = ...
    ) -> Iterator[tuple[int, Sequence[Cell]]]:
        """The rows from ``first`` on, each with its number."""

    def close(self) -> None:
        """Give the file back."""


def ranges_of(rows: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Ascending numbers as runs: 3, 4, 5, 9 is (3, 5), (9, 9)."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and found[-1][1] == row - 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return tuple(found)


class _Collected:
    def __init__(self) -> None:
        self.row = 0
        self.hidden: list[int] = []
        self.columns: set[int] = set()
        self.merged: list[Merged] = []

    def take(self, kind: str, attributes: dict[str, str], *, hidden: bool) -> None:
        if kind == "row":
            number = attributes.get("r", "")
            self.row = int(number) if number.isdecimal() else self.row + 1
            if hidden:
                self.hidden.append(self.row)
        elif kind == "col" and hidden:
            first, last = int(attributes.get("min", 0)), int(attributes.get("max", 0))
            self.columns.update(range(max(first, 1), min(last, LAST_COLUMN) + 1))
        elif kind == "mergeCell" and (found := _RANGE.fullmatch(attributes.get("ref", ""))):
            if len(self.merged) >= MOST_MERGES:
                raise TooManyMerges
            left, top, right, bottom = found.groups()
            self.merged.append(Merged(int(top), _number(left), int(bottom), _number(right)))

    def shape(self) -> Shape:
        return Shape(ranges_of(self.hidden), frozenset(self.columns), tuple(self.merged))


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def shape(stream: IO[bytes]) -> Shape:
    """Look through a sheet's bytes; parses them only where they are not what spreadsheet programs write."""
    found = _Collected()
    rest = stream.read(_CHUNK)
    plain = _SHEET_DATA.search(rest) is not None
    while plain:
        more = stream.read(_CHUNK)
        cut = rest.rfind(b"<")
        if not more or b">" in rest[cut:]:
            cut = len(rest)  # no tag is cut in two
        block, rest = rest[:cut], rest[cut:] + more
        if b"<!" in block or len(rest) > _CHUNK + _LONGEST_TAG:
            break  # a comment or CDATA, which bytes alone do not understand
        for tag in _TAG.finditer(block):
            said = tag.group(2).decode("latin-1")
            attributes = dict(_ATTRIBUTE.findall(said))
            found.take(tag.group(1).decode(), attributes, hidden=_HIDDEN.search(said) is not None)
        if not more:
            return found.shape()
    stream.seek(0)
    return _parsed(stream)


def _parsed(stream: IO[bytes]) -> Shape:
    from lxml import etree

    found = _Collected()
    events: Iterator[tuple[str, Any]] = iter(
        etree.iterparse(
            stream, events=("start", "end"), resolve_entities=False, load_dtd=False, no_network=True
        )
    )
    for event, element in events:
        kind = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if kind in ("row", "col", "mergeCell"):
            if event == "start":
                said = {str(name): str(value) for name, value in element.attrib.items()}
                found.take(kind, said, hidden=said.get("hidden") in ("1", "true", "on"))
            else:
                _forget(element)
    return found.shape()


def _forget(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
