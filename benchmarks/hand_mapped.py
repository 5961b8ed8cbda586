"""A hand-written script on somebody else's tables: listing orders, and creating many, with SQLAlchemy Core.

The same work as the library's with a mapping file, written for these tables and for nothing else:

=====================================  =======================================  ======================================
step                                   the hand-written script                  erp_connect
=====================================  =======================================  ======================================
intents                                a row each before the orders are sent,   the same; audit trail, look-up by order
                                       in a file of its own; confirmed after
customer, products on file, free       one SELECT each a block                  the same; other codes, look-ups by key
unit sold, whole pieces                per line                                 the same; also dates, repeats, texts
price, totals, tax                     per line, rounded half up                the same; also groups, units, discounts
stamp taken?                           one SELECT a block                       the same
number                                 the counter's row, once a block          the same
header, lines, history                 executemany, keys by RETURNING           the same, by what the mapping says
read back and compared                 by block, typed frozen rows              by block, models
what was shipped, billed, where it is  summed and told per line and order       the same, by all rules of the library
commits                                two of the intents, one of the orders    the same
=====================================  =======================================  ======================================
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from itertools import islice
from typing import Any

import sqlalchemy as sa

from .company import WantedAddress, WantedOrder, today
from .foreign import BILLED, COUNTER, CUSTOMER, DELIVERED, HEADER, HISTORY, ITEM, ITEM_UNIT, LINE, UNITS
from .hand_create import INTENTS, OPERATION, Created, Refused, compared, stamp_of, wish_of
from .hand_rows import PAGE, StoredAddress, pages, transaction

CENT = Decimal("0.01")
ZERO = Decimal(0)
WHOLE_UNITS = frozenset({"H87", "XCT"})
THEIR_UNITS = {ours: theirs for theirs, ours in UNITS.items()}
STATUS = {
    "ENTERED": "draft",
    "RELEASED": "confirmed",
    "PART_DELIVERED": "partly_shipped",
    "DELIVERED": "shipped",
    "CLOSED": "completed",
    "CANCELLED": "cancelled",
}


@dataclass(frozen=True, slots=True)
class StoredLine:
    id: str
    position: int
    product: str
    unit: str
    ordered: Decimal
    cancelled: Decimal
    price: Decimal
    requested: date | None
    net: Decimal
    tax: Decimal
    shipped: Decimal
    invoiced: Decimal
    status: str


@dataclass(frozen=True, slots=True)
class StoredOrder:
    id: int
    number: str
    version: int
    stamp: str | None
    customer: str
    customer_id: int
    customer_po: str | None
    order_date: date
    requested: date | None
    currency: str
    ship_to: StoredAddress
    net: Decimal
    tax: Decimal
    gross: Decimal
    created_at: datetime
    modified_at: datetime
    channel: str
    status: str
    fulfilment: str
    invoicing: str
    late: bool
    lines: tuple[StoredLine, ...]


# -- reading -----------------------------------------------------------------------------------------------


def _sum(moved: sa.Table) -> sa.ScalarSelect[Any]:
    total = sa.func.coalesce(sa.func.sum(moved.c.qty), 0, type_=moved.c.qty.type)
    return (
        sa.select(total)
        .where(moved.c.so_line_id == LINE.c.id, sa.not_(moved.c.is_deleted))
        .correlate(LINE)
        .scalar_subquery()
    )


_HEADERS = (
    sa.select(
        *(HEADER.c[name] for name in ("id", "doc_no", "row_version", "external_ref")),
        CUSTOMER.c.customer_no,
        *(HEADER.c[name] for name in ("customer_id", "customer_po", "order_date", "requested_date")),
        *(HEADER.c[name] for name in ("currency", "ship_name", "ship_street", "ship_street2")),
        *(HEADER.c[name] for name in ("ship_city", "ship_postal_code", "ship_country", "net_total")),
        *(HEADER.c[name] for name in ("tax_total", "gross_total", "created_at", "updated_at")),
        *(HEADER.c[name] for name in ("channel", "status")),
    )
    .join_from(HEADER, CUSTOMER, HEADER.c.customer_id == CUSTOMER.c.id)
    .where(sa.not_(HEADER.c.is_deleted))
    .order_by(HEADER.c.id)
)
_LINES = (
    sa.select(
        LINE.c.header_id,
        *(LINE.c[name] for name in ("id", "line_no")),
        ITEM.c.item_no,
        *(LINE.c[name] for name in ("unit", "qty", "qty_cancelled", "unit_price", "wanted_on")),
        *(LINE.c[name] for name in ("line_net", "line_tax")),
        _sum(DELIVERED),
        _sum(BILLED),
    )
    .join_from(LINE, ITEM, LINE.c.item_id == ITEM.c.id)
    .where(sa.not_(LINE.c.is_deleted))
    .order_by(LINE.c.header_id, LINE.c.line_no)
)
_NEXT = _HEADERS.where(HEADER.c.id > sa.bindparam("after")).limit(PAGE)
_BETWEEN = _LINES.where(LINE.c.header_id.between(sa.bindparam("first"), sa.bindparam("last")))
_THESE = _HEADERS.where(HEADER.c.id.in_(sa.bindparam("ids", expanding=True)))
_LINES_OF_THESE = _LINES.where(LINE.c.header_id.in_(sa.bindparam("ids", expanding=True)))


def _line(row: Sequence[Any]) -> StoredLine:
    _, id, position, product, unit, ordered, cancelled, price, requested, net, tax, shipped, invoiced = row
    wanted = ordered - cancelled
    if not wanted and not shipped:
        status = "cancelled"
    elif shipped >= wanted:
        status = "completed" if invoiced >= shipped else "shipped"
    else:
        status = "partly_shipped" if shipped else "confirmed"
    return StoredLine(
        *(id, position, product, UNITS[unit], ordered, cancelled, price, requested, net, tax),
        *(shipped, invoiced, status),
    )


def _progress(lines: Sequence[StoredLine], name: str) -> str:
    done = [getattr(line, name) for line in lines]
    if not any(done):
        return "none"
    whole = all(amount >= line.ordered - line.cancelled for amount, line in zip(done, lines, strict=True))
    return "complete" if whole else "partial"


def _order(row: Sequence[Any], lines: tuple[StoredLine, ...], day: date) -> StoredOrder:
    id, number, version, stamp, customer, customer_id, po, ordered, requested, currency, *rest = row
    name, street, street2, city, code, country, net, tax, gross, created, modified, channel, status = rest
    to = StoredAddress(name, (street,) if street2 is None else (street, street2), city, code, country)
    fulfilment = _progress(lines, "shipped")
    late = any(
        (line.requested or requested or day) < day and line.shipped < line.ordered - line.cancelled
        for line in lines
    )
    return StoredOrder(
        *(id, number, version, stamp, customer, customer_id, po, ordered, requested, currency, to),
        *(
            net,
            tax,
            gross,
            created.replace(tzinfo=UTC),
            modified.replace(tzinfo=UTC),
            channel,
            STATUS[status],
        ),
        *(fulfilment, _progress(lines, "invoiced"), late, lines),
    )


def _orders(headers: Sequence[Any], lines: Sequence[Any]) -> list[StoredOrder]:
    day = today()
    by_order: dict[int, list[StoredLine]] = {}
    for row in lines:
        by_order.setdefault(row[0], []).append(_line(row))
    return [_order(row, tuple(by_order.get(row[0], ())), day) for row in headers]


def list_orders(engine: sa.Engine) -> Iterator[StoredOrder]:
    """All orders in the order of their ids, one page in memory."""
    return pages(engine, _NEXT, _BETWEEN, _orders)


# -- creating ----------------------------------------------------------------------------------------------


def create_many(
    engine: sa.Engine, intents: sa.Engine, orders: Iterator[WantedOrder], block_size: int
) -> list[Created]:
    """Create the orders, one transaction for each block; ``intents`` is a file of the script's own."""
    created: list[Created] = []
    with localcontext(Context(prec=60)):
        while block := list(islice(orders, block_size)):
            now = datetime.now(UTC)
            with transaction(intents, writing=True) as journal:
                used = sa.select(INTENTS.c.key).where(INTENTS.c.key.in_([order.key for order in block]))
                if journal.execute(used).first() is not None:
                    raise Refused("a key was used before")
                journal.execute(sa.insert(INTENTS), [_intent(order, now) for order in block])
            with transaction(engine, writing=True) as connection:
                made = _create_block(connection, block, now)
            with transaction(intents, writing=True) as journal:
                journal.execute(_CONFIRM, [_confirmed(each) for each in made])
            created += made
    return created


_CONFIRM = (
    sa.update(INTENTS)
    .where(INTENTS.c.key == sa.bindparam("of"))
    .values(state="confirmed", order_id=sa.bindparam("made"), differences=sa.bindparam("found"))
)


def _intent(order: WantedOrder, now: datetime) -> dict[str, Any]:
    fingerprint, payload = wish_of(order)
    wish = {"key": order.key, "operation": OPERATION, "fingerprint": fingerprint, "payload": payload}
    return {**wish, "state": "sending", "created_at": now}


def _confirmed(created: Created) -> dict[str, Any]:
    found = repr(created.differences) if created.differences else None
    return {"of": created.key, "made": created.stored.id, "found": found}


def _create_block(connection: sa.Connection, block: Sequence[WantedOrder], now: datetime) -> list[Created]:
    stamps = [stamp_of(order.key) for order in block]
    taken = sa.select(HEADER.c.id).where(HEADER.c.external_ref.in_(stamps))
    if connection.execute(taken).first() is not None:
        raise Refused("an order of this key is on file")
    customers, items = _customers(connection, block), _items(connection, block)
    numbers = _numbers(connection, len(block))
    headers: list[dict[str, Any]] = []
    lines: list[list[dict[str, Any]]] = []
    for order, stamp, number in zip(block, stamps, numbers, strict=True):
        header, its_lines = _entered(order, stamp, number, customers, items, now)
        headers.append(header)
        lines.append(its_lines)
    insert = sa.insert(HEADER).returning(HEADER.c.id, sort_by_parameter_order=True)
    ids = connection.execute(insert, headers).scalars().all()
    for id, its_lines in zip(ids, lines, strict=True):
        for line in its_lines:
            line["header_id"] = id
    connection.execute(sa.insert(LINE), [line for its_lines in lines for line in its_lines])
    history = [{"header_id": id, "seq": 1, "to_status": "RELEASED", "changed_at": now} for id in ids]
    connection.execute(sa.insert(HISTORY), history)
    stored = _orders(
        connection.execute(_THESE, {"ids": ids}).all(),
        connection.execute(_LINES_OF_THESE, {"ids": ids}).all(),
    )
    return [Created(order.key, row, compared(order, row)) for order, row in zip(block, stored, strict=True)]


@dataclass(slots=True)
class _Item:
    id: int
    price: Decimal
    tax_rate: Decimal
    blocked: bool
    units: dict[str, Decimal]


def _customers(connection: sa.Connection, block: Sequence[WantedOrder]) -> dict[str, Any]:
    wanted = {order.customer for order in block}
    rows = connection.execute(
        sa.select(CUSTOMER).where(CUSTOMER.c.customer_no.in_(wanted), sa.not_(CUSTOMER.c.is_deleted))
    )
    return {row.customer_no: row for row in rows}


def _items(connection: sa.Connection, block: Sequence[WantedOrder]) -> dict[str, _Item]:
    wanted = {line.product for order in block for line in order.lines}
    columns = (ITEM.c.item_no, ITEM.c.id, ITEM.c.base_price, ITEM.c.tax_rate, ITEM.c.sales_block)
    query = sa.select(*columns).where(ITEM.c.item_no.in_(wanted), sa.not_(ITEM.c.is_deleted))
    items = {row[0]: _Item(row[1], row[2], row[3], row[4], {}) for row in connection.execute(query)}
    by_id = {item.id: item for item in items.values()}
    units = sa.select(ITEM_UNIT.c.item_id, ITEM_UNIT.c.unit, ITEM_UNIT.c.per_base)
    for id, unit, factor in connection.execute(units.where(ITEM_UNIT.c.item_id.in_(by_id))):
        by_id[id].units[UNITS[unit]] = factor
    return items


def _numbers(connection: sa.Connection, count: int) -> list[str]:
    year = today().year
    row = sa.and_(COUNTER.c.kind == "SO", COUNTER.c.year == year)
    last = connection.execute(sa.select(COUNTER.c.last_no).where(row).with_for_update()).scalar_one()
    connection.execute(sa.update(COUNTER).where(row).values(last_no=last + count))
    return [f"SO-{year}-{number:07d}" for number in range(last + 1, last + count + 1)]


def _entered(
    order: WantedOrder,
    stamp: str,
    number: str,
    customers: dict[str, Any],
    items: dict[str, _Item],
    now: datetime,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The row of the order and those of its lines; ``Refused`` when it cannot be taken."""
    customer = customers.get(order.customer)
    if customer is None or customer.order_block:
        raise Refused("the customer is unknown or blocked")
    lines: list[dict[str, Any]] = []
    net = tax = ZERO
    for position, wanted in enumerate(order.lines, start=1):
        item = items.get(wanted.product)
        if item is None or item.blocked:
            raise Refused("a product is unknown or blocked")
        factor = item.units.get(wanted.unit)
        if factor is None:
            raise Refused("a product is not sold in this unit")
        quantity = wanted.quantity
        if quantity % 1 and wanted.unit in WHOLE_UNITS:
            raise Refused("a part of a piece")
        price = item.price * factor if wanted.price is None else wanted.price
        line_net = (quantity * price).quantize(CENT, ROUND_HALF_UP)
        line_tax = (line_net * item.tax_rate / 100).quantize(CENT, ROUND_HALF_UP)
        if line_net.adjusted() > 12:
            raise Refused("an amount beyond all measure")
        net += line_net
        tax += line_tax
        lines.append(
            {
                "id": str(uuid.uuid4()),
                "line_no": position,
                "item_id": item.id,
                "qty": quantity,
                "qty_cancelled": ZERO,
                "unit": THEIR_UNITS[wanted.unit],
                "unit_price": price,
                "wanted_on": wanted.requested or order.requested,
                "line_net": line_net,
                "line_tax": line_tax,
                "row_version": 1,
                "is_deleted": False,
            }
        )
    to = order.ship_to or WantedAddress(
        customer.name, (customer.street,), customer.city, customer.postal_code, customer.country
    )
    if len(to.lines) > 2:
        raise Refused("an address of more lines than there are columns")
    header = {
        "doc_no": number,
        "external_ref": stamp,
        "customer_id": customer.id,
        "ship_name": to.name,
        "ship_street": to.lines[0],
        "ship_street2": to.lines[1] if len(to.lines) > 1 else None,
        "ship_postal_code": to.postal_code,
        "ship_city": to.city,
        "ship_country": to.country,
        "customer_po": order.customer_po,
        "order_date": order.order_date,
        "requested_date": order.requested,
        "currency": order.currency,
        "status": "RELEASED",
        "channel": "EDI",
        "entered_by": "integration",
        "net_total": net,
        "tax_total": tax,
        "gross_total": net + tax,
        "created_at": now,
        "updated_at": now,
        "row_version": 1,
        "is_deleted": False,
    }
    for name, limit in (("customer_po", 35), ("ship_name", 64), ("ship_city", 64), ("ship_postal_code", 64)):
        if len(header[name] or "") > limit:
            raise Refused(f"{name} is too long")
    return header, lines
