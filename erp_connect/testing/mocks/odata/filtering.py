"""``$filter`` and ``$orderby``: parsed strictly by the rules of one version, evaluated on rows.

Arithmetic is not offered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any, Final

from .errors import UnknownProperty, malformed
from .model import EntitySet, Model, Property
from .source import Row
from .tokens import Tokens
from .values import fits, literal, shown, stored

Related = Callable[[EntitySet, Row, str], Iterable[Row]]
"""The entities that a navigation of a row leads to."""

_TOKEN: Final = re.compile(
    r"\s*((?:datetimeoffset|datetime|time|guid)'[^']*'|'(?:[^']|'')*'|[(),:/]"
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|-?\d[\w.:+-]*|[A-Za-z_@$][\w.]*)"
)
_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: None not in {a, b} and a > b,
    "ge": lambda a, b: None not in {a, b} and a >= b,
    "lt": lambda a, b: None not in {a, b} and a < b,
    "le": lambda a, b: None not in {a, b} and a <= b,
}


def _rounded(how: str) -> Callable[[Decimal], Decimal]:
    return lambda value: value.to_integral_value(rounding=how)


_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "startswith": lambda text, part: text.startswith(part),
    "endswith": lambda text, part: text.endswith(part),
    "length": lambda text: Decimal(len(text)),
    "indexof": lambda text, part: Decimal(text.find(part)),
    "substring": lambda text, start, *count: text[int(start) :][: int(count[0]) if count else None],
    "tolower": str.lower,
    "toupper": str.upper,
    "trim": str.strip,
    "concat": lambda a, b: a + b,
    "year": lambda value: Decimal(value.year),
    "month": lambda value: Decimal(value.month),
    "day": lambda value: Decimal(value.day),
    "hour": lambda value: Decimal(value.hour),
    "minute": lambda value: Decimal(value.minute),
    "second": lambda value: Decimal(value.second),
    "round": _rounded(ROUND_HALF_UP),
    "floor": _rounded(ROUND_FLOOR),
    "ceiling": _rounded(ROUND_CEILING),
}
_ONLY_V2: Final[dict[str, Callable[..., Any]]] = {
    "substringof": lambda part, text: part in text,
    "replace": lambda text, old, new: text.replace(old, new),
}
_ONLY_V4: Final[dict[str, Callable[..., Any]]] = {
    "contains": lambda text, part: part in text,
    "date": lambda value: value.date(),
    "time": lambda value: value.time(),
}


@dataclass
class Scope:
    """The row that is looked at, and what the variables of ``any`` and ``all`` stand for."""

    row: Row
    variables: dict[str, tuple[EntitySet, Row]] = field(default_factory=dict)


@dataclass
class Term:
    """A part of an expression: how it is evaluated, and what is known of it before."""

    evaluate: Callable[[Scope], Any]
    property: Property | None = None
    own: bool = False
    """Whether the property is the filtered set's own."""
    constant: bool = False
    pins: dict[str, Any] = field(default_factory=dict)
    """Values that properties must have for the expression to be true."""


class _Parser(Tokens):
    def __init__(self, text: str, model: Model, entity_set: EntitySet, related: Related) -> None:
        super().__init__(_tokens(text))
        self.text, self.model, self.set, self.related = text, model, entity_set, related
        self.version = model.version
        self.variables: dict[str, EntitySet] = {}
        self.functions = _FUNCTIONS | (_ONLY_V2 if self.version == 2 else _ONLY_V4)

    # ---------------------------------------------------------------- tokens

    def wrong(self) -> Exception:
        return malformed(f"invalid expression at token {self.at} of {self.text!r}")

    # ---------------------------------------------------------------- grammar

    def whole(self) -> Term:
        term = self.disjunction()
        if self.peek():
            raise self.wrong()
        return term

    def disjunction(self) -> Term:
        left = self.conjunction()
        while self.peek() == "or":
            self.next()
            left = _either(left, self.conjunction())
        return left

    def conjunction(self) -> Term:
        left = self.negation()
        while self.peek() == "and":
            self.next()
            left = _both(left, self.negation())
        return left

    def negation(self) -> Term:
        if self.peek() == "not":
            self.next()
            inner = self.negation()
            return Term(lambda scope: not inner.evaluate(scope))
        return self.comparison()

    def comparison(self) -> Term:
        left = self.operand()
        operator = self.peek()
        if operator == "in" and self.version == 4:
            self.next()
            return self.membership(left)
        if operator not in _COMPARISONS:
            return left
        self.next()
        return self.compared(operator, left, self.operand())

    def compared(self, operator: str, left: Term, right: Term) -> Term:
        for property, other in ((left.property, right), (right.property, left)):
            if property is not None and other.constant and not fits(property, other.evaluate(Scope({}))):
                raise malformed(f"{property.name} cannot be compared with a value of that type")
        property = left.property or right.property
        compare = _COMPARISONS[operator]

        def evaluate(scope: Scope) -> bool:
            a, b = left.evaluate(scope), right.evaluate(scope)
            if property is not None:
                a, b = stored(property, a), stored(property, b)
            try:
                return compare(a, b)
            except TypeError:
                raise malformed(f"operands of {operator} have different types") from None

        pins = {}
        if operator == "eq" and left.own and left.property is not None and right.constant:
            pins[left.property.name] = shown(left.property, right.evaluate(Scope({})))
        return Term(evaluate, pins=pins)

    def membership(self, left: Term) -> Term:
        self.expect("(")
        wanted = [self.operand()]
        while self.peek() == ",":
            self.next()
            wanted.append(self.operand())
        self.expect(")")
        terms = [self.compared("eq", left, one) for one in wanted]
        return Term(lambda scope: any(term.evaluate(scope) for term in terms))

    def operand(self) -> Term:
        token = self.peek()
        if token == "(":
            self.next()
            inner = self.disjunction()
            self.expect(")")
            return inner
        if not token or token in "),:/":
            raise self.wrong()
        if self.peek(1) == "(" and token in self.functions:
            return self.function()
        try:
            value = literal(token, self.version)
        except ValueError:
            return self.path()
        self.next()
        return Term(lambda scope: value, constant=True)

    def function(self) -> Term:
        body = self.functions[self.next()]
        self.expect("(")
        arguments = [self.disjunction()]
        while self.peek() == ",":
            self.next()
            arguments.append(self.disjunction())
        self.expect(")")

        def evaluate(scope: Scope) -> Any:
            values = [argument.evaluate(scope) for argument in arguments]
            if None in values:
                return None
            try:
                return body(*values)
            except (TypeError, AttributeError):
                raise malformed(f"a function of {self.text!r} has arguments of the wrong type") from None

        return Term(evaluate)

    # ---------------------------------------------------------------- paths

    def path(self) -> Term:
        name = self.next()
        if name in self.variables and self.peek() == "/":
            self.next()
            variable = name
            return self.member(
                self.variables[variable], lambda scope: scope.variables[variable][1], self.next(), own=False
            )
        return self.member(self.set, lambda scope: scope.row, name, own=True)

    def member(
        self, entity_set: EntitySet, row_of: Callable[[Scope], Row | None], name: str, *, own: bool
    ) -> Term:
        property = entity_set.property(name)
        if property is not None:

            def value(scope: Scope) -> Any:
                row = row_of(scope)
                return None if row is None else row.get(name)

            return Term(value, property=property, own=own)
        navigation = entity_set.navigations.get(name)
        if navigation is None or self.peek() != "/":
            raise UnknownProperty(entity_set.name, name)
        self.next()
        target = self.model.sets[navigation.target]
        following = self.next()
        if navigation.many:
            if self.version == 2 or following not in {"any", "all"}:
                raise malformed(f"{name} leads to many entities")
            return self.quantified(following, entity_set, row_of, name, target)

        def first(scope: Scope) -> Row | None:
            row = row_of(scope)
            return None if row is None else next(iter(self.related(entity_set, row, name)), None)

        return self.member(target, first, following, own=False)

    def quantified(
        self,
        which: str,
        entity_set: EntitySet,
        row_of: Callable[[Scope], Row | None],
        name: str,
        target: EntitySet,
    ) -> Term:
        self.expect("(")
        if which == "any" and self.peek() == ")":
            self.next()
            return Term(lambda scope: any(True for _ in self.related(entity_set, row_of(scope) or {}, name)))
        variable = self.next()
        self.expect(":")
        self.variables[variable] = target
        inner = self.disjunction()
        del self.variables[variable]
        self.expect(")")
        chosen = any if which == "any" else all

        def evaluate(scope: Scope) -> bool:
            rows = self.related(entity_set, row_of(scope) or {}, name)
            return chosen(
                inner.evaluate(Scope(scope.row, scope.variables | {variable: (target, row)})) for row in rows
            )

        return Term(evaluate)


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None:
            raise malformed(f"invalid expression at character {at} of {text!r}")
        tokens.append(found[1])
        at = found.end()
    return tokens


def _both(left: Term, right: Term) -> Term:
    return Term(
        lambda scope: bool(left.evaluate(scope)) and bool(right.evaluate(scope)),
        pins=left.pins | right.pins,
    )


def _either(left: Term, right: Term) -> Term:
    return Term(lambda scope: bool(left.evaluate(scope)) or bool(right.evaluate(scope)))


def parsed(text: str, model: Model, entity_set: EntitySet, related: Related) -> Term:
    """A filter, ready to be evaluated."""
    return _Parser(text, model, entity_set, related).whole()


# ---------------------------------------------------------------- order


def ordered(rows: list[Row], text: str, model: Model, entity_set: EntitySet, related: Related) -> list[Row]:
    """The rows in the order asked for, and by key where that leaves it open; nulls come first."""
    keys = [entity_set.properties[name] for name in entity_set.keys]
    rows = sorted(rows, key=lambda row: [_sortable(key, row.get(key.name)) for key in keys])
    for part in reversed([part.strip() for part in text.split(",")] if text else []):
        path, _, direction = part.partition(" ")
        direction = direction.strip()
        if direction not in {"", "asc", "desc"}:
            raise malformed(f"invalid order {part!r}")
        term = parsed(path, model, entity_set, related)
        if term.property is None:
            raise malformed(f"cannot order by {path!r}")
        rows.sort(key=_sorting(term, term.property), reverse=direction == "desc")
    return rows


def _sorting(term: Term, property: Property) -> Callable[[Row], Any]:
    return lambda row: _sortable(property, term.evaluate(Scope(row)))


def _sortable(property: Property, value: Any) -> tuple[bool, Any]:
    if value is None:
        return False, 0
    if isinstance(value, str | Decimal | bool | int | datetime | date | time):
        return True, stored(property, value)
    return True, str(value)
