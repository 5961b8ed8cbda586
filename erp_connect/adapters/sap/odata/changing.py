"""Changing and cancelling an order: one change set, held to the version that was planned on (sap.md 4.2, 4.3)."""

from __future__ import annotations

from collections.abc import Sequence

from ....errors import ContractViolation, ErpConnectError, TransitionNotAllowed, VersionConflict
from ....models import Amendment, CancelLine, Order
from ....rules.diff import moved
from ....wire.http import Answer
from ....wire.odata import Group
from ....wire.odata.complaints import messages_of_success
from ....wire.odata.values import loads
from ...answers import understands_answers
from ...contract import Write, Written
from ..messages import INCOMPLETE, Message, worth_telling
from ..wording import LAST_RESORT, known_rejection
from .creating import Creating
from .dialect import WHATEVER
from .errors import messages_of
from .mapping_changes import ChangeOfOrder


class Changing(Creating):
    """The order book with ``amend`` and ``cancel``."""

    def amend(self, order: Order, amendments: Sequence[Amendment], write: Write) -> Written[Order]:
        """Make all amendments in one change set: all or nothing, and only on ``order.version``.

        ``RecordLocked`` while somebody else has the order open; no answer is ``unknown``.
        """
        operation = f"orders.{amendments[0].operation}" if amendments else "orders.change_header"
        reason = next((each.reason for each in amendments if isinstance(each, CancelLine)), write.reason)
        change = self._begun(order, write, reason, operation)
        for amendment in amendments:
            change.make(amendment)
        return self._changed(change, write, operation)

    def cancel(self, order: Order, lines: Sequence[str] | None, write: Write) -> Written[Order] | None:
        """Reject what is open of these items, or of all; ``TransitionNotAllowed`` where nothing is open."""
        operation = "orders.cancel" if lines is None else "orders.cancel_line"
        change = self._begun(order, write, write.reason, operation)
        named = {line.id for line in change.order.lines} if lines is None else set(lines)
        still = [line.id for line in change.order.lines if line.id in named and line.quantities.open > 0]
        if not still:
            raise TransitionNotAllowed(
                "nothing is open that could be cancelled",
                code="nothing_open",
                operation=operation,
                hint="what has been shipped comes back as a return",
            )
        for item in still:
            change.reject(item)
        return self._changed(change, write, operation)

    def _begun(self, order: Order, write: Write, reason: str | None, operation: str) -> ChangeOfOrder:
        """A change of the order as it was read; it is read again where its rows are not at hand."""
        rejection = known_rejection(reason, self.office.settings) or LAST_RESORT
        if write.force or order.version is None or "SalesOrder" not in order.raw:
            current = self.get(order.id)
            if not write.force and order.version not in (None, current.version):
                raise VersionConflict(
                    "the order was changed since it was read",
                    diff=moved(order, current),
                    operation=operation,
                )
            order = current
        return ChangeOfOrder(order.raw, order, self.office, rejection=rejection)

    def _changed(self, change: ChangeOfOrder, write: Write, operation: str) -> Written[Order]:
        order = change.order
        parts = [
            *change.parts(self._version(order, write, operation)),
            *self._address_changes(change.row, change.addresses),
        ]
        (answer,) = self.office.changed(
            self.office.orders, [Group(tuple(parts))], write, step="change the order", operation=operation
        )
        if isinstance(answer, VersionConflict):
            answer.diff = self._moved(order)
        if isinstance(answer, ErpConnectError):
            raise answer
        said = [message for part in answer for message in _said(part)]
        if any(each.refuses for each in said) and not self._has_moved(order):
            # A success with an error beside it and nothing to show for it: what stands is to be seen (sap.md 4.2).
            refusal = self.office.meanings.refusal(said, operation=operation)
            refusal.outcome = "unknown"
            raise refusal
        return Written(
            id=order.id,
            complete=all(each.ident != INCOMPLETE for each in said),
            replaced=change.replaced,
            warnings=worth_telling(each for each in said if each.ident != INCOMPLETE),
        )

    @staticmethod
    def _version(order: Order, write: Write, operation: str) -> str:
        """What the change is held to; ``ContractViolation`` for an order without: it would write over anything."""
        if write.force:
            return WHATEVER
        if order.version is None:
            raise ContractViolation(
                "the order tells no version (ETag), so that nothing holds a change to what was read",
                operation=operation,
                outcome="not_applied",
                hint="see whether something between here and the system takes ETags away; force=True does without",
            )
        return order.version

    def _has_moved(self, order: Order) -> bool:
        """Whether the order has another version than the one that the change, which is all or nothing, was held to."""
        try:
            return self.get(order.id).version not in (None, order.version)
        except ErpConnectError:
            return False  # nobody knows

    def _moved(self, order: Order) -> tuple[object, ...]:
        try:
            return tuple(moved(order, self.get(order.id)))
        except ErpConnectError:
            return ()  # the conflict is certain; what moved is an extra


def _said(answer: Answer) -> Sequence[Message]:
    """What an answer of success says beside it."""
    try:
        body = loads(answer.body) if answer.body.strip() else None
    except ValueError:
        body = None
    return messages_of(messages_of_success(answer, body))


@understands_answers
class SalesOrders(Changing):
    """The sales order book."""


@understands_answers
class RemovableSalesOrders(Changing):
    """The same, where an order can be deleted (sap.md 4.5: version 4 cannot)."""

    def remove(self, order: Order, write: Write) -> None:
        """Delete an order that nothing follows yet, if it is still the one that was read."""
        operation = "orders.create"
        known = order if order.version is not None else self.get(order.id)
        version = self._version(known, write, operation)
        write.sending("delete the order")
        with self.office.translated(operation, writes=True):
            self.office.orders.delete(self.dialect.at(self.dialect.order, SalesOrder=order.id), version)
