"""Numbers as people write them: no more zeros than the currency has digits."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Final

from ..models import Money
from ..models.currencies import exponent

__all__ = ["money_in", "tidy"]

_PLACES: Final = tuple(Decimal(1).scaleb(-places) for places in range(7))
_WIDE: Final = Context(prec=100, traps=[])
"""For numbers of any length; of one that is longer still it makes no number, which equals none."""


def tidy(number: Decimal, places: int = 0) -> Decimal:
    """The same number with no more zeros behind the point than ``places``; ``ValueError`` for what is no number."""
    fitting = number.quantize(_PLACES[places], context=_WIDE)
    if fitting == number:
        return fitting or fitting.copy_abs()  # -0 and 0 are the same amount
    if not number.is_finite():
        raise ValueError("an amount is no finite number")
    whole, _, parts = format(number, "f").partition(".")
    parts = parts.rstrip("0").ljust(places, "0")
    return Decimal(f"{whole}.{parts}" if parts else whole)


def money_in(amount: Decimal, currency: str) -> Money:
    """An amount with the digits of its currency, and those beyond that are not zero."""
    return Money(amount=tidy(amount, exponent(currency) or 0), currency=currency)
