"""Cells that Sage 300 writes in its own way: days, yes and no, keys, numbers of lines (sage.md 3.2, 3.5)."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from ....wire.odata import Unreadable
from ...services.cells import Row, number, text

_BLANK_YEARS: Final = frozenset({1, 1899, 1900})
_YES: Final = {"yes": True, "true": True, "no": False, "false": False, "": False}


def day(row: Row, name: str) -> date | None:
    """A business day, with or without its midnight and ``Z``; a blank one is ``None``."""
    said = text(row, name)
    if not said:
        return None
    try:
        found = date.fromisoformat(said[:10])
    except ValueError as failure:
        raise Unreadable(f"{name}: {said[:40]!r} is no date") from failure
    if said[10:11] not in ("", "T", " "):
        raise Unreadable(f"{name}: {said[:40]!r} is no date")
    return None if found.year in _BLANK_YEARS else found


def yes(row: Row, name: str) -> bool:
    """A truth value, be it one of JSON or a word: customers have words where orders have truth values."""
    said: Any = row.get(name)
    if said is None or isinstance(said, bool):
        return bool(said)
    found = _YES.get(said.casefold()) if isinstance(said, str) else None
    if found is None:
        raise Unreadable(f"{name}: {str(said)[:40]!r} is neither yes nor no")
    return found


def key(row: Row, name: str) -> str:
    """A key that the system generates, as its digits; blank where none is told."""
    said: Any = row.get(name)
    if said is None or said == "":
        return ""
    found = number(row, name)
    if found is None or found != found.to_integral_value():
        raise Unreadable(f"{name}: {str(said)[:40]!r} is no key")
    return "" if not found else str(int(found))


def count(row: Row, name: str) -> int | None:
    """A number of a line, or how many there are; ``None`` where it is not told."""
    found = number(row, name)
    if found is not None and found != found.to_integral_value():
        raise Unreadable(f"{name}: {found} is no whole number")
    return None if found is None else int(found)


def key_of(id: str) -> str | None:
    """An id as a generated key in an address; ``None`` where it cannot be one."""
    return id if id.isascii() and id.isdecimal() and 0 < len(id) <= 30 else None
