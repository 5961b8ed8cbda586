"""Making and migrating the reference schema: ``init`` is safe to run twice, and by two processes at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL

from ...errors import ConfigurationError, RecordLocked
from ...rules.back_office import check_settings
from ...wire.sql import open_engine, reading, writing
from .errors import translated
from .schema import METADATA, SCHEMA_VERSION, SYSTEM
from .system import SystemInfo, newer_schema, read_system

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

MIGRATIONS: Final = Path(__file__).parent / "migrations"
VERSION_TABLE: Final = "erp_migrations"
_LOCK: Final = "erp_connect_init"
_PATIENCE: Final = 60


def init(
    url: str | URL,
    *,
    company: str | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    rounding: str | None = None,
    backorders: bool | None = None,
    credit: str | None = None,
    change: bool = False,
    timeout: float = 60.0,
) -> SystemInfo:
    """Make the tables (or bring them up to date) and put the company on file; returns what stands there then.

    The answers are those of :class:`~erp_connect.rules.back_office.CompanySettings`; left out, a new company has no
    name and no currency, keeps its days in UTC, rounds each line, allows backorders and refuses what is above a
    credit limit.  A database that holds a company already keeps it as it is, unless ``change`` says that the answers
    given are to replace what stands there: running this twice, or in two processes at once, is harmless.

    Raises ``ConfigurationError`` for answers that make no sense, for a database of a newer version, and for one whose
    tables are only partly there.
    """
    engine = open_engine(url, timeout=timeout, create=True)
    try:
        return prepare(
            engine,
            company=company,
            currency=currency,
            timezone=timezone,
            rounding=rounding,
            backorders=backorders,
            credit=credit,
            change=change,
        )
    finally:
        engine.dispose()


def prepare(engine: Engine, *, change: bool = False, **answers: Any) -> SystemInfo:
    """As :func:`init`, for an engine that is open already (a database in memory has no URL)."""
    check_settings(**answers)
    given = {name: value for name, value in answers.items() if value is not None}
    with translated("init"), writing(engine) as connection, _alone(connection):
        _migrate(connection)
        found = read_system(connection)
        if found is None:
            return _first_row(connection, given)
        changed = {name: value for name, value in given.items() if getattr(found, name) != value}
        if change and changed:
            connection.execute(sa.update(SYSTEM).values(changed))
            found = replace(found, **changed)
        return found


def schema_version(engine: Engine) -> int | None:
    """The version of the tables in this database; ``None`` when it holds none of ours."""
    with translated(), reading(engine) as connection:
        if not sa.inspect(connection).has_table(SYSTEM.name):
            return None
        found = read_system(connection)
        return None if found is None else found.schema_version


def check(engine: Engine) -> tuple[str, ...]:
    """Every difference between the database's tables and those that this version wants; empty when there is none."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with translated(), reading(engine) as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": _is_ours, "version_table": VERSION_TABLE}
        )
        return tuple(_told(difference) for difference in compare_metadata(context, METADATA))


def _is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    return kind != "table" or name in METADATA.tables


def _told(difference: Any) -> str:
    parts = [difference] if isinstance(difference, tuple) else list(difference)
    return "; ".join(" ".join(str(word) for word in part) for part in parts)


def _first_row(connection: Connection, answers: Mapping[str, Any]) -> SystemInfo:
    usual = {"timezone": "UTC", "rounding": "line", "backorders": True, "credit": "refuse"}
    info = SystemInfo(
        uuid=str(uuid.uuid4()),
        schema_version=SCHEMA_VERSION,
        created_at=datetime.now(UTC),
        **{"company": None, "currency": None, **usual, **answers},
    )
    row = {name: getattr(info, name) for name in SystemInfo.__slots__}
    connection.execute(sa.insert(SYSTEM), {"id": 1, **row})
    return info


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """One process at a time: SQLite's write lock is held already, the others need a lock with a name."""
    name = connection.dialect.name
    key = sha256(f"{_LOCK}:{connection.engine.url.database}".encode()).hexdigest()[:15]
    if name == "postgresql":
        # Ends with the transaction, and so does everything that was made in it.
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(int(key, 16))))
        yield
    elif name in ("mysql", "mariadb"):
        # MySQL commits after each CREATE TABLE: only a lock of the session lasts through all of them.
        if connection.execute(sa.select(sa.func.get_lock(key, _PATIENCE))).scalar() != 1:
            raise RecordLocked("another process is preparing this database", operation="init")
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.release_lock(key)))
    else:
        yield


def _migrate(connection: Connection) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(MIGRATIONS))
    current = MigrationContext.configure(
        connection, opts={"version_table": VERSION_TABLE}
    ).get_current_revision()
    _refuse_what_is_not_ours(connection, script, current)
    if current == script.get_current_head():
        return

    def steps(revision: Any, _context: Any) -> Any:
        return script._upgrade_revs("head", revision)

    with EnvironmentContext(Config(), script, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=METADATA, version_table=VERSION_TABLE)
        environment.run_migrations()
    connection.execute(sa.update(SYSTEM).values(schema_version=SCHEMA_VERSION))


def _refuse_what_is_not_ours(connection: Connection, script: ScriptDirectory, current: str | None) -> None:
    known = {revision.revision for revision in script.walk_revisions()}
    if current is not None and current not in known:
        raise newer_schema(current)
    present = set(sa.inspect(connection).get_table_names())
    ours = [name for name in METADATA.tables if name in present]
    if current is None and ours:
        raise _half_there(f"it has {_some(ours)}, but no record of a finished migration")
    missing = [name for name in METADATA.tables if name not in present]
    if current == script.get_current_head() and missing:
        raise _half_there(f"{_some(missing)} missing")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _half_there(what: str) -> ConfigurationError:
    return ConfigurationError(
        f"the tables of this database are only partly there: {what}",
        code="schema_damaged",
        hint="restore the database from a backup, or empty it and run erp-connect init again",
    )
