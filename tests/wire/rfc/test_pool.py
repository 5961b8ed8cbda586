"""Bounded, exclusive, and rid of connections that are no good any more (sap.md 1.7, 6 #4, #5)."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from erp_connect.wire.rfc import Pool, RfcFailure, Trouble

from .system import CREATE, order_parameters


def test_threads_share_no_connection_and_no_more_are_opened_than_allowed(pool, world, opened):
    # The mock refuses a connection that two threads use at once, as the SDK does.
    def work(index):
        with pool.unit_of_work() as unit:
            unit.call(CREATE, **order_parameters(f"PO-{index}"))
            unit.commit()

    with ThreadPoolExecutor(max_workers=8) as threads:
        list(threads.map(work, range(24)))
    assert sorted(order.fields["PURCH_NO_C"] for order in world.orders.values()) == sorted(
        f"PO-{index}" for index in range(24)
    )
    assert len(opened) <= 3


def test_a_connection_is_used_again(pool, opened):
    for _ in range(3):
        pool.read("RFC_PING")
    assert len(opened) == 1


def test_whoever_waits_too_long_for_a_connection_is_told_so(world, opened, pool):
    small = Pool(pool._opener, size=1, timeout=0.05)
    with small.session(), pytest.raises(RfcFailure) as caught, small.session():
        pass
    assert caught.value.trouble is Trouble.BUSY
    small.close()


def test_a_lost_session_is_not_given_out_again(pool, world, opened):
    world.faults.dump(CREATE)
    with pool.unit_of_work() as unit, pytest.raises(RfcFailure):
        unit.call(CREATE, **order_parameters())
    pool.read("RFC_PING")
    assert len(opened) == 2
    assert not opened[0].alive


def test_a_rested_connection_that_died_unseen_does_not_fail_a_reading(pool, world, opened):
    pool.read("RFC_PING")
    world.faults.lose_request("STFC_CONNECTION")
    answer = pool.read("STFC_CONNECTION", REQUTEXT="hello")
    assert answer["ECHOTEXT"] == "hello"
    assert len(opened) == 2


def test_a_reading_is_repeated_once_only(pool, world):
    world.faults.lose_request("STFC_CONNECTION", times=2)
    with pytest.raises(RfcFailure) as caught:
        pool.read("STFC_CONNECTION", REQUTEXT="hello")
    assert caught.value.trouble is Trouble.LINE


def test_after_a_long_rest_a_connection_is_asked_for_a_sign_of_life(world, pool, opened):
    now = [0.0]
    resting = Pool(pool._opener, size=2, timeout=5, monotonic=lambda: now[0])
    resting.read("RFC_PING")
    world.faults.break_ping()
    now[0] = 120.0
    resting.read("RFC_PING")
    assert len(opened) == 2
    resting.close()


def test_a_broken_look_up_gives_the_connection_up(pool, world, opened):
    # 1.3: pyrfc does not reconnect then, the connection is "alive" and every call on it fails.
    world.faults.break_metadata("STFC_CONNECTION")
    assert pool.read("STFC_CONNECTION", REQUTEXT="hello")["ECHOTEXT"] == "hello"
    assert len(opened) == 2


def test_all_are_closed_in_the_end(pool, opened):
    with pool.session():
        pool.close()
    assert opened
    assert not any(connection.alive for connection in opened)


def test_an_interruption_in_the_middle_of_a_call_gives_the_connection_up(pool, opened):
    with pytest.raises(KeyboardInterrupt), pool.session():
        raise KeyboardInterrupt
    assert not opened[0].alive
    assert threading.active_count() >= 1
    pool.read("RFC_PING")
    assert len(opened) == 2
