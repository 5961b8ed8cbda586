"""Workbooks of other formats: read as far as they tell, and what they do not tell is said."""

from __future__ import annotations

import importlib.util
import struct
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from erp_connect.documents import fast_reader, read_orders, read_records, row_results, write_checked_copy
from erp_connect.errors import InvalidDocument
from erp_connect.models import Severity

spec = importlib.util.spec_from_file_location("old_formats", Path(__file__).with_name("old_formats.py"))
old_formats = importlib.util.module_from_spec(spec)
spec.loader.exec_module(old_formats)

HEADINGS = ["Customer", "PO number", "Product", "Quantity", "Unit", "Currency", "Price", "Requested date"]
GOOD = ["10000", "PO-1", "VALVE-20", 2.5, "m", "EUR", 12.5, date(2026, 12, 1)]
FORMATS = pytest.mark.parametrize("suffix", old_formats.WRITERS)
READER = pytest.mark.skipif(
    importlib.util.find_spec("python_calamine") is None, reason="the extra 'workbooks' is not installed"
)


@pytest.fixture
def write(tmp_path):
    def make(suffix, rows, **more):
        return old_formats.WRITERS[suffix](tmp_path / f"orders{suffix}", rows, **more)

    return make


def told(sheet):
    return [(issue.place.cell, issue.code) for issue in sheet.issues]


@READER
@FORMATS
def test_orders_of_other_formats_are_read_with_their_cells(write, suffix):
    path = write(
        suffix,
        [["Orders of the week"], [], [None, *HEADINGS], [None, *GOOD], [None, "Total", None, None, 2.5]],
    )
    read = read_orders(path)
    (order,) = read.orders
    line = order.draft.lines[0]
    assert (order.key, line.quantity, line.unit) == ("10000/PO-1", Decimal("2.5"), "MTR")
    assert (line.price.amount, order.draft.requested) == (Decimal("12.5"), date(2026, 12, 1))
    assert order.places["lines[0].quantity"].cell == "E4"
    assert [(run.first, run.reason) for run in read.left_out] == [(5, "total")]
    assert not read.issues


@READER
@FORMATS
def test_empty_cells_that_may_be_errors_are_said_as_such(write, suffix):
    rows = [HEADINGS, GOOD, ["10000", "PO-2", "V", old_formats.Error, "m", "EUR", old_formats.Error, None]]
    read = read_orders(write(suffix, rows))
    found = {issue.place.cell: issue for issue in read.issues}
    assert {cell: issue.code for cell, issue in found.items()} == dict.fromkeys(
        ("D3", "G3", "H3"), "empty_or_error"
    )
    assert found["D3"].severity is Severity.ERROR, "a quantity must be given"
    assert found["G3"].severity is Severity.WARNING, "a price may be"
    assert [order.key for order in read.orders] == ["10000/PO-1"]


@READER
@FORMATS
def test_numbers_that_may_have_lost_their_zeros_are_said_as_such(write, suffix):
    read = read_orders(write(suffix, [HEADINGS, [4711, *GOOD[1:]]]))
    assert read.orders[0].draft.customer == "4711"
    assert told(read) == [("A2", "zeros_unknown")]


@READER
@FORMATS
def test_another_sheet_is_named_as_in_any_workbook(write, suffix):
    path = write(suffix, [HEADINGS, GOOD], sheet="Week 1")
    assert read_orders(path, sheet="Week 1").sheet == "Week 1"
    with pytest.raises(InvalidDocument, match="Week 1") as caught:
        read_orders(path, sheet="Week 2")
    assert caught.value.code == "sheet_unknown"


@READER
@FORMATS
def test_no_checked_copy_is_written_that_would_lose_the_rest(write, suffix, tmp_path):
    read = read_orders(write(suffix, [HEADINGS, GOOD]))
    with pytest.raises(InvalidDocument) as caught:
        write_checked_copy(read, tmp_path / f"copy{suffix}", row_results(read))
    assert caught.value.code == "copy_impossible"
    assert not (tmp_path / f"copy{suffix}").exists()


@READER
@FORMATS
def test_master_data_is_read_from_them_too(write, suffix):
    read = read_records(
        write(suffix, [["Product code", "Name", "Unit"], ["V-1", "Valve", "PCE"]]), "products"
    )
    assert [record.values["code"] for record in read.records] == ["V-1"]
    read = read_records(write(suffix, [["Product code", "Name", "Unit"], ["V-1", None, "PCE"]]), "products")
    assert [(issue.code, issue.path) for issue in read.issues] == [("empty_or_error", "name")]


@READER
@FORMATS
def test_a_file_that_is_cut_off_is_damaged(write, suffix):
    path = write(suffix, [HEADINGS, GOOD] * 300)
    whole = path.read_bytes()
    for part in (0.2, 0.5, 0.8):
        path.write_bytes(whole[: int(len(whole) * part)])
        with pytest.raises(InvalidDocument) as caught:
            read_orders(path)
        assert caught.value.code in ("document_damaged", "header_missing", "document_empty")


@READER
def test_a_sheet_that_would_take_all_memory_is_damaged_and_takes_no_program_with_it(write, monkeypatch):
    """Two cells in opposite corners: the foreign reader makes room for all cells between, and aborts."""
    monkeypatch.setattr(fast_reader, "MOST_MEMORY", 512 << 20)
    path = write(".xlsb", [HEADINGS, GOOD])
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    sheet = "xl/worksheets/sheet1.bin"
    second = struct.pack("<IIH", 1, 0, 300)
    assert parts[sheet].count(second) == 1
    parts[sheet] = parts[sheet].replace(second, struct.pack("<IIH", 1_048_575, 0, 300))
    last = struct.pack("<II", 7, 1)
    parts[sheet] = parts[sheet].replace(last, struct.pack("<II", 16_383, 1))
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    with pytest.raises(InvalidDocument, match="memory") as caught:
        read_orders(path)
    assert caught.value.code == "document_damaged"


@READER
def test_a_reader_that_hangs_is_stopped(write, monkeypatch):
    monkeypatch.setattr(fast_reader, "LONGEST_TIME", 0.001)
    with pytest.raises(InvalidDocument, match="too long"):
        read_orders(write(".ods", [HEADINGS, GOOD]))


@FORMATS
def test_without_the_reader_the_error_names_the_extra(write, suffix, monkeypatch):
    monkeypatch.setattr(fast_reader, "find_spec", lambda name: None)
    with pytest.raises(InvalidDocument, match=r"erp-connect\[workbooks\]") as caught:
        read_orders(write(suffix, [HEADINGS, GOOD]))
    assert caught.value.code == "document_old_format"
