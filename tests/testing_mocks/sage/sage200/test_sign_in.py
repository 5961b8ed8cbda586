"""Sage ID, sites, and who is let in (sage.md 4.1; 4.7, points 1 and 2)."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from erp_connect.testing.mocks.serving import mount

from .conftest import HOST

ID = "https://id.sage.com"
BACK = "http://127.0.0.1:8400/callback"
ASK = {
    "audience": "s200ukipd/sage200",
    "response_type": "code",
    "client_id": "order-robot",
    "redirect_uri": BACK,
    "scope": "openid profile email offline_access",
    "state": "xyz",
}


@pytest.fixture
def stranger(network, clock):
    with requests.Session() as session:
        yield mount(session, "https://", network, clock)


def authorized(stranger, **changed):
    answer = stranger.get(f"{ID}/authorize", params=ASK | changed, allow_redirects=False, timeout=20)
    assert answer.status_code == 302
    target = urlsplit(answer.headers["Location"])
    return {name: values[0] for name, values in parse_qs(target.query).items()}


def granted(stranger, **form):
    base = {"client_id": "order-robot", "client_secret": "s3cret"}
    return stranger.post(f"{ID}/oauth/token", data=base | form, timeout=20)


def by_code(stranger, code, **more):
    return granted(stranger, grant_type="authorization_code", code=code, redirect_uri=BACK, **more)


def refreshed(stranger, token):
    return granted(stranger, grant_type="refresh_token", refresh_token=token)


def sites(stranger, token):
    url = f"{HOST}/uk/sage200extra/accounts/v1/sites"
    return stranger.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=20)


def test_a_person_signs_in_and_the_application_gets_tokens(stranger):
    """sage.md 4.7, point 1: the grant for a code, sent back to a loopback address."""
    back = authorized(stranger)
    assert back["state"] == "xyz"
    answer = by_code(stranger, back["code"])
    body = answer.json()
    assert answer.status_code == 200
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 28_800)
    assert sites(stranger, body["access_token"]).status_code == 200


def test_a_code_is_good_once_and_for_its_address(stranger):
    """sage.md 4.7, point 1."""
    code = authorized(stranger)["code"]
    elsewhere = granted(
        stranger, grant_type="authorization_code", code=code, redirect_uri="http://evil.example"
    )
    assert (elsewhere.status_code, elsewhere.json()["error"]) == (403, "invalid_grant")
    code = authorized(stranger)["code"]
    assert by_code(stranger, code).status_code == 200
    assert by_code(stranger, code).json()["error"] == "invalid_grant"


def test_a_code_runs_out(stranger, clock):
    """sage.md 4.7, point 1."""
    code = authorized(stranger)["code"]
    clock.turn(seconds=601)
    assert by_code(stranger, code).json()["error"] == "invalid_grant"


def test_an_address_that_was_not_registered_gets_nothing(stranger):
    """sage.md 4.1: credentials are tied to redirect addresses."""
    asked = ASK | {"redirect_uri": "http://127.0.0.1:9999/callback"}
    answer = stranger.get(f"{ID}/authorize", params=asked, allow_redirects=False, timeout=20)
    assert answer.status_code == 403
    assert "Location" not in answer.headers


def test_without_audience_or_consent_there_is_no_code(stranger, server):
    """sage.md 4.1."""
    assert authorized(stranger, audience="other")["error"] == "access_denied"
    server.sage_id.consents = False
    assert "code" not in authorized(stranger)


def test_a_refresh_gives_a_new_refresh_token_and_ends_the_old_one(stranger):
    """sage.md 4.7, point 1: rotation; whoever uses an old token again ends what came of it."""
    first = by_code(stranger, authorized(stranger)["code"]).json()["refresh_token"]
    second = refreshed(stranger, first).json()["refresh_token"]
    assert second != first
    assert refreshed(stranger, first).json()["error"] == "invalid_grant"
    assert refreshed(stranger, second).json()["error"] == "invalid_grant"


def test_reuse_may_be_harmless_and_rotation_off(stranger, settings):
    """sage.md 4.7, point 1: switches."""
    settings.reuse_ends_all = False
    first = by_code(stranger, authorized(stranger)["code"]).json()["refresh_token"]
    second = refreshed(stranger, first).json()["refresh_token"]
    assert refreshed(stranger, first).status_code == 403
    settings.rotates = False
    for _ in range(2):
        answer = refreshed(stranger, second)
        assert answer.status_code == 200
        assert "refresh_token" not in answer.json()


def test_a_refresh_token_lives_ninety_days(stranger, clock, settings):
    """sage.md 4.1."""
    settings.grant_refused = 400
    token = by_code(stranger, authorized(stranger)["code"]).json()["refresh_token"]
    clock.turn(seconds=90 * 86_400 + 1)
    answer = refreshed(stranger, token)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_without_offline_access_there_is_no_refresh_token(stranger):
    """sage.md 4.1: scopes."""
    code = authorized(stranger, scope="openid")["code"]
    assert "refresh_token" not in by_code(stranger, code).json()


def test_no_machine_signs_in_alone(stranger):
    """sage.md 4.1: there is no grant for client credentials."""
    answer = granted(stranger, grant_type="client_credentials", audience="s200ukipd/sage200")
    assert (answer.status_code, answer.json()["error"]) == (403, "unauthorized_client")


def test_a_wrong_secret(stranger):
    """sage.md 4.7, point 1."""
    answer = granted(stranger, grant_type="refresh_token", refresh_token="x", client_secret="wrong")
    assert (answer.status_code, answer.json()) == (
        401,
        {"error": "access_denied", "error_description": "Unauthorized"},
    )


def test_a_code_with_a_challenge_wants_its_verifier(stranger):
    """sage.md 4.1: what the sign-in service is known for."""
    verifier = "v" * 43
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {"code_challenge": digest, "code_challenge_method": "S256"}
    assert by_code(stranger, authorized(stranger, **asked)["code"]).status_code == 403
    assert by_code(stranger, authorized(stranger, **asked)["code"], code_verifier=verifier).status_code == 200


def test_access_tokens_run_out(sage, server, clock):
    """sage.md 4.7, point 1: expiry by time, and as a switch."""
    assert sage("GET", "customers").status_code == 200
    clock.turn(seconds=28_800)
    assert sage("GET", "customers").status_code == 401
    sage.session.headers.update(server.headers("Harbour Trading"))
    server.sage_id.expire()
    answer = sage("GET", "customers")
    assert (answer.status_code, answer.json()["statusCode"]) == (401, 401)
    sage.session.headers.update(server.headers("Harbour Trading"))
    assert sage("GET", "customers").status_code == 200
    server.sage_id.withdraw()
    assert sage("GET", "customers").status_code == 401


def test_sites_need_no_headers_and_name_what_goes_into_them(stranger, server):
    """sage.md 4.7, point 2."""
    (site,) = sites(stranger, server.sage_id.token()).json()
    headers = {
        "Authorization": f"Bearer {server.sage_id.token()}",
        "X-Site": site["site_id"],
        "X-Company": str(site["company_id"]),
    }
    assert site["company_name"] == "Harbour Trading"
    url = f"{HOST}{server.settings.base}/customers"
    assert stranger.get(url, headers=headers, timeout=20).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"X-Site": None}, {"X-Company": None}, {"X-Site": "other"}, {"X-Company": "9"}, {"X-Company": "x"}],
)
def test_all_else_wants_site_and_company(sage, wrong):
    """sage.md 4.7, point 2: 401 when they are missing or wrong."""
    for name, value in wrong.items():
        sage.session.headers[name] = value
    answer = sage("GET", "customers")
    assert answer.status_code == 401
    assert "site or the company" in answer.json()["message"]


def test_paths_of_both_editions(sage, settings):
    """sage.md 4.1."""
    assert sage("GET", f"{HOST}/uk/sage200/accounts/v1/customers").status_code == 404
    settings.edition = "standard"
    assert sage("GET", f"{HOST}/uk/sage200/accounts/v1/customers").status_code == 200
    assert sage("GET", f"{HOST}/uk/sage200extra/accounts/v1/customers").status_code == 404


def test_the_key_of_the_gateway_was_once_needed(sage, settings):
    """sage.md 4.1."""
    settings.subscription_key_needed = True
    assert sage("GET", "customers").status_code == 401
    assert sage("GET", "customers", ocp_apim_subscription_key="k").status_code == 200


def test_a_user_who_may_not_write(sage, server, settings):
    """sage.md 4.6: 403."""
    settings.read_only_users.add(server.sage_id.person)
    assert sage("GET", "customers").status_code == 200
    assert sage("POST", "sop_orders", sage.body()).status_code == 403
    assert sage.rows("sop_orders") == []
