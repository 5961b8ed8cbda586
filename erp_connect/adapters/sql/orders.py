"""The order book: what every write has in common, and reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Generic

import sqlalchemy as sa
from sqlalchemy.sql import ColumnElement

from ...errors import NotFound
from ...models import OrderEvent, Ref, Shipment, Tracking
from ...rules.lateness import tracking
from ..contract import Find, Listing, OrderRef, Sought
from . import events
from .documents import SHIPMENT_PAPERS
from .mapping_orders import D, O, Side
from .office import Office
from .reading import PAGE, assembled, by_keys, fetched, in_portions, native_ids, says, where
from .schema import PARTIES

_NONE: Final[Sequence[Shipment]] = ()


class OrderRecords(Generic[D, O]):
    """Orders as they are read: get, find, list, track, events."""

    def __init__(self, office: Office, side: Side[D, O]) -> None:
        self.office = office
        self.side = side

    def get(self, id: str) -> O:
        """The order with this id; ``NotFound`` when there is none."""
        found = self.get_many([id])
        if id not in found:
            raise self.not_found("get")
        return found[id]

    def get_many(self, ids: Sequence[str]) -> Mapping[str, O]:
        """The orders with these ids, two statements for every 500; one that does not exist is left out."""
        keys = native_ids(ids)
        if not keys:
            return {}
        with self.office.reading(f"{self.side.book}.get") as connection:
            found = by_keys(connection, self.side, list(keys), self.office.today())
        return {keys[key]: order for key, order in found.items()}

    def find(self, wanted: Find) -> Sequence[O]:
        """The orders that match exactly, oldest first."""
        side = self.side
        table = side.table.c
        conditions: list[ColumnElement[bool]] = []
        if wanted.number is not None:
            keys = [key for key, id in native_ids([wanted.number]).items() if str(key) == id]
            if not keys:
                return ()
            conditions.append(table.id == keys[0])
        if wanted.stamp is not None:
            conditions.append(says(table.stamp, wanted.stamp))
        if wanted.customer_po is not None:
            conditions.append(says(table.their_number, wanted.customer_po))
        if wanted.reference is not None:
            named = side.references.c
            conditions.append(
                table.id.in_(sa.select(named.order_id).where(says(named.value, wanted.reference)))
            )
        if wanted.party is not None:
            conditions.append(self._of_party(wanted.party))
        if not conditions:
            return ()
        with self.office.reading(f"{side.book}.find") as connection:
            return where(connection, side, sa.and_(*conditions), self.office.today())

    def by_stamp(self, sought: Sequence[Sought]) -> Mapping[str, Sequence[O]]:
        """The orders that carry these stamps."""
        stamps = [each.stamp for each in sought]
        found: dict[str, Sequence[O]] = {}
        with self.office.reading(f"{self.side.book}.find") as connection:
            for portion in in_portions(stamps):
                condition = self.side.table.c.stamp.in_(portion)
                rows = fetched(connection, self.side, [condition])
                for order in assembled(self.side, rows, self.office.today()):
                    found[order.stamp or ""] = (order,)
        return found

    def list(self, wanted: Listing) -> Iterator[O]:
        """Stream orders in the order of their numbers, a short transaction for each page.

        The caller may write meanwhile: an order that is entered while this runs is still met.
        """
        table, conditions = self.side.table.c, []
        if wanted.modified_since is not None:
            conditions.append(table.modified_at >= wanted.modified_since)
        if wanted.ordered_from is not None:
            conditions.append(table.order_date >= wanted.ordered_from)
        if wanted.ordered_to is not None:
            conditions.append(table.order_date <= wanted.ordered_to)
        if wanted.status is not None:
            conditions.append(table.status.in_(sorted(status.value for status in wanted.status)))
        if wanted.party is not None:
            conditions.append(self._of_party(wanted.party))
        return self._pages(conditions, wanted.limit)

    def track(self, order: OrderRef) -> Tracking:
        """Where an order is: its lines, shipments and events, from one snapshot."""
        operation = f"{self.side.book}.track"
        with self.office.reading(operation) as connection:
            today = self.office.today()
            found = [*by_keys(connection, self.side, list(native_ids([order.id])), today).values()]
            if not found:
                raise self.not_found("track")
            key = int(found[0].id)
            shipments = SHIPMENT_PAPERS.of(connection, key) if self.side.book == "orders" else _NONE
            happened = events.of_order(connection, self.side.book, key)
        return tracking(found[0], shipments, happened, today)

    def events(self, since: str | None) -> Iterator[OrderEvent]:
        """What happened after the cursor, oldest first."""
        return events.since(self.office, self.side.book, since)

    def not_found(self, verb: str) -> NotFound:
        """No such order."""
        return NotFound(
            f"there is no such {self.side.field.replace('_', ' ')}",
            system=self.office.system,
            operation=f"{self.side.book}.{verb}",
        )

    def _of_party(self, party: str | Ref) -> ColumnElement[bool]:
        column = self.side.table.c.party_id
        if isinstance(party, Ref):
            keys = list(native_ids([party.id]))
            return sa.and_(column == (keys[0] if keys else -1))
        one = sa.select(PARTIES.c.id).where(PARTIES.c.kind == self.side.party, says(PARTIES.c.number, party))
        return sa.and_(column == one.scalar_subquery())

    def _pages(self, conditions: Sequence[ColumnElement[bool]], limit: int | None) -> Iterator[O]:
        after: int | None = None
        left = limit
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            with self.office.reading(f"{self.side.book}.list") as connection:
                rows = fetched(connection, self.side, conditions, after=after, size=size)
            for order in assembled(self.side, rows, self.office.today()):
                after = int(order.id)
                yield order
            if len(rows.headers) < size:
                return
            left = None if left is None else left - size
