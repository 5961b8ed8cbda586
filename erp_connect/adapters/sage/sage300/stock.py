"""What is in stock, and what it costs (sage.md 3.4, 3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from ....errors import NotFound, UnmappedCode, UnsupportedOperation
from ....models import Availability, Quote, Ref, UnitPrice
from ....rules.exact import multiply, quotient
from ...amounts import tidy
from ...answers import understands_answers
from ...services.cells import Row, member, number, text, within
from ...services.share import in_unit, share_of
from .capabilities import NO_STOCK
from .cells import day
from .conditions import both, equal
from .items import Items, factors
from .mapping_drafts import party_out
from .office import PRICES, Office

_BASE, _SALE = "BasePriceQuantity", "SalePriceQuantity"
_NOTHING: Final = Decimal(0)


@understands_answers
class Stock:
    """The sum over all locations, where the release has a resource for it; no dates."""

    def __init__(self, office: Office, items: Items) -> None:
        self.office, self.items = office, items

    def availability(self, product: str | Ref, quantity: Decimal, unit: str, by: date | None) -> Availability:  # noqa: ARG002
        """What can be shipped.  ``NotFound`` without such an item, ``UnmappedCode`` for a unit of unknown size."""
        operation, office = "stock.availability", self.office
        if office.stock is None:
            raise UnsupportedOperation(NO_STOCK, why=NO_STOCK, operation=operation)
        item = self.items.named(product, operation)
        share = _share(item, unit, office, operation)
        with office.translated(operation):
            rows = office.asking.few(office.stock, equal("ItemNumber", text(item, "ItemNumber")))
            told = {
                name: _sum(rows, name)
                for name in ("QuantityOnHand", "QuantityAvailableToShip", "QuantityCommitted")
            }
        held = {name: None if much is None else in_unit(much, share) for name, much in told.items()}
        free = held["QuantityAvailableToShip"]
        return Availability(
            product=text(item, "ItemNumber"),
            unit=unit,
            requested=quantity,
            available=None if free is None else max(free, _NOTHING),
            on_hand=held["QuantityOnHand"],
            reserved=held["QuantityCommitted"],
        )


@understands_answers
class Prices:
    """The price of the customer's list; contracts and discounts by quantity no resource tells."""

    def __init__(self, office: Office, items: Items) -> None:
        self.office, self.items = office, items

    def quote(
        self, customer: str | Ref, product: str | Ref, quantity: Decimal, unit: str, on: date | None
    ) -> Quote:
        """The list's price, a sale's on its days.  ``NotFound`` for a customer or item that is not there."""
        operation, office = "prices.quote", self.office
        number_of = party_out(customer)
        card = office.customer(number_of, operation)
        if card is None:
            raise NotFound("there is no such customer", operation=operation, path="customer")
        item = self.items.named(product, operation)
        currency = text(card, "CurrencyCode") or office.currency
        bare, listed = text(item, "UnformattedItemNumber"), text(card, "CustomerPriceList")
        conditions = {"CurrencyCode": currency, "UnformattedItemNumber": bare, "PriceListCode": listed}
        with office.translated(operation):
            rows = office.asking.few(
                PRICES, both(equal(name, value) for name, value in conditions.items() if value)
            )
            one = (
                _price(rows, item, _code(unit, office), on or office.today()) if listed and currency else None
            )
        return Quote(
            customer=number_of,
            product=text(item, "ItemNumber"),
            quantity=quantity,
            unit=unit,
            price=None if one is None else UnitPrice(amount=one, currency=currency),
            on=on,
            source=f"price list {listed}" if listed else None,
        )


def _price(rows: list[Row], item: Row, unit: str, on: date) -> Decimal | None:
    """The price of one unit: a sale's where it says its days and they hold, else the base price."""
    shares = factors(item)
    for kind in (_SALE, _BASE):
        for row in rows:
            for each in within(row, "ItemPricingDetails"):
                price = number(each, "UnitPrice")
                if member(each, "PriceDetailType") == kind and price and (kind == _BASE or _holds(each, on)):
                    return _of_unit(price, text(each, "QuantityUnit"), unit, shares)
    return None


def _holds(row: Row, on: date) -> bool:
    begins, ends = day(row, "SaleStarts"), day(row, "SaleEnds")
    return begins is not None and begins <= on and (ends is None or on <= ends)


def _of_unit(price: Decimal, priced: str, unit: str, shares: Mapping[str, Decimal]) -> Decimal | None:
    """The price of another unit of the item; ``None`` where it has no such unit, or the price does not come out."""
    if priced == unit or not priced:
        return tidy(price)
    if unit not in shares or priced not in shares:
        return None
    found = quotient(multiply(price, shares[unit]), shares[priced])
    return tidy(found) if isinstance(found, Decimal) else None


def _share(item: Row, unit: str, office: Office, operation: str) -> Decimal:
    """How many of the item's own unit one such unit is: as its card says, or as it is everywhere."""
    shares, code = factors(item), _code(unit, office)
    if code in shares:
        return shares[code]
    return share_of(office.units.ours(text(item, "StockingUnitOfMeasure")) or "", unit, operation)


def _code(unit: str, office: Office) -> str:
    """The site's code for a unit; blank where it has none."""
    try:
        return office.units.theirs(unit)
    except UnmappedCode:
        return ""


def _sum(rows: list[Row], name: str) -> Decimal | None:
    """The sum over all locations; ``None`` where none tells it."""
    told = [much for row in rows if (much := number(row, name)) is not None]
    return sum(told, _NOTHING) if told else None
