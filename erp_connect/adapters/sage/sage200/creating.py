"""Creating orders: one POST each, whole or not at all (sage.md 4.3, 6.2)."""

from __future__ import annotations

from typing import Final

from ....errors import ErpConnectError
from ....models import Order, OrderDraft
from ....wire.odata import Unreadable
from ...contract import Write, Written
from ...services.cells import Body, Row, text, whole
from .diagnosing import looked_into
from .finding import ORDERS, FindingOrders
from .mapping_drafts import NUMBER_FIELD, order_body
from .mapping_orders import is_order, order_in

_STEP: Final = "create the order"


class CreatingOrders(FindingOrders):
    """The half of the book that makes new orders."""

    def create(self, draft: OrderDraft, write: Write) -> Written[Order]:
        """Create one order.  No answer, and one that cannot be read, are ``unknown``."""
        operation = "orders.create"
        with self.office.translated(operation):
            body = order_body(draft, write.stamp, self.office)
        write.sending(_STEP)
        try:
            with self.office.translated(operation, writes=True):
                made = self.office.api.write("POST", ORDERS, body)
                id = self._checked(made, body)
        except ErpConnectError as refusal:
            raise looked_into(refusal, draft, body, self.office) from refusal.__cause__
        write.made(id, text(made, NUMBER_FIELD) or None)
        return Written(id=id, stored=self._stored(made, operation))

    def remove(self, order: Order, write: Write) -> None:
        """Delete an order that nothing follows yet."""
        write.sending("delete the order")
        with self.office.translated("orders.create", writes=True):
            self.office.api.write("DELETE", f"{ORDERS}/{order.id}")

    def _checked(self, made: Row, body: Body) -> str:
        """The id of what was made; an answer that tells of another order is none."""
        id = whole(made, "id")
        if not id:
            raise Unreadable("it names no order")
        for name in (self.stamped_in, "customer_document_no"):
            if name in made and name in body and text(made, name) != str(body[name]).strip():
                raise Unreadable("it tells of an order with another reference than was sent")
        return str(id)

    def _stored(self, made: Row, operation: str) -> Order | None:
        """The order, where the answer shows it whole; else it is read."""
        if not is_order(made) or any(name not in made for name in ("lines", "delivery_address")):
            return None
        if "memos" not in made:
            return None
        with self.office.translated(operation, writes=True):
            return order_in(made, self.office)
