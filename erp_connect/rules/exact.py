"""Exact arithmetic and rounding half up, in one place.

Decimal's ordinary context rounds to 28 digits without a word; a quantity times a price may have more.  Here nothing
is rounded but where a rule says so.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, Inexact, InvalidOperation
from fractions import Fraction
from functools import cache
from typing import Final

from ..models.base import MAX_DIGITS
from ..models.currencies import exponent

__all__ = ["decimal_of", "digits_of", "quantum_of", "quotient", "rounded"]

EXACT: Final = Context(
    prec=300, Emin=-9999, Emax=9999, rounding=ROUND_HALF_UP, traps=[Inexact, InvalidOperation, DivisionByZero]
)
"""Raises ``Inexact`` rather than rounding; 300 digits hold any product and sum of an order's numbers."""
_ROUNDING: Final = Context(prec=300, Emin=-9999, Emax=9999, rounding=ROUND_HALF_UP, traps=[InvalidOperation])
_LONG: Final = Context(prec=MAX_DIGITS, Emin=-9999, Emax=9999, rounding=ROUND_HALF_UP, traps=[])

quantize: Final = _ROUNDING.quantize
multiply: Final = EXACT.multiply
add: Final = EXACT.add
subtract: Final = EXACT.subtract


def quotient(number: Decimal, divisor: Decimal) -> Decimal | Fraction:
    """``number / divisor``, exactly: a Decimal where it ends, otherwise a Fraction."""
    try:
        return EXACT.divide(number, divisor)
    except Inexact:
        return Fraction(number) / Fraction(divisor)


@cache
def quantum_of(currency: str) -> Decimal:
    """The smallest amount of this currency: 0.01 for EUR, 1 for JPY, 0.0001 for CLF."""
    return Decimal(1).scaleb(-digits_of(currency))


@cache
def digits_of(currency: str) -> int:
    """Decimal digits of an amount in this currency; 2 for a code that no list knows."""
    try:
        digits = exponent(currency)
    except ValueError:
        return 2
    return 2 if digits is None else digits


def rounded(number: Decimal | Fraction, quantum: Decimal) -> Decimal:
    """``number`` to the nearest ``quantum`` (a power of ten), half up: halves go away from zero."""
    if isinstance(number, Decimal):
        return quantize(number, quantum)
    scaled = abs(number) / Fraction(quantum)
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return EXACT.multiply(Decimal(-whole if number < 0 else whole), quantum)


def decimal_of(number: Decimal | Fraction) -> Decimal:
    """The number as a Decimal: exact where it ends, as many digits as a model holds (28) where it does not."""
    if isinstance(number, Decimal):
        return number
    top, bottom = Decimal(number.numerator), Decimal(number.denominator)
    try:
        return EXACT.divide(top, bottom)
    except Inexact:
        return _LONG.divide(top, bottom)
