"""A small trading company on the mock SAP, and a clock that stands still."""

import json
from decimal import Decimal

import pytest
import requests

from erp_connect.testing.mocks.network import Network
from erp_connect.testing.mocks.sap import rfc
from erp_connect.testing.mocks.sap.documents import Customer, Material
from erp_connect.testing.mocks.sap.odata.gateway import Gateway
from erp_connect.testing.mocks.sap.odata.settings import Settings
from erp_connect.testing.mocks.sap.world import World
from erp_connect.testing.mocks.serving import mount

LOGON = {
    "ashost": "sap.example",
    "sysnr": "00",
    "client": "100",
    "user": "demo",
    "passwd": "welcome",
    "lang": "EN",
}


@pytest.fixture
def world(clock):
    world = World(clock)
    world.add(
        Customer("1234", "Harbour Pumps", "Quay 1", "20457", "Hamburg", ship_to="1235"),
        Customer("1235", "Harbour Pumps, store", "Quay 9", "20457", "Hamburg"),
        Customer("2000", "Umi Trading", country="JP", currency="JPY"),
        Material("62", "Ball valve 20 mm", units={"KAR": Decimal(12)}),
        Material("63", "Gasket", replenished_in=None),
        Material("PUMP-A", "Pump", checked=False),
    )
    world.prices = {
        ("62".zfill(18), "EUR"): Decimal("12.50"),
        ("63".zfill(18), "EUR"): Decimal("0.80"),
        ("PUMP-A", "EUR"): Decimal("1999.99"),
        ("62".zfill(18), "JPY"): Decimal(1000),
    }
    world.stock = {("62".zfill(18), "1000"): Decimal(100), ("63".zfill(18), "1000"): Decimal(10)}
    return world


@pytest.fixture
def connect(world):
    """Opens connections, and closes them when the test is over."""
    opened = []

    def connect(**config):
        opened.append(rfc.connect_to(world)(config, **LOGON))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def sap(connect):
    return connect()


VALVE = "62".zfill(18)


def an_order(**changes):
    """The arguments of a create that succeeds: five valves for Harbour Pumps; None leaves an argument out."""
    arguments = {
        "ORDER_HEADER_IN": {
            "DOC_TYPE": "TA",
            "SALES_ORG": "1000",
            "DISTR_CHAN": "10",
            "DIVISION": "00",
            "PURCH_NO_C": "PO-4711",
            "REQ_DATE_H": "20260310",
        },
        "ORDER_PARTNERS": [{"PARTN_ROLE": "AG", "PARTN_NUMB": "0000001234"}],
        "ORDER_ITEMS_IN": [
            {"ITM_NUMBER": "000010", "MATERIAL": VALVE, "TARGET_QTY": Decimal(5), "T_UNIT_ISO": "PCE"}
        ],
        "ORDER_SCHEDULES_IN": [
            {"ITM_NUMBER": "000010", "SCHED_LINE": "0001", "REQ_DATE": "20260310", "REQ_QTY": Decimal(5)}
        ],
    }
    header = changes.pop("header", {})
    arguments["ORDER_HEADER_IN"] |= header
    arguments |= changes
    return {name: value for name, value in arguments.items() if value is not None}


class Clerk:
    """Says over one connection what a clerk would say."""

    def __init__(self, connection):
        self.sap = connection

    @staticmethod
    def said(rows):
        """What RETURN says: type, class and number of each row."""
        return [(row["TYPE"], row["ID"], row["NUMBER"]) for row in rows]

    def create(self, **changes):
        return self.sap.call("BAPI_SALESORDER_CREATEFROMDAT2", **an_order(**changes))

    def ordered(self, **changes):
        """The number of an order that is created and committed."""
        number = self.create(**changes)["SALESDOCUMENT"]
        self.commit()
        return number

    def commit(self, wait="X"):
        return self.sap.call("BAPI_TRANSACTION_COMMIT", WAIT=wait)["RETURN"]

    def roll_back(self):
        return self.sap.call("BAPI_TRANSACTION_ROLLBACK")["RETURN"]

    def change(self, number, header_flag="U", **tables):
        header = tables.pop("header", {})
        flags = {"UPDATEFLAG": header_flag} | dict.fromkeys(header, "X")
        arguments = {"ORDER_HEADER_IN": header, "ORDER_HEADER_INX": flags, "RETURN": []} | tables
        return self.sap.call("BAPI_SALESORDER_CHANGE", SALESDOCUMENT=number, **arguments)["RETURN"]

    def read(self, *numbers, view):
        return self.sap.call(
            "BAPISDORDER_GETDETAILEDLIST",
            I_BAPI_VIEW=dict.fromkeys(view, "X"),
            SALES_DOCUMENTS=[{"VBELN": number} for number in numbers],
        )

    def status(self, number):
        return self.sap.call("BAPI_SALESORDER_GETSTATUS", SALESDOCUMENT=number)


@pytest.fixture
def clerk(sap):
    return Clerk(sap)


@pytest.fixture
def another(connect):
    """A colleague, in a session of their own."""
    return Clerk(connect())


# ---------------------------------------------------------------- OData

V2 = "/sap/opu/odata/sap/API_SALES_ORDER_SRV"
V4 = "/sap/opu/odata4/sap/api_salesorder/srvd_a2x/sap/salesorder/0001"
HOST = "https://mock.sap"


@pytest.fixture
def settings():
    return Settings()


@pytest.fixture
def gateway(world, settings):
    return Gateway(world, settings)


@pytest.fixture
def network(gateway):
    return Network(gateway)


class Browser:
    """A client of the gateway that is logged on, fetches a token when it has none, and sends JSON."""

    def __init__(self, network, clock, root=V2):
        self.http = mount(requests.Session(), HOST, network, clock)
        self.http.auth = ("DEMO", "welcome")
        self.http.headers["Accept"] = "application/json"
        self.root = HOST + root
        self.token = ""

    def fetch(self):
        answer = self.http.get(f"{self.root}/", headers={"X-CSRF-Token": "Fetch"})
        self.token = answer.headers["x-csrf-token"]
        return self.token

    def get(self, path, **options):
        return self.http.get(f"{self.root}/{path}", **options)

    def read(self, path):
        """An entity, or the entities of a collection."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        body = answer.json(parse_float=Decimal)
        body = body.get("d", body)
        return body.get("results", body.get("value", body))

    def send(self, method, path, body=None, **headers):
        if not self.token:
            self.fetch()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("X-CSRF-Token", self.token)
        named.setdefault("Content-Type", "application/json")
        data = json.dumps(body) if body is not None else None
        return self.http.request(method, f"{self.root}/{path}", data=data, headers=named)

    def post(self, path, body, **headers):
        return self.send("POST", path, body, **headers)

    def patch(self, path, body, **headers):
        return self.send("PATCH", path, body, **headers)

    def ordered(self, **changes):
        """The number of an order that was created."""
        answer = self.post("A_SalesOrder" if V4 not in self.root else "SalesOrder", self.an_order(**changes))
        assert answer.status_code == 201, answer.text
        body = answer.json()
        return body.get("d", body)["SalesOrder"]

    def an_order(self, **changes):
        """What is posted for five valves for Harbour Pumps; None leaves a property out."""
        if V4 in self.root:
            order = {
                "RequestedDeliveryDate": "2026-03-10",
                "_Item": [{"Product": "62", "RequestedQuantity": 5, "RequestedQuantityISOUnit": "PCE"}],
            }
        else:
            order = {
                "RequestedDeliveryDate": "/Date(1773100800000)/",
                "to_Item": [{"Material": "62", "RequestedQuantity": "5", "RequestedQuantityUnit": "PC"}],
            }
        order |= {
            "SalesOrderType": "OR",
            "SalesOrganization": "1000",
            "DistributionChannel": "10",
            "OrganizationDivision": "00",
            "SoldToParty": "1234",
            "PurchaseOrderByCustomer": "PO-4711",
        }
        return {name: value for name, value in (order | changes).items() if value is not None}


@pytest.fixture
def browser(network, clock):
    """On API_SALES_ORDER_SRV."""
    return Browser(network, clock)


@pytest.fixture
def browser4(network, clock):
    """On CE_SALESORDER_0001."""
    return Browser(network, clock, V4)


@pytest.fixture
def visit(network, clock):
    """On another service, by its name."""
    return lambda name: Browser(network, clock, f"/sap/opu/odata/sap/{name}")
