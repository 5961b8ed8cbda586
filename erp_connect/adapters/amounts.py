"""Numbers as people write them: no more zeros than the currency has digits."""

from __future__ import annotations

from decimal import Decimal

from ..models import Money
from ..models.currencies import exponent

__all__ = ["money_in", "tidy"]


def tidy(number: Decimal, places: int = 0) -> Decimal:
    """The same number with no more zeros behind the point than ``places``."""
    text = format(number, "f")
    whole, _, parts = text.partition(".")
    parts = parts.rstrip("0").ljust(places, "0")
    return Decimal(f"{whole}.{parts}" if parts else whole)


def money_in(amount: Decimal, currency: str) -> Money:
    """An amount with the digits of its currency, and those beyond that are not zero."""
    return Money(amount=tidy(amount, exponent(currency) or 0), currency=currency)
