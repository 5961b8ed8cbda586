"""Whether a mapping tells the truth, as far as the database itself can show: what is read, and how it is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa

from ...errors import ErpConnectError
from ...models import LineKind, OrderFields, OrderStatus
from ...wire.sql import reading
from ..contract import Find, Listing
from ..symptoms import Symptom
from .adapter import MappedAdapter
from .orders import OrderRecords
from .plans import Plan
from .plans_of_queries import SMALL, scans

__all__ = ["examined"]

LOOKED_AT: Final = 500
_CENT: Final = Decimal("0.05")


def examined(adapter: MappedAdapter, *, limit: int = LOOKED_AT) -> Iterator[Symptom]:
    """Read the first orders of each book through the mapping, and see how the database finds them.

    Nothing is written.  What cannot be read at all is one symptom, and ends the examination of that book.
    """
    for name in ("orders", "purchase_orders"):
        book = getattr(adapter, name, None)
        if isinstance(book, OrderRecords):
            try:
                orders = list(islice(book.list(Listing(limit=limit)), limit))
            except ErpConnectError as failure:
                yield Symptom(
                    "error", failure.path or name, failure.message, failure.hint or "correct the mapping"
                )
                continue
            yield from _read(name, orders)
            yield from _slow(adapter, name, book, orders)


# -- what is read ------------------------------------------------------------------------------------------


def _read(book: str, orders: list[Any]) -> Iterator[Symptom]:
    if not orders:
        yield Symptom("warning", book, "the mapping finds no order at all", "see to table, where and deleted")
        return
    warned = Counter(warning for order in orders for warning in set(order.warnings))
    for warning, count in warned.most_common():
        yield Symptom(
            "warning", f"{book}.fields", f"{warning} ({count} of {len(orders)} orders)", "add it to codes"
        )
    unknown = sum(order.status is OrderStatus.UNKNOWN for order in orders)
    if unknown:
        yield Symptom(
            "warning",
            f"{book}.fields.status",
            f"the status of {unknown} of {len(orders)} orders cannot be told",
            "map status with codes, or the quantities that it can be told from",
        )
    empty = sum(not order.lines for order in orders)
    if empty:
        yield Symptom(
            "warning",
            f"{book}.lines",
            f"{empty} of {len(orders)} orders have no lines",
            "see to parent and where",
        )
    numbers = Counter(order.number for order in orders)
    twice = [number for number, count in numbers.items() if count > 1]
    if twice:
        yield Symptom(
            "error",
            f"{book}.key",
            f"{len(twice)} numbers stand for more than one order, {twice[0]} for example",
            "a join doubles rows, or the key names too little",
        )
    yield from _sums(book, orders)


def _sums(book: str, orders: list[Any]) -> Iterator[Symptom]:
    """Amounts that do not go with one another, by the order's own words."""
    wrong_lines, wrong_net, lines = 0, 0, 0
    for order in orders:
        nets: list[Decimal] = []
        for line in order.lines:
            if line.kind is LineKind.TEXT or line.net is None:
                continue
            nets.append(line.net.amount)
            if line.price is None or line.discount is not None:
                continue
            lines += 1
            wanted = line.quantities.ordered - (line.quantities.cancelled or 0)
            value = wanted * line.price.amount / line.price.per
            wrong_lines += abs(value - line.net.amount) > max(_CENT, abs(value) / 100)
        if (
            order.net is not None
            and len(nets) == len(order.lines)
            and not order.discounts
            and not order.charges
        ):
            wrong_net += abs(sum(nets, Decimal(0)) - order.net.amount) > _CENT
    if lines and wrong_lines * 10 > lines:
        yield Symptom(
            "warning",
            f"{book}.lines.fields.net",
            f"quantity times price is not the line's net in {wrong_lines} of {lines} lines without a discount",
            "quantities in another unit, prices for more than one, or cents: see to divide_by and price_per",
        )
    if wrong_net:
        yield Symptom(
            "warning",
            f"{book}.fields.net",
            f"the lines do not add up to the order's net in {wrong_net} of {len(orders)} orders",
            "the lines may leave some out (where, deleted), or the amount may be with tax",
        )


# -- how it is found ---------------------------------------------------------------------------------------


def _slow(
    adapter: MappedAdapter, name: str, book: OrderRecords[Any, Any], orders: list[Any]
) -> Iterator[Symptom]:
    """Questions that the database answers by reading a large table whole, and the index that would help."""
    sample: OrderFields | None = orders[len(orders) // 2] if orders else None
    if sample is None:
        return
    names = {book.plan.lines.plan.alias: book.plan.lines.plan, book.plan.header.alias: book.plan.header}
    sizes: dict[str, int] = {}
    for field, ask in _questions(book, sample):
        for scan in scans(adapter.office.engine, ask):
            plan = names.get(scan.table)
            table = plan.rows.table if plan is not None and plan.rows.table else scan.table
            if table not in sizes:
                sizes[table] = _size(adapter, table)
            if sizes[table] < SMALL:
                continue
            index = _index(book, field, plan)
            yield Symptom(
                "hint",
                f"{name}.fields.{field}" if field != "id" else f"{name}.key",
                f"to find orders by {field}, the database reads all of {table}",
                f"an index would help, on {table} ({index})" if index else f"see how {table} is joined",
            )


def _index(book: OrderRecords[Any, Any], field: str, plan: Plan | None) -> str | None:
    """The columns by which a table should be found."""
    if plan is book.plan.lines.plan and not book.plan.rows.flat:
        return ", ".join(book.plan.rows.lines.parent)
    if plan is None:
        return None
    if field == "id":
        return ", ".join(part.name for part in plan.keys)
    column = plan.fields[field].column if field in plan.fields else None
    return column.name if column is not None else None


def _questions(book: OrderRecords[Any, Any], sample: Any) -> Iterator[tuple[str, Callable[[], object]]]:
    yield "id", lambda: book.get_many([sample.id])
    yield "number", lambda: book.find(Find(number=sample.number))
    their_number = book.side.their_number
    if getattr(sample, their_number, None):
        yield their_number, lambda: book.find(Find(customer_po=getattr(sample, their_number)))
    if book.plan.rows.stamp is not None:
        yield "stamp", lambda: book.find(Find(stamp="A" * 16))
    if "modified_at" in book.plan.header.fields and sample.modified_at is not None:
        since = sample.modified_at + timedelta(days=36_500)
        yield "modified_at", lambda: list(book.list(Listing(modified_since=since)))


def _size(adapter: MappedAdapter, table: str) -> int:
    """The rows of a table, counted no further than what matters here."""
    schema, _, name = table.rpartition(".")
    some = sa.select(sa.literal(1)).select_from(sa.table(name, schema=schema or None)).limit(SMALL).subquery()
    with reading(adapter.office.engine) as connection:
        try:
            return int(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar() or 0)
        except sa.exc.DBAPIError:
            return 0  # an alias of a join: what it stands for is not known
