"""Changing and cancelling orders of either side (dynamics.md 3.5)."""

from __future__ import annotations

from collections.abc import Sequence

from ....errors import VersionConflict
from ....models import Amendment, Order, PurchaseOrder
from ....rules import quantities
from ....rules.diff import moved
from ....wire.odata import Operation
from ...answers import understands_answers
from ...contract import Write, Written
from ...services.standing import at_hand, still_open, told_what_moved
from .creating import Creating, E
from .finding import FindingPurchases, FindingSales
from .mapping_changes import ChangeOfOrder


class Changing(Creating[E]):
    """An order book with ``amend`` and ``cancel``."""

    def amend(self, order: E, amendments: Sequence[Amendment], write: Write) -> Written[E]:
        """Make all amendments in one change set, each part under the ETag of its own record.

        ``TransitionNotAllowed`` for what the order's state does not take; no answer is ``unknown``.
        """
        operation = f"{self.book}.{amendments[0].operation}" if amendments else f"{self.book}.change_header"
        change = ChangeOfOrder(at_hand(order, write, self.get), self, self.office, force=write.force)
        for amendment in amendments:
            change.make(amendment)
        return self._changed(order, change, write, operation)

    def cancel(self, order: E, lines: Sequence[str] | None, write: Write) -> Written[E] | None:
        """Cancel what is open: the order is deleted, or lines of it go or are lowered to what has moved.

        No call of the system itself cancels an order and keeps it; an action of the site's own may (``cancel_action``).
        """
        operation = f"{self.book}.cancel" if lines is None else f"{self.book}.cancel_line"
        order = at_hand(order, write, self.get)
        if lines is None and (action := self._action()):
            return self._by_action(order, action, write, operation)
        if lines is None and not any(quantities.moved(line.quantities) for line in order.lines):
            self._see_that_it_stands(
                order, write
            )  # a line that nobody has told us of would go with the header
            write.sending("delete the order")
            with told_what_moved(order, self.get):
                self.office.together(self.deletions(order, force=write.force), operation)
            return None
        change = ChangeOfOrder(order, self, self.office, force=write.force)
        for line in still_open(order, lines, operation, gone="delivered"):
            change.cancel(line)
        return self._changed(order, change, write, operation)

    def _action(self) -> str:
        """The site's own action that cancels an order of this book; blank where there is none."""
        return ""

    def _by_action(self, order: E, action: str, write: Write, operation: str) -> Written[E]:
        self._see_that_it_stands(order, write)  # an action takes no version
        address = self.office.action(self.order_at(order.id), action)
        write.sending("cancel the order")
        self.office.together([Operation("POST", address, {})], operation)
        return Written(id=order.id)

    def _see_that_it_stands(self, order: E, write: Write) -> None:
        """``VersionConflict`` where the order is another one by now, read just before."""
        if write.force:
            return
        current = self.get(order.id)
        if current.version != order.version:
            raise VersionConflict("the order was changed since it was read", diff=moved(order, current))

    def _changed(self, order: E, change: ChangeOfOrder, write: Write, operation: str) -> Written[E]:
        parts = change.parts()
        write.sending("change the order")
        with told_what_moved(order, self.get):
            answers = self.office.together(parts, operation)
        return Written(id=order.id, replaced=change.replaced(answers))


@understands_answers
class SalesOrders(FindingSales, Changing[Order]):
    """The sales order book."""

    def _action(self) -> str:
        return self.office.settings.cancel_action


@understands_answers
class PurchaseOrders(FindingPurchases, Changing[PurchaseOrder]):
    """The purchase order book."""
