"""Returns: customers' returns of the site's own publication (sage.md 2.15).

No reference shows what such a publication consists of: its fields are found by name, a line leads to its order by the
order's number or by a delivery's, and nothing is known to carry a stamp.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ....errors import InvalidOrder, NotFound
from ....models import FrozenMapping, Order, Return, ReturnDraft, ReturnLine, ReturnStatus
from ....rules.stamps import looks_like_stamp
from ....wire.adonix import Record
from ...answers import understands_answers
from ...contract import OrderRef, Write, Written
from ...services.returning import coming_back, refuse_more_than_left
from .cells import as_day, exact, text
from .changing import SalesOrders
from .following import Documents, line_of
from .mapping_drafts import refuse_homeless
from .mapping_orders import identified
from .office import Office
from .shipments import Shipments

_NO_REASON: Final = "the reason is not kept: name the site's own field, fields=return.reason=..."


@understands_answers
class Returns:
    """Goods that customers send back."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.orders = SalesOrders(office)
        self.shipments = Shipments(office)
        self.documents = Documents(office, "return")

    def create(self, draft: ReturnDraft, write: Write) -> Written[Return]:
        """Enter a return; ``InvalidOrder`` for more than has left and not come back yet."""
        operation, shape = "returns.create", self.documents.shape
        order = self.orders.get(str(draft.order))
        wanted = coming_back(order, draft)
        earlier = self.of(OrderRef(id=order.id, number=order.number))
        refuse_more_than_left(order, wanted, earlier, operation)
        deliveries = self._deliveries(order, operation)
        own = self.orders.shape
        units = {id: row for id, _, row in identified(own.rows(order.raw), own, self.office)}
        unit = own.lines.get("unit")
        rows = []
        for place, each in enumerate(wanted, 1):
            line = order.line(each.line)
            values: dict[str, Any] = {
                "product": line.product,
                "unit": text(units.get(line.id, {}), "" if unit is None else unit.field) or None,
                "quantity": each.quantity,
                "order": order.number if "order" in shape.lines else None,
                "order_line": line.id if "order_line" in shape.lines and "id" in own.lines else None,
                "delivery": self._left_with(line.product, deliveries, operation),
            }
            rows.append((place, shape.cells(values)))
        named = (
            "return.reason" in self.office.settings.fields
        )  # a field that a site has not named takes its own codes
        header = {
            "warehouse": order.warehouse or self.office.settings.site or None,
            "site": own.text(order.raw, "site") or self.office.settings.site or None,
            "customer": order.customer,
            "requested_on": self.office.today() if "requested_on" in shape.header else None,
            "reference": write.stamp if "reference" in shape.header else None,
            "reason": draft.reason if named else None,
        }
        refuse_homeless(header, shape.header, shape.header_custom, "return")
        groups = shape.groups(header)
        for block, fields in shape.counted(len(rows)).items():
            groups.setdefault(block, {}).update(fields)
        write.sending("enter the return")
        record, reply = self.office.save("return", groups, rows, operation)
        with self.office.translated(operation, writes=True):
            found = self._return(record, order)
            if not found.id:
                raise ValueError("it names no return")
        write.made(found.id, found.number)
        return Written(id=found.id, stored=found, warnings=(*reply.notes, *(() if named else (_NO_REASON,))))

    def get(self, id: str) -> Return:
        """By number; ``NotFound`` when there is none."""
        operation = "returns.get"
        record = self.office.read("return", id, operation)
        return self._return(record, self._behind(record, operation))

    def of(self, order: OrderRef) -> Sequence[Return]:
        """The returns of an order, among those of its customer, oldest first."""
        operation, documents = "returns.of", self.documents
        known = self.orders.get(order.id)
        number = known.number or known.id
        with_deliveries = "delivery" in documents.shape.lines
        left = set(self._deliveries(known, operation)) if with_deliveries else set()

        def fits(record: Record) -> bool:
            named = documents.said(record, "order")
            return number in named if named else bool(documents.said(record, "delivery") & left)

        found = documents.of({"order": number, "customer": known.customer}, fits, operation)
        return tuple(self._return(record, known) for record in found)

    def find(self, stamp: str) -> Sequence[Return]:
        """The returns that carry this stamp, where the settings name a field that does and the list shows it."""
        operation, documents = "returns.find", self.documents
        column = documents.shape.column("reference")
        if not column:
            return ()
        found = documents.of(
            {"reference": stamp}, lambda record: documents.shape.text(record, "reference") == stamp, operation
        )
        return tuple(self._return(record, self._behind(record, operation)) for record in found)

    # -- the order behind it ---------------------------------------------------------------------------------

    def _deliveries(self, order: Order, operation: str) -> dict[str, Record]:
        """The deliveries of an order by number; none where the site has not published them."""
        if not self.office.has("delivery"):
            return {}
        shape = self.shipments.documents.shape
        return {shape.text(each, "number"): each for each in self.shipments.records(order, operation)}

    def _left_with(self, product: str | None, deliveries: dict[str, Record], operation: str) -> str | None:
        """The delivery that a product left with; ``None`` where a return's lines name none."""
        place = self.documents.shape.lines.get("delivery")
        if place is None:
            return None
        documents = self.shipments.documents
        for number, record in deliveries.items():
            if any(documents.cell(row, "product") == product for row in documents.lines(record)):
                return number
        raise InvalidOrder(
            "no delivery of this product is known to come back from",
            operation=operation,
            hint="publish deliveries too: delivery_service=",
        )

    def _behind(self, record: Record, operation: str) -> Order | None:
        documents = self.documents
        numbers = documents.said(record, "order")
        for delivery in sorted(documents.said(record, "delivery")) if not numbers else ():
            if self.office.has("delivery"):
                held = self.shipments.documents
                numbers |= {
                    number
                    for found in held.read([delivery], operation)
                    for number in held.said(found, "order")
                }
        try:
            return self.orders.get(min(numbers)) if numbers else None
        except NotFound:
            return None

    def _return(self, record: Record, order: Order | None) -> Return:
        documents, shape, taken = self.documents, self.documents.shape, set[str]()
        number, reference = shape.text(record, "number"), shape.text(record, "reference")
        lines = () if order is None else order.lines
        return Return.trusted(
            id=number,
            number=number,
            order_id="" if order is None else order.id,
            status=ReturnStatus.UNKNOWN,
            reason=shape.text(record, "reason") or None,
            requested_on=as_day(shape.text(record, "requested_on")),
            lines=tuple(
                ReturnLine.trusted(
                    order_line_id=line_of(cell("order_line"), cell("product"), lines, taken),
                    quantity=exact(cell("quantity") or "0"),
                    product=cell("product") or None,
                    unit=self.office.unit(cell("unit")),
                )
                for cell in map(documents.reader, documents.lines(record))
                if cell("product")
            ),
            stamp=reference if looks_like_stamp(reference) else None,
            raw=FrozenMapping(record),
        )
