"""Drafts as bodies: properties in the order in which they would be entered on the screen (sage.md 3.3, 3.5).

A customer fills in what stands on the card, so whatever differs comes after it; a line begins with its type and item,
then its place and unit, then the quantity, and ends with its price.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ....errors import InvalidOrder, LossyWrite
from ....models import Charge, LineDraft, OrderDraft, PurchaseOrderDraft, PurchaseOrderLineDraft, Ref
from ...amounts import price_of_one
from ...services.cells import Body
from .addresses import address_out
from .mapping_orders import ITEM, LINE_STEP, MISCELLANEOUS
from .office import Office

PURCHASE_STEP: Final = 1000
"""Lines of purchase orders are numbered 1000, 2000, ... (sage.md 3.5)."""
_ACTIVE: Final = "Active"


def party_out(party: str | Ref) -> str:
    """A customer or vendor: the number is the id, in capitals."""
    return party.id if isinstance(party, Ref) else party.upper()


def day_out(when: date | None) -> str | None:
    """A date as a property."""
    return None if when is None else when.isoformat()


def without_nothing(body: Mapping[str, Any]) -> Body:
    """What is not said is left out: ``None`` is never written."""
    return {name: value for name, value in body.items() if value is not None}


def order_body(draft: OrderDraft, stamp: str, office: Office) -> Body:
    """All of a sales order; what is left out the system fills in."""
    settings, operation = office.settings, "orders.create"
    customer = party_out(draft.customer)
    one_currency(draft.currency, office.currency_of(customer, operation), "order.currency", operation)
    po_number = draft.customer_po
    if settings.stamp_in == "PurchaseOrderNumber":
        po_number = po_number or stamp
    return without_nothing(
        {
            "CustomerNumber": customer,
            "OrderNumber": stamp if settings.stamp_in == "OrderNumber" else None,
            "OrderType": _ACTIVE,
            "OrderDate": day_out(draft.order_date or office.today()),
            "ExpectedShipDate": day_out(requested(draft)),
            "DefaultLocationCode": draft.warehouse,
            "TermsCode": draft.payment_terms,
            **_address(draft, office),
            "PurchaseOrderNumber": po_number,
            "OrderReference": stamp if settings.stamp_in == "OrderReference" else None,
            "OrderComment": comment(draft.notes, "order", settings.comment_length),
            "OrderDetails": [
                *(line_out(line, place, draft, office) for place, line in enumerate(draft.lines, 1)),
                *(charge_out(charge, office) for charge in draft.charges),
            ],
            "OrderOptionalFields": list(_header_fields(draft, office)) or None,
        }
    )


def _address(draft: OrderDraft, office: Office) -> Body:
    bill = {} if draft.bill_to is None else address_out(draft.bill_to, "BillTo", "order.bill_to", office)
    ship = {} if draft.ship_to is None else address_out(draft.ship_to, "ShipTo", "order.ship_to", office)
    return {**bill, **ship}


def one_currency(said: str, own: str, path: str, operation: str) -> None:
    """``InvalidOrder`` for an order in another currency than its party's: its prices would be taken for that one."""
    if said != own:
        raise InvalidOrder(
            f"orders of this party are in {own}, and this one is in {said}",
            operation=operation,
            path=path,
            hint="an order is in the currency of its party; there is one card for each currency",
        )


def requested(draft: OrderDraft) -> date | None:
    """The one day by which an order is wanted; ``LossyWrite`` where its lines are wanted on different ones."""
    days = {line.requested or draft.requested for line in draft.lines}
    if len(days) > 1:
        raise LossyWrite(
            "an order has one day by which it is wanted, for all of its lines",
            fields=("order.line.requested",),
            path="order.line.requested",
        )
    return days.pop()


def comment(notes: Sequence[str], prefix: str, most: int) -> str | None:
    """The notes as the one comment of an order; ``LossyWrite`` for more than one, or one with several lines."""
    if not notes:
        return None
    if len(notes) > 1 or len(notes[0]) > most or "\n" in notes[0]:
        raise LossyWrite(
            f"an order has one comment, of one line with {most} characters",
            fields=(f"{prefix}.notes",),
            path=f"{prefix}.notes",
        )
    return notes[0]


def line_out(line: LineDraft, place: int, draft: OrderDraft, office: Office) -> Body:
    """A line, by the sequence in which its properties are entered."""
    price = None if line.price is None else price_of_one(line.price, office.settings.price_scale)
    fields = [
        {"LineNumber": place * LINE_STEP, "OptionalField": field, "Value": value}
        for field, value in _line_fields(line, office)
    ]
    return without_nothing(
        {
            "LineType": ITEM,
            "Item": office.item_number(line.product, "orders.create"),
            "Description": line.description,
            "Location": line.warehouse or draft.warehouse,
            "OrderUnitOfMeasure": office.units.theirs(line.unit),
            "QuantityOrdered": line.quantity,
            "PriceOverride": None if price is None else True,
            "OrderUnitPrice": price,
            "OrderDetailOptionalFields": fields or None,
        }
    )


def charge_out(charge: Charge, office: Office) -> Body:
    """A charge as a miscellaneous line; a word that is not mapped is the site's own code."""
    if charge.description is not None:
        raise LossyWrite(
            "a miscellaneous line bears the description of its code",
            fields=("order.charges",),
            path="order.charges",
        )
    return {
        "LineType": MISCELLANEOUS,
        "MiscellaneousChargesCode": office.settings.charges.get(charge.code, charge.code),
        "ExtendedAmount": charge.amount.amount,
    }


def _header_fields(draft: OrderDraft, office: Office) -> Iterator[Body]:
    for reference in draft.references:
        field = office.settings.references.get(reference.kind)
        if field is None:
            raise LossyWrite(
                f"no optional field is named for references of the kind {reference.kind}",
                fields=("order.references",),
                path="order.references",
                hint=f"name it: references={reference.kind}=FIELD",
            )
        yield {"OptionalField": field, "Value": reference.value}
    for field, value in _custom(draft.custom, "order.custom", office):
        yield {"OptionalField": field, "Value": value}


def _line_fields(line: LineDraft, office: Office) -> Iterator[tuple[str, str]]:
    if line.reference is not None:
        yield office.settings.line_reference, line.reference
    yield from _custom(line.custom, "order.line.custom", office)


def _custom(custom: Mapping[str, Any], path: str, office: Office) -> Iterator[tuple[str, str]]:
    """Values for optional fields; ``LossyWrite`` for a name without one, and for what is no text."""
    for name, value in custom.items():
        field = office.settings.custom_fields.get(name)
        if field is None or not isinstance(value, str):
            raise LossyWrite(
                f"{name}: an optional field is named in the settings, and holds text",
                fields=(path,),
                path=path,
                hint=f"name it: custom_fields={name}=FIELD",
            )
        yield field, value


# -- purchase orders ---------------------------------------------------------------------------------------------


def purchase_body(draft: PurchaseOrderDraft, stamp: str, office: Office) -> Body:
    """All of a purchase order; what is left out the system fills in."""
    operation, vendor = "purchase_orders.create", party_out(draft.supplier)
    own = office.vendors_currency(vendor, operation)
    if own:
        one_currency(draft.currency, own, "purchase_order.currency", operation)
    return without_nothing(
        {
            "PurchaseOrderDate": day_out(draft.order_date or office.today()),
            "Vendor": vendor,
            "Reference": stamp,
            "Comment": comment(draft.notes, "purchase_order", office.settings.comment_length),
            "PurchaseOrderLines": [
                _purchase_line(line, place, draft, office) for place, line in enumerate(draft.lines, 1)
            ],
        }
    )


def _purchase_line(
    line: PurchaseOrderLineDraft, place: int, draft: PurchaseOrderDraft, office: Office
) -> Body:
    cost: Decimal | None = None
    if line.price is not None:
        cost = price_of_one(line.price, office.settings.price_scale)
    return without_nothing(
        {
            "LineNumber": place * PURCHASE_STEP,
            "ItemNumber": office.item_number(line.product, "purchase_orders.create"),
            "Location": line.warehouse or draft.warehouse,
            "UnitOfMeasure": office.units.theirs(line.unit),
            "QuantityOrdered": line.quantity,
            "UnitCost": cost,
        }
    )
