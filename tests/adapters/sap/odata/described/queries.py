"""System query options: parsed, held against the description, and applied (sap.md 4.2, query)."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from .description import EntitySet, EntityType, Property, Service
from .refusing import malformed
from .values import canonical, literal, sortable

Row = dict[str, Any]
Test = Callable[[Row], bool]
OPTIONS = {
    "$filter",
    "$select",
    "$expand",
    "$orderby",
    "$top",
    "$skip",
    "$inlinecount",
    "$skiptoken",
    "$format",
}
_TOKENS = re.compile(r"\s*(\w*'(?:[^']|'')*'|[(),]|[^\s(),']+)")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "gt": lambda left, right: left is not None and left > right,
    "ge": lambda left, right: left is not None and left >= right,
    "lt": lambda left, right: left is not None and left < right,
    "le": lambda left, right: left is not None and left <= right,
}
_SEARCHES: dict[str, Callable[[str, str], bool]] = {
    "startswith": lambda text, part: text.startswith(part),
    "endswith": lambda text, part: text.endswith(part),
    "substringof": lambda text, part: part in text,
}


def property_of(kind: EntityType, name: str) -> Property:
    """A property by its name; ``Refused`` if the type has none of that name."""
    if name not in kind.properties:
        raise malformed(f"Property {name} not found in type {kind.name}", name)
    return kind.properties[name]


class _Filter:
    """A recursive descent over the tokens of one $filter."""

    def __init__(self, kind: EntityType, text: str) -> None:
        self._kind = kind
        self._tokens = _tokens(text)
        self._at = 0

    def read(self) -> Test:
        test = self._either()
        if self._at != len(self._tokens):
            raise malformed(f"Unexpected {self._tokens[self._at]} in $filter")
        return test

    def _next(self, expected: str | None = None) -> str:
        if self._at >= len(self._tokens):
            raise malformed("$filter ends too early")
        token = self._tokens[self._at]
        if expected is not None and token != expected:
            raise malformed(f"{expected} expected in $filter, not {token}")
        self._at += 1
        return token

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _either(self) -> Test:
        tests = [self._both()]
        while self._peek() == "or":
            self._next()
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._peek() == "and":
            self._next()
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        token = self._next()
        if token == "not":
            inner = self._one()
            return lambda row: not inner(row)
        if token == "(":
            inner = self._either()
            self._next(")")
            return inner
        if token in _SEARCHES:
            return self._search(token)
        one = self._filterable(token)
        operator = self._next()
        if operator not in _COMPARE:
            raise malformed(f"{operator} is no comparison of version 2")
        compare, value = _COMPARE[operator], literal(self._next(), one)
        if operator in ("eq", "ne"):
            value = canonical(one, value)
            return lambda row: compare(canonical(one, row[one.name]), value)
        value = sortable(one, value)
        return lambda row: compare(sortable(one, row[one.name]), value)

    def _search(self, function: str) -> Test:
        self._next("(")
        first = self._next()
        self._next(",")
        second = self._next()
        self._next(")")
        name, part = (second, first) if function == "substringof" else (first, second)
        one = self._filterable(name)
        text, search = literal(part, one), _SEARCHES[function]
        wanted = True
        if self._peek() in ("eq", "ne"):
            same = self._next() == "eq"
            wanted = (self._next() == "true") is same
        return lambda row: search(row[one.name] or "", text) is wanted

    def _filterable(self, name: str) -> Property:
        one = property_of(self._kind, name)
        if not one.filterable:
            raise malformed(f"Property {name} is not filterable", name)
        return one


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        told = _TOKENS.match(text, at)
        if told is None:
            raise malformed(f"$filter is not understood from: {text[at:]}")
        found.append(told[1])
        at = told.end()
    return found


def filtered(kind: EntityType, text: str | None, rows: list[Row]) -> list[Row]:
    """The rows that a $filter lets through."""
    if text is None:
        return rows
    test = _Filter(kind, text).read()
    return [row for row in rows if test(row)]


def ordered(kind: EntityType, text: str | None, rows: list[Row]) -> list[Row]:
    """The rows in the order that $orderby asks for."""
    for part in reversed((text or "").split(",") if text else []):
        name, _, direction = part.strip().partition(" ")
        one = property_of(kind, name)
        if not one.sortable:
            raise malformed(f"Property {name} is not sortable", name)
        if direction not in ("", "asc", "desc"):
            raise malformed(f"{direction} is no order")
        rows = sorted(rows, key=_by(one), reverse=direction == "desc")
    return rows


def _by(one: Property) -> Callable[[Row], tuple[bool, Any]]:
    return lambda row: (row[one.name] is not None, sortable(one, row[one.name]))


Tree = dict[str, "Tree"]


def expanded(service: Service, entities: EntitySet, text: str | None) -> Tree:
    """What $expand asks for, as a tree of navigations."""
    tree: Tree = {}
    for path in (text or "").split(",") if text else []:
        branch, current = tree, entities
        for name in path.strip().split("/"):
            if name not in current.type.navigations:
                raise malformed(f"{name} in $expand is no navigation of {current.type.name}", name)
            branch = branch.setdefault(name, {})
            current = service.sets[current.type.navigations[name].target]
    return tree


def selected(service: Service, entities: EntitySet, text: str | None, tree: Tree) -> set[str] | None:
    """The paths that $select names (None: all); a path through a navigation needs that to be expanded."""
    if not text or text == "*":
        return None
    paths = {part.strip() for part in text.split(",")}
    for path in paths:
        branch, current = tree, entities
        *ways, last = path.split("/")
        for name in ways:
            if name not in branch:
                raise malformed(f"{path} in $select is not expanded", name)
            branch, current = branch[name], service.sets[current.type.navigations[name].target]
        if last != "*" and last not in current.type.properties and last not in current.type.navigations:
            raise malformed(f"{path} in $select is not in type {current.type.name}", last)
    return paths


def within(paths: set[str] | None, way: str) -> set[str] | None:
    """The part of a $select below a navigation."""
    if paths is None or way in paths:
        return None
    return {path.removeprefix(way + "/") for path in paths if path.startswith(way + "/")} or None


def number(options: dict[str, str], name: str) -> int | None:
    """$top, $skip or $skiptoken as a number."""
    text = options.get(name)
    if text is None:
        return None
    if not text.isdigit():
        raise malformed(f"{name}={text} is no number")
    return int(text)


def unknown_options(options: dict[str, str]) -> Iterator[str]:
    """Options with a dollar sign that version 2 does not have."""
    return (name for name in options if name.startswith("$") and name not in OPTIONS)
