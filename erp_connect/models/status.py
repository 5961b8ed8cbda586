"""The neutral words for where an order stands."""

from __future__ import annotations

from enum import StrEnum


class OrderStatus(StrEnum):
    """Where an order stands as a whole; the first that holds, in this order (see ``rules.status``)."""

    CANCELLED = "cancelled"
    REJECTED = "rejected"
    COMPLETED = "completed"
    ON_HOLD = "on_hold"
    SHIPPED = "shipped"
    PARTLY_SHIPPED = "partly_shipped"
    CONFIRMED = "confirmed"
    SUBMITTED = "submitted"
    DRAFT = "draft"
    UNKNOWN = "unknown"


class Progress(StrEnum):
    """How far fulfilment or invoicing has come."""

    NONE = "none"
    PARTIAL = "partial"
    COMPLETE = "complete"
    UNKNOWN = "unknown"


class Timeliness(StrEnum):
    """Against the dates asked for, on the day of reading."""

    ON_TIME = "on_time"
    DUE = "due"
    LATE = "late"
    UNKNOWN = "unknown"


class LineKind(StrEnum):
    """What a line stands for."""

    ITEM = "item"
    SERVICE = "service"
    CHARGE = "charge"
    TEXT = "text"
