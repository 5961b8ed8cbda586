"""The papers of an order as they are kept: a head row, and rows of lines and packages in their order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.sql import ColumnElement

from ...models import GoodsReceipt, Invoice, Return, Shipment
from ...wire.sql import insert_many, rows_of
from . import mapping_papers as papers
from .mapping import RowMapping
from .reading import in_portions

T = TypeVar("T", bound=Shipment | Invoice | GoodsReceipt | Return)


class Papers(Generic[T]):
    """Documents of one kind; ``parts`` are the fields that have a table of their own, with the key to the head."""

    def __init__(
        self, head: RowMapping[T], parts: dict[str, tuple[RowMapping[Any], str]], counter: str
    ) -> None:
        self.head = head
        self.parts = parts
        self.counter = counter
        self._key = head.column_names.index("id")

    def put(
        self, connection: Connection, document: T, *, stamp: str | None, now: datetime, **more: Any
    ) -> None:
        """Write a new document; ``more`` are columns that the model does not show."""
        row = self.head.named(document)
        row |= {"version": 1, "stamp": stamp, "created_at": now, "modified_at": now, **more}
        connection.execute(sa.insert(self.head.table), row)
        for name, (mapping, owner) in self.parts.items():
            rows = [
                (int(document.id), position, *mapping.cells(part))
                for position, part in enumerate(getattr(document, name), start=1)
            ]
            if rows:
                insert_many(connection, mapping.table, rows, (owner, "position", *mapping.column_names))

    def of(self, connection: Connection, order_key: int) -> Sequence[T]:
        """The documents of an order, oldest first."""
        return self.where(connection, self.head.table.c.order_id == order_key)

    def where(self, connection: Connection, condition: ColumnElement[bool]) -> Sequence[T]:
        """The documents for which the condition holds, oldest first."""
        wanted = sa.select(*self.head.columns).where(condition).order_by(self.head.table.c.id)
        heads = rows_of(connection, wanted)
        if not heads:
            return ()
        keys = [head[self._key] for head in heads]
        place = self._currency
        currencies = {
            key: None if place is None else head[place] for head, key in zip(heads, keys, strict=True)
        }
        parts: dict[str, dict[int, list[Any]]] = {
            name: self._parts(connection, mapping, owner, currencies)
            for name, (mapping, owner) in self.parts.items()
        }
        found = []
        for head, key in zip(heads, keys, strict=True):
            values = self.head.fields(head, currencies[key])
            values |= {name: tuple(those.get(key, ())) for name, those in parts.items()}
            found.append(self.head.made({**values, "number": str(key)}))
        return found

    @property
    def _currency(self) -> int | None:
        names = self.head.column_names
        return names.index("currency") if "currency" in names else None

    def _parts(
        self,
        connection: Connection,
        mapping: RowMapping[Any],
        owner: str,
        currencies: dict[int, str | None],
    ) -> dict[int, list[Any]]:
        table, found = mapping.table.c, dict[int, list[Any]]()
        for portion in in_portions(list(currencies)):
            wanted = (
                sa.select(*mapping.columns, table[owner])
                .where(table[owner].in_(portion))
                .order_by(table[owner], table.position)
            )
            for row in rows_of(connection, wanted):
                key = row[mapping.width]
                found.setdefault(key, []).append(mapping.read(row, currencies[key]))
        return found


SHIPMENT_PAPERS: Final = Papers(
    papers.SHIPMENTS,
    {
        "lines": (papers.SHIPMENT_LINES, "shipment_id"),
        "packages": (papers.PACKAGES, "shipment_id"),
    },
    "erp_shipment_ids",
)
INVOICE_PAPERS: Final = Papers(
    papers.INVOICES, {"lines": (papers.INVOICE_LINES, "invoice_id")}, "erp_invoice_ids"
)
RETURN_PAPERS: Final = Papers(papers.RETURNS, {"lines": (papers.RETURN_LINES, "return_id")}, "erp_return_ids")
RECEIPT_PAPERS: Final = Papers(
    papers.RECEIPTS, {"lines": (papers.RECEIPT_LINES, "receipt_id")}, "erp_receipt_ids"
)
