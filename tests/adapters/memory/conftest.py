"""A small shop behind the memory adapter: master data, a clock whose hands the test turns, writes with stamps."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from erp_connect.adapters.contract import Listing, OrderRef, Target, Write, Written
from erp_connect.adapters.memory import MemoryAdapter, forget_world
from erp_connect.models import (
    Address,
    CustomerDraft,
    LineDraft,
    Money,
    Order,
    OrderDraft,
    ProductCode,
    ProductDraft,
    ProductUnit,
    PurchaseOrder,
    PurchaseOrderDraft,
    PurchaseOrderLineDraft,
    SupplierDraft,
    UnitPrice,
)
from erp_connect.rules.stamps import make_stamp

TODAY = date(2026, 3, 2)
WAREHOUSE = Address(name="Site 4", lines=("Dock 2",), city="Ulm", postal_code="89073", country="DE")


class Hands:
    """A clock that stands still until somebody turns it; whoever sleeps turns it."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        self._start = self._now

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    def sleep(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


def eur(amount: str) -> UnitPrice:
    return UnitPrice(amount=Decimal(amount), currency="EUR")


class Shop:
    """One connection, and the verbs of a test in short."""

    def __init__(self, adapter: MemoryAdapter, clock: Hands) -> None:
        self.adapter = adapter
        self.clock = clock
        self.world = adapter.world
        self.faults = adapter.world.faults
        self.orders: Any = adapter.orders
        self.purchase_orders: Any = adapter.purchase_orders
        self._keys = itertools.count(1)

    eur = staticmethod(eur)

    @staticmethod
    def line(product: str = "VALVE-20", quantity: int | str = 5, unit: str = "H87", **more: Any) -> LineDraft:
        return LineDraft(product=product, quantity=Decimal(quantity), unit=unit, **more)

    def draft(self, *lines: LineDraft, **more: Any) -> OrderDraft:
        given = {"customer": "C-100", "customer_po": "PO-1", "currency": "EUR", "ship_to": None}
        return OrderDraft(**{**given, "lines": lines or (self.line(),), **more})

    def purchase(self, *lines: PurchaseOrderLineDraft, **more: Any) -> PurchaseOrderDraft:
        line = PurchaseOrderLineDraft(product="VALVE-20", quantity=40, unit="H87", price=eur("7.10"))
        return PurchaseOrderDraft(
            **{"supplier": "S-200", "currency": "EUR", "lines": lines or (line,), **more}
        )

    def write(self, operation: str = "orders.create", key: str | None = None, **more: Any) -> Write:
        key = key or f"key-{next(self._keys)}"
        policy = self.adapter.capabilities.stamp(operation.partition(".")[0])
        stamp = make_stamp(self.adapter.identity, operation, key, policy.max_length)
        return Write(key=key, stamp=stamp, operation=operation, correlation_id="test", **more)

    def create(self, draft: OrderDraft | None = None, key: str | None = None) -> Order:
        written: Written[Order] = self.orders.create(draft or self.draft(), self.write(key=key))
        found: Order = self.orders.get(written.id)
        return found

    def buy(self, draft: PurchaseOrderDraft | None = None) -> PurchaseOrder:
        write = self.write("purchase_orders.create")
        written: Written[PurchaseOrder] = self.purchase_orders.create(draft or self.purchase(), write)
        found: PurchaseOrder = self.purchase_orders.get(written.id)
        return found

    def amend(self, order: Order, *changes: Any, **more: Any) -> Order:
        written: Written[Order] = self.orders.amend(order, changes, self.write("orders.amend", **more))
        found: Order = self.orders.get(written.id)
        return found

    def ship(self, order: Order, *lines: Any, packages: Any = ()) -> Any:
        shipments: Any = self.adapter.shipments
        return shipments.post(order, lines, packages, self.write("shipments.post"))

    def all(self, **listing: Any) -> list[Order]:
        return list(self.orders.list(Listing(**listing)))

    @staticmethod
    def ref(order: Any) -> OrderRef:
        return OrderRef(id=order.id, number=order.number)

    def seed(self) -> None:
        self.world.load(
            CustomerDraft(
                number="C-100",
                name="Mill & Sons",
                address=WAREHOUSE,
                currency="EUR",
                payment_terms="N30",
                credit_limit=Money(amount=Decimal(10_000), currency="EUR"),
                price_group="TRADE",
            ),
            CustomerDraft(number="C-900", name="Late Payers", blocked=True, block_reason="unpaid invoices"),
            SupplierDraft(number="S-200", name="Valve Works", currency="EUR"),
            ProductDraft(
                code="VALVE-20",
                name="Valve 20 mm",
                unit="H87",
                codes=(ProductCode(kind="gtin", value="4006381333931"),),
                units=(ProductUnit(unit="XBX", factor=10),),
                price=eur("12.50"),
                tax_rate=Decimal(19),
            ),
            ProductDraft(code="PUMP-5", name="Pump", unit="H87", price=eur("240"), tax_rate=Decimal(19)),
            ProductDraft(code="BARE-1", name="Without a price", unit="H87"),
            ProductDraft(
                code="OLD-1", name="Discontinued", unit="H87", blocked=True, superseded_by="VALVE-20"
            ),
            at=self.clock.now(),
        )
        self.world.set_stock("VALVE-20", "MAIN", 100)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def open_shop(clock: Hands) -> Iterator[Callable[..., Shop]]:
    """Opens connections: ``open_shop(like="bc")``, ``open_shop(name="two")`` for a world that others share."""
    names: set[str] = set()

    def opened(name: str | None = None, *, company: str | None = None, **settings: Any) -> Shop:
        target = Target(
            scheme="memory",
            url=f"memory://{name or ''}",
            masked=f"memory://{name or ''}",
            host=name,
            company=company,
            settings=MemoryAdapter.Settings(**settings),
            clock=clock,
        )
        adapter = MemoryAdapter(target)
        adapter.open()
        shop = Shop(adapter, clock)
        if not shop.world.customers.all():
            shop.seed()
        if name:
            names.add(name)
        return shop

    yield opened
    for name in names:
        forget_world(name)


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    """The memory adapter without limits, with master data on file."""
    return open_shop()
