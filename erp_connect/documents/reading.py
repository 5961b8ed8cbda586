"""Read a sheet of orders: from a file on disk to drafts, each refused order with its cells."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal, overload

from ..errors import ConfigurationError, InvalidDocument
from ..models.codes import UnknownCode
from ..models.currencies import currency_code
from ..models.findings import Finding
from ..models.order import OrderDraft
from ..models.purchase import PurchaseOrderDraft
from ..models.units import unit_code
from .csvfile import DELIMITERS, CsvRows, encoding_of, records
from .dates import DateOrder
from .drafting import Drafting
from .fields import Book, Field, Holds, fields_of
from .headers import HEADER_ROWS, Column, Heading, Layout, examples, recognise, require, suggestions
from .numbers import DecimalMark
from .opening import FileKind, kind_of_file
from .order_sheet import OrderSheet, RefusedOrder, RowCounts, SheetOrder, UnknownColumn, row_and_column
from .orders import Gathering
from .values import Reading
from .workbook import WorkbookRows, column_letters, open_workbook

__all__ = ["MAX_ROWS", "read_orders"]

MAX_ROWS: Final = 200_000
"""Filled rows of one sheet, unless the caller says otherwise."""
LOOKED_AT_ROWS: Final = 1_000
"""Rows, blank ones included, among which the header row must stand."""

Rows = WorkbookRows | CsvRows


@overload
def read_orders(
    path: str | os.PathLike[str],
    *,
    sheet: str | None = None,
    kind: Literal["sales"] = "sales",
    currency: str | None = None,
    unit: str | None = None,
    date_order: DateOrder | None = None,
    decimal: DecimalMark | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    keep_unknown: Literal["order", "line"] | None = None,
    max_rows: int = MAX_ROWS,
) -> OrderSheet[OrderDraft]: ...


@overload
def read_orders(
    path: str | os.PathLike[str],
    *,
    sheet: str | None = None,
    kind: Literal["purchase"],
    currency: str | None = None,
    unit: str | None = None,
    date_order: DateOrder | None = None,
    decimal: DecimalMark | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    keep_unknown: Literal["order", "line"] | None = None,
    max_rows: int = MAX_ROWS,
) -> OrderSheet[PurchaseOrderDraft]: ...


def read_orders(
    path: str | os.PathLike[str],
    *,
    sheet: str | None = None,
    kind: Book = "sales",
    currency: str | None = None,
    unit: str | None = None,
    date_order: DateOrder | None = None,
    decimal: DecimalMark | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    keep_unknown: Literal["order", "line"] | None = None,
    max_rows: int = MAX_ROWS,
) -> OrderSheet[Any]:
    """Read the orders of a workbook (.xlsx, .xlsm) or csv file with a header row; nothing is written anywhere.

    Rows with one customer and PO number are one order, wherever they stand.  Every cell is checked: an order with a
    wrong cell is refused as a whole and listed with all its issues, the other orders are given out.

    ``sheet`` names the sheet (else the first visible one), ``currency`` and ``unit`` stand in for a missing column or
    blank cell, ``date_order`` and ``decimal`` settle texts such as 03/04/2026 and "1.234".  ``encoding`` and
    ``delimiter`` of a csv file are found out.  Columns of unknown meaning are reported; ``keep_unknown`` keeps them as
    ``custom`` values of the order or of the line.

    A file that cannot be read as a whole is ``InvalidDocument``, with a code for each case; a wrong option is
    ``ConfigurationError``.
    """
    file = Path(path)
    options = _options(kind, currency, unit, date_order, decimal)
    is_workbook = kind_of_file(file) is FileKind.WORKBOOK
    status = file.stat()
    rows = open_workbook(file, sheet) if is_workbook else _open_csv(file, sheet, kind, encoding, delimiter)
    try:
        layout = _layout(rows, kind)
        require(layout, kind, frozenset(options), _where(rows))
        read = layout if keep_unknown is None else _keep(layout, keep_unknown, _where(rows))
        gathering = Gathering(
            read, kind, Reading(decimal=decimal, date_order=date_order), options, rows.place
        )
        for number, cells in rows.rows(layout.row + 1, width=read.width):
            gathering.add(number, cells)
            if gathering.filled > max_rows:
                raise InvalidDocument(
                    f"the sheet has more than {max_rows:,} rows with orders",
                    code="rows_too_many",
                    hint="split the file, or give a higher max_rows",
                    place=_where(rows),
                )
    finally:
        rows.close()
    columns = {column.field.name: column.heading.index for column in read.columns}
    orders, refused, issues = _verdicts(gathering, Drafting(kind, columns, options, rows.place))
    return OrderSheet(
        path=file,
        sheet=rows.sheet,
        book=kind,
        orders=tuple(orders),
        refused=tuple(refused),
        issues=tuple(issues),
        rows=RowCounts(
            filled=gathering.filled,
            blank=gathering.blank,
            good=sum(len(order.rows) for order in orders),
            refused=sum(len(order.rows) for order in refused),
        ),
        columns={name: rows.place(layout.row, index) for name, index in columns.items()},
        unknown_columns=tuple(
            UnknownColumn(
                heading=heading.text,
                place=rows.place(layout.row, heading.index),
                suggestions=suggestions(heading, kind),
            )
            for heading in read.unknown
        ),
        layout=layout,
        read_as=(rows.encoding, rows.delimiter) if isinstance(rows, CsvRows) else None,
        unchanged=(status.st_size, status.st_mtime_ns),
    )


def _verdicts(
    gathering: Gathering, drafting: Drafting
) -> tuple[list[SheetOrder[Any]], list[RefusedOrder], list[Finding]]:
    """The good orders, the refused ones, and every issue once, in the order of the rows."""
    orders: list[SheetOrder[Any]] = []
    refused: list[RefusedOrder] = []
    issues: dict[int, Finding] = {}
    for order in gathering.finish():
        draft = drafting.draft(order)
        issues |= {id(issue): issue for issue in order.issues}
        if draft is not None:
            orders.append(
                SheetOrder(key=order.key, draft=draft, rows=tuple(order.rows), places=drafting.places(order))
            )
        else:
            found = sorted(order.issues, key=lambda issue: row_and_column(issue.place))
            refused.append(RefusedOrder(key=order.key, rows=tuple(order.rows), issues=tuple(found)))
        order.lines.clear()  # the draft has them now: two copies of a large sheet are one too many
    return orders, refused, sorted(issues.values(), key=lambda issue: row_and_column(issue.place))


def _options(
    kind: str, currency: str | None, unit: str | None, date_order: str | None, decimal: str | None
) -> dict[str, str]:
    """What stands in for missing columns and blank cells; raises ``ConfigurationError``."""
    allowed = (
        ("kind", kind, ("sales", "purchase")),
        ("date_order", date_order, (None, "dmy", "mdy", "ymd")),
        ("decimal", decimal, (None, ".", ",")),
    )
    for name, given, known in allowed:
        if given not in known:
            raise ConfigurationError(
                f"{name} cannot be {given!r}",
                hint="use one of " + ", ".join(repr(each) for each in known if each),
            )
    options = {}
    for name, given, look_up in (("currency", currency, currency_code), ("unit", unit, unit_code)):
        if given is not None:
            try:
                options[name] = look_up(given)
            except UnknownCode as error:
                raise ConfigurationError(f"the option {name}: {error}") from None
    return options


def _where(rows: Rows) -> str:
    return f"{rows.path.name}, sheet {rows.sheet}" if rows.sheet else rows.path.name


# --------------------------------------------------------------------------- header row


def _candidates(rows: Rows, book: Book) -> Iterator[Layout]:
    looked_at = 0
    for number, cells in rows.rows(last=LOOKED_AT_ROWS):
        headings = [
            Heading(index, cell.value, _cell_name(rows, number, index))
            for index, cell in enumerate(cells, start=1)
            if isinstance(cell.value, str) and cell.value.strip()
        ]
        if headings:
            looked_at += 1
            found = recognise(number, headings, book)
            if found is not None:
                yield found
        if looked_at >= HEADER_ROWS:
            return


def _cell_name(rows: Rows, row: int, index: int) -> str:
    return f"{column_letters(index)}{row}" if isinstance(rows, WorkbookRows) else f"column {index}"


def _best(rows: Rows, book: Book) -> Layout | None:
    """The row that names the most fields; the first of equals."""
    return max(_candidates(rows, book), key=lambda layout: len(layout.columns), default=None)


def _layout(rows: Rows, book: Book) -> Layout:
    found = _best(rows, book)
    if found is not None:
        return found
    filled = next(
        (number for number, cells in rows.rows() if any(cell.value is not None for cell in cells)), None
    )
    if filled is None:
        raise InvalidDocument(
            "the sheet is empty" if rows.sheet else "the file is empty",
            code="document_empty",
            hint="save the orders in it, or name another sheet",
            place=_where(rows),
        )
    needed = [field for field in fields_of(book) if field.required]
    hint = "put the names of the columns above the rows: " + "; ".join(
        f"{field.title} as {examples(field, 1)}" for field in needed
    )
    if isinstance(rows, CsvRows):
        hint += _other_delimiter(rows, book)
    raise InvalidDocument("the sheet has no header row", code="header_missing", hint=hint, place=_where(rows))


def _other_delimiter(rows: CsvRows, book: Book) -> str:
    for other in (*DELIMITERS, "|"):
        if other != rows.delimiter and _best(replace(rows, delimiter=other), book) is not None:
            return f"; or give delimiter={other!r}: with it the file has a header row"
    return ""


def _keep(layout: Layout, where: Literal["order", "line"], place: str) -> Layout:
    """The layout with the unknown columns as fields of their own."""
    prefix = "line.custom." if where == "line" else "custom."
    names: dict[str, Heading] = {}
    for heading in layout.unknown:
        name = " ".join(heading.text.split())
        if name in names:
            raise InvalidDocument(
                f"two columns have one name: {names[name].where} and {heading.where}",
                code="columns_doubled",
                hint="rename one of them, or do not keep unknown columns",
                place=place,
            )
        names[name] = heading
    kept = [
        Column(heading, Field(name=prefix + name, title=name, holds=Holds.ANYTHING))
        for name, heading in names.items()
    ]
    return replace(layout, columns=(*layout.columns, *kept), unknown=())


# --------------------------------------------------------------------------- csv


def _open_csv(
    path: Path, sheet: str | None, book: Book, encoding: str | None, delimiter: str | None
) -> CsvRows:
    if sheet is not None:
        raise InvalidDocument(
            "a csv file has no sheets", code="sheet_unknown", hint="leave out the sheet", place=path.name
        )
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise ConfigurationError("the delimiter must be one character, and no quote or line end")
    if encoding is not None:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise ConfigurationError(
                f"there is no encoding {encoding!r}", hint="use utf-8, utf-16 or cp1252"
            ) from None
    read_as = encoding or encoding_of(path)
    if delimiter is not None:
        return CsvRows(path, read_as, delimiter)
    first = next((record.text for record in records(path, read_as, "\0")), "")
    if first.lower().startswith("sep=") and len(first) == 5:
        return CsvRows(path, read_as, first[4])
    found = [CsvRows(path, read_as, each) for each in DELIMITERS]
    layouts = [(_best(rows, book), rows) for rows in found]
    return max(layouts, key=lambda pair: len(pair[0].columns) if pair[0] else 0)[1]
