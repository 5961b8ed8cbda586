"""Pages and faults (sap.md 7, SOAP side, line 1165; sap.md 3, lines 684 and 707)."""

import pytest
from lxml import etree

from .conftest import CREATE, FUNCTIONS, HOST, ORDER, RFC, SOAP, body, envelope, texts

NODES = {
    "rfc": ("POST", "/sap/bc/soap/rfc?sap-client=100"),
    "wsdl11": ("GET", "/sap/bc/soap/wsdl11?services=RFC_PING&sap-client=100"),
}


def is_page(answer):
    """HTML, and nothing that a SOAP client could read."""
    assert answer.headers["Content-Type"].partition(";")[0] == "text/html"
    assert "<html" in answer.text.lower()
    assert "Envelope" not in answer.text
    return True


@pytest.mark.parametrize(("node", "other"), [("rfc", "wsdl11"), ("wsdl11", "rfc")])
def test_a_node_that_is_not_active_is_a_page_with_403_and_the_other_goes_on(post, settings, node, other):
    """sap.md 7, SOAP 6 (403 HTML for inactive node), line 1165; line 684."""
    settings.inactive = {node}
    method, path = NODES[node]
    answer = post.http.request(method, HOST + path, data=None if method == "GET" else b"<x/>")
    assert answer.status_code == 403
    assert is_page(answer)
    method, path = NODES[other]
    assert post.http.request(method, HOST + path).status_code != 403


def test_a_node_that_is_not_active_does_nothing(post, world, settings):
    """sap.md 7, SOAP 6, line 1165."""
    world.settings.wrappers = {"Z_CREATE": CREATE}
    settings.inactive = {"rfc"}
    assert post(f"<urn:Z_CREATE>{ORDER}</urn:Z_CREATE>").status_code == 403
    assert world.orders == {}


def test_a_fault_is_status_500_and_an_element_of_soap_1_1(post, world):
    """sap.md 7, SOAP 7 (fault 500), line 1165; line 707: faultcode is a name of the envelope's namespace."""
    world.faults.raise_exception("STFC_CONNECTION", "NOT_FOUND")
    fault = post.fault("STFC_CONNECTION", "<REQUTEXT>a</REQUTEXT>")
    assert [child.tag for child in fault] == ["faultcode", "faultstring", "detail"]
    prefix, _, name = fault.findtext("faultcode").partition(":")
    assert fault.find("faultcode").nsmap[prefix] == SOAP
    assert name in {"Client", "Server"}
    assert fault.findtext("faultstring") == "NOT_FOUND"


def test_a_fault_of_the_classic_processor_has_an_error_with_its_message(post, settings):
    """sap.md 3, line 707 (A): rfc:Error with type, id, number and message."""
    settings.fault = "error"
    fault = post.fault("BAPI_NO_SUCH_THING")
    (error,) = fault.find("detail")
    assert error.tag == f"{{{FUNCTIONS}}}Error"
    assert {"type", "id", "number", "message"} <= set(texts(error))


def test_a_function_module_that_there_is_not_is_a_fault(post):
    """sap.md 3, line 707: FL 046 and FU_NOT_FOUND."""
    fault = post.fault("BAPI_NO_SUCH_THING")
    assert fault.findtext("faultstring") == "FU_NOT_FOUND"
    told = texts(fault.find("detail")[0])
    assert (told["type"], told["id"], told["number"]) == ("E", "FL", "046")
    assert "BAPI_NO_SUCH_THING" in told["message"]


def test_a_fault_in_the_other_shape_names_the_module_and_the_exception(post, settings, world):
    """sap.md 3, line 707 (B): BAPI_X.Exception with Name, Text and Message of ID and Number."""
    settings.fault = "exception"
    world.faults.raise_exception("STFC_CONNECTION", "NOT_FOUND")
    (exception,) = post.fault("STFC_CONNECTION").find("detail")
    assert exception.tag == f"{{{FUNCTIONS}}}STFC_CONNECTION.Exception"
    assert exception.findtext("Name") == "NOT_FOUND"
    assert exception.find("Text") is not None
    assert {child.tag for child in exception.find("Message")} == {"ID", "Number"}


@pytest.mark.parametrize("shape", ["error", "exception"])
def test_a_message_of_a_module_that_gives_up_is_in_the_fault(post, settings, world, shape):
    """sap.md 3, line 707, with 1.5, code 4: class and number of the message, and its type."""
    settings.fault = shape
    world.faults.message("STFC_CONNECTION", ("SR", "A", "006"), "Method = 0")
    fault = post.fault("STFC_CONNECTION")
    if shape == "error":
        told = texts(fault.find("detail")[0])
        assert (told["type"], told["id"], told["number"]) == ("A", "SR", "006")
    else:
        message = fault.find("detail")[0].find("Message")
        assert (message.findtext("ID"), message.findtext("Number")) == ("SR", "006")


def test_a_missing_authority_is_a_fault_and_nothing_is_done(post, settings, world):
    """sap.md 3, line 707: missing S_RFC = fault."""
    world.settings.wrappers = {"Z_CREATE": CREATE}
    settings.forbidden = {"Z_CREATE"}
    assert post.fault("Z_CREATE", ORDER).findtext("faultstring")
    assert world.orders == {}
    assert post("<urn:RFC_PING/>").status_code == 200


def test_a_business_error_stays_in_return_with_status_200(post, world):
    """sap.md 3, line 707."""
    told = post.reply(CREATE, ORDER.replace("0000001234", "0000009999"))
    assert "E" in {row.findtext("TYPE") for row in told["RETURN"]}
    assert told["SALESDOCUMENT"].text is None


@pytest.mark.parametrize(
    ("user", "client"),
    [(("DEMO", "wrong"), "100"), (("NOBODY", "welcome"), "100"), (("DEMO", "welcome"), "999"), (None, "100")],
)
@pytest.mark.parametrize("node", NODES)
def test_who_is_not_known_gets_a_page_with_401(post, node, user, client):
    """sap.md 3, line 707: authentication failure = HTTP 401 HTML; line 719: Basic."""
    post.http.auth = user
    method, path = NODES[node]
    answer = post.http.request(method, HOST + path.replace("sap-client=100", f"sap-client={client}"))
    assert answer.status_code == 401
    assert is_page(answer)
    assert answer.headers["WWW-Authenticate"].lower().startswith("basic realm=")


def test_the_user_may_be_written_in_small_letters_and_the_password_may_not(post):
    """A user name has no case in SAP, its password has: what a logon over RFC takes is taken here (1.2)."""
    post.http.auth = ("demo", "welcome")
    assert post("<urn:RFC_PING/>").status_code == 200
    post.http.auth = ("DEMO", "WELCOME")
    assert post("<urn:RFC_PING/>").status_code == 401


def test_without_a_client_the_systems_own_is_meant(post):
    """sap.md 3, line 682: the client stands in the address; a system has one for those who name none."""
    assert post("<urn:RFC_PING/>", url=f"{HOST}/sap/bc/soap/rfc").status_code == 200


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no xml",
        b"<urn:RFC_PING xmlns:urn='urn:sap-com:document:sap:rfc:functions'/>",
        f'<e:Envelope xmlns:e="{SOAP}"/>'.encode(),
        f'<e:Envelope xmlns:e="{SOAP}"><e:Body/></e:Envelope>'.encode(),
        envelope("<urn:RFC_PING/><urn:RFC_PING/>"),
        b"<!DOCTYPE x [<!ENTITY e 'v'>]>" + envelope("<urn:RFC_PING/>"),
    ],
    ids=["nothing", "no xml", "no envelope", "no body", "an empty body", "two modules", "a document type"],
)
def test_what_is_no_request_is_a_fault_of_the_client(post, data):
    """sap.md 3, line 707: SOAP-ENV:Client, with status 500."""
    answer = post.http.post(RFC, data=data, headers={"Content-Type": "text/xml", "SOAPAction": '""'})
    assert answer.status_code == 500
    fault = body(answer)
    assert fault.tag == f"{{{SOAP}}}Fault"
    assert fault.findtext("faultcode").endswith(":Client")


def test_texts_in_a_fault_are_escaped(post):
    """A fault is XML too: a name that quotes the request must not break it."""
    answer = post('<urn:RFC_PING><X a="1">&lt;&amp;</X></urn:RFC_PING>')
    assert answer.status_code == 500
    assert etree.fromstring(answer.content) is not None
