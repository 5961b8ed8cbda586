"""Customers, suppliers, products and prices in the columns of their tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ...models import Customer, Money, Product, Supplier, UnitPrice
from ...rules.facts import PriceEntry
from . import codecs, schema
from .mapping import Composed, Converted, RowMapping, same

_PARTY_PLAIN: Final = same(
    *("number", "name", "currency", "payment_terms", "delivery_terms", "tax_id", "email", "phone"),
    *("blocked", "block_reason", "price_group", "modified_at"),
)
_PARTY_CONVERTED: Final = (
    Converted("id", "id", codecs.ID),
    Converted("version", "version", codecs.ID),
    Converted("address", "address", codecs.ADDRESS),
    Converted("ship_to", "ship_to", codecs.ADDRESSES),
    Converted("contacts", "contacts", codecs.CONTACTS),
    Converted("references", "refs", codecs.REFERENCES),
    Converted("custom", "custom", codecs.CUSTOM),
)
_PARTY_COMPOSED: Final = (
    Composed("credit_limit", Money, {"amount": "credit_limit", "currency": "credit_currency"}),
)

CUSTOMERS: Final = RowMapping(
    Customer, schema.PARTIES, plain=_PARTY_PLAIN, converted=_PARTY_CONVERTED, composed=_PARTY_COMPOSED
)
SUPPLIERS: Final = RowMapping(
    Supplier, schema.PARTIES, plain=_PARTY_PLAIN, converted=_PARTY_CONVERTED, composed=_PARTY_COMPOSED
)
PRODUCTS: Final = RowMapping(
    Product,
    schema.PRODUCTS,
    plain=same(
        *("number", "name", "unit", "tax_rate", "weight", "blocked", "block_reason"),
        *("superseded_by", "description", "modified_at"),
    ),
    converted=(
        Converted("id", "id", codecs.ID),
        Converted("version", "version", codecs.ID),
        Converted("codes", "codes", codecs.CODES),
        Converted("units", "units", codecs.UNITS),
        Converted("custom", "custom", codecs.CUSTOM),
    ),
    composed=(
        Composed(
            "price", UnitPrice, {"amount": "price_amount", "currency": "price_currency", "per": "price_per"}
        ),
    ),
)

PRICE_COLUMNS: Final = (
    *("unit", "price_group", "quantity_from", "valid_from", "valid_to", "includes_tax"),
    *("amount", "currency", "per"),
)


def price_entry(product: str, customer: str | None, cells: Sequence[Any]) -> PriceEntry:
    """A line of a price list out of :data:`PRICE_COLUMNS`."""
    unit, price_group, quantity_from, valid_from, valid_to, includes_tax, amount, currency, per, *_ = cells
    return PriceEntry(
        product=product,
        unit=unit,
        amount=UnitPrice.trusted(amount=amount, currency=currency, per=per),
        customer=customer,
        price_group=price_group,
        quantity_from=quantity_from,
        valid_from=valid_from,
        valid_to=valid_to,
        includes_tax=includes_tax,
    )


def price_cells(entry: PriceEntry) -> Sequence[Any]:
    """A line of a price list as :data:`PRICE_COLUMNS`."""
    price = entry.amount
    return (
        *(entry.unit, entry.price_group, entry.quantity_from, entry.valid_from, entry.valid_to),
        *(entry.includes_tax, price.amount, price.currency, price.per),
    )
