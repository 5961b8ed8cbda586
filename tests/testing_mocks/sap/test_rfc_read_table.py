"""RFC_READ_TABLE (sap.md 7, point 10; section 2.16)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.sap import fulfilling
from erp_connect.testing.mocks.sap.errors import ABAPApplicationError, ExternalRuntimeError


def read(sap, table, fields=(), options=(), **more):
    """The rows of the reply, cut by the offsets that it gives."""
    answer = sap.call(
        "RFC_READ_TABLE",
        QUERY_TABLE=table,
        FIELDS=[{"FIELDNAME": name} for name in fields],
        OPTIONS=[{"TEXT": text} for text in options],
        **more,
    )
    slices = [
        (f["FIELDNAME"], int(f["OFFSET"]), int(f["OFFSET"]) + int(f["LENGTH"])) for f in answer["FIELDS"]
    ]
    return [{name: row["WA"][start:end] for name, start, end in slices} for row in answer["DATA"]]


def test_rows_are_cut_by_the_offsets_of_the_reply(clerk):
    """sap.md 7.10: fixed widths, numbers touch, the last field's blanks are stripped"""
    number = clerk.ordered()
    answer = clerk.sap.call(
        "RFC_READ_TABLE",
        QUERY_TABLE="VBAK",
        FIELDS=[{"FIELDNAME": name} for name in ("VBELN", "NETWR", "ERDAT", "AEDAT", "BSTNK")],
    )
    layout = [(f["FIELDNAME"], f["OFFSET"], f["LENGTH"], f["TYPE"]) for f in answer["FIELDS"]]
    assert layout[:3] == [
        ("VBELN", "000000", "000010", "C"),
        ("NETWR", "000010", "000017", "P"),
        ("ERDAT", "000027", "000008", "D"),
    ]
    assert answer["DATA"] == [{"WA": number + "           62.50 " + "20260302" + "00000000" + "PO-4711"}]


def test_a_negative_number_has_its_sign_behind_it(world, clerk):
    """sap.md 7.10: trailing minus"""
    world.stock["63".zfill(18), "1000"] = Decimal("-3.5")
    (row,) = read(clerk.sap, "MARD", ["LABST"], ["LABST < 0"])
    assert row["LABST"].strip() == "3.500-"


def test_a_delimiter_stands_between_the_fields_and_may_occur_within(clerk):
    """sap.md 7.10: slice by offsets, never by the delimiter"""
    clerk.ordered(header={"PURCH_NO_C": "A|B"})
    (row,) = read(clerk.sap, "VBKD", ["BSTKD", "POSNR"], DELIMITER="|")
    assert (row["BSTKD"].rstrip(), row["POSNR"]) == ("A|B", "000000")


def test_conditions_are_joined_row_by_row(clerk):
    """sap.md 7.10: no separator between the rows; quotes are doubled; values are internal"""
    first = clerk.ordered(header={"PURCH_NO_C": "O'Neill"})
    second = clerk.ordered(header={"PURCH_NO_C": "B-2"})

    def numbers(*options):
        return [row["VBELN"] for row in read(clerk.sap, "VBAK", ["VBELN"], options)]

    assert numbers("BSTNK = 'O''Neill'") == [first]
    assert numbers("KUNNR = '0000001234'", " AND BSTNK = 'B-2'") == [second]
    assert numbers("KUNNR = '0000001234'", "AND BSTNK = 'B-2'") == [second]
    assert numbers("KUNNR = '1234'") == []
    assert numbers(f"VBELN IN ( '{first}', '{second}' ) AND NOT BSTNK LIKE 'B%'") == [first]
    assert numbers("( BSTNK EQ 'B-2' OR BSTNK EQ 'C' ) AND NETWR > 60") == [second]
    assert numbers(f"VBELN BETWEEN '{second}' AND '9'") == [second]
    assert numbers(f"VBELN > '{first}'") == [second]


@pytest.mark.parametrize(
    "options",
    [
        ["BSTNK = 'open"],
        ["NO_SUCH = 'x'"],
        ["BSTNK='x'"],
        ["BSTNK = 'a' AND"],
        ["BSTNK = x"],
        ["KUNNR = '0000001234'", "BSTNK = 'B-2'"],
        ["( BSTNK = 'x'"],
    ],
)
def test_a_condition_that_is_none_is_not_valid(clerk, options):
    """sap.md 7.10"""
    with pytest.raises(ABAPApplicationError) as caught:
        read(clerk.sap, "VBAK", ["VBELN"], options)
    assert (caught.value.code, caught.value.key) == (5, "OPTION_NOT_VALID")


def test_a_condition_row_has_72_characters(clerk):
    """sap.md 7.10"""
    with pytest.raises(ExternalRuntimeError):
        read(clerk.sap, "VBAK", ["VBELN"], ["BSTNK = '" + "x" * 64 + "'"])


def test_more_than_512_characters_do_not_fit(clerk):
    """sap.md 7.10: DATA_BUFFER_EXCEEDED, without a text; the metadata alone is always to be had"""
    clerk.ordered()
    wide = ["BSTKD"] * 15
    with pytest.raises(ABAPApplicationError) as caught:
        read(clerk.sap, "VBKD", wide)
    assert (caught.value.key, caught.value.msg_number) == ("DATA_BUFFER_EXCEEDED", "000")
    answer = clerk.sap.call("RFC_READ_TABLE", QUERY_TABLE="VBKD", NO_DATA="X")
    assert answer["DATA"] == []
    assert [f["FIELDNAME"] for f in answer["FIELDS"]][:4] == ["MANDT", "VBELN", "POSNR", "BSTKD"]


def test_what_cannot_be_read_is_a_classic_exception(world, clerk):
    """sap.md 7.10: the session is kept"""
    number = clerk.create()["SALESDOCUMENT"]
    world.settings.unreadable_tables = frozenset({"KNA1"})
    for table, fields, key in (
        ("T008X", (), "TABLE_NOT_AVAILABLE"),
        ("BAPIRET2", (), "TABLE_WITHOUT_DATA"),
        ("KNA1", (), "NOT_AUTHORIZED"),
        ("VBAK", ("NO_SUCH",), "FIELD_NOT_VALID"),
    ):
        with pytest.raises(ABAPApplicationError) as caught:
            read(clerk.sap, table, fields)
        assert (caught.value.code, caught.value.key) == (5, key)
    with pytest.raises(ABAPApplicationError) as caught:
        read(clerk.sap, "T008X")
    assert (caught.value.msg_class, caught.value.msg_number, caught.value.msg_v1) == ("SV", "029", "T008X")
    assert caught.value.message == "ID:SV Type:E Number:029 T008X"
    clerk.commit()
    assert list(world.orders) == [number]


def test_pages_of_an_unsorted_table_overlap(world, clerk):
    """sap.md 2.16: ROWSKIPS and ROWCOUNT without a stable order"""
    numbers = [clerk.ordered() for _ in range(6)]

    def pages():
        return [
            row["VBELN"]
            for skip in (0, 2, 4)
            for row in read(clerk.sap, "VBAK", ["VBELN"], ROWSKIPS=skip, ROWCOUNT=2)
        ]

    assert pages() == numbers
    world.settings.unstable_reads = True
    assert any(sorted(pages()) != numbers for _ in range(5))


def test_statuses_are_in_the_documents_or_in_tables_of_their_own(world, clerk):
    """sap.md 2.16: VBUK is not filled any more on newer releases"""
    number = clerk.ordered()
    assert read(clerk.sap, "VBAK", ["GBSTK"]) == [{"GBSTK": "A"}]
    assert read(clerk.sap, "VBUK", ["GBSTK"]) == []
    world.settings.status_tables = True
    assert read(clerk.sap, "VBAK", ["GBSTK"]) == [{"GBSTK": ""}]
    assert read(clerk.sap, "VBUK", ["VBELN", "GBSTK"]) == [{"VBELN": number, "GBSTK": "A"}]


def test_the_way_of_an_order_can_be_followed(world, clerk):
    """sap.md 2.10, 2.11: VBFA, LIKP, LIPS, VBRK, VBRP"""
    number = clerk.ordered()
    delivery = fulfilling.deliver(world, number)
    fulfilling.post_goods_issue(world, delivery, bill_of_lading="1Z-1", transport_id="TRUCK 7")
    invoice = fulfilling.bill(world, delivery)
    flow = read(clerk.sap, "VBFA", ["VBTYP_N", "VBELN"], [f"VBELV = '{number}'"])
    assert flow == [{"VBTYP_N": "J", "VBELN": delivery}, {"VBTYP_N": "M", "VBELN": invoice}]
    (header,) = read(clerk.sap, "LIKP", ["BOLNR", "TRAID", "WADAT_IST"])
    assert (header["BOLNR"].rstrip(), header["TRAID"].rstrip()) == ("1Z-1", "TRUCK 7")
    assert header["WADAT_IST"] == "20260302"
    (line,) = read(clerk.sap, "LIPS", ["VGBEL", "VGPOS", "LFIMG"])
    assert (line["VGBEL"], line["VGPOS"], line["LFIMG"].strip()) == (number, "000010", "5.000")
    assert read(clerk.sap, "VBRP", ["AUBEL", "VGBEL"]) == [{"AUBEL": number, "VGBEL": delivery}]
    assert read(clerk.sap, "VBRK", ["NETWR"])[0]["NETWR"].strip() == "62.50"


@pytest.mark.parametrize(
    "table",
    "VBAK VBUK VBKD VBAP VBEP VBPA VBFA LIKP LIPS VBRK VBRP KNA1 MARA MAKT MARD".split(),  # noqa: SIM905
)
def test_every_table_can_be_read_column_by_column(world, clerk, table):
    """sap.md 2.16"""
    number = clerk.ordered()
    fulfilling.bill(world, fulfilling.deliver(world, number))
    columns = [
        field["FIELDNAME"]
        for field in clerk.sap.call("RFC_READ_TABLE", QUERY_TABLE=table, NO_DATA="X")["FIELDS"]
    ]
    counts = {len(read(clerk.sap, table, [column])) for column in columns}
    assert len(counts) == 1
    assert counts != {0} or table == "VBUK"


def test_conditions_of_every_kind(world, clerk):
    """sap.md 2.16"""

    def materials(*options):
        return [row["MATNR"].rstrip() for row in read(clerk.sap, "MARA", ["MATNR"], options)]

    everything = [*world.materials]
    assert materials("MATNR NOT IN ('PUMP-A')") == everything[:2]
    assert materials("MATNR NOT LIKE 'PUMP%'") == everything[:2]
    assert materials("MATNR LIKE 'PUMP__'") == ["PUMP-A"]
    assert materials("NOT ( MATNR = 'PUMP-A' )") == everything[:2]
    assert materials("MATNR <> 'PUMP-A' AND MEINS <= 'ST'") == everything[:2]
    assert materials("") == everything
    for wrong in ("MATNR NOT = 'x'", "MATNR = 'x' )", "MATNR IS NULL"):
        with pytest.raises(ABAPApplicationError, match="OPTION_NOT_VALID"):
            materials(wrong)
    with pytest.raises(ABAPApplicationError, match="OPTION_NOT_VALID"):
        read(clerk.sap, "MARD", ["LABST"], ["LABST > 'many'"])


@pytest.mark.parametrize(
    ("table", "column", "code"),
    [("TVAG", "ABGRU", "Z1"), ("TVAK", "AUART", "TA"), ("TVTA", "SPART", "00"), ("T685", "KSCHL", "PR00")],
)
def test_the_customizing_says_which_codes_there_are(sap, table, column, code):
    """sap.md line 364 (TVAG), and the tables that an administrator looks into."""
    answer = sap.call("RFC_READ_TABLE", QUERY_TABLE=table, FIELDS=[{"FIELDNAME": column}])
    assert code in [row["WA"].strip() for row in answer["DATA"]]
