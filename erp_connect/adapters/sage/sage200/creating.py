"""Creating orders: one POST each, whole or not at all (sage.md 4.3, 6.2)."""

from __future__ import annotations

from typing import Any, Final

from ....errors import ErpConnectError
from ....models import OrderDraft
from ....wire.odata import Unreadable
from ...contract import Write, Written
from ...services.cells import Body, Row, text, whole
from .diagnosing import looked_into
from .finding import E, Finding
from .mapping_drafts import order_body, purchase_order_body
from .sides import NUMBER
from .states import is_order

_STEP: Final = "create the order"


class Creating(Finding[E]):
    """The half of an order book that makes new ones."""

    def create(self, draft: Any, write: Write) -> Written[E]:
        """Create one order.  No answer, and one that cannot be read, are ``unknown``."""
        operation = f"{self.book}.create"
        with self.office.translated(operation):
            body = self._body(draft, write.stamp)
        write.sending(_STEP)
        try:
            with self.office.translated(operation, writes=True):
                made = self.office.api.write("POST", self.side.orders, body)
                id = self._checked(made, body)
        except ErpConnectError as refusal:
            raise looked_into(refusal, body, self.side, self.office) from refusal.__cause__
        write.made(id, text(made, NUMBER) or None)
        return Written(id=id, stored=self._stored(made, body, operation))

    def remove(self, order: E, write: Write) -> None:
        """Delete an order that nothing follows yet."""
        write.sending("delete the order")
        with self.office.translated(f"{self.book}.create", writes=True):
            self.office.api.write("DELETE", f"{self.side.orders}/{order.id}")

    def _body(self, draft: Any, stamp: str) -> Body:
        if isinstance(draft, OrderDraft):
            return order_body(draft, stamp, self.office)
        return purchase_order_body(draft, stamp, self.office)

    def _checked(self, made: Row, body: Body) -> str:
        """The id of what was made; an answer that tells of another order is none."""
        id = whole(made, "id")
        if not id:
            raise Unreadable("it names no order")
        for name in (self.stamped_in, self.side.external):
            if name in made and name in body and text(made, name) != str(body[name]).strip():
                raise Unreadable("it tells of an order with another reference than was sent")
        return str(id)

    def _stored(self, made: Row, body: Body, operation: str) -> E | None:
        """The order, where the answer shows it whole; else it is read."""
        unshown = {name for name in self.side.expanded if made.get(name) is None}
        absent = {name for name in unshown - {"memos"} if name not in made}
        if not is_order(made) or absent or unshown & {"lines", *body}:
            return None
        return self.order_of(made, operation, writes=True)
