"""Making orders: at once, header first and then each line, in blocks, or only in thought."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from ...errors import (
    DuplicateReference,
    ErpConnectError,
    InvalidOrder,
    RequestRefused,
    TransitionNotAllowed,
)
from ...models import AddLine, EventKind, LineDraft, OrderLine, PurchaseOrderLineDraft, Severity
from ...rules.facts import Facts
from ...rules.validation import examine, refuse
from ..contract import Simulation, StampKind, Write, Written
from .faults import Fault, FaultKind
from .free_goods import with_free_goods
from .orders import D, O, OrderRecords
from .shelf import altered

EXPECTED: Final = "warn"
"""A back-end does not know what price the caller expected: it never refuses for that."""


class Creating(OrderRecords[D, O]):
    """Creates orders one at a time, as the product does."""

    def create(self, draft: D, write: Write) -> Written[O]:
        """Create one order.

        Where the product makes the header first, a refused line is raised with outcome ``partial`` and leaves the
        header; :class:`Resuming` completes or removes it.
        """
        operation = f"{self.side.book}.create"
        self.office.ensure(operation)
        draft = self.checked(draft, write)
        if self.office.profile.creates_in_steps:
            return self._in_steps(draft, write)
        order = self.office.send(operation, write, lambda: self.entered(draft, write.stamp))
        write.made(order.id, order.number)
        return self.written(order)

    def checked(self, draft: D, write: Write) -> D:
        """The draft as the product takes it in."""
        most = self.office.profile.max_lines
        if most is not None and len(draft.lines) > most:
            raise InvalidOrder(
                f"an order has at most {most} lines here",
                code="too_many_lines",
                path="lines",
                system=self.office.system,
                hint="divide it into several orders",
            )
        return self.shape.draft(draft, write.allow_loss)

    def entered(self, draft: D, stamp: str) -> O:
        """One order in its place, all of it or nothing; runs under the world's lock."""
        self._only_once(stamp)
        facts = self.facts_for(draft)
        refuse(examine(draft, facts, on_price_mismatch=EXPECTED), operation=f"{self.side.book}.create")
        number = self.office.profile.number_pattern.format(self.world.next(self.side.book))
        order = self.side.enter(
            draft,
            facts,
            id=stamp if self.policy.kind is StampKind.ID else f"{self.side.field}-{self.world.next('id')}",
            number=number,
            line_ids=[self.line_id(place) for place in range(1, len(draft.lines) + 1)],
            now=self.office.now(),
            stamp=None if self.policy.kind is StampKind.NONE else stamp,
        )
        order = with_free_goods(order, self.gifts, self.line_id)
        held = (EventKind.HELD,) if order.holds else ()
        return self.store(None, order, (EventKind.CREATED, *held))

    def facts_for(self, draft: D) -> Facts:
        """What the rules want to know about a draft."""
        parties, said = self.side.parties, self.side.said(draft)
        products = [line.product for line in draft.lines]
        party = self.office.party(parties, said)
        return self.office.facts(party, products, draft.currency, missed=(parties, said))

    def _only_once(self, stamp: str) -> None:
        if self.policy.enforced and self.side.shelf.under(("stamp", stamp)):
            raise DuplicateReference(
                "an order with this stamp exists already",
                system=self.office.system,
                operation=f"{self.side.book}.create",
            )

    def _in_steps(self, draft: D, write: Write) -> Written[O]:
        operation = f"{self.side.book}.create"
        header: Any = altered(draft, lines=())
        order = self.office.send(
            operation, write, lambda: self.entered(header, write.stamp), name=f"{operation}: header"
        )
        write.made(order.id, order.number)
        return self.written(self.with_lines(operation, order, draft, range(len(draft.lines)), write, 1))

    def with_lines(
        self, operation: str, order: O, draft: D, missing: Iterable[int], write: Write, first: int
    ) -> O:
        """The order with these lines of the draft added, a request each; a refusal leaves what is there."""
        for step, index in enumerate(missing, start=first):
            write.sending(f"{operation}: line {index + 1}")
            add = self._adding(order.id, draft, index)
            try:
                order = self.office.deliver(operation, add, timeout=write.timeout, step=step)
            except ErpConnectError as error:
                if error.outcome == "not_applied":
                    error.outcome, error.retryable = "partial", False
                raise
        return order

    def _adding(self, id: str, draft: D, index: int) -> Callable[[], O]:
        def add() -> O:
            before = self.current(id)
            line = draft.lines[index]
            if line.requested is None and draft.requested is not None:
                line = altered(line, requested=draft.requested)
            if line.warehouse is None and draft.warehouse is not None:
                line = altered(line, warehouse=draft.warehouse)
            try:
                after, _ = self.changed(before, (AddLine.trusted(line=line),), (line.product,), self.line_id)
            except RequestRefused as refusal:
                _in_the_draft(refusal, index)
                raise
            return self.store(before, after, ())

        return add


def _in_the_draft(refusal: RequestRefused, index: int) -> None:
    """Say where in the draft a line was refused that was added by itself."""
    added, drafted = "amendments[0].line", f"lines[{index}]"
    if refusal.path is not None:
        refusal.path = refusal.path.replace(added, drafted)
    refusal.message = refusal.message.replace(added, drafted)
    refusal.args = (refusal.message,)
    findings = getattr(refusal, "findings", ())
    if findings:
        refusal.findings = tuple(  # type: ignore[attr-defined]
            replace(finding, path=finding.path.replace(added, drafted)) for finding in findings
        )


class CreatingBlocks(Creating[D, O]):
    """Creates many orders in one request."""

    def create_block(self, block: Sequence[tuple[D, Write]]) -> Sequence[Written[O] | ErpConnectError]:
        """Create them, one verdict each; where the product's block is one transaction, one refusal undoes all."""
        operation = f"{self.side.book}.create_block"
        self.office.ensure(f"{self.side.book}.create")
        if self.office.profile.creates_in_steps and not self.office.profile.block_fails_as_one:
            return [self._alone(draft, write) for draft, write in block]
        for _, write in block:
            write.sending(operation)
        if not block:
            return []
        timeout = min(write.timeout for _, write in block)
        verdicts = self.office.deliver(operation, lambda: self._together(block), timeout=timeout)
        answers: list[Written[O] | ErpConnectError] = []
        for (_, write), verdict in zip(block, verdicts, strict=True):
            if isinstance(verdict, ErpConnectError):
                answers.append(verdict)
            else:
                write.made(verdict.id, verdict.number)
                answers.append(self.written(verdict))
        return answers

    def _alone(self, draft: D, write: Write) -> Written[O] | ErpConnectError:
        try:
            return self.create(draft, write)
        except ErpConnectError as error:
            return error

    def _together(self, block: Sequence[tuple[D, Write]]) -> list[O | ErpConnectError]:
        events = self.world.events[self.side.book]
        noted = len(events)
        verdicts = [self._tried(draft, write) for draft, write in block]
        if self.office.profile.block_fails_as_one and any(isinstance(v, ErpConnectError) for v in verdicts):
            del events[noted:]
            for place, verdict in enumerate(verdicts):
                if not isinstance(verdict, ErpConnectError):
                    self._undo(verdict.id)
                    verdicts[place] = RequestRefused(
                        "not created, because a neighbour in the same block was refused",
                        code="neighbour_refused",
                        retryable=True,
                        hint="send it again, alone",
                        system=self.office.system,
                    )
        return verdicts

    def _tried(self, draft: D, write: Write) -> O | ErpConnectError:
        struck: Fault | None = self.world.faults.take(f"{self.side.book}.create")
        try:
            if struck is not None and struck.kind is FaultKind.REFUSE and struck.error is not None:
                raise struck.error
            return self.entered(self.checked(draft, write), write.stamp)
        except ErpConnectError as error:
            error.system = error.system or self.office.system
            error.operation = error.operation or f"{self.side.book}.create"
            return error

    def _undo(self, id: str) -> None:
        if self.side.book == "orders":
            self.world.erase_order(id)
        else:
            self.side.shelf.erase(id)


def _ordinals(lines: Sequence[OrderLine]) -> set[int]:
    """Which lines of a draft stand there, counted from 1: what the product has added between them does not count."""
    added = [line.position for line in lines if line.parent_line is not None]
    return {
        line.position - sum(1 for position in added if position < line.position)
        for line in lines
        if line.parent_line is None
    }


class Resuming(Creating[D, O]):
    """Completes or takes away what a cut create left behind."""

    def resume(self, order: O, draft: D, write: Write) -> Written[O]:
        """Add the lines of ``draft`` that ``order`` lacks: by their reference, else by their ordinal."""
        self.office.ensure(f"{self.side.book}.create")
        draft = self.checked(draft, write)
        current = self.office.read(f"{self.side.book}.get", lambda: self.side.shelf.get(order.id))
        if current is None:
            raise self.not_found()
        ordinals = _ordinals(current.lines)
        references = {line.reference for line in current.lines if line.reference is not None}
        wanted: Sequence[LineDraft | PurchaseOrderLineDraft] = draft.lines
        missing = [
            index
            for index, line in enumerate(wanted)
            if (line.reference not in references if line.reference else index + 1 not in ordinals)
        ]
        done = self.with_lines(f"{self.side.book}.resume", current, draft, missing, write, 0)
        return self.written(done)

    def remove(self, order: O, write: Write) -> None:
        """Delete the order that this key began; ``TransitionNotAllowed`` once something is posted."""
        self.office.send(f"{self.side.book}.remove", write, lambda: self._removed(order.id))

    def _removed(self, id: str) -> None:
        order = self.current(id)
        if any(line.quantities.shipped or line.quantities.delivered for line in order.lines):
            raise TransitionNotAllowed("goods have moved for this order; it cannot be removed any more")
        self.world.log(self.side.book, EventKind.CANCELLED, order, self.office.now())
        self.drop(id)


class Simulating(Creating[D, O]):
    """Tells what a draft would become."""

    def simulate(self, draft: D) -> Simulation[O]:
        """What would be stored, with the warnings; raises what it would be refused with.  Leaves nothing behind."""
        operation = f"{self.side.book}.simulate"
        self.office.ensure(operation)
        return self.office.read(operation, lambda: self._thought(draft))

    def _thought(self, draft: D) -> Simulation[O]:
        everything = frozenset(self.office.profile.fields)
        draft = self.shape.draft(draft, everything)
        facts = self.facts_for(draft)
        findings = examine(draft, facts, on_price_mismatch=EXPECTED)
        refuse(findings, operation=f"{self.side.book}.simulate")
        order = self.side.enter(
            draft,
            facts,
            id="simulated",
            number=None,
            line_ids=[f"simulated-{place}" for place in range(1, len(draft.lines) + 1)],
            now=self.office.now(),
        )
        order = with_free_goods(order, self.gifts, "simulated-{}".format)
        said = tuple(found.message for found in findings if found.severity is not Severity.ERROR)
        return Simulation(order=order, messages=said)
