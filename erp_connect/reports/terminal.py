"""A report as tables of text, with bars: whoever owns the terminal prints them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from .figures import OrderReport, Row
from .sections import Question, Section, amount_text, sections

__all__ = ["TOP", "TextTable", "text_tables"]

TOP: Final = 10
"""How many customers, products and late orders are shown unless told otherwise."""
_WIDTH: Final = 24
"""Characters of the longest bar."""
_MOST_DAYS: Final = 31
"""Where there are more days, the weeks are shown instead."""
_RANKED: Final = (Question.CUSTOMER, Question.PRODUCT)
_BY_WEEK: Final = {Question.ORDER_DAY: Question.ORDER_WEEK, Question.REQUESTED_DAY: Question.REQUESTED_WEEK}


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table of texts; the heads of columns with numbers begin with ``>``."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str | None = None


def text_tables(report: OrderReport, *, top: int = TOP, block: str = "\N{FULL BLOCK}") -> Iterator[TextTable]:
    """The tables of a report; of customers, products and late orders the first ``top`` of each currency.

    Days are shown for up to a month, weeks for more.  ``block`` is what bars are made of.
    """
    yield _totals(report)
    found = {section.question: section for section in sections(report)}
    for question, section in found.items():
        by_week = _BY_WEEK.get(question)
        if question in _BY_WEEK.values():
            continue
        if by_week is not None and len({row.key for row in section.rows}) > _MOST_DAYS:
            section = found[by_week]  # noqa: PLW2901 (the same question, asked less finely)
        if section.rows:
            yield _table(section, top if question in _RANKED else None, block)
    if report.late_orders:
        yield _late(report, top)


def _totals(report: OrderReport) -> TextTable:
    rows = [
        (
            total.currency,
            f"{total.orders:,}",
            f"{total.lines:,}",
            amount_text(total.value, total.currency, total.value_unknown),
            amount_text(total.open_value, total.currency, total.open_value_unknown),
            amount_text(total.beyond_lines, total.currency),
        )
        for total in report.totals
    ]
    heads = ("currency", ">orders", ">lines", ">value", ">open value", ">of it beyond lines")
    late = f", {report.late_orders:,} late" if report.orders else ""
    return TextTable(f"{report.orders:,} order(s) on {report.today}{late}", heads, rows)


def _table(section: Section, top: int | None, block: str) -> TextTable:
    shown: list[Row] = []
    counts: dict[str, int] = {}
    greatest: dict[str, Decimal] = {}
    for row in section.rows:
        counts[row.currency] = counts.get(row.currency, 0) + 1
        if top is None or counts[row.currency] <= top:
            shown.append(row)
            if row.value is not None:
                greatest[row.currency] = max(row.value, greatest.get(row.currency, row.value))
    heads = (
        *(head.lower() for head in section.heads),
        *("currency", ">orders", ">lines", ">value", ">open value", "bar"),
    )
    rows = [
        (
            *("" if name is None else str(name) for name in section.names(row)),
            row.currency,
            f"{row.orders:,}",
            f"{row.lines:,}",
            amount_text(row.value, row.currency, row.value_unknown),
            amount_text(row.open_value, row.currency, row.open_value_unknown),
            _bar(row.value, greatest.get(row.currency), block),
        )
        for row in shown
    ]
    left = {currency: count - top for currency, count in counts.items() if top is not None and count > top}
    note = ", ".join(f"{count:,} more in {currency}" for currency, count in left.items()) or None
    return TextTable(section.title, heads, rows, note)


def _bar(value: Decimal | None, greatest: Decimal | None, block: str) -> str:
    if value is None or greatest is None or value <= 0:
        return ""
    return block * max(1, round(value / greatest * _WIDTH))


def _late(report: OrderReport, top: int) -> TextTable:
    rows = [
        (
            late.number or late.id,
            late.customer,
            late.customer_name or "",
            "" if late.due is None else late.due.isoformat(),
            f"{late.days:,}",
            f"{late.late_lines:,}",
            late.currency,
            amount_text(late.value, late.currency),
            amount_text(late.open_value, late.currency),
        )
        for late in report.latest[:top]
    ]
    heads = (
        "order",
        "customer",
        "name",
        "due",
        ">days late",
        ">late lines",
        "currency",
        ">value",
        ">open value",
    )
    more = report.late_orders - len(rows)
    return TextTable("Latest orders", heads, rows, f"{more:,} more are late" if more else None)
