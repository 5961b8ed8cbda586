"""Reading orders: two statements a page, headers and lines, both from one snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.sql import ColumnElement

from ...models import OrderStatus
from ...rules.lateness import timeliness
from .mapping_orders import D, O, Side

PAGE: Final = 500
"""Orders of a page; also the most values in one IN (Oracle and SQL Server have limits)."""
_DONE: Final = frozenset({OrderStatus.CANCELLED, OrderStatus.COMPLETED})


def in_portions(values: Sequence[Any], size: int = PAGE) -> Iterator[Sequence[Any]]:
    """The values in lists short enough for one IN."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def native_ids(ids: Sequence[str]) -> dict[int, str]:
    """Our keys to the ids given; what cannot be a key of ours is left out."""
    return {int(id): id for id in ids if id.isascii() and id.isdigit() and len(id) < 19}


def page(
    connection: Connection,
    side: Side[D, O],
    conditions: Sequence[ColumnElement[bool]],
    today: date,
    *,
    after: int | None = None,
    size: int = PAGE,
) -> list[O]:
    """At most ``size`` orders for which the conditions hold, in the order of their ids, from behind ``after``."""
    key = side.table.c.id
    wanted = side.select().where(*conditions).order_by(key).limit(size)
    if after is not None:
        wanted = wanted.where(key > after)
    headers = connection.execute(wanted).all()
    if not headers:
        return []
    place = side.header.column_names.index("id")
    keys = [header[place] for header in headers]
    return _assembled(connection, side, headers, keys, today, whole_range=not conditions)


def by_keys(connection: Connection, side: Side[D, O], keys: Sequence[int], today: date) -> dict[int, O]:
    """The orders with these keys; one that does not exist is left out."""
    found: dict[int, O] = {}
    for portion in in_portions(list(keys)):
        for order in page(connection, side, [side.table.c.id.in_(portion)], today):
            found[int(order.id)] = order
    return found


def where(connection: Connection, side: Side[D, O], condition: ColumnElement[bool], today: date) -> list[O]:
    """All orders for which the condition holds."""
    found: list[O] = []
    after: int | None = None
    while len(more := page(connection, side, [condition], today, after=after)) == PAGE:
        found += more
        after = int(more[-1].id)
    return found + more


def _assembled(
    connection: Connection,
    side: Side[D, O],
    headers: Sequence[Any],
    keys: Sequence[int],
    today: date,
    *,
    whole_range: bool,
) -> list[O]:
    order_id = side.lines.c.order_id
    # Without a condition a page is all that lies between its ends: one short statement, always the same.
    hers = order_id.between(keys[0], keys[-1]) if whole_range else order_id.in_(keys)
    lines = _lines(
        side, connection.execute(side.select_lines().where(hers)).all(), _currencies(headers, keys)
    )
    orders = []
    for header, key in zip(headers, keys, strict=True):
        order = side.order(header, tuple(lines.get(key, ())))
        if order.status not in _DONE:
            # Whether it is late depends on the day of reading; nobody else has seen this order yet.
            order.__dict__["timeliness"] = timeliness(order, today)
        orders.append(order)
    return orders


def _currencies(headers: Sequence[Any], keys: Sequence[int]) -> Mapping[int, str]:
    return {key: header[0] for header, key in zip(headers, keys, strict=True)}


def _lines(side: Side[D, O], rows: Sequence[Any], currencies: Mapping[int, str]) -> dict[int, list[Any]]:
    lines: dict[int, list[Any]] = {}
    read, width = side.line.read, side.line.width
    for row in rows:
        order_id = row[width]
        line = read(row, currencies[order_id])
        known = lines.get(order_id)
        if known is None:
            lines[order_id] = [line]
        else:
            known.append(line)
    return lines
