"""Creating an order as a deed of the journal: how it is sent, found again, read back and compared."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

from ..adapters.contract import (
    Conditional,
    Find,
    FindsStamps,
    ReadsBlocks,
    Removes,
    Resumes,
    Sought,
    StampKind,
    Write,
    Written,
)
from ..errors import DuplicateReference, ErpConnectError, KeyReused, NotFound
from ..journal import Deed, Entry, Look, Rules, Settled, Sight, State, canonical
from ..models import (
    Difference,
    Finding,
    Order,
    OrderDraft,
    PurchaseOrder,
    PurchaseOrderDraft,
    Ref,
)
from ..rules.diff import compare, normalised
from ..rules.matching import same_content
from ..rules.stamps import make_stamp
from . import fitting
from .context import Context, correlation_id, said
from .reading import read_order
from .receipts import Made, receipt, told
from .remembering import differences_from_plain, differences_to_plain, model_from_plain

D = TypeVar("D", bound=OrderDraft | PurchaseOrderDraft)
E = TypeVar("E", bound=Order | PurchaseOrder)

DRAFTS: dict[str, type[OrderDraft | PurchaseOrderDraft]] = {
    "orders": OrderDraft,
    "purchase_orders": PurchaseOrderDraft,
}


class Creation(Deed[E], Generic[D, E]):
    """One order to be created."""

    def __init__(
        self, context: Context, book: str, draft: D, key: str, *, allow_loss: Collection[str] = frozenset()
    ) -> None:
        self._context = context
        self._book_name = book
        self._prefix = fitting.prefix_of(book)
        self._stamps = context.capabilities.stamp(book)
        self._half: E | None = None
        self.allowed = frozenset(allow_loss)
        lost = fitting.losses(draft, context.capabilities, self._prefix)
        self._lost = frozenset(loss.path for loss in lost)
        self.draft = draft
        self.sendable: D = fitting.without_losses(draft, lost, context.capabilities)
        self.losses = lost
        self.operation = f"{book}.create"
        self.key = key
        self.stamp = make_stamp(context.system, book, key, self._stamps.max_length)
        self.payload = canonical(draft)
        self.rules = Rules.of(self._stamps, creates=True, conditional=Conditional.NONE)
        self.timeout = context.timeout
        self.correlation_id = correlation_id()
        self.party = said(party_of(draft))
        self.actor = context.actor

    @classmethod
    def again(cls, context: Context, entry: Entry) -> Creation[Any, Any]:
        """The deed of an entry, after a crash."""
        draft: Any = model_from_plain(DRAFTS[entry.book], entry.payload)
        return cls(context, entry.book, draft, entry.key)

    def refuse_losses(self) -> None:
        """Raise ``LossyWrite`` before anything is noted or sent, unless each loss was allowed."""
        fitting.refuse_losses(self.losses, self.allowed, self.operation)

    # -- sending -------------------------------------------------------------------------------------------

    def send(self, write: Write) -> Written[E] | None:
        """Create it, or complete what an earlier call of this key has begun."""
        book = self._book
        write = replace(write, allow_loss=self.allowed)
        if self._half is not None and isinstance(book, Resumes):
            completed: Written[E] = book.resume(self._half, self.sendable, write)
            return completed
        try:
            made: Written[E] = book.create(self.sendable, write)
        except DuplicateReference:
            if write.transaction is not None or not self._stamps.enforced:
                raise
            return self._the_first()
        return made

    def _the_first(self) -> Written[E]:
        """The order that already carries our stamp: a request of this key that had arrived after all."""
        found = self._by_stamp()
        if len(found) == 1 and self._is_it(found[0]):
            return Written(id=found[0].id, stored=found[0])
        raise KeyReused(
            "an order with this key's stamp stands in the back-end, and its content is another",
            operation=self.operation,
        )

    @property
    def _book(self) -> Any:
        return self._context.book(self._book_name)

    # -- looking -------------------------------------------------------------------------------------------

    def look(self, entry: Entry) -> Look[E]:
        """Look for the order by the id that was noted, by its stamp, or by customer, PO number and content."""
        if entry.entity_id is not None:
            seen = self._by_id(entry.entity_id)
            if seen is not None:
                return self._seen([seen])
        policy = self._stamps
        po_number = getattr(self.draft, "customer_po", None)
        if policy.searchable and not (policy.shared and po_number is not None):
            return self._seen(self._by_stamp())
        if policy.searchable or (policy.po_field is not None and po_number is not None):
            return self._seen(self._by_content())
        return Look(sight=Sight.BLIND)

    def _seen(self, found: Sequence[E]) -> Look[E]:
        if len(found) > 1:
            return Look(sight=Sight.SEVERAL)
        if not found:
            return Look(sight=Sight.NONE)
        (order,) = found
        if len(order.lines) < len(self.draft.lines) and isinstance(self._book, Resumes):
            self._half = order
            return Look(sight=Sight.HALF)
        return Look(sight=Sight.ONE, written=Written(id=order.id, stored=order))

    def _by_id(self, order_id: str) -> E | None:
        try:
            order: E = self._book.get(order_id)
        except NotFound:
            return None
        return order

    def _by_stamp(self) -> Sequence[E]:
        book = self._book
        if self._stamps.kind is StampKind.NONE:
            return ()
        if isinstance(book, FindsStamps):
            sought = Sought(
                stamp=self.stamp,
                party=party_of(self.draft),
                customer_po=getattr(self.draft, "customer_po", None),
            )
            return tuple(book.by_stamp([sought]).get(self.stamp, ()))
        return tuple(book.find(Find(stamp=self.stamp, party=party_of(self.draft))))

    def _by_content(self) -> Sequence[E]:
        """Orders of this customer and PO number with this content that no other key has made."""
        wanted = Find(party=party_of(self.draft), customer_po=getattr(self.draft, "customer_po", None))
        return tuple(
            order for order in self._book.find(wanted) if self._is_it(order) and not self._anothers(order)
        )

    def _is_it(self, order: E) -> bool:
        rule = fitting.normalisation_of(self._context.capabilities)(f"{self._prefix}.line.product")
        return same_content(self.sendable, order, lambda value: normalised(value, rule) if rule else value)

    def _anothers(self, order: E) -> bool:
        made = self._context.journal.of_entity(self._book_name, order.id)
        return any(
            entry.key != self.key and entry.state is State.CONFIRMED and entry.operation == self.operation
            for entry in made
        )

    # -- settling ------------------------------------------------------------------------------------------

    def settle(self, written: Written[E] | None) -> Settled[E]:
        """Read the order back, and compare it with the draft."""
        if written is None:
            raise TypeError("a create never ends with the order gone")
        stored: E = written.stored if written.stored is not None else self._book.get(written.id)
        differences = self._compared(stored)
        result = {"differences": differences_to_plain(differences)} if differences else {}
        made = Made(differences, self._warnings(written, stored))
        return Settled(stored=stored, entity_id=stored.id, number=stored.number, result=result, receipt=made)

    def _warnings(self, written: Written[E], stored: E) -> tuple[Finding, ...]:
        unfinished = not (written.complete and stored.complete)
        warnings = told((*written.warnings, *stored.warnings)) if written.warnings or stored.warnings else ()
        if unfinished:
            warnings += told(("the back-end saved the order unfinished and will not process it as it is",))
        return warnings

    def _compared(self, stored: E) -> tuple[Difference, ...]:
        normalisation = fitting.normalisation_of(self._context.capabilities)
        return compare(self.draft, stored, normalisation=normalisation, lost=self._lost)

    def replay(self, entry: Entry) -> Settled[E]:
        """The order that this key made, as it stands now."""
        stored: E = read_order(self._context, self._book_name, entry.entity_id or "")
        kept = entry.result if isinstance(entry.result, dict) else {}
        made = Made(differences_from_plain(kept.get("differences")))
        return Settled(stored=stored, entity_id=stored.id, number=stored.number, result=kept, receipt=made)

    def undo(self, entry: Entry, write: Write) -> bool:
        """Remove what this key has made, as long as nothing of it is posted."""
        book = self._book
        if entry.entity_id is None or not isinstance(book, Removes):
            return False
        try:
            order = self._book.get(entry.entity_id)
            book.remove(order, write)
        except NotFound:
            return True
        except ErpConnectError:
            return False
        return True

    def partial(self, entry: Entry) -> Any:
        """A receipt that shows which lines stand."""
        standing = None if entry.entity_id is None else self._by_id(entry.entity_id)
        if standing is None:
            return None
        made = Made(self._compared(standing))
        settled = Settled(stored=standing, entity_id=standing.id, number=standing.number, receipt=made)
        return receipt(self._context, settled, entry, replayed=False)


def party_of(draft: OrderDraft | PurchaseOrderDraft) -> str | Ref:
    """The customer or supplier that a draft names."""
    return draft.customer if isinstance(draft, OrderDraft) else draft.supplier


def read_back(context: Context, book: Any, verdicts: Sequence[Written[E] | ErpConnectError]) -> list[Any]:
    """Fill in the stored records of a block, read in one request where the back-end can."""
    bare = [each for each in verdicts if isinstance(each, Written) and each.stored is None]
    if not bare or not isinstance(book, ReadsBlocks):
        return list(verdicts)
    size = max(context.capabilities.block_size, 1)
    ids = [each.id for each in bare]
    read: dict[str, Any] = {}
    for start in range(0, len(ids), size):
        read.update(book.get_many(ids[start : start + size]))
    return [
        replace(each, stored=read.get(each.id)) if isinstance(each, Written) and each.stored is None else each
        for each in verdicts
    ]
