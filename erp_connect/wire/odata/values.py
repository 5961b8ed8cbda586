"""Values as OData writes them: literals in addresses, and cells of JSON, by Edm type and protocol version.

Version 2 quotes nearly everything and has its own dates; version 4 does not.  A value of another kind than its type is
a ``TypeError``: nothing that somebody has typed in becomes part of an address unseen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any, Final, Literal
from urllib.parse import quote
from uuid import UUID

__all__ = ["Version", "dumps", "from_json", "key_of", "literal", "loads", "to_json"]

Version = Literal[2, 4]
_INTEGERS: Final = {"Edm.Byte", "Edm.SByte", "Edm.Int16", "Edm.Int32", "Edm.Int64"}
_SAFE_IN_KEYS: Final = "'(),=:$!*-._~@"
"""What stands in a key as it is; a slash, a question mark, a hash, a percent sign and a blank are encoded."""
_V2_DATE: Final = re.compile(r"/Date\((-?\d+)(?:([+-])(\d{1,4}))?\)/")
_DURATION: Final = re.compile(
    r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?", re.ASCII
)
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - Edm.DateTime has no zone


# ---------------------------------------------------------------- into addresses


def literal(value: Any, edm: str, version: Version) -> str:
    """A value for ``$filter`` and keys, not yet percent-encoded.

    ``str`` for Edm.String, ``Decimal`` or ``int`` for Edm.Decimal, ``date`` for Edm.Date, a ``datetime`` without zone
    for Edm.DateTime and with one for Edm.DateTimeOffset, ``UUID`` for Edm.Guid; a ``TypeError`` for anything else.
    """
    text = _text(value, edm, version)
    if edm == "Edm.String":
        return "'" + text.replace("'", "''") + "'"
    if version == 4:
        return text
    match edm:
        case "Edm.DateTime":
            return f"datetime'{text}'"
        case "Edm.DateTimeOffset":
            return f"datetimeoffset'{text}'"
        case "Edm.Time":
            return f"time'{text}'"
        case "Edm.Guid":
            return f"guid'{text}'"
        case "Edm.Decimal":
            return f"{text}M"
        case "Edm.Int64":
            return f"{text}L"
        case _:
            return text


def key_of(values: Mapping[str, Any], types: Mapping[str, str], version: Version) -> str:
    """``('4711')`` or ``(SalesOrder='4711',SalesOrderItem='10')``, ready for an address."""
    said = {name: literal(value, types[name], version) for name, value in values.items()}
    inside = (
        next(iter(said.values()))
        if len(said) == 1
        else ",".join(f"{name}={text}" for name, text in said.items())
    )
    return "(" + quote(inside, safe=_SAFE_IN_KEYS) + ")"


def _text(value: Any, edm: str, version: Version) -> str:
    kind = type(value)
    if edm == "Edm.String" and isinstance(value, str):
        return str(value)
    if edm == "Edm.Boolean" and kind is bool:
        return "true" if value else "false"
    if edm in _INTEGERS and kind is int:
        return str(value)
    if edm == "Edm.Decimal" and kind in (int, Decimal) and Decimal(value).is_finite():
        return f"{value:f}" if kind is Decimal else str(value)
    if edm == "Edm.Guid" and kind is UUID:
        return str(value)
    if edm == "Edm.Date" and kind is date:
        return str(value.isoformat())
    if edm == "Edm.DateTime" and kind is datetime and value.tzinfo is None:
        return str(value.isoformat())
    if edm == "Edm.DateTimeOffset" and kind is datetime and value.tzinfo is not None:
        return str(value.astimezone(UTC).replace(tzinfo=None).isoformat()) + "Z"
    if edm in ("Edm.Time", "Edm.TimeOfDay") and kind is time and value.tzinfo is None:
        return f"PT{value.hour}H{value.minute}M{value.second}S" if version == 2 else str(value.isoformat())
    raise TypeError(f"{kind.__name__} is no value of {edm}")


# ---------------------------------------------------------------- into and out of JSON


def to_json(value: Any, edm: str, version: Version, *, decimals_as_text: bool = False) -> Any:
    """A value as a cell of a body; ``None`` stays.

    In version 2 decimals and Int64 are text; in version 4 they are numbers, or text where the body is declared
    ``IEEE754Compatible`` (``decimals_as_text``).  Raises ``TypeError`` as :func:`literal`.
    """
    if value is None:
        return None
    text = _text(value, edm, version)
    if edm == "Edm.Boolean":
        return value
    if edm in ("Edm.Decimal", "Edm.Int64"):
        return text if version == 2 or decimals_as_text else value
    if edm in _INTEGERS:
        return value
    if version == 2 and edm == "Edm.DateTime":
        return f"/Date({_milliseconds(value)})/"
    if version == 2 and edm == "Edm.DateTimeOffset":
        return f"/Date({_milliseconds(value.astimezone(UTC).replace(tzinfo=None))}+0000)/"
    return text


def from_json(cell: Any, edm: str) -> Any:
    """A cell of an answer as a value: the kinds that :func:`literal` takes, and ``None``.

    Numbers come as text or as numbers, dates in version 2's form or in ISO's, whatever the version.  Raises
    ``ValueError`` for what is no value of the type.
    """
    if cell is None or (edm == "Edm.String" and type(cell) is str):  # most of what servers tell
        return cell
    read = _READING.get(edm)
    try:
        return cell if read is None else read(cell)
    except (ArithmeticError, AttributeError, OverflowError, TypeError, ValueError) as failure:
        raise ValueError(f"{str(cell)[:40]!r} is no value of {edm}") from failure


def _string(cell: Any) -> Any:
    return cell if isinstance(cell, str) else _refuse(cell)


def _boolean(cell: Any) -> Any:
    return cell if isinstance(cell, bool) else _refuse(cell)


def _decimal(cell: Any) -> Any:
    if not isinstance(cell, str | int | Decimal) or isinstance(cell, bool):
        return _refuse(cell)
    number = Decimal(cell)
    return number if number.is_finite() else _refuse(cell)


def _integer(cell: Any) -> Any:
    return int(cell) if isinstance(cell, str | int) and not isinstance(cell, bool) else _refuse(cell)


def _instant(cell: Any) -> datetime:
    moment = _moment(cell)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _refuse(cell: Any) -> Any:
    raise TypeError(type(cell).__name__)


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _moment(cell: str) -> datetime:
    found = _V2_DATE.fullmatch(cell)
    if found is None:
        return datetime.fromisoformat(cell)
    moment = _EPOCH + timedelta(milliseconds=int(found[1]))
    if found[2] is None:
        return moment
    # The milliseconds count in UTC; the offset, in minutes, only says what the writer's clock showed.
    offset = timezone(timedelta(minutes=int(found[2] + found[3])))
    return moment.replace(tzinfo=UTC).astimezone(offset)


def _duration(cell: str) -> timedelta:
    found = _DURATION.fullmatch(cell)
    if found is None or found[1] or found[2]:
        raise ValueError(cell)
    _, _, hours, minutes, seconds, fraction = found.groups()
    return timedelta(
        hours=int(hours or 0),
        minutes=int(minutes or 0),
        seconds=int(seconds or 0),
        microseconds=int((fraction or "0")[:6].ljust(6, "0")),
    )


_READING: Final[Mapping[str, Callable[[Any], Any]]] = {
    "Edm.String": _string,
    "Edm.Boolean": _boolean,
    "Edm.Decimal": _decimal,
    "Edm.Guid": UUID,
    "Edm.Date": date.fromisoformat,
    "Edm.DateTime": lambda cell: _moment(cell).replace(tzinfo=None),
    "Edm.DateTimeOffset": _instant,
    "Edm.Time": lambda cell: (_EPOCH + _duration(cell)).time(),
    "Edm.TimeOfDay": time.fromisoformat,
    **dict.fromkeys(_INTEGERS, _integer),
}
"""What the cells of each type are read by; those of any other are given as they are."""


def loads(body: bytes) -> Any:
    """JSON with every number exact.  Raises ``ValueError`` for what is none, ``NaN`` included."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_number)
    except RecursionError as failure:
        raise ValueError("nested too deeply") from failure


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def dumps(value: Any) -> bytes:
    """JSON in which a ``Decimal`` is a number with all of its digits; ``float`` is a ``TypeError``."""
    parts: list[str] = []
    _write(value, parts.append)
    return "".join(parts).encode()


_quoted: Final = json.encoder.encode_basestring


def _write(value: Any, put: Callable[[str], None]) -> None:  # what is frequent comes first
    if isinstance(value, str):
        put(_quoted(value))
    elif isinstance(value, Decimal):
        if not value.is_finite():
            raise TypeError(f"{value} is no number of JSON")
        put(f"{value:f}")
    elif value is None:
        put("null")
    elif isinstance(value, bool):
        put("true" if value else "false")
    elif isinstance(value, int):
        put(int.__repr__(value))
    elif isinstance(value, (dict, Mapping)):
        between = "{"
        for name, inner in value.items():
            put(f"{between}{_quoted(str(name))}: ")
            _write(inner, put)
            between = ", "
        put("}" if value else "{}")
    elif isinstance(value, (list, tuple, Sequence)) and not isinstance(value, bytes):
        between = "["
        for inner in value:
            put(between)
            _write(inner, put)
            between = ", "
        put("]" if value else "[]")
    else:
        raise TypeError(f"{type(value).__name__} has no form in JSON here")
