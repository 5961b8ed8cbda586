"""How the kit looks at orders: what counts, whatever a back-end does beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel

from ...models import Order, OrderLine, OrderStatus, PurchaseOrder, UnitPrice
from ...models.units import same_unit

ZERO = Decimal(0)
Content = tuple[str | None, Decimal]


def ordered(line: OrderLine) -> Decimal:
    """What is ordered and not cancelled, however the back-end shows it."""
    return line.quantities.ordered - (line.quantities.cancelled or ZERO)


def content(order: Order | PurchaseOrder) -> list[Content]:
    """Product and quantity of every line of which something is still wanted, in no particular order."""
    return sorted(
        ((line.product, ordered(line)) for line in order.lines if ordered(line) > 0),
        key=lambda pair: (str(pair[0]), pair[1]),
    )


def line_of(order: Order | PurchaseOrder, product: str) -> OrderLine:
    """The one line of this product that is not cancelled."""
    (found,) = [line for line in order.lines if line.product == product and ordered(line) > 0]
    return found


def same_price(first: UnitPrice | None, second: UnitPrice | None) -> bool:
    """Whether two prices are one, whatever quantity they are stated for."""
    if first is None or second is None:
        return first is second
    return first.currency == second.currency and first.amount * second.per == second.amount * first.per


def same(sent: Any, stored: Any) -> bool:
    """Whether a stored value says what was sent."""
    if isinstance(sent, UnitPrice):
        return isinstance(stored, UnitPrice) and same_price(sent, stored)
    return bool(sent == stored)


def same_units(first: str | None, second: str | None) -> bool:
    """Whether two units are one (piece and each are)."""
    return first == second or (first is not None and second is not None and same_unit(first, second))


def untouched(before: Order | PurchaseOrder, after: Order | PurchaseOrder, *but: str) -> None:
    """Assert that nothing has changed in the header, nor in the lines, but for the fields and products named."""
    for name in ("id", "number", "currency", "ship_to", "notes", "references", "payment_terms", "contact"):
        if name not in but:
            assert getattr(after, name) == getattr(before, name), f"{name} has changed"
    if isinstance(before, Order) and isinstance(after, Order):
        assert after.customer == before.customer
        assert "customer_po" in but or after.customer_po == before.customer_po
    wanted = _lines(line for line in before.lines if line.product not in but)
    stands = _lines(line for line in after.lines if line.product not in but)
    assert stands == wanted, "a line that nobody named has changed"


def _lines(lines: Iterable[OrderLine]) -> list[tuple[Any, ...]]:
    return [
        (line.product, ordered(line), line.unit, line.price, line.discount, line.requested, line.reference)
        for line in lines
    ]


def settled_down(status: OrderStatus) -> OrderStatus:
    """A status without what back-ends tell apart at will: all shipped is done, and open is open."""
    if status in (OrderStatus.COMPLETED, OrderStatus.SHIPPED):
        return OrderStatus.SHIPPED
    if status in (OrderStatus.SUBMITTED, OrderStatus.CONFIRMED, OrderStatus.DRAFT, OrderStatus.UNKNOWN):
        return OrderStatus.SUBMITTED
    return OrderStatus.CANCELLED if status is OrderStatus.REJECTED else status


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value inside a model, with its path."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from leaves(getattr(value, name), f"{path}.{name}" if path else name)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, f"{path}[{key}]")
    elif isinstance(value, (tuple, list, set, frozenset)):
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}[{index}]")
    else:
        yield path, value


def exact(entity: BaseModel) -> None:
    """Assert that no float stands anywhere, and that every instant knows its zone."""
    for path, value in leaves(entity):
        if path.startswith("raw"):
            continue
        known = value is None or isinstance(value, (str, bool, int, Decimal, Enum, dt.date, dt.datetime))
        assert known, f"{path} holds a {type(value).__name__}"
        if isinstance(value, dt.datetime):
            assert value.utcoffset() is not None, f"{path} does not know its zone"
