"""``sap+rfc``: function modules by pyrfc, or by any object that behaves like its connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ....wire.rfc import Connection, Opener, opener_of_pyrfc
from ...contract import Target
from ..capabilities import SYSTEM
from ..functions.furnishing import FunctionModuleAdapter
from ..settings import RfcSettings


class SapRfcAdapter(FunctionModuleAdapter):
    """An SAP system over RFC, by pyrfc or by any object with ``call``, ``close`` and ``alive``.

    Opening it raises ``ConfigurationError`` without pyrfc or the vendor's SDK.
    """

    Settings: ClassVar[type[RfcSettings]] = RfcSettings
    system = SYSTEM
    settings: RfcSettings

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.identity = _identity(target, self.settings)

    def lines(self) -> tuple[Opener, bool]:
        """What opens connections; true beside it where there is only the one that was given."""
        settings, target = self.settings, self.target
        given = settings.connector
        if given is not None and not callable(given):
            return _always(given), True
        direct = not settings.mshost
        parameters = {
            "ashost": target.host if direct else None,
            "sysnr": settings.sysnr if direct else None,
            "mshost": settings.mshost,
            "msserv": settings.msserv,
            "sysid": settings.sysid,
            "group": settings.group,
            "client": settings.client,
            "user": target.user,
            "passwd": target.password,
            "lang": settings.language,
            "saprouter": settings.saprouter,
            "snc_partnername": settings.snc_partnername,
            "snc_qop": settings.snc_qop,
            "snc_myname": settings.snc_myname,
            "snc_lib": settings.snc_lib,
        }
        connector: Callable[..., Connection] | None = given
        return opener_of_pyrfc(parameters, connector), False


def _identity(target: Target, settings: RfcSettings) -> str:
    """Host, system number and client; the system's name where a message server shares the logons out."""
    where = f"{settings.mshost}:{settings.sysid}" if settings.mshost else f"{target.host}:{settings.sysnr}"
    return f"{SYSTEM}:{where}:{settings.client}".lower()


def _always(connection: Any) -> Opener:
    def opened() -> Connection:
        found: Connection = connection
        return found

    return opened
