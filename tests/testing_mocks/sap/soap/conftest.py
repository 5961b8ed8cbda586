"""Envelopes as sap.md 3 (lines 690-701) shows them, posted to the mock's SOAP processor, and replies taken apart."""

import pytest
import requests
from lxml import etree

from erp_connect.testing.mocks.sap.soap.face import SoapFace
from erp_connect.testing.mocks.sap.soap.settings import Settings
from erp_connect.testing.mocks.serving import mount

HOST = "https://mock.sap"
RFC = f"{HOST}/sap/bc/soap/rfc?sap-client=100&sap-language=EN"
FUNCTIONS = "urn:sap-com:document:sap:rfc:functions"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}

# sap.md 2.3, "Minimal call": what is ordered stands in the item and in its schedule line.
ORDER = (
    "<ORDER_HEADER_IN><DOC_TYPE>TA</DOC_TYPE><SALES_ORG>1000</SALES_ORG><DISTR_CHAN>10</DISTR_CHAN>"
    "<DIVISION>00</DIVISION><REQ_DATE_H>2026-03-10</REQ_DATE_H><PURCH_NO_C>PO-4711</PURCH_NO_C></ORDER_HEADER_IN>"
    "<ORDER_PARTNERS><item><PARTN_ROLE>AG</PARTN_ROLE><PARTN_NUMB>0000001234</PARTN_NUMB></item></ORDER_PARTNERS>"
    "<ORDER_ITEMS_IN><item><ITM_NUMBER>000010</ITM_NUMBER><MATERIAL>000000000000000062</MATERIAL>"
    "<TARGET_QTY>5</TARGET_QTY><T_UNIT_ISO>PCE</T_UNIT_ISO></item></ORDER_ITEMS_IN>"
    "<ORDER_SCHEDULES_IN><item><ITM_NUMBER>000010</ITM_NUMBER><SCHED_LINE>0001</SCHED_LINE>"
    "<REQ_DATE>2026-03-10</REQ_DATE><REQ_QTY>5</REQ_QTY></item></ORDER_SCHEDULES_IN>"
    "<RETURN/>"
)
CREATE = "BAPI_SALESORDER_CREATEFROMDAT2"
WRAPPER = "Z_ERP_CONNECT_ORDER_CREATE"


def envelope(inner):
    return (
        f'<soapenv:Envelope xmlns:soapenv="{SOAP}" xmlns:urn="{FUNCTIONS}">'
        f"<soapenv:Body>{inner}</soapenv:Body></soapenv:Envelope>"
    ).encode()


def body(answer):
    """The one element within the Body."""
    assert answer.headers["Content-Type"].partition(";")[0] == "text/xml"
    tree = etree.fromstring(answer.content)
    assert tree.tag == f"{{{SOAP}}}Envelope"
    (inner,) = tree.find(f"{{{SOAP}}}Body")
    return inner


def texts(element):
    """What the children say, by name."""
    return {child.tag: child.text or "" for child in element}


class Post:
    """Somebody with requests and a text editor."""

    headers = HEADERS

    def __init__(self, http):
        self.http = http

    @staticmethod
    def written(module, inner=""):
        return envelope(f"<urn:{module}>{inner}</urn:{module}>")

    def __call__(self, inner, url=RFC, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(url, data=envelope(inner), headers=HEADERS | named)

    def reply(self, module, inner="", **given):
        """The parameters of the reply, by name."""
        answer = self(f"<urn:{module}>{inner}</urn:{module}>", **given)
        assert answer.status_code == 200, answer.text
        reply = body(answer)
        assert reply.tag == f"{{{FUNCTIONS}}}{module}.Response"
        assert len({child.tag for child in reply}) == len(reply)
        return {child.tag: child for child in reply}

    def fault(self, module, inner="", **given):
        answer = self(f"<urn:{module}>{inner}</urn:{module}>", **given)
        assert answer.status_code == 500, answer.text
        fault = body(answer)
        assert fault.tag == f"{{{SOAP}}}Fault"
        return fault

    def detail(self, number, view, *tables):
        """GETDETAILEDLIST of one order."""
        return self.reply(
            "BAPISDORDER_GETDETAILEDLIST",
            f"<I_BAPI_VIEW>{''.join(f'<{each}>X</{each}>' for each in view)}</I_BAPI_VIEW>"
            f"<SALES_DOCUMENTS><item><VBELN>{number}</VBELN></item></SALES_DOCUMENTS>"
            + "".join(f"<{table}/>" for table in tables),
        )


@pytest.fixture
def settings():
    return Settings()


@pytest.fixture
def face(world, settings):
    return SoapFace(world, settings)


@pytest.fixture
def post(face, world):
    with mount(requests.Session(), HOST, face, world.clock) as http:
        http.auth = ("DEMO", "welcome")
        yield Post(http)


@pytest.fixture
def order(world, post):
    """The number of an order that a customer's wrapper has made and committed (sap.md:713)."""
    world.settings.wrappers = {WRAPPER: CREATE}
    return post.reply(WRAPPER, ORDER)["SALESDOCUMENT"].text
