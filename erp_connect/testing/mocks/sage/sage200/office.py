"""What people do at their desks that no endpoint does: invoices, returned goods, receipts, payments, disputes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ...business.company import Company
from ...business.documents import Document, Kind
from ...business.posting import Posted, post
from . import states


def print_invoice(company: Company, number: str) -> Document:
    """Invoice what is despatched of an order, with its charges."""
    with company.world.unit():
        order = _order(company, "order", number)
        for line in company.lines_of(order):
            if line.counts:
                done = states.whole(line) if line.type == "charge" else line.shipped
                company.lines.put(replace(line, shipped=done, to_invoice=done - line.invoiced))
        posted = post(company, company.documents.row(order.id), ship=False, invoice=True)
    assert posted.billed is not None
    return posted.billed


def receive_return(company: Company, number: str) -> Posted:
    """Take back all goods of a return and credit them."""
    return _in_full(company, "return_order", number)


def receive_goods(company: Company, number: str, vendor_invoice: str = "") -> Posted:
    """Receive what is open of a purchase order; with the supplier's invoice number it is invoiced too."""
    if vendor_invoice:
        with company.world.unit():
            order = _order(company, "purchase_order", number)
            company.documents.put(replace(order, vendor_number=vendor_invoice))
    return _in_full(company, "purchase_order", number, invoice=bool(vendor_invoice))


def dispute(company: Company, number: str, *, disputed: bool = True) -> Document:
    """The customer contests an order, or no longer."""
    with company.world.unit():
        order = _order(company, "order", number)
        return company.documents.put(replace(order, extras={**order.extras, states.DISPUTE: disputed}))


def _in_full(company: Company, kind: Kind, number: str, *, invoice: bool = True) -> Posted:
    with company.world.unit():
        order = _order(company, kind, number)
        for line in company.lines_of(order):
            if line.counts:
                billed = states.whole(line) - line.invoiced if invoice else Decimal(0)
                company.lines.put(replace(line, to_ship=line.open, to_invoice=billed))
        return post(company, company.documents.row(order.id), ship=True, invoice=invoice)


def _order(company: Company, kind: Kind, number: str) -> Document:
    order = company.find(kind, number)
    assert order is not None
    return order
