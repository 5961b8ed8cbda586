"""Cells of version 2's rows as values: text, exact numbers, days, instants, and what lies within (sap.md 4.2).

A field that a release does not have reads like an empty one.  A cell of another kind than its type is ``Unreadable``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from ....errors import ContractViolation
from ....models import Money
from ....wire.odata import Unreadable, from_json, to_json
from ...amounts import money_in, tidy
from ..conventions import shown_key

Row = Mapping[str, Any]


def text(row: Row, name: str) -> str:
    """A text without the blanks around it; ``""`` where there is none."""
    return str(_value(row, name, "Edm.String") or "").strip()


def key(row: Row, name: str) -> str:
    """A number of a document, an item or a party as people see it; ``""`` where there is none."""
    found = text(row, name)
    return shown_key(found) if found else ""


def item_of(row: Row, name: str) -> str:
    """The number of an item as people see it; ``Unreadable`` for what is no number."""
    found = key(row, name)
    if not (found.isascii() and found.isdigit()):
        raise Unreadable(f"{name}: {found[:40]!r} is no number of an item")
    return found


def place_of(row: Row, name: str) -> str:
    """The number of a row as the system writes it, by which the next page begins.

    ``ContractViolation`` for a row that does not tell it: what comes behind it could not be asked for.
    """
    found = _value(row, name, "Edm.String")
    if not isinstance(found, str) or not found:
        raise ContractViolation(
            f"a row of the answer does not tell its {name}",
            outcome="not_applied",
            hint="see whether something between here and the system changes its answers",
        )
    return found


def number_of(made: Row, name: str) -> str:
    """The number of what was just made, as people see it; ``Unreadable`` for an answer that does not tell it."""
    found = key(made, name)
    if not found:
        raise Unreadable(f"the answer does not tell its {name}")
    return found


def number(row: Row, name: str) -> Decimal | None:
    """A quantity or amount, with no more zeros behind the point than it needs; ``None`` where it is not told."""
    found = _value(row, name, "Edm.Decimal")
    return None if found is None else tidy(found)


def money(row: Row, name: str, currency: str) -> Money | None:
    """An amount with the digits of its currency; ``None`` where it is not told."""
    found = _value(row, name, "Edm.Decimal")
    return None if found is None or not currency else money_in(found, currency)


def day(row: Row, name: str) -> date | None:
    """A date; an initial one is ``None``."""
    found = _value(row, name, "Edm.DateTime")
    return None if found is None else found.date()


def instant(row: Row, name: str) -> datetime | None:
    """An instant in UTC."""
    found: datetime | None = _value(row, name, "Edm.DateTimeOffset")
    return found


def flag(row: Row, name: str) -> bool:
    """A truth value; what is not told is false."""
    return bool(_value(row, name, "Edm.Boolean"))


def within(row: Row, name: str) -> Sequence[Row]:
    """The rows that were expanded, one or many; none where they were not asked for."""
    found = row.get(name)
    if isinstance(found, Mapping) and isinstance(found.get("results"), list):
        found = found["results"]
    if isinstance(found, Mapping):
        return () if "__deferred" in found else (found,)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else ()


def quantity(much: Decimal) -> str:
    """A number as a body's cell."""
    cell: str = to_json(much, "Edm.Decimal", 2)
    return cell


def fits_digits(much: Decimal, precision: int | None, scale: int | None) -> bool:
    """Whether a number has no more digits, all in all and behind the point, than its field; ``None``: not told."""
    _, digits, exponent = tidy(much).as_tuple()
    places = -exponent if isinstance(exponent, int) else 0
    if scale is not None and places > scale:
        return False
    return precision is None or len(digits) - places <= precision - (scale or 0)


def date_cell(when: date) -> str:
    """A date as a body's cell."""
    cell: str = to_json(datetime.combine(when, time()), "Edm.DateTime", 2)
    return cell


def _value(row: Row, name: str, edm: str) -> Any:
    try:
        return from_json(row.get(name), edm)
    except ValueError as failure:
        raise Unreadable(f"{name}: {failure}") from failure
