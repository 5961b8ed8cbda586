"""Drafts as the body of one POST, codes turned into ids (sage.md 4.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ....errors import InvalidOrder, LossyWrite, UnmappedCode
from ....models import (
    Charge,
    Discount,
    LineDraft,
    OrderDraft,
    PurchaseOrderDraft,
    PurchaseOrderLineDraft,
    Ref,
    Reference,
    UnitPrice,
)
from ....rules.exact import multiply, quotient
from ...amounts import price_of_one
from ...services.cells import Body, Row, text, whole
from .addresses import address_out
from .office import Office
from .sides import CHARGE, NUMBER, PURCHASES, SALES, STANDARD, Side

_MOST_PERCENT: Final = Decimal("99.99")


def order_body(draft: OrderDraft, stamp: str, office: Office) -> Body:
    """All of a sales order that is created in one request; what is left out the system fills in."""
    customer = party_of(draft.customer, SALES, office)
    in_currency(draft.currency, customer, SALES, office)
    settings = office.settings
    body: Body = {
        "customer_id": whole(customer, "id"),
        NUMBER: None if office.numbers_itself else stamp,
        settings.stamp_field: stamp,
        **({SALES.external: draft.customer_po} if draft.customer_po is not None else {}),
        "document_date": day_out(draft.order_date or office.today()),
        "requested_delivery_date": day_out(draft.requested),
        **discounts_out(draft.discounts),
        **references_out(draft.references, office),
        "is_editing": False,
        "lines": [
            *(
                line_out(line, office, f"order.lines[{place}]", warehouse=draft.warehouse)
                for place, line in enumerate(draft.lines)
            ),
            *(charge_out(charge) for charge in draft.charges),
        ],
    }
    if draft.ship_to is not None:
        body |= ship_to_out(draft.ship_to, office)
    if draft.notes:
        body["memos"] = [memo_out(note) for note in draft.notes]
    return without_nothing(body)


def purchase_order_body(draft: PurchaseOrderDraft, stamp: str, office: Office) -> Body:
    """All of a purchase order that is created in one request."""
    supplier = party_of(draft.supplier, PURCHASES, office)
    in_currency(draft.currency, supplier, PURCHASES, office)
    field = office.settings.stamp_field
    body: Body = {
        "supplier_id": whole(supplier, "id"),
        **({field: stamp} if field != SALES.external else {}),
        PURCHASES.external: draft.supplier_reference,
        "document_date": day_out(draft.order_date or office.today()),
        "requested_delivery_date": day_out(draft.requested),
        "lines": [
            bought_line_out(line, office, f"purchase_order.lines[{place}]", warehouse=draft.warehouse)
            for place, line in enumerate(draft.lines)
        ],
    }
    return without_nothing(body)


def party_of(party: str | Ref, side: Side, office: Office) -> Row:
    """The account that a draft names."""
    said = party.upper() if isinstance(party, str) else party
    return office.parties(side.party).wanted(said, f"{side.book.removesuffix('s')}.{side.party}")


def in_currency(currency: str, party: Row, side: Side, office: Office) -> None:
    """Refuse an order in another currency than its account's: the system writes it in that one (sage.md 4.4)."""
    own = office.currencies.code(whole(party, "currency_id"))
    if not own and side is PURCHASES:  # of sales the order itself tells it, once it stands
        raise UnmappedCode(
            f"nobody knows the currency of {text(party, 'reference')}",
            path=f"{side.book.removesuffix('s')}.currency",
            hint=f"say it by the setting currencies={currency}={whole(party, 'currency_id')}",
        )
    if own and own != currency:
        raise InvalidOrder(
            f"orders of {text(party, 'reference')} are in {own}, the currency of its account",
            path=f"{side.book.removesuffix('s')}.currency",
            code="currency_of_account",
        )


def ship_to_out(address: Any, office: Office) -> Body:
    """The delivery address, written out, in the place of the customer's own."""
    told = address_out(address, office.settings, "order.ship_to")
    return {"use_invoice_address": False, "delivery_address": told}


def memo_out(note: str) -> Body:
    """A note for people."""
    return {"note": note, "is_active": True}


def line_out(line: LineDraft, office: Office, path: str, *, warehouse: str | None = None) -> Body:
    """A line of goods that are sold."""
    settings = office.settings
    body: Body = {
        **_goods_out(line, SALES, office, path, warehouse),
        **price_out(line.price, SALES, office),
        **discount_out(line.discount, line.quantity, settings.price_scale),
        "requested_delivery_date": day_out(line.requested),
    }
    if line.description is not None:
        body |= {"description": line.description, "use_description": True}
    if line.reference is not None and settings.line_reference_field:
        body[settings.line_reference_field] = line.reference
    return without_nothing(body)


def bought_line_out(
    line: LineDraft | PurchaseOrderLineDraft, office: Office, path: str, *, warehouse: str | None = None
) -> Body:
    """A line of goods that are bought."""
    return {
        **_goods_out(line, PURCHASES, office, path, warehouse),
        **price_out(line.price, PURCHASES, office),
    }


def _goods_out(
    line: LineDraft | PurchaseOrderLineDraft, side: Side, office: Office, path: str, warehouse: str | None
) -> Body:
    product = office.products.wanted(line.product, f"{path}.product")
    place = line.warehouse or warehouse or office.settings.warehouse
    return {
        "line_type": STANDARD,
        "product_id": whole(product, "id"),
        "warehouse_id": warehouse_out(place, office, path),
        "line_quantity": line.quantity,
        **unit_out(line.unit, product, office, side.unit),
    }


def price_out(price: UnitPrice | None, side: Side, office: Office) -> Body:
    """An agreed price, with the flag that imposes it (sage.md 4.4)."""
    if price is None:
        return {}
    flag = "selling_unit_price_overridden" if side is SALES else office.settings.buying_price_flag
    one = price_of_one(price, office.settings.price_scale)
    return {side.price: one, **({flag: True} if flag else {})}


def unit_out(unit: str, product: Row, office: Office, field: str) -> Body:
    """The unit of a line, where it is not the product's own."""
    id = office.unit_names.id(office.units.theirs(unit))
    return {} if id == whole(product, "stock_unit_id") else {field: id}


def warehouse_out(name: str, office: Office, path: str) -> int:
    """The id of a warehouse; the only one where none is named."""
    if name:
        return office.warehouses.id(name)
    known = list(office.warehouses.names)
    if len(known) == 1:
        return known[0]
    raise InvalidOrder(
        "a line needs a warehouse",
        path=f"{path}.warehouse",
        code="no_warehouse",
        hint="name one for the line or the order, or by the setting warehouse=, for lines that name none",
    )


def charge_out(charge: Charge) -> Body:
    """An additional charge of the company's list."""
    body: Body = {
        "line_type": CHARGE,
        "code": charge.code,
        "selling_unit_price": charge.amount.amount,
        "selling_unit_price_overridden": True,
    }
    if charge.description is not None:
        body |= {"description": charge.description, "use_description": True}
    return body


def discount_out(discount: Discount | None, ordered: Decimal, scale: int) -> Body:
    """A line's discount: a percentage, or an amount for each unit; ``LossyWrite`` for one that does not divide."""
    if discount is None:
        return {}
    if discount.percent is not None:
        return {
            "unit_discount_percent": discount.percent,
            "unit_discount_overridden": True,
            "discount_percent_specified": True,
        }
    amount = Decimal(0) if discount.amount is None else discount.amount.amount
    one = quotient(amount, ordered)
    if not isinstance(one, Decimal) or one != round(one, scale) or multiply(one, ordered) != amount:
        raise LossyWrite(
            f"a discount of {amount} is kept for each unit, and does not divide by {ordered} with {scale} decimals",
            fields=("order.line.discount",),
            path="order.line.discount",
        )
    return {
        "unit_discount_value": one,
        "unit_discount_overridden": True,
        "discount_percent_specified": False,
    }


def discounts_out(discounts: Sequence[Discount]) -> Body:
    """The discount of the whole order, of which there is one, in per cent."""
    if len(discounts) > 1 or any(each.percent is None for each in discounts):
        raise LossyWrite(
            "the header holds one discount, a percentage",
            fields=("order.discounts",),
            path="order.discounts",
            hint="give one percentage for the order, or discounts for its lines",
        )
    for discount in discounts:
        percent = discount.percent or Decimal(0)
        if percent > _MOST_PERCENT:
            raise LossyWrite(
                f"the header holds at most {_MOST_PERCENT} per cent",
                fields=("order.discounts",),
                path="order.discounts",
            )
        return {"document_discount_percent": percent}
    return {}


def references_out(references: Sequence[Reference], office: Office) -> Body:
    """References in the fields that the site keeps them in; ``LossyWrite`` for a kind without one, or a second one."""
    fields = office.settings.references
    body: Body = {}
    for each in references:
        field = fields.get(each.kind)
        if field is None or field in body:
            raise LossyWrite(
                f"the site has {'one field' if field else 'no field'} for references of kind {each.kind!r}",
                fields=("order.references",),
                path="order.references",
                hint="say which fields of the header keep references: references=KIND=analysis_code_1",
            )
        body[field] = each.value
    return body


def day_out(when: date | None) -> str | None:
    """A date as a cell: midnight of that day."""
    return None if when is None else f"{when.isoformat()}T00:00:00"


def without_nothing(body: Mapping[str, Any]) -> Body:
    """What is not said is left out: ``None`` is never written."""
    return {name: value for name, value in body.items() if value is not None}
