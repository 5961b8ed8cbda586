"""The cells of one sheet of a workbook, row by row, with flat memory."""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..models.references import Place
from .extent import LAST_ROW, RowsOutOfOrder, extent
from .opening import DAMAGE, damaged, open_package
from .package import Contents, SheetPart, contents
from .shape import Shape, TooManyMerges, column_letters, shape
from .values import BLANK, Cell

if TYPE_CHECKING:
    import zipfile

    from openpyxl.workbook import Workbook as OpenWorkbook

__all__ = ["WorkbookRows", "open_workbook"]

WIDEST: Final = 1_024
"""Columns that are looked at for headings."""
_BLOCK: Final = 200
_HIDDEN: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_WARNINGS: Final = threading.Lock()


@contextmanager
def _without_warnings() -> Iterator[None]:
    """The parser warns of what it leaves out; nothing that we read is among it, and error cells are found anyway."""
    with _WARNINGS, warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="openpyxl")
        yield


@dataclass(slots=True)
class _Books:
    """The workbook as its values, and, once somebody needs them, as its formulas."""

    path: Path
    files: ExitStack
    package: zipfile.ZipFile
    contents: Contents
    values: OpenWorkbook
    formulas: OpenWorkbook | None = None

    def with_formulas(self) -> OpenWorkbook:
        if self.formulas is None:
            self.formulas = _load(self.path, self.files, data_only=False)
        return self.formulas


@dataclass(slots=True)
class WorkbookRows:
    """One sheet of an open workbook; close it after use."""

    path: Path
    part: SheetPart
    shape: Shape
    last_row: int
    doubtful: bool
    """Whether a formula may have no result in the file."""
    _books: _Books

    @property
    def others(self) -> tuple[str, ...]:
        """The names of the other sheets that a person sees, in their order."""
        return tuple(
            sheet.title for sheet in self._books.contents.sheets if sheet.visible and sheet != self.part
        )

    @property
    def since_1904(self) -> bool:
        """Whether the day numbers count from 1904."""
        return self._books.values.epoch.year == 1904

    @property
    def tells_errors(self) -> bool:
        """Errors and number formats are in the file."""
        return True

    def on(self, title: str) -> WorkbookRows:
        """Another sheet of the same workbook, which is closed with this one."""
        return _on(self._books, self._books.contents.sheet(title, self.path))

    @property
    def sheet(self) -> str | None:
        """The name of the sheet."""
        return self.part.title

    def place(self, row: int, column: int | None = None) -> Place:
        """Where a cell, or a whole row, is."""
        cell = f"{column_letters(column)}{row}" if column else f"{row}:{row}"
        return Place(file=self.path.name, sheet=self.part.title, cell=cell)

    def rows(
        self, first: int = 1, last: int | None = None, width: int = WIDEST
    ) -> Iterator[tuple[int, Sequence[Cell]]]:
        """The rows from ``first`` to the last filled one, each with its number; ``InvalidDocument`` when damaged."""
        last = min(last or LAST_ROW, self.last_row)
        if last < first:
            return
        values = self._cells(self._books.values, first, last, width)
        if not self.doubtful:
            for number, row in enumerate(values, start=first):
                yield number, row and self._read(number, map(_cell, row))
            return
        formulas = self._cells(self._books.with_formulas(), first, last, width)
        for number, (row, said) in enumerate(zip(values, formulas, strict=True), start=first):
            if row:
                yield number, self._read(number, map(self._calculated, row, said))
            else:  # no value at all: what formulas there are have no result
                yield (
                    number,
                    said and [Cell(trouble="formula") if c.data_type == "f" else BLANK for c in said],
                )

    def _read(self, number: int, cells: Iterable[Cell]) -> Sequence[Cell]:
        try:
            return list(cells)
        except DAMAGE as error:
            raise damaged(
                self.path, f'row {number} of the sheet "{self.part.title}" cannot be read'
            ) from error

    def _calculated(self, value: Any, said: Any) -> Cell:
        if said.data_type == "f" and (
            value.value in (None, "") or (self._books.contents.recalculate and value.value == 0)
        ):
            return Cell(trouble="formula")
        return _cell(value)

    def _cells(self, book: OpenWorkbook, first: int, last: int, width: int) -> Iterator[Sequence[Any]]:
        rows = iter(book[self.part.title].iter_rows(min_row=first, max_row=last, min_col=1, max_col=width))
        try:
            while True:
                with _without_warnings():
                    block = list(islice(rows, _BLOCK))
                if not block:
                    return
                for row in block:
                    yield row if any(cell.value is not None or cell.data_type == "f" for cell in row) else ()
        except DAMAGE as error:
            raise damaged(self.path, f'the sheet "{self.part.title}" cannot be read to its end') from error

    def close(self) -> None:
        """Give the file back."""
        self._books.files.close()


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return BLANK
    if cell.data_type == "e":
        return Cell(value, trouble="error")
    if isinstance(value, str):
        return Cell(_HIDDEN.sub(_shown, value) if "_x" in value else value)
    return Cell(value, cell.number_format or "General")


def _shown(escaped: re.Match[str]) -> str:
    """Workbooks write characters that XML forbids as _x0007_."""
    return chr(int(escaped.group(1), 16))


def open_workbook(path: Path, sheet: str | None) -> WorkbookRows:
    """Open one sheet, the first visible one when ``sheet`` is ``None``; raises ``InvalidDocument``."""
    with ExitStack() as files:
        package = files.enter_context(open_package(path))
        found = contents(package, path)
        part = found.sheet(sheet, path)
        books = _Books(path, files, package, found, _load(path, files, data_only=True))
        rows = _on(books, part)
        books.files = files.pop_all()
        return rows


def _on(books: _Books, part: SheetPart) -> WorkbookRows:
    path = books.path
    try:
        with books.package.open(part.part) as stream:
            filled = extent(stream)
        with books.package.open(part.part) as stream:
            seen = shape(stream)
    except RowsOutOfOrder:
        raise damaged(path, "its rows are out of order") from None
    except TooManyMerges:
        raise damaged(path, "it has more merged cells than any sheet of orders") from None
    except DAMAGE as error:
        raise damaged(path, "the sheet cannot be unpacked") from error
    doubtful = filled.uncalculated or (filled.formulas and books.contents.recalculate)
    return WorkbookRows(path, part, seen, filled.last_row, doubtful, books)


def _load(path: Path, files: ExitStack, *, data_only: bool) -> OpenWorkbook:
    from openpyxl import load_workbook

    file = files.enter_context(path.open("rb"))  # openpyxl would judge a path by its suffix
    try:
        with _without_warnings():
            book = load_workbook(file, read_only=True, data_only=data_only, keep_links=False)
    except DAMAGE as error:
        raise damaged(path, "a part that every workbook needs cannot be read") from error
    files.callback(book.close)
    return book
