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
from .csvfile import DELIMITERS, CsvRows, encoding_of
from .dates import DateOrder
from .fast_reader import open_fast
from .gathered import finding
from .headers import HEADER_ROWS, fold
from .numbers import DecimalMark, WrongValue
from .opening import FileKind, kind_of_file
from .record_fields import KEYS, RECORD_FIELDS, RecordField, RecordKind, words_for
from .shape import SheetRows
from .values import Cell, Reading, read
from .workbook import open_workbook

__all__ = ["RecordSheet", "SheetRecord", "read_records"]

MAX_ROWS: Final = 200_000
LOOKED_AT_ROWS: Final = 1_000
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
    date_order: DateOrder | None = None,
    decimal: DecimalMark | None = None,
) -> RecordSheet:
    """Read a workbook's first visible sheet, or a csv file, with a header row; nothing is written anywhere.

    Every cell is checked, and a row with a wrong one is left out and told.  So are rows that contradict each other.
    ``date_order`` and ``decimal`` settle texts such as 03/04/2026 and "1.234".  A file that cannot be read as a whole
    is ``InvalidDocument``.
    """
    file = Path(path)
    rows = _open(file, kind)
    try:
        header, columns, unknown = _header(rows, kind)
        how = Reading(decimal=decimal, date_order=date_order)
        found, issues, filled = _records(rows, header, columns, how)
    finally:
        rows.close()
    records, doubled = _apart(found, kind)
    return RecordSheet(
        path=file,
        kind=kind,
        rows=filled,
        records=tuple(records),
        issues=(*issues, *doubled),
        unknown_columns=unknown,
    )


def _open(file: Path, kind: RecordKind) -> SheetRows:
    match kind_of_file(file):
        case FileKind.WORKBOOK:
            return open_workbook(file, None)
        case FileKind.OTHER_WORKBOOK:
            return open_fast(file, None)
        case _:
            return _csv(file, kind)


def _csv(file: Path, kind: RecordKind) -> CsvRows:
    """The file with the delimiter by which its headings are known best."""
    encoding = encoding_of(file)
    candidates = [CsvRows(file, encoding, delimiter) for delimiter in DELIMITERS]
    return max(candidates, key=lambda rows: max((len(each) for _, each in _headings(rows, kind)), default=0))


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


def _header(rows: SheetRows, kind: RecordKind) -> tuple[int, list[tuple[RecordField, int]], tuple[str, ...]]:
    fields = {known.field.name: known for known in RECORD_FIELDS[kind]}
    best = max(_headings(rows, kind), key=lambda found: len(found[1]), default=None)
    number, named = best or (0, {})
    missing = [known for name, known in fields.items() if known.field.required and name not in named]
    if missing:
        titles = ", ".join(known.field.title for known in missing)
        raise InvalidDocument(
            f"the columns {titles} are missing" if best else "the sheet has no header row",
            code="columns_missing" if best else "header_missing",
            hint="put these names above the columns: "
            + ", ".join(known.field.title for known in RECORD_FIELDS[kind]),
            place=rows.path.name,
        )
    doubled = [fields[name].field.title for name, where in named.items() if len(where) > 1]
    if doubled:
        raise InvalidDocument(
            f"two columns claim one field: {', '.join(doubled)}",
            code="columns_doubled",
            hint="rename or remove the column that is not meant",
            place=rows.path.name,
        )
    columns = [(fields[name], where[0]) for name, where in named.items()]
    used = {index for _, index in columns}
    cells = next(cells for at, cells in rows.rows(number, number) if at == number)
    unknown = tuple(" ".join(text.split())[:80] for index, text in _texts(cells) if index not in used)
    return number, columns, unknown


def _records(
    rows: SheetRows, header: int, columns: Sequence[tuple[RecordField, int]], how: Reading
) -> tuple[list[SheetRecord], list[Finding], int]:
    width = max(index for _, index in columns)
    found: list[SheetRecord] = []
    issues: list[Finding] = []
    filled = 0
    for number, cells in rows.rows(header + 1, width=width):
        record, wrong = _record(rows, number, cells, columns, how)
        if record is None and not wrong:
            continue
        filled += 1
        if filled > MAX_ROWS:
            raise InvalidDocument(
                f"the sheet has more than {MAX_ROWS:,} rows",
                code="rows_too_many",
                hint="split the file",
                place=rows.path.name,
            )
        issues += wrong
        if record is not None and not wrong:
            found.append(record)
    return found, issues, filled


def _record(
    rows: SheetRows,
    number: int,
    cells: Sequence[Cell],
    columns: Sequence[tuple[RecordField, int]],
    how: Reading,
) -> tuple[SheetRecord | None, list[Finding]]:
    values: dict[str, Any] = {}
    places = {"": rows.place(number)}
    wrong: list[Finding] = []
    for known, index in columns:
        name, cell = known.field.name, cells[index - 1] if index <= len(cells) else Cell()
        try:
            value = read(cell, known.field.holds, how)
        except WrongValue as error:
            wrong.append(
                finding(
                    error.code,
                    name,
                    f"{known.field.title}: {error.message}",
                    error.fix,
                    rows.place(number, index),
                    expected=error.expected,
                    actual=cell.value,
                )
            )
            continue
        if value is not None:
            values[name] = value
            places[name] = rows.place(number, index)
    if not values:
        return None, wrong
    bad = {issue.path for issue in wrong}
    for known, index in columns:
        name = known.field.name
        if known.field.required and name not in values and name not in bad:
            message = f"{known.field.title} is missing"
            wrong.append(
                finding("missing_value", name, message, "fill in the cell", rows.place(number, index))
            )
    return SheetRecord(row=number, values=values, places=places), wrong


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
