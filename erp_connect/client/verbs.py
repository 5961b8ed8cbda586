"""What sales and purchase orders share: the verbs, on whichever book.

``Orders`` and ``PurchaseOrders`` are two faces of this.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from ..adapters.contract import CreatesBlocks, Write, Written
from ..errors import (
    ErpConnectError,
    InvalidOrder,
    TransitionNotAllowed,
    UnsupportedOperation,
    VersionConflict,
)
from ..journal import Deed, Outcome, State, fingerprint
from ..models import (
    Amendment,
    BatchFailure,
    BatchResult,
    Finding,
    LineRef,
    Money,
    OrderFields,
    OrderLine,
    Plan,
    Severity,
    WriteReceipt,
)
from ..rules.amending import resolve_lines
from ..rules.diff import changes, moved
from .changing import Amending, Cancelling, amend_payload
from .checking import planned, refuse_lossy_amendments, refuse_price_mismatch
from .context import Context, new_key
from .creating import Creation, read_back
from .fitting import check_allowed
from .reading import id_of, line_id, read_order
from .receipts import of_outcome
from .working import in_parallel

Progress = Callable[[int, int | None], None]
"""Called after each block of a bulk write: how many are done, of how many (``None``: not known)."""

_TRIES = 3
PRICE_MISMATCH = ("refuse", "accept")


class OrderVerbs:
    """The verbs of one book of orders."""

    def __init__(self, context: Context, book: str) -> None:
        self.context = context
        self.book = book

    # -- create --------------------------------------------------------------------------------------------

    def create(
        self,
        draft: Any,
        key: str | None,
        allow_loss: Collection[str],
        on_price_mismatch: str,
        *,
        resume: bool,
    ) -> WriteReceipt[Any]:
        """Create one order."""
        self.context.require(f"{self.book}.create", writes=True)
        if on_price_mismatch not in PRICE_MISMATCH:
            raise ValueError(f"on_price_mismatch is one of {', '.join(PRICE_MISMATCH)}")
        deed: Creation[Any, Any] = self._creation(draft, key, check_allowed(allow_loss))
        deed.refuse_losses()
        if on_price_mismatch == "refuse" and not self._done_before(deed, key):
            refuse_price_mismatch(self.context, draft)
        return of_outcome(self.context, self.context.journal.write(deed, resume=resume))

    def _creation(self, draft: Any, key: str | None, allow_loss: frozenset[str]) -> Creation[Any, Any]:
        return Creation(
            self.context,
            self.book,
            draft,
            _checked(key) if key is not None else new_key(),
            allow_loss=allow_loss,
        )

    def _done_before(self, deed: Deed[Any], key: str | None) -> bool:
        """Whether a key stands for something already: then nothing is asked of the back-end before that is told."""
        if key is None:
            return False
        entry = self.context.journal.entry(key)
        return entry is not None and (entry.state is State.CONFIRMED or entry.open)

    def create_many(
        self,
        drafts: Iterable[Any],
        keys: Iterable[str] | Callable[[Any], str],
        workers: int | None,
        progress: Progress | None,
        allow_loss: Collection[str],
    ) -> BatchResult[Any]:
        """Create many orders, in blocks where the back-end takes them; each draft ends in exactly one list."""
        self.context.require(f"{self.book}.create", writes=True)
        allowed = check_allowed(allow_loss)
        total = len(drafts) if isinstance(drafts, Sequence) else None
        succeeded: list[WriteReceipt[Any]] = []
        failed: list[BatchFailure] = []
        done = 0
        waiting = _keyed(drafts, keys)
        while block := list(islice(waiting, max(self.context.capabilities.block_size, _AT_ONCE))):
            ends = self._create_block(
                [draft for _, draft in block], [key for key, _ in block], workers, allowed
            )
            for (key, draft), end in zip(block, ends, strict=True):
                if isinstance(end, ErpConnectError):
                    failed.append(BatchFailure(index=done, key=key, draft=draft, error=end))
                else:
                    succeeded.append(of_outcome(self.context, end))
                done += 1
            if progress is not None:
                progress(done, total)
        return BatchResult(succeeded=tuple(succeeded), failed=tuple(failed))

    def _create_block(
        self, drafts: Sequence[Any], keys: Sequence[str], workers: int | None, allowed: frozenset[str]
    ) -> list[Outcome[Any] | ErpConnectError]:
        ends: dict[int, Outcome[Any] | ErpConnectError] = {}
        fit: list[tuple[int, Creation[Any, Any]]] = []
        for index, (draft, key) in enumerate(zip(drafts, keys, strict=True)):
            try:
                deed = self._creation(draft, key, allowed)
                deed.refuse_losses()
                if not self._done_before(deed, key if _has_expectations(draft) else None):
                    refuse_price_mismatch(self.context, draft)
            except ErpConnectError as refusal:
                ends[index] = refusal
            else:
                fit.append((index, deed))
        shelf = self.context.book(self.book)
        deeds = [deed for _, deed in fit]
        verdicts: Sequence[Outcome[Any] | ErpConnectError]
        if isinstance(shelf, CreatesBlocks) and self.context.capabilities.block_size > 1:
            verdicts = self.context.journal.write_block(deeds, self._sender(shelf))
        else:
            cap = (
                workers
                or self.context.adapter.target.max_concurrency
                or self.context.capabilities.concurrency
            )
            verdicts = in_parallel(self._one, deeds, workers=min(cap, self.context.capabilities.concurrency))
        ends.update(zip((index for index, _ in fit), verdicts, strict=True))
        return [ends[index] for index in range(len(drafts))]

    def _sender(self, shelf: Any) -> Callable[[Sequence[tuple[Deed[Any], Write]]], Sequence[Any]]:
        def send(writes: Sequence[tuple[Deed[Any], Write]]) -> Sequence[Written[Any] | ErpConnectError]:
            block = [(_sendable(deed), _with_losses(deed, write)) for deed, write in writes]
            return read_back(self.context, shelf, shelf.create_block(block))

        return send

    def _one(self, deed: Deed[Any]) -> Outcome[Any] | ErpConnectError:
        try:
            return self.context.journal.write(deed)
        except ErpConnectError as error:
            return error

    # -- amend ---------------------------------------------------------------------------------------------

    def plan(
        self,
        order: OrderFields | str,
        amendments: Sequence[Amendment],
        key: str | None,
        allow_loss: Collection[str],
    ) -> Plan[Any]:
        """Think a change through."""
        if not amendments:
            raise InvalidOrder("a plan needs at least one amendment", operation=f"{self.book}.amend")
        for amendment in amendments:
            self._require_change(amendment)
        allowed = check_allowed(allow_loss)
        refuse_lossy_amendments(self.context, self.book, amendments, allowed)
        before = (
            order if isinstance(order, OrderFields) else read_order(self.context, self.book, id_of(order))
        )
        resolved = resolve_lines(before, amendments)
        expected, by, remarks = planned(self.context, self.book, before, resolved)
        return Plan(
            order=before,
            amendments=tuple(amendments),
            diff=changes(before, expected),
            expected=expected,
            key=_checked(key) if key is not None else new_key(),
            warnings=tuple(_remarks(remarks)),
            price_effect=_price_effect(before, expected),
            computed_by=by,
            allow_loss=tuple(sorted(allowed)),
        )

    def _require_change(self, amendment: Amendment) -> None:
        if not isinstance(amendment, Amendment):
            raise TypeError(f"an amendment is one of ec.Amendment's kinds, not {type(amendment).__name__}")
        known = self.context.require(f"{self.book}.{amendment.operation}")
        kind = getattr(amendment, "kind", None)
        if known.values is not None and kind is not None and kind not in known.values:
            raise UnsupportedOperation(
                f"{self.context.capabilities.system} knows no hold of this kind",
                why=f"its kinds are {', '.join(known.values)}",
                alternatives=known.values,
                operation=f"{self.book}.{amendment.operation}",
                system=self.context.system,
            )

    def apply(self, plan: Plan[Any], *, force: bool) -> WriteReceipt[Any]:
        """Make a planned change; what has moved only in its version token is planned again by itself."""
        for amendment in plan.amendments:
            self.context.require(f"{self.book}.{amendment.operation}", writes=True)
        earlier = self._amended_before(plan.key, plan.order.id, plan.amendments)
        if earlier is not None:
            return earlier
        plan = self._on_what_stands(plan, force=force)
        for attempt in range(1, _TRIES + 1):
            deed = self._amending(plan, force=force)
            try:
                return of_outcome(self.context, self.context.journal.write(deed))
            except VersionConflict as conflict:
                current = read_order(self.context, self.book, plan.order.id, plan.order.number)
                what = moved(plan.order, current)
                if attempt == _TRIES or (what and not force):
                    conflict.diff = conflict.diff or tuple(what)
                    raise
                plan = self._again(plan, current)
        raise AssertionError("the last attempt returns or raises")

    def _on_what_stands(self, plan: Plan[Any], *, force: bool) -> Plan[Any]:
        """The plan on the order as it stands; ``VersionConflict`` when what counts has moved.

        Where the back-end itself compares versions nothing is read: a conflict says so.
        """
        operations = {f"{self.book}.{each.operation}" for each in plan.amendments}
        if not force and all(self.context.capabilities.conditional(op) == "enforced" for op in operations):
            return plan
        current = read_order(self.context, self.book, plan.order.id, plan.order.number)
        what = moved(plan.order, current)
        if what and not force:
            raise VersionConflict(
                "the order has changed since it was read", diff=what, operation=f"{self.book}.amend"
            )
        return self._again(plan, current)

    def _again(self, plan: Plan[Any], current: Any) -> Plan[Any]:
        resolved = resolve_lines(plan.order, plan.amendments)
        expected, by, _ = planned(self.context, self.book, current, resolved)
        return replace(plan, order=current, expected=expected, computed_by=by, amendments=resolved)

    def _amending(self, plan: Plan[Any], *, force: bool) -> Amending[Any]:
        return Amending(
            self.context,
            self.book,
            plan.order,
            plan.expected,
            resolve_lines(plan.order, plan.amendments),
            plan.key,
            said=plan.amendments,
            allow_loss=plan.allow_loss,
            force=force,
        )

    def amend(
        self,
        order: OrderFields | str,
        amendments: Sequence[Amendment],
        key: str | None,
        allow_loss: Collection[str],
    ) -> WriteReceipt[Any]:
        """Plan and apply."""
        for amendment in amendments:
            self._require_change(amendment)
            self.context.require(f"{self.book}.{amendment.operation}", writes=True)
        if key is not None:
            earlier = self._amended_before(key, id_of(order), amendments)
            if earlier is not None:
                return earlier
        return self.apply(self.plan(order, amendments, key, allow_loss), force=False)

    def _amended_before(
        self, key: str, order_id: str, amendments: Sequence[Amendment]
    ) -> WriteReceipt[Any] | None:
        """What an earlier call with this key has done: told before planning, which would see the change done."""
        entry = self.context.journal.entry(key)
        operation = f"{self.book}.amend"
        if entry is None or entry.state is not State.CONFIRMED or entry.operation != operation:
            return None
        if entry.fingerprint != fingerprint(operation, amend_payload(order_id, amendments)):
            return None
        current = read_order(self.context, self.book, order_id, entry.number)
        deed: Amending[Any] = Amending(
            self.context, self.book, current, current, (), key, said=tuple(amendments)
        )
        return of_outcome(self.context, Outcome(deed.replay(entry), entry, replayed=True))

    def apply_many(self, plans: Iterable[Plan[Any]]) -> BatchResult[Any]:
        """Apply plans; one order's conflict does not stop the others."""
        succeeded: list[WriteReceipt[Any]] = []
        failed: list[BatchFailure] = []
        for index, plan in enumerate(plans):
            try:
                succeeded.append(self.apply(plan, force=False))
            except ErpConnectError as error:
                failed.append(BatchFailure(index=index, key=plan.key, draft=plan, error=error))
        return BatchResult(succeeded=tuple(succeeded), failed=tuple(failed))

    # -- cancel --------------------------------------------------------------------------------------------

    def cancel(
        self,
        order: OrderFields | str,
        reason: str,
        lines: Sequence[LineRef] | LineRef | None,
        key: str | None,
    ) -> WriteReceipt[Any]:
        """Cancel what is open of an order, or of some of its lines."""
        self.context.require(f"{self.book}.{'cancel' if lines is None else 'cancel_line'}", writes=True)
        if not reason.strip():
            raise InvalidOrder(
                "a cancellation needs a reason", operation=f"{self.book}.cancel", path="reason"
            )
        key = _checked(key) if key is not None else None
        given = order if isinstance(order, OrderFields) else None
        for attempt in range(1, _TRIES + 1):
            before = given or read_order(self.context, self.book, id_of(order))
            wanted = self._lines_to_cancel(before, lines)
            deed: Cancelling[Any] = Cancelling(
                self.context, self.book, before, wanted, reason, key or new_key()
            )
            earlier = self._cancelled_before(deed, key)
            if earlier is not None:
                return earlier
            self._refuse_nothing_to_cancel(before, wanted)
            try:
                return of_outcome(self.context, self.context.journal.write(deed))
            except VersionConflict as conflict:
                current = read_order(self.context, self.book, before.id, before.number)
                what = moved(before, current)
                if attempt == _TRIES or (given is not None and what):
                    conflict.diff = conflict.diff or tuple(what)
                    raise
                given = current if given is not None else None
        raise AssertionError("the last attempt returns or raises")

    def _lines_to_cancel(
        self, order: OrderFields, lines: Sequence[LineRef] | LineRef | None
    ) -> tuple[str, ...] | None:
        """Line ids; None for the whole order, which all of its open lines together are too."""
        if lines is None:
            return None
        several = [lines] if isinstance(lines, str | int | OrderLine) else list(lines)
        wanted = tuple(dict.fromkeys(line_id(order, line) for line in several))
        if not wanted:
            raise InvalidOrder("lines is empty; leave it out to cancel the whole order", path="lines")
        still_open = {line.id for line in order.lines if line.quantities.open > 0}
        whole = (
            bool(still_open) and still_open <= set(wanted) and self.context.supports(f"{self.book}.cancel")
        )
        return None if whole else wanted

    def _cancelled_before(self, deed: Cancelling[Any], key: str | None) -> WriteReceipt[Any] | None:
        entry = self.context.journal.entry(key) if key is not None else None
        if entry is None or entry.state is not State.CONFIRMED or entry.operation != deed.operation:
            return None
        same = entry.payload is None or (
            entry.payload.get("order") == deed.payload["order"]
            and entry.payload.get("reason") == deed.payload["reason"]
        )
        if not same:
            return None
        return of_outcome(self.context, Outcome(deed.replay(entry), entry, replayed=True))

    def _refuse_nothing_to_cancel(self, order: OrderFields, wanted: Sequence[str] | None) -> None:
        lines = order.lines if wanted is None else [line for line in order.lines if line.id in set(wanted)]
        if lines and not any(line.quantities.open > 0 for line in lines):
            raise TransitionNotAllowed(
                f"nothing is open any more to be cancelled; the order is {order.status.value}",
                operation=f"{self.book}.cancel",
                hint="goods that were shipped come back as a return",
            )


_AT_ONCE = 100
"""Drafts handed on together where the back-end takes them one by one."""


def _keyed(drafts: Iterable[Any], keys: Iterable[str] | Callable[[Any], str]) -> Iterator[tuple[str, Any]]:
    if callable(keys):
        for draft in drafts:
            yield _checked(keys(draft)), draft
        return
    if isinstance(keys, str):
        raise TypeError("keys is one key per draft, not one text")
    try:
        for key, draft in zip(keys, drafts, strict=True):
            yield _checked(key), draft
    except ValueError as uneven:
        raise ValueError("give exactly one key per draft") from uneven


def _checked(key: object) -> str:
    if not isinstance(key, str) or not key.strip():
        raise ValueError("a key is a text that says which wish this is, and is not blank")
    if len(key) > 1000:
        raise ValueError("a key has at most 1,000 characters")
    return key


def _has_expectations(draft: Any) -> bool:
    return any(line.expected_price is not None for line in draft.lines)


def _sendable(deed: Deed[Any]) -> Any:
    return deed.sendable if isinstance(deed, Creation) else None


def _with_losses(deed: Deed[Any], write: Write) -> Write:
    allowed = deed.allowed if isinstance(deed, Creation) else frozenset()
    return replace(write, allow_loss=allowed) if allowed else write


def _price_effect(before: OrderFields, after: OrderFields) -> Money | None:
    if before.net is None or after.net is None:
        return None
    return Money(amount=after.net.amount - before.net.amount, currency=after.net.currency)


def _remarks(messages: Iterable[str]) -> Iterator[Finding]:
    for message in messages:
        yield Finding(code="back_end_said", severity=Severity.WARNING, path="", message=message)
