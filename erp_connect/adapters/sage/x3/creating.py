"""Creating orders: one save, whose answer is the order as it stands (sage.md 2.4, 6.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from ....errors import ConfigurationError, DuplicateReference, ErpConnectError, InvalidOrder, NotFound
from ....models import Order, OrderDraft, PurchaseOrder
from ...contract import Simulation, Write, Written
from .diagnosing import looked_into
from .finding import Finding
from .mapping_drafts import header_out, lines_out
from .mapping_orders import SALES, order_in

E = TypeVar("E", Order, PurchaseOrder)
_DRAWN: Final = "the order type draws its own numbers, so a lost answer could not be told from a lost order"


class Creating(Finding[E]):
    """The half of an order book that makes new ones."""

    def create(self, draft: Any, write: Write) -> Written[E]:
        """Create one order.  Where the numbers are ours, one that is there already is ``DuplicateReference``."""
        operation = f"{self.book}.create"
        if self.office.draws_numbers and self.side is SALES:
            raise ConfigurationError(
                _DRAWN,
                code="numbers_drawn",
                operation=operation,
                hint="turn manual_numbers off, or make the counter of the order type a manual one",
            )
        header, rows = header_out(draft, write.stamp, self.office), lines_out(draft, self.office)
        shape = self.shape
        groups = _joined(shape.groups(header), shape.counted(len(rows)))
        write.sending("save the order")
        try:
            record, reply = self.office.save(self.side.kind, groups, rows, operation)
        except InvalidOrder as refusal:
            raise self._explained(refusal, draft, header.get("number"), operation) from refusal.__cause__
        with self.office.translated(operation, writes=True):
            number = shape.text(record, "number")
            if not number:
                raise ValueError("it names no order")
            write.made(number, number)
            order = self._order(record)
        warnings: tuple[str, ...] = reply.notes
        if header.get("number") and number != header["number"]:
            self.office.draws_numbers = True
            warnings = (*warnings, f"{_DRAWN}; no more orders are created until manual_numbers is off")
        return Written(id=number, stored=order, warnings=warnings)

    def _explained(
        self, refusal: InvalidOrder, draft: Any, number: str | None, operation: str
    ) -> ErpConnectError:
        if number:
            try:
                self.office.read(self.side.kind, number, operation)
            except NotFound:
                pass
            except ErpConnectError:
                return refusal
            else:
                return DuplicateReference(
                    "there is an order with this number already", operation=operation, native=refusal.native
                )
        return looked_into(refusal, draft, self.office)


class Simulating(Creating[Order]):
    """The sales order book, where the publication has the button that values an unsaved order."""

    def simulate(self, draft: OrderDraft) -> Simulation[Order]:
        """What the order would cost; nothing is saved, and no number is used up."""
        operation = "orders.simulate"
        shape = self.office.shape("order")
        header, rows = header_out(draft, "", self.office), lines_out(draft, self.office)
        try:
            record, reply = self.office.value(
                "order", _joined(shape.groups(header), shape.counted(len(rows))), rows, operation
            )
        except InvalidOrder as refusal:
            raise looked_into(refusal, draft, self.office) from refusal.__cause__
        with self.office.translated(operation):
            return Simulation(order=order_in(record, self.office, unsaved=True), messages=reply.notes)


def _joined(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {**one, **{block: {**one.get(block, {}), **fields} for block, fields in other.items()}}
