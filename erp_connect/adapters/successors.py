"""Lines that take the place of another: a substitute, or a part that was split off; the same for every product."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from ..errors import InvalidOrder
from ..models import Discount, LineDraft, OrderLine, SplitLine, SubstituteProduct


def substitute_for(line: OrderLine, change: SubstituteProduct, open: Decimal | None = None) -> LineDraft:
    """The line with the new product; ``open``: how much takes its place where nothing is said, else what is open."""
    return _line_like(
        line,
        product=change.to,
        quantity=change.quantity or (line.quantities.open if open is None else open),
        unit=change.unit,
        price=change.price or line.price,
        discount=line.discount,
    )


def part_of(line: OrderLine, change: SplitLine) -> LineDraft:
    """The line of the part that is split off, under the same percentage; an amount of discount stays where it is."""
    return _line_like(
        line,
        product=line.product,
        quantity=change.quantity,
        price=line.price,
        requested=change.requested,
        warehouse=change.warehouse,
        discount=line.discount if line.discount is not None and line.discount.percent is not None else None,
        description=line.description,
    )


def _line_like(
    line: OrderLine,
    *,
    product: Any,
    quantity: Decimal,
    unit: str | None = None,
    price: Any = None,
    requested: date | None = None,
    warehouse: str | None = None,
    discount: Discount | None = None,
    description: str | None = None,
) -> LineDraft:
    """A draft that goes on where ``line`` stops; ``InvalidOrder`` for a line without product or unit."""
    if product is None or (unit or line.unit) is None:
        raise InvalidOrder("the line has no product or no unit to go on with", path="line")
    return LineDraft(
        product=product,
        quantity=quantity,
        unit=unit or line.unit or "",
        price=price,
        requested=requested or line.requested,
        warehouse=warehouse or line.warehouse,
        discount=discount,
        description=description,
    )
