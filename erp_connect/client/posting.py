"""Postings on an order (shipment, goods receipt, confirmation, return) as deeds of the journal.

Most back-ends have no place for a stamp on these documents: an unanswered posting is settled by the documents
and quantities before and after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Generic, TypeVar

from ..adapters.contract import Conditional, Write, Written
from ..errors import NotFound
from ..journal import Deed, Entry, Look, Rules, Settled, Sight
from ..models import Entity, OrderFields
from ..rules.stamps import make_stamp
from .context import Context, correlation_id
from .receipts import Made, told

E = TypeVar("E", bound=Entity)


class Posting(Deed[E], Generic[E]):
    """One document to be posted on an order.

    ``post`` sends it, ``documents`` reads those that stand; ``wished`` are the quantities by line id that make
    one of them ours, ``known`` the ids of those that stood before.
    """

    def __init__(
        self,
        context: Context,
        operation: str,
        order: OrderFields,
        key: str,
        payload: Any,
        *,
        post: Callable[[Write], Written[E]],
        documents: Callable[[], Sequence[E]],
        wished: Mapping[str, Decimal],
        known: Sequence[str] | None = None,
        reason: str | None = None,
    ) -> None:
        book = operation.partition(".")[0]
        stamps = context.capabilities.stamp(book)
        self._context = context
        self._post = post
        self._documents = documents
        self._wished = dict(wished)
        self._known = tuple(known) if known is not None else tuple(each.id for each in documents())
        self.operation = operation
        self.key = key
        self.payload = payload
        self.stamp = make_stamp(context.system, operation, key, stamps.max_length)
        self.rules = Rules.of(stamps, creates=True, conditional=Conditional.NONE)
        self.timeout = context.timeout
        self.correlation_id = correlation_id()
        self.entity_id = order.id
        self.party = getattr(order, "customer", None) or getattr(order, "supplier", None)
        self.actor = context.actor
        self.reason = reason
        quantities = {line: format(quantity, "f") for line, quantity in self._wished.items()}
        self.before = {"known": list(self._known), "wished": quantities}

    def send(self, write: Write) -> Written[E] | None:
        """Post it."""
        return self._post(write)

    def look(self, entry: Entry) -> Look[E]:
        """One new document that says what was wished is ours."""
        fresh = [
            each
            for each in self._documents()
            if each.id not in self._known and same_quantities(self._wished, getattr(each, "lines", ()))
        ]
        if len(fresh) > 1:
            return Look(sight=Sight.SEVERAL)
        if not fresh:
            return Look(sight=Sight.NONE)
        return Look(sight=Sight.ONE, written=Written(id=fresh[0].id, stored=fresh[0]))

    def settle(self, written: Written[E] | None) -> Settled[E]:
        """Read the document back."""
        if written is None:
            raise TypeError("a posting never ends with the document gone")
        stored = written.stored if written.stored is not None else self._read(written.id)
        return self._settled(stored, Made((), told(written.warnings)))

    def replay(self, entry: Entry) -> Settled[E]:
        """The document that this key posted, as it stands now."""
        document = (entry.result or {}).get("document") or ""
        return self._settled(self._read(document), Made())

    def _settled(self, stored: E, made: Made) -> Settled[E]:
        return Settled(
            stored=stored,
            entity_id=self.entity_id or stored.id,
            number=stored.number,
            result={"document": stored.id},
            receipt=made,
        )

    def _read(self, document: str) -> E:
        for each in self._documents():
            if each.id == document:
                return each
        raise NotFound(
            "the document that was posted is not among the order's any more", operation=self.operation
        )


def same_quantities(wished: Mapping[str, Decimal], lines: Sequence[Any]) -> bool:
    """Whether a document's lines are those that were wished, and no others."""
    stands: dict[str, Decimal] = {}
    for line in lines:
        stands[line.order_line_id] = stands.get(line.order_line_id, Decimal(0)) + line.quantity
    return stands == wished
