"""What has left and what was billed of orders: asked of the services for deliveries and for billing (sap.md 2.17, 4.6).

That an order is wholly turned into deliveries does not say that anything has left, and the order's own fields do not
say what was billed of its deliveries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from ....wire.odata import Refused, Service
from . import asking, services
from .bills import TELLING, bills_goods
from .cells import Row, key, text, within
from .office import Office
from .told_units import BILLED, DELIVERED, Much, ToldUnit, much_of, share_names

_STARTED: Final = frozenset({"B", "C"})
_STATES: Final = ("OverallDeliveryStatus", "OverallTotalDeliveryStatus", "OverallOrdReltdBillgStatus")
_ITEM_STATES: Final = ("DeliveryStatus", "OrderRelatedBillingStatus")
"""Which of them there are differs by release (sap.md 2.17)."""
_MOVED: Final = "C"
_CLOSED: Final = frozenset({403, 404})
_DELIVERY_ITEMS: Final = "A_OutbDeliveryItem"
_BILL_ITEMS: Final = "A_BillingDocumentItem"
_DELIVERED: Final = (
    *("ReferenceSDDocument", "ReferenceSDDocumentItem", "GoodsMovementStatus"),
    *("ActualDeliveryQuantity", "DeliveryQuantityUnit"),
)
_BILLED: Final = (
    *("BillingDocument", "SalesDocument", "SalesDocumentItem"),
    *("BillingQuantity", "BillingQuantityUnit"),
)
_BILLS: Final = ("BillingDocument", *TELLING)

Counts = Mapping[tuple[str, str], Sequence[Much]]
"""By order and item, as people see their numbers."""


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """Quantities of the papers, each in its own unit; ``None`` where this system does not tell."""

    shipped: Counts | None = field(default_factory=dict)
    billed: Counts | None = field(default_factory=dict)

    def shipped_of(self, order: str, item: str, unit: ToldUnit) -> Decimal | None:
        """What has left, in the item's unit; ``None`` where a paper's unit cannot be taken into it."""
        return _counted(self.shipped, order, item, unit)

    def billed_of(self, order: str, item: str, unit: ToldUnit) -> Decimal | None:
        """What was billed, in the item's unit; ``None`` where a paper's unit cannot be taken into it."""
        return _counted(self.billed, order, item, unit)


def _counted(counts: Counts | None, order: str, item: str, unit: ToldUnit) -> Decimal | None:
    if counts is None:
        return None
    found = [each.taken_into(unit) for each in counts.get((order, item), ())]
    told = [each for each in found if each is not None]
    return sum(told, Decimal(0)) if len(told) == len(found) else None


def fulfilment_of(office: Office, orders: Sequence[Row]) -> Fulfilment:
    """What has become of these orders; nothing is asked about those of which nothing has begun."""
    begun = [key(row, "SalesOrder") for row in orders if has_begun(row, office.dialect.to_items)]
    if not begun:
        return Fulfilment()
    return Fulfilment(
        _where_open(office, services.DELIVERIES, lambda: _shipped(office, begun)),
        _where_open(office, services.BILLING, lambda: _billed(office, begun)),
    )


def has_begun(order: Row, items: str) -> bool:
    """Whether a delivery or a bill may stand behind an order; where a release tells no state at all, it may."""
    told = [(order, _STATES), *((item, _ITEM_STATES) for item in within(order, items))]
    known = [text(row, name) for row, names in told for name in names if row.get(name) is not None]
    return not known or not _STARTED.isdisjoint(known)


def _where_open(office: Office, service: str, counted: Callable[[], Counts]) -> Counts | None:
    """What was counted; ``None`` where the service is not active, or closed to this user.

    One that was closed when the connection opened is not asked.
    """
    if service in office.closed:
        return None
    try:
        return counted()
    except Refused as refusal:
        if refusal.answer.status not in _CLOSED:
            raise
        return None


def _shipped(office: Office, orders: Sequence[str]) -> Counts:
    service = office.service(services.DELIVERIES)
    rows = asking.rows_of(
        service,
        _DELIVERY_ITEMS,
        "ReferenceSDDocument",
        orders,
        select=_selected(service, _DELIVERY_ITEMS, _DELIVERED, DELIVERED),
    )
    found: defaultdict[tuple[str, str], list[Much]] = defaultdict(list)
    for row in rows:
        if text(row, "GoodsMovementStatus") == _MOVED:
            place = key(row, "ReferenceSDDocument"), key(row, "ReferenceSDDocumentItem")
            found[place].append(much_of(row, DELIVERED, "ActualDeliveryQuantity", office))
    return found


def _billed(office: Office, orders: Sequence[str]) -> Counts:
    service = office.service(services.BILLING)
    select = _selected(service, _BILL_ITEMS, _BILLED, BILLED)
    rows = list(asking.rows_of(service, _BILL_ITEMS, "SalesDocument", orders, select=select))
    numbers = sorted({text(row, "BillingDocument") for row in rows})
    bills = asking.rows_of(service, "A_BillingDocument", "BillingDocument", numbers, select=",".join(_BILLS))
    counting = {text(bill, "BillingDocument") for bill in bills if bills_goods(bill)}
    found: defaultdict[tuple[str, str], list[Much]] = defaultdict(list)
    for row in rows:
        if text(row, "BillingDocument") in counting:
            place = key(row, "SalesDocument"), key(row, "SalesDocumentItem")
            found[place].append(much_of(row, BILLED, BILLED, office))
    return found


def _selected(service: Service, entity_set: str, always: Sequence[str], quantity: str) -> str:
    """What is asked for of a paper's items: also how much of the base unit they are, where a release tells it.

    A service that does not describe itself is asked for what all have; whether it is active is seen then.
    """
    try:
        known = service.model.sets.get(entity_set)
    except ValueError:
        known = None
    there: Mapping[str, object] = {} if known is None else known.properties
    return ",".join((*always, *(name for name in share_names(quantity) if name in there)))
