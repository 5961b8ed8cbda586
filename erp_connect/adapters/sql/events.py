"""What happened to orders: written with the change itself, numbered in the order of the commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from ...errors import NotFound
from ...models import NO_CUSTOM, EventKind, FrozenMapping, OrderEvent
from ...wire.sql import insert_many, rows_of
from ...wire.sql.numbers import reserve_in_commit_order
from . import codecs
from .mapping import Converted, RowMapping, same
from .office import Office
from .schema import COUNTERS, EVENTS

PAGE: Final = 1000


class Happened(NamedTuple):
    """One thing that happened to an order."""

    order_id: int
    kind: EventKind
    details: FrozenMapping[Any] = NO_CUSTOM


def note(connection: Connection, book: str, happened: Sequence[Happened], at: datetime) -> None:
    """Write events down.  The last thing a write does: their counter stays locked until the commit, so that
    whoever has read one event never finds an earlier one afterwards."""  # fmt: skip
    if not happened:
        return
    keys = reserve_in_commit_order(connection, COUNTERS, "erp_event_ids", len(happened))
    insert_many(
        connection,
        EVENTS,
        [
            (key, book, order_id, kind.value, at, codecs.CUSTOM.write(details))
            for key, (order_id, kind, details) in zip(keys, happened, strict=True)
        ],
        ("id", "book", "order_id", "kind", "at", "details"),
    )


def of_order(connection: Connection, book: str, order_id: int) -> tuple[OrderEvent, ...]:
    """What happened to one order, oldest first."""
    wanted = _events(book).where(EVENTS.c.order_id == order_id)
    return tuple(_EVENT.read(row, None) for row in rows_of(connection, wanted))


def since(office: Office, book: str, cursor: str | None) -> Iterator[OrderEvent]:
    """What happened after the cursor, oldest first, page by page in short transactions.

    A cursor is an event's number.  One behind which events were deleted has expired.
    """
    operation = f"{book}.events"
    last = 0 if cursor is None else _number(cursor, operation)
    with office.reading(operation) as connection:
        first = connection.execute(sa.select(sa.func.min(EVENTS.c.id))).scalar()
        end = connection.execute(
            sa.select(COUNTERS.c.next).where(COUNTERS.c.name == "erp_event_ids")
        ).scalar()
    # What stands before the first event that is left was deleted, if there ever was anything.
    if cursor is not None and last + 1 < (first if first is not None else end or 1):
        raise NotFound(
            "the cursor has expired: events after it were deleted",
            code="cursor_expired",
            operation=operation,
            system=office.system,
            hint="read all orders anew, then go on from the newest event",
        )
    return _pages(office, book, operation, last)


def _pages(office: Office, book: str, operation: str, last: int) -> Iterator[OrderEvent]:
    while True:
        with office.reading(operation) as connection:
            rows = rows_of(connection, _events(book).where(EVENTS.c.id > last).limit(PAGE))
        for row in rows:
            yield _EVENT.read(row, None)
        if len(rows) < PAGE:
            return
        last = rows[-1].id


def _number(cursor: str, operation: str) -> int:
    if cursor.isascii() and cursor.isdigit() and len(cursor) < 19:
        return int(cursor)
    raise NotFound(
        "this is no cursor of this system",
        code="cursor_expired",
        operation=operation,
        hint="start without a cursor",
    )


def _events(book: str) -> sa.Select[Any]:
    return sa.select(*_EVENT.columns).where(EVENTS.c.book == book).order_by(EVENTS.c.id)


_EVENT: Final = RowMapping(
    OrderEvent,
    EVENTS,
    plain=same("at"),
    converted=(
        Converted("cursor", "id", codecs.ID),
        Converted("order_id", "order_id", codecs.ID),
        Converted("number", "order_id", codecs.ID),
        Converted("kind", "kind", codecs.enum_of(EventKind)),
        Converted("details", "details", codecs.CUSTOM),
    ),
)
