"""Money and prices: an exact amount with its currency, a price per how many units."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from pydantic import model_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from .base import Code, Exact, NotNegative, Positive, Text, Value
from .currencies import currency_code
from .scalars import as_stored, coded

Currency = Annotated[str, coded(currency_code, "unknown_currency")]
"""An ISO 4217 code, historic ones included."""


class Money(Value):
    """An amount in a currency; exact, not rounded to the currency's digits."""

    amount: Exact
    currency: Currency

    if TYPE_CHECKING:

        def __init__(self, *, amount: Decimal | int, currency: str) -> None: ...

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"


class UnitPrice(Value):
    """A price for ``per`` units of the line's unit of measure (12.50 EUR per 100)."""

    amount: NotNegative
    currency: Currency
    per: Positive = Decimal(1)

    if TYPE_CHECKING:

        def __init__(self, *, amount: Decimal | int, currency: str, per: Decimal | int = 1) -> None: ...

    def __str__(self) -> str:
        per = "" if self.per == 1 else f" per {self.per:f}"
        return f"{self.amount:f} {self.currency}{per}"


class Discount(Value):
    """A reduction: ``percent`` (0 to 100) or an ``amount``; exactly one of them."""

    percent: NotNegative | None = None
    amount: Money | None = None
    code: Code | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            percent: Decimal | int | None = None,
            amount: Money | None = None,
            code: str | None = None,
        ) -> None: ...

    @model_validator(mode="after")
    def _one_of(self, info: ValidationInfo) -> Discount:
        if as_stored(info):
            return self
        if (self.percent is None) == (self.amount is None):
            raise PydanticCustomError("discount", "give either percent or amount")
        if self.percent is not None and self.percent > 100:
            raise PydanticCustomError("discount", "percent must be between 0 and 100")
        if self.amount is not None and self.amount.amount < 0:
            raise PydanticCustomError("discount", "amount must not be negative")
        return self


class Charge(Value):
    """An addition to the order: freight, packing, insurance."""

    code: Code
    amount: Money
    description: Text | None = None
