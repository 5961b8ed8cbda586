"""What the marks of a purchase order's items say: all has arrived, all was billed (sap.md 2.15, 4.6)."""

from __future__ import annotations

from collections.abc import Sequence

from ...models import OrderStatus


def item_state(*, arrived: bool, billed: bool) -> OrderStatus:
    """Where an item stands by its two marks."""
    if not arrived:
        return OrderStatus.SUBMITTED
    return OrderStatus.COMPLETED if billed else OrderStatus.SHIPPED


def together(states: Sequence[OrderStatus]) -> OrderStatus:
    """Where an order stands by those of its items that still count."""
    different = set(states)
    if len(different) == 1:
        return different.pop()
    if OrderStatus.SUBMITTED in different:
        return OrderStatus.PARTLY_SHIPPED
    return OrderStatus.SHIPPED if different else OrderStatus.SUBMITTED
