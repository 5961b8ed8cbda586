"""The scripted back-end: an order book that does what the scheduler says, and its habits as data.

The back-end notes for which key each order was made.  Nothing in production code sees that: it is the truth
that the invariants compare with.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, NamedTuple, cast

from ...adapters.contract import StampPolicy
from .seam import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """One class of back-end: what it declares, and what it really does.

    ``timeout``: seconds that clients wait for an answer; where short, rivals ask less often for a lease.
    ``runs_on``: seconds after its arrival that a request may still commit; never more than the declared window.
    ``steps``: header first, then each line.  ``amends``: the writes are amendments of one order, not creates.
    ``records``: a write is answered with the stored order.  ``busy``: a refusal may be one that passes.
    ``twins``: both keys wish for the same under one PO number.
    ``blocks``: each client creates all its orders by one ``create_many``, and a block is one request.
    ``transactional``: it is a database of our own, and the journal stands in it.
    """

    name: str
    said: str
    stamps: StampPolicy
    runs_on: float = 0.0
    timeout: float = 0.05
    steps: bool = False
    amends: bool = False
    records: bool = True
    busy: bool = False
    twins: bool = False
    transactional: bool = False
    blocks: bool = False

    @property
    def asks(self) -> bool:
        """Whether an unanswered write can be looked up at all."""
        return self.stamps.searchable


class Standing(NamedTuple):
    """One order that stands in the back-end."""

    id: str
    label: str
    stamp: str | None
    po: str | None
    lines: tuple[tuple[str, int, str], ...]
    """Product, quantity, and the key that the line was written for."""
    at: int


class Running(NamedTuple):
    """A request that its client has given up, and that may still commit."""

    verb: str
    arguments: tuple[Hashable, ...]
    label: str
    deadline: int


BASE: Final = Standing("base#1", "base", None, "PO-0", (("VALVE", 1, "base"),), 0)
"""The order that amendments are about."""


class Book(NamedTuple):
    """All that the back-end holds."""

    orders: tuple[Standing, ...] = ()
    running: tuple[Running, ...] = ()
    removed: tuple[str, ...] = ()
    """For which keys orders were removed again: their numbers are not given twice."""

    def order(self, id: str) -> Standing | None:
        """The order with this id."""
        return next((order for order in self.orders if order.id == id), None)


def changed(
    book: Book, verb: str, arguments: tuple[Hashable, ...], label: str, now: int, habits: Habits
) -> tuple[Book, Hashable]:
    """The book after a changing request has run, and its answer."""
    match verb:
        case "create" | "create header":
            stamp, po, lines = arguments
            if habits.stamps.enforced and any(order.stamp == stamp for order in book.orders):
                return book, ("duplicate", None)
            count = sum(order.label == label for order in book.orders) + book.removed.count(label)
            made = Standing(f"{label}#{count + 1}", label, stamp, po, lines, now)  # type: ignore[arg-type]
            return _with(book, made), ("made", made)
        case "create block":
            made_of: list[Hashable] = []
            for stamp, po, lines, key in cast(
                "tuple[tuple[Hashable, Hashable, Hashable, str], ...]", arguments
            ):
                book, answer = changed(book, "create", (stamp, po, lines), key, now, habits)
                made_of.append(answer)
            return book, ("block", tuple(made_of))
        case "add line" | "amend":
            id, line = arguments
            order = book.order(str(id))
            if order is None:
                return book, ("not found", None)
            grown = order._replace(lines=(*order.lines, line))  # type: ignore[arg-type]
            return _with(book, grown), ("made", grown)
        case "remove":
            (id,) = arguments
            if book.order(str(id)) is None:
                return book, ("not found", None)
            rest = tuple(order for order in book.orders if order.id != id)
            removed = tuple(sorted((*book.removed, str(id).rpartition("#")[0])))
            return book._replace(orders=rest, removed=removed), ("done", None)
    raise AssertionError(verb)


def _with(book: Book, order: Standing) -> Book:
    others = [each for each in book.orders if each.id != order.id]
    return book._replace(orders=tuple(sorted((*others, order))))


def seen(book: Book, request: Request, now: int, habits: Habits, *, stale: bool) -> Hashable:
    """What a read shows; a stale search leaves out what is younger than the declared delay."""
    if request.verb == "get":
        order = book.order(str(request.arguments[0]))
        return ("not found", None) if order is None else ("made", order)
    if request.verb == "find many":
        stamps = request.arguments
        found = tuple(
            order
            for order in book.orders
            if order.stamp in stamps and not (stale and young(order, now, habits))
        )
        return ("found", found)
    stamp, po = request.arguments
    found = tuple(
        order
        for order in book.orders
        if (stamp is None or order.stamp == stamp)
        and (po is None or order.po == po)
        and not (stale and young(order, now, habits))
    )
    return ("found", found)


def young(order: Standing, now: int, habits: Habits) -> bool:
    """Whether a search need not show the order yet."""
    return now - order.at < habits.stamps.visibility_delay * 1000
