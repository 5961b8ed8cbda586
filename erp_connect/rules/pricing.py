"""Which price holds: the best entry of the price lists, else the product's own list price, else none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ..models import Customer, LineDraft, LineKind, Product, Quote, UnitPrice
from .exact import decimal_of, multiply, quotient
from .facts import Draft, DraftLine, Facts, Party, PriceEntry, PriceList
from .quantities import ONE, ratio_between
from .totals import line_net

__all__ = ["Priced", "best_price", "line_price", "price_for", "priced", "quote", "same_price"]

LIST_PRICE: Final = "product"


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A price in the unit asked for, whether it includes tax, and where it was found."""

    price: UnitPrice
    includes_tax: bool
    source: str


def same_price(one: UnitPrice, other: UnitPrice) -> bool:
    """Whether both are the same price: 125 per 100 is 1.25 per 1."""
    if one.currency != other.currency:
        return False
    if one.per == other.per:
        return one.amount == other.amount
    return multiply(one.amount, other.per) == multiply(other.amount, one.per)


def price_for(
    product: Product,
    quantity: Decimal,
    unit: str,
    *,
    customer: Party | None,
    prices: Sequence[PriceEntry],
    on: date,
    currency: str | None,
    includes_tax: bool | None = None,
) -> UnitPrice | None:
    """The price of ``quantity`` ``unit`` on this day, for ``unit``; ``None`` when none is on file.

    A customer's own entry goes before the price group's, that before everybody's; then the highest quantity
    reached; then an entry in the unit ordered; then the youngest.  Entries in another currency do not count, nor,
    where ``includes_tax`` is stated, those that state the other.  The product's list price excludes tax.
    """
    found = best_price(
        product,
        quantity,
        unit,
        customer=customer,
        prices=prices,
        on=on,
        currency=currency,
        includes_tax=includes_tax,
    )
    return None if found is None else found.price


def best_price(
    product: Product,
    quantity: Decimal,
    unit: str,
    *,
    customer: Party | None,
    prices: Sequence[PriceEntry],
    on: date,
    currency: str | None,
    includes_tax: bool | None = None,
) -> Priced | None:
    """As :func:`price_for`, with whether the price includes tax and where it comes from."""
    best: tuple[tuple[int, Decimal, bool, date], PriceEntry, Fraction] | None = None
    for entry in _entries(prices, product.number or product.id):
        if currency is not None and entry.amount.currency != currency:
            continue
        if includes_tax is not None and entry.includes_tax is not includes_tax:
            continue
        closeness = _closeness(entry, customer)
        if closeness is None or (best is not None and closeness < best[0][0]) or not _valid(entry, on):
            continue
        reached = _reached(entry, product, quantity, unit)
        if reached is None:
            continue
        from_quantity, factor = reached
        rank = (closeness, from_quantity, factor is ONE, entry.valid_from or date.min)
        if best is None or rank > best[0]:
            best = (rank, entry, factor)
    if best is not None:
        rank, entry, factor = best
        return Priced(
            price=_per_unit(entry.amount, factor), includes_tax=entry.includes_tax, source=_SOURCES[rank[0]]
        )
    return _list_price(product, unit, currency, includes_tax)


_SOURCES: Final = ("everybody", "price group", "customer")


def _reached(
    entry: PriceEntry, product: Product, quantity: Decimal, unit: str
) -> tuple[Decimal, Fraction] | None:
    """From which quantity (in ``unit``) the entry holds and its units per ``unit``; ``None`` when it is not reached."""
    least = entry.quantity_from
    if entry.unit == unit:
        return (least, ONE) if quantity >= least else None
    factor = ratio_between(product, unit, entry.unit)
    if factor is None or Fraction(quantity) * factor < Fraction(least):
        return None
    return (least, ONE) if factor is ONE else (decimal_of(Fraction(least) / factor), factor)


def _entries(prices: Sequence[PriceEntry], product: str) -> Iterable[PriceEntry]:
    if isinstance(prices, PriceList):
        return prices.of(product)
    return [entry for entry in prices if entry.product == product]


def _closeness(entry: PriceEntry, customer: Party | None) -> int | None:
    if entry.customer is not None:
        return 2 if customer is not None and entry.customer == customer.number else None
    if entry.price_group is not None:
        return 1 if customer is not None and entry.price_group == customer.price_group else None
    return 0


def _valid(entry: PriceEntry, on: date) -> bool:
    begins, ends = entry.valid_from, entry.valid_to
    return (begins is None or begins <= on) and (ends is None or on <= ends)


def priced(draft: Draft, facts: Facts) -> list[tuple[Product | None, UnitPrice | None]]:
    """The product and the price of each line: the draft's own price, for sales orders else the one on file."""
    products, currency = facts.products, draft.currency
    on = draft.order_date or facts.today
    includes_tax = bool(draft.prices_include_tax)
    found: list[tuple[Product | None, UnitPrice | None]] = []
    lines: Sequence[DraftLine] = draft.lines
    for line in lines:
        said = line.product
        product = products.get(said if isinstance(said, str) else said.id)
        price = line.price
        if price is None and product is not None:
            price = line_price(line, product, facts, on=on, currency=currency, includes_tax=includes_tax)
        found.append((product, price))
    return found


def line_price(
    line: DraftLine,
    product: Product | None,
    facts: Facts,
    *,
    on: date,
    currency: str,
    includes_tax: bool,
) -> UnitPrice | None:
    """The price of a drafted line: its own; for sales else the one on file; a line of text has none."""
    if line.price is not None:
        return line.price
    if product is None or not isinstance(line, LineDraft) or line.kind is LineKind.TEXT:
        return None
    return price_for(
        product,
        line.quantity,
        line.unit,
        customer=facts.party,
        prices=facts.prices,
        on=on,
        currency=currency,
        includes_tax=includes_tax,
    )


def _list_price(
    product: Product, unit: str, currency: str | None, includes_tax: bool | None
) -> Priced | None:
    price = product.price
    if price is None or includes_tax or (currency is not None and price.currency != currency):
        return None
    if product.unit is None or unit == product.unit:
        return Priced(price=price, includes_tax=False, source=LIST_PRICE)
    factor = ratio_between(product, unit, product.unit)
    if factor is None:
        return None
    return Priced(price=_per_unit(price, factor), includes_tax=False, source=LIST_PRICE)


def _per_unit(price: UnitPrice, factor: Fraction) -> UnitPrice:
    """The price of a unit that holds ``factor`` of the price's own unit: exact, by raising ``per`` if need be."""
    if factor is ONE:
        return price
    amount = multiply(price.amount, Decimal(factor.numerator))
    bottom = Decimal(factor.denominator)
    ending = quotient(amount, bottom)
    if isinstance(ending, Decimal):
        return UnitPrice.trusted(amount=ending, currency=price.currency, per=price.per)
    return UnitPrice.trusted(amount=amount, currency=price.currency, per=multiply(price.per, bottom))


def quote(
    customer: Customer,
    product: Product,
    quantity: Decimal,
    unit: str,
    *,
    facts: Facts,
    on: date | None = None,
) -> Quote:
    """What ``quantity`` costs this customer on the day, in the customer's currency (else the company's).

    ``price`` and ``net`` are ``None`` when no price is on file; ``net`` is also ``None`` where the price includes
    tax and the product has no tax rate on file.
    """
    day = on or facts.today
    currency = customer.currency or facts.currency
    found = best_price(
        product, quantity, unit, customer=customer, prices=facts.prices, on=day, currency=currency
    )
    name = customer.number or customer.id
    code = product.number or product.id
    if found is None:
        return Quote.trusted(customer=name, product=code, quantity=quantity, unit=unit, on=day)
    net = line_net(
        quantity,
        found.price,
        None,
        found.price.currency,
        facts.policy.rounding,
        includes_tax=found.includes_tax,
        tax_rate=product.tax_rate,
    )
    return Quote.trusted(
        customer=name,
        product=code,
        quantity=quantity,
        unit=unit,
        price=found.price,
        net=net,
        includes_tax=found.includes_tax,
        on=day,
        source=found.source,
    )
