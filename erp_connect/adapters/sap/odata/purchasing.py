"""Purchase orders (sap.md 2.15, 4.2, 4.6): created in one request, changed in one change set.

The service has no ETag, so a change reads the order just before it and is CHECKED.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ....errors import NotFound, VersionConflict
from ....models import Amendment, PurchaseOrder, PurchaseOrderDraft
from ....wire.odata import Group, Service
from ...answers import understands_answers
from ...contract import Find, Listing, Write, Written
from ..conventions import fits_key
from ..wording import said
from . import asking, services
from .cells import number_of
from .mapping_purchase_changes import ORDERS, PurchaseChanges
from .mapping_purchases import ITEMS, STAMP, THEIR_NUMBER, body_of, purchase_order_in
from .office import Office


@understands_answers
class PurchaseOrders:
    """Purchase orders of the purchase order service."""

    def __init__(self, office: Office) -> None:
        self.office = office

    # -- reading ---------------------------------------------------------------------------------------------

    def get(self, id: str) -> PurchaseOrder:
        """The order with this number; ``NotFound`` when there is none."""
        found = self._where(asking.equal("PurchaseOrder", id), "purchase_orders.get") if fits_key(id) else ()
        if not found:
            raise NotFound("there is no such purchase order", operation="purchase_orders.get")
        return found[0]

    def find(self, wanted: Find) -> Sequence[PurchaseOrder]:
        """By number, supplier, the supplier's own number, or stamp; no field keeps other references."""
        conditions = []
        supplier = None if wanted.party is None else said(wanted.party)
        for name, value in (("PurchaseOrder", wanted.number), ("Supplier", supplier)):
            if value is not None and not fits_key(value):
                return ()
            if value is not None:
                conditions.append(asking.equal(name, value))
        for name, value in ((THEIR_NUMBER, wanted.customer_po), (STAMP, wanted.stamp)):
            if value is not None:
                conditions.append(asking.equal(name, value))
        if wanted.reference is not None or not conditions:
            return ()
        return self._where(asking.all_of(*conditions), "purchase_orders.find")

    def list(self, wanted: Listing) -> Iterator[PurchaseOrder]:
        """Stream orders by ascending number, a page in memory at a time."""
        operation = (
            "purchase_orders.list" if wanted.modified_since is None else "purchase_orders.list_modified"
        )
        conditions = []
        if wanted.party is not None:
            supplier = said(wanted.party)
            if not fits_key(supplier):
                return
            conditions.append(asking.equal("Supplier", supplier))
        if wanted.modified_since is not None:
            conditions.append(asking.since("LastChangeDateTime", wanted.modified_since))
        left = wanted.limit
        if left is not None and left <= 0:
            return
        with self.office.translated(operation):
            where = asking.all_of(*conditions)
            for row in asking.all_rows(self._service, ORDERS, "PurchaseOrder", where=where, expand=ITEMS):
                yield purchase_order_in(row, self.office)
                if left is not None:
                    left -= 1
                    if left == 0:
                        return

    @property
    def _service(self) -> Service:
        return self.office.service(services.PURCHASES)

    def _where(self, condition: str, operation: str) -> Sequence[PurchaseOrder]:
        with self.office.translated(operation):
            rows = asking.rows(self._service, ORDERS, where=condition, expand=ITEMS)
            return [purchase_order_in(row, self.office) for row in rows]

    # -- writing ---------------------------------------------------------------------------------------------

    def create(self, draft: PurchaseOrderDraft, write: Write) -> Written[PurchaseOrder]:
        """Create one order with its items in one request, ``write.stamp`` in its internal reference.

        A request without an answer is ``unknown``; whether it was executed is told by the stamp.
        """
        body = body_of(draft, write.stamp, self.office)
        service = self._service
        write.sending("create the purchase order")
        with self.office.translated("purchase_orders.create", writes=True):
            made = service.create(ORDERS, body)
            id = number_of(made, "PurchaseOrder")
        write.made(id, id)
        return Written(id=id, warnings=asking.told(made))

    def amend(
        self, order: PurchaseOrder, amendments: Sequence[Amendment], write: Write
    ) -> Written[PurchaseOrder]:
        """All amendments in one change set, which stands or falls as a whole; ``VersionConflict`` beforehand."""
        changes = PurchaseChanges(order, self.office)
        for amendment in amendments:
            changes.make(amendment)
        self._send(order, changes, write, "change the purchase order")
        return Written(id=order.id, replaced=changes.replaced)

    def cancel(
        self, order: PurchaseOrder, lines: Sequence[str] | None, write: Write
    ) -> Written[PurchaseOrder] | None:
        """Give the deletion mark to these items, or to all that are open, in one change set."""
        changes = PurchaseChanges(order, self.office)
        for line in order.lines:
            if line.quantities.open > 0 and (lines is None or line.id in lines):
                changes.delete(line.id)
        self._send(order, changes, write, "cancel items of the purchase order")
        return Written(id=order.id)

    def _send(self, order: PurchaseOrder, changes: PurchaseChanges, write: Write, step: str) -> None:
        operations = changes.operations()
        if not operations:
            return
        if not write.force and self.get(order.id).version != order.version:
            raise VersionConflict(
                "the purchase order has changed since it was read", operation=write.operation
            )
        groups = [Group(tuple(operations))]
        (ended,) = self.office.changed(self._service, groups, write, step=step, operation=write.operation)
        if isinstance(ended, Exception):
            raise ended
