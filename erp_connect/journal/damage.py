"""A journal that is damaged: it is noticed before anything is written, and what can still be read is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa

from ..errors import JournalUnavailable
from ..wire.sql import Trouble, classify, reading, sqlite_file
from .records import Entry
from .tables import entries

CODE: Final = "journal_damaged"
"""The code of errors about a damaged journal."""
HINT: Final = "restore the journal's file from a backup; do not delete it, it is what guards against doubles"
_LOOKED_THROUGH: Final = 64 * 2**20
"""Bytes up to which a file is looked through when it is opened (some 80,000 entries): a sixth of a second."""
_SMALLEST_ROW: Final = 200
"""Bytes that no row of the journal is shorter than."""


def damaged(said: str) -> JournalUnavailable:
    """The error of a journal that does not hold what was written into it."""
    return JournalUnavailable(said, code=CODE, hint=HINT)


@contextmanager
def told_as_damage() -> Iterator[None]:
    """What makes no sense in a row that is read inside: nobody has written it so."""
    try:
        yield
    except (ValueError, TypeError) as failure:
        raise damaged("the journal is damaged: an entry holds what nobody has written") from failure


def refuse_damaged(engine: sa.Engine) -> None:
    """Raise for a SQLite file whose pages do not fit together.

    A damaged index would not show a key that is there, and the wish would be written a second time.
    """
    file = sqlite_file(engine.url) if engine.dialect.name == "sqlite" else None
    if file is None or file.stat().st_size > _LOOKED_THROUGH:
        return
    with reading(engine) as connection:
        found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
    if found != "ok":
        raise damaged("the journal is damaged: its pages do not fit together")


def legible(
    engine: sa.Engine, columns: Sequence[sa.ColumnElement[Any]], read: Callable[[Any], Entry]
) -> Iterator[Entry]:
    """The entries of a damaged SQLite file that can still be read, in the order in which they came in.

    Each is fetched by itself, past the indexes, so that a page that cannot be read costs only its own entries.
    """
    if engine.dialect.name != "sqlite":
        return
    row_number: sa.ColumnElement[int] = sa.literal_column("rowid", sa.Integer)
    wanted = sa.select(*columns).select_from(entries).where(row_number == sa.bindparam("number"))
    with engine.connect() as connection:
        for number in range(1, _last(connection, row_number) + 1):
            try:
                row = connection.execute(wanted, {"number": number}).first()
                entry = None if row is None else read(row)
            except (sa.exc.SQLAlchemyError, ValueError, TypeError) as failure:
                if not _is_damage(failure):
                    raise
            else:
                if entry is not None:
                    yield entry


def _last(connection: sa.Connection, row_number: sa.ColumnElement[int]) -> int:
    try:
        return int(connection.scalar(sa.select(sa.func.max(row_number)).select_from(entries)) or 0)
    except sa.exc.DBAPIError as failure:
        if not _is_damage(failure):
            raise
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar() or 0
    size = connection.exec_driver_sql("PRAGMA page_size").scalar() or 0
    return int(pages * size // _SMALLEST_ROW)


def _is_damage(failure: BaseException) -> bool:
    """Whether something was read that nobody has written; a row that is read makes ``ValueError`` or ``TypeError``."""
    return isinstance(failure, ValueError | TypeError) or classify(failure).trouble is Trouble.CORRUPTED
