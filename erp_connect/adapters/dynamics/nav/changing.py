"""Changing and cancelling orders of either side, under the keys of their records (dynamics.md 2.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from ....errors import ErpConnectError, KeyInProgress, TransportError
from ....models import Amendment, Order, OrderLine, PurchaseOrder
from ....rules import quantities
from ...answers import understands_answers
from ...contract import Write, Written
from ...services.cells import Row, text
from ...services.standing import at_hand, still_open, told_what_moved
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
        order = at_hand(order, write, self.get, known=bool(text(order.raw, KEY)))
        change = ChangeOfOrder(order, self.side, self.office)
        for amendment in amendments:
            change.make(amendment)
        return self._changed(order, change, write, operation)

    def cancel(self, order: E, lines: Sequence[str] | None, write: Write) -> Written[E] | None:
        """Cancel what is open: the order is deleted, or lines of it go or are lowered to what has left."""
        operation = f"{self.book}.cancel" if lines is None else f"{self.book}.cancel_line"
        order = at_hand(order, write, self.get, known=bool(text(order.raw, KEY)))
        if lines is None and all(_settled(line) for line in order.lines):
            write.sending("delete the order")
            with told_what_moved(order, self.get):
                gone = self.office.delete(self.name, text(order.raw, KEY), operation)
            if not gone and self.office.numbered(self.name, order.id, operation) is not None:
                raise TransportError(
                    "the system has not said whether the order was deleted",
                    operation=operation,
                    outcome="unknown",
                )
            return None
        change = ChangeOfOrder(order, self.side, self.office)
        for line in still_open(order, lines, operation):
            change.cancel(line)
        return self._changed(order, change, write, operation)

    def _changed(self, order: E, change: ChangeOfOrder, write: Write, operation: str) -> Written[E]:
        record, row = change.record(), cast("Row", order.raw)
        with told_what_moved(order, self.get):
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
