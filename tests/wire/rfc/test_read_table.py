"""Reading tables: 512 and 72 characters, cut by offset, joined on the key, paged by key (sap.md 2.16)."""

from decimal import Decimal

import pytest

from erp_connect.testing.mocks.sap.documents import Customer
from erp_connect.wire.rfc import (
    RfcFailure,
    TableReader,
    TooLongToSay,
    all_of,
    any_of,
    between,
    equal,
    in_key_ranges,
    one_of,
)
from erp_connect.wire.rfc.conditions import compared
from erp_connect.wire.rfc.read_table import closed_to_us

from .system import CREATE, order_parameters


@pytest.fixture
def tables(pool):
    return TableReader(pool.read)


def test_delimiters_and_quotes_in_texts_do_no_harm(world, tables):
    world.add(Customer("1", "O'Brien | Sons; Ltd", city="Leith"), Customer("2", "Plain"))
    rows = tables.rows("KNA1", ["NAME1", "ORT01"], equal("NAME1", "O'Brien | Sons; Ltd"), key=["KUNNR"])
    assert rows == [{"KUNNR": "0000000001", "NAME1": "O'Brien | Sons; Ltd", "ORT01": "Leith"}]


def test_columns_wider_than_a_row_come_in_portions_joined_on_the_key():
    widths = {"ID": 10, "A": 300, "B": 300, "C": 190}
    asked = []

    def read(function, **asked_for):
        names = [field["FIELDNAME"] for field in asked_for["FIELDS"]]
        fields, offset = [], 0
        for name in names:
            fields.append(
                {"FIELDNAME": name, "OFFSET": f"{offset:06d}", "LENGTH": f"{widths[name]:06d}", "TYPE": "C"}
            )
            offset += widths[name]
        if asked_for.get("NO_DATA") == "X":
            return {"FIELDS": fields, "DATA": []}
        assert offset <= 512
        asked.append(names)
        rows = [
            {"WA": "".join(f"{name}{number}".ljust(widths[name]) for name in names).rstrip()}
            for number in (asked.count(names), 2)
        ]
        return {"FIELDS": fields, "DATA": rows}

    rows = TableReader(read).rows("ZWIDE", ["A", "B", "C"], equal("ID", "X"), key=["ID"])
    assert asked == [["ID", "A"], ["ID", "B", "C"]]
    assert {row["ID"]: (row["A"], row["B"], row["C"]) for row in rows} == {
        "ID1": ("A1", "B1", "C1"),
        "ID2": ("A2", "B2", "C2"),
    }


def test_numbers_dates_and_signs_are_read_as_they_stand():
    text = "20260115" + "00000000" + "    12.50-" + "     7.00 " + "ab        "

    def read(function, **asked_for):
        layout = [("DAY", 8, "D"), ("NONE", 8, "D"), ("LESS", 10, "P"), ("MORE", 10, "P"), ("TEXT", 10, "C")]
        fields, offset = [], 0
        for name, length, kind in layout:
            fields.append({"FIELDNAME": name, "OFFSET": f"{offset}", "LENGTH": f"{length}", "TYPE": kind})
            offset += length
        return {"FIELDS": fields, "DATA": [{"WA": text.rstrip()}]}

    (row,) = TableReader(read).rows("T", ["NONE", "LESS", "MORE", "TEXT"], equal("DAY", "x"), key=["DAY"])
    assert row == {
        "DAY": "20260115",
        "NONE": "",
        "LESS": Decimal("-12.50"),
        "MORE": Decimal("7.00"),
        "TEXT": "ab",
    }


def test_a_table_that_may_not_be_read_is_told_from_a_broken_line(world, tables):
    world.settings.unreadable_tables = frozenset({"VBAK"})
    assert not tables.readable("VBAK", ["VBELN"])
    assert tables.readable("VBKD", ["VBELN"])
    with pytest.raises(RfcFailure) as caught:
        tables.rows("NOSUCH", ["A"], equal("A", "1"), key=["A"])
    assert closed_to_us(caught.value)


def test_rows_of_conditions_are_short_and_never_cut_a_literal():
    where = all_of([one_of("BSTKD", [f"PO'{'x' * 30}{n}" for n in range(5)]), between("ERDAT", "1", "2")])
    rows = where.rows()
    assert all(len(row) <= 72 for row in rows)
    assert all(row.startswith(" ") for row in rows[1:])
    assert "".join(rows).count("'") % 2 == 0
    assert all(row.count("'") % 2 == 0 for row in rows)


def test_what_a_caller_says_cannot_become_part_of_the_statement(world, tables):
    assert tables.rows("KNA1", ["NAME1"], equal("NAME1", "x' OR KUNNR <> '"), key=["KUNNR"]) == []
    with pytest.raises(TooLongToSay):
        equal("NAME1", "a\nb")
    with pytest.raises(ValueError, match="capitals"):
        equal("NAME1 = 'x' OR NAME1", "y")
    with pytest.raises(TooLongToSay):
        equal("NAME1", "'" * 40).rows()


def test_any_of_nothing_holds_and_one_needs_no_brackets():
    assert any_of([equal("A", "1")]).rows() == ["A = '1'"]
    assert all_of([]).rows() == []


def test_key_ranges_tell_each_key_once_however_the_rows_come(world, pool, tables):
    with pool.unit_of_work() as unit:
        for index in range(23):
            unit.call(CREATE, **order_parameters(f"PO-{index}"))
        unit.commit()
    world.settings.unstable_reads = True
    counts = []

    def read(after, upto, count):
        bounds = [compared("VBELN", ">", after)] if after else []
        bounds += [compared("VBELN", "<=", upto)] if upto is not None else []
        rows = tables.rows("VBAK", ["VBELN"], all_of(bounds), key=["VBELN"], most=count)
        counts.append(len(rows))
        return rows

    pages = list(in_key_ranges(read, lambda row: row["VBELN"], 5))
    assert [row["VBELN"] for page in pages for row in page] == sorted(world.orders)
    assert max(counts) <= 6
    assert len(counts) < 30
