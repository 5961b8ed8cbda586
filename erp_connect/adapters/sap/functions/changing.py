"""Changing and cancelling an order: read, held to the version, changed in one call, committed (sap.md 2.5, 2.19)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ....errors import NotFound, TransitionNotAllowed, VersionConflict
from ....models import Amendment, CancelLine, Order
from ....rules.diff import moved
from ....wire.rfc import Condition
from ...contract import Write, Written
from ..conventions import shown_key, stored_key
from ..messages import INCOMPLETE, Message, messages_in, worth_telling
from ..wording import LAST_RESORT, known_rejection
from . import modules
from .creating import Creating
from .details import Details, read_details
from .mapping_changes import ChangeOfOrder
from .mapping_orders import order_in


class Changing(Creating):
    """The order book with ``amend`` and ``cancel``."""

    _first_reason: str | None = None

    def amend(self, order: Order, amendments: Sequence[Amendment], write: Write) -> Written[Order]:
        """Make all amendments in one call; up to the COMMIT nothing is kept, and a COMMIT without an answer is unknown.

        Held to ``order.version`` by reading just before: nothing in SAP compares over RFC.  ``RecordLocked`` while
        somebody else has the order open.
        """
        operation = f"orders.{amendments[0].operation}" if amendments else "orders.change_header"
        details, current = self._standing(order, write, operation)
        reason = next((each.reason for each in amendments if isinstance(each, CancelLine)), write.reason)
        change = ChangeOfOrder(details, current, self.office, rejection=self._rejection(reason, operation))
        for amendment in amendments:
            change.make(amendment)
        return self._changed(change, write, operation)

    def cancel(self, order: Order, lines: Sequence[str] | None, write: Write) -> Written[Order] | None:
        """Reject what is open of these items, or of all; ``TransitionNotAllowed`` where nothing is open."""
        operation = "orders.cancel" if lines is None else "orders.cancel_line"
        details, current = self._standing(order, write, operation)
        named = {line.id for line in current.lines} if lines is None else set(lines)
        still = [line.id for line in current.lines if line.id in named and line.quantities.open > 0]
        if not still:
            raise TransitionNotAllowed(
                "nothing is open that could be cancelled",
                code="nothing_open",
                operation=operation,
                hint="what has been shipped comes back as a return",
            )
        change = ChangeOfOrder(
            details, current, self.office, rejection=self._rejection(write.reason, operation)
        )
        for item in still:
            change.reject(item)
        return self._changed(change, write, operation)

    def _standing(self, order: Order, write: Write, operation: str) -> tuple[Details, Order]:
        """The order as it stands; ``VersionConflict`` when it is not the one that was planned on."""
        number = stored_key(order.id)
        details = read_details(self.office, [number], operation).get(number)
        if details is None:
            raise NotFound("there is no such order any more", operation=operation)
        current = order_in(details, self.office)
        if not write.force and order.version is not None and current.version != order.version:
            raise VersionConflict(
                "the order was changed since it was read", diff=moved(order, current), operation=operation
            )
        return details, current

    def _changed(self, change: ChangeOfOrder, write: Write, operation: str) -> Written[Order]:
        def heard(answer: dict[str, Any]) -> tuple[Message, ...]:
            said = messages_in(answer["RETURN"])
            if any(each.refuses for each in said):
                raise self.office.meanings.refusal(said, operation=operation)
            return said

        said, beside = self.office.saved(
            modules.CHANGE,
            write,
            heard,
            step="commit the change",
            operation=operation,
            RETURN=[],
            **change.parameters(),
        )
        said += beside
        return Written(
            id=shown_key(change.details.number),
            complete=all(each.ident != INCOMPLETE for each in said),
            replaced=change.replaced,
            warnings=worth_telling(each for each in said if each.ident != INCOMPLETE),
        )

    def _rejection(self, reason: str | None, operation: str) -> str:
        """The code for a reason: by its words, else the site's, else the first of the system (sap.md 2.5)."""
        known = known_rejection(reason, self.office.settings)
        if known is not None:
            return known
        if self._first_reason is None:
            self._first_reason = self.office.from_table(
                self._first_of_system, lambda _: LAST_RESORT, operation
            )
        return self._first_reason

    def _first_of_system(self) -> str:
        rows = self.office.tables.rows("TVAG", ["ABGRU"], Condition(()), key=["ABGRU"])
        return min((str(row["ABGRU"]) for row in rows if row["ABGRU"]), default=LAST_RESORT)
