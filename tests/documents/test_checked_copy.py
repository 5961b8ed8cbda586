"""The checked copy: the user's own workbook, unchanged but for two columns and the red of the wrong cells."""

from __future__ import annotations

import os
import re
import warnings
import zipfile
from datetime import date

import openpyxl
import pytest
import xlsxwriter
from lxml import etree

from erp_connect.documents import RowResult, read_orders, row_results, write_checked_copy
from erp_connect.documents.cell_text import LONGEST_TEXT
from erp_connect.documents.styles import RED
from erp_connect.errors import InvalidDocument, InvalidOrder, LossyWrite
from erp_connect.models import Finding, Severity

GOOD = ["10000", "PO-1", "VALVE-20", 5, "PCE", "EUR", 12.5]


def parts(path):
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        return {info.filename: package.read(info) for info in package.infolist()}


def loaded(path, **options):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "(Sparkline|Unknown|Conditional).* extension is not supported")
        return openpyxl.load_workbook(path, **options)


def opened(path):
    """Both ways of opening must take the copy."""
    loaded(path, read_only=True).close()
    return loaded(path).worksheets[0]


def is_red(cell):
    return cell.fill.fgColor.rgb == RED


@pytest.fixture
def rich(tmp_path, headings):
    """A workbook with all that libraries lose when they save one."""
    path = tmp_path / "orders.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Orders")
    lists = book.add_worksheet("Lists")
    title = book.add_format({"bold": True, "font_size": 16, "bg_color": "yellow"})
    heading = book.add_format({"bold": True, "bottom": 2, "bg_color": "#DDEEFF"})
    day = book.add_format({"num_format": "dd.mm.yyyy", "bg_color": "#EEEEEE"})
    price = book.add_format({"num_format": "#,##0.00 €", "border": 1})
    sheet.merge_range("A1:H1", "Orders <of> the week & more", title)
    sheet.write_row(2, 0, [*headings, "Requested date"], heading)
    for row in range(3, 13):
        sheet.write_row(row, 0, [f"1000{row}", f"PO-{row}", *GOOD[2:6]])
        sheet.write(row, 6, 12.5, price)
        sheet.write_datetime(row, 7, date(2026, 12, 31), day)
    sheet.write(4, 3, "many")
    sheet.write_blank(5, 2, None, heading)
    sheet.write(6, 7, "soon", day)
    sheet.write_formula(7, 6, "=5*2.5", price, 12.5)
    sheet.write_comment("B5", "ask them")
    sheet.conditional_format("D4:D13", {"type": "data_bar"})
    sheet.conditional_format("G4:G13", {"type": "cell", "criteria": ">", "value": 10, "format": title})
    sheet.data_validation("E4:E13", {"validate": "list", "source": ["PCE", "KGM"]})
    sheet.add_table(
        "A3:H13",
        {"columns": [{"header": h, "header_format": heading} for h in [*headings, "Requested date"]]},
    )
    sheet.write_url("B9", "https://example.org/", string="PO-8")
    sheet.freeze_panes(3, 1)
    sheet.set_column("A:H", 14)
    sheet.set_row(4, 30, None, {"level": 1})
    sheet.set_footer("&CPage &P")
    sheet.add_sparkline("A2", {"range": "Orders!D4:D13"})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Orders!$D$4:$D$13"})
    sheet.insert_chart("K5", chart)
    lists.write_column(0, 0, ["PCE", "KGM"])
    book.define_name("Units", "=Lists!$A$1:$A$2")
    book.close()
    return path


def test_only_the_sheet_and_the_styles_change(rich, tmp_path):
    sheet = read_orders(rich)
    assert [(issue.place.cell, issue.code) for issue in sheet.issues] == [
        ("D5", "not_a_number"),
        ("C6", "missing_value"),
        ("H7", "not_a_date"),
    ]
    before = rich.read_bytes()
    copy = write_checked_copy(sheet, tmp_path / "checked.xlsx", row_results(sheet))
    assert rich.read_bytes() == before
    old, new = parts(rich), parts(copy)
    assert list(old) == list(new), "the same parts in the same order"
    assert {name for name in old if old[name] != new[name]} == {"xl/worksheets/sheet1.xml", "xl/styles.xml"}
    assert len(old) > 12


def test_the_sheet_keeps_everything_but_what_was_added(rich, tmp_path):
    sheet = read_orders(rich)
    copy = write_checked_copy(sheet, tmp_path / "checked.xlsx", row_results(sheet))

    def told(path):
        root = etree.fromstring(parts(path)["xl/worksheets/sheet1.xml"])
        for cell in root.iter("{*}c"):
            if re.fullmatch(r"[IJK]\d+", cell.get("r")):
                cell.getparent().remove(cell)
            cell.attrib.pop("s", None)
        for row in root.iter("{*}row"):
            row.attrib.pop("spans", None)
        for column in root.iterfind("{*}cols/{*}col"):
            if column.get("min") in ("9", "10", "11"):
                column.getparent().remove(column)
        # The missing product's cell was there, because it was formatted.
        root.find("{*}dimension").set("ref", "")
        return etree.tostring(root, method="c14n2")

    assert told(copy) == told(rich)
    assert parts(copy)["xl/worksheets/sheet1.xml"].count(b"xmlns=") == 1, "rows do not repeat the namespaces"


def test_results_stand_in_columns_of_their_own_right_of_everything(rich, tmp_path):
    sheet = read_orders(rich)
    results = row_results(sheet, written={"10003/PO-3": "created as 100017"})
    got = opened(write_checked_copy(sheet, tmp_path / "checked.xlsx", results))
    assert [got["I3"].value, got["J3"].value, got["K3"].value] == ["Result", "Errors", "Key"]
    assert got["I3"].font.bold, "the headings look like the others"
    assert [got["I4"].value, got["J4"].value, got["K4"].value] == ["created as 100017", None, "10003/PO-3"]
    assert got["I5"].value == "not imported"
    assert got["J5"].value.startswith("Quantity: the text is no number")
    assert got["I12"].value == "checked"
    assert got.dimensions == "A1:K13"
    assert got["G8"].value == "=5*2.5"
    assert loaded(tmp_path / "checked.xlsx", data_only=True).active["G8"].value == 12.5
    assert got.tables.keys() == {"Table1"}
    assert got["B5"].comment.text == "ask them"
    assert [str(each) for each in got.merged_cells.ranges] == ["A1:H1"]
    assert got.column_dimensions["J"].width > 40


def test_wrong_cells_are_red_and_keep_the_rest_of_their_look(rich, tmp_path):
    sheet = read_orders(rich)
    source = loaded(rich).active
    got = opened(write_checked_copy(sheet, tmp_path / "checked.xlsx", row_results(sheet)))
    red = {cell.coordinate for row in got.iter_rows() for cell in row if is_red(cell)}
    assert red == {"D5", "C6", "H7"}
    assert got["H7"].number_format == source["H7"].number_format
    assert got["C6"].font.bold
    for row in source.iter_rows():
        for cell in row:
            if cell.coordinate not in red:
                assert got[cell.coordinate].fill.fgColor.rgb == cell.fill.fgColor.rgb
                assert got[cell.coordinate].value == cell.value


def test_a_missing_cell_is_made_at_its_place_and_red(workbook, tmp_path):
    sheet = read_orders(workbook([["10000", "PO-1", None, 5, None, "EUR", 1], [None, *GOOD[1:]]]))
    got = opened(write_checked_copy(sheet, tmp_path / "checked.xlsx", row_results(sheet)))
    assert {cell.coordinate for row in got.iter_rows() for cell in row if is_red(cell)} == {"C2", "E2", "A3"}
    xml = parts(tmp_path / "checked.xlsx")["xl/worksheets/sheet1.xml"]
    assert re.findall(rb'r="([A-Z]+)2"', xml) == [b"A", b"B", b"C", b"D", b"E", b"F", b"G", b"H", b"I", b"J"]


def test_text_that_looks_like_a_formula_stays_text(workbook, tmp_path):
    sheet = read_orders(workbook([GOOD, ["10001", *GOOD[1:]]]))
    results = {
        2: RowResult(result="=HYPERLINK(1)", errors="+1\x07 _x0041_ <b> & \ud800"),
        3: RowResult(result="@x", errors="-" * 40_000),
    }
    got = opened(write_checked_copy(sheet, tmp_path / "checked.xlsx", results))
    assert (got["H2"].data_type, got["H2"].value) == ("s", "=HYPERLINK(1)")
    xml = parts(tmp_path / "checked.xlsx")["xl/worksheets/sheet1.xml"].decode()
    assert "<f>" not in xml
    assert "+1\N{REPLACEMENT CHARACTER} _x005F_x0041_ &lt;b&gt; &amp; \N{REPLACEMENT CHARACTER}" in xml
    assert len(got["I3"].value) == LONGEST_TEXT


def test_a_checked_copy_is_read_again_without_its_own_columns(rich, tmp_path):
    first = read_orders(rich)
    copy = write_checked_copy(first, tmp_path / "checked.xlsx", row_results(first))
    again = read_orders(copy)
    assert [order.draft for order in again.orders] == [order.draft for order in first.orders]
    assert [(issue.code, issue.place.cell) for issue in again.issues] == [
        (issue.code, issue.place.cell) for issue in first.issues
    ]
    assert not again.unknown_columns


def test_writing_a_checked_copy_again_replaces_texts_and_marks(rich, tmp_path):
    first = read_orders(rich)
    copy = write_checked_copy(first, tmp_path / "checked.xlsx", row_results(first))
    book = loaded(copy)  # a person corrects two of three cells
    book.active["D5"].value = 3
    book.active["C6"].value = "PIPE-7"
    book.active["G8"].value = 12.5  # this writer forgets what formulas came to
    book.save(tmp_path / "corrected.xlsx")

    second = read_orders(tmp_path / "corrected.xlsx")
    assert [issue.place.cell for issue in second.issues] == ["H7"]
    got = opened(write_checked_copy(second, tmp_path / "checked again.xlsx", row_results(second)))
    assert [cell.value for cell in got[3]][7:] == ["Requested date", "Result", "Errors", "Key"]
    assert {cell.coordinate for row in got.iter_rows() for cell in row if is_red(cell)} == {"H7"}
    assert [got["I5"].value, got["J5"].value] == ["checked", None]
    assert got["I7"].value == "not imported"


def test_a_users_own_column_result_is_not_ours(workbook, tmp_path, headings):
    sheet = read_orders(workbook([[*GOOD, "win"]], headings=[*headings, "Result"]))
    assert [column.heading for column in sheet.unknown_columns] == ["Result"]
    got = opened(write_checked_copy(sheet, tmp_path / "checked.xlsx", row_results(sheet)))
    assert [cell.value for cell in got[2]][6:] == [12.5, "win", "checked", None, "10000/PO-1"]


def test_shared_styles_and_prefixed_xml_are_patched_alike(workbook, with_part, tmp_path):
    def prefixed(xml: bytes) -> bytes:
        text = re.sub(r"<(/?)(\w)", r"<\1x:\2", xml.decode())
        return text.replace('xmlns="http://schemas', 'xmlns:x="http://schemas', 1).encode()

    path = with_part(
        workbook([["10000", "PO-1", None, 0, "PCE", "EUR", 1]]),
        "prefixed.xlsx",
        xl__worksheets__sheet1=prefixed,
    )
    sheet = read_orders(path)
    assert [issue.place.cell for issue in sheet.issues] == ["C2", "D2"]
    got = opened(write_checked_copy(sheet, tmp_path / "checked.xlsx", row_results(sheet)))
    assert is_red(got["C2"])
    assert is_red(got["D2"])
    assert got["H2"].value == "not imported"


def test_columns_with_a_width_to_the_end_of_the_sheet_stay_sound(workbook, with_part, tmp_path):
    cols = b'<cols><col min="1" max="16384" width="9"/></cols>'
    path = with_part(
        workbook([GOOD]),
        "wide.xlsx",
        xl__worksheets__sheet1=lambda xml: xml.replace(b"<sheetData>", cols + b"<sheetData>"),
    )
    sheet = read_orders(path)
    xml = parts(write_checked_copy(sheet, tmp_path / "checked.xlsx", row_results(sheet)))[
        "xl/worksheets/sheet1.xml"
    ]
    assert re.findall(rb"<col [^>]*>", xml) == [b'<col min="1" max="16384" width="9"/>']


def test_a_cell_of_ten_megabytes_does_not_keep_the_copy_from_being_written(workbook, with_part, tmp_path):
    path = with_part(
        workbook([["LONG", *GOOD[1:]]]),
        "long.xlsx",
        xl__worksheets__sheet1=lambda xml: xml.replace(b"LONG", b"x" * 11_000_000),
    )
    sheet = read_orders(path)
    assert [issue.code for issue in sheet.issues] == ["text_too_long"]
    got = opened(write_checked_copy(sheet, tmp_path / "checked.xlsx", row_results(sheet)))
    assert is_red(got["A2"])


def test_cells_and_rows_without_references_keep_their_places(workbook, with_part, tmp_path):
    path = with_part(
        workbook([["10000", "PO-1", "V", 0, "PCE", "EUR", 1], GOOD]),
        "bare.xlsx",
        xl__worksheets__sheet1=lambda xml: re.sub(rb' r="[A-Z]*\d+"', b"", xml),
    )
    sheet = read_orders(path)
    got = opened(write_checked_copy(sheet, tmp_path / "checked.xlsx", row_results(sheet)))
    assert [cell.value for cell in got[2]][:8] == ["10000", "PO-1", "V", 0, "PCE", "EUR", 1, "not imported"]
    assert is_red(got["D2"])


def test_merged_cells_beside_the_columns_are_kept_clear(workbook, tmp_path):
    path = workbook([GOOD])
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("G3:K3")
    book.save(path)
    sheet = read_orders(path)
    got = opened(write_checked_copy(sheet, tmp_path / "checked.xlsx", row_results(sheet)))
    assert [got["L1"].value, got["M1"].value] == ["Result", "Errors"]


def test_a_full_sheet_has_no_room(workbook, tmp_path):
    path = workbook([GOOD])
    book = openpyxl.load_workbook(path)
    book.active["XFC9"].value = "far away"
    book.save(path)
    sheet = read_orders(path)
    with pytest.raises(InvalidDocument) as caught:
        write_checked_copy(sheet, tmp_path / "checked.xlsx", row_results(sheet))
    assert caught.value.code == "no_room"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["orders.xlsx"], "nothing half-written stays"


@pytest.mark.parametrize("kind", ["same", "link", "folder", "no folder", "other suffix"])
def test_the_source_is_never_written_over(workbook, tmp_path, kind):
    path = workbook([GOOD])
    sheet = read_orders(path)
    target = {
        "same": path,
        "link": tmp_path / "link.xlsx",
        "folder": tmp_path / "folder.xlsx",
        "no folder": tmp_path / "none" / "checked.xlsx",
        "other suffix": tmp_path / "checked.xlsm",
    }[kind]
    if kind == "link":
        target.symlink_to(path)
    if kind == "folder":
        target.mkdir()
    before = path.read_bytes()
    with pytest.raises(InvalidDocument) as caught:
        write_checked_copy(sheet, target, row_results(sheet))
    assert caught.value.code.startswith("target_")
    assert caught.value.hint
    assert path.read_bytes() == before


def test_a_source_that_changed_meanwhile_is_read_again_first(workbook, tmp_path):
    path = workbook([GOOD])
    sheet = read_orders(path)
    os.utime(path, (1, 1))
    with pytest.raises(InvalidDocument) as caught:
        write_checked_copy(sheet, tmp_path / "checked.xlsx", row_results(sheet))
    assert caught.value.code == "source_changed"
    path.unlink()
    with pytest.raises(InvalidDocument, match="gone"):
        write_checked_copy(sheet, tmp_path / "checked.xlsx", row_results(sheet))


def test_results_of_rows_that_do_not_exist_are_a_mistake_of_the_caller(workbook, tmp_path):
    sheet = read_orders(workbook([GOOD]))
    with pytest.raises(ValueError, match="rows"):
        write_checked_copy(sheet, tmp_path / "checked.xlsx", {99: RowResult(result="x")})


def test_an_older_copy_is_replaced_whole(workbook, tmp_path):
    sheet = read_orders(workbook([GOOD]))
    (tmp_path / "checked.xlsx").write_text("old")
    opened(write_checked_copy(sheet, tmp_path / "checked.xlsx", row_results(sheet)))
    assert (tmp_path / "checked.xlsx").stat().st_mode == sheet.path.stat().st_mode


# --------------------------------------------------------------------------- what stands in the columns


def test_right_rows_of_a_wrong_order_say_where_the_fault_is(workbook):
    sheet = read_orders(workbook([GOOD, [*GOOD[:3], 0, *GOOD[4:]], GOOD, ["10001", *GOOD[1:]]]))
    results = row_results(sheet)
    assert {row: result.result for row, result in results.items()} == {
        2: "not imported",
        3: "not imported",
        4: "not imported",
        5: "checked",
    }
    assert "see row 3" in results[2].errors
    assert results[3].wrong == (4,)
    assert results[2].wrong == ()


def test_what_the_back_end_says_is_put_at_the_cells_it_is_about(workbook):
    sheet = read_orders(workbook([GOOD, GOOD, ["10001", *GOOD[1:]], ["10002", *GOOD[1:]]]))
    unknown = Finding(
        code="product_unknown",
        severity=Severity.ERROR,
        path="lines[1].product",
        message="no such product",
        fix="order another",
    )
    short = Finding(
        code="stock_short", severity=Severity.WARNING, path="lines[0].quantity", message="only 3 in stock"
    )
    results = row_results(
        sheet,
        failed={
            "10000/PO-1": InvalidOrder("2 errors", findings=[unknown]),
            "10001/PO-1": LossyWrite("cannot be held", fields=["order.line.price"]),
            "10002/PO-1": [short],
        },
        written={"10002/PO-1": "created as 7"},
    )
    assert (results[3].errors, results[3].wrong) == ("no such product (order another)", (3,))
    assert results[2].result == "not imported"
    assert results[4].wrong == (7,)
    assert (results[5].result, results[5].errors, results[5].wrong) == (
        "created as 7",
        "note: only 3 in stock",
        (),
    )


# --------------------------------------------------------------------------- csv


def test_a_csv_file_keeps_its_records_and_gets_fields_of_ours(tmp_path):
    path = tmp_path / "orders.csv"
    head = "Kunde;Bestellung;Artikel;Menge;Einheit;Währung;Bezeichnung"
    path.write_bytes(
        f'Wochenliste\r\n{head}\r\n10000;B-1;"V;1";5;Stück;EUR;"zwei\r\nZeilen"\r\n\r\n10001;B-2;V\r\n10002;B-3;V;1;kg;EUR;=1+1;;\r\n'.encode(
            "cp1252"
        )
    )
    sheet = read_orders(path)
    results = row_results(sheet, written={"10000/B-1": "=created"})
    copy = write_checked_copy(sheet, tmp_path / "checked.csv", results)
    lines = copy.read_bytes().decode("cp1252").split("\r\n")
    assert lines[0] == "Wochenliste"
    assert lines[1] == head + ";Result;Errors;Key"
    assert lines[2:4] == ['10000;B-1;"V;1";5;Stück;EUR;"zwei', "Zeilen\";'=created;;10000/B-1"]
    assert lines[4] == ""
    assert lines[5].startswith("10001;B-2;V;;;;;not imported;")
    assert "Quantity is missing" in lines[5]
    assert lines[6] == "10002;B-3;V;1;kg;EUR;=1+1;checked;;10002/B-3;;"

    again = read_orders(copy)
    assert [order.draft for order in again.orders] == [order.draft for order in sheet.orders]
    assert not again.unknown_columns
    second = write_checked_copy(again, tmp_path / "checked again.csv", row_results(again))
    assert [line.count("Result") for line in second.read_text(encoding="cp1252").splitlines()][1] == 1
    assert "=created" not in second.read_text(encoding="cp1252")
