"""The small trading company on the mock Sage 300, and a clock that stands still."""

import json
from decimal import Decimal
from urllib.parse import quote

import pytest
import requests

from erp_connect.testing.mocks.business.world import World
from erp_connect.testing.mocks.sage.sage300.samples import COMPANY, sample_company
from erp_connect.testing.mocks.sage.sage300.settings import Settings
from erp_connect.testing.mocks.sage.sage300.web import Sage300
from erp_connect.testing.mocks.serving import mount

HOST = "http://sage.example"
ROOT = f"{HOST}/Sage300WebApi/v1.0/-/{COMPANY}"


class Caller:
    """Raw requests against one company: paths below it, bodies as dictionaries in their order, numbers exact."""

    def __init__(self, session):
        self.session = session

    def __call__(self, method, path, body=None, **headers):
        url = path if path.startswith("http") else f"{ROOT}/{path}"
        named = {"Content-Type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}
        data = body if body is None or isinstance(body, str | bytes) else json.dumps(body, default=float)
        return self.session.request(method, url, data=data, headers=named, timeout=20)

    def read(self, path):
        answer = self("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json(parse_float=Decimal)

    def rows(self, path):
        return self.read(path)["value"]

    def filtered(self, resource, condition, more=""):
        return self.rows(f"{resource}?$filter={quote(condition)}{more}")

    def post(self, path, body):
        answer = self("POST", path, body)
        assert answer.status_code == 201, answer.text
        return answer.json(parse_float=Decimal)

    def order(self, *lines, **fields):
        body = {"CustomerNumber": "10000", **fields, "OrderDetails": list(lines or [a_line()])}
        return self.post("OE/OEOrders", body)


def a_line(item="VALVE-20", quantity=4, **fields):
    return {"LineType": "Item", "Item": item, "Location": "MAIN", "QuantityOrdered": quantity, **fields}


def code(answer):
    """Status and code of a refusal whose body has this product's form to the letter."""
    body = answer.json()
    assert list(body) == ["error"]
    assert list(body["error"]) == ["code", "message"]
    assert body["error"]["message"]["lang"] == "en-US"
    assert list(body["error"]["message"]) == ["lang", "value"]
    return answer.status_code, body["error"]["code"]


def message(answer):
    return answer.json()["error"]["message"]["value"]


@pytest.fixture
def world(clock):
    return World(clock)


@pytest.fixture
def company(world):
    return sample_company(world)


@pytest.fixture
def server(world, company):
    return Sage300(world, Settings())


@pytest.fixture
def session(network, clock):
    with requests.Session() as session:
        mount(session, HOST, network, clock)
        session.auth = ("WEBUSER", "webkey")
        yield session


@pytest.fixture
def sage(session):
    return Caller(session)
