"""The properties of resources: their types, how they are read from a row, and how they travel in JSON (sage.md 3.1)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Literal

from .refusing import Refused
from .settings import Settings

if TYPE_CHECKING:
    from .resources import Desk

Type = Literal["text", "number", "date", "truth", "choice", "details"]
Reader = Callable[["Desk", Any], Any]
_DATE: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?Z?)?", re.ASCII)
_LARGEST: Final = Decimal(10) ** 15
OPERATIONS: Final = ("Unspecified", "Insert", "Update", "Delete")


@dataclass(frozen=True)
class Property:
    """One property; ``read`` gives its value of a row."""

    name: str
    type: Type
    read: Reader
    writable: bool = True
    length: int = 0
    choices: tuple[str, ...] = ()
    details: tuple[Property, ...] = ()
    keys: tuple[str, ...] = ()
    """Of details: the properties that tell one from another."""

    @property
    def inner(self) -> dict[str, Property]:
        """The properties of each detail, by name."""
        return {each.name: each for each in self.details}


def of(path: str) -> Reader:
    """Reads an attribute of a row."""
    attribute = attrgetter(path)
    return lambda desk, row: attribute(row)


def extra(name: str, otherwise: Any = "") -> Reader:
    """Reads one of the fields that no rule looks at."""
    return lambda desk, row: row.extras.get(name, otherwise)


def text(name: str, length: int, read: Reader | str = "", *, writable: bool = True) -> Property:
    """A text; its reader is an attribute's name, or by default an extra field's."""
    return Property(name, "text", _reader(name, read, ""), writable, length=length)


def number(name: str, read: Reader | str = "", *, writable: bool = True) -> Property:
    """A number."""
    return Property(name, "number", _reader(name, read, Decimal(0)), writable)


def day(name: str, read: Reader | str = "", *, writable: bool = True) -> Property:
    """A date."""
    return Property(name, "date", _reader(name, read, None), writable)


def truth(name: str, read: Reader | str = "", *, writable: bool = True) -> Property:
    """True or false."""
    return Property(name, "truth", _reader(name, read, False), writable)


def choice(name: str, choices: Iterable[str], read: Reader | str = "", *, writable: bool = True) -> Property:
    """One of a few words; by default the first."""
    words = tuple(choices)
    return Property(name, "choice", _reader(name, read, words[0]), writable, choices=words)


def details(
    name: str,
    inner: Iterable[Property],
    read: Reader,
    *,
    keys: Iterable[str] = (),
    writable: bool = True,
) -> Property:
    """A collection of lines; ``read`` gives their rows."""
    return Property(name, "details", read, writable, details=tuple(inner), keys=tuple(keys))


def _reader(name: str, read: Reader | str, otherwise: Any) -> Reader:
    if isinstance(read, str):
        return of(read) if read else extra(name, otherwise)
    return read


# ---------------------------------------------------------------- out


def written(property: Property, desk: Desk, row: Any) -> Any:
    """The value of a row's property as it stands in JSON."""
    value = property.read(desk, row)
    if property.type == "details":
        return [{each.name: written(each, desk, line) for each in property.details} for line in value]
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00" + ("Z" if desk.settings.dates_end_in_z else "")
    return value.normalize() + 0 if isinstance(value, Decimal) else value


def blank(property: Property) -> Any:
    """The value that ``$template`` offers."""
    return {
        "text": "",
        "number": Decimal(0),
        "date": None,
        "truth": False,
        "choice": property.choices[0] if property.choices else "",
        "details": [],
    }[property.type]


# ---------------------------------------------------------------- in


def loaded(body: bytes) -> dict[str, Any]:
    """The object that a body is, numbers exact and properties in the order in which they came."""
    try:
        value = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError):
        raise Refused("InvalidPayload", "The request payload is not valid.") from None
    if not isinstance(value, dict):
        raise Refused("InvalidPayload", "The request payload is not an object.")
    return value


def entered(properties: dict[str, Property], sent: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """What was sent in the order in which it came, each value checked for its type; details likewise."""
    values: dict[str, Any] = {}
    for name, value in sent.items():
        if name == "UpdateOperation":
            if value not in OPERATIONS:
                raise _unfit(name)
            values[name] = value
            continue
        property = properties.get(name)
        if property is None and settings.unknown_properties == "ignored":
            continue
        if property is None:
            raise Refused("InvalidPayload", f"The property '{name}' does not exist.")
        read = _details(property, value, settings) if property.type == "details" else _value(property, value)
        if property.writable:
            values[name] = read
        elif settings.read_only == "refused":
            raise Refused("InvalidPayload", f"The property '{name}' is read-only.")
    return values


def _details(property: Property, value: Any, settings: Settings) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(line, dict) for line in value):
        raise _unfit(property.name)
    return [entered(property.inner, line, settings) for line in value]


def _value(property: Property, value: Any) -> Any:
    match property.type:
        case "text" if value is None:
            return ""
        case "text" if isinstance(value, str) and len(value) <= property.length:
            return value
        case "number" if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return _number(property, Decimal(value))
        case "date" if value is None:
            return None
        case "date" if isinstance(value, str):
            return _day(property, value)
        case "truth" if isinstance(value, bool):
            return value
        case "choice" if isinstance(value, str) and value in property.choices:
            return value
    raise _unfit(property.name)


def _number(property: Property, value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -10 or value.copy_abs() >= _LARGEST:
        raise _unfit(property.name)
    return value


def _day(property: Property, value: str) -> date:
    found = _DATE.fullmatch(value)
    if found is None:
        raise _unfit(property.name)
    try:
        return datetime.fromisoformat(value).date() if "T" in value else date.fromisoformat(found[1])
    except ValueError:
        raise _unfit(property.name) from None


def _unfit(name: str) -> Refused:
    return Refused("InvalidPayload", f"The value of the property '{name}' is not valid.")
