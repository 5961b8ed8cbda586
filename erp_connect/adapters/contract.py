"""The contract between the library and a back-end: the one page an adapter author reads.

An adapter is a class with books.  Only the sales order book with ``get``, ``find``, ``list`` and ``create`` is
required; everything else is an optional *ability*, a small protocol that a book implements or leaves out, and a
line in the :class:`Capabilities` that says so before any traffic.

What an adapter promises:

* It translates once, at its edge: their fields to our models, their error codes to ``erp_connect.errors``.
* It never retries a write and never looks for duplicates: the journal does, for every back-end alike.
* Every write either returns :class:`Written`, or raises.  An error's ``outcome`` is the adapter's sworn
  statement: ``"not_applied"`` only when the back-end refused or the request provably did not run;
  ``"partial"`` when some of several calls ran; ``"unknown"`` when no answer came.
  An error while the adapter only reads inside a write counts too: after ``sending`` it is ``"unknown"``.  Behind
  ``made``, without another ``sending``, no ``"not_applied"`` is believed.
* What it is given is already checked against its capabilities: it may rely on lengths and on supported fields.
* It calls ``write.sending(...)`` right before every request that can change something, and ``write.made(...)`` as
  soon as it knows the id of what it is making.  Before the first ``sending`` nothing counts as sent.
* ``OrderLine.position`` is 1, 2, 3 in the order in which the lines were entered; the back-end's own line number is
  for the line's ``id``.  Where it numbers in steps, the position is that number divided by the step, so that a line
  keeps its position when another one is deleted.
* Reading changes nothing in the back-end, and simulating leaves nothing behind.
* It is safe for use by several threads.

The methods against twelve real back-ends: ``docs/decisions/0001-contract.md``.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Protocol, TypeVar, runtime_checkable
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from ..clock import Clock, SystemClock
from ..errors import ErpConnectError
from ..models import (
    Amendment,
    Availability,
    Company,
    Customer,
    CustomerDraft,
    GoodsReceipt,
    Invoice,
    LineConfirmation,
    LineQuantity,
    Order,
    OrderDraft,
    OrderEvent,
    OrderStatus,
    Package,
    Product,
    ProductDraft,
    PurchaseOrder,
    PurchaseOrderDraft,
    Quote,
    Ref,
    Return,
    ReturnDraft,
    Shipment,
    Supplier,
    SupplierDraft,
    Tracking,
)
from ..settings import looks_secret

if TYPE_CHECKING:
    import sqlalchemy

    from ..wire.http import SignIn

E = TypeVar("E")
D_contra = TypeVar("D_contra", contravariant=True)
E_co = TypeVar("E_co", covariant=True)
E_contra = TypeVar("E_contra", contravariant=True)

# ---------------------------------------------------------------------------------------------------------------
# The closed list of operations
# ---------------------------------------------------------------------------------------------------------------

_ORDER_OPERATIONS = (
    *("create", "get", "find", "list", "list_modified", "events", "simulate"),
    *(
        "change_header",
        "change_quantity",
        "change_price",
        "change_date",
        "change_discount",
        "change_warehouse",
    ),
    *("change_address", "add_note", "add_line", "substitute_product", "split_line", "cancel_line", "cancel"),
    *("hold", "release", "track"),
)
_MASTER_OPERATIONS = ("get", "find", "list", "create", "update")
OPERATIONS: Final[tuple[str, ...]] = (
    *(f"orders.{name}" for name in _ORDER_OPERATIONS),
    *(f"purchase_orders.{name}" for name in _ORDER_OPERATIONS),
    *("purchase_orders.confirm", "purchase_orders.receive"),
    *("shipments.of", "shipments.post", "invoices.of", "goods_receipts.of"),
    *("returns.create", "returns.get", "returns.of", "stock.availability", "prices.quote"),
    *(f"{book}.{name}" for book in ("customers", "suppliers", "products") for name in _MASTER_OPERATIONS),
)
"""Every operation there is; asking the capabilities for another name is a ``KeyError``."""

_DRAFTS: Final[dict[str, type[BaseModel]]] = {
    "order": OrderDraft,
    "purchase_order": PurchaseOrderDraft,
    "customer": CustomerDraft,
    "supplier": SupplierDraft,
    "product": ProductDraft,
    "return": ReturnDraft,
}
_NESTED: Final = frozenset({"ship_to", "bill_to", "address", "contact"})


@cache
def field_paths() -> tuple[str, ...]:
    """Every field path there is: those of the drafts, as ``order.customer_po`` or ``order.line.price``."""
    from ..models import Address, Contact, LineDraft, PurchaseOrderLineDraft

    paths: list[str] = []
    for prefix, draft in _DRAFTS.items():
        for name in draft.model_fields:
            paths.append(f"{prefix}.{name}")
            if name in _NESTED:
                inner = Contact if name == "contact" else Address
                paths += [f"{prefix}.{name}.{part}" for part in inner.model_fields]
        if "lines" in draft.model_fields and prefix != "return":
            line = PurchaseOrderLineDraft if prefix == "purchase_order" else LineDraft
            paths += [f"{prefix}.line.{name}" for name in line.model_fields]
    return tuple(paths)


# ---------------------------------------------------------------------------------------------------------------
# Capabilities: what a back-end can do, as frozen data
# ---------------------------------------------------------------------------------------------------------------


class Support(StrEnum):
    """Whether the back-end does it itself, the adapter makes it up from other calls, or nobody does it."""

    NATIVE = "native"
    EMULATED = "emulated"
    NONE = "none"


class Conditional(StrEnum):
    """How a write holds to the version it was planned on.

    ``ENFORCED``: the back-end compares in the same step.  ``CHECKED``: read just before the write, so a rival in
    that window goes unseen.  ``NONE``: last write wins.
    """

    ENFORCED = "enforced"
    CHECKED = "checked"
    NONE = "none"


class OnCancel(StrEnum):
    """What is left of an order after it was cancelled."""

    KEPT = "kept"
    """The order stays, with a status or rejection."""
    GONE = "gone"
    """The order is deleted; the journal keeps a tombstone."""


class OnCancelLine(StrEnum):
    """What is left of a line after it was cancelled."""

    KEPT = "kept"
    """The line keeps ``ordered`` and shows ``cancelled``."""
    LOWERED = "lowered"
    """The ERP lowers the ordered quantity; the journal remembers what was cancelled."""
    GONE = "gone"
    """The line is deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Round trips of one call: ``calls``, and ``per_line`` more for each line; ``read_back`` is counted apart."""

    calls: int = 1
    per_line: int = 0
    read_back: int = 0

    def of(self, lines: int) -> int:
        """Round trips of a call that touches so many lines, read-back included."""
        return self.calls + self.per_line * lines + self.read_back


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationSupport:
    """What is known of one operation; ``why`` says why not, or how.

    ``conditional`` is about the first change of a sequence of calls.  ``atomic``: all or nothing, several
    amendments given together included.  ``values`` lists the words allowed where there are few (kinds of hold).
    """

    support: Support = Support.NATIVE
    why: str | None = None
    cost: Cost = Cost()
    conditional: Conditional = Conditional.NONE
    atomic: bool = True
    values: tuple[str, ...] | None = None
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSupport:
    """What is known of one field of a draft.

    ``max_length`` counts characters; ``integer_digits`` and ``scale`` bound numbers; ``values`` is a closed list;
    each is ``None`` where no limit is known.  ``normalisation`` names what the back-end does to a value on
    storing: ``upper``, ``trim``, ``collapse_spaces``, ``pad_left_zero(n)``, ``round(n)``.
    ``support=NONE`` means that it cannot be written; ``EMULATED`` that it is held in another place or only
    where all lines agree.
    """

    support: Support = Support.NATIVE
    why: str | None = None
    max_length: int | None = None
    integer_digits: int | None = None
    scale: int | None = None
    values: tuple[str, ...] | None = None
    normalisation: str | None = None


class StampKind(StrEnum):
    """What carries the stamp."""

    FIELD = "field"
    """A reference field of the record."""
    ID = "id"
    """The record's own id or number, which the client chooses: the back-end refuses a second one."""
    NONE = "none"
    """Nothing can carry it: lost writes are looked up by content."""


class Certainty(StrEnum):
    """What becomes of a create whose answer was lost: the strongest promise that a back-end lets us keep.

    None of them ever makes a second order.  They differ in how, and how soon, the doubt ends.
    """

    ENFORCED = "enforced"
    """The back-end refuses a second one by itself: settled at once, by sending again."""
    STAMPED = "stamped"
    """Found again by its stamp: settled by looking, and absence counts after a while (see ``settles_after``)."""
    MATCHED = "matched"
    """Looked for by party, PO number and content: as STAMPED, but with two candidates a person has to say which."""
    ASKED = "asked"
    """It cannot be looked for: a lost answer stays ``OutcomeUnknown`` until a person resolves it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StampPolicy:
    """How a write of this book can be found again after its answer was lost.

    ``kind`` says what carries the stamp.  ``field`` and ``po_field`` name the back-end's own fields; ``shared`` is
    true where one field must serve both, in which case the PO number owns it and orders are looked up by customer,
    PO number and content; a draft without a PO number leaves the field to the stamp
    (``rules.stamps.looks_like_stamp`` tells them apart).
    ``searchable``: the stamp (or PO number) can be asked for.  ``enforced``: the back-end itself refuses a second
    order with the same stamp.  ``visibility_delay``: seconds until a search shows what was committed.
    ``execution_window``: seconds after its arrival for which a request may go on running, also when the client has
    given it up.  Both hold for every write of the book, changes and cancellations included.
    """

    kind: StampKind = StampKind.NONE
    field: str | None = None
    po_field: str | None = None
    max_length: int | None = None
    shared: bool = False
    searchable: bool = False
    enforced: bool = False
    visibility_delay: float = 0.0
    execution_window: float = 300.0

    @property
    def certainty(self) -> Certainty:
        """What becomes of a create whose answer was lost.

        Where PO number and stamp share a field, a draft without a PO number is STAMPED although this says MATCHED.
        Where nothing carries a stamp, one without a PO number is ASKED.
        """
        if self.enforced and self.kind is not StampKind.NONE:
            return Certainty.ENFORCED
        if not self.searchable:
            return Certainty.ASKED
        return Certainty.MATCHED if self.shared or self.kind is StampKind.NONE else Certainty.STAMPED

    @property
    def settles_after(self) -> float | None:
        """Seconds after the last send until a create that is not found is known not to be; None: never by itself."""
        if self.certainty is Certainty.ASKED:
            return None
        return 0.0 if self.certainty is Certainty.ENFORCED else self.execution_window + self.visibility_delay


_NOT_OFFERED = OperationSupport(support=Support.NONE, why="this back-end does not offer it", atomic=False)
_FREE = FieldSupport()


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a connection can do, as data: asked before the first write, never found out by a failed call.

    Unnamed operations are ``Support.NONE``; unnamed fields are held without a known limit.
    """

    system: str
    operations: Mapping[str, OperationSupport]
    fields: Mapping[str, FieldSupport] = dataclasses.field(default_factory=dict)
    stamps: Mapping[str, StampPolicy] = dataclasses.field(default_factory=dict)
    on_cancel: OnCancel = OnCancel.KEPT
    on_cancel_line: OnCancelLine = OnCancelLine.KEPT
    stable_line_ids: bool = True
    """Whether a line's id (and its position) survives the deletion of another line."""
    backorders: bool = True
    max_lines: int | None = None
    block_size: int = 1
    blocks_at_once: int = 1
    """Blocks that may be under way side by side: more than one where each waits for a line, not for a lock."""
    concurrency: int = 1
    discovered: bool = False

    def __post_init__(self) -> None:
        known, paths = set(OPERATIONS), set(field_paths())
        for name in self.operations:
            if name not in known:
                raise KeyError(f"unknown operation {name!r}")
        for path in self.fields:
            if path not in paths:
                raise KeyError(f"unknown field path {path!r}")
        for name in ("operations", "fields", "stamps"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[Any, ...]:
        state = {name: getattr(self, name) for name in self.__slots__}
        for name in ("operations", "fields", "stamps"):
            state[name] = dict(state[name])
        return _rebuild_capabilities, (state,)

    def operation(self, name: str) -> OperationSupport:
        """All that is known of an operation; ``KeyError`` for a name that is not in the closed list."""
        if name not in _OPERATION_SET:
            raise KeyError(f"unknown operation {name!r}; see erp_connect.adapters.contract.OPERATIONS")
        return self.operations.get(name, _NOT_OFFERED)

    def support(self, name: str) -> Support:
        """Whether the back-end does it (``NATIVE``), the adapter makes it up (``EMULATED``), or nobody (``NONE``)."""
        return self.operation(name).support

    def why(self, name: str) -> str | None:
        """Why it is not native."""
        return self.operation(name).why

    def conditional(self, name: str) -> Conditional:
        """How the write holds to the version it was planned on."""
        return self.operation(name).conditional

    def cost(self, name: str) -> Cost:
        """Round trips of one call, as a formula."""
        return self.operation(name).cost

    def field(self, path: str) -> FieldSupport:
        """What is known of a draft's field; ``KeyError`` for a path that no draft has."""
        if path not in _field_set():
            raise KeyError(f"unknown field path {path!r}; see erp_connect.adapters.contract.field_paths()")
        return self.fields.get(path, _FREE)

    def stamp(self, book: str) -> StampPolicy:
        """How a lost write of this book is found again."""
        return self.stamps.get(book, StampPolicy())

    def certainty(self, book: str) -> Certainty:
        """What becomes of a create in this book (``orders``) whose answer was lost."""
        return self.stamp(book).certainty

    def narrowed(self, **changes: Any) -> Capabilities:
        """The discovered form of a static upper bound."""
        return replace(self, **{"discovered": True, **changes})


def _rebuild_capabilities(state: dict[str, Any]) -> Capabilities:
    return Capabilities(**state)


_OPERATION_SET: Final = frozenset(OPERATIONS)


@cache
def _field_set() -> frozenset[str]:
    return frozenset(field_paths())


# ---------------------------------------------------------------------------------------------------------------
# What passes between client and adapter
# ---------------------------------------------------------------------------------------------------------------


def _sending(step: str) -> None:  # noqa: ARG001 (the form of Write.sending)
    return None


def _made(id: str, number: str | None = None) -> None:  # noqa: ARG001 (the form of Write.made)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """What goes with every write.

    ``stamp`` is what the adapter stores in the back-end so that this very write can be found again: ``[A-Z2-7]``,
    the same for the same system, company and key.

    ``sending(step)`` is called right before every request that can change something: it extends the lease and
    raises when the lease was lost or is too short for the call; let that error through and send nothing more.
    ``made(id, number)`` is called as soon as the back-end has named what is being made, before the next request:
    a lost answer to a later step is then settled by reading it.  ``force`` writes over whatever version is there.
    ``transaction`` is set where the journal and the order are one commit (:class:`Transactional`).
    """

    key: str
    stamp: str
    operation: str
    correlation_id: str
    timeout: float = 60.0
    actor: str | None = None
    reason: str | None = None
    allow_loss: frozenset[str] = frozenset()
    force: bool = False
    sending: Callable[[str], None] = _sending
    made: Callable[[str, str | None], None] = _made
    transaction: sqlalchemy.Connection | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written(Generic[E_co]):
    """A write that the back-end confirmed.

    ``stored`` is the entity when the answer itself was the stored record; left ``None``, the client reads it
    back by ``id``.  ``complete=False`` says that the back-end saved it unfinished and will not process it.
    ``replaced`` maps the id of a line to those of the lines that took its place.
    """

    id: str
    stored: E_co | None = None
    complete: bool = True
    replaced: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """An exact search; every criterion given must hold.  The client checks the answers again.

    ``customer_po`` is, for purchase orders, the supplier's own number (``supplier_reference``).
    """

    number: str | None = None
    party: str | Ref | None = None
    customer_po: str | None = None
    reference: str | None = None
    stamp: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A create whose answer was lost: its stamp, and what narrows the search where stamps are not indexed."""

    stamp: str
    party: str | Ref | None = None
    customer_po: str | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRef:
    """An order that other documents hang on; some back-ends know it there by number only."""

    id: str
    number: str | None = None
    party: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Which orders to stream, in the back-end's cheapest stable order.

    A back-end that cannot filter as finely yields more; the client filters again.
    """

    modified_since: datetime | None = None
    ordered_from: date | None = None
    ordered_to: date | None = None
    status: frozenset[OrderStatus] | None = None
    party: str | Ref | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation(Generic[E_co]):
    """What the back-end would store, nothing being written; ``messages`` are its own."""

    order: E_co
    messages: tuple[str, ...] = ()


# ---------------------------------------------------------------------------------------------------------------
# Books: the required part, and the abilities a book may have besides
# ---------------------------------------------------------------------------------------------------------------


@runtime_checkable
class OrderBook(Protocol[D_contra, E_co]):
    """Sales or purchase orders: the required part."""

    def get(self, id: str) -> E_co:
        """The order with this native id, header and lines; ``NotFound`` when there is none."""

    def find(self, wanted: Find) -> Sequence[E_co]:
        """The orders that match exactly; empty when there is none."""

    def list(self, wanted: Listing) -> Iterator[E_co]:
        """Stream orders page by page with flat memory; the caller may write while it iterates."""

    def create(self, draft: D_contra, write: Write) -> Written[E_co]:
        """Create one order with its lines, storing ``write.stamp``."""


@runtime_checkable
class CreatesBlocks(Protocol[D_contra, E_co]):
    """The back-end takes many orders in one request or transaction."""

    def create_block(
        self, block: Sequence[tuple[D_contra, Write]]
    ) -> Sequence[Written[E_co] | ErpConnectError]:
        """Create them, one verdict each in the same order; a whole block that failed is raised instead."""


@runtime_checkable
class Amends(Protocol[E]):
    """Orders can be changed."""

    def amend(self, order: E, amendments: Sequence[Amendment], write: Write) -> Written[E]:
        """Apply all amendments to ``order``, holding to ``order.version`` unless ``write.force``.

        ``order`` is as just read, and ``line`` in an amendment is always a line id here.  Raises
        ``VersionConflict`` when the version moved.  Where several calls are needed, add before taking away, so
        that a cut shows something twice rather than nowhere.
        """


@runtime_checkable
class Cancels(Protocol[E]):
    """Orders, or lines of them, can be cancelled."""

    def cancel(self, order: E, lines: Sequence[str] | None, write: Write) -> Written[E] | None:
        """Cancel what is open of these line ids, or of the whole order; ``None`` when the order is gone now.

        The client turns "all open lines" into the whole order, so ``lines`` always leaves something open.
        """


@runtime_checkable
class Tracks(Protocol):
    """The back-end has a call that follows an order; otherwise the client puts it together from shipments."""

    def track(self, order: OrderRef) -> Tracking:
        """Lines, shipments, promised dates and events of an order."""


@runtime_checkable
class Simulates(Protocol[D_contra, E_co]):
    """The back-end can tell price and availability without saving."""

    def simulate(self, draft: D_contra) -> Simulation[E_co]:
        """What it would store; raises what it would refuse with."""


@runtime_checkable
class SimulatesChanges(Protocol[E]):
    """The back-end can tell what a change would do without saving."""

    def simulate_change(self, order: E, amendments: Sequence[Amendment]) -> Simulation[E]:
        """What the order would be; raises what it would refuse with."""


@runtime_checkable
class ReportsEvents(Protocol):
    """The back-end can tell what happened since a cursor."""

    def events(self, since: str | None) -> Iterator[OrderEvent]:
        """Events after the cursor, oldest first; with ``None`` from the first that is known.

        At least once.  Declared NATIVE, deletions are among them.  A cursor that has expired is ``NotFound``
        with ``code="cursor_expired"``.
        """


@runtime_checkable
class FindsStamps(Protocol[E_co]):
    """Many stamps can be looked up at once; otherwise the client asks ``find(Find(stamp=...))`` one by one."""

    def by_stamp(self, sought: Sequence[Sought]) -> Mapping[str, Sequence[E_co]]:
        """The orders that carry each stamp, posted and gone ones rebuilt; a stamp without one may be left out."""


@runtime_checkable
class ReadsBlocks(Protocol[E_co]):
    """Many orders can be read in one request."""

    def get_many(self, ids: Sequence[str]) -> Mapping[str, E_co]:
        """The orders with these ids; one that does not exist is left out."""


@runtime_checkable
class FindsPosted(Protocol[E_co]):
    """The back-end deletes orders once they are posted, and keeps their documents."""

    def posted(self, order: OrderRef) -> E_co | None:
        """The COMPLETED order rebuilt from its posted documents; ``None`` when there are none."""


@runtime_checkable
class Resumes(Protocol[D_contra, E]):
    """Creating takes several calls; a half-made order can be completed by line reference."""

    def resume(self, order: E, draft: D_contra, write: Write) -> Written[E]:
        """Add what is missing of ``draft`` to ``order``, which this key began."""


@runtime_checkable
class Removes(Protocol[E_contra]):
    """What a failed create left behind can be removed while nothing is posted."""

    def remove(self, order: E_contra, write: Write) -> None:
        """Delete the order that this key began."""


@runtime_checkable
class Confirms(Protocol[E]):
    """A supplier's confirmation can be entered."""

    def confirm(self, order: E, lines: Sequence[LineConfirmation], write: Write) -> Written[E]:
        """Enter what the supplier promised; ``line`` is always a line id here."""


@runtime_checkable
class Receives(Protocol[E_contra]):
    """Goods that arrived can be posted."""

    def receive(self, order: E_contra, lines: Sequence[LineQuantity], write: Write) -> Written[GoodsReceipt]:
        """Post a goods receipt for these line ids and quantities."""


class MasterBook(Protocol[D_contra, E_co]):
    """Customers, suppliers or products."""

    def get(self, id: str) -> E_co:
        """By native id; ``NotFound`` when there is none."""

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[E_co]:
        """Exact matches by number (products: any of their codes) or name."""

    def list(self) -> Iterator[E_co]:
        """Stream all of them."""

    def create(self, draft: D_contra, write: Write) -> Written[E_co]:
        """Put one on file; ``DuplicateReference`` when the number is taken."""

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[E_co]:
        """Change these fields (``EMPTY`` clears one); ``custom`` comes whole, merged with what was there."""


class StockBook(Protocol):
    """What can be delivered."""

    def availability(self, product: str | Ref, quantity: Decimal, unit: str, by: date | None) -> Availability:
        """Whether the quantity is free, and by when."""


class PriceBook(Protocol):
    """What it costs."""

    def quote(
        self, customer: str | Ref, product: str | Ref, quantity: Decimal, unit: str, on: date | None
    ) -> Quote:
        """The back-end's own price; ``price`` is ``None`` when none is on file."""


class ShipmentBook(Protocol):
    """What left for an order."""

    def of(self, order: OrderRef) -> Sequence[Shipment]:
        """The shipments of an order, oldest first."""


@runtime_checkable
class PostsShipments(Protocol):
    """Shipments can be posted, as a warehouse does."""

    def post(
        self, order: Order, lines: Sequence[LineQuantity], packages: Sequence[Package], write: Write
    ) -> Written[Shipment]:
        """Post the goods issue of these line ids and quantities, in these packages."""


class InvoiceBook(Protocol):
    """What was billed for an order."""

    def of(self, order: OrderRef) -> Sequence[Invoice]:
        """The invoices and credit memos of an order, oldest first."""


class GoodsReceiptBook(Protocol):
    """What arrived for a purchase order."""

    def of(self, order: OrderRef) -> Sequence[GoodsReceipt]:
        """The goods receipts of a purchase order, oldest first."""


class ReturnBook(Protocol):
    """What came back."""

    def create(self, draft: ReturnDraft, write: Write) -> Written[Return]:
        """Enter a return; ``draft.order`` is an order id and every ``line`` a line id here."""

    def get(self, id: str) -> Return:
        """By native id; ``NotFound`` when there is none."""

    def of(self, order: OrderRef) -> Sequence[Return]:
        """The returns of an order, oldest first."""

    def find(self, stamp: str) -> Sequence[Return]:
        """The returns that carry this stamp."""


# ---------------------------------------------------------------------------------------------------------------
# The adapter
# ---------------------------------------------------------------------------------------------------------------


class AdapterSettings(BaseModel):
    """The settings of a scheme: subclass it, one field each, with defaults; texts from a URL are accepted.

    ``identity`` names those that tell one system from another (SAP's system number and client, BC's company).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    identity: ClassVar[tuple[str, ...]] = ()

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            yield name, "***" if name and looks_secret(name) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to connect to, settled from arguments, URL, environment and profile; secrets stay out of ``repr``."""

    scheme: str
    url: str = field(repr=False)
    """The URL as given, credentials included: never log it."""
    masked: str
    host: str | None = None
    port: int | None = None
    path: str = ""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    settings: AdapterSettings = field(default_factory=AdapterSettings)
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    """client_id, client_secret, token, certificate, ca."""
    company: str | None = None
    timezone: ZoneInfo | None = None
    timeout: float = 60.0
    max_concurrency: int | None = None
    allow_insecure: bool = False
    clock: Clock = field(default_factory=SystemClock)
    sign_in: SignIn | None = field(default=None, repr=False)
    """Where a person's sign-in is kept, for systems that let nobody else in."""


class Adapter(ABC):
    """One connection to one back-end.  Building it costs no traffic; :meth:`open` connects."""

    Settings: ClassVar[type[AdapterSettings]] = AdapterSettings

    capabilities: Capabilities
    """The static upper bound until :meth:`open`, the discovered ones afterwards."""
    identity: str
    """What tells this system from every other: keys and stamps belong to it."""
    zone: ZoneInfo | None
    """Where the company's days begin: as the caller said, else as the back-end says once it is open, if it does."""
    orders: OrderBook[OrderDraft, Order]
    purchase_orders: OrderBook[PurchaseOrderDraft, PurchaseOrder] | None = None
    customers: MasterBook[CustomerDraft, Customer] | None = None
    suppliers: MasterBook[SupplierDraft, Supplier] | None = None
    products: MasterBook[ProductDraft, Product] | None = None
    stock: StockBook | None = None
    prices: PriceBook | None = None
    shipments: ShipmentBook | None = None
    invoices: InvoiceBook | None = None
    goods_receipts: GoodsReceiptBook | None = None
    returns: ReturnBook | None = None

    def __init__(self, target: Target) -> None:
        self.target = target
        self.zone = target.timezone

    @classmethod
    def served_elsewhere(cls, given: Mapping[str, object]) -> str | None:  # noqa: ARG003 (others look at it)
        """The class that serves these settings instead, as ``"module:Class"``; ``None``: this one does.

        Both have the same settings.  The registry loads the other one when a target asks for it.
        """
        return None

    @classmethod
    @abstractmethod
    def static_capabilities(cls, target: Target) -> Capabilities:
        """The most that such a target can do, told without traffic."""

    @abstractmethod
    def open(self) -> None:
        """Connect, and settle ``capabilities`` and ``identity``; called once, before anything else."""

    @abstractmethod
    def close(self) -> None:
        """Give back everything; harmless when called twice."""

    @abstractmethod
    def ping(self) -> None:
        """One cheap authenticated round trip; raises what is wrong."""

    def companies(self) -> Sequence[Company]:
        """The companies that this user may work for."""
        return ()


@runtime_checkable
class Transactional(Protocol):
    """The back-end is a database of our own: the journal's row and the order are one commit.

    The journal opens the transaction, writes its key row on it, hands it to the adapter in
    ``Write.transaction``, and commits once.  The adapter neither commits nor rolls back then.
    """

    @property
    def engine(self) -> sqlalchemy.Engine:
        """The database that holds the orders, and the journal's tables."""

    def transaction(self) -> AbstractContextManager[sqlalchemy.Connection]:
        """A writing transaction: committed at the end of the block, rolled back when it raises.

        Database errors inside leave it as this library's own; a lost COMMIT as ``TransportError`` with
        ``outcome="unknown"``.
        """
