"""Read a sheet of orders: from a file on disk to drafts, each refused order with its cells."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal, overload

from ..errors import InvalidDocument
from ..models.findings import Finding
from ..models.order import OrderDraft
from ..models.purchase import PurchaseOrderDraft
from .csvfile import CsvRows, open_csv
from .dates import DateOrder
from .drafting import Drafting
from .fast_reader import FastRows, open_fast
from .fields import Book, Field, Holds
from .header_rows import best, layout_of, settled, where
from .headers import Column, Heading, Layout, missing, require, suggestions
from .left_out import LeavingOut
from .matches import matches, profile_of
from .numbers import DecimalMark
from .opening import FileKind, kind_of_file
from .order_sheet import OrderSheet, RefusedOrder, RowCounts, SheetOrder, UnknownColumn, row_and_column
from .orders import Gathering
from .reading_options import check_options, constants_of, reading_of, with_options
from .row_values import MergedDown, RowReader
from .sender import HiddenCells, SenderProfile
from .shape import SheetRows
from .sheet_notes import hidden_things, unsaid_things
from .workbook import WorkbookRows, open_workbook

__all__ = ["MAX_ROWS", "read_orders"]

MAX_ROWS: Final = 200_000
"""Filled rows of one sheet, unless the caller says otherwise."""
OpenFile = WorkbookRows | FastRows | CsvRows
MAX_SHEETS: Final = 50
"""Sheets that are looked at for the columns of orders."""


@overload
def read_orders(
    path: str | os.PathLike[str],
    *,
    sheet: str | None = None,
    kind: Literal["sales"] = "sales",
    profile: SenderProfile | str | os.PathLike[str] | None = None,
    currency: str | None = None,
    unit: str | None = None,
    date_order: DateOrder | None = None,
    decimal: DecimalMark | None = None,
    serial_dates: bool | None = None,
    hidden: HiddenCells | None = None,
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
    profile: SenderProfile | str | os.PathLike[str] | None = None,
    currency: str | None = None,
    unit: str | None = None,
    date_order: DateOrder | None = None,
    decimal: DecimalMark | None = None,
    serial_dates: bool | None = None,
    hidden: HiddenCells | None = None,
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
    profile: SenderProfile | str | os.PathLike[str] | None = None,
    currency: str | None = None,
    unit: str | None = None,
    date_order: DateOrder | None = None,
    decimal: DecimalMark | None = None,
    serial_dates: bool | None = None,
    hidden: HiddenCells | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    keep_unknown: Literal["order", "line"] | None = None,
    max_rows: int = MAX_ROWS,
) -> OrderSheet[Any]:
    """Read the orders of a workbook (.xlsx, .xlsm) or csv file with a header row; nothing is written anywhere.

    Rows with one customer and PO number are one order, wherever they stand.  Every cell is checked: an order with a
    wrong cell is refused as a whole and listed with all its issues, the other orders are given out.

    ``sheet`` names the sheet (else the first visible one with the columns of orders), ``currency`` and ``unit`` stand
    in for a missing column or blank cell.  A text such as 03/04/2026 or "1.234" is read as the column's other values
    show, or by ``date_order`` and ``decimal``; ``serial_dates`` takes plain numbers for day numbers.  Rows with totals
    are left out.  Hidden rows are left out and told, hidden columns are read and told; with ``hidden`` "read" or
    "skip" both are.  ``profile`` is what is known about the sender's sheets, or the file that says it; options given
    here count more.  ``encoding`` and ``delimiter`` of a csv file are found out.  Columns of unknown meaning are
    reported; ``keep_unknown`` keeps them as ``custom`` values of the order or of the line.

    A file that cannot be read as a whole is ``InvalidDocument``, with a code for each case; a wrong option or profile
    is ``ConfigurationError``.
    """
    file = Path(path)
    sender = with_options(
        profile,
        sheet=sheet,
        date_order=date_order,
        decimal=decimal,
        serial_dates=serial_dates,
        hidden=hidden,
        encoding=encoding,
        delimiter=delimiter,
        keep_unknown=keep_unknown,
    )
    check_options(kind, sender)
    constants = constants_of(kind, sender, currency, unit)
    opened = _open(file, kind, sender)
    status = file.stat()
    try:
        rows, others = _chosen(opened, kind, sender, constants)
        layout = settled(layout_of(rows, kind, sender), rows, sender)
        require(layout, kind, frozenset(constants), where(rows))
        read_as = layout if sender.keep_unknown is None else _keep(layout, sender.keep_unknown, where(rows))
        columns = {column.field.name: column.heading.index for column in read_as.columns}
        reader = RowReader(
            read_as, reading_of(sender, rows), sender.fill_down, tells_errors=rows.tells_errors
        )
        gathering = Gathering(reader, kind, columns, constants, rows.place, tells_errors=rows.tells_errors)
        leaving_out = LeavingOut(read_as, kind, sender)
        _gather(rows, read_as, sender, leaving_out, gathering, max_rows)
        orders, refused, issues = _verdicts(gathering, Drafting(kind, columns, rows.place))
        for row in gathering.unseen:
            leaving_out.remember("hidden", row)
        left_out = leaving_out.found(rows.place)
        issues += hidden_things(read_as, sender, rows, left_out, reader.read_hidden)
        issues += unsaid_things(reader, read_as, rows, gathering.filled)
    finally:
        opened.close()
    return OrderSheet(
        path=file,
        sheet=rows.sheet,
        book=kind,
        orders=tuple(orders),
        refused=tuple(refused),
        issues=tuple(sorted(issues, key=lambda issue: row_and_column(issue.place))),
        rows=RowCounts(
            filled=gathering.filled,
            blank=gathering.blank,
            good=sum(len(order.rows) for order in orders),
            refused=sum(len(order.rows) for order in refused),
            left_out=sum(run.last - run.first + 1 for run in left_out),
        ),
        columns={name: rows.place(layout.row, index) for name, index in columns.items()},
        unknown_columns=tuple(
            UnknownColumn(
                heading=heading.whole if heading.over else heading.text,
                place=rows.place(layout.row, heading.index),
                suggestions=suggestions(heading, kind),
            )
            for heading in read_as.unknown
        ),
        layout=layout,
        read_as=(rows.encoding, rows.delimiter) if isinstance(rows, CsvRows) else None,
        unchanged=(status.st_size, status.st_mtime_ns),
        matches=matches(read_as, sender, reader.evidence, rows.place),
        left_out=left_out,
        other_sheets=others,
        profile=profile_of(read_as, sender, reader.evidence, constants),
    )


def _gather(
    rows: SheetRows,
    layout: Layout,
    sender: SenderProfile,
    leaving_out: LeavingOut,
    gathering: Gathering,
    max_rows: int,
) -> None:
    """Take the rows below the header, but those that are no lines of orders."""
    shape = rows.shape
    # A quantity that is merged over several rows may be meant once, or for each of them.
    merged = MergedDown(
        shape.merged,
        (column.heading.index for column in layout.columns if column.field.name != "line.quantity"),
    )
    hidden = bool(shape.hidden_rows) and sender.hidden != "read"
    for number, found in rows.rows(layout.row + 1, width=max(layout.width, leaving_out.width)):
        cells = merged.filled(number, found)
        if leaving_out.leaves_out(number, cells):
            continue
        unseen = hidden and shape.hides(number)
        if unseen and sender.hidden == "skip":
            if cells:
                leaving_out.remember("hidden", number)
            continue
        gathering.add(number, cells, hidden=unseen)
        if gathering.filled > max_rows:
            raise InvalidDocument(
                f"the sheet has more than {max_rows:,} rows with orders",
                code="rows_too_many",
                hint="split the file, or give a higher max_rows",
                place=where(rows),
            )


def _chosen(
    opened: OpenFile, kind: Book, sender: SenderProfile, constants: Mapping[str, Any]
) -> tuple[OpenFile, tuple[str, ...]]:
    """The sheet to read, and the names of others that could have been: the first visible one with all columns."""
    if isinstance(opened, CsvRows) or sender.sheet is not None or not opened.others:
        return opened, ()
    sheets: list[WorkbookRows | FastRows] = [
        opened,
        *(opened.on(title) for title in opened.others[:MAX_SHEETS]),
    ]
    layouts = [best(sheet, kind, sender) for sheet in sheets]
    whole = [
        sheet
        for sheet, layout in zip(sheets, layouts, strict=True)
        if layout is not None and not missing(layout, kind, frozenset(constants))
    ]
    if whole:
        return whole[0], tuple(sheet.sheet or "" for sheet in whole[1:])
    some = (sheet for sheet, layout in zip(sheets, layouts, strict=True) if layout is not None)
    return next(some, opened), ()


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


# --------------------------------------------------------------------------- the file


def _open(file: Path, book: Book, sender: SenderProfile) -> OpenFile:
    match kind_of_file(file):
        case FileKind.WORKBOOK:
            return open_workbook(file, sender.sheet)
        case FileKind.OTHER_WORKBOOK:
            return open_fast(file, sender.sheet)
        case _:
            if sender.sheet is not None:
                raise InvalidDocument(
                    "a csv file has no sheets",
                    code="sheet_unknown",
                    hint="leave out the sheet",
                    place=file.name,
                )

            def known(rows: CsvRows) -> int:
                layout = best(rows, book, sender)
                return len(layout.columns) if layout else 0

            return open_csv(file, encoding=sender.encoding, delimiter=sender.delimiter, known=known)


# --------------------------------------------------------------------------- columns of the user's own


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
