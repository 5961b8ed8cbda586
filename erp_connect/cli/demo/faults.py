"""The twelve kinds of faults that the demo plants: where, which finding must name it, and what is right instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

__all__ = ["KINDS", "Fault", "Kind"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault: the finding's code, what people call it, and how often it is planted."""

    code: str
    name: str
    times: int
    column: str
    """The field of the column whose cell is wrong."""
    whole_order: bool = False
    """Whether the cell stands in every row of the order."""
    found_when_read: bool = True
    """Whether the sheet alone shows it; otherwise the system has to be asked."""


KINDS: Final = (
    Kind("customer_unknown", "customer not on file", 4, "customer", True, False),
    Kind("customer_blocked", "customer blocked for orders", 3, "customer", True, False),
    Kind("product_unknown", "product not on file", 4, "product", False, False),
    Kind("product_blocked", "product blocked, another took its place", 3, "product", False, False),
    Kind("unit_not_sold", "unit that the product is not sold in", 3, "unit", False, False),
    Kind("price_mismatch", "expected price is not the price on file", 4, "expected_price", False, False),
    Kind("not_positive", "quantity zero", 3, "quantity"),
    Kind("not_a_number", "quantity is no number", 3, "quantity"),
    Kind("not_a_date", "date cannot be read", 4, "requested"),
    Kind("unknown_currency", "currency does not exist", 3, "currency", True),
    Kind("missing_value", "product code is missing", 3, "product"),
    Kind("header_differs", "two rows of one order contradict each other", 3, "currency"),
)
"""Twelve kinds, forty faults."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A planted fault: ``cell`` must be named by a finding with the kind's code; ``corrections`` mend the rows."""

    kind: Kind
    order: int
    cell: str
    corrections: tuple[tuple[str, Any], ...]
    """Cell to the value that should stand there."""
