"""A workbook goes out checked, comes back corrected, and is checked again: nothing of it is lost, nothing doubled."""

from __future__ import annotations

import struct
import warnings
import zipfile
import zlib

import openpyxl
import pytest
import xlsxwriter

import erp_connect as ec
from erp_connect.documents import in_first_order, read_orders, row_results, write_checked_copy
from erp_connect.documents.styles import RED

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
GOOD = ["10000", "PO-1", "VALVE-20", 5, "PCE", "EUR", 12.5]


def parts(path):
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        return {info.filename: package.read(info) for info in package.infolist()}


def picture():
    """A PNG of one red pixel."""

    def chunk(name, content):
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(b"\x00\xff\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


PIVOT_CACHE = f"""<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{LINKS}" r:id="rId1" refreshedBy="them" recordCount="1">
<cacheSource type="worksheet"><worksheetSource ref="A3:G5" sheet="Orders"/></cacheSource>
<cacheFields count="1"><cacheField name="Customer" numFmtId="0"><sharedItems count="1"><s v="10000"/></sharedItems>
</cacheField></cacheFields></pivotCacheDefinition>"""
PIVOT_RECORDS = f'<pivotCacheRecords xmlns="{MAIN}" count="1"><r><x v="0"/></r></pivotCacheRecords>'
PIVOT_TABLE = f"""<pivotTableDefinition xmlns="{MAIN}" name="Pivot" cacheId="1" dataCaption="Values">
<location ref="A5:B6" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/>
<pivotFields count="1"><pivotField axis="axisRow" showAll="0"><items count="1"><item x="0"/></items></pivotField>
</pivotFields><rowFields count="1"><field x="0"/></rowFields></pivotTableDefinition>"""


def relations(*targets):
    inner = "".join(
        f'<Relationship Id="rId{index}" Type="{LINKS}/{kind}" Target="{target}"/>'
        for index, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{RELATIONS}">{inner}</Relationships>'


def with_pivot_table(path):
    """Put a pivot table with its cache, printer settings and foreign XML into the workbook, as Excel stores them."""
    old = parts(path)
    old["[Content_Types].xml"] = old["[Content_Types].xml"].replace(
        b"</Types>",
        f'<Default Extension="data" ContentType="application/octet-stream"/>'
        f'<Override PartName="/xl/pivotTables/pivotTable1.xml" ContentType="{KINDS}.pivotTable+xml"/>'
        f'<Override PartName="/xl/pivotCache/pivotCacheDefinition1.xml" '
        f'ContentType="{KINDS}.pivotCacheDefinition+xml"/>'
        f'<Override PartName="/xl/pivotCache/pivotCacheRecords1.xml" ContentType="{KINDS}.pivotCacheRecords+xml"/>'
        "</Types>".encode(),
    )
    old["xl/workbook.xml"] = old["xl/workbook.xml"].replace(
        b"</workbook>", b'<pivotCaches><pivotCache cacheId="1" r:id="rIdPivot"/></pivotCaches></workbook>'
    )
    old["xl/_rels/workbook.xml.rels"] = old["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        f'<Relationship Id="rIdPivot" Type="{LINKS}/pivotCacheDefinition" '
        'Target="pivotCache/pivotCacheDefinition1.xml"/></Relationships>'.encode(),
    )
    made = {
        "xl/worksheets/_rels/sheet2.xml.rels": relations(("pivotTable", "../pivotTables/pivotTable1.xml")),
        "xl/pivotTables/pivotTable1.xml": PIVOT_TABLE,
        "xl/pivotTables/_rels/pivotTable1.xml.rels": relations(
            ("pivotCacheDefinition", "../pivotCache/pivotCacheDefinition1.xml")
        ),
        "xl/pivotCache/pivotCacheDefinition1.xml": PIVOT_CACHE,
        "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels": relations(
            ("pivotCacheRecords", "pivotCacheRecords1.xml")
        ),
        "xl/pivotCache/pivotCacheRecords1.xml": PIVOT_RECORDS,
        "customXml/item1.xml": "<theirs xmlns='urn:theirs'>kept</theirs>",
        "xl/printerSettings/printerSettings1.data": "\x01\x02 printer",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in {**old, **made}.items():
            package.writestr(name, content)


@pytest.fixture
def full(tmp_path, headings):
    """A macro workbook with all that a person may have put into one; its second order is wrong."""
    path = tmp_path / "orders.xlsm"
    (tmp_path / "macros.bin").write_bytes(b"\xd0\xcf\x11\xe0 macros of theirs" * 50)
    (tmp_path / "logo.png").write_bytes(picture())
    book = xlsxwriter.Workbook(path)
    book.add_vba_project(str(tmp_path / "macros.bin"))
    book.set_vba_name("ThisWorkbook")
    book.set_custom_property("Desk", "Orders")
    sheet, other = book.add_worksheet("Orders"), book.add_worksheet("Overview")
    drawn = book.add_worksheet("Drawn")
    yellow = book.add_format({"bg_color": "yellow", "bold": True})
    sheet.set_vba_name("Sheet1")
    sheet.merge_range("A1:G1", "Orders of the week", yellow)
    sheet.write_row(2, 0, headings, yellow)
    sheet.write_row(3, 0, GOOD)
    sheet.write_row(4, 0, ["10000", "PO-2", "VALVE-20", "many", "PCE", "EUR", 12.5])
    sheet.write_formula(5, 3, "=SUM(D4:D4)", None, 5)
    sheet.write_comment("B4", "ask them", {"author": "Desk"})
    sheet.conditional_format("D4:D9", {"type": "3_color_scale"})
    sheet.conditional_format("G4:G9", {"type": "cell", "criteria": ">", "value": 10, "format": yellow})
    sheet.data_validation("E4:E9", {"validate": "list", "source": "=Units"})
    sheet.data_validation("D4:D9", {"validate": "decimal", "criteria": ">", "value": 0})
    sheet.insert_button("M2", {"macro": "Send", "caption": "Send"})
    sheet.insert_image("M6", tmp_path / "logo.png")
    sheet.insert_textbox("M12", "Ring before 10")
    sheet.add_sparkline("L4", {"range": "Orders!D4:D5"})
    sheet.protect("", {"format_cells": True})
    sheet.set_header("&L&G", {"image_left": str(tmp_path / "logo.png")})
    sheet.print_area("A1:G9")
    sheet.freeze_panes(3, 0)
    sheet.autofilter("A3:G5")
    for kind in ("column", "pie"):
        chart = book.add_chart({"type": kind})
        chart.add_series({"values": "=Orders!$D$4:$D$5"})
        drawn.insert_chart(0 if kind == "pie" else 20, 0, chart)
    other.write_column("D1", ["PCE", "KGM"])
    other.write_formula("F1", "=_xlfn.XLOOKUP(1,D1:D2,D1:D2)", None, "PCE")
    book.define_name("Units", "=Overview!$D$1:$D$2")
    book.add_chartsheet("Chart").set_chart(_bar(book))
    book.close()
    with_pivot_table(path)
    return path


def _bar(book):
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=Orders!$D$4:$D$5"})
    return chart


def test_every_other_part_of_a_workbook_comes_back_byte_for_byte(full, tmp_path):
    sheet = read_orders(full)
    copy = write_checked_copy(sheet, tmp_path / "checked.xlsm", row_results(sheet))
    old, new = parts(full), parts(copy)
    assert list(new) == list(old), "the same parts in the same order"
    assert {name for name in old if old[name] != new[name]} == {"xl/worksheets/sheet1.xml", "xl/styles.xml"}
    kept = [
        *("xl/vbaProject.bin", "xl/charts/chart1.xml", "xl/comments1.xml", "xl/media/image1.png"),
        *("xl/pivotCache/pivotCacheRecords1.xml", "xl/pivotTables/pivotTable1.xml", "docProps/custom.xml"),
        *("customXml/item1.xml", "xl/printerSettings/printerSettings1.data", "xl/chartsheets/sheet1.xml"),
        *("xl/drawings/drawing1.xml", "xl/drawings/vmlDrawing1.vml", "[Content_Types].xml"),
    ]
    assert [name for name in kept if name not in new] == []


def test_what_stands_in_the_sheet_itself_is_kept_too(full, tmp_path):
    sheet = read_orders(full)
    copy = write_checked_copy(sheet, tmp_path / "checked.xlsm", row_results(sheet))
    old, new = (parts(path)["xl/worksheets/sheet1.xml"].decode() for path in (full, copy))
    for begin, end in (
        *(
            ("<sheetPr", "<dimension"),
            ("<sheetProtection", "<pageMargins"),
            ("<dataValidations", "</dataVal"),
        ),
        *(
            ("<conditionalFormatting", "<dataValidations"),
            ("<headerFooter", "<drawing"),
            ("<extLst", "</works"),
        ),
    ):
        piece = old[old.index(begin) : old.index(end)]
        assert len(piece) > 10
        assert piece.replace("/>", " />") in new.replace("/>", " />"), begin
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparkline Group extension is not supported")
        book = openpyxl.load_workbook(copy, keep_vba=True)
    assert [pivot.name for pivot in book["Overview"]._pivots] == ["Pivot"]
    got = book["Orders"]
    assert got["B4"].comment.text == "ask them"
    assert [got.cell(3, column).value for column in (8, 9, 10)] == ["Result", "Errors", "Key"]
    assert got["I5"].value.startswith("Quantity")
    assert got["J4"].value == "10000/PO-1"


# --------------------------------------------------------------------------- back from a person


@pytest.fixture
def erp():
    with ec.connect("memory://") as client:
        for number in ("10000", "10001"):
            client.customers.create(ec.CustomerDraft(number=number, name=f"Customer {number}"))
        for code in ("VALVE-20", "PIPE-7"):
            client.products.create(ec.ProductDraft(code=code, name=code, unit="PCE"))
        yield client


def import_orders(erp, path, target):
    """What a program does with a workbook that may have been imported before."""
    sheet = read_orders(path)
    orders = []
    for order in sheet.orders:
        known = [entry for entry in erp.journal.list() if entry.key == order.key]
        orders.append(in_first_order(order, known[0].payload) if known else order)
    batch = erp.orders.create_many([order.draft for order in orders], [order.key for order in orders])
    written = {receipt.key: f"order {receipt.stored.number}" for receipt in batch.succeeded}
    failed = {failure.key: failure.error for failure in batch.failed}
    return batch, write_checked_copy(sheet, target, row_results(sheet, written=written, failed=failed))


def saved_by_a_spreadsheet(source, target, change):
    """As a spreadsheet program writes it: every part anew, our texts among the shared ones."""
    book = openpyxl.load_workbook(source)
    change(book.active)
    book.save(target)
    return target


def test_moved_and_inserted_rows_create_only_what_is_missing(erp, workbook, tmp_path):
    path = workbook(
        [
            ["10000", "PO-1", "VALVE-20", 5, "PCE", "EUR", 12.5],
            ["10000", "PO-1", "PIPE-7", 2, "PCE", "EUR", 3],
            ["10000", "PO-2", "VALVE-20", "many", "PCE", "EUR", 12.5],
            ["10001", "PO-7", "VALVE-99", 2, "PCE", "EUR", 12.5],
        ]
    )
    first, copy = import_orders(erp, path, tmp_path / "checked.xlsx")
    assert [receipt.key for receipt in first.succeeded] == ["10000/PO-1"]

    def corrected(sheet):
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        rows[2][3], rows[3][2] = 3, "PIPE-7"
        rows.insert(2, ["10001", "PO-9", "PIPE-7", 4, "PCE", "EUR", 3])
        for number, row in enumerate(reversed(rows), start=2):  # the marks stay where they were
            for column in range(10):
                sheet.cell(number, column + 1).value = row[column] if column < len(row) else None

    again = saved_by_a_spreadsheet(copy, tmp_path / "corrected.xlsx", corrected)
    second, copy = import_orders(erp, again, tmp_path / "checked again.xlsx")
    assert not second.failed
    assert {receipt.key: receipt.replayed for receipt in second.succeeded} == {
        "10001/PO-7": False,
        "10000/PO-2": False,
        "10001/PO-9": False,
        "10000/PO-1": True,
    }
    assert sorted(order.customer_po for order in erp.orders.list()) == ["PO-1", "PO-2", "PO-7", "PO-9"]
    (stored,) = erp.orders.find(customer_po="PO-1")
    assert [line.product for line in stored.lines] == ["VALVE-20", "PIPE-7"]

    got = openpyxl.load_workbook(copy).active
    assert [cell.value for cell in got[1]][7:] == ["Result", "Errors", "Key"], "replaced, not appended"
    numbers = {receipt.key: receipt.stored.number for receipt in second.succeeded}
    told = {(got.cell(row, 10).value, got.cell(row, 8).value, got.cell(row, 9).value) for row in range(2, 7)}
    assert told == {(key, f"order {number}", None) for key, number in numbers.items()}
    assert [cell.coordinate for row in got for cell in row if cell.fill.fgColor.rgb == RED] == []


def test_a_row_with_other_content_is_not_taken_for_a_moved_one(erp, workbook, tmp_path):
    rows = [GOOD, ["10000", "PO-1", "PIPE-7", 2, "PCE", "EUR", 3]]
    import_orders(erp, workbook(rows), tmp_path / "checked.xlsx")
    rows = [["10000", "PO-1", "PIPE-7", 3, "PCE", "EUR", 3], GOOD]
    batch, _ = import_orders(erp, workbook(rows, name="changed.xlsx"), tmp_path / "checked again.xlsx")
    assert [failure.error.code for failure in batch.failed] == ["key_reused"]
    one_line_more = [*rows, ["10000", "PO-1", "PIPE-7", 3, "PCE", "EUR", 3]]
    batch, _ = import_orders(erp, workbook(one_line_more, name="more.xlsx"), tmp_path / "and again.xlsx")
    assert [failure.error.code for failure in batch.failed] == ["key_reused"]


def test_a_moved_order_keeps_the_places_of_its_rows(workbook):
    rows = [[*GOOD, "first"], ["10000", "PO-1", "PIPE-7", 2, "PCE", "EUR", 3, "second"]]
    headings = ["Customer", "PO number", "Product", "Quantity", "Unit", "Currency", "Price", "Notes"]
    (first,) = read_orders(workbook(rows, headings=headings)).orders
    from erp_connect.journal import canonical

    (moved,) = read_orders(workbook(rows[::-1], headings=headings, name="moved.xlsx")).orders
    assert moved.draft != first.draft
    again = in_first_order(moved, canonical(first.draft))
    assert again.draft == first.draft
    assert again.rows == (3, 2)
    assert again.places["lines[0].product"].cell == "C3"
    assert in_first_order(moved, None) is moved
    assert in_first_order(first, canonical(first.draft)) is first


def test_a_copy_without_its_key_column_is_known_again(workbook, tmp_path):
    sheet = read_orders(workbook([GOOD]))
    copy = write_checked_copy(sheet, tmp_path / "checked.xlsx", row_results(sheet))

    def without_key(sheet):
        sheet.delete_cols(10)
        sheet["J1"], sheet["J2"] = "Theirs", "kept"

    again = read_orders(saved_by_a_spreadsheet(copy, tmp_path / "back.xlsx", without_key))
    assert [column.heading for column in again.unknown_columns] == ["Theirs"]
    got = openpyxl.load_workbook(
        write_checked_copy(again, tmp_path / "checked again.xlsx", row_results(again, otherwise="ready"))
    ).active
    assert [cell.value for cell in got[1]][7:] == ["Result", "Errors", "Theirs"]
    assert [cell.value for cell in got[2]][7:] == ["ready", None, "kept"]


def test_results_of_rows_that_were_removed_do_not_stay(workbook, tmp_path):
    sheet = read_orders(workbook([GOOD, ["10001", *GOOD[1:]]]))
    copy = write_checked_copy(sheet, tmp_path / "checked.xlsx", row_results(sheet))

    def emptied(sheet):
        for column in range(1, 8):
            sheet.cell(3, column).value = None

    again = read_orders(saved_by_a_spreadsheet(copy, tmp_path / "back.xlsx", emptied))
    got = openpyxl.load_workbook(
        write_checked_copy(again, tmp_path / "checked again.xlsx", row_results(again))
    ).active
    assert [got.cell(3, column).value for column in range(1, 11)] == [None] * 10


def test_a_corrected_cell_gets_its_own_colour_back(workbook, tmp_path):
    path = workbook([["10000", "PO-1", "VALVE-20", "many", "PCE", "EUR", "dear"], GOOD])
    book = openpyxl.load_workbook(path)
    fill = openpyxl.styles.PatternFill("solid", start_color=openpyxl.styles.colors.Color(theme=4, tint=0.6))
    book.active["D2"].fill = fill
    book.active["E2"].fill = openpyxl.styles.PatternFill("solid", start_color="FF00FF00")
    book.save(path)
    sheet = read_orders(path)
    copy = write_checked_copy(sheet, tmp_path / "checked.xlsx", row_results(sheet))
    red = openpyxl.load_workbook(copy).active
    assert [red[cell].fill.fgColor.rgb for cell in ("D2", "G2")] == [RED, RED]

    def corrected(sheet):
        sheet["D2"], sheet["G2"] = 5, 12.5

    again = read_orders(saved_by_a_spreadsheet(copy, tmp_path / "back.xlsx", corrected))
    assert not again.issues
    got = openpyxl.load_workbook(
        write_checked_copy(again, tmp_path / "checked again.xlsx", row_results(again))
    ).active
    assert (got["D2"].fill.fgColor.theme, got["D2"].fill.fgColor.tint) == (4, 0.6)
    assert got["D2"].fill.patternType == "solid"
    assert got["E2"].fill.fgColor.rgb == "FF00FF00"
    assert got["G2"].fill.patternType is None


def test_a_csv_copy_comes_back_sorted_and_gets_new_results(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(
        "Customer,PO number,Product,Quantity,Unit,Currency\n"
        "10000,PO-1,VALVE-20,5,PCE,EUR\n"
        "10001,PO-2,VALVE-20,many,PCE,EUR\n"
    )
    first = read_orders(path)
    results = row_results(first, written={"10000/PO-1": "created as 7"})
    copy = write_checked_copy(first, tmp_path / "checked.csv", results)
    head, one, two = copy.read_text().splitlines()
    assert one.endswith(",created as 7,,10000/PO-1")
    back = tmp_path / "back.csv"
    back.write_text("\n".join([head, two.replace(",many,", ",4,"), one]) + "\n")
    again = read_orders(back)
    assert not again.issues
    assert not again.unknown_columns
    lines = (
        write_checked_copy(again, tmp_path / "checked again.csv", row_results(again)).read_text().splitlines()
    )
    assert lines == [
        head,
        "10001,PO-2,VALVE-20,4,PCE,EUR,checked,,10001/PO-2",
        "10000,PO-1,VALVE-20,5,PCE,EUR,checked,,10000/PO-1",
    ]
