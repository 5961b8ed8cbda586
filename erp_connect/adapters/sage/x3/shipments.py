"""What left for an order: deliveries, where the site has published them (sage.md 2.15)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from ....errors import ErpConnectError, InvalidOrder
from ....models import (
    FrozenMapping,
    LineQuantity,
    Order,
    OrderLine,
    Package,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
)
from ....wire.adonix import Record
from ...answers import understands_answers
from ...contract import OrderRef, Write, Written
from .cells import as_day, exact, text
from .changing import SalesOrders
from .following import Documents, line_of, wanted
from .mapping_drafts import refuse_homeless
from .mapping_orders import identified
from .office import Office
from .strategies import Strategy

_NOT_VALIDATED: Final = "1"


@understands_answers
class Shipments:
    """What left for an order, with the parcel's number where the site has a field for it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.orders = SalesOrders(office)
        self.documents = Documents(office, "delivery")

    def of(self, order: OrderRef) -> Sequence[Shipment]:
        """The deliveries of an order, oldest first."""
        operation = "shipments.of"
        known = self.orders.get(order.id)
        with self.office.translated(operation):
            return tuple(self._shipment(record, known) for record in self.records(known, operation))

    def records(self, order: Order, operation: str) -> list[Record]:
        """The deliveries as they stand, oldest first."""
        documents, number = self.documents, order.number or order.id
        sought = {"order": number, "customer": order.customer}
        return documents.of(sought, lambda record: number in documents.said(record, "order"), operation)

    def _shipment(self, record: Record, order: Order) -> Shipment:
        documents, shape = self.documents, self.documents.shape
        number, validated = shape.text(record, "number"), shape.text(record, "validated")
        tracking, carrier = shape.text(record, "tracking"), shape.text(record, "carrier")
        status = {"1": ShipmentStatus.PLANNED, "2": ShipmentStatus.SHIPPED}.get(
            validated, ShipmentStatus.UNKNOWN
        )
        taken: set[str] = set()
        package = Package.trusted(tracking_number=tracking or None, carrier=carrier or None)
        return Shipment.trusted(
            id=number,
            number=number,
            order_id=order.id,
            status=status,
            shipped_on=as_day(shape.text(record, "shipped_on")),
            carrier=carrier or None,
            packages=(package,) if tracking else (),
            lines=tuple(
                ShipmentLine.trusted(
                    order_line_id=line_of(cell("order_line"), cell("product"), order.lines, taken),
                    quantity=exact(cell("quantity") or "0"),
                    product=cell("product") or None,
                    unit=self.office.unit(cell("unit")),
                )
                for cell in map(documents.reader, documents.lines(record))
                if cell("order") in {"", order.number}
            ),
            native_status=f"CFMFLG {validated}" if validated else None,
            raw=FrozenMapping(record),
        )


@understands_answers
class PostingShipments(Shipments):
    """The same, with deliveries that are saved."""

    def post(
        self, order: Order, lines: Sequence[LineQuantity], packages: Sequence[Package], write: Write
    ) -> Written[Shipment]:
        """Save a delivery; where the site has a strategy for it, one that is not validated yet is validated."""
        operation, shape = "shipments.post", self.documents.shape
        moving = wanted(order, lines, operation)
        ids = {id: row for id, _, row in identified(self._order_rows(order), self.orders.shape, self.office)}
        sites = {line.warehouse or order.warehouse or self.office.settings.site for line, _ in moving}
        if len(sites) > 1:
            raise InvalidOrder(
                f"these lines leave from {len(sites)} sites",
                operation=operation,
                hint="post what leaves from each site apart",
            )
        values = {
            "warehouse": sites.pop() or None,
            "type": self.office.settings.delivery_type or None,
            "site": self.orders.shape.text(order.raw, "site") or self.office.settings.site or None,
            "customer": order.customer,
            **self._parcel(packages),
        }
        refuse_homeless(values, shape.header, shape.header_custom, "shipment")
        rows = [
            (place, shape.cells(self._line(order, line, much, ids)))
            for place, (line, much) in enumerate(moving, 1)
        ]
        groups = shape.groups(values)
        for block, fields in shape.counted(len(rows)).items():
            groups.setdefault(block, {}).update(fields)
        write.sending("save the delivery")
        record, reply = self.office.save("delivery", groups, rows, operation)
        with self.office.translated(operation, writes=True):
            number = shape.text(record, "number")
            if not number:
                raise ValueError("it names no delivery")
        write.made(number, number)
        record = self._validated(record, number, write, operation)
        with self.office.translated(operation, writes=True):
            shipment = self._shipment(record, order)
        return Written(id=number, stored=shipment, warnings=(*reply.notes, *self._dropped(packages)))

    def _order_rows(self, order: Order) -> list[dict[str, Any]]:
        return self.orders.shape.rows(order.raw)

    def _line(self, order: Order, line: OrderLine, much: Decimal, rows: dict[str, Any]) -> dict[str, Any]:
        unit = self.orders.shape.lines.get("unit")
        return {
            "product": line.product,
            "unit": text(rows.get(line.id, {}), "" if unit is None else unit.field) or None,
            "quantity": much,
            "order": order.number,
            "order_line": line.id if "id" in self.orders.shape.lines else None,
        }

    def _parcel(self, packages: Sequence[Package]) -> dict[str, Any]:
        first = packages[0] if packages else None
        if first is None:
            return {}
        known = {"tracking": first.tracking_number, "carrier": first.carrier}
        return {word: value for word, value in known.items() if word in self.documents.shape.header}

    def _dropped(self, packages: Sequence[Package]) -> tuple[str, ...]:
        """What of the packages has no place: the goods leave all the same, and it is told."""
        told = []
        if len(packages) > 1:
            told.append("one package of a delivery is kept")
        if any(each.tracking_number for each in packages) and "tracking" not in self.documents.shape.header:
            told.append("the tracking number is not kept: name the site's own field (tracking_field=)")
        if any(each.carrier for each in packages) and "carrier" not in self.documents.shape.header:
            told.append("the carrier is not kept: the publication of deliveries has no field for it")
        return tuple(told)

    def _validated(self, record: Record, number: str, write: Write, operation: str) -> Record:
        said = self.office.settings.validate_strategy
        if not said or self.documents.shape.text(record, "validated") != _NOT_VALIDATED:
            return record
        try:
            write.sending("validate the delivery")
            Strategy(said).carry_out(self.office, "delivery", number, operation)
        except ErpConnectError as failure:
            if failure.outcome == "not_applied":
                failure.outcome = "partial"
            raise
        return self.office.read("delivery", number, operation)
