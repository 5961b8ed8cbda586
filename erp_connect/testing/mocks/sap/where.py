"""The conditions of RFC_READ_TABLE: dynamic SQL text, cut into rows of 72 characters."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from .documents import Fields

Test = Callable[[Fields], bool]
_TOKEN: Final = re.compile(r"\s*('(?:[^']|'')*'|[(),]|[^\s(),']+)")
_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": lambda a, b: bool(a == b),
    "<>": lambda a, b: bool(a != b),
    "<": lambda a, b: bool(a < b),
    ">": lambda a, b: bool(a > b),
    "<=": lambda a, b: bool(a <= b),
    ">=": lambda a, b: bool(a >= b),
}
_WORDS: Final = {"EQ": "=", "NE": "<>", "LT": "<", "GT": ">", "LE": "<=", "GE": ">="}


class NotValid(Exception):
    """The text is no condition on this table."""


def parse(text: str, columns: Fields) -> Test:
    """The condition as a test of a row; operators stand between blanks, as in ABAP."""
    if not text.strip():
        return lambda _row: True
    parsing = _Parsing(_tokens(text), columns)
    test = parsing.either()
    if parsing.ahead():
        raise NotValid(text)
    return test


def _tokens(text: str) -> list[str]:
    found, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise NotValid(text)
        found.append(match[1])
        position = match.end()
    return found


class _Parsing:
    """Goes over the words of one condition."""

    def __init__(self, tokens: list[str], columns: Fields) -> None:
        self._tokens = tokens
        self._columns = columns

    def ahead(self) -> str:
        return self._tokens[0].upper() if self._tokens else ""

    def _take(self, *expected: str) -> str:
        if not self._tokens or (expected and self.ahead() not in expected):
            raise NotValid(self.ahead())
        return self._tokens.pop(0)

    def either(self) -> Test:
        """Conditions joined by OR."""
        tests = [self._all()]
        while self.ahead() == "OR":
            self._take()
            tests.append(self._all())
        return lambda row: any(test(row) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self.ahead() == "AND":
            self._take()
            tests.append(self._one())
        return lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self.ahead() == "NOT":
            self._take()
            denied = self._one()
            return lambda row: not denied(row)
        if self.ahead() == "(":
            self._take()
            inner = self.either()
            self._take(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Test:
        name = self._take().upper()
        if name not in self._columns:
            raise NotValid(name)
        negated = self.ahead() == "NOT"
        if negated:
            self._take()
        word = self._take().upper()
        match word:
            case "IN":
                test = self._in(name)
            case "LIKE":
                test = self._like(name)
            case "BETWEEN":
                test = self._between(name)
            case _ if _WORDS.get(word, word) in _COMPARISONS and not negated:
                return self._compare(name, _COMPARISONS[_WORDS.get(word, word)])
            case _:
                raise NotValid(word)
        return (lambda row: not test(row)) if negated else test

    def _compare(self, name: str, compare: Callable[[Any, Any], bool]) -> Test:
        value = self._literal(name)
        return lambda row: compare(row[name], value)

    def _between(self, name: str) -> Test:
        low = self._literal(name)
        self._take("AND")
        high = self._literal(name)
        return lambda row: low <= row[name] <= high

    def _in(self, name: str) -> Test:
        self._take("(")
        values = [self._literal(name)]
        while self.ahead() == ",":
            self._take()
            values.append(self._literal(name))
        self._take(")")
        return lambda row: row[name] in values

    def _like(self, name: str) -> Test:
        pattern = re.escape(str(self._literal(name))).replace("%", ".*").replace("_", ".")
        expression = re.compile(pattern, re.DOTALL)
        return lambda row: expression.fullmatch(str(row[name])) is not None

    def _literal(self, name: str) -> Any:
        token = self._take()
        kind = self._columns[name]
        quoted = len(token) > 1 and token.startswith("'")
        text = token[1:-1].replace("''", "'") if quoted else token
        if kind.kind == "P":
            try:
                return Decimal(text)
            except InvalidOperation:
                raise NotValid(token) from None
        if not quoted:
            raise NotValid(token)
        return text.rstrip(" ")
