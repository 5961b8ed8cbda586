"""Changing, holding and cancelling orders (sage.md 4.5)."""

from __future__ import annotations

from ...answers import understands_answers
from .creating import CreatingOrders


@understands_answers
class SalesOrders(CreatingOrders):
    """The sales order book."""
