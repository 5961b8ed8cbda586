"""What must hold in every schedule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...journal.records import Entry, State
from .backend import Book, Habits, Standing
from .production import End

_ENDS: Final = frozenset({State.CONFIRMED, State.REFUSED, State.NEVER_SENT, State.PARTIAL, State.UNKNOWN})
_FREE: Final = frozenset({State.REFUSED, State.NEVER_SENT})


class Broken(Exception):
    """An invariant does not hold."""


def of_answer(end: End, key: str, book: Book, habits: Habits) -> None:
    """What a caller was told is true at that moment."""
    if end.kind == "defect":
        raise Broken(f"a call for {key} ended in {end.value}")
    if end.kind == "unknown" and not _may_stay_unknown(habits):
        raise Broken(f"{key} was left unknown although the back-end can be asked")
    if end.kind == "done":
        order = book.order(end.value)
        if order is None:
            raise Broken(f"{key} was confirmed as {end.value}, which does not exist")
        if not habits.amends and not habits.twins and order.label != key:
            raise Broken(f"{key} was confirmed as {end.value}, which was made for {order.label}")


def at_the_end(rows: Sequence[Entry], book: Book, habits: Habits, jobs: Sequence[Sequence[str]]) -> None:
    """Once every client is done and nothing runs any more, journal and back-end agree on every key."""
    by_key = {row.key: row for row in rows}
    for key in sorted({key for job in jobs for key in job}):
        row = by_key.get(key)
        unnoted = habits.amends or habits.transactional
        if row is None and unnoted and not _done_under(key, book, habits):
            # Refused before anything was begun; or in our own database, where a refusal is noted if it can be.
            continue
        if row is None:
            raise Broken(f"the journal knows nothing of {key}")
        if row.state not in _ENDS or row.owner is not None:
            raise Broken(f"{key} is left {row.state}, and somebody still holds it")
        if row.state is State.UNKNOWN and not _may_stay_unknown(habits):
            raise Broken(f"{key} is left unknown although the back-end can be asked")
        if habits.twins:
            continue
        done = _done_under(key, book, habits)
        if len(done) > 1:
            raise Broken(
                f"two orders for {key}: {', '.join(done)}" if not habits.amends else f"{key} was done twice"
            )
        if row.state is State.CONFIRMED and not done:
            raise Broken(f"{key} is confirmed, and nothing of it stands")
        if row.state in _FREE and done:
            raise Broken(f"{key} is {row.state}, and {done[0]} stands")
        if row.state is State.CONFIRMED and not habits.amends:
            _whole(key, book.order(row.entity_id or ""), habits)
    if habits.twins:
        _one_each(rows, book)


def _one_each(rows: Sequence[Entry], book: Book) -> None:
    """Keys that wish for the same: whose order is whose cannot be seen, but each has its own."""
    ids = [row.entity_id for row in rows if row.state is State.CONFIRMED]
    if len(set(ids)) < len(ids):
        raise Broken(f"two keys are confirmed as one order: {', '.join(str(id) for id in ids)}")
    if any(book.order(id or "") is None for id in ids):
        raise Broken("a key is confirmed as an order that does not exist")
    open_ones = sum(row.state is State.UNKNOWN for row in rows)
    if len(book.orders) > len(ids) + open_ones:
        raise Broken(f"{len(book.orders)} orders for {len(ids)} confirmed keys and {open_ones} unknown ones")


def _may_stay_unknown(habits: Habits) -> bool:
    """Where nobody can be asked; or where a rival's change hides what became of one's own."""
    return not habits.asks or habits.amends or habits.twins


def _done_under(key: str, book: Book, habits: Habits) -> list[str]:
    """The orders that were made for a key; of amendments, the lines."""
    if habits.amends:
        return [line[0] for order in book.orders for line in order.lines if line[2] == key]
    return [order.id for order in book.orders if order.label == key]


def _whole(key: str, order: Standing | None, habits: Habits) -> None:
    if order is None:
        raise Broken(f"{key} is confirmed as an order that does not exist")
    products = [line[0] for line in order.lines]
    if sorted(products) != (["GASKET", "VALVE"] if habits.steps else ["VALVE"]):
        raise Broken(f"{key} is confirmed, and its order has the lines {', '.join(products) or 'none'}")
