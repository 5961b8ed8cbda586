"""Finding orders: by number with a read, by reference and party with a query and a read of each row (sage.md 2.11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice
from typing import Generic, TypeVar

from ....errors import NotFound, RequestRefused
from ....models import Order, PurchaseOrder
from ....models.base import trusted_but
from ....wire.adonix import Record
from ....wire.adonix.streams import Row
from ....wire.reading_ahead import in_turn
from ...contract import Find, Listing, Sought
from .cells import text
from .changes import Changes
from .mapping_orders import PURCHASES, SALES, Side, order_in, purchase_order_in
from .office import Office, named
from .shapes import Shape

E = TypeVar("E", Order, PurchaseOrder)


class Finding(Generic[E]):
    """The reading half of an order book of either side."""

    side: Side

    def __init__(self, office: Office) -> None:
        self.office = office

    @property
    def book(self) -> str:
        """The name of the book."""
        return self.side.book

    @property
    def shape(self) -> Shape:
        """The publication."""
        return self.office.shape(self.side.kind)

    def get(self, id: str) -> E:
        """The order with this number, with its lines; ``NotFound`` when there is none."""
        return self._got(id, f"{self.book}.get")

    def find(self, wanted: Find) -> Sequence[E]:
        """The orders that match in all that is named."""
        operation = f"{self.book}.find"
        external = wanted.customer_po if wanted.customer_po is not None else wanted.stamp
        if wanted.reference is not None or (wanted.customer_po is not None and wanted.stamp is not None):
            return ()
        found: Sequence[E] = ()
        ours = self.office.settings.manual_numbers and self.side is SALES
        if wanted.number is not None:
            found = self._there(wanted.number, operation)
        elif wanted.stamp is not None and ours:
            found = self._there(wanted.stamp, operation)
        if not found and wanted.number is None:
            criteria = self._criteria(wanted, external)
            if not criteria:
                return ()
            rows = self.office.rows(self.shape, criteria, operation)
            found = tuple(self._each((text(row, self.shape.key) for row in rows), operation))
        return tuple(order for order in found if self._fits(order, wanted, external))

    def by_stamp(self, sought: Sequence[Sought]) -> Mapping[str, Sequence[E]]:
        """The orders that carry each stamp."""
        calls = [partial(self.find, Find(stamp=each.stamp, party=each.party)) for each in sought]
        found = in_turn(iter(calls), self.office.at_once)
        return {each.stamp: orders for each, orders in zip(sought, found, strict=True)}

    def list(self, wanted: Listing) -> Iterator[E]:
        """Stream orders as the list has them, the next ones read ahead; ``RequestRefused`` behind what it can show."""
        operation = f"{self.book}.list"
        if wanted.modified_since is not None:
            yield from islice(self._changed_since(wanted.modified_since, operation), wanted.limit)
            return
        criteria = {}
        if wanted.party is not None and (column := self.shape.column(self.side.party)):
            criteria[column] = named(wanted.party)
        rows = self.office.rows(self.shape, criteria, operation)
        numbers = (text(row, self.shape.key) for row in rows if self._in_time(row, wanted))
        yield from islice(self._each(numbers, operation), wanted.limit)

    # -- the parts -------------------------------------------------------------------------------------------

    def _criteria(self, wanted: Find, external: str | None) -> dict[str, str]:
        """What the list can be asked for; ``RequestRefused`` where it shows nothing of what is sought."""
        told: dict[str, str] = {}
        sought = (
            (self.side.reference, external),
            (self.side.party, None if wanted.party is None else named(wanted.party)),
        )
        for word, value in sought:
            if value is not None and (column := self.shape.column(word)):
                told[column] = value
        if not told and any(value is not None for _, value in sought):
            raise RequestRefused(
                "the list of the publication has no column to search by",
                code="not_searchable",
                operation=f"{self.book}.find",
                hint=f"have {self.side.reference} and {self.side.party} added to the left list",
            )
        return told

    def _fits(self, order: E, wanted: Find, external: str | None) -> bool:
        # A stamp that had to be short is not told from a number that people wrote.
        held = (order.stamp if wanted.stamp is not None else None) or _reference(order)
        party = _party(order)
        return (external is None or held == external) and (
            wanted.party is None or party == named(wanted.party)
        )

    def _there(self, number: str, operation: str) -> Sequence[E]:
        try:
            return (self._got(number, operation),)
        except NotFound:
            return ()

    def _each(self, numbers: Iterator[str], operation: str) -> Iterator[E]:
        """The orders with these numbers, as many read at once as the pool has channels; what is gone is left out."""
        calls = (partial(self._there, number, operation) for number in numbers)
        for found in in_turn(calls, self.office.at_once):
            yield from found

    def _changed_since(self, since: datetime, operation: str) -> Iterator[E]:
        """What the site's subprogram says has changed."""
        told = Changes(self.office).since(since.astimezone(UTC), operation)
        calls = (partial(self._there, number, operation) for number in told)
        for (_, moment), found in zip(told.items(), in_turn(calls, self.office.at_once), strict=True):
            for order in found:
                yield order if moment is None else trusted_but(order, modified_at=moment)

    def _in_time(self, row: Row, wanted: Listing) -> bool:
        """Whether a row's date does not rule it out; it is only looked at where the settings say how it is written."""
        column, form = self.shape.column("order_date"), self.office.settings.list_dates
        first, last = wanted.ordered_from, wanted.ordered_to
        if not (column and form) or (first is None and last is None):
            return True
        try:
            told: date = datetime.strptime(text(row, column), form).date()  # noqa: DTZ007 (a day)
        except ValueError:
            return True
        return (first is None or first <= told) and (last is None or told <= last)

    def _got(self, id: str, operation: str) -> E:
        record = self.office.read(self.side.kind, id, operation)
        with self.office.translated(operation):
            return self._order(record)

    def _order(self, record: Record) -> E:
        raise NotImplementedError


class FindingSales(Finding[Order]):
    """Sales orders."""

    side = SALES

    def _order(self, record: Record) -> Order:
        return order_in(record, self.office)


class FindingPurchases(Finding[PurchaseOrder]):
    """Purchase orders."""

    side = PURCHASES

    def _order(self, record: Record) -> PurchaseOrder:
        return purchase_order_in(record, self.office)


def _reference(order: Order | PurchaseOrder) -> str | None:
    return order.customer_po if isinstance(order, Order) else order.supplier_reference


def _party(order: Order | PurchaseOrder) -> str:
    return order.customer if isinstance(order, Order) else order.supplier
