"""Opening a connection: the one module that imports pyrfc, and the logon's parameters as the texts it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from ...errors import ConfigurationError

SDK_HINT: Final = (
    "install it with pip install 'erp-connect[rfc]' after the vendor's NW RFC SDK 7.50, with SAPNWRFC_HOME set; "
    "or give an object of your own with call, close and alive as connector=..."
)


class Connection(Protocol):
    """What is needed of a connection: pyrfc's ``Connection``, or anything that behaves like one (sap.md 1.2)."""

    @property
    def alive(self) -> bool:
        """Whether there is a handle; a dead line does not show."""
        ...

    def call(self, func_name: str, options: dict[str, Any] | None = None, **params: Any) -> dict[str, Any]:
        """Call a function module."""
        ...

    def close(self) -> None:
        """Log off."""
        ...


Opener = Callable[[], Connection]
"""Opens one more connection; called again for each that the pool wants."""
Connector = Callable[..., Connection]
"""pyrfc's ``Connection``, or what takes its place: called with the logon's parameters."""


def logon_parameters(given: Mapping[str, object]) -> dict[str, str]:
    """The parameters of a logon as texts; what is ``None`` or blank is left out.

    A value that is no text ends the interpreter inside genuine pyrfc (sap.md 1.2), so none passes here.
    """
    return {name: str(value) for name, value in given.items() if value not in {None, ""}}


def opener_of_pyrfc(parameters: Mapping[str, object], connector: Connector | None = None) -> Opener:
    """What opens connections with these parameters, by pyrfc or by ``connector``; nothing is opened yet.

    Raises ``ConfigurationError`` where pyrfc or the vendor's SDK is missing.
    """
    texts = logon_parameters(parameters)
    connect = connector if connector is not None else _pyrfc_connection()

    def opened() -> Connection:
        return connect(**texts)

    return opened


def _pyrfc_connection() -> Connector:
    """``pyrfc.Connection``; importing the package alone says nothing, since it hides a missing SDK (sap.md 1.1)."""
    try:
        from pyrfc import Connection as Genuine
    except ImportError as missing:
        raise ConfigurationError(
            "sap+rfc needs pyrfc and the vendor's NW RFC SDK, and one of them cannot be loaded",
            code="missing_dependency",
            hint=SDK_HINT,
        ) from missing
    found: Connector = Genuine
    return found
