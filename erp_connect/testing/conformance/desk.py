"""The place where one test works: connections, people and products of its own, short ways to write orders."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

import pytest

from ...adapters.contract import Capabilities, FieldSupport, Support, Transactional
from ...client import Client
from ...models import (
    Address,
    BatchResult,
    CustomerDraft,
    LineDraft,
    Order,
    OrderDraft,
    ProductDraft,
    ProductUnit,
    PurchaseOrder,
    PurchaseOrderDraft,
    PurchaseOrderLineDraft,
    SupplierDraft,
    UnitPrice,
    WriteReceipt,
)
from ..clocks import Hands
from .profile import AdapterProfile, Connect, MasterDraft, NotOffered
from .wire import Wire

SKIPPED: Final = "not offered here: the capabilities or the profile say so"
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
HARBOUR: Final = Address(
    name="Harbour Pumps Ltd", lines=("Dock 4",), city="Leith", postal_code="EH6 6JJ", country="GB"
)
QUARRY: Final = Address(
    name="Quarry Site 7", lines=("Gate B",), city="Penryn", postal_code="TR10 9EH", country="GB"
)


class Desk:
    """One test's place at a back-end."""

    def __init__(self, profile: AdapterProfile, connect: Connect) -> None:
        self.profile = profile
        self.clock = Hands() if profile.controls_clock else None
        self.wire = Wire(self._until_it_shows)
        self.tag = "".join(secrets.choice(_LETTERS) for _ in range(5))
        self._connect = connect
        self._clients: list[Client] = []
        self._counter = 0
        self.erp = self.connect()

    # -- connections -----------------------------------------------------------------------------------------

    def connect(self, **more: Any) -> Client:
        """Another connection to the same back-end; closed at the end of the test."""
        clock = {} if self.clock is None else {"clock": self.clock}
        client = self.wire.watch(self._connect(**{**clock, **more}))
        self._clients.append(client)
        return client

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients:
            client.close()

    @property
    def capabilities(self) -> Capabilities:
        """What this back-end can do."""
        return self.erp.capabilities

    def can(self, *operations: str) -> bool:
        """Whether all of these are offered, natively or emulated."""
        return all(self.capabilities.support(each) is not Support.NONE for each in operations)

    def needs(self, *operations: str) -> None:
        """Skip the test where one of these is not offered."""
        if not self.can(*operations):
            pytest.skip(SKIPPED)

    def needs_a_gap(self) -> None:
        """Skip the test where reading and writing are one transaction: a rival waits, and there is no gap."""
        if isinstance(self.erp._context.adapter, Transactional):
            pytest.skip(SKIPPED)

    def field(self, path: str) -> FieldSupport:
        """What the back-end says of a field."""
        return self.capabilities.field(path)

    def holds(self, path: str) -> bool:
        """Whether a field can be written at all."""
        return self.field(path).support is not Support.NONE

    def keeps(self, path: str) -> bool:
        """Whether a field is stored just as it is sent, in a place of its own."""
        known = self.field(path)
        return known.support is Support.NATIVE and known.normalisation is None

    def wait(self, seconds: float) -> None:
        """Let time pass; skip the test where nobody can turn the clock and it would take long."""
        if self.clock is not None:
            self.clock.sleep(seconds)
        elif seconds > 5:
            pytest.skip(SKIPPED)
        else:
            time.sleep(seconds)

    def now(self) -> datetime:
        """The present instant, as the back-end has it."""
        return self.clock.now() if self.clock is not None else datetime.now(UTC)

    def today(self) -> date:
        """The present day."""
        return self.now().date()

    def _until_it_shows(self) -> None:
        """After a write that was answered: a back-end may declare that searches show it a while later."""
        policies = (self.capabilities.stamp(book) for book in ("orders", "purchase_orders"))
        delay = max(policy.visibility_delay for policy in policies)
        if delay and self.clock is not None:
            self.clock.sleep(delay)
        elif delay:
            time.sleep(min(delay, 5))

    # -- who and what is on file -----------------------------------------------------------------------------

    def code(self, first: str = "X") -> str:
        """A short code that nobody else has: at most eight characters, capitals and digits."""
        self._counter += 1
        tens, ones = divmod(self._counter, len(_LETTERS))
        return f"{first[:1]}{self.tag}{_LETTERS[tens]}{_LETTERS[ones]}"

    def key(self) -> str:
        """A key that nobody has used."""
        return f"kit/{self.tag}/{self.code('K')}"

    def put_on_file(self, draft: MasterDraft) -> None:
        """Put a customer, supplier or product on file; skip where there is no way."""
        try:
            self.profile.put_on_file(self.erp, draft)
        except NotOffered:
            pytest.skip(SKIPPED)

    def new_customer(self, **more: Any) -> str:
        """Another customer."""
        number = self.code("C")
        self.put_on_file(
            CustomerDraft(**{"number": number, "name": "Harbour Pumps Ltd", "currency": "EUR", **more})
        )
        return number

    def new_supplier(self, **more: Any) -> str:
        """Another supplier."""
        number = self.code("S")
        self.put_on_file(
            SupplierDraft(**{"number": number, "name": "Valve Works", "currency": "EUR", **more})
        )
        return number

    def new_product(self, **more: Any) -> str:
        """Another product."""
        code = self.code("P")
        given = {"code": code, "name": "Ball valve 20 mm", "unit": "C62", "price": eur("12.50")}
        self.put_on_file(ProductDraft(**{**given, "tax_rate": Decimal(19), **more}))
        return code

    @cached_property
    def customer(self) -> str:
        """The customer of this test."""
        return self.new_customer()

    @cached_property
    def supplier(self) -> str:
        """The supplier of this test."""
        return self.new_supplier()

    @cached_property
    def valve(self) -> str:
        """A product: 12.50 EUR a piece, in boxes of ten too."""
        return self.new_product(units=(ProductUnit(unit="XBX", factor=10),))

    @cached_property
    def pump(self) -> str:
        """A product: 240.00 EUR a piece."""
        return self.new_product(name="Pump", price=eur("240"))

    @cached_property
    def oil(self) -> str:
        """A product that is sold by weight."""
        return self.new_product(name="Gear oil", unit="KGM", price=eur("3.20"))

    def stock(self, product: str, quantity: int) -> None:
        """Count a product; skip where the profile has no way."""
        self.behind("put_stock", product, Decimal(quantity))

    def ship(self, order: Order, lines: dict[str, Decimal] | None = None) -> Order:
        """Let goods leave, by the public client or as the warehouse does; the order as it stands afterwards."""
        if self.can("shipments.post"):
            self.erp.shipments.post(order.id, lines, key=self.key())
        else:
            self.behind("ship", order, lines)
        return self.erp.orders.get(order)

    def invoice(self, order: Order) -> Order:
        """Bill what has left; the order as it stands afterwards."""
        self.behind("invoice", order)
        return self.erp.orders.get(order)

    def touch(self, order: Order) -> None:
        """Move the version alone."""
        self.behind("touch", order)

    def behind(self, what: str, *args: Any, **more: Any) -> Any:
        """Something that the profile does behind the adapter's back; skip where it has no way."""
        try:
            return getattr(self.profile, what)(self.erp, *args, **more)
        except NotOffered:
            pytest.skip(SKIPPED)

    # -- orders ----------------------------------------------------------------------------------------------

    def line(
        self, product: str | None = None, quantity: Decimal | int = 12, unit: str = "C62", **more: Any
    ) -> LineDraft:
        """One line; twelve valves at 12.50 unless said otherwise."""
        given: dict[str, Any] = {"product": product or self.valve, "quantity": quantity, "unit": unit, **more}
        if "price" not in given and self.holds("order.line.price"):
            given["price"] = eur("12.50")
        return LineDraft(**given)

    def draft(self, *lines: LineDraft, **more: Any) -> OrderDraft:
        """A sales order under a PO number of its own."""
        given = {"customer": self.customer, "customer_po": f"PO-{self.code('O')}", "currency": "EUR"}
        return OrderDraft(**{**given, "lines": lines or (self.line(),), **more})

    def purchase(self, *lines: PurchaseOrderLineDraft, **more: Any) -> PurchaseOrderDraft:
        """A purchase order."""
        given = {"supplier": self.supplier, "currency": "EUR", "lines": lines or (self.purchase_line(),)}
        return PurchaseOrderDraft(**{**given, **more})

    def purchase_line(
        self, product: str | None = None, quantity: Decimal | int = 12, unit: str = "C62", **more: Any
    ) -> PurchaseOrderLineDraft:
        """One line of a purchase order."""
        given = {"product": product or self.valve, "quantity": quantity, "unit": unit, "price": eur("12.50")}
        return PurchaseOrderLineDraft(**{**given, **more})

    def create(
        self, draft: OrderDraft, *, key: str | None = None, by: Client | None = None, **more: Any
    ) -> WriteReceipt[Order]:
        """``orders.create``; skips where the back-end does not offer it."""
        self.needs("orders.create")
        return (by or self.erp).orders.create(draft, key=key, **more)

    def create_many(self, drafts: Sequence[OrderDraft], keys: Any) -> BatchResult[Order]:
        """``orders.create_many``; skips where the back-end does not offer it."""
        self.needs("orders.create")
        return self.erp.orders.create_many(drafts, keys)

    def order(self, *lines: LineDraft, **more: Any) -> Order:
        """A sales order that stands: made by the public client, or as the back-end's own users make it."""
        draft = self.draft(*lines, **more)
        if self.can("orders.create"):
            return self.erp.orders.create(draft, key=self.key()).stored
        return self.erp.orders.get(self.behind("put_order", draft))

    def buy(self, *lines: PurchaseOrderLineDraft, **more: Any) -> PurchaseOrder:
        """A purchase order that stands: made by the public client, or as the back-end's own users make it."""
        self.needs("purchase_orders.get")
        draft = self.purchase(*lines, **more)
        if self.can("purchase_orders.create"):
            return self.erp.purchase_orders.create(draft, key=self.key()).stored
        return self.erp.purchase_orders.get(self.behind("put_order", draft))

    def verbs(self, book: str) -> Any:
        """``erp.orders`` or ``erp.purchase_orders``."""
        return getattr(self.erp, book)

    def two_lines(self, book: str = "orders") -> Any:
        """An order of twelve valves and two pumps, of either book."""
        if book == "orders":
            return self.order(self.line(), self.line(self.pump, 2, price=eur("240")))
        return self.buy(self.purchase_line(), self.purchase_line(self.pump, 2, price=eur("240")))

    def draft_of(self, book: str, *lines: Any, **more: Any) -> Any:
        """A draft of either book."""
        return self.draft(*lines, **more) if book == "orders" else self.purchase(*lines, **more)

    def mine(self, client: Client | None = None) -> Sequence[Order]:
        """Every order of this test's customer, oldest first."""
        return tuple((client or self.erp).orders.list(customer=self.customer))


def eur(amount: str, per: int = 1) -> UnitPrice:
    """A price in euro."""
    return UnitPrice(amount=Decimal(amount), currency="EUR", per=per)
