"""A version of an order: the system has no token of one, so it is made of what the order says (sage.md 6.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from ....models import Address, Discount, Order, OrderLine, PurchaseOrder


def version_of(order: Order | PurchaseOrder) -> str:
    """The same for the same content of header and lines, whoever reads it, and however numbers are written."""
    told = "\x1f".join(map(str, _parts(order)))
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:24]


def _parts(order: Order | PurchaseOrder) -> Iterator[Any]:
    external = order.customer_po if isinstance(order, Order) else order.supplier_reference
    yield from (order.id, order.native_status, external, order.order_date, order.requested, order.promised)
    yield from map(_of_discount, order.discounts)
    for charge in order.charges:
        yield from (charge.code, charge.amount.amount, charge.description)
    yield from order.notes
    for reference in order.references:
        yield from (reference.kind, reference.value)
    if order.ship_to is not None:
        yield from _of_address(order.ship_to)
    for line in order.lines:
        yield from _of_line(line)


def _of_line(line: OrderLine) -> Iterator[Any]:
    much = line.quantities
    yield from (line.id, line.product, line.unit, much.ordered, much.shipped, much.delivered, much.invoiced)
    yield None if line.price is None else line.price.amount
    yield None if line.discount is None else _of_discount(line.discount)
    yield from (line.requested, line.promised, line.warehouse, line.description, line.reference)


def _of_discount(discount: Discount) -> Any:
    return discount.percent if discount.amount is None else f"={discount.amount.amount}"


def _of_address(address: Address) -> Iterator[Any]:
    yield from (address.name, *address.lines, address.city, address.postal_code, address.region)
    yield from (address.country, address.contact, address.phone, address.email)
