"""Creating, changing, releasing and deleting papers.  Fields bear the names of ``Document``'s attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from . import lines
from .amounts import recalculate
from .company import Company
from .documents import Document, Kind
from .masters import NOBODY, Address, Customer, Vendor
from .refusals import Reason, Refusal

__all__ = ["change", "create", "credit_exposure", "delete", "release", "reopen", "request_approval"]

_FIXING: Final = frozenset({"pending", "released", "prepayment"})
_ORDERS: Final = frozenset({"order", "purchase_order", "return_order"})
_AMOUNT_FIELDS: Final = frozenset({"currency", "prices_include_tax", "discount_amount"})
_CODES: Final = {
    "payment_terms": "payment_terms",
    "shipment_method": "shipment_methods",
    "location": "locations",
    "payment_method": "payment_methods",
}


def create(
    company: Company, kind: Kind, fields: Mapping[str, Any], wanted: Iterable[Mapping[str, Any]] = ()
) -> Document:
    """A new paper with its lines; ``partner`` is needed, the rest has defaults."""
    world = company.world
    if fields.get("number") and not world.settings.manual_numbers:
        raise Refusal("sent_manually", kind=kind)
    draft = Document(kind=kind, partner=fields.get("partner", NOBODY))
    if draft.partner == NOBODY:
        raise Refusal("missing", field="partner", table="Vendor" if draft.is_purchase else "Customer")
    partner = company.partner_of(draft)
    _not_blocked(company, draft, partner)
    today = world.today()
    draft = replace(draft, order_date=today, document_date=today, posting_date=today)
    draft = _with_partner(company, draft, partner, fields)
    given = {name: value for name, value in fields.items() if name != "partner"}
    _checked(company, given)
    draft = _filled(company, replace(draft, **given))
    draft = replace(draft, number=draft.number or company.draw(kind))
    document = company.documents.add(draft)
    for fields_of_line in wanted:
        lines.add(company, document, fields_of_line)
    document = recalculate(company, document, touch=False)
    _within_credit(company, document, partner)
    return document


def change(company: Company, document: Document, fields: Mapping[str, Any]) -> Document:
    """Change fields of a paper; what is equal to what is there changes nothing."""
    _open_for_edits(document)
    moved = {name: value for name, value in fields.items() if getattr(document, name) != value}
    fixed = sorted(company.world.settings.header_fixed & set(moved))
    if document.status in _FIXING and fixed:
        raise _status(document)
    _checked(company, moved)
    changed = document
    if "partner" in moved:
        partner = company.partner_of(replace(document, partner=moved["partner"]))
        _not_blocked(company, document, partner)
        changed = _with_partner(company, replace(document, partner=partner.id), partner, fields)
    if "bill_to" in moved:
        payers = company.vendors if document.is_purchase else company.customers
        payer: Customer | Vendor = payers.row(moved["bill_to"])
        changed = replace(changed, bill_address=_own_address(payer))
    if "ship_address" in moved and "ship_to_code" not in moved:
        changed = replace(changed, ship_to_code="")
    changed = _filled(company, replace(changed, **{n: v for n, v in moved.items() if n != "partner"}))
    changed = company.documents.put(changed)
    if changed.currency != document.currency:
        for line in company.lines_of(changed):
            lines.reprice(company, changed, line)
    if set(moved) & (_AMOUNT_FIELDS | {"partner"}):
        changed = recalculate(company, changed)
    return changed


def delete(company: Company, document: Document) -> None:
    """Delete a paper with its lines: how orders are cancelled where no state says so."""
    if document.posted:
        raise Refusal("cannot_delete", kind=document.kind, number=document.number, why="posted")
    if document.prepaid:
        raise Refusal("prepayment", kind=document.kind, number=document.number)
    its_lines = company.lines_of(document)
    for line in its_lines:
        if line.shipped > line.invoiced and not company.world.settings.deletes_shipped:
            rest = line.shipped - line.invoiced
            raise Refusal("shipped_not_invoiced", kind=document.kind, number=document.number, quantity=rest)
    if document.kind == "order" and company.world.settings.archives_orders:
        company.archives.add(replace(document, id=NOBODY, archived=document.archived + 1, order=document.id))
    for line in its_lines:
        company.lines.remove(line.id)
    company.documents.remove(document.id)


def release(company: Company, document: Document) -> Document:
    """Release to the warehouse."""
    _open_for_edits(document)
    if not any(line.counts and line.quantity for line in company.lines_of(document)):
        raise Refusal("no_lines", kind=document.kind, number=document.number)
    return company.documents.put(replace(document, status="released"))


def reopen(company: Company, document: Document) -> Document:
    """Take back from release or approval."""
    return company.documents.put(replace(document, status="open"))


def request_approval(company: Company, document: Document) -> Document:
    """Send for approval."""
    return company.documents.put(replace(document, status="pending"))


def credit_exposure(company: Company, customer: Customer) -> Any:
    """What a customer owes and has on order."""
    papers = company.documents.where("partner", customer.id)
    owed = sum(p.remaining for p in papers if p.kind == "invoice" and p.posted)
    ordered = sum(p.gross for p in papers if p.kind == "order" and not p.canceled)
    return owed + ordered


# ---------------------------------------------------------------- rules


def _open_for_edits(document: Document) -> None:
    if document.posted or document.canceled:
        raise Refusal("finished", kind=document.kind, number=document.number)


def _status(document: Document) -> Refusal:
    return Refusal(
        "status", kind=document.kind, number=document.number, status=document.status, wanted="open"
    )


def _not_blocked(company: Company, document: Document, partner: Customer | Vendor) -> None:
    if company.world.settings.blocked_refuse_orders and partner.blocked == "all":
        kind: Reason = "blocked_vendor" if isinstance(partner, Vendor) else "blocked_customer"
        raise Refusal(kind, number=partner.number, blocked="all", kind=document.kind)


def _within_credit(company: Company, document: Document, partner: Customer | Vendor) -> None:
    checked = company.world.settings.credit_check == "refuse" and document.kind == "order"
    if checked and isinstance(partner, Customer) and partner.credit_limit:
        exposure = credit_exposure(company, partner)
        if exposure > partner.credit_limit:
            raise Refusal(
                "credit_limit", number=partner.number, limit=partner.credit_limit, exposure=exposure
            )


def _checked(company: Company, fields: Mapping[str, Any]) -> None:
    for name, table in _CODES.items():
        if fields.get(name):
            company.known(getattr(company, table), fields[name], name)
    currency = fields.get("currency")
    if currency and currency != company.currency:
        company.known(company.currencies, currency, "currency")


def _with_partner(
    company: Company, document: Document, partner: Customer | Vendor, fields: Mapping[str, Any]
) -> Document:
    address = _own_address(partner)
    chosen = partner.bill_to if isinstance(partner, Customer) else partner.pay_to
    bill_to = fields.get("bill_to") or (partner.id if chosen == NOBODY else chosen)
    payer = (company.customers if isinstance(partner, Customer) else company.vendors).row(bill_to)
    defaulted: dict[str, Any] = {
        "currency": payer.currency or company.currency,
        "payment_terms": payer.payment_terms,
        "payment_method": payer.payment_method,
        "shipment_method": partner.shipment_method,
        "location": partner.location,
        "prices_include_tax": payer.prices_include_tax,
        "salesperson": partner.salesperson if isinstance(partner, Customer) else partner.purchaser,
    }
    if isinstance(partner, Customer):
        defaulted |= {"agent": partner.agent, "agent_service": partner.agent_service}
    defaulted["ship_address"] = address if isinstance(partner, Customer) else company.address
    return replace(
        document,
        partner=partner.id,
        bill_to=payer.id,
        partner_address=address,
        bill_address=_own_address(payer),
        phone=partner.phone,
        email=partner.email,
        **defaulted,
    )


def _filled(company: Company, document: Document) -> Document:
    """The paper with the fields that follow from others."""
    terms = company.payment_terms.by("code", document.payment_terms)
    due = document.due_date
    if document.document_date is not None and due is None:
        due = document.document_date + timedelta(days=terms.days if terms is not None else 0)
    return replace(document, currency=document.currency or company.currency, due_date=due)


def _own_address(partner: Customer | Vendor) -> Address:
    return replace(partner.address, name=partner.address.name or partner.name)
