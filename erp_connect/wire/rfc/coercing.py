"""Values as exactly the types that pyrfc takes, by the interface, with the path in the error (sap.md 1.4, 6 #11).

pyrfc asks ``type(x) is T``: enumerations, integers for packed numbers, blank texts for numeric ones and tuples for
tables are refused there without a word of where.  ``None`` leaves a field out: the system's own default holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from .interfaces import Interface, Kind

__all__ = ["Misfit", "coerced", "loosely"]


class Misfit(ValueError):
    """A value that its field cannot take; ``path`` is ``ORDER_ITEMS_IN[0].MATERIAL``.  The value is not repeated."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem

    def within(self, place: str) -> Misfit:
        """The same, seen from what the value is a part of; only a misfit pays for telling where it is."""
        between = "." if self.path and not self.path.startswith("[") else ""
        return Misfit(f"{place}{between}{self.path}", self.problem)


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
        try:
            found[name] = _fitted(kind, value)
        except Misfit as misfit:
            raise misfit.within(name) from None
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
            return _plain(value)
        case bytes() | bytearray() | int():
            return value
        case Sequence():
            return [loosely(each) for each in value]
        case _:
            return value


def _fitted(kind: Kind, value: Any) -> Any:
    fit = _FITTING.get(kind.rfc_type)
    return value if fit is None else fit(kind, value)


def _table(kind: Kind, value: Any) -> list[Any]:
    if isinstance(value, str | Mapping) or not isinstance(value, Sequence):
        raise Misfit("", "must be rows")
    found: list[Any] = []
    for row in value:
        try:
            found.append(_row(kind, row))
        except Misfit as misfit:
            raise misfit.within(f"[{len(found)}]") from None
    return found


def _structure(kind: Kind, value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise Misfit("", "must be a structure")
    return _row(kind, value)


def _row(kind: Kind, row: Any) -> Any:
    fields = kind.fields or {}
    if not isinstance(row, Mapping):
        return _fitted(fields[""], row) if "" in fields else row
    found: dict[str, Any] = {}
    for name, value in row.items():
        if value is None:
            continue
        inner = fields.get(name)
        if inner is None:
            raise Misfit(name, "there is no such field in this release")
        try:
            fitted = _fitted(inner, value)
        except Misfit as misfit:
            raise misfit.within(name) from None
        if fitted is not None:
            found[name] = fitted
    return found


def _whole(_: Kind, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Misfit("", "must be a whole number")
    return int(value)


def _text(_: Kind, value: Any) -> str:
    if isinstance(value, bool):
        value = "X" if value else ""
    if not isinstance(value, str):
        raise Misfit("", "must be a text")
    return str(value)


def _characters(kind: Kind, value: Any) -> str:
    text = _text(kind, value)
    # Characters are counted as the system stores them: one beyond the basic plane takes two places.
    short = text.isascii() and len(text) <= kind.length
    if not short and len(text.encode("utf-16-le", "surrogatepass")) > 2 * kind.length:
        raise Misfit("", f"at most {kind.length} characters")
    return text


def _digits(kind: Kind, value: Any) -> str | None:
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else None
    if text is None or (text and not (text.isascii() and text.isdigit())):
        raise Misfit("", "must be digits")
    if len(text) > kind.length:
        raise Misfit("", f"at most {kind.length} digits")
    return text.zfill(kind.length) if text else None


def _number(_: Kind, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Misfit("", "must be a Decimal")
    return _plain(Decimal(value))


def _packed(kind: Kind, value: Any) -> Decimal:
    number = _number(kind, value)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > kind.decimals:
        raise Misfit("", f"at most {kind.decimals} decimals")
    if number and number.adjusted() >= kind.length - kind.decimals:
        raise Misfit("", f"at most {kind.length - kind.decimals} digits before the point")
    return number


def _plain(value: Decimal) -> Decimal:
    """The same number without an exponent and without zeros at its end: pyrfc writes it out as text."""
    if not value.is_finite():
        raise Misfit("", "must be a finite number")
    if not value:
        return Decimal(0)
    text = format(value, "f")
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def _date(_: Kind, value: Any) -> str | None:
    """``YYYYMMDD``; an initial date is left out, because pyrfc refuses ``00000000`` and skips a blank one."""
    if isinstance(value, datetime):
        raise Misfit("", "must be a date, not an instant")
    if isinstance(value, date):
        return value.strftime("%Y%m%d")
    if not isinstance(value, str) or (value.strip() and not (len(value) == 8 and value.isdigit())):
        raise Misfit("", "must be a date")
    return None if value.strip() in {"", "00000000"} else str(value)


def _time(_: Kind, value: Any) -> str | None:
    if isinstance(value, time):
        return value.strftime("%H%M%S")
    if not isinstance(value, str) or (value.strip() and not (len(value) == 6 and value.isdigit())):
        raise Misfit("", "must be a time of day")
    return str(value) if value.strip() else None


_FITTING: Final[Mapping[str, Callable[[Kind, Any], Any]]] = {
    "RFCTYPE_TABLE": _table,
    "RFCTYPE_STRUCTURE": _structure,
    "RFCTYPE_CHAR": _characters,
    **dict.fromkeys(("RFCTYPE_STRING", "RFCTYPE_UTCLONG"), _text),
    "RFCTYPE_NUM": _digits,
    "RFCTYPE_BCD": _packed,
    **dict.fromkeys(("RFCTYPE_DECF16", "RFCTYPE_DECF34", "RFCTYPE_FLOAT"), _number),
    **dict.fromkeys(("RFCTYPE_INT", "RFCTYPE_INT1", "RFCTYPE_INT2", "RFCTYPE_INT8"), _whole),
    "RFCTYPE_DATE": _date,
    "RFCTYPE_TIME": _time,
}
"""What each type is fitted by; a value of any other is passed as it is."""
