"""Creating orders: the header, then empty lines, then what stands on them; or all in one call (dynamics.md 2.2).

Line numbers are the system's: a half-made order goes on where it stopped by the content of its lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from ....errors import ErpConnectError, KeyInProgress, TransportError
from ....models import Order, PurchaseOrder
from ....wire.odata import Unreadable
from ...contract import Write, Written
from ...services.cells import Row, text
from .cells import Body
from .diagnosing import looked_into
from .finding import Finding
from .mapping_drafts import header_out, lines_out
from .mapping_orders import lines_of
from .office import KEY

E = TypeVar("E", Order, PurchaseOrder)
_HEADER: Final = "create the header"


class Creating(Finding[E]):
    """The half of an order book that makes new ones."""

    def create(self, draft: Any, write: Write) -> Written[E]:
        """Create one order.  With ``create_lines=after`` it takes three calls: what fails after the first is
        ``partial``, or ``unknown`` where no answer came; :meth:`resume` goes on from there."""
        operation = f"{self.book}.create"
        header = header_out(draft, write.stamp, self.side, self.office)
        lines = lines_out(draft, self.side, self.office)
        together = self.office.settings.create_lines == "together"
        record = self.office.with_lines(self.name, header, lines) if together else header
        write.sending(_HEADER)
        try:
            made: Row = self.office.create(self.name, record, operation)
            with self.office.translated(operation, writes=True):
                number = _number(made)
            write.made(number, number)
            if not together:
                made = self._with_lines(made, lines, write, operation)
        except ErpConnectError as refusal:
            raise looked_into(refusal, draft, self.office) from refusal.__cause__
        return Written(id=number, stored=self._stored(made, operation))

    def resume(self, order: E, draft: Any, write: Write) -> Written[E]:
        """Add the lines that are missing of an order that this key began."""
        operation = f"{self.book}.create"
        row = self.row(order.id, operation)
        wanted = lines_out(draft, self.side, self.office)
        there = [each for each in lines_of(row, self.name, self.office) if text(each, "No") or _is_note(each)]
        made = self._with_lines(row, wanted[len(there) :], write, operation)
        return Written(id=order.id, stored=self._stored(made, operation))

    def remove(self, order: E, write: Write) -> None:
        """Delete an order that nothing follows yet."""
        operation = f"{self.book}.create"
        row = self.row(order.id, operation)
        write.sending("delete the order")
        self.office.delete(self.name, text(row, KEY), operation)

    def _with_lines(self, row: Row, lines: Sequence[Body], write: Write, operation: str) -> Row:
        """Two calls: as many empty lines as are missing, then their content."""
        if not lines:
            return row
        try:
            empty = [each for each in self._lines(row) if not text(each, "No") and not _is_note(each)]
            missing = len(lines) - len(empty)
            if missing > 0:
                write.sending("add empty lines")
                # Lines of text, for what else they would be where nothing is said is each server's own.
                blank = self.office.line_fitting(self.name, {"Type": "_blank_"})
                record = self.office.with_lines(self.name, {KEY: text(row, KEY)}, [blank] * missing)
                row = self.office.update(self.name, record, operation)
                empty = [each for each in self._lines(row) if not text(each, "No") and not _is_note(each)]
            if len(empty) < len(lines):
                raise TransportError(
                    "the system has not made as many lines as were asked for",
                    operation=operation,
                    code="unreadable_answer",
                    outcome="partial",
                )
            filled = [{KEY: text(each, KEY), **body} for each, body in zip(empty, lines, strict=False)]
            write.sending("write the lines")
            record = self.office.with_lines(self.name, {KEY: text(row, KEY)}, filled)
            return self.office.update(self.name, record, operation)
        except KeyInProgress:
            raise
        except ErpConnectError as failure:
            if failure.outcome == "not_applied":
                failure.outcome = "partial"
            raise

    def _lines(self, row: Row) -> list[Row]:
        return lines_of(row, self.name, self.office)

    def _stored(self, made: Mapping[str, Any], operation: str) -> E | None:
        """The order, where the answer shows it whole."""
        if not text(made, KEY) or not self._lines(made):
            return None
        with self.office.translated(operation, writes=True):
            return self._order(made)


def _number(made: Row) -> str:
    found = text(made, "No")
    if not found:
        raise Unreadable("it names no order")
    return found


def _is_note(row: Row) -> bool:
    return bool(text(row, "Description")) and not text(row, "No")
