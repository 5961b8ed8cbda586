"""The profile of our own schema, in whatever database the URL names."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ...client import Client
from ...models import Order, UnitPrice
from .profile import NOTHING, AdapterProfile


class DatabaseProfile(AdapterProfile):
    """A database with our tables (``erp-connect init URL``), shared by all tests: each has its own customers."""

    controls_clock = True
    scheme = "sql"

    def __init__(
        self, target: str, *, name: str = "sql", expected_failures: Mapping[str, str] = NOTHING
    ) -> None:
        self.target = target
        self.name = name
        self.expected_failures = expected_failures

    def put_stock(self, erp: Client, product: str, quantity: Decimal) -> None:
        """Count it into the first warehouse."""
        _adapter(erp).world.set_stock(product, self.warehouses[0], quantity)

    def put_price(
        self, erp: Client, product: str, price: UnitPrice, *, customer: str | None, quantity_from: Decimal
    ) -> None:
        """Put a price on file."""
        _adapter(erp).world.set_price(product, price, customer=customer, quantity_from=quantity_from)

    def invoice(self, erp: Client, order: Order) -> None:
        """The accountants bill what has left."""
        _adapter(erp).invoices.post(order.id)

    def touch(self, erp: Client, order: Order) -> None:
        """Somebody saves the order without a change: only its version moves."""
        import sqlalchemy as sa

        from ...adapters.sql.schema import ORDERS

        with _adapter(erp).transaction() as connection:
            moved = sa.update(ORDERS).where(ORDERS.c.id == int(order.id)).values(version=ORDERS.c.version + 1)
            connection.execute(moved)


def _adapter(erp: Client) -> Any:
    return erp._context.adapter
