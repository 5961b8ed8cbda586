"""Sheets of master data, prices and stock: a record a row, each wrong cell named."""

from datetime import date
from decimal import Decimal

import pytest

from erp_connect.documents import read_records
from erp_connect.documents.record_fields import KEYS, RECORD_FIELDS, words_for
from erp_connect.errors import InvalidDocument


@pytest.fixture
def sheet(tmp_path):
    def sheet(text, encoding="utf-8"):
        file = tmp_path / "sheet.csv"
        file.write_bytes(text.encode(encoding))
        return file

    return sheet


def test_a_row_is_a_record_of_what_is_filled_in(sheet):
    read = read_records(
        sheet("Product;Price;Currency;Customer;Valid from;Notes\nVALVE-20;12,50;EUR;;2026-01-01;x\n;;;;;\n"),
        "prices",
    )
    (record,) = read.records
    assert record.values == {
        "product": "VALVE-20",
        "price": Decimal("12.5"),
        "currency": "EUR",
        "valid_from": date(2026, 1, 1),
    }
    assert (record.row, read.rows, read.unknown_columns) == (2, 1, ("Notes",))
    assert record.nearest("price").column == 2
    assert record.nearest("lines[0].currency").column == 3
    assert record.nearest("customer").column is None


def test_what_could_be_read_in_two_ways_is_settled_by_the_caller(sheet):
    file = sheet("Product;On hand\nVALVE-20;1.234\n")
    assert read_records(file, "stock", decimal=",").records[0].values["on_hand"] == 1234
    assert read_records(file, "stock", decimal=".").records[0].values["on_hand"] == Decimal("1.234")


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        ("Kundennummer;Firma;Straße;PLZ;Ort;Land;Kreditlimit", "customers"),
        ("code client;raison sociale;rue;code postal;ville;pays;plafond de crédit", "customers"),
        ("código de cliente;razón social;calle;código postal;ciudad;país;límite de crédito", "customers"),
        ("Customer no;Company;Address;ZIP;Town;Country;Credit limit", "customers"),
    ],
)
def test_the_same_headings_are_known_in_four_languages(sheet, headings, kind):
    read = read_records(sheet(f"{headings}\n10000;A;B;24103;Kiel;DE;5\n", "utf-8-sig"), kind)
    assert read.unknown_columns == ()
    assert set(read.records[0].values) == {
        "number",
        "name",
        "street",
        "postal_code",
        "city",
        "country",
        "credit_limit",
    }


def test_a_heading_means_one_field_and_every_field_has_a_heading():
    for kind, columns in RECORD_FIELDS.items():
        names = [column.field.name for column in columns]
        assert len(set(names)) == len(names)
        assert set(words_for(kind).values()) == set(names)
        assert set(KEYS[kind]) <= set(names)


def test_a_sheet_without_what_every_row_needs_is_refused(sheet):
    with pytest.raises(InvalidDocument, match="Unit are missing") as refused:
        read_records(sheet("Product code,Name\nVALVE-20,Valve\n"), "products")
    assert refused.value.code == "columns_missing"


def test_rows_that_contradict_each_other_are_both_left_out(sheet):
    text = "Product,On hand,Warehouse\nA-1,1,MAIN\nA-1,2,MAIN\nA-1,3,NORTH\n"
    read = read_records(sheet(text), "stock")
    assert [record.row for record in read.records] == [4]
    assert [(issue.code, issue.place.line) for issue in read.issues] == [
        ("row_doubled", 2),
        ("row_doubled", 3),
    ]
