"""Texts of a data stream as values, and back (sage.md 2.9): what is absent reads like what is empty.

Texts repeat from line to line and from order to order, so what they mean is remembered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from ....models import EMPTY, Money
from ....models.currencies import exponent
from ....wire.adonix.streams import NUM, Row, Value
from ...amounts import tidy

__all__ = [
    "NUM",
    "Row",
    "amount",
    "as_day",
    "as_money",
    "as_number",
    "day",
    "exact",
    "flat",
    "number",
    "said",
    "text",
]

_NEVER: Final = frozenset({"", "0", "00000000", "15991231"})
"""How no date is written: empty, or as databases keep it."""
_DIGITS: Final = 60


def text(row: Row, name: str) -> str:
    """A text without the blanks around it; of a list the first; ``""`` where there is none."""
    found = row.get(name)
    if isinstance(found, str):
        return found.strip()
    return str(found[0]).strip() if isinstance(found, list) and found else ""


def number(row: Row, name: str) -> Decimal | None:
    """A quantity or price with no more zeros than it needs; ``None`` where it is not told."""
    found = row.get(name)
    return as_number(found) if found else None


def amount(row: Row, name: str, currency: str) -> Money | None:
    """An amount with the digits of its currency; ``None`` where it is not told."""
    found = row.get(name)
    return as_money(found, currency) if found else None


def day(row: Row, name: str) -> date | None:
    """A date; an empty one is ``None``."""
    found = row.get(name)
    return as_day(found) if found else None


@lru_cache(4096)
def as_number(told: str) -> Decimal | None:
    """A number as X3 writes it; ``None`` for a blank one."""
    return exact(told) if told.strip() else None


@lru_cache(4096)
def as_money(told: str, currency: str) -> Money | None:
    """An amount as X3 writes it; ``None`` for a blank one."""
    if not told.strip():
        return None
    return Money.trusted(amount=tidy(exact(told), exponent(currency) or 0), currency=currency)


@lru_cache(1024)
def as_day(told: str) -> date | None:
    """A date as X3 writes it; ``None`` for an empty one, ``ValueError`` for what is none."""
    told = told.strip()
    if told in _NEVER:
        return None
    if len(told) != 8 or not told.isdecimal():
        raise ValueError("a date is none")
    return date(int(told[:4]), int(told[4:6]), int(told[6:]))


def exact(told: str) -> Decimal:
    """A number as X3 writes it; ``ValueError`` for what is none."""
    told = told.strip()
    if len(told) > _DIGITS or not told.lstrip("+-").replace(".", "", 1).isdecimal():
        raise ValueError("a number is none")
    return tidy(Decimal(told))


def said(value: Any) -> Value:
    """A value as it is written: what is emptied is an empty text."""
    if value is EMPTY or value is None:
        return ""
    if isinstance(value, bool):
        return "2" if value else "1"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.strftime("%Y%m%d")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [str(said(each)) for each in value]
    return str(value)


def flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """All single fields of a record by name, the first of each."""
    found: dict[str, Any] = {}
    for block in record.values():
        if isinstance(block, dict):
            found = {**block, **found}
    return found
