"""What is there, and what it costs."""

from __future__ import annotations

from .base import Day, Exact, Flag, Value
from .money import Discount, Money, UnitPrice


class Availability(Value):
    """Whether a quantity of a product can be delivered, and by when, in ``unit``.

    ``available`` is what is free to promise; ``None`` means that the system keeps no stock record for it.
    """

    product: str
    unit: str
    requested: Exact
    available: Exact | None = None
    on_hand: Exact | None = None
    reserved: Exact | None = None
    incoming: Exact | None = None
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
    quantity: Exact
    unit: str
    price: UnitPrice | None = None
    discount: Discount | None = None
    net: Money | None = None
    includes_tax: Flag | None = None
    on: Day | None = None
    source: str | None = None
