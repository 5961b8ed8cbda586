"""The WSDL, and zeep as a client that knows SAP from it alone (sap.md 3, lines 683, 703 and 705)."""

import datetime as dt
from decimal import Decimal

import pytest
import requests
import zeep
from lxml import etree
from zeep.transports import Transport

from erp_connect.testing.mocks.serving import serve

from .conftest import CREATE, FUNCTIONS, HOST, ORDER, WRAPPER

XSD = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
BINDING = "{http://schemas.xmlsoap.org/wsdl/soap/}"


def described(post, *names):
    """The description of these modules, over the real address."""
    answer = post.http.get(f"{HOST}/sap/bc/soap/wsdl11?services={','.join(names)}&sap-client=100")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].partition(";")[0] == "text/xml"
    return etree.fromstring(answer.content)


def test_one_description_holds_all_modules_that_are_named(post):
    """sap.md 3, line 683: services=FM1,FM2."""
    tree = described(post, "RFC_PING", CREATE)
    operations = tree.findall(f"{WSDL}portType/{WSDL}operation")
    assert [each.get("name") for each in operations] == ["RFC_PING", CREATE]
    elements = {each.get("name") for each in tree.iter(f"{XSD}element")}
    assert {CREATE, f"{CREATE}.Response", "RFC_PING", "RFC_PING.Response"} <= elements


def test_it_names_the_namespace_the_address_and_unqualified_children(post):
    """sap.md 3, lines 682, 687 and 696."""
    tree = described(post, "RFC_PING")
    (schema,) = tree.iter(f"{XSD}schema")
    assert schema.get("targetNamespace") == FUNCTIONS
    assert schema.get("elementFormDefault", "unqualified") == "unqualified"
    (address,) = tree.iter(f"{BINDING}address")
    assert address.get("location").startswith(f"{HOST}/sap/bc/soap/rfc")
    assert {each.get("style") for each in tree.iter(f"{BINDING}binding")} == {"document"}


def test_parameters_are_an_all_and_rows_are_items(post):
    """sap.md 3, lines 696 and 698."""
    tree = described(post, CREATE)
    (request,) = (each for each in tree.iter(f"{XSD}element") if each.get("name") == CREATE)
    (parameters,) = request.find(f"{XSD}complexType")
    assert parameters.tag == f"{XSD}all"
    names = {each.get("name") for each in parameters}
    assert {"ORDER_HEADER_IN", "ORDER_ITEMS_IN", "RETURN"} <= names
    assert "SALESDOCUMENT" not in names
    (reply,) = (each for each in tree.iter(f"{XSD}element") if each.get("name") == f"{CREATE}.Response")
    assert "SALESDOCUMENT" in {each.get("name") for each in reply.iter(f"{XSD}element")}


def test_the_description_says_what_must_be_there(post):
    """sap.md 2.3: ORDER_HEADER_IN is mandatory, ORDER_TEXT is not."""
    tree = described(post, CREATE)
    (request,) = (each for each in tree.iter(f"{XSD}element") if each.get("name") == CREATE)
    least = {each.get("name"): each.get("minOccurs", "1") for each in request.find(f"{XSD}complexType")[0]}
    assert (least["ORDER_HEADER_IN"], least["ORDER_PARTNERS"], least["ORDER_TEXT"]) == ("1", "1", "0")


def test_a_module_that_there_is_not_has_no_description(post):
    answer = post.http.get(f"{HOST}/sap/bc/soap/wsdl11?services=RFC_PING,BAPI_NO_SUCH&sap-client=100")
    assert answer.status_code >= 400


@pytest.fixture
def zeep_of(face):
    """A client that zeep makes of the description of some modules, over a real socket."""
    with serve(face) as url, requests.Session() as http:
        http.auth = ("DEMO", "welcome")

        def made(*names, **settings):
            address = f"{url}/sap/bc/soap/wsdl11?services={','.join(names)}&sap-client=100"
            return zeep.Client(address, transport=Transport(session=http), settings=zeep.Settings(**settings))

        yield made


def arguments():
    day = dt.date(2026, 3, 10)
    return {
        "ORDER_HEADER_IN": {
            "DOC_TYPE": "TA",
            "SALES_ORG": "1000",
            "DISTR_CHAN": "10",
            "DIVISION": "00",
            "PURCH_NO_C": "PO-4711",
            "REQ_DATE_H": day,
        },
        "ORDER_PARTNERS": {"item": [{"PARTN_ROLE": "AG", "PARTN_NUMB": "0000001234"}]},
        "ORDER_ITEMS_IN": {
            "item": [
                {
                    "ITM_NUMBER": "000010",
                    "MATERIAL": "62".zfill(18),
                    "TARGET_QTY": Decimal(5),
                    "T_UNIT_ISO": "PCE",
                }
            ]
        },
        "ORDER_SCHEDULES_IN": {
            "item": [{"ITM_NUMBER": "000010", "SCHED_LINE": "0001", "REQ_DATE": day, "REQ_QTY": Decimal(5)}]
        },
    }


@pytest.mark.parametrize("strict", [True, False])
def test_a_stranger_orders_by_a_wrapper_and_reads_the_order(zeep_of, world, strict):
    """sap.md 7, SOAP 2 to 4, line 1165: by zeep, from the description alone; line 705: strict or not."""
    world.settings.wrappers = {WRAPPER: CREATE}
    client = zeep_of(WRAPPER, "BAPISDORDER_GETDETAILEDLIST", strict=strict)
    made = client.service[WRAPPER](**arguments(), RETURN={})
    assert set(world.orders) == {made.SALESDOCUMENT}
    assert ("V1", "311") in {(row.ID, row.NUMBER) for row in made.RETURN.item}
    assert made.ORDER_TEXT is None
    read = client.service.BAPISDORDER_GETDETAILEDLIST(
        I_BAPI_VIEW={"ITEM": "X"},
        SALES_DOCUMENTS={"item": [{"VBELN": made.SALESDOCUMENT}]},
        ORDER_ITEMS_OUT={},
    )
    (item,) = read.ORDER_ITEMS_OUT.item
    assert (
        "000010",
        Decimal(5),
        world.clock.now().date(),
    ) == (item.ITM_NUMBER, item.REQ_QTY, item.CREAT_DATE)


def test_a_stranger_commits_in_vain(zeep_of, world):
    """sap.md 7, SOAP 1, line 1165; line 709."""
    client = zeep_of(CREATE, "BAPI_TRANSACTION_COMMIT")
    assert client.service[CREATE](**arguments(), RETURN={}).SALESDOCUMENT
    assert client.service.BAPI_TRANSACTION_COMMIT(WAIT="X").TYPE in {None, "", "S"}
    assert world.orders == {}


def test_a_stranger_cannot_read_an_initial_date(zeep_of, world, caplog):
    """sap.md 7, SOAP 5, line 1165; line 705: no xsd:date, so zeep finds none, and says so."""
    world.settings.wrappers = {WRAPPER: CREATE}
    client = zeep_of(WRAPPER, "BAPISDORDER_GETDETAILEDLIST")
    number = client.service[WRAPPER](**arguments()).SALESDOCUMENT
    read = client.service.BAPISDORDER_GETDETAILEDLIST(
        I_BAPI_VIEW={"HEADER": "X"}, SALES_DOCUMENTS={"item": [{"VBELN": number}]}, ORDER_HEADERS_OUT={}
    )
    (header,) = read.ORDER_HEADERS_OUT.item
    assert (dt.date(2026, 3, 10), None) == (header.REQ_DATE_H, header.PURCH_DATE)
    assert "Error during xml -> python translation" in caplog.text


def test_a_stranger_takes_a_fault(zeep_of, world):
    """sap.md 7, SOAP 7, line 1165; line 707."""
    service = zeep_of("STFC_CONNECTION").service
    world.faults.raise_exception("STFC_CONNECTION", "NOT_FOUND")
    with pytest.raises(zeep.exceptions.Fault) as caught:
        service.STFC_CONNECTION(REQUTEXT="a")
    assert caught.value.message == "NOT_FOUND"
    assert caught.value.code.partition(":")[2] in {"Client", "Server"}
    assert caught.value.detail is not None


def test_a_stranger_gets_no_description_where_the_node_is_not_active(zeep_of, settings):
    """sap.md 7, SOAP 6, line 1165; line 684: the WSDL node was the one seen off."""
    settings.inactive = {"wsdl11"}
    with pytest.raises(requests.HTTPError) as caught:
        zeep_of("RFC_PING")
    assert caught.value.response.status_code == 403


def test_every_reply_is_as_the_description_says(zeep_of, post, order):
    """sap.md 3, line 705: the types of the schema hold for what is sent, save for the initial date."""
    names = ("BAPISDORDER_GETDETAILEDLIST", "BAPI_SALESORDER_GETSTATUS")
    tree = described(post, *names)
    (schema,) = tree.iter(f"{XSD}schema")
    checked = etree.XMLSchema(etree.fromstring(etree.tostring(schema)))
    answer = post(
        f"<urn:{names[0]}><I_BAPI_VIEW><HEADER>X</HEADER><ITEM>X</ITEM><SDSCHEDULE>X</SDSCHEDULE>"
        "<STATUS_H>X</STATUS_H><STATUS_I>X</STATUS_I><PARTNER>X</PARTNER><SDCOND>X</SDCOND></I_BAPI_VIEW>"
        f"<SALES_DOCUMENTS><item><VBELN>{order}</VBELN></item></SALES_DOCUMENTS><ORDER_HEADERS_OUT/><ORDER_ITEMS_OUT/>"
        "<ORDER_SCHEDULES_OUT/><ORDER_STATUSHEADERS_OUT/><ORDER_STATUSITEMS_OUT/><ORDER_PARTNERS_OUT/>"
        f"<ORDER_CONDITIONS_OUT/></urn:{names[0]}>"
    )
    told = answer.text.replace(">0000-00-00<", ">2000-01-01<")
    assert told != answer.text
    (reply,) = etree.fromstring(told.encode())[-1]
    checked.assertValid(etree.fromstring(etree.tostring(reply)))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(
            ("RFCDATE", each)
            for each in ("2026-03-10", "", "0", "0000", "00000000", "20260310", "2026-13-01")
        ),
        *(("RFCTIME", each) for each in ("23:59:58", "", "235958", "25:00:00")),
        *(("RFCINT4", each) for each in ("7", "+7", " 7 ", "-2147483648", "2147483648", "", "7.0", "1_0")),
        *(("RFCINT1", each) for each in ("255", "256", "-1")),
        *(("RFCINT2", each) for each in ("32767", "32768")),
        *(("RFCFLOAT", each) for each in ("1.5", "1E3", " 1.5 ", "", "1,5", "1_0", "0x1p3")),
        *(("RFCCHAR4", each) for each in ("abcd", "", "abcde")),
        *(("RFCHEX3", each) for each in ("AQID", "AQ==", "", "AQIDBA==", "AQI")),
    ],
)
def test_a_value_is_taken_if_the_description_allows_it_and_no_other(post, field, value):
    """sap.md 3, line 705: each type by its name in XML Schema; lxml says what it allows, and knows no mock."""
    (schema,) = described(post, "STFC_STRUCTURE").iter(f"{XSD}schema")
    allowed = etree.XMLSchema(etree.fromstring(etree.tostring(schema)))
    inner = f"<IMPORTSTRUCT><{field}>{value}</{field}></IMPORTSTRUCT><RFCTABLE/>"
    request = etree.fromstring(f'<u:STFC_STRUCTURE xmlns:u="{FUNCTIONS}">{inner}</u:STFC_STRUCTURE>')
    answer = post(f"<urn:STFC_STRUCTURE>{inner}</urn:STFC_STRUCTURE>")
    assert answer.status_code == (200 if allowed.validate(request) else 500), allowed.error_log


@pytest.mark.parametrize(
    "changed",
    [
        ("QTY>5<", "QTY>5.000<"),
        ("QTY>5<", "QTY>5.0001<"),
        ("QTY>5<", "QTY>1234567890.5<"),
        ("QTY>5<", "QTY>12345678901234<"),
        ("QTY>5<", "QTY><"),
        ("ITM_NUMBER>000010<", "ITM_NUMBER>10<"),
        ("ITM_NUMBER>000010<", "ITM_NUMBER>0000010<"),
        ("<ORDER_HEADER_IN>", "<ORDER_HEADER_IN>TA"),
        ("<ORDER_PARTNERS>", "<ORDER_PARTNERS>AG"),
        ("<RETURN/>", "<RETURN>X</RETURN>"),
        ("<RETURN/>", "<RETURN><item/></RETURN>"),
        ("<DOC_TYPE>TA</DOC_TYPE>", "<DOC_TYPE><item>TA</item></DOC_TYPE>"),
    ],
    ids=" ".join,
)
def test_a_request_is_taken_if_the_description_allows_it_and_no_other(post, changed):
    """sap.md 3, lines 696-699 and 705: what is no row, no field and no value is no request."""
    (schema,) = described(post, CREATE).iter(f"{XSD}schema")
    allowed = etree.XMLSchema(etree.fromstring(etree.tostring(schema)))
    inner = ORDER.replace(*changed)
    assert inner != ORDER
    request = etree.fromstring(f'<u:{CREATE} xmlns:u="{FUNCTIONS}">{inner}</u:{CREATE}>')
    answer = post(f"<urn:{CREATE}>{inner}</urn:{CREATE}>")
    assert answer.status_code == (200 if allowed.validate(request) else 500), allowed.error_log
