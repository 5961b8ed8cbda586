"""What the contract has no verb for: stock taking, price lists, and loading master data in bulk.

People reach this through :class:`erp_connect.back_office.BackOffice`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final, Unpack

import sqlalchemy as sa
from sqlalchemy import Connection

from ...errors import NotFound
from ...models import CustomerDraft, Product, ProductDraft, SupplierDraft, UnitPrice
from ...rules.back_office import PriceCase, counted, hold_to_count, price_case, price_list_entry
from ...rules.facts import PriceEntry, StockLevel
from ...wire.sql import insert_many, rows_of, update_many
from ...wire.sql.numbers import reserve
from .facts import products_by
from .mapping_masters import PRICE_COLUMNS, price_cells, price_entry
from .masters import Customers, Products, Suppliers
from .office import Office
from .schema import COUNTERS, NO_WAREHOUSE, ORDER_LINES, ORDERS, PARTIES, PRICES, PRODUCTS, STOCK
from .stock import StockRows, based

ZERO: Final = Decimal(0)
_STOCK_KEY: Final = ("product_id", "warehouse")
_STOCK_AMOUNTS: Final = ("on_hand", "reserved")


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

    def stock_of(self, product: str) -> Sequence[StockLevel]:
        """The stock of a product by warehouse, and all of it together at the end; empty where nothing is on record."""
        with self._office.reading("stock_of") as connection:
            known = self._product(connection, product)
            number = known.number or known.id
            rows = StockRows.of(connection, {int(known.id): known}, lock=False)
            places = sorted(name for code, name in rows.places() if code == number and name is not None)
            levels = [rows.level(number, place) for place in (*places, None)]
            return tuple(level for level in levels if level is not None)

    def set_stock(
        self,
        product: str,
        warehouse: str | None,
        on_hand: Decimal | int,
        *,
        unit: str | None = None,
        was: Decimal | int | None = None,
    ) -> None:
        """Count ``on_hand`` of a product (any of its codes) in a warehouse, or in none in particular.

        Counted in base units unless ``unit`` is said.  What open orders reserve is reckoned anew, so that counting
        also mends a record.  With ``was`` (base units), ``VersionConflict`` where the record says something else.
        """
        with self._office.transaction("set_stock") as connection:
            known = self._product(connection, product)
            key = int(known.id)
            wished = counted(known, on_hand, unit)
            held = _held(connection, key)
            place = warehouse or NO_WAREHOUSE
            if not hold_to_count(held.get(place, ZERO), wished, was):
                return
            there = set(held)
            held.setdefault(NO_WAREHOUSE, ZERO)
            held[place] = wished
            reserved = _reserved(connection, known, held)
            # Rows that are there are changed and never replaced: orders that wait for them would find them gone.
            rows = [(key, name, amount, reserved[name]) for name, amount in sorted(held.items())]
            update_many(
                connection, STOCK, _STOCK_KEY, _STOCK_AMOUNTS, [row for row in rows if row[1] in there]
            )
            insert_many(
                connection,
                STOCK,
                [row for row in rows if row[1] not in there],
                (*_STOCK_KEY, *_STOCK_AMOUNTS),
            )

    def price_list(self, product: str) -> Sequence[PriceEntry]:
        """The price list of a product: everybody's prices, the customers' and the price groups', oldest first."""
        with self._office.reading("price_list") as connection:
            known = self._product(connection, product)
            columns = [PRICES.c[name] for name in PRICE_COLUMNS]
            wanted = (
                sa.select(*columns, PARTIES.c.number)
                .join_from(PRICES, PARTIES, isouter=True)
                .where(PRICES.c.product_id == int(known.id))
                .order_by(PRICES.c.id)
            )
            number = known.number or known.id
            return tuple(price_entry(number, row[-1], row) for row in rows_of(connection, wanted))

    def set_price(self, product: str, amount: UnitPrice, **case: Unpack[PriceCase]) -> None:
        """Put a price on file: for everybody, for a customer (by number), or for a price group.

        A price for the same case takes the
        place of the one before.
        """
        with self._office.transaction("set_price") as connection:
            known = self._product(connection, product)
            entry = price_list_entry(known, amount, **case)
            key, party = int(known.id), self._customer(connection, entry.customer)
            _kept_for_us(connection, key)
            _forget_same(connection, key, party, entry)
            price_key = reserve(connection, COUNTERS, "erp_price_ids", 1)[0]
            columns = ("id", "product_id", "party_id", *PRICE_COLUMNS)
            insert_many(connection, PRICES, [(price_key, key, party, *price_cells(entry))], columns)

    def remove_price(self, product: str, entry: PriceEntry) -> bool:
        """Take the price for the case of ``entry`` off the list; false when there is none."""
        with self._office.transaction("remove_price") as connection:
            known = self._product(connection, product)
            key, party = int(known.id), self._customer(connection, entry.customer)
            _kept_for_us(connection, key)
            return _forget_same(connection, key, party, entry)

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


def _held(connection: Connection, product: int) -> dict[str, Decimal]:
    """What the stock records say, kept for this transaction; a first count waits for another first count."""
    wanted = (
        sa.select(STOCK.c.warehouse, STOCK.c.on_hand)
        .where(STOCK.c.product_id == product)
        .order_by(STOCK.c.warehouse)
        .with_for_update()
    )
    if not rows_of(connection, wanted):
        _kept_for_us(connection, product)
    # Once more: a statement that had to wait does not see the rows that it waited for being added.
    return {row.warehouse: row.on_hand for row in rows_of(connection, wanted)}


def _kept_for_us(connection: Connection, product: int) -> None:
    """Let one at a time work on what hangs on a product; orders may go on to name it."""
    row = sa.select(PRODUCTS.c.id).where(PRODUCTS.c.id == product)
    connection.execute(row.with_for_update(key_share=True)).all()


def _forget_same(connection: Connection, product: int, party: int | None, entry: PriceEntry) -> bool:
    columns = [PRICES.c[name] for name in PRICE_COLUMNS]
    same = PRICES.c.party_id == party if party is not None else PRICES.c.party_id.is_(None)
    rows = rows_of(connection, sa.select(PRICES.c.id, *columns).where(PRICES.c.product_id == product, same))
    gone = [
        key
        for key, *cells in rows
        if price_case(price_entry(entry.product, entry.customer, cells)) == price_case(entry)
    ]
    if gone:
        connection.execute(sa.delete(PRICES).where(PRICES.c.id.in_(gone)))
    return bool(gone)


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
    for row in rows_of(connection, wanted):
        left = row.ordered - (row.cancelled or ZERO) - (row.shipped or ZERO)
        place = row.place if row.place in amounts else fallback
        amounts[place] += based(product, left, row.unit)
    return amounts
