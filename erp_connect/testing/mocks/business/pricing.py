"""What an item costs a customer: agreed prices first, the item's own otherwise."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .company import Company
from .masters import Customer, Item, Price


def price_of(
    company: Company, customer: Customer, item: Item, quantity: Decimal, unit: str, currency: str, on: date
) -> tuple[Decimal, Decimal]:
    """The price of one unit and the discount in percent that goes with it; the lowest agreed price wins."""
    per_unit = item.holds(unit) or Decimal(1)
    agreed = [
        price
        for price in company.prices.where("item", item.number)
        if _holds(price, customer, item, quantity, unit, company.currency, currency, on)
    ]
    if agreed:
        best = min(agreed, key=lambda price: price.price * (100 - price.discount_percent))
        return company.rounded_price(best.price, currency), best.discount_percent
    foreign = company.currencies.by("code", currency)
    rate = foreign.rate if foreign is not None else Decimal(1)
    return company.rounded_price(item.price * per_unit / rate, currency), Decimal(0)


def _holds(
    price: Price,
    customer: Customer,
    item: Item,
    quantity: Decimal,
    unit: str,
    local: str,
    currency: str,
    on: date,
) -> bool:
    return (
        price.customer in {"", customer.number}
        and (price.unit or item.unit) == unit
        and (price.currency or local) == currency
        and price.minimum <= quantity
        and (price.starts is None or price.starts <= on)
        and (price.ends is None or on <= price.ends)
    )
