"""Credentials: what signs a request, and how they are renewed when the server refuses them."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any, TypeGuard

from requests import PreparedRequest
from requests.auth import AuthBase

from ...errors import ConfigurationError

__all__ = ["Auth", "Basic", "Bearer", "can_be_sent"]


class Auth(AuthBase):
    """Signs requests.  Safe for threads."""

    def renew(self, used: str | None) -> bool:  # noqa: ARG002 - what cannot be renewed does not look
        """The server has refused (401) a request with this ``Authorization``: whether it is worth another try.

        Whoever renews does it for all threads: those that come with what is outdated already only look.
        """
        return False


class Basic(Auth):
    """User and password; both as UTF-8 (RFC 7617)."""

    def __init__(self, user: str, password: str) -> None:
        self._value = "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii")

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """Sign a request."""
        r.headers["Authorization"] = self._value
        return r


class Bearer(Auth):
    """A token that somebody else sees to.  Raises ``ConfigurationError`` for what is none."""

    def __init__(self, token: str) -> None:
        if not can_be_sent(token):  # whoever sends it would say so with the token in the text
            raise ConfigurationError(
                "the token is empty, or has characters that no token has",
                hint="see whether a line break came with it",
            )
        self._value = f"Bearer {token}"

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """Sign a request."""
        r.headers["Authorization"] = self._value
        return r


def can_be_sent(token: Any) -> TypeGuard[str]:
    """Whether a token has the characters that RFC 6749 (A.12) allows, and a header can hold."""
    return isinstance(token, str) and re.fullmatch(r"[\x20-\x7e]+", token) is not None
