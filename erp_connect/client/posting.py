"""Postings on an order (shipment, goods receipt, return) as deeds of the journal.

Most back-ends have no place for a stamp on these documents: an unanswered posting is settled by the documents
before and after, or, where documents cannot be listed, by what has moved on the order's lines.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Generic, TypeVar

from ..adapters.contract import Conditional, StampKind, Write, Written
from ..errors import DuplicateReference, NotFound, TransportError, VersionConflict
from ..journal import Deed, Entry, Look, Outcome, Rules, Settled, Sight, State, canonical, number
from ..models import Difference, Entity, LineQuantity, OrderFields, WriteReceipt
from ..models.receipt import DifferenceKind
from ..rules.stamps import make_stamp
from . import fitting
from .context import Context, correlation_id, key_of
from .lowered import lowered, without_lowered
from .reading import party_number, read_order
from .receipts import Made, of_outcome, told
from .remembering import (
    differences_from_plain,
    differences_to_plain,
    model_from_plain,
    model_to_plain,
)

E = TypeVar("E", bound=Entity)
_TRIES: Final = 3
Quantities = Mapping[str, Decimal]
"""Quantities by line id, in each line's unit."""


class Paper(ABC, Generic[E]):
    """One kind of document that is posted on orders: how it is sent and found."""

    operation: str
    """``shipments.post``"""
    stamped_in: str
    """The book whose stamp policy holds for it."""
    orders: str
    """The book of the orders that it is about."""
    entity: type[E]

    def __init__(self, context: Context) -> None:
        self.context = context

    @abstractmethod
    def send(self, order: Any, lines: tuple[LineQuantity, ...], payload: Any, write: Write) -> Written[E]:
        """Post it; ``payload`` is the wish in its canonical form."""

    @property
    @abstractmethod
    def listed(self) -> bool:
        """Whether the documents of an order can be asked for."""

    @abstractmethod
    def of(self, order: Any) -> Sequence[E]:
        """The documents of an order."""

    def stamped(self, stamp: str) -> Sequence[E]:
        """The documents that carry a stamp; none, where no such search is offered."""
        return ()

    @abstractmethod
    def moved(self, line: Any) -> Decimal:
        """How much of a line such documents have moved already."""

    @abstractmethod
    def bare(self, id: str, order: Any, lines: Quantities) -> E:
        """What can be said of a document that the back-end does not show."""


class Posting(Deed[E], Generic[E]):
    """One document to be posted on an order, for these lines."""

    def __init__(
        self,
        context: Context,
        paper: Paper[E],
        order: OrderFields,
        wished: Quantities,
        key: str,
        payload: Any,
        *,
        before: Any = None,
        reason: str | None = None,
    ) -> None:
        stamps = context.capabilities.stamp(paper.stamped_in)
        self._context = context
        self._paper = paper
        self._order = order
        self.operation = paper.operation
        self.key = key
        self.payload = payload
        self.stamp = make_stamp(context.system, paper.operation, key, fitting.room_for_stamp(stamps))
        self._searchable = (
            stamps.searchable and stamps.kind is not StampKind.NONE and paper.stamped_in == "returns"
        )
        self.rules = Rules.of(stamps, creates=True, conditional=Conditional.NONE)
        self.timeout = context.timeout
        self.correlation_id = correlation_id()
        self.entity_id = order.id
        self.party = party_number(order)
        self.actor = context.actor
        self.reason = reason
        self.before = before if before is not None else self._before(wished)

    def _before(self, wished: Quantities) -> dict[str, Any]:
        """What stands before the first request, and what that request asks for."""
        moved = {line.id: self._paper.moved(line) for line in self._order.lines}
        known = [each.id for each in self._paper.of(self._order)] if self._paper.listed else []
        return {"known": known, "wished": _plain(wished), "moved": _plain(moved)}

    @classmethod
    def again(cls, context: Context, paper: Paper[E], entry: Entry) -> Posting[E]:
        """The deed of an entry, with what stood before its first request."""
        order = read_order(context, paper.orders, entry.payload["order"])
        return cls(
            context,
            paper,
            order,
            {},
            entry.key,
            entry.payload,
            before=entry.before,
            reason=entry.reason,
        )

    def adopt(self, entry: Entry) -> None:
        """What was wished, and stood before, is told by the entry."""
        self.before = entry.before

    @property
    def _wished(self) -> Quantities:
        return _quantities(self.before["wished"])

    def send(self, write: Write) -> Written[E] | None:
        """Post it."""
        lines = tuple(LineQuantity(line=line, quantity=much) for line, much in self._wished.items())
        native = without_lowered(self._order, lowered(self._context, self._paper.orders, self._order.id))
        try:
            return self._paper.send(native, lines, self.payload, write)
        except DuplicateReference as refusal:
            # A document with our stamp stands: a request of this key that had arrived after all.
            if (
                write.transaction is not None
                or not self._context.capabilities.stamp(self._paper.stamped_in).enforced
            ):
                raise
            seen = self._seen()
            if seen.written is None:
                raise TransportError(
                    "the back-end has a document with this key's stamp and does not show it yet",
                    outcome="unknown",
                    operation=self.operation,
                    code="not_visible",
                    native=refusal.native,
                ) from refusal
            return seen.written

    def look(self, entry: Entry) -> Look[E]:
        """One new document that says what was wished is ours."""
        return self._seen()

    def _seen(self) -> Look[E]:
        if self._searchable:
            return _one_of(self._paper.stamped(self.stamp))
        if not self._paper.listed:
            return self._by_quantities()
        known = set(self.before["known"])
        wished = self._wished
        return _one_of(
            [
                each
                for each in self._paper.of(self._order)
                if each.id not in known and same_quantities(wished, getattr(each, "lines", ()))
            ]
        )

    def _by_quantities(self) -> Look[E]:
        """Documents are not to be had: what has moved on the order's lines says whether it was posted."""
        try:
            current = read_order(self._context, self._paper.orders, self._order.id, self._order.number)
        except NotFound:
            return Look(sight=Sight.SEVERAL)
        before, wished = _quantities(self.before["moved"]), self._wished
        now = {line.id: self._paper.moved(line) for line in current.lines}
        if now == before:
            return Look(sight=Sight.NONE)
        after = {line: much + wished.get(line, Decimal(0)) for line, much in before.items()}
        if {line: after.get(line) for line in now} != now:
            return Look(sight=Sight.SEVERAL)
        bare = self._paper.bare(self.stamp, current, wished)
        return Look(sight=Sight.ONE, written=Written(id=bare.id, stored=bare))

    def settle(self, written: Written[E] | None) -> Settled[E]:
        """Read the document back."""
        if written is None:
            raise TypeError("a posting never ends with the document gone")
        stored = written.stored if written.stored is not None else self._read(written.id)
        result = {**self.unread(stored.id), **self._kept(stored)}
        if differences := self._differences(stored):
            result["differences"] = differences_to_plain(differences)
        return self._settled(stored, result, told(written.warnings))

    def _differences(self, stored: E) -> tuple[Difference, ...]:
        """Where the document says another quantity of a line than was asked for."""
        shown: dict[str, Decimal] = {}
        for each in getattr(stored, "lines", ()):
            shown[each.order_line_id] = shown.get(each.order_line_id, Decimal(0)) + each.quantity
        if not shown:
            return ()  # it shows no lines at all
        return tuple(
            Difference(
                path=f"lines[{place}].quantity",
                kind=DifferenceKind.CHANGED if line in shown else DifferenceKind.MISSING,
                sent=wished,
                stored=shown.get(line),
                line_id=line,
            )
            for place, (line, wished) in enumerate(self._wished.items())
            if shown.get(line) != wished
        )

    def _kept(self, stored: E) -> dict[str, Any]:
        return {} if self._paper.listed else {"stored": model_to_plain(stored)}

    def unread(self, id: str) -> Mapping[str, Any]:
        """The document's id: the entry's own is the order's."""
        return {"document": id}

    def replay(self, entry: Entry) -> Settled[E]:
        """The document that this key posted, as it stands now."""
        result = entry.result if isinstance(entry.result, dict) else {}
        stored = (
            self._remembered(result) if not self._paper.listed else self._read(result.get("document") or "")
        )
        return self._settled(stored, result, ())

    def _remembered(self, result: Mapping[str, Any]) -> E:
        if "stored" in result:
            return model_from_plain(self._paper.entity, result["stored"])
        return self._paper.bare(str(result.get("document") or self.stamp), self._order, {})

    def _settled(self, stored: E, result: Mapping[str, Any], warnings: Any) -> Settled[E]:
        return Settled(
            stored=stored,
            entity_id=self._order.id,
            number=self._order.number,
            result=result,
            receipt=Made(differences_from_plain(result.get("differences")), warnings),
        )

    def _read(self, document: str) -> E:
        for each in self._paper.of(self._order) if self._paper.listed else ():
            if each.id == document:
                return each
        raise NotFound(
            "the document that was posted is not among the order's any more", operation=self.operation
        )

    def partial(self, entry: Entry) -> Any:
        """Nothing: a document stands whole, or not at all."""
        return None


def post(
    context: Context,
    paper: Paper[E],
    order: OrderFields,
    wished: Callable[[Any], Quantities],
    key: str | None,
    payload: Any,
    *,
    reason: str | None = None,
) -> WriteReceipt[E]:
    """Post it, exactly once for each key; ``wished`` is reckoned only where nothing was begun under the key.

    A posting names lines and quantities, not a version: an order that moved meanwhile is read again.
    """
    earlier = context.journal.earlier(key, paper.operation, payload)
    deed: Posting[E]
    if earlier is not None and earlier.state is State.CONFIRMED:
        deed = Posting(context, paper, order, {}, earlier.key, payload, before=earlier.before or {})
        return of_outcome(context, Outcome(deed.replay(earlier), earlier, replayed=True))
    if earlier is not None:
        deed = Posting.again(context, paper, earlier)
        return of_outcome(context, context.journal.write(deed))
    name = key_of(key)
    for attempt in range(1, _TRIES + 1):
        deed = Posting(context, paper, order, wished(order), name, payload, reason=reason)
        try:
            return of_outcome(context, context.journal.write(deed))
        except VersionConflict:
            if attempt == _TRIES:
                raise
            order = read_order(context, paper.orders, order.id, order.number)
    raise AssertionError("the last attempt returns or raises")


def quantities_of(lines: Sequence[LineQuantity]) -> dict[str, Decimal]:
    """By line id; a line that is named twice is meant twice."""
    found: dict[str, Decimal] = {}
    for each in lines:
        if each.quantity is not None:
            found[str(each.line)] = found.get(str(each.line), Decimal(0)) + each.quantity
    return found


def posting_payload(order: OrderFields, lines: Sequence[LineQuantity], **more: Any) -> dict[str, Any]:
    """A posting's wish, as the caller said it: 5 and 5.00 are the same."""
    said = [
        [
            each.line if isinstance(each.line, str | int) else each.line.id,
            None if each.quantity is None else number(each.quantity),
        ]
        for each in lines
    ]
    return {"order": order.id, "lines": said, **canonical(more)}


def same_quantities(wished: Quantities, lines: Sequence[Any]) -> bool:
    """Whether a document's lines are those that were wished, and no others."""
    stands: dict[str, Decimal] = {}
    for line in lines:
        stands[line.order_line_id] = stands.get(line.order_line_id, Decimal(0)) + line.quantity
    return stands == wished


def _one_of(found: Sequence[E]) -> Look[E]:
    if len(found) > 1:
        return Look(sight=Sight.SEVERAL)
    if not found:
        return Look(sight=Sight.NONE)
    return Look(sight=Sight.ONE, written=Written(id=found[0].id, stored=found[0]))


def _plain(quantities: Quantities) -> dict[str, str]:
    return {line: number(much) for line, much in quantities.items()}


def _quantities(told_quantities: Mapping[str, str]) -> dict[str, Decimal]:
    return {line: Decimal(much) for line, much in told_quantities.items()}
