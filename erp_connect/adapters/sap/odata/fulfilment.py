"""What has left and what was billed of orders: asked of the services for deliveries and for billing (sap.md 2.17, 4.6).

That an order is wholly turned into deliveries does not say that anything has left, and the order's own fields do not
say what was billed of its deliveries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from ....wire.odata import Refused
from . import asking, services
from .cells import Row, flag, key, number, text, within
from .office import Office

_STARTED: Final = frozenset({"B", "C"})
_STATES: Final = ("OverallDeliveryStatus", "OverallTotalDeliveryStatus", "OverallOrdReltdBillgStatus")
_ITEM_STATES: Final = ("DeliveryStatus", "OrderRelatedBillingStatus")
"""Which of them there are differs by release (sap.md 2.17)."""
_MOVED: Final = "C"
_NOT_BILLS: Final = frozenset({"N", "O", "S"})
"""Cancellations and credit memos."""
_CLOSED: Final = frozenset({403, 404})
_DELIVERED: Final = ("ReferenceSDDocument", "ReferenceSDDocumentItem", "ActualDeliveryQuantity")
_BILLED: Final = ("BillingDocument", "SalesDocument", "SalesDocumentItem", "BillingQuantity")
_BILLS: Final = ("BillingDocument", "BillingDocumentIsCancelled", "SDDocumentCategory")

Counts = Mapping[tuple[str, str], Decimal]
"""By order and item, as people see their numbers."""


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """Quantities in the items' units; ``None`` where this system does not tell."""

    shipped: Counts | None = field(default_factory=dict)
    billed: Counts | None = field(default_factory=dict)

    def shipped_of(self, order: str, item: str) -> Decimal | None:
        """What has left."""
        return None if self.shipped is None else self.shipped.get((order, item), Decimal(0))

    def billed_of(self, order: str, item: str) -> Decimal | None:
        """What was billed."""
        return None if self.billed is None else self.billed.get((order, item), Decimal(0))


def fulfilment_of(office: Office, orders: Sequence[Row]) -> Fulfilment:
    """What has become of these orders; nothing is asked about those of which nothing has begun."""
    begun = [key(row, "SalesOrder") for row in orders if has_begun(row, office.dialect.to_items)]
    if not begun:
        return Fulfilment()
    return Fulfilment(
        _where_open(lambda: _shipped(office, begun)), _where_open(lambda: _billed(office, begun))
    )


def has_begun(order: Row, items: str) -> bool:
    """Whether a delivery or a bill may stand behind an order; where a release tells no state at all, it may."""
    told = [(order, _STATES), *((item, _ITEM_STATES) for item in within(order, items))]
    known = [text(row, name) for row, names in told for name in names if row.get(name) is not None]
    return not known or not _STARTED.isdisjoint(known)


def _where_open(counted: Callable[[], Counts]) -> Counts | None:
    """What was counted; ``None`` where the service is not active, or closed to this user."""
    try:
        return counted()
    except Refused as refusal:
        if refusal.answer.status not in _CLOSED:
            raise
        return None


def _shipped(office: Office, orders: Sequence[str]) -> Counts:
    rows = asking.rows_of(
        office.service(services.DELIVERIES),
        "A_OutbDeliveryItem",
        "ReferenceSDDocument",
        orders,
        select=",".join((*_DELIVERED, "GoodsMovementStatus")),
    )
    moved = (row for row in rows if text(row, "GoodsMovementStatus") == _MOVED)
    return _summed(moved, "ReferenceSDDocument", "ReferenceSDDocumentItem", "ActualDeliveryQuantity")


def _billed(office: Office, orders: Sequence[str]) -> Counts:
    service = office.service(services.BILLING)
    rows = list(
        asking.rows_of(service, "A_BillingDocumentItem", "SalesDocument", orders, select=",".join(_BILLED))
    )
    numbers = sorted({text(row, "BillingDocument") for row in rows})
    bills = asking.rows_of(service, "A_BillingDocument", "BillingDocument", numbers, select=",".join(_BILLS))
    counting = {
        text(bill, "BillingDocument")
        for bill in bills
        if not flag(bill, "BillingDocumentIsCancelled") and text(bill, "SDDocumentCategory") not in _NOT_BILLS
    }
    counted = (row for row in rows if text(row, "BillingDocument") in counting)
    return _summed(counted, "SalesDocument", "SalesDocumentItem", "BillingQuantity")


def _summed(rows: Iterable[Row], order: str, item: str, quantity: str) -> Counts:
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        found[key(row, order), key(row, item)] += number(row, quantity) or Decimal(0)
    return dict(found)
