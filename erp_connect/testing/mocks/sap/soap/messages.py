"""Values between XML and ABAP, as strict as the schema of the WSDL (sap.md 3, "Scalars").

Inside, ABAP values are those of ``marshal``: text without trailing blanks, digits in full length, ``Decimal`` in scale.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import math
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from ..functions import Values
from ..interface import FunctionModule, Parameter, Row, Scalar, Structure
from ..marshal import to_scale
from .names import FUNCTIONS, in_abap, in_xml
from .settings import Settings

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NO_DAY: Final = "0000-00-00"
_TIME: Final = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
_DOUBLE: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})*")
_RANGES: Final = {"b": (0, 255), "h": (-(2**15), 2**15 - 1), "I": (-(2**31), 2**31 - 1)}


class Unfit(Exception):
    """A request that does not go with the interface."""


def values_in(module: FunctionModule, call: etree._Element, settings: Settings) -> Values:
    """The parameters of a request; each at most once, in any order, with names that belong to no namespace."""
    sent: Values = {}
    _holds_no_text(call)
    for element in _children(call):
        name = _plain(element)
        parameter = module.parameters.get(name)
        if parameter is None or parameter.direction == "export":
            raise Unfit(f"{module.name} takes no parameter {name}")
        if name in sent:
            raise Unfit(f"{name} stands twice")
        sent[name] = _parameter(parameter, element, settings)
    return sent


def _children(element: etree._Element) -> list[etree._Element]:
    return [child for child in element if isinstance(child.tag, str)]


def _holds_no_text(element: etree._Element) -> None:
    """A structure, a table and a call hold elements; text between them is a value in the wrong place."""
    between = [element.text, *(child.tail for child in element)]
    if any(text and text.strip() for text in between):
        raise Unfit(f"{etree.QName(element).localname} holds elements, and no text")


def _plain(element: etree._Element) -> str:
    tag = str(element.tag)
    if tag.startswith("{"):
        raise Unfit(f"the element {tag} should not be qualified")
    return in_abap(tag)


def _parameter(parameter: Parameter, element: etree._Element, settings: Settings) -> Any:
    kind = parameter.type
    if parameter.direction == "tables":
        assert isinstance(kind, Structure)
        _holds_no_text(element)
        rows = _children(element)
        if any(_plain(row) != "item" for row in rows):
            raise Unfit(f"the rows of {parameter.name} are called item")
        return [_row(kind, row, settings) for row in rows]
    if isinstance(kind, Structure):
        return _row(kind, element, settings)
    return _scalar(kind, element, settings)


def _row(structure: Structure, element: etree._Element, settings: Settings) -> Row:
    row, seen = structure.initial(), set()
    _holds_no_text(element)
    for child in _children(element):
        name = _plain(child)
        kind = structure.fields.get(name)
        if kind is None:
            raise Unfit(f"{structure.name} has no field {name}")
        if name in seen:
            raise Unfit(f"{name} stands twice")
        seen.add(name)
        row[name] = _scalar(kind, child, settings)
    return row


def _scalar(kind: Scalar, element: etree._Element, settings: Settings) -> Any:
    if _children(element):
        raise Unfit(f"{_plain(element)} holds elements, and is no structure")
    text = element.text or ""
    try:
        return _value(kind, text, settings)
    except (ValueError, ArithmeticError, binascii.Error) as failure:
        raise Unfit(f"{_plain(element)}: {text!r} cannot be a value of type {kind.rfc_name}") from failure


def _value(kind: Scalar, text: str, settings: Settings) -> Any:
    match kind.kind:
        case "g":
            return text
        case "C":
            fitting = text.rstrip(" ")
            if len(fitting) > kind.length:
                raise ValueError(text)
            return fitting
        case "N":
            if (text and not (text.isascii() and text.isdigit())) or len(text) > kind.length:
                raise ValueError(text)
            return text.zfill(kind.length)
        case "D":
            return kind.initial if text.strip() == _NO_DAY else _day(text.strip())
        case "T":
            return _hour(text.strip())
        case "X":
            data = _hex(text.strip()) if settings.raw == "hex" else base64.b64decode(text, validate=True)
            if len(data) > kind.length:
                raise ValueError(text)
            return data.ljust(kind.length, b"\0")
        case "P":
            return _packed(kind, text)
        case "F":
            return _double(text.strip())
    return _integer(kind, text)


def _day(text: str) -> str:
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    return dt.date.fromisoformat(text).strftime("%Y%m%d")


def _hour(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    return dt.time.fromisoformat(text).strftime("%H%M%S")


def _hex(text: str) -> bytes:
    if not _HEX.fullmatch(text):
        raise ValueError(text)
    return bytes.fromhex(text)


def _double(text: str) -> float:
    if not _DOUBLE.fullmatch(text):
        raise ValueError(text)
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _packed(kind: Scalar, text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text.strip()):
        raise ValueError(text)
    exact = Decimal(text.strip())
    number = to_scale(exact, kind.decimals)
    if number != exact:
        raise ValueError(text)
    if len(number.as_tuple().digits) > kind.length:
        raise ValueError(text)
    return number


def _integer(kind: Scalar, text: str) -> int:
    if not _INTEGER.fullmatch(text.strip()):
        raise ValueError(text)
    number = int(text)
    low, high = _RANGES[kind.kind]
    if not low <= number <= high:
        raise ValueError(text)
    return number


# -- answers ---------------------------------------------------------------------------------------------------


def answered(module: FunctionModule, answer: Values, sent: Values, settings: Settings) -> str:
    """The element of a reply: what the module exports, changes and fills, as far as it was asked for."""
    parts = []
    for parameter in module.parameters.values():
        if parameter.direction == "import":
            continue
        if parameter.direction == "tables" and parameter.name not in sent and not settings.unasked_tables:
            continue
        parts.append(_shown(parameter, answer[parameter.name], settings))
    name = f"urn:{in_xml(module.name)}.Response"
    return f'<{name} xmlns:urn="{FUNCTIONS}">{"".join(parts)}</{name}>'


def _shown(parameter: Parameter, value: Any, settings: Settings) -> str:
    if parameter.direction == "tables":
        assert isinstance(parameter.type, Structure)
        kind = parameter.type
        return _element(parameter.name, (_element("item", _cells(kind, row, settings)) for row in value))
    if isinstance(parameter.type, Structure):
        return _element(parameter.name, _cells(parameter.type, value, settings))
    return _element(parameter.name, (_text(parameter.type, value, settings),))


def _cells(structure: Structure, row: Row, settings: Settings) -> Iterable[str]:
    for name, kind in structure.fields.items():
        yield _element(name, (_text(kind, row[name], settings),))


def _element(name: str, inner: Iterable[str]) -> str:
    tag, content = in_xml(name), "".join(inner)
    return f"<{tag}>{content}</{tag}>" if content else f"<{tag}/>"


def _text(kind: Scalar, value: Any, settings: Settings) -> str:
    match kind.kind:
        case "C":
            return escaped(str(value).rstrip(" "))
        case "D":
            return f"{value[:4]}-{value[4:6]}-{value[6:]}"
        case "T":
            return f"{value[:2]}:{value[2:4]}:{value[4:]}"
        case "X":
            return value.hex().upper() if settings.raw == "hex" else base64.b64encode(value).decode()
        case "P":
            return f"{to_scale(value, kind.decimals):f}"
    return escaped(str(value))


def escaped(text: str) -> str:
    """Text for an element; control characters go out as they stand in the database, and no parser takes them."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"&#{ord(sign)};" if ord(sign) < 32 else sign for sign in plain)
