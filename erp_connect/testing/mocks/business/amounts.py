"""What a line and a paper come to: discounts, tax, and rounding by currency."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

from .company import Company
from .documents import ZERO, Document, Line

_HUNDRED: Final = Decimal(100)
_AMOUNTS: Final = ("amount_net", "amount_tax", "amount_gross", "discount_share", "net", "tax", "gross")
_NO_AMOUNTS: Final[dict[str, Any]] = dict.fromkeys((*_AMOUNTS, "discount_amount"), ZERO)


def discounted(company: Company, document: Document, line: Line) -> Line:
    """The line with the amount that its discount in percent comes to."""
    whole = company.rounded(line.quantity * line.price, document.currency)
    amount = company.rounded(whole * line.discount_percent / _HUNDRED, document.currency)
    return replace(line, discount_amount=amount)


def percented(company: Company, document: Document, line: Line) -> Line:
    """The line with the percentage that its discount as an amount comes to."""
    whole = company.rounded(line.quantity * line.price, document.currency)
    percent = (line.discount_amount / whole * _HUNDRED) if whole else ZERO
    return replace(
        line, discount_percent=percent.quantize(Decimal("0.00001"), ROUND_HALF_UP).normalize() + ZERO
    )


def calculated(company: Company, document: Document, lines: list[Line]) -> tuple[Document, list[Line]]:
    """The paper and its lines with all amounts; the paper's discount is spread in proportion."""
    priced = [_before(company, document, line) for line in lines]
    base = {line.id: _as_priced(document, line) for line in priced if line.counts}
    shares = _shares(company, document, base)
    done = [_after(company, document, line, shares.get(line.id, ZERO)) for line in priced]
    whole = replace(
        document,
        net=sum((line.net for line in done), ZERO),
        tax=sum((line.tax for line in done), ZERO),
        gross=sum((line.gross for line in done), ZERO),
    )
    return whole, done


def _shares(company: Company, document: Document, base: dict[UUID, Decimal]) -> dict[UUID, Decimal]:
    """The paper's discount line by line; the last line takes what rounding left."""
    total, left = sum(base.values(), ZERO), document.discount_amount
    shares: dict[UUID, Decimal] = {}
    for ident, amount in base.items():
        part = document.discount_amount * amount / total if total else ZERO
        shares[ident] = left if len(shares) == len(base) - 1 else company.rounded(part, document.currency)
        left -= shares[ident]
    return shares


def _as_priced(document: Document, line: Line) -> Decimal:
    return line.amount_gross if document.prices_include_tax else line.amount_net


def _parted(
    company: Company, document: Document, line: Line, amount: Decimal
) -> tuple[Decimal, Decimal, Decimal]:
    """Net, tax and gross of an amount that is as the paper's prices are."""
    if document.prices_include_tax:
        net = company.rounded(amount / (1 + line.tax_percent / _HUNDRED), document.currency)
        return net, amount - net, amount
    tax = company.rounded(amount * line.tax_percent / _HUNDRED, document.currency)
    return amount, tax, amount + tax


def _before(company: Company, document: Document, line: Line) -> Line:
    if not line.counts:
        return replace(line, **_NO_AMOUNTS)
    whole = company.rounded((line.quantity - line.canceled) * line.price, document.currency)
    net, tax, gross = _parted(company, document, line, whole - line.discount_amount)
    return replace(line, amount_net=net, amount_tax=tax, amount_gross=gross)


def _after(company: Company, document: Document, line: Line, share: Decimal) -> Line:
    net, tax, gross = _parted(company, document, line, _as_priced(document, line) - share)
    return replace(line, discount_share=line.amount_net - net, net=net, tax=tax, gross=gross)


def recalculate(company: Company, document: Document, *, touch: bool = False) -> Document:
    """Store the amounts of a paper; its own row is written where they moved, or where ``touch`` says so."""
    lines = company.lines_of(document)
    whole, done = calculated(company, document, lines)
    for before, after in zip(lines, done, strict=True):
        if after != before:
            company.lines.put(after)
    return company.documents.put(whole) if touch or whole != document else document
