"""Shipments: what left, in which packages, under which tracking numbers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from .address import Address
from .base import Code, Day, Exact, Instant, Positive, Text, Value
from .entity import Entity


class ShipmentStatus(StrEnum):
    """How far a shipment is."""

    PLANNED = "planned"
    PICKED = "picked"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Package(Value):
    """One parcel or pallet; ``weight`` in kilograms."""

    tracking_number: Code | None = None
    carrier: Code | None = None
    sscc: Code | None = None
    weight: Positive | None = None
    tracking_url: Text | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            tracking_number: str | None = None,
            carrier: str | None = None,
            sscc: str | None = None,
            weight: Decimal | int | None = None,
            tracking_url: str | None = None,
        ) -> None: ...


class ShipmentLine(Value):
    """How much of an order's line left, in the line's unit."""

    order_line_id: str
    quantity: Exact
    product: str | None = None
    unit: str | None = None
    lot: str | None = None


class Shipment(Entity):
    """Goods that left, or are about to leave, for an order."""

    order_id: str
    status: ShipmentStatus = ShipmentStatus.UNKNOWN
    shipped_on: Day | None = None
    delivered_on: Day | None = None
    carrier: str | None = None
    ship_to: Address | None = None
    packages: tuple[Package, ...] = ()
    lines: tuple[ShipmentLine, ...] = ()
    native_status: str | None = None
    created_at: Instant | None = None

    @property
    def tracking_numbers(self) -> Sequence[str]:
        """The tracking numbers of all packages."""
        return tuple(package.tracking_number for package in self.packages if package.tracking_number)
