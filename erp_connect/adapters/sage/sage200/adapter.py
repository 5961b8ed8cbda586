"""``sage+200``: which book answers which verb, and what is found out when the connection opens (sage.md 4.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from ....errors import ConfigurationError
from ....models import Company
from ...contract import Adapter, Capabilities, Target
from ...services.cells import text
from ...symptoms import Symptom
from ...web import WebAccess, settings_of
from . import books
from .capabilities import CONCURRENCY, SYSTEM, narrowed, sage200_capabilities
from .examining import examined
from .office import Office
from .settings import Sage200Settings

_HOST: Final = "api.columbus.sage.com"
_ROOTS: Final = {
    "professional": "uk/sage200extra/accounts/v1",
    "standard": "uk/sage200/accounts/v1",
}
_PORTS: Final = {True: 443, False: 80}
_ZONE: Final = "Europe/London"
"""That of the product's companies, in the United Kingdom and in Ireland, where nobody says another."""


class Sage200Adapter(Adapter):
    """One company of Sage 200."""

    Settings: ClassVar[type[Sage200Settings]] = Sage200Settings

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.settings: Sage200Settings = settings_of(target, Sage200Settings, SYSTEM)
        self.capabilities = self.static_capabilities(target)
        self.identity = self._identity(self.settings.site, target.company or "")
        self._office: Office | None = None
        reached = replace(target, host=target.host or _HOST)
        self._web = WebAccess(reached, self.settings, SYSTEM, concurrency=CONCURRENCY)

    @classmethod
    def static_capabilities(cls, target: Target) -> Capabilities:
        """What the API of the reference can do, with these settings."""
        return sage200_capabilities(
            settings_of(target, Sage200Settings, SYSTEM), concurrency=target.max_concurrency
        )

    def open(self) -> None:
        """Sign in, choose site and company, find out what this release has, and furnish the books.

        Raises ``AuthenticationFailed`` for a sign-in that is not good, and ``ConfigurationError`` for a site or company
        that it may not work for, with those that it may.
        """
        settings, target = self.settings, self.target
        if not {"token", "client_id"} & target.credentials.keys():
            raise ConfigurationError(
                "Sage 200 lets in who has signed in, and takes no password",
                code="no_credentials",
                hint="give client_id and client_secret, and sign in once: erp-connect login; or give a token",
            )
        key = settings.subscription_key.get_secret_value()
        headers = {"ocp-apim-subscription-key": key} if key else {}
        session = self._web.session(params={}, headers=headers)
        zone = target.timezone or ZoneInfo(_ZONE)
        office = Office(session, settings, target.clock, zone, root=self._root())
        try:
            office.enter(target.company)
            with office.translated("open"):
                self._find_out(office)
        except BaseException:
            self.close()
            raise
        books.furnish(self, office)
        self._office, self.zone = office, zone
        self.identity = self._identity(office.site, office.company)

    def _find_out(self, office: Office) -> None:
        settings = self.settings
        if not office.knows("sop_orders", settings.stamp_field):
            raise ConfigurationError(
                f"orders of this release have no field {settings.stamp_field} for the stamp",
                code="no_stamp_field",
                hint="give stamp_field=customer_document_no, or upgrade: free texts came in August 2023",
            )
        returns = office.offers("sop_returns")
        if not settings.cancel_by:
            # It has POST alone, so a gateway may not show it to GET; it came with the endpoint for returns.
            office.sets_status = returns or office.offers("sop_orders_status")
        self.capabilities = narrowed(
            self.capabilities,
            numbers_itself=office.numbers_itself,
            status=office.sets_status,
            returns=returns,
        )

    def close(self) -> None:
        """Close all connections; harmless when called twice."""
        self._web.close()

    def ping(self) -> None:
        """Ask for one row of the company."""
        with self.office.translated("ping"):
            self.office.api.page("sop_settings", top="1")

    def companies(self) -> Sequence[Company]:
        """The companies that this user may work for, of all sites."""
        return tuple(
            Company(id=str(row.get("company_id", "")), name=text(row, "company_name"))
            for row in self.office.sites("companies")
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
        """The path of the API: the one in the URL, or that of the edition (sage.md 4.1)."""
        return self.target.path.strip("/") or _ROOTS[self.settings.edition]

    def _identity(self, site: str, company: str) -> str:
        """Host, port, path, site and company; the last two by their ids once they are known."""
        target = self.target
        port = target.port or _PORTS[self.settings.tls]
        return f"{SYSTEM}:{target.host or _HOST}:{port}/{self._root()}:{site}:{company}".lower()
