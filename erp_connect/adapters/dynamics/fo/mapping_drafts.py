"""Drafts as the bodies of a header and of its lines (dynamics.md 3.4, 3.5, 5.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from ....errors import LossyWrite
from ....models import (
    Address,
    Contact,
    Discount,
    LineDraft,
    OrderDraft,
    PurchaseOrderDraft,
    PurchaseOrderLineDraft,
    Ref,
    UnitPrice,
)
from ...services.cells import Body
from .countries import theirs
from .dimensions import dimensions_out
from .office import AREA, Office
from .sides import OWN_NUMBER, PURCHASES, SALES, STAMP, Side

AnyDraft = OrderDraft | PurchaseOrderDraft
AnyLine = LineDraft | PurchaseOrderLineDraft


def header_out(draft: AnyDraft, stamp: str, office: Office) -> Body:
    """The header of a new order; what is left out the system fills in."""
    if isinstance(draft, OrderDraft):
        side, party = SALES, draft.customer
        own: Body = {
            SALES.reference: draft.customer_po,
            STAMP: stamp,
            "ArePricesIncludingSalesTax": yes_out(draft.prices_include_tax),
            "PaymentTermsName": draft.payment_terms,
            **({} if draft.ship_to is None else address_out(draft.ship_to, office)),
            **discounts_out(draft.discounts),
            **contact_out(draft.contact),
        }
    else:
        side, party = PURCHASES, draft.supplier
        own = {PURCHASES.reference: draft.supplier_reference or stamp or None}
    return without_nothing(
        {
            AREA: office.area,
            side.party: party.id if isinstance(party, Ref) else party,
            "CurrencyCode": draft.currency,
            side.requested: day_out(draft.requested),
            side.delivery_terms: draft.delivery_terms,
            **warehouse_out(draft.warehouse, side.site, side.warehouse, office),
            **own,
        }
    )


def lines_out(draft: AnyDraft, order: str, office: Office) -> dict[int, Body]:
    """The lines of a new order by their numbers in the draft, counted from one."""
    side = SALES if isinstance(draft, OrderDraft) else PURCHASES
    lines: Sequence[AnyLine] = draft.lines
    return {
        place: line_out(line, order, place, side, office, requested=draft.requested, place_of=draft.warehouse)
        for place, line in enumerate(lines, 1)
    }


def line_out(
    line: AnyLine,
    order: str,
    place: int,
    side: Side,
    office: Office,
    *,
    requested: date | None = None,
    place_of: str | None = None,
) -> Body:
    """A line under its number; ``requested`` and ``place_of`` (a warehouse): what holds for the whole order."""
    body: Body = {
        AREA: office.area,
        side.number: order,
        OWN_NUMBER if side is SALES else side.line_id: place,
        "ItemNumber": line.product.id if isinstance(line.product, Ref) else line.product,
        "LineDescription": line.description,
        side.quantity: line.quantity,
        side.unit: office.units.theirs(line.unit),
        **({} if line.price is None else price_out(line.price, side, office)),
        side.line_requested: day_out(line.requested or requested),
        **warehouse_out(line.warehouse or place_of, side.line_site, side.line_warehouse, office),
        **dimensions_out(line.custom),
    }
    if isinstance(line, LineDraft):
        body |= {"OrderLineReference": line.reference, **discount_out(line.discount, line, office)}
    return without_nothing(body)


def price_out(price: UnitPrice, side: Side, office: Office) -> Body:
    """A price of so many units; ``LossyWrite`` for more decimals than the company keeps."""
    places = office.settings.price_scale
    if price.amount != round(price.amount, places):
        raise LossyWrite(
            f"{price.amount} has more than {places} decimals",
            fields=("order.line.price",),
            path="order.line.price",
        )
    return {side.price: price.amount, side.price_quantity: price.per}


def discount_out(discount: Discount | None, line: Any, office: Office) -> Body:
    """A discount of a line: a percentage, or an amount where the settings say what the field means."""
    if discount is None:
        return {}
    if discount.amount is None:
        return {"LineDiscountPercentage": discount.percent}
    meaning = office.settings.discount_amount
    amount = discount.amount.amount
    if meaning == "unit":
        quantity = getattr(line, "quantity", None) or line.quantities.ordered
        per = line.price.per if line.price is not None else Decimal(1)
        one = amount * per / quantity
        if one * quantity == amount * per and one == round(one, office.settings.price_scale):
            return {"LineDiscountAmount": one}
    elif meaning == "line":
        return {"LineDiscountAmount": amount}
    raise LossyWrite(
        "a discount of a line is written as a percentage",
        fields=("order.line.discount",),
        path="order.line.discount",
        hint="give a percentage, or say what the system's discount amount is of (discount_amount=line or unit)",
    )


def discounts_out(discounts: Sequence[Discount]) -> Body:
    """The one percentage of the whole order; ``LossyWrite`` for more, and for an amount."""
    if not discounts:
        return {}
    if len(discounts) > 1 or discounts[0].percent is None:
        raise LossyWrite(
            "the header holds one percentage",
            fields=("order.discounts",),
            path="order.discounts",
            hint="give one percentage for the order, or one for each line",
        )
    return {"TotalDiscountPercentage": discounts[0].percent}


def contact_out(contact: Contact | None) -> Body:
    """Where the order is written about."""
    return {} if contact is None else {"Email": contact.email or ""}


def address_out(address: Address, office: Office) -> Body:
    """The whole of the delivery address, as one of this order alone."""
    return {
        "IsDeliveryAddressOrderSpecific": "Yes",
        **parts_of(address, "DeliveryAddress", office),
        "DeliveryAddressName": address.name,
    }


def parts_of(address: Address, prefix: str, office: Office) -> Body:
    """The cells of an address, all of them, so that nothing of the one before is left."""
    return {
        f"{prefix}Street": "\n".join(address.lines),
        f"{prefix}StreetNumber": "",
        f"{prefix}City": address.city,
        f"{prefix}StateId": address.region or "",
        f"{prefix}ZipCode": address.postal_code,
        f"{prefix}CountryRegionId": theirs(address.country, office.settings.countries),
    }


def warehouse_out(warehouse: str | None, site: str, field: str, office: Office) -> Body:
    """A warehouse with its site; without one, the site that the settings name."""
    return {site: office.site_of(warehouse) or None, field: warehouse}


def yes_out(said: bool | None) -> str | None:
    """A truth value as a member of ``NoYes``."""
    return None if said is None else "Yes" if said else "No"


def day_out(when: date | None) -> str | None:
    """A date as an instant, at noon in UTC (dynamics.md 3.2)."""
    return None if when is None else f"{when.isoformat()}T12:00:00Z"


def without_nothing(body: Mapping[str, Any]) -> Body:
    """What is not said is left out: ``None`` is never written."""
    return {name: value for name, value in body.items() if value is not None}
