"""The books of the company, hung in when the connection opens."""

from __future__ import annotations

from ...contract import Adapter
from .changing import SalesOrders
from .office import Office

__all__ = ["furnish"]


def furnish(adapter: Adapter, office: Office) -> None:
    """Hang in the books."""
    adapter.orders = SalesOrders(office)
