"""Exact numbers from cells: what a spreadsheet shows, and texts such as ``1.234,50``; never a guess."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import Final, Literal

__all__ = ["DecimalMark", "WrongValue", "decimal_mark_in", "exact", "hundredfold", "number_in", "whole"]

DecimalMark = Literal[".", ","]

SHOWN_DIGITS: Final = 15
"""Significant digits that a spreadsheet shows; further ones are noise of its binary numbers."""
_PLAIN_DIGITS: Final = 12
_ROUNDING: Final = Context(prec=SHOWN_DIGITS)
_WIDE: Final = Context(prec=400)
"""Wider than any number read here, so that the caller's own decimal context never rounds one."""


class WrongValue(Exception):
    """Why a cell cannot be read: ``code`` for programs, ``message`` and ``fix`` for people; never the value itself.

    ``open`` names what would settle it, where something would: "decimal", "date_order" or "serial_dates".
    """

    def __init__(
        self, code: str, message: str, fix: str, *, expected: object = None, open: str | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fix = fix
        self.expected = expected
        self.open = open


def whole(number: Decimal) -> Decimal:
    """The same number without zeros that say nothing: 5.0 as 5, 0.50 as 0.5, never in powers of ten."""
    plain = _WIDE.normalize(number)
    exponent = plain.as_tuple().exponent
    return _WIDE.quantize(plain, Decimal(1)) if isinstance(exponent, int) and exponent > 0 else plain


def hundredfold(number: Decimal) -> Decimal:
    """A fraction as a percentage: 5 % is stored as 0.05."""
    return whole(_WIDE.multiply(number, Decimal(100)))


def exact(value: float | Decimal) -> Decimal:
    """A cell's number as the spreadsheet shows it.

    The shortest text that names the stored binary number is what was typed.  A calculated 3.3000000000000003 is the 3.3
    that is shown; a number that needs more than 15 digits is refused, because no spreadsheet shows what it would mean.
    """
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise WrongValue("not_a_number", "the cell holds no finite number", "type the number")
    digits = _significant(number)
    if digits > SHOWN_DIGITS:
        shown = _ROUNDING.plus(number)
        if isinstance(value, int) or _significant(shown) > _PLAIN_DIGITS:
            raise WrongValue(
                "too_many_digits",
                f"the number has {digits} significant digits, and a spreadsheet keeps {SHOWN_DIGITS}",
                "round the number in the workbook (ROUND); a long code must be typed as text",
            )
        number = shown
    return _sensible(number)


def _sensible(number: Decimal) -> Decimal:
    if number and abs(number.adjusted()) > 28:
        raise WrongValue(
            "too_many_digits", "the number is too large or too small to be meant", "type the number again"
        )
    return whole(number)


def _significant(number: Decimal) -> int:
    return len("".join(map(str, number.as_tuple().digits)).strip("0")) or 1


_GROUPS: Final = " \u00a0\u2009\u202f'\u2019"
_SHAPE: Final = re.compile(rf"([+-]?)([0-9][0-9.,{_GROUPS}]*|[.,][0-9]+)(-?)", re.ASCII)
_MAX_LENGTH: Final = 60


def number_in(text: str, decimal: DecimalMark | None) -> Decimal:
    """The number that a text says, with "." or "," as ``decimal`` mark; without it only what can be read in one way.

    Thousands may be grouped by the other mark, by blanks or by apostrophes.  Raises ``WrongValue``: ``not_a_number``,
    or ``ambiguous_number`` for texts such as "1.234".
    """
    bare = text.strip()
    found = _SHAPE.fullmatch(bare) if len(bare) <= _MAX_LENGTH else None
    if found is None:
        raise _no_number()
    sign, body, behind = found.groups()
    if sign and behind:
        raise _no_number()
    digits = _without_groups(body, decimal)
    if digits is None:
        raise _no_number()
    number = _sensible(Decimal(digits))
    return number.copy_negate() if "-" in (sign, behind) else number


def decimal_mark_in(text: str) -> DecimalMark | None:
    """The decimal mark that a text proves: "," for "2,5" and "1.234.567", nothing for "7" and "1.234"."""
    if "." not in text and "," not in text:
        return None
    try:
        number_in(text, None)
    except WrongValue:
        return None
    dots, commas = text.count("."), text.count(",")
    if dots and commas:
        return "." if text.rindex(".") > text.rindex(",") else ","
    grouped = (dots or commas) > 1
    return "," if bool(commas) is not grouped else "."


def _no_number() -> WrongValue:
    return WrongValue("not_a_number", "the text is no number", "type digits only, such as 1234.50")


def _without_groups(body: str, decimal: DecimalMark | None) -> str | None:
    """The digits with a full stop as decimal mark; ``None`` where the text has no sound shape."""
    for blank in _GROUPS:
        if blank in body:
            mark = decimal or _only_mark(body)
            return _split(body, blank, mark)
    dots, commas = body.count("."), body.count(",")
    if decimal is not None:
        return _split(body, "," if decimal == "." else ".", decimal)
    if not dots and not commas:
        return body
    if dots and commas:
        mark = "." if body.rindex(".") > body.rindex(",") else ","
        return _split(body, "," if mark == "." else ".", mark)
    mark = "." if dots else ","
    if dots + commas > 1:
        return _split(body, mark, None)  # 1.234.567 can only be grouped
    before, after = body.split(mark)
    if len(after) == 3 and 1 <= len(before) <= 3 and not before.startswith("0"):
        raise WrongValue(
            "ambiguous_number",
            f'the text can be read in two ways: with "{mark}" between thousands, or as the decimal mark',
            'type it as a number, or give the option decimal="." or decimal=","',
            open="decimal",
        )
    return f"{before or '0'}.{after}" if after else None


def _only_mark(body: str) -> DecimalMark | None:
    dots, commas = body.count("."), body.count(",")
    if dots + commas != 1:
        return None
    return "." if dots else ","


def _split(body: str, group: str, mark: str | None) -> str | None:
    before, _, after = body.partition(mark) if mark else (body, "", "")
    if mark and mark in body and not after:
        return None
    parts = before.split(group)
    grouped = len(parts) > 1
    if not after.isdigit() and after:
        return None
    if grouped and not (1 <= len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])):
        return None
    digits = "".join(parts) or "0"
    if not digits.isdigit():
        return None
    return f"{digits}.{after}" if after else digits
