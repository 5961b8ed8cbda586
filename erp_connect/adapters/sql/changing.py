"""Changing orders: amendments, cancellations, a supplier's confirmation, goods that arrive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from ...models import (
    AddLine,
    Amendment,
    CancelLine,
    EventKind,
    GoodsReceipt,
    LineConfirmation,
    LineQuantity,
    OrderStatus,
    PlaceHold,
    PurchaseOrder,
    PurchaseOrderDraft,
    Ref,
    ReleaseHold,
    SubstituteProduct,
)
from ...rules.amending import amended
from ...rules.cancelling import cancelled
from ...rules.facts import Facts
from ...rules.posting import confirmed, received
from ...rules.totals import tax_rates_of
from ...wire.sql.numbers import reserve
from ..contract import Simulation, Write, Written
from .documents import RECEIPT_PAPERS
from .facts import Known
from .keeping import held_to, in_known_money, keep_changed, locked
from .mapping_orders import D, O
from .orders import OrderRecords
from .reading import by_keys, native_ids
from .schema import COUNTERS
from .stock import based


class Changing(OrderRecords[D, O]):
    """Changes and cancels orders; the version is compared in the transaction that writes."""

    def amend(self, order: O, amendments: Sequence[Amendment], write: Write) -> Written[O]:
        """Apply all amendments, or none; ``VersionConflict`` when the order has moved."""
        with self._changing("amend", order, write) as (connection, before):
            known = self.known(connection, before, _products(amendments))
            after, replaced = amended(
                before,
                amendments,
                facts=self.facts(known, before, _products(amendments)),
                line_ids=lambda _: str(reserve(connection, COUNTERS, "erp_line_ids", 1)[0]),
                now=self.office.now(),
            )
            kinds = _events(amendments, after.status)
            keep_changed(connection, self.office, self.side, before, after, known, kinds)
            stored = self._read_back(connection, order.id)
        return Written(id=order.id, stored=stored, replaced=replaced)

    def cancel(self, order: O, lines: Sequence[str] | None, write: Write) -> Written[O] | None:
        """Cancel what is open of these lines or of the order; it stays, and says so."""
        with self._changing("cancel", order, write) as (connection, before):
            known = self.known(connection, before)
            facts = self.facts(known, before)
            after = cancelled(
                before,
                lines,
                reason=write.reason,
                now=self.office.now(),
                policy=self.office.policy,
                today=facts.today,
                tax_rates=tax_rates_of(before.lines, facts.products),
            )
            whole = after.status is OrderStatus.CANCELLED
            kinds = [EventKind.CANCELLED if whole else EventKind.AMENDED]
            keep_changed(connection, self.office, self.side, before, after, known, kinds)
            stored = self._read_back(connection, order.id)
        return Written(id=order.id, stored=stored)

    def simulate_change(self, order: O, amendments: Sequence[Amendment]) -> Simulation[O]:
        """What the order would be; raises what the change would be refused with.  Nothing is written."""
        names = iter(range(1, 10_000))
        with self.office.reading(f"{self.side.book}.simulate") as connection:
            before = self._current(connection, order.id)
            known = self.known(connection, before, _products(amendments), lock=False)
            after, _ = amended(
                before,
                amendments,
                facts=self.facts(known, before, _products(amendments)),
                line_ids=lambda _: f"simulated-{next(names)}",
                now=self.office.now(),
            )
        return Simulation(order=after)

    # -- what every change needs ---------------------------------------------------------------------------

    def known(
        self,
        connection: Connection,
        order: O,
        said: Iterable[str | Ref] = (),
        *,
        lock: bool = True,
    ) -> Known:
        """What is on file for an order and the products that come in; its stock is locked."""
        return Known.of(
            connection,
            self.office,
            self.side,
            parties=[self._party(order)],
            products=[*(line.product for line in order.lines), *said],
            lock=lock,
        )

    def facts(self, known: Known, order: O, said: Iterable[str | Ref] = ()) -> Facts:
        """The facts for changing an order."""
        return known.facts(self._party(order), said)

    def _party(self, order: O) -> Ref:
        return Ref.trusted(id=str(self.side.party_id(order)))

    @contextmanager
    def _changing(self, verb: str, order: O, write: Write) -> Iterator[tuple[Connection, O]]:
        """The transaction, and the order as it stands in it, kept from others and held to its version."""
        with self.office.writing(f"{self.side.book}.{verb}", write) as connection:
            current = in_known_money(locked(connection, self.office, self.side, order.id), self.side)
            yield connection, held_to(current, order, force=write.force)

    def _current(self, connection: Connection, id: str) -> O:
        found = by_keys(connection, self.side, list(native_ids([id])), self.office.today())
        for order in found.values():
            return order
        raise self.not_found("simulate")

    def _read_back(self, connection: Connection, id: str) -> O:
        return by_keys(connection, self.side, [int(id)], self.office.today())[int(id)]


class Buying(Changing[PurchaseOrderDraft, PurchaseOrder]):
    """What only purchase orders have: the supplier's confirmation, and goods that arrive."""

    def confirm(
        self, order: PurchaseOrder, lines: Sequence[LineConfirmation], write: Write
    ) -> Written[PurchaseOrder]:
        """Enter what the supplier promised."""
        with self._changing("confirm", order, write) as (connection, before):
            after = confirmed(before, lines, today=self.office.today(), now=self.office.now())
            known = self.known(connection, before)
            keep_changed(connection, self.office, self.side, before, after, known, [EventKind.CONFIRMED])
            stored = self._read_back(connection, order.id)
        return Written(id=order.id, stored=stored)

    def receive(
        self, order: PurchaseOrder, lines: Sequence[LineQuantity], write: Write
    ) -> Written[GoodsReceipt]:
        """Post a goods receipt; stock grows."""
        with self._changing("receive", order, write) as (connection, before):
            now = self.office.now()
            key = reserve(connection, COUNTERS, RECEIPT_PAPERS.counter, 1)[0]
            after, receipt = received(
                before, lines, id=str(key), number=str(key), today=self.office.today(), now=now
            )
            RECEIPT_PAPERS.put(connection, receipt, stamp=write.stamp, now=now)
            known = self.known(connection, before)
            stock = known.load_stock(connection)
            for part in receipt.lines:
                line = before.line(part.order_line_id)
                product = known.products.get(part.product or "")
                amount = based(product, part.quantity, part.unit)
                stock.move(part.product or "", line.warehouse or before.warehouse, on_hand=amount)
            details: dict[str, Any] = {"document": receipt.id}
            keep_changed(
                connection, self.office, self.side, before, after, known, [EventKind.RECEIVED], details
            )
            (stored,) = RECEIPT_PAPERS.where(connection, RECEIPT_PAPERS.head.table.c.id == key)
        write.made(stored.id, stored.number)
        return Written(id=stored.id, stored=stored)


def _products(amendments: Iterable[Amendment]) -> list[str | Ref]:
    said: list[str | Ref] = []
    for change in amendments:
        if isinstance(change, AddLine):
            said.append(change.line.product)
        elif isinstance(change, SubstituteProduct):
            said.append(change.to)
    return said


def _events(amendments: Sequence[Amendment], status: OrderStatus) -> Iterable[EventKind]:
    kinds: dict[EventKind, None] = {}
    for change in amendments:
        if isinstance(change, PlaceHold):
            kinds[EventKind.HELD] = None
        elif isinstance(change, ReleaseHold):
            kinds[EventKind.RELEASED] = None
        elif isinstance(change, CancelLine) and status is OrderStatus.CANCELLED:
            kinds[EventKind.CANCELLED] = None
        else:
            kinds[EventKind.AMENDED] = None
    return kinds
