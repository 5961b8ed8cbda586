"""Reading orders: by id, by what people say, as a stream, as events; gone ones are told from what is left of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from ..adapters.contract import Find, FindsPosted, Listing, OnCancelLine, OrderRef, ReportsEvents, Tracks
from ..errors import ErpConnectError, InvalidOrder, NotFound
from ..models import (
    EventKind,
    LineRef,
    Order,
    OrderEvent,
    OrderFields,
    OrderStatus,
    PurchaseOrder,
    Quantities,
    Ref,
    Reference,
    Tracking,
)
from ..rules.lateness import tracking
from .context import Context, as_party
from .remembering import from_tombstone

ENTITIES: Final[Mapping[str, type[Order] | type[PurchaseOrder]]] = {
    "orders": Order,
    "purchase_orders": PurchaseOrder,
}
_JOURNAL_CURSOR: Final = "journal:"


def id_of(order: OrderFields | str) -> str:
    """The native id of what a caller names an order by: the order itself, or its id."""
    if isinstance(order, OrderFields):
        return order.id
    if isinstance(order, str):
        return order
    raise TypeError(f"an order is named by an Order or its id (a str), not {type(order).__name__}")


def read_order(context: Context, book: str, order_id: str, number: str | None = None) -> Any:
    """The order with this id; one that is gone is rebuilt from its posted documents, or from the journal."""
    shelf = context.book(book)
    try:
        order = shelf.get(order_id)
    except NotFound as missing:
        if isinstance(shelf, FindsPosted):
            known = number or _number_of(context, book, order_id)
            posted = shelf.posted(OrderRef(id=order_id, number=known))
            if posted is not None:
                return posted
        tombstone = context.journal.tombstone(book, order_id)
        if tombstone is not None:
            return from_tombstone(ENTITIES[book], tombstone)
        missing.hint = (
            missing.hint or "check the id; a number that people say is looked up with find(number=...)"
        )
        missing.operation = missing.operation or f"{book}.get"
        raise
    return with_remembered(context, book, order)


def _number_of(context: Context, book: str, order_id: str) -> str | None:
    numbers = [entry.number for entry in context.journal.of_entity(book, order_id) if entry.number]
    return numbers[-1] if numbers else None


def with_remembered(context: Context, book: str, order: Any) -> Any:
    """The order with what only the journal knows: quantities that a cancellation has lowered."""
    if context.capabilities.on_cancel_line is not OnCancelLine.LOWERED:
        return order
    lowered: dict[str, Decimal] = {}
    for entry in context.journal.of_entity(book, order.id):
        for line_id, quantity in ((entry.result or {}).get("lowered") or {}).items():
            lowered[line_id] = lowered.get(line_id, Decimal(0)) + Decimal(quantity)
    if not lowered:
        return order
    return order.but(
        lines=tuple(
            line.but(quantities=_restored(line.quantities, lowered[line.id])) if line.id in lowered else line
            for line in order.lines
        )
    )


def _restored(quantities: Quantities, lowered: Decimal) -> Quantities:
    return quantities.but(
        ordered=quantities.ordered + lowered, cancelled=(quantities.cancelled or Decimal(0)) + lowered
    )


# -- what people say -------------------------------------------------------------------------------------------


def find_orders(
    context: Context,
    book: str,
    *,
    number: str | None,
    party: Any,
    customer_po: str | None = None,
    key: str | None = None,
    reference: Reference | str | None = None,
) -> tuple[Any, ...]:
    """Orders that match exactly, compared again here; empty when nothing is found."""
    given = (number, party, customer_po, key, reference)
    if all(each is None for each in given):
        raise InvalidOrder(f"{book}.find needs at least one thing to look for", operation=f"{book}.find")
    wanted_party = as_party(party)
    if key is not None:
        found = _by_key(context, book, key)
    else:
        context.require(f"{book}.find")
        value = reference.value if isinstance(reference, Reference) else reference
        wanted = Find(number=number, party=wanted_party, customer_po=customer_po, reference=value)
        found = tuple(with_remembered(context, book, each) for each in context.book(book).find(wanted))
    return tuple(each for each in found if _fits(each, number, wanted_party, customer_po, reference))


def _by_key(context: Context, book: str, key: str) -> tuple[Any, ...]:
    entry = context.journal.entry(key)
    if entry is None or entry.entity_id is None or entry.book != book:
        return ()
    try:
        return (read_order(context, book, entry.entity_id, entry.number),)
    except NotFound:
        return ()


def _fits(
    order: Any,
    number: str | None,
    party: str | Ref | None,
    customer_po: str | None,
    reference: Reference | str | None,
) -> bool:
    if number is not None and order.number != number:
        return False
    if customer_po is not None and order.customer_po != customer_po:
        return False
    if isinstance(party, Ref) and party.id not in (_party_id(order), _party_number(order)):
        return False
    if isinstance(party, str) and _party_number(order) != party:
        return False
    if reference is None:
        return True
    if isinstance(reference, Reference):
        return reference in order.references
    return any(each.value == reference for each in order.references)


def _party_number(order: Any) -> str:
    number: str = order.customer if isinstance(order, Order) else order.supplier
    return number


def _party_id(order: Any) -> str | None:
    known: str | None = order.customer_id if isinstance(order, Order) else order.supplier_id
    return known


# -- streams ---------------------------------------------------------------------------------------------------


def list_orders(
    context: Context,
    book: str,
    *,
    modified_since: datetime | None,
    ordered_from: date | None,
    ordered_to: date | None,
    status: Any,
    party: Any,
    limit: int | None,
) -> Iterator[Any]:
    """Stream orders; what the back-end filters too coarsely is filtered again here."""
    context.require(f"{book}.list_modified" if modified_since is not None else f"{book}.list")
    if modified_since is not None and modified_since.utcoffset() is None:
        raise InvalidOrder(
            "modified_since needs a time zone", operation=f"{book}.list", path="modified_since"
        )
    if limit is not None and limit < 0:
        raise InvalidOrder("limit must not be negative", operation=f"{book}.list", path="limit")
    wanted = Listing(
        modified_since=modified_since,
        ordered_from=ordered_from,
        ordered_to=ordered_to,
        status=_statuses(status),
        party=as_party(party),
        limit=limit,
    )
    return _listed(context, book, wanted)


def _statuses(status: Any) -> frozenset[OrderStatus] | None:
    if status is None:
        return None
    if isinstance(status, str):
        return frozenset({OrderStatus(status)})
    return frozenset(OrderStatus(each) for each in status)


def _listed(context: Context, book: str, wanted: Listing) -> Iterator[Any]:
    left = wanted.limit
    plain = wanted == Listing(limit=wanted.limit)
    lowers = context.capabilities.on_cancel_line is OnCancelLine.LOWERED
    if left == 0:
        return
    for order in context.book(book).list(wanted):
        if not plain and not _wanted(order, wanted):
            continue
        yield with_remembered(context, book, order) if lowers else order
        if left is not None:
            left -= 1
            if left == 0:
                return


def _wanted(order: Any, wanted: Listing) -> bool:
    if wanted.status is not None and order.status not in wanted.status:
        return False
    if wanted.party is not None and not _fits(order, None, wanted.party, None, None):
        return False
    day = order.order_date
    if wanted.ordered_from is not None and (day is None or day < wanted.ordered_from):
        return False
    if wanted.ordered_to is not None and (day is None or day > wanted.ordered_to):
        return False
    modified = order.modified_at
    return wanted.modified_since is None or modified is None or modified >= wanted.modified_since


# -- following -------------------------------------------------------------------------------------------------


def track_order(context: Context, book: str, order: OrderFields | str) -> Tracking:
    """Where an order is: by the back-end's own call, or put together from its documents."""
    context.require(f"{book}.track")
    shelf = context.book(book)
    known = read_order(context, book, id_of(order), order.number if isinstance(order, OrderFields) else None)
    where = OrderRef(id=known.id, number=known.number, party=_party_number(known))
    if isinstance(shelf, Tracks) and known.status is not OrderStatus.CANCELLED:
        try:
            return shelf.track(where)
        except NotFound:
            pass  # gone since: what is left of it is told below
    shipments: Sequence[Any] = ()
    if book == "orders" and context.supports("shipments.of"):
        shipments = context.book("shipments").of(where)
    events = tuple(_events_of(context, book, known.id))
    return tracking(known, shipments, events, context.today())


def _events_of(context: Context, book: str, order_id: str) -> Iterator[OrderEvent]:
    kinds = {"create": EventKind.CREATED, "amend": EventKind.AMENDED, "cancel": EventKind.CANCELLED}
    for entry in context.journal.of_entity(book, order_id):
        kind = kinds.get(entry.operation.rpartition(".")[2])
        if kind is not None and entry.state == "confirmed":
            cursor = f"{_JOURNAL_CURSOR}{entry.created_at.isoformat()}"
            yield OrderEvent(
                cursor=cursor, kind=kind, order_id=order_id, number=entry.number, at=entry.settled_at
            )


def events(context: Context, book: str, since: str | None) -> Iterator[OrderEvent]:
    """What happened since a cursor, oldest first; cancellations that left no trace come from the journal.

    A cursor holds the back-end's own and how far the journal was read: ``<time>|<back-end's cursor>``.
    """
    context.require(f"{book}.events")
    shelf = context.book(book)
    if not isinstance(shelf, ReportsEvents):
        raise ErpConnectError(f"the adapter declares {book}.events and does not offer it")
    seen, native = _cursor(since)
    gone = [
        (entry.settled_at or entry.created_at, entry)
        for entry, _ in context.journal.tombstones(book)
        if seen is None or (entry.settled_at or entry.created_at) > seen
    ]
    for at, entry in gone:
        seen = at
        yield OrderEvent(
            cursor=f"{at.isoformat()}|{native or ''}",
            kind=EventKind.CANCELLED,
            order_id=entry.entity_id or "",
            number=entry.number,
            at=at,
        )
    mark = seen.isoformat() if seen is not None else ""
    for event in shelf.events(native):
        yield event.but(cursor=f"{mark}|{event.cursor}")


def _cursor(since: str | None) -> tuple[datetime | None, str | None]:
    if since is None:
        return None, None
    mark, bar, native = since.partition("|")
    if not bar:
        raise NotFound(
            "this is no cursor of an order event", code="cursor_expired", hint="begin with since=None"
        )
    try:
        return (datetime.fromisoformat(mark) if mark else None), native or None
    except ValueError:
        raise NotFound(
            "this is no cursor of an order event", code="cursor_expired", hint="begin with since=None"
        ) from None


def line_id(order: OrderFields, line: LineRef) -> str:
    """The id of a line that a caller names; ``InvalidOrder`` when this version of the order has none such."""
    try:
        return order.line(line).id
    except KeyError as missing:
        raise InvalidOrder(
            str(missing.args[0]), code="line_unknown", path="line", hint="read the order again"
        ) from None
