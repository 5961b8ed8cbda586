"""``$filter``: comparisons, four functions, and literals of two dialects (sage.md 3.2)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from ...odata.tokens import Tokens
from .properties import Property
from .refusing import Refused

if TYPE_CHECKING:
    from .resources import Desk

Test = Callable[["Desk", Any], bool]
_TOKEN: Final = re.compile(r"\s*(datetime'[^']*'|'(?:[^']|'')*'|[(),]|[^\s(),']+)")
_NUMBER: Final = re.compile(r"(-?\d{1,18}(?:\.\d{1,10})?)([Mm]?)", re.ASCII)
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?Z?", re.ASCII)
_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_MATCHES: Final[dict[str, Callable[[str, str], bool]]] = {
    "substringof": operator.contains,
    "startswith": str.startswith,
    "endswith": str.endswith,
}
_DEEPEST: Final = 50
_LONGEST: Final = 1000
"""Tokens of a filter."""


@dataclass(frozen=True)
class Filter:
    """A condition, and what it demands to be equal wherever it holds: for look-ups by index."""

    test: Test
    equals: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Side:
    """One side of a comparison: a value that is read, or a literal."""

    type: str
    read: Callable[[Desk, Any], Any]
    name: str = ""
    literal: bool = False


def parsed(text: str, properties: dict[str, Property], dialects: frozenset[str]) -> Filter:
    """The condition that a text is; refused where it is none."""
    return _Parser(text, properties, dialects).whole()


class _Parser(Tokens):
    def __init__(self, text: str, properties: dict[str, Property], dialects: frozenset[str]) -> None:
        self.text, self.properties, self.dialects = text, properties, dialects
        super().__init__(self._tokens())
        self.depth = 0

    def _tokens(self) -> list[str]:
        tokens, at, text = [], 0, self.text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise self.wrong()
            tokens.append(found[1])
            at = found.end()
        if len(tokens) > _LONGEST:
            raise self.wrong()
        return tokens

    def wrong(self) -> Refused:
        return Refused("InvalidParameters", f"The $filter '{self.text}' is not valid.")

    # ---------------------------------------------------------------- conditions

    def whole(self) -> Filter:
        found = self.disjunction()
        if self.peek():
            raise self.wrong()
        return found

    def disjunction(self) -> Filter:
        found = self.conjunction()
        while self.peek() == "or":
            self.next()
            found = Filter(_either(found.test, self.conjunction().test))
        return found

    def conjunction(self) -> Filter:
        found = self.condition()
        while self.peek() == "and":
            self.next()
            other = self.condition()
            found = Filter(_both(found.test, other.test), other.equals | found.equals)
        return found

    def condition(self) -> Filter:
        if self.peek() == "(":
            self.depth += 1
            if self.depth > _DEEPEST:
                raise self.wrong()
            self.next()
            found = self.disjunction()
            self.expect(")")
            self.depth -= 1
            return found
        left = self.side()
        if left.type == "truth" and not left.name and self.peek() not in _COMPARISONS:
            return Filter(left.read)
        compare = self.next()
        if compare not in _COMPARISONS:
            raise self.wrong()
        return self.compared(compare, left, self.side())

    def compared(self, compare: str, left: _Side, right: _Side) -> Filter:
        if left.literal and right.literal:
            raise self.wrong()
        if "null" in {left.type, right.type}:
            if compare not in {"eq", "ne"}:
                raise self.wrong()
        elif left.type != right.type or (left.type == "truth" and compare not in {"eq", "ne"}):
            raise self.wrong()
        compared, read, other = _COMPARISONS[compare], left.read, right.read
        absent = compare == "ne"

        def test(desk: Desk, row: Any) -> bool:
            one, two = read(desk, row), other(desk, row)
            if one is None or two is None:
                return (one is two) is not absent if compare in {"eq", "ne"} else False
            return compared(one, two)

        known = left.name and right.literal and compare == "eq"
        return Filter(test, {left.name: right.read(None, None)} if known else {})  # type: ignore[arg-type]

    # ---------------------------------------------------------------- sides

    def side(self) -> _Side:
        token = self.next()
        if self.peek() == "(" and token in {*_MATCHES, "length"}:
            return self.function(token)
        property = self.properties.get(token)
        if property is not None and property.type != "details":
            return _of(property)
        return self.literal(token)

    def function(self, name: str) -> _Side:
        self.expect("(")
        first = self.side()
        if name == "length":
            self.expect(")")
            if first.type != "text":
                raise self.wrong()
            return _Side("number", lambda desk, row: Decimal(len(first.read(desk, row))))
        self.expect(",")
        second = self.side()
        self.expect(")")
        if first.type != "text" or second.type != "text":
            raise self.wrong()
        matches = _MATCHES[name]
        within, sought = (second, first) if name == "substringof" else (first, second)
        return _Side("truth", lambda desk, row: matches(within.read(desk, row), sought.read(desk, row)))

    def literal(self, token: str) -> _Side:
        if token.startswith("'"):
            return _fixed("text", token[1:-1].replace("''", "'"))
        if token in {"true", "false"}:
            return _fixed("truth", token == "true")
        if token == "null":
            return _fixed("null", None)
        found = _NUMBER.fullmatch(token)
        if found is not None and ("v3" if found[2] else "v4") in self.dialects:
            return _fixed("number", Decimal(found[1]))
        quoted = token.startswith("datetime'")
        bare = token[9:-1] if quoted else token
        if _MOMENT.fullmatch(bare) and ("v3" if quoted else "v4") in self.dialects:
            try:
                return _fixed("date", datetime.fromisoformat(bare).replace(tzinfo=None))
            except ValueError:
                raise self.wrong() from None
        raise self.wrong()


def _fixed(type: str, value: Any) -> _Side:
    return _Side(type, lambda desk, row: value, literal=True)


def _of(property: Property) -> _Side:
    read = property.read
    if property.type == "date":
        return _Side("date", lambda desk, row: _midnight(read(desk, row)), property.name)
    return _Side("text" if property.type == "choice" else property.type, read, property.name)


def _midnight(value: date | None) -> datetime | None:
    return None if value is None else datetime(value.year, value.month, value.day)  # noqa: DTZ001 - as the wire has it


def _both(left: Test, right: Test) -> Test:
    return lambda desk, row: left(desk, row) and right(desk, row)


def _either(left: Test, right: Test) -> Test:
    return lambda desk, row: left(desk, row) or right(desk, row)
