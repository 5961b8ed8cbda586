"""Stock on hand by warehouse and by site, and trade agreement prices (dynamics.md 3.3, 3.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ...business import stock
from ...business.company import Company
from ...business.documents import ZERO
from ...business.masters import Item
from ...odata.source import Row
from .book import Book
from .shapes import DIMENSIONS
from .writing import NEVER, filled, record, site_of, tag


class OnHand(Book):
    """WarehousesOnHandV2 and InventorySitesOnHandV2, in the unit that stock is kept in."""

    def rows(self, company: Company, name: str, where: Mapping[str, Any]) -> Iterator[Row]:
        """Stock where an item has ever been, or is ordered."""
        number = where.get("ItemNumber")
        items = company.items.where("number", number) if number else list(company.items)
        for item in items:
            if item.type == "inventory":
                yield from self._of(company, name, item)

    def _of(self, company: Company, name: str, item: Item) -> Iterator[Row]:
        places: dict[tuple[str, str], list[str]] = {}
        for variant, warehouse in self._places(company, item):
            site = site_of(company, warehouse)
            key = (variant, warehouse if name == "WarehousesOnHandV2" else site)
            places.setdefault(key, []).append(warehouse)
        for (variant, place), warehouses in sorted(places.items()):
            quantities = self._quantities(company, item, variant, warehouses)
            values = dict.fromkeys(DIMENSIONS, "") | {
                "dataAreaId": company.code,
                "ItemNumber": item.number,
                "ProductColorId": variant,
                "InventorySiteId": site_of(company, warehouses[0]),
                "InventoryWarehouseId": place,
                "ProductName": item.name,
                **quantities,
            }
            row = filled(self.model.sets[name], values, self.settings)
            row["@etag"] = ""
            yield row

    def _places(self, company: Company, item: Item) -> list[tuple[str, str]]:
        found = {(entry.variant, entry.location) for entry in company.ledger.where("item", item.number)}
        for line in company.lines.where("object_number", item.number):
            document = company.documents.get(line.document)
            if document is not None and document.kind in {"order", "purchase_order"} and line.location:
                found.add((line.variant, line.location))
        return sorted(found)

    def _quantities(
        self, company: Company, item: Item, variant: str, warehouses: list[str]
    ) -> dict[str, Decimal]:
        there = sum((stock.on_hand(company, item.number, place, variant) for place in warehouses), ZERO)
        reserved = wanted = coming = ZERO
        for line in company.lines.where("object_number", item.number):
            document = company.documents.get(line.document)
            if (
                document is None
                or document.canceled
                or document.posted
                or line.variant != variant
                or line.location not in warehouses
            ):
                continue
            open_ = line.open * line.per_unit
            if document.kind == "purchase_order":
                coming += open_
            elif document.kind == "order":
                wanted += open_
                method = line.extras.get(
                    "InventoryReservationMethod", document.extras.get("InventoryReservationMethod")
                )
                reserved += open_ if method == "Automatic" else ZERO
        reserved = max(ZERO, min(reserved, there))
        return {
            "OnHandQuantity": there,
            "ReservedOnHandQuantity": reserved,
            "AvailableOnHandQuantity": there - reserved,
            "OrderedQuantity": coming,
            "OnOrderQuantity": wanted,
            "AvailableOrderedQuantity": coming,
            "TotalAvailableQuantity": there - reserved + coming,
        }


class Agreements(Book):
    """SalesPriceAgreements."""

    def rows(self, company: Company, name: str, where: Mapping[str, Any]) -> Iterator[Row]:
        """Prices that were agreed, for everybody or for one customer."""
        number = where.get("ItemNumber")
        for price in company.prices.where("item", number) if number else company.prices:
            item = company.items.by("number", price.item)
            per = price.extras.get("SalesPriceQuantity", Decimal(1))
            values = {
                "dataAreaId": company.code,
                "RecordId": record(price.id),
                "ItemNumber": price.item,
                "ProductNumber": price.item,
                "CustomerAccountNumber": price.customer,
                "PriceCurrencyCode": price.currency or company.currency,
                "QuantityUnitySymbol": price.unit or (item.unit if item is not None else ""),
                "Price": price.price * per,
                "SalesPriceQuantity": per,
                "FromQuantity": price.minimum,
                "PriceApplicableFromDate": price.starts,
                "PriceApplicableToDate": price.ends or (NEVER if price.starts else None),
            }
            row = filled(self.model.sets[name], values, self.settings)
            row["@etag"] = tag(price.id, price.version)
            yield row
