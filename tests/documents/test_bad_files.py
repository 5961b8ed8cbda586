"""Files that cannot be read as a whole: each has its own code, and says what to do."""

from __future__ import annotations

import struct
import zipfile

import openpyxl
import pytest

from erp_connect.documents import opening, read_orders
from erp_connect.documents.extent import LAST_ROW, RowsOutOfOrder, extent
from erp_connect.errors import InvalidDocument

GOOD = ["10000", "PO-1", "VALVE-20", 5, "PCE", "EUR", 12.5]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def refused(path, **options):
    with pytest.raises(InvalidDocument) as caught:
        read_orders(path, **options)
    assert caught.value.hint
    assert caught.value.outcome == "not_applied"
    assert path.name in str(caught.value)
    return caught.value


def test_a_missing_file_and_a_folder(tmp_path):
    assert refused(tmp_path / "none.xlsx").code == "document_missing"
    assert refused(tmp_path).code == "document_is_folder"


@pytest.mark.parametrize("content", [b"", b"  \n \r\n"])
@pytest.mark.parametrize("name", ["orders.xlsx", "orders.csv"])
def test_an_empty_file(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    assert refused(path).code == "document_empty"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (OLE + "EncryptedPackage".encode("utf-16-le"), "document_encrypted"),
        (OLE + b"\0" * (1 << 20) + "EncryptedPackage".encode("utf-16-le"), "document_encrypted"),
        (b"<html><table><tr><td>Customer</td></tr></table></html>", "document_not_a_workbook"),
        (b"Customer;PO\n1;2\n", "document_not_a_workbook"),
        (b"PK\x03\x04", "document_damaged"),
        (b"PK\x05\x06" + b"\0" * 18, "document_not_a_workbook"),
    ],
)
def test_files_that_are_no_workbook_in_spite_of_their_name(tmp_path, content, code):
    path = tmp_path / "orders.xlsx"
    path.write_bytes(content)
    assert refused(path).code == code


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"readme.txt": "x"}, "document_not_a_workbook"),
        ({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}, "document_not_a_workbook"),
        (
            {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"},
            "document_not_a_workbook",
        ),
        ({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}, "document_damaged"),
        ({"[Content_Types].xml": "<x", "xl/workbook.xml": "<x/>"}, "document_damaged"),
    ],
)
def test_other_zips(tmp_path, parts, code):
    path = tmp_path / "orders.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    assert refused(path).code == code


def test_a_truncated_workbook_at_any_length(workbook, tmp_path):
    whole = workbook([GOOD]).read_bytes()
    path = tmp_path / "cut.xlsx"
    for length in range(600, len(whole) - 1, 997):
        path.write_bytes(whole[:length])
        assert refused(path).code == "document_damaged"


def test_a_workbook_with_any_byte_of_a_part_spoilt_is_damaged_or_read_the_same(workbook, tmp_path):
    source = workbook([GOOD] * 3)
    whole = source.read_bytes()
    expected = read_orders(source).orders
    path = tmp_path / "spoilt.xlsx"
    for at in range(40, len(whole), 211):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            read = read_orders(path)
        except InvalidDocument:
            continue
        assert [order.draft for order in read.orders] == [order.draft for order in expected]


def test_a_zip_with_a_password(workbook):
    path = workbook([GOOD])
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    path.write_bytes(content)
    assert refused(path).code == "document_encrypted"


def test_a_zip_bomb_is_not_unpacked(workbook, with_part, monkeypatch):
    bomb = with_part(workbook([GOOD]), "bomb.xlsx", xl__worksheets__sheet1=b" " * 30_000_000)
    assert refused(bomb).code == "document_too_large"
    monkeypatch.setattr(opening, "RATIO_COUNTS_FROM", 10**9)
    monkeypatch.setattr(opening, "MAX_UNPACKED", 20_000_000)
    error = refused(bomb)
    assert error.code == "document_too_large"
    assert "20 MB" in error.message


def test_a_zip_that_lies_about_its_size_is_damaged(workbook, with_part):
    path = with_part(workbook([GOOD]), "liar.xlsx", xl__worksheets__sheet1=b" " * 30_000_000)
    content = bytearray(path.read_bytes())
    size = struct.pack("<I", 30_000_000)
    assert size in content
    path.write_bytes(bytes(content).replace(size, struct.pack("<I", 1000)))
    assert refused(path).code == "document_damaged"


def test_two_parts_of_one_name(workbook):
    path = workbook([GOOD])
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/workbook.xml", "<x/>")
    assert refused(path).code == "document_damaged"


ENTITIES = {
    "external": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "bomb": b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    "remote": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">',
    "plain": b"<!DOCTYPE worksheet>",
}


@pytest.mark.parametrize("part", ["xl__worksheets__sheet1", "xl__workbook", "xl__styles", "docProps__core"])
@pytest.mark.parametrize("kind", ENTITIES)
def test_a_document_type_in_any_part_is_refused(workbook, with_part, part, kind):
    def with_entities(xml: bytes) -> bytes:
        at = xml.index(b"?>") + 2 if xml.startswith(b"<?xml") else 0
        return xml[:at] + ENTITIES[kind] + xml[at:]

    path = with_part(workbook([GOOD]), "hostile.xlsx", **{part: with_entities})
    assert refused(path).code == "document_hostile"


def test_a_document_type_in_another_encoding_is_refused_too(workbook, with_part):
    def utf16(xml: bytes) -> bytes:
        text = xml.decode()
        return (
            '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE worksheet>' + text[text.index("<worksheet") :]
        ).encode("utf-16")

    path = with_part(workbook([GOOD]), "hostile.xlsx", xl__worksheets__sheet1=utf16)
    assert refused(path).code == "document_hostile"


def test_a_sheet_in_utf_16_is_read(workbook, with_part):
    def utf16(xml: bytes) -> bytes:
        text = xml.decode()
        return ('<?xml version="1.0" encoding="UTF-16"?>' + text[text.index("<worksheet") :]).encode("utf-16")

    assert (
        len(read_orders(with_part(workbook([GOOD]), "utf16.xlsx", xl__worksheets__sheet1=utf16)).orders) == 1
    )


def test_an_empty_sheet_and_one_without_header_row(workbook):
    assert refused(workbook([], headings=None)).code == "document_empty"
    assert refused(workbook([[], [None]], headings=None)).code == "document_empty"
    error = refused(workbook([GOOD, GOOD], headings=None))
    assert error.code == "header_missing"
    assert "VALVE-20" not in str(error), "the customer's rows stay out of the message"
    assert '"Kunde"' in error.hint


def test_a_workbook_without_orders_below_the_header_is_an_empty_sheet_of_orders(workbook):
    sheet = read_orders(workbook([]))
    assert (sheet.orders, sheet.issues, sheet.rows.filled) == ((), (), 0)


def test_a_workbook_of_charts_only(tmp_path):
    book = openpyxl.Workbook()
    book.create_chartsheet("Chart")
    book.remove(book.active)
    book.save(tmp_path / "orders.xlsx")
    assert refused(tmp_path / "orders.xlsx").code == "document_empty"


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="5"><c r="A5"><v>1</v></c></row><row r="3"><c r="A3"><v>2</v></c></row>',
        b'<row r="3"><c r="A3"><v>1</v></c></row><row r="3"><c r="A3"><v>2</v></c></row>',
        b'<row r="999999999"><c r="A999999999"><v>1</v></c></row>',
    ],
)
def test_rows_out_of_order_would_be_lost_and_are_refused(workbook, with_part, rows):
    path = with_part(
        workbook([GOOD]),
        "odd.xlsx",
        xl__worksheets__sheet1=lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>"),
    )
    assert refused(path).code == "document_damaged"


def with_price(workbook, with_part, value):
    return with_part(
        workbook([[*GOOD[:6], 777]]),
        "odd.xlsx",
        xl__worksheets__sheet1=lambda xml: xml.replace(b"<v>777</v>", b"<v>" + value + b"</v>"),
    )


@pytest.mark.parametrize("value", [b"NaN", b"12x", b"9" * 5000])
def test_numbers_that_no_program_writes_are_damage(workbook, with_part, value):
    assert refused(with_price(workbook, with_part, value)).code == "document_damaged"


@pytest.mark.parametrize(
    ("value", "code"),
    [(b"1e999", "not_a_number"), (b"-1e999", "not_a_number"), (b"1e300", "too_many_digits")],
)
def test_numbers_beyond_all_orders_are_issues_at_their_cells(workbook, with_part, value, code):
    sheet = read_orders(with_price(workbook, with_part, value))
    assert [(issue.place.cell, issue.code) for issue in sheet.issues] == [("G2", code)]


def test_a_date_beyond_the_calendar_is_an_issue_at_its_cell(workbook, headings):
    from datetime import date

    path = workbook([[*GOOD, date(2026, 1, 1)]], headings=[*headings, "Order date"])
    book = openpyxl.load_workbook(path)
    book.active["H2"].value = -1e9
    book.active["H2"].number_format = "yyyy-mm-dd"
    book.save(path)
    (issue,) = read_orders(path).issues
    assert (issue.place.cell, issue.code) == ("H2", "error_cell")


def test_the_strict_variant_of_the_format(workbook, with_part):
    def strict(xml: bytes) -> bytes:
        return xml.replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        )

    assert (
        refused(with_part(workbook([GOOD]), "strict.xlsx", xl__workbook=strict)).code == "document_old_format"
    )


# --------------------------------------------------------------------------- how far a sheet is filled


def sheet_of(rows: bytes, prefix: bytes = b""):
    import io

    return io.BytesIO(
        b"<%sworksheet><%ssheetData>" % (prefix, prefix) + rows + b"</%ssheetData></x>" % prefix
    )


def test_the_extent_ends_at_the_last_content():
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="4"><c r="A4" t="inlineStr"><is><t>x</t></is></c></row>'
    empty = b"".join(b'<row r="%d" spans="1:9"><c r="A%d" s="3"/></row>' % (n, n) for n in range(5, 100_000))
    found = extent(sheet_of(rows + empty))
    assert (found.last_row, found.formulas, found.uncalculated) == (4, False, False)
    assert extent(sheet_of(empty)).last_row == 0
    assert extent(sheet_of(empty + b'<row r="200000"><c r="A1"><f>1</f></c></row>')).uncalculated


def test_the_extent_knows_prefixes_and_rows_without_numbers():
    rows = b"<x:row><x:c><x:v>1</x:v></x:c></x:row><x:row><x:c><x:f>1</x:f><x:v>2</x:v></x:c></x:row><x:row/>"
    found = extent(sheet_of(rows, b"x:"))
    assert (found.last_row, found.formulas, found.uncalculated) == (2, True, False)


def test_what_bytes_do_not_tell_is_left_to_the_reader():
    assert extent(sheet_of(b'<row r="1"><!-- <row r="9"> --><c><v>1</v></c></row>')).last_row == LAST_ROW
    with pytest.raises(RowsOutOfOrder):
        extent(sheet_of(b'<row r="2"/><row r="1"/>'))
