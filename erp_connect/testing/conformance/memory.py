"""The memory adapter's profile: plain, or with the limits of a product."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from itertools import count
from typing import Any, Final

from ...adapters.contract import Support
from ...adapters.memory import MemoryAdapter, forget_world
from ...client import Client, connect
from ...models import (
    CustomerDraft,
    Order,
    OrderDraft,
    ProductDraft,
    PurchaseOrderDraft,
    Return,
    ReturnDraft,
    SupplierDraft,
    UnitPrice,
)
from ..minimum_support import LIKE_SCHEME
from .profile import NOTHING, AdapterProfile, Connect, MasterDraft

_WORLDS: Final = count(1)


class MemoryProfile(AdapterProfile):
    """``memory://NAME``, a world of its own for each test."""

    controls_clock = True

    def __init__(self, like: str | None = None, expected_failures: Mapping[str, str] = NOTHING) -> None:
        self.like = like
        self.name = "memory" if like is None else f"memory like {like}"
        self.settings = {} if like is None else {"like": like}
        self.target = "memory://"
        self.scheme = "memory" if like is None else LIKE_SCHEME.get(like, "")
        self.expected_failures = expected_failures

    @contextmanager
    def backend(self) -> Iterator[Connect]:
        """A world that all connections of one test share."""
        name = f"kit-{next(_WORLDS)}"

        def to_world(**more: Any) -> Client:
            return connect(f"memory://{name}", **{**self.settings, **more})

        yield to_world
        forget_world(name)

    def put_on_file(self, erp: Client, draft: MasterDraft) -> None:
        """By the public client where the product lets it, else as its own users would."""
        book = {CustomerDraft: "customers", SupplierDraft: "suppliers", ProductDraft: "products"}[type(draft)]
        if erp.capabilities.support(f"{book}.create") is Support.NONE:
            _adapter(erp).world.load(draft)
        else:
            super().put_on_file(erp, draft)

    def put_order(self, erp: Client, draft: OrderDraft | PurchaseOrderDraft) -> str:
        """Somebody in the office enters it."""
        with _colleague(erp) as somebody:
            if isinstance(draft, OrderDraft):
                return somebody.orders.create(draft).order.id
            return somebody.purchase_orders.create(draft).order.id

    def put_return(self, erp: Client, draft: ReturnDraft) -> Return:
        """Somebody in the office enters it."""
        with _colleague(erp) as somebody:
            return somebody.returns.create(draft).stored

    def put_stock(self, erp: Client, product: str, quantity: Decimal) -> None:
        """Count it into the first warehouse."""
        _adapter(erp).world.set_stock(product, self.warehouses[0], quantity)

    def put_price(
        self, erp: Client, product: str, price: UnitPrice, *, customer: str | None, quantity_from: Decimal
    ) -> None:
        """Put a price on file."""
        _adapter(erp).world.set_price(product, price, customer=customer, quantity_from=quantity_from)

    def ship(self, erp: Client, order: Order, lines: Mapping[str, Decimal] | None) -> None:
        """The warehouse is a user of the same world to whom the product's interface sets no limits."""
        with _colleague(erp) as somebody:
            somebody.shipments.post(order.id, lines)

    def invoice(self, erp: Client, order: Order) -> None:
        """The accountants bill what has left."""
        with _colleague(erp) as somebody:
            post: Callable[[str], object] = _adapter(somebody).invoices.post  # type: ignore[union-attr]
            post(order.id)

    def touch(self, erp: Client, order: Order) -> None:
        """Somebody prints the order."""
        _adapter(erp).touch(order.id)


def _adapter(erp: Client) -> MemoryAdapter:
    adapter = erp._context.adapter
    assert isinstance(adapter, MemoryAdapter)
    return adapter


def _colleague(erp: Client) -> Client:
    clock = erp._context.clock
    return connect(f"memory://{_adapter(erp).world.name}", clock=clock)
