"""Cancelling an order, or some of its lines, as a deed of the journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from pydantic import ValidationError

from ..adapters.contract import Conditional, FindsPosted, OnCancel, OrderRef, Write, Written
from ..errors import InvalidOrder
from ..journal import Entry, Look, Settled, Sight
from ..models import LineRef, OrderFields, OrderLine, OrderStatus, Value
from ..models.base import Code
from ..rules.diff import changes, moved
from .changing import E, OfOrder, before_of
from .context import Context
from .lowered import added, as_plain, newly_lowered, with_lowered, without_lowered
from .reading import ENTITIES, line_id
from .receipts import Made, told
from .remembering import differences_to_plain, from_tombstone, tombstone_of

Said = tuple[str | int, ...] | None
"""Lines as the caller named them: ids and positions; None for the whole order."""


def lines_said(lines: Sequence[LineRef] | LineRef | None) -> Said:
    """Every accepted form of ``lines`` in one; ``InvalidOrder`` for an empty one: nothing named is not everything."""
    if lines is None:
        return None
    several = [lines] if isinstance(lines, str | int | OrderLine) else list(lines)
    if not several:
        raise InvalidOrder("lines is empty; leave it out to cancel the whole order", path="lines")
    return tuple(dict.fromkeys(each.id if isinstance(each, OrderLine) else each for each in several))


class _Given(Value):
    reason: Code


def reason_said(reason: object, operation: str) -> str:
    """The reason as it is kept; ``InvalidOrder`` for none."""
    try:
        return _Given.model_validate({"reason": reason}).reason
    except ValidationError as refusal:
        said = refusal.errors(include_input=False, include_url=False)[0]["msg"]
        raise InvalidOrder(
            f"a cancellation needs a reason in words: it {said}", operation=operation, path="reason"
        ) from None


def cancel_payload(order_id: str, said: Said, reason: str) -> dict[str, Any]:
    """A cancellation's wish, as the caller said it."""
    return {"order": order_id, "lines": None if said is None else list(said), "reason": reason}


def lines_meant(context: Context, book: str, order: OrderFields, said: Said) -> tuple[str, ...] | None:
    """Line ids; None for the whole order, which all of its open lines together are too."""
    if said is None:
        return None
    wanted = tuple(dict.fromkeys(line_id(order, line) for line in said))
    still_open = {line.id for line in order.lines if line.quantities.open > 0}
    whole = bool(still_open) and still_open <= set(wanted) and context.supports(f"{book}.cancel")
    return None if whole else wanted


class Cancelling(OfOrder[E]):
    """What is open of a whole order, or of some of its lines, to be cancelled."""

    def __init__(
        self, context: Context, book: str, before: E, said: Said, reason: str, key: str, payload: Any = None
    ) -> None:
        self.lines = lines_meant(context, book, before, said)
        self._said = said
        super().__init__(
            context,
            book,
            "cancel",
            before,
            key,
            payload or cancel_payload(before.id, said, reason),
            conditional_of(context, book, self.lines),
        )
        self.reason = reason

    @classmethod
    def again(cls, context: Context, entry: Entry) -> Cancelling[Any]:
        """The deed of an entry: what was said to the order as it was."""
        told_lines = entry.payload["lines"]
        said = None if told_lines is None else tuple(told_lines)
        reason = entry.payload["reason"]
        return cls(context, entry.book, before_of(entry), said, reason, entry.key, entry.payload)

    def adopt(self, entry: Entry) -> None:
        """Begin from the order as it was before the first request."""
        super().adopt(entry)
        self.lines = lines_meant(self._context, self._book_name, self.order, self._said)

    def send(self, write: Write) -> Written[E] | None:
        """Cancel what is open."""
        written: Written[E] | None = self._book.cancel(self._native(), self.lines, write)
        return written

    def look(self, entry: Entry) -> Look[E]:
        """Gone, or nothing of it open any more, is done."""
        current = self._current()
        if current is None:
            # An order that is deleted on cancelling and is not there: done, unless it was posted meanwhile,
            # which settling finds out.
            gone = self._context.capabilities.on_cancel is OnCancel.GONE and self.lines is None
            return Look(sight=Sight.ONE if gone else Sight.SEVERAL)
        if self._closed(current):
            native = cast("E", without_lowered(current, self._lowered))
            return Look(sight=Sight.ONE, written=Written(id=current.id, stored=native))
        as_before = self._wanted_lines(current) == self._wanted_lines(self.order)
        return Look(sight=Sight.NONE if as_before or not moved(self.order, current) else Sight.SEVERAL)

    def _wanted_lines(self, order: OrderFields) -> dict[str, Any]:
        named = self._named
        return {
            line.id: line.quantities.ordered - (line.quantities.cancelled or 0)
            for line in order.lines
            if line.id in named
        }

    @property
    def _named(self) -> set[str]:
        return {line.id for line in self.order.lines} if self.lines is None else set(self.lines)

    def _closed(self, current: E) -> bool:
        if self.lines is None and current.status in (OrderStatus.CANCELLED, OrderStatus.REJECTED):
            return True
        named = self._named
        # A line that is gone is closed too.
        return not any(line.quantities.open > 0 for line in current.lines if line.id in named)

    def settle(self, written: Written[E] | None) -> Settled[E]:
        """Read back what is left; an order that is gone is told from its posted documents, or as a tombstone."""
        if written is None:
            return self._gone()
        native: E = written.stored if written.stored is not None else self._book.get(self.order.id)
        known = self._lowered
        result: dict[str, Any] = {}
        if self._context.lowers:
            fresh = newly_lowered(self.order, known, native, tuple(self._named))
            result["lowered"] = as_plain(fresh)
            known = added(known, fresh)
        stored: E = with_lowered(native, known)
        result["changes"] = differences_to_plain(changes(self.order, stored))
        return self._settled(stored, result, Made((), told(written.warnings)))

    def _gone(self) -> Settled[E]:
        where = OrderRef(id=self.order.id, number=self.order.number)
        posted = self._book.posted(where) if isinstance(self._book, FindsPosted) else None
        if posted is not None:
            return self._settled(posted, {}, Made())
        tombstone = tombstone_of(self.order, self.reason, self._now())
        stored: E = from_tombstone(ENTITIES[self._book_name], tombstone)
        return self._settled(stored, {"tombstone": tombstone}, Made())

    def _now(self) -> datetime:
        return self._context.clock.now()


def conditional_of(context: Context, book: str, lines: Sequence[str] | None) -> Conditional:
    """How cancelling these lines, or (None) the whole order, holds to the version."""
    return context.capabilities.conditional(f"{book}.{'cancel' if lines is None else 'cancel_line'}")
