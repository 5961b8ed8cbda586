"""API_PRODUCT_SRV and API_MATERIAL_STOCK_SRV, both to read (sap.md 4.6).

Of a stock's eleven key properties the page names five: stock is reached through its material, never by key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from ...odata.source import Row
from ..documents import Material, alpha, plain
from .source import Producer, SapSource


class Products(SapSource):
    """Materials with their texts, plants, sales areas and units, and their stock."""

    def _materials(self, where: Mapping[str, Any], key: str = "Product") -> Iterator[Material]:
        if key in where:
            found = self.world.materials.get(alpha(where[key], 18))
            if found is not None:
                yield found
            return
        yield from (self.world.materials[number] for number in sorted(self.world.materials))

    def _products(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for material in self._materials(where):
            yield {
                "Product": plain(material.number),
                "BaseUnit": self.unit(material.unit),
                "ProductGroup": material.group,
                "CrossPlantStatus": material.status,
                "ProductStandardID": material.gtins.get(material.unit, ""),
                "IsMarkedForDeletion": False,
            }

    def _descriptions(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for material in self._materials(where):
            yield {
                "Product": plain(material.number),
                "Language": "EN",
                "ProductDescription": material.text,
            }

    def _plants(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for material in self._materials(where):
            for plant in material.plants:
                yield {"Product": plain(material.number), "Plant": plant}

    def _sales(self, where: Mapping[str, Any]) -> Iterator[Row]:
        channels = sorted({area[:2] for area in self.world.sales_areas})
        for material in self._materials(where):
            for organization, channel in channels:
                if organization in material.sales_orgs:
                    yield {
                        "Product": plain(material.number),
                        "ProductSalesOrg": organization,
                        "ProductDistributionChnl": channel,
                        "ProductSalesStatus": material.status,
                    }

    def _units(self, where: Mapping[str, Any]) -> Iterator[Row]:
        """As many base units as the numerator tells are as many of the unit as the denominator tells."""
        for material in self._materials(where):
            for unit, factor in ({material.unit: Decimal(1)} | material.units).items():
                numerator, denominator = factor.as_integer_ratio()
                yield {
                    "Product": plain(material.number),
                    "AlternativeUnit": self.unit(unit),
                    "QuantityNumerator": numerator,
                    "QuantityDenominator": denominator,
                    "GlobalTradeItemNumber": material.gtins.get(unit, ""),
                    "BaseUnit": self.unit(material.unit),
                }

    def _article_numbers(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for material in self._materials(where):
            for unit, number in material.gtins.items():
                yield {
                    "Product": plain(material.number),
                    "AlternativeUnit": self.unit(unit),
                    "ConsecutiveNumber": "1",
                    "ProductStandardID": number,
                    "IsMainGlobalTradeItemNumber": True,
                }

    def _stock_materials(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for material in self._materials(where, "Material"):
            yield {"Material": plain(material.number)}

    def _stock(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for material in self._materials(where, "Material"):
            for plant in material.plants:
                yield {
                    "Material": plain(material.number),
                    "Plant": plant,
                    "StorageLocation": "",
                    "WBSElementInternalID": "",
                    "InventoryStockType": "01",
                    "MatlWrhsStkQtyInMatlBaseUnit": self.world.stock.get((material.number, plant), 0),
                }

    producers: ClassVar[dict[str, Producer]] = {
        "A_Product": _products,
        "A_ProductDescription": _descriptions,
        "A_ProductPlant": _plants,
        "A_ProductSalesDelivery": _sales,
        "A_ProductUnitsOfMeasure": _units,
        "A_ProductUnitsOfMeasureEAN": _article_numbers,
        "A_MaterialStock": _stock_materials,
        "A_MatlStkInAcctMod": _stock,
    }
