"""Cells of a row as values: text, exact numbers, days, instants, enum members, and what lies within (dynamics.md 1.5).

A field that a release does not have reads like a blank one.  A cell of another kind than its type is ``Unreadable``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from ...models import Money
from ...wire.odata import Unreadable, from_json
from ..amounts import money_in, tidy

Row = Mapping[str, Any]
Body = dict[str, Any]

_BLANK_DAY: Final = date(1, 1, 1)
_BLANK_YEARS: Final = frozenset({1, 1900})
"""An instant that nobody has set: of year 1, or of 1900 (dynamics.md 3.2)."""
_BLANK_GUID: Final = "00000000-0000-0000-0000-000000000000"
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


def text(row: Row, name: str) -> str:
    """A text without the blanks around it; ``""`` where there is none."""
    cell = row.get(name)
    if type(cell) is str:  # most of what systems tell
        return cell.strip()
    return str(_value(row, name, "Edm.String") or "").strip()


def number(row: Row, name: str) -> Decimal | None:
    """A quantity or amount, with no more zeros behind the point than it needs; ``None`` where it is not told."""
    cell = row.get(name)
    if type(cell) is Decimal and cell.is_finite():
        return tidy(cell)
    if type(cell) is int:
        return Decimal(cell)
    found = _value(row, name, "Edm.Decimal")
    return None if found is None else tidy(found)


def money(row: Row, name: str, currency: str) -> Money | None:
    """An amount with the digits of its currency; ``None`` where it is not told."""
    found = _value(row, name, "Edm.Decimal")
    return None if found is None or not currency else money_in(found, currency)


def whole(row: Row, name: str) -> int | None:
    """A count or a line number; ``None`` where it is not told."""
    cell = row.get(name)
    if type(cell) is int:
        return cell
    found: int | None = _value(row, name, "Edm.Int32")
    return found


def day(row: Row, name: str) -> date | None:
    """A date; a blank one is ``None``."""
    found: date | None = _value(row, name, "Edm.Date")
    return None if found == _BLANK_DAY else found


def instant(row: Row, name: str) -> datetime | None:
    """An instant in UTC; a blank one is ``None``."""
    found: datetime | None = _value(row, name, "Edm.DateTimeOffset")
    return None if found is None or found.year in _BLANK_YEARS else found


def noon(row: Row, name: str) -> date | None:
    """A date that comes as an instant, at noon in UTC; a blank one is ``None`` (dynamics.md 3.2)."""
    found = instant(row, name)
    return None if found is None else found.astimezone(UTC).date()


def yes(row: Row, name: str) -> bool:
    """A member of ``NoYes`` as a truth value; what is not told is false (dynamics.md 3.4)."""
    return member(row, name) == "Yes"


def flag(row: Row, name: str) -> bool:
    """A truth value; what is not told is false."""
    return bool(_value(row, name, "Edm.Boolean"))


def guid(row: Row, name: str) -> str:
    """An id; ``""`` where none is told, or a blank one."""
    found = text(row, name).lower()
    return "" if found == _BLANK_GUID else found


def member(row: Row, name: str) -> str:
    """A member of an enumeration, its escapes undone (``In_x0020_Review``: ``In Review``); ``""`` for the blank one."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text(row, name)).strip()


def within(row: Row, name: str) -> Sequence[Row]:
    """The rows that were expanded, one or many; none where they were not asked for."""
    found = row.get(name)
    if isinstance(found, Mapping):
        return (found,)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else ()


def mappings(rows: Iterable[Any]) -> Iterator[Row]:
    """The rows of a page; ``Unreadable`` where one is none."""
    for row in rows:
        if not isinstance(row, Mapping):
            raise Unreadable("a row of an answer is none")
        yield row


def etag(row: Row) -> str | None:
    """The version that stands within a row."""
    found = row.get("@odata.etag")
    return found if isinstance(found, str) and found else None


def _value(row: Row, name: str, edm: str) -> Any:
    try:
        return from_json(row.get(name), edm)
    except ValueError as failure:
        raise Unreadable(f"{name}: {failure}") from failure
