"""Any SQLAlchemy URL with our tables: which book answers which verb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from ...errors import ConfigurationError
from ...models import Company, Order, OrderDraft
from ...rules.back_office import CompanySettings
from ...wire.sql import is_memory, open_engine
from ..contract import Adapter, AdapterSettings, Capabilities, Target
from .capabilities import CONCURRENCY, SYSTEM, capabilities
from .changing import Buying, Changing
from .creating import Creating
from .errors import translated
from .mapping_orders import PURCHASES, SALES, D, O
from .masters import Customers, Products, Suppliers
from .migrate import prepare
from .office import Office
from .papers import goods_receipts, invoices, returns, shipments
from .selling import Prices, Stock
from .system import SystemInfo, open_system
from .world import World


class SqlSettings(AdapterSettings):
    """What a SQL URL may say besides the driver's own parameters.

    ``mapping`` names a description of foreign tables, ``writable`` lets those be written to; both concern
    databases that are not ours.
    """

    mapping: str | None = None
    writable: bool = False
    identity: ClassVar[tuple[str, ...]] = ()


class _Book(Creating[D, O], Changing[D, O]):
    """An order book with every ability."""


class SalesOrders(_Book[OrderDraft, Order]):
    """Sales orders."""


class PurchaseOrders(Buying, Creating):  # type: ignore[type-arg]  # Buying says of what
    """Purchase orders."""


class SqlAdapter(Adapter):
    """Our own reference schema, in any database that SQLAlchemy speaks to.

    A database in memory (``sqlite://``) is made when it is opened; any other by ``erp-connect init``.
    """

    Settings = SqlSettings

    world: World
    """Stock and price lists, for which the contract has no verb: ``erp_connect.back_office`` leads here."""

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.capabilities = self.static_capabilities(target)
        self.identity = f"sql:{target.masked}"
        self._engine: Engine | None = None
        self._office: Office | None = None

    @classmethod
    def served_elsewhere(cls, given: Mapping[str, object]) -> str | None:
        """Foreign tables are another adapter's."""
        return "erp_connect.adapters.mapped:MappedAdapter" if given.get("mapping") else None

    @classmethod
    def static_capabilities(cls, target: Target) -> Capabilities:
        """What our schema can do in any database."""
        return capabilities(concurrency=target.max_concurrency)

    def open(self) -> None:
        """Connect, see whose database it is, and furnish the books.

        Raises ``ConfigurationError`` for a database without our tables, naming ``erp-connect init``.
        """
        target = self.target
        with translated("open", SYSTEM):
            engine = open_engine(
                target.url,
                timeout=target.timeout,
                pool_size=(target.max_concurrency or CONCURRENCY) + 1,
            )
        try:
            info = prepare(engine) if is_memory(engine.url) else open_system(engine)
            self._furnish(engine, info)
        except BaseException:
            engine.dispose()
            raise

    def close(self) -> None:
        """Close every connection; harmless when called twice."""
        if self._engine is not None:
            self._engine.dispose()

    def ping(self) -> None:
        """``SELECT 1``."""
        with self.office.reading("ping") as connection:
            connection.execute(sa.select(sa.literal(1))).scalar()

    def companies(self) -> Sequence[Company]:
        """The one company that this database is for."""
        info = self.office.info
        return (Company(id=info.uuid, name=info.company or "default", current=True),)

    @property
    def company_settings(self) -> CompanySettings:
        """The company's habits, as they stood when this connection was opened."""
        return self.office.info.settings

    @property
    def engine(self) -> Engine:
        """The database that holds the orders, and the journal's tables."""
        return self.office.engine

    def transaction(self) -> AbstractContextManager[Connection]:
        """A writing transaction: committed at the end of the block, rolled back when it raises."""
        return self.office.transaction()

    @property
    def office(self) -> Office:
        """What the books share; ``ConfigurationError`` before :meth:`open`."""
        if self._office is None:
            raise ConfigurationError("the connection is not open", system=SYSTEM)
        return self._office

    def _furnish(self, engine: Engine, info: SystemInfo) -> None:
        target = self.target
        if target.company is not None and target.company not in (info.company, info.uuid):
            raise ConfigurationError(
                "this database belongs to another company",
                hint="leave company out, or connect to that company's database",
            )
        self.zone = target.timezone or info.zone
        office = Office(engine, info, target.clock, SYSTEM, zone=self.zone)
        self._engine, self._office = engine, office
        self.identity = f"sql:{info.uuid}"
        self.capabilities = self.capabilities.narrowed(
            backorders=info.backorders, **({"concurrency": 1} if is_memory(engine.url) else {})
        )
        sales = SalesOrders(office, SALES)
        self.orders = sales
        self.purchase_orders = PurchaseOrders(office, PURCHASES)
        self.customers = Customers(office)
        self.suppliers = Suppliers(office)
        self.products = Products(office)
        self.stock = Stock(office)
        self.prices = Prices(office)
        self.shipments = shipments(office, sales)
        self.invoices = invoices(office, sales)
        self.goods_receipts = goods_receipts(office)
        self.returns = returns(office, sales)
        self.world = World(office)
