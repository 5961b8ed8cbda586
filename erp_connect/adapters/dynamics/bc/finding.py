"""Finding orders: by number, party, the customer's number and stamp, and all by pages (dynamics.md 1.4, 5.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from ....errors import NotFound
from ....models import Order, PurchaseOrder, Ref
from ....wire.odata import literal
from ...contract import Find, Listing, OrderRef, Sought
from ...services.cells import Row, text
from .mapping_orders import EXTERNAL, PURCHASES, SALES, Side, order_in, purchase_order_in
from .office import Office, equal, is_guid, one_of
from .posted import Posted, Received
from .promises import promised

E = TypeVar("E", Order, PurchaseOrder)

PORTION = 20
"""How many ids or numbers are named in one condition: addresses have a length (dynamics.md 1.1)."""


class Finding(Generic[E]):
    """The reading half of an order book of either side."""

    side: Side
    book: str

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, id: str) -> E:
        """The order with this id, with its lines; ``NotFound`` when there is none."""
        operation = f"{self.book}.get"
        row = self.office.row(self.side.orders, id, operation, expand=self.side.lines)
        with self.office.translated(operation):
            return self._order(row)

    def get_many(self, ids: Sequence[str]) -> Mapping[str, E]:
        """The orders with these ids, blocks of them in one request; one that does not exist is left out."""
        asked = {id.lower(): id for id in ids if is_guid(id)}
        wanted, found = list(asked), dict[str, E]()
        for start in range(0, len(wanted), PORTION):
            portion = wanted[start : start + PORTION]
            where = " or ".join(f"id eq {each}" for each in portion)
            for order in self._where(f"({where})", f"{self.book}.get"):
                if order.id in asked:
                    found[asked[order.id]] = order
        return found

    def list(self, wanted: Listing) -> Iterator[E]:
        """Stream orders a page at a time, the next page on its way, oldest change first where that is asked for."""
        operation = f"{self.book}.list" if wanted.modified_since is None else f"{self.book}.list_modified"
        conditions = [*self._party(wanted.party)]
        if wanted.ordered_from is not None:
            conditions.append(f"orderDate ge {wanted.ordered_from.isoformat()}")
        if wanted.ordered_to is not None:
            conditions.append(f"orderDate le {wanted.ordered_to.isoformat()}")
        orderby = ""
        if wanted.modified_since is not None:
            since = literal(wanted.modified_since, "Edm.DateTimeOffset", 4)
            conditions.append(f"lastModifiedDateTime ge {since}")
            orderby = "lastModifiedDateTime"
        left = wanted.limit
        with self.office.translated(operation):
            for row in self._rows(" and ".join(conditions), orderby=orderby):
                if left is not None and left <= 0:
                    return
                yield self._order(row)
                left = None if left is None else left - 1

    # -- asking ----------------------------------------------------------------------------------------------

    def _order(self, row: Row) -> E:
        raise NotImplementedError

    def _rows(self, where: str, *, orderby: str = "") -> Iterator[Row]:
        return self.office.rows(self.side.orders, where=where, expand=self.side.lines, orderby=orderby)

    def _where(self, condition: str, operation: str) -> Sequence[E]:
        with self.office.translated(operation):
            return [self._order(row) for row in self._rows(condition)]

    def _party(self, party: str | Ref | None) -> Iterator[str]:
        if isinstance(party, Ref):
            if not is_guid(party.id):
                raise NotFound("there is no such record", operation=f"{self.book}.find")
            yield f"{self.side.party_id} eq {party.id}"
        elif party is not None:
            yield equal(self.side.party, party)

    def _conditions(self, wanted: Find) -> Sequence[str] | None:
        """What is asked for; ``None`` where nothing can fulfil it."""
        conditions = [*self._party(wanted.party)]
        if wanted.number is not None:
            conditions.append(equal("number", wanted.number))
        return conditions if wanted.reference is None else None


class FindingSales(Finding[Order]):
    """Sales orders; those that were posted and are gone are rebuilt from their documents."""

    side = SALES
    book = "orders"

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._posted = Posted(office)

    def find(self, wanted: Find) -> Sequence[Order]:
        """The orders that match in all that is named, also among those that are posted."""
        conditions = self._conditions(wanted)
        if conditions is None:
            return ()
        external = [each for each in (wanted.customer_po, wanted.stamp) if each is not None]
        if any(len(each) > 35 for each in external):
            return ()
        conditions = [*conditions, *(equal(EXTERNAL, each.upper()) for each in external)]
        if not conditions:
            return ()
        found = self._where(" and ".join(conditions), "orders.find")
        if wanted.number is None and not external:
            return tuple(found)
        return (*found, *self._gone(wanted, {order.number for order in found}))

    def by_stamp(self, sought: Sequence[Sought]) -> Mapping[str, Sequence[Order]]:
        """The orders that carry each stamp, posted ones among them."""
        stamps = [each.stamp for each in sought]
        found: dict[str, list[Order]] = {}
        for start in range(0, len(stamps), PORTION):
            portion = stamps[start : start + PORTION]
            for order in self._where(one_of(EXTERNAL, portion), "orders.find"):
                found.setdefault(order.stamp or "", []).append(order)
        for stamp in stamps:
            if stamp not in found:
                found[stamp] = [*self._gone(Find(stamp=stamp), set())]
        return found

    def posted(self, order: OrderRef) -> Order | None:
        """The order as its posted documents tell it; ``None`` where there are none."""
        with self.office.translated("orders.get"):
            return self._posted.order(order.number, order.id) if order.number else None

    def _gone(self, wanted: Find, standing: set[str | None]) -> Iterator[Order]:
        """Orders of which only posted documents are left (dynamics.md 5.3)."""
        with self.office.translated("orders.find"):
            party = [*self._party(wanted.party)]
            for number in self._posted.numbers(wanted, party):
                if number not in standing and not self._stands(number):
                    order = self._posted.order(number)
                    if order is not None:
                        yield order

    def _stands(self, number: str) -> bool:
        return any(True for _ in self.office.rows(SALES.orders, where=equal("number", number), select="id"))

    def _order(self, row: Row) -> Order:
        return order_in(row, self.office, promised(self.office, text(row, "number")))


class FindingPurchases(Finding[PurchaseOrder]):
    """Purchase orders."""

    side = PURCHASES
    book = "purchase_orders"

    def find(self, wanted: Find) -> Sequence[PurchaseOrder]:
        """The orders that match in all that is named; they have neither stamp nor the vendor's own number."""
        conditions = self._conditions(wanted)
        if not conditions or wanted.customer_po is not None or wanted.stamp is not None:
            return ()
        return tuple(self._where(" and ".join(conditions), "purchase_orders.find"))

    def posted(self, order: OrderRef) -> PurchaseOrder | None:
        """The order as its receipts tell it; ``None`` where there are none."""
        with self.office.translated("purchase_orders.get"):
            return Received(self.office).order(order.number, order.id) if order.number else None

    def _order(self, row: Row) -> PurchaseOrder:
        return purchase_order_in(row, self.office)
