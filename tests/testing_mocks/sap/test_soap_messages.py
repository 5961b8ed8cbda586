"""The SOAP processor by raw requests: envelopes, names, values, sessions, pages and faults (sap.md 3; 7, SOAP side)."""

from decimal import Decimal

import pytest
import requests
from lxml import etree

from erp_connect.testing.mocks.network import Network
from erp_connect.testing.mocks.sap.soap.face import SoapFace
from erp_connect.testing.mocks.sap.soap.settings import Settings
from erp_connect.testing.mocks.sap.web import WebServer
from erp_connect.testing.mocks.serving import mount, serve

from .conftest import VALVE, an_order

HOST = "https://mock.sap"
FUNCTIONS = "urn:sap-com:document:sap:rfc:functions"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"


class Caller:
    """Writes envelopes by hand, and takes replies apart."""

    def __init__(self, world, settings=None):
        self.face = SoapFace(world, settings)
        self.network = Network(self.face)
        self.http = mount(requests.Session(), HOST, self.network, world.clock)
        self.http.auth = ("DEMO", "welcome")

    def post(self, inner, *, action='""', **query):
        body = (
            f'<e:Envelope xmlns:e="{ENVELOPE}" xmlns:urn="{FUNCTIONS}"><e:Body>{inner}</e:Body></e:Envelope>'
        )
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": action}
        address = f"{HOST}/sap/bc/soap/rfc"
        return self.http.post(
            address, data=body.encode(), headers=headers, params={"sap-client": "100", **query}
        )

    def call(self, name, inner="", **query):
        """The children of the reply, by name."""
        answer = self.post(f"<urn:{name}>{inner}</urn:{name}>", **query)
        assert answer.status_code == 200, answer.text
        (reply,) = etree.fromstring(answer.content).find(f"{{{ENVELOPE}}}Body")
        assert reply.tag == f"{{{FUNCTIONS}}}{name}.Response"
        return {child.tag: child for child in reply}

    def create(self, name="BAPI_SALESORDER_CREATEFROMDAT2"):
        return self.call(name, order_xml())

    def fault(self, name, inner=""):
        answer = self.post(f"<urn:{name}>{inner}</urn:{name}>")
        assert answer.status_code == 500
        return etree.fromstring(answer.content).find(f"{{{ENVELOPE}}}Body/{{{ENVELOPE}}}Fault")


def order_xml():
    """A create that succeeds, with RETURN asked for."""
    parts = []
    for name, value in an_order(RETURN=[]).items():
        if isinstance(value, dict):
            parts.append(f"<{name}>{fields(value)}</{name}>")
        else:
            rows = "".join(f"<item>{fields(row)}</item>" for row in value)
            parts.append(f"<{name}>{rows}</{name}>")
    return "".join(parts)


def fields(row):
    dates = {"REQ_DATE", "REQ_DATE_H"}
    shown = {n: f"{v[:4]}-{v[4:6]}-{v[6:]}" if n in dates else v for n, v in row.items()}
    return "".join(f"<{name}>{value}</{name}>" for name, value in shown.items())


@pytest.fixture
def settings():
    return Settings()


@pytest.fixture
def caller(world, settings):
    return Caller(world, settings)


def texts(row):
    return {cell.tag: cell.text or "" for cell in row}


def test_a_reply_is_qualified_and_its_children_are_not(caller):
    """sap.md 3: reply element with the dot, children unqualified"""
    told = caller.call("STFC_CONNECTION", "<REQUTEXT>Hello  </REQUTEXT>")
    assert told["ECHOTEXT"].text == "Hello"


def test_tables_are_items_and_come_back_when_they_were_asked_for_only(caller, world):
    """sap.md 3: a TABLES parameter missing from the request is not returned"""
    told = caller.create()
    assert told["SALESDOCUMENT"].text == "0000016023"
    assert {"RETURN", "ORDER_ITEMS_IN"} <= set(told)
    assert "ORDER_TEXT" not in told
    messages = [texts(row) for row in told["RETURN"]]
    assert {row.tag for row in told["RETURN"]} == {"item"}
    assert [row["ID"] + row["NUMBER"] for row in messages if row["TYPE"] == "S"][-1:] == ["V1311"]
    without = order_xml().replace("<RETURN></RETURN>", "")
    assert "RETURN" not in caller.call("BAPI_SALESORDER_CREATEFROMDAT2", without)
    assert world.orders == {}


def test_an_empty_table_is_an_empty_element(caller):
    told = caller.call("BAPI_TRANSACTION_COMMIT", "<WAIT>X</WAIT>")
    assert texts(told["RETURN"])["TYPE"] == ""
    listed = caller.call(
        "BAPI_CUSTOMER_GETLIST",
        "<IDRANGE><item><SIGN>I</SIGN><OPTION>EQ</OPTION><LOW>9999</LOW></item></IDRANGE><ADDRESSDATA/>",
    )
    assert len(listed["ADDRESSDATA"]) == 0
    assert listed["ADDRESSDATA"].text is None


def test_each_request_is_a_session_of_its_own_and_a_commit_in_the_next_saves_nothing(caller, world):
    """sap.md 3, "Commit problem": success, and nothing is saved; the number is gone all the same"""
    first = caller.create()["SALESDOCUMENT"].text
    told = caller.call("BAPI_TRANSACTION_COMMIT", "<WAIT>X</WAIT>")
    assert texts(told["RETURN"])["TYPE"] == ""
    assert world.orders == {}
    assert int(caller.create()["SALESDOCUMENT"].text) == int(first) + 1
    assert world.locks == {}


def test_a_wrapper_commits_within_its_own_request_or_rolls_back(caller, world):
    """sap.md 3, option 1"""
    world.settings.wrappers = {"Z_ERP_CONNECT_ORDER_CREATE": "BAPI_SALESORDER_CREATEFROMDAT2"}
    number = caller.create("Z_ERP_CONNECT_ORDER_CREATE")["SALESDOCUMENT"].text
    assert set(world.orders) == {number}
    wrong = order_xml().replace("<DOC_TYPE>TA</DOC_TYPE>", "<DOC_TYPE>XX</DOC_TYPE>")
    told = caller.call("Z_ERP_CONNECT_ORDER_CREATE", wrong)
    assert told["SALESDOCUMENT"].text is None
    assert "E" in {texts(row)["TYPE"] for row in told["RETURN"]}
    assert set(world.orders) == {number}


def test_scalars_look_as_the_schema_says(caller, world):
    """sap.md 3, "Scalars": NUMC with its zeros, dates and times with signs, an initial date of zeros, decimals"""
    world.settings.wrappers = {"Z_CREATE": "BAPI_SALESORDER_CREATEFROMDAT2"}
    number = caller.create("Z_CREATE")["SALESDOCUMENT"].text
    told = caller.call(
        "BAPISDORDER_GETDETAILEDLIST",
        "<I_BAPI_VIEW><HEADER>X</HEADER><ITEM>X</ITEM></I_BAPI_VIEW>"
        f"<SALES_DOCUMENTS><item><VBELN>{number}</VBELN></item></SALES_DOCUMENTS>"
        "<ORDER_HEADERS_OUT/><ORDER_ITEMS_OUT/>",
    )
    header, item = texts(told["ORDER_HEADERS_OUT"][0]), texts(told["ORDER_ITEMS_OUT"][0])
    assert header["REQ_DATE_H"] == "2026-03-10"
    assert header["PURCH_DATE"] == "0000-00-00"
    assert header["REC_TIME"].count(":") == 2
    assert item["ITM_NUMBER"] == "000010"
    assert item["REQ_QTY"] == "5.000"
    assert Decimal(header["NET_VAL_HD"]) == Decimal("62.5")


def test_raw_data_is_base64_or_hexadecimal_in_old_releases(world, caller, settings):
    """sap.md 3, "Scalars": RAW"""
    structure = "<IMPORTSTRUCT><RFCHEX3>{}</RFCHEX3></IMPORTSTRUCT>"
    told = caller.call("STFC_STRUCTURE", structure.format("AQID"))
    assert texts(told["ECHOSTRUCT"])["RFCHEX3"] == "AQID"
    settings.raw = "hex"
    told = caller.call("STFC_STRUCTURE", structure.format("010203"))
    assert texts(told["ECHOSTRUCT"])["RFCHEX3"] == "010203"


def test_control_characters_go_out_as_they_stand_and_break_the_document(world, caller):
    """sap.md 3: XML 1.0 illegal control characters in texts break parsing"""
    world.materials["62".zfill(18)].text = "Ball\x07valve"
    inner = "<MATNRSELECTION><item><SIGN>I</SIGN><OPTION>EQ</OPTION><MATNR_LOW>62</MATNR_LOW></item></MATNRSELECTION>"
    inner = inner.replace("<MATNR_LOW>62<", f"<MATNR_LOW>{'62'.zfill(18)}<")
    answer = caller.post(f"<urn:BAPI_MATERIAL_GETLIST>{inner}<MATNRLIST/></urn:BAPI_MATERIAL_GETLIST>")
    assert answer.status_code == 200
    assert "Ball&#7;valve" in answer.text
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(answer.content)


@pytest.mark.parametrize(
    "inner",
    [
        "<urn:REQUTEXT>a</urn:REQUTEXT>",
        "<NOSUCH>a</NOSUCH>",
        "<REQUTEXT>a</REQUTEXT><REQUTEXT>b</REQUTEXT>",
        "<ECHOTEXT>a</ECHOTEXT>",
        f"<REQUTEXT>{'a' * 300}</REQUTEXT>",
        "<REQUTEXT><item>a</item></REQUTEXT>",
    ],
    ids=["qualified", "unknown", "twice", "an export", "too long", "elements"],
)
def test_what_does_not_go_with_the_interface_is_a_fault_of_the_client(caller, inner):
    fault = caller.fault("STFC_CONNECTION", inner)
    assert fault.findtext("faultcode").endswith(":Client")
    assert fault.findtext("faultstring")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("REQ_QTY", "5,0"), ("REQ_DATE", "20260310"), ("ITM_NUMBER", "ten"), ("REQ_QTY", "1E3")),
        *(("REQ_DATE", "2026-13-45"), ("REQ_TIME", "25:00:00")),
    ],
)
def test_a_value_that_is_not_of_its_type_is_a_fault(caller, field, value):
    row = f"<ORDER_SCHEDULES_IN><item><{field}>{value}</{field}></item></ORDER_SCHEDULES_IN>"
    assert field in caller.fault("BAPI_SALESORDER_CREATEFROMDAT2", row).findtext("faultstring")


@pytest.mark.parametrize(("field", "value"), [("RFCHEX3", "AQIDBAU="), ("RFCHEX3", "*"), ("RFCFLOAT", "nan")])
def test_raw_data_and_floats_have_bounds(caller, field, value):
    inner = f"<IMPORTSTRUCT><{field}>{value}</{field}></IMPORTSTRUCT>"
    assert field in caller.fault("STFC_STRUCTURE", inner).findtext("faultstring")


def test_a_field_that_stands_twice_is_refused(caller):
    row = "<IMPORTSTRUCT><RFCCHAR4>a</RFCCHAR4><RFCCHAR4>b</RFCCHAR4></IMPORTSTRUCT>"
    assert "twice" in caller.fault("STFC_STRUCTURE", row).findtext("faultstring")


def test_rows_of_another_name_are_refused(caller):
    rows = "<SALES_DOCUMENTS><row><VBELN>1</VBELN></row></SALES_DOCUMENTS>"
    assert "item" in caller.fault("BAPISDORDER_GETDETAILEDLIST", rows).findtext("faultstring")


@pytest.mark.parametrize(
    "body",
    [
        b"no xml",
        b"<a/>",
        f'<!DOCTYPE x [<!ENTITY e "v">]><e:Envelope xmlns:e="{ENVELOPE}"><e:Body/></e:Envelope>'.encode(),
        f'<e:Envelope xmlns:e="{ENVELOPE}"><e:Body><BAPI_X/></e:Body></e:Envelope>'.encode(),
    ],
    ids=["no xml", "no envelope", "a document type", "another namespace"],
)
def test_a_request_that_is_none_is_a_fault(caller, body):
    answer = caller.http.post(f"{HOST}/sap/bc/soap/rfc", data=body, headers={"Content-Type": "text/xml"})
    assert answer.status_code == 500
    assert b"Fault" in answer.content


def test_a_function_module_that_does_not_exist_is_a_fault(caller):
    """sap.md 3, "Faults": FL 046, FU_NOT_FOUND"""
    fault = caller.fault("BAPI_NO_SUCH_THING")
    assert fault.findtext("faultstring") == "FU_NOT_FOUND"
    error = fault.find(f"detail/{{{FUNCTIONS}}}Error")
    assert (error.findtext("id"), error.findtext("number")) == ("FL", "046")


@pytest.mark.parametrize("shape", ["error", "exception"])
def test_an_exception_of_the_module_is_a_fault_in_either_shape(caller, settings, world, shape):
    """sap.md 3, "Faults": rfc:Error (A), or BAPI_X.Exception (B)"""
    settings.fault = shape
    world.faults.raise_exception("STFC_CONNECTION", "NOT_FOUND")
    fault = caller.fault("STFC_CONNECTION", "<REQUTEXT>a</REQUTEXT>")
    assert fault.findtext("faultstring") == "NOT_FOUND"
    if shape == "error":
        assert fault.find(f"detail/{{{FUNCTIONS}}}Error") is not None
    else:
        assert fault.findtext(f"detail/{{{FUNCTIONS}}}STFC_CONNECTION.Exception/Name") == "NOT_FOUND"
    assert caller.call("STFC_CONNECTION", "<REQUTEXT>a</REQUTEXT>")["ECHOTEXT"].text == "a"


def test_a_missing_authority_is_a_fault(caller, settings):
    """sap.md 3, "Faults": missing S_RFC"""
    settings.forbidden = {"STFC_CONNECTION"}
    assert caller.fault("STFC_CONNECTION") is not None


def test_business_errors_stay_in_return_with_status_200(caller):
    """sap.md 3, "Faults" """
    wrong = order_xml().replace(f"<MATERIAL>{VALVE}<", "<MATERIAL>NO-SUCH<")
    told = caller.call("BAPI_SALESORDER_CREATEFROMDAT2", wrong)
    assert "E" in {texts(row)["TYPE"] for row in told["RETURN"]}


def test_a_wrong_logon_or_client_is_a_page_with_401(caller):
    """sap.md 3, "Faults": HTTP 401 HTML"""
    caller.http.auth = ("DEMO", "wrong")
    answer = caller.post("<urn:STFC_CONNECTION/>")
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (401, "text/html")
    caller.http.auth = ("DEMO", "welcome")
    assert caller.post("<urn:STFC_CONNECTION/>", **{"sap-client": "200"}).status_code == 401


@pytest.mark.parametrize(("node", "path"), [("rfc", "rfc"), ("wsdl11", "wsdl11?services=STFC_CONNECTION")])
def test_a_node_that_is_not_active_is_a_page_with_403(caller, settings, node, path):
    """sap.md 3: an inactive node answers 403 with HTML, not SOAP"""
    settings.inactive = {node}
    answer = caller.http.get(f"{HOST}/sap/bc/soap/{path}")
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (403, "text/html")


def test_a_soap_action_is_taken_or_refused_by_setting(caller, settings):
    """sap.md 3, "SOAPAction": conflicting clients"""
    assert caller.post("<urn:RFC_PING/>", action=f'"{FUNCTIONS}"').status_code == 200
    settings.action = "empty"
    assert caller.post("<urn:RFC_PING/>", action=f'"{FUNCTIONS}"').status_code == 500
    assert caller.post("<urn:RFC_PING/>").status_code == 200


def test_the_logon_language_shows_in_texts_and_nowhere_else(caller):
    """sap.md 2.2: logon language only affects display"""
    wrong = order_xml().replace("<DOC_TYPE>TA</DOC_TYPE>", "<DOC_TYPE>XX</DOC_TYPE>")
    english, german = (
        texts(caller.call("BAPI_SALESORDER_CREATEFROMDAT2", wrong, **{"sap-language": language})["RETURN"][0])
        for language in ("EN", "DE")
    )
    assert (english["ID"], english["NUMBER"]) == (german["ID"], german["NUMBER"])


def test_all_tables_come_back_where_a_release_does_so(caller, settings):
    """sap.md 3: for stack A treat it as true; a tolerant release is a setting here"""
    settings.unasked_tables = True
    assert "ORDER_TEXT" in caller.create()


# -- switches ----------------------------------------------------------------------------------------------------


@pytest.fixture
def wrapped(world):
    world.settings.wrappers = {"Z_CREATE": "BAPI_SALESORDER_CREATEFROMDAT2"}
    return "Z_CREATE"


def test_a_lost_request_executes_nothing_and_a_lost_reply_has_saved(caller, world, wrapped):
    world.faults.lose_request(wrapped)
    with pytest.raises(requests.ConnectionError):
        caller.create(wrapped)
    assert world.orders == {}
    world.faults.lose_reply(wrapped)
    with pytest.raises(requests.ConnectionError):
        caller.create(wrapped)
    assert len(world.orders) == 1


@pytest.mark.parametrize(("moment", "saved"), [("before", 0), ("after", 1)])
def test_a_dump_is_a_fault_of_the_server(caller, world, wrapped, moment, saved):
    world.faults.dump(wrapped, moment=moment)
    fault = caller.fault(wrapped, order_xml())
    assert fault.findtext("faultcode").endswith(":Server")
    assert len(world.orders) == saved


@pytest.mark.parametrize(("executed", "saved"), [(True, 1), (False, 0)])
def test_a_slow_call_goes_on_after_its_caller_has_gone(caller, world, clock, wrapped, executed, saved):
    world.faults.hang(wrapped, 100, executed=executed)
    body = f"<urn:{wrapped}>{order_xml()}</urn:{wrapped}>"
    caller.http.request = lambda *given, **named: requests.Session.request(
        caller.http, *given, **{**named, "timeout": 10}
    )
    with pytest.raises(requests.Timeout):
        caller.post(body)
    assert world.orders == {}
    clock.sleep(100)
    world.settle()
    assert len(world.orders) == saved


def test_an_update_that_is_broken_off_is_told_by_the_wrapper(caller, world, wrapped):
    world.faults.terminate_update()
    told = caller.create(wrapped)
    assert "A" in {texts(row)["TYPE"] for row in told["RETURN"]}
    assert world.orders == {}


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_gateway_in_front_answers_with_a_page(caller, world, wrapped, status):
    caller.network.refuse(status, executed=True)
    answer = caller.post(f"<urn:{wrapped}>{order_xml()}</urn:{wrapped}>")
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (status, "text/html")
    assert len(world.orders) == 1


def test_a_body_that_is_torn_off_breaks_the_connection(caller, world, wrapped):
    caller.network.cut_body(200)
    with pytest.raises(requests.RequestException):
        caller.create(wrapped)
    assert len(world.orders) == 1


def test_both_rooms_stand_behind_one_address(world):
    web = WebServer(world)
    with serve(web) as url, requests.Session() as http:
        http.auth = ("DEMO", "welcome")
        assert http.get(f"{url}/sap/bc/soap/wsdl11?services=RFC_PING").status_code == 200
        service = f"{url}/sap/opu/odata/sap/API_SALES_ORDER_SRV/"
        assert http.get(service, headers={"Accept": "application/json"}).status_code == 200
        assert http.get(f"{url}/sap/bc/soap/other").status_code == 404


def test_failed_logons_count_for_the_user_in_the_system_and_not_for_one_way_in(world):
    """A user is one user of the system, so trying another way in does not start the count again."""
    first, second = (Caller(world, Settings(lock_user_after=2)) for _ in range(2))
    for caller in (first, second):
        caller.http.auth = ("DEMO", "wrong")
        assert caller.post("<urn:RFC_PING/>").status_code == 401
    second.http.auth = ("DEMO", "welcome")
    assert second.post("<urn:RFC_PING/>").status_code == 401


def test_a_wrapper_around_a_module_without_return_answers(caller, world):
    """sap.md:713: a wrapper's module is the customer's choice"""
    world.settings.wrappers = {"Z_PING": "RFC_PING"}
    assert caller.call("Z_PING") == {}
