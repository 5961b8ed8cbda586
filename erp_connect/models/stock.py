"""What is there, and what it costs."""

from __future__ import annotations

from decimal import Decimal

from .base import Day, Value
from .money import Discount, Money, UnitPrice


class Availability(Value):
    """Whether a quantity of a product can be delivered, and by when, in ``unit``.

    ``available`` is what is free to promise; ``None`` means that the system keeps no stock record for it.
    """

    product: str
    unit: str
    requested: Decimal
    available: Decimal | None = None
    on_hand: Decimal | None = None
    reserved: Decimal | None = None
    incoming: Decimal | None = None
    warehouse: str | None = None
    promised: Day | None = None

    @property
    def enough(self) -> bool | None:
        """Whether the quantity asked for is free; ``None`` where nothing is on record."""
        return None if self.available is None else self.available >= self.requested


class Quote(Value):
    """The back-end's own price for a customer, product and quantity; ``price`` is ``None`` when none is on file."""

    customer: str
    product: str
    quantity: Decimal
    unit: str
    price: UnitPrice | None = None
    discount: Discount | None = None
    net: Money | None = None
    includes_tax: bool | None = None
    on: Day | None = None
    source: str | None = None
