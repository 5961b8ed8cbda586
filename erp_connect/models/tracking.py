"""Following an order: where its lines are, and what happened to it."""

from __future__ import annotations

from enum import StrEnum

from .base import NO_CUSTOM, Custom, Day, Exact, Instant, Position, Value
from .order import Quantities
from .shipment import Shipment
from .status import OrderStatus, Timeliness


class EventKind(StrEnum):
    """What happened to an order."""

    CREATED = "created"
    AMENDED = "amended"
    CONFIRMED = "confirmed"
    HELD = "held"
    RELEASED = "released"
    SHIPPED = "shipped"
    RECEIVED = "received"
    INVOICED = "invoiced"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    CHANGED = "changed"


class OrderEvent(Value):
    """Something that happened to an order; ``cursor`` can be stored and given back to go on after it."""

    cursor: str
    kind: EventKind
    order_id: str
    number: str | None = None
    at: Instant | None = None
    details: Custom = NO_CUSTOM


class LineTracking(Value):
    """Where one line is; ``late_by`` counts days past the date asked for, ``None`` when no date is known."""

    line_id: str
    position: Position
    product: str | None
    unit: str | None
    quantities: Quantities
    status: OrderStatus
    requested: Day | None = None
    promised: Day | None = None
    shipped: Exact | None = None
    tracking_numbers: tuple[str, ...] = ()
    late_by: Position | None = None


class Tracking(Value):
    """Where an order is: its lines, shipments, promised date and events."""

    order_id: str
    status: OrderStatus
    number: str | None = None
    timeliness: Timeliness = Timeliness.UNKNOWN
    lines: tuple[LineTracking, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    promised: Day | None = None
    events: tuple[OrderEvent, ...] = ()
