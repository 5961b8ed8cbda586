"""Goods that come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field

from .base import NO_CUSTOM, Code, Custom, Day, Entity, Instant, Text, Value
from .order import Order, OrderLine
from .purchase import LineQuantity


class ReturnStatus(StrEnum):
    """How far a return is."""

    REQUESTED = "requested"
    RECEIVED = "received"
    CREDITED = "credited"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


LineQuantities = Sequence[LineQuantity] | Mapping[Any, Decimal | int] | Sequence[OrderLine | str | int] | None
"""Lines with quantities as callers may give them: ``{line: quantity}``, ``LineQuantity`` values, bare lines
(all that is open or shipped), or ``None`` for every line."""


def line_quantities(given: object) -> tuple[LineQuantity, ...]:
    """Bring every accepted form of ``lines`` into one: a tuple of ``LineQuantity``."""
    if given is None:
        return ()
    if isinstance(given, Mapping):
        return tuple(LineQuantity(line=line, quantity=quantity) for line, quantity in given.items())
    if isinstance(given, LineQuantity | OrderLine | str | int):
        given = (given,)
    if not isinstance(given, Sequence):
        raise ValueError("lines: give {line: quantity}, a sequence of lines or LineQuantity, or None for all")
    lines = []
    for item in given:
        if isinstance(item, LineQuantity):
            lines.append(item)
        elif isinstance(item, tuple) and len(item) == 2:
            lines.append(LineQuantity(line=item[0], quantity=item[1]))
        elif isinstance(item, Mapping):
            lines.append(LineQuantity.model_validate(dict(item)))
        else:
            lines.append(LineQuantity(line=item))
    return tuple(lines)


class ReturnDraft(Value):
    """Goods the customer sends back; ``lines`` empty means everything that was shipped."""

    order: Order | Code
    lines: Annotated[tuple[LineQuantity, ...], BeforeValidator(line_quantities)] = ()
    reason: Text = Field(min_length=1)
    custom: Custom = NO_CUSTOM

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            order: Order | str,
            lines: LineQuantities = (),
            reason: str,
            custom: Mapping[str, Any] = NO_CUSTOM,
        ) -> None: ...


class ReturnLine(Value):
    """How much of an order's line comes back, in the line's unit."""

    order_line_id: str
    quantity: Decimal
    product: str | None = None
    unit: str | None = None
    received: Decimal | None = None


class Return(Entity):
    """A return as a back-end holds it."""

    order_id: str
    status: ReturnStatus = ReturnStatus.UNKNOWN
    reason: str | None = None
    requested_on: Day | None = None
    lines: tuple[ReturnLine, ...] = ()
    stamp: str | None = None
    native_status: str | None = None
    created_at: Instant | None = None
