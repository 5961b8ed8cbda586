"""``ICItems``: what is traded (sage.md 3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from ...business.masters import Item
from ...business.tables import Table
from .masters import Master
from .properties import Property, choice, day, details, number, text, truth
from .refusing import Refused, unknown
from .resources import Desk
from .sheets import unformatted

_EXTRAS: Final = (
    "StructureCode",
    "AccountSetCode",
    "DefaultPriceListCode",
    "UnitWeight",
    "WeightUnitOfMeasure",
)


def of_unformatted(desk: Desk, wanted: str) -> Item | None:
    """The item of a number without separators."""
    found = desk.company.items.by("number", wanted)
    if found is not None and unformatted(found.number) == wanted:
        return found
    return next((item for item in desk.company.items if unformatted(item.number) == wanted), None)


class Items(Master):
    """What is traded."""

    module, name, keys = "IC", "ICItems", ("UnformattedItemNumber",)
    needed = ("StockingUnitOfMeasure",)

    def described(self) -> Iterable[Property]:
        """Its properties."""
        units = [
            text("ItemNumber", 24, lambda desk, row: row[0], writable=False),
            text("UnitOfMeasure", 10, lambda desk, row: row[1]),
            number("ConversionFactor", lambda desk, row: row[2]),
            number("FACTOR", lambda desk, row: row[2], writable=False),
        ]
        return [
            text("UnformattedItemNumber", 24, lambda desk, row: unformatted(row.number)),
            text("ItemNumber", 24, "number"),
            text("Description", 60, "name"),
            text("StructureCode", 6),
            text("Category", 6, "category"),
            text("AccountSetCode", 6),
            truth("StockItem", lambda desk, row: row.type == "inventory"),
            choice("InactiveItem", ("No", "Yes"), lambda desk, row: "Yes" if row.blocked else "No"),
            text("StockingUnitOfMeasure", 10, "unit"),
            text("DefaultPriceListCode", 6),
            number("UnitWeight"),
            truth("KittingItem", writable=False),
            text("WeightUnitOfMeasure", 10),
            day("DateLastMaintained", lambda desk, row: row.modified.date(), writable=False),
            details("ItemUnitsOfMeasure", units, _units, keys=("UnitOfMeasure",)),
        ]

    def rows(self, desk: Desk) -> Iterable[Any]:
        """All items, by their key."""
        return sorted(desk.company.items, key=lambda item: unformatted(item.number))

    def found(self, desk: Desk, equals: Mapping[str, Any]) -> Iterable[Any]:
        """The item of a number, or all."""
        if equals.get("ItemNumber"):
            return desk.company.items.where("number", equals["ItemNumber"])
        if equals.get("UnformattedItemNumber"):
            item = of_unformatted(desk, equals["UnformattedItemNumber"])
            return [] if item is None else [item]
        return self.rows(desk)

    def table(self, desk: Desk) -> Table[Any]:
        """The company's items."""
        return desk.company.items

    def code(self, values: Mapping[str, Any]) -> str:
        """The item's number, with separators where it was sent with them."""
        return str(values.get("ItemNumber") or values["UnformattedItemNumber"])

    def create(self, desk: Desk, values: dict[str, Any]) -> Any:
        """A new item; its number without separators is no other's."""
        taken = of_unformatted(desk, values.get("UnformattedItemNumber", ""))
        if taken is not None:
            raise Refused("RecordDuplicate", "Record already exists.")
        return super().create(desk, values)

    def stored(self, desk: Desk, row: Any | None, values: dict[str, Any]) -> Item:
        """The item with these values."""
        base: Item = Item(number=self.code(values)) if row is None else row
        if unformatted(base.number) != values["UnformattedItemNumber"]:
            raise Refused("FieldInvalid", f"Item number {base.number} does not match its unformatted number.")
        category = values.get("Category", "")
        if category and desk.company.codes("Category").by("code", category) is None:
            raise unknown("Category", category)
        unit = values.get("StockingUnitOfMeasure", base.unit)
        units = _patched(dict(base.units), values.get("ItemUnitsOfMeasure"))
        return replace(
            base,
            name=values.get("Description", base.name),
            category=values.get("Category", base.category),
            type=_item_type(base, values),
            blocked=values.get("InactiveItem", "Yes" if base.blocked else "No") == "Yes",
            unit=unit,
            units={name: factor for name, factor in units.items() if name != unit},
            extras={**base.extras, **{name: values[name] for name in _EXTRAS if name in values}},
        )

    def replace(self, desk: Desk, row: Any, values: dict[str, Any]) -> None:
        """What was sent; units that were not sent go."""
        bare = replace(row, units={})
        super().replace(desk, bare, {"ItemNumber": row.number, **values})

    def remove(self, desk: Desk, row: Any) -> None:
        """Delete an item that nothing was done with."""
        company = desk.company
        if company.ledger.where("item", row.number) or company.lines.where("object_number", row.number):
            raise Refused("General", f"Item {row.number} cannot be deleted. Transactions exist.")
        super().remove(desk, row)


def _item_type(base: Item, values: Mapping[str, Any]) -> Any:
    if "StockItem" not in values:
        return base.type
    return "inventory" if values["StockItem"] else "non_inventory"


def _units(desk: Desk, item: Item) -> list[tuple[str, str, Decimal]]:
    own = (item.number, item.unit, Decimal(1))
    return [own, *((item.number, name, factor) for name, factor in item.units.items())]


def _patched(units: dict[str, Decimal], sent: Iterable[Mapping[str, Any]] | None) -> dict[str, Decimal]:
    """The units after what was sent of them: each says what is to become of it."""
    for each in sent or ():
        name = each.get("UnitOfMeasure", "")
        what = each.get("UpdateOperation", "Unspecified")
        if not name or (what in {"Update", "Delete"} and name not in units):
            raise Refused("InvalidEntityKey", "The key of the detail is not valid.")
        if what == "Insert" and name in units:
            raise Refused("RecordDuplicate", "Record already exists.")
        if what == "Delete":
            del units[name]
            continue
        factor = each.get("ConversionFactor", units.get(name, Decimal(1)))
        if factor <= 0:
            raise Refused("FieldInvalid", "Conversion factor must be greater than zero.")
        units[name] = factor
    return units
