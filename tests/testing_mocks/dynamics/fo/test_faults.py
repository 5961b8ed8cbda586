"""Faults: each switch does what it says, and an order is there or not accordingly (design 7)."""

import pytest
import requests

from erp_connect.testing.mocks.dynamics.fo.settings import Settings

from .conftest import HOST, a_header, a_line, at, refused

ORDERS = "SalesOrderHeadersV2"


def orders(fo):
    return len(fo.rows(ORDERS))


def test_refused_by_the_application(fo, server):
    server.refuse("Error: The period is closed.", ORDERS, "POST")
    status, text = refused(fo("POST", ORDERS, a_header()))
    assert (status, text) == (400, "Write failed for table row. Infolog: Error: The period is closed.")
    assert orders(fo) == 0
    assert fo("POST", ORDERS, a_header()).status_code == 201


@pytest.mark.parametrize("settings", [Settings(refusal_status=500)])
def test_refused_with_the_status_of_the_site(fo, server):
    server.refuse("Error: No.")
    assert fo("POST", ORDERS, a_header()).status_code == 500


def test_switches_can_be_set_back(fo, server):
    server.refuse("Error: No.", times=5)
    server.commit_late(30)
    server.clear()
    assert fo("POST", ORDERS, a_header()).status_code == 201
    assert orders(fo) == 1


def test_lost_before_it_arrived(fo, network):
    network.lose_request(ORDERS, "POST")
    with pytest.raises(requests.ConnectionError):
        fo("POST", ORDERS, a_header())
    assert orders(fo) == 0


def test_lost_after_it_was_done(fo, network):
    network.lose_reply(ORDERS, "POST")
    with pytest.raises(requests.ConnectionError):
        fo("POST", ORDERS, a_header())
    assert orders(fo) == 1


def test_a_gateway_gives_up_after_the_commit(fo, network):
    """3.6: gateway errors return HTML"""
    network.refuse(503, ORDERS, "POST", executed=True)
    answer = fo("POST", ORDERS, a_header())
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (503, "text/html")
    assert orders(fo) == 1


def test_slow_answers(fo, network):
    network.hang(60, ORDERS, "POST")
    with pytest.raises(requests.ReadTimeout):
        fo("POST", ORDERS, a_header())
    assert orders(fo) == 1


def test_throttled_by_the_network(fo, network):
    network.throttle(17, ORDERS, "POST")
    answer = fo("POST", ORDERS, a_header())
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "17")
    assert orders(fo) == 0


def test_a_commit_that_comes_late(fo, server, clock):
    """5.3: never retry after a timeout; the work may still be committed"""
    server.commit_late(45, ORDERS, "POST")
    with pytest.raises(requests.ReadTimeout):
        fo("POST", ORDERS, a_header())
    assert orders(fo) == 0
    clock.turn(seconds=30)
    assert orders(fo) == 1


def test_a_late_line_of_an_order_that_is_gone_is_lost(fo, server, clock):
    order = fo.header()
    server.commit_late(45, "SalesOrderLines", "POST")
    with pytest.raises(requests.ReadTimeout):
        fo("POST", "SalesOrderLines", a_line(order))
    assert fo("DELETE", at(ORDERS, order, "SalesOrderNumber")).status_code == 204
    clock.turn(seconds=60)
    assert orders(fo) == 0
    assert fo.rows("SalesOrderLines") == []


def test_a_late_line_without_an_amount_harms_nobody(fo, server, clock):
    order = fo.header()
    server.commit_late(45, "SalesOrderLines", "POST")
    with pytest.raises(requests.ReadTimeout):
        fo("POST", "SalesOrderLines", a_line(order, SalesPrice=0))
    fo("DELETE", at(ORDERS, order, "SalesOrderNumber"))
    clock.turn(seconds=60)
    assert fo.rows("SalesOrderLines") == []
    assert fo.rows("WarehousesOnHandV2?$filter=ItemNumber eq 'VALVE-20'")[0]["OnOrderQuantity"] == 0


def test_stale_reads(fo, world, clock):
    world.lag(30)
    order = fo.header()
    assert orders(fo) == 0
    assert fo("GET", at(ORDERS, order, "SalesOrderNumber")).status_code == 404
    clock.turn(seconds=31)
    assert orders(fo) == 1


def test_tokens_that_run_out_at_once(fo, server):
    server.tokens.expire()
    assert fo("POST", ORDERS, a_header()).status_code == 401
    assert len(server.world.companies["Harbour Trading usmf"].documents) == 0


def test_a_secret_that_has_run_out(session, server):
    server.tokens.expired_secrets.add("order-robot")
    form = {"grant_type": "client_credentials", "client_id": "order-robot", "client_secret": "s3cret"}
    form["scope"] = f"{HOST}/.default"
    answer = session.post("https://login.microsoftonline.com/harbour.example/oauth2/v2.0/token", data=form)
    assert answer.status_code == 401


def test_a_record_that_another_user_holds(fo, world, paper):
    order = fo.order()
    world.locked[paper(order).id] = "ANNA"
    status, text = refused(fo("PATCH", at(ORDERS, order, "SalesOrderNumber"), {"URL": "x"}))
    assert (status, "An update conflict occurred due to another user" in text) == (400, True)
    world.locked.clear()
    assert fo("PATCH", at(ORDERS, order, "SalesOrderNumber"), {"URL": "x"}).status_code == 204


def test_half_an_answer(fo, network):
    network.cut_body(20, ORDERS, "POST")
    with pytest.raises(requests.RequestException):
        fo("POST", ORDERS, a_header())
    assert orders(fo) == 1
