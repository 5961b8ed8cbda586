"""Read master data, price lists and stock counts from a sheet: a record a row, each wrong cell named."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ..errors import InvalidDocument
from ..models.findings import Finding
from ..models.references import Place
from .csvfile import CsvRows, open_csv
from .dates import DateOrder
from .fast_reader import open_fast
from .gathered import finding, missing_cell, wrong_cell
from .header_rows import LOOKED_AT_ROWS, cell_name
from .headers import HEADER_ROWS, Column, Heading, Layout, fold
from .numbers import DecimalMark, WrongValue
from .opening import FileKind, kind_of_file
from .order_sheet import row_and_column
from .reading_options import check_values, reading_of, with_options
from .record_fields import KEYS, RECORD_FIELDS, RecordKind, words_for
from .row_values import Row, RowReader
from .sender import SenderProfile
from .shape import SheetRows
from .values import Cell
from .workbook import open_workbook

__all__ = ["RecordSheet", "SheetRecord", "read_records"]

MAX_ROWS: Final = 200_000
_ENOUGH: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRecord:
    """A row that can be read whole; ``values`` has what is filled in, by the field's name."""

    row: int
    values: Mapping[str, Any]
    places: Mapping[str, Place] = field(repr=False)
    """Where each filled cell is; under an empty name the row itself."""

    def nearest(self, path: str) -> Place:
        """The cell for a path such as ``customer.address.country``, or the row."""
        for name in reversed(path.replace("[", ".").split(".")):
            if name in self.places:
                return self.places[name]
        return self.places[""]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSheet:
    """A sheet as it was read; a row with an issue is not among the records."""

    path: Path
    kind: RecordKind
    rows: int
    records: tuple[SheetRecord, ...]
    issues: tuple[Finding, ...]
    unknown_columns: tuple[str, ...] = ()


def read_records(
    path: str | os.PathLike[str],
    kind: RecordKind,
    *,
    profile: SenderProfile | str | os.PathLike[str] | None = None,
    date_order: DateOrder | None = None,
    decimal: DecimalMark | None = None,
    serial_dates: bool | None = None,
) -> RecordSheet:
    """Read a workbook's first visible sheet, or a csv file, with a header row; nothing is written anywhere.

    Every cell is checked, and a row with a wrong one is left out and told.  So are rows that contradict each other.
    Texts such as 03/04/2026 and "1.234" are read as the column's other values show, or by ``date_order`` and
    ``decimal``; ``serial_dates`` takes plain numbers for day numbers.  Of a sender's ``profile`` these three count, the
    encoding and the delimiter; what else it says is of sheets of orders.

    A file that cannot be read as a whole is ``InvalidDocument``; a wrong option or profile ``ConfigurationError``.
    """
    file = Path(path)
    sender = with_options(profile, date_order=date_order, decimal=decimal, serial_dates=serial_dates)
    check_values(sender)
    rows = _open(file, kind, sender)
    try:
        layout = _layout(rows, kind)
        reader = RowReader(layout, reading_of(sender, rows))
        found, issues, filled = _records(rows, layout, reader)
    finally:
        rows.close()
    records, doubled = _apart(found, kind)
    return RecordSheet(
        path=file,
        kind=kind,
        rows=filled,
        records=tuple(records),
        issues=(*issues, *doubled),
        unknown_columns=tuple(" ".join(heading.text.split())[:80] for heading in layout.unknown),
    )


def _open(file: Path, kind: RecordKind, sender: SenderProfile) -> SheetRows:
    match kind_of_file(file):
        case FileKind.WORKBOOK:
            return open_workbook(file, None)
        case FileKind.OTHER_WORKBOOK:
            return open_fast(file, None)
        case _:

            def known(rows: CsvRows) -> int:
                return max((len(each) for _, each in _headings(rows, kind)), default=0)

            return open_csv(file, encoding=sender.encoding, delimiter=sender.delimiter, known=known)


def _headings(rows: SheetRows, kind: RecordKind) -> Iterator[tuple[int, dict[str, list[int]]]]:
    """The rows that may be the header row, each with the columns of the fields that it names."""
    words, looked_at = words_for(kind), 0
    for number, cells in rows.rows(last=LOOKED_AT_ROWS):
        named: dict[str, list[int]] = {}
        for index, text in _texts(cells):
            name = words.get(fold(text))
            if name is not None:
                named.setdefault(name, []).append(index)
        looked_at += any(True for _ in _texts(cells))
        if len(named) >= _ENOUGH:
            yield number, named
        if looked_at >= HEADER_ROWS:
            return


def _texts(cells: Sequence[Cell]) -> Iterator[tuple[int, str]]:
    for index, cell in enumerate(cells, start=1):
        if isinstance(cell.value, str) and cell.value.strip():
            yield index, cell.value


def _layout(rows: SheetRows, kind: RecordKind) -> Layout:
    fields = {known.field.name: known.field for known in RECORD_FIELDS[kind]}
    best = max(_headings(rows, kind), key=lambda found: len(found[1]), default=None)
    number, named = best or (0, {})
    missing = [known for name, known in fields.items() if known.required and name not in named]
    if missing:
        titles = ", ".join(known.title for known in missing)
        raise InvalidDocument(
            f"the columns {titles} are missing" if best else "the sheet has no header row",
            code="columns_missing" if best else "header_missing",
            hint="put these names above the columns: " + ", ".join(known.title for known in fields.values()),
            place=rows.path.name,
        )
    doubled = [fields[name].title for name, where in named.items() if len(where) > 1]
    if doubled:
        raise InvalidDocument(
            f"two columns claim one field: {', '.join(doubled)}",
            code="columns_doubled",
            hint="rename or remove the column that is not meant",
            place=rows.path.name,
        )
    used = {where[0]: fields[name] for name, where in named.items()}
    cells = next(cells for at, cells in rows.rows(number, number) if at == number)
    texts = {index: Heading(index, text, cell_name(rows, number, index)) for index, text in _texts(cells)}
    return Layout(
        row=number,
        columns=tuple(Column(texts[index], known) for index, known in used.items()),
        unknown=tuple(heading for index, heading in texts.items() if index not in used),
    )


def _records(
    rows: SheetRows, layout: Layout, reader: RowReader
) -> tuple[list[SheetRecord], list[Finding], int]:
    found: list[SheetRecord] = []
    issues: list[Finding] = []
    waiting: list[Row] = []
    filled = 0
    for number, cells in rows.rows(layout.row + 1, width=layout.width):
        row = reader.read(number, cells)
        if row is None:
            continue
        filled += 1
        if filled > MAX_ROWS:
            raise InvalidDocument(
                f"the sheet has more than {MAX_ROWS:,} rows",
                code="rows_too_many",
                hint="split the file",
                place=rows.path.name,
            )
        if row.open:
            waiting.append(row)  # until the whole column was seen
        else:
            _take(rows, layout, row, found, issues)
    for row in waiting:
        _settle(rows, reader, row)
        _take(rows, layout, row, found, issues)
    found.sort(key=lambda record: record.row)
    issues.sort(key=lambda issue: row_and_column(issue.place))
    return found, issues, filled


def _settle(rows: SheetRows, reader: RowReader, row: Row) -> None:
    """Read what is open in a row by what its columns have proved; the rest is wrong."""
    for unread in row.open:
        try:
            row.values[unread.known.name] = reader.settle(unread, rows.place)
        except WrongValue as left:
            row.wrong.append(unread._replace(wrong=left))
    row.open.clear()


def _take(rows: SheetRows, layout: Layout, row: Row, found: list[SheetRecord], issues: list[Finding]) -> None:
    """A row that was read, as a record; or what is wrong with it."""
    wrong = [
        wrong_cell(known.title, known.name, why, cell, rows.place(row.number, index))
        for known, index, why, cell in row.wrong
    ]
    bad, places = row.unread, {"": rows.place(row.number)}
    for heading, known in ((column.heading, column.field) for column in layout.columns):
        if known.name in row.values:
            places[known.name] = rows.place(row.number, heading.index)
        elif known.required and row.values and known.name not in bad:
            place = rows.place(row.number, heading.index)
            wrong.append(missing_cell(known.title, known.name, place, tells_errors=rows.tells_errors))
    issues += wrong
    if not wrong:
        found.append(SheetRecord(row=row.number, values=row.values, places=places))


def _apart(records: Sequence[SheetRecord], kind: RecordKind) -> tuple[list[SheetRecord], list[Finding]]:
    """The records that contradict no other, and an issue for each of the others."""
    by_key: dict[tuple[Any, ...], list[SheetRecord]] = {}
    for record in records:
        by_key.setdefault(tuple(record.values.get(name) for name in KEYS[kind]), []).append(record)
    issues = []
    for same in by_key.values():
        for record in same if len(same) > 1 else ():
            others = ", ".join(str(other.row) for other in same if other is not record)
            name = KEYS[kind][0]
            issues.append(
                finding(
                    "row_doubled",
                    name,
                    f"the same stands in row {others}, and nobody knows which one holds",
                    "keep one of the rows",
                    record.places[name],
                    actual=record.values[name],
                )
            )
    alone = {id(same[0]) for same in by_key.values() if len(same) == 1}
    return [record for record in records if id(record) in alone], issues
