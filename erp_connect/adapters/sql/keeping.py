"""Keeping orders: new ones as rows, changed ones as the cells that changed, and what goes with each.

Whoever writes an order writes its lines, its stock, its credit and its events in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from ...errors import NotFound, UnmappedCode, VersionConflict
from ...models import EventKind, FrozenMapping, OrderLine, OrderStatus
from ...models.base import NO_CUSTOM
from ...models.codes import UnknownCode
from ...models.currencies import currency_code
from ...rules.diff import moved
from ...rules.quantities import open_quantity
from ...wire.sql import insert_many
from . import events
from .errors import RESTORE
from .events import Happened
from .facts import Known
from .mapping import RowMapping
from .mapping_orders import D, O, Side
from .office import Office
from .reading import Sent, by_keys, native_ids
from .stock import CLOSED, STEP

ZERO: Final = Decimal(0)


def keep_new(
    connection: Connection, office: Office, side: Side[D, O], orders: Iterable[O], known: Known
) -> list[Sent[O]]:
    """Insert orders that were just entered, by the driver's fast path; answers with what was written of each."""
    header, now = side.header, office.now()
    version = header.column_names.index("version")
    sent: list[Sent[O]] = []
    named: list[tuple[int, int, str, str]] = []
    happened: list[Happened] = []
    for order in orders:
        key = int(order.id)
        cells = header.cells(order)
        cells[version] = 1
        is_open = order.status not in CLOSED
        fit = [fitted(line) if line.quantities.backordered else line for line in order.lines]
        lines = [_line_cells(side, line, key, is_open, known) for line in fit]
        whole = all(line is own for line, own in zip(fit, order.lines, strict=True))
        sent.append(Sent(order, [*cells, side.party_id(order), is_open], lines, whole))
        named += [(key, place, each.kind, each.value) for place, each in enumerate(order.references, start=1)]
        happened.append(Happened(key, EventKind.CREATED))
        if order.holds:
            happened.append(Happened(key, EventKind.HELD))
    if not sent:
        return sent
    insert_many(
        connection, side.table, [each.head for each in sent], (*header.column_names, "party_id", "is_open")
    )
    insert_many(connection, side.lines, [line for each in sent for line in each.lines], _line_columns(side))
    if named:
        insert_many(connection, side.references, named, ("order_id", "position", "kind", "value"))
    known.stock.flush(connection)
    events.note(connection, side.book, happened, now)
    return sent


def locked(connection: Connection, office: Office, side: Side[D, O], id: str) -> O:
    """The order as it stands, kept for this transaction; ``NotFound`` when there is none."""
    table = side.table
    for key in native_ids([id]):
        # Locked by itself: with the party joined, some databases would lock the party's row as well.
        connection.execute(sa.select(table.c.version).where(table.c.id == key).with_for_update()).all()
        found = by_keys(connection, side, [key], office.today())
        if found:
            return found[key]
    raise NotFound(f"there is no such {side.field.replace('_', ' ')}", system=office.system)


def in_known_money(order: O, side: Side[Any, O]) -> O:
    """The order; ``UnmappedCode`` where somebody else has put it in a currency that is none."""
    try:
        currency_code(order.currency)
    except UnknownCode as unknown:
        raise UnmappedCode(
            f"what is stored cannot be written again: {unknown}",
            path=f"{side.field}.currency",
            native=(order.currency,),
            hint=RESTORE,
        ) from None
    return order


def held_to(current: O, planned: O, *, force: bool) -> O:
    """The order as it stands; ``VersionConflict`` when it has moved since ``planned`` was read."""
    if not force and current.version != planned.version:
        raise VersionConflict("the order was changed since it was read", diff=moved(planned, current))
    return current


def keep_changed(
    connection: Connection,
    office: Office,
    side: Side[D, O],
    before: O,
    after: O,
    known: Known,
    kinds: Iterable[EventKind],
    details: Mapping[str, Any] = NO_CUSTOM,
) -> None:
    """Store an order in its new state: one UPDATE that holds to the version, and the lines that changed."""
    now, key = office.now(), int(before.id)
    version = int(before.version or 0)
    header = side.header
    is_open = after.status not in CLOSED
    cells = _changed(header, before, after) | {
        "version": version + 1,
        "modified_at": now,
        "is_open": is_open,
    }
    table = side.table
    done = connection.execute(
        sa.update(table).where(table.c.id == key, table.c.version == version).values(cells)
    )
    if done.rowcount != 1:
        raise VersionConflict("the order was changed while it was being written")
    _keep_lines(connection, side, before, after, is_open, known)
    known.count(before, after)
    known.stock.flush(connection)
    happened = [Happened(key, kind, FrozenMapping(details)) for kind in kinds]
    if after.status is OrderStatus.COMPLETED and before.status is not OrderStatus.COMPLETED:
        happened.append(Happened(key, EventKind.COMPLETED))
    events.note(connection, side.book, happened, now)


def _keep_lines(
    connection: Connection, side: Side[D, O], before: O, after: O, is_open: bool, known: Known
) -> None:
    mapping, key = side.line, int(before.id)
    former = {line.id: line for line in before.lines}
    fresh: list[list[Any]] = []
    changed: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for line in after.lines:
        known_line = former.pop(line.id, None)
        if known_line is None:
            fresh.append(_line_cells(side, fitted(line), key, is_open, known))
            continue
        cells = _changed(mapping, known_line, fitted(line))
        open_now = is_open and open_quantity(line.quantities) > ZERO
        if cells or open_now is not _was_open(before, known_line):
            cells["is_open"] = open_now
            if "product" in cells:
                cells["product_id"] = known.product_key(line.product)
            row = {f"new_{name}": value for name, value in cells.items()} | {"the_id": int(line.id)}
            changed.setdefault(tuple(sorted(cells)), []).append(row)
    for names, rows in changed.items():
        values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in names}
        connection.execute(
            sa.update(side.lines).where(side.lines.c.id == sa.bindparam("the_id")).values(values), rows
        )
    if fresh:
        insert_many(connection, side.lines, fresh, _line_columns(side))
    if former:
        gone = side.lines.c.id.in_([int(id) for id in former])
        connection.execute(sa.delete(side.lines).where(gone))


def _was_open(order: Any, line: OrderLine) -> bool:
    return order.status not in CLOSED and open_quantity(line.quantities) > ZERO


def _changed(mapping: RowMapping[Any], before: Any, after: Any) -> dict[str, Any]:
    old, new = mapping.named(before), mapping.named(after)
    return {name: value for name, value in new.items() if value != old[name]}


def _line_columns(side: Side[Any, Any]) -> tuple[str, ...]:
    return (*side.line.column_names, "order_id", "product_id", "is_open")


def _line_cells(
    side: Side[Any, Any], line: OrderLine, order_key: int, is_open: bool, known: Known
) -> list[Any]:
    fields = line.quantities.__dict__
    open_now = is_open and (
        not (fields["cancelled"] or fields["shipped"]) or open_quantity(line.quantities) > ZERO
    )
    cells = side.line.cells(line)
    cells += (order_key, known.product_key(line.product), open_now)
    return cells


def fitted(line: OrderLine) -> OrderLine:
    """The line with what stock gives it in digits that a column holds: a third of a carton has no end."""
    allocated = line.quantities.allocated
    if allocated is None or allocated.as_tuple().exponent >= -10:  # type: ignore[operator]  # it is finite
        return line
    given = allocated.quantize(STEP, ROUND_DOWN)
    backordered = line.quantities.backordered
    rest = None if backordered is None else open_quantity(line.quantities) - given
    return line.but(quantities=line.quantities.but(allocated=given, backordered=rest))
