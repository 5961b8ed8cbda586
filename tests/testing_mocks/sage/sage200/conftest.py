"""A small trading company on the mock Sage 200, and a clock that stands still."""

import json
from decimal import Decimal

import pytest
import requests

from erp_connect.testing.mocks.sage.sage200.samples import harbour_trading, sage_world
from erp_connect.testing.mocks.sage.sage200.settings import Settings
from erp_connect.testing.mocks.sage.sage200.web import Sage200
from erp_connect.testing.mocks.serving import mount

HOST = "https://api.columbus.sage.com"


class Caller:
    """Raw requests against one company: paths below the API, bodies as dictionaries, decimals exact."""

    def __init__(self, session, server):
        self.session, self.server = session, server
        self.numbers = {}

    def __call__(self, method, path, body=None, **headers):
        url = path if path.startswith("http") else f"{HOST}{self.server.settings.base}/{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body, default=float)
        if body is not None:
            named.setdefault("Content-Type", "application/json")
        return self.session.request(method, url, data=data, headers=named, timeout=20)

    def rows(self, path):
        answer = self("GET", path)
        assert answer.status_code == 200, answer.text
        found = answer.json(parse_float=Decimal)
        assert isinstance(found, list)
        return found

    def get(self, path):
        answer = self("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json(parse_float=Decimal)

    def done(self, method, path, body=None):
        answer = self(method, path, body)
        assert answer.status_code == 200, answer.text
        return answer.json(parse_float=Decimal) if answer.content else None

    def number(self, resource, field, value):
        key = (resource, value)
        if key not in self.numbers:
            (row,) = self.rows(f"{resource}?$filter={field} eq '{value}'")
            self.numbers[key] = row["id"]
        return self.numbers[key]

    def customer(self, reference="10000"):
        return self.number("customers", "reference", reference)

    def a_line(self, code="VALVE-20", quantity=4, **fields):
        return {
            "line_type": "EnumLineTypeStandard",
            "product_id": self.number("products", "code", code),
            "warehouse_id": self.number("warehouses", "name", "MAIN"),
            "line_quantity": quantity,
            **fields,
        }

    def body(self, *lines, **fields):
        return {"customer_id": self.customer(), **fields, "lines": list(lines or [self.a_line()])}

    def order(self, *lines, **fields):
        return self.done("POST", "sop_orders", self.body(*lines, **fields))

    def again(self, order):
        return self.get(f"sop_orders/{order['id']}?$expand=lines,delivery_address")

    def despatch(self, order, *items, **fields):
        items = items or tuple(
            {"id": line["id"], "quantity": line["stock_unit_line_quantity"]} for line in order["lines"]
        )
        body = {"sop_order_return_id": order["id"], "items": list(items), **fields}
        return self.done("POST", "sop_confirm_despatch", body)


def refusal(answer):
    """Status and text of a 400 in the format of an object."""
    body = answer.json()
    text = next(iter(body["ModelState"].items())) if "ModelState" in body else body["Message"]
    return answer.status_code, text


def stood(company, order):
    """The order as it stands in the company."""
    return company.find("order", order["document_no"])


def put(sage, order, *lines, **fields):
    return sage("PUT", f"sop_orders/{order['id']}", {**fields, "lines": list(lines)})


@pytest.fixture
def world(clock):
    return sage_world(clock)


@pytest.fixture
def company(world):
    return harbour_trading(world)


@pytest.fixture
def settings():
    return Settings()


@pytest.fixture
def server(world, company, settings):
    return Sage200(world, settings)


@pytest.fixture
def session(server, network, clock):
    with requests.Session() as session:
        mount(session, "https://", network, clock)
        session.headers.update(server.headers("Harbour Trading"))
        yield session


@pytest.fixture
def sage(session, server):
    return Caller(session, server)
