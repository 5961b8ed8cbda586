"""Texts of a data stream as values, and back (sage.md 2.9): what is absent reads like what is empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from ....models import EMPTY, Money
from ....wire.adonix.streams import NUM, Row, Value
from ...amounts import money_in, tidy

__all__ = ["NUM", "Row", "amount", "day", "number", "said", "text", "yes"]

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
    return exact(found) if (found := text(row, name)) else None


def amount(row: Row, name: str, currency: str) -> Money | None:
    """An amount with the digits of its currency; ``None`` where it is not told."""
    return money_in(exact(found), currency) if (found := text(row, name)) else None


def day(row: Row, name: str) -> date | None:
    """A date; an empty one is ``None``."""
    found = text(row, name)
    return None if found in _NEVER else _day(found)


def yes(row: Row, name: str) -> bool | None:
    """A yes or no of menu 1; ``None`` where it is neither."""
    return {"1": False, "2": True}.get(text(row, name))


@lru_cache(4096)
def exact(said: str) -> Decimal:
    """A number as X3 writes it; ``ValueError`` for what is none."""
    if len(said) > _DIGITS or not said.lstrip("+-").replace(".", "", 1).isdecimal():
        raise ValueError("a number is none")
    return tidy(Decimal(said))


@lru_cache(1024)
def _day(said: str) -> date:
    if len(said) != 8 or not said.isdecimal():
        raise ValueError("a date is none")
    return date(int(said[:4]), int(said[4:6]), int(said[6:]))


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
