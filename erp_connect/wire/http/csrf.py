"""SAP Gateway's token against forged requests: fetched with a read, sent with every write (sap.md 4.2)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Final

from .answers import Answer

__all__ = ["CsrfToken"]

HEADER: Final = "X-CSRF-Token"
_NO_TOKEN: Final = frozenset({"", "required", "fetch"})
Fetch = Callable[[str, Mapping[str, str]], Answer]
"""Sends a method with headers to the place where the token is had."""


class CsrfToken:
    """The token of one session with a server, shared by its threads; the session's cookies belong to it.

    ``address`` is that of a service, below the root, which hands tokens out for all that share the session.
    """

    def __init__(self, address: str = "") -> None:
        self.address = address
        self._token: str | None = None
        self._fetching = threading.Lock()

    def current(self, fetch: Fetch) -> Answer | str | None:
        """The token, fetched if need be; ``None`` where the server has none, or its answer where that is an error."""
        return self._token or self._renewed(None, fetch)

    def renewed(self, used: str, fetch: Fetch) -> Answer | str | None:
        """Another token than the one that the server has refused; one thread fetches it for all."""
        return self._renewed(used, fetch)

    def _renewed(self, used: str | None, fetch: Fetch) -> Answer | str | None:
        with self._fetching:
            if self._token is not None and self._token != used:
                return self._token
            self._token = None
            answer = fetch("HEAD", {HEADER: "Fetch"})
            if self._read(answer) is None:  # some services take no HEAD
                answer = fetch("GET", {HEADER: "Fetch"})
            self._token = self._read(answer)
            return self._token if self._token is not None or answer.ok else answer

    @staticmethod
    def _read(answer: Answer) -> str | None:
        token = answer.headers.get(HEADER, "")
        return None if token.lower() in _NO_TOKEN else token

    @staticmethod
    def refused(answer: Answer) -> bool:
        """Whether the server wants another token: nothing was executed.  Any other 403 is about permissions."""
        if answer.status != 403:
            return False
        return answer.headers.get(HEADER, "").lower() == "required" or (
            answer.media_type == "text/plain" and b"CSRF token validation failed" in answer.body
        )
