"""Numbers as people write them: no more zeros than the currency has digits."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Final

from ..errors import LossyWrite
from ..models import Money, UnitPrice
from ..models.currencies import exponent
from ..rules.exact import quotient

__all__ = ["money_in", "price_of_one", "tidy"]

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


def price_of_one(price: UnitPrice, places: int) -> Decimal:
    """The price of one unit, where a system has no field for "per 100"; ``LossyWrite`` for more decimals than fit."""
    one = quotient(price.amount, price.per)
    if not isinstance(one, Decimal) or one != round(one, places):
        raise LossyWrite(
            f"{price} is no price of one unit with {places} decimals",
            fields=("order.line.price",),
            path="order.line.price",
        )
    return one
