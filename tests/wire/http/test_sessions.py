"""What one request to a back-end can come to: what is repeated, what is told, and what is never sent."""

import gzip
import logging
import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from erp_connect.errors import ConfigurationError, Throttled, TransportError
from erp_connect.testing.clocks import Hands
from erp_connect.wire.http import Basic, Gate, HttpSession, Rate, Transport

OK = (200, {"Content-Type": "application/json"}, b"{}")


@pytest.fixture
def opened():
    """Open sessions that are closed when the test ends."""
    sessions = []

    def open_one(url, **settings):
        sessions.append(HttpSession(url, **settings))
        return sessions[-1]

    yield open_one
    for session in sessions:
        session.close()


def in_turn(*answers):
    """Each answer once, the last one for ever."""
    waiting = list(answers)
    return lambda _request: waiting.pop(0) if len(waiting) > 1 else waiting[0]


def test_an_answer_has_status_headers_and_body(serving, opened):
    server = serving(lambda _: (404, {"Content-Type": "Application/JSON; charset=utf-8"}, b'{"a": 1}'))
    answer = opened(server.url).send("GET", "orders('1')", params={"$top": "5"})
    assert (answer.status, answer.ok, answer.body) == (404, False, b'{"a": 1}')
    assert (answer.media_type, answer.headers["content-type"]) == (
        "application/json",
        "Application/JSON; charset=utf-8",
    )
    assert server.seen[0].path == "/orders('1')?%24top=5"


def test_what_holds_for_every_request_goes_with_each(serving, opened):
    server = serving(lambda _: OK)
    session = opened(server.url, params={"sap-client": "100"}, headers={"Accept": "application/json"})
    session.send("GET", "a", params={"x": "1"})
    assert server.seen[0].path == "/a?sap-client=100&x=1"
    assert server.seen[0].headers["Accept"] == "application/json"


def test_user_and_password_are_sent_as_utf_8(serving, opened):
    server = serving(lambda _: OK)
    opened(server.url, auth=Basic("jürgen", "gehe1m:ß")).send("GET", "a")
    assert server.seen[0].headers["Authorization"] == "Basic asO8cmdlbjpnZWhlMW06w58="


def test_what_the_environment_says_is_not_looked_at(serving, opened, monkeypatch, tmp_path):
    server = serving(lambda _: OK)
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    for name, value in {
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
        "NETRC": str(tmp_path / "netrc"),
        "REQUESTS_CA_BUNDLE": str(tmp_path / "none.pem"),
    }.items():
        monkeypatch.setenv(name, value)
    assert opened(server.url).send("GET", "a").ok
    assert server.seen[0].headers["Authorization"] is None


def test_a_proxy_that_is_named_is_used(serving, opened):
    proxy = serving(lambda _: OK)
    session = opened("http://erp.invalid/", transport=Transport(proxy=proxy.url))
    assert session.send("GET", "a").ok
    assert proxy.seen[0].path == "http://erp.invalid/a"


def test_a_link_to_another_host_is_refused_and_no_credentials_go_there(serving, opened):
    elsewhere = serving(lambda _: OK)
    server = serving(lambda _: OK)
    session = opened(server.url, auth=Basic("user", "password"))
    with pytest.raises(TransportError) as caught:
        session.send("GET", elsewhere.url + "orders?$skiptoken=5")
    assert (caught.value.code, caught.value.outcome, caught.value.retryable) == (
        "foreign_host",
        "not_applied",
        False,
    )
    assert elsewhere.seen == []
    assert session.send("GET", server.url + "orders?$skiptoken=5").ok


def test_a_redirection_is_told_and_not_followed(serving, opened):
    elsewhere = serving(lambda _: OK)
    server = serving(lambda _: (302, {"Location": elsewhere.url + "login?ticket=secret"}, b""))
    with pytest.raises(ConfigurationError, match="/login:") as caught:
        opened(server.url).send("GET", "a")
    assert caught.value.code == "redirected"
    assert "secret" not in str(caught.value)
    assert elsewhere.seen == []


# ---------------------------------------------------------------- lost on the way


def test_a_write_that_is_not_answered_is_sent_once_and_its_end_is_unknown(serving, opened):
    server = serving(lambda request: request.hang_up())
    with pytest.raises(TransportError) as caught:
        opened(server.url).send("POST", "orders?who=customer", body=b"{}")
    assert (caught.value.outcome, caught.value.code, len(server.seen)) == ("unknown", "no_answer", 1)
    assert "customer" not in str(caught.value)


def test_a_write_whose_answer_is_cut_is_unknown(serving, opened):
    server = serving(lambda _: (201, {"Content-Length": "500"}, b"half"))
    server.answer = lambda request: (request.hang_up(), (201, {"Content-Length": "500"}, b"half"))[1]
    with pytest.raises(TransportError) as caught:
        opened(server.url).send("POST", "orders", body=b"{}")
    assert (caught.value.outcome, len(server.seen)) == ("unknown", 1)


def test_a_write_to_nobody_is_not_applied(opened):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(TransportError, match="refused") as caught:
        opened(f"http://127.0.0.1:{port}/").send("POST", "orders", body=b"{}")
    assert (caught.value.outcome, caught.value.code) == ("not_applied", "unreachable")


def test_a_host_that_nobody_knows_is_told(opened):
    session = opened("http://erp.invalid/", transport=Transport(attempts=1))
    with pytest.raises(TransportError, match=r"erp\.invalid cannot be reached") as caught:
        session.send("GET", "a")
    assert caught.value.outcome == "not_applied"


def test_a_read_is_repeated_after_a_lost_connection(serving, opened):
    lost = [True, True, False]
    server = serving(lambda request: request.hang_up() if lost.pop(0) else OK)
    assert opened(server.url, clock=Hands()).send("GET", "a").ok
    assert len(server.seen) == 3


def test_a_post_that_only_reads_is_repeated_too(serving, opened):
    server = serving(in_turn((503, {}, b""), OK))
    assert opened(server.url, clock=Hands()).send("POST", "$batch", body=b"", reads=True).ok
    assert len(server.seen) == 2


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_read_is_repeated_after_a_passing_refusal_and_a_write_is_not(serving, opened, status):
    server = serving(in_turn((status, {}, b"no"), (status, {}, b"no"), OK))
    session = opened(server.url, clock=Hands())
    assert session.send("GET", "a").ok
    assert len(server.seen) == 3
    server.answer = lambda _: (status, {}, b"no")
    assert session.send("POST", "a", body=b"{}").status == status
    assert len(server.seen) == 4


def test_a_read_that_is_refused_each_time_ends_with_the_last_answer(serving, opened):
    server = serving(lambda _: (503, {}, b"down"))
    answer = opened(server.url, clock=Hands(), transport=Transport(attempts=3)).send("GET", "a")
    assert (answer.status, answer.body, len(server.seen)) == (503, b"down", 3)


# ---------------------------------------------------------------- pauses and the cap


@pytest.mark.parametrize("as_date", [False, True])
def test_the_servers_pause_is_waited_out(serving, opened, as_date):
    clock = Hands()
    later = clock.now().timestamp() + 20
    said = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(later)) if as_date else "20"
    server = serving(in_turn((429, {"Retry-After": said}, b""), OK))
    began = clock.monotonic()
    assert opened(server.url, clock=clock).send("GET", "a").ok
    assert 18 <= clock.monotonic() - began <= 40


def test_a_pause_holds_for_every_request_of_the_back_end(serving, opened):
    clock = Hands()
    server = serving(in_turn((429, {"Retry-After": "30"}, b""), OK))
    gate = Gate(4, clock)
    first, second = (opened(server.url, clock=clock, gate=gate) for _ in range(2))
    assert first.send("POST", "a", body=b"{}").status == 429
    began = clock.monotonic()
    assert second.send("POST", "b", body=b"{}").ok
    assert clock.monotonic() - began >= 29


def test_a_pause_longer_than_the_call_may_take_is_told_at_once_and_nothing_is_sent(serving, opened):
    clock = Hands()
    server = serving(in_turn((503, {"Retry-After": "3600"}, b""), OK))
    session = opened(server.url, clock=clock)
    assert session.send("POST", "a", body=b"{}").status == 503
    with pytest.raises(Throttled) as caught:
        session.send("POST", "a", body=b"{}", timeout=60)
    assert caught.value.outcome == "not_applied"
    assert 3500 < caught.value.retry_after <= 3600
    assert len(server.seen) == 1


def test_no_more_requests_run_at_once_than_the_cap(serving, opened):
    server = serving(lambda _: (time.sleep(0.03), OK)[1])
    session = opened(server.url, gate=Gate(3))
    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda number: session.send("GET", f"a{number}"), range(24)))
    assert [answer.status for answer in answers] == [200] * 24
    assert server.most_at_work == 3


def test_no_more_requests_go_out_than_the_rate_allows_without_a_word_from_the_server(serving, opened):
    clock = Hands()
    server = serving(lambda _: OK)
    session = opened(server.url, clock=clock, gate=Gate(4, clock, rate=Rate(3, 300)))
    began = clock.monotonic()
    moments = []
    for number in range(7):
        assert session.send("GET", f"a{number}", timeout=1000).ok
        moments.append(clock.monotonic() - began)
    assert [round(each // 300) for each in moments] == [0, 0, 0, 1, 1, 1, 2]


def test_a_turn_that_would_come_too_late_is_told_at_once_and_nothing_is_sent(serving, opened):
    clock = Hands()
    server = serving(lambda _: OK)
    session = opened(server.url, clock=clock, gate=Gate(4, clock, rate=Rate(1, 300)))
    assert session.send("POST", "a", body=b"{}").ok
    with pytest.raises(Throttled) as caught:
        session.send("POST", "b", body=b"{}", timeout=60)
    assert (caught.value.outcome, len(server.seen)) == ("not_applied", 1)
    assert 200 < caught.value.retry_after <= 300


def test_whoever_finds_no_place_in_time_has_sent_nothing(serving, opened):
    going_on = threading.Event()
    server = serving(lambda _: (going_on.wait(20), OK)[1])
    session = opened(server.url, gate=Gate(1))
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(session.send, "GET", "a")
        while not server.seen:
            time.sleep(0.005)
        with pytest.raises(TransportError, match="still under way") as caught:
            session.send("POST", "b", body=b"{}", timeout=0.05)
        going_on.set()
        assert first.result().ok
    assert (caught.value.outcome, len(server.seen)) == ("not_applied", 1)


# ---------------------------------------------------------------- time and size


def test_a_server_that_says_nothing_is_given_up(serving, opened):
    over = threading.Event()
    server = serving(lambda _: over.wait(20))
    session = opened(server.url, transport=Transport(read_timeout=0.2, attempts=1))
    with pytest.raises(TransportError, match="not in time") as caught:
        session.send("POST", "a", body=b"{}")
    over.set()
    assert caught.value.outcome == "unknown"


def test_an_answer_that_trickles_does_not_outlast_the_call(serving, opened):
    def trickle(request):
        request.send_response(200)
        request.send_header("Content-Length", "100000")
        request.end_headers()
        for _ in range(200):
            request.wfile.write(b".")
            request.wfile.flush()
            time.sleep(0.02)

    server = serving(trickle)
    began = time.monotonic()
    with pytest.raises(TransportError, match="not in time"):
        opened(server.url, transport=Transport(attempts=1)).send("GET", "a", timeout=0.3)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_that_is_too_large_is_not_read_to_its_end(serving, opened, packed):
    body = b"0" * 3_000_000
    headers = {"Content-Encoding": "gzip"} if packed else {}
    server = serving(lambda _: (200, headers, gzip.compress(body) if packed else body))
    with pytest.raises(TransportError, match="1,000,000 bytes") as caught:
        opened(server.url, transport=Transport(max_bytes=1_000_000)).send("GET", "a")
    assert (caught.value.code, caught.value.retryable, len(server.seen)) == ("too_large", False, 1)


def test_a_packed_answer_is_unpacked(serving, opened):
    server = serving(lambda _: (200, {"Content-Encoding": "gzip"}, gzip.compress("Mühle".encode())))
    assert opened(server.url).send("GET", "a").text() == "Mühle"


def test_an_interrupted_answer_leaves_no_connection_with_a_rest(serving, opened):
    server = serving(in_turn((200, {}, b"0" * 2_000_000), (200, {}, b"whole")))
    session = opened(server.url, transport=Transport(max_bytes=1_000_000))
    with pytest.raises(TransportError):
        session.send("GET", "a")
    assert session.send("GET", "b").body == b"whole"


# ---------------------------------------------------------------- what is noted


def test_each_request_is_one_event_without_what_customers_have_written(serving, opened, caplog):
    server = serving(lambda _: OK)
    with caplog.at_level(logging.DEBUG, logger="erp_connect.wire.http"):
        opened(server.url, auth=Basic("user", "secret")).send("GET", "orders", params={"$filter": "Mill"})
    (event,) = caplog.records
    assert (event.http_method, event.http_path, event.http_status, event.http_bytes) == (
        "GET",
        "/orders",
        200,
        2,
    )
    assert "Mill" not in str(vars(event))
    assert "secret" not in str(vars(event))


def test_a_request_that_failed_is_an_event_too(serving, opened, caplog):
    server = serving(lambda request: request.hang_up())
    with caplog.at_level(logging.DEBUG, logger="erp_connect.wire.http"), pytest.raises(TransportError):
        opened(server.url).send("POST", "orders", body=b"{}")
    assert [event.http_status for event in caplog.records] == [None]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_has_connections_of_its_own(serving):
    ports = []
    server = serving(lambda request: (200, {}, ports.append(request.client_address[1]) or b""))
    session = HttpSession(server.url)
    session.send("GET", "parent")
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if session.send("GET", "child").ok else 1)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    session.send("GET", "parent")
    session.close()
    assert ports[0] == ports[2] != ports[1]
