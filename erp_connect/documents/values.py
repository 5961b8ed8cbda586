"""What a cell says: exact numbers, dates, codes and text, or why it cannot be read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from ..models.base import MAX_TEXT, NotNegative, Positive, Text
from ..models.codes import UnknownCode
from ..models.countries import country_code
from ..models.currencies import currency_code
from ..models.units import unit_code
from .dates import DateOrder, date_in, date_of_number, sensible
from .fields import Holds
from .numbers import DecimalMark, WrongValue, exact, hundredfold, number_in

__all__ = ["BLANK", "Cell", "Reading", "read"]

ERROR_TEXTS: Final = frozenset(
    {
        *("#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#N/A", "#SPILL!", "#CALC!"),
        *("#BEZUG!", "#WERT!", "#NV", "#ZAHL!", "#VALEUR!", "#NOM?", "#NOMBRE?", "#NOMBRE!"),
        *("#¡REF!", "#¡VALOR!", "#¿NOMBRE?", "#¡DIV/0!", "#¡NUM!", "#¡NULO!"),
    }
)
"""What a spreadsheet writes in place of a value, in its four languages."""


class Cell(NamedTuple):
    """A cell as the file holds it; ``trouble`` is "error" or "formula" where it holds no value that counts."""

    value: object = None
    number_format: str = "General"
    trouble: str = ""


BLANK: Final = Cell()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How ambiguous texts are read."""

    decimal: DecimalMark | None = None
    date_order: DateOrder | None = None
    serial_dates: bool = False
    since_1904: bool = False


def read(cell: Cell, holds: Holds, how: Reading) -> object:
    """The value of a cell, or ``None`` for a blank one; raises ``WrongValue``."""
    value, _, trouble = cell
    if trouble == "formula":
        raise WrongValue(
            "formula_not_calculated",
            "the cell holds a formula whose result is not in the file",
            "open the workbook in Excel, let it calculate, and save it",
        )
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        if text in ERROR_TEXTS:
            trouble, value = "error", text
    if trouble == "error":
        raise WrongValue(
            "error_cell", f"the cell shows the error {value}", "correct the formula or type the value"
        )
    if value is None:
        return None
    return _READERS[holds](cell, how)


# --------------------------------------------------------------------------- texts

_TEXT: Final = TypeAdapter(Text)


def _checked_text(text: str) -> str:
    if text.isascii() and text.isprintable() and len(text) <= MAX_TEXT:
        return text  # the usual case, without a validator's price
    if len(text) > MAX_TEXT:
        raise WrongValue(
            "text_too_long",
            f"the text has {len(text):,} characters, at most {MAX_TEXT:,} are taken",
            "shorten the text",
        )
    try:
        return _TEXT.validate_python(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise WrongValue(
            "control_character", first["msg"], "type the text again, without hidden characters"
        ) from None


def _said(cell: Cell) -> str:
    """The text of a cell; numbers as they are shown, so that a customer number keeps its leading zeros."""
    value = cell.value
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        raise WrongValue(
            "not_text",
            "the cell holds TRUE or FALSE, not a text",
            "format the cell as text and type the value",
        )
    if isinstance(value, datetime | date):
        raise WrongValue(
            "not_text",
            "the cell holds a date where a number or code is expected",
            "format the cell as text and type the value again: a spreadsheet turned it into a date",
        )
    if not isinstance(value, int | float | Decimal):
        raise WrongValue("not_text", "the cell holds no text", "format the cell as text and type the value")
    number = exact(value)
    if number != number.to_integral_value():
        return format(number, "f")
    digits = str(int(number))
    pattern = _code_format(cell.number_format)
    return _as_shown(digits, pattern) if pattern and number >= 0 else digits


@lru_cache(maxsize=256)
def _code_format(number_format: str) -> tuple[str, ...]:
    """The pieces of a format that shows a number as a code: "0" for a digit, anything else is shown as it is.

    ``0000000000`` keeps leading zeros, ``"KD-"00000`` and ``000-000`` put something between.  Empty for all others.
    """
    bare = number_format.partition(";")[0]
    while bare.startswith("[") and "]" in bare:
        bare = bare[bare.index("]") + 1 :]  # a locale or a colour in front
    pieces: list[str] = []
    for quoted, escaped, plain in _FORMAT_PIECES.findall(bare):
        if plain not in ("", "0", "-", " ", "/", "(", ")"):
            return ()
        pieces.append(quoted or escaped or plain)
        if (quoted or escaped) == "0":
            return ()
    zeros = pieces.count("0")
    return tuple(pieces) if zeros > 1 or (zeros == 1 and len(pieces) > 1) else ()


_FORMAT_PIECES: Final = re.compile(r'"([^"]*)"|\\(.)|(.)', re.DOTALL)


def _as_shown(digits: str, pattern: tuple[str, ...]) -> str:
    """The digits as the format shows them; those that are too many stand in front of the first one."""
    width = pattern.count("0")
    filled = digits.zfill(width)
    extra, rest = filled[: len(filled) - width], iter(filled[len(filled) - width :])
    shown = []
    for piece in pattern:
        if piece == "0":
            shown.append(extra + next(rest))
            extra = ""
        else:
            shown.append(piece)
    return "".join(shown).strip()


def _text(cell: Cell, how: Reading) -> str:  # noqa: ARG001 (one signature for all readers)
    return _checked_text(_said(cell))


def _code(cell: Cell, how: Reading) -> str:
    text = _text(cell, how)
    if not text.isascii() and any(unicodedata.category(char) == "Cf" for char in text):
        raise WrongValue(
            "control_character",
            "the code holds a character that cannot be seen (pasted from a web page or a letter)",
            "type the code again",
        )
    return text


# --------------------------------------------------------------------------- numbers


def _number(cell: Cell, how: Reading) -> Decimal:
    value = cell.value
    if isinstance(value, str):
        return number_in(value, how.decimal)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        kind = "TRUE or FALSE" if isinstance(value, bool) else "a date or time"
        raise WrongValue("not_a_number", f"the cell holds {kind}, not a number", "type the number")
    return exact(value)


_POSITIVE: Final = TypeAdapter(Positive)
_NOT_NEGATIVE: Final = TypeAdapter(NotNegative)


def _held(number: Decimal, adapter: TypeAdapter[Decimal]) -> Decimal:
    try:
        return adapter.validate_python(number)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise WrongValue(
            first["type"],
            f"the number {first['msg'].removeprefix('Input ')}",
            _FIXES.get(first["type"], "type the right number"),
        ) from None


_FIXES: Final = {
    "not_positive": "type a quantity greater than zero, or delete the row; returns are entered elsewhere",
    "negative": "type zero or more",
    "too_many_digits": "round the number",
}


def _quantity(cell: Cell, how: Reading) -> Decimal:
    return _held(_number(cell, how), _POSITIVE)


def _price(cell: Cell, how: Reading) -> Decimal:
    return _held(_number(cell, how), _NOT_NEGATIVE)


def _percent(cell: Cell, how: Reading) -> Decimal:
    if isinstance(cell.value, str):
        bare = cell.value.strip()
        number = number_in(bare.removesuffix("%").rstrip(), how.decimal)
    else:
        number = _number(cell, how)
        if "%" in cell.number_format:
            number = hundredfold(number)
    if not 0 <= number <= 100:
        raise WrongValue(
            "out_of_range",
            "the percentage is not between 0 and 100",
            "type the percentage, such as 5 for 5 %",
        )
    return number


# --------------------------------------------------------------------------- dates and codes


def _date(cell: Cell, how: Reading) -> date:
    value = cell.value
    if isinstance(value, date):
        return sensible(value.date() if isinstance(value, datetime) else value)
    if isinstance(value, str):
        return date_in(value, how.date_order)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return date_of_number(exact(value), serial=how.serial_dates, since_1904=how.since_1904)
    raise WrongValue("not_a_date", "the cell holds no date", "type a date such as 2026-12-31")


def _listed(look_up: Callable[[str], str], code: str, fix: str) -> Callable[[Cell, Reading], str]:
    @lru_cache(maxsize=1024)
    def found(text: str) -> str:
        return look_up(text)

    def reader(cell: Cell, how: Reading) -> str:  # noqa: ARG001 (one signature for all readers)
        text = _checked_text(_said(cell))
        try:
            return found(text) if len(text) < 100 else look_up(text)
        except UnknownCode as error:
            likely = " or ".join(error.suggestions)
            raise WrongValue(
                code,
                error.problem or f"unknown {error.kind}",
                f"did you mean {likely}?" if likely else fix,
                expected=likely or None,
            ) from None

    return reader


def _anything(cell: Cell, how: Reading) -> object:
    """The value of a column of the user's own: text, number, date or yes and no, as the cell has it."""
    value = cell.value
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        return exact(value)
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value
    return _text(cell, how) if isinstance(value, str) else str(value)


_READERS: Final[dict[Holds, Callable[[Cell, Reading], object]]] = {
    Holds.CODE: _code,
    Holds.TEXT: _text,
    Holds.QUANTITY: _quantity,
    Holds.PRICE: _price,
    Holds.PERCENT: _percent,
    Holds.DATE: _date,
    Holds.UNIT: _listed(
        unit_code, "unknown_unit", "use a UN/ECE Rec 20 code such as H87 (piece), KGM or MTR"
    ),
    Holds.CURRENCY: _listed(currency_code, "unknown_currency", "use an ISO 4217 code such as EUR"),
    Holds.ANYTHING: _anything,
    Holds.COUNTRY: _listed(country_code, "unknown_country", "use the two letters of ISO 3166, such as DE"),
}
