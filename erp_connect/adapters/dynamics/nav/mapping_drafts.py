"""Drafts as records: what the page has no element for is left out, and declared so beforehand (dynamics.md 2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ....errors import LossyWrite
from ....models import (
    Address,
    Discount,
    LineDraft,
    OrderDraft,
    PurchaseOrderDraft,
    PurchaseOrderLineDraft,
    Ref,
)
from ...amounts import price_of_one
from .cells import Body
from .mapping_orders import EXTERNAL, PURCHASES, SALES, Side
from .office import Office

NOTE: Final = 50
WIDTH: Final = 50
_COUNTRIES: Final = ("Country_Region_Code", "Country_Code")
Draft = OrderDraft | PurchaseOrderDraft
Line = LineDraft | PurchaseOrderLineDraft


def header_out(draft: Draft, stamp: str, side: Side, office: Office) -> Body:
    """The header of an order."""
    own = draft.currency == office.currency
    record: Body = {
        side.party: said(draft.customer if isinstance(draft, OrderDraft) else draft.supplier),
        "Order_Date": draft.order_date or office.today(),
        side.requested: draft.requested,
        "Prices_Including_VAT": draft.prices_include_tax,
        "Payment_Terms_Code": draft.payment_terms,
        "Shipment_Method_Code": draft.delivery_terms,
        "Location_Code": draft.warehouse,
        "Currency_Code": "" if own else draft.currency,
    }
    if isinstance(draft, OrderDraft):
        record[EXTERNAL] = (draft.customer_po or stamp).upper() or None
        if draft.partial_shipment is not None:
            record["Shipping_Advice"] = "Partial" if draft.partial_shipment else "Complete"
    else:
        record["Vendor_Order_No"] = (
            None if draft.supplier_reference is None else draft.supplier_reference.upper()
        )
    if draft.ship_to is not None:
        record |= address_out(draft.ship_to, "Ship_to_", "order.ship_to", side, office)
    return office.fitting(side.name(office), record)


def lines_out(draft: Draft, side: Side, office: Office) -> list[Body]:
    """The lines, then the notes as lines of text."""
    lines: Sequence[Line] = draft.lines
    return [
        *(line_out(line, side, office, draft) for line in lines),
        *(note_out(note, side, office) for note in draft.notes),
    ]


def note_out(note: str, side: Side, office: Office) -> Body:
    """A note as a line of text."""
    return office.line_fitting(side.name(office), {"Type": "_blank_", "Description": note})


def line_out(line: Line, side: Side, office: Office, draft: Draft | None = None) -> Body:
    """A line of an item."""
    requested = line.requested or (None if draft is None else draft.requested)
    record: Body = {
        "Type": "Item",
        "No": said(line.product).upper(),
        "Description": line.description,
        "Unit_of_Measure_Code": office.units.theirs(line.unit),
        "Quantity": line.quantity,
        side.price: None if line.price is None else price_of_one(line.price, office.settings.price_scale),
        **discount_out(line.discount),
        side.line_requested: requested,
        "Location_Code": line.warehouse or (None if draft is None else draft.warehouse),
    }
    return office.line_fitting(side.name(office), record)


def said(named: str | Ref) -> str:
    """The number of what is named: records have no other id."""
    return named.id if isinstance(named, Ref) else named


def discount_out(discount: Discount | None) -> Body:
    """A line's discount: one of two fields, which drive each other."""
    if discount is None:
        return {}
    if discount.percent is not None:
        return {"Line_Discount_Percent": discount.percent}
    return {"Line_Discount_Amount": None if discount.amount is None else discount.amount.amount}


def address_out(address: Address, prefix: str, path: str, side: Side, office: Office) -> Body:
    """The whole of an address, so that nothing of the one before is left.

    ``LossyWrite`` for a third line, and for a country where the page shows none and it is not the site's own.
    """
    if len(address.lines) > 2 or any(len(line) > WIDTH for line in address.lines):
        raise LossyWrite(
            f"an address holds two lines of {WIDTH} characters",
            fields=(f"{path}.lines",),
            path=f"{path}.lines",
        )
    known = office.shape(side.name(office)).fields
    country = next((prefix + each for each in _COUNTRIES if prefix + each in known), "")
    if not country and address.country != office.settings.country:
        raise LossyWrite(
            "the page shows no country of an address",
            fields=(f"{path}.country",),
            path=f"{path}.country",
            hint="have the element added to the page, or set country= to the site's own",
        )
    first, second = (*address.lines, "", "")[:2]
    record: Body = {
        f"{prefix}Name": address.name,
        f"{prefix}Contact": address.contact or "",
        f"{prefix}Address": first,
        f"{prefix}Address_2": second,
        f"{prefix}City": address.city,
        f"{prefix}County": address.region or "",
        f"{prefix}Post_Code": address.postal_code,
    }
    return record | ({country: address.country} if country else {})


__all__ = ["NOTE", "PURCHASES", "SALES", "header_out", "line_out", "lines_out", "note_out"]
