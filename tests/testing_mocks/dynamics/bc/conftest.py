"""A small trading company on the mock Business Central, and a clock that stands still."""

import json
from decimal import Decimal

import pytest
import requests

from erp_connect.testing.mocks.business.samples import harbour_trading
from erp_connect.testing.mocks.business.world import World
from erp_connect.testing.mocks.dynamics.bc.settings import Settings
from erp_connect.testing.mocks.dynamics.bc.web import AUDIENCE, BusinessCentral
from erp_connect.testing.mocks.serving import mount

ROOT = "https://api.businesscentral.dynamics.com/v2.0/harbour.example/production/api/v2.0"


class Caller:
    """Raw requests against one company: paths below it, bodies as dictionaries, decimals exact."""

    def __init__(self, session, company, server):
        self.session, self.company, self.server = session, company, server
        self.base = f"{ROOT}/companies({company.id})"

    def __call__(self, method, path, body=None, **headers):
        url = path if path.startswith("http") else f"{self.base}/{path}" if path else self.base
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else json.dumps(body, default=float)
        if body is not None:
            named.setdefault("Content-Type", "application/json")
        return self.session.request(method, url, data=data, headers=named, timeout=20)

    def renew_token(self):
        self.session.headers["Authorization"] = f"Bearer {self.server.tokens.token(AUDIENCE)}"

    def rows(self, path):
        answer = self("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json(parse_float=Decimal)["value"]

    def order(self, *lines, **fields):
        body = {"customerNumber": "10000", **fields, "salesOrderLines": list(lines or [a_line()])}
        answer = self("POST", "salesOrders", body)
        assert answer.status_code == 201, answer.text
        return answer.json(parse_float=Decimal)

    def lines(self, order):
        return self.rows(f"salesOrders({order['id']})/salesOrderLines")


def a_line(number="VALVE-20", quantity=4, **fields):
    return {"lineType": "Item", "lineObjectNumber": number, "quantity": quantity, **fields}


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


@pytest.fixture
def world(clock):
    return World(clock)


@pytest.fixture
def company(world):
    return harbour_trading(world)


@pytest.fixture
def server(world, company):
    return BusinessCentral(world, Settings())


@pytest.fixture
def session(server, network, clock):
    with requests.Session() as session:
        mount(session, "https://", network, clock)
        session.headers["Authorization"] = f"Bearer {server.tokens.token(AUDIENCE)}"
        yield session


@pytest.fixture
def bc(session, company, server):
    return Caller(session, company, server)
