"""A small trading company on the mock NAV, a clock that stands still, and a caller who writes his own SOAP."""

from xml.sax.saxutils import escape

import pytest
import requests
from lxml import etree

from erp_connect.testing.mocks.business.samples import harbour_trading
from erp_connect.testing.mocks.business.world import World
from erp_connect.testing.mocks.dynamics.nav.settings import Settings
from erp_connect.testing.mocks.dynamics.nav.web import NavServer
from erp_connect.testing.mocks.serving import mount

BASE = "http://nav.example:7047/DynamicsNAV80/WS"
COMPANY = f"{BASE}/Harbour%20Trading"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def xml(**fields):
    """Elements in the order given; a dictionary becomes elements, a list rows of one name."""
    parts = []
    for name, value in fields.items():
        for each in value if isinstance(value, list) else [value]:
            inner = xml(**each) if isinstance(each, dict) else escape(each)
            parts.append(f"<{name}>{inner}</{name}>")
    return "".join(parts)


def envelope(inner):
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{inner}</s:Body></s:Envelope>'


def read_in(node):
    """An element as a text or a dictionary; names that repeat become lists."""
    if not len(node):
        return node.text or ""
    found = {}
    for child in node:
        name, value = etree.QName(child).localname, read_in(child)
        if name in found:
            found[name] = [*(found[name] if isinstance(found[name], list) else [found[name]]), value]
        else:
            found[name] = value
    return found


def many(value):
    return value if isinstance(value, list) else [value] if value else []


class Refused(Exception):
    """A fault: the last part of its code, its text, the HTTP status."""

    def __init__(self, answer):
        fault = etree.fromstring(answer.content).find(f"{{{SOAP}}}Body/{{{SOAP}}}Fault")
        self.status = answer.status_code
        self.code = fault.findtext("faultcode").rpartition(".")[2]
        self.text = fault.findtext("faultstring")
        assert [child.text for child in fault.find("detail")] == [self.text]
        super().__init__(f"{self.code}: {self.text}")


class Caller:
    """Raw calls of services of one company."""

    def __init__(self, session, base=COMPANY):
        self.session, self.base = session, base

    def send(self, operation, inner, service="SalesOrder", kind="Page", **headers):
        namespace = (
            f"urn:microsoft-dynamics-schemas/{kind.lower()}/{service.lower() if kind == 'Page' else service}"
        )
        return self.session.post(
            f"{self.base}/{kind}/{service}",
            data=envelope(f'<{operation} xmlns="{namespace}">{inner}</{operation}>').encode(),
            headers={
                "Content-Type": "text/xml; charset=utf-8",
                "SOAPAction": f'"{namespace}:{operation}"',
                **headers,
            },
            timeout=20,
        )

    def __call__(self, operation, service="SalesOrder", kind="Page", **fields):
        answer = self.send(operation, xml(**fields), service, kind)
        if answer.status_code == 500:
            raise Refused(answer)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"].startswith("text/xml")
        return read_in(etree.fromstring(answer.content)[0][0])

    def create(self, *lines, service="SalesOrder", row="Sales_Order_Line", control="SalesLines", **fields):
        header = {} if "Buy_from_Vendor_No" in fields else {"Sell_to_Customer_No": "10000"}
        record = header | fields
        if lines:
            record[control] = {row: list(lines)}
        return self("Create", service, **{service: in_order(record, service)})[service]

    def update(self, service="SalesOrder", **fields):
        return self("Update", service, **{service: in_order(fields, service)})[service]

    def read(self, number, service="SalesOrder"):
        answer = self("Read", service, No=number)
        return answer[service] if answer else None

    def listed(self, service="SalesOrder", *, size=0, bookmark="", **criteria):
        filters = [{"Field": name, "Criteria": text} for name, text in criteria.items()]
        asked = {"filter": filters or [{"Field": "No", "Criteria": ""}]}
        if bookmark:
            asked["bookmarkKey"] = bookmark
        answer = self("ReadMultiple", service, **asked, setSize=str(size))["ReadMultiple_Result"]
        return many(answer[service]) if answer else []

    def do(self, procedure, number, service="OrderProcessing"):
        answer = self(procedure, service, "Codeunit", orderNo=number)
        return answer["return_value"] if answer else ""


_ORDER = (
    *("Key", "No", "Sell_to_Customer_No", "Buy_from_Vendor_No", "Name", "Description"),
    *(
        "Sell_to_Customer_Name",
        "Posting_Date",
        "Document_Date",
        "Requested_Delivery_Date",
        "Promised_Delivery_Date",
    ),
    *("External_Document_No", "Vendor_Invoice_No", "SalesLines", "PurchLines"),
)


def in_order(fields, service):
    """The header's fields in the order of the schema, as far as these tests need it."""
    places = {name: at for at, name in enumerate(_ORDER)}
    return dict(sorted(fields.items(), key=lambda pair: places.get(pair[0], len(places))))


def a_line(number="VALVE-20", quantity="4", **fields):
    named = {"Description": fields.pop("Description")} if "Description" in fields else {}
    return {"Type": "Item", "No": number, **named, "Quantity": quantity, **fields}


def lines_of(order, control="SalesLines", row="Sales_Order_Line"):
    return many(order[control][row]) if control in order else []


@pytest.fixture
def world(clock):
    return World(clock)


@pytest.fixture
def company(world):
    return harbour_trading(world)


@pytest.fixture
def server(world, company):
    return NavServer(world, Settings())


@pytest.fixture
def session(network, clock):
    with requests.Session() as session:
        mount(session, "http://", network, clock)
        mount(session, "https://", network, clock)
        session.auth = ("ANNA", "webkey")
        yield session


@pytest.fixture
def nav(session):
    return Caller(session)
