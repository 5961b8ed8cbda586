"""Who is let in and what for (dynamics.md 4.1, 4.7)."""

import pytest
import requests

from erp_connect.testing.mocks.dynamics.crm.settings import Settings
from erp_connect.testing.mocks.serving import mount

from .conftest import HOST, KNOWN, ROOT, Caller, an_order, refused

TENANT = "https://login.example/harbour.example/oauth2/v2.0/token"
WANTED = {
    "grant_type": "client_credentials",
    "client_id": "order-robot",
    "client_secret": "s3cret",
    "scope": f"{HOST}/.default",
}


@pytest.fixture
def stranger(network, clock):
    with requests.Session() as session:
        yield mount(session, "https://", network, clock)


def test_a_token_opens_the_environment(stranger):
    """4.1: scope of the environment"""
    token = stranger.post(TENANT, data=WANTED).json()["access_token"]
    stranger.headers["Authorization"] = f"Bearer {token}"
    assert Caller(stranger).rows("salesorders") == []


@pytest.mark.parametrize(
    "scope", ["https://other.crm4.dynamics.com/.default", "https://graph.example/.default"]
)
def test_a_token_for_something_else_does_not(stranger, scope):
    token = stranger.post(TENANT, data=WANTED | {"scope": scope}).json()["access_token"]
    stranger.headers["Authorization"] = f"Bearer {token}"
    assert stranger.get(f"{ROOT}salesorders").status_code == 401


def test_a_wrong_secret(stranger):
    answer = stranger.post(TENANT, data=WANTED | {"client_secret": "wrong"})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_without_a_token(stranger):
    """4.7: 401"""
    answer = stranger.get(f"{ROOT}salesorders")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")


def test_tokens_run_out(crm, server, clock):
    assert crm("GET", "salesorders").status_code == 200
    clock.turn(hours=1)
    assert crm("GET", "salesorders").status_code == 401
    crm.session.headers["Authorization"] = f"Bearer {server.tokens.token(HOST)}"
    assert crm("GET", "salesorders").status_code == 200
    server.tokens.expire()
    assert crm("GET", "salesorders").status_code == 401


def test_an_application_needs_a_user_in_the_environment(crm, server, settings):
    """4.1"""
    server.tokens.applications["other"] = "x"
    crm.session.headers["Authorization"] = f"Bearer {server.tokens.token(HOST, 'other')}"
    assert refused(crm("GET", "salesorders"))[:2] == (403, "0x80072560")
    crm.session.headers["Authorization"] = f"Bearer {server.tokens.token(HOST)}"
    settings.unregistered.add("order-robot")
    assert crm("GET", "salesorders").status_code == 403


@pytest.mark.parametrize(
    ("privilege", "method", "path"),
    [
        ("prvCreatesalesorder", "POST", "salesorders"),
        ("prvReadSalesOrder", "GET", "salesorders"),
        ("prvWritesalesorder", "PATCH", "salesorders(erp_externalref='W1')"),
        ("prvDeletesalesorder", "DELETE", "salesorders(erp_externalref='W1')"),
    ],
)
def test_a_missing_privilege(crm, settings, privilege, method, path):
    """4.7: 403"""
    crm.order(erp_externalref="W1")
    settings.missing_privileges.add(privilege)
    body = an_order() if method == "POST" else {"name": "X"} if method == "PATCH" else None
    status, code, text = refused(crm(method, path, body))
    assert (status, code) == (403, "0x80040220")
    assert privilege.lower() in text.lower()
    settings.missing_privileges.clear()
    assert [row["name"] for row in crm.rows("salesorders")] == ["WEB-1001"]


def test_a_row_without_access(crm, organization):
    """4.7: 403"""
    order = crm.order()
    organization.hidden.update(record.id for record in organization.data["salesorder"])
    for method, body in (("GET", None), ("PATCH", {"name": "X"}), ("DELETE", None)):
        assert refused(crm(method, f"salesorders({order})", body))[:2] == (403, "0x80048306")
    assert crm.rows("salesorders") == []
    organization.hidden.clear()
    assert crm.paper(order)["name"] == "WEB-1001"


@pytest.mark.parametrize("header", ["CallerObjectId", "MSCRMCallerID"])
def test_acting_for_somebody_else(crm, header):
    """4.1: impersonation"""
    clerk = crm.created("systemusers", {"fullname": "Sales Clerk", "domainname": "clerk"})
    answer = crm("POST", "salesorders", an_order(), **{header: clerk})
    order = answer.headers["OData-EntityId"].rpartition("(")[2].rstrip(")")
    assert crm.paper(order)["_createdby_value"] == clerk
    assert crm.paper(crm.order())["_createdby_value"] == KNOWN["systemuser/robot"]
    assert crm("GET", "salesorders", **{header: KNOWN["account/10000"]}).status_code == 403


def test_addresses_outside_of_the_api(stranger):
    assert stranger.get(f"{HOST}/api/data/v8.0/salesorders").status_code == 404
    assert stranger.get(f"{HOST}/").status_code == 404


def test_a_body_that_is_too_large(crm, settings):
    """4.7: 413"""
    settings.body_limit = 50
    assert crm("POST", "salesorders", an_order()).status_code == 413


@pytest.mark.parametrize("settings", [Settings(environment="https://elsewhere.crm.dynamics.com")])
def test_an_environment_has_its_own_audience(crm, server):
    """4.1: besides the root that is called"""
    crm.session.headers["Authorization"] = (
        f"Bearer {server.tokens.token('https://elsewhere.crm.dynamics.com')}"
    )
    assert crm("GET", "salesorders").status_code == 200
    del crm.session.headers["Authorization"]
    assert "https://elsewhere.crm.dynamics.com/" in crm("GET", "salesorders").headers["WWW-Authenticate"]
