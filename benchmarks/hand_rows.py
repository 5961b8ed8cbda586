"""The hand-written script, part one: its engine, its typed rows, and reading orders.

What a careful developer writes who has SQLAlchemy Core and no library: frozen dataclasses with slots, two statements
for a page of orders, keyset pages in short transactions, nothing held that is not needed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from erp_connect.adapters.sql.schema import ORDER_LINES, ORDERS, PARTIES

PAGE = 500


@dataclass(frozen=True, slots=True)
class StoredAddress:
    name: str
    lines: tuple[str, ...]
    city: str
    postal_code: str
    country: str
    region: str | None = None
    contact: str | None = None
    phone: str | None = None
    email: str | None = None
    gln: str | None = None


@dataclass(frozen=True, slots=True)
class StoredLine:
    id: int
    order_id: int
    position: int
    product: str | None
    unit: str | None
    kind: str
    status: str
    ordered: Decimal
    confirmed: Decimal | None
    allocated: Decimal | None
    shipped: Decimal | None
    delivered: Decimal | None
    invoiced: Decimal | None
    cancelled: Decimal | None
    returned: Decimal | None
    backordered: Decimal | None
    price: Decimal | None
    price_per: Decimal | None
    net: Decimal | None
    tax: Decimal | None
    requested: date | None
    promised: date | None
    description: str | None
    warehouse: str | None
    reference: str | None
    parent_line: int | None
    discount: Any
    schedule: Any
    holds: Any
    custom: Any


@dataclass(frozen=True, slots=True)
class StoredOrder:
    id: int
    version: int
    status: str
    currency: str
    customer_id: int
    customer: str
    customer_name: str
    customer_po: str | None
    order_date: date | None
    requested: date | None
    promised: date | None
    prices_include_tax: bool | None
    partial_shipment: bool | None
    payment_terms: str | None
    delivery_terms: str | None
    warehouse: str | None
    fulfilment: str
    invoicing: str
    net: Decimal | None
    tax: Decimal | None
    gross: Decimal | None
    cancel_reason: str | None
    stamp: str | None
    created_at: datetime
    modified_at: datetime
    ship_to: StoredAddress | None
    bill_to: StoredAddress | None
    contact: Any
    discounts: Any
    charges: Any
    notes: Any
    references: Any
    holds: Any
    custom: Any
    lines: tuple[StoredLine, ...]


# -- the engine --------------------------------------------------------------------------------------------


def make_engine(url: str) -> sa.Engine:
    """As durable as the library's: WAL and FULL on SQLite, which takes its write lock at once."""
    target = sa.make_url(url)
    if target.get_backend_name() == "postgresql":
        return sa.create_engine(target.set(drivername="postgresql+psycopg"), pool_size=2)
    engine = sa.create_engine(target, connect_args={"isolation_level": None})

    @sa.event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    @sa.event.listens_for(engine, "begin")
    def on_begin(connection: sa.Connection) -> None:
        writing = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


@contextmanager
def transaction(engine: sa.Engine, *, writing: bool = False) -> Iterator[sa.Connection]:
    with engine.connect() as opened:
        connection = opened.execution_options(writing=writing)
        if not writing and engine.dialect.name == "postgresql":
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with connection.begin():
            yield connection


# -- reading -----------------------------------------------------------------------------------------------

_LINE_COLUMNS = (
    *("id", "order_id", "position", "product", "unit", "kind", "status"),
    *("ordered", "confirmed", "allocated", "shipped", "delivered", "invoiced", "cancelled", "returned"),
    *("backordered", "price", "price_per", "net", "tax", "requested", "promised", "description"),
    *("warehouse", "reference", "parent_line", "discount", "schedule", "holds", "custom"),
)
_HEADERS = sa.select(
    *(ORDERS.c[name] for name in ("id", "version", "status", "currency", "party_id")),
    PARTIES.c.number,
    PARTIES.c.name,
    *(ORDERS.c[name] for name in ("their_number", "order_date", "requested", "promised")),
    *(ORDERS.c[name] for name in ("prices_include_tax", "partial_shipment", "payment_terms")),
    *(ORDERS.c[name] for name in ("delivery_terms", "warehouse", "fulfilment", "invoicing")),
    *(ORDERS.c[name] for name in ("net", "tax", "gross", "cancel_reason", "stamp")),
    *(ORDERS.c[name] for name in ("created_at", "modified_at", "ship_to", "bill_to", "contact")),
    *(ORDERS.c[name] for name in ("discounts", "charges", "notes", "refs", "holds", "custom")),
).join_from(ORDERS, PARTIES, ORDERS.c.party_id == PARTIES.c.id)
_LINES = sa.select(*(ORDER_LINES.c[name] for name in _LINE_COLUMNS)).order_by(
    ORDER_LINES.c.order_id, ORDER_LINES.c.position
)
_ONE = _HEADERS.where(ORDERS.c.id == sa.bindparam("id"))
_ITS_LINES = _LINES.where(ORDER_LINES.c.order_id == sa.bindparam("id"))
_NEXT = _HEADERS.where(ORDERS.c.id > sa.bindparam("after")).order_by(ORDERS.c.id).limit(PAGE)
_BETWEEN = _LINES.where(ORDER_LINES.c.order_id.between(sa.bindparam("first"), sa.bindparam("last")))
_THESE = _HEADERS.where(ORDERS.c.id.in_(sa.bindparam("ids", expanding=True))).order_by(ORDERS.c.id)
_LINES_OF_THESE = _LINES.where(ORDER_LINES.c.order_id.in_(sa.bindparam("ids", expanding=True)))


def _json(text: str | None) -> Any:
    return None if text is None else json.loads(text, parse_float=Decimal)


@lru_cache(4096)  # orders repeat their customers' addresses
def _address(text: str) -> StoredAddress:
    fields = json.loads(text)
    return StoredAddress(**{**fields, "lines": tuple(fields["lines"])})


def _line(row: Sequence[Any]) -> StoredLine:
    *plain, discount, schedule, holds, custom = row
    return StoredLine(*plain, _json(discount), _json(schedule), _json(holds), _json(custom))


def _order(row: Sequence[Any], lines: tuple[StoredLine, ...]) -> StoredOrder:
    *plain, ship_to, bill_to, contact, discounts, charges, notes, references, holds, custom = row
    return StoredOrder(
        *plain,
        None if ship_to is None else _address(ship_to),
        None if bill_to is None else _address(bill_to),
        _json(contact),
        _json(discounts),
        _json(charges),
        _json(notes),
        _json(references),
        _json(holds),
        _json(custom),
        lines,
    )


def _orders(headers: Sequence[Any], lines: Sequence[Any]) -> list[StoredOrder]:
    by_order: dict[int, list[StoredLine]] = {}
    for row in lines:
        by_order.setdefault(row[1], []).append(_line(row))
    return [_order(row, tuple(by_order.get(row[0], ()))) for row in headers]


def get(engine: sa.Engine, id: int) -> StoredOrder:
    """One order, from one snapshot."""
    with transaction(engine) as connection:
        headers = connection.execute(_ONE, {"id": id}).all()
        lines = connection.execute(_ITS_LINES, {"id": id}).all()
    if not headers:
        raise LookupError(id)
    return _orders(headers, lines)[0]


def list_orders(engine: sa.Engine) -> Iterator[StoredOrder]:
    """All orders in the order of their ids, one page in memory."""
    return pages(engine, _NEXT, _BETWEEN, _orders)


def pages(
    engine: sa.Engine,
    following: Any,
    between: Any,
    made: Callable[[Sequence[Any], Sequence[Any]], Sequence[Any]],
) -> Iterator[Any]:
    """What is ``made`` of headers and lines, one page and one transaction after the other.

    ``following`` selects the headers after an id, ``between`` the lines of the orders between two ids.
    """
    after = 0
    while True:
        with transaction(engine) as connection:
            headers = connection.execute(following, {"after": after}).all()
            lines: Sequence[Any] = ()
            if headers:
                ends = {"first": headers[0][0], "last": headers[-1][0]}
                lines = connection.execute(between, ends).all()
        yield from made(headers, lines)
        if len(headers) < PAGE:
            return
        after = headers[-1][0]


def read_block(connection: sa.Connection, ids: Sequence[int]) -> list[StoredOrder]:
    """The orders with these ids, in the caller's transaction."""
    headers = connection.execute(_THESE, {"ids": ids}).all()
    return _orders(headers, connection.execute(_LINES_OF_THESE, {"ids": ids}).all())
