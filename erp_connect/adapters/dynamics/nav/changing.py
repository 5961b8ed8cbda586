"""Changing and cancelling orders of either side, under the keys of their records (dynamics.md 2.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import cast

from ....errors import ErpConnectError, KeyInProgress, TransitionNotAllowed, TransportError, VersionConflict
from ....models import Amendment, Order, OrderLine, PurchaseOrder
from ....rules import quantities
from ....rules.diff import moved
from ...answers import understands_answers
from ...contract import Write, Written
from ..cells import Row, text
from .creating import Creating, E
from .finding import FindingPurchases, FindingSales
from .mapping_changes import ChangeOfOrder, keys_of
from .office import KEY


class Changing(Creating[E]):
    """An order book with ``amend`` and ``cancel``."""

    def amend(self, order: E, amendments: Sequence[Amendment], write: Write) -> Written[E]:
        """Make all amendments in one call under the keys that were read; lines that go take a call each after it.

        Where such a call fails after another has run, the outcome is ``partial``.
        """
        operation = f"{self.book}.{amendments[0].operation}" if amendments else f"{self.book}.change_header"
        order = self._at_hand(order, write)
        change = ChangeOfOrder(order, self.side, self.office)
        for amendment in amendments:
            change.make(amendment)
        return self._changed(order, change, write, operation)

    def cancel(self, order: E, lines: Sequence[str] | None, write: Write) -> Written[E] | None:
        """Cancel what is open: the order is deleted, or lines of it go or are lowered to what has left."""
        operation = f"{self.book}.cancel" if lines is None else f"{self.book}.cancel_line"
        order = self._at_hand(order, write)
        if lines is None and all(_settled(line) for line in order.lines):
            write.sending("delete the order")
            with self._told_what_moved(order):
                gone = self.office.delete(self.name, text(order.raw, KEY), operation)
            if not gone and self.office.numbered(self.name, order.id, operation) is not None:
                raise TransportError(
                    "the system has not said whether the order was deleted",
                    operation=operation,
                    outcome="unknown",
                )
            return None
        named = {line.id for line in order.lines} if lines is None else set(lines)
        still = [
            line.id
            for line in order.lines
            if line.id in named and quantities.open_quantity(line.quantities) > 0
        ]
        if not still:
            raise TransitionNotAllowed(
                "nothing is open that could be cancelled",
                code="nothing_open",
                operation=operation,
                hint="what has been shipped comes back as a return",
            )
        change = ChangeOfOrder(order, self.side, self.office)
        for line in still:
            change.cancel(line)
        return self._changed(order, change, write, operation)

    def _at_hand(self, order: E, write: Write) -> E:
        """The order with the keys of its records; read again where they are not at hand."""
        if text(order.raw, KEY) and not write.force:
            return order
        current = self.get(order.id)
        if not write.force and order.version not in (None, current.version):
            raise VersionConflict("the order was changed since it was read", diff=moved(order, current))
        return current

    def _changed(self, order: E, change: ChangeOfOrder, write: Write, operation: str) -> Written[E]:
        record, row = change.record(), cast("Row", order.raw)
        with self._told_what_moved(order):
            if record is not None:
                write.sending("change the order")
                row = self.office.update(self.name, record, operation)
            replaced = change.replaced(row)
            self._take_away(order, change, write, operation, changed=record is not None)
        return Written(id=order.id, replaced=replaced)

    def _take_away(
        self, order: E, change: ChangeOfOrder, write: Write, operation: str, *, changed: bool
    ) -> None:
        """Delete the lines that go, each under the key that it has now."""
        done = changed
        for line in change.gone:
            try:
                row = self.row(order.id, operation) if done else order.raw
                key = keys_of(row, self.name, self.office).get(line)
                if key is None:
                    continue
                write.sending("delete the line")
                if not self.office.delete_line(self.name, key, operation):
                    raise TransportError(
                        "the system has not said whether the line was deleted",
                        operation=operation,
                        outcome="unknown",
                    )
            except KeyInProgress:
                raise
            except ErpConnectError as failure:
                if done and failure.outcome == "not_applied":
                    failure.outcome = "partial"
                raise
            done = True

    @contextmanager
    def _told_what_moved(self, order: E) -> Iterator[None]:
        """Add to a conflict what has moved; the conflict is certain, what moved is an extra."""
        try:
            yield
        except VersionConflict as conflict:
            with suppress(ErpConnectError):
                conflict.diff = tuple(moved(order, self.get(order.id)))
            raise


@understands_answers
class SalesOrders(FindingSales, Changing[Order]):
    """The sales order book."""


@understands_answers
class PurchaseOrders(FindingPurchases, Changing[PurchaseOrder]):
    """The purchase order book; nothing carries a stamp there."""


def _settled(line: OrderLine) -> bool:
    """Whether all that has left of a line is billed: then an order may be deleted."""
    return (quantities.moved(line.quantities) or quantities.ZERO) <= (
        line.quantities.invoiced or quantities.ZERO
    )
