"""What moves goods and money: shipping, receiving, a supplier's confirmation, returns and invoices.

Each returns the order as it stands afterwards and the document that was posted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypeVar

from ..errors import InvalidOrder, TransitionNotAllowed
from ..models import (
    Finding,
    GoodsReceipt,
    GoodsReceiptLine,
    LineConfirmation,
    LineQuantity,
    Order,
    OrderFields,
    OrderLine,
    Package,
    PurchaseOrder,
    Quantities,
    Return,
    ReturnDraft,
    ReturnLine,
    ReturnStatus,
    ScheduleLine,
    Severity,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
)
from .allocating import settled
from .billing import invoiced
from .naming import line_of
from .quantities import goods_of, open_quantity
from .status import check_transition, restated

__all__ = ["confirmed", "invoiced", "received", "returned", "shipped"]

AnyOrder = TypeVar("AnyOrder", bound=OrderFields)
L = TypeVar("L", bound=OrderLine)
ZERO: Final = Decimal(0)


def _too_much(path: str, limit: Decimal, asked: Decimal, what: str) -> InvalidOrder:
    message = f"more than {what}"
    return InvalidOrder(
        message,
        code="quantity_too_high",
        path=path,
        hint=f"at most {limit:f}",
        findings=(
            Finding(
                code="quantity_too_high",
                severity=Severity.ERROR,
                path=path,
                message=message,
                expected=limit,
                actual=asked,
            ),
        ),
    )


def _nothing(message: str, code: str, hint: str) -> TransitionNotAllowed:
    return TransitionNotAllowed(message, code=code, path="lines", hint=hint)


def _chosen(
    order: OrderFields,
    wanted: Sequence[LineQuantity],
    limit: Callable[[OrderLine], Decimal],
    what: str,
) -> dict[str, Decimal]:
    """Line id to quantity, none above ``limit``; no lines wanted means all that the limit allows."""
    if not wanted:
        every = {line.id: limit(line) for line in goods_of(order.lines)}
        return {line_id: quantity for line_id, quantity in every.items() if quantity > 0}
    chosen: dict[str, Decimal] = {}
    for index, each in enumerate(wanted):
        path = f"lines[{index}]"
        line = line_of(order, each.line, f"{path}.line")
        most = limit(line)
        so_far = chosen.get(line.id, ZERO)
        quantity = most - so_far if each.quantity is None else each.quantity
        if so_far + quantity > most:
            raise _too_much(f"{path}.quantity", most - so_far, quantity, what)
        if so_far + quantity > 0:
            chosen[line.id] = so_far + quantity
    return chosen


def _with_quantities(
    order: AnyOrder, changed: Mapping[str, Quantities], now: datetime, today: date
) -> AnyOrder:
    lines = tuple(
        line if line.id not in changed else line.but(quantities=changed[line.id]) for line in order.lines
    )
    after = order.but(lines=lines, modified_at=now)
    return restated(after, order, today)


def _open(line: OrderLine) -> Decimal:
    return open_quantity(line.quantities)


def shipped(
    order: Order,
    lines: Sequence[LineQuantity],
    *,
    packages: Sequence[Package] = (),
    id: str,
    number: str | None,
    today: date,
    now: datetime,
) -> tuple[Order, Shipment]:
    """Post the goods issue of these lines; no lines means all that is open and not on hold.

    Raises ``InvalidOrder`` for more than is open, ``TransitionNotAllowed`` for an order or line on hold, when nothing
    is open, and for a part only when the order wants everything in one shipment.
    """
    check_transition(order, "ship")
    held = {line.id for line in order.lines if line.holds} | {hold.line_id for hold in order.holds}
    chosen = _chosen(order, lines, _open, "is open")
    on_hold = [line_id for line_id in chosen if line_id in held]
    if on_hold and lines:
        raise TransitionNotAllowed(
            "a line is on hold", code="line_on_hold", path="lines", hint="release the line's hold first"
        )
    for line_id in on_hold:
        del chosen[line_id]
    if not chosen:
        raise _nothing(
            "nothing is open that could be shipped",
            "nothing_open",
            "read the order: it may have left already",
        )
    complete = all(chosen.get(line.id) == _open(line) for line in goods_of(order.lines) if _open(line))
    if order.partial_shipment is False and not complete:
        raise TransitionNotAllowed(
            "the order is to be shipped in one piece",
            code="partial_shipment_not_allowed",
            path="lines",
            hint="ship all that is open, or allow partial shipments by ChangeHeader(partial_shipment=True)",
        )
    changed: dict[str, Quantities] = {}
    parts: list[ShipmentLine] = []
    for line in order.lines:
        quantity = chosen.get(line.id)
        if quantity is None:
            continue
        quantities = line.quantities
        fresh = quantities.but(shipped=(quantities.shipped or ZERO) + quantity)
        given = quantities.allocated
        changed[line.id] = settled(fresh, None if given is None else max(given - quantity, ZERO))
        parts.append(
            ShipmentLine.trusted(
                order_line_id=line.id, quantity=quantity, product=line.product, unit=line.unit
            )
        )
    carriers = {package.carrier for package in packages}
    shipment = Shipment.trusted(
        id=id,
        number=number,
        order_id=order.id,
        status=ShipmentStatus.SHIPPED,
        shipped_on=today,
        carrier=carriers.pop() if len(carriers) == 1 else None,
        ship_to=order.ship_to,
        packages=tuple(packages),
        lines=tuple(parts),
        created_at=now,
    )
    return _with_quantities(order, changed, now, today), shipment


def received(
    order: PurchaseOrder,
    lines: Sequence[LineQuantity],
    *,
    id: str,
    number: str | None,
    today: date,
    now: datetime,
) -> tuple[PurchaseOrder, GoodsReceipt]:
    """Post the arrival of these lines; no lines means all that is open.

    What arrived counts as ``delivered``, and as ``shipped`` by the supplier at the least.  Raises ``InvalidOrder``
    for more than is open, ``TransitionNotAllowed`` when nothing is open or the order's state forbids it.
    """
    check_transition(order, "receive")
    chosen = _chosen(order, lines, _open, "is open")
    if not chosen:
        raise _nothing(
            "nothing is open that could be received", "nothing_open", "read the order: it may be here already"
        )
    changed: dict[str, Quantities] = {}
    parts: list[GoodsReceiptLine] = []
    for line in order.lines:
        quantity = chosen.get(line.id)
        if quantity is None:
            continue
        quantities = line.quantities
        delivered = (quantities.delivered or ZERO) + quantity
        changed[line.id] = quantities.but(
            delivered=delivered, shipped=max(quantities.shipped or ZERO, delivered)
        )
        parts.append(
            GoodsReceiptLine.trusted(
                order_line_id=line.id, quantity=quantity, product=line.product, unit=line.unit
            )
        )
    receipt = GoodsReceipt.trusted(
        id=id, number=number, order_id=order.id, received_on=today, lines=tuple(parts), created_at=now
    )
    return _with_quantities(order, changed, now, today), receipt


def confirmed(
    order: PurchaseOrder, confirmations: Sequence[LineConfirmation], *, today: date, now: datetime
) -> PurchaseOrder:
    """The purchase order with what the supplier promised: how much of each line, and when.

    No confirmations means everything as ordered.  A confirmation without a quantity means all of the line, one
    without a date the date asked for; several for one line become its schedule.  A line's earlier confirmation is
    replaced.  Raises ``InvalidOrder`` for more than was ordered.
    """
    check_transition(order, "confirm")
    by_line: dict[str, list[ScheduleLine]] = {}
    given = confirmations or [
        LineConfirmation(line=line.id) for line in order.lines if open_quantity(line.quantities) > 0
    ]
    for index, each in enumerate(given):
        path = f"lines[{index}]"
        line = line_of(order, each.line, f"{path}.line")
        parts = by_line.setdefault(line.id, [])
        wanted = line.quantities.ordered - (line.quantities.cancelled or ZERO)
        so_far = sum((part.quantity for part in parts), ZERO)
        quantity = wanted - so_far if each.quantity is None else each.quantity
        if so_far + quantity > wanted:
            raise _too_much(f"{path}.quantity", wanted - so_far, quantity, "was ordered")
        asked = line.requested or order.requested
        parts.append(ScheduleLine.trusted(quantity=quantity, requested=asked, promised=each.date or asked))
    if not by_line:
        raise _nothing(
            "nothing is open that could be confirmed",
            "nothing_open",
            "read the order: it may be here already",
        )
    lines = tuple(
        line if line.id not in by_line else _promised(line, by_line[line.id]) for line in order.lines
    )
    days = [line.promised for line in lines if line.promised is not None]
    after = order.but(lines=lines, promised=max(days, default=None), modified_at=now)
    return restated(after, order, today)


def _promised(line: L, parts: Sequence[ScheduleLine]) -> L:
    days = [part.promised for part in parts if part.promised is not None]
    return line.but(
        quantities=line.quantities.but(confirmed=sum((part.quantity for part in parts), ZERO)),
        promised=max(days, default=line.promised),
        schedule=tuple(parts) if len(parts) > 1 else (),
    )


def _returnable(line: OrderLine) -> Decimal:
    quantities = line.quantities
    return max((quantities.shipped or ZERO) - (quantities.returned or ZERO), ZERO)


def returned(
    order: Order,
    draft: ReturnDraft,
    *,
    id: str,
    number: str | None,
    today: date,
    now: datetime,
    stamp: str | None = None,
) -> tuple[Order, Return]:
    """Enter what the customer sends back; no lines means all that was shipped and has not come back.

    Raises ``InvalidOrder`` for more than that, ``TransitionNotAllowed`` when nothing was shipped.
    """
    check_transition(order, "return")
    chosen = _chosen(order, draft.lines, _returnable, "was shipped and has not come back")
    if not chosen:
        raise _nothing(
            "nothing was shipped that could come back", "nothing_shipped", "cancel what is open instead"
        )
    changed: dict[str, Quantities] = {}
    parts: list[ReturnLine] = []
    for line in order.lines:
        quantity = chosen.get(line.id)
        if quantity is not None:
            quantities = line.quantities
            changed[line.id] = quantities.but(returned=(quantities.returned or ZERO) + quantity)
            parts.append(
                ReturnLine.trusted(
                    order_line_id=line.id, quantity=quantity, product=line.product, unit=line.unit
                )
            )
    back = Return.trusted(
        id=id,
        number=number,
        custom=draft.custom,
        order_id=order.id,
        status=ReturnStatus.REQUESTED,
        reason=draft.reason,
        requested_on=today,
        lines=tuple(parts),
        stamp=stamp,
        created_at=now,
    )
    return _with_quantities(order, changed, now, today), back
