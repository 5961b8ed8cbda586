"""Workbooks as they are found in the wild: titles, two levels of headings, hidden rows, totals, texts for numbers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter

from erp_connect.documents import read_orders
from erp_connect.errors import ConfigurationError, InvalidDocument
from erp_connect.models import Severity

HEADINGS = ["Customer", "PO number", "Product", "Quantity", "Unit", "Currency", "Price", "Requested date"]
GOOD = ["10000", "PO-1", "VALVE-20", 5, "PCE", "EUR", 12.5, date(2026, 12, 1)]


def row(**cells):
    """A good row with some of its cells changed, by heading."""
    values = dict(zip(HEADINGS, GOOD, strict=True))
    values.update({name.replace("_", " "): value for name, value in cells.items()})
    return list(values.values())


@pytest.fixture
def book(tmp_path):
    """A workbook that a function fills, made with openpyxl."""

    def make(fill, name="orders.xlsx"):
        made = openpyxl.Workbook()
        sheet = made.active
        sheet.title = "Orders"
        fill(sheet)
        made.save(tmp_path / name)
        return tmp_path / name

    return make


@pytest.fixture
def rows(book):
    """A workbook of plain rows below the usual headings."""

    def make(*lines, headings=HEADINGS, formats=None):
        def fill(sheet):
            sheet.append(headings)
            for line in lines:
                sheet.append(line)
            for cell, number_format in (formats or {}).items():
                sheet[cell].number_format = number_format

        return book(fill)

    return make


def told(sheet):
    return [(issue.place.cell, issue.code) for issue in sheet.issues]


# --------------------------------------------------------------------------- headings


def test_two_levels_of_merged_headings_below_a_title_with_line_breaks(tmp_path):
    path = tmp_path / "orders.xlsx"
    made = xlsxwriter.Workbook(path)
    sheet = made.add_worksheet("Bestellungen")
    sheet.merge_range("A1:L1", "Bestellungen KW 48")
    sheet.merge_range("A3:A4", "Kunden-\nnummer")
    sheet.merge_range("B3:B4", "Bestell-\nnummer")
    sheet.merge_range("C3:E3", "Artikel")
    sheet.write_row("C4", ["Nummer", "Menge", "Einheit"])
    sheet.merge_range("F3:G3", "Preis")
    sheet.write_row("F4", ["Währung", "netto"])
    sheet.merge_range("H3:L3", "Liefer-\nadresse")
    sheet.write_row("H4", ["Name", "Straße", "PLZ", "Ort", "Land"])
    sheet.write_row("A5", ["10000", "B-1", "VENTIL-20", 5, "Stk", "EUR", 12.5])
    sheet.write_row("H5", ["Werk 2", "Kai 5", "01067", "Dresden", "DE"])
    made.close()

    read = read_orders(path)
    assert not read.issues
    draft = read.orders[0].draft
    assert (draft.customer, draft.customer_po, draft.lines[0].product) == ("10000", "B-1", "VENTIL-20")
    assert draft.lines[0].price.amount == Decimal("12.5")
    assert draft.ship_to.postal_code == "01067"
    assert read.layout.row == 4
    match = {each.field: each for each in read.matches}
    assert match["customer"].place.cell == "A4"
    assert match["ship_to.city"].heading == "Liefer- adresse Ort"
    assert "German" in match["ship_to.city"].reasons[0]


def test_the_invoice_address_is_no_shipping_address(book):
    def fill(sheet):
        sheet.append(["Order", None, None, None, None, None, "Bill-to", None, None, None, None])
        sheet.append([*HEADINGS[:6], "Name", "Street", "Zip", "City", "Country"])
        sheet.merge_cells("A1:F1")
        sheet.merge_cells("G1:K1")
        sheet.append([*GOOD[:6], "Head office", "Quay 1", "01067", "Dresden", "DE"])

    read = read_orders(book(fill))
    assert read.orders[0].draft.ship_to is None
    assert [each.heading for each in read.unknown_columns] == [
        f"Bill-to {part}" for part in ("Name", "Street", "Zip", "City", "Country")
    ]


def test_a_heading_that_stands_beside_a_merged_group_in_the_upper_row_is_one_of_them(book):
    def fill(sheet):
        sheet.append(["Customer", "PO number", "Item", None, None, "Currency", "Colour"])
        sheet.append([None, None, "Number", "Quantity", "Unit"])
        sheet.merge_cells("C1:E1")
        sheet.append([*GOOD[:6], "red"])

    read = read_orders(book(fill))
    assert [(order.key, order.draft.currency) for order in read.orders] == [("10000/PO-1", "EUR")]
    assert [each.heading for each in read.unknown_columns] == ["Colour"]


def test_a_sheet_full_of_merged_cells_is_read_like_any_other(rows, with_part):
    def merge(xml):
        ranges = b"".join(b'<mergeCell ref="A%d:XFD%d"/>' % (row, row) for row in range(1, 60_000))
        return xml.replace(b"</sheetData>", b"</sheetData><mergeCells>" + ranges + b"</mergeCells>")

    many = with_part(rows(row()), "many.xlsx", xl__worksheets__sheet1=merge)
    assert len(read_orders(many).orders) == 1


def test_two_levels_without_merged_cells_as_a_csv_file_has_them(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(
        "Customer;;Item;;;Order\nNumber;Currency;Number;Quantity;Unit;Number\n10000;EUR;VALVE-20;5;PCE;PO-1\n"
    )
    read = read_orders(path)
    assert [order.key for order in read.orders] == ["10000/PO-1"]
    assert read.orders[0].draft.lines[0].product == "VALVE-20"


def test_a_field_with_two_columns_is_read_from_the_one_that_is_seen_and_filled(book):
    def fill(sheet):
        sheet.append([*HEADINGS, "Item no", "Qty"])
        sheet.append([*GOOD, "OLD-1", None])
        sheet.column_dimensions["I"].hidden = True

    read = read_orders(book(fill))
    line = read.orders[0].draft.lines[0]
    assert (line.product, line.quantity) == ("VALVE-20", 5)
    reasons = {each.field: each.reasons for each in read.matches}
    assert any("hidden" in reason for reason in reasons["line.product"])
    assert any("empty" in reason for reason in reasons["line.quantity"])
    assert not read.issues


def test_every_match_says_why(rows):
    read = read_orders(
        rows(
            ["10000", "PO-1", "V", "1.234", "PCE", "EUR", "2,50", "03/04/2026"],
            ["10000", "PO-1", "V", "2,5", "PCE", "EUR", "2,50", "31/12/2026"],
            headings=["Kd.-Nr.", "Order number", "SKU", "Menge", "Unit", "Currency", "Price", "Due date"],
        )
    )
    reasons = {each.field: each.reasons for each in read.matches}
    assert reasons["customer"] == ("German for Customer number",)
    assert reasons["customer_po"] == ("English for Customer PO number, where no better column is one",)
    assert reasons["line.unit"] == ("the field's own name",)
    assert reasons["line.quantity"][1] == '"," is the decimal mark, as in D3 "2,5"'
    assert reasons["line.requested"][1] == 'with "/" the day comes first, as in H3 "31/12/2026"'
    assert (read.profile.decimal, read.profile.date_order) == (",", "dmy")


# --------------------------------------------------------------------------- what the column settles


@pytest.mark.parametrize(
    ("doubtful", "other", "meant"),
    [
        ("1.234", "2,5", Decimal(1234)),
        ("1.234", "2.5", Decimal("1.234")),
        ("1,234", "1.234.567", Decimal("1.234")),
        ("1,234", "1,234.5", Decimal(1234)),
    ],
)
def test_a_doubtful_number_is_read_as_the_other_numbers_of_its_column_are(rows, doubtful, other, meant):
    read = read_orders(rows(row(Quantity=doubtful), row(Quantity=other)))
    assert read.orders[0].draft.lines[0].quantity == meant
    assert not read.issues


@pytest.mark.parametrize("column", ["Quantity", "Price"])
def test_numbers_that_contradict_each_other_settle_nothing(rows, column):
    read = read_orders(rows(row(**{column: "1.234"}), row(**{column: "2,5"}), row(**{column: "2.5"})))
    letter = "DG"[column == "Price"]
    assert told(read) == [(f"{letter}2", "ambiguous_number")]
    assert f"{letter}3" in read.issues[0].message
    assert f"{letter}4" in read.issues[0].message


def test_another_column_settles_nothing(rows):
    assert told(read_orders(rows(row(Quantity="1.234", Price="2,5")))) == [("D2", "ambiguous_number")]


@pytest.mark.parametrize(
    ("doubtful", "other", "meant"),
    [
        ("03/04/2026", "31/12/2026", date(2026, 4, 3)),
        ("03/04/2026", "12/31/2026", date(2026, 3, 4)),
        ("03-04-2026", "31-12-2026", date(2026, 4, 3)),
        ("03.04.26", "31.12.2026", date(2026, 4, 3)),
        ("3/4/26", "12/31/2026", date(2026, 3, 4)),
        (46117, "2026-05-01", date(2026, 4, 5)),
        (46117.5, date(2026, 1, 2), date(2026, 4, 5)),
    ],
)
def test_a_doubtful_date_is_read_as_the_other_dates_of_its_column_are(rows, doubtful, other, meant):
    read = read_orders(rows(row(Requested_date=doubtful), row(Requested_date=other)))
    assert read.orders[0].draft.lines[0].requested == meant
    assert not read.issues


@pytest.mark.parametrize(
    ("doubtful", "others", "code"),
    [
        ("03/04/2026", ["31.12.2026"], "ambiguous_date"),
        ("03/04/2026", ["2026-12-31", date(2026, 1, 1)], "ambiguous_date"),
        ("03/04/2026", ["31/12/2026", "12/31/2026"], "ambiguous_date"),
        ("03/04/26", ["03/04/2026"], "two_digit_year"),
        (46117, ["2029-01-01"], "not_a_date"),
        (46117, ["asap"], "not_a_date"),
        (5, [date(2026, 1, 1)], "not_a_date"),
    ],
)
def test_dates_that_say_nothing_about_it_settle_nothing(rows, doubtful, others, code):
    beside = [row(PO_number=f"P-{number}", Requested_date=each) for number, each in enumerate(others)]
    read = read_orders(rows(row(Requested_date=doubtful), *beside))
    assert ("H2", code) in told(read)


def test_day_numbers_are_dates_by_option_and_in_the_calendar_of_the_workbook(book):
    def fill(sheet):
        sheet.append(HEADINGS)
        sheet.append(row(Requested_date=46117))

    def fill_1904(sheet):
        sheet.parent.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        fill(sheet)

    assert told(read_orders(book(fill))) == [("H2", "not_a_date")]
    assert read_orders(book(fill), serial_dates=True).orders[0].draft.requested == date(2026, 4, 5)
    assert read_orders(book(fill_1904), serial_dates=True).orders[0].draft.requested == date(2030, 4, 6)


def test_an_order_date_that_is_settled_late_is_compared_with_the_other_rows(rows):
    def with_dates(*dates):
        numbers = ("PO-1", "PO-1", "X")
        lines = [
            row(PO_number=number, Requested_date=each) for number, each in zip(numbers, dates, strict=True)
        ]
        return read_orders(rows(*lines, headings=[*HEADINGS[:7], "Order date"]))

    same = with_dates("03/04/2026", "2026-04-03", "31/12/2026")
    assert not same.issues
    assert same.orders[0].draft.order_date == date(2026, 4, 3)
    other = with_dates("03/04/2026", "2026-04-04", "31/12/2026")
    assert told(other) == [("H3", "header_differs")], "the later row is the one that differs"


def test_codes_are_read_as_their_number_format_shows_them(rows):
    read = read_orders(
        rows(
            row(Customer=471, Product=20),
            row(Customer=471, PO_number="2", Product=12345),
            formats={"A2": "0000000", "C2": '"V-"000', "A3": "0000000", "C3": "000-000"},
        )
    )
    assert [(order.draft.customer, order.draft.lines[0].product) for order in read.orders] == [
        ("0000471", "V-020"),
        ("0000471", "012-345"),
    ]


# --------------------------------------------------------------------------- rows that are no lines


def test_totals_repeated_headings_and_blank_rows_are_no_lines(rows):
    read = read_orders(
        rows(
            row(),
            row(Quantity=7),
            [None, None, "Zwischensumme", 12],
            [],
            HEADINGS,
            row(PO_number="PO-2", Quantity=4),
            row(PO_number="PO-2", Quantity=3),
            ["PO-2 Total", None, None, 7],
            [None, None, None, 19],
            [None, "Gesamtergebnis", None, None, None, None, 99],
        )
    )
    assert not read.issues
    assert [(order.key, order.rows) for order in read.orders] == [
        ("10000/PO-1", (2, 3)),
        ("10000/PO-2", (7, 8)),
    ]
    assert [(run.first, run.last, run.reason) for run in read.left_out] == [
        (4, 4, "total"),
        (6, 6, "heading"),
        (9, 11, "total"),
    ]
    assert (read.rows.filled, read.rows.left_out, read.rows.blank) == (4, 5, 1)


def test_a_row_that_only_looks_like_a_total_is_a_line_or_an_issue(rows):
    read = read_orders(
        rows(
            row(Product="TOTAL QUARTZ 5W30"),
            row(PO_number="PO-2", Quantity=3),
            [None, None, None, 9],
        )
    )
    assert read.orders[0].draft.lines[0].product == "TOTAL QUARTZ 5W30"
    assert not read.left_out
    assert ("C4", "missing_value") in told(read), "9 is not what the rows above come to"


def test_totals_are_lines_when_the_profile_says_so(rows):
    from erp_connect.documents import SenderProfile

    path = rows(row(Product="Total"))
    assert not read_orders(path).orders
    assert read_orders(path, profile=SenderProfile(totals="read")).orders[0].draft.lines[0].product == "Total"


def test_cells_merged_over_several_rows_hold_for_each_of_them_but_for_quantities(book):
    def fill(sheet):
        sheet.append(HEADINGS)
        for product in ("V-1", "V-2", "V-3"):
            sheet.append(row(Product=product))
        sheet.append(row(PO_number="PO-2"))
        sheet.append(row(PO_number="PO-2"))
        for cells in ("A2:A4", "B2:B4", "H2:H4", "D5:D6"):
            sheet.merge_cells(cells)

    read = read_orders(book(fill))
    assert [order.rows for order in read.orders] == [(2, 3, 4)]
    assert read.orders[0].draft.requested == date(2026, 12, 1)
    assert told(read) == [("D6", "missing_value")]


# --------------------------------------------------------------------------- hidden rows and columns


def hidden_rows(*hidden):
    def fill(sheet):
        sheet.append(HEADINGS)
        for number, po in enumerate(("PO-1", "PO-2", "PO-2", "PO-3"), start=2):
            sheet.append(row(PO_number=po))
            sheet.row_dimensions[number].hidden = number in hidden

    return fill


def test_hidden_orders_are_left_out_and_told(book):
    read = read_orders(book(hidden_rows(3, 4)))
    assert [order.key for order in read.orders] == ["10000/PO-1", "10000/PO-3"]
    assert [(run.first, run.last, run.reason) for run in read.left_out] == [(3, 4, "hidden")]
    (issue,) = read.issues
    assert (issue.code, issue.severity, issue.place.cell) == ("rows_hidden", Severity.WARNING, "3:3")
    assert read.rows.filled == 2


def test_an_order_that_is_hidden_in_part_is_a_question(book):
    read = read_orders(book(hidden_rows(4)))
    assert [order.key for order in read.orders] == ["10000/PO-1", "10000/PO-3"]
    assert told(read) == [("4:4", "row_hidden")]
    assert read.refused[0].rows == (3, 4)


def test_hidden_rows_are_read_or_skipped_by_option(book):
    path = book(hidden_rows(2, 4))
    everything = read_orders(path, hidden="read")
    assert [order.rows for order in everything.orders] == [(2,), (3, 4), (5,)]
    seen = read_orders(path, hidden="skip")
    assert [order.rows for order in seen.orders] == [(3,), (5,)]
    assert not everything.issues
    assert not seen.issues


def test_a_hidden_column_is_read_and_told_or_skipped(book):
    def fill(sheet):
        sheet.append(HEADINGS)
        sheet.append(GOOD)
        sheet.column_dimensions["G"].hidden = True

    path = book(fill)
    read = read_orders(path)
    assert read.orders[0].draft.lines[0].price.amount == Decimal("12.5")
    assert told(read) == [("G1", "column_hidden")]
    assert not read_orders(path, hidden="read").issues
    assert read_orders(path, hidden="skip").orders[0].draft.lines[0].price is None


def test_what_is_hidden_is_seen_in_sheets_of_any_writer(rows, with_part):
    path = rows(row(), row(PO_number="PO-2"))

    def spelt_otherwise(xml):
        text = xml.decode().replace('<row r="3"', "<row hidden = 'true' r=\"3\"")
        return ('<?xml version="1.0" encoding="UTF-16"?>' + text[text.index("<worksheet") :]).encode("utf-16")

    read = read_orders(with_part(path, "odd.xlsx", xl__worksheets__sheet1=spelt_otherwise))
    assert [order.key for order in read.orders] == ["10000/PO-1"]


# --------------------------------------------------------------------------- several sheets


def several(*sheets):
    def fill(first):
        for number, (title, lines) in enumerate(sheets):
            sheet = first if number == 0 else first.parent.create_sheet(title)
            sheet.title = title
            for line in lines:
                sheet.append(line)

    return fill


def test_the_first_sheet_with_the_columns_of_orders_is_read_and_the_others_are_told(book):
    path = book(
        several(
            ("How to", [["How to fill in this workbook"], ["Customer", "the number from our letter"]]),
            ("Codes", [["Product", "Unit"], ["VALVE-20", "PCE"]]),
            ("Week 1", [HEADINGS, GOOD]),
            ("Week 2", [HEADINGS, row(PO_number="PO-2")]),
        )
    )
    read = read_orders(path)
    assert (read.sheet, read.other_sheets) == ("Week 1", ("Week 2",))
    assert [order.key for order in read.orders] == ["10000/PO-1"]
    assert [order.key for order in read_orders(path, sheet="Week 2").orders] == ["10000/PO-2"]


def test_without_any_sheet_of_orders_the_first_that_comes_near_is_named(book):
    with pytest.raises(InvalidDocument, match="Codes") as caught:
        read_orders(book(several(("Cover", [["Hello"]]), ("Codes", [["Product", "Unit"], ["V", "PCE"]]))))
    assert caught.value.code == "columns_missing"


# --------------------------------------------------------------------------- formulas


def test_totals_by_formula_are_left_out_and_a_line_without_its_result_is_an_issue(rows):
    read = read_orders(
        rows(row(Quantity="=2+3"), row(PO_number="PO-2"), ["Total", None, None, "=SUM(D2:D3)"])
    )
    assert told(read) == [("D2", "formula_not_calculated")]
    assert [run.first for run in read.left_out] == [4]


def test_a_row_of_formulas_without_any_result_is_no_blank_row(rows):
    read = read_orders(rows(row(), [f"=Export!{letter}7" for letter in "ABCDEFGH"]))
    assert sorted(order.rows for order in read.refused) == [(2,), (3,)], "nobody knows whose the row is"
    assert {issue.place.cell for issue in read.issues} == {f"{letter}3" for letter in "ABCDEFGH"}
    assert {issue.code for issue in read.issues} == {"formula_not_calculated"}


def test_error_cells_stop_their_own_order_only(tmp_path):
    made = xlsxwriter.Workbook(tmp_path / "orders.xlsx")
    sheet = made.add_worksheet()
    sheet.write_row(0, 0, HEADINGS[:7])
    sheet.write_row(1, 0, GOOD[:7])
    sheet.write_row(2, 0, ["10000", "PO-2", *GOOD[2:6]])
    sheet.write_formula(2, 6, "=1/0", None, "#DIV/0!")
    made.close()
    read = read_orders(tmp_path / "orders.xlsx")
    assert [order.key for order in read.orders] == ["10000/PO-1"]
    assert told(read) == [("G3", "error_cell")]


def test_a_wrong_option_is_refused(rows):
    with pytest.raises(ConfigurationError, match="hidden"):
        read_orders(rows(row()), hidden="show")
