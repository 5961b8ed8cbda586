"""``ICItemPricing``: what items cost (sage.md 3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ...business.documents import ZERO
from ...business.masters import Item, Price
from .items import of_unformatted
from .properties import Property, choice, day, details, number, of, text
from .refusing import Refused, unknown
from .resources import ALL_VERBS, Desk, Resource
from .sheets import unformatted

BASE_LIST: Final = "BASE"
"""The price list that the items' own prices are on."""
_BASE, _SALE = "BasePriceQuantity", "SalePriceQuantity"


@dataclass(frozen=True)
class _Pricing:
    """An item's prices on the base price list."""

    item: Item
    sale: Price | None


class ItemPricing(Resource):
    """Prices of items: the base price is the item's own, the sale price one agreed with everybody."""

    module, name, verbs = "IC", "ICItemPricing", ALL_VERBS
    keys = ("CurrencyCode", "UnformattedItemNumber", "PriceListCode")

    def described(self) -> Iterable[Property]:
        """Its properties."""
        key = [
            text("CurrencyCode", 3, lambda desk, row: desk.company.currency),
            text("UnformattedItemNumber", 24, lambda desk, row: unformatted(row.item.number)),
            text("PriceListCode", 6, lambda desk, row: BASE_LIST),
        ]
        prices = [
            choice("PriceDetailType", (_BASE, _SALE), lambda desk, row: row[0]),
            text("QuantityUnit", 10, lambda desk, row: row[1].unit),
            number("UnitPrice", lambda desk, row: row[2]),
            day("SaleStarts", lambda desk, row: row[3]),
            day("SaleEnds", lambda desk, row: row[4]),
        ]
        inner = [text(each.name, each.length, lambda desk, row: "", writable=False) for each in key]
        return [
            *key,
            text("Description", 60, of("item.name"), writable=False),
            details("ItemPricingDetails", [*inner, *prices], _prices, keys=("PriceDetailType",)),
        ]

    def rows(self, desk: Desk) -> Iterable[_Pricing]:
        """The prices of all items that have one."""
        items = sorted(desk.company.items, key=lambda item: unformatted(item.number))
        return (self._of(desk, item) for item in items if item.price)

    def found(self, desk: Desk, equals: Mapping[str, Any]) -> Iterable[_Pricing]:
        """The prices of one item, or all."""
        if not equals.get("UnformattedItemNumber"):
            return self.rows(desk)
        item = of_unformatted(desk, equals["UnformattedItemNumber"])
        return [self._of(desk, item)] if item is not None and item.price else []

    def _of(self, desk: Desk, item: Item) -> _Pricing:
        agreed = desk.company.prices.where("item", item.number)
        return _Pricing(
            item, next((price for price in agreed if not price.customer and not price.minimum), None)
        )

    def create(self, desk: Desk, values: dict[str, Any]) -> _Pricing:
        """Prices for an item that has none."""
        if not all(values.get(name) for name in self.keys):
            raise Refused("InvalidPayload", f"The key {', '.join(self.keys)} is missing.")
        item = of_unformatted(desk, values["UnformattedItemNumber"])
        if item is None:
            raise unknown("Item", values["UnformattedItemNumber"])
        if values["CurrencyCode"] != desk.company.currency:
            raise unknown("Currency", values["CurrencyCode"])
        if values["PriceListCode"] != BASE_LIST:
            raise unknown("Price list", values["PriceListCode"])
        if item.price:
            raise Refused("RecordDuplicate", "Record already exists.")
        row = _Pricing(item, None)
        self.change(desk, row, values)
        return self._of(desk, desk.company.items.row(item.id))

    def replace(self, desk: Desk, row: _Pricing, values: dict[str, Any]) -> None:
        """These prices and no others."""
        self.remove(desk, row)
        self.change(desk, _Pricing(desk.company.items.row(row.item.id), None), values)

    def change(self, desk: Desk, row: _Pricing, values: dict[str, Any]) -> None:
        """These prices; others stay."""
        for each in values.get("ItemPricingDetails", ()):
            self._put(desk, row, each)

    def remove(self, desk: Desk, row: _Pricing) -> None:
        """No prices any more."""
        desk.company.items.put(replace(row.item, price=ZERO))
        if row.sale is not None:
            desk.company.prices.remove(row.sale.id)

    def _put(self, desk: Desk, row: _Pricing, each: Mapping[str, Any]) -> None:
        item = desk.company.items.row(row.item.id)
        kind, price = each.get("PriceDetailType", _BASE), each.get("UnitPrice", ZERO)
        gone = each.get("UpdateOperation") == "Delete"
        held = item.holds(each.get("QuantityUnit") or item.unit)
        if held is None:
            raise unknown("Unit of measure", each["QuantityUnit"])
        if kind == _BASE:
            desk.company.items.put(replace(item, price=ZERO if gone else price / held))
            return
        if row.sale is None and gone:
            raise Refused("InvalidEntityKey", "The key of the detail is not valid.")
        if row.sale is not None and gone:
            desk.company.prices.remove(row.sale.id)
            return
        sale = replace(
            row.sale or Price(item=item.number),
            price=price / held,
            starts=each.get("SaleStarts"),
            ends=each.get("SaleEnds"),
        )
        if row.sale is None:
            desk.company.prices.add(sale)
        else:
            desk.company.prices.put(sale)


def _prices(desk: Desk, row: _Pricing) -> list[tuple[str, Item, Decimal, date | None, date | None]]:
    item, sale = row.item, row.sale
    base = (_BASE, item, item.price, None, None)
    return [base] if sale is None else [base, (_SALE, item, sale.price, sale.starts, sale.ends)]
