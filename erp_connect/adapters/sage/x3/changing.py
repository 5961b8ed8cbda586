"""Changing and cancelling orders of either side, under the stamp that was read (sage.md 2.14)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from ....errors import (
    ConfigurationError,
    ErpConnectError,
    KeyInProgress,
    NotFound,
    TransportError,
    UnsupportedOperation,
    VersionConflict,
)
from ....models import Amendment, Order, OrderLine, OrderStatus, PurchaseOrder
from ....rules.diff import moved
from ....wire.adonix import Record, record_in
from ...answers import understands_answers
from ...contract import Write, Written
from ...services.standing import still_open, told_what_moved
from .cells import NUM, text
from .creating import Creating, Simulating
from .finding import FindingPurchases, FindingSales
from .mapping_changes import ChangeOfOrder
from .mapping_orders import rows_by_id
from .office import stamp_of
from .strategies import Strategy

E = TypeVar("E", Order, PurchaseOrder)
_NOTHING = "unsupported"


class Changing(Creating[E]):
    """An order book with ``amend`` and ``cancel``."""

    strategy: str
    """The setting that says how an order is cancelled."""

    def amend(self, order: E, amendments: Sequence[Amendment], write: Write) -> Written[E]:
        """Make all amendments in one call under the stamp that was read; lines that go take a call each after it."""
        operation = f"{self.book}.{amendments[0].operation}" if amendments else f"{self.book}.change_header"
        order = self._at_hand(order, write)
        change = ChangeOfOrder(order, self.side, self.office)
        for amendment in amendments:
            change.make(amendment)
        return self._changed(order, change, write, operation)

    def cancel(self, order: E, lines: Sequence[str] | None, write: Write) -> Written[E] | None:
        """Cancel the order as the site's strategy says; lines go, or are lowered to what has left."""
        operation = f"{self.book}.cancel" if lines is None else f"{self.book}.cancel_line"
        order = self._at_hand(order, write)
        if lines is None:
            return self._cancelled(order, write, operation)
        change = ChangeOfOrder(order, self.side, self.office)
        for line in still_open(order, lines, operation):
            change.cancel(line)
        return self._changed(order, change, write, operation)

    # -- the order -------------------------------------------------------------------------------------------

    def _at_hand(self, order: E, write: Write) -> E:
        """The order with its record: itself where a stamp guards it, else read just before and compared."""
        guarded = bool(stamp_of(order.raw)) and self.office.settings.modstamp
        if guarded and not write.force:
            return order
        current = self.get(order.id)
        if not write.force and order.version not in (None, current.version):
            raise VersionConflict("the order was changed since it was read", diff=moved(order, current))
        return current

    def _changed(self, order: E, change: ChangeOfOrder, write: Write, operation: str) -> Written[E]:
        # What deleteLines takes is not confirmed: the site has to say it (sage.md 10).
        keys = self.office.settings.line_keys
        if not (keys and self.shape.deletes_lines and (keys == "number" or change.in_ranks)):
            change.empty()
        groups, rows = change.groups(), change.rows()
        record: Record = order.raw
        notes: tuple[str, ...] = ()
        with told_what_moved(order, self.get):
            if groups or rows:
                write.sending("change the order")
                record, reply = self.office.modify(
                    self.side.kind, order.raw, groups, rows, operation, force=write.force
                )
                notes = reply.notes
            with self.office.translated(operation, writes=True):
                replaced = change.replaced(record)
            if change.gone:
                changed = bool(groups or rows)
                record = self._take_away(
                    order, record or order.raw, change, write, operation, changed=changed
                )
        with self.office.translated(operation, writes=True):
            known = self.shape.text(record, "number") == order.id and bool(groups or rows or change.gone)
            stored = self._order(record) if known else None
        return Written(id=order.id, stored=stored, replaced=replaced, warnings=notes)

    def _take_away(
        self, order: E, record: Record, change: ChangeOfOrder, write: Write, operation: str, *, changed: bool
    ) -> Record:
        """Delete the lines that go, the last one first, and see each time that it was the one that was meant.

        A deletion takes no stamp: each line goes by the place that it has in the newest record (sage.md 2.14).
        """
        by_rank = self.office.settings.line_keys == "rank"
        done = changed
        if not changed and not write.force and stamp_of(order.raw):
            record = self.office.read(self.side.kind, order.id, operation)
            if stamp_of(record) != stamp_of(order.raw):
                raise VersionConflict("the order was changed since it was read", operation=operation)
        for line in sorted(change.gone, key=lambda line: int(change.place(line)), reverse=True):
            try:
                rows = rows_by_id(record, self.shape, self.office)
                if line not in rows:
                    raise VersionConflict("a line that was to go is gone already", operation=operation)
                write.sending("delete the line")
                key = text(rows[line], NUM) if by_rank else line
                record = self._without(order.id, key, operation)
            except KeyInProgress:
                raise
            except ErpConnectError as failure:
                if done and failure.outcome == "not_applied":
                    failure.outcome = "partial"
                raise
            done = True
            self._see_that_it_went(line, record, operation)
        return record

    def _without(self, id: str, key: str, operation: str) -> Record:
        """Delete a line; the record as it stands then, read where the answer holds none."""
        reply = self.office.delete_lines(self.side.kind, id, [key], operation)
        if reply.result is None:
            try:
                return self.office.read(self.side.kind, id, operation)
            except ErpConnectError as failure:
                failure.outcome = "unknown"
                raise
        with self.office.translated(operation, writes=True):
            return record_in(reply.result)

    def _see_that_it_went(self, line: str, record: Record, operation: str) -> None:
        """Lines are deleted only where they have numbers of their own, so it can be seen."""
        if line in rows_by_id(record, self.shape, self.office):
            raise TransportError(
                "the system has deleted another line than the one that was meant",
                code="wrong_line",
                operation=operation,
                outcome="partial",
                retryable=False,
                hint="correct line_keys, and see to the order: the line that is missing was not meant to go",
            )

    # -- all of it -------------------------------------------------------------------------------------------

    def _cancelled(self, order: E, write: Write, operation: str) -> Written[E] | None:
        said = str(getattr(self.office.settings, self.strategy)) or _NOTHING
        if said == _NOTHING:
            raise UnsupportedOperation(
                "nobody has said how an order is cancelled here",
                why=f"choose a {self.strategy}: delete, action:CODE or run:SERVICE",
                operation=operation,
                alternatives=(f"{self.book}.cancel_line",),
            )
        strategy, open_lines = Strategy(said), still_open(order, None, operation)
        if strategy.how == "delete" and any(_gone(line) for line in order.lines):
            change = ChangeOfOrder(order, self.side, self.office)
            for line in open_lines:
                change.cancel(line)
            return self._changed(order, change, write, operation)
        if not write.force:
            self._see_that_it_stands(order, operation)
        write.sending("cancel the order")
        notes = strategy.carry_out(self.office, self.side.kind, order.id, operation)
        return self._after(order, strategy, notes, operation)

    def _see_that_it_stands(self, order: E, operation: str) -> None:
        """A button and a deletion take no stamp: the order is compared just before."""
        current = self.get(order.id)
        if order.version not in (None, current.version):
            raise VersionConflict(
                "the order was changed since it was read", operation=operation, diff=moved(order, current)
            )

    def _after(
        self, order: E, strategy: Strategy, notes: tuple[str, ...], operation: str
    ) -> Written[E] | None:
        try:
            stands = self._got(order.id, operation)
        except NotFound:
            return None
        except ErpConnectError as failure:
            failure.outcome = "unknown"
            raise
        if stands.status in {OrderStatus.CANCELLED, OrderStatus.COMPLETED}:
            return Written(id=order.id, stored=stands, warnings=notes)
        raise ConfigurationError(
            f"the site's {strategy.how} {strategy.name} succeeded, and the order is open still".replace(
                "  ", " "
            ),
            code="not_cancelled",
            operation=operation,
            outcome="not_applied",
            hint=f"see what it does, and correct {self.strategy}",
        )


@understands_answers
class SalesOrders(FindingSales, Changing[Order]):
    """The sales order book."""

    strategy = "cancel_strategy"


@understands_answers
class ValuedSalesOrders(FindingSales, Changing[Order], Simulating):
    """The same, where unsaved orders can be valued."""

    strategy = "cancel_strategy"


@understands_answers
class PurchaseOrders(FindingPurchases, Changing[PurchaseOrder]):
    """The purchase order book."""

    strategy = "purchase_cancel_strategy"


def _gone(line: OrderLine) -> bool:
    return bool(line.quantities.shipped or line.quantities.delivered)
