"""Stock on hand (sap.md 4.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from ....errors import NotFound
from ....models import Availability, Product, Ref
from ....wire.odata import Refused
from ...answers import understands_answers
from ...services.share import in_unit, share_of
from ..wording import said
from . import asking, services
from .cells import Row, number, text
from .office import Office
from .products import Products

_UNRESTRICTED: Final = "01"
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
        share = share_of(known.unit or "", unit, operation, known.units)
        held = self._held(known.id, operation)
        on_hand = in_unit(sum(held.values(), Decimal(0)), share) if held else None
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
