"""The data stream, the left list, the description, and sites that are unlike others."""

from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from erp_connect.testing.mocks.sage.x3.samples import odd_site

from .conftest import Refused, an_order, param


def save(x3, payload):
    return x3("save", publicName="WSSOH", objectXml=payload)


def test_a_record_shows_companions_labels_and_its_stamp(x3, settings):
    """sage.md 2.20, point 9."""
    number = x3.order({"ITMREF": "VALVE-20", "QTY": "4"}, {"ITMREF": "PUMP-A", "QTY": "1", "SAU": "BOX"})
    tree = x3.read(number).tree
    assert tree.tag == "RESULT"
    assert tree[-1].get("ID") == "ADXTEC"
    header = {node.get("NAME"): node for node in tree.find("GRP[@ID='SOH0_1']")}
    assert (header["SOHTYP"].text, header["ZSOHTYP"].text) == ("SON", "Standard order")
    assert (header["ORDDAT"].text, header["ORDDAT"].get("TYPE")) == ("20260302", "Date")
    prices = tree.find("GRP[@ID='SOH1_4']/FLD[@NAME='PRITYP']")
    assert dict(prices.attrib) == {
        "NAME": "PRITYP",
        "MENULAB": "Ex-tax",
        "MENULOCAL": "243",
        "TYPE": "Integer",
    }
    french = x3.read(number, codeLang="FRA").tree.find("GRP[@ID='SOH1_4']/FLD[@NAME='PRITYP']")
    assert (french.text, french.get("MENULAB")) == ("1", "HT")
    lines = tree.find("TAB[@ID='SOH4_1']")
    assert (lines.get("DIM"), lines.get("SIZE")) == ("1002", "2")
    assert [line.get("NUM") for line in lines] == ["1", "2"]
    second = {node.get("NAME"): node.text for node in lines[1]}
    assert (second["SAU"], second["SAUSTUCOE"], second["STU"]) == ("BOX", "12", "PCS")
    empty = tree.find("GRP[@ID='SOH2_2']/FLD[@NAME='SHIDAT']")
    assert empty.text is None
    assert len(tree.find("GRP[@ID='SOH1_3']/LST[@NAME='REP']")) == 2
    assert tree.find("TAB[@ID='SOH3_4']").get("SIZE") == "0"


def test_servers_differ_in_blanks_tables_and_line_numbers(x3, settings):
    number = x3.order()
    settings.trailing_blanks, settings.empty_tables, settings.numlig = True, "absent", "real"
    tree = x3.read(number).tree
    assert tree.findtext("GRP[@ID='SOH0_1']/FLD[@NAME='CUR']") == "EUR"
    assert tree.findtext("GRP[@ID='SOH0_1']/FLD[@NAME='BPCORD']") == "10000          "
    assert tree.find("TAB[@ID='SOH3_4']") is None
    assert tree.findtext(".//FLD[@NAME='NUMLIG']") == "1000"


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ("<RESULT/>", "The data stream must have the root PARAM"),
        ("<PARAM>", "The data stream cannot be read"),
        ("", "The data stream cannot be read"),
        ('<PARAM><FLD NAME="CUR">EUR</FLD></PARAM>', r"Cannot add field \[CUR\] under root node PARAM"),
        ("<PARAM><GRP/></PARAM>", "No attribute ID found into GRP tag"),
        ('<PARAM><GRP ID="SOH4_1"/></PARAM>', r"Group \[SOH4_1\] has a dimension greater than 1"),
        ('<PARAM><TAB ID="SOH0_1"/></PARAM>', r"Group \[SOH0_1\] is no table"),
        (
            '<PARAM><GRP ID="SOH1_1"><GRP ID="X"/></GRP></PARAM>',
            r"Element \[GRP\] is not allowed in \[SOH1_1\]",
        ),
        ('<PARAM><GRP ID="SOH9_1"/></PARAM>', r"Group \[SOH9_1\] does not exist in WSSOH"),
        (
            '<PARAM><GRP ID="SOH0_1"><FLD NAME="SAESSION"/></GRP></PARAM>',
            r"Field \[SAESSION\] does not exist",
        ),
        ('<PARAM><GRP ID="SOH1_3"><FLD NAME="REP">A</FLD></GRP></PARAM>', r"Field \[REP\] is a list of 2"),
        ('<PARAM><GRP ID="SOH0_1"><LST NAME="CUR"/></GRP></PARAM>', r"Field \[CUR\] is no list"),
        ('<PARAM><TAB ID="SOH4_1"><GRP/></TAB></PARAM>', r"Element \[GRP\] is not allowed in \[TAB\]"),
        ('<PARAM><TAB ID="SOH4_1"><LIN NUM="0"/></TAB></PARAM>', "Line number 0 is not correct"),
        (
            '<PARAM><TAB ID="SOH4_1"><LIN NUM="1"/><LIN NUM="1"/></TAB></PARAM>',
            "Line number 1 is not correct",
        ),
        ('<PARAM><TAB ID="SOH4_1"><LIN NUM="1003"/></TAB></PARAM>', "has at most 1002 lines"),
        ("<PARAM><XYZ/></PARAM>", r"Element \[XYZ\] is not allowed in \[PARAM\]"),
        ('<PARAM><GRP ID="SOH1_5"><FLD NAME="ORDSTA">2</FLD></GRP></PARAM>', "ORDSTA : Field not enterable"),
        (
            '<PARAM><GRP ID="SOH0_1"><FLD NAME="ZSOHTYP">A</FLD></GRP></PARAM>',
            "ZSOHTYP : Field not enterable",
        ),
        ('<PARAM><GRP ID="SOH1_4"><FLD NAME="PRITYP">3</FLD></GRP></PARAM>', "PRITYP : Incorrect value 3"),
        ("<PARAM><GRP ID='SOH0_1'><FLD NAME='CUSORDREF'>A & B</FLD></GRP></PARAM>", "cannot be read"),
    ],
)
def test_streams_that_break_the_grammar_are_refused(x3, company, payload, text):
    """sage.md 2.9, 2.17."""
    with pytest.raises(Refused, match=text):
        save(x3, payload)
    assert len(company.documents) == 0


def test_a_read_can_be_sent_again_under_another_root_where_display_fields_are_passed_over(
    x3, company, settings
):
    """sage.md 2.9: root swap; what can only be read is dropped by the caller, or by the server (a setting)."""
    number = x3.order()
    payload = x3.read(number).payload.replace("RESULT>", "PARAM>")
    with pytest.raises(Refused, match="Field not enterable"):
        x3("modify", publicName="WSSOH", objectKeys={"1": number}, objectXml=payload)
    settings.display_fields = "ignored"
    payload = payload.replace('"Decimal">4<', '"Decimal">9<')
    x3("modify", publicName="WSSOH", objectKeys={"1": number}, objectXml=payload)
    assert company.lines_of(company.find("order", number))[0].quantity == 9


def test_syracuse_takes_nam_for_name(x3, company):
    """sage.md 2.9."""
    payload = param(an_order()).replace("FLD NAME", "FLD NAM")
    save(x3, payload)
    assert len(company.documents) == 1


def test_fields_that_are_unknown_or_too_long_may_pass(x3, company, settings):
    settings.unknown_fields, settings.too_long = "ignored", "cut"
    record = an_order(CUSORDREF="R" * 25, YNONE="A")
    x3.save({**record, "XYZ": {"A": "B"}})
    assert next(iter(company.documents)).external_number == "R" * 20


def test_an_empty_field_is_cleared_and_an_absent_one_stays(x3, company):
    """sage.md 2.9: empty versus absent."""
    number = x3.order({"ITMREF": "VALVE-20", "QTY": "4", "CCE1": "NORTH"}, CUSORDREF="PO-1")
    x3.modify(number, {"SOH2_2": {"DEMDLVDAT": "20260401"}})
    x3.modify(number, {"SOH0_1": {"CUSORDREF": ""}, "SOH4_1": [{"CCE1": ""}]})
    order = company.find("order", number)
    assert (order.external_number, order.requested) == ("", date(2026, 4, 1))
    line = x3.read(number).record["SOH4_1"][0]
    assert (line["CCE1"], line["QTY"], line["GROPRI"]) == ("", "4", "12.5")


# ---------------------------------------------------------------- the left list


def test_the_left_list_is_filtered_capped_and_newest_first(x3, settings):
    """sage.md 2.20, point 13."""
    numbers = [
        x3.order(CUSORDREF=f"WEB-{at}", ORDDAT=f"2026010{at}", BPCORD="10000" if at < 3 else "20000")
        for at in (1, 2, 3)
    ]
    tree = x3.query().tree
    assert (tree.get("DIM"), tree.get("SIZE")) == ("10000", "3")
    first = tree[0]
    assert [(node.get("NAME"), node.get("TYPE")) for node in first] == [
        (name, "Char") for name in ("SOHNUM", "BPCORD", "ORDDAT", "CUSORDREF", "REP", "DLVSTA", "POSCOD")
    ]
    assert [row["SOHNUM"] for row in x3.query().rows] == numbers[::-1]
    assert [row["ORDDAT"] for row in x3.query(size=2).rows] == ["03/01/2026", "02/01/2026"]

    def found(**keys):
        return [row["CUSORDREF"] for row in x3.query(**keys).rows]

    assert found(CUSORDREF="WEB-2") == ["WEB-2"]
    assert found(**{"4": "WEB-*"}) == ["WEB-3", "WEB-2", "WEB-1"]
    assert found(SOHNUM="*MAIN*2") == ["WEB-2"]
    assert found(BPCORD="<>10000") == ["WEB-3"]
    assert found(ORDDAT=">=02/01/2026", BPCORD="10000") == ["WEB-2"]
    assert found(DLVSTA="<>2") == ["WEB-3", "WEB-2", "WEB-1"]
    assert x3.query(CUSORDREF="NONE").payload == '<?xml version="1.0" encoding="UTF-8"?><RESULT/>'
    settings.list_dates, settings.newest_first = "%Y%m%d", False
    assert found(ORDDAT="<20260103") == ["WEB-1", "WEB-2"]


@pytest.mark.parametrize(
    ("keys", "size", "text"),
    [
        ({"ORDSTA": "1"}, 10, "ORDSTA is no column of the selection list"),
        ({"8": "1"}, 10, "8 is no column"),
        ({"ORDDAT": "20260103"}, 10, "ORDDAT : Incorrect value"),
        ({"DLVSTA": "open"}, 10, "open is no criterion"),
        ({}, 0, "0 is not a number of lines"),
    ],
)
def test_criteria_that_the_left_list_cannot_take_are_refused(x3, keys, size, text):
    x3.order()
    with pytest.raises(Refused, match=text):
        x3.query(size=size, **keys)


def test_criteria_may_also_be_passed_over(x3, settings):
    x3.order()
    settings.unknown_criteria = "ignored"
    assert len(x3.query(ORDSTA="2").rows) == 1


def test_a_record_is_named_by_its_key_alone(x3):
    for keys, text in (
        ({}, "SOHNUM : Mandatory field"),
        ({"BPCORD": "10000"}, "Key BPCORD is not part of the index"),
        ({"2": "10000"}, "Key 2 is not part"),
        ({"1": " "}, "SOHNUM : Mandatory field"),
    ):
        with pytest.raises(Refused, match=text):
            x3("read", publicName="WSSOH", objectKeys=keys)


# ---------------------------------------------------------------- description, profile


def test_a_publication_describes_itself(x3, settings):
    """sage.md 2.20, point 18; 2.10."""
    settings.publications |= odd_site()
    tree = x3("getDescription", publicName="YWSSOH").tree
    assert (tree.tag, tree.get("PNA"), tree.get("OBJ"), tree.get("VER")) == (
        "ADXDOC",
        "YWSSOH",
        "SOH",
        "6.30",
    )
    methods = tree.xpath("ADXSER/MET/@ID")
    assert methods == ["READ", "CREATE", "MODIFY", "DELETE", "SUPLIG", "LIST", "V", "YCLO"]
    assert tree.xpath("ADXKEY/GRP[@NAM='LEFTLIST']/FLD/@NAM") == [
        *("SOHNUM", "BPCORD", "ORDDAT", "CUSORDREF", "ORDSTA"),
    ]
    table = tree.find("ADXDATA/GRP[@NAM='SOH5_1']")
    assert (table.get("TYB"), table.get("IDTAB"), table.get("DIM")) == ("Table", "SOH4~NBLIG", "1002")
    fields = {node.get("NAM"): dict(node.attrib) for node in table}
    assert (fields["QTY"]["TYP"], fields["QTY"]["MOD"]) == ("Decimal", "Input")
    assert (fields["TDLQTY"]["MOD"], fields["YCOLOR"]["LEN"]) == ("Display", "10")
    assert "DISCRGVAL1" not in fields
    assert tree.find("ADXDATA/GRP[@NAM='SOH0_1']/FLD[@NAM='CUSORDREF']").get("LEN") == "20"
    assert tree.xpath("ADXMEN/MNU[@NO='415']/VAL/@IND") == ["1", "2"]
    assert tree.find("ADXREAD").get("TAB") == "SORDER"
    standard = x3("getDescription", publicName="WSSOH").tree
    assert "YCLO" not in standard.xpath("ADXSER/MET/@ID")


@pytest.mark.parametrize("object", ["SOH", "SDH", "SIH", "SRH", "POH", "PTH"])
def test_every_publication_has_a_schema_of_its_data(x3, object):
    """sage.md 2.4: getDataXmlSchema."""
    name = f"WS{object}"
    schema = etree.XMLSchema(x3("getDataXmlSchema", publicName=name).tree)
    if object == "SOH":
        assert schema.validate(etree.fromstring(param(an_order()).encode()))
        assert not schema.validate(etree.fromstring('<PARAM><GRP ID="NONE"/></PARAM>'))


def test_a_site_may_rename_move_remove_and_add(x3, company, settings):
    """sage.md 2.20, point 17."""
    settings.publications |= odd_site()
    record = {
        "SOH0_1": {**an_order()["SOH0_1"], "PRITYP": "2", "YCHANNEL": "WEB", "CUSORDREF": "PO-1"},
        "SOH2_9": {"DEMDLVDAT": "20260401"},
        "SOH5_1": [{"ITMREF": "VALVE-20", "QTY": "4", "GROPRI": "12", "YCOLOR": "RED", "XPACK": "6"}],
    }
    made = x3.save(record, "YWSSOH").record
    number = made["SOH0_1"]["SOHNUM"]
    order = company.find("order", number)
    assert (order.prices_include_tax, order.requested, order.gross) == (True, date(2026, 4, 1), Decimal(48))
    line = x3.read(number, "YWSSOH").record["SOH5_1"][0]
    assert (line["YCOLOR"], line["XPACK"], line["ZNOTE"]) == ("RED", "6", "")
    assert not {"SOPLIN", "NUMLIG", "DISCRGVAL1"} & set(line)
    x3.modify(number, {"SOH5_1": [{"YCOLOR": "BLUE"}]}, "YWSSOH")
    line = x3.read(number, "YWSSOH").record["SOH5_1"][0]
    assert (line["YCOLOR"], line["XPACK"]) == ("BLUE", "6")
    row = x3.query("YWSSOH", ORDSTA="1").rows[0]
    assert (row["SOHNUM"], row["ORDSTA"]) == (number, "1")
    with pytest.raises(Refused, match=r"Group \[SOH4_1\] does not exist in YWSSOH"):
        x3.save(an_order(), "YWSSOH")
    with pytest.raises(Refused, match=r"Field \[PRITYP\] does not exist in group \[SOH1_4\]"):
        x3.modify(number, {"SOH1_4": {"PRITYP": "1"}}, "YWSSOH")


@pytest.mark.parametrize(
    ("record", "text"),
    [
        ('{"SOH9_1": {}}', r"Group \[SOH9_1\] does not exist in WSSOH"),
        ('{"SOH4_1": {}}', r"Group \[SOH4_1\] has a dimension greater than 1"),
        ('{"SOH0_1": []}', r"Group \[SOH0_1\] is no table"),
        ('{"SOH0_1": {"CUR": ["EUR"]}}', r"Field \[CUR\] is no list"),
        ('{"SOH1_3": {"REP": "ANNE"}}', r"Field \[REP\] is a list of 2"),
        ('{"SOH1_3": {"REP": ["A", "B", "C"]}}', r"Table \[REP\] has at most 2 lines"),
        ('{"SOH0_1": {"CUR": true}}', "CUR : Incorrect value True"),
        ('{"SOH4_1": [{"QTY": "4 PCS"}]}', "QTY : Incorrect value 4 PCS"),
        ('{"SOH4_1": [{"NUMLIG": 1}]}', "NUMLIG : Field not enterable"),
        ('{"SOH4_1": [{"FOCFLG": "yes"}]}', "FOCFLG : Incorrect value yes"),
        ('{"SOH0_1": ', "The data stream cannot be read"),
    ],
)
def test_json_that_does_not_fit_is_refused(x3, company, record, text):
    """sage.md 2.9: the JSON form."""
    config = {"requestConfig": "adxwss.optreturn=JSON"}
    with pytest.raises(Refused, match=text):
        x3("save", config, publicName="WSSOH", objectXml=record)
    assert len(company.documents) == 0
