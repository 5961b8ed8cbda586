"""What followed an order: despatches with their consignments, invoices and credit notes (sage.md 4.3, 4.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from ....models import (
    FrozenMapping,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    Package,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
)
from ....rules.exact import multiply, quotient
from ....wire.odata import Unreadable
from ...answers import understands_answers
from ...contract import OrderRef
from ...services.cells import Row, money, number, text, whole, within
from .office import Office
from .sides import SALES
from .states import day_in

VIEWS: Final = "sop_order_despatch_views"
LINE_VIEWS: Final = "sop_order_despatch_line_views"
BILLS: Final = "sop_order_return_invoice_credit_views"
BILL_LINES: Final = "sop_order_return_line_invoice_credit_views"
_BILLED: Final = ("sop_invoice_credit_line_invoice_credit_quantity", "sop_invoice_credit_line_quantity")
"""The quantity of an invoice's line, as releases call it."""
BETWEEN: Final = ", "
"""What stands between several consignment numbers of one despatch."""
_NOTHING, _ONE = Decimal(0), Decimal(1)
_PLACES: Final = 5
"""Decimals of quantities, as the description of the API tells them."""


class Papers:
    """What the documents of an order share."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def order(self, order: OrderRef, operation: str) -> Row:
        """The record of an order with its lines; ``NotFound`` for one of which nothing is known."""
        return self.office.row(SALES.orders, order.id, operation, expand="lines")


@understands_answers
class ShipmentsOf(Papers):
    """What left for an order, and under which consignment numbers."""

    def of(self, order: OrderRef) -> Sequence[Shipment]:
        """The despatches of an order, oldest first."""
        operation = "shipments.of"
        row = self.order(order, operation)
        with self.office.translated(operation):
            where = f"sop_order_id eq {whole(row, 'id')}"
            views = list(self.office.api.rows(VIEWS, where=where, key="sop_despatch_id"))
            moved = list(self.office.api.rows(LINE_VIEWS, where=where, key="sop_despatch_line_id"))
            lines = {whole(line, "id") or 0: line for line in within(row, "lines")}
            shares = {id: _share(line, moved) for id, line in lines.items()}
            return tuple(self._shipment(view, order.id, moved, lines, shares) for view in views)

    def _shipment(
        self,
        view: Row,
        order: str,
        moved: Sequence[Row],
        lines: Mapping[int, Row],
        shares: Mapping[int, tuple[Decimal, Decimal]],
    ) -> Shipment:
        id = whole(view, "sop_despatch_id")
        own = [each for each in moved if whole(each, "sop_despatch_id") == id]
        carrier = text(view, "sop_despatch_courier_name") or None
        return Shipment(
            id=str(id or ""),
            number=text(view, "sop_despatch_document_no") or None,
            order_id=order,
            status=ShipmentStatus.SHIPPED,
            shipped_on=day_in(view, "sop_despatch_date"),
            carrier=carrier,
            packages=_packages(view, carrier, own),
            lines=tuple(self._line(each, lines, shares) for each in own),
            raw=FrozenMapping(view),
        )

    def _line(
        self, row: Row, lines: Mapping[int, Row], shares: Mapping[int, tuple[Decimal, Decimal]]
    ) -> ShipmentLine:
        id = whole(row, "sop_order_line_id") or 0
        much = number(row, "sop_despatch_line_quantity") or _NOTHING
        return ShipmentLine(
            order_line_id=str(id),
            quantity=_of_line(much, *shares.get(id, (_ONE, _ONE))),
            product=text(row, "product_code") or text(row, "sop_order_line_item_code") or None,
            unit=self.office.units.ours(text(lines.get(id, {}), SALES.unit_name)),
        )


def _share(line: Row, moved: Sequence[Row]) -> tuple[Decimal, Decimal]:
    """How many of its line's unit are how many of a despatch's: despatches count either that or the stock's unit.

    Which of them, the totals of the line say.
    """
    ordered, stocked = number(line, "line_quantity"), number(line, "stock_unit_line_quantity")
    total = sum(
        (
            number(each, "sop_despatch_line_quantity") or _NOTHING
            for each in moved
            if whole(each, "sop_order_line_id") == whole(line, "id")
        ),
        _NOTHING,
    )
    if not ordered or not stocked or ordered == stocked:
        return _ONE, _ONE
    if total != number(line, SALES.moved) and total == number(line, "stock_unit_despatch_receipt_quantity"):
        return ordered, stocked
    return _ONE, _ONE


def _of_line(much: Decimal, ordered: Decimal, stocked: Decimal) -> Decimal:
    """A quantity in its line's unit; rounded as the system does only where it has no end."""
    found = quotient(multiply(much, ordered), stocked)
    return found if isinstance(found, Decimal) else round(multiply(much, ordered) / stocked, _PLACES)


def _packages(view: Row, carrier: str | None, moved: Sequence[Row]) -> tuple[Package, ...]:
    said = [each.strip() for each in text(view, "sop_despatch_consignment_no").split(BETWEEN)]
    numbers: Sequence[str | None] = [each for each in said if each]
    weight = number(view, "sop_despatch_weight") or None
    address = next((found for each in moved if (found := text(each, "sys_courier_tracking_url"))), None)
    if not numbers and not carrier:
        return ()
    return tuple(
        Package(
            tracking_number=each,
            carrier=carrier,
            weight=weight if len(numbers) < 2 and weight and weight > 0 else None,
            tracking_url=address if len(numbers) < 2 else None,
        )
        for each in (numbers or (None,))
    )


@understands_answers
class Invoices(Papers):
    """What was billed for an order, and given back."""

    def of(self, order: OrderRef) -> Sequence[Invoice]:
        """The invoices and credit notes of an order, oldest first."""
        operation = "invoices.of"
        row = self.order(order, operation)
        with self.office.translated(operation):
            where = f"sop_order_return_id eq {whole(row, 'id')}"
            bills = list(self.office.api.rows(BILLS, where=where, key="sop_invoice_credit_id"))
            return tuple(self._invoice(bill, order.id, row) for bill in bills)

    def _invoice(self, bill: Row, order: str, row: Row) -> Invoice:
        id = whole(bill, "sop_invoice_credit_id")
        if not id:
            raise Unreadable("it names no invoice")
        currency = self.office.currency_of(row, SALES.party)
        lines = {whole(line, "id") or 0: line for line in within(row, "lines")}
        where = f"sop_invoice_credit_id eq {id}"
        billed = self.office.api.rows(BILL_LINES, where=where, key="sop_order_return_line_id")
        kind = text(bill, "sop_invoice_credit_type_id").removeprefix("EnumInvoiceCreditType").casefold()
        return Invoice(
            id=str(id),
            number=text(bill, "sop_invoice_credit_document_no") or None,
            kind=InvoiceKind.CREDIT_MEMO if kind.startswith("credit") else InvoiceKind.INVOICE,
            order_ids=(order,),
            customer=text(bill, "customer_reference") or None,
            currency=currency or None,
            invoiced_on=day_in(bill, "sop_invoice_credit_document_date"),
            net=money(bill, "sop_invoice_credit_total_net_value", currency),
            tax=money(bill, "sop_invoice_credit_total_tax_value", currency),
            gross=money(bill, "sop_invoice_credit_total_gross_value", currency),
            lines=tuple(self._line(each, lines) for each in billed),
            raw=FrozenMapping(bill),
        )

    def _line(self, row: Row, lines: Mapping[int, Row]) -> InvoiceLine:
        id = whole(row, "sop_order_return_line_id") or 0
        line = lines.get(id, {})
        return InvoiceLine(
            order_line_id=str(id) if line else None,
            product=text(line, "code") or None,
            description=text(line, "description") or None,
            quantity=next((much for name in _BILLED if (much := number(row, name)) is not None), None),
            unit=self.office.units.ours(text(line, SALES.unit_name)),
        )
