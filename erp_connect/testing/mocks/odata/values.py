"""Values as each version writes them in JSON and in URLs, checked against the model."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from .errors import TooLong, malformed
from .model import Property, Version

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICKS: Final = re.compile(r"/Date\((-?\d+)([+-]\d{1,4})?\)/")
_DURATION: Final = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?")

_PLAIN: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def shown(property: Property, value: Any) -> Any:
    """The display form of a key: digits without leading zeros."""
    if property.display and isinstance(value, str) and value.isdigit():
        return value.lstrip("0") or "0"
    return value


def stored(property: Property, value: Any) -> Any:
    """The form that keys are compared and sorted in: digits padded to the property's length."""
    if property.display and isinstance(value, str) and value.isdigit():
        return value.zfill(property.length or 0)
    return value


# ---------------------------------------------------------------- JSON out


def to_json(property: Property, value: Any, version: Version, *, decimals_as_text: bool) -> Any:
    """A value as it stands in a JSON answer."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return shown(property, value)
    if isinstance(value, Decimal):
        scaled = _scaled(property, value)
        return f"{scaled:f}" if version == 2 or decimals_as_text else scaled
    if isinstance(value, UUID):
        return str(value)
    return _time_v2(value) if version == 2 else _time_v4(value)


def _scaled(property: Property, value: Decimal) -> Decimal:
    if isinstance(property.scale, int):
        return value.quantize(Decimal(1).scaleb(-property.scale))
    return value


def _time_v2(value: Any) -> str:
    if isinstance(value, datetime):
        aware = value.tzinfo is not None
        instant = value if aware else value.replace(tzinfo=UTC)
        ticks = (instant - _EPOCH) // timedelta(milliseconds=1)
        return f"/Date({ticks}+0000)/" if aware else f"/Date({ticks})/"
    assert isinstance(value, time)
    return f"PT{value.hour:02}H{value.minute:02}M{value.second:02}S"


def _time_v4(value: Any) -> str:
    if isinstance(value, datetime):
        text = f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
        fraction = f".{value.microsecond:06}".rstrip("0") if value.microsecond else ""
        return f"{text}{fraction}Z"
    assert isinstance(value, date | time)
    return value.isoformat()


def dumps(value: Any) -> str:
    """JSON with decimals as exact numbers."""
    try:
        return _PLAIN.encode(value)
    except TypeError:  # there are decimals in it
        match value:
            case dict():
                return "{" + ",".join(f"{_PLAIN.encode(k)}:{dumps(v)}" for k, v in value.items()) + "}"
            case list() | tuple():
                return "[" + ",".join(map(dumps, value)) + "]"
            case Decimal():
                return f"{value:f}"
        raise


def loads(text: bytes) -> Any:
    """JSON with exact numbers."""
    try:
        return json.loads(text, parse_float=Decimal)
    except (ValueError, UnicodeDecodeError):
        raise malformed("the body is no JSON") from None


# ---------------------------------------------------------------- JSON in


def from_json(property: Property, value: Any, version: Version, *, decimals_as_text: bool) -> Any:
    """A value of a JSON request, checked for type, length and digits; 400 otherwise."""
    if value is None:
        if not property.nullable:
            raise malformed(f"property {property.name} must not be null")
        return "" if property.type == "Edm.String" else None
    try:
        read = _read(property, value, version, as_text=version == 2 or decimals_as_text)
    except (ValueError, TypeError, InvalidOperation, AttributeError, OverflowError):
        raise malformed(f"property {property.name} has an invalid value") from None
    return shown(property, read)


def _read(property: Property, value: Any, version: Version, *, as_text: bool) -> Any:
    match property.type:
        case "Edm.String":
            return _text(property, value)
        case "Edm.Decimal":
            if isinstance(value, str) is not as_text or isinstance(value, bool):
                raise ValueError
            return _digits(property, Decimal(value))
        case "Edm.Boolean" if isinstance(value, bool):
            return value
        case "Edm.Int32" | "Edm.Int64" if isinstance(value, int) and not isinstance(value, bool):
            return value
        case "Edm.Guid":
            return UUID(value)
        case "Edm.DateTime" | "Edm.DateTimeOffset" if version == 2:
            return _from_ticks(property, value)
        case "Edm.Time":
            return _from_duration(value)
        case "Edm.Date" if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
        case "Edm.DateTimeOffset":
            return _instant(value)
        case "Edm.TimeOfDay":
            return time.fromisoformat(value)
        case _:
            return _member(property, value)


def _member(property: Property, value: Any) -> str:
    if value not in property.members:
        raise ValueError
    return str(value)


def _text(property: Property, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    fits = property.length is None or len(value) <= property.length
    zeros = property.display and value.isdigit() and len(value.lstrip("0")) <= (property.length or 0)
    if not fits and not zeros:
        raise TooLong(property.name, value, property.length)
    return value


def _digits(property: Property, value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError
    if property.length is None:
        return value
    scale = property.scale if isinstance(property.scale, int) else property.length
    exponent = value.normalize().as_tuple().exponent
    decimals = max(-exponent, 0) if isinstance(exponent, int) else 0
    if property.scale == "variable":
        whole = len(str(abs(value.normalize())).replace(".", "").strip("0"))
        limit = property.length
    else:
        whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
        limit = property.length - scale
    if decimals > scale or whole > limit:
        raise malformed(f"property {property.name} has more digits than {property.length},{property.scale}")
    return value


def _from_ticks(property: Property, value: Any) -> datetime:
    found = _TICKS.fullmatch(value)
    if found is None:
        raise ValueError
    instant = _EPOCH + timedelta(milliseconds=int(found[1]))
    return instant if property.type == "Edm.DateTimeOffset" else instant.replace(tzinfo=None)


def _from_duration(value: Any) -> time:
    found = _DURATION.fullmatch(value)
    if found is None:
        raise ValueError
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return time(hours, minutes, seconds)


def _instant(value: str) -> datetime:
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError
    return instant.astimezone(UTC)


# ---------------------------------------------------------------- URLs

_NUMBER: Final = re.compile(r"(-?\d+(?:\.\d+)?)([MmLlDdFf]?)")
_TYPED: Final = re.compile(r"(datetimeoffset|datetime|time|guid)'([^']*)'")


def literal(text: str, version: Version) -> Any:
    """The value of a literal in a URL; ``ValueError`` where it is none."""
    if text in {"true", "false"}:
        return text == "true"
    if text == "null":
        return None
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    number = _NUMBER.fullmatch(text)
    if number is not None and (version == 2 or not number[2]):
        return Decimal(number[1])
    return _literal_v2(text) if version == 2 else _literal_v4(text)


def _literal_v2(text: str) -> Any:
    found = _TYPED.fullmatch(text)
    if found is None:
        raise ValueError(text)
    kind, inner = found.groups()
    match kind:
        case "datetime":
            value = datetime.fromisoformat(inner)
            if value.tzinfo is not None:
                raise ValueError(text)
            return value
        case "datetimeoffset":
            return _instant(inner)
        case "time":
            return _from_duration(inner)
        case _:
            return UUID(inner)


def _literal_v4(text: str) -> Any:
    if re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text):
        return UUID(text)
    if re.fullmatch(r"-?\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text)
    if re.fullmatch(r"\d\d:\d\d(:\d\d(\.\d+)?)?", text):
        return time.fromisoformat(text)
    return _instant(text)


def in_url(property: Property, value: Any, version: Version) -> str:
    """A value as it stands in a key of a URL, not percent-encoded yet."""
    if isinstance(value, str):
        doubled = str(shown(property, value)).replace("'", "''")
        return f"'{doubled}'"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, UUID):
        return f"guid'{value}'" if version == 2 else str(value)
    if isinstance(value, datetime) and version == 2:
        kind = "datetime" if value.tzinfo is None else "datetimeoffset"
        return f"{kind}'{value.isoformat().replace('+00:00', 'Z')}'"
    if isinstance(value, Decimal):
        return f"{value:f}{'M' if version == 2 else ''}"
    return str(value) if isinstance(value, int) else _time_v4(value)


def fits(property: Property, value: Any) -> bool:
    """Whether a literal can be compared with the property."""
    if value is None:
        return True
    match property.type:
        case "Edm.String":
            return isinstance(value, str)
        case "Edm.Decimal" | "Edm.Int32" | "Edm.Int64":
            return isinstance(value, Decimal)
        case "Edm.Boolean":
            return isinstance(value, bool)
        case "Edm.Guid":
            return isinstance(value, UUID)
        case "Edm.DateTime":
            return isinstance(value, datetime) and value.tzinfo is None
        case "Edm.DateTimeOffset":
            return isinstance(value, datetime) and value.tzinfo is not None
        case "Edm.Date":
            return isinstance(value, date) and not isinstance(value, datetime)
        case _ if property.members:
            return isinstance(value, str)
        case _:
            return isinstance(value, time)
