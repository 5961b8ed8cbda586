"""``memory://``: which book answers which verb, and which limits it plays."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Literal
from zoneinfo import ZoneInfo

from ...errors import ConfigurationError
from ...models import (
    Company,
    CustomerDraft,
    Order,
    OrderDraft,
    ProductDraft,
    SupplierDraft,
)
from ...models.money import Currency
from ...rules.back_office import CompanySettings
from ...rules.facts import Policy, Rounding
from ..contract import Adapter, AdapterSettings, Capabilities, OnCancel, OrderBook, Support, Target
from .changing import Buying, Changing, SimulatingChanges
from .creating import Creating, CreatingBlocks, Resuming, Simulating
from .documents import GoodsReceipts, Invoices, Returns, Shipments
from .finding import FindingPosted, FindingStamps, Searching
from .masters import Masters, Prices, Stock
from .office import Office
from .orders import Side, purchases, sales
from .profile import PLAIN, Profile
from .profiles import LIKES, profile, weak
from .world import World, companies_of, shared_world


class MemorySettings(AdapterSettings):
    """What a ``memory://`` URL may say.

    ``like``: the product whose limits are played (``bc``, ``rfc`` ...), or a weak back-end (``late_commit`` ...).
    ``currency``: the company's currency, for what has none of its own.  ``rounding``: where amounts are rounded,
    ``line`` or ``document``.  ``backorders``: whether more may be ordered than there is; left out, the profile
    decides.  ``credit``: what happens above the credit limit, ``refuse`` or ``hold``; left out, the profile decides.
    """

    like: str | None = None
    currency: Currency = "EUR"
    rounding: Literal["line", "document"] = "line"
    backorders: bool | None = None
    credit: Literal["refuse", "hold"] | None = None


def played(settings: AdapterSettings) -> Profile:
    """The profile that the settings ask for; ``ConfigurationError`` with the nearest name for an unknown one."""
    like = settings.like if isinstance(settings, MemorySettings) else None
    if like is None:
        return PLAIN
    known = (*LIKES, *weak())
    if like not in known:
        near = get_close_matches(like, known, n=1)
        raise ConfigurationError(
            "like= names no product that the memory adapter can play",
            code="unknown_profile",
            hint=f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}",
        )
    return profile(like)


class MemoryAdapter(Adapter):
    """The reference adapter: every book and ability of the contract, in memory.

    Tests reach the state behind it as :attr:`world` (stock, prices, bulk loading) and its fault switches as
    ``world.faults``.
    """

    Settings = MemorySettings

    world: World
    orders: Changing[OrderDraft, Order]  # type: ignore[assignment]

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        settings = target.settings
        self._settings = settings if isinstance(settings, MemorySettings) else MemorySettings()
        self._profile = played(self._settings)
        self.zone = target.timezone or ZoneInfo("UTC")
        self.capabilities = self.static_capabilities(target)
        company = target.company or ""
        if target.host:
            self.world = shared_world(target.host, company)
            self.identity = f"memory:{target.host}" + (f"/{company}" if company else "")
        else:
            self.world = World()
            self.identity = f"memory:{uuid.uuid4()}"
        self._furnish()

    @classmethod
    def static_capabilities(cls, target: Target) -> Capabilities:
        """What the profile declares; nothing is left to discover."""
        settings = target.settings if isinstance(target.settings, MemorySettings) else MemorySettings()
        known = played(settings)
        name = "memory" if known is PLAIN else f"memory like {known.name}"
        changes = {} if settings.backorders is None else {"backorders": settings.backorders}
        return known.capabilities(name, **changes)

    def open(self) -> None:
        """Nothing to connect to: settle the capabilities."""
        self.capabilities = self.capabilities.narrowed()

    def close(self) -> None:
        """Nothing to give back: a named world outlives its connections."""

    def ping(self) -> None:
        """Look whether the back-end answers; its faults strike here too (``ping``)."""
        self._office.read("ping", lambda: None)

    def companies(self) -> Sequence[Company]:
        """The companies of this world that connections have worked for."""
        current = self.target.company or ""
        names = companies_of(self.target.host) if self.target.host else (current,)
        return tuple(
            Company(id=name or "default", name=name or "default", current=name == current) for name in names
        )

    @property
    def company_settings(self) -> CompanySettings:
        """The habits of the company that is played."""
        policy = self._office.policy
        return CompanySettings(
            company=self.target.company,
            currency=self._office.currency,
            timezone=str(self.zone),
            rounding=policy.rounding.value,
            backorders=policy.backorders,
            credit=policy.credit,
        )

    def touch(self, id: str) -> None:
        """Move an order's version without changing the order, as a print or a look by a user does."""
        self.orders.touch(id)

    def _furnish(self) -> None:
        settings, known, world = self._settings, self._profile, self.world
        backorders = settings.backorders if settings.backorders is not None else known.backorders
        policy = Policy(
            rounding=Rounding(settings.rounding),
            backorders=backorders,
            credit=settings.credit or ("hold" if known.credit_holds else "refuse"),
            on_cancel_line=known.on_cancel_line.value,
            saves_incomplete=known.saves_incomplete,
        )
        self._office = office = Office(world, known, policy, self.target, settings.currency)
        orders: Any = order_book(office, sales(world))
        self.orders = orders
        offered = _books(known.operations)
        invoices = Invoices(office, orders)
        books: dict[str, Any] = {
            "customers": Masters(office, "customers", world.customers, CustomerDraft),
            "suppliers": Masters(office, "suppliers", world.suppliers, SupplierDraft),
            "products": Masters(office, "products", world.products, ProductDraft),
            "stock": Stock(office),
            "prices": Prices(office),
            "shipments": Shipments(office, orders, invoices),
            "invoices": invoices,
            "goods_receipts": GoodsReceipts(office),
            "returns": Returns(office, orders),
            "purchase_orders": order_book(office, purchases(world), Buying),
        }
        for name, book in books.items():
            setattr(self, name, book if name in offered else None)


def _books(operations: Mapping[str, Any]) -> frozenset[str]:
    """The books of which anything at all is supported."""
    return frozenset(
        name.partition(".")[0] for name, known in operations.items() if known.support is not Support.NONE
    )


def order_book(office: Office, side: Side[Any, Any], *more: type) -> OrderBook[Any, Any]:
    """A book with just those abilities that the profile has: what is absent cannot be called by mistake."""
    known = office.profile
    abilities: list[type] = [*more, Simulating]
    if known.simulates_changes:
        abilities.append(SimulatingChanges)
    if known.creates_in_steps:
        abilities.append(Resuming)
    if known.block_size > 1:
        abilities.append(CreatingBlocks)
    if known.posted_orders_vanish or known.on_cancel is OnCancel.GONE:
        abilities.append(FindingPosted)
    if known.stamp(side.book).searchable:
        abilities.append(FindingStamps)
    name = "PurchaseOrders" if side.book == "purchase_orders" else "SalesOrders"
    book: Any = type(name, (*abilities, Changing, Creating, Searching), {})
    return book(office, side)  # type: ignore[no-any-return]


__all__ = ["MemoryAdapter", "MemorySettings", "played"]
