"""The smallest parts of every value: texts, exact numbers, days and instants, each strict about what it takes.

What a caller writes is checked in full.  What a back-end once answered is read again (:data:`AS_STORED`) with the
same types, but without judging its codes, lengths and signs: a country that is on no list was on file all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from .codes import UnknownCode

MAX_TEXT: Final = 1_000_000
"""Longest text a model holds (characters); a guard against abuse, not a back-end's limit."""
MAX_DIGITS: Final = 28
"""Most digits of an amount or quantity."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_PLAIN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


# --------------------------------------------------------------------------- how strictly a value is read


@dataclass(frozen=True, slots=True)
class Leniency:
    """A validation context: what was stored once is not judged again, but for the fields named in ``strict``."""

    strict: frozenset[str] = frozenset()


AS_STORED: Final = Leniency()
"""The context for reading what a model wrote, a back-end's own odd codes included."""


def lenient(info: ValidationInfo) -> bool:
    """Whether this field is being read back rather than written."""
    context = info.context
    return isinstance(context, Leniency) and info.field_name not in context.strict


def first_said(info: ValidationInfo) -> bool:
    """Whether a caller says it anew, rather than its being read back or changed by ``but``."""
    return not isinstance(info.context, Leniency)


def as_stored(info: ValidationInfo) -> bool:
    """Whether the whole value is being read back, so that rules between its fields are not judged again either."""
    return isinstance(info.context, Leniency) and not info.context.strict


# --------------------------------------------------------------------------- texts


def clean_text(value: str, info: ValidationInfo) -> str:
    """Refuse control characters and texts beyond every use."""
    if lenient(info):
        return value
    if len(value) > MAX_TEXT:
        raise PydanticCustomError(
            "text_too_long",
            "text has {length} characters, at most {limit} are taken; shorten it",
            {"length": len(value), "limit": MAX_TEXT},
        )
    found = _CONTROL.search(value)
    if found:
        raise PydanticCustomError(
            "control_character",
            "text holds the control character U+{codepoint} at position {position}; remove it",
            {"codepoint": f"{ord(found.group()):04X}", "position": found.start()},
        )
    return value


def is_clean(*texts: str) -> bool:
    """Whether none of these would be refused: for adapters that build by ``trusted`` what nearly always is clean."""
    whole = "\n".join(texts)
    return len(whole) <= MAX_TEXT and _CONTROL.search(whole) is None


def code_text(value: object, info: ValidationInfo) -> str:
    """A text that says something, or the error that says why not."""
    if not isinstance(value, str):
        raise PydanticCustomError("not_a_text", "must be a text, not {kind}", {"kind": kind_of(value)})
    text = clean_text(value, info)
    if not text.strip() and not lenient(info):
        raise PydanticCustomError("blank", "must not be blank")
    return text


def _any_text(value: object, info: ValidationInfo) -> str:
    if not isinstance(value, str):
        raise PydanticCustomError("not_a_text", "must be a text, not {kind}", {"kind": kind_of(value)})
    return clean_text(value, info)


def kind_of(value: object) -> str:
    """The name of a value's type, for an error message: never the value."""
    return "None" if value is None else type(value).__name__


Text = Annotated[str, BeforeValidator(_any_text)]
"""Any text without control characters (tab and line ends are allowed), at most 1 MB."""
Code = Annotated[str, BeforeValidator(code_text)]
"""A text that must say something: a number, a code, a name."""


def coded(look_up: Callable[[str], str], error: str) -> Any:
    """A code that stands on a list; one that does not is refused with the nearest ones."""

    def check(value: object, info: ValidationInfo) -> str:
        text = code_text(value, info)
        try:
            return look_up(text)
        except UnknownCode as unknown:
            if lenient(info):
                return text
            raise PydanticCustomError(
                error, "{problem}", {"problem": str(unknown), "suggestions": list(unknown.suggestions)}
            ) from None

    return BeforeValidator(check)


# --------------------------------------------------------------------------- numbers


def exact_number(value: object, info: ValidationInfo) -> Decimal:
    """A finite Decimal: in Python from a Decimal or an int, in JSON from a plain text; the rest would be a guess."""
    if info.mode == "json":
        number = _number_in_json(value)
    elif isinstance(value, Decimal):
        number = value
    elif isinstance(value, int) and not isinstance(value, bool):
        number = exact_int(value)
    else:
        raise PydanticCustomError(
            "exact_number",
            "must be a Decimal such as Decimal('12.50') or an int, not {kind}",
            {"kind": kind_of(value)},
        )
    if not number.is_finite():
        raise PydanticCustomError("finite_number", "must be a finite number, not NaN or infinity")
    _, digits, exponent = number.as_tuple()
    if (
        not isinstance(exponent, int)
        or len(digits) > MAX_DIGITS
        or not -MAX_DIGITS <= exponent <= MAX_DIGITS - len(digits)
    ) and not lenient(info):
        raise _too_many_digits()
    return number or number.copy_abs()  # -0 and 0 are the same amount and the same text


def _number_in_json(value: object) -> Decimal:
    if isinstance(value, str) and len(value) <= 200 and _PLAIN_NUMBER.fullmatch(value):
        return Decimal(value)
    if isinstance(value, str) and _PLAIN_NUMBER.fullmatch(value):
        raise _too_many_digits()
    raise PydanticCustomError(
        "exact_number", "must be a text such as '12.50', not {kind}", {"kind": _kind_in_json(value)}
    )


def _kind_in_json(value: object) -> str:
    return "another text" if isinstance(value, str) else f"a JSON value of type {kind_of(value)}"


def exact_int(value: int) -> Decimal:
    """An int as a Decimal; one that is longer than any order means is refused before it costs anything."""
    if value.bit_length() > 100:
        raise _too_many_digits()
    return Decimal(value)


def _too_many_digits() -> PydanticCustomError:
    return PydanticCustomError(
        "too_many_digits",
        "must have at most {limit} digits, written out; round it to what can be meant",
        {"limit": MAX_DIGITS},
    )


def _positive(value: Decimal, info: ValidationInfo) -> Decimal:
    if value <= 0 and not lenient(info):
        raise PydanticCustomError("not_positive", "must be greater than zero")
    return value


def _not_negative(value: Decimal, info: ValidationInfo) -> Decimal:
    if value < 0 and not lenient(info):
        raise PydanticCustomError("negative", "must not be negative")
    return value


def plain(number: Decimal) -> str:
    """A number as people and JSON write it: all its digits, no exponent."""
    return format(number, "f")


Exact = Annotated[
    Decimal,
    BeforeValidator(exact_number),
    PlainSerializer(plain, return_type=str, when_used="json-unless-none"),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}),
]
"""An exact number: Decimal or int; never float, bool or (outside JSON) str.  In JSON a text without exponent."""
Positive = Annotated[Exact, AfterValidator(_positive)]
NotNegative = Annotated[Exact, AfterValidator(_not_negative)]


def _whole(value: object, info: ValidationInfo) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticCustomError("whole_number", "must be an int, not {kind}", {"kind": kind_of(value)})
    if abs(value) > 2**63 - 1 and not lenient(info):
        raise PydanticCustomError("too_many_digits", "must be a number of at most 18 digits")
    return value


Position = Annotated[int, BeforeValidator(_whole)]
Flag = Annotated[bool, Strict()]


# --------------------------------------------------------------------------- time


def in_utc(value: datetime) -> datetime:
    """The same instant in UTC; one without a zone is no instant."""
    if value.tzinfo is None or value.utcoffset() is None:
        raise PydanticCustomError(
            "naive_instant", "must carry a time zone: an instant without one can be any hour of the day"
        )
    return value.astimezone(UTC)


def _day(value: object, info: ValidationInfo) -> date:
    if isinstance(value, datetime):
        raise PydanticCustomError(
            "day_expected",
            "must be a date, not a datetime: give the day in the company's zone, for example moment.date()",
        )
    if isinstance(value, date):
        return value
    if info.mode == "json" and isinstance(value, str):
        day = day_of(value)
        if day is None:
            raise PydanticCustomError("day_expected", "must be a day of the calendar such as '2026-03-31'")
        return day
    raise PydanticCustomError(
        "day_expected",
        "must be a date (in JSON a text such as '2026-03-31'), not {kind}",
        {"kind": kind_of(value)},
    )


def _instant(value: object, info: ValidationInfo) -> datetime:
    if isinstance(value, datetime):
        return in_utc(value)
    if info.mode == "json" and isinstance(value, str):
        instant = instant_of(value)
        if instant is None:
            raise PydanticCustomError(
                "instant_expected", "must be a date and time such as '2026-03-31T12:00:00Z'"
            )
        return instant
    raise PydanticCustomError(
        "instant_expected", "must be a datetime with a time zone, not {kind}", {"kind": kind_of(value)}
    )


def day_of(text: str) -> date | None:
    """The day that an ISO text names, None when it names none; only the plain form YYYY-MM-DD."""
    try:
        return date.fromisoformat(text) if _PLAIN_DAY.fullmatch(text) else None
    except ValueError:
        return None


def instant_of(text: str) -> datetime | None:
    """The instant that an ISO text names, None when it names none; one without a zone is refused."""
    try:
        instant = datetime.fromisoformat(text) if "T" in text[:20] else None
    except ValueError:
        return None
    return instant and in_utc(instant)


Instant = Annotated[datetime, BeforeValidator(_instant)]
"""A point in time, aware, kept in UTC."""
Day = Annotated[date, BeforeValidator(_day)]
"""A business date in the company's zone."""
