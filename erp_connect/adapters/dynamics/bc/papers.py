"""What was posted for an order: shipments, receipts, invoices, credit memos, by its number (dynamics.md 1.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from ....errors import NotFound
from ....models import (
    FrozenMapping,
    GoodsReceipt,
    GoodsReceiptLine,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    Package,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
    UnitPrice,
)
from ...answers import understands_answers
from ...contract import OrderRef
from ...services.cells import Row, day, guid, instant, member, money, number, text, whole, within
from .mapping_orders import COMMENT, PURCHASES, SALES, Side, address_in
from .office import Office, equal, is_guid
from .posted import INVOICE_LINES, RECEIPT_LINES, SHIPMENT_LINES, UNPOSTED, Posted, Received

MEMOS: Final = "salesCreditMemos"
MEMO_LINES: Final = "salesCreditMemoLines"


class Papers:
    """What the documents of an order share."""

    side: Side

    def __init__(self, office: Office) -> None:
        self.office = office

    def known(self, order: OrderRef, operation: str) -> tuple[str, Mapping[int, str]]:
        """The number of an order, and the ids of its lines by line number: those that are gone are called by it.

        ``NotFound`` for an order of which nothing is known.
        """
        if is_guid(order.id):
            where = f"id eq {order.id}"
            for row in self.office.rows(self.side.orders, where=where, expand=self.side.lines):
                lines = {
                    whole(line, "sequence") or 0: guid(line, "id") for line in within(row, self.side.lines)
                }
                return text(row, "number"), lines
        if not order.number:
            raise NotFound("there is no such order", operation=operation)
        return order.number, {}

    def goods(self, rows: Sequence[Row]) -> list[Row]:
        """The lines of a document on which goods stand."""
        return [row for row in rows if member(row, "lineType") != COMMENT and number(row, "quantity")]


def line_id(row: Row, lines: Mapping[int, str]) -> str:
    """The id of the order's line that a document's line came from."""
    sequence = whole(row, "sequence") or 0
    return lines.get(sequence, str(sequence))


@understands_answers
class ShipmentsOf(Papers):
    """What left for an order, and under which tracking numbers where the site has a page for them."""

    side = SALES

    def of(self, order: OrderRef) -> Sequence[Shipment]:
        """The posted shipments of an order, oldest first."""
        operation = "shipments.of"
        with self.office.translated(operation):
            order_number, lines = self.known(order, operation)
            tracked = self._tracked(order_number)
            rows = Posted(self.office).shipments(order_number)
            return tuple(self._shipment(row, order.id, lines, tracked) for row in rows)

    def _shipment(
        self, row: Row, order: str, lines: Mapping[int, str], tracked: Mapping[str, Sequence[Package]]
    ) -> Shipment:
        packages = tuple(tracked.get(text(row, "number"), ()))
        return Shipment(
            id=guid(row, "id"),
            number=text(row, "number") or None,
            order_id=order,
            status=ShipmentStatus.SHIPPED,
            shipped_on=day(row, "postingDate"),
            carrier=next((each.carrier for each in packages if each.carrier), None),
            ship_to=address_in(row, "shipTo"),
            packages=packages,
            lines=tuple(
                ShipmentLine(
                    order_line_id=line_id(line, lines),
                    quantity=number(line, "quantity") or Decimal(0),
                    product=text(line, "lineObjectNumber") or None,
                    unit=self.office.units.ours(text(line, "unitOfMeasureCode")),
                )
                for line in self.goods(within(row, SHIPMENT_LINES))
            ),
            created_at=instant(row, "lastModifiedDateTime"),
            raw=FrozenMapping(row),
        )

    def _tracked(self, order: str) -> Mapping[str, list[Package]]:
        """Packages by the shipment's number, from a page of the site's own (dynamics.md 1.9)."""
        page, fields = self.office.settings.tracking_page, self.office.settings.tracking_fields
        found: dict[str, list[Package]] = {}
        if not page:
            return found
        address = "/" + page.format(company=self.office.company_id).strip("/")
        for rows in self.office.api.pages(address, {"$filter": equal(fields["order"], order)}):
            for row in rows:
                tracking, carrier = text(row, fields["number"]), text(row, fields["carrier"])
                if tracking or carrier:
                    package = Package(tracking_number=tracking or None, carrier=carrier or None)
                    found.setdefault(text(row, fields["shipment"]), []).append(package)
        return found


@understands_answers
class GoodsReceipts(Papers):
    """What arrived for a purchase order."""

    side = PURCHASES

    def of(self, order: OrderRef) -> Sequence[GoodsReceipt]:
        """The posted receipts of a purchase order, oldest first."""
        operation = "goods_receipts.of"
        with self.office.translated(operation):
            order_number, lines = self.known(order, operation)
            rows = Received(self.office).receipts(order_number)
            return tuple(self._receipt(row, order.id, lines) for row in rows)

    def _receipt(self, row: Row, order: str, lines: Mapping[int, str]) -> GoodsReceipt:
        return GoodsReceipt(
            id=guid(row, "id"),
            number=text(row, "number") or None,
            order_id=order,
            received_on=day(row, "postingDate"),
            lines=tuple(
                GoodsReceiptLine(
                    order_line_id=line_id(line, lines),
                    quantity=number(line, "quantity") or Decimal(0),
                    product=text(line, "lineObjectNumber") or None,
                    unit=self.office.units.ours(text(line, "unitOfMeasureCode")),
                )
                for line in self.goods(within(row, RECEIPT_LINES))
            ),
            created_at=instant(row, "lastModifiedDateTime"),
            raw=FrozenMapping(row),
        )


@understands_answers
class Invoices(Papers):
    """What was billed for an order, and given back."""

    side = SALES

    def of(self, order: OrderRef) -> Sequence[Invoice]:
        """The posted invoices of an order and the credit memos on them, oldest first."""
        operation = "invoices.of"
        with self.office.translated(operation):
            order_number, lines = self.known(order, operation)
            bills = Posted(self.office).invoices(order_number)
            memos = [memo for bill in bills for memo in self._memos(text(bill, "number"))]
            found = [
                *(self._invoice(row, order.id, INVOICE_LINES, lines, InvoiceKind.INVOICE) for row in bills),
                *(self._invoice(row, order.id, MEMO_LINES, lines, InvoiceKind.CREDIT_MEMO) for row in memos),
            ]
        return tuple(found)

    def _memos(self, bill: str) -> Sequence[Row]:
        if MEMOS not in self.office.model.sets or not bill:
            return ()
        rows = self.office.rows(MEMOS, where=equal("invoiceNumber", bill), expand=MEMO_LINES)
        return [row for row in rows if member(row, "status") not in UNPOSTED]

    def _invoice(
        self, row: Row, order: str, to_lines: str, lines: Mapping[int, str], kind: InvoiceKind
    ) -> Invoice:
        currency = text(row, "currencyCode") or self.office.currency
        state = member(row, "status")
        goods = self.goods(within(row, to_lines))
        return Invoice(
            id=guid(row, "id"),
            number=text(row, "number") or None,
            kind=kind,
            order_ids=(order,),
            customer=text(row, "customerNumber") or None,
            currency=currency or None,
            invoiced_on=day(row, "postingDate") or day(row, "invoiceDate") or day(row, "creditMemoDate"),
            due_on=day(row, "dueDate"),
            paid=state == "Paid" or None,
            cancelled=state == "Canceled",
            net=money(row, "totalAmountExcludingTax", currency),
            tax=money(row, "totalTaxAmount", currency),
            gross=money(row, "totalAmountIncludingTax", currency),
            lines=tuple(self._line(line, currency, lines, kind) for line in goods),
            raw=FrozenMapping(row),
        )

    def _line(self, row: Row, currency: str, lines: Mapping[int, str], kind: InvoiceKind) -> InvoiceLine:
        price = number(row, "unitPrice")
        return InvoiceLine(
            order_line_id=line_id(row, lines) if kind is InvoiceKind.INVOICE else None,
            product=text(row, "lineObjectNumber") or None,
            description=text(row, "description") or None,
            quantity=number(row, "quantity"),
            unit=self.office.units.ours(text(row, "unitOfMeasureCode")),
            price=None if price is None or not currency else UnitPrice(amount=price, currency=currency),
            net=money(row, "netAmount", currency),
        )
