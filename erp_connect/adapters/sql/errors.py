"""What the database says, in this library's words: translated here once, at the edge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from pydantic import ValidationError

from ...errors import ConfigurationError, DuplicateReference, ErpConnectError, MappingError, UnmappedCode
from ...wire.sql import Trouble, classify
from ...wire.sql.saying import DATABASE_ERRORS as OF_THE_DATABASE
from ...wire.sql.saying import RESTORE, Saying
from ...wire.sql.saying import understood as generally
from .schema import METADATA

__all__ = ["DATABASE_ERRORS", "INIT_HINT", "RESTORE", "translated", "understood"]

INIT_HINT: Final = "make its tables with: erp-connect init URL"
DATABASE_ERRORS: Final = (*OF_THE_DATABASE, ValidationError)
"""All that a statement or a transaction can raise, and the rules over a row that somebody else has written."""
_CODES: Final = frozenset({"unknown_currency", "unknown_unit", "unknown_country"})
_SAID: Final[Mapping[Trouble, Saying]] = {
    Trouble.DATABASE_MISSING: (ConfigurationError, "there is no such database", {"hint": INIT_HINT}),
    Trouble.TABLE_MISSING: (
        ConfigurationError,
        "this database does not hold our tables as this version wants them",
        {"code": "not_initialised", "hint": INIT_HINT},
    ),
}


def understood(
    exc: BaseException, *, system: str | None = None, operation: str | None = None
) -> ErpConnectError:
    """The error of ours that says what ``exc`` means; its text repeats nothing of the row's content."""
    if isinstance(exc, ValidationError):
        return _unwritable(exc, system=system, operation=operation)
    diagnosis = classify(exc, METADATA)
    if diagnosis.trouble is Trouble.UNIQUE:
        native = [text for text in (diagnosis.code, diagnosis.constraint) if text]
        return _taken(diagnosis.constraint or "", native, system=system, operation=operation)
    return generally(exc, _SAID, tables=METADATA, system=system, operation=operation)


def _unwritable(exc: ValidationError, *, operation: str | None, **where: Any) -> MappingError:
    """What was asked for is in order by now: what cannot be written again comes out of a row."""
    first = exc.errors(include_url=False, include_context=False)[0]
    noun = (operation or "").partition(".")[0].removesuffix("s") + ".line" * exc.title.endswith("Line")
    kind = UnmappedCode if first["type"] in _CODES else MappingError
    return kind(
        f"what is stored cannot be written again: {first['msg']}",
        code=None if kind is UnmappedCode else "stored_value",
        path=".".join(str(part) for part in (noun, *first["loc"])),
        native=[first["input"]],
        hint=RESTORE,
        operation=operation,
        **where,
    )


def _taken(constraint: str, native: list[str], **where: Any) -> DuplicateReference:
    if constraint.endswith("_stamp"):
        return DuplicateReference(
            "the same write was made before: its stamp is on file",
            code="stamp_taken",
            hint="look up the record with this key",
            native=native,
            **where,
        )
    if constraint.endswith("_number"):
        return DuplicateReference(
            "this number is taken",
            hint="choose another number, or update what is there",
            native=native,
            **where,
        )
    return DuplicateReference("this exists already", native=native, **where)


@contextmanager
def translated(operation: str | None = None, system: str | None = None) -> Iterator[None]:
    """Database errors inside leave as this library's own."""
    try:
        yield
    except DATABASE_ERRORS as exc:
        raise understood(exc, system=system, operation=operation) from exc
