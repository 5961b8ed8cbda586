"""Reading orders: two statements a page, headers and lines, both from one snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, Generic, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.sql import ColumnElement

from ...errors import MappingError
from ...models import OrderStatus
from ...rules.lateness import timeliness
from ...wire.sql import ExactDecimal, rows_of
from .mapping_orders import PURCHASES, SALES, D, O, Side

PAGE: Final = 500
"""Orders of a page; also the most values in one IN (Oracle and SQL Server have limits)."""
_GIVES_DECIMALS: Final = frozenset({"psycopg", "pymysql"})
"""Drivers whose decimals are exact as they come; SQLAlchemy's own flag says so of one of them only."""
_DONE: Final = frozenset({OrderStatus.CANCELLED, OrderStatus.COMPLETED})


def in_portions(values: Sequence[Any], size: int = PAGE) -> Iterator[Sequence[Any]]:
    """The values in lists short enough for one IN."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def says(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """Whether a column holds exactly this text; never, where it could not hold it at all."""
    longest = getattr(column.type, "length", None)
    if "\x00" in text or (longest is not None and len(text) > longest):
        return sa.false()
    return sa.and_(column == text)


def native_ids(ids: Sequence[str]) -> dict[int, str]:
    """Our keys to the ids given; what cannot be a key of ours is left out."""
    return {int(id): id for id in ids if id.isascii() and id.isdigit() and len(id) < 19}


class Rows(NamedTuple):
    """A page as it comes from the database: headers in the order of their ids, and the lines of all of them."""

    headers: Sequence[Any]
    lines: Sequence[Any]


class _Statements:
    """The statements of a book, put together once: building a long SELECT costs as much as running it."""

    def __init__(self, side: Side[Any, Any]) -> None:
        key, order_id = side.table.c.id, side.lines.c.order_id
        self.headers = side.select().order_by(key)
        lines = side.select_lines()
        self.one = side.select().where(key == sa.bindparam("key"))
        self.lines_of_one = lines.where(order_id == sa.bindparam("key"))
        self.these = self.headers.where(key.in_(sa.bindparam("keys", expanding=True)))
        self.lines_of_these = lines.where(order_id.in_(sa.bindparam("keys", expanding=True)))
        self.next = self.headers.where(key > sa.bindparam("after")).limit(sa.bindparam("size"))
        self.between = self.headers.where(key.between(sa.bindparam("first"), sa.bindparam("last")))
        self.lines_between = lines.where(order_id.between(sa.bindparam("first"), sa.bindparam("last")))
        self.cells_between = _cells(self.between)
        self.line_cells_between = _cells(self.lines_between)


def _cells(statement: sa.Select[Any]) -> sa.Select[Any]:
    """The same rows with decimals as the driver gives them, zeros behind and all: enough to be compared."""
    columns = [
        sa.type_coerce(column, sa.Numeric) if isinstance(column.type, ExactDecimal) else column
        for column in statement.selected_columns
    ]
    return statement.with_only_columns(*columns, maintain_column_froms=True)


_STATEMENTS: Final = {side.book: _Statements(side) for side in (SALES, PURCHASES)}


def fetched(
    connection: Connection,
    side: Side[D, O],
    conditions: Sequence[ColumnElement[bool]],
    *,
    after: int | None = None,
    size: int = PAGE,
) -> Rows:
    """At most ``size`` orders for which the conditions hold, in the order of their ids, from behind ``after``."""
    known = _STATEMENTS[side.book]
    place = side.header.column_names.index("id")
    if not conditions:
        headers = rows_of(connection, known.next, {"after": after or 0, "size": size})
        if not headers:
            return Rows((), ())
        # Without a condition a page is all that lies between its ends.
        ends = {"first": headers[0][place], "last": headers[-1][place]}
        return Rows(headers, rows_of(connection, known.lines_between, ends))
    wanted = known.headers.where(*conditions).limit(size)
    if after is not None:
        wanted = wanted.where(side.table.c.id > after)
    headers = rows_of(connection, wanted)
    if not headers:
        return Rows((), ())
    keys = [header[place] for header in headers]
    return Rows(headers, rows_of(connection, known.lines_of_these, {"keys": keys}))


def assembled(side: Side[D, O], rows: Rows, today: date) -> Iterator[O]:
    """The orders of a page, each made when it is asked for: what is used up at once costs no memory."""
    headers, lines = rows
    read, width = side.line.read, side.line.width
    place = side.header.column_names.index("id")
    at, end = 0, len(lines)
    for header in headers:
        key, currency = header[place], header[0]
        mine = []
        try:
            while at < end and (row := lines[at])[width] == key:
                mine.append(read(row, currency))
                at += 1
            order = side.order(header, tuple(mine))
        except MappingError as failure:
            failure.place = failure.place or f"{side.book}[{key}]"
            raise
        if order.status not in _DONE:
            # Whether it is late depends on the day of reading; nobody else has seen this order yet.
            order.__dict__["timeliness"] = timeliness(order, today)
        yield order


def by_keys(connection: Connection, side: Side[D, O], keys: Sequence[int], today: date) -> dict[int, O]:
    """The orders with these keys; one that does not exist is left out."""
    found: dict[int, O] = {}
    for portion in in_portions(keys):
        rows = _rows(connection, side, portion)
        found |= {int(order.id): order for order in assembled(side, rows, today)}
    return found


def _cells_of_new(connection: Connection, side: Side[D, O], keys: Sequence[int]) -> Rows:
    """The rows of new orders, only to be compared: a driver that knows decimals has said all that is needed."""
    if connection.dialect.driver not in _GIVES_DECIMALS or not _adjoin(keys):
        return _rows(connection, side, keys)
    known, ends = _STATEMENTS[side.book], {"first": keys[0], "last": keys[-1]}
    return Rows(
        rows_of(connection, known.cells_between, ends), rows_of(connection, known.line_cells_between, ends)
    )


def _adjoin(keys: Sequence[int]) -> bool:
    return list(keys) == list(range(keys[0], keys[-1] + 1))


def _rows(connection: Connection, side: Side[D, O], keys: Sequence[int]) -> Rows:
    known = _STATEMENTS[side.book]
    which: dict[str, Any]
    if len(keys) == 1:
        headers, lines, which = known.one, known.lines_of_one, {"key": keys[0]}
    elif _adjoin(keys):
        # As they were handed out: the two ends say as much as a list of all.
        headers, lines = known.between, known.lines_between
        which = {"first": keys[0], "last": keys[-1]}
    else:
        headers, lines, which = known.these, known.lines_of_these, {"keys": list(keys)}
    return Rows(rows_of(connection, headers, which), rows_of(connection, lines, which))


class Sent(NamedTuple, Generic[O]):
    """A new order with the rows that were written of it; ``whole``: they hold everything that it says."""

    order: O
    head: Sequence[Any]
    lines: Sequence[Sequence[Any]]
    whole: bool


def read_back(connection: Connection, side: Side[D, O], sent: Sequence[Sent[O]], today: date) -> dict[int, O]:
    """New orders, in the order of their keys, as they are stored.

    Where every cell came back as it was sent, the stored order is the one at hand; anything else is read out of
    its rows.
    """
    found: dict[int, O] = {}
    place, version = (side.header.column_names.index(name) for name in ("id", "version"))
    for portion in in_portions(sent):
        known = {each.head[place]: each for each in portion}
        headers, lines = _cells_of_new(connection, side, list(known))
        changed: list[int] = []
        at, end = 0, len(lines)
        for header in headers:
            key, first = header[place], at
            while at < end and lines[at][side.line.width] == key:
                at += 1
            each = known[key]
            if each.whole and _came_back(side, each, header, lines[first:at]):
                each.order.__dict__["version"] = str(header[version])  # nobody else has seen this order yet
                found[key] = each.order
            else:
                changed.append(key)
        found |= by_keys(connection, side, changed, today)
    return found


def _came_back(side: Side[Any, Any], sent: Sent[Any], header: Any, lines: Sequence[Any]) -> bool:
    width, of_line = side.header.width, side.line.width
    party = (getattr(sent.order, side.party), getattr(sent.order, f"{side.party}_name"))
    return (
        header[:width] == tuple(sent.head[:width])
        and header[width] == sent.head[width]
        and header[width + 1 :] == party
        and len(lines) == len(sent.lines)
        and all(row[:of_line] == tuple(cells[:of_line]) for row, cells in zip(lines, sent.lines, strict=True))
    )


def where(connection: Connection, side: Side[D, O], condition: ColumnElement[bool], today: date) -> list[O]:
    """All orders for which the condition holds."""
    found: list[O] = []
    after: int | None = None
    while True:
        rows = fetched(connection, side, [condition], after=after)
        found += assembled(side, rows, today)
        if len(rows.headers) < PAGE:
            return found
        after = int(found[-1].id)
