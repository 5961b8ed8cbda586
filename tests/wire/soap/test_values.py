"""What a description and a reply say, from documents in the shapes of the reference (sap.md 3, lines 690-705)."""

from decimal import Decimal

import pytest

from erp_connect.wire.soap.documents import parsed
from erp_connect.wire.soap.names import in_abap, in_xml
from erp_connect.wire.soap.schema import Schema
from erp_connect.wire.soap.values import reply_in, request_of

WSDL = b"""<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
  xmlns:n="urn:sap-com:document:sap:rfc:functions"><wsdl:types><xsd:schema>
 <xsd:simpleType name="char4"><xsd:restriction base="xsd:string"><xsd:maxLength value="4"/></xsd:restriction>
 </xsd:simpleType>
 <xsd:simpleType name="numeric6"><xsd:restriction base="xsd:string"><xsd:maxLength value="6"/>
  <xsd:pattern value="\\d*"/></xsd:restriction></xsd:simpleType>
 <xsd:simpleType name="quantum13.3"><xsd:restriction base="xsd:decimal"><xsd:totalDigits value="13"/>
  <xsd:fractionDigits value="3"/></xsd:restriction></xsd:simpleType>
 <xsd:complexType name="ROW"><xsd:sequence>
  <xsd:element name="ITEM" type="n:numeric6"/><xsd:element name="QTY" type="n:quantum13.3"/>
  <xsd:element name="ON" type="xsd:date"/><xsd:element name="AT" type="xsd:time"/>
  <xsd:element name="RAW" type="xsd:base64Binary"/><xsd:element name="_-ACME_-TEXT" type="n:char4"/>
 </xsd:sequence></xsd:complexType>
 <xsd:complexType name="ROWS"><xsd:sequence>
  <xsd:element name="item" type="n:ROW" minOccurs="0" maxOccurs="unbounded"/></xsd:sequence></xsd:complexType>
 <xsd:element name="Z_READ"><xsd:complexType><xsd:all><xsd:element name="CODE" type="n:char4"/>
  <xsd:element name="LINES" type="n:ROWS" minOccurs="0"/></xsd:all></xsd:complexType></xsd:element>
 <xsd:element name="Z_READ.Response"><xsd:complexType><xsd:all><xsd:element name="COUNT" type="xsd:int"/>
  <xsd:element name="LINES" type="n:ROWS" minOccurs="0"/></xsd:all></xsd:complexType></xsd:element>
</xsd:schema></wsdl:types></wsdl:definitions>"""


@pytest.fixture
def signature():
    found = Schema(parsed(WSDL)).signature("Z_READ")
    assert found is not None
    return found


def reply(inner):
    return parsed(f'<urn:Z_READ.Response xmlns:urn="urn:x">{inner}</urn:Z_READ.Response>'.encode())


def test_a_description_tells_types_lengths_and_tables(signature):
    lines = signature.interface.parameters["LINES"]
    assert (signature.tables, signature.asked) == ({"LINES"}, {"CODE", "LINES"})
    told = {name: (kind.rfc_type, kind.length, kind.decimals) for name, kind in lines.fields.items()}
    assert told == {
        "ITEM": ("RFCTYPE_NUM", 6, 0),
        "QTY": ("RFCTYPE_BCD", 13, 3),
        "ON": ("RFCTYPE_DATE", 8, 0),
        "AT": ("RFCTYPE_TIME", 6, 0),
        "RAW": ("RFCTYPE_BYTE", 0, 0),
        "/ACME/TEXT": ("RFCTYPE_CHAR", 4, 0),
    }


def test_a_module_that_the_document_does_not_describe_has_no_signature():
    assert Schema(parsed(WSDL)).signature("Z_OTHER") is None


def test_a_reply_is_read_in_pyrfcs_shapes(signature):
    row = (
        "<item><ITEM>000010</ITEM><QTY>12345678901234567.890</QTY><ON>2026-01-15</ON><AT>08:30:00</AT>"
        "<RAW>AQI=</RAW><_-ACME_-TEXT>a  </_-ACME_-TEXT><LATER>x</LATER></item>"
    )
    told = reply_in(signature, reply(f"<COUNT>1</COUNT><LINES>{row}<item><ON>0000-00-00</ON></item></LINES>"))
    first, second = told["LINES"]
    assert (told["COUNT"], told["CODE"]) == (1, "")
    assert first == {
        "ITEM": "000010",
        "QTY": Decimal("12345678901234567.890"),
        "ON": "20260115",
        "AT": "083000",
        "RAW": b"\x01\x02",
        "/ACME/TEXT": "a",
    }
    assert (second["ON"], second["ITEM"], second["QTY"]) == ("", "000000", 0)


@pytest.mark.parametrize(
    ("inner", "path"),
    [
        ("<COUNT>one</COUNT>", "COUNT"),
        ("<LINES><item><QTY>1,5</QTY></item></LINES>", r"LINES\[0\].QTY"),
        ("<LINES><item><QTY>NaN</QTY></item></LINES>", r"LINES\[0\].QTY"),
        ("<LINES><item/><item><ON>15.01.2026</ON></item></LINES>", r"LINES\[1\].ON"),
        ("<LINES><item><RAW>*</RAW></item></LINES>", r"LINES\[0\].RAW"),
        ("<COUNT><b>1</b></COUNT>", "COUNT"),
    ],
)
def test_what_is_no_value_is_told_with_its_place(signature, inner, path):
    with pytest.raises(ValueError, match=path):
        reply_in(signature, reply(inner))


def test_a_request_has_every_table_but_those_that_are_not_wanted(signature):
    row = {"ITEM": "000010", "QTY": Decimal("1.50"), "ON": "20260115", "/ACME/TEXT": "b"}
    assert request_of(signature, {"CODE": "a"}, frozenset()) == {"CODE": "a", "LINES": {}}
    assert request_of(signature, {"LINES": [row]}, frozenset())["LINES"] == {
        "item": [{"ITEM": "000010", "QTY": "1.50", "ON": "2026-01-15", "_-ACME_-TEXT": "b"}]
    }
    assert request_of(signature, {}, frozenset({"LINES"})) == {}


@pytest.mark.parametrize("name", ["BAPI_X", "/ACME/ORDER_CREATE", "A_-B"])
def test_names_come_back(name):
    assert in_abap(in_xml(name)) == name


def test_control_characters_are_replaced_and_entities_refused():
    assert parsed(b"<a>x&#7;y&#x1F;z\x01</a>").text == "x\ufffdy\ufffdz\ufffd"
    assert parsed(b"<a>x&#10;y&#9;z</a>").text == "x\ny\tz"
    with pytest.raises(ValueError, match="document type"):
        parsed(b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>')
    with pytest.raises(ValueError, match="no XML"):
        parsed(b"<html><body>")
