"""``dynamics+crm``: which book answers which verb, and what is found out when the connection opens (dynamics.md 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from ....errors import ConfigurationError
from ....wire.http import Rate
from ...contract import Adapter, Capabilities, Target
from ...keeping import folder_for
from ...symptoms import Symptom
from ...web import WebAccess, settings_of
from ..settings import SalesSettings
from .capabilities import CONCURRENCY, SYSTEM, sales_capabilities
from .examining import examined
from .masters import Customers, Prices, Products
from .office import ORDERS, Office
from .orders import SalesOrders
from .papers import Invoices, Shipments

_ROOT: Final = "api/data/v9.2"
_ALLOWED: Final = Rate(6000, 300.0)
"""Requests of one user in a sliding span of seconds (dynamics.md 4.7)."""
_PORTS: Final = {True: 443, False: 80}


class SalesAdapter(Adapter):
    """One environment of Dynamics 365 Sales."""

    Settings: ClassVar[type[SalesSettings]] = SalesSettings

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.settings: SalesSettings = settings_of(target, SalesSettings, SYSTEM)
        self.capabilities = self.static_capabilities(target)
        port = target.port or _PORTS[self.settings.tls]
        self.identity = f"{SYSTEM}:{target.host}:{port}/{self._root}".lower()
        self._office: Office | None = None
        self._web = WebAccess(target, self._signed(), SYSTEM, concurrency=CONCURRENCY, rate=_ALLOWED)

    @classmethod
    def static_capabilities(cls, target: Target) -> Capabilities:
        """What the standard tables can do, with these settings."""
        return sales_capabilities(
            settings_of(target, SalesSettings, SYSTEM), concurrency=target.max_concurrency
        )

    def open(self) -> None:
        """Sign in, and read what the environment says of itself.

        Raises ``AuthenticationFailed`` for wrong credentials, and ``ConfigurationError`` for an environment without the
        sales tables, or without a column that the settings name.
        """
        settings, target = self.settings, self.target
        session = self._web.session(params={}, headers={"Accept-Language": settings.language})
        zone = target.timezone or ZoneInfo("UTC")
        cache = folder_for(target.host or "", settings.metadata_cache)
        office = Office(session, settings, target.clock, zone, root=self._root, cache=cache)
        try:
            with office.translated("open"):
                self._look_at(office)
        except BaseException:
            self.close()
            raise
        self.orders = SalesOrders(office)
        self.customers, self.products = Customers(office), Products(office)
        self.prices, self.invoices, self.shipments = Prices(office), Invoices(office), Shipments(office)
        self.capabilities = self.capabilities.narrowed()
        self._office, self.zone = office, zone

    def close(self) -> None:
        """Close all connections; harmless when called twice."""
        self._web.close()

    def ping(self) -> None:
        """Ask who we are."""
        with self.office.translated("ping"):
            self.office.api.get("WhoAmI")

    def examine(self, *, limit: int) -> Iterator[Symptom]:  # noqa: ARG002 (orders are not looked at here)
        """What of the settings does not fit the environment; nothing is written."""
        yield from examined(self.office)

    @property
    def office(self) -> Office:
        """What the books share; ``ConfigurationError`` before :meth:`open`."""
        if self._office is None:
            raise ConfigurationError("the connection is not open", system=SYSTEM)
        return self._office

    @property
    def _root(self) -> str:
        return self.target.path.strip("/") or _ROOT

    def _signed(self) -> SalesSettings:
        """The settings with the scope of this environment, where none is named (dynamics.md 4.1)."""
        if self.settings.scope:
            return self.settings
        return self.settings.model_copy(update={"scope": f"https://{self.target.host}/.default"})

    def _look_at(self, office: Office) -> None:
        known = office.known(ORDERS)
        if not known:
            raise ConfigurationError(
                "the environment has no sales orders",
                code="no_service",
                hint="see whether Sales is installed there",
            )
        for name in ("po_column", "key_column"):
            column = getattr(self.settings, name)
            if column and column not in known:
                raise ConfigurationError(
                    f"orders have no column {column!r}",
                    hint=f"add it to the table, or set {name} to another",
                    path=name,
                )
