"""What was posted for an order, and posting by procedures of the site's own (dynamics.md 2.4, 5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from ....errors import ErpConnectError, NotFound, TransportError
from ....models import (
    FrozenMapping,
    GoodsReceipt,
    GoodsReceiptLine,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    LineQuantity,
    Order,
    Package,
    PurchaseOrder,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
    UnitPrice,
)
from ....rules.quantities import open_quantity
from ...answers import understands_answers
from ...contract import OrderRef, Write, Written
from ...services.cells import Row, text, whole
from .cells import day, member, money, number
from .changing import PurchaseOrders
from .mapping_orders import LINE_STEP, PURCHASES, SALES, Side, address_in, lines_of, moved_date
from .office import KEY, Office, exact
from .posted import Documents, Posted, Received


class _Papers:
    """What the documents of an order share."""

    side: Side = SALES

    def __init__(self, office: Office) -> None:
        self.office = office

    def see_to(self, order: OrderRef, documents: Documents, operation: str) -> list[Row]:
        """The documents of an order; ``NotFound`` for one of which nothing is known."""
        found = documents.of(order.number or order.id, operation)
        name = self.side.name(self.office)
        if not found and self.office.numbered(name, order.id, operation) is None and not order.number:
            raise NotFound("there is no such order", operation=operation)
        return found

    def unit(self, row: Row) -> str | None:
        """Our code for a line's unit."""
        return self.office.units.ours(text(row, "Unit_of_Measure_Code"))


def line_id(row: Row, place: int) -> str:
    """The id of the order's line that a document's line came from: posted lines keep its number."""
    return str(whole(row, "Line_No") or place * LINE_STEP)


@understands_answers
class Shipments(_Papers):
    """What left for an order, with the parcel's number on each posted shipment."""

    def of(self, order: OrderRef) -> Sequence[Shipment]:
        """The posted shipments of an order, oldest first."""
        operation = "shipments.of"
        documents = Posted(self.office).shipments
        rows = self.see_to(order, documents, operation)
        with self.office.translated(operation):
            return tuple(self._shipment(row, order.id, documents) for row in rows)

    def _shipment(self, row: Row, order: str, documents: Documents) -> Shipment:
        tracking, carrier = text(row, "Package_Tracking_No"), text(row, "Shipping_Agent_Code")
        package = Package(tracking_number=tracking or None, carrier=carrier or None)
        lines = documents.lines(row)
        return Shipment(
            id=text(row, "No"),
            number=text(row, "No"),
            order_id=order,
            status=ShipmentStatus.SHIPPED,
            shipped_on=moved_date(row),
            carrier=carrier or None,
            ship_to=address_in(row, "Ship_to_", self.office),
            packages=(package,) if tracking else (),
            lines=tuple(
                ShipmentLine(
                    order_line_id=line_id(line, place),
                    quantity=number(line, "Quantity") or Decimal(0),
                    product=text(line, "No") or None,
                    unit=self.unit(line),
                )
                for place, line in enumerate(lines, 1)
                if number(line, "Quantity")
            ),
            raw=FrozenMapping(row),
        )


@understands_answers
class PostingShipments(Shipments):
    """The same, where the site has a procedure that posts shipments."""

    def post(
        self, order: Order, lines: Sequence[LineQuantity], packages: Sequence[Package], write: Write
    ) -> Written[Shipment]:
        """Say how much of each line is to leave, and under which number, and have it posted.

        Two calls; where the second is refused nothing has left.
        """
        operation = "shipments.post"
        ref = OrderRef(id=order.id, number=order.number)
        before = {each.id for each in self.of(ref)}
        first = packages[0] if packages else None
        header: dict[str, Any] = {
            "Package_Tracking_No": first.tracking_number if first is not None else None,
            "Shipping_Agent_Code": first.carrier if first is not None else None,
        }
        procedure = self.office.settings.ship
        posted(self.office, SALES, order, lines, header, procedure, write, operation)
        shipment = _the_new(self.of, ref, before, operation)
        write.made(shipment.id, shipment.number)
        kept = len(packages) <= 1
        return Written(
            id=shipment.id, stored=shipment, warnings=() if kept else ("one package of a shipment is kept",)
        )


@understands_answers
class ReceivingPurchaseOrders(PurchaseOrders):
    """The purchase order book, where the site has a procedure that posts receipts."""

    def receive(
        self, order: PurchaseOrder, lines: Sequence[LineQuantity], write: Write
    ) -> Written[GoodsReceipt]:
        """Say how much of each line has arrived, and have it posted; two calls."""
        operation = "purchase_orders.receive"
        receipts, ref = GoodsReceipts(self.office), OrderRef(id=order.id, number=order.number)
        before = {each.id for each in receipts.of(ref)}
        posted(self.office, PURCHASES, order, lines, {}, self.office.settings.receive, write, operation)
        receipt = _the_new(receipts.of, ref, before, operation)
        write.made(receipt.id, receipt.number)
        return Written(id=receipt.id, stored=receipt)


@understands_answers
class GoodsReceipts(_Papers):
    """What arrived for a purchase order."""

    side = PURCHASES

    def of(self, order: OrderRef) -> Sequence[GoodsReceipt]:
        """The posted receipts of a purchase order, oldest first."""
        operation = "goods_receipts.of"
        documents = Received(self.office).receipts
        return tuple(
            GoodsReceipt(
                id=text(row, "No"),
                number=text(row, "No"),
                order_id=order.id,
                received_on=moved_date(row),
                lines=tuple(
                    GoodsReceiptLine(
                        order_line_id=line_id(line, place),
                        quantity=number(line, "Quantity") or Decimal(0),
                        product=text(line, "No") or None,
                        unit=self.unit(line),
                    )
                    for place, line in enumerate(documents.lines(row), 1)
                    if number(line, "Quantity")
                ),
                raw=FrozenMapping(row),
            )
            for row in self.see_to(order, documents, operation)
        )


@understands_answers
class Invoices(_Papers):
    """What was billed for an order, and given back."""

    def of(self, order: OrderRef) -> Sequence[Invoice]:
        """The posted invoices of an order and the credit memos on them, oldest first."""
        operation = "invoices.of"
        bills = Posted(self.office).invoices
        rows = self.see_to(order, bills, operation)
        memos = Documents(self.office, self.office.settings.memo_service)
        given_back = [
            memo
            for row in rows
            for memo in memos.where({"Applies_to_Doc_No": exact(text(row, "No"))}, operation)
        ]
        with self.office.translated(operation):
            return (
                *(self._invoice(row, order.id, bills, InvoiceKind.INVOICE) for row in rows),
                *(self._invoice(row, order.id, memos, InvoiceKind.CREDIT_MEMO) for row in given_back),
            )

    def _invoice(self, row: Row, order: str, documents: Documents, kind: InvoiceKind) -> Invoice:
        currency = text(row, "Currency_Code") or self.office.currency
        lines = documents.lines(row)
        every = lines_of(row, documents.name, self.office)

        def total(*names: str) -> Any:
            told = (money(each, name, currency) for each in (row, *every) for name in names)
            return next((found for found in told if found is not None), None)

        return Invoice(
            id=text(row, "No"),
            number=text(row, "No"),
            kind=kind,
            order_ids=(order,),
            customer=text(row, SALES.party) or None,
            currency=currency or None,
            invoiced_on=moved_date(row),
            due_on=day(row, "Due_Date"),
            net=total("Amount", "Total_Amount_Excl_VAT"),
            tax=total("Total_VAT_Amount"),
            gross=total("Amount_Including_VAT", "Total_Amount_Incl_VAT"),
            lines=tuple(
                InvoiceLine(
                    order_line_id=line_id(line, place) if kind is InvoiceKind.INVOICE else None,
                    product=text(line, "No") or None,
                    description=text(line, "Description") or None,
                    quantity=number(line, "Quantity"),
                    unit=self.unit(line),
                    price=_price(line, currency),
                    net=money(line, "Line_Amount", currency),
                )
                for place, line in enumerate(lines, 1)
                if member(line, "Type")
            ),
            raw=FrozenMapping(row),
        )


def _price(row: Row, currency: str) -> UnitPrice | None:
    amount = number(row, "Unit_Price")
    return None if amount is None or not currency else UnitPrice(amount=amount, currency=currency)


def posted(
    office: Office,
    side: Side,
    order: Order | PurchaseOrder,
    lines: Sequence[LineQuantity],
    header: dict[str, Any],
    procedure: str,
    write: Write,
    operation: str,
) -> None:
    """Say on every line of the order how much of it is to move, then run the site's procedure."""
    name = side.name(office)
    wanted: dict[str, Decimal] = {}
    for each in lines:
        line = order.line(each.line)
        wanted[line.id] = open_quantity(line.quantities) if each.quantity is None else each.quantity
    row = order.raw if text(order.raw, KEY) else office.numbered(name, order.id, operation) or {}
    moving = [
        {KEY: text(line, KEY), side.moving: wanted.get(text(line, "Line_No"), Decimal(0))}
        for line in lines_of(row, name, office)
        if member(line, "Type")
    ]
    record = office.with_lines(name, {KEY: text(row, KEY), **office.fitting(name, header)}, moving)
    office.known(procedure)  # a description that cannot be had is none of the posting's business
    write.sending("say what is to move")
    office.update(name, record, operation)
    write.sending("post it")
    office.run(procedure, order.number or order.id, operation)


def _the_new(listed: Any, order: OrderRef, before: set[str], operation: str) -> Any:
    """The document that has come into being; with several at once nobody can say which is ours."""
    try:
        made = [each for each in listed(order) if each.id not in before]
    except ErpConnectError as failure:
        failure.outcome = "unknown"
        raise
    if len(made) != 1:
        raise TransportError(
            f"the system shows {len(made)} new documents after the posting",
            operation=operation,
            outcome="unknown",
            code="not_visible",
        )
    return made[0]
