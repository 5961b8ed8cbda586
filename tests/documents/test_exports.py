"""Orders, shipments and differences as sheets: exact, free of formulas, and readable by the import."""

from __future__ import annotations

import csv
import tempfile
import tracemalloc
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import erp_connect as ec
from erp_connect.documents import (
    LANGUAGES,
    export_differences,
    export_orders,
    export_shipments,
    read_orders,
)
from erp_connect.documents.cell_text import cell_text
from erp_connect.documents.csvfile import CsvRows
from erp_connect.documents.defusing import defused, undefused
from erp_connect.documents.extent import LAST_ROW
from erp_connect.documents.tables import Column, write_table
from erp_connect.documents.workbook import open_workbook
from erp_connect.errors import InvalidDocument, TransportError

EUR = "EUR"
AS_XML = '<r><t>x</t></r></is></c><c r="B2"><f>1+1</f></c><c r="C2" t="inlineStr"><is><r></r>'
"""What XlsxWriter alone would write as the XML that it looks like: a live formula in the cell beside it."""
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1", "\uff1d1", " =1", "'=1", "''@x"]


def price(amount, per=1):
    return ec.UnitPrice(amount=Decimal(amount), currency=EUR, per=Decimal(per))


@pytest.fixture
def erp():
    with ec.connect("memory://") as client:
        client.customers.create(ec.CustomerDraft(number="0000471", name="=Harbour"))
        client.suppliers.create(ec.SupplierDraft(number="0815", name="Works"))
        for code in ("00020", "=HOSE"):
            client.products.create(ec.ProductDraft(code=code, name=code, unit="KGM"))
        yield client


@pytest.fixture
def drafts():
    address = ec.Address(
        name="Store 2", lines=["4 Quay Road", "Gate 3"], city="Bristol", postal_code="01067", country="DE"
    )
    return [
        ec.OrderDraft(
            customer="0000471",
            customer_po="007",
            currency=EUR,
            order_date=date(2026, 11, 25),
            ship_to=address,
            notes=["Ring before 10\n=1+1"],
            lines=[
                ec.LineDraft(
                    product="00020", quantity=Decimal("1.234"), unit="KGM", price=price("12.345678", 100)
                ),
                ec.LineDraft(
                    product="=HOSE",
                    quantity=5,
                    unit="KGM",
                    price=price("0.38"),
                    discount=ec.Discount(percent=Decimal("2.5")),
                    requested=date(2026, 12, 31),
                    description="+49 hose",
                    reference="010",
                ),
            ],
        ),
        ec.OrderDraft(
            customer="0000471",
            customer_po="@PO",
            currency=EUR,
            order_date=date(2026, 11, 25),
            requested=date(2026, 12, 1),
            lines=[
                ec.LineDraft(product="00020", quantity=Decimal("123.456"), unit="KGM", price=price("1000"))
            ],
        ),
    ]


@pytest.fixture
def orders(erp, drafts):
    erp.orders.create_many(drafts, ec.keys.by_customer_po).raise_for_failures()
    return list(erp.orders.list())


def cells(path):
    """The rows below the header as dictionaries of cells."""
    sheet = openpyxl.load_workbook(path).active
    header = [cell.value for cell in sheet[1]]
    return [dict(zip(header, row, strict=True)) for row in sheet.iter_rows(min_row=2)]


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_exported_orders_are_read_as_the_drafts_that_they_were(orders, drafts, tmp_path, suffix, language):
    path = tmp_path / f"orders{suffix}"
    assert export_orders(iter(orders), path, language=language) == 3
    sheet = read_orders(path)
    assert not sheet.issues
    assert [order.key for order in sheet.orders] == ["0000471/007", "0000471/@PO"]
    for read, draft in zip(sheet.orders, drafts, strict=True):
        found = read.draft
        assert found.ship_to == draft.ship_to
        assert found.notes == draft.notes
        assert found.order_date == draft.order_date
        assert found.requested == draft.requested
        for line, wanted in zip(found.lines, draft.lines, strict=True):
            for name in ("product", "quantity", "unit", "price", "discount", "requested", "reference"):
                assert getattr(line, name) == getattr(wanted, name), name
    assert sheet.orders[0].draft.lines[1].description == "+49 hose"


def test_purchase_orders_are_read_again_too(erp, tmp_path):
    draft = ec.PurchaseOrderDraft(
        supplier="0815",
        currency=EUR,
        references=[ec.Reference(kind="purchase_order", value="B-1")],
        lines=[ec.PurchaseOrderLineDraft(product="00020", quantity=3, unit="KGM", price=price("1.5"))],
    )
    erp.purchase_orders.create(draft, key="B-1")
    for name in ("orders.xlsx", "orders.csv"):
        export_orders(erp.purchase_orders.list(), tmp_path / name, kind="purchase", language="es")
        (order,) = read_orders(tmp_path / name, kind="purchase").orders
        assert order.key == "0815/B-1"
        assert order.draft.lines[0].price == price("1.5")


def test_the_workbook_has_numbers_dates_and_texts(orders, tmp_path):
    export_orders(orders, tmp_path / "orders.xlsx")
    first = cells(tmp_path / "orders.xlsx")[0]
    assert (first["Customer number"].value, first["Customer number"].number_format) == ("0000471", "@")
    assert first["Quantity"].value == 1.234
    assert first["Price"].value == 12.345678
    assert first["Price per"].value == 100
    assert first["Order date"].is_date
    assert first["Order date"].value.date() == date(2026, 11, 25)
    assert first["Status"].value == "submitted"
    assert first["Open"].value == 1.234


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("0.1", 0.1),
        ("123456789012.345", 123456789012.345),
        ("9.99999999999999", 9.99999999999999),
        ("1234567890123456.7", "1234567890123456.7"),
        ("0.1234567890123456", "0.1234567890123456"),
        ("12.50", 12.5),
    ],
)
def test_a_number_is_a_number_where_a_spreadsheet_keeps_each_digit(tmp_path, number, value):
    write_table(tmp_path / "t.xlsx", "T", [Column("N")], [[Decimal(number)]])
    (row,) = cells(tmp_path / "t.xlsx")
    assert row["N"].value == value
    assert Decimal(str(row["N"].value)) == Decimal(number)


# --------------------------------------------------------------------------- formulas


@pytest.mark.parametrize(
    "text", [*HOSTILE, AS_XML, "<r>x</r>", "_x0041_", "http://x.example", "mailto:a@x.example"]
)
def test_no_text_becomes_a_formula_or_link_in_a_workbook(tmp_path, text):
    write_table(tmp_path / "t.xlsx", "T", [Column("Text")], [[text]])
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    cell = book.active["A2"]
    assert book.active.max_column == 1
    assert cell.data_type == "s"
    assert cell.hyperlink is None
    assert cell.number_format == "@", "typing it again keeps it a text"
    # openpyxl leaves escapes as they are; the reader of the orders takes them off.
    assert cell.value.replace("_x005F_x0041_", "_x0041_").rstrip(" ") == text


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_a_formula_in_a_csv_file_and_each_is_read_as_it_was(tmp_path, text):
    path = tmp_path / "t.csv"
    write_table(path, "T", [Column("Text")], [[text]])
    with path.open(encoding="utf-8-sig", newline="") as file:
        _, (field,) = csv.reader(file)
    assert field.startswith("'")
    assert undefused(field) == text


@pytest.mark.parametrize("text", ["12", "PO-1", "", "'", "O'Neill", "'quoted'", "a=b", "a'=1"])
def test_other_texts_stay_as_they_are(text):
    assert defused(text) == text
    assert undefused(text) == text


def test_hostile_codes_are_read_by_the_import_as_they_were_exported(erp, tmp_path):
    for index, text in enumerate(code.strip() for code in HOSTILE):
        erp.products.create(ec.ProductDraft(code=f"{text}{index}", name="x", unit="H87"))
    draft = ec.OrderDraft(
        customer="0000471",
        customer_po="=PO",
        currency=EUR,
        lines=[
            ec.LineDraft(product=f"{text.strip()}{index}", quantity=1, unit="H87", price=price(1))
            for index, text in enumerate(HOSTILE)
        ],
    )
    erp.orders.create(draft, key="=PO")
    for name in ("orders.xlsx", "orders.csv"):
        export_orders(erp.orders.list(), tmp_path / name)
        (order,) = read_orders(tmp_path / name).orders
        assert order.key == "0000471/=PO"
        assert [line.product for line in order.draft.lines] == [line.product for line in draft.lines]


@given(
    st.lists(st.text() | st.sampled_from(HOSTILE) | st.from_regex(r"'*[ =+@_x<-]{1,4}[0-9r>]*"), max_size=5)
)
@settings(max_examples=150, deadline=None)
def test_any_text_comes_back_as_it_was(texts):
    with tempfile.TemporaryDirectory() as folder:
        for suffix, opened in ((".csv", read_csv), (".xlsx", read_workbook)):
            path = Path(folder) / f"t{suffix}"
            write_table(path, "T", [Column("H")] * 2, ((text, "end") for text in texts))
            found = [row[0].value or "" for row in opened(path)]
            # A text that looks like a workbook's own XML is kept from being taken for it by a blank.
            assert [text.removesuffix(" ") if text.startswith("<r>") else text for text in found] == [
                cell_text(text).removesuffix(" ") if text.startswith("<r>") else cell_text(text)
                for text in texts
            ]


def read_csv(path):
    return [cells for number, cells in CsvRows(path, "utf-8-sig", ",").rows() if number > 1 and cells]


def read_workbook(path):
    rows = open_workbook(path, None)
    try:
        return [cells for _, cells in rows.rows(2)]
    finally:
        rows.close()


# --------------------------------------------------------------------------- shipments and differences


def test_shipments_are_written_line_by_line(erp, orders, tmp_path):
    order = orders[0]
    erp.shipments.post(order, {1: 1, 2: 2}, packages=[ec.Package(tracking_number="00340434", carrier="DHL")])
    erp.shipments.post(order, {2: 3}, packages=[ec.Package(tracking_number="=1")])
    path = tmp_path / "shipments.xlsx"
    told = ((each, erp.shipments.of(each)) for each in erp.orders.list())
    assert export_shipments(told, path) == 3
    rows = cells(path)
    assert [row["Product code"].value for row in rows] == ["00020", "=HOSE", "=HOSE"]
    assert [row["Quantity"].value for row in rows] == [1, 2, 3]
    assert [row["ERP line"].value for row in rows] == [1, 2, 2]
    assert [row["Tracking numbers"].value for row in rows] == ["00340434", "00340434", "=1"]
    assert {row["Tracking numbers"].data_type for row in rows} == {"s"}
    assert {row["Customer PO number"].value for row in rows} == {"007"}
    assert rows[0]["Carrier"].value == "DHL"
    assert rows[0]["Shipped on"].is_date


def test_differences_of_receipts_and_plans_are_written_field_by_field(tmp_path):
    with ec.connect("memory://?like=bc") as erp:
        erp.customers.create(ec.CustomerDraft(number="10000", name="Harbour"))
        erp.products.create(ec.ProductDraft(code="VALVE-20", name="Valve", unit="KGM"))
        draft = ec.OrderDraft(
            customer="10000",
            customer_po="PO-1",
            currency=EUR,
            lines=[
                ec.LineDraft(product="VALVE-20", quantity=Decimal("1.5"), unit="KGM", price=price("9.85"))
            ],
        )
        receipt = erp.orders.create(draft, key="k=1")
        plan = erp.orders.plan(
            receipt.order,
            ec.ChangeQuantity(line=1, to=Decimal("2.25")),
            ec.ChangePrice(line=1, to=price("10")),
        )
        assert plan.diff
        path = tmp_path / "differences.xlsx"
        assert export_differences([receipt, plan], path) == len(receipt.differences) + len(plan.diff)
    found = {row["Field"].value: row for row in cells(path) if row["Operation"].value == "plan amend"}
    quantity = next(row for name, row in found.items() if name.endswith("quantity"))
    assert (quantity["Sent or before"].value, quantity["Stored or after"].value) == (1.5, 2.25)
    told = next(row for name, row in found.items() if name.endswith("price"))
    assert (told["Sent or before"].value, told["Stored or after"].value) == ("9.85 EUR", "10 EUR")
    assert {row["ERP order"].value for row in found.values()} == {receipt.order.number}
    assert export_differences([plan], tmp_path / "differences.csv", language="fr") == len(plan.diff)
    assert "Enregistré ou après" in (tmp_path / "differences.csv").read_text(encoding="utf-8-sig")


# --------------------------------------------------------------------------- the file


@pytest.mark.parametrize("name", ["orders.pdf", "none/orders.xlsx", "folder.csv"])
def test_a_name_that_cannot_be_is_refused_before_anything_is_read(tmp_path, name):
    (tmp_path / "folder.csv").mkdir()

    def orders():
        raise AssertionError("nothing is asked for")
        yield

    with pytest.raises(InvalidDocument) as caught:
        export_orders(orders(), tmp_path / name)
    assert caught.value.code.startswith("target_")


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_an_export_that_breaks_off_leaves_the_older_file(orders, tmp_path, suffix):
    path = tmp_path / f"orders{suffix}"
    path.write_text("the older one")

    def breaking():
        yield orders[0]
        raise TransportError("the line is gone")

    with pytest.raises(TransportError):
        export_orders(breaking(), path)
    assert path.read_text() == "the older one"
    assert list(tmp_path.iterdir()) == [path], "nothing half-written stays"
    export_orders(orders, path)
    assert read_orders(path).orders


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_memory_does_not_grow_with_the_rows(tmp_path, suffix):
    row = ["0000471", Decimal("12.5"), date(2026, 1, 1), "text of some length"] * 4

    def peak(rows):
        tracemalloc.start()
        write_table(tmp_path / f"t{suffix}", "T", [Column("x")] * 16, (row for _ in range(rows)))
        _, found = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return found

    peak(10)
    assert peak(6_000) < peak(600) + 300_000


def test_more_rows_than_a_sheet_has_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("erp_connect.documents.tables.LAST_ROW", 11)
    assert LAST_ROW == 1_048_576
    assert write_table(tmp_path / "t.xlsx", "T", [Column("x")], [["a"]] * 10) == 10
    with pytest.raises(InvalidDocument) as caught:
        write_table(tmp_path / "t.xlsx", "T", [Column("x")], [["a"]] * 11)
    assert caught.value.code == "rows_too_many"
    assert len(cells(tmp_path / "t.xlsx")) == 10
    assert write_table(tmp_path / "t.csv", "T", [Column("x")], [["a"]] * 11) == 11
