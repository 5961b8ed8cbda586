"""Invoices, credit notes and receipts of an order, by the number of the order (sage.md 3.4).

The names of their properties are those of public messages, not of a manual: what a release calls otherwise is not told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    Order,
    PurchaseOrder,
    UnitPrice,
)
from ....wire.odata import Refused, Unreadable
from ...answers import understands_answers
from ...contract import OrderRef
from ...services.cells import Row, member, money, number, text, within
from ...services.returning import line_of_product
from .cells import count, day, key, key_of
from .conditions import begins, equal
from .errors import code_of
from .mapping_orders import MISCELLANEOUS, order_in
from .mapping_purchases import purchase_in
from .office import INVOICES, NOTES, ORDERS, PURCHASES, RECEIVED, Office

_NO_KEY: Final = frozenset({"RecordNotFound", "InvalidEntityKey"})
MARK: Final = ": "
"""What stands between the order's number and the reason in the description of a credit note."""


@understands_answers
class Invoices:
    """What was billed for an order, and given back."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def of(self, order: OrderRef) -> Sequence[Invoice]:
        """The invoices of an order and the credit notes that name it, oldest first."""
        operation = "invoices.of"
        known = order_of(order, operation, self.office)
        with self.office.translated(operation):
            bills = self.office.asking.few(INVOICES, equal("OrderNumber", known.number or ""))
            found = [invoice_in(row, known, self.office) for row in bills]
            found += [credit_in(row, known, self.office) for row in notes_of(known.number or "", self.office)]
        return tuple(found)


@understands_answers
class GoodsReceipts:
    """What arrived for a purchase order."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def of(self, order: OrderRef) -> Sequence[GoodsReceipt]:
        """The receipts of a purchase order, oldest first."""
        operation = "goods_receipts.of"
        office = self.office
        known = purchase_of(order.id, operation, office)
        with office.translated(operation):
            found = office.asking.few(RECEIVED, equal("PurchaseOrderNumber", known.number or ""))
            return tuple(receipt_in(row, order, known, office) for row in found)


def order_of(order: OrderRef, operation: str, office: Office) -> Order:
    """The order that papers hang on; ``NotFound`` when there is none."""
    asked = key_of(order.id)
    if asked is None:
        raise NotFound("there is no such order", operation=operation)
    with office.translated(operation):
        return order_in(office.asking.row(ORDERS, asked), office)


def purchase_of(id: str, operation: str, office: Office) -> PurchaseOrder:
    """The purchase order with this id, which is its number where a release tells no key; ``NotFound`` without one."""
    asked = key_of(id)
    with office.translated(operation):
        if asked is not None:
            try:
                return purchase_in(office.asking.row(PURCHASES, asked), office)
            except Refused as refused:
                if code_of(refused.answer) not in _NO_KEY:
                    raise
        for row in office.asking.few(PURCHASES, equal("PurchaseOrderNumber", id)):
            if (order := purchase_in(row, office)).id == id:
                return order
    raise NotFound("there is no such order", operation=operation)


def notes_of(order_number: str, office: Office) -> Iterator[Row]:
    """The credit notes whose description names an order, to be asked for where answers are translated."""
    if not office.offers(NOTES):
        return
    for row in office.asking.few(NOTES, begins("Description", f"{order_number}{MARK}")):
        if member(row, "CreditDebitNoteType") in ("", "CreditNote"):
            yield row


def invoice_in(row: Row, order: Order, office: Office) -> Invoice:
    """The invoice that a record says."""
    currency = text(row, "InvoiceSourceCurrency") or order.currency
    due = number(row, "InvoiceAmountDue")
    id = key(row, "InvoiceUniquifier") or text(row, "InvoiceNumber")
    if not id:
        raise Unreadable("it names no invoice")
    taken: set[str] = set()
    return Invoice(
        id=id,
        number=text(row, "InvoiceNumber") or None,
        kind=InvoiceKind.INVOICE,
        order_ids=(order.id,),
        customer=text(row, "CustomerNumber") or None,
        currency=currency,
        invoiced_on=day(row, "InvoiceDate"),
        due_on=day(row, "InvoiceDueDate"),
        paid=None if due is None else due <= 0,
        net=money(row, "InvoiceTotalBeforeTax", currency),
        tax=money(row, "TotalTaxAmount", currency),
        gross=money(row, "InvoiceTotalWithTax", currency),
        lines=tuple(
            _invoice_line(line, order, taken, currency, office)
            for line in within(row, "InvoiceDetails")
            if member(line, "LineType") != MISCELLANEOUS
        ),
        raw=FrozenMapping(row),
    )


def _invoice_line(row: Row, order: Order, taken: set[str], currency: str, office: Office) -> InvoiceLine:
    product, price = text(row, "Item"), number(row, "UnitPrice")
    return InvoiceLine(
        order_line_id=line_of_product(product, order, taken) if product else None,
        product=product or None,
        description=text(row, "Description") or None,
        quantity=number(row, "QuantityShipped"),
        unit=office.units.ours(text(row, "InvoiceUnitOfMeasure")),
        price=None if price is None else UnitPrice(amount=price, currency=currency),
        net=money(row, "ExtendedAmountNetOfTax", currency),
    )


def credit_in(row: Row, order: Order, office: Office) -> Invoice:
    """The credit note that a record says, as a paper of accountants."""
    currency = text(row, "CreditDebitNoteSourceCurr") or order.currency
    id = key(row, "CNUniquifier")
    if not id:
        raise Unreadable("it names no credit note")
    return Invoice(
        id=id,
        number=text(row, "CreditDebitNoteNumber") or None,
        kind=InvoiceKind.CREDIT_MEMO,
        order_ids=(order.id,),
        customer=text(row, "CustomerNumber") or None,
        currency=currency,
        invoiced_on=day(row, "CreditDebitNoteDate"),
        net=money(row, "CreditDebitNoteTotBeforeTax", currency),
        gross=money(row, "CreditDebitNoteTotal", currency),
        lines=tuple(
            InvoiceLine(
                product=text(line, "Item") or None,
                description=text(line, "Description") or None,
                quantity=number(line, "QuantityReturned"),
                unit=office.units.ours(text(line, "CreditDebitNoteUOM")),
            )
            for line in within(row, "CreditDebitDetails")
            if member(line, "LineType") != MISCELLANEOUS
        ),
        raw=FrozenMapping(row),
    )


def receipt_id(row: Row) -> str:
    """What a receipt is called by: its number, for its key is told by no manual."""
    id = text(row, "ReceiptNumber") or key(row, "ReceiptSequenceKey")
    if not id:
        raise Unreadable("it names no receipt")
    return id


def receipt_in(row: Row, order: OrderRef, known: PurchaseOrder, office: Office) -> GoodsReceipt:
    """The receipt that a record says; its lines are told by number and item, or by the item alone."""
    by_number = {line.id: line.product for line in known.lines}
    lines = []
    for line in within(row, "ReceiptLine2s"):
        much, product = number(line, "QuantityReceived"), text(line, "ItemNumber")
        if much:
            told = str(count(line, "LineNumber") or "")
            fitting = [each.id for each in known.lines if each.product == product]
            lines.append(
                GoodsReceiptLine(
                    order_line_id=told if by_number.get(told) == product else next(iter(fitting), product),
                    quantity=much or Decimal(0),
                    product=product or None,
                    unit=office.units.ours(text(line, "UnitOfMeasure")),
                )
            )
    return GoodsReceipt(
        id=receipt_id(row),
        number=text(row, "ReceiptNumber") or None,
        order_id=order.id,
        received_on=day(row, "ReceiptDate"),
        lines=tuple(lines),
        raw=FrozenMapping(row),
    )
