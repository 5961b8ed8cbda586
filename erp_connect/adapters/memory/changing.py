"""Changing orders: amendments, cancellations, a supplier's confirmation, goods that arrive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from ...errors import (
    DuplicateReference,
    ErpConnectError,
    TransitionNotAllowed,
    UnsupportedOperation,
    VersionConflict,
)
from ...models import (
    AddLine,
    Amendment,
    CancelLine,
    EventKind,
    GoodsReceipt,
    LineConfirmation,
    LineQuantity,
    OrderFields,
    OrderStatus,
    PlaceHold,
    PurchaseOrder,
    PurchaseOrderDraft,
    Ref,
    ReleaseHold,
    SubstituteProduct,
)
from ...rules.cancelling import cancelled
from ...rules.diff import moved
from ...rules.posting import confirmed, received
from ...rules.quantities import in_base_unit, open_quantity
from ...rules.totals import tax_rates_of
from ..contract import Conditional, OnCancel, Simulation, Write, Written
from .free_goods import gifts_of
from .orders import D, O, OrderRecords


class Changing(OrderRecords[D, O]):
    """Changes and cancels orders, holding to their version as the product does."""

    def amend(self, order: O, amendments: Sequence[Amendment], write: Write) -> Written[O]:
        """Apply all amendments; where the product saves them one by one, a later refusal is ``partial``."""
        operation = f"{self.side.book}.amend"
        for change in amendments:
            self._ensure(change)
        if not amendments:
            return self.written(self.office.read(f"{self.side.book}.get", lambda: self.current(order.id)))
        changes = tuple(self.shape.amendment(change, write.allow_loss) for change in amendments)
        first = f"{self.side.book}.{changes[0].operation}"
        enforced = self.hold_to(order, first, write)
        replaced: dict[str, tuple[str, ...]] = {}
        stored = order
        for step, some in enumerate(self._steps(changes)):
            write.sending(operation)
            check = order if enforced and step == 0 else None
            try:
                stored, new = self.office.deliver(
                    operation,
                    lambda some=some, check=check: self._amended(order.id, some, check),  # type: ignore[misc]
                    timeout=write.timeout,
                    step=step,
                )
            except ErpConnectError as error:
                if step and error.outcome == "not_applied":
                    error.outcome, error.retryable = "partial", False
                raise
            replaced.update(new)
        return self.written(stored, replaced=replaced)

    def cancel(self, order: O, lines: Sequence[str] | None, write: Write) -> Written[O] | None:
        """Cancel what is open of these lines or of the order; ``None`` where that deletes the order."""
        operation = f"{self.side.book}.{'cancel' if lines is None else 'cancel_line'}"
        self.office.ensure(operation)
        check = order if self.hold_to(order, operation, write) else None
        stored = self.office.send(
            f"{self.side.book}.cancel", write, lambda: self._cancelled(order.id, lines, write.reason, check)
        )
        return None if stored is None else self.written(stored)

    def hold_to(self, order: O, operation: str, write: Write) -> bool:
        """Whether the write itself must compare versions; where it is only CHECKED, the look is taken here."""
        conditional = self.office.conditional(operation)
        if write.force or conditional is Conditional.NONE:
            return False
        if conditional is Conditional.CHECKED:
            self.office.read(
                f"{self.side.book}.get", lambda: self.same_version(self.current(order.id), order)
            )
        return conditional is Conditional.ENFORCED

    def same_version(self, current: O, planned: O) -> None:
        """``VersionConflict`` when the order has moved since the change was planned."""
        if current.version != planned.version:
            raise VersionConflict(
                "the order was changed since it was read",
                diff=moved(planned, current),
                system=self.office.system,
            )

    def _ensure(self, change: Amendment) -> None:
        operation = f"{self.side.book}.{change.operation}"
        self.office.ensure(operation)
        kinds = self.office.profile.operations[operation].values
        if kinds is not None and isinstance(change, PlaceHold | ReleaseHold) and change.kind not in kinds:
            raise UnsupportedOperation(
                f"{self.office.profile.product} has no hold of this kind",
                why=f"kinds of hold here: {', '.join(kinds)}",
                hint=f"use one of {', '.join(kinds)}",
                system=self.office.system,
                operation=operation,
            )

    def _steps(self, changes: Sequence[Amendment]) -> Iterable[Sequence[Amendment]]:
        """All in one request where each of them is atomic, else one by one."""
        operations = self.office.profile.operations
        atomic = all(operations[f"{self.side.book}.{change.operation}"].atomic for change in changes)
        return (changes,) if atomic else [(change,) for change in changes]

    def _amended(
        self, id: str, changes: Sequence[Amendment], check: O | None
    ) -> tuple[O, Mapping[str, tuple[str, ...]]]:
        before = self.current(id)
        if check is not None:
            self.same_version(before, check)
        after, replaced = self.changed(before, _with_gifts(before, changes), _products(changes), self.line_id)
        return self.store(before, after, _events(changes, after.status)), replaced

    def _cancelled(
        self, id: str, lines: Sequence[str] | None, reason: str | None, check: O | None
    ) -> O | None:
        before = self.current(id)
        if check is not None:
            self.same_version(before, check)
        if lines is not None:
            lines = [*lines, *gifts_of(before, lines)]
            if all(line.id in lines or open_quantity(line.quantities) <= 0 for line in before.lines):
                lines = None  # nothing else is left open
        now = self.office.now()
        moved_lines = [line for line in before.lines if line.quantities.shipped or line.quantities.delivered]
        profile = self.office.profile
        if lines is None and profile.on_cancel is OnCancel.GONE:
            if not moved_lines:
                self.world.log(self.side.book, EventKind.CANCELLED, before, now)
                self.drop(id)
                return None
            if profile.posted_orders_vanish:
                self._only_invoiced(before)
                self.world.log(self.side.book, EventKind.COMPLETED, before, now)
                self.drop(id)
                return None
        facts = self.facts(before)
        after = cancelled(
            before,
            lines,
            reason=reason,
            now=now,
            policy=self.office.policy,
            today=facts.today,
            tax_rates=tax_rates_of(before.lines, facts.products),
        )
        kind = EventKind.CANCELLED if after.status is OrderStatus.CANCELLED else EventKind.AMENDED
        return self.store(before, after, (kind,))

    def _only_invoiced(self, order: O) -> None:
        for line in order.lines:
            left = (line.quantities.shipped or Decimal(0)) - (line.quantities.invoiced or Decimal(0))
            if left > 0:
                raise TransitionNotAllowed(
                    "the order was shipped in part and not invoiced; it cannot be deleted",
                    system=self.office.system,
                    hint="cancel the open lines instead",
                )


class SimulatingChanges(Changing[D, O]):
    """Tells what a change would do."""

    def simulate_change(self, order: O, amendments: Sequence[Amendment]) -> Simulation[O]:
        """What the order would be; nothing is written."""
        self.office.ensure(f"{self.side.book}.simulate")
        for change in amendments:
            self._ensure(change)
        changes = tuple(self.shape.amendment(change) for change in amendments)
        return self.office.read(f"{self.side.book}.simulate", lambda: self._reckoned(order.id, changes))

    def _reckoned(self, id: str, changes: Sequence[Amendment]) -> Simulation[O]:
        before = self.side.shelf.get(id)
        if before is None:
            raise self.not_found()
        names = iter(range(1, 10_000))
        after, _ = self.changed(
            before,
            _with_gifts(before, changes),
            _products(changes),
            lambda _: f"simulated-{next(names)}",
        )
        return Simulation(order=after)


class Buying(Changing[PurchaseOrderDraft, PurchaseOrder]):
    """What only purchase orders have: the supplier's confirmation, and goods that arrive."""

    def confirm(
        self, order: PurchaseOrder, lines: Sequence[LineConfirmation], write: Write
    ) -> Written[PurchaseOrder]:
        """Enter what the supplier promised."""
        operation = "purchase_orders.confirm"
        self.office.ensure(operation)
        check = order if self.hold_to(order, operation, write) else None
        stored = self.office.send(operation, write, lambda: self._confirmed(order.id, lines, check))
        return self.written(stored)

    def receive(
        self, order: PurchaseOrder, lines: Sequence[LineQuantity], write: Write
    ) -> Written[GoodsReceipt]:
        """Post a goods receipt; stock grows."""
        operation = "purchase_orders.receive"
        self.office.ensure(operation)
        check = order if self.hold_to(order, operation, write) else None
        receipt = self.office.send(
            operation, write, lambda: self._received(order.id, lines, write.stamp, check)
        )
        write.made(receipt.id, receipt.number)
        stored = receipt if self.office.answers("goods_receipts.of") else None
        return Written(id=receipt.id, stored=stored)

    def _confirmed(
        self, id: str, lines: Sequence[LineConfirmation], check: PurchaseOrder | None
    ) -> PurchaseOrder:
        before = self.current(id)
        if check is not None:
            self.same_version(before, check)
        after = confirmed(before, lines, today=self.office.today(), now=self.office.now())
        return self.store(before, after, (EventKind.CONFIRMED,))

    def _received(
        self, id: str, lines: Sequence[LineQuantity], stamp: str, check: PurchaseOrder | None
    ) -> GoodsReceipt:
        known = self.world.stamped.get(("goods_receipts", stamp))
        if known is not None and self.office.profile.stamp("goods_receipts").enforced:
            raise DuplicateReference(
                "goods_receipts: a document with this stamp exists already", native=(known,)
            )
        before = self.current(id)
        if check is not None:
            self.same_version(before, check)
        serial = self.world.next("goods_receipts")
        after, receipt = received(
            before,
            lines,
            id=f"goods-receipt-{serial}",
            number=f"GR{serial:06d}",
            today=self.office.today(),
            now=self.office.now(),
        )
        for part in receipt.lines:
            line = before.line(part.order_line_id)
            place = line.warehouse or before.warehouse
            move_stock(self, part.product, place, part.quantity, part.unit)
        self.world.goods_receipts.put(receipt, self.office.now())
        self.world.stamped["goods_receipts", stamp] = receipt.id
        self.store(before, after, (EventKind.RECEIVED,), {"document": receipt.id})
        return receipt


def move_stock(
    records: OrderRecords[D, O], product: str | None, warehouse: str | None, change: Decimal, unit: str | None
) -> None:
    """Goods came in (``change`` above zero) or went out, counted in an order line's unit."""
    known = records.office.product(product) if product else None
    if known is not None and unit is not None:
        change = in_base_unit(known, change, unit)
    records.world.move_stock(known.number if known else product, warehouse, change)


def _with_gifts(order: OrderFields, changes: Sequence[Amendment]) -> Sequence[Amendment]:
    """The amendments, with each line that is cancelled followed by what came with it."""
    reasons = {str(change.line): change.reason for change in changes if isinstance(change, CancelLine)}
    came = gifts_of(order, reasons)
    return (*changes, *(CancelLine.trusted(line=id, reason=reasons[parent]) for id, parent in came.items()))


def _products(changes: Iterable[Amendment]) -> Iterable[str | Ref]:
    for change in changes:
        if isinstance(change, AddLine):
            yield change.line.product
        elif isinstance(change, SubstituteProduct):
            yield change.to


def _events(changes: Sequence[Amendment], status: OrderStatus) -> Iterable[EventKind]:
    kinds: dict[EventKind, None] = {}
    for change in changes:
        if isinstance(change, PlaceHold):
            kinds[EventKind.HELD] = None
        elif isinstance(change, ReleaseHold):
            kinds[EventKind.RELEASED] = None
        elif isinstance(change, CancelLine) and status is OrderStatus.CANCELLED:
            kinds[EventKind.CANCELLED] = None
        else:
            kinds[EventKind.AMENDED] = None
    return kinds
