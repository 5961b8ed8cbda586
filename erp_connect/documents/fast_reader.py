"""Workbooks in other formats (.xls, .xlsb, .ods), through a reader that is fast and tells less.

It gives no number formats, and an empty cell in place of one that shows an error; what is hidden it does not tell.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, Final

from ..errors import InvalidDocument
from ..models.references import Place
from .extent import LAST_ROW
from .opening import DAMAGE, check_sizes, damaged
from .package import sheet_named
from .shape import LAST_COLUMN, Merged, Shape, column_letters
from .values import BLANK, Cell

__all__ = ["FastRows", "open_fast"]

MOST_MEMORY: Final = 2 << 30
"""Bytes that the reader's own process may take."""
LONGEST_TIME: Final = 120
"""Seconds that it may take."""
WIDEST: Final = 1_024


@dataclass(slots=True)
class FastRows:
    """One sheet as the reader gave it, kept in a temporary file; close it after use."""

    path: Path
    sheet: str
    shape: Shape
    others: tuple[str, ...]
    _column: int
    _lines: IO[str]
    _files: ExitStack

    @property
    def since_1904(self) -> bool:
        """The reader does not tell; dates it gives as dates."""
        return False

    @property
    def tells_errors(self) -> bool:
        """An empty cell may be one that shows an error."""
        return False

    def on(self, title: str) -> FastRows:
        """Another sheet of the same workbook, which is closed with this one."""
        return _read(self.path, title, self._files)

    def place(self, row: int, column: int | None = None) -> Place:
        """Where a cell, or a whole row, is."""
        cell = f"{column_letters(column)}{row}" if column else f"{row}:{row}"
        return Place(file=self.path.name, sheet=self.sheet, cell=cell)

    def rows(
        self, first: int = 1, last: int | None = None, width: int = WIDEST
    ) -> Iterator[tuple[int, Sequence[Cell]]]:
        """The rows from ``first`` on, each with its number."""
        self._lines.seek(0)
        self._lines.readline()
        before = [BLANK] * min(self._column, width)
        for number, line in enumerate(self._lines, start=1):
            if last is not None and number > last:
                return
            if number < first:
                continue
            values = json.loads(line)
            filled = any(value is not None for value in values)
            yield number, [*before, *map(_cell, values)][:width] if filled else ()

    def close(self) -> None:
        """Delete the temporary file."""
        self._files.close()


def open_fast(path: Path, sheet: str | None) -> FastRows:
    """Open one sheet, the first visible one when ``sheet`` is ``None``; raises ``InvalidDocument``."""
    if find_spec("python_calamine") is None:
        raise InvalidDocument(
            f"this kind of workbook ({path.suffix or 'an old format'}) needs a further package",
            code="document_old_format",
            hint="open it in Excel and save it as .xlsx, or: pip install 'erp-connect[workbooks]'",
            place=path.name,
        )
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as package:
                check_sizes(package.infolist(), path)
        except DAMAGE as error:
            raise damaged(path, "its table of contents cannot be read") from error
    with ExitStack() as files:
        rows = _read(path, sheet or "", files)
        rows._files = files.pop_all()
        return rows


def _read(path: Path, sheet: str, files: ExitStack) -> FastRows:
    lines = files.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n"))  # noqa: SIM115
    program = Path(__file__).with_name("fast_child.py")
    try:
        done = subprocess.run(  # noqa: S603 (our own program; the path is an argument of its own)
            [sys.executable, "-P", str(program), str(path.resolve()), sheet, str(MOST_MEMORY)],
            stdin=subprocess.DEVNULL,
            stdout=lines,
            stderr=subprocess.DEVNULL,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "PYTHONIOENCODING": "utf-8",
            },
            timeout=LONGEST_TIME,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise damaged(path, "reading it takes too long") from None
    lines.seek(0)
    if done.returncode:
        raise damaged(path, "it cannot be read, or only with more memory than any sheet of orders needs")
    head: dict[str, Any] = json.loads(lines.readline())
    names = [name for name, _ in head["sheets"]]
    if head["sheet"] not in names:
        raise sheet_named(head["sheet"], names, path)
    return FastRows(
        path=path,
        sheet=head["sheet"],
        shape=Shape(merged=tuple(_merged(each) for each in head["merged"])),
        others=tuple(name for name, visible in head["sheets"] if visible and name != head["sheet"]),
        _column=min(head["column"], LAST_COLUMN),
        _lines=lines,
        _files=files,
    )


def _merged(corners: Sequence[Sequence[int]]) -> Merged:
    (top, left), (bottom, right) = corners
    return Merged(top + 1, left + 1, min(bottom + 1, LAST_ROW), min(right + 1, LAST_COLUMN))


def _cell(value: Any) -> Cell:
    if value is None:
        return BLANK
    if isinstance(value, dict):
        text = value.get("date")
        if text is None:
            return Cell(value["other"])
        return Cell(datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text))
    return Cell(value)
