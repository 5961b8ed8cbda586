"""A person signs in: in a browser that comes back (RFC 8252, PKCE), or on another device (RFC 8628)."""

import json
import os
import signal
import socket
import threading
from time import monotonic
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from erp_connect.errors import AuthenticationFailed, ConfigurationError, TransportError
from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.sage.sage200.samples import sage_world
from erp_connect.testing.mocks.sage.sage200.settings import Settings
from erp_connect.testing.mocks.sage.sage200.web import Sage200
from erp_connect.testing.mocks.serving import serve
from erp_connect.wire.http import BrowserSignIn, DeviceSignIn, HttpSession, TokenEndpoint, Transport

SCOPE = "openid profile email offline_access"


@pytest.fixture
def free_port():
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


class SageId:
    """The mock's Sage ID on a socket, and a person at a browser."""

    def __init__(self, server, url, port):
        self.id = server.sage_id
        self.back = f"http://127.0.0.1:{port}/callback"
        self.id.applications["order-robot"].redirects.add(self.back)
        self.authorize_url = f"{url}/authorize?audience=s200ukipd/sage200"
        self.session = HttpSession(url, transport=Transport(attempts=1))
        self.endpoint = TokenEndpoint(
            self.session, f"{url}/oauth/token", client_id="order-robot", client_secret="s3cret"
        )

    def begun(self):
        return BrowserSignIn.begun(
            self.authorize_url, client_id="order-robot", redirect_url=self.back, scope=SCOPE
        )


@pytest.fixture
def sage_id(free_port):
    server = Sage200(sage_world(), Settings())
    with serve(server) as url:
        it = SageId(server, url, free_port)
        yield it
        it.session.close()


class Browser:
    """Opens addresses in a thread of its own, follows where they lead, and keeps the last page of each."""

    def __init__(self):
        self.pages, self.open = [], None

    def __call__(self, *addresses):
        self.open = threading.Thread(target=self._goes, args=(addresses,))
        self.open.start()

    def _goes(self, addresses):
        self.pages.extend(requests.get(each, timeout=10) for each in addresses)

    def closed(self):
        if self.open is not None:
            self.open.join(10)


@pytest.fixture
def browser():
    browser = Browser()
    yield browser
    browser.closed()


def test_a_person_signs_in_and_the_code_is_good_for_tokens(sage_id, browser):
    begun = sage_id.begun()
    tokens = begun.tokens(sage_id.endpoint, begun.awaited(browser, patience=10))
    assert sage_id.id.whose(f"Bearer {tokens.access}") == "orders@harbour.example"
    again = sage_id.endpoint.tokens({"grant_type": "refresh_token", "refresh_token": tokens.refresh}, hint="")
    assert again.refresh not in (None, tokens.refresh)


def test_the_code_is_worth_nothing_to_whoever_did_not_begin(sage_id, browser):
    begun, other = sage_id.begun(), sage_id.begun()
    came = begun.awaited(browser, patience=10)
    with pytest.raises(AuthenticationFailed, match="another sign-in"):
        other.tokens(sage_id.endpoint, came)
    stolen = came.replace(begun._state, other._state)
    with pytest.raises(AuthenticationFailed) as caught:
        other.tokens(sage_id.endpoint, stolen)
    assert "Failed to verify code verifier" in caught.value.native


def test_whoever_else_knocks_is_sent_away_and_the_wait_goes_on(sage_id, browser):
    begun = sage_id.begun()
    knocks = (f"{sage_id.back}?code=forged&state=guessed", sage_id.back.replace("callback", "favicon.ico"))
    came = begun.awaited(lambda address: browser(*knocks, address), patience=10)
    assert "forged" not in came
    assert begun.tokens(sage_id.endpoint, came).access
    browser.closed()
    assert [page.status_code for page in browser.pages] == [404, 404, 200]
    assert "You are signed in" in browser.pages[-1].text


def test_a_person_who_does_not_allow_it_is_no_sign_in(sage_id, browser):
    sage_id.id.consents = False
    begun = sage_id.begun()
    came = begun.awaited(browser, patience=10)
    with pytest.raises(AuthenticationFailed, match="access_denied") as caught:
        begun.tokens(sage_id.endpoint, came)
    assert "User did not authorize the request" in caught.value.native


def test_connections_that_say_nothing_do_not_keep_the_browser_waiting(sage_id, free_port, browser):
    begun = sage_id.begun()
    silent = []

    def show(address):
        silent.extend(socket.create_connection(("127.0.0.1", free_port), timeout=5) for _ in range(4))
        silent[0].sendall(b"GET /callback?sta")
        browser(address)

    began = monotonic()
    came = begun.awaited(show, patience=30)
    assert monotonic() - began < 5
    assert begun.tokens(sage_id.endpoint, came).access
    for each in silent:
        each.close()


def test_a_browser_in_the_terminal_is_answered_while_it_runs(sage_id):
    begun = sage_id.begun()
    pages = []
    came = begun.awaited(lambda address: pages.append(requests.get(address, timeout=5)), patience=10)
    assert "You are signed in" in pages[0].text
    assert begun.tokens(sage_id.endpoint, came).access


def test_an_interrupt_ends_the_wait_and_frees_the_port(sage_id, free_port):
    def show(_):
        timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()

    with pytest.raises(KeyboardInterrupt):
        sage_id.begun().awaited(show, patience=30)
    with socket.socket() as again:
        again.bind(("127.0.0.1", free_port))


def test_a_redirect_to_this_machine_may_be_ipv6(sage_id, free_port, browser):
    if not socket.has_ipv6:
        pytest.skip("there is no IPv6 here")
    try:
        with socket.socket(socket.AF_INET6) as asked:
            asked.bind(("::1", 0))
    except OSError:
        pytest.skip("there is no IPv6 here")
    sage_id.back = f"http://[::1]:{free_port}/callback"
    sage_id.id.applications["order-robot"].redirects.add(sage_id.back)
    begun = sage_id.begun()
    assert begun.tokens(sage_id.endpoint, begun.awaited(browser, patience=10)).access


@pytest.mark.parametrize("pasted", ["", "\n", "http://[", "code=1", "http://127.0.0.1/?state=\udcff&code=1"])
def test_whatever_is_pasted_in_the_place_of_the_address_is_no_sign_in(sage_id, pasted):
    with pytest.raises(AuthenticationFailed, match="another sign-in"):
        sage_id.begun().tokens(sage_id.endpoint, pasted)


def test_nobody_who_looks_at_a_sign_in_sees_what_proves_it(sage_id, devices):
    begun = sage_id.begun()
    assert begun._verifier not in repr(begun)
    assert "d-1" not in repr(devices().begun())


def test_nobody_comes(sage_id):
    shown = []
    with pytest.raises(AuthenticationFailed, match="nobody has signed in within 0 seconds"):
        sage_id.begun().awaited(shown.append, patience=0.05)
    assert len(shown) == 1


def test_a_port_that_is_taken_is_told_before_anything_is_shown(sage_id, free_port):
    shown = []
    with socket.socket() as rival:
        rival.bind(("127.0.0.1", free_port))
        rival.listen()
        with pytest.raises(ConfigurationError, match=f"port {free_port}"):
            sage_id.begun().awaited(shown.append, patience=5)
    assert shown == []


@pytest.mark.parametrize(
    "back",
    [
        "https://orders.example/callback",
        "http://10.1.2.3/callback",
        "urn:x",
        "http://127.0.0.1:port/callback",
        "http://127.0.0.1:99999/callback",
        "http://127.0.0.1:0/callback",
        "http://[::1/callback",
    ],
)
def test_a_redirect_that_leads_elsewhere_is_refused(back):
    with pytest.raises(ConfigurationError, match="does not lead to this machine"):
        BrowserSignIn.begun("https://id.example/authorize", client_id="a", redirect_url=back, scope="")


# ---------------------------------------------------------------- another device


class Devices:
    """An authorization server with device codes, as strict as RFC 8628: ``says`` are its answers to polls, in order."""

    def __init__(self, serving, *says, **offer):
        self.says, self.polls = list(says), []
        self.offer = {
            "device_code": "d-1",
            "user_code": "WDJB-MJHT",
            "verification_uri": "https://id.example/activate",
            "expires_in": 900,
            "interval": 5,
        } | offer
        self.clock = Hands()
        self.server = serving(self.answer)
        self.session = HttpSession(self.server.url, transport=Transport(attempts=1), clock=self.clock)
        self.endpoint = TokenEndpoint(self.session, f"{self.server.url}token", client_id="robot")
        self.begun_at = self.clock.monotonic()

    def answer(self, request):
        form = {name: value for name, (value,) in parse_qs(request.body.decode()).items()}
        if urlsplit(request.path).path == "/device":
            if form != {"client_id": "robot", "scope": "orders"}:
                return 400, {}, b'{"error": "invalid_request"}'
            return 200, {}, json.dumps(self.offer).encode()
        wanted = {
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "device_code": "d-1",
            "client_id": "robot",
        }
        assert form == wanted
        self.polls.append(round(self.clock.monotonic() - self.begun_at))
        said = self.says.pop(0)
        if said == "tokens":
            return 200, {}, b'{"access_token": "t1", "refresh_token": "r1", "expires_in": 60}'
        return (503, {}, b"busy") if said == "503" else (400, {}, json.dumps({"error": said}).encode())

    def begun(self):
        return DeviceSignIn.begun(self.session, f"{self.server.url}device", client_id="robot", scope="orders")


@pytest.fixture
def devices(serving):
    made = []

    def make(*says, **offer):
        made.append(Devices(serving, *says, **offer))
        return made[-1]

    yield make
    for each in made:
        each.session.close()


def test_a_code_is_shown_and_waited_for_at_the_pace_that_the_server_wants(devices):
    them = devices("authorization_pending", "slow_down", "authorization_pending", "503", "tokens")
    begun = them.begun()
    assert (begun.address, begun.user_code) == ("https://id.example/activate", "WDJB-MJHT")
    tokens = begun.tokens(them.endpoint, them.clock)
    assert (tokens.access, tokens.refresh) == ("t1", "r1")
    assert them.polls == [5, 10, 20, 30, 50]


def test_a_person_who_refuses_ends_the_wait(devices):
    them = devices("authorization_pending", "access_denied")
    with pytest.raises(AuthenticationFailed, match="access_denied"):
        them.begun().tokens(them.endpoint, them.clock)
    assert len(them.polls) == 2


def test_a_code_that_nobody_enters_runs_out(devices):
    them = devices(*["authorization_pending"] * 10, expires_in=22)
    with pytest.raises(AuthenticationFailed, match="nobody has entered the code in time"):
        them.begun().tokens(them.endpoint, them.clock)
    assert them.polls == [5, 10, 15, 20]


@pytest.mark.parametrize("wrong", ["soon", -1, 0, None, [5], pytest.param(10**400, id="400 digits")])
def test_a_pace_that_makes_no_sense_is_five_seconds(devices, wrong):
    them = devices("authorization_pending", "tokens", interval=wrong, expires_in=wrong)
    assert them.begun().tokens(them.endpoint, them.clock).access == "t1"
    assert them.polls == [5, 10]


def test_a_hurried_server_is_asked_once_a_second_at_most(devices):
    them = devices("authorization_pending", "tokens", interval=0.001)
    assert them.begun().tokens(them.endpoint, them.clock).access == "t1"
    assert them.polls == [1, 2]


def test_a_way_that_will_not_hold_the_next_time_either_ends_the_wait(devices):
    them = devices("tokens")
    begun = them.begun()
    elsewhere = TokenEndpoint(them.session, "http://id.example/token", client_id="robot")
    with pytest.raises(TransportError, match="another host"):
        begun.tokens(elsewhere, them.clock)
    assert them.clock.monotonic() - them.begun_at == 5


def test_a_client_that_may_not_have_codes_is_told(devices):
    them = devices()
    with pytest.raises(
        AuthenticationFailed, match=r"no sign-in on another device was offered \(400\)"
    ) as caught:
        DeviceSignIn.begun(them.session, f"{them.server.url}device", client_id="other", scope="orders")
    assert caught.value.native == ("invalid_request",)
