"""What the database says, in this library's words: translated here once, at the edge."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import exc as sa_exc

from ...errors import (
    AuthenticationFailed,
    ConfigurationError,
    ContractViolation,
    DuplicateReference,
    ErpConnectError,
    InvalidOrder,
    LossyWrite,
    MappingError,
    PermissionMissing,
    RecordLocked,
    TransportError,
    UnmappedCode,
)
from ...wire.sql import CommitUnanswered, Trouble, UnreadableCell, ValueDoesNotFit, classify
from .schema import METADATA

INIT_HINT: Final = "make its tables with: erp-connect init URL"
DATABASE_ERRORS: Final = (
    sa_exc.DBAPIError,
    sa_exc.StatementError,
    sa_exc.TimeoutError,
    CommitUnanswered,
    UnicodeDecodeError,
    UnreadableCell,
    ValidationError,
    ValueDoesNotFit,
)
"""All that a statement or a transaction can raise, and the rules over a row that somebody else has written."""
RESTORE: Final = "put it right in the database, or restore the row from a backup"
_CODES: Final = frozenset({"unknown_currency", "unknown_unit", "unknown_country"})

_SAID: Final[dict[Trouble, tuple[type[ErpConnectError], str, dict[str, Any]]]] = {
    Trouble.FOREIGN_KEY: (
        InvalidOrder,
        "what this refers to is no longer on file",
        {"code": "reference_missing", "hint": "read customer and products again"},
    ),
    Trouble.NOT_NULL: (
        ContractViolation,
        "a value is missing that the schema wants",
        {"outcome": "not_applied"},
    ),
    Trouble.CHECK: (ContractViolation, "a value breaks a rule of the schema", {"outcome": "not_applied"}),
    Trouble.DOES_NOT_FIT: (
        LossyWrite,
        "a value does not fit its column",
        {"code": "does_not_fit", "hint": "shorten the text or the number"},
    ),
    Trouble.CONFLICT: (
        RecordLocked,
        "the transaction met another one and was rolled back",
        {"code": "conflict", "retry_after": 0.1},
    ),
    Trouble.LOCK_TIMEOUT: (RecordLocked, "another transaction holds {locked}", {"retry_after": 1.0}),
    Trouble.STATEMENT_TIMEOUT: (TransportError, "the database was too slow and was stopped", {}),
    Trouble.NOT_CONNECTED: (TransportError, "no connection to the database", {"retry_after": 1.0}),
    Trouble.CONNECTION_LOST: (
        TransportError,
        "the connection to the database broke; nothing was applied",
        {},
    ),
    Trouble.COMMIT_UNANSWERED: (
        TransportError,
        "the connection broke while the transaction was being committed",
        {"outcome": "unknown", "code": "commit_unanswered", "hint": "look whether it was applied"},
    ),
    Trouble.AUTHENTICATION: (
        AuthenticationFailed,
        "the database does not let this user in",
        {"hint": "check user and password"},
    ),
    Trouble.PERMISSION: (
        PermissionMissing,
        "the database user may not do this",
        {"hint": "grant the right to the user, or use another one"},
    ),
    Trouble.READ_ONLY: (
        PermissionMissing,
        "the database can only be read",
        {"code": "read_only", "hint": "check file permissions, or connect to the primary server"},
    ),
    Trouble.DATABASE_MISSING: (ConfigurationError, "there is no such database", {"hint": INIT_HINT}),
    Trouble.TABLE_MISSING: (
        ConfigurationError,
        "this database does not hold our tables as this version wants them",
        {"code": "not_initialised", "hint": INIT_HINT},
    ),
    Trouble.DISK_FULL: (
        TransportError,
        "the database has no room left; nothing was applied",
        {"code": "disk_full", "retryable": False, "hint": "make room on its disk"},
    ),
    Trouble.DISK_FAILED: (
        TransportError,
        "the disk of the database could not be read or written; nothing was applied",
        {
            "code": "disk_failed",
            "retryable": False,
            "hint": "see to the disk, then repeat the call with the same key",
        },
    ),
    Trouble.CORRUPTED: (
        TransportError,
        "the database file is damaged, or is no database",
        {"code": "corrupted", "retryable": False, "hint": "restore it from a backup"},
    ),
}


def understood(
    exc: BaseException, *, system: str | None = None, operation: str | None = None
) -> ErpConnectError:
    """The error of ours that says what ``exc`` means; its text repeats nothing of the row's content."""
    if isinstance(exc, ValidationError):
        return _unwritable(exc, system=system, operation=operation)
    if isinstance(exc, UnreadableCell):
        return MappingError(
            str(exc),
            code="stored_value",
            path=f"{exc.table}.{exc.column}",
            hint=RESTORE,
            system=system,
            operation=operation,
        )
    diagnosis = classify(exc, METADATA)
    native = [text for text in (diagnosis.code, diagnosis.constraint) if text]
    if diagnosis.trouble is Trouble.UNIQUE:
        return _taken(diagnosis.constraint or "", native, system=system, operation=operation)
    kind, said, details = _SAID.get(
        diagnosis.trouble,
        (
            TransportError,
            "the database refused; nothing was applied",
            {"code": "database", "retryable": False},
        ),
    )
    said = said.format(locked=_locked(exc))
    return kind(said, system=system, operation=operation, native=native, **details)


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


_FIRST_TABLE: Final = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+[\"`\[]?(\w+)")


def _locked(exc: BaseException) -> str:
    """What a statement waited for in vain: SQLite's file, which takes one writer at a time, or what its table needs."""
    statement = getattr(exc, "statement", None) or ""
    if statement.startswith("BEGIN"):
        return "the SQLite file"
    found = _FIRST_TABLE.search(statement)
    return f"a row or table that a statement on {found.group(1)} needs" if found else "what this one needs"


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
