"""Creating orders: one deep insert each, alone or as parts of a batch (dynamics.md 1.12, 1.15)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from ....errors import ErpConnectError, KeyInProgress
from ....models import Order, OrderDraft, PurchaseOrder
from ....wire.http import Answer
from ....wire.odata import Entity, Operation, Unreadable
from ...contract import Write, Written
from ...services.cells import Body, etag, guid, text, within
from .diagnosing import looked_into
from .finding import Finding
from .mapping_drafts import discounts_out, one_discount, order_body, purchase_order_body
from .mapping_orders import EXTERNAL

E = TypeVar("E", Order, PurchaseOrder)
_STEP: Final = "create the order"


class Creating(Finding[E]):
    """The half of an order book that makes new ones."""

    def create(self, draft: Any, write: Write) -> Written[E]:
        """Create one order; it is there whole or not at all.  No answer, and one that cannot be read, are ``unknown``.

        A discount of the whole order is an amount of what the lines have come to, and so is written by a second
        request: where that fails, the outcome is ``partial``.
        """
        operation = f"{self.book}.create"
        body = self._body(draft, write.stamp)
        one_discount(draft.discounts)
        write.sending(_STEP)
        try:
            with self.office.translated(operation, writes=True):
                made = self.office.api.create(self._address, body)
                written = self._made(made, body, write)
        except ErpConnectError as refusal:
            raise looked_into(refusal, draft, self.side, self.office) from refusal.__cause__
        return self._with_discount(made, written, draft, write, operation)

    def create_block(self, block: Sequence[tuple[Any, Write]]) -> Sequence[Written[E] | ErpConnectError]:
        """Create orders in one batch, each a transaction of its own and judged by itself."""
        operation = f"{self.book}.create"
        verdicts: dict[int, Written[E] | ErpConnectError] = {}
        bodies: dict[int, Body] = {}
        for place, (draft, write) in enumerate(block):
            try:
                one_discount(draft.discounts)
                bodies[place] = self._body(draft, write.stamp)
            except ErpConnectError as refusal:
                verdicts[place] = refusal
        for place in bodies:
            block[place][1].sending(_STEP)
        parts = [Operation("POST", self._address, body) for body in bodies.values()]
        answers = self.office.each(parts, operation) if parts else []
        for place, answer in zip(bodies, answers, strict=True):
            verdicts[place] = self._verdict(answer, *block[place], bodies[place], operation)
        return [verdicts[place] for place in range(len(block))]

    def remove(self, order: E, write: Write) -> None:
        """Delete an order that nothing follows yet."""
        write.sending("delete the order")
        held = Operation(
            "DELETE", self.office.at(self.side.orders, order.id), None, {"If-Match": etag(order.raw) or "*"}
        )
        self.office.together([held], f"{self.book}.create")

    # -- what became of it -----------------------------------------------------------------------------------

    @property
    def _address(self) -> str:
        """Lines come along in the answer, so that it is the whole record (dynamics.md 1.12)."""
        return f"{self.office.at(self.side.orders)}?$expand={self.side.lines}"

    def _body(self, draft: Any, stamp: str) -> Body:
        if isinstance(draft, OrderDraft):
            return order_body(draft, stamp, self.office)
        return purchase_order_body(draft, self.office)

    def _verdict(
        self, answer: Answer | ErpConnectError, draft: Any, write: Write, body: Body, operation: str
    ) -> Written[E] | ErpConnectError:
        if isinstance(answer, ErpConnectError):
            return looked_into(answer, draft, self.side, self.office)
        try:
            with self.office.translated(operation, writes=True):
                made = self.office.api.entity(answer)
                written = self._made(made, body, write)
            return self._with_discount(made, written, draft, write, operation)
        except ErpConnectError as failure:
            return failure

    def _made(self, made: Entity, body: Body, write: Write) -> Written[E]:
        id = guid(made, "id")
        if not id:
            raise Unreadable("it names no order")
        if text(made, EXTERNAL).casefold() != text(body, EXTERNAL).casefold():
            raise Unreadable("it tells of an order with another reference than was sent")
        write.made(id, text(made, "number") or None)
        stored = self._order(made) if within(made, self.side.lines) else None
        return Written(id=id, stored=stored)

    def _with_discount(
        self, made: Entity, written: Written[E], draft: Any, write: Write, operation: str
    ) -> Written[E]:
        if not draft.discounts:
            return written
        try:
            body = discounts_out(draft.discounts, made, self.side, draft.currency)
            write.sending("write the discount")
            held = {"If-Match": etag(made) or "*"}
            part = Operation("PATCH", self.office.at(self.side.orders, written.id), body, held)
            self.office.together([part], operation)
        except KeyInProgress:
            raise
        except ErpConnectError as failure:
            failure.outcome = "partial"
            raise
        return Written(id=written.id)
