"""zeep, which knows nothing of this mock, reads its WSDL, calls modules and takes faults (libraries.md on zeep)."""

import datetime as dt
from decimal import Decimal

import pytest
import requests
import zeep
from zeep.transports import Transport

from erp_connect.testing.mocks.sap.soap.face import SoapFace
from erp_connect.testing.mocks.serving import serve

from .conftest import an_order

WSDL = "sap/bc/soap/wsdl11?services={}&sap-client=100"


@pytest.fixture
def client(world):
    """A zeep client for some function modules, over a real socket."""
    session = requests.Session()
    session.auth = ("DEMO", "welcome")
    with serve(SoapFace(world)) as url:

        def opened(*names):
            return zeep.Client(
                f"{url}/{WSDL.format(','.join(names))}", transport=Transport(session=session)
            ).service

        yield opened
    session.close()


def as_zeep(arguments):
    """What pyrfc takes, as zeep takes it."""

    def cell(name, value):
        if name in {"REQ_DATE", "REQ_DATE_H"}:
            return dt.date(int(value[:4]), int(value[4:6]), int(value[6:]))
        return value

    def row(values):
        return {name: cell(name, value) for name, value in values.items()}

    return {
        name: row(value) if isinstance(value, dict) else {"item": [row(each) for each in value]}
        for name, value in arguments.items()
    }


def test_zeep_creates_by_a_wrapper_and_reads(world, client):
    world.settings.wrappers = {"Z_CREATE": "BAPI_SALESORDER_CREATEFROMDAT2"}
    service = client("Z_CREATE", "BAPISDORDER_GETDETAILEDLIST")
    made = service.Z_CREATE(**as_zeep(an_order(RETURN=[])))
    assert [row.TYPE for row in made.RETURN.item][-1] == "S"
    assert set(world.orders) == {made.SALESDOCUMENT}
    read = service.BAPISDORDER_GETDETAILEDLIST(
        I_BAPI_VIEW={"ITEM": "X"},
        SALES_DOCUMENTS={"item": [{"VBELN": made.SALESDOCUMENT}]},
        ORDER_ITEMS_OUT={},
    )
    (item,) = read.ORDER_ITEMS_OUT.item
    assert Decimal("5.000") == item.REQ_QTY
    assert read.ORDER_HEADERS_OUT is None


def test_the_initial_date_is_none_that_zeep_can_read(world, client, caplog):
    """sap.md 3: 0000-00-00 is not a valid xsd:date; zeep 4.3 complains in its log, and has no value"""
    world.settings.wrappers = {"Z_CREATE": "BAPI_SALESORDER_CREATEFROMDAT2"}
    service = client("Z_CREATE", "BAPISDORDER_GETDETAILEDLIST")
    made = service.Z_CREATE(**as_zeep(an_order(RETURN=[])))
    asked = {"item": [{"VBELN": made.SALESDOCUMENT}]}
    read = service.BAPISDORDER_GETDETAILEDLIST(
        I_BAPI_VIEW={"HEADER": "X"}, SALES_DOCUMENTS=asked, ORDER_HEADERS_OUT={}
    )
    (header,) = read.ORDER_HEADERS_OUT.item
    assert dt.date(2026, 3, 10) == header.REQ_DATE_H
    assert header.PURCH_DATE is None
    assert "xml -> python" in caplog.text


def test_zeep_takes_a_fault(client, world):
    service = client("STFC_CONNECTION")
    assert service.STFC_CONNECTION(REQUTEXT="Grüße").ECHOTEXT == "Grüße"
    world.faults.raise_exception("STFC_CONNECTION", "NOT_FOUND")
    with pytest.raises(zeep.exceptions.Fault) as caught:
        service.STFC_CONNECTION(REQUTEXT="a")
    assert caught.value.message == "NOT_FOUND"


def test_the_description_of_an_unknown_module_is_not_found(client):
    with pytest.raises(requests.HTTPError):
        client("BAPI_NO_SUCH_THING")


def test_the_description_says_what_must_be_there(client):
    described = client("BAPI_SALESORDER_CREATEFROMDAT2")
    element = described._client.get_element(
        "{urn:sap-com:document:sap:rfc:functions}BAPI_SALESORDER_CREATEFROMDAT2"
    )
    fields = dict(element.type.elements)
    assert fields["ORDER_HEADER_IN"].min_occurs == 1
    assert fields["ORDER_TEXT"].min_occurs == 0
    assert "SALESDOCUMENT" not in fields
    items = dict(dict(fields["ORDER_ITEMS_IN"].type.elements)["item"].type.elements)
    assert Decimal in items["TARGET_QTY"].type.accepted_types
