"""Stock on hand (sap.md 4.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Final

from ....errors import NotFound, UnmappedCode
from ....models import Availability, Product, Ref
from ....models.units import UNITS, convert, convertible, same_unit
from ....wire.odata import Refused
from ...amounts import tidy
from ...answers import understands_answers
from ..wording import said
from . import asking, services
from .cells import Row, number, text
from .office import Office
from .products import Products

_UNRESTRICTED: Final = "01"
_THOUSANDTH: Final = Decimal("0.001")
_NOT_FOUND: Final = 404


@understands_answers
class Stock:
    """What lies in the plants, unrestricted and nobody's in particular; the services check no availability."""

    def __init__(self, office: Office, products: Products) -> None:
        self.office = office
        self.products = products

    def availability(self, product: str | Ref, quantity: Decimal, unit: str, by: date | None) -> Availability:  # noqa: ARG002
        """What is on hand in the plant of the settings, or in all; ``available`` is ``None`` without a stock record.

        What other orders need is not taken off, and when more comes is not told: no service of the reference says so.
        ``NotFound`` for a product that is not on file, ``UnmappedCode`` for a unit that it is not kept in.
        """
        operation = "stock.availability"
        known = self._known(said(product), operation)
        share = _share(known, unit, operation)
        held = self._held(known.id, operation)
        on_hand = _in_unit(sum(held.values(), Decimal(0)), share) if held else None
        places = [plant for plant, much in held.items() if much]
        return Availability(
            product=known.id,
            unit=unit,
            requested=quantity,
            available=None if on_hand is None else max(on_hand, Decimal(0)),
            on_hand=on_hand,
            warehouse=places[0] if len(places) == 1 else None,
        )

    def _known(self, code: str, operation: str) -> Product:
        found = self.products.find(number=code)
        if not found:
            raise NotFound("there is no such product", operation=operation, path="product")
        return found[0]

    def _held(self, product: str, operation: str) -> Mapping[str, Decimal]:
        """Base units by plant; empty where the product has no stock record."""
        wanted = self.office.settings.plant
        held: dict[str, Decimal] = {}
        for row in self._rows(product, operation):
            plant = text(row, "Plant")
            if plant == (wanted or plant):
                much = number(row, "MatlWrhsStkQtyInMatlBaseUnit") if _is_free(row) else None
                held[plant] = held.get(plant, Decimal(0)) + (much or Decimal(0))
        return held

    def _rows(self, product: str, operation: str) -> Sequence[Row]:
        address = asking.addressed("A_MaterialStock", Material=product) + "/to_MatlStkInAcctMod"
        with self.office.translated(operation):
            try:
                return list(asking.rows(self.office.service(services.STOCK), address))
            except Refused as refusal:
                if refusal.answer.status != _NOT_FOUND:
                    raise
                return ()


def _is_free(row: Row) -> bool:
    """Unrestricted, and neither a project's nor of another special kind."""
    special = text(row, "InventorySpecialStockType") or text(row, "WBSElementInternalID").strip("0")
    return text(row, "InventoryStockType") == _UNRESTRICTED and not special


def _share(product: Product, unit: str, operation: str) -> Decimal:
    """How many base units one such unit is."""
    base = product.unit or ""
    if base == unit or (base in UNITS and same_unit(base, unit)):
        return Decimal(1)
    for other in product.units:
        if same_unit(other.unit, unit):
            return other.factor
    if base in UNITS and convertible(unit, base):
        return convert(Decimal(1), unit, base)
    raise UnmappedCode(
        f"how many of its base unit one {unit} of this product is, is not on file",
        code="unit_unmapped",
        operation=operation,
        path="unit",
        hint=f"ask in its base unit, {base}",
    )


def _in_unit(much: Decimal, share: Decimal) -> Decimal:
    """Base units in another unit; what is left of the last thousandth is not promised."""
    return tidy((much / share).quantize(_THOUSANDTH, ROUND_DOWN))
