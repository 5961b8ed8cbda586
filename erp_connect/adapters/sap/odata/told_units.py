"""Units as rows tell them, and quantities taken from one into another where that is known (sap.md 2.2, 4.4, 4.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ....models.units import UNITS, convert, convertible, same_unit
from ...amounts import tidy
from .cells import Row, number, text
from .office import Office
from .shown_units import shown_units

ORDERED: Final = "RequestedQuantity"
PRICED: Final = "ConditionQuantity"
DELIVERED: Final = "DeliveryQuantity"
BILLED: Final = "BillingQuantity"
_FORMS: Final = ("SAPUnit", "ISOUnit", "Unit")
"""The site's own code, SAP's ISO code, and the one that people see in the logon language."""


def unit_names(quantity: str) -> tuple[str, ...]:
    """The properties that may tell a quantity's unit; which of them there are differs by release."""
    return tuple(quantity + form for form in _FORMS)


@dataclass(frozen=True, slots=True)
class ToldUnit:
    """A unit by the codes of a row, and by ours (``code``) where it is known."""

    internal: str
    iso: str
    shown: str
    code: str | None

    @property
    def told(self) -> str:
        """What the row says, in the first form that it has; blank where it tells none."""
        return self.internal or self.shown or self.iso

    def same_as(self, other: ToldUnit) -> bool:
        """Whether both are one unit, be its code known here or not."""
        mine = {each for each in (self.internal, self.shown) if each}
        if mine & {other.internal, other.shown}:
            return True
        if self.code is None or other.code is None:
            return False
        return self.code == other.code or (
            self.code in UNITS and other.code in UNITS and same_unit(self.code, other.code)
        )

    def taken_into(self, other: ToldUnit, much: Decimal) -> Decimal | None:
        """So much of this unit in the other one; ``None`` where how many of it one is, is not known."""
        if self.same_as(other):
            return much
        known = self.code in UNITS and other.code in UNITS
        if known and self.code and other.code and convertible(self.code, other.code):
            return tidy(convert(much, self.code, other.code))
        return None


def unit_of(row: Row, quantity: str, office: Office) -> ToldUnit:
    """The unit that a row tells for one of its quantities."""
    internal, iso, shown = (text(row, name) for name in unit_names(quantity))
    code = office.units.ours(internal, iso) or shown_units(office).ours(shown)
    return ToldUnit(internal, iso, shown, code)


@dataclass(frozen=True, slots=True)
class Much:
    """A quantity of a paper, in the unit of the paper and, where it tells it, in the product's base unit."""

    quantity: Decimal
    unit: ToldUnit
    base_quantity: Decimal | None = None
    base: ToldUnit | None = None

    def taken_into(self, unit: ToldUnit) -> Decimal | None:
        """The same in another unit; ``None`` where that is not known.  Nothing is nothing in any unit."""
        if not self.quantity:
            return Decimal(0)
        found = self.unit.taken_into(unit, self.quantity)
        if found is None and self.base is not None and self.base_quantity is not None:
            found = self.base.taken_into(unit, self.base_quantity)
        return found


def much_of(row: Row, quantity: str, amount: str, office: Office) -> Much:
    """The quantity ``amount`` of a paper's item; its base quantity by the share that the item states.

    ``DeliveryToBaseQuantityNmrtr`` of the base unit are ``DeliveryToBaseQuantityDnmntr`` of the paper's, in releases
    that have them; likewise of billing documents.
    """
    much = number(row, amount) or Decimal(0)
    unit = unit_of(row, quantity, office)
    many, few = (number(row, name) for name in share_names(quantity)[:2])
    if not many or not few:
        return Much(much, unit)
    return Much(much, unit, tidy(much * many / few), unit_of(row, "Base", office))


def share_names(quantity: str) -> tuple[str, str, str]:
    """The properties for a paper's share of the base unit: numerator, denominator, and the base unit's code."""
    stem = quantity.removesuffix("Quantity") + "ToBaseQuantity"
    return f"{stem}Nmrtr", f"{stem}Dnmntr", "BaseUnit"


def like(row: Row, wanted: str, known: Mapping[str, object]) -> dict[str, str]:
    """The unit of an order's item said for another quantity, in the codes of the item itself."""
    for form in _FORMS:
        told = text(row, ORDERED + form)
        if told and wanted + form in known:
            return {wanted + form: told}
    return {}
