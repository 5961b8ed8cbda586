"""Changing and cancelling orders of either side (dynamics.md 1.11 to 1.13)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from ....errors import ErpConnectError, TransitionNotAllowed, VersionConflict
from ....models import Amendment, Order, OrderLine, PurchaseOrder
from ....rules import quantities
from ....rules.diff import moved
from ....wire.odata import Operation
from ...answers import understands_answers
from ...contract import Write, Written
from ..cells import etag
from ..gathering import ANY
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
        change = ChangeOfOrder(self._at_hand(order, write), self.side, self.office, force=write.force)
        for amendment in amendments:
            change.make(amendment)
        return self._changed(order, change, write, operation)

    def cancel(self, order: E, lines: Sequence[str] | None, write: Write) -> Written[E] | None:
        """Cancel what is open: the order is deleted, or lines of it go or are lowered to what has left.

        An order of which something has left and is not billed yet keeps what has left (dynamics.md 1.12).
        """
        operation = f"{self.book}.cancel" if lines is None else f"{self.book}.cancel_line"
        order = self._at_hand(order, write)
        if lines is None and all(_settled(line) for line in order.lines):
            version = ANY if write.force else etag(order.raw) or ANY
            part = Operation(
                "DELETE", self.office.at(self.side.orders, order.id), None, {"If-Match": version}
            )
            write.sending("delete the order")
            with self._told_what_moved(order):
                self.office.together([part], operation)
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
        change = ChangeOfOrder(order, self.side, self.office, force=write.force)
        for line in still:
            change.cancel(line)
        return self._changed(order, change, write, operation)

    def _at_hand(self, order: E, write: Write) -> E:
        """The order with the ETags of its records; read again where they are not at hand."""
        if etag(order.raw) is not None and not write.force:
            return order
        current = self.get(order.id)
        if not write.force and order.version not in (None, current.version):
            raise VersionConflict("the order was changed since it was read", diff=moved(order, current))
        return current

    def _changed(self, order: E, change: ChangeOfOrder, write: Write, operation: str) -> Written[E]:
        parts = change.parts()
        write.sending("change the order")
        with self._told_what_moved(order):
            answers = self.office.together(parts, operation)
        return Written(id=order.id, replaced=change.replaced(answers))

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
    """The purchase order book; nothing carries a stamp there (dynamics.md 1.7)."""


def _settled(line: OrderLine) -> bool:
    """Whether all that has left of a line is billed: then an order may be deleted (dynamics.md 1.12)."""
    return (quantities.moved(line.quantities) or quantities.ZERO) <= (
        line.quantities.invoiced or quantities.ZERO
    )
