"""Stock while an order is written: what lies where, what is reserved, and what changes.

The rows are locked until the transaction ends, in the order of their keys.  A product without a stock record is
not counted and refuses nothing; one with a record always has a row for "no warehouse in particular" as well,
which takes what belongs to no warehouse that has a row of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from ...models import LineKind, Order, OrderFields, OrderLine, OrderStatus, Product
from ...rules.facts import Stock, StockLevel
from ...rules.quantities import in_base_unit, open_quantity
from ...wire.sql import among, rows_of, update_many
from .reading import in_portions
from .schema import NO_WAREHOUSE, PURCHASE_ORDER_LINES, PURCHASE_ORDERS, STOCK

ZERO: Final = Decimal(0)
STEP: Final = Decimal("0.0000000001")
"""The smallest amount that a column of ours holds."""
CLOSED: Final = frozenset({OrderStatus.CANCELLED, OrderStatus.REJECTED, OrderStatus.COMPLETED})
"""Orders that reserve nothing and use no credit."""

_NOTHING: Final[tuple[Decimal | None, date | None]] = (None, None)
Place = tuple[str, str]
"""Product number, and warehouse as it stands in the table."""


@dataclass(slots=True)
class _Row:
    product_id: int
    unit: str
    on_hand: Decimal
    reserved: Decimal
    touched: bool = False


class StockRows:
    """The stock records of some products, changed here and written back once."""

    def __init__(self) -> None:
        self._rows: dict[Place, _Row] = {}
        self._totals: dict[str, _Row] = {}
        self._places: dict[str, list[str]] = {}
        self._incoming: dict[str, tuple[Decimal, date | None]] = {}
        self.levels: Stock = _Levels(self)
        """What the rules want to see, always as it stands now."""

    @classmethod
    def of(cls, connection: Connection, products: Mapping[int, Product], *, lock: bool) -> StockRows:
        """The records of these products (by key); ``lock`` keeps them for this transaction."""
        stock = cls()
        for portion in in_portions(sorted(products)):
            wanted = (
                sa.select(STOCK.c.product_id, STOCK.c.warehouse, STOCK.c.on_hand, STOCK.c.reserved)
                .where(among(connection, STOCK.c.product_id, portion))
                .order_by(STOCK.c.product_id, STOCK.c.warehouse)
            )
            for row in rows_of(connection, wanted.with_for_update() if lock else wanted):
                key, warehouse, on_hand, reserved = row
                product = products[key]
                number, unit = product.number or product.id, product.unit or ""
                stock._rows[number, warehouse] = _Row(key, unit, on_hand, reserved)
                stock._places.setdefault(number, []).append(warehouse)
                total = stock._totals.setdefault(number, _Row(key, unit, ZERO, ZERO))
                total.on_hand += on_hand
                total.reserved += reserved
        counted = {key: each for key, each in products.items() if (each.number or each.id) in stock._places}
        stock._incoming = incoming(connection, counted)
        return stock

    def weigh(self, before: OrderFields | None, after: OrderFields, products: Mapping[str, Product]) -> None:
        """Reserve what an order has open now, less what it had open before."""
        if not self._rows or not isinstance(after, Order):
            return
        if before is None:
            if after.status not in CLOSED:
                for line in after.lines:
                    if line.product in self._places:
                        amount = open_in_base_unit(line, products)
                        self.move(line.product, line.warehouse or after.warehouse, reserved=amount)
            return
        change = reserved_by(after, products)
        for place, amount in reserved_by(before, products).items():
            change[place] = change.get(place, ZERO) - amount
        for (number, warehouse), amount in change.items():
            self.move(number, warehouse, reserved=amount)

    def move(
        self, number: str, warehouse: str | None, *, on_hand: Decimal = ZERO, reserved: Decimal = ZERO
    ) -> None:
        """Goods come, go, or are promised, in base units."""
        place = self._place(number, warehouse)
        if place is None or not (on_hand or reserved):
            return
        row, total = self._rows[number, place], self._totals[number]
        row.on_hand += on_hand
        row.reserved += reserved
        row.touched = True
        total.on_hand += on_hand
        total.reserved += reserved

    def flush(self, connection: Connection) -> None:
        """Write back what has changed."""
        changed = [
            (row.product_id, warehouse, row.on_hand, row.reserved)
            for (_, warehouse), row in sorted(self._rows.items())
            if row.touched
        ]
        update_many(connection, STOCK, ("product_id", "warehouse"), ("on_hand", "reserved"), changed)
        for row in self._rows.values():
            row.touched = False

    def _place(self, number: str, warehouse: str | None) -> str | None:
        """The place whose record counts for a warehouse."""
        places = self._places.get(number)
        if not places:
            return None
        if warehouse in places:
            return warehouse
        real = [place for place in places if place != NO_WAREHOUSE]
        fallback = real[0] if len(real) == 1 else NO_WAREHOUSE
        return fallback if fallback in places else places[0]

    def level(self, number: str, warehouse: str | None) -> StockLevel | None:
        """What lies in this warehouse now (``None``: in all of them); ``None`` when there is no record."""
        row = self._totals.get(number) if warehouse is None else self._rows.get((number, warehouse))
        if row is None or warehouse == NO_WAREHOUSE:
            return None
        coming, day = self._incoming.get(number, _NOTHING)
        return StockLevel(number, row.unit, warehouse, row.on_hand, row.reserved, coming, day)

    def places(self) -> Iterator[tuple[str, str | None]]:
        """All that :meth:`level` answers for."""
        yield from ((number, None) for number in self._totals)
        yield from (place for place in self._rows if place[1] != NO_WAREHOUSE)


class _Levels(Stock):
    """Stock rows as the rules read them: a level is made when somebody asks for it."""

    def __init__(self, rows: StockRows) -> None:
        self._rows = rows

    def __getitem__(self, place: tuple[str, str | None]) -> StockLevel:
        level = self._rows.level(*place)
        if level is None:
            raise KeyError(place)
        return level

    def get(self, place: tuple[str, str | None], default: Any = None) -> Any:
        """The level of a place; ``default`` when there is no record."""
        return self._rows.level(*place) or default

    def __iter__(self) -> Iterator[tuple[str, str | None]]:
        return self._rows.places()

    def __len__(self) -> int:
        return sum(1 for _ in self._rows.places())


def reserved_by(order: OrderFields, products: Mapping[str, Product]) -> dict[tuple[str, str | None], Decimal]:
    """What a sales order keeps for itself, in base units, by product and warehouse."""
    amounts: dict[tuple[str, str | None], Decimal] = {}
    if order.status in CLOSED:
        return amounts
    for line in order.lines:
        amount = open_in_base_unit(line, products)
        if amount:
            place = (line.product or "", line.warehouse or order.warehouse)
            amounts[place] = amounts.get(place, ZERO) + amount
    return amounts


def open_in_base_unit(line: OrderLine, products: Mapping[str, Product]) -> Decimal:
    """What is still to leave of a line of goods; zero where it is not counted."""
    if line.kind is not LineKind.ITEM or line.product is None:
        return ZERO
    left = open_quantity(line.quantities)
    return based(products.get(line.product), left, line.unit) if left else ZERO


def based(product: Product | None, quantity: Decimal, unit: str | None) -> Decimal:
    """A quantity in the product's base unit, as exactly as a stock record holds it."""
    if product is None or unit is None or unit == product.unit:
        return quantity
    try:
        return in_base_unit(product, quantity, unit).quantize(STEP, ROUND_HALF_UP)
    except ValueError:
        return quantity


def incoming(
    connection: Connection, products: Mapping[int, Product]
) -> dict[str, tuple[Decimal, date | None]]:
    """What is on order from suppliers, by product number: how much, and the first day on which any of it comes."""
    found: dict[str, tuple[Decimal, date | None]] = {}
    lines, orders = PURCHASE_ORDER_LINES.c, PURCHASE_ORDERS.c
    for portion in in_portions(sorted(products)):
        wanted = (
            sa.select(
                lines.product_id,
                lines.ordered,
                lines.cancelled,
                lines.delivered,
                lines.unit,
                sa.func.coalesce(
                    lines.promised,
                    lines.requested,
                    orders.promised,
                    orders.requested,
                    type_=lines.promised.type,
                ).label("day"),
            )
            .join_from(PURCHASE_ORDER_LINES, PURCHASE_ORDERS, lines.order_id == orders.id)
            .where(among(connection, lines.product_id, portion), lines.is_open)
        )
        for row in rows_of(connection, wanted):
            product = products[row.product_id]
            number = product.number or product.id
            left = row.ordered - (row.cancelled or ZERO) - (row.delivered or ZERO)
            total, day = found.get(number, (ZERO, None))
            first = row.day if day is None else day if row.day is None else min(day, row.day)
            found[number] = (total + based(product, left, row.unit), first)
    return found
