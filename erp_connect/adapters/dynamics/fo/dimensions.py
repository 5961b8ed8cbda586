"""Dimensions of a product on a line, as its custom fields: an item with colours needs one (dynamics.md 3.4, 3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ....errors import LossyWrite
from ....models import FrozenMapping
from ...services.cells import Body, Row, text

DIMENSIONS: Final = (
    "ProductConfigurationId",
    "ProductSizeId",
    "ProductColorId",
    "ProductStyleId",
    "ProductVersionId",
)


def dimensions_out(custom: Mapping[str, Any]) -> Body:
    """The dimensions that a line of a draft names; ``LossyWrite`` for anything else, and for what is no text."""
    for name, value in custom.items():
        if name not in DIMENSIONS or not isinstance(value, str):
            raise LossyWrite(
                f"{name} is no dimension of a product",
                fields=("order.line.custom",),
                path=f"order.line.custom.{name}",
                hint=f"a text for one of {', '.join(DIMENSIONS)}",
            )
    return dict(custom)


def dimensions_in(row: Row) -> FrozenMapping[Any]:
    """The dimensions that a line has."""
    return FrozenMapping({name: value for name in DIMENSIONS if (value := text(row, name))})
