"""Finding orders: by number, customer, the customer's number, reference and stamp, and all of them page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ....errors import NotFound, TransportError, UnsupportedOperation
from ....models import Order
from ....wire.reading_ahead import one_ahead
from ...contract import Find, Listing, Sought
from ..conventions import fits_key, shown_key
from ..wording import said
from . import asking
from .cells import Row, place_of
from .dialect import STAMP
from .fulfilment import Fulfilment, fulfilment_of
from .mapping_orders import order_in
from .office import Office
from .releases import takes

_PO_NUMBER = "PurchaseOrderByCustomer"
_REFERENCE = "AssignmentReference"


class Finding:
    """The reading half of the order book."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.dialect = office.dialect

    def get(self, id: str) -> Order:
        """The order with this number; ``NotFound`` when there is none."""
        operation = "orders.get"
        if not fits_key(id):
            raise NotFound("there is no such order", operation=operation)
        with self.office.translated(operation):
            row = self._row(id)
            return order_in(row, fulfilment_of(self.office, [row]), self.office)

    def get_many(self, ids: Sequence[str]) -> Mapping[str, Order]:
        """The orders with these numbers, blocks of them in one request; one that does not exist is left out."""
        known = {shown_key(id): id for id in ids if fits_key(id)}
        numbers = list(known)
        found: dict[str, Order] = {}
        for start in range(0, len(numbers), asking.PORTION):
            portion = numbers[start : start + asking.PORTION]
            orders = self._where(asking.one_of("SalesOrder", portion), "orders.get")
            found |= {known[order.id]: order for order in orders if order.id in known}
        return found

    def find(self, wanted: Find) -> Sequence[Order]:
        """The orders that match in all that is named."""
        operation = "orders.find"
        if wanted.number is not None:
            return tuple(self.get_many([wanted.number]).values())
        conditions = []
        named = (
            ("SoldToParty", None if wanted.party is None else said(wanted.party)),
            (_PO_NUMBER, wanted.customer_po),
            (_REFERENCE, wanted.reference),
            (STAMP, wanted.stamp),
        )
        for name, value in named:
            if value is None:
                continue
            if not self._fits(name, value):
                return ()
            self._refuse_unsearchable(name, operation)
            conditions.append(asking.equal(name, value))
        return self._where(asking.all_of(*conditions), operation) if conditions else ()

    def by_stamp(self, sought: Sequence[Sought]) -> Mapping[str, Sequence[Order]]:
        """The orders that carry each stamp."""
        found: dict[str, list[Order]] = {}
        stamps = [each.stamp for each in sought]
        for start in range(0, len(stamps), asking.PORTION):
            where = asking.one_of(STAMP, stamps[start : start + asking.PORTION])
            for order in self._where(where, "orders.find"):
                found.setdefault(order.stamp or "", []).append(order)
        return found

    def list(self, wanted: Listing) -> Iterator[Order]:
        """Stream orders by ascending number, a page of them in memory and the next one on its way.

        Each page begins behind the last number of the one before, so that nothing is missed or doubled by what is
        written meanwhile.
        """
        condition = self._condition(wanted)
        if condition is None:
            return
        for rows, fulfilment in one_ahead(self._pages(wanted, condition)):
            for row in rows:
                yield order_in(row, fulfilment, self.office)

    def _pages(self, wanted: Listing, condition: Sequence[str]) -> Iterator[tuple[Sequence[Row], Fulfilment]]:
        operation = "orders.list" if wanted.modified_since is None else "orders.list_modified"
        left, last = wanted.limit, ""
        while left is None or left > 0:
            size = min(self.office.settings.block_size, left or self.office.settings.block_size)
            after = [asking.beyond("SalesOrder", last)] if last else []
            with self.office.translated(operation):
                rows = self._rows(asking.all_of(*condition, *after), top=size)
                fulfilment = fulfilment_of(self.office, rows)
            if not rows:  # a short page is not the last one: a server may give fewer than it was asked for
                return
            reached = place_of(rows[-1], "SalesOrder")
            if reached == last:
                raise TransportError(
                    "the system gives the same page of orders again and again",
                    operation=operation,
                    code="unreadable_answer",
                    retryable=False,
                )
            yield rows, fulfilment
            last = reached
            left = None if left is None else left - len(rows)

    # -- asking ----------------------------------------------------------------------------------------------

    def _row(self, id: str) -> Row:
        """One order with everything in it."""
        return self.office.orders.get(
            self.dialect.at(self.dialect.order, SalesOrder=shown_key(id)),
            {"$expand": self.dialect.expanded(self.office.orders_model)},
        )

    def _rows(self, where: str, *, top: int | None = None) -> Sequence[Row]:
        options = {"top": str(top)} if top is not None else {}
        return tuple(
            asking.rows(
                self.office.orders,
                self.dialect.order,
                where=where,
                expand=self.dialect.expanded(self.office.orders_model),
                orderby="SalesOrder",
                **options,
            )
        )

    def _where(self, condition: str, operation: str) -> Sequence[Order]:
        with self.office.translated(operation):
            return self._told(self._rows(condition))

    def _told(self, rows: Sequence[Row]) -> Sequence[Order]:
        fulfilment = fulfilment_of(self.office, rows)
        return tuple(order_in(row, fulfilment, self.office) for row in rows)

    def _fits(self, name: str, value: str) -> bool:
        """Whether an order can hold such a value at all."""
        if name == "SoldToParty":
            return fits_key(value)
        known = self.office.known(self.dialect.order).get(name)
        return known is not None and (known.max_length is None or len(value) <= known.max_length)

    def _refuse_unsearchable(self, name: str, operation: str) -> None:
        """``UnsupportedOperation`` for a property by which this release does not let anybody search."""
        if not takes(self.office, self.dialect.order, name, "filterable"):
            raise UnsupportedOperation(
                "orders cannot be searched by that here",
                why=f"{name} is not filterable in this release of the service",
                operation=operation,
            )

    def _condition(self, wanted: Listing) -> Sequence[str] | None:
        """What is asked for; ``None`` where nothing can fulfil it."""
        conditions = []
        if self.office.settings.sales_org:
            conditions.append(asking.equal("SalesOrganization", self.office.settings.sales_org))
        if wanted.party is not None:
            if not fits_key(said(wanted.party)):
                return None
            conditions.append(asking.equal("SoldToParty", said(wanted.party)))
        # Where the service does not compare days, more orders come than were wanted, and the client looks again.
        dated = takes(self.office, self.dialect.order, "SalesOrderDate", "filterable")
        if wanted.ordered_from is not None and dated:
            conditions.append(self.dialect.since_day("SalesOrderDate", "ge", wanted.ordered_from))
        if wanted.ordered_to is not None and dated:
            conditions.append(self.dialect.since_day("SalesOrderDate", "le", wanted.ordered_to))
        if wanted.modified_since is not None:
            conditions.append(self.dialect.since("LastChangeDateTime", wanted.modified_since))
        return conditions
