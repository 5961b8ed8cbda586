"""Values between Python and ABAP, with pyrfc's exact type checks (sap.md 1.4).

Inside, ABAP values are: ``str`` without trailing blanks for C; digits in full length for N, D and T; ``Decimal``
in full scale for P; ``int``, ``float``, ``bytes`` for the others.
"""

from __future__ import annotations

import datetime as dt
import locale
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any, Literal

from .errors import ExternalRuntimeError, from_sdk, no_such_field
from .interface import Parameter, Row, Scalar, Structure

_RANGES = {"b": (0, 255), "h": (-(2**15), 2**15 - 1), "I": (-(2**31), 2**31 - 1)}
Overlong = Literal["RFC_CONVERSION_FAILURE", "RFC_BUFFER_TOO_SMALL", "truncate"]
_ROOMY = Context(prec=80)


def to_scale(number: Decimal, decimals: int) -> Decimal:
    """The number with exactly so many decimals, rounded half up as ABAP does."""
    return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _ROOMY)


class Radix:
    """The decimal point of numeric strings: the locale's at import time, or what was set since."""

    def __init__(self) -> None:
        self.character = str(locale.localeconv()["decimal_point"])

    def set(self, value: str | None = None) -> str:
        """Set the radix, or read it anew from the locale."""
        self.character = str(locale.localeconv()["decimal_point"]) if value is None else value
        return self.character


RADIX = Radix()
set_locale_radix = RADIX.set


@dataclass(frozen=True)
class Inward:
    """Python values on their way to ABAP."""

    check_date: bool = True
    check_time: bool = True
    overlong: Overlong = "RFC_CONVERSION_FAILURE"
    round_decimals: bool = True

    def parameter(self, parameter: Parameter, value: Any) -> Any:
        """The value of one parameter; errors carry its name last."""
        try:
            if parameter.direction == "tables":
                if type(value) is not list:
                    raise TypeError("list required for table parameter, received", str(type(value)))
                assert isinstance(parameter.type, Structure)
                return [self._line(parameter.type, row) for row in value]
            if isinstance(parameter.type, Structure):
                if type(value) is not dict:
                    raise TypeError("dictionary required for structure parameter, received", str(type(value)))
                return self._row(parameter.type, value)
            filled = self._scalar(parameter.type, value, parameter.name)
            return parameter.initial if filled is None else filled
        except TypeError as error:
            if error.args[-1] != parameter.name:
                error.args = (*error.args, parameter.name)
            raise

    def _line(self, structure: Structure, value: Any) -> Row:
        if type(value) is dict:
            return self._row(structure, value)
        return self._row(structure, {"": value})

    def _row(self, structure: Structure, values: Mapping[str, Any]) -> Row:
        row = structure.initial()
        for name, value in values.items():
            field = structure.fields.get(name)
            if field is None:
                raise no_such_field(name)
            try:
                filled = self._scalar(field, value, name)
            except TypeError as error:
                error.args = (*error.args, name)
                raise
            if filled is not None:
                row[name] = filled
        return row

    def _scalar(self, field: Scalar, value: Any, name: str) -> Any:
        match field.kind:
            case "C" | "g":
                if type(value) is not str:
                    raise _refused("an string is required, received", value)
                return value if field.kind == "g" else self._fitting(field, value, name).rstrip(" ")
            case "N":
                if type(value) is not str or not value.isdigit():
                    raise _refused("a numeric string is required, received", value)
                return self._fitting(field, value, name).zfill(field.length)
            case "P" | "F":
                return self._decimal(field, value, name)
            case "D":
                return self._date(value)
            case "T":
                return self._time(value)
            case "X":
                if type(value) not in {bytes, bytearray}:
                    raise _refused("a bytes-like object is required, received", value)
                return bytes(self._fitting(field, value, name)).ljust(field.length, b"\0")
            case _:
                return _integer(field, value, name)

    def _fitting(self, field: Scalar, value: Any, name: str) -> Any:
        if len(value) <= field.length:
            return value
        if self.overlong == "truncate":
            return value[: field.length]
        code = 22 if self.overlong == "RFC_CONVERSION_FAILURE" else 23
        text = f"value of {len(value)} characters is too long for the field {name}"
        raise from_sdk(ExternalRuntimeError, code, self.overlong, text)

    def _decimal(self, field: Scalar, value: Any, name: str) -> Any:
        if type(value) is Decimal or type(value) is float:
            text = str(value).replace(".", RADIX.character)
        elif type(value) is str:
            text = value
            try:
                float(value.replace(RADIX.character, "."))
            except ValueError:
                raise _refused("a decimal value required, received", value) from None
        else:
            raise _refused("a decimal value required, received", value)
        other = "," if RADIX.character == "." else "."
        try:
            if other in text:
                raise InvalidOperation
            number = Decimal(text.replace(RADIX.character, "."))
        except InvalidOperation:
            raise _cannot_convert(text, name, field) from None
        if not number.is_finite():
            raise _cannot_convert(text, name, field)
        if field.kind == "F":
            return float(number)
        scaled = to_scale(number, field.decimals)
        if not self.round_decimals and scaled != number:
            raise _cannot_convert(text, name, field)
        if len(scaled.as_tuple().digits) > field.length:
            raise _cannot_convert(text, name, field)
        return scaled

    def _date(self, value: Any) -> str | None:
        if not value:
            return None
        if type(value) is dt.date:
            return value.strftime("%Y%m%d")
        if type(value) is str and not self.check_date:
            return value[:8].ljust(8)
        if type(value) is str and len(value) == 8:
            if not value.strip(" "):
                return value
            try:
                _as_date(value)
            except ValueError:
                raise _refused("date value required, received", value) from None
            return value
        raise _refused("date value required, received", value)

    def _time(self, value: Any) -> str | None:
        if not value and type(value) is not dt.time:
            return None
        if type(value) is dt.time:
            return value.strftime("%H%M%S")
        if type(value) is str and not self.check_time:
            return value[:6].ljust(6)
        if type(value) is str and len(value) == 6:
            try:
                _as_time(value)
            except ValueError:
                raise _refused("time value required, received", value) from None
            return value
        raise _refused("time value required, received", value)


@dataclass(frozen=True)
class Outward:
    """ABAP values on their way to Python."""

    dtime: bool = False
    rstrip: bool = True

    def parameter(self, parameter: Parameter, value: Any) -> Any:
        """The value of one parameter as the caller gets it."""
        if isinstance(parameter.type, Scalar):
            return self._scalar(parameter.type, value)
        if parameter.direction == "tables":
            return [self._row(parameter.type, row) for row in value]
        return self._row(parameter.type, value)

    def _row(self, structure: Structure, row: Row) -> Row:
        return {name: self._scalar(field, row[name]) for name, field in structure.fields.items()}

    def _scalar(self, field: Scalar, value: Any) -> Any:
        match field.kind:
            case "C":
                text = str(value)[: field.length]
                return text.rstrip(" ") if self.rstrip else text.ljust(field.length)
            case "N":
                assert value.isdigit(), f"{value!r} is no NUMC"
                return str(value).zfill(field.length)
            case "P":
                return to_scale(Decimal(value), field.decimals)
            case "D":
                if value == field.initial:
                    return None if self.dtime else ""
                return _as_date(value) if self.dtime else value
            case "T":
                return _as_time(value) if self.dtime else value
            case _:
                return value


def _as_date(text: str) -> dt.date:
    return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _as_time(text: str) -> dt.time:
    return dt.time(int(text[:2]), int(text[2:4]), int(text[4:]))


def _integer(field: Scalar, value: Any, name: str) -> int:
    if type(value) is not int:
        raise _refused("an integer required, received", value)
    low, high = _RANGES[field.kind]
    if not low <= value <= high:
        raise _cannot_convert(str(value), name, field)
    return value


def _refused(text: str, value: Any) -> TypeError:
    return TypeError(text, value, "of type", type(value))


def _cannot_convert(text: str, name: str, field: Scalar) -> Exception:
    message = (
        f"Cannot convert string value {text} at position 1 for the field {name} to type {field.rfc_name}"
    )
    return from_sdk(ExternalRuntimeError, 22, "RFC_CONVERSION_FAILURE", message)
