"""A table of values, written to a workbook or a csv file as it comes, with flat memory.

Codes stay text with their leading zeros, dates are dates, numbers are numbers where a spreadsheet keeps each of their
digits and text otherwise.  No text becomes a formula, whatever it begins with.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Final

from ..errors import InvalidDocument
from .cell_text import cell_text, written_text
from .defusing import defused
from .extent import LAST_ROW
from .numbers import SHOWN_DIGITS, whole
from .whole import whole_file

__all__ = ["NO_GUESSES", "Column", "Value", "write_table"]

Value = str | Decimal | int | date | None
"""What a cell of a table can hold; ``None`` leaves it empty."""

NO_GUESSES: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""The options with which XlsxWriter leaves text as text."""
_FIRST_DAY: Final = date(1900, 3, 1)
"""Before this day spreadsheets disagree on what a number means."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what stands above it, and how many characters wide it is shown."""

    heading: str
    width: int = 14


def write_table(
    path: str | os.PathLike[str], sheet: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]]
) -> int:
    """Write a table to ``path`` (.xlsx, or .csv as UTF-8 with commas), and return how many rows it has.

    The file appears whole or not at all, and replaces an older one.  Raises ``InvalidDocument`` for another suffix, a
    folder that does not exist, and more rows than a sheet can have.
    """
    target = Path(path)
    write: dict[str, Callable[..., int]] = {".xlsx": _to_workbook, ".csv": _to_csv}
    if target.suffix.lower() not in write:
        raise InvalidDocument(
            "a table is written to a workbook (.xlsx) or a csv file (.csv)",
            code="target_suffix",
            hint="let the name end in .xlsx or .csv",
            place=target.name,
        )
    if target.is_dir() or not target.parent.is_dir():
        raise InvalidDocument(
            "the table needs the name of a file in a folder that exists",
            code="target_folder",
            hint="give another path",
            place=target.name,
        )
    with whole_file(target) as file:
        return write[target.suffix.lower()](file, target, sheet, columns, rows)


# --------------------------------------------------------------------------- workbooks


def _to_workbook(
    file: IO[bytes], target: Path, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]]
) -> int:
    import xlsxwriter

    book = xlsxwriter.Workbook(file, {"constant_memory": True, **NO_GUESSES})
    try:
        sheet = book.add_worksheet(title)
        header = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{LAST_ROW}"})
        for index, column in enumerate(columns):
            sheet.write_string(0, index, column.heading, header)
        count = 0
        for count, row in enumerate(rows, start=1):
            if count >= LAST_ROW:
                raise InvalidDocument(
                    f"a sheet has no more than {LAST_ROW:,} rows",
                    code="rows_too_many",
                    hint="write a csv file, or less",
                    place=target.name,
                )
            for index, value in enumerate(row):
                if value is not None:
                    _put(sheet, count, index, value, text, day)
        sheet.autofilter(0, 0, count, len(columns) - 1)
    finally:
        book.close()  # also after an error: its temporary files are given back
    return count


def _put(sheet: Any, row: int, column: int, value: str | Decimal | int | date, text: Any, day: Any) -> None:
    if isinstance(value, Decimal | int) and _survives(Decimal(value)):
        sheet.write_number(row, column, value)
    elif isinstance(value, date) and value >= _FIRST_DAY:
        sheet.write_datetime(row, column, value, day)
    else:
        sheet.write_string(row, column, written_text(_said(value)), text)


def _survives(number: Decimal) -> bool:
    """Whether a spreadsheet, which counts in binary numbers, gives back each digit."""
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    return number.is_finite() and len(digits) <= SHOWN_DIGITS and Decimal(repr(float(number))) == number


def _said(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)


# --------------------------------------------------------------------------- csv files


def _to_csv(
    file: IO[bytes],
    target: Path,  # noqa: ARG001 (one signature for both kinds of file)
    title: str,  # noqa: ARG001
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
) -> int:
    out = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(out)
    writer.writerow([column.heading for column in columns])
    count = 0
    for row in rows:
        writer.writerow([_field(value) for value in row])
        count += 1
    out.detach()
    return count


def _field(value: Value) -> str:
    if isinstance(value, Decimal):
        text = format(whole(value), "f")
        # With three decimals it could be read as grouped by thousands.
        return f"{text}0" if len(text.partition(".")[2]) == 3 else text
    if value is None:
        return ""
    return defused(cell_text(value)) if isinstance(value, str) else _said(value)
