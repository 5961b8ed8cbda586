"""Faults: each switch does what it says, and an order is there or not accordingly (design 7)."""

import pytest
import requests

from erp_connect.testing.mocks.dynamics.crm.settings import Settings

from .conftest import an_order, refused

ORDERS = "salesorders"


def orders(crm):
    return len(crm.rows(ORDERS))


def test_refused_by_the_platform(crm, server):
    server.refuse(400, "0x80040265", "The plug-in says no.", ORDERS, "POST")
    assert refused(crm("POST", ORDERS, an_order())) == (400, "0x80040265", "The plug-in says no.")
    assert orders(crm) == 0
    assert crm("POST", ORDERS, an_order()).status_code == 204


def test_a_switch_waits_for_its_request(crm, server):
    server.refuse(400, "0x80040265", "No.", "accounts", "PATCH", times=2)
    assert crm("POST", ORDERS, an_order()).status_code == 204
    for _ in range(2):
        assert crm("PATCH", "accounts(accountnumber='10000')", {"name": "X"}).status_code == 400
    assert crm("PATCH", "accounts(accountnumber='10000')", {"name": "X"}).status_code == 204


def test_switches_can_be_set_back(crm, server):
    server.refuse(400, "0x80040265", "No.", times=5)
    server.commit_late(30)
    server.clear()
    assert crm("POST", ORDERS, an_order()).status_code == 204
    assert orders(crm) == 1


def test_lost_before_it_arrived(crm, network):
    network.lose_request(ORDERS, "POST")
    with pytest.raises(requests.ConnectionError):
        crm("POST", ORDERS, an_order())
    assert orders(crm) == 0


def test_lost_after_it_was_done(crm, network):
    network.lose_reply(ORDERS, "POST")
    with pytest.raises(requests.ConnectionError):
        crm("POST", ORDERS, an_order())
    assert orders(crm) == 1


def test_a_gateway_gives_up_after_the_commit(crm, network):
    """4.7: 503"""
    network.refuse(503, ORDERS, "POST", executed=True)
    answer = crm("POST", ORDERS, an_order())
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (503, "text/html")
    assert orders(crm) == 1


def test_unavailable_for_a_while(crm, network):
    network.throttle(7, ORDERS, "POST", status=503)
    answer = crm("POST", ORDERS, an_order())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert orders(crm) == 0


def test_an_answer_that_is_torn(crm, network):
    crm.order()
    network.cut_body(20, ORDERS, "GET")
    with pytest.raises(requests.exceptions.RequestException):
        crm("GET", ORDERS).json()
    assert orders(crm) == 1


def test_committed_after_the_client_gave_up(crm, server, clock):
    server.commit_late(30, ORDERS, "POST")
    with pytest.raises(requests.ReadTimeout):
        crm("POST", ORDERS, an_order(erp_externalref="W1"))
    assert orders(crm) == 0
    assert crm("GET", "salesorders(erp_externalref='W1')").status_code == 404
    clock.turn(seconds=11)
    assert orders(crm) == 1


def test_a_late_commit_loses_against_one_that_came_between(crm, server, clock):
    """Of two with one reference the later to commit is lost, whoever was asked first."""
    order = crm.order()
    server.commit_late(30, ORDERS, "PATCH")
    with pytest.raises(requests.ReadTimeout):
        crm("PATCH", f"salesorders({order})", {"name": "LATE"})
    crm("PATCH", f"salesorders({order})", {"name": "BETWEEN"})
    clock.turn(seconds=30)
    assert crm.paper(order)["name"] == "BETWEEN"


def test_a_late_commit_makes_no_duplicate(crm, server, clock):
    server.commit_late(30, ORDERS, "PATCH")
    path = "salesorders(erp_externalref='W1')"
    with pytest.raises(requests.ReadTimeout):
        crm("PATCH", path, an_order(name="LATE"), If_None_Match="*")
    assert crm("PATCH", path, an_order(name="AGAIN"), If_None_Match="*").status_code == 204
    clock.turn(seconds=30)
    assert [row["name"] for row in crm.rows(ORDERS)] == ["AGAIN"]


def test_slow_and_in_time(crm, server):
    server.commit_late(5, ORDERS, "POST")
    assert crm("POST", ORDERS, an_order()).status_code == 204
    assert orders(crm) == 1


def test_reads_lag_behind(crm, world, clock):
    order = crm.order()
    world.lag(30)
    crm("PATCH", f"salesorders({order})", {"name": "NEW"})
    crm.order()
    assert (orders(crm), crm.paper(order)["name"]) == (1, "WEB-1001")
    clock.turn(seconds=31)
    assert (orders(crm), crm.paper(order)["name"]) == (2, "NEW")


@pytest.mark.parametrize(("settings", "status"), [(Settings(), 500), (Settings(locked_status=503), 503)])
def test_a_row_that_another_user_holds(crm, world, organization, status):
    order = crm.order()
    (record,) = organization.data["salesorder"]
    world.locked[record.id] = "clerk"
    assert refused(crm("PATCH", f"salesorders({order})", {"name": "X"}))[:2] == (status, "0x80044151")
    assert refused(crm("DELETE", f"salesorders({order})"))[0] == status
    world.locked.clear()
    assert crm("PATCH", f"salesorders({order})", {"name": "X"}).status_code == 204
