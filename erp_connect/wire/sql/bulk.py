"""Inserting many rows by each driver's fast path, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from .trouble import by_the_driver
from .types import ExactDecimal, ExactText, leaves

__all__ = ["insert_many", "update_many"]

_BLOCK = 2000
_Block = tuple[list[sa.Column[Any]], list[tuple[Any, ...]]]


def insert_many(
    connection: Connection,
    table: Table,
    rows: Iterable[Sequence[Any]],
    columns: Sequence[str] | None = None,
) -> int:
    """Insert ``rows`` (tuples in the order of ``columns``, by default all of the table's); returns the count.

    COPY on PostgreSQL, multi-row INSERT on MySQL, executemany elsewhere.  Values pass through the column
    types, so what a column cannot hold is refused.  Defaults computed by Python are not applied: name every
    column that has one.  Belongs to the caller's transaction: with it, all rows stand or none.
    """
    chosen = [table.c[name] for name in columns] if columns is not None else list(table.c)
    named = {column.name for column in chosen}
    missing = [c.name for c in table.c if c.default is not None and not c.primary_key and c.name not in named]
    if missing:
        raise ValueError(f"insert_many applies no Python defaults; give values for {', '.join(missing)}")
    if not connection.in_transaction():
        raise RuntimeError("insert_many needs the caller's transaction; use writing(engine)")
    blocks = _bound(connection, chosen, rows)
    driver = connection.dialect.driver
    with by_the_driver(connection, f"INSERT INTO {table.name} (many rows)"):
        if driver == "psycopg":
            return _copy(connection, table, blocks)
        if driver == "pymysql":
            return _executemany(connection, table, blocks, "%s")
        if connection.dialect.name == "sqlite":
            return _executemany(connection, table, blocks, "?")
    return _core(connection, table, chosen, rows)


def update_many(
    connection: Connection,
    table: Table,
    keys: Sequence[str],
    values: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> None:
    """Change many rows: each of ``rows`` has a value for every column of ``keys``, then one for each of ``values``.

    One statement on PostgreSQL, executemany elsewhere.  Belongs to the caller's transaction.
    """
    if not rows:
        return
    columns = [table.c[name] for name in (*keys, *values)]
    if connection.dialect.driver == "psycopg":
        _update_from_arrays(connection, table, columns, len(keys), rows)
        return
    marks: list[Any] = [sa.bindparam(f"cell_{place}") for place in range(len(columns))]
    found = [column == mark for column, mark in zip(columns[: len(keys)], marks, strict=False)]
    statement = sa.update(table).where(*found).values(dict(zip(values, marks[len(keys) :], strict=True)))
    connection.execute(statement, [{f"cell_{place}": cell for place, cell in enumerate(row)} for row in rows])


def _update_from_arrays(
    connection: Connection,
    table: Table,
    columns: Sequence[sa.Column[Any]],
    keys: int,
    rows: Sequence[Sequence[Any]],
) -> None:
    into, *_ = _names(connection, table, columns)
    quote = connection.dialect.identifier_preparer.quote
    names = [quote(column.name) for column in columns]
    arrays: list[Any] = []
    kinds: list[str] = []
    for column, cells in zip(columns, zip(*rows, strict=True), strict=True):
        processor = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        arrays.append(list(cells if processor is None else _each_once(processor, cells)))
        kinds.append(next(array for kind, array in _ARRAYS if isinstance(column.type, kind)))
    given = ", ".join(f"%s::{kind}[]" for kind in kinds)
    found = " AND ".join(f"{into}.{name} = given.{name}" for name in names[:keys])
    new = ", ".join(f"{name} = given.{name}" for name in names[keys:])
    connection.exec_driver_sql(
        f"UPDATE {into} SET {new} FROM unnest({given}) AS given({', '.join(names)}) WHERE {found}",  # noqa: S608
        tuple(arrays),
    )


_ARRAYS = ((sa.Integer, "bigint"), (ExactText, "text"), (ExactDecimal, "numeric"))


def _bound(
    connection: Connection, columns: Sequence[sa.Column[Any]], rows: Iterable[Sequence[Any]]
) -> Iterator[_Block]:
    """Blocks of rows as the driver takes them, each with the columns that hold anything in it.

    Turned by column: a value that stands in a column many times (a status, a zero) is checked once, and a column of
    nothing but NULL is not sent at all.
    """
    dialect = connection.dialect
    processors: list[Callable[[Any], Any] | None] = [
        column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns
    ]
    waiting = iter(rows)
    while block := list(islice(waiting, _BLOCK)):
        turned = list(zip(*block, strict=True))
        if len(turned) != len(columns):
            raise ValueError(f"rows of {len(turned)} values for {len(columns)} columns of the table")
        sent: list[sa.Column[Any]] = []
        ready: list[Iterable[Any]] = []
        for column, processor, values in zip(columns, processors, turned, strict=True):
            if _may_be_left_out(column) and values == (None,) * len(values):
                continue
            sent.append(column)
            as_they_are = processor is None or leaves(column.type, values, dialect)
            ready.append(values if processor is None or as_they_are else _each_once(processor, values))
        yield sent, list(zip(*ready, strict=True))


def _may_be_left_out(column: sa.Column[Any]) -> bool:
    """Whether a column that is not named is NULL."""
    return bool(column.nullable) and column.server_default is None and column.computed is None


def _each_once(processor: Callable[[Any], Any], values: tuple[Any, ...]) -> Iterable[Any]:
    """Every value processed, the same object only once; the rows keep the objects alive meanwhile."""
    known = dict(zip(map(id, values), values, strict=True))
    if len(known) * 2 > len(values):
        return map(processor, values)
    ready = {place: processor(value) for place, value in known.items()}
    return [ready[id(value)] for value in values]


def _names(connection: Connection, table: Table, columns: Sequence[sa.Column[Any]]) -> tuple[str, str]:
    preparer = connection.dialect.identifier_preparer
    return preparer.format_table(table), ", ".join(preparer.quote(column.name) for column in columns)


def _copy(connection: Connection, table: Table, blocks: Iterable[_Block]) -> int:
    driver: Any = connection.connection.driver_connection
    count = 0
    with driver.cursor() as cursor:
        for columns, rows in blocks:
            into, names = _names(connection, table, columns)
            with cursor.copy(f"COPY {into} ({names}) FROM STDIN") as copy:
                write = copy.write_row
                for row in rows:
                    write(row)
            count += len(rows)
    return count


def _executemany(connection: Connection, table: Table, blocks: Iterable[_Block], mark: str) -> int:
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    count = 0
    try:
        for columns, rows in blocks:
            into, names = _names(connection, table, columns)
            marks = ", ".join([mark] * len(columns))
            statement = f"INSERT INTO {into} ({names}) VALUES ({marks})"  # noqa: S608 (names quoted by the dialect)
            cursor.executemany(statement, rows)
            count += len(rows)
    finally:
        cursor.close()
    return count


def _core(
    connection: Connection,
    table: Table,
    columns: Sequence[sa.Column[Any]],
    rows: Iterable[Sequence[Any]],
) -> int:
    names = [column.key for column in columns]
    waiting = iter(rows)
    count = 0
    while block := list(islice(waiting, _BLOCK)):
        connection.execute(sa.insert(table), [dict(zip(names, row, strict=True)) for row in block])
        count += len(block)
    return count
