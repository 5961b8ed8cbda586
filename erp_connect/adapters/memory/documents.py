"""The papers of an order: shipments, invoices, goods receipts, returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from ...errors import DuplicateReference, NotFound, UnsupportedOperation
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
from ..contract import OrderRef, StampKind, Write, Written
from .changing import Changing, move_stock
from .office import Office
from .shaping import Shape
from .shelf import Shelf

T = TypeVar("T", Shipment, Invoice, GoodsReceipt, Return)


def once(book: str, *known: str) -> DuplicateReference:
    """What a back-end says to a stamp that it has already; ``known`` are the ids that carry it."""
    return DuplicateReference(f"{book}: a document with this stamp exists already", native=known)


class Documents:
    """Documents that hang on an order, found by its id, or by its number where the order is gone."""

    def __init__(self, office: Office, book: str) -> None:
        self.office = office
        self.book = book

    def hanging_on(self, shelf: Shelf[T], order: OrderRef) -> Sequence[T]:
        """The documents of an order, oldest first."""
        operation = f"{self.book}.of"
        self.office.ensure(operation)
        return self.office.read(operation, lambda: self._hanging_on(shelf, order))

    def _hanging_on(self, shelf: Shelf[Any], order: OrderRef) -> Sequence[Any]:
        world = self.office.world
        orders: Shelf[Any] = world.purchase_orders if self.book == "goods_receipts" else world.orders
        id = order.id
        if orders.last(id) is None and order.number is not None:
            named = [*orders.under(("number", order.number)), *orders.gone()]
            id = next((each.id for each in named if each.number == order.number), id)
        if orders.last(id) is None:
            raise NotFound("there is no such order", system=self.office.system)
        return tuple(shelf.under(("order", id)))


class Shipments(Documents):
    """What left for an order, and posting it as a warehouse does."""

    def __init__(self, office: Office, orders: Changing[OrderDraft, Order], invoices: Invoices) -> None:
        super().__init__(office, "shipments")
        self._orders = orders
        self._invoices = invoices

    def of(self, order: OrderRef) -> Sequence[Shipment]:
        """The shipments of an order, oldest first."""
        return self.hanging_on(self.office.world.shipments, order)

    def post(
        self, order: Order, lines: Sequence[LineQuantity], packages: Sequence[Package], write: Write
    ) -> Written[Shipment]:
        """Post the goods issue; stock shrinks, and where the product does so, the invoice is posted as well."""
        operation = "shipments.post"
        self.office.ensure(operation)
        check = order if self._orders.hold_to(order, operation, write) else None
        shipment = self.office.send(
            operation, write, lambda: self._posted(order.id, lines, packages, write.stamp, check)
        )
        write.made(shipment.id, shipment.number)
        lost = packages and not self.office.profile.keeps_packages
        stored = shipment if self.office.answers("shipments.of") else None
        return Written(
            id=shipment.id,
            stored=stored,
            warnings=("packages and tracking numbers are not kept by this back-end",) if lost else (),
        )

    def _posted(
        self,
        id: str,
        lines: Sequence[LineQuantity],
        packages: Sequence[Package],
        stamp: str,
        check: Order | None,
    ) -> Shipment:
        world, orders = self.office.world, self._orders
        known = world.stamped.get(("shipments", stamp))
        if known is not None and self.office.profile.stamp("shipments").enforced:
            raise once("shipments", known)
        before = orders.current(id)
        if check is not None:
            orders.same_version(before, check)
        serial = world.next("shipments")
        after, shipment = shipped(
            before,
            lines,
            packages=packages if self.office.profile.keeps_packages else (),
            id=f"shipment-{serial}",
            number=f"SH{serial:06d}",
            today=self.office.today(),
            now=self.office.now(),
        )
        for part in shipment.lines:
            line = before.line(part.order_line_id)
            move_stock(orders, part.product, line.warehouse or before.warehouse, -part.quantity, part.unit)
        world.shipments.put(shipment, self.office.now())
        world.stamped["shipments", stamp] = shipment.id
        stored = orders.store(before, after, (EventKind.SHIPPED,), {"document": shipment.id})
        if self.office.profile.ship_posts_invoice:
            self._invoices.enter(stored, shipment)
        return shipment


class Invoices(Documents):
    """What was billed for an order."""

    def __init__(self, office: Office, orders: Changing[OrderDraft, Order]) -> None:
        super().__init__(office, "invoices")
        self._orders = orders

    def of(self, order: OrderRef) -> Sequence[Invoice]:
        """The invoices of an order, oldest first."""
        return self.hanging_on(self.office.world.invoices, order)

    def post(self, order_id: str, stamp: str | None = None) -> Invoice:
        """Bill what was shipped and not invoiced yet, as the company's accountants do; no part of the contract.

        With the same ``stamp`` it is done once, and answered with the invoice that there is; ``KeyReused`` where that
        belongs to another order.
        """
        world = self.office.world
        with world.lock:
            order = self._orders.current(order_id)
            there = world.invoices.get(world.stamped.get(("invoices", stamp or ""), ""))
            if there is not None:
                return same_order(there, order)
            invoice = self.enter(order, None)
            if stamp is not None:
                world.stamped["invoices", stamp] = invoice.id
            return invoice

    def enter(self, order: Order, shipment: Shipment | None) -> Invoice:
        """The invoice of an order or of one shipment; runs under the world's lock."""
        serial = self.office.world.next("invoices")
        after, invoice = invoiced(
            order,
            shipment,
            id=f"invoice-{serial}",
            number=f"IN{serial:06d}",
            today=self.office.today(),
            now=self.office.now(),
            rounding=self.office.policy.rounding,
        )
        self.office.world.invoices.put(invoice, self.office.now())
        self._orders.store(order, after, (EventKind.INVOICED,), {"document": invoice.id})
        return invoice


class GoodsReceipts(Documents):
    """What arrived for a purchase order."""

    def __init__(self, office: Office) -> None:
        super().__init__(office, "goods_receipts")

    def of(self, order: OrderRef) -> Sequence[GoodsReceipt]:
        """The goods receipts of a purchase order, oldest first."""
        return self.hanging_on(self.office.world.goods_receipts, order)


class Returns(Documents):
    """What came back."""

    def __init__(self, office: Office, orders: Changing[OrderDraft, Order]) -> None:
        super().__init__(office, "returns")
        self._orders = orders
        self._policy = office.profile.stamp("returns")
        self._shape = Shape(office.profile.fields, "return")

    def create(self, draft: ReturnDraft, write: Write) -> Written[Return]:
        """Enter a return; not more than was shipped."""
        operation = "returns.create"
        self.office.ensure(operation)
        draft = self._shape.draft(draft, write.allow_loss)
        entered = self.office.send(operation, write, lambda: self._entered(draft, write.stamp))
        write.made(entered.id, entered.number)
        return Written(id=entered.id, stored=entered if self.office.answers("returns.get") else None)

    def get(self, id: str) -> Return:
        """By id; ``NotFound`` when there is none."""
        self.office.ensure("returns.get")
        found = self.office.read("returns.get", lambda: self.office.see(self.office.world.returns, id))
        if found is None:
            raise NotFound("there is no such return", system=self.office.system)
        return found

    def of(self, order: OrderRef) -> Sequence[Return]:
        """The returns of an order, oldest first."""
        return self.hanging_on(self.office.world.returns, order)

    def find(self, stamp: str) -> Sequence[Return]:
        """The returns that carry this stamp."""
        self.office.ensure("returns.get")
        if not self._policy.searchable:
            raise UnsupportedOperation(
                f"{self.office.profile.product} cannot search returns by reference",
                why="no field of a return that holds a reference can be searched",
                alternatives=("returns.of",),
                system=self.office.system,
            )
        shelf, delay = self.office.world.returns, self._policy.visibility_delay
        found = self.office.read("returns.find", lambda: self.office.search(shelf, ("stamp", stamp), delay))
        return tuple(each for each in found if each.stamp == stamp)

    def _entered(self, draft: ReturnDraft, stamp: str) -> Return:
        world = self.office.world
        twins = world.returns.under(("stamp", stamp))
        if self._policy.enforced and twins:
            raise once("returns", twins[0].id)
        id = draft.order if isinstance(draft.order, str) else draft.order.id
        present = id in world.orders
        order = self._orders.current(id) if present else self._orders.rebuilt(id, None)
        if order is None:
            raise self._orders.not_found()
        serial = world.next("returns")
        after, entered = returned(
            order,
            draft,
            id=f"return-{serial}",
            number=f"RT{serial:06d}",
            today=self.office.today(),
            now=self.office.now(),
            stamp=None if self._policy.kind is StampKind.NONE else stamp,
        )
        world.returns.put(entered, self.office.now())
        if present:
            self._orders.store(order, after, (EventKind.RETURNED,), {"document": entered.id})
        return entered
