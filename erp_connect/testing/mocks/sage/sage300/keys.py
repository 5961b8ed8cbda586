"""Addresses of entities: a resource's name, and its key in brackets (sage.md 3.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from .properties import Property
from .refusing import Refused

_RESOURCE: Final = re.compile(r"(\$?\w+)(?:\((.*)\))?", re.DOTALL)
_PART: Final = re.compile(r"(?:(\w+)=)?('(?:[^']|'')*'|[^\s,'=]+)(,|$)")
_NUMBER: Final = re.compile(r"-?\d{1,18}(?:\.\d{1,10})?", re.ASCII)


@dataclass(frozen=True)
class Address:
    """What a path names: a resource, and an entity of it where there are brackets."""

    resource: str
    brackets: str | None

    @property
    def action(self) -> str:
        """``$process``, ``$template``, or blank."""
        named = (self.brackets or "").strip("'")
        return named if named.startswith("$") else ""


def address(path: str) -> Address:
    """The address that a path, decoded, is."""
    found = _RESOURCE.fullmatch(path)
    if found is None:
        raise Refused("ResourceNotFound", f"The resource '{path}' does not exist.")
    return Address(found[1], found[2])


def key_in(brackets: str, names: tuple[str, ...], properties: dict[str, Property]) -> dict[str, Any]:
    """The key by property; unnamed parts stand in the order of the metadata."""
    parts: list[tuple[str, str]] = []
    at = 0
    while at < len(brackets):
        found = _PART.match(brackets, at)
        if found is None:
            raise _unfit(brackets)
        parts.append((found[1] or "", found[2]))
        at = found.end()
    if len(parts) != len(names) or brackets.endswith(","):
        raise _unfit(brackets)
    if not any(name for name, _ in parts):
        parts = [(name, part) for name, (_, part) in zip(names, parts, strict=True)]
    if {name for name, _ in parts} != set(names):
        raise _unfit(brackets)
    return {name: _value(properties[name], part, brackets) for name, part in parts}


def _value(property: Property, part: str, brackets: str) -> Any:
    bare = part[1:-1].replace("''", "'") if part.startswith("'") else part
    if property.type != "number":
        return bare
    if _NUMBER.fullmatch(part) is None:
        raise _unfit(brackets)
    return Decimal(part)


def _unfit(brackets: str) -> Refused:
    return Refused("InvalidEntityKey", f"The entity key ({brackets}) is not valid.")
