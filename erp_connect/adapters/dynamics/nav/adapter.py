"""``dynamics+nav``: which book answers which verb, and what is found out when the connection opens (dynamics.md 2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from ....errors import ConfigurationError
from ....models import Company
from ...contract import Adapter, Capabilities, Target
from ...symptoms import Symptom
from ...web import WebAccess, settings_of
from ..settings import NavSettings
from .capabilities import CONCURRENCY, SYSTEM, narrowed, nav_capabilities
from .changing import PurchaseOrders, SalesOrders
from .examining import examined
from .masters import Customers, Items, Vendors
from .office import Office
from .papers import GoodsReceipts, Invoices, PostingShipments, ReceivingPurchaseOrders, Shipments
from .returns import Returns
from .stock import Prices, Stock

_PORTS: Final = {True: 443, False: 80}
_PAGES: Final = (
    *("purchase_service", "return_service", "customer_service", "vendor_service", "item_service"),
    *("shipment_service", "invoice_service", "receipt_service"),
)


class NavAdapter(Adapter):
    """One company of NAV, or of Business Central by its older web services."""

    Settings: ClassVar[type[NavSettings]] = NavSettings

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.settings: NavSettings = settings_of(target, NavSettings, SYSTEM)
        self.capabilities = self.static_capabilities(target)
        self.identity = self._identity(target.company or "")
        self._office: Office | None = None
        self._web = WebAccess(target, self.settings, SYSTEM, concurrency=CONCURRENCY)

    @classmethod
    def static_capabilities(cls, target: Target) -> Capabilities:
        """What page services can do, with these settings."""
        return nav_capabilities(settings_of(target, NavSettings, SYSTEM), concurrency=target.max_concurrency)

    def open(self) -> None:
        """Sign in, choose the company, and read which pages the site has published and what they consist of.

        Raises ``AuthenticationFailed`` for wrong credentials, and ``ConfigurationError`` for a company or an order page
        that is not there.
        """
        settings, target = self.settings, self.target
        on_premises = {"tenant": settings.tenant} if target.path.strip("/") and settings.tenant else {}
        session = self._web.session(params=on_premises, headers={"Accept-Language": settings.language})
        zone = target.timezone or ZoneInfo("UTC")
        try:
            company = self._company(session, zone)
            office = Office(session, settings, target.clock, zone, root=self._root(), company=company)
            shapes = {"orders": office.shape(settings.order_service)}
            missing = frozenset(each for each in _PAGES if not office.has(getattr(settings, each)))
            if "purchase_service" not in missing:
                shapes["purchase_orders"] = office.shape(settings.purchase_service)
        except BaseException:
            self.close()
            raise
        self.capabilities = narrowed(self.capabilities, missing, shapes)
        self._furnish(office, missing)
        self._office, self.zone = office, zone
        self.identity = self._identity(company)

    def close(self) -> None:
        """Close all connections; harmless when called twice."""
        self._web.close()

    def ping(self) -> None:
        """Ask for the list of companies."""
        self.office.companies()

    def companies(self) -> Sequence[Company]:
        """The companies of the instance; they have no id but their name."""
        return tuple(
            Company(id=name, name=name, current=name == self.office.company)
            for name in self.office.companies()
        )

    def examine(self, *, limit: int) -> Iterator[Symptom]:
        """What of the settings does not fit the site, and what it does not offer; for ``erp-connect doctor``."""
        yield from examined(self.office, self.capabilities, limit=limit)

    @property
    def office(self) -> Office:
        """What the books share; ``ConfigurationError`` before :meth:`open`."""
        if self._office is None:
            raise ConfigurationError("the connection is not open", system=SYSTEM)
        return self._office

    def _furnish(self, office: Office, missing: frozenset[str]) -> None:
        settings = self.settings
        self.orders = SalesOrders(office)
        if "purchase_service" not in missing:
            receives = settings.receive and "receipt_service" not in missing
            self.purchase_orders = ReceivingPurchaseOrders(office) if receives else PurchaseOrders(office)
            self.goods_receipts = GoodsReceipts(office)
        self.shipments = PostingShipments(office) if settings.ship else Shipments(office)
        self.invoices = Invoices(office)
        self.returns = Returns(office)
        self.customers, self.suppliers = Customers(office), Vendors(office)
        items = Items(office)
        self.products, self.stock, self.prices = items, Stock(office, items), Prices(office, items)

    def _company(self, session: object, zone: ZoneInfo) -> str:
        """The company that was named, as the system spells it; the only one where none is named."""
        from ....wire.http import HttpSession

        assert isinstance(session, HttpSession)  # noqa: S101 (the caller has just opened it)
        named = self.target.company or ""
        looking = Office(session, self.settings, self.target.clock, zone, root=self._root(), company=named)
        found = looking.companies()
        fitting = [each for each in found if not named or each.casefold() == named.casefold()]
        if len(fitting) != 1:
            raise ConfigurationError(
                f"the instance has no company {named!r}" if named else "no company was named",
                code="no_company",
                hint=f"give company= one of: {', '.join(sorted(found)) or 'none at all'}",
            )
        return fitting[0]

    def _root(self) -> str:
        """The path of the web services: below the instance in the URL, or the cloud's (dynamics.md 2.1)."""
        if path := self.target.path.strip("/"):
            return path if path.endswith("WS") else f"{path}/WS"
        tenant = f"{self.settings.tenant}/" if self.settings.tenant else ""
        return f"v2.0/{tenant}{self.settings.environment}/WS"

    def _identity(self, company: str) -> str:
        """Host, port, path, tenant and company."""
        target = self.target
        port = target.port or _PORTS[self.settings.tls]
        where = f"{target.host}:{port}/{self._root()}"
        return f"{SYSTEM}:{where}:{self.settings.tenant}:{company}".lower()
