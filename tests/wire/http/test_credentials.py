"""Tokens: fetched once for all threads, renewed before their end, and never fetched in a loop."""

import base64
import json
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import parse_qs

import pytest

from erp_connect.errors import AuthenticationFailed, ConfigurationError, TransportError
from erp_connect.testing.clocks import Hands
from erp_connect.wire.http import (
    Basic,
    Bearer,
    CsrfToken,
    HttpSession,
    KeptTokens,
    OAuth2,
    SignedIn,
    TokenEndpoint,
    Transport,
    ntlm,
)

OK = (200, {}, b"{}")


class TokenServer:
    """Gives tokens ``t1``, ``t2``, ...; the resource beside it takes those that are not revoked."""

    def __init__(self, serving, *, lives="3600", rotates=False):
        self.forms = []
        self.revoked = set()
        self.lives, self.rotates = lives, rotates
        self.problem = None
        self.counting = threading.Lock()
        self.tokens = serving(self.give)
        self.orders = serving(self.take)

    def give(self, request):
        if self.problem is not None:
            return self.problem
        with self.counting:
            self.forms.append({name: value for name, (value,) in parse_qs(request.body.decode()).items()})
            number = len(self.forms)
        time.sleep(0.02)
        said = {"access_token": f"t{number}", "token_type": "Bearer", "expires_in": self.lives}
        if self.rotates:
            said["refresh_token"] = f"r{number}"
        return 200, {"Content-Type": "application/json"}, json.dumps(said).encode()

    def take(self, request):
        token = (request.headers["Authorization"] or "").removeprefix("Bearer ")
        return (401, {}, b"") if token in self.revoked or not token else OK


@pytest.fixture
def signed():
    """Sessions with OAuth2: ``signed(server, **settings)`` gives the resource's session."""
    sessions = []

    def open_one(server, *, clock=None, sign_in=None, **settings):
        to_tokens = HttpSession(server.tokens.url, clock=clock, transport=Transport(attempts=1))
        secret = {name: settings.pop(name) for name in ("client_secret", "client_says") if name in settings}
        endpoint = TokenEndpoint(to_tokens, server.tokens.url + "token", client_id="app", **secret)
        if sign_in is None:
            auth = OAuth2(endpoint, clock=clock, **settings)
        else:
            auth = SignedIn(endpoint, sign_in, hint="erp-connect login", clock=clock)
        session = HttpSession(server.orders.url, auth=auth, clock=clock)
        sessions.extend((to_tokens, session))
        return session

    yield open_one
    for session in sessions:
        session.close()


def test_sixteen_threads_need_one_token(serving, signed):
    server = TokenServer(serving)
    session = signed(server, client_secret="s3cret", scope="orders.all")
    with ThreadPoolExecutor(16) as threads:
        assert all(answer.ok for answer in threads.map(lambda n: session.send("GET", f"a{n}"), range(48)))
    assert server.forms == [
        {
            "grant_type": "client_credentials",
            "client_id": "app",
            "client_secret": "s3cret",
            "scope": "orders.all",
        }
    ]


def test_a_secret_in_the_header_is_encoded_first(serving, signed):
    server = TokenServer(serving)
    signed(server, client_secret="a:b/c", client_says="header").send("GET", "a")
    sent = server.tokens.seen[0].headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(sent) == b"app:a%3Ab%2Fc"
    assert server.forms == [{"grant_type": "client_credentials"}]


def test_a_token_is_renewed_before_its_end(serving, signed):
    clock = Hands()
    server = TokenServer(serving, lives=600)
    session = signed(server, clock=clock)
    session.send("GET", "a")
    clock.turn(seconds=530)
    session.send("GET", "a")
    assert len(server.forms) == 1
    clock.turn(seconds=15)  # 545 of 600 seconds: a minute before its end it is old
    session.send("GET", "a")
    assert len(server.forms) == 2


def test_a_token_that_is_refused_is_renewed_once_for_all_and_the_write_is_sent_again(serving, signed):
    server = TokenServer(serving)
    session = signed(server)
    session.send("GET", "a")
    server.revoked.add("t1")
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: session.send("POST", "orders", body=b"{}"), range(8)))
    assert all(answer.ok for answer in answers)
    assert len(server.forms) == 2


def test_a_server_that_refuses_every_token_is_asked_twice(serving, signed):
    server = TokenServer(serving)
    server.revoked |= {"t1", "t2", "t3"}
    assert signed(server).send("GET", "a").status == 401
    assert len(server.forms) == len(server.orders.seen) == 2


class Kept:
    """A sign-in that two sessions share, as two processes would."""

    def __init__(self, *tokens):
        self.tokens = list(tokens)
        self.out_of_reach = False
        self.failures = 0
        self.lock = threading.Lock()

    @contextmanager
    def alone(self):
        with self.lock:
            yield self.tokens[-1] if self.tokens else None

    def keep(self, tokens, instead_of):
        self.failures -= 1
        if self.out_of_reach or self.failures >= 0:
            raise TransportError("the database is out of reach", outcome="not_applied")
        if self.tokens[-1] == instead_of:
            self.tokens.append(tokens)


def test_a_refresh_token_that_rotates_is_kept_before_it_is_used(serving, signed):
    clock = Hands()
    server = TokenServer(serving, lives=100, rotates=True)
    kept = Kept(KeptTokens("r0"))
    session = signed(server, clock=clock, sign_in=kept)
    session.send("GET", "a")
    clock.turn(seconds=200)
    session.send("GET", "a")
    assert [form["refresh_token"] for form in server.forms] == ["r0", "r1"]
    assert {form["grant_type"] for form in server.forms} == {"refresh_token"}
    assert [(each.refresh, each.access) for each in kept.tokens[1:]] == [("r1", "t1"), ("r2", "t2")]


def test_a_server_that_does_not_rotate_leaves_the_refresh_token_as_it_is(serving, signed):
    clock = Hands()
    server = TokenServer(serving, lives=100)
    kept = Kept(KeptTokens("r0"))
    session = signed(server, clock=clock, sign_in=kept)
    for _ in range(2):
        session.send("GET", "a")
        clock.turn(seconds=200)
    assert [form["refresh_token"] for form in server.forms] == ["r0", "r0"]


def test_what_another_process_has_renewed_is_used(serving, signed):
    clock = Hands()
    server = TokenServer(serving, lives=100, rotates=True)
    kept = Kept(KeptTokens("r0"))
    first, second = (signed(server, clock=clock, sign_in=kept) for _ in range(2))
    first.send("GET", "a")
    second.send("GET", "a")
    assert len(server.forms) == 1
    clock.turn(seconds=200)
    second.send("GET", "a")
    first.send("GET", "a")
    assert len(server.forms) == 2
    assert [request.headers["Authorization"] for request in server.orders.seen] == [
        "Bearer t1",
        "Bearer t1",
        "Bearer t2",
        "Bearer t2",
    ]


def test_a_kept_token_that_the_server_refuses_is_renewed_and_not_used_again(serving, signed):
    server = TokenServer(serving, rotates=True)
    kept = Kept(KeptTokens("r0"))
    signed(server, sign_in=kept).send("GET", "a")
    server.revoked.add("t1")
    assert signed(server, sign_in=kept).send("GET", "a").ok
    assert [form["refresh_token"] for form in server.forms] == ["r0", "r1"]


def test_a_database_that_is_back_in_a_moment_costs_a_program_nothing(serving, signed):
    server = TokenServer(serving, rotates=True)
    kept = Kept(KeptTokens("r0"))
    kept.failures = 3
    assert signed(server, sign_in=kept, clock=Hands()).send("GET", "a").ok
    assert (kept.tokens[-1].refresh, len(server.forms)) == ("r1", 1)


def test_tokens_that_could_not_be_kept_are_kept_later_and_not_asked_for_again(serving, signed):
    server = TokenServer(serving, rotates=True)
    kept = Kept(KeptTokens("r0"))
    session = signed(server, sign_in=kept, clock=Hands())
    kept.out_of_reach = True
    with pytest.raises(TransportError, match="out of reach"):
        session.send("GET", "a")
    assert (len(server.forms), server.orders.seen) == (1, [])
    kept.out_of_reach = False
    assert session.send("GET", "a").ok
    assert len(server.forms) == 1
    assert (kept.tokens[-1].refresh, kept.tokens[-1].access) == ("r1", "t1")


def test_tokens_that_could_not_be_kept_do_not_take_the_place_of_a_new_sign_in(serving, signed):
    server = TokenServer(serving, rotates=True)
    kept = Kept(KeptTokens("r0"))
    session = signed(server, sign_in=kept, clock=Hands())
    kept.out_of_reach = True
    with pytest.raises(TransportError, match="out of reach"):
        session.send("GET", "a")
    kept.out_of_reach = False
    kept.tokens.append(KeptTokens("of a person who has signed in anew"))
    assert session.send("GET", "a").ok
    assert server.forms[-1]["refresh_token"] == "of a person who has signed in anew"
    assert [each.refresh for each in kept.tokens][-1] == "r2"


def test_an_interrupt_while_tokens_are_on_their_way_loses_none(serving, signed):
    server = TokenServer(serving, rotates=True)
    kept = Kept(KeptTokens("r0"))
    give = server.tokens.answer

    def struck(request):
        os.kill(os.getpid(), signal.SIGINT)
        return give(request)

    server.tokens.answer = struck
    with pytest.raises(KeyboardInterrupt):
        signed(server, sign_in=kept).send("GET", "a")
    assert (kept.tokens[-1].refresh, kept.tokens[-1].access) == ("r1", "t1")
    assert server.orders.seen == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_that_is_forked_while_a_thread_fetches_a_token_fetches_its_own(serving, signed):
    server = TokenServer(serving)
    give, asked, goes_on = server.tokens.answer, threading.Event(), threading.Event()

    def slowly(request):
        if not asked.is_set():
            asked.set()
            goes_on.wait(10)
        return give(request)

    server.tokens.answer = slowly
    session = signed(server)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(session.send, "GET", "parent")
        assert asked.wait(10)
        child = os.fork()
        if child == 0:
            signal.alarm(10)
            try:
                os._exit(0 if session.send("GET", "child").ok else 1)
            finally:
                os._exit(2)
        ended = os.waitpid(child, 0)[1]
        goes_on.set()
        assert first.result().ok
    assert ended == 0


def test_where_nobody_has_signed_in_it_is_said_how_and_nothing_is_sent(serving, signed):
    server = TokenServer(serving)
    with pytest.raises(AuthenticationFailed, match=r"nobody has signed in \(erp-connect login\)") as caught:
        signed(server, sign_in=Kept()).send("POST", "orders", body=b"{}")
    assert (caught.value.code, caught.value.outcome) == ("sign_in_needed", "not_applied")
    assert (server.forms, server.orders.seen) == ([], [])


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_client_that_is_not_let_in_is_told_and_nothing_is_sent(serving, signed, status):
    server = TokenServer(serving)
    server.problem = (status, {}, b'{"error": "invalid_client", "error_description": "expired"}')
    with pytest.raises(AuthenticationFailed, match="invalid_client") as caught:
        signed(server, client_secret="s3cret").send("POST", "orders", body=b"{}")
    assert caught.value.native == ("invalid_client", "expired")
    assert (caught.value.outcome, server.orders.seen) == ("not_applied", [])
    assert "s3cret" not in str(caught.value)


def test_a_wrong_client_is_not_mended_by_signing_in(serving, signed):
    server = TokenServer(serving)
    server.problem = (401, {}, b'{"error": "invalid_client"}')
    with pytest.raises(AuthenticationFailed, match="invalid_client") as caught:
        signed(server, sign_in=Kept(KeptTokens("r0"))).send("GET", "a")
    assert caught.value.hint == "renew the client's secret"


@pytest.mark.parametrize(
    "problem",
    [
        (500, {}, b"<html>"),
        (200, {}, b"[]"),
        (200, {}, b"[" * 100_000),
        (200, {}, b'{"access_token": 5}'),
        (200, {}, b'{"access_token": ""}'),
        (200, {}, b'{"access_token": "s3cret\\r\\nX: 1"}'),
        (200, {}, '{"access_token": "s3cret\u20ac"}'.encode()),
    ],
)
def test_a_token_server_that_gives_none_is_told(serving, signed, problem):
    server = TokenServer(serving)
    server.problem = problem
    with pytest.raises(TransportError, match="no token") as caught:
        signed(server).send("POST", "orders", body=b"{}")
    assert (caught.value.outcome, server.orders.seen) == ("not_applied", [])


@pytest.mark.parametrize("sent_before", [False, True])
def test_a_token_server_that_does_not_answer_leaves_the_write_not_applied(serving, signed, sent_before):
    server = TokenServer(serving)
    session = signed(server)
    if sent_before:
        session.send("GET", "a")
        server.revoked.add("t1")
    server.tokens.answer = lambda request: request.hang_up()
    with pytest.raises(TransportError, match="has not answered") as caught:
        session.send("POST", "orders", body=b"{}")
    assert caught.value.outcome == "not_applied"


def test_a_refusal_that_repeats_what_was_sent_is_kept_apart_from_the_text(serving, signed):
    server = TokenServer(serving)
    said = {"error": "client app with secret s3cret is unknown", "error_description": "x" * 5_000_000}
    server.problem = (400, {}, json.dumps(said).encode())
    with pytest.raises(AuthenticationFailed, match="the token was refused") as caught:
        signed(server, client_secret="s3cret").send("GET", "a")
    assert "s3cret" not in str(caught.value)
    assert all(len(each) <= 1000 for each in caught.value.native)


@pytest.mark.parametrize("lives", [None, "", "soon", 0, -5, 10**12, pytest.param(10**400, id="400 digits")])
def test_a_life_that_makes_no_sense_is_five_minutes(serving, signed, lives):
    clock = Hands()
    server = TokenServer(serving, lives=lives)
    session = signed(server, clock=clock)
    for seconds, fetched in ((0, 1), (260, 1), (30, 2)):
        clock.turn(seconds=seconds)
        session.send("GET", "a")
        assert len(server.forms) == fetched


@pytest.mark.parametrize("token", ["s3cret\n", "s3cret\r\nX: 1", "s3cret\u20ac", ""])
def test_a_token_that_no_header_holds_is_told_without_repeating_it(token):
    with pytest.raises(ConfigurationError, match="token") as caught:
        Bearer(token)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("auth", [Basic("user", "wrong"), Bearer("wrong")])
def test_what_cannot_be_renewed_is_not_tried_again(serving, auth):
    server = serving(lambda _: (401, {}, b""))
    session = HttpSession(server.url, auth=auth)
    assert session.send("GET", "a").status == 401
    assert len(server.seen) == 1
    session.close()


def test_ntlm_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "requests_ntlm", None)
    with pytest.raises(ConfigurationError, match=r"erp-connect\[ntlm\]"):
        ntlm("HOUSE\\user", "password")


# ---------------------------------------------------------------- the token against forged requests (sap.md 4.2)


class Gateway:
    """A server that wants the token of its session with every write."""

    def __init__(self, serving, *, takes_head=True):
        self.session = 1
        self.takes_head = takes_head
        self.refusals = 0
        self.written = []
        self.server = serving(self.answer)

    @property
    def token(self):
        return f"token-{self.session}=="

    def answer(self, request):
        asked = request.headers["X-CSRF-Token"]
        if request.command in {"GET", "HEAD"}:
            if request.command == "HEAD" and not self.takes_head:
                return 405, {"X-CSRF-Token": "Required"}, b""
            cookie = {"Set-Cookie": f"SAP_SESSIONID_MCK_100={self.session}; path=/"}
            return 200, ({"X-CSRF-Token": self.token} | cookie if asked == "Fetch" else {}), b"{}"
        if asked != self.token or f"SAP_SESSIONID_MCK_100={self.session}" not in str(
            request.headers["Cookie"]
        ):
            self.refusals += 1
            return (
                403,
                {"X-CSRF-Token": "Required", "Content-Type": "text/plain"},
                b"CSRF token validation failed",
            )
        self.written.append(request.path)
        return 201, {}, b"{}"


@pytest.fixture
def guarded():
    sessions = []

    def open_one(gateway):
        sessions.append(HttpSession(gateway.server.url, csrf=CsrfToken("sap/SHOP/")))
        return sessions[-1]

    yield open_one
    for session in sessions:
        session.close()


@pytest.mark.parametrize("takes_head", [True, False])
def test_a_write_brings_token_and_cookie_and_the_token_is_fetched_once(serving, guarded, takes_head):
    gateway = Gateway(serving, takes_head=takes_head)
    session = guarded(gateway)
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda n: session.send("POST", f"a{n}", body=b"{}"), range(12)))
    assert {answer.status for answer in answers} == {201}
    fetched = [
        request.command for request in gateway.server.seen if request.headers["X-CSRF-Token"] == "Fetch"
    ]
    assert fetched == (["HEAD"] if takes_head else ["HEAD", "GET"])
    assert gateway.server.seen[0].path == "/sap/SHOP/"
    assert gateway.refusals == 0


def test_a_token_that_died_with_its_session_is_fetched_anew_and_the_write_made_once(serving, guarded):
    gateway = Gateway(serving)
    session = guarded(gateway)
    session.send("POST", "a", body=b"{}")
    gateway.session = 2
    assert session.send("PATCH", "b", body=b"{}").status == 201
    assert (gateway.written, gateway.refusals) == (["/a", "/b"], 1)


def test_a_server_that_refuses_every_token_is_asked_twice_and_its_refusal_told(serving, guarded):
    gateway = Gateway(serving)
    session = guarded(gateway)
    gateway.answer = None
    gateway.server.answer = lambda request: (
        (200, {"X-CSRF-Token": "x"}, b"")
        if request.command == "HEAD"
        else (403, {"X-CSRF-Token": "Required"}, b"")
    )
    assert session.send("POST", "a", body=b"{}").status == 403
    assert [request.command for request in gateway.server.seen] == ["HEAD", "POST", "HEAD", "POST"]


def test_a_403_about_permissions_is_not_about_the_token(serving, guarded):
    gateway = Gateway(serving)
    session = guarded(gateway)
    gateway.server.answer = lambda request: (
        (200, {"X-CSRF-Token": "x"}, b"")
        if request.command == "HEAD"
        else (403, {"Content-Type": "application/json"}, b'{"error": {}}')
    )
    answer = session.send("POST", "a", body=b"{}")
    assert (answer.body, answer.unsent) == (b'{"error": {}}', False)
    assert len(gateway.server.seen) == 2


def test_where_the_token_is_refused_with_an_error_that_error_is_the_answer(serving, guarded):
    gateway = Gateway(serving)
    session = guarded(gateway)
    gateway.server.answer = lambda _: (401, {}, b"who are you")
    answer = session.send("POST", "a", body=b"{}")
    assert (answer.status, answer.body, answer.unsent) == (401, b"who are you", True)
    assert "POST" not in [request.command for request in gateway.server.seen]


def test_a_server_without_such_tokens_is_written_to(serving, guarded):
    gateway = Gateway(serving)
    session = guarded(gateway)
    gateway.server.answer = lambda _: OK
    assert session.send("POST", "a", body=b"{}").ok
