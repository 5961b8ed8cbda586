"""Rows in which somebody else has left what their columns cannot hold: the very cell is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Select
from sqlalchemy.sql import visitors

__all__ = ["UnreadableCell", "rows_of"]

_NONSENSE = (ValueError, TypeError, ArithmeticError)
"""What a column's type raises over a text that is none of its values."""


class UnreadableCell(Exception):
    """A stored value that is none of its column's kind; ``table``, ``column``, and ``row``: the row's first values."""

    def __init__(self, table: str, column: str, kind: str, row: str) -> None:
        super().__init__(f"{table}.{column} holds what is no {kind}, in the row with {row}")
        self.table, self.column, self.row = table, column, row


def rows_of(
    connection: Connection, statement: Select[Any], parameters: Mapping[str, Any] | None = None
) -> Sequence[Any]:
    """All rows of a SELECT.  Raises :class:`UnreadableCell` for a value that its column's type cannot read.

    Only SQLite lets such values in: it holds columns to no type.
    """
    try:
        return connection.execute(statement, parameters or {}).all()
    except _NONSENSE as failure:
        cell = _found(connection, statement, parameters or {})
        if cell is None:
            raise
        raise cell from failure


def _found(
    connection: Connection, statement: Select[Any], parameters: Mapping[str, Any]
) -> UnreadableCell | None:
    """The first cell that cannot be read, looked for in the same rows as the driver gives them."""
    columns = list(statement.selected_columns)
    raw = statement.with_only_columns(
        *(sa.type_coerce(column, sa.types.NullType()) for column in columns), maintain_column_froms=True
    )
    readers = [
        column.type.dialect_impl(connection.dialect).result_processor(connection.dialect, None)
        for column in columns
    ]
    for row in connection.execute(raw, parameters):
        for column, read, value in zip(columns, readers, row, strict=True):
            try:
                if read is not None:
                    read(value)
            except _NONSENSE:
                return UnreadableCell(
                    *_place(column),
                    column.type.python_type.__name__,
                    _named(columns, tuple(row)),
                )
    return None


def _place(column: Any) -> tuple[str, str]:
    """Table and column; of an expression those that it is made of."""
    columns = [part for part in visitors.iterate(column) if isinstance(part, sa.Column)]
    tables = dict.fromkeys(str(part.table.name) for part in columns)
    return "/".join(tables), "/".join(dict.fromkeys(part.name for part in columns))


def _named(columns: Sequence[Any], row: Sequence[Any]) -> str:
    """The keys among the columns, with this row's values: numbers only, for anything else may be somebody's name."""
    keys = [
        f"{column.name} {value}"
        for column, value in zip(columns, row, strict=True)
        if isinstance(value, int) and (column.primary_key or column.foreign_keys)
    ]
    return ", ".join(keys) or "no key among its values"
