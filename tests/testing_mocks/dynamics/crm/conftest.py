"""A small trading company on the mock Dataverse, and a clock that stands still."""

import json
from decimal import Decimal

import pytest
import requests

from erp_connect.testing.mocks.business.world import World
from erp_connect.testing.mocks.dynamics.crm.samples import plain_environment, prepared_environment
from erp_connect.testing.mocks.dynamics.crm.settings import Settings
from erp_connect.testing.mocks.dynamics.crm.web import Dataverse
from erp_connect.testing.mocks.serving import mount

HOST = "https://harbour.crm4.dynamics.com"
ROOT = f"{HOST}/api/data/v9.2/"
CRM = "Microsoft.Dynamics.CRM"
FORMATTED = "OData.Community.Display.V1.FormattedValue"


class Caller:
    """Raw requests below ``/api/data/v9.2/``: bodies as dictionaries, decimals exact."""

    def __init__(self, session):
        self.session = session

    def __call__(self, method, path, body=None, **headers):
        url = path if path.startswith("http") else f"{ROOT}{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else json.dumps(body, default=float)
        if body is not None:
            named.setdefault("Content-Type", "application/json; charset=utf-8")
        return self.session.request(method, url, data=data, headers=named, timeout=20)

    def read(self, path, **headers):
        answer = self("GET", path, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json(parse_float=Decimal)

    def rows(self, path, **headers):
        return self.read(path, **headers)["value"]

    def created(self, path, body):
        """The id of a new row."""
        answer = self("POST", path, body)
        assert answer.status_code == 204, answer.text
        return ident(answer)

    def order(self, *lines, **fields):
        """The id of a new order: with four valves where no lines are given."""
        body = an_order(**fields)
        body["order_details"] = [a_line(**line) for line in (lines or [{}])]
        return self.created("salesorders", body)

    def paper(self, order):
        return self.read(f"salesorders({order})")

    def lines(self, order):
        return self.rows(f"salesorders({order})/order_details?$orderby=lineitemnumber")


def ident(answer):
    """The id in ``OData-EntityId``."""
    return answer.headers["OData-EntityId"].rpartition("(")[2].rstrip(")")


def an_order(**fields):
    """An order of Harbour Pumps in euros; None leaves a field out."""
    body = {
        "name": "WEB-1001",
        "customerid_account@odata.bind": f"/accounts({KNOWN['account/10000']})",
        "pricelevelid@odata.bind": f"/pricelevels({KNOWN['pricelevel/EUR']})",
    } | {name.replace("__bind", "@odata.bind"): value for name, value in fields.items()}
    return {name: value for name, value in body.items() if value is not None}


def a_line(product="VALVE-20", unit="piece", **fields):
    """Four valves."""
    body = {"quantity": 4}
    if product:
        body |= {
            "productid@odata.bind": f"/products({KNOWN[f'product/{product}']})",
            "uomid@odata.bind": f"/uoms({KNOWN[f'uom/{unit}']})",
        }
    body |= {name.replace("__bind", "@odata.bind"): value for name, value in fields.items()}
    return {name: value for name, value in body.items() if value is not None}


def refused(answer):
    """Status, code and text of a refusal."""
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["message"]


_NAMES = (
    *("account/10000", "account/20000", "contact/workshop", "pricelevel/EUR", "pricelevel/USD"),
    *("product/VALVE-20", "product/PUMP-1", "product/SEAL-5", "product/HOSE-8", "product/GASKET-1"),
    *("uom/piece", "uom/box", "transactioncurrency/EUR", "transactioncurrency/USD", "systemuser/robot"),
)
_SAMPLE = plain_environment(World())
KNOWN = {name: str(_SAMPLE.ident(name)) for name in _NAMES}
"""Ids of the sample's rows: they are the same in every environment."""


@pytest.fixture
def world(clock):
    return World(clock)


@pytest.fixture
def settings():
    return Settings()


@pytest.fixture
def organization(world, settings):
    return prepared_environment(world, settings)


@pytest.fixture
def server(organization):
    return Dataverse(organization)


@pytest.fixture
def session(server, network, clock):
    with requests.Session() as session:
        mount(session, "https://", network, clock)
        session.headers.update(
            {
                "Authorization": f"Bearer {server.tokens.token(HOST)}",
                "Accept": "application/json",
                "OData-MaxVersion": "4.0",
                "OData-Version": "4.0",
            }
        )
        yield session


@pytest.fixture
def crm(session):
    return Caller(session)
