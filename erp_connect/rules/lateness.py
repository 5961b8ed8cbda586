"""What is late, by how many days, and where each line of an order is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ..models import (
    LineKind,
    LineTracking,
    OrderEvent,
    OrderFields,
    OrderLine,
    OrderStatus,
    Shipment,
    ShipmentStatus,
    Timeliness,
    Tracking,
)
from .quantities import goods_of, open_quantity

__all__ = ["LateLine", "is_late", "late_by", "late_lines", "line_tracking", "timeliness", "tracking"]

_DONE = frozenset({OrderStatus.CANCELLED, OrderStatus.REJECTED, OrderStatus.COMPLETED})


class LateLine(NamedTuple):
    """A line that is late, of which order, by how many days."""

    order: OrderFields
    line: OrderLine
    days: int


def late_by(line: OrderLine, today: date, *, requested: date | None = None) -> int | None:
    """Days past the date asked for: those gone by already, or those by which what is promised comes too late.

    0 when in time or when nothing is open any more; ``None`` when no date is known.  A line without a date of its own
    takes the order's, ``requested``; without any, the promised date itself is the one to keep.
    """
    wanted = line.requested or requested or line.promised
    if wanted is None:
        return None
    if open_quantity(line.quantities) == 0:
        return 0
    late = (today - wanted).days
    if line.promised is not None:
        late = max(late, (line.promised - wanted).days)
    return max(late, 0)


def timeliness(order: OrderFields, today: date) -> Timeliness:
    """Whether what is open is late, due today or still in time; UNKNOWN when nothing is open or has no date."""
    dated = due = False
    requested = order.requested
    for line in goods_of(order.lines):
        promised = line.promised
        asked = line.requested or requested
        wanted = asked or promised
        if wanted is None or not open_quantity(line.quantities):
            continue
        if wanted < today or (promised is not None and promised > wanted):
            return Timeliness.LATE
        dated = True
        due = due or asked == today
    if due:
        return Timeliness.DUE
    return Timeliness.ON_TIME if dated else Timeliness.UNKNOWN


def is_late(order: OrderFields, today: date) -> bool:
    """Whether any open line of the order is late."""
    return next(late_lines((order,), today), None) is not None


def late_lines(orders: Iterable[OrderFields], today: date) -> Iterator[LateLine]:
    """The late lines of these orders, as they come; finished and cancelled orders are never late."""
    for order in orders:
        if order.status in _DONE:
            continue
        for line in order.lines:
            if line.kind in (LineKind.TEXT, LineKind.CHARGE):
                continue
            days = late_by(line, today, requested=order.requested)
            if days:
                yield LateLine(order, line, days)


def line_tracking(order: OrderFields, shipments: Sequence[Shipment], today: date) -> tuple[LineTracking, ...]:
    """Where each line is: quantities, dates, the tracking numbers of its shipments, and how late it is.

    A line that has left in full is as late as its last shipment was.
    """
    numbers: dict[str, dict[str, None]] = {}
    left: dict[str, Decimal] = {}
    last: dict[str, date] = {}
    for shipment in shipments:
        if shipment.status is ShipmentStatus.CANCELLED:
            continue
        gone = shipment.status in (ShipmentStatus.SHIPPED, ShipmentStatus.DELIVERED)
        for part in shipment.lines:
            line_id = part.order_line_id
            numbers.setdefault(line_id, {}).update(dict.fromkeys(shipment.tracking_numbers))
            if gone:
                left[line_id] = left.get(line_id, Decimal(0)) + part.quantity
                if shipment.shipped_on is not None:
                    last[line_id] = max(last.get(line_id, shipment.shipped_on), shipment.shipped_on)
    return tuple(
        LineTracking.trusted(
            line_id=line.id,
            position=line.position,
            product=line.product,
            unit=line.unit,
            quantities=line.quantities,
            status=line.status,
            requested=line.requested or order.requested,
            promised=line.promised,
            shipped=line.quantities.shipped if line.quantities.shipped is not None else left.get(line.id),
            tracking_numbers=tuple(numbers.get(line.id, ())),
            late_by=_late(line, order, last.get(line.id), today),
        )
        for line in order.lines
    )


def _late(line: OrderLine, order: OrderFields, shipped_on: date | None, today: date) -> int | None:
    wanted = line.requested or order.requested
    if wanted is not None and shipped_on is not None and open_quantity(line.quantities) == 0:
        return max((shipped_on - wanted).days, 0)
    return late_by(line, today, requested=order.requested)


def tracking(
    order: OrderFields,
    shipments: Sequence[Shipment],
    events: Sequence[OrderEvent],
    today: date,
) -> Tracking:
    """Where an order is, put together from what is known of it."""
    dates = [line.promised for line in order.lines if line.promised is not None]
    return Tracking.trusted(
        order_id=order.id,
        status=order.status,
        number=order.number,
        timeliness=timeliness(order, today),
        lines=line_tracking(order, shipments, today),
        shipments=tuple(shipments),
        promised=order.promised or max(dates, default=None),
        events=tuple(events),
    )
