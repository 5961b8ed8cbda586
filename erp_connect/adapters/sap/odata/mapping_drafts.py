"""Drafts as the body of a deep insert (sap.md 4.4, 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from ....models import Address, LineDraft, OrderDraft
from ..conventions import ITEM_STEP
from ..wording import said, terms_and_place, the_reference
from .dialect import STAMP, Body
from .mapping_orders import BILL_TO, ITEM_REFERENCE, SHIP_TO
from .mapping_texts import text_out
from .office import Office
from .shown_units import shown_units

_UNITS: Final = ("RequestedQuantitySAPUnit", "RequestedQuantityISOUnit")
_LONG_PLACE: Final = ("IncotermsLocation1", 70)
_SHORT_PLACE: Final = ("IncotermsTransferLocation", 28)


def order_body(draft: OrderDraft, stamp: str, office: Office) -> Body:
    """All of an order that is created in one request; addresses of its own are not (sap.md 4.4)."""
    settings, dialect = office.settings, office.dialect
    body: Body = {
        "SalesOrderType": settings.order_type,
        "SalesOrganization": settings.sales_org,
        "DistributionChannel": settings.distribution_channel,
        "OrganizationDivision": settings.division,
        "SoldToParty": said(draft.customer),
        "PurchaseOrderByCustomer": draft.customer_po,
        STAMP: (stamp or None) if office.stamps else None,
        "TransactionCurrency": draft.currency,
        "SalesOrderDate": dialect.day(draft.order_date or office.today()),
        "RequestedDeliveryDate": None if draft.requested is None else dialect.day(draft.requested),
        **header_fields(draft, office),
        **office.order_fields.written(draft.custom),
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
    return {name: value for name, value in body.items() if value not in (None, "")}


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
        fields["AssignmentReference"] = the_reference(said_of.references)
    return fields


def incoterms(terms: str, office: Office) -> dict[str, str]:
    """Delivery terms as their code and the place behind it, in the field that this release has for it."""
    known = office.known(office.dialect.order)
    name, most = _LONG_PLACE if _LONG_PLACE[0] in known else _SHORT_PLACE
    code, place = terms_and_place(terms, most)
    return {"IncotermsClassification": code, name: place}


def addressed(said_of: Any) -> Mapping[str, Address]:
    """The addresses that a draft or a change brings along, by the partner's role."""
    both = ((SHIP_TO, said_of.ship_to), (BILL_TO, said_of.bill_to))
    return {role: address for role, address in both if address is not None}


def item_body(
    line: LineDraft, office: Office, warehouse: str | None = None, requested: date | None = None
) -> Body:
    """An item with its prices; where items have no date of their own, with a schedule line for another date.

    ``warehouse`` and ``requested`` are those of the order.
    """
    dialect, when = office.dialect, line.requested or requested
    body: Body = {
        dialect.product: said(line.product).upper(),
        "RequestedQuantity": dialect.number(line.quantity),
        **unit_fields(line.unit, office),
        dialect.plant: line.warehouse or warehouse or office.settings.plant,
        "SalesOrderItemText": line.description,
        ITEM_REFERENCE: line.reference,
        **office.item_fields.written(line.custom),
    }
    if dialect.dates_at_items and when is not None:
        body["RequestedDeliveryDate"] = dialect.day(when)
    elif when is not None and when != requested:
        schedule = {
            "RequestedDeliveryDate": dialect.day(when),
            "ScheduleLineOrderQuantity": dialect.number(line.quantity),
        }
        body[dialect.to_schedules] = dialect.rows([schedule])
    elements = []
    if line.price is not None:
        elements.append(office.pricing.price_out(line.price, line.unit))
    if line.discount is not None:
        elements.append(office.pricing.discount_out(line.discount))
    if elements:
        body[dialect.to_item_prices] = dialect.rows(elements)
    return {name: value for name, value in body.items() if value not in (None, "")}


def unit_fields(unit: str, office: Office) -> dict[str, str]:
    """A unit in the code that this release takes: the site's own or the ISO twin, else the one that people see."""
    known = office.known(office.dialect.item)
    fields = {name: code for name, code in office.units.fields(unit, *_UNITS).items() if name in known}
    return fields or {"RequestedQuantityUnit": shown_units(office).theirs(unit)}
