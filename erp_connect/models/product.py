"""Products: codes, units, and whether they may be ordered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .base import NO_CUSTOM, Code, CustomDraft, Exact, Flag, Instant, NotNegative, Positive, Text, Value
from .entity import Entity
from .money import UnitPrice
from .order import Unit


class ProductCode(Value):
    """Another code for the same product: a GTIN, the customer's or the supplier's own number."""

    kind: Code
    value: Code
    party: Code | None = None


class ProductUnit(Value):
    """A unit the product is sold in: one ``unit`` holds ``factor`` of the product's base unit."""

    unit: Unit
    factor: Positive

    if TYPE_CHECKING:

        def __init__(self, *, unit: str, factor: Decimal | int) -> None: ...


class ProductDraft(Value):
    """A product to be put on file; ``unit`` is its base unit, ``weight`` kilograms of one, ``tax_rate`` per cent."""

    code: Code
    name: Code
    unit: Unit
    codes: tuple[ProductCode, ...] = ()
    units: tuple[ProductUnit, ...] = ()
    price: UnitPrice | None = None
    tax_rate: NotNegative | None = None
    weight: Positive | None = None
    blocked: Flag = False
    block_reason: Text | None = None
    superseded_by: Code | None = None
    description: Text | None = None
    custom: CustomDraft = NO_CUSTOM

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            code: str,
            name: str,
            unit: str,
            codes: Sequence[ProductCode] = (),
            units: Sequence[ProductUnit] = (),
            price: UnitPrice | None = None,
            tax_rate: Decimal | int | None = None,
            weight: Decimal | int | None = None,
            blocked: bool = False,
            block_reason: str | None = None,
            superseded_by: str | None = None,
            description: str | None = None,
            custom: Mapping[str, Any] = NO_CUSTOM,
        ) -> None: ...


class Product(Entity):
    """A product as a back-end holds it; ``number`` and ``code`` are the same."""

    name: str
    unit: str | None
    codes: tuple[ProductCode, ...] = ()
    units: tuple[ProductUnit, ...] = ()
    price: UnitPrice | None = None
    tax_rate: Exact | None = None
    weight: Exact | None = None
    blocked: Flag | None = None
    block_reason: str | None = None
    superseded_by: str | None = None
    description: str | None = None
    modified_at: Instant | None = None

    @property
    def code(self) -> str | None:
        """What people call the product."""
        return self.number
