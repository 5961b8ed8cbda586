"""The face of the library: one connection to one system, and its resources."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from ..adapters.contract import Capabilities
from ..journal import Entry
from ..models import Company, HistoryEntry, Order, PurchaseOrder, RecoveryReport
from .context import Context
from .journal_pages import JournalPages
from .masters import Customers, Products, Suppliers
from .orders import Orders
from .paperwork import GoodsReceipts, Invoices, Prices, Returns, Shipments, Stock
from .purchase_orders import PurchaseOrders
from .reading import ENTITIES
from .recovering import rebuilt
from .remembering import differences_from_plain


class Client:
    """One connection: made by :func:`erp_connect.connect`, used as a context manager, safe for several threads."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.orders = Orders(context)
        self.purchase_orders = PurchaseOrders(context)
        self.customers = Customers(context)
        self.suppliers = Suppliers(context)
        self.products = Products(context)
        self.stock = Stock(context)
        self.prices = Prices(context)
        self.shipments = Shipments(context)
        self.invoices = Invoices(context)
        self.goods_receipts = GoodsReceipts(context)
        self.returns = Returns(context)
        self.journal = JournalPages(context)

    @property
    def system(self) -> str:
        """What tells this system from every other: keys and stamps belong to it."""
        return self._context.system

    @property
    def capabilities(self) -> Capabilities:
        """What this connection can do, discovered and settled: ask before you write."""
        return self._context.capabilities

    def ping(self) -> None:
        """One cheap authenticated round trip; raises what is wrong."""
        self._context.ensure_open()
        self._context.adapter.ping()

    def companies(self) -> Sequence[Company]:
        """The companies that this user may work for; empty where the back-end knows none."""
        self._context.ensure_open()
        return tuple(self._context.adapter.companies())

    def recover(self) -> RecoveryReport:
        """Settle what a crash or a lost answer left open, by looking up; nothing is ever sent.

        ``.settled`` keys have an end now, ``.reopened`` ones were provably never applied and are free to run
        again, ``.unknown`` ones wait for more time or for a person (``journal.resolve``).
        """
        self._context.ensure_open()
        return self._context.journal.recover(lambda entry: rebuilt(self._context, entry))

    def history(self, order: Order | PurchaseOrder | str) -> Sequence[HistoryEntry]:
        """Who changed an order through this journal, when and why, oldest first."""
        self._context.ensure_open()
        books = tuple(
            book
            for book, kind in ENTITIES.items()
            if isinstance(order, kind) or not isinstance(order, Order | PurchaseOrder)
        )
        order_id = order if isinstance(order, str) else order.id
        related = ("shipments", "returns") if "orders" in books else ()
        found = [
            entry for book in (*books, *related) for entry in self._context.journal.of_entity(book, order_id)
        ]
        return tuple(_told(entry) for entry in sorted(found, key=lambda each: (each.created_at, each.serial)))

    def close(self) -> None:
        """Give back everything; harmless when called twice."""
        if not self._context.closed:
            self._context.closed = True
            self._context.journal.close()
            self._context.adapter.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client of {self._context.adapter.target.masked}>"


def _told(entry: Entry) -> HistoryEntry:
    changes = differences_from_plain((entry.result or {}).get("changes"))
    return HistoryEntry(
        at=entry.settled_at or entry.created_at,
        operation=entry.operation,
        state=entry.state.value,
        key=entry.key,
        order_id=entry.entity_id,
        actor=entry.actor,
        reason=entry.reason,
        before={change.path: change.sent for change in changes} or None,
        after={change.path: change.stored for change in changes} or None,
        differences=differences_from_plain((entry.result or {}).get("differences")),
    )
