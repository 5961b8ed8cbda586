"""A small trading folder on the mock X3, a clock that stands still, and a caller who writes his own envelopes."""

import json
from xml.sax.saxutils import escape

import pytest
import requests
from lxml import etree

from erp_connect.testing.mocks.sage.x3.samples import folder, subprograms, x3_world
from erp_connect.testing.mocks.sage.x3.settings import Settings
from erp_connect.testing.mocks.sage.x3.web import SageX3
from erp_connect.testing.mocks.serving import mount

BASE = "http://x3.example:8124"
URL = f"{BASE}/soap-generic/syracuse/collaboration/syracuse/CAdxWebServiceXmlCC"
AXIS = f"{BASE}/adxwsvc/services/CAdxWebServiceXmlCC"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMESPACES = (
    f'xmlns:soapenv="{SOAP}" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="{XSI}" '
    f'xmlns:soapenc="{ENCODING}" xmlns:wss="http://www.adonix.com/WSS"'
)


def envelope(inner):
    return f"<soapenv:Envelope {NAMESPACES}><soapenv:Header/><soapenv:Body>{inner}</soapenv:Body></soapenv:Envelope>"


def part(name, value):
    """A part as its type has it: a text, a number, keys with values, a list of texts."""
    if isinstance(value, int):
        return f'<{name} xsi:type="xsd:int">{value}</{name}>'
    if isinstance(value, dict):
        pairs = "".join(
            f'<item xsi:type="wss:CAdxParamKeyValue"><key xsi:type="xsd:string">{escape(key)}</key>'
            f'<value xsi:type="xsd:string">{escape(each)}</value></item>'
            for key, each in value.items()
        )
        array = f'soapenc:arrayType="wss:CAdxParamKeyValue[{len(value)}]"'
        return f'<{name} xsi:type="wss:ArrayOfCAdxParamKeyValue" {array}>{pairs}</{name}>'
    if isinstance(value, list):
        texts = "".join(f'<item xsi:type="xsd:string">{each}</item>' for each in value)
        return f'<{name} xsi:type="wss:ArrayOf_xsd_string">{texts}</{name}>'
    text = f"<![CDATA[{value}]]>" if "<" in value or "{" in value else escape(value)
    return f'<{name} xsi:type="xsd:string">{text}</{name}>'


def parts_of(context, parts):
    inner = "".join(part(name, value) for name, value in context.items())
    rest = "".join(part(name, value) for name, value in parts.items())
    return f'<callContext xsi:type="wss:CAdxCallContext">{inner}</callContext>{rest}'


# ---------------------------------------------------------------- what callers send


def fields(values):
    parts = []
    for name, value in values.items():
        if isinstance(value, list):
            items = "".join(f"<ITM>{escape(each)}</ITM>" for each in value)
            parts.append(f'<LST NAME="{name}">{items}</LST>')
        else:
            parts.append(f'<FLD NAME="{name}">{escape(str(value))}</FLD>')
    return "".join(parts)


def param(record):
    """A record by block: a dictionary is a group, a list a table; rows may say their NUM."""
    parts = []
    for id, held in record.items():
        if isinstance(held, dict):
            parts.append(f'<GRP ID="{id}">{fields(held)}</GRP>')
            continue
        lines = ""
        for at, row in enumerate(held, 1):
            values = dict(row)
            number = values.pop("NUM", at)
            lines += f'<LIN NUM="{number}">{fields(values)}</LIN>'
        parts.append(f'<TAB ID="{id}">{lines}</TAB>')
    return f'<?xml version="1.0" encoding="UTF-8"?><PARAM>{"".join(parts)}</PARAM>'


def an_order(*lines, **header):
    values = {
        "SALFCY": "MAIN",
        "SOHTYP": "SON",
        "ORDDAT": "20260302",
        "BPCORD": "10000",
        "CUR": "EUR",
        **header,
    }
    return {
        "SOH0_1": {name: value for name, value in values.items() if value is not None},
        "SOH4_1": list(lines) or [{"ITMREF": "VALVE-20", "QTY": "4"}],
    }


# ---------------------------------------------------------------- what comes back


def text_in(node):
    return "".join(node.itertext()) if node is not None else None


class Answer:
    """One answer, taken apart: status, messages with their types, the record, technical information."""

    def __init__(self, content):
        self.body = etree.fromstring(content).find(f"{{{SOAP}}}Body")
        self.ids = {node.get("id"): node for node in self.body.iter() if node.get("id")}
        self.response = self.body[0]
        returned = self.resolved(self.response[0])
        self.parts = {node.tag: node for node in returned}
        self.status = int(self.parts["status"].text)
        self.messages = [self._message(node) for node in self.parts["messages"]]
        result = self.parts["resultXml"]
        self.nil = result.get(f"{{{XSI}}}nil") == "true"
        self.payload = None if self.nil else text_in(result)
        self.technical = {node.tag: node for node in self.resolved(self.parts["technicalInfos"])}

    def resolved(self, node):
        return self.ids[node.get("href")[1:]] if node.get("href") else node

    def _message(self, node):
        held = {child.tag: child.text for child in self.resolved(node)}
        return int(held["type"]), held.get("message", held.get("v"))

    @property
    def tree(self):
        return etree.fromstring(self.payload.strip().encode())

    @property
    def json(self):
        return json.loads(self.payload)

    @property
    def record(self):
        """Values by block, tables as lists."""
        found = {}
        for node in self.tree:
            found[node.get("ID")] = (
                [values_in(line) for line in node] if node.tag == "TAB" else values_in(node)
            )
        return found

    @property
    def rows(self):
        return [values_in(line) for line in self.tree]


def values_in(node):
    return {
        child.get("NAME"): [item.text or "" for item in child] if child.tag == "LST" else child.text or ""
        for child in node
    }


class Refused(Exception):
    def __init__(self, answer):
        self.answer, self.messages = answer, answer.messages
        super().__init__(answer.messages)


class Caller:
    """Raw calls of one server."""

    context = {"codeLang": "ENG", "poolAlias": "WSPOOL", "poolId": "", "requestConfig": ""}  # noqa: RUF012

    def __init__(self, session, url=URL):
        self.session, self.url = session, url

    def post(self, body, **headers):
        return self.session.post(
            self.url,
            data=body.encode(),
            headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""', **headers},
            timeout=60,
        )

    def send(self, operation, parts, context=None):
        inner = parts_of(self.context | (context or {}), parts)
        return self.post(
            envelope(f'<wss:{operation} soapenv:encodingStyle="{ENCODING}">{inner}</wss:{operation}>')
        )

    def answer(self, operation, context=None, **parts):
        """The answer, whatever its status."""
        got = self.send(operation, parts, context)
        assert got.status_code == 200, got.text
        assert got.headers["Content-Type"].startswith("text/xml")
        return Answer(got.content)

    def __call__(self, operation, context=None, **parts):
        answer = self.answer(operation, context, **parts)
        if answer.status != 1:
            raise Refused(answer)
        return answer

    def save(self, record, name="WSSOH", **context):
        return self("save", context, publicName=name, objectXml=param(record))

    def read(self, key, name="WSSOH", field="SOHNUM", **context):
        return self("read", context, publicName=name, objectKeys={field: key})

    def modify(self, key, record, name="WSSOH", field="SOHNUM", **context):
        return self("modify", context, publicName=name, objectKeys={field: key}, objectXml=param(record))

    def delete(self, key, name="WSSOH", field="SOHNUM"):
        return self("delete", publicName=name, objectKeys={field: key})

    def query(self, name="WSSOH", size=100, **keys):
        return self("query", publicName=name, objectKeys=keys, listSize=size)

    def order(self, *lines, **header):
        """The number of a new order."""
        return self.save(an_order(*lines, **header)).record["SOH0_1"]["SOHNUM"]


@pytest.fixture
def world(clock):
    return x3_world(clock)


@pytest.fixture
def company(world):
    return folder(world)


@pytest.fixture
def settings():
    return Settings(subprograms=subprograms())


@pytest.fixture
def server(world, company, settings):
    return SageX3(world, settings)


@pytest.fixture
def session(network, clock):
    with requests.Session() as session:
        mount(session, "http://", network, clock)
        session.auth = ("WSUSER", "secret")
        yield session


@pytest.fixture
def x3(session):
    return Caller(session)
