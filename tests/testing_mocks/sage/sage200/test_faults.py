"""What goes wrong on the way and inside: every switch is seen to work (sage.md 4.6; 4.7, points 10 and 11)."""

import json

import pytest
import requests

from erp_connect.testing.mocks.serving import serve

from .conftest import HOST


def made(sage):
    return len(sage.rows("sop_orders?$filter=customer_document_no eq 'WEB-1'"))


@pytest.fixture
def body(sage):
    return sage.body(customer_document_no="WEB-1")


def test_refusals_as_an_object(sage):
    """sage.md 4.7, point 10."""
    answer = sage("POST", "sop_orders", {})
    assert answer.json() == {
        "Message": "The request is invalid.",
        "ModelState": {"customer_id": ["The customer_id field is required."]},
    }
    assert sage("GET", "sop_orders?$top=x").json() == {"Message": "The value of $top is not a whole number."}


def test_refusals_as_an_array(sage, settings):
    """sage.md 4.7, point 10."""
    settings.error_format = "array"
    answer = sage("POST", "sop_orders", {})
    assert answer.json() == [{"field": "customer_id", "message": "The customer_id field is required."}]
    answer = sage("GET", "sop_orders?$top=x")
    assert answer.json() == [{"message": "The value of $top is not a whole number."}]


def test_refusals_as_text(sage, settings):
    """sage.md 4.7, point 10."""
    settings.error_format = "text"
    answer = sage("POST", "sop_orders", {})
    assert (answer.status_code, answer.text) == (400, "The customer_id field is required.")
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("status", [502, 504])
def test_the_tunnel_is_down(sage, settings, status, body):
    """sage.md 4.7, point 11: HTML from what stands before the system; sites are still told."""
    settings.tunnel = status
    answer = sage("POST", "sop_orders", body)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert sage("GET", "sites").status_code == 200
    settings.tunnel = 200
    assert made(sage) == 0


@pytest.mark.parametrize(("executed", "count"), [(False, 0), (True, 1)])
@pytest.mark.parametrize("status", [502, 504])
def test_the_tunnel_breaks_before_or_after_it_was_done(sage, network, body, status, executed, count):
    """sage.md 4.7, point 11: nobody can tell from the answer."""
    network.refuse(status, "sop_orders", "POST", executed=executed)
    answer = sage("POST", "sop_orders", body)
    assert answer.status_code == status
    assert "<html>" in answer.text
    assert made(sage) == count


def test_a_request_is_lost(sage, network, body):
    network.lose_request("sop_orders", "POST")
    with pytest.raises(requests.ConnectionError):
        sage("POST", "sop_orders", body)
    assert made(sage) == 0


def test_a_reply_is_lost(sage, network, body):
    network.lose_reply("sop_orders", "POST")
    with pytest.raises(requests.ConnectionError):
        sage("POST", "sop_orders", body)
    assert made(sage) == 1


def test_too_many_requests(sage, network):
    """sage.md 4.6: 429."""
    network.throttle(17, "customers")
    answer = sage("GET", "customers")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "17")
    assert sage("GET", "customers").status_code == 200


def test_a_request_goes_on_after_its_caller_gave_up(sage, server, clock, body):
    server.commit_late(60, "sop_orders", "POST")
    with pytest.raises(requests.ReadTimeout):
        sage("POST", "sop_orders", body)
    assert made(sage) == 0
    clock.turn(seconds=60)
    assert made(sage) == 1


def test_a_late_request_is_answered_to_who_waits(sage, server, body):
    server.commit_late(10, "sop_orders", "POST")
    number = sage.done("POST", "sop_orders", body)["id"]
    assert sage.get(f"sop_orders/{number}")["customer_document_no"] == "WEB-1"


def test_reads_lag_behind(sage, world, clock, body):
    world.lag(30)
    assert sage("POST", "sop_orders", body).status_code == 200
    assert made(sage) == 0
    clock.turn(seconds=30)
    assert made(sage) == 1


def test_the_system_refuses_once(sage, server, body):
    server.refuse("The period is closed.", "sop_orders", "POST")
    assert sage("POST", "sop_orders", body).json() == {"Message": "The period is closed."}
    assert sage("POST", "sop_orders", body).status_code == 200
    server.refuse("No licence is free.", status=403)
    assert sage("GET", "customers").json() == {"statusCode": 403, "message": "No licence is free."}


def test_switches_are_set_back(sage, server, body):
    server.refuse("x")
    server.commit_late(60)
    server.clear()
    assert sage("POST", "sop_orders", body).status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b'"x"',
        b"null",
        b'{"customer_id": NaN}',
        b"[" * 5000,
        b"\xff",
        b'{"lines": [null]}',
    ],
)
@pytest.mark.parametrize("path", ["sop_orders", "sop_orders_status", "sop_confirm_despatch", "pop_orders"])
def test_bodies_that_are_none(sage, sent, path):
    """sage.md 4.6: 400."""
    answer = sage("POST", path, sent)
    assert answer.status_code == 400
    assert sage.rows("sop_orders") == []


def test_what_http_forbids(sage, body):
    """sage.md 4.1, 4.3: the media type, and methods that are not offered."""
    text = json.dumps(body, default=float).encode()
    assert sage("POST", "sop_orders", text, Content_Type="text/plain").status_code == 415
    assert sage("PATCH", "sop_orders/1", {}).status_code == 405
    assert sage("POST", "warehouses", {}).status_code == 405
    assert sage("PUT", "sop_orders", {}).status_code == 405
    assert sage("GET", "sop_orders_status").status_code == 405
    assert sage("GET", f"{HOST}/elsewhere").status_code == 404
    assert sage.rows("sop_orders") == []


def test_behind_a_socket(server):
    with serve(server) as url:
        answer = requests.get(
            f"{url}{server.settings.base}/customers", headers=server.headers("Harbour Trading"), timeout=20
        )
    assert [row["reference"] for row in answer.json()] == ["10000", "20000", "30000"]


def test_two_companies_know_nothing_of_each_other(sage, server, world):
    """sage.md 4.1: X-Company."""
    second = world.add_company("Second", "GBP")
    sage.order()
    sage.session.headers.update(server.headers("Second"))
    assert sage.rows("sop_orders") == []
    assert [site["company_name"] for site in sage.get("sites")] == ["Harbour Trading", second.display_name]
