"""What requests write: records and lines by the schema, their values by type, and nothing that nobody can write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ...business.company import Company
from ...business.masters import NOBODY, Address, Row
from .faults import Fault, no_record, unfit
from .messages import Node
from .model import Field, Page
from .operations import in_order, misplaced
from .reading import value_of
from .settings import Settings

_DECIMAL: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_INTEGER: Final = re.compile(r"[+-]?\d{1,10}")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_TRUTHS: Final = {"true": True, "1": True, "false": False, "0": False}


@dataclass
class Written:
    """A record, or a line, as a request has it: the fields that it sent, and no others."""

    key: str = ""
    values: dict[Field, Any] = field(default_factory=dict)
    lines: list[Written] = field(default_factory=list)

    def named(self, name: str) -> Any:
        """The value of a field, ``None`` where it was not sent."""
        return next((value for each, value in self.values.items() if each.name == name), None)


def written(node: Node, page: Page, namespace: str, settings: Settings) -> Written:
    """A record of a request."""
    found, control = _fields(node, page.fields, namespace, settings)
    if control is not None and page.part is not None:
        rows = [row for _, row in in_order(control, [page.part.row], namespace, settings, many=True)]
        found.lines += [_fields(row, page.part.fields, namespace, settings)[0] for row in rows]
    return found


def _fields(
    node: Node, fields: tuple[Field, ...], namespace: str, settings: Settings
) -> tuple[Written, Node | None]:
    """The fields of a record or line, and the element that holds its lines."""
    names = ["Key", *(each.name for each in fields)]
    found, control = Written(), None
    for at, child in in_order(node, names, namespace, settings):
        if at == 0:
            found.key = child.text.strip()
        elif fields[at - 1].kind == "part":
            control = child
        elif child.children:
            raise misplaced(child.children[0], child, settings)
        else:
            found.values[fields[at - 1]] = _value(fields[at - 1], child.text, settings)
    return found, control


def _value(field: Field, text: str, settings: Settings) -> Any:
    """The value of an element; an empty one blanks the field (dynamics.md 2.2)."""
    if field.kind == "code":
        return _fitting(field, text.strip().upper(), settings)
    if field.kind == "text":
        return _fitting(field, text, settings)
    plain = text.strip()
    if not plain:
        return field.blank
    try:
        return _typed(field, plain)
    except (ValueError, KeyError, StopIteration):
        text = f"The value '{plain}' of the element '{field.name}' is not valid according to its datatype."
        raise unfit(text, settings) from None


def _typed(field: Field, text: str) -> Any:
    match field.kind:
        case "decimal":
            if not _DECIMAL.fullmatch(text):
                raise ValueError(text)
            return Decimal(text)
        case "integer":
            if not _INTEGER.fullmatch(text) or abs(int(text)) >= 2**31:
                raise ValueError(text)
            return int(text)
        case "date":
            if not _DATE.fullmatch(text):
                raise ValueError(text)
            found = date.fromisoformat(text)
            return None if found == date.min else found
        case "boolean":
            return _TRUTHS[text]
    return next(option.value for option in field.options if option.name == text)


def _fitting(field: Field, text: str, settings: Settings) -> str:
    if field.length and len(text) > field.length:
        words = (
            f"The length of the string is {len(text)}, but it must be less than or equal to {field.length}"
            f" characters. Value: {text}"
        )
        raise Fault(settings.codes["too long"], words)
    return text


# ---------------------------------------------------------------- into the business core


def attributes(
    company: Company,
    row: Row | None,
    values: Mapping[Field, Any],
    settings: Settings,
    addresses: Mapping[str, Address] | None = None,
) -> dict[str, Any]:
    """The attributes of a row that a request writes; ``addresses`` are what new rows begin with.

    What cannot be written is refused where it would change, so that a record that was read can be sent back whole.
    """
    found: dict[str, Any] = {}
    extras = dict(row.extras) if row is not None else {}
    started: dict[str, Address] = dict(addresses or {})
    for each, value in values.items():
        if not each.editable:
            if row is None or value_of(company, each, row) != value:
                text = f"The field {each.caption} is read-only and cannot be changed."
                raise Fault(settings.codes["read-only"], text)
        elif not each.source:
            extras[each.name] = value
            found["extras"] = extras
        elif each.source.startswith("="):
            if row is None or value_of(company, each, row) != value:
                found |= _computed(company, each, value)
        elif "." in each.source:
            name, part = each.source.split(".")
            base = started.get(name) or (getattr(row, name) if row is not None else Address())
            started[name] = replace(base, **{part: value})
            found[name] = started[name]
        else:
            found[each.source] = value
    return found


def _computed(company: Company, field: Field, value: Any) -> dict[str, Any]:
    match field.source:
        case "=partner":
            return {"partner": _partner(company, field, value)}
        case "=bill_to":
            return {"bill_to": _partner(company, field, value)}
        case "=own_payer":
            name = "bill_to" if field.name.startswith("Bill") else "pay_to"
            return {name: _partner(company, field, value) if value else NOBODY}
    return {"currency": value or company.currency}


def _partner(company: Company, field: Field, number: str) -> Any:
    vendor = "Vendor" in field.name
    found = (company.vendors if vendor else company.customers).by("number", number)
    if found is None:
        raise no_record("Vendor" if vendor else "Customer", number)
    return found.id
