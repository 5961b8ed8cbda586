"""Values of the Edm types: in JSON bodies, in URLs, and as the stand-in shows them (sap.md 4.2)."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote
from uuid import UUID

from .description import EntityType, Property
from .refusing import Refused, malformed

_DATE = re.compile(r"/Date\((-?\d+)([+-]\d{1,4})?\)/")
_TIME = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?")
_ISO = "%Y-%m-%dT%H:%M:%S"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WHOLE = {"Edm.Int16": 2**15, "Edm.Int32": 2**31, "Edm.Byte": 2**8}


def taken(one: Property, given: Any) -> Any:
    """A value out of a JSON body; ``Refused`` if the property cannot hold it."""
    if given is None:
        if not one.nullable:
            raise malformed(f"Property '{one.name}' must not be null", one.name)
        return None
    if one.type == "Edm.Boolean":
        _insist(one, isinstance(given, bool), given)
        return given
    if one.type in _WHOLE:
        _insist(one, isinstance(given, int) and not isinstance(given, bool), given)
        _insist(one, abs(given) < _WHOLE[one.type], given)
        return given
    _insist(one, isinstance(given, str), given)
    if one.type == "Edm.String":
        _insist(one, one.max_length is None or len(given) <= one.max_length, given)
        return given
    read = _readers[one.type](given)
    _insist(one, read is not None, given)
    if one.type == "Edm.Decimal":
        fits(one, read)
    return read


def fits(one: Property, number: Decimal) -> None:
    """``Refused`` if a decimal has more digits than the property may hold."""
    whole, _, fraction = f"{abs(number):f}".partition(".")
    too_fine = len(fraction.rstrip("0")) > one.scale
    too_long = one.precision is not None and len(whole.lstrip("0")) > one.precision - one.scale
    _insist(one, not (too_fine or too_long), str(number))


def _insist(one: Property, right: bool, given: Any) -> None:
    if not right:
        facets = f"{one.type}, MaxLength {one.max_length}, Precision {one.precision}, Scale {one.scale}"
        raise malformed(f"Property '{one.name}' ({facets}) has invalid value {given!r}", one.name)


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if re.fullmatch(r"-?\d+(\.\d+)?", text) else None


def _moment(text: str) -> datetime | None:
    if told := _DATE.fullmatch(text):
        return _EPOCH + timedelta(milliseconds=int(told[1]))
    try:
        return datetime.strptime(text, _ISO).replace(tzinfo=UTC)
    except ValueError:
        return None


def _time(text: str) -> str | None:
    return text if _TIME.fullmatch(text) else None


def _guid(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None


_readers: dict[str, Any] = {
    "Edm.Decimal": _decimal,
    "Edm.Double": _decimal,
    "Edm.DateTime": _moment,
    "Edm.DateTimeOffset": _moment,
    "Edm.Time": _time,
    "Edm.Guid": _guid,
}


def shown(one: Property, value: Any) -> Any:
    """A value as JSON shows it."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        count = round((value - _EPOCH).total_seconds() * 1000)
        return f"/Date({count}+0000)/" if one.type == "Edm.DateTimeOffset" else f"/Date({count})/"
    if isinstance(value, Decimal):
        return f"{value:.{one.scale}f}" if one.type == "Edm.Decimal" else str(value)
    return value


def initial(one: Property) -> Any:
    """What a property holds that nobody has filled."""
    first = {"Edm.String": "", "Edm.Boolean": False, "Edm.Decimal": Decimal(0), "Edm.Time": "PT00H00M00S"}
    return 0 if one.type in _WHOLE else first.get(one.type)


# ------------------------------------------------------------------------------------------- literals in URLs

_LITERAL = re.compile(
    r"(?P<kind>datetime|datetimeoffset|time|guid)?'(?P<text>(?:[^']|'')*)'|(?P<word>true|false|null)"
    r"|(?P<number>-?\d+(?:\.\d+)?)(?P<suffix>[mMdDfFlL])?"
)
_KINDS = {
    "datetime": "Edm.DateTime",
    "datetimeoffset": "Edm.DateTimeOffset",
    "time": "Edm.Time",
    "guid": "Edm.Guid",
}


def literal(text: str, one: Property) -> Any:
    """The value of a literal that is compared with a property; ``Refused`` if it is of another type."""
    told = _LITERAL.fullmatch(text)
    if told is None:
        raise malformed(f"Invalid literal {text}")
    if told["word"] == "null":
        return None
    if told["word"]:
        kind, value = "Edm.Boolean", told["word"] == "true"
    elif told["number"]:
        if one.type not in ("Edm.Decimal", "Edm.Double", *_WHOLE):
            raise malformed(f"{text} is no literal of {one.type} for '{one.name}'", one.name)
        return Decimal(told["number"])
    else:
        kind = _KINDS.get(told["kind"] or "", "Edm.String")
        plain = told["text"].replace("''", "'")
        value = plain if kind == "Edm.String" else _readers[kind](_without_zone(plain))
    if kind != one.type or value is None:
        raise malformed(f"{text} is no literal of {one.type} for '{one.name}'", one.name)
    return value


def _without_zone(text: str) -> str:
    text = text.removesuffix("Z").removesuffix("+00:00")
    return re.sub(r"(T\d\d:\d\d:\d\d)\.\d+$", r"\1", text)


def canonical(one: Property, value: Any) -> Any:
    """A document number as the system compares it: with or without leading zeros (sap.md 4.2 keys)."""
    if one.type == "Edm.String" and isinstance(value, str) and value.isdigit():
        return value.lstrip("0") or "0"
    return value


def sortable(one: Property, value: Any) -> Any:
    """A value as the system orders it: document numbers by their number, for they have leading zeros inside."""
    if one.type == "Edm.String" and isinstance(value, str) and value.isdigit():
        return value.rjust(one.max_length or 0, "0")
    return value


def predicate(kind: EntityType, row: dict[str, Any]) -> str:
    """The key of an entity as it stands in its address."""

    def said(name: str) -> str:
        one, value = kind.properties[name], row[name]
        if one.type == "Edm.String":
            return "'" + quote(value.replace("'", "''"), safe="") + "'"
        if isinstance(value, datetime):
            prefix = "datetimeoffset" if one.type == "Edm.DateTimeOffset" else "datetime"
            return f"{prefix}'{quote(value.strftime(_ISO))}'"
        return {"Edm.Guid": f"guid'{value}'", "Edm.Time": f"time'{value}'"}.get(one.type, str(value))

    if len(kind.key) == 1:
        return f"({said(kind.key[0])})"
    return "(" + ",".join(f"{name}={said(name)}" for name in kind.key) + ")"


def key_of(kind: EntityType, text: str) -> dict[str, Any]:
    """The key that a predicate says; ``Refused`` where a part is missing, unknown or of another type."""
    parts = re.findall(r"\s*(?:(\w+)\s*=\s*)?((?:\w*'(?:[^']|'')*')|[^,']+)\s*(?:,|$)", text)
    names = [name or (kind.key[0] if len(kind.key) == 1 else "") for name, _ in parts]
    if sorted(names) != sorted(kind.key):
        raise Refused(400, f"Key ({text}) of {kind.name} is not {kind.key}", "/IWFND/CM_MGW_RT/022")
    return {
        name: literal(value.strip(), kind.properties[name])
        for name, (_, value) in zip(names, parts, strict=True)
    }


def entity_tag(kind: EntityType, row: dict[str, Any]) -> str | None:
    """The tag of an entity whose type has a stamp (ConcurrencyMode="Fixed")."""
    if kind.stamp is None or row.get(kind.stamp.name) is None:
        return None
    moment = row[kind.stamp.name].strftime("%Y-%m-%dT%H%%3A%M%%3A%S.%f") + "0"
    return f"W/\"datetimeoffset'{moment}Z'\""
