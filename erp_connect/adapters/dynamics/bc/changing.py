"""Changing and cancelling orders of either side (dynamics.md 1.11 to 1.13)."""

from __future__ import annotations

from collections.abc import Sequence

from ....models import Amendment, Order, OrderLine, PurchaseOrder
from ....rules import quantities
from ....wire.odata import Operation
from ...answers import understands_answers
from ...contract import Write, Written
from ...services.cells import etag
from ...services.gathering import ANY
from ...services.standing import at_hand, still_open, told_what_moved
from .creating import Creating, E
from .finding import FindingPurchases, FindingSales
from .mapping_changes import ChangeOfOrder


class Changing(Creating[E]):
    """An order book with ``amend`` and ``cancel``."""

    def amend(self, order: E, amendments: Sequence[Amendment], write: Write) -> Written[E]:
        """Make all amendments in one transaction, each part under the ETag of its own record.

        ``TransitionNotAllowed`` for an order that was released; no answer is ``unknown``.
        """
        operation = f"{self.book}.{amendments[0].operation}" if amendments else f"{self.book}.change_header"
        change = ChangeOfOrder(at_hand(order, write, self.get), self.side, self.office, force=write.force)
        for amendment in amendments:
            change.make(amendment)
        return self._changed(order, change, write, operation)

    def cancel(self, order: E, lines: Sequence[str] | None, write: Write) -> Written[E] | None:
        """Cancel what is open: the order is deleted, or lines of it go or are lowered to what has left.

        An order of which something has left and is not billed yet keeps what has left (dynamics.md 1.12).
        """
        operation = f"{self.book}.cancel" if lines is None else f"{self.book}.cancel_line"
        order = at_hand(order, write, self.get)
        if lines is None and all(_settled(line) for line in order.lines):
            version = ANY if write.force else etag(order.raw) or ANY
            part = Operation(
                "DELETE", self.office.at(self.side.orders, order.id), None, {"If-Match": version}
            )
            write.sending("delete the order")
            with told_what_moved(order, self.get):
                self.office.together([part], operation)
            return None
        change = ChangeOfOrder(order, self.side, self.office, force=write.force)
        for line in still_open(order, lines, operation):
            change.cancel(line)
        return self._changed(order, change, write, operation)

    def _changed(self, order: E, change: ChangeOfOrder, write: Write, operation: str) -> Written[E]:
        parts = change.parts()
        write.sending("change the order")
        with told_what_moved(order, self.get):
            answers = self.office.together(parts, operation)
        return Written(id=order.id, replaced=change.replaced(answers))


@understands_answers
class SalesOrders(FindingSales, Changing[Order]):
    """The sales order book."""


@understands_answers
class PurchaseOrders(FindingPurchases, Changing[PurchaseOrder]):
    """The purchase order book; nothing carries a stamp there (dynamics.md 1.7)."""


def _settled(line: OrderLine) -> bool:
    """Whether all that has left of a line is billed: then an order may be deleted (dynamics.md 1.12)."""
    return (quantities.moved(line.quantities) or quantities.ZERO) <= (
        line.quantities.invoiced or quantities.ZERO
    )
