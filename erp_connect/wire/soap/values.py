"""Values on their way into a request and out of a reply; a reply is read in pyrfc's shapes (sap.md 1.4, 3)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from ..rfc.interfaces import Kind
from .documents import children, local
from .names import in_abap, in_xml
from .schema import HEXADECIMAL, Signature

_INTEGERS: Final = frozenset({"RFCTYPE_INT", "RFCTYPE_INT1", "RFCTYPE_INT2", "RFCTYPE_INT8"})
_TEXTS: Final = frozenset({"RFCTYPE_CHAR", "RFCTYPE_STRING"})


def request_of(signature: Signature, given: Mapping[str, Any], silent: frozenset[str]) -> dict[str, Any]:
    """The parameters as zeep takes them, every table among them: one that is not asked for does not come back."""
    known = signature.interface.parameters
    found = {in_xml(name): _sent(known[name], value) for name, value in given.items()}
    for table in signature.tables - silent:
        found.setdefault(in_xml(table), {})
    return found


def _sent(kind: Kind, value: Any) -> Any:
    if kind.rfc_type == "RFCTYPE_TABLE":
        return {"item": [_row(kind, row) for row in value]}
    if kind.rfc_type == "RFCTYPE_STRUCTURE":
        return _row(kind, value)
    match kind.rfc_type:
        case "RFCTYPE_DATE":
            return f"{value[:4]}-{value[4:6]}-{value[6:]}"
        case "RFCTYPE_TIME":
            return f"{value[:2]}:{value[2:4]}:{value[4:]}"
        case "RFCTYPE_BCD" | "RFCTYPE_FLOAT":
            return f"{value:f}"
        case "RFCTYPE_BYTE":
            return value.hex().upper() if kind.decimals == HEXADECIMAL else bytes(value)
    return value


def _row(kind: Kind, row: Mapping[str, Any]) -> dict[str, Any]:
    fields = kind.fields or {}
    return {in_xml(name): _sent(fields[name], value) for name, value in row.items()}


# -- replies -----------------------------------------------------------------------------------------------------


def reply_in(signature: Signature, reply: etree._Element) -> dict[str, Any]:
    """What a reply tells, every parameter filled as pyrfc fills it; ``ValueError`` for a text that is no value."""
    told = {in_abap(local(child)): child for child in children(reply)}
    found: dict[str, Any] = {}
    for name, kind in signature.interface.parameters.items():
        element = told.get(name)
        found[name] = initial(kind) if element is None else _read(kind, element, name)
    return found


def _read(kind: Kind, element: etree._Element, path: str) -> Any:
    if kind.rfc_type == "RFCTYPE_TABLE":
        return [_fields(kind, row, f"{path}[{place}]") for place, row in enumerate(children(element))]
    if kind.rfc_type == "RFCTYPE_STRUCTURE":
        return _fields(kind, element, path)
    if children(element):
        raise ValueError(f"{path}: elements stand where a value should")
    try:
        return _value(kind, element.text or "")
    except (ValueError, ArithmeticError, binascii.Error) as failure:
        raise ValueError(f"{path}: this is no value of type {kind.rfc_type}") from failure


def _fields(kind: Kind, element: etree._Element, path: str) -> dict[str, Any]:
    fields = kind.fields or {}
    row = {name: initial(field) for name, field in fields.items()}
    for child in children(element):
        name = in_abap(local(child))
        field = fields.get(name)
        if field is not None:  # a release may tell more than its description
            row[name] = _read(field, child, f"{path}.{name}")
    return row


def _value(kind: Kind, text: str) -> Any:
    if kind.rfc_type in _TEXTS:
        return text.rstrip(" ")
    bare = text.strip()
    match kind.rfc_type:
        case "RFCTYPE_NUM":
            return bare.zfill(kind.length)
        case "RFCTYPE_DATE":
            return _digits(bare.replace("-", ""), kind.length)
        case "RFCTYPE_TIME":
            return _digits(bare.replace(":", "")[: kind.length], kind.length) or "0" * kind.length
        case "RFCTYPE_BYTE":
            return (
                bytes.fromhex(bare) if kind.decimals == HEXADECIMAL else base64.b64decode(bare, validate=True)
            )
    if kind.rfc_type in _INTEGERS:
        return int(bare or 0)
    number = Decimal(bare or 0)
    if not number.is_finite():
        raise ValueError(bare)
    return number


def _digits(text: str, length: int) -> str:
    """So many digits; blank for none and for zeros, which are no date."""
    if text and not (len(text) == length and text.isascii() and text.isdigit()):
        raise ValueError(text)
    return text if text.strip("0") else ""


def initial(kind: Kind) -> Any:
    """What stands in a field of which nothing is told."""
    match kind.rfc_type:
        case "RFCTYPE_TABLE":
            return []
        case "RFCTYPE_STRUCTURE":
            return {name: initial(field) for name, field in (kind.fields or {}).items()}
        case "RFCTYPE_NUM" | "RFCTYPE_TIME":
            return "0" * kind.length
        case "RFCTYPE_BYTE":
            return b""
        case "RFCTYPE_BCD" | "RFCTYPE_FLOAT":
            return Decimal(0)
    return 0 if kind.rfc_type in _INTEGERS else ""
