"""A small trading company on the mock Finance & Operations, and a clock that stands still."""

import json
from decimal import Decimal

import pytest
import requests

from erp_connect.testing.mocks.dynamics.fo.samples import finance_world, usmf
from erp_connect.testing.mocks.dynamics.fo.settings import Settings
from erp_connect.testing.mocks.dynamics.fo.web import FinanceOperations
from erp_connect.testing.mocks.serving import mount

HOST = "https://harbour.operations.dynamics.com"
ENUMS = "Microsoft.Dynamics.DataEntities"


class Caller:
    """Raw requests below ``/data``: bodies as dictionaries, decimals exact."""

    def __init__(self, session):
        self.session = session

    def __call__(self, method, path, body=None, **headers):
        url = path if path.startswith("http") else f"{HOST}/data/{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else json.dumps(body, default=float)
        if body is not None:
            named.setdefault("Content-Type", "application/json")
        return self.session.request(method, url, data=data, headers=named, timeout=20)

    def rows(self, path):
        answer = self("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json(parse_float=Decimal)["value"]

    def read(self, path):
        answer = self("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json(parse_float=Decimal)

    def created(self, path, body):
        answer = self("POST", path, body)
        assert answer.status_code == 201, answer.text
        return answer.json(parse_float=Decimal)

    def header(self, **fields):
        return self.created("SalesOrderHeadersV2", a_header(**fields))

    def line(self, order, **fields):
        return self.created("SalesOrderLines", a_line(order, **fields))

    def order(self, *lines, **fields):
        """An order with its lines; without any, four valves."""
        order = self.header(**fields)
        for line in lines or [{}]:
            self.line(order, **line)
        return order

    def again(self, order):
        return self.read(at("SalesOrderHeadersV2", order, "SalesOrderNumber"))

    def lines(self, order):
        number = order["SalesOrderNumber"]
        path = (
            f"SalesOrderLines?cross-company=true&$filter=SalesOrderNumber eq '{number}'&$orderby=LineNumber"
        )
        return self.rows(path)


def a_header(**fields):
    """A header for Harbour Pumps; None leaves a field out."""
    body = {"OrderingCustomerAccountNumber": "10000", "CustomerRequisitionNumber": "WEB-1001"} | fields
    return {name: value for name, value in body.items() if value is not None}


def a_line(order, **fields):
    """Four valves."""
    body = {"dataAreaId": order["dataAreaId"], "SalesOrderNumber": order["SalesOrderNumber"]}
    body |= {"ItemNumber": "VALVE-20", "OrderedSalesQuantity": 4} | fields
    return {name: value for name, value in body.items() if value is not None}


def at(name, row, *keys):
    """The address of a row."""
    inside = ",".join(f"{key}='{row[key]}'" for key in ("dataAreaId", *keys))
    return f"{name}({inside})"


def refused(answer):
    """Status and inner message of a refusal, whose outside always looks the same."""
    error = answer.json()["error"]
    assert (error["code"], error["message"]) == ("", "An error has occurred.")
    return answer.status_code, error["innererror"]["message"]


@pytest.fixture
def world(clock):
    return finance_world(clock)


@pytest.fixture
def company(world):
    return usmf(world)


@pytest.fixture
def settings():
    return Settings()


@pytest.fixture
def server(world, company, settings):
    return FinanceOperations(world, settings)


@pytest.fixture
def session(server, network, clock):
    with requests.Session() as session:
        mount(session, "https://", network, clock)
        session.headers["Authorization"] = f"Bearer {server.tokens.token(HOST)}"
        yield session


@pytest.fixture
def fo(session):
    return Caller(session)


@pytest.fixture
def paper(company):
    """The order as the clerk sees it."""
    return lambda order: company.find("order", order["SalesOrderNumber"])
