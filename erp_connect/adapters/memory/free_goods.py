"""Free goods: lines that the back-end adds to a sales order by itself, as ERPs do for gifts and kits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from ...models import OrderFields, OrderLine, OrderStatus, Product, Quantities, UnitPrice
from ...rules.quantities import open_quantity
from .shelf import altered

O = TypeVar("O", bound=OrderFields)  # noqa: E741 (the order's letter, as in the rules)


class FreeGoods:
    """For every ``every`` of ``product`` that are ordered, ``quantity`` of ``gift``."""

    __slots__ = ("every", "gift", "product", "quantity")

    def __init__(self, product: Product, every: Decimal, gift: Product, quantity: Decimal) -> None:
        self.product = product
        self.every = every
        self.gift = gift
        self.quantity = quantity

    def earned(self, line: OrderLine) -> Decimal:
        """How much a line earns: whole portions only, and in the product's own unit only."""
        if line.product != self.product.number or line.unit != self.product.unit:
            return Decimal(0)
        return line.quantities.ordered // self.every * self.quantity


def with_free_goods(
    order: O,
    rules: Sequence[FreeGoods],
    line_id: Callable[[int], str],
    *,
    of: Collection[str] | None = None,
    last_position: int = 0,
) -> O:
    """The order with a line behind all others for each gift that its lines (``of``: those with these ids) earn."""
    if not rules:
        return order
    added: list[OrderLine] = []
    position = max((line.position for line in order.lines), default=0)
    position = max(position, last_position)
    for line in order.lines:
        if line.parent_line is not None or (of is not None and line.id not in of):
            continue
        for rule in rules:
            quantity = rule.earned(line)
            if quantity:
                position += 1
                added.append(_line(order, line, rule.gift, quantity, position, line_id))
    return altered(order, lines=(*order.lines, *added)) if added else order


def gifts_of(order: OrderFields, lines: Collection[str]) -> Mapping[str, str]:
    """The open lines that came with these ones, and with which: a gift does not outlive what it was given for."""
    return {
        line.id: line.parent_line
        for line in order.lines
        if line.parent_line is not None
        and line.parent_line in lines
        and line.id not in lines
        and open_quantity(line.quantities) > 0
    }


def _line(
    order: OrderFields,
    parent: OrderLine,
    gift: Product,
    quantity: Decimal,
    position: int,
    line_id: Callable[[int], str],
) -> OrderLine:
    zero = Decimal(0)
    return OrderLine.trusted(
        id=line_id(position),
        position=position,
        parent_line=parent.id,
        product=gift.number or gift.id,
        description=gift.name,
        unit=gift.unit or parent.unit,
        quantities=Quantities.trusted(
            ordered=quantity, shipped=zero, invoiced=zero, cancelled=zero, returned=zero
        ),
        status=OrderStatus.SUBMITTED,
        price=UnitPrice.trusted(amount=zero, currency=order.currency),
        requested=parent.requested,
        warehouse=parent.warehouse,
    )
