"""One paper made of another: quotes become orders or invoices, posted invoices become credit memos."""

from __future__ import annotations

from dataclasses import replace

from .amounts import recalculate
from .company import Company
from .documents import ZERO, Document, Kind, Line
from .masters import NOBODY
from .refusals import Refusal

__all__ = ["credit", "make"]


def make(company: Company, quote: Document, kind: Kind) -> Document:
    """An order or a draft invoice of a quote; the quote goes."""
    lines = company.lines_of(quote)
    made = _made(company, quote, lines, kind)
    for line in lines:
        company.lines.remove(line.id)
    company.documents.remove(quote.id)
    return made


def credit(company: Company, invoice: Document, kind: Kind = "credit_memo") -> Document:
    """A draft credit memo or a return order against a posted invoice, with all its lines."""
    if not invoice.posted or invoice.status in {"canceled", "corrective"}:
        raise Refusal("finished", kind=invoice.kind, number=invoice.number)
    made = _made(company, invoice, company.lines_of(invoice), kind)
    return company.documents.put(replace(made, applies_to=invoice.id))


def _made(company: Company, source: Document, lines: list[Line], kind: Kind) -> Document:
    today = company.world.today()
    made = company.documents.add(
        replace(
            source,
            id=NOBODY,
            kind=kind,
            number=company.draw(kind),
            posted=False,
            status="open",
            document_date=today,
            posting_date=today,
            remaining=ZERO,
            extras={**source.extras, f"{source.kind}_number": source.number},
        )
    )
    for line in lines:
        copy = replace(
            line,
            id=NOBODY,
            document=made.id,
            shipped=ZERO,
            invoiced=ZERO,
            to_ship=line.quantity,
            to_invoice=line.quantity,
            origin=NOBODY if source.kind == "quote" else line.id,
        )
        company.lines.add(copy)
    return recalculate(company, made)
