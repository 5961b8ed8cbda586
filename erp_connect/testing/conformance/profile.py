"""What the kit has to be told about a back-end: how to reach it, what it holds already, what it cannot do and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from ...adapters.contract import Capabilities, Support
from ...client import Client, capabilities, connect
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
from ..minimum_support import minimum_support

Connect = Callable[..., Client]
"""Opens a connection to the back-end under test; called again, a second one to the same back-end."""

MasterDraft = CustomerDraft | SupplierDraft | ProductDraft
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_BOOKS: Final[Mapping[type, str]] = MappingProxyType(
    {CustomerDraft: "customers", SupplierDraft: "suppliers", ProductDraft: "products"}
)


class NotOffered(Exception):
    """The profile has no way to do this behind the adapter's back: the tests that need it are skipped."""


class AdapterProfile:
    """One back-end under test.  Subclass it; in most cases ``name`` and ``target`` are all there is to say.

    The kit never asks for an empty back-end: every test works with customers, suppliers and products of its own,
    under numbers that nobody else has.

    ``target`` and ``settings``: what :func:`erp_connect.connect` takes.
    ``scheme``: whose minimum the adapter has to keep (``"dynamics+bc"``, see ``erp_connect.testing.minimum_support``);
    a third party's adapter states :attr:`minimum` itself.
    ``declares_less``: operation to the written reason why it is not offered although the minimum asks for it.
    ``expected_failures``: name of a test (``"test_a_new_line_is_added"``, or with its parameter,
    ``"test_a_field_is_stored[order.contact]"``) to the written reason.  Strict: one that passes is a failure.
    ``normalisation``: field path to what the back-end does to a value (``"upper"``, ``"round(2)"``); left ``None``,
    what the capabilities declare is believed.
    ``controls_clock``: whether the back-end goes by ``connect(clock=...)``; where it does, the kit turns the hands
    instead of waiting, and where it does not, tests that would have to wait are skipped.
    ``warehouses``: two warehouse codes that are on file.
    """

    name: str = "adapter"
    target: str = ""
    settings: Mapping[str, Any] = NOTHING
    scheme: str = ""
    declares_less: Mapping[str, str] = NOTHING
    expected_failures: Mapping[str, str] = NOTHING
    normalisation: Mapping[str, str] | None = None
    controls_clock: bool = False
    warehouses: tuple[str, str] = ("MAIN", "EAST")

    @property
    def minimum(self) -> frozenset[str]:
        """The operations that must not be NONE."""
        return minimum_support(self.scheme)

    @contextmanager
    def backend(self) -> Iterator[Connect]:
        """A back-end to work on for one test: yields the function that connects to it."""
        yield self.connect

    def connect(self, **more: Any) -> Client:
        """A connection to the back-end; ``more`` are arguments of :func:`erp_connect.connect`."""
        return connect(self.target, **{**self.settings, **more})

    def static_capabilities(self) -> Capabilities:
        """The upper bound, without traffic."""
        return capabilities(self.target, **self.settings)

    # -- what the public client may have no verb for ---------------------------------------------------------

    def put_on_file(self, erp: Client, draft: MasterDraft) -> None:
        """Put a customer, supplier or product on file; by the public client where the back-end lets it."""
        book = _BOOKS[type(draft)]
        if erp.capabilities.support(f"{book}.create") is Support.NONE:
            raise NotOffered(f"{book} cannot be created by the client; override put_on_file in the profile")
        getattr(erp, book).create(draft, key=f"kit/{book}/{draft_number(draft)}")

    def put_order(self, erp: Client, draft: OrderDraft | PurchaseOrderDraft) -> str:
        """Enter a sales or purchase order as the back-end's own users do, where the client cannot; its id."""
        raise NotOffered("put_order")

    def put_return(self, erp: Client, draft: ReturnDraft) -> Return:
        """Enter a return as the back-end's own users do, where the client cannot."""
        raise NotOffered("put_return")

    def put_stock(self, erp: Client, product: str, quantity: Decimal) -> None:
        """Count so many base units of a product into its first warehouse."""
        raise NotOffered("put_stock")

    def put_price(
        self, erp: Client, product: str, price: UnitPrice, *, customer: str | None, quantity_from: Decimal
    ) -> None:
        """Put a price on file, for everybody or for one customer, from a quantity on."""
        raise NotOffered("put_price")

    def ship(self, erp: Client, order: Order, lines: Mapping[str, Decimal] | None) -> None:
        """Let goods leave as the warehouse does in the ERP itself; ``None`` for all that is open."""
        if erp.capabilities.support("shipments.post") is Support.NONE:
            raise NotOffered("ship")
        erp.shipments.post(order, lines)

    def invoice(self, erp: Client, order: Order) -> None:
        """Bill what has left, as the accountants do in the ERP itself."""
        raise NotOffered("invoice")

    def touch(self, erp: Client, order: Order) -> None:
        """Move the order's version without changing what it says, as a print does."""
        raise NotOffered("touch")


def draft_number(draft: MasterDraft) -> str:
    """What people call the record."""
    return draft.code if isinstance(draft, ProductDraft) else draft.number
