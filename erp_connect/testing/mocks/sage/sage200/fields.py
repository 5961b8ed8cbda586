"""The fields of resources: how they are described, read from rows, written in JSON, and checked when they come in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from ...odata.model import EntitySet, Property
from .refusing import Refused
from .settings import Settings

if TYPE_CHECKING:
    from .desk import Desk

Read = Callable[["Desk", Any], Any]
_SPELLING: Final = re.compile(r"(id|int|dec|text|bool|date|stamp|object|list)(\d*)(!?)")
_EDM: Final = {
    "id": "Edm.Int64",
    "int": "Edm.Int64",
    "dec": "Edm.Decimal",
    "text": "Edm.String",
    "bool": "Edm.Boolean",
    "date": "Edm.DateTimeOffset",
    "stamp": "Edm.DateTimeOffset",
}
_LARGEST: Final = Decimal(10) ** 13
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)


@dataclass(frozen=True)
class Field:
    """One field; ``target`` is the attribute of the neutral row that it stands for, where it is as simple as that."""

    name: str
    type: str
    size: int
    """Characters of a text, decimals of a number."""
    read_only: bool
    target: str
    read: Read


Fields = dict[str, Field]


def described(text: str, readers: Mapping[str, Read]) -> Fields:
    """Fields from lines of ``name type[size][!] [path | =reader]``; without a path they are kept in ``extras``."""
    fields: Fields = {}
    for line in text.split("\n"):
        words = line.split()
        if not words:
            continue
        name, spelled, path = words[0], words[1], words[2] if len(words) > 2 else ""
        found = _SPELLING.fullmatch(spelled)
        if found is None:
            raise ValueError(f"no field is spelled {line!r}")
        target = "" if path.startswith("=") else path
        read = (
            readers[path[1:]]
            if path.startswith("=")
            else _attribute(path)
            if path
            else _extra(name, found[1])
        )
        fields[name] = Field(name, found[1], int(found[2] or 0), bool(found[3]), target, read)
    return fields


def spare_fields(texts: int = 10, analysis: int = 20) -> str:
    """The description of the fields that are free for whatever a customer wants."""
    return "\n".join(
        [
            *(f"analysis_code_{number} text60" for number in range(1, analysis + 1)),
            *(f"spare_text_{number} text100" for number in range(1, texts + 1)),
            *(f"spare_number_{number} dec5" for number in range(1, 11)),
            *(f"spare_date_{number} date" for number in range(1, 6)),
            *(f"spare_bool_{number} bool" for number in range(1, 6)),
        ]
    )


def _attribute(path: str) -> Read:
    read = attrgetter(path)
    return lambda desk, row: read(row)


def _extra(name: str, type: str) -> Read:
    blank = {"dec": Decimal(0), "bool": False, "text": ""}.get(type)
    return lambda desk, row: row.extras.get(name, blank)


def entity_set(name: str, fields: Fields) -> EntitySet:
    """The fields that can be filtered and ordered by, as the neutral parser of filters takes them."""
    properties = {
        name: Property(name, _EDM[field.type]) for name, field in fields.items() if field.type in _EDM
    }
    return EntitySet(name, name, ("id",) if "id" in properties else (), properties, {})


# ---------------------------------------------------------------- out


class Shown(dict[str, Any]):
    """A row as the neutral filter looks at it: only what it asks for is read."""

    def __init__(self, desk: Desk, fields: Fields, row: Any) -> None:
        super().__init__()
        self.desk, self.fields, self.row = desk, fields, row

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a field, as filters compare it."""
        return comparable(self.fields[name].read(self.desk, self.row))


def comparable(value: Any) -> Any:
    """A value as filters compare it: moments in UTC and to the millisecond."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(microsecond=value.microsecond // 1000 * 1000)
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    return value


def written(value: Any, settings: Settings) -> Any:
    """A value as it stands in JSON."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        at = comparable(value)
        fraction = f".{at.microsecond // 1000:03}" if at.microsecond else ""
        return f"{at:%Y-%m-%dT%H:%M:%S}{fraction}{settings.utc_mark}"
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00{settings.utc_mark}"
    return value


# ---------------------------------------------------------------- in


def checked(fields: Fields, sent: Any, settings: Settings, where: str = "") -> dict[str, Any]:
    """The fields of a body that can be written, of the right type; null is as not sent."""
    if not isinstance(sent, dict):
        raise Refused("The body must be a JSON object.", where)
    found: dict[str, Any] = {}
    for name, value in sent.items():
        field = fields.get(name)
        place = f"{where}.{name}" if where else name
        if field is None:
            if settings.unknown_fields == "refused":
                raise Refused(f"Could not find member '{name}' on object.", place)
            continue
        if field.read_only or value is None:
            continue
        found[name] = _typed(field, value, place)
    return found


def _typed(field: Field, value: Any, place: str) -> Any:
    try:
        return _READERS[field.type](field, value)
    except Refused as refused:
        raise Refused(refused.message, place) from None
    except (ValueError, TypeError, InvalidOperation, OverflowError):
        raise Refused(f"The value is not valid for {field.name}.", place) from None


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    if len(value) > field.size:
        raise Refused(f"The field {field.name} must be a string with a maximum length of {field.size}.")
    return value


def _number(field: Field, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError
    number = Decimal(value)
    if not number.is_finite() or abs(number) >= _LARGEST:
        raise ValueError
    return number.quantize(Decimal(1).scaleb(-field.size))


def _whole(field: Field, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
        raise TypeError
    return value


def _truth(field: Field, value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def moment(text: Any) -> datetime:
    """A moment in UTC of an ISO text; without an offset it is UTC."""
    if not isinstance(text, str) or _MOMENT.fullmatch(text) is None:
        raise ValueError
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _day(field: Field, value: Any) -> date:
    return moment(value).date()


def _object(field: Field, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _list(field: Field, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


_READERS: Final[dict[str, Callable[[Field, Any], Any]]] = {
    "text": _text,
    "dec": _number,
    "int": _whole,
    "id": _whole,
    "bool": _truth,
    "date": _day,
    "stamp": _day,
    "object": _object,
    "list": _list,
}
