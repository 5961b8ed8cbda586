"""What sales and purchase orders share: the verbs, on whichever book.

``Orders`` and ``PurchaseOrders`` are two faces of this.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from ..adapters.contract import Conditional
from ..errors import (
    ErpConnectError,
    InvalidOrder,
    RequestRefused,
    TransitionNotAllowed,
    UnsupportedOperation,
    VersionConflict,
)
from ..journal import State
from ..models import (
    Amendment,
    BatchFailure,
    BatchResult,
    Difference,
    LineRef,
    OrderFields,
    OrderStatus,
    Plan,
    WriteReceipt,
)
from ..rules.amending import resolve_lines
from ..rules.diff import changes, moved, standing_in_the_way
from .cancelling import Cancelling, cancel_payload, lines_said, reason_said
from .changing import Amending, amend_payload, told_again, weakest
from .checking import expects_prices, refuse_price_mismatch
from .context import Context, key_of
from .creating import Creation, draft_of
from .fitting import check_allowed
from .fitting_changes import refuse_lossy_amendments
from .planning import planned, price_effect, remarks
from .reading import ENTITIES, id_of, read_order
from .receipts import of_outcome

_TRIES: Final = 3
PRICE_MISMATCH: Final = ("refuse", "accept")


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
        context = self.context
        context.require(f"{self.book}.create", writes=True)
        if on_price_mismatch not in PRICE_MISMATCH:
            raise ValueError(f"on_price_mismatch is one of {', '.join(PRICE_MISMATCH)}")
        allowed = check_allowed(allow_loss)
        draft = draft_of(self.book, draft)
        deed: Creation[Any, Any] = Creation(context, self.book, draft, key_of(key), allow_loss=allowed)
        deed.refuse_losses()
        if on_price_mismatch == "refuse" and expects_prices(draft) and not deed.begun_before():
            refuse_price_mismatch(context, draft)
        return of_outcome(context, context.journal.write(deed, resume=resume))

    # -- amend ---------------------------------------------------------------------------------------------

    def plan(
        self,
        order: OrderFields | str,
        amendments: Sequence[Amendment],
        key: str | None,
        allow_loss: Collection[str],
    ) -> Plan[Any]:
        """Think a change through."""
        allowed = self._fit(amendments, allow_loss)
        order_id = id_of(order, self.book)
        before = order if isinstance(order, OrderFields) else read_order(self.context, self.book, order_id)
        resolved = resolve_lines(before, amendments)
        expected, by, messages = planned(self.context, self.book, before, resolved)
        return Plan(
            order=before,
            amendments=tuple(amendments),
            diff=changes(before, expected),
            expected=expected,
            key=key_of(key),
            warnings=remarks(messages),
            price_effect=price_effect(before, expected),
            computed_by=by,
            allow_loss=tuple(sorted(allowed)),
            system=self.context.system,
        )

    def _fit(
        self, amendments: Sequence[Amendment], allow_loss: Collection[str], *, writes: bool = False
    ) -> frozenset[str]:
        """The allowed losses, after everything that speaks against these amendments before any traffic."""
        if not amendments:
            raise InvalidOrder("a change needs at least one amendment", operation=f"{self.book}.amend")
        for amendment in amendments:
            self._require_change(amendment, writes=writes)
        allowed = check_allowed(allow_loss)
        refuse_lossy_amendments(self.context.capabilities, self.book, amendments, allowed)
        return allowed

    def _require_change(self, amendment: Amendment, *, writes: bool) -> None:
        if not isinstance(amendment, Amendment):
            raise TypeError(f"an amendment is one of ec.Amendment's kinds, not {type(amendment).__name__}")
        known = self.context.require(f"{self.book}.{amendment.operation}", writes=writes)
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
        """Make a planned change; where what has moved is not touched by it, it is planned again by itself."""
        if not isinstance(getattr(plan, "order", None), ENTITIES[self.book]):
            raise TypeError(f"erp.{self.book}.apply takes a plan that erp.{self.book}.plan has made")
        if plan.system not in (None, self.context.system):
            raise InvalidOrder(
                "this plan was made for an order of another system",
                code="other_system",
                hint="connect to the system that it was made for, or plan the change here",
                operation=f"{self.book}.amend",
                path="system",
            )
        return self._applied(plan, force=force)

    def _applied(self, plan: Plan[Any], *, force: bool, whole: bool = False) -> WriteReceipt[Any]:
        """Make a planned change; ``whole``: only on the order as it was, whatever of it the change touches."""
        self._fit(plan.amendments, plan.allow_loss, writes=True)
        begun = self._begun(plan.key, plan.order.id, plan.amendments, plan.allow_loss, force=force)
        if begun is not None:
            return begun
        current = self._on_what_stands(plan, force=force, whole=whole)
        for attempt in range(1, _TRIES + 1):
            deed = self._amending(plan, current, force=force)
            try:
                return of_outcome(self.context, self.context.journal.write(deed))
            except VersionConflict as conflict:
                current = read_order(self.context, self.book, plan.order.id, plan.order.number)
                what = () if force else self._in_the_way(plan, current, whole=whole)
                if attempt == _TRIES or what:
                    conflict.diff = what or conflict.diff or moved(deed.order, current)
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _in_the_way(self, plan: Plan[Any], current: OrderFields, *, whole: bool) -> tuple[Difference, ...]:
        """What has moved since the plan was made, if that keeps it from being applied."""
        if whole:
            return moved(plan.order, current)
        return standing_in_the_way(
            plan.order,
            plan.expected,
            resolve_lines(plan.order, plan.amendments),
            current,
            lasting_ids=self.context.capabilities.stable_line_ids,
        )

    def _begun(
        self,
        key: str | None,
        order_id: str,
        amendments: Sequence[Amendment],
        allow_loss: Collection[str],
        *,
        force: bool = False,
    ) -> WriteReceipt[Any] | None:
        """What an earlier call with this key has done, or goes on with: what stands now may be its work already."""
        operation = f"{self.book}.amend"
        earlier = self.context.journal.earlier(key, operation, amend_payload(order_id, amendments))
        if earlier is None:
            return None
        if earlier.state is State.CONFIRMED:
            return told_again(self.context, earlier)
        deed = Amending.again(self.context, earlier, allow_loss=allow_loss, force=force)
        return of_outcome(self.context, self.context.journal.write(deed))

    def _on_what_stands(self, plan: Plan[Any], *, force: bool, whole: bool) -> Any:
        """The order as it stands; ``VersionConflict`` when what counts has moved.

        Where the back-end itself compares versions nothing is read: a conflict says so.
        """
        operations = [f"{self.book}.{each.operation}" for each in plan.amendments]
        if not force and weakest(self.context, operations) is Conditional.ENFORCED:
            return plan.order
        current = read_order(self.context, self.book, plan.order.id, plan.order.number)
        what = () if force else self._in_the_way(plan, current, whole=whole)
        if what:
            raise VersionConflict(
                "the order has changed since it was read", diff=what, operation=f"{self.book}.amend"
            )
        return current

    def _amending(self, plan: Plan[Any], order: Any, *, force: bool) -> Amending[Any]:
        # A position means the line that stood there when the plan was made; what was said stays the wish.
        resolved = resolve_lines(plan.order, plan.amendments)
        expected = plan.expected
        if order is not plan.order:
            expected, by, _ = planned(self.context, self.book, order, resolved)
            if by == plan.computed_by and not force:
                self._refuse_another_price_effect(plan, order, expected)
        return Amending(
            self.context,
            self.book,
            order,
            expected,
            resolved,
            plan.key,
            allow_loss=plan.allow_loss,
            force=force,
            payload=amend_payload(plan.order.id, plan.amendments),
        )

    def _refuse_another_price_effect(self, plan: Plan[Any], order: Any, expected: Any) -> None:
        """``VersionConflict`` where the change would cost otherwise than planned, because the order has moved."""
        effect = price_effect(order, expected)
        what = moved(plan.order, order)
        if what and None not in (effect, plan.price_effect) and effect != plan.price_effect:
            raise VersionConflict(
                "the order has changed since it was read, and the change would cost otherwise than planned",
                diff=what,
                operation=f"{self.book}.amend",
            )

    def amend(
        self,
        order: OrderFields | str,
        amendments: Sequence[Amendment],
        key: str | None,
        allow_loss: Collection[str],
    ) -> WriteReceipt[Any]:
        """Plan and apply."""
        self._fit(amendments, allow_loss, writes=True)
        begun = self._begun(key, id_of(order, self.book), amendments, allow_loss)
        if begun is not None:
            return begun
        try:
            plan = self.plan(order, amendments, key, allow_loss)
        except RequestRefused:
            # A rival with this key may have been quicker, between our look at the journal and at the order.
            begun = self._begun(key, id_of(order, self.book), amendments, allow_loss)
            if begun is None:
                raise
            return begun
        return self._applied(plan, force=False, whole=isinstance(order, OrderFields))

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
        context, book = self.context, self.book
        context.require(f"{book}.{'cancel' if lines is None else 'cancel_line'}", writes=True)
        reason = reason_said(reason, f"{book}.cancel")
        said = lines_said(lines)
        order_id = id_of(order, book)
        name, wish = key_of(key), cancel_payload(order_id, said, reason)
        begun = self._cancel_begun(key, wish)
        if begun is not None:
            return begun
        given = order if isinstance(order, OrderFields) else None
        before = self._to_cancel(given) if given is not None else read_order(context, book, order_id)
        for attempt in range(1, _TRIES + 1):
            deed: Cancelling[Any] = Cancelling(context, book, before, said, reason, name)
            try:
                self._refuse_nothing_to_cancel(before, deed.lines)
            except TransitionNotAllowed:
                # A rival with this key may have been quicker, between our look at the journal and at the order.
                begun = self._cancel_begun(key, wish)
                if begun is None:
                    raise
                return begun
            try:
                return of_outcome(context, context.journal.write(deed))
            except VersionConflict as conflict:
                current = read_order(context, book, before.id, before.number)
                what = moved(given, current) if given is not None else ()
                if attempt == _TRIES or what:
                    conflict.diff = what or conflict.diff or moved(before, current)
                    raise
                before = current
        raise AssertionError("the last attempt returns or raises")

    def _cancel_begun(self, key: str | None, wish: Any) -> WriteReceipt[Any] | None:
        """What an earlier call with this key has done, or goes on with."""
        earlier = self.context.journal.earlier(key, f"{self.book}.cancel", wish)
        if earlier is None:
            return None
        if earlier.state is State.CONFIRMED:
            return told_again(self.context, earlier)
        return of_outcome(self.context, self.context.journal.write(Cancelling.again(self.context, earlier)))

    def _to_cancel(self, given: OrderFields) -> OrderFields:
        """An order that a caller gave, held to its version where the back-end does not do that."""
        names = [f"{self.book}.{verb}" for verb in ("cancel", "cancel_line")]
        offered = [name for name in names if self.context.supports(name)]
        if weakest(self.context, offered) is Conditional.ENFORCED:
            return given
        current: OrderFields = read_order(self.context, self.book, given.id, given.number)
        what = moved(given, current)
        if what:
            raise VersionConflict(
                "the order has changed since it was read", diff=what, operation=f"{self.book}.cancel"
            )
        return current

    def _refuse_nothing_to_cancel(self, order: OrderFields, wanted: Sequence[str] | None) -> None:
        lines = order.lines if wanted is None else [line for line in order.lines if line.id in set(wanted)]
        closed = order.status in (OrderStatus.CANCELLED, OrderStatus.REJECTED, OrderStatus.COMPLETED)
        if closed or (lines and not any(line.quantities.open > 0 for line in lines)):
            raise TransitionNotAllowed(
                f"nothing is open any more to be cancelled; the order is {order.status.value}",
                operation=f"{self.book}.cancel",
                hint="goods that were shipped come back as a return",
            )
