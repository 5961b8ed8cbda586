"""Drafts as the body of a deep insert (dynamics.md 4.2, 4.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ....errors import InvalidOrder, LossyWrite, UnmappedCode
from ....models import Address, Charge, Discount, LineDraft, OrderDraft, UnitPrice
from ....rules.exact import multiply, quantum_of, quotient, rounded
from ...amounts import price_of_one
from ...services.cells import Body, guid
from .office import LINES, Office, bound, id_of


def order_body(draft: OrderDraft, stamp: str, office: Office) -> Body:
    """All of an order that is created in one request, under an id or key that is made from its stamp."""
    settings = office.settings
    account = office.account(draft.customer)
    if account is None:
        raise InvalidOrder("there is no such customer", path="order.customer", operation="orders.create")
    body: Body = {
        "name": draft.customer_po or stamp,
        "customerid_account@odata.bind": bound("accounts", guid(account, "accountid")),
        "transactioncurrencyid@odata.bind": bound("transactioncurrencies", office.currency(draft.currency)),
        "requestdeliveryby": office.day_out(draft.requested, "requestdeliveryby"),
        "description": "\n".join(draft.notes) or None,
        **terms_out(draft.payment_terms, draft.delivery_terms, office),
        **discounts_out(draft.discounts),
        **charges_out(draft.charges),
    }
    if settings.po_column:
        body["name"] = stamp
        body[settings.po_column] = draft.customer_po
    if settings.key_column:
        body[settings.key_column] = stamp
    elif stamp:
        body["salesorderid"] = id_of(stamp)
    prices = office.price_list(account, draft.currency)
    if prices:
        body["pricelevelid@odata.bind"] = bound("pricelevels", prices)
    for address, prefix in ((draft.ship_to, "shipto"), (draft.bill_to, "billto")):
        if address is not None:
            body |= address_out(address, prefix)
    body[settings.lines_navigation] = [
        line_out(line, place, office, draft) for place, line in enumerate(draft.lines, 1)
    ]
    return {name: value for name, value in body.items() if value is not None}


def line_out(line: LineDraft, place: int, office: Office, draft: OrderDraft | None = None) -> Body:
    """A line of a product."""
    product = office.product(line.product)
    if product is None:
        raise InvalidOrder(
            "there is no such product", path=f"order.lines[{place - 1}].product", operation="orders.create"
        )
    requested = line.requested or (None if draft is None else draft.requested)
    body: Body = {
        "productid@odata.bind": bound("products", guid(product, "productid")),
        "uomid@odata.bind": bound("uoms", office.unit(line.unit, product)),
        "quantity": line.quantity,
        "lineitemnumber": place,
        "requestdeliveryby": office.day_out(requested, "requestdeliveryby", LINES),
        **price_out(line.price, office),
        **discount_out(line.discount, line.price, line.quantity),
    }
    return {name: value for name, value in body.items() if value is not None}


def price_out(price: UnitPrice | None, office: Office) -> Body:
    """The price of one unit, which takes the place of that of the price list."""
    if price is None:
        return {}
    one = price_of_one(price, office.settings.price_scale)
    return {"priceperunit": one, "ispriceoverridden": True}


def discount_out(discount: Discount | None, price: UnitPrice | None, quantity: Decimal) -> Body:
    """The discount of a line, which is an amount; ``LossyWrite`` for a percentage of a price that is not said."""
    if discount is None:
        return {}
    if discount.amount is not None:
        return {"manualdiscountamount": discount.amount.amount}
    if price is None:
        raise LossyWrite(
            "a line's discount is an amount, and a percentage needs the price that it is taken off",
            fields=("order.line.discount",),
            path="order.line.discount",
            hint="give the price of the line as well, or the discount as an amount",
        )
    whole = quotient(
        multiply(multiply(price.amount, quantity), discount.percent or Decimal(0)), 100 * price.per
    )
    return {"manualdiscountamount": rounded(whole, quantum_of(price.currency))}


def discounts_out(discounts: Sequence[Discount]) -> Body:
    """One percentage and one amount for the whole order."""
    percents = [each.percent for each in discounts if each.percent is not None]
    amounts = [each.amount.amount for each in discounts if each.amount is not None]
    if len(percents) > 1 or len(amounts) > 1:
        raise LossyWrite(
            "an order holds one discount in per cent and one as an amount",
            fields=("order.discounts",),
            path="order.discounts",
        )
    found: Body = {}
    if percents:
        found["discountpercentage"] = percents[0]
    if amounts:
        found["discountamount"] = amounts[0]
    return found


def charges_out(charges: Sequence[Charge]) -> Body:
    """The freight: the one charge that an order has a place for, whatever it is called."""
    if len(charges) > 1:
        raise LossyWrite(
            "an order holds one charge, freight", fields=("order.charges",), path="order.charges"
        )
    return {"freightamount": charges[0].amount.amount} if charges else {}


def terms_out(payment: str | None, delivery: str | None, office: Office) -> Body:
    """Terms as numbers of option sets; ``UnmappedCode`` for words that the settings do not know."""
    settings = office.settings
    return {
        "paymenttermscode": _code(payment, settings.payment_codes, "payment_terms", "payment_codes"),
        "freighttermscode": _code(delivery, settings.freight_codes, "delivery_terms", "freight_codes"),
    }


def _code(word: str | None, codes: Mapping[str, str], path: str, setting: str) -> int | None:
    if word is None:
        return None
    found = codes.get(word, word)
    if not found.isdigit():
        raise UnmappedCode(
            f"{word!r} is none of {', '.join(codes)}",
            path=path,
            hint=f"say its number by {setting}={word}=NUMBER",
        )
    return int(found)


def address_out(address: Address, prefix: str) -> Body:
    """The whole of an address, so that nothing of the one before is left; ``LossyWrite`` for a fourth line."""
    if len(address.lines) > 3:
        path = "order.ship_to" if prefix == "shipto" else "order.bill_to"
        raise LossyWrite("an address holds three lines", fields=(f"{path}.lines",), path=f"{path}.lines")
    lines = (*address.lines, "", "", "")[:3]
    cells: dict[str, Any] = {
        "name": address.name,
        "contactname": address.contact,
        **{f"line{place}": line or None for place, line in enumerate(lines, 1)},
        "city": address.city,
        "stateorprovince": address.region,
        "postalcode": address.postal_code,
        "country": address.country,
        "telephone": address.phone,
    }
    return {f"{prefix}_{name}": value for name, value in cells.items()}
