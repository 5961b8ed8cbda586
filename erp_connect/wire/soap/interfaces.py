"""Descriptions of function modules, each fetched once for a system and read by zeep and by our schema."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from lxml import etree

from ...clock import Clock, SystemClock
from ...errors import AuthenticationFailed, ConfigurationError
from ..http import Answer, HttpSession
from ..rfc import RfcFailure, Trouble
from .documents import parsed
from .names import in_xml
from .offline import NoTransport
from .schema import Schema, Signature
from .statuses import unanswered, unreadable

_NO_SUCH: Final = frozenset({400, 404, 500})
"""What the processor answers where a module does not exist or is not remote-enabled."""


_PASSING: Final = frozenset({429, 502, 503, 504})
"""What is answered for a while, by the server or by something in front of it."""
_DESCRIPTION: Final = "{http://schemas.xmlsoap.org/wsdl/}definitions"


@dataclass(frozen=True)
class Module:
    """A function module: its signature, and the description from which zeep puts a request together."""

    signature: Signature
    description: bytes

    @cached_property
    def client(self) -> Any:
        """zeep's client for the description, which fetches nothing by itself."""
        import zeep

        settings = zeep.Settings(strict=False, forbid_dtd=True, forbid_entities=True, forbid_external=True)
        client: Any = zeep.Client  # (it has no types)
        return client(io.BytesIO(self.description), settings=settings, transport=NoTransport())

    def envelope(self, parameters: dict[str, Any]) -> bytes:
        """A request with these parameters; ``ValueError`` for a text that XML cannot hold."""
        from zeep.exceptions import ValidationError

        name = in_xml(self.signature.interface.name)
        try:
            message = self.client.create_message(self.client.service, name, **parameters)
        except (ValidationError, TypeError) as failure:
            raise ValueError(str(failure)) from failure
        return bytes(etree.tostring(message, xml_declaration=True, encoding="utf-8"))


class Modules:
    """The function modules of one system.  Safe for several threads."""

    def __init__(
        self, session: HttpSession, path: str = "sap/bc/soap", *, clock: Clock | None = None
    ) -> None:
        self.session = session
        self.path = path.strip("/")
        self._clock = clock or SystemClock()
        self._known: dict[str, Module] = {}
        self._fetching = threading.Lock()

    def of(self, function: str) -> Module:
        """A function module by its name.

        Raises :class:`RfcFailure` for one that the system does not have, ``ConfigurationError`` where nobody has
        activated the descriptions, ``AuthenticationFailed``, ``Throttled`` and ``TransportError`` where something else
        than the system has answered, and the session's errors.
        """
        with self._fetching:
            found = self._known.get(function)
            if found is None:
                found = self._known[function] = self._fetched(function)
            return found

    def _fetched(self, function: str) -> Module:
        answer = self.session.send("GET", f"{self.path}/wsdl11", params={"services": function})
        if answer.status == 401:
            raise AuthenticationFailed("the system did not accept user, password or client")
        if answer.status in _NO_SUCH:
            raise RfcFailure(Trouble.NO_MODULE, function, may_have_run=False, session_lost=False)
        if answer.status in _PASSING:
            raise unanswered(answer, f"the description of {function}", "not_applied", self._clock.now())
        if not answer.ok:
            raise ConfigurationError(
                f"the system does not describe its function modules ({answer.status})",
                code="no_service",
                hint=f"have the node /{self.path}/wsdl11 activated (SICF), and see whether this user may call it",
            )
        signature = Schema(_definitions(answer, function)).signature(function)
        if signature is None:
            raise RfcFailure(Trouble.NO_MODULE, function, may_have_run=False, session_lost=False)
        return Module(signature, answer.body)


def _definitions(answer: Answer, function: str) -> etree._Element:
    """The root of a description; anything else in its place says nothing about the system."""
    what = f"the request for the description of {function}"
    try:
        root = parsed(answer.body)
    except ValueError as failure:
        raise unreadable(what, str(failure), "not_applied") from failure
    if root.tag != _DESCRIPTION:
        raise unreadable(what, "it is no description", "not_applied")
    return root
