"""Logging on over OData: by password, by a token, by a client's secret (sap.md 4.1)."""

import json
from base64 import b64encode
from urllib.parse import parse_qs

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.sap.odata.gateway import Gateway
from erp_connect.testing.mocks.serving import serve

from ..site import draft
from .place import SETTINGS, place

TOKEN = "Bearer t-1"


class TokenServer:
    """Hands out a token for a client's secret, and lets whoever brings it into the gateway."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.asked = []

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/oauth/token":
            form = parse_qs(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode())
            self.asked.append({name: values[0] for name, values in form.items()})
            known = form.get("client_secret") == ["secret"]
            body = json.dumps({"access_token": "t-1", "expires_in": 3600} if known else {"error": "no"})
            status = "200 OK" if known else "401 Unauthorized"
            start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
            return [body.encode()]
        if environ.get("HTTP_AUTHORIZATION") == TOKEN:
            environ["HTTP_AUTHORIZATION"] = "Basic " + b64encode(b"DEMO:welcome").decode()
        return self.gateway(environ, start_response)


@pytest.fixture
def tokens(world):
    server = TokenServer(Gateway(world))
    with serve(server) as url:
        yield server, url.removeprefix("http://")


def connect(host, tmp_path, clock, **more):
    journal = f"sqlite:///{tmp_path}/journal.db"
    return ec.connect(f"sap+odata://{host}", journal=journal, clock=clock, **SETTINGS, **more)


def test_a_clients_secret_is_turned_into_a_token_once(tokens, world, clock, tmp_path):
    server, host = tokens
    given = {"client_id": "erp", "client_secret": "secret", "token_url": f"http://{host}/oauth/token"}
    with connect(host, tmp_path, clock, scope="API_SALES_ORDER_SRV_0001", **given) as erp:
        erp.orders.create(draft(), key="one")
    assert len(world.orders) == 1
    assert server.asked == [
        {
            "grant_type": "client_credentials",
            "client_id": "erp",
            "client_secret": "secret",
            "scope": "API_SALES_ORDER_SRV_0001",
        }
    ]


def test_a_token_that_somebody_else_sees_to(tokens, clock, tmp_path):
    _, host = tokens
    with connect(host, tmp_path, clock, token="t-1") as erp:
        assert list(erp.orders.list()) == []
    with pytest.raises(errors.AuthenticationFailed):
        connect(host, tmp_path, clock, token="t-2")


def test_a_wrong_secret_is_told_before_anything_is_sent(tokens, clock, tmp_path):
    _, host = tokens
    given = {"client_id": "erp", "client_secret": "wrong", "token_url": f"http://{host}/oauth/token"}
    with pytest.raises(errors.AuthenticationFailed) as caught:
        connect(host, tmp_path, clock, **given)
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize("given", [{}, {"user": "DEMO"}, {"client_id": "erp", "client_secret": "secret"}])
def test_credentials_that_are_not_enough_are_asked_for(tokens, clock, tmp_path, given):
    _, host = tokens
    with pytest.raises((errors.AuthenticationFailed, errors.ConfigurationError)) as caught:
        connect(host, tmp_path, clock, **given)
    assert caught.value.hint


def test_both_versions_of_the_service_are_one_system(world, tmp_path):
    with place(world, tmp_path) as site:
        site.erp.orders.create(draft(), key="one")
        with ec.connect(
            f"sap+odata://DEMO@{site.host}",
            password="welcome",
            clock=world.clock,
            journal=f"sqlite:///{tmp_path}/journal.db",
            service="v4",
            **SETTINGS,
        ) as newer:
            assert newer.orders.create(draft(), key="one").replayed
    assert len(world.orders) == 1


def test_a_path_in_the_url_replaces_the_root_of_the_services(world, tmp_path, clock):
    gateway = Gateway(world)

    def behind_a_proxy(environ, start_response):
        path = environ["PATH_INFO"]
        environ["PATH_INFO"] = path.replace("/erp/services", "/sap/opu/odata/sap", 1)
        if "REQUEST_URI" in environ:
            environ["REQUEST_URI"] = environ["REQUEST_URI"].replace("/erp/services", "/sap/opu/odata/sap", 1)
        if not path.startswith("/erp/services"):
            start_response("404 Not Found", [("Content-Length", "0")])
            return [b""]
        return gateway(environ, start_response)

    with (
        serve(behind_a_proxy) as url,
        connect(
            f"DEMO@{url.removeprefix('http://')}/erp/services", tmp_path, clock, password="welcome"
        ) as erp,
    ):
        erp.orders.create(draft(), key="one")
        erp.ping()
    assert len(world.orders) == 1
