"""Drafts as the body of a deep insert (sap.md 4.4, 4.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ....errors import LossyWrite
from ....models import Address, LineDraft, OrderDraft, Reference
from ..conventions import ITEM_STEP
from ..wording import said, the_reference
from .dialect import STAMP, Body
from .mapping_orders import BILL_TO, ITEM_REFERENCE, SHIP_TO
from .mapping_texts import text_out
from .office import Office
from .releases import refuse_unheld, takes
from .shown_units import shown_units
from .terms import whole_terms
from .told_units import ORDERED, PRICED, unit_names

REFERENCE: Final = "AssignmentReference"
_LONG_PLACE: Final = ("IncotermsLocation1", 70)
_SHORT_PLACE: Final = ("IncotermsTransferLocation", 28)


def order_body(draft: OrderDraft, stamp: str, office: Office, area: Mapping[str, str]) -> Body:
    """All of an order that is created in one request; addresses of its own are not (sap.md 4.4).

    ``LossyWrite`` for what this release has no field for.
    """
    settings, dialect = office.settings, office.dialect
    dated = draft.order_date is not None or takes(office, dialect.order, "SalesOrderDate", "creatable")
    body: Body = {
        "SalesOrderType": settings.order_type,
        **area,
        "SoldToParty": said(draft.customer),
        "PurchaseOrderByCustomer": draft.customer_po,
        STAMP: (stamp or None) if office.stamps else None,
        "TransactionCurrency": draft.currency,
        "SalesOrderDate": dialect.day(draft.order_date or office.today()) if dated else None,
        "RequestedDeliveryDate": None if draft.requested is None else dialect.day(draft.requested),
        **header_fields(draft, office),
        **office.order_fields.written(draft.custom, "creatable"),
    }
    if draft.discounts:
        body[dialect.to_order_prices] = dialect.rows([office.pricing.header_discount_out(draft.discounts)])
    if draft.notes:
        body[dialect.to_texts] = dialect.rows([note_body(text_out(draft.notes), office)])
    body[dialect.to_items] = dialect.rows(
        [
            {
                "SalesOrderItem": str(place * ITEM_STEP),
                **item_body(line, office, draft.warehouse, draft.requested),
            }
            for place, line in enumerate(draft.lines, 1)
        ]
    )
    body = {name: value for name, value in body.items() if value not in (None, "")}
    refuse_unheld(office, dialect.order, body, "creatable")
    return body


def note_body(text: str, office: Office) -> Body:
    """The header text that holds the notes."""
    settings = office.settings
    return {"Language": settings.language, "LongTextID": settings.note_text_id, "LongText": text}


def header_fields(said_of: Any, office: Office) -> Body:
    """Terms, delivery as a whole and reference, of a draft; what is ``None`` is left out."""
    fields: Body = {"CustomerPaymentTerms": said_of.payment_terms}
    if said_of.delivery_terms is not None:
        fields |= incoterms(said_of.delivery_terms, office)
    if said_of.partial_shipment is not None:
        fields["CompleteDeliveryIsDefined"] = not said_of.partial_shipment
    if said_of.references:
        fields[REFERENCE] = assigned(said_of.references, office)
    return fields


def assigned(references: Sequence[Reference], office: Office) -> str:
    """The one reference that an order keeps; ``LossyWrite`` for several, and for one that is longer than its field."""
    told, field = the_reference(references), office.known(office.dialect.order).get(REFERENCE)
    if field is not None and field.max_length is not None and len(told) > field.max_length:
        raise LossyWrite(
            f"an order's reference has at most {field.max_length} characters",
            fields=("order.references",),
            path="order.references",
        )
    return told


def incoterms(terms: str, office: Office) -> dict[str, str]:
    """Delivery terms as their code and the place behind it, in the field that this release has for it."""
    known = office.known(office.dialect.order)
    name, most = _LONG_PLACE if _LONG_PLACE[0] in known else _SHORT_PLACE
    code, place = whole_terms(terms, most)
    return {"IncotermsClassification": code, name: place}


def addressed(said_of: Any) -> Mapping[str, Address]:
    """The addresses that a draft or a change brings along, by the partner's role."""
    both = ((SHIP_TO, said_of.ship_to), (BILL_TO, said_of.bill_to))
    return {role: address for role, address in both if address is not None}


def item_body(
    line: LineDraft, office: Office, warehouse: str | None = None, requested: date | None = None
) -> Body:
    """An item with its prices; where items have no date of their own, with a schedule line for another date.

    ``warehouse`` and ``requested`` are those of the order.  ``LossyWrite`` for a date that has no place.
    """
    dialect, when = office.dialect, line.requested or requested
    body: Body = {
        dialect.product: said(line.product).upper(),
        "RequestedQuantity": dialect.number(line.quantity),
        **unit_fields(line.unit, office),
        dialect.plant: line.warehouse or warehouse or office.settings.plant,
        "SalesOrderItemText": line.description,
        ITEM_REFERENCE: line.reference,
        **office.item_fields.written(line.custom, "creatable"),
    }
    if dialect.dates_at_items and when is not None:
        body["RequestedDeliveryDate"] = dialect.day(when)
    elif when is not None and when != requested:
        body[dialect.to_schedules] = dialect.rows([_schedule_line(when, line.quantity, office)])
    elements = []
    if line.price is not None:
        unit = unit_fields(line.unit, office, PRICED, office.pricing.known)
        elements.append(office.pricing.price_out(line.price, unit))
    if line.discount is not None:
        elements.append(office.pricing.discount_out(line.discount))
    if elements:
        body[dialect.to_item_prices] = dialect.rows(elements)
    return {name: value for name, value in body.items() if value not in (None, "")}


def _schedule_line(when: date, quantity: Decimal, office: Office) -> Body:
    """The one part of an item that is wanted on another day; ``LossyWrite`` where no such part can be written."""
    if not office.schedules_change:
        path = "order.line.requested"
        raise LossyWrite(
            "a line is wanted on the day of its order here: schedule lines are read-only in this release",
            fields=(path,),
            path=path,
        )
    return {
        "RequestedDeliveryDate": office.dialect.day(when),
        "ScheduleLineOrderQuantity": office.dialect.number(quantity),
    }


def unit_fields(
    unit: str, office: Office, quantity: str = ORDERED, known: Mapping[str, object] | None = None
) -> dict[str, str]:
    """A unit in the code that this release takes: the site's own or the ISO twin, else the one that people see.

    ``known``: the properties that there are, those of an item where they are not given.  ``UnmappedCode`` for a unit
    without such a code.
    """
    fields = office.known(office.dialect.item) if known is None else known
    site, iso, shown = unit_names(quantity)
    found = {name: code for name, code in office.units.fields(unit, site, iso).items() if name in fields}
    if found or (known is not None and shown not in known):
        return found
    return {shown: shown_units(office).theirs(unit)}
