"""Orders in csv files, as programs and people of four countries save them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_connect.documents import read_orders
from erp_connect.documents.csvfile import _fields, _quotes_open, records
from erp_connect.errors import ConfigurationError, InvalidDocument
from erp_connect.models import Place

ENGLISH = "Customer,PO number,Product,Quantity,Unit,Currency,Price,Description\r\n"
GERMAN = "Kundennummer;Bestellnummer;Artikel;Menge;Einheit;Währung;Preis;Bezeichnung\r\n"


@pytest.fixture
def csv_file(tmp_path):
    def make(text, encoding="utf-8", name="orders.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return make


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_each_encoding_gives_the_same_orders(csv_file, encoding):
    sheet = read_orders(csv_file(GERMAN + "10000;B-1;VENTIL;2,5;Stück;EUR;1.234,50;Größe 3/4\r\n", encoding))
    assert not sheet.issues
    draft = sheet.orders[0].draft
    assert (draft.lines[0].quantity, draft.lines[0].price.amount) == (Decimal("2.5"), Decimal("1234.5"))
    assert draft.lines[0].description == "Größe 3/4"
    assert sheet.read_as[1] == ";"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found_out(csv_file, delimiter, end):
    lines = [ENGLISH.strip(), "10000,PO-1,VALVE,5,PCE,EUR,12.5,x", "", "10001,PO-2,VALVE,5,PCE,EUR,12.5,y"]
    sheet = read_orders(csv_file(end.join(lines).replace(",", delimiter)))
    assert [(order.key, order.rows) for order in sheet.orders] == [("10000/PO-1", (2,)), ("10001/PO-2", (4,))]
    assert sheet.rows.blank == 1


def test_quoted_fields_hold_delimiters_quotes_and_line_ends(csv_file):
    sheet = read_orders(
        csv_file(
            ENGLISH
            + '10000,PO-1,"VALVE, 3/4""",5,PCE,EUR,12.5,"two\r\nlines"\r\n10000,PO-1,12" PIPE,x,PCE,EUR,1,z\r\n'
        )
    )
    assert sheet.refused[0].rows == (2, 4)
    (issue,) = sheet.issues
    assert (issue.place, issue.code) == (Place(file="orders.csv", line=4, column=4), "not_a_number")
    assert str(issue.place) == "orders.csv, line 4, column 4"


def test_codes_keep_leading_zeros_and_numbers_are_not_guessed(csv_file):
    text = ENGLISH + '="00471",PO-1,00020,5,PCE,EUR,"1,234",x\n0472,PO-2,7,5,PCE,EUR,1234,x\n'
    sheet = read_orders(csv_file(text))
    assert [(issue.code, issue.place.column) for issue in sheet.issues] == [("ambiguous_number", 7)]
    assert sheet.refused[0].key == "00471/PO-1"
    assert sheet.orders[0].draft.customer == "0472"
    assert read_orders(csv_file(text), decimal=".").orders[0].draft.lines[0].price.amount == 1234


def test_dates_are_read_as_in_a_workbook(csv_file):
    text = (
        ENGLISH.strip()
        + ",Requested date\n10000,PO-1,V,5,PCE,EUR,1,x,31.12.2026\n1,P,V,5,PCE,EUR,1,x,03/04/2026\n"
    )
    sheet = read_orders(csv_file(text))
    assert sheet.orders[0].draft.requested == date(2026, 12, 31)
    assert sheet.issues[0].code == "ambiguous_date"


def test_a_line_that_names_the_delimiter_is_obeyed(csv_file):
    sheet = read_orders(
        csv_file("sep=|\n" + ENGLISH.replace(",", "|") + "10000|PO-1|VALVE|5|PCE|EUR|12.5|x\n")
    )
    assert sheet.orders[0].rows == (3,)


def test_short_and_long_records_are_read_as_far_as_they_go(csv_file):
    sheet = read_orders(csv_file(ENGLISH + "10000,PO-1,VALVE\n10001,PO-2,VALVE,5,PCE,EUR,12.5,x,,,,\n"))
    assert [order.key for order in sheet.orders] == ["10001/PO-2"]
    assert [issue.code for issue in sheet.issues] == ["missing_value", "missing_value", "missing_value"]


def refused(path, **options):
    with pytest.raises(InvalidDocument) as caught:
        read_orders(path, **options)
    assert caught.value.hint
    return caught.value


def test_nul_bytes_are_named_with_their_line(csv_file):
    error = refused(csv_file(ENGLISH.encode() + b"10000,PO-1\0,V,5,PCE,EUR,1,x\n"))
    assert (error.code, error.place) == ("csv_nul_byte", "orders.csv, line 2")
    assert refused(csv_file((ENGLISH + "1,2\n").encode("utf-16-le"))).code == "csv_nul_byte"
    assert refused(csv_file((ENGLISH + "1,\0,3\n"), "utf-16")).code == "csv_nul_byte"


def test_bytes_of_no_known_encoding(csv_file):
    assert refused(csv_file(ENGLISH.encode() + b"10000,PO-1,\x81\x8d,5,PCE,EUR,1,x\n")).code == "csv_encoding"
    assert refused(csv_file((ENGLISH + "1,2\n").encode("utf-16")[:-1])).code == "csv_encoding"
    assert refused(csv_file(GERMAN, "cp1252"), encoding="utf-8").code == "csv_encoding"


def test_a_quote_that_is_never_closed_is_named_where_it_opens(csv_file):
    error = refused(
        csv_file(
            ENGLISH + "1,P,V,5,PCE,EUR,1,x\n" + '2,P,"V,5,PCE,EUR,1,x\n' + "3,P,V,5,PCE,EUR,1,x\n" * 20_000
        )
    )
    assert (error.code, error.place) == ("csv_quotes", "orders.csv, line 3")


def test_the_wrong_delimiter_is_told_with_the_right_one(csv_file):
    error = refused(csv_file(ENGLISH + "1,P,V,5,PCE,EUR,1,x\n"), delimiter=";")
    assert error.code == "header_missing"
    assert "delimiter=','" in error.hint
    assert "delimiter='|'" in refused(csv_file(ENGLISH.replace(",", "|") + "1|P\n")).hint


def test_a_text_of_ten_megabytes_is_an_issue_at_its_field(csv_file):
    sheet = read_orders(
        csv_file(ENGLISH + "1,P,V,5,PCE,EUR,1," + "x" * 10_000_000 + "\n2,P,V,5,PCE,EUR,1,x\n")
    )
    assert [(issue.code, issue.place.line, issue.place.column) for issue in sheet.issues] == [
        ("text_too_long", 2, 8)
    ]
    assert [order.key for order in sheet.orders] == ["2/P"]


def test_a_csv_file_has_no_sheets_and_options_are_checked(csv_file):
    path = csv_file(ENGLISH)
    assert refused(path, sheet="Orders").code == "sheet_unknown"
    for options in ({"delimiter": ""}, {"delimiter": "::"}, {"delimiter": '"'}, {"encoding": "utf-99"}):
        with pytest.raises(ConfigurationError):
            read_orders(path, **options)


_texts = st.text(alphabet=st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=12)


@given(st.lists(st.lists(_texts, min_size=1, max_size=5), min_size=1, max_size=5), st.sampled_from(",;\t"))
def test_whatever_a_standard_writer_writes_is_read_back(tmp_path_factory, rows, delimiter):
    import csv

    path = tmp_path_factory.mktemp("csv") / "orders.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    assert [list(record.fields) for record in records(path, "utf-8", delimiter)] == rows


@given(st.text(alphabet='ab,"\n', max_size=30))
def test_splitting_and_looking_for_open_quotes_agree(text):
    if not _quotes_open(text, ","):
        assert '"' in text or list(_fields(text, ",")) == text.split(",")
        assert len(list(_fields(text, ","))) >= 1
    else:
        assert not _quotes_open(text + '"', ",") or text.endswith('"')
