"""What was billed for an order, and given back: invoices, where the site has published them (sage.md 2.15)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ....models import FrozenMapping, Invoice, InvoiceKind, InvoiceLine, Money, Order, UnitPrice
from ....wire.adonix import Record
from ...answers import understands_answers
from ...contract import OrderRef
from .cells import as_day, as_money, exact
from .changing import SalesOrders
from .following import Documents, line_of
from .office import Office
from .shipments import Shipments

_NOT_POSTED: Final = "1"


@understands_answers
class Invoices:
    """What was billed for an order, and given back."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.orders = SalesOrders(office)
        self.documents = Documents(office, "invoice")

    def of(self, order: OrderRef) -> Sequence[Invoice]:
        """The posted invoices and credit memos of an order, oldest first."""
        operation, documents = "invoices.of", self.documents
        known = self.orders.get(order.id)
        number = known.number or known.id
        papers = {number}
        if self.office.has("delivery"):
            shipments = Shipments(self.office)
            shape = shipments.documents.shape
            papers |= {shape.text(each, "number") for each in shipments.records(known, operation)}
        shape = documents.shape

        def fits(record: Record) -> bool:
            if shape.text(record, "posted") == _NOT_POSTED:
                return False
            named = documents.said(record, "order")
            if named:
                return number in named
            return bool((documents.said(record, "origin") | documents.said(record, "delivery")) & papers)

        found = self._candidates({"order": {number}, "origin": papers}, known, fits, operation)
        numbers = {shape.text(each, "number") for each in found}
        memos = self._candidates(
            {"origin": numbers},
            known,
            lambda record: (
                shape.text(record, "origin") in numbers and shape.text(record, "number") not in numbers
            ),
            operation,
        )
        with self.office.translated(operation):
            return tuple(self._invoice(record, known) for record in (*found, *memos))

    def _candidates(
        self,
        by: Mapping[str, set[str]],
        order: Order,
        fits: Callable[[Record], bool],
        operation: str,
    ) -> list[Record]:
        """Invoices that fit: asked for by what they come from where the list shows that, else all of the customer's."""
        if not any(by.values()):
            return []
        word = next((word for word in by if self.documents.shape.column(word)), None)
        if word is None:
            sought = {"customer": order.customer, "billed": order.customer}
            return self.documents.of(sought, fits, operation)
        told = {}
        for value in sorted(by[word]):
            for record in self.documents.of({word: value}, fits, operation):
                told[self.documents.shape.text(record, "number")] = record
        return [told[number] for number in sorted(told)]

    def _invoice(self, record: Record, order: Order) -> Invoice:
        documents, shape = self.documents, self.documents.shape
        number, currency = shape.text(record, "number"), shape.text(record, "currency") or order.currency
        memo = shape.text(record, "type") in self.office.settings.credit_types
        net, gross = (as_money(shape.text(record, word), currency) for word in ("net", "gross"))
        taken: set[str] = set()
        return Invoice.trusted(
            id=number,
            number=number,
            kind=InvoiceKind.CREDIT_MEMO if memo else InvoiceKind.INVOICE,
            order_ids=(order.id,),
            customer=shape.text(record, "customer") or shape.text(record, "billed") or None,
            currency=currency or None,
            invoiced_on=as_day(shape.text(record, "invoiced_on")),
            net=net,
            gross=gross,
            tax=None
            if net is None or gross is None
            else Money.trusted(amount=gross.amount - net.amount, currency=currency),
            lines=tuple(
                InvoiceLine.trusted(
                    order_line_id=line_of(cell("order_line"), cell("product"), order.lines, taken),
                    product=cell("product") or None,
                    description=cell("description") or cell("shown") or None,
                    quantity=exact(cell("quantity") or "0"),
                    unit=self.office.unit(cell("unit")),
                    price=_price(cell("price"), currency),
                    net=as_money(cell("net"), currency),
                )
                for cell in map(documents.reader, documents.lines(record))
                if cell("product")
            ),
            raw=FrozenMapping(record),
        )


def _price(said: str, currency: str) -> UnitPrice | None:
    return UnitPrice.trusted(amount=exact(said), currency=currency) if said and currency else None
