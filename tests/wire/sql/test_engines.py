"""Transactions: snapshots for readers, one writer on SQLite, forks, memory databases, drivers that are missing."""

import os
import sys
import threading

import pytest
import sqlalchemy as sa

from erp_connect.errors import ConfigurationError
from erp_connect.wire.sql import (
    CommitUnanswered,
    Trouble,
    classify,
    is_memory,
    keyset_pages,
    open_engine,
    reading,
    stream,
    stream_blocks,
    writing,
)


def _ids(connection, orders):
    return connection.execute(sa.select(orders.c.id).order_by(orders.c.id)).scalars().all()


def _insert(engine, orders, *ids):
    with writing(engine) as connection:
        connection.execute(sa.insert(orders), [{"id": n, "open": True} for n in ids])


def test_a_reader_sees_one_snapshot_while_another_writes(engine, orders):
    _insert(engine, orders, 1)
    with reading(engine) as connection:
        before = _ids(connection, orders)
        _insert(engine, orders, 2)
        assert _ids(connection, orders) == before == [1]
    with reading(engine) as connection:
        assert _ids(connection, orders) == [1, 2]


def test_a_transaction_that_raises_leaves_nothing(engine, orders):
    def fail_after_writing():
        with writing(engine) as connection:
            connection.execute(sa.insert(orders), {"id": 1, "open": True})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_writing()
    with reading(engine) as connection:
        assert _ids(connection, orders) == []


@pytest.mark.parametrize("database_url", ["postgres", "mariadb"], indirect=True)
def test_a_reading_transaction_cannot_write(engine, orders):
    with pytest.raises(sa.exc.DBAPIError) as refused, reading(engine) as connection:
        connection.execute(sa.insert(orders), {"id": 1, "open": True})
    assert classify(refused.value).trouble is Trouble.READ_ONLY


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_writer_on_sqlite_has_the_lock_before_its_first_statement(engine, database_url, orders, opened):
    rival = opened(database_url, timeout=0.2)
    with writing(engine):
        with pytest.raises(sa.exc.OperationalError) as refused, writing(rival):
            pytest.fail("two writers at once")
        assert classify(refused.value).trouble is Trouble.LOCK_TIMEOUT
    _insert(rival, orders, 1)


def test_postgresql_plans_a_statement_once_however_often_it_is_read(postgres_url, orders, metadata, opened):
    engine = opened(postgres_url)
    with writing(engine) as connection:
        metadata.create_all(connection)
    for _ in range(8):
        with reading(engine) as connection:
            _ids(connection, orders)
    with reading(engine) as connection:
        prepared = connection.exec_driver_sql("SELECT statement FROM pg_prepared_statements").scalars().all()
    assert any(orders.name in statement for statement in prepared)


def test_writers_in_many_threads_lose_nothing(engine, orders):
    def work(start):
        for n in range(start, start + 10):
            _insert(engine, orders, n)

    threads = [threading.Thread(target=work, args=(1 + 10 * n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as connection:
        assert _ids(connection, orders) == list(range(1, 81))


def test_pages_by_key_let_the_caller_write_while_iterating(engine, orders):
    _insert(engine, orders, *range(10, 35))
    seen = []
    select = sa.select(orders.c.id, orders.c.open)
    for page in keyset_pages(engine, select, [orders.c.id], batch=10):
        seen += [row.id for row in page]
        if len(seen) == 10:
            _insert(engine, orders, 5, 40)  # one before and one behind the place that was reached
            with writing(engine) as connection:
                connection.execute(sa.delete(orders).where(orders.c.id == 20))
    assert seen == [n for n in range(10, 35) if n != 20] + [40]


def test_pages_by_two_keys_meet_every_row_once(engine, orders):
    with writing(engine) as connection:
        connection.execute(
            sa.insert(orders),
            [{"id": n, "note": "same" if n % 3 else "other", "open": True} for n in range(1, 26)],
        )
    short = sa.cast(orders.c.note, sa.Unicode(10)).label("short")
    pages = list(keyset_pages(engine, sa.select(short, orders.c.id), [short, orders.c.id], batch=4))
    found = [row.id for page in pages for row in page]
    assert found == [n for n in range(1, 26) if n % 3 == 0] + [n for n in range(1, 26) if n % 3]
    assert max(len(page) for page in pages) == 4


def test_pages_can_start_behind_a_key(engine, orders):
    _insert(engine, orders, 1, 2, 3)
    pages = keyset_pages(engine, sa.select(orders.c.id), [orders.c.id], after=[2])
    assert [row.id for page in pages for row in page] == [3]


def test_a_key_that_is_not_selected_is_refused(engine, orders):
    with pytest.raises(ValueError, match="selected columns"):
        next(keyset_pages(engine, sa.select(orders.c.id), [orders.c.note]))


def test_a_cursor_streams_blocks_of_the_size_asked_for(engine, orders):
    _insert(engine, orders, *range(1, 26))
    select = sa.select(orders.c.id).order_by(orders.c.id)
    with reading(engine) as connection:
        assert [len(block) for block in stream_blocks(connection, select, batch=10)] == [10, 10, 5]
    with reading(engine) as connection:
        assert [row.id for row in stream(connection, select, batch=7)] == list(range(1, 26))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_opens_connections_of_its_own(engine, orders):
    _insert(engine, orders, 1)
    child = os.fork()
    if child == 0:  # pragma: no cover (another process)
        try:
            _insert(engine, orders, 2)
            with reading(engine) as connection:
                os._exit(0 if _ids(connection, orders) == [1, 2] else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with reading(engine) as connection:  # the parent's connection still works
        assert _ids(connection, orders) == [1, 2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_what_a_forked_child_commits_stands_when_its_parent_has_closed_the_database(engine, orders):
    _insert(engine, orders, 1)
    parent_closed, go_on = os.pipe()
    child_wrote, tell = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover (another process)
        try:
            _insert(engine, orders, 2)
            os.write(tell, b"2")
            os.read(parent_closed, 1)
            _insert(engine, orders, 3)
            os._exit(0)
        finally:
            os._exit(2)
    os.read(child_wrote, 1)
    engine.dispose()
    os.write(go_on, b"x")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    for end in (parent_closed, go_on, child_wrote, tell):
        os.close(end)
    with reading(engine) as connection:
        assert _ids(connection, orders) == [1, 2, 3]


def test_a_database_in_memory_is_shared_by_all_threads(orders, metadata, opened):
    engine = opened("sqlite://")
    assert is_memory(engine.url)
    with writing(engine) as connection:
        metadata.create_all(connection)
    thread = threading.Thread(target=_insert, args=(engine, orders, 1))
    thread.start()
    thread.join()
    with reading(engine) as connection:
        assert _ids(connection, orders) == [1]


def test_a_mistyped_path_is_no_new_empty_database(tmp_path):
    with pytest.raises(ConfigurationError, match="no SQLite database ordres"):
        open_engine(f"sqlite:///{tmp_path / 'ordres.db'}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "module", "extra"),
    [
        ("postgresql://db.example/orders", "psycopg", "postgres"),
        ("mysql://db.example/orders", "pymysql", "mysql"),
        ("mariadb://db.example/orders", "pymysql", "mysql"),
        ("mssql://db.example/orders", "mssql_python", "mssql"),
        ("oracle://db.example/orders", "oracledb", "oracle"),
    ],
)
def test_a_missing_driver_names_the_extra_that_brings_it(monkeypatch, url, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigurationError, match=rf"erp-connect\[{extra}\]"):
        open_engine(url)


@pytest.mark.parametrize(
    ("url", "ours", "usual"),
    [
        ("postgresql+psycopg2://db.example/orders", "psycopg", "postgresql://"),
        ("postgresql+asyncpg://db.example/orders", "psycopg", "postgresql://"),
        ("postgresql+nonsense://db.example/orders", "psycopg", "postgresql://"),
        ("mysql+mysqldb://db.example/orders", "pymysql", "mysql://"),
        ("mysql+mysqlconnector://db.example/orders", "pymysql", "mysql://"),
        ("mariadb+mariadbconnector://db.example/orders", "pymysql", "mariadb://"),
        ("mssql+pymssql://db.example/orders", "mssqlpython", "mssql://"),
        ("oracle+cx_oracle://db.example/orders", "oracledb", "oracle://"),
        ("sqlite+aiosqlite:///orders.db", "pysqlite", "sqlite:///"),
    ],
)
def test_another_driver_is_answered_with_ours_and_how_to_write_the_url(monkeypatch, url, ours, usual):
    for module in ("pymssql", "cx_Oracle"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigurationError) as refused:
        open_engine(url)
    assert refused.value.message.endswith(f"this library uses {ours}")
    assert f"as in {usual}" in refused.value.hint
    assert "psycopg2" not in refused.value.hint


def test_our_driver_may_be_named(opened):
    assert opened("postgresql+psycopg://127.0.0.1/orders").driver == "psycopg"
    assert opened("mysql+pymysql://127.0.0.1/orders").driver == "pymysql"


def test_an_unknown_product_says_which_ones_are_known():
    with pytest.raises(ConfigurationError, match="use sqlite"):
        open_engine("dbase://somewhere/orders")


@pytest.mark.parametrize(
    "url",
    ["postgresql://ann:s3cr3t@db:port/x", "no url s3cr3t"],
)
def test_a_url_that_cannot_be_read_is_not_repeated(url):
    with pytest.raises(ConfigurationError) as refused:
        open_engine(url)
    assert "s3cr3t" not in f"{refused.value} {refused.value!r} {refused.value.__cause__!r}"


def test_the_password_is_never_shown(postgres_url, opened):
    engine = opened(sa.make_url(postgres_url).set(password="s3cr3t", username="nobody_such"))
    with pytest.raises(sa.exc.OperationalError) as refused, reading(engine):
        pytest.fail("let in")
    assert "s3cr3t" not in f"{engine!r} {engine.url!r} {refused.value}"


def test_values_are_not_shown_in_database_errors(engine, orders):
    _insert(engine, orders, 1)
    with pytest.raises(sa.exc.IntegrityError) as refused, writing(engine) as connection:
        connection.execute(sa.insert(orders), {"id": 1, "note": "Ann's private address", "open": True})
    assert "private" not in str(refused.value)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_connection_that_breaks_during_commit_leaves_the_outcome_open(engine, orders):
    def write_and_be_cut_off():
        with writing(engine) as connection:
            connection.execute(sa.insert(orders), {"id": 1, "open": True})
            with engine.connect() as other:
                pid = connection.connection.driver_connection.info.backend_pid
                other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    with pytest.raises(CommitUnanswered) as broken:
        write_and_be_cut_off()
    assert classify(broken.value).ambiguous
    with reading(engine) as connection:
        assert _ids(connection, orders) == []
