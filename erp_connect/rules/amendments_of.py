"""The amendments that make one state of an order out of another: for a workbook, a sync, a plan to show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ..models import (
    EMPTY,
    AddLine,
    AddNote,
    Amendment,
    CancelLine,
    ChangeAddress,
    ChangeDate,
    ChangeDiscount,
    ChangeHeader,
    ChangePrice,
    ChangeQuantity,
    ChangeWarehouse,
    Hold,
    LineDraft,
    OrderFields,
    OrderLine,
    PlaceHold,
    PurchaseOrderLine,
    PurchaseOrderLineDraft,
    ReleaseHold,
    SubstituteProduct,
)
from .moving import pair_lines
from .quantities import equal_units, open_quantity

__all__ = ["amendments_between"]

_HEADER: Final = (
    *("customer_po", "supplier_reference", "order_date", "prices_include_tax", "payment_terms"),
    *("delivery_terms", "partial_shipment", "discounts", "charges", "references", "contact"),
)
_CANNOT_BE_CLEARED: Final = frozenset({"prices_include_tax", "partial_shipment"})
ZERO: Final = Decimal(0)
DEFAULT_REASON: Final = "no longer ordered"


def amendments_between(before: OrderFields, after: OrderFields) -> tuple[Amendment, ...]:
    """The amendments that turn the business content of ``before`` into that of ``after``.

    Lines are matched by id, then by reference; a line that vanished, or has more cancelled, is cancelled.  What no
    amendment says stays out (another customer, a date taken away, a changed description, a hold on a line that is
    not there yet): ``changes`` between the amended order and ``after`` shows it.
    """
    pairs, gone, new = pair_lines(before.lines, after.lines)
    found: list[Amendment] = [*_header(before, after), *_holds(before.holds, after.holds, None)]
    # What changes date or warehouse of all that is open must not reach a line that is closed by then.
    closing = [(old, line) for old, line in pairs if open_quantity(line.quantities) == 0]
    for old, line in closing:
        found += _line(old, line, None, None)
    found += [
        CancelLine(line=line.id, reason=DEFAULT_REASON) for line in gone if open_quantity(line.quantities)
    ]
    date_now, place_now = _for_all_lines(before, after)
    if date_now is not None:
        found.append(ChangeDate(to=date_now))
    if place_now is not None:
        found.append(ChangeWarehouse(to=place_now))
    for old, line in pairs:
        if open_quantity(line.quantities) > 0:
            found += _line(old, line, date_now, place_now)
    found += [AddLine(line=_draft_of(line)) for line in sorted(new, key=lambda line: line.position)]
    return tuple(found)


def _for_all_lines(before: OrderFields, after: OrderFields) -> tuple[date | None, str | None]:
    """Date and warehouse that the order as a whole is changed to; its open lines follow."""
    day = after.requested if after.requested != before.requested else None
    place = after.warehouse if after.warehouse != before.warehouse else None
    return day, place


def _header(before: OrderFields, after: OrderFields) -> Iterator[Amendment]:
    fields: dict[str, Any] = {}
    for name in _HEADER:
        old, new = getattr(before, name, None), getattr(after, name, None)
        if old != new and not (new is None and name in _CANNOT_BE_CLEARED):
            fields[name] = EMPTY if new is None or new == () else new
    custom = {
        name: EMPTY if after.custom.get(name) is None else after.custom[name]
        for name in dict.fromkeys((*before.custom, *after.custom))
        if before.custom.get(name) != after.custom.get(name)
    }
    if custom:
        fields["custom"] = custom
    if fields:
        yield ChangeHeader(**fields)
    addresses = {
        name: getattr(after, name)
        for name in ("ship_to", "bill_to")
        if getattr(after, name, None) is not None and getattr(before, name, None) != getattr(after, name)
    }
    if addresses:
        yield ChangeAddress(**addresses)
    already = list(before.notes)
    for note in after.notes:
        if note in already:
            already.remove(note)
        else:
            yield AddNote(text=note)


def _holds(before: Sequence[Hold], after: Sequence[Hold], line_id: str | None) -> Iterator[Amendment]:
    old = {hold.kind: hold for hold in before}
    new = {hold.kind: hold for hold in after}
    for kind in old:
        if kind not in new:
            yield ReleaseHold(kind=kind, line=line_id)
    for kind, hold in new.items():
        if kind not in old or old[kind].reason != hold.reason:
            yield PlaceHold(kind=kind, reason=hold.reason, line=line_id)


def _line(old: OrderLine, new: OrderLine, day: date | None, place: str | None) -> Iterator[Amendment]:
    """The amendments of one line; ``day`` and ``place`` are what all open lines are given beforehand."""
    line_id, ordered = old.id, new.quantities.ordered
    waiting = open_quantity(old.quantities) > 0
    yield from _holds(old.holds, new.holds, line_id)
    substituted = old.product != new.product or not equal_units(old.unit, new.unit)
    if substituted and new.product is not None:
        yield SubstituteProduct(
            line=line_id,
            to=new.product,
            quantity=ordered if ordered > 0 else None,
            unit=new.unit,
            price=new.price if new.price != old.price else None,
        )
    elif new.price is not None and new.price != old.price:
        yield ChangePrice(line=line_id, to=new.price)
    if new.discount != old.discount:
        yield ChangeDiscount(line=line_id, to=EMPTY if new.discount is None else new.discount)
    requested = day if day is not None and waiting else old.requested
    if new.requested is not None and new.requested != requested:
        yield ChangeDate(line=line_id, to=new.requested)
    warehouse = place if place is not None and waiting else old.warehouse
    if new.warehouse is not None and new.warehouse != warehouse:
        yield ChangeWarehouse(line=line_id, to=new.warehouse)
    if not substituted and ordered != old.quantities.ordered and ordered > 0:
        yield ChangeQuantity(line=line_id, to=ordered)
    was, now = old.quantities.cancelled or ZERO, new.quantities.cancelled or ZERO
    if waiting and (now > was or ordered == 0):
        yield CancelLine(line=line_id, reason=DEFAULT_REASON)


def _draft_of(line: OrderLine) -> LineDraft | PurchaseOrderLineDraft:
    """The draft of a line as it stands: what a caller would have sent for it."""
    fields: dict[str, Any] = {
        "product": line.product or "",
        "quantity": line.quantities.ordered,
        "unit": line.unit or "C62",
        "price": line.price,
        "requested": line.requested,
        "description": line.description,
        "kind": line.kind,
        "discount": line.discount,
        "warehouse": line.warehouse,
        "reference": line.reference,
        "custom": line.custom,
    }
    if isinstance(line, PurchaseOrderLine):
        return PurchaseOrderLineDraft.trusted(**fields, supplier_product=line.supplier_product)
    return LineDraft.trusted(**fields)
