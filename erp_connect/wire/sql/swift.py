"""Many small statements of one transaction by the driver's own cursor: what they say is put together once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from .trouble import by_the_driver

__all__ = ["Prepared"]


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
