"""How a mock is reached, and what networks do to it: in this process and over a real socket."""

import time
from datetime import UTC, datetime

import pytest
import requests
from werkzeug.wrappers import Request, Response

from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.network import Network
from erp_connect.testing.mocks.serving import mount, serve

TEXT = "x" * 1000


class App:
    """Counts what it executed, and tells what it saw."""

    def __init__(self):
        self.executed = 0

    def __call__(self, environ, start_response):
        request = Request(environ)
        self.executed += 1
        answer = Response(
            f"{request.method} {request.host} {request.full_path} {request.get_data(as_text=True)}"
        )
        if request.path == "/long":
            answer = Response(TEXT)
        if request.path == "/cookie":
            answer.set_cookie("id", request.cookies.get("id", "") + "1", path="/")
        return answer(environ, start_response)


@pytest.fixture
def app():
    return App()


@pytest.fixture
def network(app):
    return Network(app)


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture(params=["in process", "socket"])
def reach(request, network, clock):
    """A session, and the URL under which it reaches the application."""
    with requests.Session() as session:
        if request.param == "in process":
            yield mount(session, "https://mock.erp", network, clock), "https://mock.erp"
        else:
            with serve(network) as url:
                yield session, url


def test_a_request_arrives_as_it_was_sent(reach):
    """dependencies.md 12: Host from the URL"""
    http, url = reach
    answer = http.post(f"{url}/a/b?q=%C3%A4", data="body")
    host = url.partition("//")[2]
    assert answer.text == f"POST {host} /a/b?q=%C3%A4 body"
    assert answer.status_code == 200
    assert answer.reason == "OK"


def test_cookies_are_kept_by_the_session(reach):
    http, url = reach
    http.get(f"{url}/cookie")
    http.get(f"{url}/cookie")
    assert http.cookies["id"] == "11"


def test_a_body_can_be_streamed(reach):
    """dependencies.md 12: honour stream"""
    http, url = reach
    with http.get(f"{url}/long", stream=True) as answer:
        assert b"".join(answer.iter_content(100)) == TEXT.encode()


def test_a_lost_request_was_not_executed(reach, network, app):
    http, url = reach
    network.lose_request("/x", "POST")
    assert http.get(f"{url}/x").ok
    with pytest.raises(requests.ConnectionError):
        http.post(f"{url}/x")
    assert app.executed == 1
    assert http.post(f"{url}/x").ok


def test_a_lost_reply_was_executed(reach, network, app):
    http, url = reach
    network.lose_reply()
    with pytest.raises(requests.ConnectionError):
        http.post(f"{url}/x")
    assert app.executed == 1


def test_a_cut_body_does_not_pass_for_a_whole_one(reach, network, app):
    http, url = reach
    network.cut_body(10)
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        http.get(f"{url}/long")
    assert app.executed == 1


def test_an_answer_past_the_time_out_is_not_waited_for(reach, network, app):
    http, url = reach
    network.hang(0.6)
    with pytest.raises(requests.ReadTimeout):
        http.post(f"{url}/x", timeout=0.2)
    deadline = time.monotonic() + 5
    while not app.executed and time.monotonic() < deadline:
        time.sleep(0.01)
    assert app.executed == 1
    network.hang(0.3)
    assert http.post(f"{url}/x", timeout=(2, 5)).ok


def test_a_hanging_request_may_never_be_executed(reach, network, app):
    http, url = reach
    network.hang(0.1, executed=False)
    with pytest.raises(requests.ConnectionError):
        http.post(f"{url}/x", timeout=5)
    assert app.executed == 0


def test_latency_takes_the_clocks_time(network, clock):
    http = mount(requests.Session(), "https://mock.erp", network, clock)
    network.latency = 3.0
    before = clock.now()
    http.get("https://mock.erp/x")
    assert (clock.now() - before).total_seconds() == 3
    with pytest.raises(requests.ReadTimeout):
        http.get("https://mock.erp/x", timeout=2)
    network.clear()
    assert http.get("https://mock.erp/x", timeout=2).ok


@pytest.mark.parametrize(
    ("wait", "header"),
    [(7, "7"), (datetime(2026, 3, 2, 9, 1, tzinfo=UTC), "Mon, 02 Mar 2026 09:01:00 GMT"), (None, None)],
)
def test_throttling_tells_how_long_to_wait_in_either_form_or_not(reach, network, app, wait, header):
    """sap.md 4.7: 429"""
    http, url = reach
    network.throttle(wait, times=2)
    for _ in range(2):
        answer = http.get(f"{url}/x")
        assert answer.status_code == 429
        assert answer.headers.get("Retry-After") == header
    assert app.executed == 0
    assert http.get(f"{url}/x").ok


@pytest.mark.parametrize(("executed", "count"), [(False, 0), (True, 1)])
def test_unavailable_before_and_after_the_execution(reach, network, app, executed, count):
    """sap.md 7.11: 429/503 after execution"""
    http, url = reach
    network.throttle(status=503, executed=executed)
    answer = http.post(f"{url}/x")
    assert answer.status_code == 503
    assert answer.headers["Content-Type"].startswith("text/html")
    assert app.executed == count


def test_what_arrived_is_on_record(reach, network):
    http, url = reach
    http.get(f"{url}/x")
    http.delete(f"{url}/y")
    assert network.requests == [("GET", "/x"), ("DELETE", "/y")]
