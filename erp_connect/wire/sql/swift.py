"""Many small statements of one transaction by the driver's own cursor: what they say is put together once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy import exc as sa_exc

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
        cursor: Any = connection.connection.cursor()
        try:
            cursor.execute(self._sql, self._given(values))
            row = cursor.fetchone() if cursor.description is not None else None
            return None if row is None else row[0]
        except connection.dialect.loaded_dbapi.Error as exc:
            raise self._said(connection, exc) from exc
        finally:
            cursor.close()

    def insert(self, connection: Connection, values: Mapping[str, Any], *, returning: bool) -> Any:
        """The key of the row that was inserted: the answer of a RETURNING, or what the driver noted."""
        cursor: Any = connection.connection.cursor()
        try:
            cursor.execute(self._sql, self._given(values))
            return cursor.fetchone()[0] if returning else getattr(cursor, "lastrowid", None)
        except connection.dialect.loaded_dbapi.Error as exc:
            raise self._said(connection, exc) from exc
        finally:
            cursor.close()

    def run_rows(self, connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
        """Once for each of the rows, in their order; each has a cell for every parameter, in the text's order."""
        given: Sequence[Any] = rows
        if self._marks is None:
            given = [dict(zip(self._named, row, strict=True)) for row in rows]
        cursor: Any = connection.connection.cursor()
        try:
            cursor.executemany(self._sql, given)
        except connection.dialect.loaded_dbapi.Error as exc:
            raise self._said(connection, exc) from exc
        finally:
            cursor.close()

    def _given(self, values: Mapping[str, Any]) -> Any:
        return values if self._marks is None else tuple([values[name] for name in self._marks])

    def _said(self, connection: Connection, exc: Exception) -> BaseException:
        """A driver's error as SQLAlchemy would raise it, so that callers catch one family."""
        dialect = connection.dialect
        lost = dialect.is_disconnect(exc, connection.connection, None)  # type: ignore[arg-type]
        wrapped = sa_exc.DBAPIError.instance(
            self._sql,
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
