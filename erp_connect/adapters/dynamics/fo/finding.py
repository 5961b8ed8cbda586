"""Finding orders: by number, party, reference and stamp, and all of them by pages (dynamics.md 3.2, 3.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Final, Generic, TypeVar

from ....errors import UnsupportedOperation
from ....models import Order, OrderStatus, PurchaseOrder, Ref
from ....wire.odata import literal
from ....wire.reading_ahead import one_ahead
from ...contract import Find, Listing, Sought
from ...services.cells import Row, instant, text, within
from .documents import Document
from .mapping_orders import order_in, purchase_order_in
from .moved import LINE_VIEW, moved_of_purchases, moved_of_sales
from .office import Office, equal, other_than
from .sides import PURCHASES, SALES, STAMP, Side

E = TypeVar("E", Order, PurchaseOrder)

HEADER_VIEW: Final = "SalesTableBiEntities"
_CHANGED: Final = "SysModifiedDateTime"
_PORTION: Final = 50
"""How many orders are read at once where they are known by number."""


class Finding(Generic[E]):
    """The reading half of an order book of either side."""

    side: Side

    def __init__(self, office: Office) -> None:
        self.office = office

    @property
    def book(self) -> str:
        """What the book is called."""
        return self.side.book

    @cached_property
    def headers(self) -> str:
        """The set of headers of this release, one that shows its lines where there is one."""
        return self._offered(self.side.orders)

    @cached_property
    def lines(self) -> str:
        """The set of lines of this release."""
        return self._offered(self.side.lines)

    def _offered(self, sets: Sequence[str]) -> str:
        found = next((each for each in sets if each in self.office.sets), None)
        if found is None:
            raise UnsupportedOperation(
                f"this release shows none of {', '.join(sets)}",
                why="the entity is not public here",
                operation=self.book,
            )
        return found

    # -- the verbs -------------------------------------------------------------------------------------------

    def get(self, id: str) -> E:
        """The order with this number, with its lines; ``NotFound`` when there is none."""
        operation = f"{self.book}.get"
        expand = self.side.navigation.get(self.headers, "")
        row = self.office.row(self.order_at(id), operation, expand=expand)
        with self.office.translated(operation):
            return self._orders(self._documents([row]))[0]

    def get_many(self, ids: Sequence[str]) -> Mapping[str, E]:
        """The orders with these numbers, blocks of them in one request; one that does not exist is left out."""
        spelt = {id.casefold(): id for id in ids}
        with self.office.translated(f"{self.book}.get"):
            found = self._by(self.side.number, list(ids))
        return {spelt[order.id.casefold()]: order for order in found if order.id.casefold() in spelt}

    def find(self, wanted: Find) -> Sequence[E]:
        """The orders that match in all that is named."""
        asked = self._asked(wanted)
        if not asked or wanted.reference is not None:
            return ()
        where = " and ".join(equal(name, value) for name, value in asked)
        with self.office.translated(f"{self.book}.find"):
            rows = [
                row
                for page in self._pages(where)
                for row in page
                if all(text(row, name).casefold() == value.casefold() for name, value in asked)
            ]
            return tuple(self._orders(self._documents(rows)))

    def by_stamp(self, sought: Sequence[Sought]) -> Mapping[str, Sequence[E]]:
        """The orders that carry each stamp, blocks of them in one request."""
        found: dict[str, list[E]] = {}
        with self.office.translated(f"{self.book}.find"):
            for order in self._by(self._stamp, [each.stamp for each in sought]):
                found.setdefault(order.stamp or "", []).append(order)
        return found

    def list(self, wanted: Listing) -> Iterator[E]:
        """Stream orders a page at a time, by number; those that have changed, in the order of their changes."""
        since = wanted.modified_since
        operation = f"{self.book}.list" if since is None else f"{self.book}.list_modified"
        left = wanted.limit
        with self.office.translated(operation):
            for order in self._stream(wanted) if since is None else self._since(since):
                if left is not None and left <= 0:
                    return
                yield order
                left = None if left is None else left - 1

    def order_at(self, number: str) -> str:
        """The address of an order's header."""
        return self.office.at(self.headers, **{self.side.number: number})

    # -- asking ----------------------------------------------------------------------------------------------

    @property
    def _stamp(self) -> str:
        return STAMP if self.side is SALES else self.side.reference

    def _asked(self, wanted: Find) -> Sequence[tuple[str, str]]:
        """What each property has to be."""
        party = wanted.party.id if isinstance(wanted.party, Ref) else wanted.party
        said = [
            (self.side.number, wanted.number),
            (self.side.party, party),
            (self.side.reference, wanted.customer_po),
            (self._stamp, wanted.stamp),
        ]
        return tuple((name, value) for name, value in said if value is not None)

    def _stream(self, wanted: Listing) -> Iterator[E]:
        """All orders by number; the next page is fetched while one is looked at."""
        with closing(one_ahead(self._portions(wanted))) as portions:
            for rows in portions:
                yield from self._orders(self._documents(rows))

    def _portions(self, wanted: Listing) -> Iterator[Sequence[Row]]:
        """Headers by number, so many in a page, each page after the last number of the one before.

        Pages by ``$skip`` would miss orders where others are deleted meanwhile.
        """
        conditions = tuple(self._conditions(wanted))
        number, last = self.side.number, ""
        size = self.office.settings.page_size
        while True:
            after = (f"{number} gt {literal(last, 'Edm.String', 4)}",) if last else ()
            where = " and ".join(conditions + after)
            rows = [row for page in self._pages(where, orderby=number, top=str(size)) for row in page]
            yield rows
            if len(rows) < size or text(rows[-1], number) == last:
                return
            last = text(rows[-1], number)

    def _conditions(self, wanted: Listing) -> Iterator[str]:
        party = wanted.party.id if isinstance(wanted.party, Ref) else wanted.party
        if party is not None:
            yield equal(self.side.party, party)
        if wanted.status is not None and OrderStatus.COMPLETED not in wanted.status:
            yield other_than(self.side.status, self.side.states, "Invoiced")
        first, last = wanted.ordered_from, wanted.ordered_to
        if first is not None:
            yield f"{self._ordered} ge {self._start(first)}"
        if last is not None:
            yield f"{self._ordered} lt {self._start(last + timedelta(days=1))}"

    @property
    def _ordered(self) -> str:
        return "OrderCreationDateTime" if self.side is SALES else "AccountingDate"

    def _start(self, day: date) -> str:
        """The first moment of a day: where the company is, or in UTC for what is a date only."""
        zone = self.office.zone if self.side is SALES else UTC
        return literal(datetime.combine(day, time(), tzinfo=zone), "Edm.DateTimeOffset", 4)

    def _since(self, since: datetime) -> Iterator[E]:
        """Orders of which a reporting view shows a change since then, oldest change first."""
        where = f"{_CHANGED} ge {literal(since, 'Edm.DateTimeOffset', 4)}"
        latest: dict[str, datetime] = {}
        for view in (HEADER_VIEW, LINE_VIEW):
            if view not in self.office.sets:
                continue
            for row in self.office.rows(view, where=where, select=f"SalesId,{_CHANGED}"):
                number, moment = text(row, "SalesId"), instant(row, _CHANGED)
                if moment is not None:
                    latest[number] = max(moment, latest.get(number, moment))
        numbers = sorted(latest, key=lambda number: (latest[number], number))
        for start in range(0, len(numbers), _PORTION):
            portion = numbers[start : start + _PORTION]
            found = {order.id: order for order in self._by(self.side.number, portion)}
            for number in portion:
                if number in found:
                    order = found[number]
                    yield order.but(modified_at=latest[number])

    # -- rows ------------------------------------------------------------------------------------------------

    def _by(self, name: str, values: Sequence[str]) -> Sequence[E]:
        expand = self.side.navigation.get(self.headers, "")
        rows = tuple(self.office.rows_of(self.headers, name, values, expand=expand))
        return self._orders(self._documents(rows))

    def _pages(self, where: str, **options: str) -> Iterator[Sequence[Row]]:
        expand = self.side.navigation.get(self.headers, "")
        return self.office.pages(self.headers, where=where, expand=expand, **options)

    def _documents(self, rows: Sequence[Row]) -> Sequence[Document]:
        """Headers with their lines: as they came along, or read apart where the set does not show them."""
        shown = self.side.navigation.get(self.headers)
        number = self.side.number
        if shown is not None:
            return [Document(row, within(row, shown), self.side) for row in rows]
        lines: dict[str, list[Row]] = {}
        for row in self.office.rows_of(self.lines, number, [text(each, number) for each in rows]):
            lines.setdefault(text(row, number), []).append(row)
        return [Document(row, lines.get(text(row, number), []), self.side) for row in rows]

    def _orders(self, documents: Sequence[Document]) -> Sequence[E]:
        raise NotImplementedError


class FindingSales(Finding[Order]):
    """Sales orders."""

    side = SALES

    def _orders(self, documents: Sequence[Document]) -> Sequence[Order]:
        moved = moved_of_sales(documents, self.office)
        return [order_in(each, self.office, moved) for each in documents]


class FindingPurchases(Finding[PurchaseOrder]):
    """Purchase orders."""

    side = PURCHASES

    def _orders(self, documents: Sequence[Document]) -> Sequence[PurchaseOrder]:
        return [purchase_order_in(each, self.office, moved_of_purchases(each)) for each in documents]
