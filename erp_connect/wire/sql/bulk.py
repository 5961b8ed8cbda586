"""Inserting many rows by each driver's fast path, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy import exc as sa_exc

__all__ = ["insert_many"]

_BLOCK = 2000


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
    try:
        if driver == "psycopg":
            return _copy(connection, table, chosen, blocks)
        if driver == "pymysql":
            return _executemany(connection, table, chosen, blocks, "%s")
        if connection.dialect.name == "sqlite":
            return _executemany(connection, table, chosen, blocks, "?")
    except connection.dialect.loaded_dbapi.Error as exc:
        raise _as_sqlalchemy(connection, table, exc) from exc
    return _core(connection, table, chosen, rows)


def _bound(
    connection: Connection, columns: Sequence[sa.Column[Any]], rows: Iterable[Sequence[Any]]
) -> Iterator[list[tuple[Any, ...]]]:
    """Blocks of rows as the driver takes them.  Turned by column, so that each type's check runs in map()."""
    processors: list[Callable[[Any], Any] | None] = [
        column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for column in columns
    ]
    waiting = iter(rows)
    while block := list(islice(waiting, _BLOCK)):
        turned = list(zip(*block, strict=True))
        if len(turned) != len(columns):
            raise ValueError(f"rows of {len(turned)} values for {len(columns)} columns of the table")
        ready = [
            values if processor is None else _through(processor, values)
            for processor, values in zip(processors, turned, strict=True)
        ]
        yield list(zip(*ready, strict=True))


def _through(processor: Callable[[Any], Any], values: tuple[Any, ...]) -> Iterable[Any]:
    return map(processor, values)


def _names(connection: Connection, table: Table, columns: Sequence[sa.Column[Any]]) -> tuple[str, str]:
    preparer = connection.dialect.identifier_preparer
    return preparer.format_table(table), ", ".join(preparer.quote(column.name) for column in columns)


def _copy(
    connection: Connection,
    table: Table,
    columns: Sequence[sa.Column[Any]],
    blocks: Iterator[list[tuple[Any, ...]]],
) -> int:
    into, names = _names(connection, table, columns)
    driver: Any = connection.connection.driver_connection
    count = 0
    with driver.cursor() as cursor, cursor.copy(f"COPY {into} ({names}) FROM STDIN") as copy:
        write = copy.write_row
        for block in blocks:
            for row in block:
                write(row)
            count += len(block)
    return count


def _executemany(
    connection: Connection,
    table: Table,
    columns: Sequence[sa.Column[Any]],
    blocks: Iterator[list[tuple[Any, ...]]],
    mark: str,
) -> int:
    into, names = _names(connection, table, columns)
    marks = ", ".join([mark] * len(columns))
    statement = f"INSERT INTO {into} ({names}) VALUES ({marks})"  # noqa: S608 (names quoted by the dialect)
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    count = 0
    try:
        for block in blocks:
            cursor.executemany(statement, block)
            count += len(block)
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


def _as_sqlalchemy(connection: Connection, table: Table, exc: Exception) -> BaseException:
    """Drivers' errors as SQLAlchemy would raise them, so that callers catch one family."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(exc, connection.connection, None)  # type: ignore[arg-type]
    wrapped = sa_exc.DBAPIError.instance(
        f"INSERT INTO {table.name} (many rows)",
        None,
        exc,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=dialect,
    )
    if lost:
        connection.invalidate(exc)
    return wrapped
