"""Any SQLAlchemy URL with somebody else's tables, by a mapping file: which book answers which verb."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from ...errors import ConfigurationError
from ...models import Company
from ...wire.sql import open_engine, reading
from ..contract import Adapter, AdapterSettings, Capabilities, Listing, Support, Target
from ..symptoms import Symptom
from .capabilities import CONCURRENCY, SYSTEM, capabilities, not_written
from .errors import translated
from .file import MappingFile, read_mapping
from .masters import Customers, Products, Suppliers
from .office import Office
from .orders import OrderRecords
from .papers import PAPERS
from .plans import Ground
from .proving import prove
from .reading import PURCHASES, SALES, OrderPlan
from .selling import Prices, Stock
from .tables import Tables
from .writing import OrderWriting

_MASTERS: Final[Mapping[str, Any]] = {"customers": Customers, "suppliers": Suppliers, "products": Products}


class MappedSettings(AdapterSettings):
    """The mapping file, and whether it may be written by it."""

    mapping: str = ""
    writable: bool = False


class MappedAdapter(Adapter):
    """Foreign tables in any database, as a mapping file describes them."""

    Settings = MappedSettings

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.file = read_mapping(_settings(target).mapping)
        self.capabilities = self._static(target, self.file)
        self.identity = f"sql:{target.masked}"
        self._engine: Engine | None = None
        self._office: Office | None = None

    @classmethod
    def static_capabilities(cls, target: Target) -> Capabilities:
        """What the mapping file promises, told without traffic."""
        return cls._static(target, read_mapping(_settings(target).mapping))

    @classmethod
    def _static(cls, target: Target, file: MappingFile) -> Capabilities:
        return capabilities(file, writable=_settings(target).writable, concurrency=target.max_concurrency)

    def open(self) -> None:
        """Connect, look at the tables that the file names, and prove that its SQL runs.

        Raises ``MappingError`` for a table or column that is not there, a floating-point column without declared
        decimals, and, when writable, a required column that nothing gives a value.
        """
        target = self.target
        with translated("open", SYSTEM):
            engine = open_engine(
                target.url,
                timeout=target.timeout,
                pool_size=(target.max_concurrency or CONCURRENCY) + 1,
                foreign=True,
            )
        try:
            self._furnish(engine)
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
        """The one company that the mapping describes."""
        return (Company(id=self.target.company or self.file.name, name=self.file.name, current=True),)

    def examine(self, *, limit: int) -> Iterator[Symptom]:
        """Whether the mapping reads what stands there, then a round trip in a transaction that is rolled back."""
        from .examining import examined
        from .rehearsing import rehearsed

        wrong = False
        for symptom in examined(self, limit=limit):
            wrong = wrong or symptom.severity == "error"
            yield symptom
        if not wrong and self.capabilities.support("orders.list") is not Support.NONE:
            yield from rehearsed(self, self.orders.list(Listing(limit=limit)))

    @property
    def office(self) -> Office:
        """What the books share; ``ConfigurationError`` before :meth:`open`."""
        if self._office is None:
            raise ConfigurationError("the connection is not open", system=SYSTEM)
        return self._office

    def _furnish(self, engine: Engine) -> None:
        target, file = self.target, self.file
        self.zone = zone = target.timezone or file.zone
        office = Office(engine, target.clock, SYSTEM, zone, file.path)
        if zone is not file.zone:
            file = self.file = replace(file, zone=zone)
        settings = {**file.settings, **({"company": target.company} if target.company else {})}
        with office.signed("open"), reading(engine) as connection:
            ground = Ground(file=file, tables=Tables(engine), settings=settings, connection=connection)
            plans = self._orders(office, ground, connection)
        self._engine, self._office = engine, office
        self.capabilities = capabilities(
            file,
            writable=_settings(target).writable,
            concurrency=target.max_concurrency,
            plans=plans,
        )

    def _orders(
        self, office: Office, ground: Ground, connection: Connection
    ) -> dict[str, OrderPlan[Any, Any]]:
        file = ground.file
        plans: dict[str, OrderPlan[Any, Any]] = {}
        for name, made in _MASTERS.items():
            rows = file.section(name)
            if rows is not None:
                book = made(office, ground, rows)
                prove(connection, ground, book.plan, *(child.plan for child in book.children.values()))
                setattr(self, name, book)
        if file.stock is not None and isinstance(self.products, Products):
            self.stock = stock = Stock(office, ground, file.stock, self.products)
            prove(connection, ground, stock.plan)
        if (
            file.prices is not None
            and isinstance(self.products, Products)
            and isinstance(self.customers, Customers)
        ):
            self.prices = prices = Prices(office, ground, file.prices, self.customers, self.products)
            prove(connection, ground, prices.plan)
        for side in (SALES, PURCHASES):
            rows = file.section(side.book)
            if rows is None:
                continue
            plan: OrderPlan[Any, Any] = OrderPlan(ground, rows, side)
            prove(connection, ground, plan.header, plan.lines.plan)
            plans[side.book] = plan
            setattr(self, side.book, self._book(office, ground, plan))
        if not hasattr(self, "orders"):
            self.orders = cast(Any, _NoOrders())
        for name, kind in PAPERS.items():
            rows = file.section(name)
            orders = plans.get("purchase_orders" if name == "goods_receipts" else "orders")
            if rows is not None and orders is not None:
                papers = kind(office, ground, rows, orders)
                below = [child.plan for child in (papers.lines, papers.packages) if child is not None]
                prove(connection, ground, papers.plan, *below)
                setattr(self, name, papers)
        return plans

    def _book(self, office: Office, ground: Ground, plan: OrderPlan[Any, Any]) -> Any:
        side, writable = plan.side, _settings(self.target).writable
        parties: Any = self.customers if side.book == "orders" else self.suppliers
        if not_written(ground.file, side.book, plan.rows, writable=writable) is not None:
            return OrderRecords(office, plan, parties)
        stamp = capabilities(ground.file, writable=True, plans={side.book: plan}).stamp(side.book)
        products: Any = self.products
        return OrderWriting(
            office,
            ground,
            plan,
            parties=parties,
            products=products,
            prices=self.prices if isinstance(self.prices, Prices) else None,
            enforced=stamp.enforced,
        )


class _NoOrders:
    """In the place of sales orders, where a mapping has purchase orders only: the capabilities offer nothing."""


def _settings(target: Target) -> MappedSettings:
    settings = target.settings
    if not isinstance(settings, MappedSettings) or not settings.mapping:
        raise ConfigurationError("a mapped database needs the setting 'mapping'", hint="mapping='erp.toml'")
    return settings
