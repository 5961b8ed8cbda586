"""Reading much in little memory: one server-side cursor, or short keyset pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, Row, Select
from sqlalchemy.sql import ColumnElement

from .engines import reading

__all__ = ["keyset_pages", "stream", "stream_blocks"]


def stream_blocks(
    connection: Connection, select: Select[Any], *, batch: int = 1000
) -> Iterator[Sequence[Row[Any]]]:
    """Blocks of at most ``batch`` rows from a server-side cursor; holds one block at a time.

    The transaction of ``connection`` stays open while this is iterated: on SQLite, and wherever the caller
    writes while iterating, use :func:`keyset_pages`.
    """
    result = connection.execute(select, execution_options={"yield_per": batch})
    try:
        yield from result.partitions(batch)
    finally:
        result.close()


def stream(connection: Connection, select: Select[Any], *, batch: int = 1000) -> Iterator[Row[Any]]:
    """The rows of :func:`stream_blocks`, one by one."""
    for block in stream_blocks(connection, select, batch=batch):
        yield from block


def keyset_pages(
    engine: Engine,
    select: Select[Any],
    keys: Sequence[ColumnElement[Any]],
    *,
    batch: int = 1000,
    after: Sequence[Any] | None = None,
) -> Iterator[Sequence[Row[Any]]]:
    """Pages in the order of ``keys`` (together unique, not null, among the selected columns).

    Each page is a short transaction of its own, so that the caller may write while iterating; a row
    inserted behind the last key meanwhile is still met, one before it is not.  ``after`` starts behind
    these key values.  An :class:`ExactDecimal` cannot be a key: SQLite does not order it as a number.
    """
    places = [_place(select, key) for key in keys]
    ordered = select.order_by(None).order_by(*keys).limit(batch)
    last = tuple(after) if after is not None else None
    while True:
        page_of = ordered if last is None else ordered.where(_behind(keys, last))
        with reading(engine) as connection:
            page = connection.execute(page_of).all()
        if page:
            yield page
        if len(page) < batch:
            return
        last = tuple(page[-1][place] for place in places)


def _place(select: Select[Any], key: ColumnElement[Any]) -> int:
    for place, column in enumerate(select.selected_columns):
        if column is key or column.shares_lineage(key):
            return place
    raise ValueError(f"the key {key} must be among the selected columns")


def _behind(keys: Sequence[ColumnElement[Any]], last: Sequence[Any]) -> ColumnElement[bool]:
    # Spelt out, because SQL Server and Oracle compare no rows and MySQL finds no index for it.
    if len(keys) == 1:
        only: ColumnElement[bool] = keys[0] > last[0]
        return only
    ways: list[ColumnElement[bool]] = []
    for place, key in enumerate(keys):
        same = [earlier == value for earlier, value in zip(keys[:place], last, strict=False)]
        ways.append(sa.and_(*same, key > last[place]))
    # The first bound says nothing new, but an index can be searched with it, and not with an OR.
    return sa.and_(keys[0] >= last[0], sa.or_(*ways))
