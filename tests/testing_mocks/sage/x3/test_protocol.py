"""The wire of both generations: addresses, sign-in, envelopes, answers, pools, faults."""

import base64
import threading
from dataclasses import replace
from io import BytesIO

import pytest
import requests
import zeep
from lxml import etree

from erp_connect.testing.mocks.sage.x3.envelope import technical_types
from erp_connect.testing.mocks.sage.x3.settings import Pool
from erp_connect.testing.mocks.sage.x3.web import SageX3
from erp_connect.testing.mocks.serving import serve

from .conftest import (
    AXIS,
    BASE,
    ENCODING,
    SOAP,
    URL,
    XSI,
    Answer,
    Caller,
    Refused,
    an_order,
    envelope,
    param,
    part,
)

WSDL = f"{BASE}/soap-wsdl/syracuse/collaboration/syracuse/CAdxWebServiceXmlCC?wsdl"
W = "{http://schemas.xmlsoap.org/wsdl/}"
ARRAYS = b"""<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="http://schemas.xmlsoap.org/soap/encoding/">
<attribute name="arrayType" type="string"/>
<complexType name="Array"><sequence><any minOccurs="0" maxOccurs="unbounded" processContents="lax"/></sequence>
<anyAttribute namespace="##other" processContents="lax"/></complexType></schema>"""


class Offline(zeep.Transport):
    """The session of a test, and the one schema that every such WSDL imports from the network."""

    def load(self, url):
        return ARRAYS if url.startswith("http://schemas.xmlsoap.org") else super().load(url)


def fault_of(got):
    fault = etree.parse(BytesIO(got.content)).find(f".//{{{SOAP}}}Fault")
    return got.status_code, fault.findtext("faultcode"), fault.findtext("faultstring")


# ---------------------------------------------------------------- description


@pytest.mark.parametrize("generation", ["syracuse", "axis"])
def test_the_wsdl_has_the_operations_of_its_generation(session, settings, generation):
    """sage.md 2.20, point 1."""
    settings.generation = generation
    got = session.get(WSDL if generation == "syracuse" else f"{AXIS}?wsdl")
    assert got.status_code == 200
    tree = etree.fromstring(got.content)
    assert tree.get("targetNamespace") == "http://www.adonix.com/WSS"
    names = [node.get("name") for node in tree.findall(f"{W}portType/{W}operation")]
    context = tree.xpath("//*[@name='CAdxCallContext']//*[@type]/@name")
    if generation == "syracuse":
        assert context == ["codeLang", "poolAlias", "poolId", "requestConfig"]
        assert names.count("actionObject") == names.count("actionObjectKeys") == 1
        assert URL in got.text
    else:
        assert context == ["codeLang", "codeUser", "password", "poolAlias", "requestConfig"]
        assert names.count("actionObject") == 2
        assert "actionObjectKeys" not in names
        assert AXIS in got.text
    assert set(names) >= {
        "run",
        "save",
        "read",
        "query",
        "modify",
        "delete",
        "deleteLines",
        "getDataXmlSchema",
    }


def test_a_client_that_knows_the_wsdl_only_can_read_it_and_call(session, settings, x3):
    """sage.md 2.19: zeep loads the WSDL with a local copy of the encoding schema, and sends untyped parts."""
    client = zeep.Client(WSDL, transport=Offline(session=session), settings=zeep.Settings(strict=False))
    x3.order()
    context = {"codeLang": "ENG", "poolAlias": "WSPOOL", "poolId": "", "requestConfig": ""}
    got = client.service.getDescription(callContext=context, publicName="WSSOH")
    assert got.status == 1
    assert "ADXDOC" in got.resultXml


def test_the_old_address_describes_itself_after_an_upgrade_and_answers_no_call(session, settings):
    """sage.md 2.1: after upgrade."""
    assert session.get(f"{AXIS}?wsdl").status_code == 404
    settings.old_address = True
    assert session.get(f"{AXIS}?wsdl").status_code == 200
    got = Caller(session, AXIS).send("getDescription", {"publicName": "WSSOH"})
    assert fault_of(got)[0] == 500


def test_a_gateway_may_publish_everything_under_a_path_of_its_own(session, settings):
    settings.gateway = "/erp/x3"
    outside = URL.replace(BASE, f"{BASE}/erp/x3")
    assert Caller(session, outside)("getDescription", publicName="WSSOH").status == 1
    assert session.get(WSDL.replace(BASE, f"{BASE}/erp/x3")).text.count(outside) == 1
    assert Caller(session).send("getDescription", {"publicName": "WSSOH"}).status_code == 404


# ---------------------------------------------------------------- HTTP


@pytest.mark.parametrize("auth", [None, ("WSUSER", "wrong"), ("NOBODY", "secret")])
def test_without_the_right_password_nothing_is_parsed(x3, session, auth):
    """sage.md 2.20, point 2."""
    session.auth = auth
    got = x3.post("this is no XML")
    assert (got.status_code, got.headers["WWW-Authenticate"]) == (401, 'Basic realm="Syracuse"')


def test_names_and_passwords_come_as_utf_8(x3, session, settings):
    """sage.md 2.2: Basic auth."""
    settings.users["J\u00fcrgen"] = "gr\u00fcn"
    session.auth = None
    token = base64.b64encode("J\u00fcrgen:gr\u00fcn".encode()).decode()
    got = x3.post(envelope(""), Authorization=f"Basic {token}")
    assert got.status_code == 500


def test_the_soap_action_header_must_be_there_whatever_it_says(x3, session):
    """sage.md 2.20, point 3."""
    body = envelope(
        f"<wss:getDescription>{part('callContext', '')}{part('publicName', 'WSSOH')}</wss:getDescription>"
    )
    got = x3.post(body, SOAPAction=None)
    assert got.status_code == 500
    assert got.headers["Content-Type"].startswith("application/json")
    assert got.json() == {
        "$diagnoses": [{"$severity": "error", "$message": '"soapAction" header is missing'}]
    }
    for value in ('""', "*", "getDescription", ""):
        assert x3.post(body, SOAPAction=value).status_code == 200


def test_the_body_must_say_that_it_is_xml(x3, settings):
    assert x3.post(envelope(""), **{"Content-Type": "application/json"}).status_code == 415
    settings.other_media_status = 400
    assert x3.post(envelope(""), **{"Content-Type": "text/plain"}).status_code == 400


def test_only_post_calls(session):
    got = session.get(URL)
    assert (got.status_code, got.headers["Allow"]) == (405, "POST")
    assert session.get(f"{BASE}/soap-gw/CAdxWebServiceXmlCC").status_code == 404


# ---------------------------------------------------------------- envelopes


@pytest.mark.parametrize("child", ["item", "keys", "CAdxParamKeyValue"])
def test_types_and_names_within_arrays_are_free(x3, child):
    """sage.md 2.20, point 4."""
    number = x3.order()
    keys = f"<objectKeys><{child}><value>{number}</value><key>SOHNUM</key></{child}></objectKeys>"
    context = (
        "<callContext><codeLang>ENG</codeLang><poolAlias>WSPOOL</poolAlias><poolId>?</poolId></callContext>"
    )
    got = x3.post(envelope(f"<wss:read>{context}<publicName>WSSOH</publicName>{keys}</wss:read>"))
    assert Answer(got.content).record["SOH0_1"]["SOHNUM"] == number


def test_a_payload_may_be_escaped_or_in_cdata_with_a_declaration_or_without(x3, company):
    """sage.md 2.20, point 4."""
    record = param(an_order(CUSORDREF="A & B"))
    escaped = record.replace("&", "&amp;").replace("<", "&lt;")
    for payload in (
        f"<![CDATA[{record}]]>",
        escaped,
        f"<![CDATA[\n {record.partition('?>')[2]} \n]]>",
        f"<![CDATA[{record[:40]}]]><![CDATA[{record[40:]}]]>",
    ):
        context = "<callContext><poolAlias>WSPOOL</poolAlias></callContext>"
        got = x3.post(
            envelope(
                f"<wss:save>{context}<publicName>WSSOH</publicName><objectXml>{payload}</objectXml></wss:save>"
            )
        )
        assert Answer(got.content).status == 1
    assert [order.external_number for order in company.documents] == ["A & B"] * 4


@pytest.mark.parametrize(
    "inner",
    [
        "<wss:save><publicName>WSSOH</publicName><callContext/><objectXml/></wss:save>",
        "<wss:save><callContext/><publicName>WSSOH</publicName><inputXml/></wss:save>",
        "<wss:save><callContext/><publicName>WSSOH</publicName></wss:save>",
        "<wss:save><wss:callContext/><publicName>WSSOH</publicName><objectXml/></wss:save>",
        "<wss:save><callContext/><callContext/><publicName>WSSOH</publicName><objectXml/></wss:save>",
        "<save><callContext/><publicName>WSSOH</publicName><objectXml/></save>",
        "<wss:queryList><callContext/><publicName>WSSOH</publicName></wss:queryList>",
        "<wss:save><callContext><codeUser>A</codeUser></callContext><publicName>X</publicName><objectXml/></wss:save>",
        "<wss:save><callContext><poolAlias/><codeLang/></callContext><publicName>X</publicName><objectXml/></wss:save>",
        "<wss:save><callContext/><publicName>WSSOH</publicName><objectXml><PARAM/></objectXml></wss:save>",
        "<wss:query><callContext/><publicName>WSSOH</publicName><objectKeys/><listSize>ten</listSize></wss:query>",
        "<wss:read><callContext/><publicName>WSSOH</publicName><objectKeys><k><key>1</key></k></objectKeys></wss:read>",
        "<wss:getDescription/><wss:getDescription/>",
        "",
    ],
)
def test_calls_that_do_not_go_with_the_wsdl_are_faults(x3, company, inner):
    """sage.md 2.4, 2.5: unqualified parts in the order of the wire, credentials only for V5/V6."""
    status, code, text = fault_of(x3.post(envelope(inner)))
    assert (status, code) == (500, "soapenv:Client")
    assert text
    assert len(company.documents) == 0


def test_what_is_no_envelope_is_a_fault_and_entities_are_never_resolved(x3, settings):
    evil = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'
    for body in ("", "no XML", "<a/>", evil, "\x01"):
        assert fault_of(x3.post(body))[:2] == (500, "soapenv:Client")
    answer = x3.answer("save", publicName="WSSOH", objectXml=evil)
    assert answer.messages == [(3, "The data stream cannot be read: DOCTYPE")]


# ---------------------------------------------------------------- answers


def test_a_refusal_is_an_answer_of_status_0_with_its_message_by_reference(x3):
    """sage.md 2.20, point 5: HTTP 200, href and multiRef, type before message, result nil."""
    answer = x3.answer("read", publicName="WSSOH", objectKeys={"SOHNUM": "NONE"})
    assert (answer.status, answer.nil, answer.payload) == (0, True, None)
    array = answer.parts["messages"]
    assert array.get(f"{{{ENCODING}}}arrayType") == "wss:CAdxMessage[1]"
    assert [(node.tag, dict(node.attrib)) for node in array] == [("messages", {"href": "#id0"})]
    multiref = answer.body.find("multiRef")
    assert multiref.getparent() is answer.body
    assert multiref.get("id") == "id0"
    assert multiref.get(f"{{{ENCODING}}}root") == "0"
    assert [(node.tag, node.text) for node in multiref] == [
        ("type", "3"),
        ("message", "NONE : Record does not exist"),
    ]
    assert answer.response.tag == "{http://www.adonix.com/WSS}readResponse"
    assert answer.response[0].tag == "readReturn"


@pytest.mark.parametrize("style", ["multiref", "nested", "inline", "references"])
@pytest.mark.parametrize("name", ["message", "v"])
def test_messages_may_stand_anywhere(x3, settings, style, name):
    """sage.md 2.6: nested, inline, everything by reference; ``v`` in place of ``message``."""
    settings.messages, settings.message_text = style, name
    answer = x3.answer("read", publicName="WSSOH", objectKeys={"SOHNUM": "NONE"})
    assert answer.messages == [(3, "NONE : Record does not exist")]
    multiref = [node.getparent() for node in answer.body.iter("multiRef")]
    expected = {
        "multiref": [answer.body],
        "nested": [answer.response],
        "inline": [],
        "references": [answer.body] * 3,
    }
    assert multiref == expected[style]
    if style == "inline":
        assert [node.tag for node in answer.parts["messages"][0]] == [name, "type"]


def test_a_success_has_an_empty_array_or_says_something(x3, server):
    """sage.md 2.20, point 6."""
    answer = x3.save(an_order())
    array = answer.parts["messages"]
    assert array.get(f"{{{ENCODING}}}arrayType") == "wss:CAdxMessage[0]"
    assert len(array) == 0
    server.say("Price of the list", 1, operation="save")
    server.say("Credit nearly used up:\n<90 %> & more", 2, operation="save")
    assert x3.save(an_order()).messages == [(1, "Price of the list")]
    warned = x3.save(an_order())
    assert warned.messages == [(2, "Credit nearly used up:\n<90 %> & more")]
    assert warned.body.find("multiRef") is not None


def test_an_error_may_come_with_a_success_and_a_refusal_without_a_word(x3, server, company):
    """sage.md 2.7: all rows of the table."""
    server.say("Printing failed", 3)
    assert x3.answer("save", publicName="WSSOH", objectXml=param(an_order())).messages == [
        (3, "Printing failed")
    ]
    assert len(company.documents) == 1
    server.refuse()
    server.refuse("Only a warning", 2)
    server.refuse("Blocked", 4, executed=True)
    for expected in ([], [(2, "Only a warning")], [(4, "Blocked")]):
        answer = x3.answer("save", publicName="WSSOH", objectXml=param(an_order()))
        assert (answer.status, answer.messages, answer.nil) == (0, expected, True)
    assert len(company.documents) == 2


@pytest.mark.parametrize("form", ["cdata", "escaped", "escaped twice"])
def test_the_result_is_a_document_of_its_own(x3, session, settings, form):
    """sage.md 2.20, point 7."""
    number = x3.order(CUSORDREF="<A & B>")
    settings.payload = form
    got = x3.send("read", {"publicName": "WSSOH", "objectKeys": {"SOHNUM": number}})
    assert ("<![CDATA[<?xml" in got.text) == (form == "cdata")
    payload = Answer(got.content).payload
    if form == "escaped twice":
        payload = etree.fromstring(f"<a>{payload}</a>").text
    assert payload.startswith('<?xml version="1.0" encoding="UTF-8"?>')
    assert etree.fromstring(payload.encode()).findtext("GRP/FLD[@NAME='CUSORDREF']") == "<A & B>"


@pytest.mark.parametrize("wish", ["JSON", "json"])
def test_results_and_records_may_be_json(x3, company, settings, wish):
    """sage.md 2.20, point 7, and 2.9: objects by block, tables as arrays, numbers as texts, blanks around."""
    config = {"requestConfig": f"adxwss.beautify=true&adxwss.optreturn={wish}"}
    record = '{"SOH0_1": {"SALFCY": "MAIN", "SOHTYP": "SON", "ORDDAT": "20260302", "BPCORD": "10000", "CUR": "EUR"}, '
    record += '"SOH1_3": {"REP": ["ANNE"]}, "SOH4_1": [{"ITMREF": "VALVE-20", "QTY": 4, "GROPRI": "10.5"}]}'
    made = x3("save", config, publicName="WSSOH", objectXml=record)
    assert made.payload[0].isspace()
    assert made.json["SOH4_1"][0]["QTY"] == "4.00000"
    number = made.json["SOH0_1"]["SOHNUM"]
    read = x3.read(number, **config).json
    assert (read["SOH0_1"]["ORDDAT"], read["SOH1_4"]["PRITYP"]) == ("20260302", "1")
    assert read["SOH1_3"] == {"REP": ["ANNE", ""]}
    assert read["SOH4_1"][0]["GROPRI"] == "10.5"
    assert (
        x3("query", config, publicName="WSSOH", objectKeys={"1": "*"}, listSize=5).json[0]["SOHNUM"] == number
    )
    assert x3("query", config, publicName="WSSOH", objectKeys={"1": "NO"}, listSize=5).json == []
    stamp = read["ADXTEC"]["WW_MODSTAMP"]
    change = f'{{"SOH4_1": [{{"QTY": "5"}}], "ADXTEC": {{"WW_MODSTAMP": "{stamp}"}}}}'
    keys = {"publicName": "WSSOH", "objectKeys": {"1": number}, "objectXml": change}
    assert x3("modify", config, **keys).json["SOH4_1"][0]["QTY"] == "5.00000"
    with pytest.raises(Refused, match="modified since"):
        x3("modify", config, **keys)
    with pytest.raises(Refused, match="cannot be read"):
        x3("modify", **keys)
    settings.json_numbers = True
    assert x3.read(number, **config).json["SOH4_1"][0]["QTY"] == 5


def test_a_result_can_be_set_out_over_lines_and_traced(x3):
    """sage.md 2.8."""
    number = x3.order()
    plain = x3.read(number)
    assert "\n" not in plain.payload
    assert plain.technical["traceRequest"].text is None
    config = "adxwss.beautify=true&adxwss.trace.on=on&adonix.trace.on=on"
    traced = x3.read(number, requestConfig=config)
    assert traced.payload.count("\n") > 50
    assert number in traced.technical["traceRequest"].text
    assert int(traced.technical["traceRequestSize"].text) > 10
    assert traced.technical["processReport"].text


def test_technical_information_has_all_its_fields(x3):
    """sage.md 2.20, point 8."""
    technical = x3.save(an_order()).technical
    assert list(technical) == list(technical_types())
    assert len(technical) == 19
    nil = {name for name, node in technical.items() if node.get(f"{{{XSI}}}nil") == "true"}
    assert nil == {"rowInDistribStack", "processReport"}
    assert technical["busy"].text == "false"
    assert float(technical["totalDuration"].text) > 0


# ---------------------------------------------------------------- pools, faults, the network


def test_an_unknown_pool_or_service_is_an_answer_of_status_0(x3, settings):
    """sage.md 2.20, point 14; 2.17."""
    assert x3.answer("getDescription", {"poolAlias": "OTHER"}, publicName="WSSOH").messages == [
        (3, "OTHER : No such pool / record does not exist")
    ]
    for operation, parts in (("getDescription", {}), ("run", {"inputXml": "<PARAM/>"})):
        answer = x3.answer(operation, publicName="NONE", **parts)
        assert (answer.status, answer.messages) == (0, [(3, "NONE : Unknown web service (0)")])
    settings.pools["WSPOOL"] = Pool(stale=frozenset({"WSSOH"}))
    assert x3.answer("getDescription", publicName="WSSOH").messages == [
        (3, "WSSOH : Unknown web service (0)")
    ]
    settings.pools["WSPOOL"] = Pool(user_fits=False)
    text = "Connection error - incorrect user code or password"
    assert x3.answer("getDescription", publicName="WSSOH").messages == [(3, text)]
    settings.pools["WSPOOL"] = Pool()
    settings.barred.add("WSUSER")
    assert x3.answer("getDescription", publicName="WSSOH").messages == [(3, "Change login error")]


def test_methods_that_are_not_published_are_refused(x3, settings):
    settings.publications["WSSOH"] = replace(settings.publications["WSSOH"], methods=("READ", "LIST"))
    for call in (lambda: x3.save(an_order()), lambda: x3.modify("A", {}), lambda: x3.delete("A")):
        with pytest.raises(Refused, match=r"Function \w+ is not available for WSSOH"):
            call()


def test_without_child_processes_no_call_is_accepted(x3, settings):
    """sage.md 2.16."""
    settings.child_processes = 0
    got = x3.send("getDescription", {"publicName": "WSSOH"})
    assert (got.status_code, got.text) == (500, "No Web services accepted")


def test_calls_wait_for_a_channel(x3, server, settings, clock):
    """sage.md 2.16: a queue; how long is told in poolWaitDuration."""
    server.pools.occupy("WSPOOL", 5, channels=1)
    assert x3.save(an_order()).technical["poolWaitDuration"].text == "0"
    server.pools.occupy("WSPOOL", 30, channels=1)
    began = clock.now()
    assert x3.save(an_order()).technical["poolWaitDuration"].text == "5000"
    assert (clock.now() - began).total_seconds() == 5
    server.pools.occupy("WSPOOL", 90, channels=2)
    settings.wait_limit = 10
    answer = x3.answer("getDescription", publicName="WSSOH")
    assert (answer.status, answer.messages) == (0, [])


def test_a_pool_runs_no_more_calls_at_once_than_it_has_channels(world, company, settings):
    """sage.md 2.16: concurrency of real callers."""
    server = SageX3(world, settings)
    server.slow(0.1, times=5)
    with serve(server, threads=6) as base:
        url = URL.replace(BASE, base)

        def work():
            with requests.Session() as session:
                session.auth = ("WSUSER", "secret")
                Caller(session, url).save(an_order())

        threads = [threading.Thread(target=work) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert server.pools.busiest == 2
    assert len(company.documents) == 5


def test_the_licence_slows_and_then_refuses(x3, server, settings, clock):
    """sage.md 2.16: volume of data."""
    number = x3.order()
    settings.volume_limit = server.volume - 1
    began = clock.now()
    x3.read(number)
    assert (clock.now() - began).total_seconds() == 5
    server.volume = settings.volume_limit * 2
    with pytest.raises(Refused, match="data volume"):
        x3.read(number)


def test_the_engine_may_fail_before_or_after_it_saved(x3, server, company):
    server.fail("Abnormal termination", operation="save")
    got = x3.send("save", {"publicName": "WSSOH", "objectXml": param(an_order())})
    assert fault_of(got) == (500, "soapenv:Server", "Abnormal termination")
    assert len(company.documents) == 0
    server.fail(executed=True)
    assert x3.send("save", {"publicName": "WSSOH", "objectXml": param(an_order())}).status_code == 500
    assert len(company.documents) == 1


def test_slow_saves_late_commits_and_lost_answers(x3, server, network, company, session, clock):
    """sage.md 2.20, point 16; 2.2: 17 seconds are usual, 522 was not executed, 524 may have been."""
    server.slow(16.9, operation="save")
    answer = x3.save(an_order(CUSORDREF="SLOW"))
    assert float(answer.technical["totalDuration"].text) > 16_900
    server.slow(16.9, operation="save")
    began = clock.now()
    with pytest.raises(Refused):
        x3.save(an_order(BPCORD="30000"))
    assert (clock.now() - began).total_seconds() == pytest.approx(16.9)
    server.commit_late(90, operation="save")
    with pytest.raises(requests.ReadTimeout):
        x3.save(an_order(CUSORDREF="LATE"))
    assert x3.query(CUSORDREF="LATE").payload.endswith("<RESULT/>")
    clock.turn(seconds=31)
    assert len(x3.query(CUSORDREF="LATE").rows) == 1
    network.lose_reply()
    with pytest.raises(requests.ConnectionError):
        x3.save(an_order(CUSORDREF="LOST"))
    assert len(x3.query(CUSORDREF="LOST").rows) == 1
    for status, found in ((522, 0), (524, 1)):
        network.refuse(status, executed=status == 524)
        parts = {"publicName": "WSSOH", "objectXml": param(an_order(CUSORDREF=f"GW{status}"))}
        assert x3.send("save", parts).status_code == status
        assert len(x3.query(CUSORDREF=f"GW{status}").tree) == found


def test_reads_may_lag_behind(x3, world):
    x3.order()
    world.lag(60)
    number = x3.order()
    assert len(x3.query().rows) == 1
    with pytest.raises(Refused, match="Record does not exist"):
        x3.read(number)


# ---------------------------------------------------------------- V5 and V6


class OldCaller(Caller):
    context = {  # noqa: RUF012
        "codeLang": "ENG",
        "codeUser": "WSUSER",
        "password": "secret",
        "poolAlias": "WSPOOL",
        "requestConfig": "",
    }


@pytest.fixture
def old(session, settings):
    settings.generation = "axis"
    session.auth = None
    return OldCaller(session, AXIS)


def test_the_older_generation_signs_in_within_the_call_and_answers_inline(old, company, settings):
    """sage.md 2.20, point 19."""
    number = old.order()
    assert company.find("order", number) is not None
    answer = old.answer("read", publicName="WSSOH", objectKeys={"SOHNUM": "NONE"})
    message = answer.parts["messages"][0]
    assert [(node.tag, node.text) for node in message] == [
        ("message", "NONE : Record does not exist"),
        ("type", "3"),
    ]
    assert answer.body.find("multiRef") is None
    text = "Connection error - incorrect user code or password"
    assert old.answer("read", {"password": "no"}, publicName="WSSOH", objectKeys={"1": number}).messages == [
        (3, text)
    ]
    settings.messages = "references"
    told = old.answer("read", publicName="WSSOH", objectKeys={"SOHNUM": number})
    assert told.response[0].get("href") == "#id0"
    assert told.record["SOH0_1"]["SOHNUM"] == number


def test_the_older_generation_has_no_pool_id_and_one_action_of_two_kinds(old, settings):
    """sage.md 2.1: actionObject takes objectXml or objectKeys."""
    settings.publications["WSSOH"] = replace(
        settings.publications["WSSOH"], actions={"V": "value", "CLO": "close"}
    )
    number = old.order()
    valued = old("actionObject", publicName="WSSOH", actionCode="V", objectXml=param(an_order()))
    assert valued.record["SOH0_1"]["SOHNUM"] == ""
    closed = old("actionObject", publicName="WSSOH", actionCode="CLO", objectKeys={"SOHNUM": number})
    assert closed.record["SOH1_5"]["ORDSTA"] == "2"
    keys = {"publicName": "WSSOH", "actionCode": "CLO", "objectKeys": {"SOHNUM": number}}
    assert fault_of(old.send("actionObjectKeys", keys))[2] == "No such operation 'actionObjectKeys'"
    assert fault_of(old.send("read", {"publicName": "WSSOH", "objectKeys": {}}, {"poolId": ""}))[0] == 500
    assert fault_of(old.post(envelope(""), SOAPAction=None))[2] == "no SOAPAction header!"


def test_the_older_generation_inserts_lines_and_takes_fields_without_a_group(old, company):
    """sage.md 2.9: GRP is optional for objects on V6."""
    number = old.order()
    line = '<PARAM><FLD NAME="ITMREF">PUMP-A</FLD><FLD NAME="QTY">2</FLD></PARAM>'
    keys = {"publicName": "WSSOH", "objectKeys": {"SOHNUM": number}}
    after = old("insertLines", **keys, blocKey="SOH4_1", lineKey="1", lineXml=line)
    assert [row["ITMREF"] for row in after.record["SOH4_1"]] == ["VALVE-20", "PUMP-A"]
    old("modify", **keys, objectXml='<PARAM><FLD NAME="CUSORDREF">PO-2</FLD></PARAM>')
    assert company.find("order", number).external_number == "PO-2"
    with pytest.raises(Refused, match="Field \\[\\] does not exist"):
        old("modify", **keys, objectXml='<PARAM><GRP ID="SOH0_1"><FLD NAM="CUSORDREF">A</FLD></GRP></PARAM>')


def test_parts_may_come_in_any_order_where_the_server_takes_them_so(x3, settings):
    settings.part_order = "any"
    context = "<callContext><poolAlias>WSPOOL</poolAlias><codeLang>ENG</codeLang></callContext>"
    got = x3.post(
        envelope(f"<wss:getDescription><publicName>WSSOH</publicName>{context}</wss:getDescription>")
    )
    assert Answer(got.content).status == 1


def test_whoever_waits_too_long_for_a_channel_is_given_up(world, company, settings):
    settings.pools["WSPOOL"] = Pool(maximum=1)
    settings.wait_limit = 0.05
    server = SageX3(world, settings)
    server.slow(0.4)
    answers = []
    with serve(server, threads=4) as base:
        url = URL.replace(BASE, base)

        def work():
            with requests.Session() as session:
                session.auth = ("WSUSER", "secret")
                parts = {"publicName": "WSSOH", "objectXml": param(an_order())}
                answers.append(Caller(session, url).answer("save", **parts))

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted((answer.status, answer.messages) for answer in answers) == [(0, []), (1, [])]
    assert len(company.documents) == 1
