"""Business dates from cells: ISO, ``31.12.2026`` and what the caller says; 03/04/2026 is never guessed."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal

from .numbers import WrongValue

__all__ = ["DateOrder", "date_in", "date_of_number", "date_of_serial", "mark_in", "order_in", "sensible"]

DateOrder = Literal["dmy", "mdy", "ymd"]

# A time with a zone is left out on purpose: which day it is depends on the company's own zone.
_TIME: Final = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?"
_YEAR_FIRST: Final = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.ASCII)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_YEAR_LAST: Final = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.ASCII)
_TWO_DIGIT_FIRST: Final = re.compile(r"(\d{2})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_EARLIEST, _LATEST = 1990, 2100
"""Years that an order can be about; anything else is a slip or a number that is no date."""


def date_in(text: str, order: DateOrder | None) -> date:
    """The date that a text says; a time of day behind it does not count.

    ``order`` settles dates whose day and month could change places; with dots in between the day comes first.  Raises
    ``WrongValue``: ``not_a_date``, ``ambiguous_date``, ``two_digit_year``.
    """
    bare = text.strip()
    if len(bare) > 40:
        raise _no_date()
    if found := _YEAR_FIRST.fullmatch(bare):
        year, _, month, day = found.groups()
        return _day(int(year), int(month), int(day))
    if found := _COMPACT.fullmatch(bare):
        year, month, day = found.groups()
        return _day(int(year), int(month), int(day))
    if order == "ymd" and (found := _TWO_DIGIT_FIRST.fullmatch(bare)):
        year, _, month, day = found.groups()
        return _day(2000 + int(year), int(month), int(day))
    if found := _YEAR_LAST.fullmatch(bare):
        first, mark, second, year = found.groups()
        return _year_last(int(first), int(second), year, mark, order)
    raise _no_date()


def _year_last(first: int, second: int, year: str, mark: str, order: DateOrder | None) -> date:
    known = order if order in ("dmy", "mdy") else None
    if len(year) == 2 and known is None:
        raise WrongValue(
            "two_digit_year",
            "the year has two digits, so the order of day, month and year is not certain",
            'type the year with four digits, or give the option date_order="dmy" or "mdy"',
            open="date_order",
        )
    in_full = int(year) if len(year) == 4 else 2000 + int(year)
    if known is None and mark == ".":
        known = "dmy"
    if known is None:
        if first <= 12 and second <= 12 and first != second:
            raise WrongValue(
                "ambiguous_date",
                "the date can be read in two ways: day first or month first",
                'type it as 2026-12-31, or give the option date_order="dmy" or "mdy"',
                open="date_order",
            )
        known = "mdy" if second > 12 else "dmy"
    day, month = (first, second) if known == "dmy" else (second, first)
    return _day(in_full, month, day)


def date_of_number(number: Decimal, *, serial: bool = False, since_1904: bool = False) -> date:
    """The date that a plain number such as 20261231 says; with ``serial`` also a day number of the spreadsheet."""
    if number == number.to_integral_value() and (found := _COMPACT.fullmatch(str(int(number)))):
        year, month, day = found.groups()
        return _day(int(year), int(month), int(day))
    day_number = date_of_serial(number, since_1904=since_1904)
    if serial and day_number is not None:
        return day_number
    raise WrongValue(
        "not_a_date",
        "the cell holds a plain number where a date is expected",
        "format the cell as a date, or type it as 2026-12-31"
        + (", or give the option serial_dates if it is the day's number" if day_number else ""),
        open="serial_dates" if day_number is not None else None,
    )


def date_of_serial(number: Decimal, *, since_1904: bool) -> date | None:
    """The day that a spreadsheet's day number means, a time of day left out; ``None`` if no order is about it."""
    first = date(1904, 1, 1) if since_1904 else date(1899, 12, 30)
    days = int(number) if abs(number) < 1_000_000 else 0
    found = first + timedelta(days=days)
    return found if _EARLIEST <= found.year <= _LATEST else None


def order_in(text: str) -> tuple[str, DateOrder] | None:
    """What a text proves about the order of day and month: its mark, and the order; ``None`` when it proves nothing."""
    found = _YEAR_LAST.fullmatch(text.strip()) if len(text) <= 40 else None
    if found is None or len(found.group(4)) == 2:
        return None
    first, mark, second = int(found.group(1)), found.group(2), int(found.group(3))
    if mark == "." or (12 < first <= 31 and second <= 12):
        return mark, "dmy"
    return (mark, "mdy") if first <= 12 < second <= 31 else None


def mark_in(text: str) -> str:
    """The mark between day, month and year."""
    return next((char for char in text.strip() if char in "-/."), "")


def _day(year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise _no_date() from None
    return sensible(found)


def sensible(found: date) -> date:
    """The same date, unless no order can be about that year."""
    if not _EARLIEST <= found.year <= _LATEST:
        raise WrongValue(
            "not_a_date", f"the year is not between {_EARLIEST} and {_LATEST}", "type the date as 2026-12-31"
        )
    return found


def _no_date() -> WrongValue:
    return WrongValue("not_a_date", "the text is no date", "type the date as 2026-12-31")
