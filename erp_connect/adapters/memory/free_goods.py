"""Free goods: lines that the back-end adds to a sales order by itself, as ERPs do for gifts and kits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TypeVar

from ...models import OrderFields, OrderLine, OrderStatus, Product, Quantities, UnitPrice
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


def with_free_goods(order: O, rules: Iterable[FreeGoods], line_id: Callable[[int], str]) -> O:
    """The order with a line behind all others for each gift that one of its lines earns."""
    added: list[OrderLine] = []
    for line in order.lines:
        for rule in rules:
            quantity = rule.earned(line)
            if quantity:
                added.append(
                    _line(order, line, rule.gift, quantity, len(order.lines) + len(added) + 1, line_id)
                )
    return altered(order, lines=(*order.lines, *added)) if added else order


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
