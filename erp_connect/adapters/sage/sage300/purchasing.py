"""The purchase order book, with receipts (sage.md 3.4, 3.5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from ....models import GoodsReceipt, LineQuantity, PurchaseOrder, PurchaseOrderDraft
from ....rules.quantities import open_quantity
from ....wire.odata import Unreadable
from ...answers import understands_answers
from ...contract import Find, Listing, OrderRef, Write, Written
from ...services.cells import Body, Row, text, within
from .cells import key
from .conditions import Where, both, compared, equal
from .entering import at_once
from .mapping_drafts import party_out, purchase_body, without_nothing
from .mapping_purchases import KEY, purchase_in
from .office import PURCHASES, RECEIPTS, Office
from .papers import purchase_of, receipt_id, receipt_in


@understands_answers
class PurchaseOrders:
    """Purchase orders."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, id: str) -> PurchaseOrder:
        """The order with this id, with its lines; ``NotFound`` when there is none."""
        return purchase_of(id, "purchase_orders.get", self.office)

    def find(self, wanted: Find) -> Sequence[PurchaseOrder]:
        """The orders that match in all that is named."""
        if wanted.customer_po is not None:
            return ()
        conditions = [*self._conditions(wanted)]
        if wanted.reference is not None:
            conditions.append(equal("Reference", wanted.reference))
        return [*self._where(both(conditions), "purchase_orders.find")] if conditions else ()

    def list(self, wanted: Listing) -> Iterator[PurchaseOrder]:
        """Stream orders by their keys, the next page on its way while one is looked at."""
        conditions = []
        if wanted.party is not None:
            conditions.append(equal("Vendor", party_out(wanted.party)))
        if wanted.ordered_from is not None:
            conditions.append(compared("PurchaseOrderDate", "ge", wanted.ordered_from))
        if wanted.ordered_to is not None:
            conditions.append(compared("PurchaseOrderDate", "lt", wanted.ordered_to + timedelta(days=1)))
        with self.office.translated("purchase_orders.list"):
            for row in self.office.asking.rows(PURCHASES, both(conditions), top=wanted.limit):
                yield purchase_in(row, self.office)

    def create(self, draft: PurchaseOrderDraft, write: Write) -> Written[PurchaseOrder]:
        """Enter one order; it is there whole or not at all.  No answer, and one that cannot be read, are ``unknown``.

        Only earlier orders tell a vendor's currency beforehand: a first one in another says so in its warnings.
        """
        operation = "purchase_orders.create"
        body = purchase_body(draft, write.stamp, self.office)
        self.office.awake(operation)
        write.sending("enter the order")
        with self.office.translated(operation, writes=True):
            made = self.office.asking.create(PURCHASES, body)
            id, number = key(made, KEY), text(made, "PurchaseOrderNumber")
            if not (id or number) or text(made, "Reference").casefold() != text(body, "Reference").casefold():
                raise Unreadable("it tells of another order than was sent")
        write.made(id or number, number or None)
        whole = bool(within(made, "PurchaseOrderLines"))
        order = at_once(lambda: purchase_in(made, self.office)) if whole else None
        return Written(id=id or number, stored=order, warnings=tuple(_in_another(order, draft.currency)))

    def receive(
        self, order: PurchaseOrder, lines: Sequence[LineQuantity], write: Write
    ) -> Written[GoodsReceipt]:
        """Enter a receipt of these quantities; the day-end processing posts it."""
        operation = "purchase_orders.receive"
        body: Body = {
            "PurchaseOrderNumber": order.number,
            "Vendor": order.supplier,
            "ReceiptLine2s": [self._receipt_line(order, each) for each in lines],
        }
        self.office.awake(operation)
        write.sending("enter the receipt")
        with self.office.translated(operation, writes=True):
            made = self.office.asking.create(RECEIPTS, body)
            id = receipt_id(made)
        write.made(id, text(made, "ReceiptNumber") or None)
        ref = OrderRef(id=order.id, number=order.number)
        receipt = at_once(lambda: receipt_in(made, ref, order, self.office))
        return Written(id=id, stored=receipt if receipt is not None and receipt.lines else None)

    # -- asking ----------------------------------------------------------------------------------------------

    def _receipt_line(self, order: PurchaseOrder, wanted: LineQuantity) -> Body:
        line = order.line(wanted.line)
        much = open_quantity(line.quantities) if wanted.quantity is None else wanted.quantity
        return without_nothing(
            {
                "LineNumber": int(line.id),
                "ItemNumber": line.product,
                "Location": line.warehouse,
                "UnitOfMeasure": self.office.units.theirs(line.unit) if line.unit else None,
                "QuantityReceived": much,
            }
        )

    def _where(self, where: Where, operation: str) -> Iterator[PurchaseOrder]:
        with self.office.translated(operation):
            for row in self.office.asking.rows(PURCHASES, where):
                yield self._order(row)

    def _order(self, row: Row) -> PurchaseOrder:
        return purchase_in(row, self.office)

    def _conditions(self, wanted: Find) -> Iterator[Where]:
        if wanted.number is not None:
            yield equal("PurchaseOrderNumber", wanted.number)
        if wanted.party is not None:
            yield equal("Vendor", party_out(wanted.party))
        if wanted.stamp is not None:
            yield equal("Reference", wanted.stamp)


def _in_another(order: PurchaseOrder | None, meant: str) -> Iterator[str]:
    """A warning of an order that stands in another currency than was meant."""
    if order is not None and order.currency != meant:
        yield f"the vendor's currency is {order.currency}, and the order was meant in {meant}"
