"""Status fields: blank not relevant, A not yet, B partly, C completely processed (sap.md 2.17)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from .documents import Item, Order
from .pricing import incomplete
from .world import World


@dataclass(frozen=True)
class Status:
    """The statuses of an item or of a whole order."""

    overall: str
    delivery: str
    goods_issue: str
    billing: str
    rejection: str
    confirmation: str


def of_item(world: World, order: Order, item: Item) -> Status:
    """How far an item is; rejected and undelivered counts as complete."""
    ordered = item.quantity
    delivered = world.delivered(order.number, item.number)
    shipped = world.shipped(order.number, item.number)
    billed = sum((line.quantity for _, line in world.invoices_of(order.number, item.number)), Decimal(0))
    done = "C" if item.rejection else ""
    delivery = done or _progress(delivered, ordered)
    return Status(
        overall=done or delivery,
        delivery=delivery,
        goods_issue=_progress(shipped, delivered) if delivered else "",
        billing=done or _progress(billed, ordered),
        rejection="C" if item.rejection else "A",
        confirmation=done or _progress(item.confirmed, ordered),
    )


def of_order(world: World, order: Order) -> Status:
    """How far an order is."""
    items = [of_item(world, order, item) for item in order.items]
    return Status(
        overall=combined(s.overall for s in items) or "A",
        delivery=combined(s.delivery for s in items),
        goods_issue=combined(s.goods_issue for s in items),
        billing=combined(s.billing for s in items),
        rejection=combined(s.rejection for s in items) or "A",
        confirmation=combined(s.confirmation for s in items),
    )


def combined(statuses: Iterable[str]) -> str:
    """The status of the whole from those of its parts."""
    relevant = {status for status in statuses if status}
    if len(relevant) > 1:
        return "B"
    return relevant.pop() if relevant else ""


def completeness(order: Order) -> str:
    """Incompletion of the whole: C complete, B with gaps."""
    return "B" if incomplete(order) else "C"


def _progress(done: Decimal, wanted: Decimal) -> str:
    if done <= 0:
        return "A"
    return "C" if done >= wanted else "B"
