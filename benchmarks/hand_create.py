"""The hand-written script, part three: creating many orders, with everything that has to be right about them.

What each side does for an order:

=====================================  =======================================  ======================================
step                                   the hand-written script                  erp_connect
=====================================  =======================================  ======================================
key used before?                       one SELECT a block, unique key           the same
customer, products on file, free       one SELECT each a block                  the same; other codes, nearest codes
unit sold, whole pieces, size          per line                                 the same; also dates, repeats, texts
prices                                 draft's, else best of the price lists    the same; also groups, units, tax, days
totals, tax                            per line, rounded half up                the same; also discounts and charges
stock                                  locked, reserved, rest backordered       the same, per warehouse
credit limit                           customers locked, open orders summed     the same
numbers                                sequences (SQLite: a counter's row)      the same
order, lines, event                    COPY (SQLite: executemany)               the same
intent                                 a row each, JSON and SHA-256             the same; audit trail, look-up by order
read back                              by block, typed frozen rows              by block, models
compared with what was sent            field by field                           the same, with a kind per difference
commit                                 one a block                              the same
a lost COMMIT, a rival, a refusal      the script ends                          settled, waited for, reported
=====================================  =======================================  ======================================
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from itertools import islice
from typing import Any

import sqlalchemy as sa

from erp_connect.adapters.sql.schema import (
    COUNTERS,
    EVENTS,
    ORDER_LINES,
    ORDERS,
    STOCK,
)
from erp_connect.wire.sql import UtcInstant

from .company import WantedAddress, WantedLine, WantedOrder, today
from .hand_on_file import OnFile, Place, Product, on_file
from .hand_rows import read_block, transaction

# Its own table of intents: what a script needs to take no order twice, and nothing more.
INTENTS = sa.Table(
    "intents",
    sa.MetaData(),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("operation", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("order_id", sa.BigInteger),
    sa.Column("differences", sa.Text),
    sa.Column("created_at", UtcInstant, nullable=False),
)
CENT = Decimal("0.01")
ZERO = Decimal(0)
ONE = Decimal(1)
WHOLE_UNITS = frozenset({"H87", "C62", "EA", "XCT"})


class Refused(Exception):
    """The order cannot be taken as it is."""


@dataclass(frozen=True, slots=True)
class Created:
    """An order as it was stored, on whichever tables, and what is stored otherwise than it was sent."""

    key: str
    stored: Any
    differences: tuple[tuple[str, Any, Any], ...]


def prepare(engine: sa.Engine) -> None:
    """Make the script's own table."""
    INTENTS.metadata.create_all(engine)


def create_many(engine: sa.Engine, orders: Iterator[WantedOrder], block_size: int) -> list[Created]:
    """Create the orders, one transaction for each block."""
    created: list[Created] = []
    with localcontext(Context(prec=60)):
        while block := list(islice(orders, block_size)):
            with transaction(engine, writing=True) as connection:
                created += _create_block(connection, block)
    return created


def _create_block(connection: sa.Connection, block: Sequence[WantedOrder]) -> list[Created]:
    used = sa.select(INTENTS.c.key).where(INTENTS.c.key.in_([order.key for order in block]))
    if connection.execute(used).first() is not None:
        raise Refused("a key was used before")
    known = on_file(connection, block)
    order_ids = _numbers(connection, "erp_order_ids", len(block))
    line_ids = iter(_numbers(connection, "erp_line_ids", sum(len(order.lines) for order in block)))
    now, day = datetime.now(UTC), today()
    headers: list[Sequence[Any]] = []
    lines: list[Sequence[Any]] = []
    for order, order_id in zip(block, order_ids, strict=True):
        header, its_lines = _entered(order, order_id, line_ids, known, now, day)
        headers.append(header)
        lines += its_lines
    _insert(connection, ORDERS, _HEADER, headers)
    _insert(connection, ORDER_LINES, _LINE, lines)
    _reserve_stock(connection, known)
    events = _numbers_in_commit_order(connection, "erp_event_ids", len(block))
    _insert(
        connection,
        EVENTS,
        ("id", "book", "order_id", "kind", "at"),
        [
            (event, "orders", order_id, "created", now)
            for event, order_id in zip(events, order_ids, strict=True)
        ],
    )
    stored = read_block(connection, order_ids)
    created = [
        Created(order.key, row, compared(order, row)) for order, row in zip(block, stored, strict=True)
    ]
    _insert(connection, INTENTS, _INTENT, list(map(_intent, block, created, [now] * len(block))))
    return created


# -- an order out of what came in --------------------------------------------------------------------------

_HEADER = (
    *("id", "version", "party_id", "their_number", "status", "is_open", "currency", "order_date"),
    *("requested", "promised", "prices_include_tax", "payment_terms", "delivery_terms", "ship_to"),
    *("bill_to", "fulfilment", "invoicing", "net", "tax", "gross", "stamp", "created_at", "modified_at"),
)
_LINE = (
    *("id", "order_id", "position", "product_id", "product", "unit", "kind", "status", "is_open"),
    *("ordered", "allocated", "shipped", "invoiced", "cancelled", "returned", "backordered"),
    *("price", "price_per", "net", "tax", "requested", "promised", "description"),
)


def _entered(
    order: WantedOrder, order_id: int, line_ids: Iterator[int], known: OnFile, now: datetime, day: date
) -> tuple[Sequence[Any], list[Sequence[Any]]]:
    """The row of the order and those of its lines; ``Refused`` when it cannot be taken."""
    customer = known.customers.get(order.customer)
    if customer is None or customer.blocked:
        raise Refused("the customer is unknown or blocked")
    lines: list[Sequence[Any]] = []
    net = tax = ZERO
    promised: date | None = date.min
    for position, wanted in enumerate(order.lines, start=1):
        product = known.products.get(wanted.product)
        if product is None or product.blocked:
            raise Refused("a product is unknown or blocked")
        factor = product.units.get(wanted.unit)
        if factor is None:
            raise Refused("a product is not sold in this unit")
        quantity = wanted.quantity
        if quantity % 1 and wanted.unit in WHOLE_UNITS:
            raise Refused("a part of a piece")
        price = wanted.price
        if price is None:
            price = _price(product, quantity * factor, customer.id, order, factor)
        line_net = (quantity * price).quantize(CENT, ROUND_HALF_UP)
        line_tax = (line_net * (product.tax_rate or ZERO) / 100).quantize(CENT, ROUND_HALF_UP)
        if line_net.adjusted() > 17:
            raise Refused("an amount beyond all measure")
        net += line_net
        tax += line_tax
        requested = wanted.requested or order.requested
        allocated, day_promised = _allocate(known.stock.get(product.id), quantity, factor, requested, day)
        if day_promised is None or promised is None:
            promised = None
        elif day_promised > promised:
            promised = day_promised
        lines.append(
            (
                *(next(line_ids), order_id, position, product.id, product.number, wanted.unit),
                *("item", "submitted", True, quantity, allocated, ZERO, ZERO, ZERO, ZERO),
                *(quantity - allocated, price, ONE, line_net, line_tax),
                *(requested, day_promised, product.name),
            )
        )
    gross = net + tax
    if customer.credit_limit is not None:
        if customer.credit_used + gross > customer.credit_limit:
            raise Refused("above the credit limit")
        customer.credit_used += gross
    header = (
        *(order_id, 1, customer.id, order.customer_po, "submitted", True, order.currency, order.order_date),
        *(order.requested, promised, False, customer.payment_terms, customer.delivery_terms),
        customer.address if order.ship_to is None else _address_text(order.ship_to),
        *(customer.address, "none", "none", net, tax, gross, stamp_of(order.key), now, now),
    )
    return header, lines


def _price(
    product: Product, pieces: Decimal, customer_id: int, order: WantedOrder, factor: Decimal
) -> Decimal:
    """The best entry of the price lists that is reached, the customer's own first; else the list price."""
    best: tuple[bool, Decimal, date] | None = None
    amount = product.price
    for party, least, begin, end, entry in product.prices:
        if party is not None and party != customer_id:
            continue
        if pieces < least or (begin and order.order_date < begin) or (end and order.order_date > end):
            continue
        rank = (party is not None, least, begin or date.min)
        if best is None or rank > best:
            best, amount = rank, entry
    if amount is None:
        raise Refused("no price")
    return amount * factor


def _allocate(
    place: Place | None, quantity: Decimal, factor: Decimal, requested: date, day: date
) -> tuple[Decimal, date | None]:
    """Reserve the line's pieces; how much of it stock covers, and the day on which all of it can leave."""
    if place is None:
        return ZERO, None
    free = max(place.on_hand - place.reserved, ZERO)
    needed = quantity * factor
    place.reserved += needed
    place.touched = True
    if needed <= free:
        return quantity, max(day, requested)
    return free // factor, None  # whole pieces and whole cartons


def _reserve_stock(connection: sa.Connection, known: OnFile) -> None:
    changed = [
        {"p": place.product_id, "w": place.warehouse, "r": place.reserved}
        for place in known.stock.values()
        if place.touched
    ]
    connection.execute(
        sa.update(STOCK)
        .where(STOCK.c.product_id == sa.bindparam("p"), STOCK.c.warehouse == sa.bindparam("w"))
        .values(reserved=sa.bindparam("r")),
        changed,
    )


# -- read back and compared --------------------------------------------------------------------------------


def compared(sent: WantedOrder, stored: Any) -> tuple[tuple[str, Any, Any], ...]:
    """What is stored otherwise than it was sent: the field, what was sent, what is stored."""
    found: list[tuple[str, Any, Any]] = []
    for name in ("customer", "customer_po", "currency", "order_date", "requested"):
        one, other = getattr(sent, name), getattr(stored, name)
        if one != other:
            found.append((name, one, other))
    to, at = sent.ship_to, stored.ship_to
    if to is not None and (
        at is None
        or (to.name, to.lines, to.city, to.postal_code, to.country)
        != (at.name, at.lines, at.city, at.postal_code, at.country)
    ):
        found.append(("ship_to", to, at))
    if len(sent.lines) != len(stored.lines):
        found.append(("lines", len(sent.lines), len(stored.lines)))
    for line, kept in zip(sent.lines, stored.lines, strict=False):
        if line.product != kept.product:
            found.append(("product", line.product, kept.product))
        if line.quantity != kept.ordered:
            found.append(("quantity", line.quantity, kept.ordered))
        if line.unit != kept.unit:
            found.append(("unit", line.unit, kept.unit))
        if line.price is not None and line.price != kept.price:
            found.append(("price", line.price, kept.price))
        if line.requested is not None and line.requested != kept.requested:
            found.append(("requested", line.requested, kept.requested))
    return tuple(found)


# -- the intents -------------------------------------------------------------------------------------------

OPERATION = "orders.create"
_INTENT = (*("key", "operation", "fingerprint", "payload", "state", "order_id", "differences", "created_at"),)


def _intent(order: WantedOrder, created: Created, now: datetime) -> Sequence[Any]:
    found = (
        json.dumps([list(map(str, each)) for each in created.differences]) if created.differences else None
    )
    return (order.key, OPERATION, *wish_of(order), "confirmed", created.stored.id, found, now)


def wish_of(order: WantedOrder) -> tuple[str, str]:
    """The fingerprint of what was wished for, and the wish itself as text."""
    payload = json.dumps(_payload(order), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(f"1\n{OPERATION}\n{payload}".encode()).hexdigest()
    return f"1:{digest}", payload


def _payload(order: WantedOrder) -> dict[str, Any]:
    """What was wished for: only what says something, decimals as text."""
    payload: dict[str, Any] = {
        "customer": order.customer,
        "customer_po": order.customer_po,
        "currency": order.currency,
        "order_date": order.order_date.isoformat(),
        "requested": order.requested.isoformat(),
        "lines": [_line_payload(line, order.currency) for line in order.lines],
    }
    if order.ship_to is not None:
        payload["ship_to"] = _address_fields(order.ship_to)
    return payload


def _line_payload(line: WantedLine, currency: str) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "product": line.product,
        "quantity": _number(line.quantity),
        "unit": line.unit,
    }
    if line.price is not None:
        payload["price"] = {"amount": _number(line.price), "currency": currency}
    if line.requested is not None:
        payload["requested"] = line.requested.isoformat()
    return payload


def _number(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _address_fields(address: WantedAddress) -> dict[str, Any]:
    return {
        "name": address.name,
        "lines": list(address.lines),
        "city": address.city,
        "postal_code": address.postal_code,
        "country": address.country,
    }


def _address_text(address: WantedAddress) -> str:
    return json.dumps(_address_fields(address), ensure_ascii=False, separators=(",", ":"))


def stamp_of(key: str) -> str:
    """The mark by which the order is found again: the table takes each only once."""
    return base64.b32encode(hashlib.sha256(key.encode()).digest()).decode()[:20]


# -- numbers and rows --------------------------------------------------------------------------------------


def _numbers(connection: sa.Connection, name: str, count: int) -> Sequence[int]:
    if connection.dialect.name != "postgresql":
        return _numbers_in_commit_order(connection, name, count)
    rows = connection.exec_driver_sql(f"SELECT nextval('{name}') FROM generate_series(1, {count})")
    return [row[0] for row in rows]


def _numbers_in_commit_order(connection: sa.Connection, name: str, count: int) -> Sequence[int]:
    row = COUNTERS.c.name == name
    connection.execute(sa.update(COUNTERS).where(row).values(next=COUNTERS.c.next + count))
    after: int = connection.execute(sa.select(COUNTERS.c.next).where(row)).scalar_one()
    return range(after - count, after)


def _insert(
    connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """By the fast path: COPY on PostgreSQL, Core's executemany elsewhere."""
    if connection.dialect.name != "postgresql":
        connection.execute(sa.insert(table), [dict(zip(names, row, strict=True)) for row in rows])
        return
    listed = ", ".join(f'"{name}"' for name in names)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({listed}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
