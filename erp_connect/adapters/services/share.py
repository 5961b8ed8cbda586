"""How much of a product's base unit another unit is: only what is so everywhere, for packages are each site's own."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_DOWN, Decimal
from typing import Final

from ...errors import UnmappedCode
from ...models import ProductUnit
from ...models.units import UNITS, convert, convertible, same_unit
from ..amounts import tidy

_THOUSANDTH: Final = Decimal("0.001")


def share_of(base: str, unit: str, operation: str, packed: Iterable[ProductUnit] = ()) -> Decimal:
    """How many base units one such unit is; ``UnmappedCode`` where nobody can tell.  ``packed``: what is on file."""
    if base == unit or (base in UNITS and same_unit(base, unit)):
        return Decimal(1)
    for other in packed:
        if same_unit(other.unit, unit):
            return other.factor
    if base in UNITS and convertible(unit, base):
        return convert(Decimal(1), unit, base)
    raise UnmappedCode(
        f"how many of its base unit one {unit} of this product is, is not on file",
        code="unit_unmapped",
        operation=operation,
        path="unit",
        hint=f"ask in its base unit, {base or 'which the item does not name'}",
    )


def in_unit(much: Decimal, share: Decimal) -> Decimal:
    """Base units in another unit; what is left of the last thousandth is not promised."""
    return tidy((much / share).quantize(_THOUSANDTH, ROUND_DOWN))
