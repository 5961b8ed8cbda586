"""The customer's own API pages: what API v2.0 does not show of shipments and orders (dynamics.md 1.9, end)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from ...business.company import Company
from ...odata.model import described
from ...odata.source import Row
from .service import CompanyService
from .settings import Settings
from .source import CompanySource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...odata.calls import Call
    from ...odata.source import Source

_MODEL: Final = described(
    """
set postedSalesShipments key id type postedSalesShipment no-create no-update no-delete
  id:G(r) number:S20(r) orderNo:S20(r) packageTrackingNo:S50(r) shippingAgentCode:S10(r) postingDate:date(r)
  lastModifiedDateTime:dto(r)
set salesOrderDates key id type salesOrderDate no-create no-update no-delete
  id:G(r) number:S20(r) promisedDeliveryDate:date(r) requestedDeliveryDate:date(r) shippingAgentCode:S10(r)
  locationCode:S10(r) lastModifiedDateTime:dto(r)
""",
    "Microsoft.NAV",
    4,
)


class _CustomSource(CompanySource):
    """Shipments with what is printed on their parcels, orders with what was promised."""

    def rows(self, entity_set: str, where: Mapping[str, object]) -> Iterable[Row]:
        kind = "shipment" if entity_set == "postedSalesShipments" else "order"
        for paper in self.company.documents.where("kind", kind):
            yield {
                "id": paper.id,
                "@version": paper.version,
                "number": paper.number,
                "orderNo": paper.order_number,
                "packageTrackingNo": paper.tracking,
                "shippingAgentCode": paper.agent,
                "postingDate": paper.posting_date,
                "promisedDeliveryDate": paper.promised,
                "requestedDeliveryDate": paper.requested,
                "locationCode": paper.location,
                "lastModifiedDateTime": paper.modified,
            }


class _CustomService(CompanyService):
    @contextmanager
    def open(self, call: Call) -> Iterator[Source]:
        """A read of one state."""
        with self.company.world.reading():
            yield _CustomSource(self.company, self.settings)


def custom_service(company: Company, settings: Settings) -> CompanyService:
    """The pages ``postedSalesShipments`` and ``salesOrderDates`` of a company; both are read-only."""
    return _CustomService(company, settings, _MODEL)
