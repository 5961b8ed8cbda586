"""Deliveries of an order (sap.md 2.10, 2.17, 4.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ....models import FrozenMapping, Package, Shipment, ShipmentLine, ShipmentStatus
from ...answers import understands_answers
from ...contract import OrderRef
from . import asking, services
from .cells import Row, day, key, text
from .office import Office
from .ordered import Ordered, ordered
from .told_units import DELIVERED, much_of

_HEADERS: Final = "A_OutbDeliveryHeader"
_ITEMS: Final = "A_OutbDeliveryItem"
_LOCATORS: Final[Mapping[str, str]] = {
    "BOLNR": "BillOfLading",
    "TRAID": "MeansOfTransport",
    "LIFEX": "DeliveryDocumentBySupplier",
}
"""Where a tracking number may stand, by the name of its column; others are named by the property."""
_DONE: Final = "C"


@understands_answers
class Shipments:
    """What left for an order."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def of(self, order: OrderRef) -> Sequence[Shipment]:
        """The deliveries of an order, oldest first; one is SHIPPED when its goods issue is posted.

        That an order is wholly turned into deliveries does not say that anything has left (sap.md 2.17).
        """
        operation = "shipments.of"
        known = ordered(self.office, order.id, operation)
        with self.office.translated(operation):
            service = self.office.service(services.DELIVERIES)
            lines = list(asking.rows(service, _ITEMS, where=asking.equal("ReferenceSDDocument", order.id)))
            numbers = sorted({text(line, "DeliveryDocument") for line in lines})
            headers = asking.rows_of(service, _HEADERS, "DeliveryDocument", numbers)
            found = [self._shipment(header, lines, known) for header in headers]
        return tuple(sorted(found, key=lambda each: each.id.zfill(10)))

    def _shipment(self, header: Row, lines: Sequence[Row], known: Ordered) -> Shipment:
        id = key(header, "DeliveryDocument")
        tracking = self._tracking(header)
        return Shipment(
            id=id,
            number=id,
            order_id=known.number,
            status=_status(header),
            shipped_on=day(header, "ActualGoodsMovementDate"),
            packages=(Package(tracking_number=tracking),) if tracking else (),
            lines=tuple(_line(line, known) for line in lines if key(line, "DeliveryDocument") == id),
            native_status=text(header, "OverallGoodsMovementStatus") or None,
            raw=FrozenMapping(header),
        )

    def _tracking(self, header: Row) -> str | None:
        """The first locator that is filled (sap.md 2.10: where it stands is the site's habit)."""
        for locator in self.office.settings.tracking_locators:
            column = locator.rpartition("-")[2]
            found = text(header, _LOCATORS.get(column, column))
            if found:
                return found
        return None


def _status(header: Row) -> ShipmentStatus:
    moved = text(header, "OverallGoodsMovementStatus")
    if day(header, "ActualGoodsMovementDate") is not None and moved in (_DONE, ""):
        return ShipmentStatus.SHIPPED
    picked = text(header, "OverallPickingStatus") == _DONE
    return ShipmentStatus.PICKED if picked else ShipmentStatus.PLANNED


def _line(line: Row, known: Ordered) -> ShipmentLine:
    item = key(line, "ReferenceSDDocumentItem")
    quantity, unit = known.told(much_of(line, DELIVERED, "ActualDeliveryQuantity", known.office), item)
    return ShipmentLine(
        order_line_id=item,
        quantity=quantity,
        product=key(line, "Material") or None,
        unit=unit,
        lot=text(line, "Batch") or None,
    )
