"""Reading orders: by id, by what people say, as a stream; gone ones are told from what is left of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from ..adapters.contract import Find, FindsPosted, Listing, OrderRef, StampKind
from ..errors import InvalidOrder, NotFound
from ..models import LineRef, Order, OrderFields, OrderStatus, PurchaseOrder, Ref, Reference
from ..rules.naming import line_of
from ..rules.normalising import normalised
from ..rules.stamps import make_stamp
from . import arguments
from .context import Context
from .fitting import normalisation_of, room_for_stamp
from .lowered import as_seen
from .remembering import from_tombstone

ENTITIES: Final[Mapping[str, type[Order] | type[PurchaseOrder]]] = {
    "orders": Order,
    "purchase_orders": PurchaseOrder,
}


def id_of(order: OrderFields | str, book: str) -> str:
    """The native id of what a caller names an order by: the order itself, or its id."""
    if isinstance(order, ENTITIES[book]):
        return order.id
    if isinstance(order, str):
        return order
    kind = ENTITIES[book].__name__
    raise TypeError(f"erp.{book} names an order by its {kind} or its id (a str), not {type(order).__name__}")


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
    return as_seen(context, book, order)


def _number_of(context: Context, book: str, order_id: str) -> str | None:
    numbers = [entry.number for entry in context.journal.of_entity(book, order_id) if entry.number]
    return numbers[-1] if numbers else None


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
    """Orders that match exactly, compared again here; empty when nothing is found.

    By its number a cancelled order is found that the back-end has deleted.
    """
    given = (number, party, customer_po, key, reference)
    if all(each is None for each in given):
        raise InvalidOrder(f"{book}.find needs at least one thing to look for", operation=f"{book}.find")
    context.require(f"{book}.find")
    rule = normalisation_of(context.capabilities)
    asked = f"{book}.find"
    wanted_party = arguments.party(party, "customer" if book == "orders" else "supplier", asked)
    for name, value in (("number", number), ("customer_po", customer_po), ("key", key)):
        arguments.text(value, name, asked)
    arguments.reference(reference, asked)
    po_number = normalised(customer_po, rule("order.customer_po"))
    if key is not None:
        found = _by_key(context, book, key)
    else:
        value = reference.value if isinstance(reference, Reference) else reference
        wanted = Find(number=number, party=wanted_party, customer_po=po_number, reference=value)
        found = tuple(as_seen(context, book, each) for each in context.book(book).find(wanted))
        if number is not None and not found:
            kind = ENTITIES[book]
            found = tuple(from_tombstone(kind, kept) for _, kept in context.journal.tombstones(book, number))
    return tuple(each for each in found if _fits(each, number, wanted_party, po_number, reference))


def _by_key(context: Context, book: str, key: str) -> tuple[Any, ...]:
    """The order that a key has made: known to the journal, or by the key's stamp where the back-end can be asked."""
    entry = context.journal.entry(key)
    if entry is not None and entry.operation == f"{book}.create" and entry.entity_id is not None:
        try:
            return (read_order(context, book, entry.entity_id, entry.number),)
        except NotFound:
            return ()
    policy = context.capabilities.stamp(book)
    if not policy.searchable or policy.kind is StampKind.NONE:
        return ()
    stamp = make_stamp(context.system, book, key, room_for_stamp(policy))
    return tuple(as_seen(context, book, each) for each in context.book(book).find(Find(stamp=stamp)))


def _fits(
    order: Any,
    number: str | None,
    party: str | Ref | None,
    customer_po: str | None,
    reference: Reference | str | None,
) -> bool:
    if number is not None and not _same_number(order.number, number):
        return False
    if customer_po is not None and order.customer_po != customer_po:
        return False
    if isinstance(party, Ref) and party.id not in (_party_id(order), party_number(order)):
        return False
    if isinstance(party, str) and not _same_number(party_number(order), party):
        return False
    if reference is None:
        return True
    if isinstance(reference, Reference):
        return reference in order.references
    return any(each.value == reference for each in order.references)


def _same_number(shown: str | None, asked: str) -> bool:
    """Whether a back-end that was asked for one number may have answered with the other.

    Some show a number of digits without the zeros before it and take it with them (sap.md 4.2); that it is the record
    asked for, the back-end has said.
    """
    if shown == asked:
        return True
    digits = shown is not None and shown.isdecimal() and asked.isdecimal()
    return digits and str(shown).lstrip("0") == asked.lstrip("0")


def party_number(order: Any) -> str:
    """The number of an order's customer or supplier."""
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
    asked = f"{book}.list"
    wanted = Listing(
        modified_since=arguments.instant(modified_since, "modified_since", asked),
        ordered_from=arguments.day(ordered_from, "ordered_from", asked),
        ordered_to=arguments.day(ordered_to, "ordered_to", asked),
        status=_statuses(status, asked),
        party=arguments.party(party, "customer" if book == "orders" else "supplier", asked),
    )
    return _listed(context, book, wanted, arguments.count(limit, "limit", asked))


def _statuses(status: Any, operation: str) -> frozenset[OrderStatus] | None:
    if status is None:
        return None
    try:
        return frozenset({OrderStatus(each) for each in ([status] if isinstance(status, str) else status)})
    except (ValueError, TypeError):
        known = ", ".join(OrderStatus)
        raise InvalidOrder(
            "there is no such status", operation=operation, path="status", hint=f"known are {known}"
        ) from None


def _listed(context: Context, book: str, wanted: Listing, limit: int | None) -> Iterator[Any]:
    left = limit
    plain = wanted == Listing()
    if plain and limit is not None:
        # Only where nothing is filtered again here can the back-end do the counting.
        wanted = Listing(limit=limit)
    if left == 0:
        return
    for order in context.book(book).list(wanted):
        if not plain and not _wanted(order, wanted):
            continue
        yield as_seen(context, book, order) if context.lowers else order
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


def line_id(order: OrderFields, line: LineRef) -> str:
    """The id of a line that a caller names; ``InvalidOrder`` when this version of the order has none such."""
    return line_of(order, line, "line").id
