"""``sap+soap``: function modules over HTTP; what writes goes through the site's wrappers, or is refused (sap.md 3)."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from ....wire.rfc import Connection, Opener
from ....wire.soap import Modules, SoapConnection
from ...contract import Capabilities, Target
from ...declaring import cannot
from ...web import WebAccess
from ..capabilities import CONCURRENCY
from ..functions import modules
from ..functions.furnishing import FunctionModuleAdapter
from ..functions.office import NO_WRAPPER
from ..settings import SoapSettings

SYSTEM: Final = "sap+soap"
_PATH: Final = "sap/bc/soap"
_PORTS: Final = {True: 443, False: 80}
_READS: Final = frozenset({"get", "find", "list", "list_modified", "track", "simulate", "of"})
_WRITTEN_BY: Final = {
    "orders": (modules.CREATE, modules.CHANGE),
    "purchase_orders": (modules.PO_CREATE, modules.PO_CHANGE),
    "returns": (modules.RETURN_CREATE, modules.RETURN_CREATE),
}
"""For each book the module that creates and the one that changes."""


class SapSoapAdapter(FunctionModuleAdapter):
    """An SAP system by its function modules over SOAP."""

    Settings: ClassVar[type[SoapSettings]] = SoapSettings
    system = SYSTEM
    settings: SoapSettings

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.identity = _identity(target, self.settings)
        self.wrappers = self.settings.wrappers
        self._web = WebAccess(target, self.settings, SYSTEM, concurrency=CONCURRENCY)

    @classmethod
    def static_capabilities(cls, target: Target) -> Capabilities:
        """What the function modules can do, less the writes that no wrapper is set for."""
        known = super().static_capabilities(target)
        wrapped = cls.settings_of(target).wrappers
        operations = dict(known.operations)
        for operation in known.operations:
            book, _, verb = operation.partition(".")
            if book not in _WRITTEN_BY or verb in _READS:
                continue
            creates, changes = _WRITTEN_BY[book]
            module = creates if verb == "create" else changes
            if module not in wrapped:
                operations[operation] = cannot(f"{NO_WRAPPER} for {module}")
        return replace(known, operations=operations)

    @classmethod
    def settings_of(cls, target: Target) -> SoapSettings:
        """The settings of this scheme."""
        found = super().settings_of(target)
        assert isinstance(found, SoapSettings)  # noqa: S101 (checked above)
        return found

    def lines(self) -> tuple[Opener, bool]:
        """Connections over one session; each is free of state."""
        settings = self.settings
        session = self._web.session(
            params={"sap-client": settings.client, "sap-language": settings.language}, headers={}
        )
        described = Modules(session, self.target.path.strip("/") or _PATH, clock=self.target.clock)
        writes = frozenset(settings.wrappers.values())

        def opened() -> Connection:
            return SoapConnection(
                described, writes=writes, action=settings.soap_action, clock=self.target.clock
            )

        return opened, False

    def close(self) -> None:
        """Close all connections; harmless when called twice."""
        super().close()
        self._web.close()


def _identity(target: Target, settings: SoapSettings) -> str:
    """Host, port, path and client."""
    port = target.port or _PORTS[settings.tls]
    where = f"{target.host}:{port}/{target.path.strip('/')}".rstrip("/")
    return f"{SYSTEM}:{where}:{settings.client}".lower()
