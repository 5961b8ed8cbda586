"""What comes after orders: ``OEInvoices``, ``OEShipments`` where a release has them, and the end of the day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar, Final

from ...business.documents import ZERO, Document, Kind, Line
from .orders import completed
from .papers import listed, looked_up, partner_number, uniquifier
from .properties import Property, day, details, number, text
from .resources import Desk, Resource

_INDEXES: Final = {
    "OrderNumber": "order_number",
    "PurchaseOrderNumber": "external_number",
    "CustomerNumber": "partner",
}


class _Posted(Resource):
    """Papers that were made of orders; they are only read."""

    module = "OE"
    kind: ClassVar[Kind]
    stem: ClassVar[str]
    """How its own names begin."""

    def rows(self, desk: Desk) -> Iterable[Document]:
        """All of them."""
        return listed(desk.company, self.kind, posted=True)

    def found(self, desk: Desk, equals: Mapping[str, Any]) -> Iterable[Document]:
        """Papers by what an index knows."""
        names = {f"{self.stem}Number": "number", f"{self.stem}Uniquifier": "uniquifier", **_INDEXES}
        found = looked_up(desk, equals, (self.kind,), posted=True, names=names)
        return self.rows(desk) if found is None else found

    def described(self) -> Iterable[Property]:
        """Its properties."""
        stem = self.stem
        return [
            number(f"{stem}Uniquifier", uniquifier),
            text(f"{stem}Number", 22, "number"),
            text("OrderNumber", 22, "order_number"),
            text("CustomerNumber", 12, partner_number),
            text("PurchaseOrderNumber", 22, "external_number"),
            text("Reference", 60, "your_reference"),
            day("OrderDate", "order_date"),
            day(f"{stem}Date", "posting_date"),
            text("ShipViaCode", 6, "agent"),
            text("Location", 6, "location"),
            *self.more(),
            details(f"{stem}Details", self.lines(), lambda desk, row: desk.company.lines_of(row)),
        ]

    def more(self) -> Iterable[Property]:
        """What else the paper has."""
        return ()

    def lines(self) -> Iterable[Property]:
        """What its lines have."""
        return [
            number("LineNumber", lambda desk, row: Decimal(row.number)),
            text("LineType", 14, lambda desk, row: "Item" if row.type == "item" else "Miscellaneous"),
            text("Item", 24, lambda desk, row: row.object_number if row.type == "item" else ""),
            text("MiscellaneousChargesCode", 6, lambda desk, row: _charge(row)),
            text("Description", 60, "description"),
            text("Location", 6, "location"),
            number("QuantityShipped", lambda desk, row: row.quantity if row.type == "item" else ZERO),
            text(f"{self.stem}UnitOfMeasure", 10, "unit"),
        ]


class Invoices(_Posted):
    """Posted invoices."""

    name, keys, kind, stem = "OEInvoices", ("InvoiceUniquifier",), "invoice", "Invoice"

    def more(self) -> Iterable[Property]:
        """Its currency and what it comes to."""
        return [
            text("ShipmentNumber", 22, _shipment),
            text("ShipmentTrackingNumber", 36, "tracking"),
            text("InvoiceSourceCurrency", 3, "currency"),
            number("InvoiceTotalBeforeTax", "net"),
            number("TotalTaxAmount", "tax"),
            number("InvoiceTotalWithTax", "gross"),
            number("InvoiceAmountDue", "remaining"),
        ]

    def lines(self) -> Iterable[Property]:
        """Lines with prices."""
        return [
            *super().lines(),
            number("UnitPrice", "price"),
            number("ExtendedAmountNetOfTax", "net"),
            number("TaxTotal", "tax"),
        ]


class Shipments(_Posted):
    """Posted shipments; the reference does not list them."""

    name, keys, kind, stem = "OEShipments", ("ShipmentUniquifier",), "shipment", "Shipment"
    optional = True

    def more(self) -> Iterable[Property]:
        """The carrier's number of it."""
        return [text("ShipmentTrackingNumber", 36, "tracking")]


def _charge(line: Line) -> str:
    return "" if line.type == "item" else line.object_number


def _shipment(desk: Desk, invoice: Document) -> str:
    made = desk.company.documents.where("order", invoice.order)
    numbers = [row.number for row in made if row.kind == "shipment" and row.version < invoice.version]
    return numbers[-1] if numbers else ""


class DayEndProcessing(Resource):
    """The process that ends a day: it closes what is done."""

    module, name, keys, verbs = "IC", "ICDayEndProcessing", (), frozenset({"POST"})

    def described(self) -> Iterable[Property]:
        """None."""
        return ()

    def rows(self, desk: Desk) -> Iterable[Any]:
        """None."""
        return ()

    def process(self, desk: Desk) -> None:
        """Close all orders that are complete."""
        for order in desk.company.documents.where("kind", "order"):
            if not order.posted and completed(desk, order) == "CompleteNotIncluded":
                desk.company.documents.put(replace(order, extras={**order.extras, "day_end": True}))
