"""What a person should know about a sheet as a whole: what is hidden in it, and what its kind of file does not tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..models.findings import Finding, Severity
from .gathered import finding
from .headers import Layout
from .left_out import RowsLeftOut
from .row_values import RowReader
from .sender import SenderProfile
from .shape import SheetRows

__all__ = ["hidden_things", "unsaid_things"]


def hidden_things(
    layout: Layout,
    sender: SenderProfile,
    rows: SheetRows,
    left_out: Iterable[RowsLeftOut],
    read_hidden: set[str],
) -> Iterator[Finding]:
    """What a person should know about hidden rows and columns, unless they have said what becomes of them."""
    if sender.hidden is not None:
        return
    for run in left_out:
        if run.reason == "hidden":
            said = f"row {run.first} is" if run.first == run.last else f"rows {run.first} to {run.last} are"
            yield finding(
                "rows_hidden",
                "",
                f"{said} hidden in the sheet, and not read",
                'show them and read the file again, or give the option hidden="read"',
                run.place,
                severity=Severity.WARNING,
            )
    for column in layout.columns:
        if column.field.name in read_hidden:
            yield finding(
                "column_hidden",
                column.field.name,
                f"{column.field.title} is read from a column that is hidden in the sheet",
                'show the column and look at it; with the option hidden="skip" it is not read',
                rows.place(layout.row, column.heading.index),
                severity=Severity.WARNING,
            )


def unsaid_things(reader: RowReader, layout: Layout, rows: SheetRows, filled: int) -> Iterator[Finding]:
    """What a file of this kind cannot tell about cells that were read all the same."""
    if rows.tells_errors:
        return
    for column in layout.columns:
        field, index = column.field, column.heading.index
        empty, numbers = reader.empty.get(field.name, []), reader.numbers.get(field.name, [])
        if empty and len(empty) < filled and not field.required:
            yield finding(
                "empty_or_error",
                field.name,
                f"{field.title}: {len(empty)} cells are empty or show an error; this kind of file does not tell which",
                "look at the column; saved as .xlsx, the file tells",
                rows.place(empty[0], index),
                severity=Severity.WARNING,
            )
        if numbers:
            yield finding(
                "zeros_unknown",
                field.name,
                f"{field.title}: {len(numbers)} cells hold numbers; this kind of file does not tell leading zeros",
                "look at the column; saved as .xlsx, the file tells",
                rows.place(numbers[0], index),
                severity=Severity.WARNING,
            )
