"""``dynamics+bc``: which book answers which verb, and what is found out when the connection opens (dynamics.md 1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from ....errors import ConfigurationError
from ....models import Company
from ....wire.http import Rate
from ...contract import Adapter, Capabilities, Target
from ...keeping import folder_for
from ...services.cells import text
from ...symptoms import Symptom
from ...web import WebAccess, settings_of
from ..settings import BusinessCentralSettings
from . import books
from .capabilities import CONCURRENCY, SYSTEM, bc_capabilities, narrowed
from .examining import examined
from .office import Office

_CLOUD: Final = "api.businesscentral.dynamics.com"
_ALLOWED: Final = Rate(6000, 300.0)
"""Requests of one user in a sliding span of seconds (dynamics.md 1.16)."""
_PORTS: Final = {True: 443, False: 80}


class BusinessCentralAdapter(Adapter):
    """One company of Business Central."""

    Settings: ClassVar[type[BusinessCentralSettings]] = BusinessCentralSettings

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.settings: BusinessCentralSettings = settings_of(target, BusinessCentralSettings, SYSTEM)
        self.capabilities = self.static_capabilities(target)
        self.identity = self._identity(target.company or "")
        self._office: Office | None = None
        self._web = WebAccess(target, self.settings, SYSTEM, concurrency=CONCURRENCY, rate=_ALLOWED)

    @classmethod
    def static_capabilities(cls, target: Target) -> Capabilities:
        """What the API of the reference can do, with these settings."""
        return bc_capabilities(
            settings_of(target, BusinessCentralSettings, SYSTEM), concurrency=target.max_concurrency
        )

    def open(self) -> None:
        """Sign in, choose the company, read what the API says of itself, and furnish the books.

        Raises ``AuthenticationFailed`` for wrong credentials, and ``ConfigurationError`` for a company that is not
        there, with the names of those that are.
        """
        settings, target = self.settings, self.target
        on_premises = {"tenant": settings.tenant} if target.path.strip("/") and settings.tenant else {}
        session = self._web.session(params=on_premises, headers={"Accept-Language": settings.language})
        zone = target.timezone or ZoneInfo("UTC")
        cache = folder_for(target.host or _CLOUD, settings.metadata_cache)
        office = Office(session, settings, target.clock, zone, root=self._root(), cache=cache)
        try:
            office.enter(target.company)
            with office.translated("open"):
                self.capabilities = narrowed(self.capabilities, office.model, settings)
        except BaseException:
            self.close()
            raise
        books.furnish(self, office)
        self._office, self.zone = office, zone
        self.identity = self._identity(office.company_id)

    def close(self) -> None:
        """Close all connections; harmless when called twice."""
        self._web.close()

    def ping(self) -> None:
        """Ask for the list of companies."""
        self.office.companies("ping")

    def companies(self) -> Sequence[Company]:
        """The companies of the environment."""
        return tuple(
            Company(id=text(row, "id"), name=text(row, "displayName") or text(row, "name"))
            for row in self.office.companies()
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

    def _root(self) -> str:
        """The path of the API: the one in the URL, or the cloud's for tenant and environment (dynamics.md 1.1)."""
        if path := self.target.path.strip("/"):
            return path
        tenant = f"{self.settings.tenant}/" if self.settings.tenant else ""
        return f"v2.0/{tenant}{self.settings.environment}/api/v2.0"

    def _identity(self, company: str) -> str:
        """Host, port, path, tenant, environment and company; the company by its id once that is known."""
        target = self.target
        port = target.port or _PORTS[self.settings.tls]
        where = f"{target.host}:{port}/{self._root()}"
        return f"{SYSTEM}:{where}:{self.settings.tenant}:{self.settings.environment}:{company}".lower()
