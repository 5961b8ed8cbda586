"""A small shop behind the public client: connections to one shared world, and a clock whose hands the test turns."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

import erp_connect as ec
from erp_connect.adapters.memory import World, forget_world
from erp_connect.adapters.memory.world import shared_world

TODAY = date(2026, 3, 2)


class Hands:
    """A clock that stands still until somebody turns it; whoever sleeps turns it."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        self._start = self._now
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._now += timedelta(seconds=seconds)


def eur(amount: str) -> ec.UnitPrice:
    return ec.UnitPrice(amount=Decimal(amount), currency="EUR")


def line(product: str = "VALVE-20", quantity: int | str = 5, unit: str = "H87", **more: Any) -> ec.LineDraft:
    return ec.LineDraft(product=product, quantity=Decimal(quantity), unit=unit, **more)


def order(*lines: ec.LineDraft, **more: Any) -> ec.OrderDraft:
    given = {"customer": "C-100", "customer_po": "PO-1", "currency": "EUR"}
    return ec.OrderDraft(**{**given, "lines": lines or (line(),), **more})


def purchase(*lines: ec.PurchaseOrderLineDraft, **more: Any) -> ec.PurchaseOrderDraft:
    usual = ec.PurchaseOrderLineDraft(product="VALVE-20", quantity=40, unit="H87", price=eur("7.10"))
    return ec.PurchaseOrderDraft(
        **{"supplier": "S-200", "currency": "EUR", "lines": lines or (usual,), **more}
    )


class Shop:
    """One world, and the connections to it."""

    _names = itertools.count(1)
    eur = staticmethod(eur)
    line = staticmethod(line)
    order = staticmethod(order)
    purchase = staticmethod(purchase)

    def __init__(self) -> None:
        self.name = f"shop-{next(self._names)}"
        self.clock = Hands()
        self._open: list[ec.Client] = []

    @property
    def world(self) -> World:
        return shared_world(self.name)

    @property
    def faults(self) -> Any:
        return self.world.faults

    def connect(self, like: str | None = None, **settings: Any) -> ec.Client:
        settings = {"clock": self.clock, **settings}
        if like is not None:
            settings["like"] = like
        erp = ec.connect(f"memory://{self.name}", **settings)
        self._open.append(erp)
        if not self.world.customers.all():
            self._seed()
        return erp

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.sleep(seconds)

    def lose_reply_and_sight(self, write: str, *reads: str) -> None:
        """Lose the answer to the next write, and then that of each of these reads: the call cannot settle itself."""
        self.faults.rival(write, lambda: [self.faults.lose_request(read) for read in reads])
        self.faults.lose_reply(write)

    @property
    def standing(self) -> tuple[ec.Order, ...]:
        """The sales orders that stand in the back-end, whatever anybody was told."""
        with self.world.lock:
            self.world.settle(self.clock.now())
            return self.world.orders.all()

    def close(self) -> None:
        for erp in self._open:
            erp.close()
        forget_world(self.name)

    def _seed(self) -> None:
        address = ec.Address(name="Site 4", lines=("Dock 2",), city="Ulm", postal_code="89073", country="DE")
        self.world.load(
            ec.CustomerDraft(number="C-100", name="Mill & Sons", address=address, currency="EUR"),
            ec.CustomerDraft(number="C-900", name="Late Payers", blocked=True),
            ec.SupplierDraft(number="S-200", name="Valve Works", currency="EUR"),
            ec.ProductDraft(
                code="VALVE-20", name="Valve 20 mm", unit="H87", price=eur("12.50"), tax_rate=Decimal(19)
            ),
            ec.ProductDraft(code="PUMP-5", name="Pump", unit="H87", price=eur("240"), tax_rate=Decimal(19)),
            ec.ProductDraft(code="OLD-1", name="Gone", unit="H87", blocked=True, superseded_by="VALVE-20"),
            at=self.clock.now(),
        )
        self.world.set_stock("VALVE-20", "MAIN", 100)


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A world of its own, with master data on file."""
    opened = Shop()
    yield opened
    opened.close()


@pytest.fixture
def erp(shop: Shop) -> ec.Client:
    """A connection without limits."""
    return shop.connect()
