"""Elements of a record as values (dynamics.md 2.3, 2.4): all are texts; an absent one reads like a blank one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ....models import Money
from ...services import cells
from ...services.cells import Row, text

Body = dict[str, Any]
NO_DAY: Final = date(1, 1, 1)
"""What clears a date."""
_BLANK: Final = "_blank_"


def number(row: Row, name: str) -> Decimal | None:
    """A quantity or amount; ``None`` where it is not told."""
    return cells.number(row, name) if row.get(name) else None


def money(row: Row, name: str, currency: str) -> Money | None:
    """An amount with the digits of its currency; ``None`` where it is not told."""
    return cells.money(row, name, currency) if row.get(name) else None


def day(row: Row, name: str) -> date | None:
    """A date; a blank one is ``None``."""
    return cells.day(row, name) if row.get(name) else None


def flag(row: Row, name: str) -> bool | None:
    """A truth value; ``None`` where it is not told."""
    said = text(row, name).lower()
    return None if not said else said in {"true", "1"}


def member(row: Row, name: str) -> str:
    """A member of an enumeration; ``""`` for the blank one."""
    said = text(row, name)
    return "" if said == _BLANK else said


def within(row: Row, container: str, line: str) -> Sequence[Row]:
    """The lines of a record."""
    found = row.get(container)
    if not isinstance(found, list):
        return ()
    inner = found[0].get(line) if len(found) == 1 and isinstance(found[0], Mapping) else None
    return inner if isinstance(inner, list) else [each for each in found if isinstance(each, Mapping)]
