"""Lines that take the place of another: a substitute, or a part that was split off; the same for every product."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from ..errors import InvalidOrder
from ..models import Discount, LineDraft, OrderLine


def line_like(
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
