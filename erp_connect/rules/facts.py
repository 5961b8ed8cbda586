"""What the rules need to know besides the order: the back-end's habits, master data, prices, stock, the day.

Nothing here is looked up: an adapter (or the client) gathers the facts and passes them in, so that the same rule
gives the same answer everywhere.  What is absent from a mapping is not on file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal, NamedTuple, overload

from ..models import (
    Customer,
    LineDraft,
    Money,
    OrderDraft,
    Product,
    PurchaseOrderDraft,
    PurchaseOrderLineDraft,
    Ref,
    Supplier,
    UnitPrice,
)

__all__ = [
    "Draft",
    "DraftLine",
    "Facts",
    "Party",
    "Policy",
    "PriceEntry",
    "PriceList",
    "Rounding",
    "StockLevel",
    "stock_by_place",
]

Draft = OrderDraft | PurchaseOrderDraft
DraftLine = LineDraft | PurchaseOrderLineDraft
Party = Customer | Supplier


class Rounding(StrEnum):
    """Where amounts are rounded, half up, to the currency's digits."""

    LINE = "line"
    """Each line's net and tax, and each discount of the document: the sums add up on paper."""
    DOCUMENT = "document"
    """Only the sums of the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The habits of the back-end that keeps the order.

    ``backorders``: whether more may be ordered than there is.  ``credit``: what happens above the credit limit.
    ``on_cancel_line``: ``kept`` (ordered stays, cancelled shows it), ``lowered`` (the ordered quantity shrinks) or
    ``gone`` (the line is deleted).  ``saves_incomplete``: an order without a price is saved unfinished.
    """

    rounding: Rounding = Rounding.LINE
    backorders: bool = True
    credit: Literal["refuse", "hold"] = "refuse"
    on_cancel_line: str = "kept"
    saves_incomplete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceEntry:
    """A line of a price list: for one customer, one price group, or (both left out) everybody.

    ``product`` is the product's number, ``quantity_from`` counts ``unit``, both days of validity are included.
    """

    product: str
    unit: str
    amount: UnitPrice
    customer: str | None = None
    price_group: str | None = None
    quantity_from: Decimal = Decimal(0)
    valid_from: date | None = None
    valid_to: date | None = None
    includes_tax: bool = False


class PriceList(Sequence[PriceEntry]):
    """Price entries, found by product at once: build it one time for a block of orders."""

    __slots__ = ("_by_product", "_entries")

    def __init__(self, entries: Iterable[PriceEntry] = ()) -> None:
        self._entries = tuple(entries)
        by_product: dict[str, list[PriceEntry]] = {}
        for entry in self._entries:
            by_product.setdefault(entry.product, []).append(entry)
        self._by_product = by_product

    def of(self, product: str) -> Sequence[PriceEntry]:
        """The entries of the product with this number."""
        return self._by_product.get(product, ())

    @overload
    def __getitem__(self, index: int) -> PriceEntry: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[PriceEntry]: ...
    def __getitem__(self, index: int | slice) -> PriceEntry | Sequence[PriceEntry]:
        return self._entries[index]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[PriceEntry]:
        return iter(self._entries)


class StockLevel(NamedTuple):
    """What lies in a warehouse, in ``unit``; ``warehouse`` ``None`` means all of the company's together."""

    product: str
    unit: str
    warehouse: str | None = None
    on_hand: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)
    incoming: Decimal | None = None
    incoming_on: date | None = None

    @property
    def free(self) -> Decimal:
        """What may still be promised, never below zero."""
        return max(self.on_hand - self.reserved, Decimal(0))


Stock = Mapping[tuple[str, str | None], StockLevel]


def stock_by_place(levels: Iterable[StockLevel]) -> dict[tuple[str, str | None], StockLevel]:
    """The mapping that ``Facts.stock`` wants, with the sum of all warehouses under ``(product, None)``.

    The sum is made of the levels in the first one's unit; a level of ``warehouse=None`` stands for itself.
    """
    places: dict[tuple[str, str | None], StockLevel] = {}
    sums: dict[str, StockLevel] = {}
    for level in levels:
        places[level.product, level.warehouse] = level
        if level.warehouse is None:
            continue
        so_far = sums.get(level.product)
        if so_far is None:
            sums[level.product] = level._replace(warehouse=None)
        elif so_far.unit == level.unit:
            sums[level.product] = _added(so_far, level)
    for product, total in sums.items():
        places.setdefault((product, None), total)
    return places


def _added(one: StockLevel, other: StockLevel) -> StockLevel:
    days = [day for day in (one.incoming_on, other.incoming_on) if day is not None]
    incoming = [amount for amount in (one.incoming, other.incoming) if amount is not None]
    return one._replace(
        on_hand=one.on_hand + other.on_hand,
        reserved=one.reserved + other.reserved,
        incoming=sum(incoming, Decimal(0)) if incoming else None,
        incoming_on=max(days) if days else None,
    )


_NOTHING: Final[Mapping[str, Sequence[str]]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is on file for the drafts or the order at hand.

    ``products`` is keyed by what a draft says: any code of the product, or the id of a ``Ref``.  For an order that
    is to be amended it also holds the products of its lines, by number, for their tax rates.
    ``stock`` is keyed by product number and warehouse (``None``: all together, see :func:`stock_by_place`).
    ``credit_used`` is what the customer owes and has on order already.  ``suggestions`` gives, for a code that is
    not on file, the codes nearest to it.
    """

    today: date
    party: Party | None = None
    products: Mapping[str, Product] = field(default_factory=dict)
    prices: Sequence[PriceEntry] = ()
    stock: Stock = field(default_factory=dict)
    currency: str | None = None
    policy: Policy = Policy()
    credit_used: Money | None = None
    suggestions: Mapping[str, Sequence[str]] = field(default_factory=lambda: _NOTHING)

    def product(self, said: str | Ref | None) -> Product | None:
        """The product that a draft or a line means; ``None`` when it is not on file."""
        if said is None:
            return None
        return self.products.get(said.id if isinstance(said, Ref) else said)

    def level(self, product: Product, warehouse: str | None) -> StockLevel | None:
        """What lies in this warehouse (``None``: in all of them); ``None`` when there is no record."""
        return self.stock.get((product.number or product.id, warehouse))
