"""Creating an order as a deed of the journal: how it is sent, found again, read back and compared."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final, Generic, TypeVar

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
from ..errors import DuplicateReference, ErpConnectError, KeyReused, NotFound, TransportError
from ..journal import FREE, OPEN, Deed, Entry, Look, Rules, Settled, Sight, canonical, draft_text
from ..models import (
    Difference,
    Finding,
    Order,
    OrderDraft,
    PurchaseOrder,
    PurchaseOrderDraft,
    Ref,
    WriteReceipt,
)
from ..rules.diff import compare, normalised
from ..rules.matching import content, same_content
from ..rules.stamps import make_stamp
from . import fitting
from .context import Context, correlation_id, said
from .reading import party_number, read_order
from .receipts import Made, receipt, told, unfinished
from .remembering import differences_from_plain, differences_to_plain, model_from_plain

D = TypeVar("D", bound=OrderDraft | PurchaseOrderDraft)
E = TypeVar("E", bound=Order | PurchaseOrder)

_SKEW: Final = timedelta(minutes=10)
"""How far the back-end's clock may be from ours; an order made before that was there before this key was used."""
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
        self._earlier = False
        self.allowed = frozenset(allow_loss)
        self.draft = draft
        self.losses = fitting.losses(draft, context.capabilities, self._prefix)
        self.operation = f"{book}.create"
        self.key = key
        self.stamp = make_stamp(context.system, book, key, fitting.room_for_stamp(self._stamps))
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

    @cached_property
    def payload(self) -> Any:
        """The draft as the journal keeps it."""
        return canonical(self.draft)

    @property
    def payload_text(self) -> str:
        """As text; a block of orders is told one after the other, and what they are told from is not kept."""
        return draft_text(self.draft)

    @cached_property
    def sendable(self) -> D:
        """The draft as it is sent: without what is only compared, and without allowed losses."""
        written: D = fitting.without_losses(
            fitting.as_written(self.draft), self.losses, self._context.capabilities
        )
        return written

    @cached_property
    def _lost(self) -> frozenset[str]:
        return fitting.lost_paths(self.draft, self.sendable, self.losses, self._prefix)

    def refuse_losses(self) -> None:
        """Raise ``LossyWrite`` before anything is noted or sent, unless each loss was allowed."""
        fitting.refuse_losses(self.losses, self.allowed, self.operation)

    def begun_before(self) -> bool:
        """Whether something was begun under this key: then nothing is asked of the back-end before that is told."""
        return self._context.journal.is_begun(self.key)

    # -- sending -------------------------------------------------------------------------------------------

    def send(self, write: Write) -> Written[E] | None:
        """Create it, or complete what an earlier call of this key has begun."""
        book = self._book
        write = replace(write, allow_loss=self.allowed)
        if self._half is not None and isinstance(book, Resumes):
            completed: Written[E] = book.resume(self._half, self.sendable, write)
            return completed
        told: Written[E] | ErpConnectError
        try:
            told = book.create(self.sendable, write)
        except DuplicateReference as refusal:
            told = self.verdict(refusal, write)
        if isinstance(told, ErpConnectError):
            raise told
        return told

    def verdict(self, told: Written[E] | ErpConnectError, write: Write) -> Written[E] | ErpConnectError:
        """What a back-end's verdict on this order means: one whose stamp is taken was made by this key already."""
        if (
            not isinstance(told, DuplicateReference)
            or write.transaction is not None
            or not self._stamps.enforced
        ):
            return told
        try:
            return self._the_first(told)
        except ErpConnectError as failure:
            return failure

    def _the_first(self, refusal: DuplicateReference) -> Written[E]:
        """The order that already carries our stamp: this key has made it, whoever has forgotten that."""
        found = self._by_stamp()
        if not found:
            raise TransportError(
                "the back-end has an order with this key's stamp and does not show it yet",
                outcome="unknown",
                operation=self.operation,
                code="not_visible",
                native=refusal.native,
            )
        if len(found) > 1 or not self._is_it(found[0]):
            raise KeyReused(
                "an order with this key's stamp stands in the back-end, and its content is another",
                operation=self.operation,
            )
        self._earlier = True
        return Written(id=found[0].id, stored=found[0])

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
        if self._stamped:
            return self._seen(self._by_stamp())
        if self._searched_by_content:
            return self._seen_by_content(entry.created_at - _SKEW)
        return Look(sight=Sight.BLIND)

    @property
    def _stamped(self) -> bool:
        """Whether the order carries the stamp where it can be asked for: not where the PO number owns the field."""
        policy = self._stamps
        if policy.kind is StampKind.NONE or not policy.searchable:
            return False
        return not (policy.shared and self._po_number is not None)

    @property
    def _searched_by_content(self) -> bool:
        return self._stamps.searchable and self._po_number is not None

    @property
    def _po_number(self) -> str | None:
        """The other side's own number for the order, as the back-end stores it."""
        po_number = po_number_of(self.sendable)
        name = "customer_po" if isinstance(self.draft, OrderDraft) else "supplier_reference"
        rule = fitting.normalisation_of(self._context.capabilities)(f"{self._prefix}.{name}")
        return None if po_number is None else str(normalised(po_number, rule))

    @classmethod
    def look_up(cls, deeds: Sequence[Creation[Any, Any]]) -> dict[str, Look[Any]]:
        """Look for many at once, by key; those that no stamp can find are left out."""
        stamped = [deed for deed in deeds if deed._stamped and isinstance(deed._book, FindsStamps)]
        if not stamped:
            return {}
        first = stamped[0]
        found = first._book.by_stamp([deed._sought() for deed in stamped])
        return {deed.key: deed._seen(tuple(found.get(deed.stamp, ()))) for deed in stamped}

    def _sought(self) -> Sought:
        return Sought(stamp=self.stamp, party=party_of(self.draft), customer_po=self._po_number)

    def _seen(self, found: Sequence[E]) -> Look[E]:
        if len(found) > 1:
            return Look(sight=Sight.SEVERAL)
        if not found:
            return Look(sight=Sight.NONE)
        (order,) = found
        if self._is_half(order):
            if not isinstance(self._book, Resumes):
                return Look(sight=Sight.SEVERAL)
            self._half = order
            return Look(sight=Sight.HALF)
        return Look(sight=Sight.ONE, written=Written(id=order.id, stored=order))

    def _is_half(self, order: E) -> bool:
        """Whether lines are missing that a create of several calls had still to add."""
        atomic = self._context.capabilities.operation(self.operation).atomic
        if atomic and not isinstance(self._book, Resumes):
            return False
        own = sum(1 for line in order.lines if line.parent_line is None)
        return own < len(self.draft.lines)

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
            return tuple(book.by_stamp([self._sought()]).get(self.stamp, ()))
        return tuple(book.find(Find(stamp=self.stamp, party=party_of(self.draft))))

    def _seen_by_content(self, since: datetime) -> Look[E]:
        """Orders with this content that no other key has made; asked in this order, so that no rival slips through."""
        found = self._by_content(since)
        contested = bool(found) and self._is_contested()
        free = [order for order in found if not self._anothers(order)]
        return Look(sight=Sight.SEVERAL) if free and contested else self._seen(free)

    def _by_content(self, since: datetime) -> Sequence[E]:
        """Orders of this customer and PO number with this content, made since then."""
        wanted = Find(party=party_of(self.draft), customer_po=self._po_number)
        return tuple(
            order
            for order in self._book.find(wanted)
            if self._is_it(order) and (order.created_at is None or order.created_at >= since)
        )

    def _is_it(self, order: E) -> bool:
        rules = fitting.normalisation_of(self._context.capabilities)
        if self._is_half(order):
            return not content(order) - content(self.sendable, normalise=rules)
        return same_content(self.sendable, order, rules)

    def _is_contested(self) -> bool:
        """Whether another key is open that may have made what was found: by content nobody can tell whose it is."""
        name = "customer_po" if isinstance(self.draft, OrderDraft) else "supplier_reference"
        rule = fitting.normalisation_of(self._context.capabilities)(f"{self._prefix}.{name}")
        return any(
            entry.operation == self.operation
            and entry.key != self.key
            and normalised(entry.payload.get(name), rule) == self._po_number
            and self._may_be_its_party(entry.payload)
            for entry in self._context.journal.list(OPEN)
        )

    def _may_be_its_party(self, payload: Mapping[str, Any]) -> bool:
        """Whether another wish may be of the same customer or supplier, which can be named in two ways."""
        mine, other = party_of(self.draft), payload.get("customer", payload.get("supplier"))
        return mine == other or not (isinstance(mine, str) and isinstance(other, str))

    def _anothers(self, order: E) -> bool:
        made = self._context.journal.of_entity(self._book_name, order.id)
        return any(
            entry.key != self.key and entry.state not in FREE and entry.operation == self.operation
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
        return Settled(
            stored=stored,
            entity_id=stored.id,
            number=stored.number,
            party=party_number(stored),
            earlier=self._earlier,
            result=result,
            receipt=made,
        )

    def _warnings(self, written: Written[E], stored: E) -> tuple[Finding, ...]:
        said = dict.fromkeys((*written.warnings, *stored.warnings))
        return (told(tuple(said)) if said else ()) + unfinished(written.complete, stored.complete)

    def _compared(self, stored: E) -> tuple[Difference, ...]:
        normalisation = fitting.normalisation_of(self._context.capabilities)
        return compare(self.draft, stored, normalisation=normalisation, lost=self._lost)

    def replay(self, entry: Entry) -> Settled[E]:
        """The order that this key made, as it stands now."""
        stored: E = read_order(self._context, self._book_name, entry.entity_id or "", entry.number)
        return self.replayed(entry, stored)

    def replayed(self, entry: Entry, stored: E) -> Settled[E]:
        """The same, of an order that was read together with others."""
        kept = entry.result if isinstance(entry.result, dict) else {}
        made = Made(differences_from_plain(kept.get("differences")), unfinished(stored.complete))
        return Settled(stored=stored, entity_id=stored.id, number=stored.number, result=kept, receipt=made)

    def undo(self, entry: Entry, write: Write) -> bool | None:
        """Remove what this key has made, as long as nothing of it is posted; None when no answer came to that."""
        book = self._book
        if entry.entity_id is None or not isinstance(book, Removes):
            return False
        try:
            book.remove(self._book.get(entry.entity_id), write)
        except NotFound:
            return True
        except ErpConnectError as failure:
            if self._is_gone(entry.entity_id):
                return True
            return False if failure.outcome == "not_applied" else None
        return True

    def _is_gone(self, order_id: str) -> bool:
        try:
            return self._by_id(order_id) is None
        except ErpConnectError:
            return False

    def partial(self, entry: Entry) -> WriteReceipt[E] | None:
        """A receipt that shows which lines stand; None when that cannot be read now."""
        try:
            standing = None if entry.entity_id is None else self._by_id(entry.entity_id)
        except ErpConnectError:
            return None
        if standing is None:
            return None
        made = Made(self._compared(standing))
        settled = Settled(stored=standing, entity_id=standing.id, number=standing.number, receipt=made)
        return receipt(self._context, settled, entry, replayed=False)


def draft_of(book: str, draft: object) -> Any:
    """The draft, if it is one of this book's; ``TypeError`` otherwise."""
    kind = DRAFTS[book]
    if not isinstance(draft, kind):
        raise TypeError(f"erp.{book} takes {kind.__name__}s, not {type(draft).__name__}")
    return draft


def po_number_of(draft: OrderDraft | PurchaseOrderDraft) -> str | None:
    """The customer's PO number, or the supplier's own number for the order."""
    return draft.customer_po if isinstance(draft, OrderDraft) else draft.supplier_reference


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
    try:
        for start in range(0, len(ids), size):
            read.update(book.get_many(ids[start : start + size]))
    except ErpConnectError:
        pass  # they stand; each one is read by itself then, and says so when that fails too
    return [
        replace(each, stored=read.get(each.id)) if isinstance(each, Written) and each.stored is None else each
        for each in verdicts
    ]
