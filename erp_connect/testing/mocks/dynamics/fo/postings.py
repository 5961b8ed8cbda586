"""What was posted of sales orders: confirmations, packing slips, invoices, reporting views (dynamics.md 3.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from ...business.company import Company
from ...business.documents import ZERO, Document, Kind, Line
from ...business.refusals import Refusal
from ...odata.source import Row
from . import states
from .book import Book
from .headers import found
from .refusing import dangling
from .shapes import SALES
from .writing import filled, noon, record, site_of, tag

_SIGNS: Final[tuple[tuple[Kind, int], ...]] = (("invoice", 1), ("credit_memo", -1))


def posted(company: Company, kind: Kind, order_number: str | None = None) -> list[Document]:
    """Posted papers of a kind, of one order or of all."""
    order = company.find("order", order_number) if order_number else None
    if order_number and order is None:
        return []
    papers = (
        company.documents.where("kind", kind) if order is None else company.documents.where("order", order.id)
    )
    return [paper for paper in papers if paper.kind == kind and paper.posted]


class _Posted(Book):
    def shown(self, company: Company, name: str, values: Row, owner: Document | Line) -> Row:
        values = {"dataAreaId": company.code, **values}
        row = filled(self.model.sets[name], values, self.settings)
        row["@etag"] = tag(owner.id, 0)
        return row


class Confirmations(_Posted):
    """SalesOrderConfirmationHeaders and their lines."""

    def rows(self, company: Company, name: str, where: Mapping[str, Any]) -> Iterator[Row]:
        """What was confirmed to customers."""
        number = where.get("SalesOrderNumber")
        for order in found(company, "order", {"number": number} if number else {}):
            for confirmed in order.extras.get("@confirmations", ()):
                day, ident, numbers = confirmed
                head = {
                    "SalesOrderNumber": order.number,
                    "ConfirmationDate": day,
                    "ConfirmationNumber": ident,
                }
                if name == "SalesOrderConfirmationHeaders":
                    yield self.shown(company, name, head, order)
                else:
                    for line_number in numbers:
                        yield self.shown(company, name, head | {"LineNumber": line_number}, order)


class Tracking(_Posted):
    """PackingSlipTrackingInformation: everything may be set on create, nothing changed later (dynamics.md 3.4)."""

    def rows(self, company: Company, name: str, where: Mapping[str, Any]) -> Iterator[Row]:
        """The parcels of all packing slips."""
        for slip in posted(company, "shipment", where.get("SalesOrderNumber")):
            for number, url in slip.extras.get("@tracking", ()):
                yield self._row(company, name, slip, number, url)

    def _row(self, company: Company, name: str, slip: Document, number: str, url: str) -> Row:
        values = {
            "SalesOrderNumber": slip.order_number,
            "PackingSlipNumber": slip.number,
            "DeliveryDate": slip.posting_date,
            "TrackingNumber": number,
            "TrackingURL": url,
        }
        return self.shown(company, name, values, slip)

    def create(self, company: Company, name: str, sent: Row) -> Row:
        """One more parcel of a packing slip."""
        slip = company.find("shipment", sent.get("PackingSlipNumber") or "", posted=True)
        if slip is None or slip.order_number != sent.get("SalesOrderNumber"):
            value = sent.get("PackingSlipNumber") or ""
            raise dangling(self.settings, name, "PackingSlipNumber", value, "Customer packing slip journal")
        kept = slip.extras.get("@tracking", ())
        number = sent.get("TrackingNumber") or ""
        if any(number == other for other, _ in kept):
            raise Refusal("exists", table="Packing slip tracking information", key=number)
        parcel = (number, sent.get("TrackingURL") or "")
        slip = company.documents.put(replace(slip, extras={**slip.extras, "@tracking": (*kept, parcel)}))
        return self._row(company, name, slip, *parcel)

    def change(self, company: Company, name: str, row: Row, sent: Row) -> None:
        """Nothing: its fields are ignored before they come here."""

    def remove(self, company: Company, name: str, row: Row) -> None:
        """One parcel less."""
        slip = company.find("shipment", row["PackingSlipNumber"], posted=True)
        if slip is not None:
            kept = tuple(p for p in slip.extras.get("@tracking", ()) if p[0] != row["TrackingNumber"])
            company.documents.put(replace(slip, extras={**slip.extras, "@tracking": kept}))


class Reports(_Posted):
    """The reporting views of orders and packing slips, where the site exposes them."""

    def rows(self, company: Company, name: str, where: Mapping[str, Any]) -> Iterable[Row]:
        """What has moved and what remains."""
        number = where.get("SalesId")
        if name.startswith("CustPackingSlip"):
            return self._slips(company, name, number)
        orders = found(company, SALES.kind, {"number": number} if number else {})
        if name == "SalesTableBiEntities":
            return (self._order(company, name, order) for order in orders)
        return (
            self._line(company, name, order, line) for order in orders for line in company.lines_of(order)
        )

    def _slips(self, company: Company, name: str, number: str | None) -> Iterator[Row]:
        for slip in posted(company, "shipment", number):
            head: Row = {
                "SalesId": slip.order_number,
                "PackingSlipId": slip.number,
                "DeliveryDate": slip.posting_date,
            }
            lines = company.lines_of(slip)
            if name == "CustPackingSlipJourBiEntities":
                head |= {
                    "SourceDocumentHeader": record(slip.id),
                    "Qty": sum((n.quantity for n in lines), ZERO),
                }
                yield self.shown(company, name, head, slip)
                continue
            for line in lines:
                own: Row = {
                    "SourceDocumentLine": record(line.id),
                    "Qty": line.quantity,
                    "InventTransId": line.lot,
                }
                own |= {"ItemId": line.object_number, "LineNum": line.number}
                yield self.shown(company, name, head | own, line)

    def _order(self, company: Company, name: str, order: Document) -> Row:
        lines = company.lines_of(order)
        values = {
            "SalesId": order.number,
            "CustAccount": company.partner_of(order).number,
            "SalesStatus": states.status(order, lines, self.settings),
            "DocumentStatus": states.posted_last(order, lines),
            "SysCreatedDateTime": order.created,
            "SysModifiedDateTime": order.modified,
        }
        return self.shown(company, name, values, order)

    def _line(self, company: Company, name: str, order: Document, line: Line) -> Row:
        whole = line.quantity - line.canceled
        values = {
            "SalesId": order.number,
            "LineCreationSequenceNumber": line.number,
            "InventTransId": line.lot,
            "ItemId": line.object_number,
            "SalesStatus": states.line_status(line, "order", self.settings),
            "SalesQty": line.quantity,
            "RemainSalesPhysical": whole - line.shipped,
            "RemainSalesFinancial": line.shipped - line.invoiced,
            "SysCreatedDateTime": line.created,
            "SysModifiedDateTime": line.modified,
        }
        return self.shown(company, name, values, line)


class Invoices(_Posted):
    """SalesInvoiceHeadersV2 and V4 with their lines."""

    def rows(self, company: Company, name: str, where: Mapping[str, Any]) -> Iterator[Row]:
        """Posted invoices, and credit notes with a minus."""
        for kind, sign in _SIGNS:
            for paper in self._papers(company, kind, where):
                if "Headers" in name:
                    yield self._header(company, name, paper, sign)
                else:
                    for line in company.lines_of(paper):
                        yield self._line(company, name, paper, line, sign)

    def _papers(self, company: Company, kind: Kind, where: Mapping[str, Any]) -> list[Document]:
        if where.get("InvoiceNumber"):
            paper = company.find(kind, where["InvoiceNumber"], posted=True)
            return [] if paper is None else [paper]
        return posted(company, kind, where.get("SalesOrderNumber") if kind == "invoice" else None)

    def _key(self, paper: Document) -> Row:
        day: date | None = paper.posting_date
        return {"InvoiceNumber": paper.number, "InvoiceDate": day, "LedgerVoucher": f"V-{paper.number}"}

    def _header(self, company: Company, name: str, paper: Document, sign: int) -> Row:
        payer = company.customers.get(paper.bill_to)
        values = self._key(paper) | {
            "SalesOrderNumber": paper.order_number,
            "CustomersOrderReference": paper.your_reference,
            "InvoiceCustomerAccountNumber": payer.number if payer is not None else "",
            "CurrencyCode": paper.currency,
            "DeliveryModeCode": paper.agent,
            "PaymentTermsName": paper.payment_terms,
            "TotalInvoiceAmount": sign * paper.gross,
            "TotalTaxAmount": sign * paper.tax,
            "TotalDiscountAmount": sign * paper.discount_amount,
        }
        return self.shown(company, name, values, paper)

    def _line(self, company: Company, name: str, paper: Document, line: Line, sign: int) -> Row:
        item = company.items.by("number", line.object_number)
        confirmed = line.extras.get("ConfirmedShippingDate")
        per = line.extras.get("@per", 1)
        values = self._key(paper) | {
            "LineCreationSequenceNumber": line.number,
            "ProductNumber": line.object_number,
            "ProductName": item.name if item is not None else line.description,
            "SalesUnitSymbol": line.unit,
            "InventorySiteId": line.extras.get("ShippingSiteId") or site_of(company, line.location),
            "InventoryWarehouseId": line.location,
            "InvoicedQuantity": sign * line.quantity,
            "SalesPrice": line.price * per,
            "LineAmount": sign * line.amount_net,
            "LineTotalTaxAmount": sign * line.amount_tax,
            "LineTotalDiscountAmount": sign * line.discount_amount,
            "ConfirmedShippingDate": noon(confirmed.date()) if confirmed is not None else None,
        }
        return self.shown(company, name, values, line)
