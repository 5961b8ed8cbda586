"""``sage+x3``: which book answers which verb, and what is found out when the connection opens (sage.md 2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from ....errors import ConfigurationError, TransportError
from ....models import Company
from ....wire.adonix import CallContext, WebService, interface_in
from ....wire.adonix.envelopes import Generation
from ....wire.http import Auth, HttpSession
from ...contract import Adapter, Capabilities, Support, Target
from ...symptoms import Symptom
from ...web import WebAccess, settings_of
from .capabilities import CONCURRENCY, SYSTEM, x3_capabilities
from .changing import PurchaseOrders, SalesOrders, ValuedSalesOrders
from .errors import Translating
from .examining import examined
from .invoices import Invoices
from .masters import Customers, Suppliers
from .narrowing import narrowed
from .office import Office
from .products import Products
from .receipts import GoodsReceipts, ReceivingPurchaseOrders
from .returns import Returns
from .settings import X3Settings
from .shipments import PostingShipments
from .stock import Prices, Stock

_PORTS: Final = {True: 443, False: 80}
_SERVICE: Final = "CAdxWebServiceXmlCC"
_ADDRESSES: Final[dict[Generation, tuple[str, str]]] = {
    "syracuse": (
        f"soap-generic/syracuse/collaboration/syracuse/{_SERVICE}",
        f"soap-wsdl/syracuse/collaboration/syracuse/{_SERVICE}",
    ),
    "axis": (f"adxwsvc/services/{_SERVICE}", f"adxwsvc/services/{_SERVICE}"),
}
"""Where each generation takes calls, and where it shows its WSDL (sage.md 2.1)."""
_OTHERS: Final = ("customer", "product", "supplier", "delivery", "invoice", "return", "purchase", "receipt")


class X3Adapter(Adapter):
    """One folder of Sage X3, by a Classic SOAP pool."""

    Settings: ClassVar[type[X3Settings]] = X3Settings

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.settings: X3Settings = settings_of(target, X3Settings, SYSTEM)
        self.capabilities = self.static_capabilities(target)
        self.identity = self._identity(self.settings.pool)
        self._office: Office | None = None
        self._accesses: list[WebAccess] = []

    @classmethod
    def static_capabilities(cls, target: Target) -> Capabilities:
        """What X3's web services can do, with these settings."""
        return x3_capabilities(settings_of(target, X3Settings, SYSTEM), concurrency=target.max_concurrency)

    def open(self) -> None:
        """Find out which generation answers, and read what the site has published.

        Raises ``AuthenticationFailed`` for wrong credentials, and ``ConfigurationError`` for a pool or an order
        publication that is not there, whatever the text that X3 says so with.
        """
        try:
            service = self._service()
            office = Office(
                service, self.settings, self.target.clock, self.target.timezone or ZoneInfo("UTC")
            )
            order = office.shape("order")
            self._see_what_is_needed(order.service, frozenset(order.header) | frozenset(order.lines))
            missing = frozenset(kind for kind in _OTHERS if office.named(kind) and not office.has(kind))
        except BaseException:
            self.close()
            raise
        self.capabilities = narrowed(self.capabilities, office, missing)
        self._furnish(office)
        self._office, self.zone = office, office.zone
        self.identity = self._identity(order.description.folder or self.settings.pool)

    def close(self) -> None:
        """Close all connections; harmless when called twice."""
        for access in self._accesses:
            access.close()

    def ping(self) -> None:
        """Ask for one row of the list of orders."""
        office = self.office
        for _ in office.rows(office.shape("order"), {}, "ping", most=1):
            return

    def companies(self) -> Sequence[Company]:
        """The folder of the pool: a pool leads to one folder, and shows no other."""
        folder = self.office.shape("order").description.folder or self.settings.pool
        return (Company(id=folder, name=folder, current=True),)

    def examine(self, *, limit: int) -> Iterator[Symptom]:
        """What of the settings does not fit the site, and what it does not offer; for ``erp-connect doctor``."""
        yield from examined(self.office, self.capabilities, limit=limit)

    @property
    def office(self) -> Office:
        """What the books share; ``ConfigurationError`` before :meth:`open`."""
        if self._office is None:
            raise ConfigurationError("the connection is not open", system=SYSTEM)
        return self._office

    # -- what opening takes ----------------------------------------------------------------------------------

    def _see_what_is_needed(self, service: str, words: frozenset[str]) -> None:
        lacking = {"number", "customer", "product", "quantity"} - words
        if lacking:
            raise ConfigurationError(
                f"{service} is no publication of sales orders: it has no field for {', '.join(sorted(lacking))}",
                code="no_service",
                hint="name the publication of SOH: order_service=",
                system=SYSTEM,
            )

    def _service(self) -> WebService:
        settings, target = self.settings, self.target
        if not settings.pool:
            raise ConfigurationError(
                "no pool was named",
                code="no_pool",
                hint="give pool=, the alias of a Classic SOAP pool",
                system=SYSTEM,
            )
        generation, address = self._generation()
        context = CallContext(
            language=settings.language,
            pool=settings.pool,
            user=target.user or "",
            password=target.password or "",
            generation=generation,
        )
        return WebService(self._session(generation), address, context)

    def _generation(self) -> tuple[Generation, str]:
        """Which generation it is, and where it takes calls: as said, by the address, else by the WSDL that answers."""
        said = self.settings.generation
        if said == "auto":
            said = "axis" if "adxwsvc" in self.target.path else said
        if said != "auto":
            return said, self._addresses(said)[0]
        for each in _ADDRESSES:
            calls, wsdl = self._addresses(each)
            try:
                with Translating(self.settings, self.target.clock)("open"):
                    found = interface_in(WebService(self._session(each), calls, _NOBODY).wsdl(wsdl))
            except (ConfigurationError, TransportError) as failure:
                if failure.code in {"no_service", "unreadable_answer"}:
                    continue  # no WSDL there
                raise
            return found.generation, self._addresses(found.generation)[0]
        return "syracuse", self._addresses("syracuse")[0]

    def _addresses(self, generation: Generation) -> tuple[str, str]:
        """Below the root: a path that names the service is the whole address, any other one goes before it."""
        path = self.target.path.strip("/").removesuffix("?wsdl")
        if path.endswith(_SERVICE):
            return path.replace("soap-wsdl/", "soap-generic/"), path.replace("soap-generic/", "soap-wsdl/")
        before = f"{path}/" if path else ""
        calls, wsdl = _ADDRESSES[generation]
        return before + calls, before + wsdl

    def _session(self, generation: Generation) -> HttpSession:
        """V5 and V6 take user and password within the call, and no other credentials (sage.md 2.1)."""
        access = (_Unsigned if generation == "axis" else WebAccess)(
            self.target, self.settings, SYSTEM, concurrency=CONCURRENCY
        )
        self._accesses.append(access)
        return access.session(params={}, headers={})

    def _furnish(self, office: Office) -> None:
        can = self.capabilities.support
        valued = can("orders.simulate") is not Support.NONE
        self.orders = ValuedSalesOrders(office) if valued else SalesOrders(office)
        if can("purchase_orders.get") is not Support.NONE:
            receives = can("purchase_orders.receive") is not Support.NONE
            self.purchase_orders = ReceivingPurchaseOrders(office) if receives else PurchaseOrders(office)
        self.shipments, self.invoices = PostingShipments(office), Invoices(office)
        self.goods_receipts, self.returns = GoodsReceipts(office), Returns(office)
        self.customers, self.suppliers = Customers(office), Suppliers(office)
        self.products = Products(office)
        self.stock, self.prices = Stock(office), Prices(office)

    def _identity(self, folder: str) -> str:
        """Host, port, address and folder."""
        target = self.target
        port = target.port or _PORTS[self.settings.tls]
        return f"{SYSTEM}://{target.host}:{port}/{target.path.strip('/')}:{folder}".lower()


_NOBODY: Final = CallContext(language="", pool="")


class _Unsigned(WebAccess):
    """A way to the system on which no header says who calls."""

    def _auth(self) -> Auth | None:
        super()._auth()  # refuses where no credentials were given
        return None
