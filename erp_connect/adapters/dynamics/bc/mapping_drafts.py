"""Drafts as the body of a deep insert (dynamics.md 1.7, 1.8, 1.12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

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
from ....rules.exact import multiply, quantum_of, quotient, rounded
from ...amounts import price_of_one
from ...services.cells import Body, Row, flag, number, within
from .mapping_orders import COMMENT, EXTERNAL, PURCHASES, SALES, Side
from .office import Office
from .variants import variant_out

NOTE_LENGTH: Final = 100
_MOST_LINES: Final = 2


def order_body(draft: OrderDraft, stamp: str, office: Office) -> Body:
    """All of a sales order that is created in one request; what is left out the system fills in."""
    body: Body = {
        **party_out(draft.customer, SALES),
        EXTERNAL: code_out(draft.customer_po or stamp) or None,
        "orderDate": day_out(draft.order_date or office.today()),
        "requestedDeliveryDate": day_out(draft.requested),
        "partialShipping": draft.partial_shipment,
        **_header(draft, office),
    }
    body[SALES.lines] = lines_out(draft.lines, SALES, office, draft.warehouse, draft.notes)
    return without_nothing(body)


def purchase_order_body(draft: PurchaseOrderDraft, office: Office) -> Body:
    """All of a purchase order that is created in one request."""
    body: Body = {
        **party_out(draft.supplier, PURCHASES),
        "orderDate": day_out(draft.order_date or office.today()),
        "requestedReceiptDate": day_out(draft.requested),
        **_header(draft, office),
    }
    body[PURCHASES.lines] = lines_out(draft.lines, PURCHASES, office, draft.warehouse, draft.notes)
    return without_nothing(body)


def _header(draft: OrderDraft | PurchaseOrderDraft, office: Office) -> Body:
    return {
        "currencyCode": draft.currency,
        "pricesIncludeTax": draft.prices_include_tax,
        **terms_out(draft.payment_terms, draft.delivery_terms, office),
        **({} if draft.ship_to is None else address_out(draft.ship_to, "shipTo", "order.ship_to")),
    }


def terms_out(payment_terms: str | None, delivery_terms: str | None, office: Office) -> Body:
    """The ids of payment and delivery terms; ``UnmappedCode`` for one that is not on file."""
    return {
        "paymentTermsId": None if payment_terms is None else office.payment_terms.id(payment_terms),
        "shipmentMethodId": None if delivery_terms is None else office.delivery_terms.id(delivery_terms),
    }


def party_out(party: str | Ref, side: Side) -> Body:
    """A customer or vendor, by number or by id."""
    return {side.party_id: party.id} if isinstance(party, Ref) else {side.party: party}


def lines_out(
    lines: Sequence[LineDraft | PurchaseOrderLineDraft],
    side: Side,
    office: Office,
    warehouse: str | None,
    notes: Sequence[str],
) -> list[Body]:
    """The lines, then the notes as comment lines."""
    return [
        *(
            line_out(line, side, office, warehouse, f"{side.draft}.lines[{place}]")
            for place, line in enumerate(lines)
        ),
        *(note_out(note) for note in notes),
    ]


def note_out(note: str) -> Body:
    """A note as a comment line."""
    return {"lineType": COMMENT, "description": note}


def line_out(
    line: LineDraft | PurchaseOrderLineDraft,
    side: Side,
    office: Office,
    warehouse: str | None = None,
    path: str = "line",
) -> Body:
    """A line; ``warehouse``: where the order as a whole is shipped from; ``path``: where the line stands, for errors.

    No line number: see dynamics.md 1.8.
    """
    place = line.warehouse or warehouse
    product: Body = (
        {"itemId": line.product.id}
        if isinstance(line.product, Ref)
        else {"lineType": "Item", "lineObjectNumber": line.product.upper()}
    )
    return without_nothing(
        {
            **product,
            "description": line.description,
            "unitOfMeasureCode": office.units.theirs(line.unit),
            "quantity": line.quantity,
            side.price: None if line.price is None else price_of_one(line.price, office.settings.price_scale),
            **discount_out(line.discount),
            side.requested: day_out(line.requested),
            "locationId": None if place is None else office.locations.id(place),
            **variant_out(line, side, office, path),
        }
    )


def discount_out(discount: Discount | None) -> Body:
    """A line's discount: one of the two fields, which drive each other (dynamics.md 1.8)."""
    if discount is None:
        return {}
    if discount.percent is not None:
        return {"discountPercent": discount.percent}
    return {"discountAmount": None if discount.amount is None else discount.amount.amount}


def one_discount(discounts: Sequence[Discount]) -> None:
    """``LossyWrite`` for more discounts of the whole order than the one that the header holds."""
    if len(discounts) > 1:
        raise LossyWrite(
            "the header holds one discount",
            fields=("order.discounts",),
            path="order.discounts",
            hint="give one for the order, or one for each line",
        )


def discounts_out(discounts: Sequence[Discount], row: Row, side: Side, currency: str) -> Body:
    """The order's discount as the one amount that the header holds, of an order as it stands.

    A percentage is one of what the lines come to now: it does not follow them.  ``LossyWrite`` for more than one.
    """
    one_discount(discounts)
    for discount in discounts:
        if discount.amount is not None:
            return {"discountAmount": discount.amount.amount}
        name = "amountIncludingTax" if flag(row, "pricesIncludeTax") else "amountExcludingTax"
        lines = sum((number(line, name) or Decimal(0) for line in within(row, side.lines)), Decimal(0))
        percent = discount.percent or Decimal(0)
        return {
            "discountAmount": rounded(quotient(multiply(lines, percent), Decimal(100)), quantum_of(currency))
        }
    return {"discountAmount": Decimal(0)}


def address_out(address: Address, prefix: str, path: str) -> Body:
    """The whole of an address, so that nothing of the one before is left; ``LossyWrite`` for a third line."""
    if len(address.lines) > _MOST_LINES or (len(address.lines) == _MOST_LINES and len(address.lines[1]) > 50):
        raise LossyWrite(
            "an address holds two lines, the second of 50 characters",
            fields=(f"{path}.lines",),
            path=f"{path}.lines",
        )
    first, second = (*address.lines, "", "")[:_MOST_LINES]
    return {
        f"{prefix}Name": address.name,
        f"{prefix}Contact": address.contact or "",
        f"{prefix}AddressLine1": first,
        f"{prefix}AddressLine2": second,
        f"{prefix}City": address.city,
        f"{prefix}State": address.region or "",
        f"{prefix}PostCode": address.postal_code,
        f"{prefix}Country": address.country,
    }


def code_out(said: str) -> str:
    """A text of a field that holds capitals only: sent as it will stand there, so that it is found again."""
    return said.upper()


def day_out(when: date | None) -> str | None:
    """A date as a cell."""
    return None if when is None else when.isoformat()


def without_nothing(body: Mapping[str, Any]) -> Body:
    """What is not said is left out: ``None`` is never written."""
    return {name: value for name, value in body.items() if value is not None}
