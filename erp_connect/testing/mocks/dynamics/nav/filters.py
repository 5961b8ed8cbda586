"""The filter syntax of the client: ``10000..20000``, ``A*``, ``<>Open``, ``X|Y``, ``''`` for blank (2.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from .model import Field

Test = Callable[[Any], bool]
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_YES: Final = frozenset({"yes", "true", "1"})
_NO: Final = frozenset({"no", "false", "0"})
_OPERATORS: Final = ("<>", "<=", ">=", "<", ">", "=")


class BadFilter(Exception):
    """A criterion that cannot be read."""


def test_of(field: Field, criteria: str) -> Test:
    """A test for the values of a field; an empty criterion lets everything pass."""
    if not criteria.strip():
        return lambda value: True
    either = [_all(field, part) for part in _split(criteria, "|")]
    return lambda value: any(test(value) for test in either)


def _all(field: Field, text: str) -> Test:
    every = [_one(field, part) for part in _split(text, "&")]
    return lambda value: all(test(value) for test in every)


def _split(text: str, sign: str) -> Iterator[str]:
    """The parts between signs that stand outside quotes and brackets."""
    depth, quoted, part = 0, False, ""
    for letter in text:
        quoted ^= letter == "'"
        depth += 0 if quoted else {"(": 1, ")": -1}.get(letter, 0)
        if letter == sign and not quoted and not depth:
            yield part.strip()
            part = ""
        else:
            part += letter
    if quoted or depth:
        raise BadFilter(f"The filter {text} is not valid.")
    yield part.strip()


def _one(field: Field, text: str) -> Test:
    if text.startswith("(") and text.endswith(")"):
        return test_of(field, text[1:-1])
    bare = re.sub(r"'[^']*'", lambda quoted: "\0" * len(quoted[0]), text)
    if ".." in bare:
        at = bare.index("..")
        return _between(field, text[:at].strip(), text[at + 2 :].strip())
    sign = next((sign for sign in _OPERATORS if text.startswith(sign)), "")
    rest = text[len(sign) :].strip()
    if sign in {"", "=", "<>"}:
        same = _same(field, rest)
        return (lambda value: not same(value)) if sign == "<>" else same
    limit = _value(field, _unquoted(rest))
    match sign:
        case "<":
            return lambda value: _order(field, value) < _order(field, limit)
        case "<=":
            return lambda value: _order(field, value) <= _order(field, limit)
        case ">":
            return lambda value: _order(field, value) > _order(field, limit)
    return lambda value: _order(field, value) >= _order(field, limit)


def _between(field: Field, low: str, high: str) -> Test:
    least = _order(field, _value(field, _unquoted(low))) if low else None
    most = _order(field, _value(field, _unquoted(high))) if high else None

    def test(value: Any) -> bool:
        own = _order(field, value)
        return (least is None or least <= own) and (most is None or own <= most)

    return test


def _same(field: Field, text: str) -> Test:
    quoted = len(text) >= 2 and text[0] == text[-1] == "'"
    plain = _unquoted(text)
    wild = not quoted and field.kind in {"code", "text"} and re.search(r"[*?@]", text)
    if not wild:
        wanted = _value(field, plain)
        return lambda value: bool(value == wanted)
    ignoring = text.startswith("@") or field.kind == "code"
    shape = "".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in text.removeprefix("@"))
    pattern = re.compile(shape, re.DOTALL | (re.IGNORECASE if ignoring else 0))
    return lambda value: pattern.fullmatch(str(value)) is not None


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if "'" in text:
        raise BadFilter(f"The filter {text} is not valid.")
    return text


def _order(field: Field, value: Any) -> Any:
    """What values are compared by: blank dates come first, options by their place."""
    if field.kind == "date":
        return value or date.min
    if field.kind == "option":
        return next((at for at, option in enumerate(field.options) if option.value == value), -1)
    return value


def _value(field: Field, text: str) -> Any:
    match field.kind:
        case "code":
            return text.upper()
        case "decimal" | "integer":
            return _number(text)
        case "date":
            return _date(text)
        case "boolean":
            return _truth(text)
        case "option":
            return _option(field, text)
    return text


def _number(text: str) -> Decimal:
    try:
        return Decimal(text or 0)
    except InvalidOperation:
        raise BadFilter(f"The value '{text}' can't be evaluated into type Decimal.") from None


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text) if _ISO.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None:
        raise BadFilter(f"The value '{text}' can't be evaluated into type Date.")
    return None if found == date.min else found


def _truth(text: str) -> bool:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise BadFilter(f"The value '{text}' can't be evaluated into type Boolean.")


def _option(field: Field, text: str) -> Any:
    """By what users read, by its name in XML, or by its number."""
    for at, option in enumerate(field.options):
        names = {option.caption.strip().lower(), option.name.lower(), str(at)}
        if text.strip().lower() in names or (not text.strip() and option.name == "_blank_"):
            return option.value
    raise BadFilter(f"The value '{text}' can't be evaluated into type Option.")
