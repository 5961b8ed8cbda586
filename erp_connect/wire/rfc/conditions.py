"""Conditions for RFC_READ_TABLE: dynamic SQL in rows of at most 72 characters (sap.md 2.16).

A row is never broken inside a name or a literal, and a row that continues another begins with a blank.  Names are
checked, quotes doubled, line breaks refused: nothing that a caller says can become part of the statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

ROW: Final = 72
_NAME: Final = re.compile(r"[A-Z0-9_/]+")


class TooLongToSay(ValueError):
    """A value whose literal fits into no row."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as words that are never broken."""

    words: tuple[str, ...]

    def rows(self) -> list[str]:
        """The rows of OPTIONS."""
        rows: list[str] = []
        row = ""
        for word in self.words:
            if row and len(row) + 1 + len(word) <= ROW:
                row += f" {word}"
                continue
            if row:
                rows.append(row)
            row = f" {word}" if rows or row else word
            if len(row) > ROW:
                raise TooLongToSay("a value is too long for a condition on a table")
        return [*rows, row] if row else rows


def checked_name(name: str) -> str:
    """A table's or column's name; ``ValueError`` for anything that is none."""
    if not _NAME.fullmatch(name):
        raise ValueError("a name of a table or column has capitals, digits, '_' and '/' only")
    return name


def _literal(value: str) -> str:
    if any(ord(sign) < 32 for sign in value):
        raise TooLongToSay("a value with line breaks or control characters cannot be looked for")
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def compared(column: str, sign: str, value: str) -> Condition:
    """``column sign value``; the value as the database stores it, padded and so on."""
    return Condition((checked_name(column), sign, _literal(value)))


def equal(column: str, value: str) -> Condition:
    """The column holds this."""
    return compared(column, "=", value)


def between(column: str, low: str, high: str) -> Condition:
    """The column lies between these, both included."""
    return Condition(
        ("(", *compared(column, ">=", low).words, "AND", *compared(column, "<=", high).words, ")")
    )


def all_of(conditions: Iterable[Condition]) -> Condition:
    """All of these hold; no condition at all holds always."""
    return _joined(list(conditions), "AND")


def any_of(conditions: Iterable[Condition]) -> Condition:
    """One of these holds."""
    several = list(conditions)
    inner = _joined(several, "OR")
    return inner if len(several) < 2 else Condition(("(", *inner.words, ")"))


def one_of(column: str, values: Sequence[str]) -> Condition:
    """The column holds one of these."""
    return any_of(equal(column, value) for value in values)


def _joined(conditions: Sequence[Condition], word: str) -> Condition:
    words: list[str] = []
    for condition in conditions:
        if not condition.words:
            continue
        if words:
            words.append(word)
        words += condition.words
    return Condition(tuple(words))
