"""``sap+odata``: which book answers which verb, and what is found out when the connection opens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from ....errors import AuthenticationFailed, ConfigurationError
from ....wire.http import Auth, Basic, Bearer, CsrfToken, Gate, HttpSession, OAuth2, Transport, root_url
from ...contract import Adapter, Capabilities, Target
from ...keeping import folder_for
from ...symptoms import Symptom
from ..settings import ODataSettings
from . import other_books, services
from .capabilities import CONCURRENCY, SYSTEM, narrowed, odata_capabilities
from .changing import RemovableSalesOrders, SalesOrders
from .mapping_orders import ITEM_REFERENCE
from .office import Office, path_of

_PORTS: Final = {True: 443, False: 80}


class SapODataAdapter(Adapter):
    """An S/4HANA system over its OData services."""

    Settings: ClassVar[type[ODataSettings]] = ODataSettings

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.settings: ODataSettings = _settings_of(target)
        self.capabilities = self.static_capabilities(target)
        self.identity = _identity(target, self.settings)
        self._office: Office | None = None
        self._sessions: list[HttpSession] = []

    @classmethod
    def static_capabilities(cls, target: Target) -> Capabilities:
        """What the services of the reference can do, with these settings."""
        return odata_capabilities(_settings_of(target), concurrency=target.max_concurrency)

    def open(self) -> None:
        """Log on, read what the sales order service says of itself, and furnish the books.

        Raises ``AuthenticationFailed`` for a wrong logon, and ``ConfigurationError`` where the service is not active.
        """
        session = self._session()
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
        for session in self._sessions:
            session.close()

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

    def _session(self) -> HttpSession:
        """One session for all services: it has the cookies that the token belongs to (sap.md 4.2)."""
        target, settings = self.target, self.settings
        if not target.host:
            raise ConfigurationError("sap+odata://HOST: the URL names no host", system=SYSTEM)
        root = root_url(target.host, port=target.port, tls=settings.tls, allow_insecure=target.allow_insecure)
        orders = services.ORDERS_V4 if settings.service == "v4" else services.ORDERS
        session = HttpSession(
            root,
            auth=self._auth(),
            csrf=CsrfToken(f"{path_of(orders, settings, target.path)}/"),
            gate=Gate(target.max_concurrency or CONCURRENCY, target.clock),
            transport=self._transport(),
            params={"sap-client": settings.client},
            headers={"Accept-Language": settings.language},
            clock=target.clock,
        )
        self._sessions.append(session)
        return session

    def _transport(self) -> Transport:
        target = self.target
        return Transport(
            read_timeout=target.timeout,
            timeout=target.timeout,
            ca=target.credentials.get("ca"),
            certificate=target.credentials.get("certificate"),
        )

    def _auth(self) -> Auth | None:
        target, settings, given = self.target, self.settings, self.target.credentials
        if "token" in given:
            return Bearer(given["token"])
        if "client_id" in given:
            if not settings.token_url:
                raise ConfigurationError(
                    "client_id needs token_url, where tokens are had", system=SYSTEM, hint="set token_url"
                )
            session = HttpSession(settings.token_url, transport=self._transport(), clock=target.clock)
            self._sessions.append(session)
            return OAuth2(
                session,
                settings.token_url,
                client_id=given["client_id"],
                client_secret=given.get("client_secret"),
                scope=settings.scope or None,
                clock=target.clock,
            )
        if target.user is not None and target.password is not None:
            return Basic(target.user, target.password)
        if "certificate" in given:
            return None
        raise AuthenticationFailed(
            "sap+odata needs user and password, a token, a client_id or a certificate",
            system=SYSTEM,
            code="no_credentials",
        )

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
            custom=bool(office.order_fields),
            custom_of_items=bool(office.item_fields),
        )
        self.orders = RemovableSalesOrders(office) if dialect.deletes else SalesOrders(office)
        other_books.furnish(self, office)


def _settings_of(target: Target) -> ODataSettings:
    settings = target.settings
    if not isinstance(settings, ODataSettings):
        raise ConfigurationError("sap+odata is opened with the settings of another scheme", system=SYSTEM)
    return settings


def _identity(target: Target, settings: ODataSettings) -> str:
    """Host, port, path and client: the same system whichever version is spoken."""
    port = target.port or _PORTS[settings.tls]
    where = f"{target.host}:{port}/{target.path.strip('/')}".rstrip("/")
    return f"{SYSTEM}:{where}:{settings.client}".lower()
