"""A version of an order: the system has no token of one, so it is made of what the order says (sage.md 6.3)."""

from __future__ import annotations

import hashlib
from typing import Any

from ....models import Address, Discount, Order, OrderLine, PurchaseOrder


def version_of(order: Order | PurchaseOrder) -> str:
    """The same for the same content of header and lines, whoever reads it, and however numbers are written."""
    told = "\x1f".join(map(str, _parts(order)))
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:24]


def _parts(order: Order | PurchaseOrder) -> list[Any]:
    external = order.customer_po if isinstance(order, Order) else order.supplier_reference
    told: list[Any] = [order.id, order.native_status, external]
    told += (order.order_date, order.requested, order.promised)
    told += map(_of_discount, order.discounts)
    for charge in order.charges:
        told += (charge.code, charge.amount.amount, charge.description)
    told += order.notes
    for reference in order.references:
        told += (reference.kind, reference.value)
    if order.ship_to is not None:
        told += _of_address(order.ship_to)
    for line in order.lines:
        told += _of_line(line)
    return told


def _of_line(line: OrderLine) -> tuple[Any, ...]:
    much, price, discount = line.quantities, line.price, line.discount
    return (
        *(line.id, line.product, line.unit, much.ordered, much.shipped, much.delivered, much.invoiced),
        None if price is None else price.amount,
        None if discount is None else _of_discount(discount),
        *(line.requested, line.promised, line.warehouse, line.description, line.reference),
    )


def _of_discount(discount: Discount) -> Any:
    return discount.percent if discount.amount is None else f"={discount.amount.amount}"


def _of_address(address: Address) -> tuple[Any, ...]:
    where = (address.name, *address.lines, address.city, address.postal_code, address.region)
    return (*where, address.country, address.contact, address.phone, address.email)
