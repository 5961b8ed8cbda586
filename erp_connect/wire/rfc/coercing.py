"""Values as exactly the types that pyrfc takes, by the interface, with the path in the error (sap.md 1.4, 6 #11).

pyrfc asks ``type(x) is T``: enumerations, integers for packed numbers, blank texts for numeric ones and tuples for
tables are refused there without a word of where.  ``None`` leaves a field out: the system's own default holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from .interfaces import Interface, Kind

__all__ = ["Misfit", "coerced", "loosely"]


class Misfit(ValueError):
    """A value that its field cannot take; ``path`` is ``ORDER_ITEMS_IN[0].MATERIAL``.  The value is not repeated."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


def coerced(interface: Interface | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as pyrfc takes them; raises :class:`Misfit` for one that does not exist or does not fit."""
    if interface is None:
        return {name: loosely(value) for name, value in given.items() if value is not None}
    found: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        kind = interface.parameters.get(name)
        if kind is None:
            raise Misfit(name, f"{interface.name} has no such parameter in this release")
        found[name] = _fitted(kind, value, name)
    return found


def loosely(value: Any) -> Any:
    """A value whose field is not known, as the type that is most likely right."""
    match value:
        case bool():
            return "X" if value else ""
        case Mapping():
            return {name: loosely(each) for name, each in value.items() if each is not None}
        case str():
            return str(value)
        case datetime():
            raise Misfit("", "an instant has no place in RFC; give a date")
        case date():
            return value.strftime("%Y%m%d")
        case time():
            return value.strftime("%H%M%S")
        case Decimal():
            return _plain(value, "")
        case bytes() | bytearray() | int():
            return value
        case Sequence():
            return [loosely(each) for each in value]
        case _:
            return value


def _fitted(kind: Kind, value: Any, path: str) -> Any:
    if kind.rfc_type == "RFCTYPE_TABLE":
        if isinstance(value, str | Mapping) or not isinstance(value, Sequence):
            raise Misfit(path, "must be rows")
        return [_row(kind, row, f"{path}[{index}]") for index, row in enumerate(value)]
    if kind.rfc_type == "RFCTYPE_STRUCTURE":
        if not isinstance(value, Mapping):
            raise Misfit(path, "must be a structure")
        return _row(kind, value, path)
    return _scalar(kind, value, path)


def _row(kind: Kind, row: Any, path: str) -> Any:
    fields = kind.fields or {}
    if not isinstance(row, Mapping):
        return _scalar(fields[""], row, path) if "" in fields else row
    found: dict[str, Any] = {}
    for name, value in row.items():
        if value is None:
            continue
        inner = fields.get(name)
        if inner is None:
            raise Misfit(f"{path}.{name}", "there is no such field in this release")
        fitted = _fitted(inner, value, f"{path}.{name}")
        if fitted is not None:
            found[name] = fitted
    return found


def _scalar(kind: Kind, value: Any, path: str) -> Any:
    match kind.rfc_type:
        case "RFCTYPE_CHAR" | "RFCTYPE_STRING" | "RFCTYPE_UTCLONG":
            return _text(kind, value, path)
        case "RFCTYPE_NUM":
            return _digits(kind, value, path)
        case "RFCTYPE_BCD" | "RFCTYPE_DECF16" | "RFCTYPE_DECF34" | "RFCTYPE_FLOAT":
            return _number(kind, value, path)
        case "RFCTYPE_INT" | "RFCTYPE_INT1" | "RFCTYPE_INT2" | "RFCTYPE_INT8":
            if isinstance(value, bool) or not isinstance(value, int):
                raise Misfit(path, "must be a whole number")
            return int(value)
        case "RFCTYPE_DATE":
            return _date(value, path)
        case "RFCTYPE_TIME":
            return _time(value, path)
        case _:
            return value


def _text(kind: Kind, value: Any, path: str) -> str:
    if isinstance(value, bool):
        value = "X" if value else ""
    if not isinstance(value, str):
        raise Misfit(path, "must be a text")
    text = str(value)
    # Characters are counted as the system stores them: one beyond the basic plane takes two places.
    if kind.rfc_type == "RFCTYPE_CHAR" and len(text.encode("utf-16-le", "surrogatepass")) > 2 * kind.length:
        raise Misfit(path, f"at most {kind.length} characters")
    return text


def _digits(kind: Kind, value: Any, path: str) -> str | None:
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else None
    if text is None or (text and not (text.isascii() and text.isdigit())):
        raise Misfit(path, "must be digits")
    if len(text) > kind.length:
        raise Misfit(path, f"at most {kind.length} digits")
    return text.zfill(kind.length) if text else None


def _number(kind: Kind, value: Any, path: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Misfit(path, "must be a Decimal")
    number = _plain(Decimal(value), path)
    if kind.rfc_type == "RFCTYPE_BCD":
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > kind.decimals:
            raise Misfit(path, f"at most {kind.decimals} decimals")
        if number and number.adjusted() >= kind.length - kind.decimals:
            raise Misfit(path, f"at most {kind.length - kind.decimals} digits before the point")
    return number


def _plain(value: Decimal, path: str) -> Decimal:
    """The same number without an exponent and without zeros at its end: pyrfc writes it out as text."""
    if not value.is_finite():
        raise Misfit(path, "must be a finite number")
    if not value:
        return Decimal(0)
    text = format(value, "f")
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def _date(value: Any, path: str) -> str | None:
    """``YYYYMMDD``; an initial date is left out, because pyrfc refuses ``00000000`` and skips a blank one."""
    if isinstance(value, datetime):
        raise Misfit(path, "must be a date, not an instant")
    if isinstance(value, date):
        return value.strftime("%Y%m%d")
    if not isinstance(value, str) or (value.strip() and not (len(value) == 8 and value.isdigit())):
        raise Misfit(path, "must be a date")
    return None if value.strip() in {"", "00000000"} else str(value)


def _time(value: Any, path: str) -> str | None:
    if isinstance(value, time):
        return value.strftime("%H%M%S")
    if not isinstance(value, str) or (value.strip() and not (len(value) == 6 and value.isdigit())):
        raise Misfit(path, "must be a time of day")
    return str(value) if value.strip() else None
