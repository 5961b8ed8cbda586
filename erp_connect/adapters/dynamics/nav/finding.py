"""Finding orders by what the page's filters can ask for (dynamics.md 2.2, 5.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from ....errors import NotFound
from ....models import Order, PurchaseOrder
from ...contract import Find, Listing, OrderRef, Sought
from ...services.cells import Row, text
from .mapping_drafts import said
from .mapping_orders import EXTERNAL, PURCHASES, SALES, Side, lines_of, order_in, purchase_order_in
from .office import Office, exact
from .posted import Posted, Received

E = TypeVar("E", Order, PurchaseOrder)


class Finding(Generic[E]):
    """The reading half of an order book of either side."""

    side: Side

    def __init__(self, office: Office) -> None:
        self.office = office

    @property
    def name(self) -> str:
        """The page's service."""
        return self.side.name(self.office)

    @property
    def book(self) -> str:
        """The name of the book."""
        return self.side.book

    def get(self, id: str) -> E:
        """The order with this number, with its lines; ``NotFound`` when there is none."""
        return self._order(self.row(id, f"{self.book}.get"))

    def row(self, id: str, operation: str) -> Row:
        """The record of an order; ``NotFound`` when there is none."""
        found = self.office.numbered(self.name, id, operation)
        if found is None:
            raise NotFound("there is no such order", operation=operation)
        return found

    def list(self, wanted: Listing) -> Iterator[E]:
        """Stream orders by ascending number, so many in a call."""
        operation = f"{self.book}.list"
        conditions: dict[str, str] = {}
        if wanted.party is not None:
            conditions[self.side.party] = exact(said(wanted.party))
        if wanted.ordered_from is not None or wanted.ordered_to is not None:
            first, last = (
                "" if each is None else f"'{each.isoformat()}'"
                for each in (wanted.ordered_from, wanted.ordered_to)
            )
            conditions["Order_Date"] = f"{first}..{last}"
        left = wanted.limit
        for rows in self.office.pages(self.name, conditions, operation):
            whole = any(lines_of(row, self.name, self.office) for row in rows)
            for row in rows:
                if left is not None and left <= 0:
                    return
                shown = row if whole else self.office.numbered(self.name, text(row, "No"), operation)
                if shown is not None:
                    with self.office.translated(operation):
                        yield self._order(shown)
                    left = None if left is None else left - 1

    def _order(self, row: Row) -> E:
        raise NotImplementedError

    def _where(self, conditions: Mapping[str, str], operation: str) -> Sequence[E]:
        rows = self.office.where(self.name, conditions, operation)
        if rows and not any(lines_of(row, self.name, self.office) for row in rows):
            rows = [
                found
                for row in rows
                if (found := self.office.numbered(self.name, text(row, "No"), operation))
            ]
        with self.office.translated(operation):
            return [self._order(row) for row in rows]

    def _conditions(self, wanted: Find) -> dict[str, str] | None:
        """What is asked for; ``None`` where nothing can fulfil it."""
        if wanted.reference is not None:
            return None
        found: dict[str, str] = {}
        if wanted.number is not None:
            found["No"] = exact(wanted.number)
        if wanted.party is not None:
            found[self.side.party] = exact(said(wanted.party))
        return found


class FindingSales(Finding[Order]):
    """Sales orders; those that were posted and are gone are rebuilt from their documents."""

    side = SALES

    def find(self, wanted: Find) -> Sequence[Order]:
        """The orders that match in all that is named, also among those that are posted."""
        conditions = self._conditions(wanted)
        external = wanted.customer_po if wanted.customer_po is not None else wanted.stamp
        if conditions is None or (wanted.customer_po is not None and wanted.stamp is not None):
            return ()
        if external is not None:
            conditions[EXTERNAL] = exact(external.upper())
        if not conditions:
            return ()
        found = self._where(conditions, "orders.find")
        if wanted.number is None and external is None:
            return tuple(found)
        gone = Posted(self.office).matching(wanted, external)
        standing = {order.number for order in found}
        return (
            *found,
            *(order for order in gone if order.number not in standing and not self._stands(order)),
        )

    def by_stamp(self, sought: Sequence[Sought]) -> Mapping[str, Sequence[Order]]:
        """The orders that carry each stamp, posted ones among them."""
        return {each.stamp: self.find(Find(stamp=each.stamp)) for each in sought}

    def posted(self, order: OrderRef) -> Order | None:
        """The order as its posted documents tell it; ``None`` where there are none."""
        return Posted(self.office).order(order.number or order.id)

    def _stands(self, order: Order) -> bool:
        return self.office.numbered(self.name, order.id, "orders.find") is not None

    def _order(self, row: Row) -> Order:
        return order_in(row, self.office)


class FindingPurchases(Finding[PurchaseOrder]):
    """Purchase orders."""

    side = PURCHASES

    def find(self, wanted: Find) -> Sequence[PurchaseOrder]:
        """The orders that match in all that is named; nothing carries a stamp."""
        conditions = self._conditions(wanted)
        if conditions is None or wanted.stamp is not None:
            return ()
        if wanted.customer_po is not None:
            if "Vendor_Order_No" not in self.office.shape(self.name).fields:
                return ()
            conditions["Vendor_Order_No"] = exact(wanted.customer_po.upper())
        return tuple(self._where(conditions, "purchase_orders.find")) if conditions else ()

    def posted(self, order: OrderRef) -> PurchaseOrder | None:
        """The order as its receipts tell it; ``None`` where there are none."""
        return Received(self.office).order(order.number or order.id)

    def _order(self, row: Row) -> PurchaseOrder:
        return purchase_order_in(row, self.office)
