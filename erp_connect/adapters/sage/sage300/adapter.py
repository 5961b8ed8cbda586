"""``sage+300``: which book answers which verb, and what is found out when the connection opens (sage.md 3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from ....errors import ConfigurationError, NotFound
from ....models import Company
from ...contract import Adapter, Capabilities, Target
from ...services.cells import text
from ...symptoms import Symptom
from ...web import WebAccess, settings_of
from .asking import JSON
from .books import furnish
from .capabilities import CONCURRENCY, SYSTEM, narrowed, sage300_capabilities
from .discovering import offered_by, stock_resource
from .examining import examined
from .office import Office
from .settings import Sage300Settings

_PLACE: Final = "Sage300WebApi"
_VERSION: Final = "v1.0/-"
_PORTS: Final = {True: 443, False: 80}


class Sage300Adapter(Adapter):
    """One company of Sage 300."""

    Settings: ClassVar[type[Sage300Settings]] = Sage300Settings

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.settings: Sage300Settings = settings_of(target, Sage300Settings, SYSTEM)
        self.capabilities = self.static_capabilities(target)
        self.identity = self._identity()
        self._office: Office | None = None
        self._web = WebAccess(target, self.settings, SYSTEM, concurrency=CONCURRENCY)

    @classmethod
    def static_capabilities(cls, target: Target) -> Capabilities:
        """What the Web API of the reference can do, with these settings."""
        return sage300_capabilities(
            settings_of(target, Sage300Settings, SYSTEM), concurrency=target.max_concurrency
        )

    def open(self) -> None:
        """Wake the server, sign in, read what it says it offers, and furnish the books.

        Raises ``ConfigurationError`` where no company is named, and ``AuthenticationFailed`` or ``PermissionMissing``
        for a user that is not let in.
        """
        if not self._company:
            raise ConfigurationError(
                "no company was named",
                code="no_company",
                hint="give company=, the id of the company's database, as SAMINC",
                system=SYSTEM,
            )
        session = self._web.session(params={}, headers=JSON)
        zone = self.target.timezone or ZoneInfo("UTC")
        root = f"{self._root}/{self._company}"
        office = Office(session, self.settings, self.target.clock, zone, root=root)
        try:
            self._enter(office)
            office.offered = offered_by(session, self.settings.description.strip("/") or self._landing)
            office.stock = stock_resource(office)
        except BaseException:
            self.close()
            raise
        self.capabilities = narrowed(self.capabilities, office.offered, stock=office.stock is not None)
        furnish(self, office)
        self._office, self.zone = office, zone

    def _enter(self, office: Office) -> None:
        """The first question; an address at which there is no Web API is a ``ConfigurationError``."""
        try:
            office.wake("open")
        except NotFound as failure:
            raise ConfigurationError(
                "there is no Web API at this address",
                code="no_service",
                hint="a path in the URL takes the place of Sage300WebApi",
                native=failure.native,
                system=SYSTEM,
            ) from failure

    def close(self) -> None:
        """Close all connections; harmless when called twice."""
        self._web.close()

    def ping(self) -> None:
        """Ask for one order's number."""
        self.office.ask("ping")

    def companies(self) -> Sequence[Company]:
        """The company of this connection: no resource lists the others."""
        name = text(self.office.profile, "Name")
        return (Company(id=self._company, name=name or self._company),)

    def examine(self, *, limit: int) -> Iterator[Symptom]:
        """What of the settings does not fit the site, and what it does not offer; for ``erp-connect doctor``."""
        yield from examined(self.office, self.capabilities, limit=limit)

    @property
    def office(self) -> Office:
        """What the books share; ``ConfigurationError`` before :meth:`open`."""
        if self._office is None:
            raise ConfigurationError("the connection is not open", system=SYSTEM)
        return self._office

    @property
    def _company(self) -> str:
        """The id of the company, in capitals (sage.md 3.1)."""
        return (self.target.company or "").strip().upper()

    @property
    def _root(self) -> str:
        """The path before the company: the one of the URL where that is whole, or with its version (sage.md 3.1)."""
        path = self.target.path.strip("/") or _PLACE
        return path if path == "-" or path.endswith("/-") else f"{path}/{_VERSION}"

    @property
    def _landing(self) -> str:
        """The page that describes the API: it lies before the version."""
        return self._root.removesuffix(_VERSION).removesuffix("-").strip("/")

    def _identity(self) -> str:
        """Host, port, path and company."""
        target = self.target
        port = target.port or _PORTS[self.settings.tls]
        return f"{SYSTEM}:{target.host}:{port}/{self._root}/{self._company}".lower()
