"""Despatching: what is ready for it, the despatch itself in stock units, and its tracking (sage.md 4.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from ...business.documents import ZERO, Document, Line
from ...business.posting import post
from . import states
from .allocating import kept
from .desk import Desk
from .despatch_fields import CONFIRM, GOODS, ITEM, RECEIPT, SERVICES, TRACKED, Ready
from .fields import checked
from .order_fields import available
from .refusing import Refused, missing, unknown

# ---------------------------------------------------------------- what is ready


def intent(desk: Desk, line: Line) -> str:
    """How a line is confirmed: goods when they leave, services on their own."""
    given = str(line.extras.get("confirmation_intent_type", ""))
    if given:
        return GOODS if given.endswith(GOODS) else SERVICES
    item = desk.company.items.by("number", line.object_number) if line.type == "item" else None
    return SERVICES if item is not None and item.type == "service" else GOODS


def ready(desk: Desk) -> Iterator[Ready]:
    """The orders that have something to despatch and are amended by nobody."""
    for order in desk.company.documents.where("kind", "order"):
        held = desk.held(order)
        if (
            order.posted
            or states.status(desk, order) != "EnumDocumentStatusLive"
            or (held and not held.despatching)
        ):
            continue
        lines = [line for line in desk.company.lines_of(order) if available(desk, line) > 0]
        for wanted in (GOODS, SERVICES):
            chosen = tuple(line for line in lines if intent(desk, line) == wanted)
            if chosen:
                yield Ready(order, wanted, chosen)


# ---------------------------------------------------------------- the despatch


def confirm(desk: Desk, body: Any) -> Document:
    """Despatch what a body names of one order, in stock units; the despatch."""
    sent = checked(CONFIRM, body, desk.settings)
    for name in ("sop_order_return_id", "items"):
        if not sent.get(name):
            raise missing(name)
    wanted = _intent(desk, sent.get("confirmation_intent_type", GOODS))
    order = desk.found(desk.company.documents, sent["sop_order_return_id"])
    if order is None or order.kind != "order" or order.posted:
        raise unknown("sales order", sent["sop_order_return_id"], "sop_order_return_id")
    desk.free(order, 0, despatching=True)
    if states.status(desk, order) != "EnumDocumentStatusLive":
        raise Refused(
            f"The sales order '{order.number}' is {states.status(desk, order)} and cannot be despatched."
        )
    quantities = _quantities(desk, order, sent["items"], wanted)
    tracking = _tracking(desk, order, sent.get("tracking_items", []))
    for line in desk.company.lines_of(order):
        desk.company.lines.put(replace(line, to_ship=quantities.get(line.id, ZERO)))
    on = sent.get("despatch_receipt_date") or desk.company.world.today()
    order = desk.company.documents.put(replace(desk.company.documents.row(order.id), posting_date=on))
    posted = post(desk.company, order, ship=True, invoice=False, tracking=tracking.pop("consignment_no", ""))
    for line in desk.company.lines_of(order):
        if line.id in quantities:
            kept(desk, line, max(states.allocated(line) - quantities[line.id], ZERO))
    desk.locks.pop(order.id, None)
    assert posted.moved is not None
    extras = {**tracking, "despatched_by": desk.user}
    return desk.company.documents.put(replace(posted.moved, extras=extras, document_date=on))


def _intent(desk: Desk, sent: str) -> str:
    if sent not in {GOODS, SERVICES}:
        raise Refused(f"'{sent}' is not a confirmation type.", "confirmation_intent_type")
    if sent == SERVICES and desk.settings.edition == "standard":
        raise Refused("Services are confirmed in Professional only.", "confirmation_intent_type")
    return sent


def _quantities(desk: Desk, order: Document, items: list[Any], wanted: str) -> dict[Any, Decimal]:
    """What goes of each line, in selling units."""
    quantities: dict[Any, Decimal] = {}
    for place, one in enumerate(items):
        where = f"items[{place}]"
        sent = checked(ITEM, one, desk.settings, where)
        for name in ("id", "quantity"):
            if not sent.get(name):
                raise missing(f"{where}.{name}")
        line = desk.found(desk.company.lines, sent["id"])
        if line is None or line.document != order.id or not states.moves(line):
            raise unknown("sales order line", sent["id"], f"{where}.id")
        if line.id in quantities:
            raise Refused("A line is named more than once.", f"{where}.id")
        if intent(desk, line) != wanted:
            raise Refused("The line has another confirmation type.", f"{where}.id")
        quantity = sent["quantity"] / line.per_unit
        if quantity < 0 or quantity > available(desk, line):
            most = available(desk, line) * line.per_unit
            raise Refused(f"No more than {most.normalize():f} can be despatched.", f"{where}.quantity")
        quantities[line.id] = quantity
    return quantities


def _tracking(desk: Desk, order: Document, items: list[Any]) -> dict[str, Any]:
    """The tracking of the despatch: one entry for the one order."""
    found: dict[str, Any] = {}
    for place, one in enumerate(items):
        sent = checked(TRACKED, one, desk.settings, f"tracking_items[{place}]")
        named = sent.pop("sop_order_return_id", None)
        if named is not None and named != desk.number(order, desk.company.documents):
            raise Refused(
                "The order of the tracking is not despatched.", f"tracking_items[{place}].sop_order_return_id"
            )
        if place:
            raise Refused("There is one tracking entry for each order.", f"tracking_items[{place}]")
        _known_courier(desk, sent, f"tracking_items[{place}].courier_id")
        found |= sent
    return found


def _known_courier(desk: Desk, sent: dict[str, Any], where: str) -> None:
    if sent.get("courier_id"):
        desk.named(desk.company.agents, sent["courier_id"], "courier", where)


def confirmed(desk: Desk, despatch: Document) -> dict[str, Any]:
    """The answer to a despatch: what was sent, as it was done."""
    day: date = despatch.posting_date or desk.company.world.today()
    return {
        "sop_order_return_id": desk.keys.number(despatch.order, desk.company.documents),
        "despatch_receipt_date": day,
        "items": [
            {
                "id": desk.keys.number(line.origin, desk.company.lines),
                "quantity": float(line.quantity * line.per_unit),
            }
            for line in desk.company.lines_of(despatch)
            if states.moves(line)
        ],
        "tracking_items": [
            {name: RECEIPT[name].read(desk, despatch) for name in ("courier_id", "consignment_no", "pieces")}
        ],
    }


def track(desk: Desk, despatch: Document, body: Any) -> Document:
    """Write the tracking of a despatch."""
    sent = checked(RECEIPT, body, desk.settings)
    _known_courier(desk, sent, "courier_id")
    tracking = sent.pop("consignment_no", despatch.tracking)
    extras = {**despatch.extras, **sent}
    return desk.company.documents.put(replace(despatch, tracking=tracking, extras=extras))
