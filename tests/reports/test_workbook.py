"""The workbook of a report, read again by another library: tables, charts, formats and texts."""

import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from openpyxl import load_workbook
from openpyxl.chart import BarChart, DoughnutChart, LineChart
from openpyxl.utils import range_boundaries

import erp_connect as ec
from erp_connect.reports import counted, write_workbook

TODAY = date(2026, 3, 2)
QUESTIONS = {
    "Status": "by_status",
    "Lateness": "by_lateness",
    "Customers": "by_customer",
    "Products": "by_product",
    "Ordered by day": "by_order_day",
    "Ordered by week": "by_order_week",
    "Asked for by day": "by_requested_day",
    "Asked for by week": "by_requested_week",
}


@pytest.fixture
def report(book):
    return counted(book, today=TODAY)


@pytest.fixture
def file(report, tmp_path):
    return write_workbook(report, tmp_path / "orders.xlsx")


def table(sheet):
    """Heads and rows of a sheet's only table."""
    (found,) = sheet.tables.values()
    heads, *rows = sheet.iter_rows(**_bounds(found.ref), values_only=True)
    assert [column.name for column in found.tableColumns] == list(heads)
    return heads, rows


def _bounds(reference):
    left, top, right, bottom = range_boundaries(reference)
    return {"min_row": top, "max_row": bottom, "min_col": left, "max_col": right}


def test_there_is_a_sheet_for_each_question_with_a_summary_in_front(file):
    assert load_workbook(file).sheetnames == ["Summary", *QUESTIONS, "Late orders"]


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_table_holds_exactly_the_rows_of_its_question(file, report, name):
    heads, cells = table(load_workbook(file)[name])
    rows = getattr(report, QUESTIONS[name])
    assert len(cells) == len(rows) > 3
    for row, line in zip(rows, cells, strict=True):
        told = dict(zip(heads, line, strict=True))
        assert (told["Currency"], told["Orders"], told["Lines"]) == (row.currency, row.orders, row.lines)
        assert told["Value"] == ("unknown" if row.value is None else pytest.approx(float(row.value)))
        assert told["Open value"] == (
            "unknown" if row.open_value is None else pytest.approx(float(row.open_value))
        )
        without = "Lines" if "Settled value" in told else "Orders"
        assert told[f"{without} without value"] == row.value_unknown
        assert told[f"{without} without open value"] == row.open_value_unknown


def test_days_are_dates_and_weeks_have_their_monday(file):
    workbook = load_workbook(file)
    _, days = table(workbook["Ordered by day"])
    assert days[0][0] == datetime(2026, 2, 16)  # noqa: DTZ001 (a cell knows no zone)
    assert days[-1][0] == "no date"
    _, weeks = table(workbook["Ordered by week"])
    assert weeks[0][:2] == ("2026-W08", datetime(2026, 2, 16))  # noqa: DTZ001


def test_the_summary_has_a_total_for_each_currency_and_none_across(file):
    heads, rows = table(load_workbook(file)["Summary"])
    assert heads[0] == "Currency"
    assert [(row[0], row[3], row[-1]) for row in rows] == [
        ("EUR", 229, -6),
        ("JPY", 130001, 0),
        ("KWD", 1.234, 0),
    ]


def test_amounts_show_the_digits_of_their_currency(file):
    sheet = load_workbook(file)["Summary"]
    assert {sheet.cell(row, 1).value: sheet.cell(row, 4).number_format for row in (5, 6, 7)} == {
        "EUR": "#,##0.00",
        "JPY": "#,##0",
        "KWD": "#,##0.000",
    }


def test_no_cell_is_a_formula_and_texts_stay_as_they_are(file):
    workbook = load_workbook(file)
    assert {cell.data_type for sheet in workbook for row in sheet.iter_rows() for cell in row} <= {
        "s",
        "n",
        "d",
    }
    names = {row[1] for row in table(workbook["Customers"])[1]}
    assert {"=HYPERLINK(1)", "[bold]Osaka[/]"} <= names


def test_a_name_written_like_a_workbooks_own_xml_stays_a_name(book, tmp_path):
    name = "<r><t>Harbour</t></r></si><si><r><t>another</t></r>"
    file = write_workbook(counted([book[0].but(customer_name=name)], today=TODAY), tmp_path / "names.xlsx")
    assert name in {row[1].strip() for row in table(load_workbook(file)["Customers"])[1]}


def test_an_amount_too_long_for_a_spreadsheet_is_text_with_every_digit(book, tmp_path):
    net = ec.Money(amount=Decimal("1234567890123456.78"), currency="EUR")
    file = write_workbook(counted([book[2].but(net=net)], today=TODAY), tmp_path / "great.xlsx")
    assert table(load_workbook(file)["Summary"])[1][0][3] == "1234567890123456.78"


def test_the_late_orders_are_listed_latest_first(file):
    sheet = load_workbook(file)["Late orders"]
    heads, rows = table(sheet)
    assert sheet["A1"].value == "All 5 late orders"
    told = [dict(zip(heads, row, strict=True)) for row in rows]
    assert [(each["Order"], each["Customer"], each["Days late"], each["Value"]) for each in told] == [
        ("SO-10", "10001", 15, "unknown"),
        ("SO-8", "30000", 8, 1.234),
        ("SO-7", "20000", 4, 100001),
        ("SO-11", "10000", 3, 0),
        ("SO-2", "10000", 1, 10),
    ]


def test_the_cap_of_the_late_orders_is_stated(book, tmp_path):
    file = write_workbook(counted(book, today=TODAY, latest=2), tmp_path / "orders.xlsx")
    sheet = load_workbook(file)["Late orders"]
    assert sheet["A1"].value == "The 2 latest of 5 late orders"
    assert len(table(sheet)[1]) == 2


def test_every_chart_reads_the_rows_of_one_currency_from_its_table(file):
    workbook = load_workbook(file)
    kinds = set()
    for sheet in workbook:
        for chart in sheet._charts:
            kinds.add((type(chart), getattr(chart, "grouping", None)))
            for series in chart.series:
                ranges = [
                    (series.cat.strRef or series.cat.numRef).f,
                    series.val.numRef.f,
                ]
                names, values = (_place(workbook, each) for each in ranges)
                assert names[:1] == values[:1]
                assert names[2:] == values[2:]
                _assert_one_currency(*values)
    assert kinds >= {
        (DoughnutChart, None),
        (LineChart, "standard"),
        (BarChart, "clustered"),
        (BarChart, "stacked"),
    }


def _place(workbook, reference):
    """The sheet, the column, and the first and last row of a range such as 'Ordered by day'!$A$5:$A$9."""
    name, cells = reference.rsplit("!", 1)
    left, top, right, bottom = range_boundaries(cells.replace("$", ""))
    assert left == right
    return workbook[name.strip("'")], left, top, bottom


def _assert_one_currency(sheet, column, first, last):
    (found,) = sheet.tables.values()
    left, top, right, bottom = range_boundaries(found.ref)
    assert left <= column <= right
    assert top < first <= last <= bottom
    heads = [sheet.cell(top, place).value for place in range(left, right + 1)]
    currencies = [sheet.cell(row, heads.index("Currency") + 1).value for row in range(top + 1, bottom + 1)]
    charted = currencies[first - top - 1 : last - top]
    assert len(set(charted)) == 1
    if heads[0] not in ("Customer", "Product", "Day", "Week"):
        assert len(charted) == currencies.count(charted[0]), "a chart leaves rows out"


def test_charts_are_for_three_currencies_and_the_sheet_says_so(book, tmp_path):
    more = [
        book[2].but(id=code, number=code, currency=code, net=ec.Money(amount=1, currency=code), lines=())
        for code in ("USD", "CHF")
    ]
    file = write_workbook(counted([*book, *more], today=TODAY), tmp_path / "orders.xlsx")
    sheet = load_workbook(file)["Status"]
    assert "the 3 currencies with most orders" in sheet["A2"].value
    assert len(sheet._charts) == 6


def test_a_report_without_orders_is_a_workbook_that_says_so(tmp_path):
    workbook = load_workbook(write_workbook(counted([], today=TODAY), tmp_path / "empty.xlsx"))
    assert [sheet["A4"].value for sheet in workbook] == ["No orders."] * 10
    assert not any(sheet.tables or sheet._charts for sheet in workbook)


def test_the_parts_of_the_file_belong_together(file):
    """What a spreadsheet would repair: parts that are missing, not well-formed, or tables of one name or one place."""
    with zipfile.ZipFile(file) as parts:
        assert parts.testzip() is None
        names = set(parts.namelist())
        trees = {name: ET.fromstring(parts.read(name)) for name in names if name.endswith((".xml", ".rels"))}  # noqa: S314
    for name, tree in trees.items():
        if name.endswith(".rels"):
            folder = re.sub(r"_rels/[^/]+$", "", name)
            for link in tree:
                target = link.attrib["Target"]
                path = target.lstrip("/") if target.startswith("/") else f"{folder}{target}"
                while "../" in path:
                    path = re.sub(r"[^/]+/\.\./", "", path, count=1)
                assert path in names
    tables = [tree for name, tree in trees.items() if name.startswith("xl/tables/")]
    assert len(tables) == 10
    for what in ("id", "name", "displayName"):
        assert len({tree.attrib[what] for tree in tables}) == len(tables)
    overrides = {
        each.attrib["PartName"].lstrip("/")
        for each in trees["[Content_Types].xml"]
        if "PartName" in each.attrib
    }
    assert overrides <= names


@pytest.mark.parametrize("name", ["orders.xls", "orders", "nowhere/orders.xlsx"])
def test_a_name_that_cannot_be_is_refused(report, tmp_path, name):
    with pytest.raises(ec.errors.ConfigurationError):
        write_workbook(report, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_report_replaces_the_one_of_yesterday(report, file):
    before = file.stat().st_ino
    write_workbook(report, file)
    assert [each.name for each in file.parent.iterdir()] == ["orders.xlsx"]
    assert file.stat().st_ino != before
    assert load_workbook(file)["Summary"]["A1"].value == "Orders on 2026-03-02"


def test_what_the_machine_refuses_is_told_by_the_machine(report, tmp_path):
    with pytest.raises(OSError, match="File name too long"):
        write_workbook(report, tmp_path / f"{'x' * 248}.xlsx")
    assert list(tmp_path.iterdir()) == []
