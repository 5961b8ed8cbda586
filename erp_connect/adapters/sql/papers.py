"""Posting the papers of an order: shipments, invoices, returns; and reading them, goods receipts too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic

import sqlalchemy as sa
from sqlalchemy import Connection

from ...errors import NotFound
from ...models import (
    EventKind,
    GoodsReceipt,
    Invoice,
    LineQuantity,
    Order,
    OrderDraft,
    Package,
    Return,
    ReturnDraft,
    Shipment,
)
from ...rules.billing import invoiced, same_order
from ...rules.posting import returned, shipped
from ...rules.totals import tax_rates_of
from ...wire.sql.numbers import reserve
from ..contract import OrderRef, Write, Written
from .changing import Changing
from .documents import INVOICE_PAPERS, RECEIPT_PAPERS, RETURN_PAPERS, SHIPMENT_PAPERS, Papers, T
from .facts import Known
from .keeping import held_to, keep_changed, locked
from .mapping_orders import PURCHASES, SALES
from .office import Office
from .reading import native_ids
from .schema import COUNTERS
from .stock import based


class Documents(Generic[T]):
    """The documents that hang on orders."""

    def __init__(self, office: Office, papers: Papers[T], book: str) -> None:
        self.office = office
        self.papers = papers
        self.book = book

    def of(self, order: OrderRef) -> Sequence[T]:
        """The documents of an order, oldest first; ``NotFound`` when there is no such order."""
        table = (PURCHASES if self.book == "goods_receipts" else SALES).table
        with self.office.reading(f"{self.book}.of") as connection:
            keys = list(native_ids([order.id]))
            known = sa.select(table.c.id).where(table.c.id.in_(keys))
            if not keys or connection.execute(known).scalar() is None:
                raise NotFound("there is no such order")
            return self.papers.of(connection, keys[0])

    def get(self, id: str) -> T:
        """By id; ``NotFound`` when there is none."""
        with self.office.reading(f"{self.book}.get") as connection:
            keys = list(native_ids([id]))
            found = self.papers.where(connection, self.papers.head.table.c.id.in_(keys)) if keys else ()
            if not found:
                raise NotFound(f"there is no such {self.book.removesuffix('s').replace('_', ' ')}")
            return found[0]

    def find(self, stamp: str) -> Sequence[T]:
        """The document that carries this stamp."""
        with self.office.reading(f"{self.book}.find") as connection:
            return self.papers.where(connection, self.papers.head.table.c.stamp == stamp)


class Posting(Documents[T]):
    """Documents of sales orders that are made here."""

    verb = "post"

    def __init__(
        self, office: Office, papers: Papers[T], book: str, orders: Changing[OrderDraft, Order]
    ) -> None:
        super().__init__(office, papers, book)
        self._orders = orders

    @contextmanager
    def posting(
        self, id: str, planned: Order | None, *writes: Write
    ) -> Iterator[tuple[Connection, Order, Known, int]]:
        """The transaction, the order as it stands in it, what is on file, and the new document's key."""
        with self.office.writing(f"{self.book}.{self.verb}", *writes) as connection:
            before = locked(connection, self.office, SALES, id)
            if planned is not None:
                held_to(before, planned, force=any(write.force for write in writes))
            known = self._orders.known(connection, before)
            yield connection, before, known, reserve(connection, COUNTERS, self.papers.counter, 1)[0]

    def kept(
        self,
        connection: Connection,
        before: Order,
        after: Order,
        known: Known,
        document: T,
        stamp: str | None,
        kind: EventKind,
        **more: Any,
    ) -> T:
        """Write the document and the order's new state; the document as read back."""
        self.papers.put(connection, document, stamp=stamp, now=self.office.now(), **more)
        details = {"document": document.id}
        keep_changed(connection, self.office, SALES, before, after, known, [kind], details)
        key = self.papers.head.table.c.id == int(document.id)
        (stored,) = self.papers.where(connection, key)
        return stored


class Shipments(Posting[Shipment]):
    """What left for an order."""

    def post(
        self, order: Order, lines: Sequence[LineQuantity], packages: Sequence[Package], write: Write
    ) -> Written[Shipment]:
        """Post the goods issue of these lines and quantities; stock shrinks."""
        with self.posting(order.id, order, write) as (connection, before, known, key):
            after, shipment = shipped(
                before,
                lines,
                packages=packages,
                id=str(key),
                number=str(key),
                today=self.office.today(),
                now=self.office.now(),
            )
            for part in shipment.lines:
                line = before.line(part.order_line_id)
                amount = based(known.products.get(part.product or ""), part.quantity, part.unit)
                place = line.warehouse or before.warehouse
                known.stock.move(part.product or "", place, on_hand=-amount)
            stored = self.kept(connection, before, after, known, shipment, write.stamp, EventKind.SHIPPED)
        write.made(stored.id, stored.number)
        return Written(id=stored.id, stored=stored)


class Invoices(Posting[Invoice]):
    """What was billed for an order."""

    def post(self, order_id: str, stamp: str | None = None) -> Invoice:
        """Bill what was shipped and not invoiced yet, as the company's accountants do; no part of the contract.

        With the same ``stamp`` it is done once, and answered with the invoice that there is; ``KeyReused`` where that
        belongs to another order.
        """
        with self.office.transaction("invoices.post") as connection:
            before = locked(connection, self.office, SALES, order_id)
            table = self.papers.head.table.c
            for there in self.papers.where(connection, table.stamp == stamp) if stamp else ():
                return same_order(there, before)
            known = self._orders.known(connection, before)
            key = reserve(connection, COUNTERS, self.papers.counter, 1)[0]
            after, invoice = invoiced(
                before,
                None,
                id=str(key),
                number=str(key),
                today=self.office.today(),
                now=self.office.now(),
                tax_rates=tax_rates_of(before.lines, known.products),
                rounding=self.office.policy.rounding,
            )
            return self.kept(connection, before, after, known, invoice, stamp, EventKind.INVOICED)


class Returns(Posting[Return]):
    """What comes back."""

    verb = "create"

    def create(self, draft: ReturnDraft, write: Write) -> Written[Return]:
        """Enter a return; not more than was shipped."""
        id = draft.order if isinstance(draft.order, str) else draft.order.id
        with self.posting(id, None, write) as (connection, before, known, key):
            after, entered = returned(
                before,
                draft,
                id=str(key),
                number=str(key),
                today=self.office.today(),
                now=self.office.now(),
                stamp=write.stamp,
            )
            stored = self.kept(connection, before, after, known, entered, write.stamp, EventKind.RETURNED)
        write.made(stored.id, stored.number)
        return Written(id=stored.id, stored=stored)


def shipments(office: Office, orders: Changing[OrderDraft, Order]) -> Shipments:
    """The shipments of a connection."""
    return Shipments(office, SHIPMENT_PAPERS, "shipments", orders)


def invoices(office: Office, orders: Changing[OrderDraft, Order]) -> Invoices:
    """The invoices of a connection."""
    return Invoices(office, INVOICE_PAPERS, "invoices", orders)


def returns(office: Office, orders: Changing[OrderDraft, Order]) -> Returns:
    """The returns of a connection."""
    return Returns(office, RETURN_PAPERS, "returns", orders)


def goods_receipts(office: Office) -> Documents[GoodsReceipt]:
    """The goods receipts of a connection."""
    return Documents(office, RECEIPT_PAPERS, "goods_receipts")
