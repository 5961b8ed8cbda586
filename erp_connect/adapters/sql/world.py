"""What the contract has no verb for: stock taking, price lists, and loading master data in bulk.

A company that runs on this schema keeps these by its own means; tests and the demo reach them here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ...errors import NotFound
from ...models import CustomerDraft, Product, ProductDraft, SupplierDraft, UnitPrice
from ...rules.facts import PriceEntry
from ...wire.sql import insert_many
from ...wire.sql.numbers import reserve
from .facts import products_by
from .mapping_masters import PRICE_COLUMNS, price_cells, price_entry
from .masters import Customers, Products, Suppliers
from .office import Office
from .schema import COUNTERS, NO_WAREHOUSE, ORDER_LINES, ORDERS, PARTIES, PRICES, STOCK
from .stock import based

ZERO = Decimal(0)


class World:
    """The company behind the orders."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._customers = Customers(office)
        self._suppliers = Suppliers(office)
        self._products = Products(office)

    def load(self, *drafts: CustomerDraft | SupplierDraft | ProductDraft) -> None:
        """Put master data on file in one transaction; a number that is taken is ``DuplicateReference``."""
        with self._office.transaction("load") as connection:
            for draft in drafts:
                if isinstance(draft, CustomerDraft):
                    self._customers.enter(connection, draft, None)
                elif isinstance(draft, SupplierDraft):
                    self._suppliers.enter(connection, draft, None)
                else:
                    self._products.enter(connection, draft, None)

    def set_stock(self, product: str, warehouse: str | None, on_hand: Decimal | int) -> None:
        """Count ``on_hand`` base units of a product (any of its codes) in a warehouse, or in none in particular.

        What open orders reserve is reckoned anew, so that counting also mends a record.
        """
        with self._office.transaction("set_stock") as connection:
            known = self._product(connection, product)
            key = int(known.id)
            rows = connection.execute(
                sa.select(STOCK.c.warehouse, STOCK.c.on_hand)
                .where(STOCK.c.product_id == key)
                .order_by(STOCK.c.warehouse)
                .with_for_update()
            )
            held: dict[str, Decimal] = {row.warehouse: row.on_hand for row in rows}
            held.setdefault(NO_WAREHOUSE, ZERO)
            held[warehouse or NO_WAREHOUSE] = Decimal(on_hand)
            reserved = _reserved(connection, known, held)
            connection.execute(sa.delete(STOCK).where(STOCK.c.product_id == key))
            insert_many(
                connection,
                STOCK,
                [(key, place, amount, reserved[place]) for place, amount in sorted(held.items())],
                ("product_id", "warehouse", "on_hand", "reserved"),
            )

    def set_price(
        self,
        product: str,
        amount: UnitPrice,
        *,
        unit: str | None = None,
        customer: str | None = None,
        price_group: str | None = None,
        quantity_from: Decimal | int = 0,
        valid_from: date | None = None,
        valid_to: date | None = None,
        includes_tax: bool = False,
    ) -> None:
        """Put a price on file: for everybody, for a customer (by number), or for a price group.

        It is the price of the base unit unless ``unit`` is said.  A price for the same case takes the place of
        the one before.
        """
        with self._office.transaction("set_price") as connection:
            known = self._product(connection, product)
            entry = PriceEntry(
                product=known.number or "",
                unit=unit or known.unit or "",
                amount=amount,
                customer=customer,
                price_group=price_group,
                quantity_from=Decimal(quantity_from),
                valid_from=valid_from,
                valid_to=valid_to,
                includes_tax=includes_tax,
            )
            key, party = int(known.id), self._customer(connection, customer)
            _forget_same(connection, key, party, entry)
            price_key = reserve(connection, COUNTERS, "erp_price_ids", 1)[0]
            columns = ("id", "product_id", "party_id", *PRICE_COLUMNS)
            insert_many(connection, PRICES, [(price_key, key, party, *price_cells(entry))], columns)

    def _product(self, connection: Connection, code: str) -> Product:
        found = products_by(connection, [code])[0].get(code)
        if found is None:
            raise NotFound("there is no such product", hint="put it on file first")
        return found

    def _customer(self, connection: Connection, number: str | None) -> int | None:
        if number is None:
            return None
        wanted = sa.select(PARTIES.c.id).where(PARTIES.c.kind == "customer", PARTIES.c.number == number)
        key = connection.execute(wanted).scalar()
        if key is None:
            raise NotFound("there is no such customer", hint="put it on file first")
        return int(key)


def _forget_same(connection: Connection, product: int, party: int | None, entry: PriceEntry) -> None:
    columns = [PRICES.c[name] for name in PRICE_COLUMNS]
    same = PRICES.c.party_id == party if party is not None else PRICES.c.party_id.is_(None)
    rows = connection.execute(sa.select(PRICES.c.id, *columns).where(PRICES.c.product_id == product, same))
    gone = [
        key
        for key, *cells in rows
        if _case(price_entry(entry.product, entry.customer, cells)) == _case(entry)
    ]
    if gone:
        connection.execute(sa.delete(PRICES).where(PRICES.c.id.in_(gone)))


def _case(entry: PriceEntry) -> tuple[Any, ...]:
    """What a price is for."""
    return (
        *(entry.unit, entry.price_group, entry.quantity_from, entry.valid_from, entry.valid_to),
        entry.amount.currency,
    )


def _reserved(connection: Connection, product: Product, places: Iterable[str]) -> dict[str, Decimal]:
    """What the open sales orders keep of a product, by the warehouse whose record takes it."""
    amounts = dict.fromkeys(places, ZERO)
    real = [place for place in amounts if place != NO_WAREHOUSE]
    fallback = real[0] if len(real) == 1 else NO_WAREHOUSE
    lines: Any = ORDER_LINES.c
    wanted = (
        sa.select(
            lines.ordered,
            lines.cancelled,
            lines.shipped,
            lines.unit,
            sa.func.coalesce(lines.warehouse, ORDERS.c.warehouse).label("place"),
        )
        .join_from(ORDER_LINES, ORDERS, lines.order_id == ORDERS.c.id)
        .where(lines.product_id == int(product.id), lines.is_open, lines.kind == "item")
    )
    for row in connection.execute(wanted):
        left = row.ordered - (row.cancelled or ZERO) - (row.shipped or ZERO)
        place = row.place if row.place in amounts else fallback
        amounts[place] += based(product, left, row.unit)
    return amounts
