"""What went wrong is told from the database's codes, alike on three products."""

import threading

import pytest
import sqlalchemy as sa

from erp_connect.wire.sql import Trouble, classify, insert_many, reading, writing


def _fails(engine, statement, metadata, values=None):
    with pytest.raises(sa.exc.DBAPIError) as failed, writing(engine) as connection:
        connection.execute(statement, values)
    return classify(failed.value, metadata)


def test_a_second_row_with_the_same_stamp_names_the_constraint(engine, orders, metadata):
    with writing(engine) as connection:
        connection.execute(sa.insert(orders), {"id": 1, "stamp": "ABC", "open": True})
    found = _fails(engine, sa.insert(orders), metadata, {"id": 2, "stamp": "ABC", "open": True})
    assert (found.trouble, found.constraint) == (Trouble.UNIQUE, "uq_wire_stamp")
    assert not found.retryable


def test_a_bulk_insert_is_diagnosed_like_a_single_one(engine, orders, metadata):
    with pytest.raises(sa.exc.IntegrityError) as failed, writing(engine) as connection:
        insert_many(connection, orders, [(1, "A", True), (2, "A", True)], ["id", "stamp", "open"])
    found = classify(failed.value, metadata)
    assert (found.trouble, found.constraint) == (Trouble.UNIQUE, "uq_wire_stamp")


def test_a_customer_that_is_not_there_is_a_foreign_key(engine, orders, metadata):
    found = _fails(engine, sa.insert(orders), metadata, {"id": 1, "customer": "none", "open": True})
    assert found.trouble is Trouble.FOREIGN_KEY
    if engine.dialect.name != "sqlite":  # SQLite does not say which
        assert found.constraint == "fk_wire_customer"


def test_a_missing_value_is_not_null(engine, orders, metadata):
    found = _fails(engine, sa.insert(orders), metadata, {"id": 1, "open": None})
    assert found.trouble is Trouble.NOT_NULL


def test_a_check_names_its_constraint(engine, orders, metadata):
    found = _fails(engine, sa.insert(orders), metadata, {"id": -1, "open": True})
    assert (found.trouble, found.constraint) == (Trouble.CHECK, "ck_wire_id")


def test_a_table_that_is_not_there(engine, metadata):
    assert _fails(engine, sa.text("SELECT 1 FROM nowhere"), metadata).trouble is Trouble.TABLE_MISSING


@pytest.mark.parametrize("database_url", ["postgres", "mariadb"], indirect=True)
def test_of_two_that_wait_for_each_other_one_is_told_to_try_again(engine, orders, metadata):
    with writing(engine) as connection:
        connection.execute(sa.insert(orders), [{"id": n, "open": True} for n in (1, 2)])
    both_have_one = threading.Barrier(2)
    troubles = []

    def work(first, second):
        try:
            with writing(engine) as connection:
                connection.execute(sa.update(orders).where(orders.c.id == first).values(note="x"))
                both_have_one.wait()
                connection.execute(sa.update(orders).where(orders.c.id == second).values(note="x"))
        except sa.exc.DBAPIError as exc:
            troubles.append(classify(exc, metadata))

    threads = [threading.Thread(target=work, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(found.trouble, found.retryable) for found in troubles] == [(Trouble.CONFLICT, True)]


def test_a_lock_held_too_long_is_a_lock_timeout(engine, database_url, orders, metadata, opened):
    with writing(engine) as connection:
        connection.execute(sa.insert(orders), {"id": 1, "open": True})
    impatient = opened(database_url, timeout=1)
    with writing(engine) as holder:
        holder.execute(sa.update(orders).values(note="mine"))
        found = _fails(impatient, sa.update(orders).values(note="theirs"), metadata)
    assert (found.trouble, found.retryable) == (Trouble.LOCK_TIMEOUT, True)


@pytest.mark.parametrize("database_url", ["postgres", "mariadb"], indirect=True)
def test_a_connection_that_the_server_ended_is_lost_and_the_next_one_works(engine, metadata):
    ask, kill = {
        "postgresql": ("SELECT pg_backend_pid()", "SELECT pg_terminate_backend({})"),
        "mariadb": ("SELECT connection_id()", "KILL {}"),
    }[engine.dialect.name]

    def be_cut_off():
        with writing(engine) as connection:
            own = connection.execute(sa.text(ask)).scalar()
            with engine.connect() as other:
                other.execute(sa.text(kill.format(own)))
            connection.execute(sa.text("SELECT 1"))

    with pytest.raises(sa.exc.DBAPIError) as failed:
        be_cut_off()
    assert classify(failed.value, metadata).trouble is Trouble.CONNECTION_LOST
    with reading(engine) as connection:
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1


@pytest.mark.parametrize("server", ["postgres_url", "mariadb_url"])
def test_a_database_that_does_not_exist(request, server, opened):
    engine = opened(sa.make_url(request.getfixturevalue(server)).set(database="no_such_database"))
    with pytest.raises(sa.exc.OperationalError) as failed, reading(engine):
        pytest.fail("connected")
    assert classify(failed.value).trouble is Trouble.DATABASE_MISSING


@pytest.mark.parametrize("server", ["postgres_url", "mariadb_url"])
def test_a_user_who_is_not_let_in(request, server, opened):
    url = sa.make_url(request.getfixturevalue(server)).set(username="nobody_such", password="wrong")
    with pytest.raises(sa.exc.OperationalError) as failed, reading(opened(url)):
        pytest.fail("let in")
    assert classify(failed.value).trouble is Trouble.AUTHENTICATION


@pytest.mark.parametrize("scheme", ["postgresql", "mariadb"])
def test_a_server_that_does_not_listen(scheme, opened):
    with pytest.raises(sa.exc.OperationalError) as failed, reading(opened(f"{scheme}://127.0.0.1:9/x")):
        pytest.fail("connected")
    found = classify(failed.value)
    assert (found.trouble, found.retryable) == (Trouble.NOT_CONNECTED, True)


def test_a_file_that_is_no_database(tmp_path, opened):
    file = tmp_path / "orders.db"
    file.write_text("this is a letter, not a database\n" * 100)
    with pytest.raises(sa.exc.DatabaseError) as failed, reading(opened(f"sqlite:///{file}")):
        pytest.fail("opened")
    assert classify(failed.value).trouble is Trouble.CORRUPTED
