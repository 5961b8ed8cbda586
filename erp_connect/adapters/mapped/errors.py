"""What a foreign database says, in this library's words: translated here once, at the edge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from ...errors import ErpConnectError, InvalidOrder, MappingError
from ...wire.sql import Trouble, classify
from ...wire.sql.saying import DATABASE_ERRORS, Saying
from ...wire.sql.saying import understood as generally

__all__ = ["DATABASE_ERRORS", "translated", "understood"]

_MAPPING: Final = "see to the mapping file"
_SAID: Final[Mapping[Trouble, Saying]] = {
    Trouble.TABLE_MISSING: (
        MappingError,
        "the database has no table or column that the mapping names",
        {"code": "table_missing", "hint": _MAPPING},
    ),
    Trouble.NOT_NULL: (
        MappingError,
        "the database wants a value that the mapping does not give",
        {"code": "value_missing", "hint": "give the column a value in on_insert"},
    ),
    Trouble.CHECK: (
        InvalidOrder,
        "the database's own rules refuse this; nothing was applied",
        {"code": "native_rule"},
    ),
    Trouble.OTHER: (
        InvalidOrder,
        "the database refused this statement; nothing was applied",
        {"code": "database", "hint": "read the database's own words (native), and see to the mapping file"},
    ),
}


def understood(
    exc: BaseException, *, system: str | None = None, operation: str | None = None
) -> ErpConnectError:
    """The error of ours that says what ``exc`` means."""
    error = generally(exc, _SAID, system=system, operation=operation)
    if classify(exc).trouble in (Trouble.OTHER, Trouble.TABLE_MISSING, Trouble.CHECK):
        # The site's own triggers and rules speak in the driver's text, which says what is wrong with the mapping.
        error.native = (*error.native, str(getattr(exc, "orig", exc)).partition("\n")[0])
    return error


@contextmanager
def translated(operation: str | None = None, system: str | None = None) -> Iterator[None]:
    """Database errors inside leave as this library's own."""
    try:
        yield
    except DATABASE_ERRORS as exc:
        raise understood(exc, system=system, operation=operation) from exc
