"""Native charts over the tables of a report's workbook: a spreadsheet draws them from the cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .figures import Row
from .lateness import Lateness
from .sections import Question, Section

__all__ = ["MOST_CHARTED", "Ranges", "charts"]

MOST_CHARTED: Final = 3
"""In how many currencies there are charts: those with most orders."""
_FIRST: Final = 15
"""How many customers and products a chart shows."""
_OPEN: Final = "#D9822B"
_DONE: Final = "#4A7CA8"
_COLOURS: Final = (
    *("#4A7CA8", "#7FB069", "#D9822B", "#B23A48", "#8E6C8A"),
    *("#5FA8A3", "#C9A227", "#6B7A8F", "#A86F4A", "#9AA5B1"),
)
_BY_LATENESS: Final = {
    Lateness.ON_TIME: "#7FB069",
    Lateness.LATE_1_3: "#E8C547",
    Lateness.LATE_4_7: "#E39B3B",
    Lateness.LATE_8_14: "#D4622E",
    Lateness.LATE_15: "#A4262C",
    Lateness.NO_DATE: "#9AA5B1",
    Lateness.NOTHING_OPEN: "#4A7CA8",
}


@dataclass(frozen=True, slots=True)
class Ranges:
    """Where the rows of one currency stand in a sheet: rows and columns count from 0, ``last`` is included."""

    sheet: str
    head: int
    first: int
    last: int
    columns: Mapping[str, int]

    def of(self, column: str) -> list[Any]:
        """The cells of a column."""
        place = self.columns[column]
        return [self.sheet, self.first, place, self.last, place]

    def head_of(self, column: str) -> list[Any]:
        """The cell with a column's head."""
        return [self.sheet, self.head, self.columns[column]]


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What a chart shows: its kind, its series (column, colour) and, of a single series, the colours of its points."""

    kind: Mapping[str, str]
    title: str
    series: Sequence[tuple[str, str]]
    points: Sequence[str] = ()


def charts(book: Any, section: Section, currency: str, rows: Sequence[Row], ranges: Ranges) -> Iterator[Any]:
    """The charts of a section in one currency; ``ranges`` are those of ``rows``."""
    if section.question in (Question.CUSTOMER, Question.PRODUCT):
        rows = rows[:_FIRST]
    dated = [row for row in rows if row.key is not None or section.question is Question.PRODUCT]
    if not dated:  # rows without a date stand last
        return
    ranges = Ranges(ranges.sheet, ranges.head, ranges.first, ranges.first + len(dated) - 1, ranges.columns)
    for drawing in _drawings(section, dated):
        yield _chart(book, drawing, section, currency, ranges)


def _drawings(section: Section, rows: Sequence[Row]) -> Sequence[_Drawing]:
    first = f"the first {_FIRST}, " if len(rows) == _FIRST else ""
    value, left = ("Value", _DONE), ("Open value", _OPEN)
    stacked = [("Open value", _OPEN), ("Settled value", _DONE)]
    column, bar = {"type": "column"}, {"type": "bar"}
    match section.question:
        case Question.STATUS:
            ring = _Drawing({"type": "doughnut"}, "Orders by status", [("Orders", _DONE)], _COLOURS)
            return (ring, _Drawing(column, "Value by status", [value, left]))
        case Question.LATENESS:
            colours = [_BY_LATENESS[Lateness(str(row.key))] for row in rows]
            return (
                _Drawing(column, "Orders by lateness", [("Orders", _DONE)], colours),
                _Drawing(column, "Open value by lateness", [left], colours),
            )
        case Question.CUSTOMER:
            return (_Drawing(bar, f"Value by customer: {first}greatest first", [value]),)
        case Question.PRODUCT:
            title = f"Value by product: {first}greatest first"
            return (_Drawing({"type": "bar", "subtype": "stacked"}, title, stacked),)
        case Question.ORDER_DAY:
            return (_Drawing({"type": "line"}, "Value by day ordered", [value]),)
        case Question.ORDER_WEEK:
            return (_Drawing(column, "Value by week ordered", [value, left]),)
        case Question.REQUESTED_DAY:
            return (_Drawing({"type": "line"}, "Open value by day asked for", [left]),)
        case Question.REQUESTED_WEEK:
            return (_Drawing({"type": "column", "subtype": "stacked"}, "Value by week asked for", stacked),)


def _chart(book: Any, drawing: _Drawing, section: Section, currency: str, ranges: Ranges) -> Any:
    chart = book.add_chart(dict(drawing.kind))
    for column, colour in drawing.series:
        series: dict[str, Any] = {
            "name": ranges.head_of(column),
            "categories": ranges.of(section.heads[0]),
            "values": ranges.of(column),
        }
        if drawing.kind["type"] == "line":
            series["line"] = {"color": colour, "width": 2}
        else:
            series["fill"] = {"color": colour}
        if drawing.points:
            count = ranges.last - ranges.first + 1
            series["points"] = [
                {"fill": {"color": drawing.points[place % len(drawing.points)]}} for place in range(count)
            ]
        chart.add_series(series)
    unit = "" if drawing.series[0][0] == "Orders" else f", {currency}"
    of_currency = f" in {currency}" if not unit else ""
    chart.set_title({"name": f"{drawing.title}{of_currency}{unit}", "name_font": {"size": 12}})
    if len(drawing.series) == 1 and drawing.kind["type"] != "doughnut":
        chart.set_legend({"none": True})
    else:
        chart.set_legend({"position": "bottom"})
    _set_axes(chart, drawing.kind["type"], dated=section.heads[0] == "Day")
    chart.set_size({"width": 620, "height": 340})
    return chart


def _set_axes(chart: Any, kind: str, *, dated: bool) -> None:
    if kind == "doughnut":
        return
    amounts = {"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}}
    if kind == "bar":
        chart.set_y_axis({"reverse": True})  # the greatest on top
        chart.set_x_axis(amounts)
        return
    chart.set_y_axis(amounts)
    if dated:
        chart.set_x_axis({"date_axis": True, "num_format": "yyyy-mm-dd"})
