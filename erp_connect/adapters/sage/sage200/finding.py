"""Finding orders: by number, party, their number and stamp, and all by pages (sage.md 4.2, 6.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Generic, TypeVar

from ....errors import NotFound
from ....models import Order, PurchaseOrder, Ref
from ....wire.odata import literal
from ...contract import Find, Listing, Sought
from ...services.cells import Row, whole
from .codes import ids_in, number_of
from .mapping_orders import order_in, purchase_order_in
from .office import Office
from .sides import NUMBER, PURCHASES, SALES, Side
from .states import is_order

E = TypeVar("E", Order, PurchaseOrder)

PORTION: Final = 20
"""How many ids or stamps are named in one condition: addresses have a length."""
_WIDTHS: Final = {NUMBER: 20, SALES.external: 30, PURCHASES.external: 30}


class Finding(Generic[E]):
    """The reading half of an order book of either side."""

    side: ClassVar[Side]

    def __init__(self, office: Office) -> None:
        self.office = office
        self.book = self.side.book

    def get(self, id: str) -> E:
        """The order with this id, with its lines; ``NotFound`` when there is none, or where it is a quote."""
        operation = f"{self.book}.get"
        return self.order_of(self.record(id, operation), operation)

    def get_many(self, ids: Sequence[str]) -> Mapping[str, E]:
        """The orders with these ids, several in one request; one that does not exist is left out."""
        wanted = [number for id in dict.fromkeys(ids) if (number := number_of(id))]
        found: dict[str, E] = {}
        for start in range(0, len(wanted), PORTION):
            where = " or ".join(f"id eq {each}" for each in wanted[start : start + PORTION])
            with self.office.translated(f"{self.book}.get"):
                found |= {order.id: order for order in self._orders(where)}
        return found

    def find(self, wanted: Find) -> Sequence[E]:
        """The orders that match in all that is named."""
        with self.office.translated(f"{self.book}.find"):
            conditions = self._conditions(wanted)
            return () if not conditions else tuple(self._orders(" and ".join(conditions)))

    def by_stamp(self, sought: Sequence[Sought]) -> Mapping[str, Sequence[E]]:
        """The orders that carry each stamp."""
        stamps, field = [each.stamp for each in sought], self.stamped_in
        found: dict[str, list[E]] = {}
        for start in range(0, len(stamps), PORTION):
            portion = stamps[start : start + PORTION]
            where = " or ".join(self.office.equal(field, stamp) for stamp in portion)
            with self.office.translated(f"{self.book}.find"):
                for order in self._orders(where):
                    found.setdefault(order.stamp or "", []).append(order)
        return found

    def list(self, wanted: Listing) -> Iterator[E]:
        """Stream orders a page at a time, the next page on its way, in the order of their ids."""
        operation = f"{self.book}.list" if wanted.modified_since is None else f"{self.book}.list_modified"
        left = wanted.limit
        if left is not None and left <= 0:
            return
        with self.office.translated(operation):
            try:
                conditions = [*self._party(wanted.party)]
            except NotFound:
                return
            if wanted.ordered_from is not None:
                conditions.append(f"document_date ge {wanted.ordered_from.isoformat()}")
            if wanted.ordered_to is not None:
                after = wanted.ordered_to + timedelta(days=1)
                conditions.append(f"document_date lt {after.isoformat()}")
            if wanted.modified_since is not None:
                conditions.append(f"date_time_updated ge {moment(wanted.modified_since)}")
            for order in self._orders(" and ".join(conditions), left):
                yield order
                left = None if left is None else left - 1
                if left == 0:
                    return

    # -- asking ----------------------------------------------------------------------------------------------

    def _order(self, row: Row) -> E:
        raise NotImplementedError

    @property
    def stamped_in(self) -> str:
        """The field that carries the stamp of an order."""
        return self.office.settings.stamp_field

    def record(self, id: str, operation: str) -> Row:
        """The whole record of an order, as it stands now."""
        expand = ",".join((*self.side.expanded, *self.side.alone))
        row = self.office.row(self.side.orders, id, operation, expand=expand)
        if not is_order(row):
            raise NotFound("there is no such order: it is a quote", operation=operation)
        return row

    def order_of(self, row: Row, operation: str, *, writes: bool = False) -> E:
        """The order that a record says."""
        with self.office.translated(operation, writes=writes):
            return self._order(row)

    def _orders(self, where: str, most: int | None = None) -> Iterator[E]:
        """Orders of a list.  Accounts and currencies are looked up once, not brought along with each."""
        side: Side = self.side
        fields = {self.stamped_in, *(self.office.settings.references.values() if side is SALES else ())}
        own: list[str] = sorted(fields - set(side.header))
        select = ",".join((*side.header, *own, *side.expanded))
        expand = ",".join(side.expanded)
        for page in self.office.api.pages(side.orders, where=where, most=most, select=select, expand=expand):
            self.office.parties(side.party).learn(ids_in(page, f"{side.party}_id"))
            page.reverse()
            while page:  # a page may be tens of megabytes: what has been read makes room for the next one
                row = page.pop()
                if is_order(row):
                    yield self._order(row)

    def _party(self, party: str | Ref | None) -> Iterator[str]:
        if party is not None:
            said = party.upper() if isinstance(party, str) else party
            found = self.office.parties(self.side.party).named(said)
            if found is None:
                raise NotFound(f"there is no such {self.side.party}", operation=f"{self.book}.find")
            yield f"{self.side.party}_id eq {whole(found, 'id') or 0}"

    def _conditions(self, wanted: Find) -> Sequence[str] | None:
        """What is asked for; ``None`` where nothing can fulfil it."""
        kept = self.office.settings.references if self.side is SALES else {}
        if wanted.reference is not None and not kept:
            return None
        told = ((NUMBER, wanted.number), (self.side.external, wanted.customer_po))
        if any(value is not None and len(value) > _WIDTHS[field] for field, value in told):
            return None
        conditions = [self.office.equal(field, value) for field, value in told if value is not None]
        if wanted.stamp is not None:
            conditions.append(self.office.equal(self.stamped_in, wanted.stamp))
        if wanted.reference is not None:
            either = " or ".join(self.office.equal(field, wanted.reference) for field in kept.values())
            conditions.append(f"({either})")
        try:
            conditions += self._party(wanted.party)
        except NotFound:
            return None
        return conditions


class FindingSales(Finding[Order]):
    """Sales orders."""

    side = SALES

    def _order(self, row: Row) -> Order:
        return order_in(row, self.office)


class FindingPurchases(Finding[PurchaseOrder]):
    """Purchase orders."""

    side = PURCHASES

    def _order(self, row: Row) -> PurchaseOrder:
        return purchase_order_in(row, self.office)


def moment(when: datetime) -> str:
    """An instant in a condition."""
    return literal(when, "Edm.DateTimeOffset", 4)
