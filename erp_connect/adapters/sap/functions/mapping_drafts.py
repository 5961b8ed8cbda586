"""Drafts as the parameters of the create and simulate modules (sap.md 2.3, 2.4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from ....models import Address, LineDraft, OrderDraft
from ..conventions import FIRST_SCHEDULE_LINE, item_number, material_number, stored_key
from ..wording import said, terms_and_place, the_reference
from .mapping_addresses import address_out
from .mapping_conditions import discount_out, header_discount_out, price_out
from .mapping_texts import text_out
from .office import Office

SOLD_TO, SHIP_TO, BILL_TO = "AG", "WE", "RE"
_LINKS: Final = {SHIP_TO: "0000000001", BILL_TO: "0000000002"}
"""Any key that the caller chooses: it links a partner's row with its address."""
_THOUSAND: Final = Decimal(1000)
_COMPLETE: Final = "X"
_PLACE: Final = 28


def create_parameters(draft: OrderDraft, stamp: str, office: Office) -> dict[str, Any]:
    """All parameters of the create module."""
    settings = office.settings
    numbered = [(item_number(place), line) for place, line in enumerate(draft.lines, 1)]
    conditions = [row for item, line in numbered for row in line_conditions(line, item, office)]
    if draft.discounts:
        conditions.append(header_discount_out(draft.discounts, "000000", settings))
    return {
        "ORDER_HEADER_IN": {
            **_sales_area(office),
            "PURCH_NO_C": draft.customer_po,
            settings.stamp_field: stamp or None,
            "REQ_DATE_H": draft.requested,
            "DOC_DATE": draft.order_date or office.today(),
            "CURRENCY": draft.currency,
            **header_fields(draft),
        },
        "ORDER_PARTNERS": partners(draft),
        "PARTNERADDRESSES": addresses(draft, office),
        "ORDER_ITEMS_IN": [item_fields(line, item, office, draft.warehouse) for item, line in numbered],
        "ORDER_SCHEDULES_IN": [
            schedule_fields(line, item, line.requested or draft.requested) for item, line in numbered
        ],
        "ORDER_CONDITIONS_IN": conditions,
        "ORDER_TEXT": text_out(draft.notes, settings.note_text_id, settings.language),
    }


def simulate_parameters(draft: OrderDraft, office: Office, currency: str | None) -> dict[str, Any]:
    """The parameters of the simulate module: quantities are digits with three implied decimals (sap.md 2.2)."""
    items = []
    for place, line in enumerate(draft.lines, 1):
        day = line.requested or draft.requested
        row = item_fields(line, item_number(place), office, draft.warehouse)
        row["TARGET_QTY"] = row["REQ_QTY"] = f"{int(line.quantity * _THOUSAND):013d}"
        row["REQ_DATE"] = day
        if line.price is not None:
            price = price_out(line.price, item_number(place), office.settings)
            row |= {
                "COND_TYPE": price["COND_TYPE"],
                "COND_VAL1": line.price.amount,
                "CURRENCY": line.price.currency,
                "COND_P_UNT": f"{int(line.price.per):05d}",
            }
        items.append(row)
    return {
        "ORDER_HEADER_IN": {
            **_sales_area(office),
            "PURCH_NO_C": draft.customer_po,
            "PURCH_NO": (draft.customer_po or "")[:20] or None,
            "REQ_DATE_H": draft.requested,
            "CURRENCY": currency,
            "PRICE_DATE": draft.order_date,
        },
        "ORDER_PARTNERS": partners(draft),
        "PARTNERADDRESSES": addresses(draft, office),
        "ORDER_ITEMS_IN": items,
    }


def _sales_area(office: Office) -> dict[str, Any]:
    settings = office.settings
    return {
        "DOC_TYPE": settings.order_type,
        "SALES_ORG": settings.sales_org or None,
        "DISTR_CHAN": settings.distribution_channel or None,
        "DIVISION": settings.division or None,
    }


def header_fields(said_of: Any) -> dict[str, Any]:
    """Terms, delivery as a whole, contact and reference, of a draft or of a change; what is ``None`` is left out."""
    fields: dict[str, Any] = {"PMNTTRMS": said_of.payment_terms}
    if said_of.delivery_terms is not None:
        fields |= incoterms(said_of.delivery_terms)
    if said_of.partial_shipment is not None:
        fields["COMPL_DLV"] = "" if said_of.partial_shipment else _COMPLETE
    if said_of.contact is not None:
        fields |= {"NAME": said_of.contact.name, "TELEPHONE": said_of.contact.phone}
    if said_of.references:
        fields["ASS_NUMBER"] = the_reference(said_of.references)
    return fields


def incoterms(terms: str) -> dict[str, str]:
    """Delivery terms as their code of three letters and the place behind it."""
    code, place = terms_and_place(terms, _PLACE)
    return {"INCOTERMS1": code, "INCOTERMS2": place}


def partners(draft: OrderDraft) -> list[dict[str, Any]]:
    """Sold-to party, and who has an address of its own in this order; the others are SAP's to find."""
    number = stored_key(said(draft.customer))
    rows: list[dict[str, Any]] = [{"PARTN_ROLE": SOLD_TO, "PARTN_NUMB": number}]
    for role, _ in _addressed(draft):
        rows.append({"PARTN_ROLE": role, "PARTN_NUMB": number, "ADDR_LINK": _LINKS[role]})
    return rows


def addresses(draft: OrderDraft, office: Office) -> list[dict[str, Any]]:
    """The addresses that :func:`partners` links to."""
    paths = {SHIP_TO: "order.ship_to", BILL_TO: "order.bill_to"}
    return [
        address_out(address, _LINKS[role], office.countries, office.settings.language, paths[role])
        for role, address in _addressed(draft)
    ]


def _addressed(draft: OrderDraft) -> list[tuple[str, Address]]:
    both = ((SHIP_TO, draft.ship_to), (BILL_TO, draft.bill_to))
    return [(role, address) for role, address in both if address is not None]


def item_fields(line: LineDraft, item: str, office: Office, warehouse: str | None = None) -> dict[str, Any]:
    """A row of ORDER_ITEMS_IN; quantity and date stand in the schedule line."""
    return {
        "ITM_NUMBER": item,
        **material_number(said(line.product)),
        "TARGET_QTY": line.quantity,
        **office.units.fields(line.unit, "TARGET_QU", "T_UNIT_ISO"),
        **office.units.fields(line.unit, "SALES_UNIT", "S_UNIT_ISO"),
        "PLANT": line.warehouse or warehouse,
        "SHORT_TEXT": line.description,
        "PO_ITM_NO": line.reference,
    }


def schedule_fields(line: LineDraft, item: str, day: Any) -> dict[str, Any]:
    """A row of ORDER_SCHEDULES_IN."""
    return {
        "ITM_NUMBER": item,
        "SCHED_LINE": FIRST_SCHEDULE_LINE,
        "REQ_DATE": day,
        "REQ_QTY": line.quantity,
    }


def line_conditions(line: LineDraft, item: str, office: Office) -> list[dict[str, Any]]:
    """The conditions that a line asks for."""
    rows = []
    if line.price is not None:
        rows.append(price_out(line.price, item, office.settings))
    if line.discount is not None:
        rows.append(discount_out(line.discount, item, office.settings))
    return rows
