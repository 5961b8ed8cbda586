"""Engines with settled behaviour: which driver, which session settings, how a transaction starts.

Use :func:`reading` and :func:`writing` for every transaction.  A reading transaction sees one consistent
snapshot and never waits for writers; a writing one takes SQLite's only write lock at its first statement
(``BEGIN IMMEDIATE``), because a lock that is wanted in the middle of a transaction cannot be waited for.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy import exc as sa_exc
from sqlalchemy.engine import URL, make_url

from ...errors import ConfigurationError
from ...interruption import uninterrupted
from .forking import outlive_forks
from .trouble import CommitUnanswered, Trouble, classify

__all__ = ["committing", "is_memory", "open_engine", "reading", "sqlite_file", "writing"]

_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "mssql": "mssql+mssqlpython",
    "oracle": "oracle+oracledb",
}
_SETTLED = {
    "sqlite": ("sqlite", "sqlite+pysqlite"),
    "postgresql": ("postgresql+psycopg",),
    "mysql": ("mysql+pymysql",),
    "mariadb": ("mariadb+pymysql",),
}
"""Products whose sessions are settled through one driver: another one would lack time-outs and isolation."""
_EXTRAS = {
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "mssql": "mssql",
    "oracle": "oracle",
}
_WRITING = {"erp_connect_writing": True}
_UNANSWERED = (Trouble.CONNECTION_LOST, Trouble.NOT_CONNECTED, Trouble.DISK_FAILED)
_IDLE_BEFORE_PING = 30.0
_BEYOND = 5.0
"""Seconds beyond the time-out that a server has to say that it has stopped a statement itself."""


def open_engine(
    url: str | URL,
    *,
    timeout: float = 30.0,
    pool_size: int = 5,
    create: bool = False,
    foreign: bool = False,
    application_name: str = "erp_connect",
    connect_args: Mapping[str, Any] | None = None,
) -> Engine:
    """Open a pool of connections with this library's settings; nothing is sent yet.

    ``timeout`` (seconds) bounds connecting, waiting for a lock, a statement, and waiting for the pool.
    ``create`` lets a missing SQLite file be made; without it a mistyped path is a ``ConfigurationError``
    and not a new empty database.  ``foreign``: a SQLite file keeps its journal mode.
    Thread-safe; the pool is reopened in the child after a fork.
    Raises ``ConfigurationError`` for a URL that cannot be read, for another driver than ours with the URL that
    names ours, and for a missing driver with the extra that installs it.
    """
    target = _parsed(url)
    dialect = target.get_backend_name()
    if target.drivername not in _SETTLED.get(dialect, (target.drivername,)):
        raise _foreign_driver(dialect, target)
    options: dict[str, Any] = {
        "hide_parameters": True,
        "pool_size": pool_size,
        "max_overflow": 0,
        "pool_timeout": timeout,
        "pool_use_lifo": True,
    }
    args = dict(connect_args or {})
    if dialect == "sqlite":
        options |= _sqlite_options(target, args, timeout, create)
    elif target.drivername == "postgresql+psycopg":
        args = _postgresql_args(target, timeout, application_name) | args
    elif dialect in ("mysql", "mariadb"):
        options["isolation_level"] = "READ COMMITTED"
        args = _mysql_args(target, timeout, application_name) | args
    if dialect != "sqlite":
        options["connect_args"] = args
    try:
        engine = sa.create_engine(target, **options)
    except sa_exc.NoSuchModuleError as exc:
        raise ConfigurationError(
            f"no database driver is known for {target.drivername}://",
            hint="use sqlite, postgresql, mysql, mariadb, mssql or oracle",
        ) from exc
    except ImportError as exc:
        raise _missing_driver(dialect, target) from exc
    except (TypeError, ValueError, sa_exc.ArgumentError) as exc:
        raise ConfigurationError(f"the settings in the {dialect} URL are not understood") from exc
    _settle(engine, dialect, timeout, foreign=foreign)
    if not is_memory(engine.url):
        outlive_forks(engine)
    return engine


def _parsed(url: str | URL) -> URL:
    try:
        target = make_url(url)
    except (sa_exc.ArgumentError, ValueError):
        # The text may hold a password: it is not repeated, and neither is the cause that quotes it.
        raise ConfigurationError(
            "the database URL cannot be read",
            hint="for example sqlite:///orders.db or postgresql://host/name",
        ) from None
    return target.set(drivername=_DRIVERS.get(target.drivername, target.drivername))


def _missing_driver(dialect: str, target: URL) -> ConfigurationError:
    if target.drivername != _DRIVERS.get(dialect, target.drivername):
        return _foreign_driver(dialect, target)
    extra = _EXTRAS.get(dialect)
    hint = f"pip install 'erp-connect[{extra}]'" if extra else f"install the driver of {target.drivername}"
    return ConfigurationError(f"the driver for {target.drivername}:// is not installed", hint=hint)


def _foreign_driver(dialect: str, target: URL) -> ConfigurationError:
    """The refusal of a driver that this library does not use, or does not find."""
    ours = _DRIVERS.get(dialect, "sqlite+pysqlite").partition("+")[2]
    usual = "sqlite:///orders.db" if dialect == "sqlite" else f"{dialect}://host/name"
    extra = _EXTRAS.get(dialect)
    brings = f"; pip install 'erp-connect[{extra}]' brings {ours}" if extra else ""
    return ConfigurationError(
        f"{target.drivername}:// names a driver that is not used here; for {dialect} this library uses {ours}",
        hint=f"leave the driver out, as in {usual}{brings}",
    )


# -- SQLite ------------------------------------------------------------------------------------------------


def sqlite_file(url: str | URL) -> Path | None:
    """The file of a SQLite URL, absolute; None for a database in memory or another product."""
    target = make_url(url)
    if target.get_backend_name() != "sqlite" or not target.database or target.database == ":memory:":
        return None
    name = target.database
    if name.startswith("file:"):
        if ":memory:" in name or target.query.get("mode") == "memory":
            return None
        name = name[len("file:") :]
    return Path(name).absolute()


def is_memory(url: str | URL) -> bool:
    """Whether this is a SQLite database in memory, which lives and dies with its one connection."""
    return make_url(url).get_backend_name() == "sqlite" and sqlite_file(url) is None


def _sqlite_options(target: URL, args: dict[str, Any], timeout: float, create: bool) -> dict[str, Any]:
    file = sqlite_file(target)
    settings: dict[str, Any] = {
        "timeout": timeout,
        "check_same_thread": False,
        "isolation_level": None,
        "cached_statements": 512,
    } | args
    if file is None:
        # One connection, which the pool lends to one transaction at a time: threads are serialised, and
        # nobody sees another's uncommitted order.
        def in_memory() -> sqlite3.Connection:
            connection: sqlite3.Connection = sqlite3.connect(":memory:", **settings)
            return connection

        return {"creator": in_memory, "poolclass": sa.QueuePool, "pool_size": 1, "pool_recycle": -1}
    if not create and not file.exists():
        raise ConfigurationError(
            f"there is no SQLite database {file.name} in {file.parent}",
            hint="correct the path, or make the database with: erp-connect init URL",
        )
    if create and not file.parent.is_dir():
        raise ConfigurationError(f"the folder {file.parent} does not exist", hint="make the folder first")
    mode = "rwc" if create else "ro" if target.query.get("mode") == "ro" else "rw"
    name = f"file:{quote(str(file))}?mode={mode}"

    def in_file() -> sqlite3.Connection:
        connection: sqlite3.Connection = sqlite3.connect(name, uri=True, **settings)
        return connection

    return {"creator": in_file, "poolclass": sa.QueuePool}


def _settle_sqlite(engine: Engine, timeout: float, *, own_file: bool) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.execute(f"PRAGMA busy_timeout={int(timeout * 1000)}")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=FULL")
        if own_file:
            _write_ahead(connection, timeout)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writing_now = connection.get_execution_options().get("erp_connect_writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing_now else "BEGIN")


def _write_ahead(connection: sqlite3.Connection, timeout: float) -> None:
    """Switch to WAL.  SQLite does not wait for a rival who is switching just now, so that is done here."""
    give_up = time.monotonic() + timeout
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode=WAL").fetchone()
            return
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode & 0xFF == sqlite3.SQLITE_READONLY:
                return  # an archive on a read-only medium can still be read
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.01)


# -- PostgreSQL --------------------------------------------------------------------------------------------


def _postgresql_args(target: URL, timeout: float, application_name: str) -> dict[str, Any]:
    args: dict[str, Any] = {
        "connect_timeout": max(2, int(timeout)),
        "application_name": application_name,
        "keepalives_idle": 30,
        "tcp_user_timeout": int(timeout * 1000),
    }
    return {name: value for name, value in args.items() if name not in target.query}


def _settle_postgresql(engine: Engine, timeout: float) -> None:
    lock, statement = int(timeout * 1000), int(timeout * 1000) + 2000
    # A lock is given up before the statement is: "locked" says more than "too slow".
    session = f"SET TIME ZONE 'UTC'; SET lock_timeout = {lock}; SET statement_timeout = {statement}"

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.autocommit = True
        connection.execute(session)
        connection.autocommit = False

    patient = _patient_connection(timeout + _BEYOND)

    @event.listens_for(engine, "do_connect")
    def on_opening(_dialect: Any, _record: Any, cargs: Any, cparams: Any) -> Any:
        return patient.connect(*cargs, **cparams)

    psycopg_levels = _psycopg_levels()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if "isolation_level" in options:
            return
        driver: Any = connection.connection.driver_connection
        writing_now = bool(options.get("erp_connect_writing"))
        level = None if writing_now else psycopg_levels.REPEATABLE_READ
        if driver.isolation_level != level:
            driver.isolation_level = level
        if driver.read_only == writing_now or driver.read_only is None:
            driver.read_only = not writing_now


def _patient_connection(patience: float) -> Any:
    """A connection that gives up an answer after so many seconds.

    The server's own time-outs end a statement that takes too long; they say nothing to a client whose network swallows
    the answer, and psycopg by itself waits for it for ever.
    """
    from psycopg import Connection as PsycopgConnection
    from psycopg import OperationalError

    class Patient(PsycopgConnection[Any]):
        def wait(self, gen: Any, *args: Any, **more: Any) -> Any:
            return super().wait(self._until(gen, time.monotonic() + patience), *args, **more)

        def _until(self, gen: Any, give_up: float) -> Any:
            try:
                wanted = next(gen)
                while True:
                    ready = yield wanted
                    if not ready and time.monotonic() > give_up:
                        self.pgconn.finish()  # whatever comes now belongs to nobody
                        raise OperationalError("the server has not answered in time")
                    wanted = gen.send(ready)
            except StopIteration as done:
                return done.value

    return Patient


def _psycopg_levels() -> Any:
    from psycopg import IsolationLevel

    return IsolationLevel


# -- MySQL and MariaDB -------------------------------------------------------------------------------------

_SQL_MODE = "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"


def _mysql_args(target: URL, timeout: float, application_name: str) -> dict[str, Any]:
    args: dict[str, Any] = {
        "charset": "utf8mb4",
        "connect_timeout": max(1, int(timeout)),
        "read_timeout": int(timeout + _BEYOND),
        "write_timeout": int(timeout + _BEYOND),
        "program_name": application_name,
    }
    return {name: value for name, value in args.items() if name not in target.query}


def _settle_mysql(engine: Engine, timeout: float) -> None:
    wait = max(1, int(timeout))  # for a row, and for a table, which is else waited for a day long
    session = (
        f"SET SESSION sql_mode='{_SQL_MODE}', time_zone='+00:00', "
        f"innodb_lock_wait_timeout={wait}, lock_wait_timeout={wait}"
    )

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(session)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("erp_connect_writing"):
            # For the next transaction only; the session stays READ COMMITTED for writers.
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


# -- all ---------------------------------------------------------------------------------------------------


def _settle(engine: Engine, dialect: str, timeout: float, *, foreign: bool) -> None:
    if dialect == "sqlite":
        _settle_sqlite(engine, timeout, own_file=not foreign and not is_memory(engine.url))
        return
    if engine.driver == "psycopg":
        _settle_postgresql(engine, timeout)
    elif dialect in ("mysql", "mariadb"):
        _settle_mysql(engine, timeout)
    _ping_after_idling(engine)


def _ping_after_idling(engine: Engine) -> None:
    """Try a connection that lay idle before lending it: a ping on every loan would cost a round trip."""

    @event.listens_for(engine, "checkin")
    def on_checkin(_connection: Any, record: Any) -> None:
        record.info["erp_connect_idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: Any, record: Any, _proxy: Any) -> None:
        since = record.info.pop("erp_connect_idle_since", None)
        if since is None or time.monotonic() - since < _IDLE_BEFORE_PING:
            return
        try:
            alive = engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            alive = False
        if not alive:
            raise sa_exc.DisconnectionError("the connection was closed while it lay idle")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A read-only transaction on one consistent snapshot; ended at the end of the block, so nothing stays open.

    It ends with COMMIT, which changes nothing: at a ROLLBACK psycopg would forget its prepared statements, and the
    server would plan the same statement anew for every order.
    """
    with _transaction(engine.connect(), Connection.commit) as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A writing transaction: committed when the block ends, rolled back when it raises.

    Raises :class:`CommitUnanswered` when the connection breaks, or the disk fails, during COMMIT: applied, or not,
    but never half.  Any other error means that nothing was applied; so does an interrupt (Ctrl-C) inside of the block,
    whereas one that arrives during COMMIT waits for its end.
    """
    with _transaction(engine.connect().execution_options(**_WRITING), _commit) as connection:
        yield connection


@contextmanager
def _transaction(connection: Connection, commit: Callable[[Connection], None]) -> Iterator[Connection]:
    try:
        connection.begin()
        yield connection
        with uninterrupted():
            try:
                commit(connection)
            finally:
                connection.close()
    except BaseException:
        with uninterrupted():
            try:
                connection.rollback()  # nothing where it has ended
            except sa_exc.DBAPIError as exc:
                # The connection is gone and the server rolls back by itself; the first error says more.
                if classify(exc).trouble is not Trouble.CONNECTION_LOST:
                    raise
            finally:
                connection.close()
        raise


def _commit(connection: Connection) -> None:
    with committing():
        connection.commit()


@contextmanager
def committing() -> Iterator[None]:
    """A COMMIT whose answer may stay away: then it leaves as :class:`CommitUnanswered`."""
    try:
        yield
    except sa_exc.DBAPIError as exc:
        if classify(exc).trouble in _UNANSWERED:
            raise CommitUnanswered("the connection broke while the transaction was being committed") from exc
        raise
