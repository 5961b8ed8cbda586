"""Conditions of a ``$filter``, in either of the two spellings of dates and numbers (sage.md 3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal
from urllib.parse import quote

from ....wire.odata import literal

Spelling = Literal["bare", "typed"]
"""``2026-12-31T00:00:00Z`` and ``30`` as in live calls, or ``datetime'...'`` and ``30m`` as in the manual."""
SPELLINGS: Final[tuple[Spelling, ...]] = ("bare", "typed")


@dataclass(frozen=True, slots=True)
class Where:
    """A condition: names and operators as text, dates and numbers as values."""

    pieces: tuple[str | date | Decimal, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.pieces)

    @property
    def has_spellings(self) -> bool:
        """Whether the two spellings differ."""
        return any(not isinstance(piece, str) for piece in self.pieces)

    def text(self, spelling: Spelling) -> str:
        """The condition as the server reads it, not yet percent-encoded."""
        return "".join(piece if isinstance(piece, str) else _value(piece, spelling) for piece in self.pieces)


def equal(name: str, value: str) -> Where:
    """The text of a property is this one."""
    return Where((f"{name} eq {literal(value, 'Edm.String', 4)}",))


def begins(name: str, value: str) -> Where:
    """The text of a property begins with this."""
    return Where((f"startswith({name},{literal(value, 'Edm.String', 4)})",))


def one_of(name: str, values: Sequence[str]) -> Where:
    """The text of a property is one of these."""
    return Where(("(" + " or ".join(equal(name, value).text("bare") for value in values) + ")",))


def compared(name: str, operator: Literal["ge", "lt"], value: date) -> Where:
    """The day of a property is this one or later, or before it."""
    return Where((f"{name} {operator} ", value))


def both(conditions: Iterable[Where]) -> Where:
    """All of these."""
    joined: list[str | date | Decimal] = []
    for condition in conditions:
        joined += [" and ", *condition.pieces] if joined else condition.pieces
    return Where(tuple(joined))


def query(options: Iterable[tuple[str, str]]) -> str:
    """Options as the end of an address; a blank is ``%20``, for a plus sign may be one."""
    said = "&".join(f"{name}={quote(value, safe='')}" for name, value in options)
    return f"?{said}" if said else ""


def _value(value: date | Decimal, spelling: Spelling) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}" if spelling == "bare" else f"{value:f}m"
    moment = f"{value.isoformat()}T00:00:00"
    return f"{moment}Z" if spelling == "bare" else f"datetime'{moment}'"
