"""What was posted for an order: packing slips with their tracking numbers, invoices, credit notes (dynamics.md 3.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from ....errors import NotFound
from ....models import (
    FrozenMapping,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    Package,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
    UnitPrice,
)
from ...amounts import money_in
from ...answers import understands_answers
from ...contract import OrderRef
from ...services.cells import Row, money, noon, number, text, whole
from .changing import SalesOrders
from .documents import line_id, lines_in
from .moved import SLIP_LINES
from .office import Office
from .sides import SALES

SLIPS: Final = "CustPackingSlipJourBiEntities"
TRACKING: Final = "PackingSlipTrackingInformation"
_INVOICES: Final = (
    ("SalesInvoiceHeadersV2", "SalesInvoiceV2Lines"),
    ("SalesInvoiceHeadersV4", "SalesInvoiceV4Lines"),
)
_NOTHING: Final = Decimal(0)


class Papers:
    """What the documents of an order share."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def rows(self, entity_set: str, field: str, numbers: Sequence[str]) -> Sequence[Row]:
        """The rows of these numbers; none of a set that the release does not show."""
        return [*self.office.rows_of(entity_set, field, numbers)] if entity_set in self.office.sets else []


@understands_answers
class Shipments(Papers):
    """What left for an order, and under which tracking numbers."""

    def of(self, order: OrderRef) -> Sequence[Shipment]:
        """The packing slips of an order, oldest first; ``NotFound`` for an order that is not there."""
        operation = "shipments.of"
        with self.office.translated(operation):
            slips = self.rows(SLIPS, "SalesId", [order.id])
            tracked = self.rows(TRACKING, SALES.number, [order.id])
            if not slips and not tracked:
                SalesOrders(self.office).get(order.id)
                return ()
            return self._told(order.id, slips, tracked)

    def _told(self, order: str, slips: Sequence[Row], tracked: Sequence[Row]) -> Sequence[Shipment]:
        lines: dict[str, list[Row]] = {}
        for row in self.rows(SLIP_LINES, "SalesId", [order]):
            lines.setdefault(text(row, "PackingSlipId"), []).append(row)
        packages: dict[str, list[Row]] = {}
        for row in tracked:
            packages.setdefault(text(row, "PackingSlipNumber"), []).append(row)
        heads = {text(row, "PackingSlipId"): row for row in slips}
        for slip, rows in packages.items():
            heads.setdefault(slip, rows[0])  # a release may show tracking numbers and no packing slips
        units = self._units(order) if lines else {}
        return tuple(
            self._shipment(order, slip, row, lines.get(slip, []), packages.get(slip, []), units)
            for slip, row in sorted(heads.items())
        )

    def _units(self, order: str) -> Mapping[str, str | None]:
        found = SalesOrders(self.office).get_many([order])
        return {line.id: line.unit for line in found[order].lines} if order in found else {}

    def _shipment(
        self,
        order: str,
        slip: str,
        row: Row,
        lines: Sequence[Row],
        packages: Sequence[Row],
        units: Mapping[str, str | None],
    ) -> Shipment:
        return Shipment(
            id=slip,
            number=slip,
            order_id=order,
            status=ShipmentStatus.SHIPPED,
            shipped_on=noon(row, "DeliveryDate"),
            packages=tuple(
                Package(
                    tracking_number=text(each, "TrackingNumber") or None,
                    tracking_url=text(each, "TrackingURL") or None,
                )
                for each in packages
                if text(each, "TrackingNumber") or text(each, "TrackingURL")
            ),
            lines=tuple(
                ShipmentLine(
                    order_line_id=text(line, "InventTransId"),
                    quantity=number(line, "Qty") or _NOTHING,
                    product=text(line, "ItemId") or None,
                    unit=units.get(text(line, "InventTransId")),
                )
                for line in lines
                if number(line, "Qty")
            ),
            raw=FrozenMapping(row),
        )


@understands_answers
class Invoices(Papers):
    """What was billed for an order, and given back."""

    def of(self, order: OrderRef) -> Sequence[Invoice]:
        """The invoices and credit notes of an order, oldest first; ``NotFound`` for an order that is not there."""
        operation = "invoices.of"
        headers, to_lines = next((each for each in _INVOICES if each[0] in self.office.sets), _INVOICES[0])
        with self.office.translated(operation):
            bills = self.rows(headers, SALES.number, [order.id])
            known = SalesOrders(self.office).get_many([order.id])
            if not bills and not known:
                raise NotFound("there is no such order", operation=operation)
            raw = known[order.id].raw if order.id in known else {}
            lots = {whole(row, SALES.position): line_id(row, SALES) for row in lines_in(raw)}
            lines: dict[str, list[Row]] = {}
            for row in self.rows(to_lines, "InvoiceNumber", [text(bill, "InvoiceNumber") for bill in bills]):
                lines.setdefault(text(row, "InvoiceNumber"), []).append(row)
            bills = sorted(bills, key=lambda row: (text(row, "InvoiceDate"), text(row, "InvoiceNumber")))
            return tuple(
                self._invoice(row, order.id, lines.get(text(row, "InvoiceNumber"), []), lots) for row in bills
            )

    def _invoice(self, row: Row, order: str, lines: Sequence[Row], lots: Mapping[int | None, str]) -> Invoice:
        currency = text(row, "CurrencyCode")
        gross, tax = money(row, "TotalInvoiceAmount", currency), money(row, "TotalTaxAmount", currency)
        credit = gross is not None and gross.amount < 0
        sign = Decimal(-1 if credit else 1)
        bill = text(row, "InvoiceNumber")
        net = None if gross is None or tax is None else money_in((gross.amount - tax.amount) * sign, currency)
        return Invoice(
            id=bill,
            number=bill,
            kind=InvoiceKind.CREDIT_MEMO if credit else InvoiceKind.INVOICE,
            order_ids=(order,),
            customer=text(row, "InvoiceCustomerAccountNumber") or None,
            currency=currency or None,
            invoiced_on=noon(row, "InvoiceDate"),
            net=net,
            tax=None if tax is None else money_in(tax.amount * sign, currency),
            gross=None if gross is None else money_in(gross.amount * sign, currency),
            lines=tuple(self._line(line, currency, lots, sign, credit=credit) for line in lines),
            raw=FrozenMapping(row),
        )

    def _line(
        self, row: Row, currency: str, lots: Mapping[int | None, str], sign: Decimal, *, credit: bool
    ) -> InvoiceLine:
        price, net = number(row, "SalesPrice"), money(row, "LineAmount", currency)
        quantity = number(row, "InvoicedQuantity")
        return InvoiceLine(
            order_line_id=None if credit else lots.get(whole(row, "LineCreationSequenceNumber")),
            product=text(row, "ProductNumber") or None,
            description=text(row, "ProductName") or None,
            quantity=None if quantity is None else quantity * sign,
            unit=self.office.units.ours(text(row, "SalesUnitSymbol")),
            price=None if price is None or not currency else UnitPrice(amount=price, currency=currency),
            net=None if net is None else money_in(net.amount * sign, currency),
        )
