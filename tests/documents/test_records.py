"""Sheets of master data, prices and stock: a record a row, each wrong cell named."""

from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from erp_connect.documents import SenderProfile, read_records
from erp_connect.documents.record_fields import KEYS, RECORD_FIELDS, words_for
from erp_connect.errors import ConfigurationError, InvalidDocument


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


PRICES = "Product;Price;Valid from\n"


def test_what_could_be_read_in_two_ways_is_settled_by_the_column_as_in_a_sheet_of_orders(sheet):
    customers = "Customer number;Name;Credit limit\n10000;Anna;1.234\n10001;Bert;2.500,50\n"
    read = read_records(sheet(customers), "customers")
    assert [record.values["credit_limit"] for record in read.records] == [1234, Decimal("2500.5")]
    assert [record.row for record in read.records] == [2, 3]
    read = read_records(sheet(f"{PRICES}A-1;1;03/04/2026\nA-2;1;31/04/2026\nA-3;1;25/12/2026\n"), "prices")
    assert [record.values["valid_from"] for record in read.records] == [date(2026, 4, 3), date(2026, 12, 25)]
    assert [issue.place.line for issue in read.issues] == [3]


def test_what_nothing_settles_is_an_issue_at_its_cell(sheet):
    read = read_records(
        sheet(f"{PRICES}A-1;1.234;2026-01-01\nA-2;5;03/04/2026\nA-3;2,50;2026-01-01\n"), "prices"
    )
    assert [record.values["product"] for record in read.records] == ["A-1", "A-3"]
    (issue,) = read.issues
    assert (issue.code, issue.path, issue.place.line, issue.place.column) == (
        "ambiguous_date",
        "valid_from",
        3,
        3,
    )
    assert issue.fix


def test_a_column_that_says_both_settles_nothing_and_both_cells_are_named(sheet):
    read = read_records(sheet("Product;On hand\nA-1;1.234\nA-2;2,5\nA-3;2.5\n"), "stock")
    assert [record.values["product"] for record in read.records] == ["A-2", "A-3"]
    (issue,) = read.issues
    assert issue.place.line == 2
    assert "says both" in issue.message
    assert "line 3" in issue.message
    assert "line 4" in issue.message


def test_a_required_cell_that_is_open_is_not_missing_too(sheet):
    read = read_records(sheet("Product;On hand\nA-1;1.234\n"), "stock")
    assert [issue.code for issue in read.issues] == ["ambiguous_number"]
    assert (read.records, read.rows) == ((), 1)


def test_a_profile_says_how_the_sender_writes_numbers_and_dates(sheet, tmp_path):
    profile = SenderProfile(
        sheet="Orders", header_row=7, decimal=",", date_order="mdy", columns={"P": "line.product"}
    )
    file = profile.save(tmp_path / "sender.toml")
    text = f"{PRICES}A-1;1.234;03/04/2026\n"
    for said in (profile, file):
        (record,) = read_records(sheet(text), "prices", profile=said).records
        assert (record.values["price"], record.values["valid_from"]) == (1234, date(2026, 3, 4))
    (record,) = read_records(sheet(text), "prices", profile=file, date_order="dmy").records
    assert record.values["valid_from"] == date(2026, 4, 3)
    with pytest.raises(ConfigurationError, match="decimal cannot be"):
        read_records(sheet(text), "prices", decimal=";")


@pytest.mark.parametrize(("since_1904", "day"), [(False, date(2026, 4, 3)), (True, date(2030, 4, 4))])
def test_day_numbers_are_taken_where_the_column_or_the_caller_says_so(tmp_path, since_1904, day):
    def made(*dates):
        book = openpyxl.Workbook()
        if since_1904:
            book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        book.active.append(["Product", "Price", "Valid from"])
        for number, each in enumerate(dates, start=1):
            book.active.append([f"A-{number}", 1, each])
        book.save(tmp_path / "prices.xlsx")
        return tmp_path / "prices.xlsx"

    (issue,) = read_records(made(46115), "prices").issues
    assert (issue.path, issue.place.cell) == ("valid_from", "C2")
    (record,) = read_records(made(46115), "prices", serial_dates=True).records
    assert record.values["valid_from"] == day
    records = read_records(made(46115, day.replace(day=20)), "prices").records
    assert [record.values["valid_from"] for record in records] == [day, day.replace(day=20)]
