"""What of an order comes back: the same for the products whose returns name no lines, or ask nobody how much left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from ...errors import InvalidOrder
from ...models import LineQuantity, Order, Return, ReturnDraft, ReturnStatus

_NOTHING = Decimal(0)


def coming_back(order: Order, draft: ReturnDraft) -> Sequence[LineQuantity]:
    """What is named, or all that has left."""
    named = draft.lines or tuple(
        LineQuantity(line=line.id) for line in order.lines if line.quantities.shipped
    )
    return [
        each
        if each.quantity is not None
        else LineQuantity(line=each.line, quantity=order.line(each.line).quantities.shipped or _NOTHING)
        for each in named
    ]


def refuse_more_than_left(
    order: Order, wanted: Sequence[LineQuantity], earlier: Iterable[Return], operation: str
) -> None:
    """``InvalidOrder`` for more than has left and not come back yet: the systems themselves take any quantity."""
    back: dict[str, Decimal] = {}
    for each in earlier:
        for part in each.lines if each.status is not ReturnStatus.CANCELLED else ():
            back[part.order_line_id] = back.get(part.order_line_id, _NOTHING) + part.quantity
    for place, one in enumerate(wanted):
        line = order.line(one.line)
        left = (line.quantities.shipped or _NOTHING) - back.get(line.id, _NOTHING)
        if one.quantity is None or one.quantity > left:
            raise InvalidOrder(
                f"no more than {left} of this line can come back",
                operation=operation,
                path=f"lines[{place}].quantity",
            )


def line_of_product(product: str, order: Order | None, taken: set[str]) -> str:
    """The order's line that comes back: the first with this product that no other line of the return has ``taken``."""
    fitting = [line.id for line in (() if order is None else order.lines) if line.product == product]
    found = next((line for line in fitting if line not in taken), fitting[0] if fitting else product)
    taken.add(found)
    return found
