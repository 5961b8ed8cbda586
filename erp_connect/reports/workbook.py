"""A report as a workbook: a sheet for each question with a native table and charts, a summary, and the late orders.

Foreign text is written as text, whatever it begins with.  A spreadsheet keeps 15 digits of a number: an amount with
more is written as text, so that no digit changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from ..documents.cell_text import written_text
from ..errors import ConfigurationError
from ..rules.exact import EXACT
from .charts import MOST_CHARTED, Ranges, charts
from .figures import OrderReport, Row
from .sections import Question, Section, decimals, sections, settled

__all__ = ["check_workbook_path", "write_workbook"]

_SHEETS: Final = {
    Question.STATUS: "Status",
    Question.LATENESS: "Lateness",
    Question.CUSTOMER: "Customers",
    Question.PRODUCT: "Products",
    Question.ORDER_DAY: "Ordered by day",
    Question.ORDER_WEEK: "Ordered by week",
    Question.REQUESTED_DAY: "Asked for by day",
    Question.REQUESTED_WEEK: "Asked for by week",
}
_MOST_ROWS: Final = 100_000
"""Rows of one sheet; a spreadsheet holds a million, and nobody reads either."""
_HEAD: Final = 3
"""The row of a table's heads, counted from 0: title, a line of explanation, a blank one."""
_CHART_ROWS: Final = 18
_OPTIONS: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def check_workbook_path(path: Path) -> None:
    """Raise ``ConfigurationError`` for a name under which no workbook can be written: ask before a long report."""
    problem = None
    if path.suffix.lower() != ".xlsx":
        problem = "its name must end in .xlsx"
    elif path.is_dir():
        problem = "there is a folder of this name"
    elif not path.parent.is_dir():
        problem = "its folder does not exist"
    if problem is not None:
        raise ConfigurationError(f"the workbook cannot be {path}: {problem}", hint="give another name")


def write_workbook(report: OrderReport, path: Path | str) -> Path:
    """Write the report as a workbook and return where; a file of this name is replaced when the new one is whole.

    Raises ``ConfigurationError`` for a name that cannot be, ``OSError`` where the file cannot be written.
    """
    import xlsxwriter

    target = Path(path)
    check_workbook_path(target)
    unfinished = target.with_name(f".{target.name}.part")
    try:
        with xlsxwriter.Workbook(unfinished, _OPTIONS) as book:
            book.set_properties(
                {"title": f"Orders on {report.today}", "created": datetime.combine(report.today, time())}
            )
            _draw(book, report)
        unfinished.replace(target)
    except xlsxwriter.exceptions.FileCreateError as error:
        raise error.args[0] from None  # what the machine said
    finally:
        with suppress(OSError):  # as a rule it is gone already
            unfinished.unlink()
    return target


def _draw(book: Any, report: OrderReport) -> None:
    drawn = _Drawn(book)
    summary = book.add_worksheet("Summary")
    charted = _most_used(report)
    for section in sections(report):
        _write_section(drawn, section, charted)
    _write_late(drawn, report)
    _write_summary(drawn, summary, report, charted)


@dataclass(slots=True)
class _Drawn:
    """The workbook in the making: its formats, each made once, and where the rows of each question stand."""

    book: Any
    formats: dict[str, Any] = field(default_factory=dict)
    tables: int = 0
    places: dict[Question, dict[str, tuple[Sequence[Row], Ranges]]] = field(default_factory=dict)

    def shaped(self, name: str, **properties: object) -> Any:
        """The format of this name."""
        if name not in self.formats:
            self.formats[name] = self.book.add_format(properties)
        return self.formats[name]

    def number(self, pattern: str) -> Any:
        """The format of numbers that look like this."""
        return self.shaped(pattern, num_format=pattern)

    def title(self, sheet: Any, title: str, about: str) -> None:
        """Title and explanation above a table."""
        sheet.write_string(0, 0, title, self.shaped("title", bold=True, font_size=14))
        sheet.write_string(1, 0, about, self.shaped("about", font_color="#555555"))

    def table(
        self, sheet: Any, heads: Sequence[str], rows: Sequence[Sequence[object]], *, head: int = _HEAD
    ) -> None:
        """A native table; a sheet without rows says so instead, because a table must have one."""
        if not rows:
            sheet.write_string(head, 0, "No orders.")
            return
        self.tables += 1
        sheet.add_table(
            *(head, 0, head + len(rows), len(heads) - 1),
            {
                "name": f"Table_{self.tables}",
                "style": "Table Style Medium 2",
                "columns": [{"header": each} for each in heads],
            },
        )
        for number, row in enumerate(rows, start=head + 1):
            for column, value in enumerate(row):
                self.cell(sheet, number, column, value)
        sheet.freeze_panes(head + 1, 0)

    def cell(self, sheet: Any, row: int, column: int, value: object) -> None:
        """One value as what it is; nothing where it is ``None``."""
        if isinstance(value, _Amount):
            self._amount(sheet, row, column, value)
        elif isinstance(value, date):
            shape = self.number("yyyy-mm-dd")
            sheet.write_datetime(row, column, datetime.combine(value, time()), shape)
        elif isinstance(value, int):
            sheet.write_number(row, column, value, self.number("#,##0"))
        elif value is not None:
            sheet.write_string(row, column, written_text(str(value)))

    def _amount(self, sheet: Any, row: int, column: int, amount: _Amount) -> None:
        value, right = amount.value, self.shaped("right", align="right")
        if value is None:
            sheet.write_string(row, column, "unknown", right)
        elif len(value.normalize(EXACT).as_tuple().digits) > 15:
            sheet.write_string(row, column, format(value, "f"), right)
        else:
            digits = decimals(value, amount.currency)
            pattern = "#,##0" + ("." + "0" * digits if digits else "")
            sheet.write_number(row, column, float(value), self.number(pattern))


@dataclass(frozen=True, slots=True)
class _Amount:
    """An amount of money in a cell; ``None``: unknown."""

    value: Decimal | None
    currency: str


def _most_used(report: OrderReport) -> list[str]:
    used = sorted(report.totals, key=lambda total: -total.orders)
    return [total.currency for total in used[:MOST_CHARTED]]


def _heads(section: Section) -> list[str]:
    what = "Lines" if section.by_lines else "Orders"
    heads = [*section.heads, "Currency", "Orders", "Lines", "Value", f"{what} without value", "Open value"]
    heads.append(f"{what} without open value")
    return [*heads, "Settled value"] if section.by_lines else heads


def _cells(section: Section, row: Row) -> list[object]:
    cells: list[object] = [*section.names(row), row.currency, row.orders, row.lines]
    cells += [_Amount(row.value, row.currency), row.value_unknown]
    cells += [_Amount(row.open_value, row.currency), row.open_value_unknown]
    return [*cells, _Amount(settled(row), row.currency)] if section.by_lines else cells


def _write_section(drawn: _Drawn, section: Section, charted: Sequence[str]) -> None:
    name = _SHEETS[section.question]
    sheet = drawn.book.add_worksheet(name)
    rows, heads = section.rows[:_MOST_ROWS], _heads(section)
    drawn.title(sheet, section.title, _about(section, len(charted)))
    drawn.table(sheet, heads, [_cells(section, row) for row in rows])
    sheet.set_column(0, len(heads) - 1, 15)
    sheet.set_column(0, len(section.heads) - 1, 24 if section.question not in _NARROW else 13)
    columns = {head: place for place, head in enumerate(heads)}
    places = drawn.places[section.question] = {}
    first = _HEAD + 1
    for currency, found in groupby(rows, key=lambda row: row.currency):
        of_currency = list(found)
        last = first + len(of_currency) - 1
        places[currency] = (of_currency, Ranges(name, _HEAD, first, last, columns))
        first = last + 1
    down = _HEAD
    for currency in charted:
        if currency not in places:
            continue
        across = len(heads) + 1
        for chart in charts(drawn.book, section, currency, *places[currency]):
            sheet.insert_chart(down, across, chart)
            across += 10
        down += _CHART_ROWS


_NARROW: Final = (
    *(Question.ORDER_DAY, Question.ORDER_WEEK, Question.REQUESTED_DAY, Question.REQUESTED_WEEK),
)


def _about(section: Section, charted: int) -> str:
    told = ["Amounts are never added up across currencies."]
    if section.by_lines:
        told.insert(
            0, "By lines: an order may stand in several rows. Settled value: nothing of it is to come."
        )
    if len({row.currency for row in section.rows}) > charted:
        told.append(f"Charts for the {charted} currencies with most orders.")
    if len(section.rows) > _MOST_ROWS:
        told.append(f"The first {_MOST_ROWS:,} of {len(section.rows):,} rows.")
    return " ".join(told)


_LATE_HEADS: Final = (
    *("Order", "Customer", "Name", "Due", "Days late", "Late lines", "Currency", "Value", "Open value"),
)


def _write_late(drawn: _Drawn, report: OrderReport) -> None:
    sheet = drawn.book.add_worksheet("Late orders")
    shown = len(report.latest)
    title = (
        f"All {shown:,} late orders"
        if shown == report.late_orders
        else f"The {shown:,} latest of {report.late_orders:,} late orders"
    )
    drawn.title(
        sheet, title, f"Late on {report.today}: open, and its day has gone by or is promised too late."
    )
    rows = [
        (
            late.number or late.id,
            late.customer,
            late.customer_name,
            late.due,
            late.days,
            late.late_lines,
            late.currency,
            _Amount(late.value, late.currency),
            _Amount(late.open_value, late.currency),
        )
        for late in report.latest
    ]
    drawn.table(sheet, _LATE_HEADS, rows)
    sheet.set_column(0, len(_LATE_HEADS) - 1, 15)
    sheet.set_column(2, 2, 30)


_SUMMARY_HEADS: Final = (
    *("Currency", "Orders", "Lines", "Value", "Orders without value"),
    *("Open value", "Orders without open value", "Value beyond lines"),
)


def _write_summary(drawn: _Drawn, sheet: Any, report: OrderReport, charted: Iterable[str]) -> None:
    about = f"{report.orders:,} orders with {report.lines:,} lines, {report.late_orders:,} orders late."
    drawn.title(sheet, f"Orders on {report.today}", about)
    rows = [
        (
            total.currency,
            total.orders,
            total.lines,
            _Amount(total.value, total.currency),
            total.value_unknown,
            _Amount(total.open_value, total.currency),
            total.open_value_unknown,
            _Amount(total.beyond_lines, total.currency),
        )
        for total in report.totals
    ]
    drawn.table(sheet, _SUMMARY_HEADS, rows)
    sheet.set_column(0, len(_SUMMARY_HEADS) - 1, 18)
    down = _HEAD + len(rows) + 2
    found = {section.question: section for section in sections(report)}
    for currency in charted:
        across = 0
        for question in (Question.STATUS, Question.LATENESS, Question.ORDER_WEEK):
            drawing = charts(drawn.book, found[question], currency, *drawn.places[question][currency])
            for chart in list(drawing)[:1]:
                sheet.insert_chart(down, across, chart)
                across += 5
        down += _CHART_ROWS
