"""What every transport that calls function modules has in common: which book answers which verb, and what is found out
when the connection opens.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from ....errors import ConfigurationError
from ....wire.rfc import Opener, Pool
from ...contract import Adapter, Capabilities, Target
from ...symptoms import Symptom
from ..capabilities import CONCURRENCY, narrowed, rfc_capabilities
from ..settings import FunctionSettings
from . import modules
from .clock import zone_of
from .errors import translated
from .masters import Customers, Products
from .office import Office
from .other_capabilities import NEEDED, as_found, with_other_books
from .papers import Invoices, Shipments
from .purchasing import PurchaseOrders
from .returns import Returns
from .selling import Prices, Stock
from .simulating import SalesOrders

_NEEDS: Final = {
    modules.SIMULATE: ("orders.simulate", "prices.quote"),
    modules.AVAILABILITY: ("stock.availability",),
    modules.MATERIAL: ("stock.availability", "products.get", "products.find", "products.list"),
    modules.MATERIALS: ("products.list",),
    modules.CUSTOMERS: ("customers.get", "customers.find", "customers.list"),
    **NEEDED,
}
"""Modules that a system may lack, and what cannot be done without them."""
_REQUIRED: Final = (modules.CREATE, modules.CHANGE, modules.DETAILS, modules.COMMIT)


class FunctionModuleAdapter(Adapter):
    """An SAP system by its function modules, whatever carries the calls."""

    system: str
    """The scheme."""
    settings: FunctionSettings
    wrappers: Mapping[str, str] | None = None
    """The site's modules that commit what they call; ``None``: a session commits."""

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.settings = self.settings_of(target)
        self.capabilities = self.static_capabilities(target)
        self._pool: Pool | None = None
        self._office: Office | None = None

    @classmethod
    def settings_of(cls, target: Target) -> FunctionSettings:
        """The settings of this scheme."""
        settings = target.settings
        if not isinstance(settings, cls.Settings) or not isinstance(settings, FunctionSettings):
            raise ConfigurationError(
                f"{cls.system} is opened with the settings of another scheme", system=cls.system
            )
        return settings

    @classmethod
    def static_capabilities(cls, target: Target) -> Capabilities:
        """What the function modules of the reference can do, with these settings."""
        settings = cls.settings_of(target)
        known = rfc_capabilities(settings, system=cls.system, concurrency=target.max_concurrency)
        return with_other_books(known, settings)

    @abstractmethod
    def lines(self) -> tuple[Opener, bool]:
        """What opens connections; true beside it where there is only the one that was given."""

    def open(self) -> None:
        """Log on once, look up all interfaces, and furnish the books.

        Raises ``ConfigurationError`` for a system that lacks a module that orders cannot do without, or what the
        transport needs, and ``AuthenticationFailed`` for a wrong logon.
        """
        opener, single = self.lines()
        size = 1 if single else self.target.max_concurrency or CONCURRENCY
        pool = Pool(opener, size=size, timeout=self.target.timeout, monotonic=self.target.clock.monotonic)
        clock, zone = self.target.clock, self.target.timezone
        office = Office(pool, self.settings, clock, zone, wrappers=self.wrappers)
        try:
            with translated(office.meanings, "open"):
                self._look_up(pool)
            office.zone = office.zone or zone_of(pool)
            self._furnish(pool, office, size)
        except BaseException:
            pool.close()
            raise

    def close(self) -> None:
        """Log off everywhere; harmless when called twice."""
        if self._pool is not None:
            self._pool.close()

    def ping(self) -> None:
        """``RFC_PING``."""
        self.office.read(modules.PING, "ping")

    def examine(self, *, limit: int) -> Iterator[Symptom]:  # noqa: ARG002 (orders are not looked at here)
        """The site's settings held against the system's customizing, and what this user may not read."""
        from .examining import examined

        return examined(self.office, self.capabilities)

    @property
    def office(self) -> Office:
        """What the books share; ``ConfigurationError`` before :meth:`open`."""
        if self._office is None:
            raise ConfigurationError("the connection is not open", system=self.system)
        return self._office

    # -- opening ---------------------------------------------------------------------------------------------

    def _look_up(self, pool: Pool) -> None:
        wanted = (*modules.ALL, *(self.wrappers or {}).values())
        for _ in wanted:  # a failed look-up can leave the connection useless: go on with a new one
            with pool.session() as session:
                if pool.interfaces.warm(session.connection, wanted):
                    return
                session.lost = True

    def _furnish(self, pool: Pool, office: Office, size: int) -> None:
        required = (*_REQUIRED, *(self.wrappers or {}).values())
        lacking = [name for name in required if not pool.interfaces.offered(name)]
        if lacking:
            raise ConfigurationError(
                f"this system does not have {', '.join(lacking)}",
                system=self.system,
                code="no_module",
                hint="the order BAPIs, and wrappers that are set, are needed; see whether host and client are right",
            )
        absent = {
            operation: f"this system does not have {module}"
            for module, operations in _NEEDS.items()
            if not pool.interfaces.offered(module)
            for operation in operations
        }
        self.capabilities = narrowed(
            as_found(self.capabilities, office),
            absent=absent,
            long_materials=office.knows(modules.CREATE, "ORDER_ITEMS_IN", "MATERIAL_LONG"),
            concurrency=size,
        )
        self._pool, self._office = pool, office
        self.zone = office.zone or ZoneInfo("UTC")
        orders = SalesOrders(office)
        products = Products(office)
        self.orders = orders
        self.customers = Customers(office)
        self.products = products
        self.stock = Stock(office, products)
        self.prices = Prices(office, orders)
        self.shipments = Shipments(office)
        self.invoices = Invoices(office)
        self.purchase_orders = PurchaseOrders(office, products)
        self.returns = Returns(office)
