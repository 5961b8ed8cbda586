"""Who is let in, and how much they may ask for (dynamics.md 1.1, 1.2, 1.16; 1.19 point 8)."""

import pytest
import requests

from erp_connect.testing.mocks.dynamics.bc.web import AUDIENCE
from erp_connect.testing.mocks.serving import mount

from .conftest import ROOT, code

TOKENS = "https://login.microsoftonline.com/harbour.example/oauth2/v2.0/token"
ASKED = {
    "grant_type": "client_credentials",
    "client_id": "order-robot",
    "client_secret": "s3cret",
    "scope": f"{AUDIENCE}/.default",
}


@pytest.fixture
def stranger(network, clock):
    with requests.Session() as session:
        mount(session, "https://", network, clock)
        yield session


def test_a_token_is_asked_for_and_opens_the_door(stranger):
    answer = stranger.post(TOKENS, data=ASKED, timeout=9)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["token_type"], told["expires_in"], told["ext_expires_in"]) == ("Bearer", 3599, 3599)
    headers = {"Authorization": f"Bearer {told['access_token']}"}
    assert stranger.get(f"{ROOT}/companies", headers=headers, timeout=9).status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "error", "number"),
    [
        ({"client_secret": "guess"}, 401, "invalid_client", 7000215),
        ({"client_id": "nobody"}, 400, "unauthorized_client", 700016),
        ({"scope": "everything"}, 400, "invalid_scope", 70011),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
    ],
)
def test_why_there_is_no_token(stranger, change, status, error, number):
    answer = stranger.post(TOKENS, data=ASKED | change, timeout=9)
    told = answer.json()
    assert (answer.status_code, told["error"], told["error_codes"]) == (status, error, [number])
    assert told["error_description"].startswith(f"AADSTS{number}: ")


def test_a_secret_runs_out(stranger, server):
    server.tokens.expired_secrets.add("order-robot")
    assert stranger.post(TOKENS, data=ASKED, timeout=9).json()["error_codes"] == [7000222]


def test_a_token_runs_out(bc, clock, server):
    assert bc("GET", "customers").status_code == 200
    clock.turn(seconds=3599)
    answer = bc("GET", "customers")
    assert code(answer) == (401, "Authentication_InvalidCredentials")
    assert "The server has rejected the client credentials." in answer.text


def test_all_tokens_may_be_taken_back_at_once(bc, server):
    server.tokens.expire()
    assert bc("GET", "customers").status_code == 401


def test_a_token_for_something_else_opens_nothing(bc, session, server):
    session.headers["Authorization"] = f"Bearer {server.tokens.token('https://graph.example')}"
    assert bc("GET", "customers").status_code == 401


def test_an_application_has_to_be_registered_inside(bc, server):
    server.settings.unregistered.add("order-robot")
    assert bc("GET", "customers").status_code == 401


def test_the_cloud_knows_no_passwords(bc, session):
    session.headers["Authorization"] = requests.auth._basic_auth_str("ANNA", "webkey")
    assert bc("GET", "customers").status_code == 401


def test_on_premises_a_user_comes_with_a_web_service_key(stranger, company):
    url = f"https://erp.example:7048/BC/api/v2.0/companies({company.id})/customers"
    assert stranger.get(url, auth=("ANNA", "webkey"), timeout=9).status_code == 200
    answer = stranger.get(url, auth=("ANNA", "guess"), timeout=9)
    assert code(answer) == (401, "Unauthorized")
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="Business Central", charset="UTF-8"'
    assert "The credentials provided are incorrect." in answer.text


def test_who_may_only_read_cannot_write(bc, server):
    server.settings.read_only_users.add("order-robot")
    assert bc("GET", "customers").status_code == 200
    assert code(bc("POST", "customers", {"displayName": "X"})) == (403, "Authorization_RequestDenied")


def test_a_read_only_intent_forbids_writing(bc):
    answer = bc("POST", "customers", {"displayName": "X"}, Data_Access_Intent="ReadOnly")
    assert answer.status_code == 400
    assert bc("GET", "customers", Data_Access_Intent="ReadOnly").status_code == 200


def test_api_services_may_be_off(bc, server):
    server.settings.api_services = False
    assert bc("GET", "customers").status_code == 405


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("https://api.businesscentral.dynamics.com/v2.0/production/api/v2.0/companies", 200),
        ("https://api.businesscentral.dynamics.com/v2.0/harbour.example/Production/api/v2.0/companies", 200),
        ("https://api.businesscentral.dynamics.com/v2.0/other.example/production/api/v2.0/companies", 404),
        ("https://api.businesscentral.dynamics.com/v2.0/harbour.example/sandbox/api/v2.0/companies", 404),
        ("https://erp.example:7048/BC/api/v2.0/companies", 200),
        ("https://erp.example:7048/OTHER/api/v2.0/companies", 404),
        ("https://erp.example:7048/BC/api/v1.0/companies", 404),
    ],
)
def test_where_it_is(bc, address, status):
    assert bc("GET", address).status_code == status


def test_too_many_requests_are_refused_without_a_hint_when_to_come_back(bc, server, clock):
    """1.19 point 8: 6,000 in a sliding 5 minutes."""
    server.settings.requests_in_window = 3
    for _ in range(3):
        assert bc("GET", "customers").status_code == 200
        clock.turn(minutes=1)
    answer = bc("GET", "customers")
    assert answer.status_code == 429
    assert "Retry-After" not in answer.headers
    clock.turn(minutes=2)
    assert bc("GET", "customers").status_code == 200
    assert bc("GET", "customers").status_code == 429


def test_a_hint_may_come_with_it_all_the_same(bc, server):
    server.settings.requests_in_window = 0
    server.settings.retry_after_on_429 = 7
    assert bc("GET", "customers").headers["Retry-After"] == "7"


def test_who_waits_when_five_are_running_is_refused_when_the_queue_is_full(bc, server):
    server.settings.queue = 0
    for _ in range(5):
        server.limits.enter("order-robot")
    assert bc("GET", "customers").status_code == 429
    server.limits.leave("order-robot")
    assert bc("GET", "customers").status_code == 200
    assert server.limits.most_at_once == 5


def test_who_waits_too_long_is_told_when_to_come_back(bc, server):
    """1.19 point 8: 503 with Retry-After."""
    server.settings.queue_wait = 0
    for _ in range(5):
        server.limits.enter("order-robot")
    answer = bc("GET", "customers")
    assert code(answer) == (503, "Internal_TenantUnavailable")
    assert int(answer.headers["Retry-After"]) > 0


def test_a_body_may_be_too_large(bc, server):
    server.settings.body_limit = 10
    assert bc("POST", "customers", {"displayName": "X"}).status_code == 413
