"""Finding orders: by number, customer, the customer's number and stamp, and all by pages (sage.md 4.2, 6.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from ....errors import NotFound
from ....models import Order, Ref
from ....wire.odata import literal
from ...contract import Find, Listing, Sought
from ...services.cells import Row, whole
from .codes import ids_in, number_of
from .mapping_orders import EXPANDED, HEADER, PO_NUMBER, is_order, order_in
from .office import Office

ORDERS: Final = "sop_orders"
WHOLE: Final = ",".join((*EXPANDED, "customer", "currency"))
"""What a single order is read with."""
PORTION: Final = 20
"""How many ids or stamps are named in one condition: addresses have a length."""
_LONGEST: Final[Mapping[str, int]] = {"document_no": 20, PO_NUMBER: 30}


class FindingOrders:
    """The reading half of the sales order book."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, id: str) -> Order:
        """The order with this id, with its lines; ``NotFound`` when there is none, or where it is a quote."""
        return self.order_of(self.record(id, "orders.get"), "orders.get")

    def get_many(self, ids: Sequence[str]) -> Mapping[str, Order]:
        """The orders with these ids, several in one request; one that does not exist is left out."""
        wanted = [number for id in dict.fromkeys(ids) if (number := number_of(id))]
        found: dict[str, Order] = {}
        for start in range(0, len(wanted), PORTION):
            where = " or ".join(f"id eq {each}" for each in wanted[start : start + PORTION])
            with self.office.translated("orders.get"):
                found |= {order.id: order for order in self._orders(where)}
        return found

    def find(self, wanted: Find) -> Sequence[Order]:
        """The orders that match in all that is named."""
        with self.office.translated("orders.find"):
            conditions = self._conditions(wanted)
            return () if not conditions else tuple(self._orders(" and ".join(conditions)))

    def by_stamp(self, sought: Sequence[Sought]) -> Mapping[str, Sequence[Order]]:
        """The orders that carry each stamp."""
        stamps, field = [each.stamp for each in sought], self.stamped_in
        found: dict[str, list[Order]] = {}
        for start in range(0, len(stamps), PORTION):
            portion = stamps[start : start + PORTION]
            where = " or ".join(self.office.equal(field, stamp) for stamp in portion)
            with self.office.translated("orders.find"):
                for order in self._orders(where):
                    found.setdefault(order.stamp or "", []).append(order)
        return found

    def list(self, wanted: Listing) -> Iterator[Order]:
        """Stream orders a page at a time, the next page on its way, in the order of their ids."""
        operation = "orders.list" if wanted.modified_since is None else "orders.list_modified"
        left = wanted.limit
        if left is not None and left <= 0:
            return
        with self.office.translated(operation):
            try:
                conditions = [*self._party(wanted.party)]
            except NotFound:
                return
            for field, name, day in (
                ("document_date", "ge", wanted.ordered_from),
                ("document_date", "lt", wanted.ordered_to),
            ):
                if day is not None:
                    shown = day if name == "ge" else day.fromordinal(day.toordinal() + 1)
                    conditions.append(f"{field} {name} {shown.isoformat()}")
            if wanted.modified_since is not None:
                conditions.append(f"date_time_updated ge {moment(wanted.modified_since)}")
            for order in self._orders(" and ".join(conditions)):
                yield order
                left = None if left is None else left - 1
                if left == 0:
                    return

    # -- asking ----------------------------------------------------------------------------------------------

    @property
    def stamped_in(self) -> str:
        """The field that carries the stamp of an order."""
        return self.office.settings.stamp_field

    def record(self, id: str, operation: str) -> Row:
        """The whole record of an order, as it stands now."""
        row = self.office.row(ORDERS, id, operation, expand=WHOLE)
        if not is_order(row):
            raise NotFound("there is no such order: it is a quote", operation=operation)
        return row

    def order_of(self, row: Row, operation: str) -> Order:
        """The order that a record says."""
        with self.office.translated(operation):
            return order_in(row, self.office)

    def _orders(self, where: str) -> Iterator[Order]:
        """Orders of a list.  Customers and currencies are looked up once, not brought along with each."""
        settings = self.office.settings
        own = {settings.stamp_field, *settings.references.values()} - set(HEADER)
        select = ",".join((*HEADER, *sorted(own), *EXPANDED))
        expand = ",".join(EXPANDED)
        for page in self.office.api.pages(ORDERS, where=where, select=select, expand=expand):
            self.office.customers.learn(ids_in(page, "customer_id"))
            for row in page:
                if is_order(row):
                    yield order_in(row, self.office)

    def _party(self, party: str | Ref | None) -> Iterator[str]:
        if party is not None:
            found = self.office.customers.named(party)
            if found is None:
                raise NotFound("there is no such customer", operation="orders.find", path="customer")
            yield f"customer_id eq {whole(found, 'id') or 0}"

    def _conditions(self, wanted: Find) -> Sequence[str] | None:
        """What is asked for; ``None`` where nothing can fulfil it."""
        if wanted.reference is not None and not self.office.settings.references:
            return None
        told = (("document_no", wanted.number), (PO_NUMBER, wanted.customer_po))
        if any(value is not None and len(value) > _LONGEST[field] for field, value in told):
            return None
        conditions = [self.office.equal(field, value) for field, value in told if value is not None]
        if wanted.stamp is not None:
            conditions.append(self.office.equal(self.stamped_in, wanted.stamp))
        if wanted.reference is not None:
            fields = self.office.settings.references.values()
            either = " or ".join(self.office.equal(field, wanted.reference) for field in fields)
            conditions.append(f"({either})")
        try:
            conditions += self._party(wanted.party)
        except NotFound:
            return None
        return conditions


def moment(when: datetime) -> str:
    """An instant in a condition."""
    return literal(when, "Edm.DateTimeOffset", 4)
