"""Addresses, names that an administrator chose, and who is let in (dynamics.md 2.1)."""

import pytest
import requests
from lxml import etree
from requests_ntlm import HttpNtlmAuth

from erp_connect.testing.mocks.dynamics.nav.web import AUDIENCE
from erp_connect.testing.mocks.serving import serve

from .conftest import BASE, COMPANY, Caller, a_line, envelope, xml

SYSTEM = "urn:microsoft-dynamics-schemas/nav/system/"
CLOUD = "https://api.businesscentral.dynamics.com/v2.0/harbour.example/production/WS/Harbour%20Trading"


def test_the_system_service_lists_the_companies(session, world, nav):
    world.add_company("Mill & Co.")
    body = envelope(f'<Companies xmlns="{SYSTEM}"/>')
    headers = {"Content-Type": "text/xml", "SOAPAction": f'"{SYSTEM}:Companies"'}
    answer = session.post(f"{BASE}/SystemService", data=body, headers=headers)
    names = etree.fromstring(answer.content).iter(f"{{{SYSTEM}}}return_value")
    assert [name.text for name in names] == ["Harbour Trading", "Mill & Co."]


def test_the_services_of_a_company_can_be_discovered(session, server, company):
    listed = etree.fromstring(session.get(f"{COMPANY}/services").content)
    found = {each.get("ref").removeprefix(f"{COMPANY}/") for each in listed}
    assert {"Page/SalesOrder", "Codeunit/OrderProcessing", "SystemService"} <= found
    assert len(found) == 1 + len(server.settings.services) + len(server.settings.codeunits)


@pytest.mark.parametrize("name", ["Order", "auftrag", "Bestilling_2"])
def test_the_administrator_names_the_service(nav, server, name):
    """2.1: the last path segment and the namespace vary, and one page may have several names."""
    server.settings.services[name] = 42
    made = nav.create(a_line(), service=name, External_Document_No="A")
    assert nav.read(made["No"]) == made
    del server.settings.services["SalesOrder"]
    assert nav.send("Read", xml(No=made["No"])).status_code == 404


def test_an_unknown_company_or_service_is_404_or_500(nav, server, session):
    """2.4, marked "?" """
    other = Caller(session, f"{BASE}/Nobody")
    for status in (404, 500):
        server.settings.unknown_status = status
        assert nav.send("Read", xml(No="1"), "Nothing").status_code == status
        assert other.send("Read", xml(No="1")).status_code == status
    assert session.get("http://nav.example:7047/Other/WS/Harbour%20Trading/services").status_code == 404


def test_a_multitenant_server_is_told_the_tenant(nav, server, session):
    server.settings.multitenant = "north"
    assert session.get(f"{COMPANY}/services").status_code == 404
    assert session.get(f"{COMPANY}/services?tenant=north").status_code == 200


@pytest.mark.parametrize("auth", [None, ("ANNA", "wrong"), ("NOBODY", "webkey")])
def test_a_bad_credential_is_401(nav, session, auth):
    """2.4 bad credential"""
    session.auth = auth
    answer = nav.send("Read", xml(No="1"))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="", NTLM'


def test_a_user_without_permission_reads_and_does_not_write(nav, server):
    server.settings.read_only_users = {"ANNA"}
    assert nav.listed() == []
    assert (
        b"NavPermissionException"
        in nav.send("Create", xml(SalesOrder={"Sell_to_Customer_No": "10000"})).content
    )


@pytest.mark.parametrize(("secret", "status"), [("webkey", 200), ("wrong", 401)])
def test_ntlm_is_a_handshake_on_a_connection(server, secret, status):
    """2.1 authentication, over a real socket, with a client that knows nothing of this mock"""
    server.settings.logons = ("ntlm",)
    with serve(server) as url, requests.Session() as session:
        session.auth = HttpNtlmAuth("HOUSE\\ANNA", secret)
        caller = Caller(session, f"{url}/DynamicsNAV80/WS/Harbour%20Trading")
        for _ in range(2):
            assert caller.send("Read", xml(No="1")).status_code == status


def test_a_server_for_windows_users_takes_no_basic(server, nav):
    server.settings.logons = ("ntlm",)
    assert nav.send("Read", xml(No="1")).status_code == 401
    server.settings.logons = ("basic",)
    assert nav.send("Read", xml(No="1")).status_code == 200


def test_the_cloud_takes_tokens_only(server, nav, session):
    """2.1 cloud; 1.2"""
    cloud = Caller(session, CLOUD)
    assert cloud.send("Read", xml(No="1")).status_code == 401
    session.auth = None
    asked = {
        "grant_type": "client_credentials",
        "client_id": "order-robot",
        "client_secret": "s3cret",
        "scope": f"{AUDIENCE}/.default",
    }
    token = session.post("https://login.microsoftonline.com/harbour.example/oauth2/v2.0/token", data=asked)
    session.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
    assert cloud.send("Read", xml(No="1")).status_code == 200
    assert nav.send("Read", xml(No="1")).status_code == 401
    server.tokens.expire()
    assert cloud.send("Read", xml(No="1")).status_code == 401


def test_the_cloud_counts_requests(server, session, clock):
    """1.16: so many requests in five minutes"""
    session.auth = None
    session.headers["Authorization"] = f"Bearer {server.tokens.token(AUDIENCE)}"
    server.limits.settings.requests_in_window = 2
    cloud = Caller(session, CLOUD)
    answers = [cloud.send("Read", xml(No="1")).status_code for _ in range(3)]
    clock.turn(minutes=5)
    assert [*answers, cloud.send("Read", xml(No="1")).status_code] == [200, 200, 429, 200]
