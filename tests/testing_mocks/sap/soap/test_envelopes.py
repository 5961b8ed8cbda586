"""Requests and replies of the SOAP processor by their shape (sap.md 7, SOAP side, line 1165; sap.md 3, 682-703)."""

import pytest
from lxml import etree

from .conftest import CREATE, FUNCTIONS, HOST, ORDER, RFC, SOAP, body, envelope, texts

LIST = "<IDRANGE><item><SIGN>I</SIGN><OPTION>EQ</OPTION><LOW>{}</LOW></item></IDRANGE>"


def test_the_reply_is_the_name_with_dot_response_and_qualified(post):
    """sap.md 7, SOAP 2 (".Response" element), line 1165; line 703: with the dot, children unqualified."""
    answer = post("<urn:STFC_CONNECTION><REQUTEXT>Hello</REQUTEXT></urn:STFC_CONNECTION>")
    assert answer.status_code == 200
    reply = body(answer)
    assert reply.tag == f"{{{FUNCTIONS}}}STFC_CONNECTION.Response"
    assert {child.tag for child in reply} == {"ECHOTEXT", "RESPTEXT"}
    assert reply.findtext("ECHOTEXT") == "Hello"


def test_tables_come_back_as_items(post):
    """sap.md 7, SOAP 3 (<item> tables), line 1165; line 703."""
    told = post.reply(CREATE, ORDER)
    for table in ("RETURN", "ORDER_ITEMS_IN", "ORDER_PARTNERS", "ORDER_SCHEDULES_IN"):
        assert [row.tag for row in told[table]] == ["item"] * max(1, len(told[table])), table
        assert all(etree.QName(cell).namespace is None for row in told[table] for cell in row)
    messages = [texts(row) for row in told["RETURN"]]
    assert messages[-1]["ID"] + messages[-1]["NUMBER"] == "V1311"


def test_a_table_that_was_sent_comes_back_with_all_fields_of_its_line_type(post):
    """sap.md 3, line 703 with 1.3: TABLES go both ways; 2.1: BAPIPARNR has 37 fields, BAPIRET2 14."""
    told = post.reply(CREATE, ORDER)
    assert len(told["ORDER_PARTNERS"][0]) == 37
    assert set(texts(told["RETURN"][0])) == {
        *("TYPE", "ID", "NUMBER", "MESSAGE", "LOG_NO", "LOG_MSG_NO", "PARAMETER", "ROW", "FIELD", "SYSTEM"),
        *("MESSAGE_V1", "MESSAGE_V2", "MESSAGE_V3", "MESSAGE_V4"),
    }


def test_a_row_that_is_no_item_is_refused(post):
    """sap.md 3, line 698: rows of a table are <item>."""
    wrong = ORDER.replace("<ORDER_PARTNERS><item>", "<ORDER_PARTNERS><row>").replace(
        "</item></ORDER_PARTNERS>", "</row></ORDER_PARTNERS>"
    )
    assert post.fault(CREATE, wrong).findtext("faultstring")


def test_a_table_that_is_not_in_the_request_is_not_in_the_reply(post):
    """sap.md 7, SOAP 4 (tables absent from the request absent in the reply), line 1165; lines 699 and 703."""
    told = post.reply(CREATE, ORDER.replace("<RETURN/>", ""))
    assert set(told) == {"SALESDOCUMENT", "ORDER_PARTNERS", "ORDER_ITEMS_IN", "ORDER_SCHEDULES_IN"}
    told = post.reply(CREATE, ORDER)
    assert set(told) == {
        *("SALESDOCUMENT", "ORDER_PARTNERS", "ORDER_ITEMS_IN", "ORDER_SCHEDULES_IN", "RETURN"),
    }


def test_what_is_exported_comes_back_unasked(post):
    """sap.md 3, line 699 speaks of TABLES only; 1.3: all EXPORT parameters are in the result."""
    told = post.reply(
        "BAPI_MATERIAL_AVAILABILITY",
        "<PLANT>1000</PLANT><MATERIAL>000000000000000062</MATERIAL><UNIT>ST</UNIT>",
    )
    assert set(told) == {"AV_QTY_PLT", "DIALOGFLAG", "ENDLEADTME", "RETURN"}


def test_an_empty_table_is_an_empty_element(post):
    """sap.md 3, line 703: <RETURN/>; a table in the request without rows comes back, with rows or without."""
    told = post.reply("BAPI_CUSTOMER_GETLIST", LIST.format("0000009999") + "<ADDRESSDATA/>")
    assert (len(told["ADDRESSDATA"]), told["ADDRESSDATA"].text) == (0, None)
    told = post.reply("BAPI_CUSTOMER_GETLIST", LIST.format("0000001234") + "<ADDRESSDATA/>")
    assert [row.findtext("NAME") for row in told["ADDRESSDATA"]] == ["Harbour Pumps"]


def test_the_order_of_parameters_is_free(post, world):
    """sap.md 3, line 696: xsd:all, order free."""
    parts = [etree.tostring(part).decode() for part in etree.fromstring(f"<x>{ORDER}</x>")]
    messages = [
        [(row["TYPE"], row["ID"], row["NUMBER"]) for row in map(texts, post.reply(CREATE, inner)["RETURN"])]
        for inner in ("".join(parts), "".join(reversed(parts)))
    ]
    assert messages[0] == messages[1]
    assert ("S", "V1", "311") in messages[0]


@pytest.mark.parametrize(
    ("module", "inner"),
    [
        ("STFC_CONNECTION", "<REQUTEXT>a</REQUTEXT><REQUTEXT>b</REQUTEXT>"),
        (
            "STFC_STRUCTURE",
            "<IMPORTSTRUCT><RFCCHAR4>a</RFCCHAR4><RFCCHAR4>b</RFCCHAR4></IMPORTSTRUCT><RFCTABLE/>",
        ),
        ("STFC_CONNECTION", "<NOSUCH>a</NOSUCH>"),
        ("STFC_STRUCTURE", "<IMPORTSTRUCT><NOSUCH>a</NOSUCH></IMPORTSTRUCT><RFCTABLE/>"),
        ("STFC_CONNECTION", "<ECHOTEXT>a</ECHOTEXT>"),
        ("STFC_CONNECTION", "<REQUTEXT><item>a</item></REQUTEXT>"),
    ],
    ids=["twice", "a field twice", "unknown", "an unknown field", "an export", "elements in a text"],
)
def test_what_does_not_go_with_the_interface_is_a_fault_of_the_client(post, module, inner):
    """sap.md 3, lines 695-697: each name of xsd:all once, and no other; line 707: SOAP-ENV:Client."""
    fault = post.fault(module, inner)
    assert fault.findtext("faultcode").endswith(":Client")
    assert fault.findtext("faultstring")


def test_an_import_that_must_be_there_and_is_not_ends_the_call(post):
    """sap.md 1.3 [K]: CALL_FUNCTION_PARM_MISSING; sap.md 2.3: ORDER_HEADER_IN is mandatory."""
    wrong = ORDER[ORDER.index("<ORDER_PARTNERS>") :]
    fault = post.fault(CREATE, wrong)
    assert fault.findtext("faultcode").endswith(":Server")
    assert fault.findtext("faultstring") == "CALL_FUNCTION_PARM_MISSING"


@pytest.mark.parametrize(
    "inner",
    [
        "<urn:STFC_CONNECTION><urn:REQUTEXT>a</urn:REQUTEXT></urn:STFC_CONNECTION>",
        "<STFC_CONNECTION><REQUTEXT>a</REQUTEXT></STFC_CONNECTION>",
        '<m:StfcConnection xmlns:m="urn:sap-com:document:sap:soap:functions:mc-style"/>',
    ],
    ids=["the parameter qualified", "the module unqualified", "the other namespace"],
)
def test_the_module_is_qualified_and_its_parameters_are_not(post, inner):
    """sap.md 3, lines 687, 695 and 696."""
    answer = post(inner)
    assert answer.status_code == 500
    assert body(answer).tag == f"{{{SOAP}}}Fault"


@pytest.mark.parametrize("declared", ["default", "another prefix"])
def test_the_prefix_is_the_callers_choice(post, declared):
    """sap.md 3, line 687 fixes the namespace; with a default namespace the parameters have to leave it again."""
    inner = (
        f'<STFC_CONNECTION xmlns="{FUNCTIONS}"><REQUTEXT xmlns="">a</REQUTEXT></STFC_CONNECTION>'
        if declared == "default"
        else f'<n0:STFC_CONNECTION xmlns:n0="{FUNCTIONS}"><REQUTEXT>a</REQUTEXT></n0:STFC_CONNECTION>'
    )
    assert body(post(inner)).findtext("ECHOTEXT") == "a"


def test_a_slash_in_a_name_is_written_as_an_escape(post, world):
    """sap.md 3, line 705 [K]: a name of a namespace /NS/NAME is _-NS_-NAME in XML."""
    world.settings.wrappers = {"/ACME/ORDER_CREATE": CREATE}
    told = post.reply("_-ACME_-ORDER_CREATE", ORDER)
    assert set(world.orders) == {told["SALESDOCUMENT"].text}


def test_an_envelope_of_another_version_is_no_request(post):
    """sap.md 3, line 719: SOAP 1.1."""
    data = envelope("<urn:RFC_PING/>").replace(SOAP.encode(), b"http://www.w3.org/2003/05/soap-envelope")
    answer = post.http.post(RFC, data=data, headers={"Content-Type": "text/xml", "SOAPAction": '""'})
    assert answer.status_code == 500
    assert body(answer).tag == f"{{{SOAP}}}Fault"


@pytest.mark.parametrize("action", ['""', f'"{FUNCTIONS}"', f"{FUNCTIONS}"])
def test_both_soap_actions_that_clients_send_are_taken(post, action):
    """sap.md 3, line 688: "" and the namespace are both seen, so both go by default."""
    assert post("<urn:RFC_PING/>", SOAPAction=action).status_code == 200


def test_a_site_may_take_an_empty_soap_action_only(post, settings):
    """sap.md 3, line 688: one client says that another value is refused."""
    settings.action = "empty"
    assert post("<urn:RFC_PING/>", SOAPAction='""').status_code == 200
    assert post("<urn:RFC_PING/>", SOAPAction=f'"{FUNCTIONS}"').status_code == 500


def test_no_token_is_wanted(post):
    """sap.md 3, line 719: CSRF is not required on /sap/bc/soap/rfc."""
    answer = post("<urn:RFC_PING/>")
    assert answer.status_code == 200
    assert "x-csrf-token" not in {name.lower() for name in answer.headers}


def test_the_client_and_language_stand_in_the_address(post):
    """sap.md 3, line 682; 2.2: texts follow the language, numbers do not."""
    address = f"{HOST}/sap/bc/soap/rfc?sap-client=100&sap-language="
    english, german = (post.reply(CREATE, ORDER, url=address + each)["RETURN"][0] for each in ("EN", "DE"))
    assert english.findtext("NUMBER") == german.findtext("NUMBER")
    assert english.findtext("MESSAGE") != german.findtext("MESSAGE")
