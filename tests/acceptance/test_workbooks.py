"""Issue 2, item 8: workbooks of orders in, with each issue at its cell, and the checked copy out."""

# ruff: noqa: PT017, DTZ001 (being refused, or being done, may both be right; naive instants are what is refused, or what a workbook holds)

from __future__ import annotations

import csv
import io
import struct
import tracemalloc
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest

import erp_connect as ec
from erp_connect.documents import read_orders, row_results, write_checked_copy

ENGLISH = ["Customer", "PO number", "Currency", "Product", "Quantity", "Unit", "Price", "Requested date"]
ROWS = [
    ["10000", "PO-1", "EUR", "VALVE-20", 12, "pcs", Decimal("12.5"), datetime(2026, 12, 1)],
    ["10000", "PO-1", "EUR", "PUMP-1", 2, "pcs", Decimal(480), datetime(2026, 12, 1)],
    ["20000", "PO-1", "EUR", "SEAL-5", 100, "pcs", Decimal("0.1"), datetime(2026, 12, 2)],
]
LANGUAGES = {
    "German": [
        "Kundennummer",
        "Bestellnummer",
        "Währung",
        "Artikelnummer",
        "Menge",
        "Einheit",
        "Preis",
        "Liefertermin",
    ],
    "French": [
        "N° client",
        "N° commande",
        "Devise",
        "Référence article",
        "Quantité",
        "Unité",
        "Prix unitaire",
        "Date de livraison",
    ],
    "Spanish": [
        "Cliente",
        "Número de pedido",
        "Moneda",
        "Artículo",
        "Cantidad",
        "Unidad",
        "Precio",
        "Fecha de entrega",
    ],
}


@pytest.fixture
def book(tmp_path):
    def write(
        rows: list[list[object]], header: list[str] = ENGLISH, name: str = "orders.xlsx", above: int = 0
    ):
        workbook = openpyxl.Workbook()
        sheet = workbook.active
        sheet.title = "Orders"
        for _ in range(above):
            sheet.append([])
        sheet.append(header)
        for row in rows:
            sheet.append(row)
        path = tmp_path / name
        workbook.save(path)
        return path

    return write


def test_a_sheet_holds_several_orders_by_customer_and_number(book) -> None:
    read = read_orders(book(ROWS))
    first, second = (order.draft for order in read.orders)
    assert (first.customer, first.customer_po, first.currency) == ("10000", "PO-1", "EUR")
    assert [(line.product, line.quantity) for line in first.lines] == [("VALVE-20", 12), ("PUMP-1", 2)]
    assert first.lines[0].price == ec.UnitPrice(amount=Decimal("12.5"), currency="EUR") or first.lines[
        0
    ].expected_price == ec.UnitPrice(amount=Decimal("12.5"), currency="EUR")
    assert date(2026, 12, 1) in {first.requested, first.lines[0].requested}
    assert (second.customer, second.customer_po) == ("20000", "PO-1")
    assert read.refused == ()
    assert len({order.key for order in read.orders}) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_headers_in_other_languages(book, language: str) -> None:
    read = read_orders(book(ROWS, LANGUAGES[language]))
    assert [order.draft for order in read.orders] == [order.draft for order in read_orders(book(ROWS)).orders]


def test_a_csv_file_is_read_as_well(tmp_path, book) -> None:
    path = tmp_path / "orders.csv"
    lines = [";".join(ENGLISH)]
    lines += [
        ";".join(str(cell.date() if isinstance(cell, datetime) else cell) for cell in row) for row in ROWS
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert [order.draft for order in read_orders(path).orders] == [
        order.draft for order in read_orders(book(ROWS)).orders
    ]


WRONG = {
    "a dozen": ("E3", 4, "a dozen"),
    "minus": ("E3", 4, -2),
    "zero": ("E3", 4, 0),
    "no quantity": ("E3", 4, None),
    "unit": ("F3", 5, "crates"),
    "currency": ("C3", 2, "EURO?"),
    "price": ("G3", 6, "free"),
    "date": ("H3", 7, "31.02.2026"),
    "product": ("D3", 3, None),
    "number error": ("E3", 4, "#VALUE!"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_each_issue_stands_at_its_cell(book, fault: str) -> None:
    cell, column, value = WRONG[fault]
    rows = [list(row) for row in ROWS]
    rows[1][column] = value
    read = read_orders(book(rows))
    assert [order.draft.customer for order in read.orders] == ["20000"]
    (refused,) = read.refused
    places = {(issue.place.sheet, issue.place.cell) for issue in refused.issues if issue.place}
    assert ("Orders", cell) in places, refused.issues
    assert all(issue.message for issue in refused.issues)


def test_the_checked_copy_says_what_became_of_each_row(book, tmp_path) -> None:
    rows = [list(row) for row in ROWS]
    rows[1][4] = "a dozen"
    path = book(rows)
    read = read_orders(path)
    with ec.connect("memory://") as erp:
        erp.customers.create(ec.CustomerDraft(number="20000", name="Lakeside"))
        erp.products.create(ec.ProductDraft(code="SEAL-5", name="Seal", unit="C62"))
        result = erp.orders.create_many(
            [order.draft for order in read.orders], [order.key for order in read.orders]
        )
    written = {receipt.key: f"order {receipt.order.number}" for receipt in result.succeeded}
    before = path.read_bytes()
    copy = tmp_path / "checked.xlsx"
    write_checked_copy(read, copy, row_results(read, written=written, failed={}))
    assert path.read_bytes() == before
    sheet = openpyxl.load_workbook(copy)["Orders"]
    said = [[cell.value for cell in row][len(ENGLISH) :] for row in sheet.iter_rows()]
    own = [[cell.value for cell in row][: len(ENGLISH)] for row in sheet.iter_rows()]
    assert own == [
        ENGLISH,
        *([float(cell) if isinstance(cell, Decimal) else cell for cell in row] for row in rows),
    ]
    assert len(said[0]) >= 2
    assert next(iter(written.values())) in " ".join(map(str, said[3]))
    assert "Quantity" in " ".join(map(str, said[2]))
    assert [order.key for order in read_orders(copy).orders] == [order.key for order in read.orders]


@pytest.mark.parametrize("value", ["=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1"])
def test_what_would_run_as_a_formula_is_written_as_text(book, tmp_path, value: str) -> None:
    """Issues repeat what stood in a cell of another file, which may be a trap."""
    rows = [list(ROWS[0])]
    path = book(rows)
    read = read_orders(path)
    copy = tmp_path / "copy.xlsx"
    write_checked_copy(read, copy, row_results(read, written={read.orders[0].key: value}, failed={}))
    for row in openpyxl.load_workbook(copy)["Orders"].iter_rows():
        for cell in row:
            assert cell.data_type != "f"
    source = tmp_path / "orders.csv"
    source.write_text(
        "Customer,PO number,Currency,Product,Quantity,Unit\n10000,PO-1,EUR,VALVE-20,12,pcs\n",
        encoding="utf-8",
    )
    read = read_orders(source)
    copy = tmp_path / "copy.csv"
    write_checked_copy(read, copy, row_results(read, written={read.orders[0].key: value}, failed={}))
    with copy.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert len(cells) > 12
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))] == []


# ---------------------------------------------------------------- files that are not what they seem


def refused(path: object) -> ec.errors.InvalidDocument:
    with pytest.raises(ec.errors.InvalidDocument) as raised:
        read_orders(path)
    assert raised.value.outcome == "not_applied"
    assert raised.value.hint
    assert len(str(raised.value)) < 1000
    return raised.value


def test_a_zip_bomb_is_refused_in_little_memory(book, tmp_path) -> None:
    path = book(ROWS)
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name != "xl/worksheets/sheet1.xml":
                target.writestr(name, source.read(name))
        with target.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(
                b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            )
            for _ in range(400):
                part.write(b" " * 1_000_000)
            part.write(b"</sheetData></worksheet>")
    assert bomb.stat().st_size < 5_000_000
    tracemalloc.start()
    refused(bomb)
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


def test_a_zip_that_lies_about_its_size_is_refused(book, tmp_path) -> None:
    data = bytearray(book(ROWS).read_bytes())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 24 : at + 28] = struct.pack("<I", 10)
        at = data.find(b"PK\x01\x02", at + 4)
    path = tmp_path / "lies.xlsx"
    path.write_bytes(bytes(data))
    refused(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.xlsx", b""),
        ("text.xlsx", b"Customer;PO\n1;2\n"),
        ("encrypted.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000),
        ("cut.xlsx", b"PK\x03\x04" + b"\0" * 300),
        ("empty.csv", b""),
        ("binary.csv", bytes(range(256)) * 20),
        ("no-header.csv", b"1;2;3\n4;5;6\n"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 200),
    ],
)
def test_a_file_that_is_no_sheet_of_orders_is_refused(tmp_path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    refused(path)


def test_a_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises((ec.errors.ErpConnectError, FileNotFoundError)):
        read_orders(tmp_path / "none.xlsx")
    with pytest.raises((ec.errors.ErpConnectError, OSError)):
        read_orders(tmp_path)


def replaced(path, part: str, text: str):
    changed = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, text if name == part else source.read(name))
    return changed


def test_entities_and_dtds_are_refused_or_ignored(book, tmp_path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP-SECRET", encoding="utf-8")
    for doctype in (
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>',
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;"><!ENTITY e "&b;&b;&b;&b;&b;&b;">]>',
    ):
        path = replaced(
            book(ROWS),
            "xl/worksheets/sheet1.xml",
            f'<?xml version="1.0"?>{doctype}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row></sheetData></worksheet>',
        )
        assert "TOP-SECRET" not in str(refused(path))


def test_a_million_empty_rows_are_no_orders(book) -> None:
    rows = io.StringIO()
    rows.write('<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>')
    for number, row in enumerate([ENGLISH, ["10000", "PO-1", "EUR", "VALVE-20", "12", "pcs", "12.5", ""]], 1):
        rows.write(f'<row r="{number}">')
        for column, cell in enumerate(row):
            rows.write(f'<c r="{chr(65 + column)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>')
        rows.write("</row>")
    for number in range(3, 150_000):
        rows.write(f'<row r="{number}" s="1"><c r="A{number}" s="1"/></row>')
    rows.write('<row r="1048576" s="1"><c r="XFD1048576" s="1"/></row></sheetData></worksheet>')
    path = replaced(book(ROWS), "xl/worksheets/sheet1.xml", rows.getvalue())
    try:
        read = read_orders(path)
    except ec.errors.InvalidDocument as error:
        assert "row" in str(error)
    else:
        assert [order.draft.customer_po for order in read.orders] == ["PO-1"]
        assert read.refused == ()


def test_what_was_read_knows_where_each_value_stood(book) -> None:
    read = read_orders(book(ROWS, above=2))
    order = read.orders[0]
    assert str(order.places["lines[1].quantity"].cell) == "E5"
    assert order.places["customer"].sheet == "Orders"
