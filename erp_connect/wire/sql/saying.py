"""What the database says, in this library's words: one table from :class:`Trouble` to our errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import MetaData
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
)
from .trouble import CommitUnanswered, Diagnosis, Trouble, ValueDoesNotFit, classify
from .unreadable import UnreadableCell

__all__ = ["DATABASE_ERRORS", "RESTORE", "Saying", "said_of", "understood"]

DATABASE_ERRORS: Final = (
    sa_exc.DBAPIError,
    sa_exc.StatementError,
    sa_exc.TimeoutError,
    CommitUnanswered,
    UnicodeDecodeError,
    UnreadableCell,
    ValueDoesNotFit,
)
"""All that a statement or a transaction can raise."""

RESTORE: Final = "put it right in the database, or restore the row from a backup"
"""What to do about a value that is none of its column's kind."""

Saying = tuple[type[ErpConnectError], str, dict[str, Any]]
"""The class of an error, its text, and its details."""

_SAID: Final[Mapping[Trouble, Saying]] = {
    Trouble.UNIQUE: (DuplicateReference, "this exists already", {}),
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
    Trouble.DATABASE_MISSING: (ConfigurationError, "there is no such database", {}),
    Trouble.TABLE_MISSING: (
        ConfigurationError,
        "a table or column that is asked for is not there",
        {"code": "table_missing"},
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


def said_of(diagnosis: Diagnosis, instead: Mapping[Trouble, Saying]) -> Saying:
    """The error for a trouble; ``instead`` has what an adapter says otherwise."""
    return (
        instead.get(diagnosis.trouble)
        or _SAID.get(diagnosis.trouble)
        or (
            TransportError,
            "the database refused; nothing was applied",
            {"code": "database", "retryable": False},
        )
    )


def understood(
    exc: BaseException,
    instead: Mapping[Trouble, Saying],
    *,
    tables: MetaData | None = None,
    system: str | None = None,
    operation: str | None = None,
) -> ErpConnectError:
    """The error of ours that says what ``exc`` means; its text repeats nothing of the row's content."""
    if isinstance(exc, UnreadableCell):
        return MappingError(
            str(exc),
            code="stored_value",
            path=f"{exc.table}.{exc.column}",
            hint=RESTORE,
            system=system,
            operation=operation,
        )
    diagnosis = classify(exc, tables)
    native = [text for text in (diagnosis.code, diagnosis.constraint) if text]
    kind, said, details = said_of(diagnosis, instead)
    if diagnosis.trouble is Trouble.LOCK_TIMEOUT:
        said = said.format(locked=_locked(exc))
    return kind(said, system=system, operation=operation, native=native, **details)


def _locked(exc: BaseException) -> str:
    """What a statement waited for in vain: SQLite's file, which takes one writer at a time, or what its table needs."""
    statement = getattr(exc, "statement", None) or ""
    if statement.startswith("BEGIN"):
        return "the SQLite file"
    found = _FIRST_TABLE.search(statement)
    return f"a row or table that a statement on {found.group(1)} needs" if found else "what this one needs"


_FIRST_TABLE: Final = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+[\"`\[]?(\w+)")
