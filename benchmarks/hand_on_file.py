"""The hand-written script, part two: what has to be known of customers, products, prices and stock for a block."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from erp_connect.adapters.sql.schema import (
    NO_WAREHOUSE,
    ORDERS,
    PARTIES,
    PRICES,
    PRODUCTS,
    PURCHASE_ORDER_LINES,
    STOCK,
)

from .company import WantedOrder

ZERO = Decimal(0)
ONE = Decimal(1)


@dataclass(slots=True)
class Customer:
    id: int
    number: str
    address: str | None
    payment_terms: str | None
    delivery_terms: str | None
    blocked: bool
    credit_limit: Decimal | None
    credit_used: Decimal = ZERO


@dataclass(slots=True)
class Product:
    id: int
    number: str
    name: str
    unit: str
    price: Decimal | None
    price_currency: str | None
    tax_rate: Decimal | None
    blocked: bool
    units: dict[str, Decimal]
    prices: list[tuple[int | None, Decimal, date | None, date | None, Decimal]] = field(default_factory=list)


@dataclass(slots=True)
class Place:
    product_id: int
    warehouse: str
    on_hand: Decimal
    reserved: Decimal
    touched: bool = False


@dataclass(slots=True)
class OnFile:
    """Master data, prices and stock of one block."""

    customers: dict[str, Customer]
    products: dict[str, Product]
    stock: dict[int, Place]


def on_file(connection: sa.Connection, block: Sequence[WantedOrder]) -> OnFile:
    customers: dict[str, Customer] = {}
    columns = ("id", "number", "address", "payment_terms", "delivery_terms", "blocked", "credit_limit")
    rows = connection.execute(
        sa.select(*(PARTIES.c[name] for name in columns))
        .where(PARTIES.c.kind == "customer", PARTIES.c.number.in_({order.customer for order in block}))
        .order_by(PARTIES.c.id)
        .with_for_update()
    )
    for row in rows:
        customers[row.number] = Customer(*row)
    _sum_credit(connection, {each.id: each for each in customers.values() if each.credit_limit is not None})

    products: dict[str, Product] = {}
    names = ("id", "number", "name", "unit", "price_amount", "price_currency", "tax_rate", "blocked", "units")
    wanted = {line.product for order in block for line in order.lines}
    for row in connection.execute(
        sa.select(*(PRODUCTS.c[name] for name in names)).where(PRODUCTS.c.number.in_(wanted))
    ):
        *plain, units = row
        more = {} if units is None else {each["unit"]: Decimal(each["factor"]) for each in json.loads(units)}
        products[row.number] = Product(*plain, {row.unit: ONE, **more})
    by_id = {product.id: product for product in products.values()}
    _load_prices(connection, by_id, [customer.id for customer in customers.values()])

    stock: dict[int, Place] = {}
    for row in connection.execute(
        sa.select(STOCK.c.product_id, STOCK.c.warehouse, STOCK.c.on_hand, STOCK.c.reserved)
        .where(STOCK.c.product_id.in_(by_id))
        .order_by(STOCK.c.product_id, STOCK.c.warehouse)
        .with_for_update()
    ):
        if row.warehouse != NO_WAREHOUSE or row.product_id not in stock:
            stock[row.product_id] = Place(*row)
    coming = sa.select(PURCHASE_ORDER_LINES.c.product_id).where(
        PURCHASE_ORDER_LINES.c.product_id.in_(by_id), PURCHASE_ORDER_LINES.c.is_open
    )
    if connection.execute(coming).first() is not None:
        raise NotImplementedError("this script knows no purchases")
    return OnFile(customers, products, stock)


def _load_prices(connection: sa.Connection, products: dict[int, Product], customers: Sequence[int]) -> None:
    columns = ("product_id", "party_id", "quantity_from", "valid_from", "valid_to", "amount")
    for product_id, *entry in connection.execute(
        sa.select(*(PRICES.c[name] for name in columns)).where(
            PRICES.c.product_id.in_(products),
            sa.or_(PRICES.c.party_id.is_(None), PRICES.c.party_id.in_(customers)),
        )
    ):
        products[product_id].prices.append(tuple(entry))  # type: ignore[arg-type]


def _sum_credit(connection: sa.Connection, limited: dict[int, Customer]) -> None:
    if not limited:
        return
    mine = sa.and_(ORDERS.c.party_id.in_(limited), ORDERS.c.is_open)
    if connection.dialect.name == "postgresql":
        sums = sa.select(ORDERS.c.party_id, sa.func.sum(ORDERS.c.gross)).where(mine).group_by("party_id")
    else:  # decimals are text there: exact, but not for its SUM
        sums = sa.select(ORDERS.c.party_id, ORDERS.c.gross).where(mine)
    for party_id, gross in connection.execute(sums):
        limited[party_id].credit_used += gross
