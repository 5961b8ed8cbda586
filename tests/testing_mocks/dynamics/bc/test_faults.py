"""What goes wrong on the way and inside: every switch is seen to work (dynamics.md 1.14, 5.3)."""

import pytest
import requests

from .conftest import a_line, code

BODY = {"customerNumber": "10000", "externalDocumentNumber": "WEB-1", "salesOrderLines": [a_line()]}


def made(bc):
    return len(bc.rows("salesOrders?$filter=externalDocumentNumber eq 'WEB-1'"))


def test_a_request_is_lost(bc, network):
    network.lose_request("salesOrders", "POST")
    with pytest.raises(requests.ConnectionError):
        bc("POST", "salesOrders", BODY)
    assert made(bc) == 0


def test_a_reply_is_lost(bc, network):
    network.lose_reply("salesOrders", "POST")
    with pytest.raises(requests.ConnectionError):
        bc("POST", "salesOrders", BODY)
    assert made(bc) == 1


@pytest.mark.parametrize(("executed", "count"), [(False, 0), (True, 1)])
@pytest.mark.parametrize("status", [408, 502, 504])
def test_a_gateway_answers_before_or_after_it_was_done(bc, network, status, executed, count):
    """1.14: 408, 504: unknown whether it was done."""
    network.refuse(status, "salesOrders", "POST", executed=executed)
    answer = bc("POST", "salesOrders", BODY)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert made(bc) == count


def test_a_request_goes_on_after_its_caller_gave_up(bc, server, clock):
    """Absence proves nothing while it still runs."""
    server.commit_late(60, "salesOrders", "POST")
    with pytest.raises(requests.ReadTimeout):
        bc("POST", "salesOrders", BODY)
    assert made(bc) == 0
    clock.turn(seconds=60)
    assert made(bc) == 1


def test_a_late_request_is_answered_to_who_waits(bc, server, clock):
    server.commit_late(10, "salesOrders", "POST")
    assert bc("POST", "salesOrders", BODY).status_code == 201
    assert made(bc) == 1


def test_the_application_refuses_once(bc, server):
    server.refuse(500, "Internal_ServerError", "Something went wrong.", "salesOrders", "POST")
    assert code(bc("POST", "salesOrders", BODY)) == (500, "Internal_ServerError")
    assert bc("POST", "salesOrders", BODY).status_code == 201


def test_switches_are_set_back(bc, server):
    server.refuse(500, "Internal_ServerError", "Something went wrong.")
    server.commit_late(60)
    server.clear()
    assert bc("POST", "salesOrders", BODY).status_code == 201


def test_unavailable_comes_with_retry_after(bc, network):
    network.throttle(17, status=503)
    answer = bc("GET", "customers")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "17")


def test_another_user_holds_the_order(bc, server, world, company):
    order = bc.order()
    row = next(iter(company.documents))
    world.locked[row.id] = "ANNA"
    path = f"salesOrders({order['id']})"
    assert bc("PATCH", path, {"salesperson": "JO"}, If_Match="*").status_code == 409
    server.settings.locked = (500, "Internal_ServerError")
    assert code(bc("DELETE", path)) == (500, "Internal_ServerError")
    world.locked.clear()
    assert bc("DELETE", path).status_code == 204


def test_reads_may_lag_behind(bc, world, clock):
    before = bc.order()
    world.lag(30)
    bc("PATCH", f"salesOrders({before['id']})", {"externalDocumentNumber": "NEW"}, If_Match="*")
    bc.order()
    rows = bc.rows("salesOrders")
    assert [row["externalDocumentNumber"] for row in rows] == [""]
    clock.turn(seconds=30)
    assert [row["externalDocumentNumber"] for row in bc.rows("salesOrders")] == ["NEW", ""]


def test_a_read_may_rewrite_the_header(bc, server):
    """1.13."""
    path = f"salesOrders({bc.order()['id']})"
    tags = {bc("GET", path).json()["@odata.etag"] for _ in range(2)}
    assert len(tags) == 1
    server.settings.reads_bump = True
    tags = {bc("GET", path).json()["@odata.etag"] for _ in range(2)}
    assert len(tags) == 2


def test_a_body_is_cut(bc, network):
    network.cut_body(40, "customers")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        bc("GET", "customers")


def test_a_late_posting_is_late_as_a_whole(bc, server, clock):
    order = bc.order()
    server.commit_late(60, "shipAndInvoice")
    with pytest.raises(requests.ReadTimeout):
        bc("POST", f"salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice")
    assert bc.rows("salesInvoices") == []
    clock.turn(seconds=60)
    assert len(bc.rows("salesInvoices")) == 1
    assert bc.rows("salesOrders") == []
