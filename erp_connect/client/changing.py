"""Changing and cancelling an order as deeds of the journal.

The order as it was read (``before``) and the order as it should be (``expected``) decide what an unanswered
change has done: everything that should have changed has, nothing has, or something else has happened.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Generic, TypeVar

from ..adapters.contract import Conditional, FindsPosted, OnCancel, OnCancelLine, OrderRef, Write, Written
from ..errors import NotFound, VersionConflict
from ..journal import Deed, Entry, Look, Rules, Settled, Sight, canonical
from ..models import Amendment, Difference, DifferenceKind, Order, OrderStatus, PurchaseOrder
from ..rules.diff import changes, moved
from ..rules.stamps import make_stamp
from .context import Context, correlation_id
from .reading import ENTITIES, read_order
from .receipts import Made, receipt, told
from .remembering import (
    differences_from_plain,
    differences_to_plain,
    from_tombstone,
    model_from_plain,
    model_to_plain,
    tombstone_of,
)

E = TypeVar("E", bound=Order | PurchaseOrder)


class OfOrder(Deed[E], Generic[E]):
    """What every write to an existing order has in common."""

    def __init__(
        self,
        context: Context,
        book: str,
        verb: str,
        before: E,
        key: str,
        payload: Any,
        conditional: Conditional,
    ) -> None:
        stamps = context.capabilities.stamp(book)
        self._context = context
        self._book_name = book
        self._attempts = 0
        self.order = before
        self.operation = f"{book}.{verb}"
        self.key = key
        self.payload = payload
        self.stamp = make_stamp(context.system, self.operation, key, stamps.max_length)
        self.rules = Rules.of(stamps, creates=False, conditional=conditional)
        self.timeout = context.timeout
        self.correlation_id = correlation_id()
        self.entity_id = before.id
        self.party = getattr(before, "customer", None) or getattr(before, "supplier", None)
        self.actor = context.actor
        self.before = model_to_plain(before)

    @property
    def _book(self) -> Any:
        return self._context.book(self._book_name)

    def partial(self, entry: Entry) -> Any:
        """A receipt of the order as it stands, with what differs from the wish."""
        stored = read_order(self._context, self._book_name, self.order.id, self.order.number)
        made = Made(self._missed(stored))
        settled = Settled(stored=stored, entity_id=stored.id, number=stored.number, receipt=made)
        return receipt(self._context, settled, entry, replayed=False)

    def _missed(self, stored: E) -> tuple[Difference, ...]:
        return ()

    def replay(self, entry: Entry) -> Settled[E]:
        """The order as it stands now; what this key did to it is remembered."""
        stored: E = read_order(self._context, self._book_name, entry.entity_id or self.order.id, entry.number)
        kept = entry.result if isinstance(entry.result, dict) else {}
        made = Made(differences_from_plain(kept.get("differences")))
        return Settled(stored=stored, entity_id=stored.id, number=stored.number, result=kept, receipt=made)

    def _current(self) -> E | None:
        try:
            order: E = self._book.get(self.order.id)
        except NotFound:
            return None
        return order


def weakest(context: Context, operations: Collection[str]) -> Conditional:
    """How a write of several operations holds to the version: as the weakest of them does."""
    ways = {context.capabilities.conditional(operation) for operation in operations}
    for way in (Conditional.NONE, Conditional.CHECKED):
        if way in ways:
            return way
    return Conditional.ENFORCED


def amend_payload(order_id: str, amendments: Sequence[Amendment]) -> dict[str, Any]:
    """An amendment's wish: the order and the amendments as the caller said them."""
    return {"order": order_id, "amendments": canonical(amendments)}


class Amending(OfOrder[E]):
    """Amendments to one order; ``amendments`` have line ids, ``said`` is what the caller wrote."""

    def __init__(
        self,
        context: Context,
        book: str,
        before: E,
        expected: E,
        amendments: Sequence[Amendment],
        key: str,
        *,
        said: Sequence[Amendment] | None = None,
        allow_loss: Collection[str] = (),
        force: bool = False,
    ) -> None:
        operations = {f"{book}.{amendment.operation}" for amendment in amendments}
        super().__init__(
            context,
            book,
            "amend",
            before,
            key,
            amend_payload(before.id, said if said is not None else amendments),
            weakest(context, operations) if not force else Conditional.NONE,
        )
        self.expected = expected
        self.amendments = tuple(amendments)
        self._allowed = frozenset(allow_loss)
        self._force = force
        self.reason = next((r for each in amendments if (r := getattr(each, "reason", None))), None)

    def send(self, write: Write) -> Written[E] | None:
        """Apply all amendments under the version that they were planned on."""
        write = replace(write, allow_loss=self._allowed, force=self._force)
        again = self._attempts > 0
        self._attempts += 1
        try:
            written: Written[E] = self._book.amend(self.order, self.amendments, write)
        except VersionConflict:
            # Ours, arrived after all, may be what moved the version.
            ours = self._seen(self._current()) if again else None
            if ours is None or ours.written is None:
                raise
            return ours.written
        return written

    def look(self, entry: Entry) -> Look[E]:
        """Read the order and see whether what should have changed has."""
        return self._seen(self._current())

    def _seen(self, current: E | None) -> Look[E]:
        if current is None:
            return Look(sight=Sight.SEVERAL)
        if not self._missed(current):
            return Look(sight=Sight.ONE, written=Written(id=current.id, stored=current))
        return Look(sight=Sight.NONE if not moved(self.order, current) else Sight.SEVERAL)

    def _missed(self, stored: E) -> tuple[Difference, ...]:
        """What should have changed and has not, or otherwise than it should."""
        wished = aligned(self.order, self.expected, stored)
        asked = {change.path for change in changes(self.order, wished)}
        return tuple(
            replace(each, kind=DifferenceKind.CHANGED if each.kind is DifferenceKind.ADDED else each.kind)
            if each.path in asked
            else each
            for each in changes(wished, stored)
            if each.path in asked or each.kind in (DifferenceKind.ADDED, DifferenceKind.MISSING)
        )

    def settle(self, written: Written[E] | None) -> Settled[E]:
        """Read the order back; the differences are between what was asked and what is stored."""
        if written is None:
            raise TypeError("an amendment never ends with the order gone")
        stored: E = written.stored if written.stored is not None else self._book.get(self.order.id)
        differences = self._missed(stored)
        result: dict[str, Any] = {"changes": differences_to_plain(changes(self.order, stored))}
        if differences:
            result["differences"] = differences_to_plain(differences)
        if written.replaced:
            result["replaced"] = {line: list(ids) for line, ids in written.replaced.items()}
        made = Made(differences, told(written.warnings))
        return Settled(stored=stored, entity_id=stored.id, number=stored.number, result=result, receipt=made)


def aligned(before: Any, expected: E, stored: Any) -> E:
    """The expected order with the stored one's ids and positions for lines that are new."""
    known = {line.id for line in before.lines}
    fresh = [line for line in stored.lines if line.id not in known and line.parent_line is None]
    lines = []
    for line in expected.lines:
        if line.id not in known and fresh:
            match = next((each for each in fresh if each.product == line.product), fresh[0])
            fresh.remove(match)
            lines.append(line.but(id=match.id, position=match.position))
        else:
            lines.append(line)
    return expected.but(lines=tuple(lines))


class Cancelling(OfOrder[E]):
    """A whole order, or some of its lines, to be cancelled."""

    def __init__(
        self,
        context: Context,
        book: str,
        before: E,
        lines: Sequence[str] | None,
        reason: str,
        key: str,
    ) -> None:
        operation = "cancel" if lines is None else "cancel_line"
        super().__init__(
            context,
            book,
            "cancel",
            before,
            key,
            {"order": before.id, "lines": None if lines is None else list(lines), "reason": reason},
            context.capabilities.conditional(f"{book}.{operation}"),
        )
        self.lines = None if lines is None else tuple(lines)
        self.reason = reason

    def send(self, write: Write) -> Written[E] | None:
        """Cancel what is open."""
        again = self._attempts > 0
        self._attempts += 1
        try:
            written: Written[E] | None = self._book.cancel(self.order, self.lines, write)
        except (VersionConflict, NotFound):
            ours = self._seen(self._current()) if again else None
            if ours is None or ours.sight is not Sight.ONE:
                raise
            return ours.written
        return written

    def look(self, entry: Entry) -> Look[E]:
        """Gone, or nothing of it open any more, is done."""
        return self._seen(self._current())

    def _seen(self, current: E | None) -> Look[E]:
        if current is None:
            # An order that is deleted on cancelling and is not there: done, unless it was posted meanwhile,
            # which settling finds out.
            gone = self._context.capabilities.on_cancel is OnCancel.GONE and self.lines is None
            return Look(sight=Sight.ONE if gone else Sight.SEVERAL)
        if self._closed(current):
            return Look(sight=Sight.ONE, written=Written(id=current.id, stored=current))
        return Look(sight=Sight.NONE if not moved(self.order, current) else Sight.SEVERAL)

    def _closed(self, current: E) -> bool:
        if self.lines is None and current.status in (OrderStatus.CANCELLED, OrderStatus.REJECTED):
            return True
        wanted = {line.id for line in self.order.lines} if self.lines is None else set(self.lines)
        # A line that is gone is closed too.
        return not any(line.quantities.open > 0 for line in current.lines if line.id in wanted)

    def settle(self, written: Written[E] | None) -> Settled[E]:
        """Read back what is left; an order that is gone is told from its posted documents, or as a tombstone."""
        if written is None:
            return self._gone()
        stored: E = written.stored if written.stored is not None else self._book.get(self.order.id)
        result: dict[str, Any] = {"changes": differences_to_plain(changes(self.order, stored))}
        lowered = self._lowered(stored)
        if lowered:
            result["lowered"] = {line: format(quantity, "f") for line, quantity in lowered.items()}
            stored = stored.but(
                lines=tuple(
                    line.but(
                        quantities=line.quantities.but(
                            ordered=line.quantities.ordered + lowered[line.id],
                            cancelled=(line.quantities.cancelled or Decimal(0)) + lowered[line.id],
                        )
                    )
                    if line.id in lowered
                    else line
                    for line in stored.lines
                )
            )
        made = Made((), told(written.warnings))
        return Settled(stored=stored, entity_id=stored.id, number=stored.number, result=result, receipt=made)

    def _lowered(self, stored: E) -> Mapping[str, Decimal]:
        if self._context.capabilities.on_cancel_line is not OnCancelLine.LOWERED:
            return {}
        was = {line.id: line.quantities.ordered for line in self.order.lines}
        return {
            line.id: was[line.id] - line.quantities.ordered
            for line in stored.lines
            if line.id in was and was[line.id] > line.quantities.ordered
        }

    def _gone(self) -> Settled[E]:
        where = OrderRef(id=self.order.id, number=self.order.number)
        posted = self._book.posted(where) if isinstance(self._book, FindsPosted) else None
        if posted is not None:
            return Settled(
                stored=posted, entity_id=self.order.id, number=self.order.number, result={}, receipt=Made()
            )
        tombstone = tombstone_of(self.order, self.reason, self._context.clock.now())
        stored: E = from_tombstone(ENTITIES[self._book_name], tombstone)
        return Settled(
            stored=stored,
            entity_id=self.order.id,
            number=self.order.number,
            result={"tombstone": tombstone},
            receipt=Made(),
        )


def before_of(entry: Entry) -> Any:
    """The order as it was before an entry's write."""
    return model_from_plain(ENTITIES[entry.book], entry.before)
