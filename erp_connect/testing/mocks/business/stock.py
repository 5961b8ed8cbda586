"""How much of an item is where, and what is promised of it, in base units."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Literal

from .company import Company
from .documents import ZERO, Document, Line
from .masters import Item, LedgerEntry
from .refusals import Refusal

Movement = Literal["purchase", "sale", "positive", "negative", "transfer"]


def on_hand(company: Company, item: str, location: str | None = None, variant: str | None = None) -> Decimal:
    """What is there: at one location, or at all."""
    return sum(
        (
            entry.quantity
            for entry in company.ledger.where("item", item)
            if location in {None, entry.location} and variant in {None, entry.variant}
        ),
        ZERO,
    )


def promised(company: Company, item: str, location: str | None = None) -> Decimal:
    """What open sales orders still want of it."""
    return _outstanding(company, item, location, "order")


def expected(company: Company, item: str, location: str | None = None) -> Decimal:
    """What open purchase orders will still bring of it."""
    return _outstanding(company, item, location, "purchase_order")


def _outstanding(company: Company, item: str, location: str | None, kind: str) -> Decimal:
    total = ZERO
    for line in company.lines.where("object_number", item):
        if line.type == "item" and location in {None, line.location}:
            document = company.documents.row(line.document)
            if document.kind == kind and not document.posted and not document.canceled:
                total += line.open * line.per_unit
    return total


def move(
    company: Company,
    item: Item,
    quantity: Decimal,
    location: str = "",
    variant: str = "",
    type: Movement = "positive",
    on: date | None = None,
    document: str = "",
) -> LedgerEntry:
    """Enter a movement: more with a plus, less with a minus."""
    entry = LedgerEntry(
        number=len(company.ledger) + 1,
        item=item.number,
        variant=variant,
        location=location,
        posted_on=on or company.world.today(),
        type=type,
        quantity=quantity,
        document=document,
        description=item.name,
        cost_amount=quantity * item.cost,
    )
    return company.ledger.add(entry)


def set_on_hand(
    company: Company, number: str, quantity: Decimal, location: str = "", variant: str = ""
) -> None:
    """Adjust the stock of an item at a location to a quantity."""
    item = company.items.by("number", number)
    if item is None:
        raise Refusal("not_in_table", field="item", value=number, table=company.items.name)
    difference = quantity - on_hand(company, number, location, variant)
    if difference:
        move(company, item, difference, location, variant, "positive" if difference > 0 else "negative")


def hand_over(company: Company, paper: Document, line: Line, quantity: Decimal) -> None:
    """Enter what a shipment, a receipt or a return moves: with a minus what leaves; in the line's unit."""
    item = company.items.by("number", line.object_number)
    if item is None or item.type != "inventory":
        return
    base = quantity * line.per_unit
    if base < 0 and not company.world.settings.negative_stock:
        there = on_hand(company, item.number, line.location, line.variant)
        if there + base < 0:
            raise Refusal(
                "out_of_stock", item=item.number, location=line.location, available=there, wanted=-base
            )
    kind: Movement = "purchase" if paper.is_purchase else "sale"
    entry = move(company, item, base, line.location, line.variant, kind, paper.posting_date, paper.number)
    company.ledger.put(
        replace(
            entry,
            document_kind=paper.kind,
            source=company.partner_of(paper).number,
            source_type="vendor" if paper.is_purchase else "customer",
            sales_amount=ZERO
            if paper.is_purchase
            else company.rounded(line.price * -quantity, paper.currency),
        )
    )
