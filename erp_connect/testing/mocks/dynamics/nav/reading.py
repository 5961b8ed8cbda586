"""What fields show of the rows of the business core, and records as XML."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final

from ...business import stock
from ...business.company import Company
from ...business.documents import ZERO, Document, Line
from ...business.masters import NOBODY, Customer, Row
from .keys import Key, rec_id
from .messages import element
from .model import Field, Page, in_xml
from .settings import Settings


def records(company: Company, page: Page) -> list[Any]:
    """The records of a page, by their numbers."""
    found: Iterable[Any] = getattr(company, page.records)
    if page.records == "documents":
        found = (row for row in company.documents.where("kind", page.kind) if row.posted == page.posted)
    return sorted(found, key=lambda row: str(row.number))


def record(company: Company, page: Page, number: str) -> Any:
    """One record of a page by its number, or ``None``."""
    if page.records == "documents":
        return company.find(page.kind, number, posted=page.posted)
    return getattr(company, page.records).by("number", number)


# ---------------------------------------------------------------- values


def value_of(company: Company, field: Field, row: Row) -> Any:
    """What a field of a record, or of a line, holds."""
    if not field.source:
        return row.extras.get(field.name, field.blank)
    if field.source.startswith("="):
        return _COMPUTED[field.source[1:]](company, row)
    value = operator.attrgetter(field.source)(row)
    return field.blank if value is None else value


def _number_of(company: Company, row: Any, ident: Any) -> str:
    purchase = row.is_purchase if isinstance(row, Document) else not isinstance(row, Customer)
    found = (company.vendors if purchase else company.customers).get(ident)
    return found.number if found is not None else ""


def _paper(company: Company, line: Line) -> Document:
    return company.documents.row(line.document)


def _billed(company: Company, line: Line) -> Decimal:
    """What is invoiced of a line that was shipped: the order line's invoices, oldest shipment first."""
    shipment = _paper(company, line)
    invoiced = sum(
        (
            other.quantity
            for other in company.lines.where("object_number", line.object_number)
            if other.origin == line.origin and _paper(company, other).kind in {"invoice", "purchase_invoice"}
        ),
        ZERO,
    )
    earlier = sum(
        (
            other.quantity
            for other in company.lines.where("object_number", line.object_number)
            if other.origin == line.origin
            and _paper(company, other).kind == shipment.kind
            and _paper(company, other).number < shipment.number
        ),
        ZERO,
    )
    return max(ZERO, min(line.quantity, invoiced - earlier))


def _discount_percent(company: Company, line: Line) -> Decimal:
    paper = _paper(company, line)
    before = sum((each.amount_net for each in company.lines_of(paper)), ZERO)
    return (paper.discount_amount / before * 100).quantize(Decimal("0.00001")) if before else ZERO


def _applied(company: Company, row: Document) -> str:
    found = company.documents.get(row.applies_to)
    return found.number if found is not None else str(row.extras.get("Applies_to_Doc_No", ""))


def _order_line(company: Company, line: Line) -> int:
    """Lines of what is posted keep the number that they had in the order."""
    return line.number if _paper(company, line).order_number else 0


_COMPUTED: Final[dict[str, Callable[[Company, Any], Any]]] = {
    "partner": lambda company, row: _number_of(company, row, row.partner),
    "bill_to": lambda company, row: _number_of(company, row, row.bill_to),
    "own_payer": lambda company, row: _number_of(
        company, row, row.bill_to if isinstance(row, Customer) else row.pay_to
    ),
    "currency": lambda company, row: "" if row.currency == company.currency else row.currency,
    "applies_to": _applied,
    "closed": lambda company, row: row.remaining == 0,
    "canceled": lambda company, row: row.status == "canceled",
    "line_amount": lambda company, row: (
        company.rounded(row.quantity * row.price, _paper(company, row).currency) - row.discount_amount
    ),
    "document_number": lambda company, row: _paper(company, row).number,
    "order_number": lambda company, row: _paper(company, row).order_number,
    "order_line": _order_line,
    "billed": _billed,
    "not_billed": lambda company, row: row.quantity - _billed(company, row),
    "invoice_discount": lambda company, row: _paper(company, row).discount_amount,
    "invoice_discount_percent": _discount_percent,
    "total_net": lambda company, row: _paper(company, row).net,
    "total_tax": lambda company, row: _paper(company, row).tax,
    "total_gross": lambda company, row: _paper(company, row).gross,
    "modified_on": lambda company, row: row.modified.date(),
    "inventory": lambda company, row: stock.on_hand(company, row.number),
    "promised": lambda company, row: stock.promised(company, row.number),
    "expected": lambda company, row: stock.expected(company, row.number),
    "balance": lambda company, row: sum(
        (
            paper.remaining
            for paper in company.documents.where("partner", row.id)
            if paper.posted and paper.kind == "invoice"
        ),
        ZERO,
    ),
}


def payer(row: Any) -> Any:
    """The id of who pays for a customer, or of who is paid for a vendor; ``NOBODY``: the same."""
    return row.bill_to if isinstance(row, Customer) else getattr(row, "pay_to", NOBODY)


# ---------------------------------------------------------------- keys


def key(page: Page, row: Any) -> Key:
    """The Key of a record."""
    return Key(page.table_id, page.document_type, row.number, 0, row.version)


def line_key(page: Page, document: Document, line: Line) -> Key:
    """The Key of a line."""
    assert page.part is not None
    return Key(page.part.table_id, page.document_type, document.number, line.number, line.version)


def name_of(page: Page, row: Any) -> str:
    """The RecId of a record."""
    return rec_id(page.table, page.document_type, row.number)


# ---------------------------------------------------------------- XML


def shown(
    company: Company, page: Page, row: Any, name: str, settings: Settings, *, with_lines: bool = True
) -> str:
    """A record as the element ``name``."""
    inner = [element("Key", key(page, row).text)]
    for field in page.fields:
        if field.kind != "part":
            inner.append(_cell(company, field, row, settings))
        elif page.part is not None and with_lines:
            lines = [
                element(
                    page.part.row,
                    element("Key", line_key(page, row, line).text)
                    + "".join(_cell(company, each, line, settings) for each in page.part.fields),
                    raw=True,
                )
                for line in company.lines_of(row)
            ]
            inner.append(element(page.part.control, "".join(lines), raw=True) if lines else "")
    return element(name, "".join(inner), raw=True)


def _cell(company: Company, field: Field, row: Row, settings: Settings) -> str:
    text = in_xml(field, value_of(company, field, row))
    if not text and settings.blank_texts == "omitted":
        return ""
    return element(field.name, text)
