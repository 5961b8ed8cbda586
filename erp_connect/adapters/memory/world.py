"""The state behind ``memory://``: everything a small company's ERP knows, one lock, and a clock from outside.

Every write is one atomic change under :attr:`World.lock`.  What the public client has no verb for comes in here:
stock and prices (:class:`erp_connect.back_office.BackOffice` leads here too), and bulk loading for tests.
"""

from __future__ import annotations

import heapq
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any, Final, Unpack

from ...errors import ErpConnectError, NotFound
from ...models import (
    NO_CUSTOM,
    Customer,
    CustomerDraft,
    EventKind,
    FrozenMapping,
    GoodsReceipt,
    Invoice,
    Order,
    OrderEvent,
    OrderFields,
    OrderStatus,
    Product,
    ProductDraft,
    PurchaseOrder,
    Return,
    Shipment,
    Supplier,
    SupplierDraft,
    UnitPrice,
)
from ...rules.back_office import PriceCase, counted, hold_to_count, price_case, price_list_entry
from ...rules.facts import PriceEntry, StockLevel
from ...rules.quantities import in_base_unit
from .faults import Faults
from .free_goods import FreeGoods
from .shelf import Key, Shelf

CLOSED: Final = frozenset({OrderStatus.CANCELLED, OrderStatus.REJECTED, OrderStatus.COMPLETED})
"""Orders that neither reserve stock nor use credit."""
ZERO: Final = Decimal(0)


def _party_keys(party: Customer | Supplier) -> Iterable[Key]:
    return ("number", party.number or ""), ("name", party.name)


def _product_keys(product: Product) -> Iterable[Key]:
    codes = (("code", code.value) for code in product.codes)
    return ("number", product.number or ""), ("name", product.name), ("code", product.number or ""), *codes


def _order_keys(order: Order) -> Iterable[Key]:
    return _keys(order, order.customer, order.customer_id, order.customer_po)


def _purchase_order_keys(order: PurchaseOrder) -> Iterable[Key]:
    keys = _keys(order, order.supplier, order.supplier_id, order.supplier_reference)
    if order.status in CLOSED:
        return keys
    return (*keys, *(("product", line.product) for line in order.lines if line.product))


def _keys(order: OrderFields, party: str, party_id: str | None, po: str | None) -> Iterable[Key]:
    known = (("party_id", party_id), ("number", order.number), ("po", po), ("stamp", order.stamp))
    references = (("reference", reference.value) for reference in order.references)
    return ("party", party), *((name, value) for name, value in known if value is not None), *references


def _of_order(document: Shipment | Return | GoodsReceipt) -> Iterable[Key]:
    stamp = (("stamp", document.stamp),) if isinstance(document, Return) and document.stamp else ()
    return ("order", document.order_id), *stamp


def _of_orders(invoice: Invoice) -> Iterable[Key]:
    return (("order", id) for id in invoice.order_ids)


class World:
    """Customers, suppliers, products, prices, stock, orders and their documents, and what happened to them."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.lock = threading.RLock()
        self.faults = Faults()
        self.customers: Shelf[Customer] = Shelf(_party_keys)
        self.suppliers: Shelf[Supplier] = Shelf(_party_keys)
        self.products: Shelf[Product] = Shelf(_product_keys)
        self.orders: Shelf[Order] = Shelf(_order_keys)
        self.purchase_orders: Shelf[PurchaseOrder] = Shelf(_purchase_order_keys)
        self.shipments: Shelf[Shipment] = Shelf(_of_order)
        self.invoices: Shelf[Invoice] = Shelf(_of_orders)
        self.goods_receipts: Shelf[GoodsReceipt] = Shelf(_of_order)
        self.returns: Shelf[Return] = Shelf(_of_order)
        self.events: dict[str, list[OrderEvent]] = {"orders": [], "purchase_orders": []}
        self.stamped: dict[tuple[str, str], str] = {}
        """Stamps of documents that show none themselves (shipments, receipts): book and stamp to id."""
        self.last_positions: dict[str, int] = {}
        """The highest position that a line of an order has had, by order id: no other line gets it."""
        self.free_goods: list[FreeGoods] = []
        self._prices: dict[str, list[PriceEntry]] = {}
        self._stock: dict[str, dict[str | None, Decimal]] = {}
        self._reserved: defaultdict[str, defaultdict[str | None, Decimal]] = defaultdict(
            lambda: defaultdict(Decimal)
        )
        self._credit: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self._numbers: defaultdict[str, count[int]] = defaultdict(lambda: count(1))
        self._late: list[tuple[datetime, int, Callable[[], object]]] = []
        self._late_order = count()

    # ------------------------------------------------------------------------------------------ ways in for tests

    def load(self, *drafts: CustomerDraft | SupplierDraft | ProductDraft, at: datetime | None = None) -> None:
        """Put master data on file in bulk, as it is, without a write's ceremony; a number that is known is replaced."""
        from .masters import on_file

        with self.lock:
            for draft in drafts:
                if isinstance(draft, CustomerDraft):
                    on_file(self, self.customers, draft, at or datetime.now(UTC))
                elif isinstance(draft, SupplierDraft):
                    on_file(self, self.suppliers, draft, at or datetime.now(UTC))
                else:
                    on_file(self, self.products, draft, at or datetime.now(UTC))

    def stock_of(self, product: str) -> Sequence[StockLevel]:
        """The stock of a product by warehouse, and all of it together at the end; empty where nothing is on record."""
        with self.lock:
            levels = self.levels(self.product(product).number or "")
            places = sorted(place for place in levels if place is not None)
            return tuple(levels[place] for place in (*places, None) if place in levels)

    def set_stock(
        self,
        product: str,
        warehouse: str | None,
        on_hand: Decimal | int,
        *,
        unit: str | None = None,
        was: Decimal | int | None = None,
    ) -> None:
        """Count ``on_hand`` of a product (any of its codes) in a warehouse, or in none in particular.

        Counted in base units unless ``unit`` is said.  With ``was`` (base units), ``VersionConflict`` where the record
        says something else.
        """
        with self.lock:
            known = self.product(product)
            wished = counted(known, on_hand, unit)
            held = self._stock.get(known.number or "", {})
            if hold_to_count(held.get(warehouse, ZERO), wished, was):
                self._stock.setdefault(known.number or "", {})[warehouse] = wished

    def price_list(self, product: str) -> Sequence[PriceEntry]:
        """The price list of a product: everybody's prices, the customers' and the price groups', oldest first."""
        with self.lock:
            return tuple(self.prices(self.product(product).number or ""))

    def set_price(self, product: str, amount: UnitPrice, **case: Unpack[PriceCase]) -> None:
        """Put a price on file: for everybody, for a customer (by number), or for a price group.

        A price for the same case takes the
        place of the one before.
        """
        with self.lock:
            entry = price_list_entry(self.product(product), amount, **case)
            if entry.customer is not None and not self.customers.under(("number", entry.customer)):
                raise NotFound("there is no such customer", hint="put it on file first")
            self._forget_price(entry)
            self._prices.setdefault(entry.product, []).append(entry)

    def remove_price(self, product: str, entry: PriceEntry) -> bool:
        """Take the price for the case of ``entry`` off the list; false when there is none."""
        with self.lock:
            self.product(product)
            return self._forget_price(entry)

    def _forget_price(self, entry: PriceEntry) -> bool:
        held = self._prices.get(entry.product, [])
        before = len(held)
        held[:] = [other for other in held if price_case(other) != price_case(entry)]
        return len(held) < before

    def add_free_goods(
        self, product: str, *, every: Decimal | int, gift: str, quantity: Decimal | int = 1
    ) -> None:
        """From now on, put ``quantity`` of ``gift`` into a sales order for every ``every`` of ``product`` ordered.

        The gift is a line of its own behind the others, with ``parent_line`` and a price of nothing, and shows as an
        "added" difference in the receipt, of a create as of an amendment that adds a line.  It is cancelled together
        with its parent; no other change of the parent touches it.
        """
        with self.lock:
            if every <= 0 or quantity <= 0:
                raise ValueError("every and quantity are above zero")
            rule = FreeGoods(self.product(product), Decimal(every), self.product(gift), Decimal(quantity))
            self.free_goods.append(rule)

    def forget_events(self, keep: int = 0) -> None:
        """Expire all cursors but those of the last ``keep`` events of each book."""
        with self.lock:
            for book, events in self.events.items():
                self.events[book] = events[len(events) - keep :] if keep else []

    # ------------------------------------------------------------------------------------------ what is on file

    def product(self, code: str) -> Product:
        """The product with this code (any of its codes), ``NotFound`` when there is none."""
        found = self.products.under(("code", code))
        if not found:
            raise NotFound("no such product on file", hint="put it on file first")
        return found[0]

    def prices(self, product: str) -> list[PriceEntry]:
        """The price entries of a product, by number."""
        return self._prices.get(product, [])

    def levels(self, product: str) -> dict[str | None, StockLevel]:
        """The stock of a product by warehouse; under ``None`` what all warehouses have together."""
        held = self._stock.get(product)
        if not held:
            return {}
        unit = self.product(product).unit or ""
        incoming, day = self._incoming(product)
        reserved = self._reserved[product]
        levels = {
            warehouse: StockLevel(
                product=product,
                warehouse=warehouse,
                unit=unit,
                on_hand=on_hand,
                reserved=reserved.get(warehouse, ZERO),
                incoming=incoming,
                incoming_on=day,
            )
            for warehouse, on_hand in held.items()
        }
        levels[None] = StockLevel(
            product=product,
            warehouse=None,
            unit=unit,
            on_hand=sum(held.values(), ZERO),
            reserved=sum(reserved.values(), ZERO),
            incoming=incoming,
            incoming_on=day,
        )
        return levels

    def move_stock(self, product: str | None, warehouse: str | None, change: Decimal) -> None:
        """Goods came in or went out, in base units; a product without a stock record is not counted."""
        held = self._stock.get(product or "")
        if held:
            place = warehouse if warehouse in held else next(iter(held))
            held[place] += change

    def credit_used(self, customer: str, currency: str) -> Decimal:
        """What a customer's open orders come to."""
        return self._credit.get((customer, currency), ZERO)

    def _incoming(self, product: str) -> tuple[Decimal | None, date | None]:
        total, day = ZERO, None
        known = self.products.under(("number", product))
        for order in self.purchase_orders.under(("product", product)):
            for line in order.lines:
                missing = line.quantities.ordered - (line.quantities.delivered or 0)
                missing -= line.quantities.cancelled or 0
                if line.product == product and missing > 0:
                    total += _in_base(known[0] if known else None, missing, line.unit)
                    due = line.promised or line.requested or order.promised or order.requested
                    day = min(day, due) if day and due else day or due
        return (total, day) if total else (None, None)

    # ------------------------------------------------------------------------------------------ changes

    def next(self, what: str) -> int:
        """The next number of a sequence."""
        return next(self._numbers[what])

    def keep_order(self, order: Order, at: datetime) -> None:
        """Store a sales order in its new state, and move what it reserves and what credit it uses."""
        before = self.orders.get(order.id)
        if before is not None:
            self._weigh(before, -1)
        self.orders.put(order, at)
        self._weigh(order, 1)

    def drop_order(self, id: str, at: datetime) -> None:
        """Delete a sales order."""
        before = self.orders.drop(id, at)
        if before is not None:
            self._weigh(before, -1)

    def erase_order(self, id: str) -> None:
        """Undo a sales order whose neighbour in the block was refused."""
        before = self.orders.get(id)
        if before is not None:
            self._weigh(before, -1)
        self.orders.erase(id)

    def log(
        self,
        book: str,
        kind: EventKind,
        order: OrderFields,
        at: datetime,
        details: Mapping[str, Any] = NO_CUSTOM,
    ) -> None:
        """Note what happened to an order."""
        event = OrderEvent.trusted(
            cursor=f"{self.next(f'{book} events'):010d}",
            kind=kind,
            order_id=order.id,
            number=order.number,
            at=at,
            details=FrozenMapping(details),
        )
        self.events[book].append(event)

    def _weigh(self, order: Order, sign: int) -> None:
        if order.status in CLOSED:
            return
        value = order.gross or order.net
        if value is not None:
            self._credit[order.customer, value.currency] += sign * value.amount
        for line in order.lines:
            left = line.quantities.open
            if left and line.product is not None:
                found = self.products.under(("number", line.product))
                place = line.warehouse or order.warehouse
                moved = sign * _in_base(found[0] if found else None, left, line.unit)
                self._reserved[line.product][place] += moved

    # ------------------------------------------------------------------------------------------ time

    def later(self, at: datetime, action: Callable[[], object]) -> None:
        """Do ``action`` once the clock has reached ``at``: a request that its client gave up."""
        with self.lock:
            heapq.heappush(self._late, (at, next(self._late_order), action))

    def settle(self, now: datetime) -> None:
        """Do what has come due; whatever it answers, nobody is listening any more."""
        while self._late and self._late[0][0] <= now:
            _, _, action = heapq.heappop(self._late)
            try:
                action()
            except ErpConnectError:
                continue


def _in_base(product: Product | None, quantity: Decimal, unit: str | None) -> Decimal:
    if product is None or unit is None:
        return quantity
    try:
        return in_base_unit(product, quantity, unit)
    except ValueError:
        return quantity


_WORLDS: dict[str, dict[str, World]] = {}
_WORLDS_LOCK: Final = threading.Lock()


def shared_world(name: str, company: str = "") -> World:
    """The world that all connections of this process to ``memory://NAME`` share; every company has one of its own."""
    with _WORLDS_LOCK:
        return _WORLDS.setdefault(name, {}).setdefault(company, World(name))


def companies_of(name: str) -> tuple[str, ...]:
    """The companies that connections to ``memory://NAME`` have worked for."""
    with _WORLDS_LOCK:
        return tuple(_WORLDS.get(name, ()))


def forget_world(name: str) -> None:
    """Let go of ``memory://NAME``: the next connection finds it empty."""
    with _WORLDS_LOCK:
        _WORLDS.pop(name, None)
