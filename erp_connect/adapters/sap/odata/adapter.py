"""``sap+odata``: which book answers which verb, and what is found out when the connection opens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from ....errors import ConfigurationError
from ....wire.http import CsrfToken
from ...contract import Adapter, Capabilities, Target
from ...keeping import folder_for
from ...symptoms import Symptom
from ...web import WebAccess, settings_of
from ..settings import ODataSettings
from . import other_books, services
from .capabilities import CONCURRENCY, SYSTEM, narrowed, odata_capabilities
from .changing import RemovableSalesOrders, SalesOrders
from .mapping_orders import ITEM_REFERENCE
from .office import Office, path_of
from .releases import lacking

_PORTS: Final = {True: 443, False: 80}


class SapODataAdapter(Adapter):
    """An S/4HANA system over its OData services."""

    Settings: ClassVar[type[ODataSettings]] = ODataSettings

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.settings: ODataSettings = settings_of(target, ODataSettings, SYSTEM)
        self.capabilities = self.static_capabilities(target)
        self.identity = _identity(target, self.settings)
        self._office: Office | None = None
        self._web = WebAccess(target, self.settings, SYSTEM, concurrency=CONCURRENCY)

    @classmethod
    def static_capabilities(cls, target: Target) -> Capabilities:
        """What the services of the reference can do, with these settings."""
        return odata_capabilities(
            settings_of(target, ODataSettings, SYSTEM), concurrency=target.max_concurrency
        )

    def open(self) -> None:
        """Log on, read what the sales order service says of itself, and furnish the books.

        Raises ``AuthenticationFailed`` for a wrong logon, and ``ConfigurationError`` where the service is not active.
        """
        session = self._web.session(
            csrf=self._csrf(),
            params={"sap-client": self.settings.client},
            headers={"Accept-Language": self.settings.language},
        )
        zone = self.target.timezone or ZoneInfo("UTC")
        cache = folder_for(self.target.host or "", self.settings.metadata_cache)
        office = Office(session, self.settings, self.target.clock, zone, root=self.target.path, cache=cache)
        try:
            self._greet(office, "open")
            with office.translated("open"):
                self._furnish(office)
        except BaseException:
            self.close()
            raise
        self._office, self.zone = office, zone

    def close(self) -> None:
        """Close all connections; harmless when called twice."""
        self._web.close()

    def ping(self) -> None:
        """Ask the sales order service for its list of sets."""
        self._greet(self.office, "ping")

    def examine(self, *, limit: int) -> Iterator[Symptom]:  # noqa: ARG002 (orders are not looked at here)
        """Services that are not active, and settings without which something cannot be done."""
        from .examining import examined

        return examined(self.office, self.capabilities)

    @property
    def office(self) -> Office:
        """What the books share; ``ConfigurationError`` before :meth:`open`."""
        if self._office is None:
            raise ConfigurationError("the connection is not open", system=SYSTEM)
        return self._office

    # -- opening ---------------------------------------------------------------------------------------------

    @staticmethod
    def _greet(office: Office, operation: str) -> None:
        with office.translated(operation):
            office.greet(office.dialect.service)

    def _csrf(self) -> CsrfToken:
        """Where the token is had that writes need; it belongs to the cookies of the session (sap.md 4.2)."""
        orders = services.ORDERS_V4 if self.settings.service == "v4" else services.ORDERS
        return CsrfToken(f"{path_of(orders, self.settings, self.target.path)}/")

    def _furnish(self, office: Office) -> None:
        """Hang the books in, and settle what can be done in this release."""
        model, dialect = office.orders_model, office.dialect
        product = office.known(dialect.item).get(dialect.product)
        self.capabilities = narrowed(
            self.capabilities,
            product_length=None if product is None else product.max_length,
            addresses=dialect.address in model.sets,
            item_reference=ITEM_REFERENCE in office.known(dialect.item),
            stamps=office.stamps,
            schedules=dialect.dates_at_items or office.schedules_change,
            unheld=dict(lacking(model, dialect)),
            notes=model.allows(dialect.text, "creatable"),
            conditions=model.allows(dialect.item_price, "creatable"),
            custom=bool(office.order_fields),
            custom_of_items=bool(office.item_fields),
        )
        self.orders = RemovableSalesOrders(office) if dialect.deletes else SalesOrders(office)
        other_books.furnish(self, office)


def _identity(target: Target, settings: ODataSettings) -> str:
    """Host, port, path and client: the same system whichever version is spoken."""
    port = target.port or _PORTS[settings.tls]
    where = f"{target.host}:{port}/{target.path.strip('/')}".rstrip("/")
    return f"{SYSTEM}:{where}:{settings.client}".lower()
