"""Where a request is worked on: the company, its numbers of rows, the settings, and who holds which orders."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from ...business.company import Company
from ...business.documents import Document
from ...business.masters import Code, Item, Location, Row
from ...business.tables import Table
from .keys import Keys
from .refusing import Refused, unknown
from .settings import Settings


@dataclass(frozen=True, kw_only=True)
class Holding(Row):
    """A product in a warehouse, or a unit of a product."""

    item: Item
    place: Location | None = None
    unit: str = ""


@dataclass
class Lock:
    """Somebody is amending an order, or about to despatch it."""

    number: int
    until: datetime
    despatching: bool = False


@dataclass
class Desk:
    """One company as the API sees it."""

    company: Company
    keys: Keys
    settings: Settings
    locks: dict[UUID, Lock] = field(default_factory=dict)
    user: str = ""
    _drawn: Iterator[int] = field(default_factory=lambda: itertools.count(90_001))

    # ---------------------------------------------------------------- numbers of rows

    def number(self, row: Row, table: Table[Any] | None = None) -> int | None:
        """The number of a row."""
        return self.keys.number(row.id, table)

    def found(self, table: Table[Any], number: int) -> Any:
        """The row of a number, or None."""
        ident = self.keys.ident(number, (row.id for row in table))
        return None if ident is None else table.get(ident)

    def named(self, table: Table[Any], number: int, kind: str, field: str) -> Any:
        """The row that a field of a body names."""
        row = self.found(table, number)
        if row is None:
            raise unknown(kind, number, field)
        return row

    # ---------------------------------------------------------------- rows that are made of others

    def holdings(self, item: Item | None = None) -> list[Holding]:
        """Products in warehouses."""
        items = [item] if item is not None else [one for one in self.company.items if one.type == "inventory"]
        return [self._holding(one, place) for one in items for place in self.company.locations]

    def _holding(self, item: Item, place: Location) -> Holding:
        ident = uuid5(NAMESPACE_URL, f"holding/{item.id}/{place.id}")
        return Holding(id=ident, item=item, place=place, created=item.created, modified=item.modified)

    def product_units(self, item: Item) -> list[Holding]:
        """The units of a product."""
        return [
            Holding(id=uuid5(NAMESPACE_URL, f"unit/{item.id}/{code}"), item=item, unit=code)
            for code in (item.unit, *item.units)
        ]

    def cancelled_lines(self) -> Table[Code]:
        """What was cancelled of orders and recorded."""
        return self.company.codes("SOP Cancelled Line")

    def addresses(self) -> Table[Code]:
        """Where customers want deliveries, beside their own address."""
        return self.company.codes("Customer Delivery Address")

    # ---------------------------------------------------------------- locks

    def lock(self, document: Document, *, despatching: bool = False) -> Lock:
        """Hold an order; refused where somebody else does."""
        self.free(document, 0, despatching=despatching)
        until = self.company.world.clock.now() + timedelta(seconds=self.settings.lock_seconds)
        held = Lock(next(self._drawn), until, despatching)
        self.locks[document.id] = held
        return held

    def free(self, document: Document, number: int, *, despatching: bool = False) -> None:
        """Refuse where an order is held, and not by whoever brings this number."""
        held = self.held(document)
        if held is not None and not (despatching and held.despatching) and held.number != number:
            raise Refused(f"The sales order '{document.number}' is locked by another user.", "lock_id")
        user = self.company.world.locked.get(document.id)
        if user is not None:
            raise Refused(f"The sales order '{document.number}' is locked by {user}.", "lock_id")

    def held(self, document: Document) -> Lock | None:
        """Who holds an order now."""
        held = self.locks.get(document.id)
        return held if held is not None and self.company.world.clock.now() < held.until else None
