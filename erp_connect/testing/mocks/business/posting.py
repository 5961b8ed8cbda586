"""Posting: what leaves or arrives, what is invoiced, and how an invoice is taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

from .amounts import recalculate
from .company import Company
from .documents import ZERO, Document, Kind, Line
from .masters import NOBODY, Customer
from .refusals import Refusal
from .stock import hand_over

__all__ = ["Posted", "cancel", "pay", "post", "post_draft"]

_MOVED: Final[dict[str, Kind]] = {
    "order": "shipment",
    "purchase_order": "receipt",
    "return_order": "return_receipt",
}
_BILLED: Final[dict[str, Kind]] = {
    "order": "invoice",
    "purchase_order": "purchase_invoice",
    "return_order": "credit_memo",
}
_SIGN: Final[dict[str, int]] = {
    "shipment": -1,
    "receipt": 1,
    "return_receipt": 1,
    "invoice": -1,
    "credit_memo": 1,
    "purchase_invoice": 1,
    "purchase_credit_memo": -1,
}


@dataclass(frozen=True)
class Posted:
    """What a posting made."""

    moved: Document | None
    """The shipment, receipt or return receipt."""
    billed: Document | None
    """The invoice or credit memo."""


def post(
    company: Company, order: Document, *, ship: bool = True, invoice: bool = True, tracking: str = ""
) -> Posted:
    """Post what the order's lines are to ship (receive, take back) and to invoice."""
    lines = [line for line in company.lines_of(order) if line.counts]
    _may_post(company, order, lines, ship=ship, invoice=invoice)
    moving = [line for line in lines if ship and line.to_ship]
    billing = [line for line in lines if invoice and line.to_invoice and _limit(line, ship=ship)]
    for line in billing:
        if line.to_invoice > _limit(line, ship=ship) and not ship:
            raise Refusal("too_much_to_invoice", limit=_limit(line, ship=ship))
    if moving and not order.partial_shipping and any(line.to_ship != line.open for line in lines):
        raise Refusal("incomplete_shipment", number=order.number)
    if not moving and not billing:
        raise Refusal("nothing_to_post", kind=order.kind, number=order.number)
    shipped = billed = None
    comments = [line for line in company.lines_of(order) if not line.counts]
    if moving:
        shipped = _paper(company, order, _MOVED[order.kind], tracking)
        _copied(company, shipped, [(line, line.to_ship) for line in moving], comments)
        shipped = recalculate(company, shipped)
        for line in moving:
            hand_over(company, shipped, line, _SIGN[shipped.kind] * line.to_ship)
    if billing:
        parts = [(line, min(line.to_invoice, _limit(line, ship=ship))) for line in billing]
        billed = _billed(company, order, parts, comments)
    _booked(company, order, lines, moving, billing, ship=ship)
    return Posted(shipped, billed)


def post_draft(company: Company, draft: Document) -> Document:
    """Post an invoice or credit memo that comes from no order; its id survives, its number changes."""
    lines = [line for line in company.lines_of(draft) if line.counts]
    _may_post(company, draft, lines, ship=True, invoice=True)
    for line in lines:
        if line.type == "item" and line.origin == NOBODY:
            hand_over(company, draft, line, _SIGN[draft.kind] * line.quantity)
    posted = replace(
        draft,
        number=company.draw(f"posted {draft.kind}"),
        posted=True,
        status="unpaid",
        remaining=draft.gross,
        extras={**draft.extras, "draft_number": draft.number},
    )
    for line in lines:
        company.lines.put(replace(line, shipped=line.quantity, invoiced=line.quantity))
    return company.documents.put(posted)


def cancel(company: Company, paper: Document) -> Document:
    """Take a posted invoice or credit memo back in full: the corrective paper against it."""
    if not paper.posted or paper.status in {"canceled", "corrective"}:
        raise Refusal("finished", kind=paper.kind, number=paper.number)
    kind: Kind = "credit_memo" if paper.kind == "invoice" else "invoice"
    lines = company.lines_of(paper)
    corrective = replace(
        _paper(company, paper, kind, ""),
        status="corrective",
        applies_to=paper.id,
        order=paper.order,
        order_number=paper.order_number,
        discount_amount=paper.discount_amount,
    )
    corrective = company.documents.put(corrective)
    _copied(company, corrective, [(line, line.quantity) for line in lines], [])
    corrective = recalculate(company, corrective)
    for line in lines:
        if line.type == "item":
            hand_over(company, corrective, line, _SIGN[kind] * line.quantity)
    company.documents.put(replace(paper, status="canceled", remaining=ZERO))
    return corrective


def pay(company: Company, invoice: Document) -> Document:
    """The customer pays a posted invoice."""
    return company.documents.put(replace(invoice, status="paid", remaining=ZERO))


# ---------------------------------------------------------------- rules


def _limit(line: Line, *, ship: bool) -> Decimal:
    return line.shipped - line.invoiced + (line.to_ship if ship else ZERO)


def _may_post(company: Company, paper: Document, lines: list[Line], *, ship: bool, invoice: bool) -> None:
    settings = company.world.settings
    named = {"kind": paper.kind, "number": paper.number}
    if paper.posted or paper.canceled:
        raise Refusal("finished", **named)
    if paper.status == "pending":
        raise Refusal("status", **named, status="pending", wanted="released")
    if not lines:
        raise Refusal("no_lines", **named)
    for line in lines:
        if not line.quantity and settings.empty_lines_refused:
            raise Refusal("no_quantity", number=line.number)
    on = paper.posting_date or company.world.today()
    if (settings.posting_from and on < settings.posting_from) or (
        settings.posting_to and on > settings.posting_to
    ):
        raise Refusal("outside_posting_period", date=on)
    if settings.external_number_needed and not paper.is_purchase and not paper.external_number:
        raise Refusal("missing", field="external_number", table=paper.kind)
    _partner_may(company, paper, ship=ship, invoice=invoice)
    for line in lines:
        item = company.items.by("number", line.object_number) if line.type == "item" else None
        if item is not None and item.blocked:
            raise Refusal("blocked_item", number=item.number)


def _partner_may(company: Company, paper: Document, *, ship: bool, invoice: bool) -> None:
    partner = company.partner_of(paper)
    if isinstance(partner, Customer):
        refused = {"all"} | ({"ship"} if ship else set()) | ({"invoice"} if invoice else set())
        if partner.blocked in refused:
            raise Refusal("blocked_customer", number=partner.number, blocked=partner.blocked, kind=paper.kind)
    elif partner.blocked == "all":
        raise Refusal("blocked_vendor", number=partner.number, blocked=partner.blocked, kind=paper.kind)
    needed = company.world.settings.vendor_invoice_needed and paper.is_purchase and invoice
    if needed and not paper.vendor_number:
        raise Refusal("missing", field="vendor_number", table=paper.kind)


# ---------------------------------------------------------------- steps


def _paper(company: Company, source: Document, kind: Kind, tracking: str) -> Document:
    billing = kind in _BILLED.values() or kind in {"invoice", "credit_memo"}
    number = company.draw(f"posted {kind}" if billing else kind)
    posting_date = source.posting_date or company.world.today()
    return company.documents.add(
        replace(
            source,
            id=NOBODY,
            kind=kind,
            number=number,
            posted=True,
            status="unpaid" if billing else "released",
            posting_date=posting_date,
            document_date=source.document_date or posting_date,
            order=source.id,
            order_number=source.number,
            tracking=tracking or source.tracking,
            discount_amount=ZERO,
        )
    )


def _copied(
    company: Company, paper: Document, parts: list[tuple[Line, Decimal]], comments: Iterable[Line]
) -> list[Line]:
    copies = []
    for line, quantity in [*parts, *((line, ZERO) for line in comments)]:
        whole = line.quantity - line.canceled
        ratio = quantity / whole if whole else ZERO
        copies.append(
            company.lines.add(
                replace(
                    line,
                    id=NOBODY,
                    document=paper.id,
                    quantity=quantity,
                    canceled=ZERO,
                    discount_amount=company.rounded(line.discount_amount * ratio, paper.currency),
                    to_ship=ZERO,
                    to_invoice=ZERO,
                    shipped=quantity,
                    invoiced=quantity if paper.kind in _BILLED.values() else ZERO,
                    origin=line.id,
                )
            )
        )
    return copies


def _billed(
    company: Company, order: Document, parts: list[tuple[Line, Decimal]], comments: Iterable[Line]
) -> Document:
    paper = _paper(company, order, _BILLED[order.kind], "")
    _copied(company, paper, parts, comments)
    share = sum(
        (
            line.discount_share * quantity / (line.quantity - line.canceled)
            for line, quantity in parts
            if line.discount_share
        ),
        ZERO,
    )
    terms = company.payment_terms.by("code", paper.payment_terms)
    base = paper.document_date or company.world.today()
    paper = replace(
        paper,
        discount_amount=company.rounded(share, paper.currency),
        due_date=base + timedelta(days=terms.days if terms is not None else 0),
    )
    paper = recalculate(company, company.documents.put(paper))
    return company.documents.put(replace(paper, remaining=paper.gross))


def _booked(
    company: Company,
    order: Document,
    lines: list[Line],
    moving: list[Line],
    billing: list[Line],
    *,
    ship: bool,
) -> None:
    """Write into the order what was posted of it; it goes where nothing is left to do."""
    left = False
    for line in lines:
        shipped = line.shipped + (line.to_ship if line in moving else ZERO)
        part = min(line.to_invoice, _limit(line, ship=ship)) if line in billing else ZERO
        invoiced = line.invoiced + part
        whole = line.quantity - line.canceled
        rest = company.world.settings.quantities_to_ship == "rest"
        company.lines.put(
            replace(
                line,
                shipped=shipped,
                invoiced=invoiced,
                to_ship=whole - shipped if rest else ZERO,
                to_invoice=whole - invoiced if rest else ZERO,
            )
        )
        left = left or shipped < whole or invoiced < whole
    if left or not company.world.settings.deletes_finished:
        company.documents.put(company.documents.row(order.id))
        return
    for line in company.lines_of(order):
        company.lines.remove(line.id)
    company.documents.remove(order.id)
