"""API_OUTBOUND_DELIVERY_SRV;v=0002: deliveries to read, and PostGoodsIssue (sap.md 4.6).

Deliveries are not created or changed here; handling units, texts, partners, picking and the other function imports
are not offered.  The page does not say which property is the ETag: the date of the last change stands in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Any, ClassVar, Final

from ...odata.errors import ODataError
from ...odata.source import Row
from .. import showing
from ..documents import Delivery, alpha, plain
from ..fulfilling import post_goods_issue
from .source import Producer, SapSource

_HEADERS: Final = "A_OutbDeliveryHeader"


class Deliveries(SapSource):
    """Deliveries, their items, and what follows them."""

    def _deliveries(self, where: Mapping[str, Any], key: str) -> Iterator[Delivery]:
        if key in where:
            found = self.world.deliveries.get(alpha(where[key]))
            if found is not None:
                yield found
            return
        yield from (self.world.deliveries[number] for number in sorted(self.world.deliveries))

    def _headers(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for delivery in self._deliveries(where, "DeliveryDocument"):
            left, billed = ("C" if done else "A" for done in (delivery.shipped_on, self._billed(delivery)))
            created = f"{delivery.created_at:%Y%m%d}"
            yield {
                "DeliveryDocument": plain(delivery.number),
                "DeliveryDocumentType": "LF",
                "SDDocumentCategory": "J",
                "CreationDate": created,
                "CreationTime": delivery.created_at,
                "DocumentDate": created,
                "DeliveryDate": created,
                "PlannedGoodsIssueDate": created,
                "LastChangeDate": delivery.shipped_on or created,
                "ActualGoodsMovementDate": delivery.shipped_on,
                "BillOfLading": delivery.bill_of_lading,
                "MeansOfTransport": delivery.transport_id,
                "ShipToParty": plain(delivery.ship_to),
                "SoldToParty": plain(delivery.sold_to),
                "OverallGoodsMovementStatus": left,
                "OverallDelivReltdBillgStatus": billed,
                "OverallSDProcessStatus": left if left == billed else "B",
            }

    def _billed(self, delivery: Delivery) -> bool:
        """Whether invoices that stand bill it."""
        return any(
            line.delivery == delivery.number
            for invoice in self.world.invoices.values()
            if not invoice.cancelled
            for line in invoice.items
        )

    def _items(self, where: Mapping[str, Any]) -> Iterator[Row]:
        wanted = where.get("ReferenceSDDocument")
        for delivery in self._deliveries(where, "DeliveryDocument"):
            left = "C" if delivery.shipped_on else "A"
            for line in delivery.items:
                if wanted is not None and alpha(wanted) != line.order:
                    continue
                order = self.world.orders.get(line.order)
                item = order.item(line.order_item) if order is not None else None
                yield {
                    "DeliveryDocument": plain(delivery.number),
                    "DeliveryDocumentItem": plain(line.number),
                    "Material": plain(line.material),
                    "ActualDeliveryQuantity": line.quantity,
                    "DeliveryQuantityUnit": self.unit(line.unit),
                    "ReferenceSDDocument": plain(line.order),
                    "ReferenceSDDocumentItem": plain(line.order_item),
                    "Plant": item.fields["PLANT"] if item is not None else "",
                    "GoodsMovementStatus": left,
                    "DeliveryRelatedBillingStatus": "C" if self._billed(delivery) else "A",
                }

    def _flow(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for delivery in self._deliveries(where, "PrecedingDocument"):
            for line in delivery.items:
                shared = {
                    "PrecedingDocument": plain(delivery.number),
                    "PrecedingDocumentItem": plain(line.number),
                    "PrecedingDocumentCategory": "J",
                }
                material = self.world.materials[line.material]
                base = self.world.in_base_units(material, line.quantity, line.unit)
                if delivery.shipped_on:
                    issue = {
                        "Subsequentdocument": plain(showing.goods_issue_number(delivery)),
                        "SubsequentDocumentItem": plain(line.number),
                        "SubsequentDocumentCategory": "R",
                        "QuantityInBaseUnit": base,
                    }
                    yield shared | issue
                yield from self._invoices(shared, delivery, line.number)

    def _invoices(self, shared: Row, delivery: Delivery, line: str) -> Iterator[Row]:
        for invoice in self.world.invoices.values():
            for billed in invoice.items:
                if (billed.delivery, billed.delivery_item) == (
                    delivery.number,
                    line,
                ) and not invoice.cancelled:
                    material = self.world.materials[billed.material]
                    yield shared | {
                        "Subsequentdocument": plain(invoice.number),
                        "SubsequentDocumentItem": plain(billed.number),
                        "SubsequentDocumentCategory": "M",
                        "QuantityInBaseUnit": self.world.in_base_units(
                            material, billed.quantity, billed.unit
                        ),
                    }

    producers: ClassVar[dict[str, Producer]] = {
        _HEADERS: _headers,
        "A_OutbDeliveryItem": _items,
        "A_OutbDeliveryDocFlow": _flow,
    }

    def call(self, operation: str, arguments: Row) -> Row:
        """PostGoodsIssue: the goods leave the house today, once."""
        row = self.one(_HEADERS, arguments)
        if row["OverallGoodsMovementStatus"] == "C":
            raise ODataError(400, "posted", f"Delivery {row['DeliveryDocument']} has its goods issue already")
        self.stage(lambda: post_goods_issue(self.world, row["DeliveryDocument"]))
        today = datetime.combine(self.world.now().date(), time())
        return row | {"ActualGoodsMovementDate": today, "OverallGoodsMovementStatus": "C"}
