"""Answers of X3, whatever way their messages come: no text of one is lost (sage.md 2.6, 2.7)."""

import pytest

from erp_connect.wire.adonix.replies import FaultText, Message, Verdict, reply_in

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
NIL = 'xsi:nil="true"'


def envelope(inner, beside=""):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{SOAP}" '
        'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" xmlns:wss="http://www.adonix.com/WSS">'
        f"<soapenv:Body>{inner}{beside}</soapenv:Body></soapenv:Envelope>"
    ).encode()


def answer(messages="<messages/>", status="0", result=f"<resultXml {NIL}/>", inside="", beside=""):
    said = f"<readReturn>{messages}{result}<status>{status}</status></readReturn>{inside}"
    return envelope(f"<wss:readResponse>{said}</wss:readResponse>", beside)


REF = '<messages><messages href="#id0"/></messages>'
MULTI = '<multiRef id="id0"><type>3</type><message>Record modified since last read</message></multiRef>'
ONE = (Message(3, "Record modified since last read"),)
WAYS = {
    "by reference, beside the answer": {"messages": REF, "beside": MULTI},
    "by reference, within the answer": {"messages": REF, "inside": MULTI},
    "by reference to a reference": {
        "messages": REF,
        "beside": '<multiRef id="id0" href="#id1"/>' + MULTI.replace("id0", "id1"),
    },
    "the array itself by reference": {
        "messages": '<messages href="#a"/>',
        "beside": f'<multiRef id="a"><item href="#id0"/></multiRef>{MULTI}',
    },
    "inline": {
        "messages": "<messages><messages><message>Record modified since last read</message><type>3</type>"
        "</messages></messages>"
    },
    "inline, under the other name": {
        "messages": "<messages><item><type>3</type><v>Record modified since last read</v></item></messages>"
    },
    "one that stands where the array should": {
        "messages": "<messages><type>3</type><message>Record modified since last read</message></messages>"
    },
    "with an element that nobody knows in front": {
        "messages": "<messages><messages><severity>9</severity><type>3</type>"
        "<message>Record modified since last read</message></messages></messages>"
    },
    "members by reference": {
        "messages": '<messages><messages><type href="#t"/><message href="#m"/></messages></messages>',
        "beside": '<multiRef id="t">3</multiRef><multiRef id="m">Record modified since last read</multiRef>',
    },
    "that nothing refers to": {"beside": MULTI},
}


@pytest.mark.parametrize("way", list(WAYS))
def test_a_message_is_told_in_whatever_way_it_comes(way):
    reply = reply_in(answer(**WAYS[way]))
    assert (reply.status, reply.messages, reply.verdict) == (0, ONE, Verdict.REFUSED)


def test_several_messages_keep_their_order_and_what_is_no_error_is_a_note():
    messages = (
        '<messages><m href="#b"/><m href="#a"/>'
        "<m><type>2</type><message>Credit\nlimit &amp;amp; more</message></m></messages>"
    )
    beside = (
        '<multiRef id="a"><type>1</type><message>Order 1</message></multiRef>'
        '<multiRef id="b"><message>Fran&amp;ccedil;ais</message><type>1</type></multiRef>'
    )
    reply = reply_in(answer(messages, "1", "<resultXml>x</resultXml>", beside=beside))
    assert [each.text for each in reply.messages] == ["Français", "Order 1", "Credit\nlimit & more"]
    assert (reply.verdict, reply.notes) == (Verdict.DONE, ("Français", "Order 1", "Credit\nlimit & more"))


def test_messages_that_are_plain_texts_are_all_told():
    reply = reply_in(answer("<messages><message>one</message><message>two</message></messages>"))
    assert [each.text for each in reply.messages] == ["one", "two"]


@pytest.mark.parametrize(
    ("status", "type", "verdict"),
    [
        ("1", None, Verdict.DONE),
        ("1", "2", Verdict.DONE),
        ("1", "3", Verdict.REPORTED),
        ("1", "4", Verdict.REPORTED),
        ("0", "3", Verdict.REFUSED),
        ("0", "4", Verdict.REFUSED),
        ("0", "1", Verdict.WARNED),
        ("0", "2", Verdict.WARNED),
        ("0", "", Verdict.REFUSED),
        ("0", None, Verdict.UNEXPLAINED),
    ],
)
def test_status_and_types_say_together_what_became_of_a_call(status, type, verdict):
    inner = "" if type is None else f"<m><type>{type}</type><message>said</message></m>"
    assert reply_in(answer(f"<messages>{inner}</messages>", status)).verdict is verdict


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (
            "<![CDATA[\n  <?xml version='1.0' encoding='UTF-8'?><RESULT/>  ]]>",
            "<?xml version='1.0' encoding='UTF-8'?><RESULT/>",
        ),
        ("&lt;RESULT&gt;&lt;/RESULT&gt;", "<RESULT></RESULT>"),
        ("&amp;lt;RESULT a=&quot;&amp;amp;amp;&quot;/&gt;", '<RESULT a="&amp;"/>'),
        ("", None),
    ],
)
def test_the_document_within_is_had_out_of_cdata_or_escapes(written, read):
    assert reply_in(answer(status="1", result=f"<resultXml>{written}</resultXml>")).result == read


def test_the_whole_result_may_stand_behind_a_reference():
    inner = '<wss:readResponse><readReturn href="#r"/></wss:readResponse>'
    beside = '<multiRef id="r"><status>1</status><resultXml>x</resultXml></multiRef>'
    reply = reply_in(envelope(inner, beside))
    assert (reply.status, reply.result) == (1, "x")


def test_references_that_go_round_end():
    reply = reply_in(answer('<messages><m href="#a"/></messages>', beside='<multiRef id="a" href="#a"/>'))
    assert reply.verdict is Verdict.UNEXPLAINED


def test_a_fault_is_told_with_its_text():
    with pytest.raises(FaultText) as caught:
        reply_in(
            envelope(
                "<soapenv:Fault><faultcode>Server</faultcode><faultstring>down</faultstring></soapenv:Fault>"
            )
        )
    assert (caught.value.code, caught.value.text) == ("Server", "down")


def test_the_details_of_a_fault_are_told_too():
    inner = "<faultstring>down</faultstring><detail><host>A1</host><why>table\n locked</why></detail>"
    with pytest.raises(FaultText) as caught:
        reply_in(envelope(f"<soapenv:Fault><faultcode>Server</faultcode>{inner}</soapenv:Fault>"))
    assert caught.value.text == "down: A1 table locked"


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html/>",
        b"<a",
        answer(status=""),
        answer(status="yes"),
        envelope(""),
        envelope("<wss:readResponse/>"),
        b'<!DOCTYPE a [<!ENTITY e "x">]>' + answer().split(b"?>", 1)[1],
    ],
)
def test_what_is_no_answer_is_refused(document):
    with pytest.raises(ValueError, match=r"\w"):
        reply_in(document)


def test_entities_are_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    document = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file://%b">]>' % str(secret).encode()
    with pytest.raises(ValueError, match="document type"):
        reply_in(document + answer(status="1", result="<resultXml>&e;</resultXml>").split(b"?>", 1)[1])
