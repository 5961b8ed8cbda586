"""What a database error means, told from codes: SQLSTATE, driver numbers, SQLite's extended codes.

Text is read only where a driver gives nothing else: the name of a violated constraint on MySQL and SQLite,
and why PostgreSQL refused a connection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, MetaData, Table, UniqueConstraint
from sqlalchemy import exc as sa_exc

__all__ = ["CommitUnanswered", "Diagnosis", "Trouble", "ValueDoesNotFit", "by_the_driver", "classify"]


class ValueDoesNotFit(ValueError):
    """A value that the column cannot hold exactly; refused before it is sent.  Never quotes the value."""


class CommitUnanswered(Exception):
    """The connection broke while COMMIT was under way: the transaction is applied whole, or not at all.

    Settle it by reading what the transaction would have written.  The driver's error is ``__cause__``.
    """


class Trouble(StrEnum):
    """The kinds of trouble that a caller handles differently."""

    UNIQUE = "unique"
    FOREIGN_KEY = "foreign_key"
    NOT_NULL = "not_null"
    CHECK = "check"
    DOES_NOT_FIT = "does_not_fit"
    CONFLICT = "conflict"
    """Serialization failure or deadlock: rolled back, the same transaction may be run again."""
    LOCK_TIMEOUT = "lock_timeout"
    STATEMENT_TIMEOUT = "statement_timeout"
    NOT_CONNECTED = "not_connected"
    """Nothing was sent: no connection could be made, or the pool had none to give."""
    CONNECTION_LOST = "connection_lost"
    """The connection broke; without COMMIT under way the server rolls back."""
    COMMIT_UNANSWERED = "commit_unanswered"
    AUTHENTICATION = "authentication"
    PERMISSION = "permission"
    DATABASE_MISSING = "database_missing"
    TABLE_MISSING = "table_missing"
    DISK_FULL = "disk_full"
    """No room is left, or a limit of the user's or the process's does not let the file grow."""
    DISK_FAILED = "disk_failed"
    """The disk could not be read or written; at COMMIT nobody knows what it holds now."""
    CORRUPTED = "corrupted"
    READ_ONLY = "read_only"
    OTHER = "other"


_RETRYABLE = frozenset(
    {
        Trouble.CONFLICT,
        Trouble.LOCK_TIMEOUT,
        Trouble.STATEMENT_TIMEOUT,
        Trouble.NOT_CONNECTED,
        Trouble.CONNECTION_LOST,
    }
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One database error, understood.

    ``constraint`` is the violated constraint's name where it is known (on SQLite only with ``tables=``,
    otherwise ``table.column, ...``); ``code`` the native code as text.
    """

    trouble: Trouble
    constraint: str | None = None
    code: str | None = None

    @property
    def retryable(self) -> bool:
        """Nothing was applied, and the same transaction may succeed when it is run again."""
        return self.trouble in _RETRYABLE

    @property
    def ambiguous(self) -> bool:
        """The transaction may or may not be applied."""
        return self.trouble is Trouble.COMMIT_UNANSWERED


@contextmanager
def by_the_driver(connection: Connection, statement: str) -> Iterator[None]:
    """What the block does with the driver's own cursor, past SQLAlchemy: its errors leave as SQLAlchemy's.

    A connection on which an interrupt (Ctrl-C) has struck is given up: PyMySQL would take the answer that is still
    on its way for the answer to the next statement.
    """
    try:
        yield
    except connection.dialect.loaded_dbapi.Error as exc:
        raise _as_sqlalchemy(connection, statement, exc) from exc
    except Exception:
        raise
    except BaseException as interruption:
        # SQLite has nothing on its way, and neither has a connection that was closed while this block was entered.
        if connection.dialect.name != "sqlite" and not connection.closed:
            connection.invalidate(interruption)
        raise


def _as_sqlalchemy(connection: Connection, statement: str, exc: Exception) -> BaseException:
    dialect = connection.dialect
    lost = dialect.is_disconnect(exc, connection.connection, None)  # type: ignore[arg-type]
    wrapped = sa_exc.DBAPIError.instance(
        statement,
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


def classify(exc: BaseException, tables: MetaData | None = None) -> Diagnosis:
    """Say what ``exc`` (SQLAlchemy's or a driver's) means.

    ``tables`` lets SQLite's "table.column" be answered as the constraint's name.
    """
    if isinstance(exc, CommitUnanswered):
        cause = classify(exc.__cause__, tables) if exc.__cause__ is not None else None
        return Diagnosis(Trouble.COMMIT_UNANSWERED, code=cause.code if cause else None)
    if isinstance(exc, sa_exc.TimeoutError):
        return Diagnosis(Trouble.NOT_CONNECTED, code="pool")
    if isinstance(exc, ValueDoesNotFit):
        return Diagnosis(Trouble.DOES_NOT_FIT)
    if isinstance(exc, UnicodeDecodeError):
        return Diagnosis(Trouble.CORRUPTED)  # SQLite quotes the bytes of a damaged table's definition
    lost = False
    if isinstance(exc, sa_exc.StatementError):
        lost = isinstance(exc, sa_exc.DBAPIError) and exc.connection_invalidated
        if exc.orig is None:
            return Diagnosis(Trouble.OTHER)
        exc = exc.orig
        if isinstance(exc, ValueDoesNotFit):
            return Diagnosis(Trouble.DOES_NOT_FIT)
    driver = type(exc).__module__.partition(".")[0]
    read = _READERS.get(driver)
    found = read(exc, tables) if read else Diagnosis(Trouble.OTHER)
    if found.trouble is Trouble.OTHER and lost:
        return Diagnosis(Trouble.CONNECTION_LOST, code=found.code)
    return found


# -- PostgreSQL --------------------------------------------------------------------------------------------

_SQLSTATES = {
    "23505": Trouble.UNIQUE,
    "23P01": Trouble.UNIQUE,
    "23503": Trouble.FOREIGN_KEY,
    "23001": Trouble.FOREIGN_KEY,
    "23514": Trouble.CHECK,
    "23502": Trouble.NOT_NULL,
    "40001": Trouble.CONFLICT,
    "40P01": Trouble.CONFLICT,
    "40003": Trouble.CONNECTION_LOST,
    "55P03": Trouble.LOCK_TIMEOUT,
    "57014": Trouble.STATEMENT_TIMEOUT,
    "57P01": Trouble.CONNECTION_LOST,
    "57P02": Trouble.CONNECTION_LOST,
    "57P03": Trouble.NOT_CONNECTED,
    "57P05": Trouble.CONNECTION_LOST,
    "25P03": Trouble.CONNECTION_LOST,
    "25006": Trouble.READ_ONLY,
    "42501": Trouble.PERMISSION,
    "42P01": Trouble.TABLE_MISSING,
    "42703": Trouble.TABLE_MISSING,
    "3D000": Trouble.DATABASE_MISSING,
    "3F000": Trouble.DATABASE_MISSING,
    "53100": Trouble.DISK_FULL,
    "53300": Trouble.NOT_CONNECTED,
    "08001": Trouble.NOT_CONNECTED,
    "08004": Trouble.NOT_CONNECTED,
    "XX001": Trouble.CORRUPTED,
    "XX002": Trouble.CORRUPTED,
}
_SQLSTATE_CLASSES = {
    "08": Trouble.CONNECTION_LOST,
    "22": Trouble.DOES_NOT_FIT,
    "28": Trouble.AUTHENTICATION,
    "40": Trouble.CONFLICT,
    "42": Trouble.OTHER,
}


def _from_sqlstate(state: str) -> Trouble:
    return _SQLSTATES.get(state) or _SQLSTATE_CLASSES.get(state[:2], Trouble.OTHER)


def _psycopg(exc: BaseException, _tables: MetaData | None) -> Diagnosis:
    state = getattr(exc, "sqlstate", None)
    if state:
        diag = getattr(exc, "diag", None)
        return Diagnosis(_from_sqlstate(state), getattr(diag, "constraint_name", None), state)
    kind = type(exc).__name__
    if kind in {"DataError", "NotSupportedError", "ProgrammingError"}:
        # The driver's own refusals: a NUL in a text, a year beyond datetime.
        return Diagnosis(Trouble.DOES_NOT_FIT if kind == "DataError" else Trouble.OTHER)
    if kind in {"ConnectionTimeout", "PoolTimeout"}:
        return Diagnosis(Trouble.NOT_CONNECTED)
    attempt = getattr(exc, "pgconn", None)
    if attempt is not None:
        # A refused connection carries no SQLSTATE: libpq keeps the server's words only.
        return Diagnosis(_why_not_connected(str(exc), attempt))
    if kind in {"OperationalError", "InterfaceError"}:
        return Diagnosis(Trouble.CONNECTION_LOST)
    return Diagnosis(Trouble.OTHER)


def _why_not_connected(text: str, attempt: Any) -> Trouble:
    if (
        getattr(attempt, "needs_password", False)
        or "authentication failed" in text
        or "no pg_hba.conf" in text
    ):
        return Trouble.AUTHENTICATION
    if re.search(r'role "[^"]*" does not exist', text):
        return Trouble.AUTHENTICATION
    if re.search(r'database "[^"]*" does not exist', text):
        return Trouble.DATABASE_MISSING
    if "permission denied for database" in text:
        return Trouble.PERMISSION
    return Trouble.NOT_CONNECTED


# -- MySQL and MariaDB -------------------------------------------------------------------------------------


def _each(trouble: Trouble, codes: Iterable[int]) -> dict[int, Trouble]:
    return dict.fromkeys(codes, trouble)


_MYSQL = {
    **_each(Trouble.UNIQUE, (1022, 1062, 1169, 1586)),
    **_each(Trouble.FOREIGN_KEY, (1216, 1217, 1451, 1452)),
    **_each(Trouble.CHECK, (3819, 4025)),
    **_each(Trouble.NOT_NULL, (1048, 1364)),
    **_each(Trouble.DOES_NOT_FIT, (1264, 1265, 1292, 1366, 1406, 1411, 3140)),
    **_each(Trouble.CONFLICT, (1020, 1213, 1180)),
    **_each(Trouble.LOCK_TIMEOUT, (1205, 3572)),
    **_each(Trouble.STATEMENT_TIMEOUT, (1317, 1969, 3024)),
    **_each(Trouble.NOT_CONNECTED, (1040, 1129, 1203, 2002, 2003, 2005)),
    **_each(Trouble.CONNECTION_LOST, (0, 1053, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 1184)),
    **_each(Trouble.CONNECTION_LOST, (1927, 2006, 2013, 2055, 4031)),
    **_each(Trouble.AUTHENTICATION, (1045, 1130, 1251, 1275, 1698, 1862, 4151)),
    **_each(Trouble.PERMISSION, (1044, 1142, 1143, 1227, 1370)),
    **_each(Trouble.DATABASE_MISSING, (1046, 1049)),
    **_each(Trouble.TABLE_MISSING, (1054, 1146)),
    **_each(Trouble.DISK_FULL, (1021, 1114)),
    **_each(Trouble.CORRUPTED, (1033, 1034, 1035, 1194, 1195, 1712)),
    **_each(Trouble.READ_ONLY, (1036, 1290, 1792, 1836, 3100)),
}  # fmt: skip
_MYSQL_KEY = re.compile(r"for key '(?:[^']*\.)?([^'.]+)'\s*$")
_MYSQL_FOREIGN_KEY = re.compile(r"CONSTRAINT [`\"]([^`\"]+)[`\"] FOREIGN KEY")
_MYSQL_CHECK = re.compile(r"(?:CONSTRAINT [`']|constraint ['`])([^`']+)[`']")


def _pymysql(exc: BaseException, _tables: MetaData | None) -> Diagnosis:
    code = exc.args[0] if exc.args and isinstance(exc.args[0], int) else None
    if code is None:
        return Diagnosis(Trouble.OTHER)
    text = str(exc.args[1]) if len(exc.args) > 1 else ""
    trouble = _MYSQL.get(code, Trouble.OTHER)
    if code == 1030:  # "got error N from storage engine": N is the operating system's or the engine's
        trouble = _storage_engine(text)
    pattern = {
        Trouble.UNIQUE: _MYSQL_KEY,
        Trouble.FOREIGN_KEY: _MYSQL_FOREIGN_KEY,
        Trouble.CHECK: _MYSQL_CHECK,
    }.get(trouble)
    match = pattern.search(text) if pattern else None
    return Diagnosis(trouble, match.group(1) if match else None, str(code))


def _storage_engine(text: str) -> Trouble:
    match = re.search(r"\b(\d+)\b", text)
    number = int(match.group(1)) if match else 0
    return {28: Trouble.DISK_FULL, 126: Trouble.CORRUPTED, 127: Trouble.CORRUPTED}.get(number, Trouble.OTHER)


# -- SQLite ------------------------------------------------------------------------------------------------

_SQLITE = {
    2067: Trouble.UNIQUE,
    1555: Trouble.UNIQUE,
    2579: Trouble.UNIQUE,
    787: Trouble.FOREIGN_KEY,
    275: Trouble.CHECK,
    3091: Trouble.DOES_NOT_FIT,
    1299: Trouble.NOT_NULL,
    517: Trouble.CONFLICT,
    778: Trouble.DISK_FULL,  # a write that failed otherwise than by ENOSPC: a quota or a limit of the file's size
}
_SQLITE_PRIMARY = {
    3: Trouble.PERMISSION,
    5: Trouble.LOCK_TIMEOUT,
    6: Trouble.LOCK_TIMEOUT,
    8: Trouble.READ_ONLY,
    9: Trouble.STATEMENT_TIMEOUT,
    10: Trouble.DISK_FAILED,
    11: Trouble.CORRUPTED,
    13: Trouble.DISK_FULL,
    14: Trouble.DATABASE_MISSING,
    18: Trouble.DOES_NOT_FIT,
    23: Trouble.PERMISSION,
    26: Trouble.CORRUPTED,
}


def _sqlite3(exc: BaseException, tables: MetaData | None) -> Diagnosis:
    code = getattr(exc, "sqlite_errorcode", None)
    text = str(exc)
    if code is None:
        # Raised by the driver itself, not by SQLite.
        if "closed database" in text:
            return Diagnosis(Trouble.CONNECTION_LOST)
        if "decode to UTF-8" in text:
            return Diagnosis(Trouble.CORRUPTED)
        return Diagnosis(Trouble.DOES_NOT_FIT if isinstance(exc, OverflowError) else Trouble.OTHER)
    trouble = _SQLITE.get(code) or _SQLITE_PRIMARY.get(code & 0xFF, Trouble.OTHER)
    if (code == 1 and text.startswith("no such table")) or (code == 1 and "no such column" in text):
        trouble = Trouble.TABLE_MISSING  # SQLite has one code for every mistake in a statement
    if trouble in {Trouble.UNIQUE, Trouble.CHECK, Trouble.NOT_NULL}:
        return Diagnosis(trouble, _sqlite_constraint(text, tables), str(code))
    return Diagnosis(trouble, None, str(code))


def _sqlite_constraint(text: str, tables: MetaData | None) -> str | None:
    _, found, names = text.partition("constraint failed: ")
    if not found:
        return None
    if names.startswith("index '"):
        return names[len("index '") : -1]
    columns = [name.strip() for name in names.split(",")]
    if tables is None or not all("." in name for name in columns):
        return names
    table = tables.tables.get(columns[0].rpartition(".")[0])
    return (table is not None and _named(table, {name.rpartition(".")[2] for name in columns})) or names


def _named(table: Table, columns: set[str]) -> str | None:
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint) and {c.name for c in constraint.columns} == columns:
            return str(constraint.name) if constraint.name else None
    for index in table.indexes:
        if index.unique and {c.name for c in index.columns} == columns:
            return index.name
    if {c.name for c in table.primary_key.columns} == columns and table.primary_key.name:
        return str(table.primary_key.name)
    return None


# -- SQL Server and Oracle ---------------------------------------------------------------------------------

_MSSQL = {
    **_each(Trouble.UNIQUE, (2601, 2627)),
    **_each(Trouble.FOREIGN_KEY, (547,)),
    **_each(Trouble.NOT_NULL, (515,)),
    **_each(Trouble.DOES_NOT_FIT, (220, 2628, 8115, 8152)),
    **_each(Trouble.CONFLICT, (1205, 3960, 3961)),
    **_each(Trouble.LOCK_TIMEOUT, (1222,)),
    **_each(Trouble.AUTHENTICATION, (18452, 18456)),
    **_each(Trouble.PERMISSION, (229, 230, 262, 916)),
    **_each(Trouble.DATABASE_MISSING, (911, 4060)),
    **_each(Trouble.TABLE_MISSING, (207, 208)),
    **_each(Trouble.DISK_FULL, (1101, 1105, 9002)),
    **_each(Trouble.CORRUPTED, (823, 824, 825)),
    **_each(Trouble.READ_ONLY, (3906, 978)),
}
_ORACLE = {
    **_each(Trouble.UNIQUE, (1,)),
    **_each(Trouble.FOREIGN_KEY, (2291, 2292)),
    **_each(Trouble.CHECK, (2290,)),
    **_each(Trouble.NOT_NULL, (1400, 1407)),
    **_each(Trouble.DOES_NOT_FIT, (1438, 1461, 1722, 12899)),
    **_each(Trouble.CONFLICT, (60, 8177)),
    **_each(Trouble.LOCK_TIMEOUT, (54, 30006)),
    **_each(Trouble.STATEMENT_TIMEOUT, (1013,)),
    **_each(Trouble.NOT_CONNECTED, (12514, 12541, 12170)),
    **_each(Trouble.CONNECTION_LOST, (28, 603, 1033, 1034, 1089, 3113, 3114, 3135)),
    **_each(Trouble.AUTHENTICATION, (1017, 28000, 28001)),
    **_each(Trouble.PERMISSION, (1031, 1045)),
    **_each(Trouble.TABLE_MISSING, (904, 942)),
    **_each(Trouble.DISK_FULL, (1653, 1654, 1688, 30036)),
    **_each(Trouble.CORRUPTED, (1578,)),
    **_each(Trouble.READ_ONLY, (1456, 16000)),
}
_MSSQL_NUMBER = re.compile(r"\((\d{2,5})\)")
_ORACLE_NAME = re.compile(r"\((?:[^().]+\.)?([^().]+)\)")


def _mssql(exc: BaseException, _tables: MetaData | None) -> Diagnosis:
    # ODBC drivers give the SQLSTATE first and the server's number in brackets behind the text.
    text = " ".join(str(arg) for arg in exc.args)
    numbers = (int(found) for found in _MSSQL_NUMBER.findall(text))
    number = next((found for found in numbers if found in _MSSQL), None)
    if number is not None:
        match = re.search(r"constraint ['\"]([^'\"]+)['\"]", text)
        return Diagnosis(_MSSQL[number], match.group(1) if match else None, str(number))
    state = str(exc.args[0]) if exc.args else ""
    return Diagnosis(_from_sqlstate(state) if len(state) == 5 else Trouble.OTHER, None, state[:5] or None)


def _oracledb(exc: BaseException, _tables: MetaData | None) -> Diagnosis:
    details = exc.args[0] if exc.args else None
    number = getattr(details, "code", None)
    if not isinstance(number, int):
        return Diagnosis(Trouble.OTHER)
    match = _ORACLE_NAME.search(str(getattr(details, "message", "")))
    named = match.group(1) if match and number in (1, 2290, 2291, 2292) else None
    return Diagnosis(_ORACLE.get(number, Trouble.OTHER), named, f"ORA-{number:05d}")


_READERS = {
    "psycopg": _psycopg,
    "pymysql": _pymysql,
    "sqlite3": _sqlite3,
    "builtins": _sqlite3,
    "pyodbc": _mssql,
    "mssql_python": _mssql,
    "oracledb": _oracledb,
}
