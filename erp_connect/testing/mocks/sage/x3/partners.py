"""Customers, suppliers and products (sage.md 2.15)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...business.documents import Document
from ...business.masters import Customer, Item, Row, Vendor
from ...business.tables import Table
from .model import Block
from .office import Changes, Office
from .refusing import Refused
from .streams import Sent


class Masters(Office):
    """Rows of one table of the core, by their numbers."""

    blank: type[Any] = Row

    @property
    def table(self) -> Table[Any]:
        """Their table."""
        raise NotImplementedError

    def find(self, number: str) -> Any:
        """A row by its number."""
        return self.table.by("number", number)

    def rows(self) -> list[Any]:
        """All rows, by number."""
        return sorted(self.table, key=lambda row: row.number)

    def store(self, row: Any) -> Any:
        """Write a row."""
        return self.table.put(row)

    def create(self, sent: Sent) -> Any:
        """A new row; its number is the caller's."""
        self.needed(sent)
        number = sent.get(self.entity.key)
        if not number:
            raise Refused("mandatory", field=self.entity.key)
        self.free(number)
        self.not_registered(sent)
        row = self.table.add(self.blank(number=number))
        return self._rewritten(row, sent)

    def change(self, row: Any, sent: Sent) -> Any:
        """A row with what was sent."""
        self.not_locked(row, row.number)
        self.not_fixed(row, sent)
        return self._rewritten(row, sent)

    def _rewritten(self, row: Any, sent: Sent) -> Any:
        made = self.changes(sent.values)
        fields = made.attributes | self.moved_address(row, made)
        self.consider(row, made)
        row = self.store(replace(row, **fields, extras={**row.extras, **made.extras}))
        for id, rows in sent.tables.items():
            block = self.entity.original(id)
            if block is not None:
                row = self.change_rows(row, block, rows, None)
        return row

    def consider(self, row: Any, made: Changes) -> None:
        """What else a change must pass."""

    def delete(self, row: Any) -> None:
        """Take a row away that nothing refers to."""
        self.not_locked(row, row.number)
        if self.papers_of(row):
            raise Refused("cannot_delete", number=row.number, why="used")
        self.table.remove(row.id)

    def papers_of(self, row: Any) -> list[Document]:
        """What refers to a row."""
        return self.company.documents.where("partner", row.id)


class Customers(Masters):
    """BPC: customers, with their addresses."""

    blank = Customer

    @property
    def table(self) -> Table[Any]:
        """Their table."""
        return self.company.customers

    def lines_of(self, row: Any, block: Block) -> list[Any]:
        """The table of addresses: where none was entered, the customer's own."""
        kept = super().lines_of(row, block)
        if kept or block.rows != "addresses" or not row.address.country:
            return kept
        own = row.address
        parts = {name: getattr(own, name) for name in ("line1", "line2", "city", "state", "country")}
        return [{"code": "001", "postal_code": own.postal_code, "default": 2, **parts}]


class Suppliers(Masters):
    """BPS: suppliers."""

    blank = Vendor

    @property
    def table(self) -> Table[Any]:
        """Their table."""
        return self.company.vendors


class Products(Masters):
    """ITM: products."""

    blank = Item

    @property
    def table(self) -> Table[Any]:
        """Their table."""
        return self.company.items

    def papers_of(self, row: Any) -> list[Any]:
        """Lines, and movements of stock."""
        lines = self.company.lines.where("object_number", row.number)
        return [*lines, *self.company.ledger.where("item", row.number)]
