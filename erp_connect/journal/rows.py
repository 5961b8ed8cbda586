"""The journal's rows in SQL: an entry as a row and back, and the statements that write one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import Any, Final

import sqlalchemy as sa

from ..wire.sql import JsonReady, Trouble, among, classify
from . import tables
from .records import Entry, State
from .store import Change, has_tombstone

COLUMNS: Final = tuple(field.name for field in fields(Entry) if field.name != "payload_text")
_OWN: Final = attrgetter(*COLUMNS)
_STATE: Final = COLUMNS.index("state")
_PAYLOAD: Final = COLUMNS.index("payload")
ALL: Final = (*("row_id", *COLUMNS), "has_tombstone")
"""Every column, in the order in which a new row's cells are given."""
ROW_ID: Final = tables.entries.c.row_id
READ: Final = [*(tables.entries.c[name] for name in COLUMNS), ROW_ID]
BLOCK: Final = 500
"""Rows that one statement asks for."""


def by_row(connection: sa.Connection, rows: Sequence[str], *columns: sa.Column[Any]) -> sa.Select[Any]:
    """These columns of these rows."""
    return sa.select(*columns).where(among(connection, ROW_ID, rows))


def insert_if_new(connection: sa.Connection, entry: Entry) -> bool:
    """Whether the row was new; a rival's uncommitted row is waited for."""
    dialect = connection.dialect.name
    if dialect in ("postgresql", "sqlite"):
        # The row that came in tells; what an INSERT counts is kept by no driver alike.
        return connection.execute(insert_or_nothing(dialect), row_of(entry)).first() is not None
    try:
        with connection.begin_nested():
            connection.execute(sa.insert(tables.entries), row_of(entry))
    except sa.exc.IntegrityError as failure:
        if classify(failure).trouble is not Trouble.UNIQUE:
            raise
        return False
    return True


@cache
def insert_or_nothing(dialect: str) -> Any:
    """The statement that inserts a row, and answers with its id, unless there is one of that id."""
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        fresh = postgresql.insert(tables.entries).on_conflict_do_nothing(index_elements=["row_id"])
        return fresh.returning(tables.entries.c.row_id)
    from sqlalchemy.dialects import sqlite

    plain = sqlite.insert(tables.entries).on_conflict_do_nothing(index_elements=["row_id"])
    return plain.returning(tables.entries.c.row_id)


def _to_set(change: Change) -> dict[str, Any]:
    """The columns that a change sets."""
    values = {
        name: value.value if isinstance(value, State) else value for name, value in change.values.items()
    }
    if "result" in values:
        values["has_tombstone"] = int(has_tombstone(change.entry.but(result=values["result"])))
    return values


def many_changed(connection: sa.Connection, changes: Sequence[Change]) -> frozenset[str]:
    """Change different rows: their fences are read under a lock, so that those in one form can be written at once."""
    fences: dict[str, int] = {}
    waiting = iter(changes)
    while block := [each.entry.row_id for each in islice(waiting, BLOCK)]:
        locked = by_row(connection, block, ROW_ID, tables.entries.c.fence).order_by(ROW_ID)
        fences.update((row, fence) for row, fence in connection.execute(locked.with_for_update()))
    lost: set[str] = set()
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for each in changes:
        if fences.get(each.entry.row_id) != each.entry.fence:
            lost.add(each.entry.key)
            continue
        values = _to_set(each)
        alike.setdefault(tuple(values), []).append({**_as_new(values), "of_row": each.entry.row_id})
    for names, rows in alike.items():
        connection.execute(_setting(names), rows)
    return frozenset(lost)


@cache
def _setting(names: tuple[str, ...]) -> sa.Update:
    table = tables.entries
    values = {name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    return sa.update(table).where(table.c.row_id == sa.bindparam("of_row")).values(values)


@cache
def setting_behind_the_fence(names: tuple[str, ...]) -> sa.Update:
    """The same, where nobody has changed the row since it was read."""
    return _setting(names).where(tables.entries.c.fence == sa.bindparam("of_fence"))


def behind_the_fence(change: Change) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The columns that a change sets, and the row for :func:`setting_behind_the_fence`."""
    values = _to_set(change)
    row = {**_as_new(values), "of_row": change.entry.row_id, "of_fence": change.entry.fence}
    return tuple(values), row


def _as_new(values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in values.items()}


def values_of(entry: Entry) -> tuple[Any, ...]:
    """An entry's cells, in the order of :data:`ALL`."""
    own = list(_OWN(entry))
    own[_STATE] = entry.state.value
    if entry.payload_text is not None:
        own[_PAYLOAD] = JsonReady(entry.payload_text)
    return (entry.row_id, *own, int(has_tombstone(entry)))


def row_of(entry: Entry) -> dict[str, Any]:
    """The same by column."""
    return dict(zip(ALL, values_of(entry), strict=True))


def entry_of(row: Any) -> Entry:
    """The entry of a row; ``ValueError`` for a row that holds another key than it was stored under."""
    *own, stored_under = row
    values = dict(zip(COLUMNS, own, strict=True))
    values["state"] = State(values["state"])
    entry = Entry(**values)
    if entry.row_id != stored_under:
        raise ValueError("a row holds another key than it was stored under")
    return entry
