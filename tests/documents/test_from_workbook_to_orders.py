"""The morning of an order desk: import, correct what came back, import again; nothing is lost or doubled."""

from __future__ import annotations

import openpyxl
import pytest

import erp_connect as ec
from erp_connect.documents import read_orders, row_results, write_checked_copy


@pytest.fixture
def erp():
    with ec.connect("memory://") as client:
        client.customers.create(ec.CustomerDraft(number="10000", name="Harbour Works"))
        client.customers.create(ec.CustomerDraft(number="10001", name="Mill Street Supplies"))
        client.products.create(ec.ProductDraft(code="VALVE-20", name="Valve", unit="PCE"))
        yield client


def import_orders(erp, path, target):
    """What a program does with a workbook: write the good orders, and give the copy back with the rest."""
    sheet = read_orders(path)
    batch = erp.orders.create_many(
        [order.draft for order in sheet.orders], keys=[order.key for order in sheet.orders]
    )
    written = {receipt.key: f"order {receipt.stored.number}" for receipt in batch.succeeded}
    failed = {failure.key: failure.error for failure in batch.failed}
    return batch, write_checked_copy(sheet, target, row_results(sheet, written=written, failed=failed))


def test_wrong_rows_come_back_and_a_second_import_writes_only_what_was_missing(erp, workbook, tmp_path):
    path = workbook(
        [
            ["10000", "PO-1", "VALVE-20", 5, "PCE", "EUR", 12.5],
            ["10000", "PO-1", "VALVE-20", 1, "PCE", "EUR", 12.5],
            ["10001", "PO-7", "VALVE-20", "many", "PCE", "EUR", 12.5],
            ["10001", "PO-8", "VALVE-99", 2, "PCE", "EUR", 12.5],
        ]
    )
    first, copy = import_orders(erp, path, tmp_path / "checked.xlsx")
    assert [receipt.key for receipt in first.succeeded] == ["10000/PO-1"]
    assert len(list(erp.orders.list())) == 1

    book = openpyxl.load_workbook(copy)
    sheet = book.active
    number = first.succeeded[0].stored.number
    assert [sheet[f"H{row}"].value for row in (2, 3, 4, 5)] == [f"order {number}"] * 2 + ["not imported"] * 2
    assert "Quantity" in sheet["I4"].value
    assert sheet["C5"].fill.fgColor.rgb == sheet["D4"].fill.fgColor.rgb, (
        "the product that the ERP does not know is red too"
    )

    sheet["D4"], sheet["C5"] = 3, "VALVE-20"  # the desk corrects both, in the copy
    book.save(tmp_path / "corrected.xlsx")
    second, copy = import_orders(erp, tmp_path / "corrected.xlsx", tmp_path / "checked again.xlsx")
    assert [receipt.replayed for receipt in second.succeeded] == [True, False, False]
    assert not second.failed
    assert sorted(order.customer_po for order in erp.orders.list()) == ["PO-1", "PO-7", "PO-8"]
    again = openpyxl.load_workbook(copy).active
    assert [again[f"I{row}"].value for row in (2, 3, 4, 5)] == [None] * 4
