"""Changing an order as a deed of the journal.

The order as it was read (``before``) and the order as it should be decide what an unanswered change has done:
everything that should have changed has, nothing has, or something else has happened.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar, cast

from ..adapters.contract import Conditional, Write, Written
from ..errors import ErpConnectError, NotFound
from ..journal import Deed, Entry, Look, Outcome, Rules, Settled, Sight, canonical
from ..models import (
    Amendment,
    CancelLine,
    Difference,
    Order,
    PurchaseOrder,
    WriteReceipt,
    amendment_from_json,
)
from ..rules.amending import resolve_lines
from ..rules.diff import changes
from ..rules.stamps import make_stamp
from . import fitting
from .context import Context, correlation_id
from .effects import Effects
from .fitting_changes import amendments_without_losses
from .lowered import (
    Lowered,
    added,
    as_plain,
    in_native_quantities,
    lowered,
    newly_lowered,
    with_lowered,
    without_lowered,
)
from .planning import planned_by_rules
from .reading import ENTITIES, party_number, read_order
from .receipts import Made, of_outcome, receipt, told, unfinished
from .remembering import differences_from_plain, differences_to_plain, model_from_plain, model_to_plain

E = TypeVar("E", bound=Order | PurchaseOrder)


class OfOrder(Deed[E], Generic[E]):
    """What every write to an existing order has in common.  ``order`` is the order before it, as callers see it."""

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
        self.order = before
        self.operation = f"{book}.{verb}"
        self.key = key
        self.payload = payload
        self.stamp = make_stamp(context.system, self.operation, key, fitting.room_for_stamp(stamps))
        self.rules = Rules.of(stamps, creates=False, conditional=conditional)
        self.timeout = context.timeout
        self.correlation_id = correlation_id()
        self.entity_id = before.id
        self.party = party_number(before)
        self.actor = context.actor
        self.before = model_to_plain(before)

    @property
    def _book(self) -> Any:
        return self._context.book(self._book_name)

    @property
    def _lowered(self) -> Lowered:
        """What earlier cancellations have taken off its lines, where only the journal knows."""
        return lowered(self._context, self._book_name, self.order.id)

    def adopt(self, entry: Entry) -> None:
        """What stood before the first request is told by the entry, not by what stands now."""
        self.order = cast("E", before_of(entry))

    def partial(self, entry: Entry) -> WriteReceipt[E] | None:
        """A receipt of the order as it stands, with what differs from the wish."""
        try:
            stored: E = read_order(self._context, self._book_name, self.order.id, self.order.number)
            made = Made(self._missed(stored))
        except ErpConnectError:
            return None  # the order cannot be read now
        return receipt(self._context, self._settled(stored, {}, made), entry, replayed=False)

    def _missed(self, stored: E) -> tuple[Difference, ...]:
        return ()

    def replay(self, entry: Entry) -> Settled[E]:
        """The order as it stands now; what this key did to it is remembered."""
        return replayed_order(self._context, entry)

    def _current(self) -> E | None:
        """The order as it stands now, as callers see it; None when it is gone."""
        try:
            order: E = with_lowered(self._book.get(self.order.id), self._lowered)
        except NotFound:
            return None
        return order

    def _native(self) -> E:
        """The order before the change, as the back-end has it."""
        return cast("E", without_lowered(self.order, self._lowered))

    def _settled(self, stored: E, result: dict[str, Any], made: Made) -> Settled[E]:
        return Settled(
            stored=stored,
            entity_id=self.order.id,
            number=stored.number,
            party=party_number(stored),
            result=result,
            receipt=made,
        )


def before_of(entry: Entry) -> Any:
    """The order as it was before an entry's write."""
    return model_from_plain(ENTITIES[entry.book], entry.before)


def replayed_order(context: Context, entry: Entry) -> Settled[Any]:
    """The order that a write of an earlier call was about, as it stands now, with the differences noted then."""
    stored = read_order(context, entry.book, entry.entity_id or "", entry.number)
    kept = entry.result if isinstance(entry.result, dict) else {}
    made = Made(differences_from_plain(kept.get("differences")), unfinished(stored.complete))
    return Settled(stored=stored, entity_id=stored.id, number=stored.number, result=kept, receipt=made)


def told_again(context: Context, entry: Entry) -> WriteReceipt[Any]:
    """The receipt of a write to an order that an earlier call has done."""
    return of_outcome(context, Outcome(replayed_order(context, entry), entry, replayed=True))


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
    """Amendments to one order, as the caller said them; ``expected`` is the order as it should be afterwards."""

    def __init__(
        self,
        context: Context,
        book: str,
        before: E,
        expected: E,
        amendments: Sequence[Amendment],
        key: str,
        *,
        allow_loss: Collection[str] = (),
        force: bool = False,
        payload: Any = None,
    ) -> None:
        operations = {f"{book}.{amendment.operation}" for amendment in amendments}
        conditional = weakest(context, operations) if not force else Conditional.NONE
        wish = payload or amend_payload(before.id, amendments)
        super().__init__(context, book, "amend", before, key, wish, conditional)
        self.expected = expected
        self.amendments = resolve_lines(before, amendments)
        self._allowed = frozenset(allow_loss)
        self._force = force
        self._half: tuple[E, tuple[Amendment, ...]] | None = None
        """The order as an earlier request has left it, and the amendments that are still to be made."""
        self.reason = next((r for each in amendments if (r := getattr(each, "reason", None))), None)

    @classmethod
    def again(
        cls, context: Context, entry: Entry, *, allow_loss: Collection[str] = (), force: bool = False
    ) -> Amending[Any]:
        """The deed of an entry: what was said to the order as it was."""
        before = before_of(entry)
        said = [amendment_from_json(each) for each in entry.payload["amendments"]]
        expected = planned_by_rules(context, before, resolve_lines(before, said))
        return cls(
            context,
            entry.book,
            before,
            expected,
            said,
            entry.key,
            allow_loss=allow_loss,
            force=force,
            payload=entry.payload,
        )

    def adopt(self, entry: Entry) -> None:
        """Begin from the order as it was before the first request."""
        super().adopt(entry)
        said = [amendment_from_json(each) for each in entry.payload["amendments"]]
        self.amendments = resolve_lines(self.order, said)
        self.expected = cast("E", planned_by_rules(self._context, self.order, self.amendments))

    @property
    def _effects(self) -> Effects:
        return Effects(
            self.order,
            self.expected,
            fitting.normalisation_of(self._context.capabilities),
            fitting.prefix_of(self._book_name),
        )

    def send(self, write: Write) -> Written[E] | None:
        """Apply all amendments under the version that they were planned on, or those that a cut has left undone."""
        write = replace(write, allow_loss=self._allowed, force=self._force)
        capabilities, prefix = self._context.capabilities, fitting.prefix_of(self._book_name)
        order, amendments = self._half or (self.order, self.amendments)
        fit = amendments_without_losses(amendments, capabilities, prefix)
        native = in_native_quantities(fit, self._lowered)
        written: Written[E] = self._book.amend(without_lowered(order, self._lowered), native, write)
        return written

    def look(self, entry: Entry) -> Look[E]:
        """Read the order and see whether what should have changed has."""
        current = self._current()
        if current is None:
            return Look(sight=Sight.SEVERAL)
        effects = self._effects
        if effects.done(current):
            known = without_lowered(current, self._lowered)
            return Look(sight=Sight.ONE, written=Written(id=current.id, stored=cast("E", known)))
        if effects.untouched(current):
            return Look(sight=Sight.NONE)
        self._half = self._cut(current)
        return Look(sight=Sight.SEVERAL if self._half is None else Sight.HALF)

    def _cut(self, current: E) -> tuple[E, tuple[Amendment, ...]] | None:
        """Where a change of several calls was cut: the amendments up to there stand, nothing of the others does."""
        capabilities = self._context.capabilities
        operations = [f"{self._book_name}.{each.operation}" for each in self.amendments]
        if (
            all(capabilities.operation(name).atomic for name in operations)
            or not capabilities.stable_line_ids
        ):
            return None
        for made in range(len(self.amendments) - 1, 0, -1):
            so_far = planned_by_rules(self._context, self.order, self.amendments[:made])
            rules, prefix = fitting.normalisation_of(capabilities), fitting.prefix_of(self._book_name)
            stands = Effects(self.order, so_far, rules, prefix).done(current)
            if stands and Effects(so_far, self.expected, rules, prefix).untouched(current):
                return current, tuple(self.amendments[made:])
        return None

    def _missed(self, stored: E) -> tuple[Difference, ...]:
        return self._effects.differences(stored, lost=self._allowed)

    def settle(self, written: Written[E] | None) -> Settled[E]:
        """Read the order back; the differences are between what was asked and what is stored."""
        if written is None:
            raise TypeError("an amendment never ends with the order gone")
        native: E = written.stored if written.stored is not None else self._book.get(self.order.id)
        known = self._lowered
        gone = [str(each.line) for each in self.amendments if isinstance(each, CancelLine)]
        result: dict[str, Any] = {}
        if gone and self._context.lowers:
            fresh = newly_lowered(self.order, known, native, gone)
            result["lowered"] = as_plain(fresh)
            known = added(known, fresh)
        stored: E = with_lowered(native, known)
        differences = self._missed(stored)
        result["changes"] = differences_to_plain(changes(self.order, stored))
        if differences:
            result["differences"] = differences_to_plain(differences)
        if written.replaced:
            result["replaced"] = {line: list(ids) for line, ids in written.replaced.items()}
        warnings = told(written.warnings) + unfinished(written.complete, stored.complete)
        return self._settled(stored, result, Made(differences, warnings))
