"""Stock that is put aside for the lines of orders."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ...business.documents import ZERO, Line
from ...business.stock import on_hand
from . import states
from .desk import Desk
from .order_fields import moves_stock
from .refusing import Refused


def reserved(desk: Desk, item: str, location: str | None = None, but: Line | None = None) -> Decimal:
    """What is put aside of a product, in stock units."""
    total = ZERO
    for line in desk.company.lines.where("object_number", item):
        aside = states.allocated(line)
        if not aside or (location is not None and line.location != location):
            continue
        document = desk.company.documents.get(line.document)
        own = but is not None and line.id == but.id
        if document is not None and document.kind == "order" and not document.posted and not own:
            total += aside * line.per_unit
    return total


def free(desk: Desk, item: str, location: str | None = None) -> Decimal:
    """What of a product nobody has put aside."""
    return on_hand(desk.company, item, location) - reserved(desk, item, location)


def allocate(desk: Desk, line: Line, more: Decimal | None, *, new: bool) -> Line:
    """The line with what is put aside for it: ``more`` than before, or, where nobody says, what the set-up gives."""
    document = desk.company.documents.row(line.document)
    if document.kind != "order" or not moves_stock(desk, line):
        return line
    before = ZERO if new else states.allocated(line)
    wanted = before + more if more is not None else line.open if desk.settings.allocates_on_entry else before
    wanted = max(min(wanted, line.open), ZERO)
    there = on_hand(desk.company, line.object_number, line.location)
    there -= reserved(desk, line.object_number, line.location, but=line)
    possible = max(min(wanted, there / line.per_unit), ZERO)
    if more and possible < wanted and desk.settings.short_stock == "refused":
        raise Refused(f"There is not enough free stock of '{line.object_number}'.", "to_allocate_quantity")
    return kept(desk, line, possible)


def kept(desk: Desk, line: Line, quantity: Decimal) -> Line:
    """The line with so much put aside."""
    if states.allocated(line) == quantity:
        return line
    return desk.company.lines.put(replace(line, extras={**line.extras, states.ALLOCATED: quantity}))
