"""What other people do meanwhile in the product's own windows, where orders can be changed (sage.md 3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from ...business.company import Company
from ...business.documents import ZERO, Document
from ...business.posting import Posted, post


def ship(
    company: Company,
    order: Document,
    quantities: Mapping[int, Decimal] | None = None,
    *,
    invoice: bool = False,
    tracking: str = "",
) -> Posted:
    """Ship quantities by number of the line, or all that is open; invoice them at once if wanted."""
    for line in company.lines_of(order):
        moved = line.open if quantities is None else quantities.get(line.number, ZERO)
        company.lines.put(replace(line, to_ship=moved, to_invoice=moved if invoice else ZERO))
    return post(company, company.documents.row(order.id), ship=True, invoice=invoice, tracking=tracking)


def invoice(company: Company, order: Document) -> Posted:
    """Invoice what was shipped and is not invoiced."""
    for line in company.lines_of(order):
        company.lines.put(replace(line, to_ship=ZERO, to_invoice=line.shipped - line.invoiced))
    return post(company, company.documents.row(order.id), ship=False, invoice=True)


def hold(company: Company, order: Document, *, held: bool = True) -> Document:
    """Put an order on hold, or let it go on."""
    return company.documents.put(replace(company.documents.row(order.id), held=held))


def cancel(company: Company, order: Document) -> Document:
    """Give up what is not shipped of an order: it counts as complete."""
    return company.documents.put(replace(company.documents.row(order.id), canceled=True))
