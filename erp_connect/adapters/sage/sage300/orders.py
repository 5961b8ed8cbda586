"""The sales order book: found by number, customer, the customer's number and stamp; entered once (sage.md 3.3, 6.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from ....errors import ErpConnectError, NotFound
from ....models import Order, OrderDraft
from ....wire.odata import Unreadable
from ...answers import understands_answers
from ...contract import Find, Listing, Sought, Write, Written
from ...services.cells import Body, Row, member, text, within
from .cells import key, key_of
from .conditions import Where, both, compared, equal, one_of
from .diagnosing import looked_into
from .entering import at_once
from .mapping_drafts import order_body, party_out
from .mapping_orders import order_in
from .office import ORDERS, Office

_NOT_ORDERED: Final = frozenset({"Quote", "Standing"})
"""Types of which nothing is ordered yet: offers, and patterns of orders to come."""
PORTION: Final = 20
"""How many stamps are named in one condition: addresses have a length."""


@understands_answers
class SalesOrders:
    """Sales orders, quotes among them."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, id: str) -> Order:
        """The order with this id, with its lines; ``NotFound`` when there is none."""
        operation, asked = "orders.get", key_of(id)
        if asked is None:
            raise NotFound("there is no such order", operation=operation)
        with self.office.translated(operation):
            return order_in(self.office.asking.row(ORDERS, asked), self.office)

    def find(self, wanted: Find) -> Sequence[Order]:
        """The orders that match in all that is named; by the customer's number no quote, for that is no order yet."""
        conditions, reference = [*self._conditions(wanted)], wanted.reference
        if reference is not None and not self.office.settings.references:
            conditions.append(equal("OrderReference", reference))
        if not conditions and reference is None:
            return []
        return [
            order
            for order in self._where(both(conditions))
            if (reference is None or _refers(order, reference))
            and (wanted.customer_po is None or member(order.raw, "OrderType") not in _NOT_ORDERED)
        ]

    def by_stamp(self, sought: Sequence[Sought]) -> Mapping[str, Sequence[Order]]:
        """The orders that carry each stamp."""
        stamps, found = [each.stamp for each in sought], dict[str, list[Order]]()
        for start in range(0, len(stamps), PORTION):
            portion = stamps[start : start + PORTION]
            for order in self._where(one_of(self.office.settings.stamp_in, portion)):
                found.setdefault(order.stamp or "", []).append(order)
        return found

    def list(self, wanted: Listing) -> Iterator[Order]:
        """Stream orders by their keys, the next page on its way while one is looked at."""
        conditions = []
        if wanted.party is not None:
            conditions.append(equal("CustomerNumber", party_out(wanted.party)))
        if wanted.ordered_from is not None:
            conditions.append(compared("OrderDate", "ge", wanted.ordered_from))
        if wanted.ordered_to is not None:
            conditions.append(compared("OrderDate", "lt", wanted.ordered_to + timedelta(days=1)))
        with self.office.translated("orders.list"):
            for row in self.office.asking.rows(ORDERS, both(conditions), top=wanted.limit):
                yield order_in(row, self.office)

    def create(self, draft: OrderDraft, write: Write) -> Written[Order]:
        """Enter one order; it is there whole or not at all, and the answer is the stored order (3.3).

        No answer, and one that cannot be read, are ``unknown``.  ``DuplicateReference`` where the order's number is its
        stamp and is taken.
        """
        operation = "orders.create"
        body = order_body(draft, write.stamp, self.office)
        self.office.awake(operation)
        write.sending("enter the order")
        try:
            with self.office.translated(operation, writes=True):
                made = self.office.asking.create(ORDERS, body)
                return self._made(made, body, write)
        except ErpConnectError as refusal:
            raise looked_into(refusal, draft, self.office) from refusal.__cause__

    # -- asking ----------------------------------------------------------------------------------------------

    def _made(self, made: Row, body: Body, write: Write) -> Written[Order]:
        id = key(made, "OrderUniquifier")
        if not id:
            raise Unreadable("it names no order")
        stamped = self.office.settings.stamp_in
        if text(made, stamped).casefold() != text(body, stamped).casefold():
            raise Unreadable("it tells of an order with another reference than was sent")
        write.made(id, text(made, "OrderNumber") or None)
        whole = bool(within(made, "OrderDetails"))
        return Written(id=id, stored=at_once(lambda: order_in(made, self.office)) if whole else None)

    def _where(self, where: Where) -> Iterator[Order]:
        with self.office.translated("orders.find"):
            for row in self.office.asking.rows(ORDERS, where):
                yield order_in(row, self.office)

    def _conditions(self, wanted: Find) -> Iterator[Where]:
        if wanted.number is not None:
            yield equal("OrderNumber", wanted.number)
        if wanted.party is not None:
            yield equal("CustomerNumber", party_out(wanted.party))
        if wanted.customer_po is not None:
            yield equal("PurchaseOrderNumber", wanted.customer_po)
        if wanted.stamp is not None:
            yield equal(self.office.settings.stamp_in, wanted.stamp)


def _refers(order: Order, value: str) -> bool:
    """Whether an order bears a reference; no condition reaches optional fields: with some, all orders are looked at."""
    return any(reference.value == value for reference in order.references)
