"""Small statements by the driver's own cursor: what they say is put together once.

:class:`Prepared` are many of one transaction, an :class:`Alone` is a transaction by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy import exc as sa_exc

from ...interruption import uninterrupted
from .engines import committing
from .trouble import ValueDoesNotFit, by_the_driver

__all__ = ["Alone", "Prepared"]


class Prepared:
    """A statement in its driver's own form; ``text`` has its parameters as ``:name``, a colon as ``\\:``.

    Belongs to the caller's transaction.  What the driver refuses leaves as SQLAlchemy's errors; a retry is the
    caller's.
    """

    def __init__(self, dialect: sa.Dialect, text: str) -> None:
        compiled: Any = sa.text(text).compile(dialect=dialect)
        self._sql = str(compiled)
        self._named: Sequence[str] = list(compiled.bind_names.values())
        self._marks: Sequence[str] | None = compiled.positiontup if compiled.positional else None
        """The parameters in the order of their marks; ``None`` where the driver takes them by name."""

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """The first cell of the answer; ``None`` where there is none."""
        with self._cursor(connection) as cursor:
            cursor.execute(self._sql, self._given(values))
            row = cursor.fetchone() if cursor.description is not None else None
            return None if row is None else row[0]

    def insert(self, connection: Connection, values: Mapping[str, Any], *, returning: bool) -> Any:
        """The key of the row that was inserted: the answer of a RETURNING, or what the driver noted."""
        with self._cursor(connection) as cursor:
            cursor.execute(self._sql, self._given(values))
            return cursor.fetchone()[0] if returning else getattr(cursor, "lastrowid", None)

    def run_rows(self, connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
        """Once for each of the rows, in their order; each has a cell for every parameter, in the text's order."""
        given: Sequence[Any] = rows
        if self._marks is None:
            given = [dict(zip(self._named, row, strict=True)) for row in rows]
        with self._cursor(connection) as cursor:
            cursor.executemany(self._sql, given)

    def _given(self, values: Mapping[str, Any]) -> Any:
        return values if self._marks is None else tuple([values[name] for name in self._marks])

    @contextmanager
    def _cursor(self, connection: Connection) -> Iterator[Any]:
        with by_the_driver(connection, self._sql):
            cursor: Any = connection.connection.cursor()
            try:
                yield cursor
            finally:
                cursor.close()


class Alone:
    """A statement that is a writing transaction of its own on SQLite: a journal makes several for every order.

    SQLAlchemy's connection, its events and its result cost more there than the statement and the disk together.
    """

    def __init__(self, dialect: sa.Dialect, statement: sa.Insert | sa.Update) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self._sql = str(compiled)
        types = {name: bound.type.dialect_impl(dialect) for name, bound in compiled.binds.items()}
        self._marks = [(name, types[name].bind_processor(dialect)) for name in compiled.positiontup]

    def run(self, engine: Engine, values: Mapping[str, Any]) -> int:
        """Begin, execute, commit; how many rows were written, by the answer where the statement is RETURNING.

        Values, errors and interrupts are dealt with as in :func:`writing`: whatever is raised but
        :class:`CommitUnanswered` means that nothing was applied.
        """
        connection: Any = None
        try:
            with self._told(engine):
                given = [
                    values[name] if process is None else process(values[name])
                    for name, process in self._marks
                ]
                connection = engine.raw_connection()
                cursor = connection.cursor()
                cursor.execute("BEGIN IMMEDIATE")
                cursor.execute(self._sql, given)
                count = cursor.rowcount if cursor.description is None else len(cursor.fetchall())
            with uninterrupted():
                try:
                    with committing(), self._told(engine):
                        connection.commit()
                finally:
                    connection.close()
        except BaseException:
            if connection is not None:
                with uninterrupted():
                    connection.close()  # rolls back what is open, and nothing where it was given back already
            raise
        return int(count)

    @contextmanager
    def _told(self, engine: Engine) -> Iterator[None]:
        """The driver's errors leave as SQLAlchemy's, and so does a value that does not fit."""
        error = engine.dialect.loaded_dbapi.Error
        try:
            yield
        except ValueDoesNotFit as exc:
            raise sa_exc.StatementError(str(exc), self._sql, None, exc, hide_parameters=True) from exc
        except error as exc:
            raise sa_exc.DBAPIError.instance(
                self._sql, None, exc, error, hide_parameters=True, dialect=engine.dialect
            ) from exc
