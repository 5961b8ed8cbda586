"""A product's rows as a product (sap.md 4.6)."""

from __future__ import annotations

from collections.abc import Iterator, MutableSequence
from decimal import Decimal
from typing import Final

from ....models import FrozenMapping, Product, ProductCode, ProductUnit
from ....models.units import convert, convertible
from ...amounts import tidy
from .cells import Row, flag, key, number, text, within
from .office import Office
from .shown_units import ShownUnits, shown_units

UNITS: Final = "to_ProductUnitsOfMeasure"
_KILOGRAM: Final = "KGM"


def product_in(row: Row, office: Office) -> Product:
    """The product that a row says, its description in the language of the settings or in the first that there is.

    A base unit that is not known keeps its own code; another unit of the product is left out then.  Both with a
    warning.
    """
    units = shown_units(office)
    id, shown = key(row, "Product"), text(row, "BaseUnit")
    unit = units.ours(shown)
    gtin = text(row, "ProductStandardID")
    unknown = [shown] if shown and unit is None else []
    others = tuple(_other_units(row, shown, units, unknown))
    return Product(
        id=id,
        number=id,
        name=_name(row, office.settings.language) or id,
        unit=unit or shown or None,
        codes=(ProductCode(kind="gtin", value=gtin),) if gtin else (),
        units=others,
        weight=_weight(row, units),
        blocked=flag(row, "IsMarkedForDeletion"),
        raw=FrozenMapping(row),
        warnings=tuple(
            f"the unit {each} is not known here; map it in the settings (units=...)"
            for each in dict.fromkeys(unknown)
        ),
    )


def _name(row: Row, language: str) -> str:
    described = within(row, "to_Description")
    mine = [each for each in described if text(each, "Language") == language]
    return next((text(each, "ProductDescription") for each in (*mine, *described)), "")


def _other_units(
    row: Row, base: str, units: ShownUnits, unknown: MutableSequence[str]
) -> Iterator[ProductUnit]:
    """So many of the other unit (the denominator) are so many of the base unit (the numerator).

    ``unknown`` gets the codes of those that are left out.
    """
    for each in within(row, UNITS):
        shown = text(each, "AlternativeUnit")
        many, few = number(each, "QuantityNumerator"), number(each, "QuantityDenominator")
        unit = units.ours(shown)
        if unit is not None and shown != base and many and few:
            yield ProductUnit(unit=unit, factor=tidy(many / few))
        elif unit is None and shown:
            unknown.append(shown)


def _weight(row: Row, units: ShownUnits) -> Decimal | None:
    """Kilograms of one; zero without a unit says that nobody has weighed it."""
    weight, unit = number(row, "GrossWeight"), units.ours(text(row, "WeightUnit"))
    if not weight or unit is None or not convertible(unit, _KILOGRAM):
        return None
    return convert(weight, unit, _KILOGRAM)
