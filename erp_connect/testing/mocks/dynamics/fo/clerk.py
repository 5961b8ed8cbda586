"""What people do in the client, and no public entity offers: confirm, pick, pack, invoice, cancel (dynamics.md 3.5).

Each is a transaction of its own.  Quantities are by line number, in the line's unit; without them, all that is open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ...business import posting
from ...business.company import Company
from ...business.documents import ZERO, Document, Line
from ...business.refusals import Refusal
from .headers import touched


def confirm(company: Company, order: Document) -> Document:
    """Confirm a sales order to the customer, or a purchase order by the vendor."""
    with company.world.unit():
        order = _workable(company, order)
        if order.kind == "purchase_order":
            return touched(company, order, **{"@approval": "Confirmed"})
        lines = company.lines_of(order)
        if not lines:
            raise Refusal("no_lines", kind=order.kind, number=order.number)
        kept = order.extras.get("@confirmations", ())
        said = (
            company.world.today(),
            f"{order.number}-{len(kept) + 1}",
            tuple(line.number for line in lines),
        )
        return touched(company, order, **{"@confirmations": (*kept, said)})


def pick(company: Company, order: Document) -> Document:
    """Post the picking list."""
    with company.world.unit():
        return touched(company, _workable(company, order), **{"@picked": True})


def pack(
    company: Company,
    order: Document,
    quantities: Mapping[int, Decimal] | None = None,
    tracking: Sequence[tuple[str, str]] = (),
) -> Document:
    """Post a packing slip; the parcels are numbers with their addresses on the web."""
    with company.world.unit():
        slip = _moved(company, order, quantities)
        return company.documents.put(replace(slip, extras={**slip.extras, "@tracking": tuple(tracking)}))


def receive(company: Company, order: Document, quantities: Mapping[int, Decimal] | None = None) -> Document:
    """Post a product receipt of a purchase order, or the arrival of a return order."""
    with company.world.unit():
        receipt = _moved(company, order, quantities)
        for line in company.lines_of(order) if order.kind == "return_order" else []:
            arrived = {"ActualReturnArrivalDate": company.world.clock.now()}
            company.lines.put(replace(line, extras={**line.extras, **arrived}))
        return receipt


def invoice(company: Company, order: Document) -> Document:
    """Post the invoice of what is delivered and not invoiced; of a return, the credit note."""
    with company.world.unit():
        order = _workable(company, order)
        for line in company.lines_of(order):
            company.lines.put(replace(line, to_invoice=line.shipped - line.invoiced))
        posted = posting.post(company, order, ship=False, invoice=True).billed
        assert posted is not None
        touched(company, company.documents.row(order.id))
        return posted


def cancel(company: Company, order: Document) -> Document:
    """The function Cancel: what is not delivered is not wanted any more, and the order stays (dynamics.md 3.5)."""
    with company.world.unit():
        order = _workable(company, order, held=True)
        lines = company.lines_of(order)
        for line in lines:
            company.lines.put(replace(line, canceled=line.quantity - line.shipped, to_ship=ZERO))
        gone = all(not line.shipped for line in lines)
        return touched(company, company.documents.put(replace(order, canceled=gone)))


def _workable(company: Company, order: Document, *, held: bool = False) -> Document:
    """The order as it is now; not one whose processing is stopped."""
    order = company.documents.row(order.id)
    if order.canceled or (order.held and not held):
        raise Refusal("finished", kind=order.kind, number=order.number)
    return order


def _moved(company: Company, order: Document, quantities: Mapping[int, Decimal] | None) -> Document:
    order = _workable(company, order)
    for line in company.lines_of(order):
        wanted = line.open if quantities is None else quantities.get(line.number, ZERO)
        if _stopped(line) and wanted:
            raise Refusal("finished", kind=order.kind, number=order.number)
        company.lines.put(replace(line, to_ship=wanted))
    posted: Any = posting.post(company, order, ship=True, invoice=False).moved
    touched(company, company.documents.row(order.id))
    return company.documents.row(posted.id)


def _stopped(line: Line) -> bool:
    return line.extras.get("IsLineStopped") == "Yes"
