"""Posting goods: the one call there is posts the invoice along with the shipment or the receipt (dynamics.md 1.10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ....errors import ErpConnectError, TransportError
from ....models import GoodsReceipt, LineQuantity, Order, Package, PurchaseOrder, Shipment
from ....rules.quantities import open_quantity
from ....wire.odata import Operation
from ...answers import understands_answers
from ...contract import OrderRef, Write, Written
from ...services.cells import etag, guid, within
from .changing import PurchaseOrders
from .mapping_orders import PURCHASES, SALES, Side
from .office import Office
from .papers import GoodsReceipts, ShipmentsOf

_ACTIONS: Final = {
    SALES.orders: "Microsoft.NAV.shipAndInvoice",
    PURCHASES.orders: "Microsoft.NAV.receiveAndInvoice",
}
_UNKEPT: Final = "packages and tracking numbers are not kept by this back-end"


@understands_answers
class Shipments(ShipmentsOf):
    """Shipments of an order, to read and to post."""

    def post(
        self, order: Order, lines: Sequence[LineQuantity], packages: Sequence[Package], write: Write
    ) -> Written[Shipment]:
        """Post these quantities as shipped and billed, in two requests: what is to leave, then the posting.

        Where the posting is refused nothing has left, and the lines keep what was to leave of them.
        """
        ref = OrderRef(id=order.id, number=order.number)
        before = {each.id for each in self.of(ref)}
        posted(self.office, SALES, order, lines, write, "shipments.post")
        made = [each for each in self._after(ref) if each.id not in before]
        shipment = _the_one([each.id for each in made], "shipments.post")
        write.made(shipment, next(each.number for each in made if each.id == shipment))
        return Written(id=shipment, stored=made[0], warnings=(_UNKEPT,) if packages else ())

    def _after(self, order: OrderRef) -> Sequence[Shipment]:
        try:
            return self.of(order)
        except ErpConnectError as failure:
            failure.outcome = "unknown"  # it was posted; which one it is could not be seen
            raise


@understands_answers
class ReceivingPurchaseOrders(PurchaseOrders):
    """The purchase order book with goods receipts."""

    def receive(
        self, order: PurchaseOrder, lines: Sequence[LineQuantity], write: Write
    ) -> Written[GoodsReceipt]:
        """Post these quantities as received and billed; sites that demand a vendor's invoice number refuse it."""
        receipts, ref = GoodsReceipts(self.office), OrderRef(id=order.id, number=order.number)
        before = {each.id for each in receipts.of(ref)}
        posted(self.office, PURCHASES, order, lines, write, "purchase_orders.receive")
        try:
            made = [each for each in receipts.of(ref) if each.id not in before]
        except ErpConnectError as failure:
            failure.outcome = "unknown"
            raise
        id = _the_one([each.id for each in made], "purchase_orders.receive")
        write.made(id, next(each.number for each in made if each.id == id))
        return Written(id=id, stored=made[0])


def posted(
    office: Office,
    side: Side,
    order: Order | PurchaseOrder,
    lines: Sequence[LineQuantity],
    write: Write,
    operation: str,
) -> None:
    """Say how much of each line is to move, and post it.

    All quantities of the order are set, for each line offers what is still open of it; held to the order's version.
    """
    wanted: dict[str, Decimal] = {}
    for each in lines:
        line = order.line(each.line)
        wanted[line.id] = open_quantity(line.quantities) if each.quantity is None else each.quantity
    rows: Mapping[str, Any] = {guid(row, "id"): row for row in within(order.raw, side.lines)}
    parts = []
    for line in order.lines:
        much = wanted.get(line.id, Decimal(0))
        version = "*" if write.force else etag(rows.get(line.id, {})) or "*"
        body = {side.moving: much, "invoiceQuantity": much}
        parts.append(Operation("PATCH", office.at(side.lines, line.id), body, {"If-Match": version}))
    write.sending("say what is to move")
    office.together(parts, operation)
    write.sending("post it")
    action = Operation("POST", f"{office.at(side.orders, order.id)}/{_ACTIONS[side.orders]}", {})
    office.together([action], operation)


def _the_one(ids: Sequence[str], operation: str) -> str:
    """The document that has come into being; with several at once nobody can say which is ours."""
    if len(ids) != 1:
        raise TransportError(
            f"the system shows {len(ids)} new documents after the posting",
            operation=operation,
            outcome="unknown",
            code="not_visible",
        )
    return ids[0]
