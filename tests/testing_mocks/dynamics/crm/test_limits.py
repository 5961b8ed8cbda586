"""Service protection limits (dynamics.md 4.7; checklist 4.9, point 7)."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from erp_connect.testing.mocks.dynamics.crm.settings import Settings

from .conftest import an_order, refused

BURST = "x-ms-ratelimit-burst-remaining-xrm-requests"
TIME = "x-ms-ratelimit-time-remaining-xrm-requests"


def test_the_limits_of_the_cloud(settings):
    """4.7"""
    assert (settings.requests_in_window, settings.window) == (6000, 300)
    assert (settings.execution_in_window, settings.concurrent) == (1200, 52)


@pytest.mark.parametrize("settings", [Settings(seconds_per_request=1.5)])
def test_successful_answers_tell_what_is_left(crm):
    """4.7, 4.9 point 7"""
    crm("GET", "salesorders")
    answer = crm("POST", "salesorders", an_order())
    assert (answer.headers[BURST], answer.headers[TIME]) == ("5998", "1,197.00")
    assert BURST not in crm("GET", "nothing").headers


@pytest.mark.parametrize("settings", [Settings(requests_in_window=3)])
def test_too_many_requests(crm, clock):
    """4.7: -2147015902"""
    for _ in range(3):
        assert crm("GET", "salesorders").status_code == 200
        clock.turn(seconds=10)
    answer = crm("POST", "salesorders", an_order())
    assert refused(answer)[:2] == (429, "0x80072322")
    assert answer.headers["Retry-After"] == "270"
    clock.turn(seconds=271)
    assert crm.rows("salesorders") == []


@pytest.mark.parametrize("settings", [Settings(requests_in_window=1, window=20)])
def test_the_window_slides(crm, clock):
    assert crm("GET", "salesorders").status_code == 200
    assert crm("GET", "salesorders").headers["Retry-After"] == "20"
    clock.turn(seconds=20)
    assert crm("GET", "salesorders").status_code == 200


@pytest.mark.parametrize("settings", [Settings(execution_in_window=5, seconds_per_request=2.5)])
def test_too_much_execution(crm):
    """4.7: -2147015903"""
    for _ in range(2):
        assert crm("GET", "salesorders").status_code == 200
    answer = crm("GET", "salesorders")
    assert refused(answer)[:2] == (429, "0x80072321")
    assert Decimal(answer.headers["Retry-After"]) == 300


def test_slow_requests_use_the_time_up(crm, server):
    server.commit_late(3, "salesorders", "POST")
    answer = crm("POST", "salesorders", an_order())
    assert answer.headers[TIME] == "1,197.00"


@pytest.mark.parametrize("settings", [Settings(concurrent=2)])
def test_too_many_at_the_same_time(crm, server, organization):
    """4.7: -2147015898"""
    with server.world.gate, ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(crm, "GET", "salesorders") for _ in range(3)]
        refusal = next(one.result() for one in _first_done(waiting))
        assert refused(refusal)[:2] == (429, "0x80072326")
        assert int(refusal.headers["Retry-After"]) >= 1
        server.world.gate.release()
        try:
            assert sorted(one.result().status_code for one in waiting) == [200, 200, 429]
        finally:
            server.world.gate.acquire()


def _first_done(futures):
    from concurrent.futures import FIRST_COMPLETED, wait

    return wait(futures, timeout=20, return_when=FIRST_COMPLETED).done
