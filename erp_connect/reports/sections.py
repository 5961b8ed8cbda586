"""The questions that a report answers, in the order in which people see them, whatever draws them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from ..rules.exact import digits_of, subtract
from .figures import OrderReport, Row

__all__ = ["Question", "Section", "amount_text", "decimals", "sections", "settled"]


class Question(StrEnum):
    """What the rows of a section are about."""

    STATUS = "status"
    LATENESS = "lateness"
    CUSTOMER = "customer"
    PRODUCT = "product"
    ORDER_DAY = "order_day"
    ORDER_WEEK = "order_week"
    REQUESTED_DAY = "requested_day"
    REQUESTED_WEEK = "requested_week"


@dataclass(frozen=True, slots=True)
class Section:
    """One question and its rows; ``by_lines``: amounts are those of lines, and orders may stand in several rows."""

    question: Question
    title: str
    heads: Sequence[str]
    """The heads of the columns that say what a row is about."""
    rows: Sequence[Row]
    by_lines: bool = False

    def names(self, row: Row) -> tuple[object, ...]:
        """The cells under ``heads``; ``None`` where there is nothing to say."""
        if self.question is Question.CUSTOMER:
            return (row.key, row.name or None)
        if self.question in _WEEKS:
            return (row.name, row.key)
        return (row.key if self.question in _DAYS and row.key is not None else row.name,)


_DAYS: Final = (Question.ORDER_DAY, Question.REQUESTED_DAY)
_WEEKS: Final = (Question.ORDER_WEEK, Question.REQUESTED_WEEK)


def sections(report: OrderReport) -> Iterator[Section]:
    """The sections of a report."""
    week = ("Week", "Monday")
    yield Section(Question.STATUS, "Orders by status", ("Status",), report.by_status)
    yield Section(Question.LATENESS, "Orders by lateness", ("Lateness",), report.by_lateness)
    yield Section(Question.CUSTOMER, "Orders by customer", ("Customer", "Name"), report.by_customer)
    yield Section(Question.PRODUCT, "Lines by product", ("Product",), report.by_product, by_lines=True)
    yield Section(Question.ORDER_DAY, "Orders by day ordered", ("Day",), report.by_order_day)
    yield Section(Question.ORDER_WEEK, "Orders by week ordered", week, report.by_order_week)
    yield Section(
        Question.REQUESTED_DAY, "Lines by day asked for", ("Day",), report.by_requested_day, by_lines=True
    )
    yield Section(
        Question.REQUESTED_WEEK, "Lines by week asked for", week, report.by_requested_week, by_lines=True
    )


def settled(row: Row) -> Decimal | None:
    """The value of lines of which nothing is to come any more; ``None`` where it is not known."""
    if row.value is None or row.open_value is None:
        return None
    return subtract(row.value, row.open_value)


def decimals(value: Decimal, currency: str) -> int:
    """How many decimal digits to show: the currency's, and more where the amount has more."""
    text = format(value, "f")
    own = len(text.partition(".")[2].rstrip("0"))
    return max(own, digits_of(currency))


def amount_text(value: Decimal | None, currency: str, unknown: int = 0) -> str:
    """An amount as people read it, and of how many it is not known."""
    if value is None:
        return "unknown"
    whole, _, part = format(value, "f").partition(".")
    digits = decimals(value, currency)
    sign = "-" if whole.startswith("-") else ""
    text = f"{sign}{int(whole.lstrip('-')):,}" + (f".{part[:digits].ljust(digits, '0')}" if digits else "")
    return f"{text} + {unknown:,} unknown" if unknown else text
