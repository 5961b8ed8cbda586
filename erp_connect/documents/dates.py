"""Business dates from cells: ISO, ``31.12.2026`` and what the caller says; 03/04/2026 is never guessed."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from .numbers import WrongValue

__all__ = ["DateOrder", "date_in", "date_of_number", "sensible"]

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
            )
        known = "mdy" if second > 12 else "dmy"
    day, month = (first, second) if known == "dmy" else (second, first)
    return _day(in_full, month, day)


def date_of_number(number: Decimal) -> date:
    """The date that a plain number such as 20261231 says; a serial number of the spreadsheet is refused."""
    if number == number.to_integral_value() and (found := _COMPACT.fullmatch(str(int(number)))):
        year, month, day = found.groups()
        return _day(int(year), int(month), int(day))
    raise WrongValue(
        "not_a_date",
        "the cell holds a plain number where a date is expected",
        "format the cell as a date, or type it as 2026-12-31",
    )


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
