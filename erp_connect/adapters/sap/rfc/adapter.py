"""``sap+rfc``: which book answers which verb, and what is found out when the connection opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from ....errors import ConfigurationError
from ....wire.rfc import Connection, Opener, Pool, opener_of_pyrfc
from ...contract import Adapter, Capabilities, Target
from ...symptoms import Symptom
from ..capabilities import CONCURRENCY, SYSTEM, narrowed, rfc_capabilities
from ..settings import RfcSettings
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


class SapRfcAdapter(Adapter):
    """An SAP system over RFC, by pyrfc or by any object with ``call``, ``close`` and ``alive``."""

    Settings: ClassVar[type[RfcSettings]] = RfcSettings

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.settings: RfcSettings = _settings_of(target)
        self.capabilities = self.static_capabilities(target)
        self.identity = _identity(target, self.settings)
        self._pool: Pool | None = None
        self._office: Office | None = None

    @classmethod
    def static_capabilities(cls, target: Target) -> Capabilities:
        """What the function modules of the reference can do, with these settings."""
        settings = _settings_of(target)
        return with_other_books(rfc_capabilities(settings, concurrency=target.max_concurrency), settings)

    def open(self) -> None:
        """Log on once, look up all interfaces, and furnish the books.

        Raises ``ConfigurationError`` without pyrfc or the vendor's SDK, and for a system that lacks a module that
        orders cannot do without; ``AuthenticationFailed`` for a wrong logon.
        """
        opener, single = self._opener()
        size = 1 if single else self.target.max_concurrency or CONCURRENCY
        pool = Pool(opener, size=size, timeout=self.target.timeout, monotonic=self.target.clock.monotonic)
        office = Office(pool, self.settings, self.target.clock, self.target.timezone)
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
            raise ConfigurationError("the connection is not open", system=SYSTEM)
        return self._office

    # -- opening ---------------------------------------------------------------------------------------------

    def _opener(self) -> tuple[Opener, bool]:
        """What opens connections; true beside it where there is only the one that was given."""
        settings, target = self.settings, self.target
        given = settings.connector
        if given is not None and not callable(given):
            return _always(given), True
        direct = not settings.mshost
        parameters = {
            "ashost": target.host if direct else None,
            "sysnr": settings.sysnr if direct else None,
            "mshost": settings.mshost,
            "msserv": settings.msserv,
            "sysid": settings.sysid,
            "group": settings.group,
            "client": settings.client,
            "user": target.user,
            "passwd": target.password,
            "lang": settings.language,
            "saprouter": settings.saprouter,
            "snc_partnername": settings.snc_partnername,
            "snc_qop": settings.snc_qop,
            "snc_myname": settings.snc_myname,
            "snc_lib": settings.snc_lib,
        }
        connector: Callable[..., Connection] | None = given
        return opener_of_pyrfc(parameters, connector), False

    @staticmethod
    def _look_up(pool: Pool) -> None:
        for _ in modules.ALL:  # a failed look-up can leave the connection useless: go on with a new one
            with pool.session() as session:
                if pool.interfaces.warm(session.connection, modules.ALL):
                    return
                session.lost = True

    def _furnish(self, pool: Pool, office: Office, size: int) -> None:
        lacking = [name for name in _REQUIRED if not pool.interfaces.offered(name)]
        if lacking:
            raise ConfigurationError(
                f"this system does not have {', '.join(lacking)}",
                system=SYSTEM,
                code="no_module",
                hint="sap+rfc needs the sales order BAPIs; see whether host and client are the right ones",
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


def _settings_of(target: Target) -> RfcSettings:
    settings = target.settings
    if not isinstance(settings, RfcSettings):
        raise ConfigurationError("sap+rfc is opened with the settings of another scheme", system=SYSTEM)
    return settings


def _identity(target: Target, settings: RfcSettings) -> str:
    """Host, system number and client; the system's name where a message server shares the logons out."""
    where = f"{settings.mshost}:{settings.sysid}" if settings.mshost else f"{target.host}:{settings.sysnr}"
    return f"{SYSTEM}:{where}:{settings.client}".lower()


def _always(connection: Any) -> Opener:
    def opened() -> Connection:
        found: Connection = connection
        return found

    return opened
