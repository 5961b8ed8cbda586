"""Invoices and credit memos of an order (sap.md 2.11, 4.6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ....models import FrozenMapping, Invoice, InvoiceKind, InvoiceLine
from ...answers import understands_answers
from ...contract import OrderRef
from . import asking, services
from .bills import CANCELLED, is_bill, is_credit
from .cells import Row, day, flag, key, money, text, within
from .office import Office
from .ordered import Ordered, ordered
from .told_units import BILLED, much_of

_DOCUMENTS: Final = "A_BillingDocument"
_ITEMS: Final = "A_BillingDocumentItem"
_PAID: Final = {"A": False, "B": False, "C": True}


@understands_answers
class Invoices:
    """What was billed for an order."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def of(self, order: OrderRef) -> Sequence[Invoice]:
        """The invoices and credit memos of an order, oldest first, with all items of each."""
        operation = "invoices.of"
        known = ordered(self.office, order.id, operation)
        with self.office.translated(operation):
            service = self.office.service(services.BILLING)
            mine = asking.rows(service, _ITEMS, where=asking.equal("SalesDocument", order.id))
            numbers = sorted({text(row, "BillingDocument") for row in mine})
            documents = asking.rows_of(service, _DOCUMENTS, "BillingDocument", numbers, expand="to_Item")
            found = [invoice_in(each, known) for each in documents if is_bill(each)]
        return tuple(sorted(found, key=lambda each: each.id.zfill(10)))


def invoice_in(document: Row, known: Ordered) -> Invoice:
    """The invoice or credit memo that a row with its items says; lines of other orders have no line's id."""
    id, currency = key(document, "BillingDocument"), text(document, "TransactionCurrency")
    items = sorted(within(document, "to_Item"), key=lambda row: text(row, "BillingDocumentItem").zfill(6))
    orders = dict.fromkeys(key(row, "SalesDocument") for row in items)
    return Invoice(
        id=id,
        number=id,
        kind=InvoiceKind.CREDIT_MEMO if is_credit(document) else InvoiceKind.INVOICE,
        order_ids=tuple(each for each in orders if each),
        customer=key(document, "SoldToParty") or key(document, "PayerParty") or None,
        currency=currency or None,
        invoiced_on=day(document, "BillingDocumentDate"),
        paid=_PAID.get(text(document, "InvoiceClearingStatus")),
        cancelled=flag(document, CANCELLED),
        net=money(document, "TotalNetAmount", currency),
        tax=money(document, "TaxAmount", currency),
        gross=money(document, "TotalGrossAmount", currency),
        lines=tuple(_line(row, currency, known) for row in items),
        raw=FrozenMapping(document),
    )


def _line(row: Row, currency: str, known: Ordered) -> InvoiceLine:
    item = key(row, "SalesDocumentItem") if key(row, "SalesDocument") == known.number else ""
    quantity, unit = known.told(much_of(row, BILLED, BILLED, known.office), item)
    return InvoiceLine(
        order_line_id=item or None,
        product=key(row, "Material") or None,
        quantity=quantity,
        unit=unit,
        net=money(row, "NetAmount", currency),
    )
