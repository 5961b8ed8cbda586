"""``dynamics+fo``: which book answers which verb, and what is found out when the connection opens (dynamics.md 3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from ....errors import ConfigurationError
from ....models import Company
from ....wire.http import root_url
from ...contract import Adapter, Capabilities, Target
from ...services.cells import text
from ...symptoms import Symptom
from ...web import WebAccess, settings_of
from ..settings import FinanceOperationsSettings
from . import books
from .capabilities import CONCURRENCY, SYSTEM, fo_capabilities, narrowed
from .examining import examined
from .office import Office

_ROOT: Final = "data"
_PORTS: Final = {True: 443, False: 80}


class FinanceOperationsAdapter(Adapter):
    """One legal entity of Finance & Operations; ``company`` is its data area."""

    Settings: ClassVar[type[FinanceOperationsSettings]] = FinanceOperationsSettings

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.settings: FinanceOperationsSettings = settings_of(target, FinanceOperationsSettings, SYSTEM)
        self.capabilities = self.static_capabilities(target)
        self.identity = self._identity(target.company or "")
        self._office: Office | None = None
        self._web = WebAccess(target, self._with_scope(), SYSTEM, concurrency=CONCURRENCY)

    @classmethod
    def static_capabilities(cls, target: Target) -> Capabilities:
        """What the entities of the reference can do, with these settings."""
        return fo_capabilities(
            settings_of(target, FinanceOperationsSettings, SYSTEM), concurrency=target.max_concurrency
        )

    def open(self) -> None:
        """Sign in, read which entities this release shows, choose the legal entity, and furnish the books.

        Raises ``AuthenticationFailed`` for wrong credentials, and ``ConfigurationError`` for a legal entity that is
        not there, with the names of those that are.
        """
        target = self.target
        session = self._web.session(params={}, headers={})
        zone = target.timezone or ZoneInfo("UTC")
        office = Office(session, self.settings, target.clock, zone, root=self._root())
        try:
            office.enter(target.company)
        except BaseException:
            self.close()
            raise
        self.capabilities = narrowed(self.capabilities, office.sets)
        books.furnish(self, office)
        self._office, self.zone = office, zone
        self.identity = self._identity(office.area)

    def close(self) -> None:
        """Close all connections; harmless when called twice."""
        self._web.close()

    def ping(self) -> None:
        """Ask for the list of entities."""
        self.office.listed_sets()

    def companies(self) -> Sequence[Company]:
        """The legal entities that this user may see."""
        return tuple(
            Company(id=text(row, "LegalEntityId"), name=text(row, "Name") or text(row, "LegalEntityId"))
            for row in self.office.legal_entities()
        )

    def examine(self, *, limit: int) -> Iterator[Symptom]:
        """What of the settings does not fit, and what this release does not show; nothing is written."""
        yield from examined(self.office, self.capabilities, limit=limit)

    @property
    def office(self) -> Office:
        """What the books share; ``ConfigurationError`` before :meth:`open`."""
        if self._office is None:
            raise ConfigurationError("the connection is not open", system=SYSTEM)
        return self._office

    def _root(self) -> str:
        return self.target.path.strip("/") or _ROOT

    def _with_scope(self) -> FinanceOperationsSettings:
        """The settings with the scope of this environment, which is its root without a slash at the end (3.1)."""
        target, settings = self.target, self.settings
        if settings.scope or not target.host:
            return settings
        root = root_url(target.host, port=target.port, tls=settings.tls, allow_insecure=True)
        return settings.model_copy(update={"scope": f"{root.rstrip('/')}/.default"})

    def _identity(self, area: str) -> str:
        """Host, port, path and data area."""
        target = self.target
        port = target.port or _PORTS[self.settings.tls]
        return f"{SYSTEM}:{target.host}:{port}/{self._root()}:{area}".lower()
