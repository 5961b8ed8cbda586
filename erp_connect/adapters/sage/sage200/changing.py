"""Changing, holding and cancelling orders (sage.md 4.5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ....errors import ErpConnectError, KeyInProgress, TransportError
from ....models import Amendment, Order, OrderEvent, PurchaseOrder
from ....rules.quantities import moved
from ...answers import understands_answers
from ...contract import Write, Written
from ...services.cells import Row
from ...services.standing import at_hand, still_open, told_what_moved
from .creating import Creating
from .events import events_of
from .finding import E, FindingPurchases, FindingSales
from .mapping_changes import ChangeOfOrder
from .mending import mended
from .sides import SALES
from .states import state_of

_STATUS: Final = "sop_orders_status"


class Changing(Creating[E]):
    """An order book with ``amend`` and ``cancel``."""

    def amend(self, order: E, amendments: Sequence[Amendment], write: Write) -> Written[E]:
        """Make all amendments in one PUT, held to the order as it is read just before; a hold is a request of its own.

        A PUT that is refused in the middle is put back: the refusal is ``not_applied`` once that is seen, else
        ``partial``.  No answer is ``unknown``.
        """
        operation = f"{self.book}.{amendments[0].operation if amendments else 'change_header'}"
        order = at_hand(order, write, self.get, known=False)
        change = ChangeOfOrder(order, self.side, self.office)
        with self.office.translated(operation):
            for amendment in amendments:
                change.make(amendment)
        replaced = self._put(order, change, write, operation) if change.parts else {}
        if change.status is not None:
            try:
                self._set_status(order, change.status, write, operation)
            except KeyInProgress:
                raise
            except ErpConnectError as failure:
                if change.parts and failure.outcome == "not_applied":
                    failure.outcome = "partial"
                raise
        return Written(id=order.id, replaced=replaced)

    def cancel(self, order: E, lines: Sequence[str] | None, write: Write) -> Written[E] | None:
        """Cancel what is open: the order by its status, or its lines, which go or are lowered to what has left.

        An order of which something has left keeps that; a draft, and any order where the release has no status
        endpoint, is deleted.
        """
        operation = f"{self.book}.cancel" if lines is None else f"{self.book}.cancel_line"
        order = at_hand(order, write, self.get, known=False)
        still = still_open(order, lines, operation, gone="despatched")
        if lines is not None or any(moved(line.quantities) for line in order.lines):
            change = ChangeOfOrder(order, self.side, self.office)
            for line in still:
                change.cancel(line)
            return Written(id=order.id, replaced=self._put(order, change, write, operation))
        if state_of(order.raw) == "draft" or self.side is not SALES or not self.office.sets_status:
            write.sending("delete the order")
            with told_what_moved(order, self.get), self.office.translated(operation, writes=True):
                self.office.api.write("DELETE", f"{self.side.orders}/{order.id}")
            return None
        self._set_status(order, "cancel", write, operation)
        return self._cancelled(order, operation)

    # -- asking ----------------------------------------------------------------------------------------------

    def _put(
        self, order: E, change: ChangeOfOrder, write: Write, operation: str
    ) -> dict[str, tuple[str, ...]]:
        path = f"{self.side.orders}/{order.id}"
        body = change.body()
        write.sending("change the order")
        try:
            with self.office.translated(operation, writes=True):
                after = self.office.api.write("PUT", path, body)
        except ErpConnectError as refusal:
            raise mended(
                refusal, change, self.office, path, lambda: self.record(order.id, f"{self.book}.get"), write
            ) from refusal.__cause__
        if not change.new:
            return {}
        return change.replaced(after if after.get("lines") is not None else self._after(order, operation))

    def _after(self, order: E, operation: str) -> Row:
        """The record after a change that was made; where it cannot be read nobody knows what it says."""
        try:
            return self.record(order.id, operation)
        except ErpConnectError as failure:
            failure.outcome = "unknown"
            raise

    def _set_status(self, order: E, action: str, write: Write, operation: str) -> None:
        settings = self.office.settings
        names = ("id", "status") if settings.status_body == "id" else ("sop_order_id", "document_status")
        body = dict(zip(names, (int(order.id), settings.status_word(action)), strict=True))
        write.sending(f"{action} the order")
        with told_what_moved(order, self.get), self.office.translated(operation, writes=True):
            self.office.api.write("POST", _STATUS, body)

    def _cancelled(self, order: E, operation: str) -> Written[E]:
        """The order as it stands now, which has to be cancelled: a status that was not understood changes nothing."""
        row = self._after(order, operation)
        if state_of(row) != "cancelled":
            raise TransportError(
                "the system has taken the cancellation, and does not show the order as cancelled",
                operation=operation,
                outcome="unknown",
                code="not_visible",
                hint="see whether the words of the status endpoint are right (status_words, status_body)",
            )
        return Written(id=order.id, stored=self.order_of(row, operation))


@understands_answers
class SalesOrders(FindingSales, Changing[Order]):
    """The sales order book."""

    def events(self, since: str | None) -> Iterator[OrderEvent]:
        """The last changes of orders after a cursor, oldest first."""
        return events_of(self.office, since)


@understands_answers
class PurchaseOrders(FindingPurchases, Changing[PurchaseOrder]):
    """The purchase order book."""
