"""Calls and the documents within them: what is written is read back, and nothing breaks out (sage.md 2.5, 2.9)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from erp_connect.wire.adonix import streams
from erp_connect.wire.adonix.descriptions import description_in
from erp_connect.wire.adonix.envelopes import CallContext, envelope
from erp_connect.wire.adonix.streams import NUM, SIZES, param, record_in, rows_in

XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"
CONTEXT = CallContext(language="ENG", pool="POOL", user="ANNA", password="s<c")
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=30)


def sent(operation, parts, context=CONTEXT):
    """The element of an operation as a server reads it."""
    return etree.fromstring(envelope(operation, context, parts))[1][0]


@given(TEXTS, TEXTS, st.lists(TEXTS, min_size=2, max_size=3))
def test_whatever_is_written_is_what_is_read(text, cell, several):
    document = param({"SOH0_1": {"CUSORDREF": text, "REP": several}}, {"SOH4_1": [(3, {"ITMREF": cell})]})
    read = sent("save", {"objectXml": document}).findtext("objectXml")
    assert record_in(read) == {
        "SOH0_1": {"CUSORDREF": text, "REP": several},
        "SOH4_1": [{"ITMREF": cell, NUM: "3"}],
    }


def test_markup_and_characters_that_xml_cannot_hold_do_no_harm():
    document = param({"A": {"F": "]]><GRP ID='B'/>&amp;\x00\x0b\r\n"}})
    assert record_in(document) == {"A": {"F": "]]><GRP ID='B'/>&amp;\r\n"}}


def test_an_empty_field_is_there_and_an_absent_one_is_not():
    assert record_in(param({"A": {"F": ""}, "B": {}})) == {"A": {"F": ""}}


def test_every_part_has_its_type_and_stands_in_the_order_of_the_wsdl():
    call = sent("query", {"publicName": "WSSOH", "objectKeys": {"SOHNUM": "*"}, "listSize": 5})
    assert call.tag == "{http://www.adonix.com/WSS}query"
    assert [each.tag for each in call] == ["callContext", "publicName", "objectKeys", "listSize"]
    assert [each.get(XSI) for each in call] == [
        "wss:CAdxCallContext",
        "xsd:string",
        "wss:ArrayOfCAdxParamKeyValue",
        "xsd:int",
    ]
    assert call[2].get("{http://schemas.xmlsoap.org/soap/encoding/}arrayType") == "wss:CAdxParamKeyValue[1]"
    assert [each.text for each in call[2][0]] == ["SOHNUM", "*"]


@pytest.mark.parametrize(
    ("generation", "fields"),
    [
        ("syracuse", [("codeLang", "ENG"), ("poolAlias", "POOL"), ("poolId", None), ("requestConfig", None)]),
        (
            "axis",
            [
                *(("codeLang", "ENG"), ("codeUser", "ANNA"), ("password", "s<c")),
                *(("poolAlias", "POOL"), ("requestConfig", None)),
            ],
        ),
    ],
)
def test_user_and_password_are_told_to_the_older_generation_only(generation, fields):
    context = CallContext(language="ENG", pool="POOL", user="ANNA", password="s<c", generation=generation)
    assert [(each.tag, each.text) for each in sent("read", {}, context)[0]] == fields
    assert "s<c" not in repr(context)


def test_a_record_may_be_out_of_order_and_say_more_than_is_known():
    record = record_in(
        """<RESULT><FLD NAM="OUT">x</FLD><!-- said --><OTHER/><GRP ID="A"><FLD NAME="F">1</FLD><X/></GRP>
        <TAB ID="T" SIZE="9"><LIN><FLD NAME="N">1</FLD></LIN>
        <LIN NUM="7"><LST NAME="L"><ITM>a</ITM><ITM/></LST></LIN></TAB>
        <GRP ID="A"><FLD NAME="G">2</FLD></GRP></RESULT>"""
    )
    assert record == {
        "": {"OUT": "x"},
        "A": {"F": "1", "G": "2"},
        "T": [{"N": "1", NUM: "1"}, {"L": ["a", ""], NUM: "7"}],
        SIZES: {"T": "9"},
    }


@pytest.mark.parametrize(
    ("size", "lines", "told"),
    [("3", '<LIN NUM="1"/>', {SIZES: {"T": "3"}}), ("1", '<LIN NUM="1"/>', {}), ("9x", "", {}), ("", "", {})],
)
def test_a_table_that_has_more_rows_than_it_shows_says_how_many(size, lines, told):
    """2.14: a new line stands behind SIZE."""
    record = record_in(f'<RESULT><TAB ID="T" DIM="9" SIZE="{size}">{lines}</TAB></RESULT>')
    assert {name: held for name, held in record.items() if name != "T"} == told


def test_rows_of_a_list_may_stand_in_a_table():
    """2.9: RESULT holds GRP, TAB or LIN; a row that is not seen would be taken for an order that is not there."""
    line = '<LIN NUM="1"><FLD NAME="A">1</FLD></LIN>'
    assert rows_in(f'<RESULT><TAB ID="LEFTLIST" SIZE="1">{line}</TAB></RESULT>') == [{"A": "1", NUM: "1"}]


def test_the_document_within_is_text_already_whatever_encoding_it_declares():
    """2.9: it is encoded as UTF-8 before it is parsed."""
    said = '<?xml version="1.0" encoding="ISO-8859-1"?>'
    assert record_in(f'{said}<RESULT><GRP ID="A"><FLD NAME="F">Škoda é</FLD></GRP></RESULT>') == {
        "A": {"F": "Škoda é"}
    }


def test_a_block_of_several_rows_is_a_table_whatever_its_kind_is_called():
    """2.17: a group whose dimension is greater than 1 is not taken as GRP."""
    told = (
        '<ADXDOC><ADXDATA><GRP NAM="A" TYB="List" DIM="30"><FLD NAM="F"/></GRP>'
        '<GRP NAM="B" TYB="List" DIM="1"><FLD NAM="F"/></GRP></ADXDATA></ADXDOC>'
    )
    assert {each.name: each.table for each in description_in(told).blocks.values()} == {"A": True, "B": False}


def test_a_list_may_be_empty():
    assert rows_in("<RESULT/>") == []
    assert rows_in('<RESULT DIM="10000" SIZE="1"><LIN NUM="1"><FLD NAME="A">1</FLD></LIN></RESULT>') == [
        {"A": "1", NUM: "1"}
    ]


def test_a_description_says_what_a_publication_consists_of():
    described = description_in(
        """<?xml version="1.0" encoding="UTF-8"?><ADXDOC PNA="Y" OBJ="SOH" FOL="SEED"><ADXDATA>
        <GRP NAM="A" TYB="List" DIM="1"><FLD NAM="SOHNUM" TYP="Char" MOD="Input" LEN="20" DIM="1" IDX="1"/>
        <FLD NAM="ZSTA" MOD="Display" MEN="415"/></GRP>
        <GRP NAM="SOH5_1" TYB="Table" DIM="200" IDTAB="SOH5~NBLIG">
        <FLD NAM="ITMREF" X3BLORIG="SOH4_1" X3FLORIG="ITMREF"/></GRP>
        </ADXDATA><ADXKEY><GRP NAM="LEFTLIST" DIM="500"><FLD NAM="SOHNUM"/><FLD NAM="BPCORD"/></GRP></ADXKEY>
        <ADXMEN><MNU NO="415"><VAL IND="2" C_ENG="Closed" C_FRA="Sold&#233;e"/></MNU></ADXMEN>
        <ADXSER><MET ID="READ"/><MET ID="YCLO"/></ADXSER></ADXDOC>"""
    )
    assert (described.object, described.folder, described.keys) == ("SOH", "SEED", ("SOHNUM",))
    assert (described.columns, described.most_rows) == (("SOHNUM", "BPCORD"), 500)
    assert described.methods == {"READ", "YCLO"}
    assert described.label("415", "2", "FRA") == "Soldée"
    table = described.block("SOH4_1")
    assert (table.name, table.table, table.most, table.counted) == ("SOH5_1", True, 200, ("SOH5", "NBLIG"))
    assert not described.blocks["A"].fields["ZSTA"].entered


@pytest.mark.parametrize(
    "document", ["", "<RESULT/>", "<ADXDOC/>", "<ADXDOC><ADXDATA><GRP NAM='A'/></ADXDATA></ADXDOC>"]
)
def test_what_is_no_description_is_refused(document):
    with pytest.raises(ValueError, match=r"\w"):
        description_in(document)


CELLS = st.dictionaries(
    st.sampled_from("ABCDE"), st.one_of(TEXTS, st.lists(TEXTS, min_size=2, max_size=3)), min_size=1
)


@given(
    st.dictionaries(st.sampled_from(["G1", "G2", "G3"]), CELLS),
    st.dictionaries(st.sampled_from(["T1", "T2"]), st.lists(CELLS, min_size=1, max_size=3)),
    st.sampled_from(
        ["", "<!-- x -->", "<X/>", '<FLD NAME="OUT">1</FLD>', '<GRP ID="G1"><FLD NAME="Z">2</FLD></GRP>']
    ),
)
def test_a_record_that_is_read_in_one_go_is_the_one_that_is_read_element_by_element(groups, tables, more):
    rows = {id: list(enumerate(lines, 1)) for id, lines in tables.items()}
    document = param(groups, rows).replace("</PARAM>", f"{more}</PARAM>")
    root = etree.fromstring(document.encode())
    slowly = streams._one_by_one(root)
    assert streams._at_once(root) in (None, slowly)
    assert record_in(document) == slowly
    if not more:
        assert streams._at_once(root) == slowly
