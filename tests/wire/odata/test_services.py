"""A service over a real socket: envelopes of both versions, pages, ETags, refusals."""

import json
import threading
from decimal import Decimal

import pytest

from erp_connect.errors import TransportError
from erp_connect.testing.clocks import Hands
from erp_connect.wire.http import HttpSession
from erp_connect.wire.odata import Group, Operation, Refused, Service, Unreadable

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def opened(serving):
    """``opened(answer, version)``: a service and its server."""
    sessions = []

    def open_one(answer, version=2):
        server = serving(answer)
        sessions.append(HttpSession(server.url, clock=Hands()))
        return Service(sessions[-1], "sap/SHOP", version), server

    yield open_one
    for session in sessions:
        session.close()


def ok(body, status=200, **headers):
    return (
        status,
        JSON | {name.replace("_", "-"): value for name, value in headers.items()},
        json.dumps(body).encode(),
    )


def test_an_entity_of_version_2_comes_out_of_its_envelope_with_its_etag(opened):
    tag = "W/\"datetimeoffset'2026-01-15T10%3A00%3A00Z'\""
    service, server = opened(
        lambda _: ok({"d": {"__metadata": {"etag": tag}, "SalesOrder": "4711", "Net": "0.10"}})
    )
    entity = service.get("A_SalesOrder('4711')", {"$expand": "to_Item"})
    assert (entity["SalesOrder"], entity["Net"], entity.etag) == ("4711", "0.10", tag)
    assert server.seen[0].path == "/sap/SHOP/A_SalesOrder('4711')?%24expand=to_Item"
    assert server.seen[0].headers["Accept"] == "application/json"


def test_an_entity_of_version_4_has_exact_numbers(opened):
    service, _ = opened(lambda _: (200, JSON, b'{"@odata.etag": "x", "Net": 12345678901234567.89}'), 4)
    entity = service.get("SalesOrder('1')")
    assert (entity["Net"], entity.etag) == (Decimal("12345678901234567.89"), "x")


def test_an_etag_may_stand_in_the_header_alone(opened):
    service, _ = opened(lambda _: ok({"d": {"a": 1}}, ETag='"7"'))
    assert service.get("x").etag == '"7"'


def page(version, number, link):
    rows = [{"n": number}]
    if version == 2:
        return ok({"d": {"results": rows} | ({"__next": link} if link else {})})
    return ok({"value": rows} | ({"@odata.nextLink": link} if link else {}))


@pytest.mark.parametrize("version", [2, 4])
@pytest.mark.parametrize("whole", [True, False])
def test_pages_are_followed_to_the_end(opened, version, whole):
    def answer(request):
        number = int(request.path.rpartition("skiptoken=")[2]) if "skiptoken" in request.path else 0
        base = f"http://127.0.0.1:{server.server_port}/sap/SHOP/" if whole else ""
        return page(version, number, f"{base}A?$skiptoken={number + 1}" if number < 4 else None)

    service, server = opened(answer, version)
    assert [rows[0]["n"] for rows in service.pages("A", {"$top": "9"})] == [0, 1, 2, 3, 4]
    assert [request.path for request in server.seen[1:]] == [
        f"/sap/SHOP/A?$skiptoken={n}" for n in range(1, 5)
    ]


def test_one_page_is_fetched_ahead_and_no_more(opened):
    asked = threading.Semaphore(0)

    def answer(request):
        asked.release()
        number = int(request.path.rpartition("=")[2]) if "=" in request.path else 0
        return page(4, number, f"A?$skiptoken={number + 1}")

    service, server = opened(answer, 4)
    pages = service.pages("A")
    next(pages)
    assert all(asked.acquire(timeout=5) for _ in range(2))
    assert not asked.acquire(timeout=0.1)
    pages.close()
    assert len(server.seen) == 2


def test_pages_that_lead_round_in_a_circle_end(opened):
    service, server = opened(lambda _: page(4, 0, "A?$skiptoken=1"), 4)
    with pytest.raises(ValueError, match="circle"):
        list(service.pages("A"))
    assert len(server.seen) <= 3


def test_a_page_on_another_host_is_not_fetched(opened, serving):
    elsewhere = serving(lambda _: page(4, 1, None))
    service, _ = opened(lambda _: page(4, 0, elsewhere.url + "A"), 4)
    with pytest.raises(TransportError, match="another host"):
        list(service.pages("A"))
    assert elsewhere.seen == []


def test_a_write_brings_its_etag_and_its_exact_numbers(opened):
    service, server = opened(
        lambda request: ok({"d": {"SalesOrder": "1"}}, 201) if request.command == "POST" else (204, {}, b"")
    )
    assert service.create("A_SalesOrder", {"Net": Decimal("0.10")})["SalesOrder"] == "1"
    assert service.update("A_SalesOrder('1')", {"PurchaseOrderByCustomer": "PO 7"}, 'W/"1"') == {}
    service.delete("A_SalesOrder('1')", "*")
    create, update, delete = server.seen
    assert create.body == b'{"Net": 0.10}'
    assert (update.command, update.headers["If-Match"], update.body) == (
        "PATCH",
        'W/"1"',
        b'{"PurchaseOrderByCustomer": "PO 7"}',
    )
    assert (delete.command, delete.headers["If-Match"], delete.body) == ("DELETE", "*", b"")


@pytest.mark.parametrize("status", [400, 403, 404, 409, 412, 428, 429, 500, 503])
def test_a_refusal_keeps_its_status_its_headers_and_all_its_words(opened, status):
    body = {
        "error": {
            "code": "V1/042",
            "message": {"value": "locked"},
            "innererror": {"errordetails": [{"code": "V1/1", "message": "by X"}]},
        }
    }
    service, server = opened(lambda _: ok(body, status, Retry_After="7"))
    with pytest.raises(Refused, match=f"{status}: locked") as caught:
        service.create("A_SalesOrder", {})
    assert [each.message for each in caught.value.complaints] == ["locked", "by X"]
    assert (caught.value.answer.status, caught.value.answer.headers["Retry-After"]) == (status, "7")
    assert len(server.seen) == 1


@pytest.mark.parametrize("body", [b"<html>", b"{", b"[]", b'{"d": 5}'])
def test_a_success_that_cannot_be_read_is_not_taken_for_a_refusal(opened, body):
    service, _ = opened(lambda _: (201, JSON, body))
    with pytest.raises(Unreadable, match="201"):
        service.create("A_SalesOrder", {})


@pytest.mark.parametrize("body", [b'{"d": {}}', b'{"d": {"results": 5}}', b"{}", b'"x"'])
def test_rows_that_are_not_there_are_no_empty_list(opened, body):
    service, _ = opened(lambda _: (200, JSON, body))
    with pytest.raises(Unreadable):
        list(service.pages("A"))


def test_what_a_success_says_is_kept(opened):
    header = json.dumps({"code": "V1/555", "message": "incomplete", "severity": "error"})
    service, _ = opened(lambda _: ok({"d": {"SalesOrder": "1"}}, 201, sap_message=header))
    (message,) = service.create("A_SalesOrder", {}).messages
    assert (message.code, message.severity) == ("V1/555", "error")


READ = Group((Operation("GET", "A('1')"),), atomic=False)
WRITE = Group((Operation("POST", "A", {"x": 1}),))


def test_a_batch_of_reads_is_repeated_and_one_with_writes_is_not(opened):
    whole = b"--b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}\r\n--b--\r\n"
    waiting = [(503, {}, b""), (202, {"Content-Type": "multipart/mixed; boundary=b"}, whole)]
    service, server = opened(lambda _: waiting.pop(0))
    assert service.batch([READ])[0].done
    assert len(server.seen) == 2
    server.answer = lambda _: (503, {}, b"down")
    with pytest.raises(Refused, match="down"):
        service.batch([WRITE])
    assert len(server.seen) == 3


def test_a_batch_whose_answer_is_cut_off_tells_that_nobody_knows(opened):
    service, _ = opened(lambda _: (202, {"Content-Type": "multipart/mixed; boundary=b"}, b"--b\r\n"))
    with pytest.raises(Unreadable):
        service.batch([WRITE])


def test_a_batch_in_json(opened):
    body = {"responses": [{"id": "0.0", "status": 201, "body": {"a": 1}}]}
    service, server = opened(lambda _: ok(body), 4)
    assert service.batch([WRITE], form="json")[0].done
    assert server.seen[0].headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(("version", "asked"), [(2, None), (4, "odata.continue-on-error")])
def test_a_group_that_is_refused_does_not_stop_those_behind_it(opened, version, asked):
    service, server = opened(lambda _: ok({"responses": [{"id": "0.0", "status": 201}]}), version)
    service.batch([Group((Operation("POST", "Orders", {}),))], form="json")
    assert server.seen[-1].headers.get("Prefer") == asked
