"""Following orders: where one is, and what happened to all of them since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from ..adapters.contract import OrderRef, ReportsEvents, Support, Tracks
from ..errors import ContractViolation, NotFound
from ..journal import State
from ..models import EventKind, OrderEvent, OrderFields, OrderStatus, Tracking
from ..rules.lateness import tracking
from .context import Context
from .reading import id_of, party_number, read_order


def track_order(context: Context, book: str, order: OrderFields | str) -> Tracking:
    """Where an order is: by the back-end's own call, or put together from its documents."""
    context.require(f"{book}.track")
    shelf = context.book(book)
    number = order.number if isinstance(order, OrderFields) else None
    known = read_order(context, book, id_of(order, book), number)
    where = OrderRef(id=known.id, number=known.number, party=party_number(known))
    gone = known.status is OrderStatus.CANCELLED
    if isinstance(shelf, Tracks) and not gone and not context.lowers:
        try:
            return shelf.track(where)
        except NotFound:
            pass  # gone since: what is left of it is told below
    return tracking(
        known, _shipments(context, book, where), tuple(_events_of(context, book, known.id)), context.today()
    )


def _shipments(context: Context, book: str, where: OrderRef) -> Sequence[Any]:
    if book != "orders" or not context.supports("shipments.of"):
        return ()
    try:
        return tuple(context.book("shipments").of(where))
    except NotFound:
        return ()  # the back-end has forgotten the order, and its papers with it


_KINDS = {
    "create": EventKind.CREATED,
    "amend": EventKind.AMENDED,
    "cancel": EventKind.CANCELLED,
    "confirm": EventKind.CONFIRMED,
    "receive": EventKind.RECEIVED,
    "post": EventKind.SHIPPED,
}


def _events_of(context: Context, book: str, order_id: str) -> Iterator[OrderEvent]:
    """What this library did to an order, where the back-end does not tell."""
    books = (book, "shipments") if book == "orders" else (book,)
    entries = [entry for name in books for entry in context.journal.of_entity(name, order_id)]
    for entry in sorted(entries, key=lambda entry: (entry.created_at, entry.serial)):
        kind = _KINDS.get(entry.operation.rpartition(".")[2])
        if kind is not None and entry.state is State.CONFIRMED:
            yield OrderEvent(
                cursor=f"journal:{entry.serial}",
                kind=kind,
                order_id=order_id,
                number=entry.number,
                at=entry.settled_at,
            )


def events(context: Context, book: str, since: str | None) -> Iterator[OrderEvent]:
    """What happened since a cursor, oldest first.

    Where the back-end makes its events up from what has changed, orders that are gone are missing among them: those
    come from the journal.  A cursor then holds how far both were read: ``<time>|<back-end's cursor>``.
    """
    context.require(f"{book}.events")
    shelf = context.book(book)
    if not isinstance(shelf, ReportsEvents):
        raise ContractViolation(
            f"the adapter declares {book}.events and does not offer it",
            operation=f"{book}.events",
            outcome="not_applied",
        )
    if context.capabilities.support(f"{book}.events") is Support.NATIVE:
        return shelf.events(since)
    seen, native = _read_cursor(since)
    return _merged(shelf.events(native), list(_gone(context, book, seen)), seen, native)


def _gone(context: Context, book: str, seen: datetime | None) -> Iterator[OrderEvent]:
    told = [(entry.settled_at or entry.created_at, entry) for entry, _ in context.journal.tombstones(book)]
    for at, entry in sorted(told, key=lambda each: (each[0], each[1].serial)):
        if seen is None or at > seen:
            yield OrderEvent(
                cursor="",
                kind=EventKind.CANCELLED,
                order_id=entry.entity_id or "",
                number=entry.number,
                at=at,
            )


def _merged(
    reported: Iterator[OrderEvent], gone: list[OrderEvent], seen: datetime | None, native: str | None
) -> Iterator[OrderEvent]:
    """Both in the order of time; each cursor says how far both were read."""

    def marked(event: OrderEvent) -> OrderEvent:
        return event.but(cursor=f"{seen.isoformat() if seen is not None else ''}|{native or ''}")

    for event in reported:
        while gone and event.at is not None and gone[0].at is not None and gone[0].at <= event.at:
            ours = gone.pop(0)
            seen = ours.at
            yield marked(ours)
        native = event.cursor
        yield marked(event)
    for ours in gone:
        seen = ours.at
        yield marked(ours)


def _read_cursor(since: str | None) -> tuple[datetime | None, str | None]:
    if since is None:
        return None, None
    mark, bar, native = since.partition("|")
    try:
        if not bar:
            raise ValueError(since)
        return (datetime.fromisoformat(mark) if mark else None), native or None
    except ValueError:
        raise NotFound(
            "this is no cursor of an order event", code="cursor_expired", hint="begin with since=None"
        ) from None
