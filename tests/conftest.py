"""Database servers for the tests: started when a test first asks for one, gone when the session ends."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from erp_connect.testing.databases import mariadb_server, new_database, start_postgres

# Real files and a real server, on a memory disk where there is a roomy one: waiting for a disk proves nothing here.
_MEMORY_DISK = Path("/dev/shm")
if os.access(_MEMORY_DISK, os.W_OK | os.X_OK) and shutil.disk_usage(_MEMORY_DISK).free > 4 * 2**30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY_DISK))
    if "TMPDIR" not in os.environ:
        tempfile.tempdir = str(_MEMORY_DISK)


@pytest.fixture(scope="session")
def postgres_server():
    """A PostgreSQL cluster of this session's own (one for each xdist worker), from the wheel."""
    with start_postgres() as cluster:
        yield cluster.url


@pytest.fixture(scope="session")
def mariadb_server_url():
    """The MariaDB server that listens, or a skip with the reason."""
    found = mariadb_server()
    if isinstance(found, str):
        pytest.skip(found)
    return found


@pytest.fixture
def postgres_url(postgres_server):
    """A fresh PostgreSQL database."""
    with new_database(postgres_server) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture
def mariadb_url(mariadb_server_url):
    """A fresh MariaDB database."""
    with new_database(mariadb_server_url) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture
def sqlite_url(tmp_path):
    """The URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'orders.db'}"


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def database_url(request):
    """A fresh, empty database: the test runs once on each of the three products."""
    return request.getfixturevalue(f"{request.param}_url")


_DIALECTS = {}
_COMPILED = {}


@sa.event.listens_for(sa.Engine, "engine_connect")
def _share_compiled_statements(connection):
    """One dialect and its compiled statements for all engines that speak alike.

    A program opens an engine once, a test each time: compiling the same statements for each of them would be a
    quarter of a database test's time.
    """
    engine = connection.engine
    if engine.dialect not in _COMPILED:
        plain = (str, int, tuple, frozenset, type(None))
        speech = sorted((name, repr(v)) for name, v in vars(engine.dialect).items() if isinstance(v, plain))
        shared = _DIALECTS.setdefault((type(engine.dialect), tuple(speech)), engine.dialect)
        engine.dialect = connection.dialect = shared
    connection.execution_options(compiled_cache=_COMPILED.setdefault(engine.dialect, {}))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What needs a server that somebody has to start is not for the first ten minutes."""
    for item in items:
        if "mariadb" in item.nodeid.casefold() or {"mariadb_url", "mariadb_server_url"} & set(
            item.fixturenames
        ):
            item.add_marker(pytest.mark.thorough)


def pytest_terminal_summary(terminalreporter):
    """Print the figures that tests have measured (``record_property("figures", ...)``), from every xdist worker."""
    figures = [
        (report.nodeid.rpartition("::")[2], value)
        for report in terminalreporter.getreports("passed")
        if report.when == "call"
        for name, value in report.user_properties
        if name == "figures"
    ]
    if figures:
        terminalreporter.section("figures", sep="-")
        for test, value in figures:
            terminalreporter.write_line(f"{test}: {value}")
