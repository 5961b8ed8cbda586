"""Numbers taken in advance: nobody else's, ascending, and for events in the order of the commits."""

import threading

import pytest
import sqlalchemy as sa

from erp_connect.wire.sql import writing
from erp_connect.wire.sql.numbers import (
    counters_table,
    create_counters,
    reserve,
    reserve_in_commit_order,
)

METADATA = sa.MetaData()
COUNTERS = counters_table(METADATA, "wire_counters")


@pytest.fixture
def counting(database_url, opened):
    engine = opened(database_url, create=True, timeout=20)
    with writing(engine) as connection:
        METADATA.create_all(connection)
        create_counters(
            connection, COUNTERS, {"wire_orders": 100001, "wire_events": 1}, in_commit_order=["wire_events"]
        )
    return engine


def test_they_begin_where_they_were_told_and_go_on(counting):
    with writing(counting) as connection:
        assert list(reserve(connection, COUNTERS, "wire_orders", 3)) == [100001, 100002, 100003]
        assert list(reserve(connection, COUNTERS, "wire_orders", 0)) == []
        assert list(reserve(connection, COUNTERS, "wire_orders", 1)) == [100004]
    with writing(counting) as connection:
        many = list(reserve(connection, COUNTERS, "wire_orders", 6000))
    assert many == sorted(set(many))
    assert (len(many), many[0]) == (6000, 100005)


def test_many_at_once_never_get_the_same(counting):
    taken = []

    def work():
        for _ in range(5):
            with writing(counting) as connection:
                taken.extend(reserve(connection, COUNTERS, "wire_orders", 7))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 140


def test_numbers_in_commit_order_leave_no_gap_when_a_transaction_fails(counting):
    def take_and_fail():
        with writing(counting) as connection:
            reserve_in_commit_order(connection, COUNTERS, "wire_events", 5)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        take_and_fail()
    with writing(counting) as connection:
        assert list(reserve_in_commit_order(connection, COUNTERS, "wire_events", 2)) == [1, 2]


def test_a_counter_that_nobody_made_is_a_mistake(counting):
    with pytest.raises(KeyError, match="no counter"), writing(counting) as connection:
        reserve_in_commit_order(connection, COUNTERS, "wire_nothing", 1)
