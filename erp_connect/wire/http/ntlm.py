"""NTLM, for servers in a Windows domain; needs the extra ``ntlm``."""

from __future__ import annotations

from typing import Any

from requests import PreparedRequest

from ...errors import ConfigurationError
from .auth import Auth

__all__ = ["ntlm"]


def ntlm(user: str, password: str) -> Auth:
    r"""Credentials of a Windows account, ``DOMAIN\user`` or ``user@domain``.

    Raises ``ConfigurationError`` where requests-ntlm is not installed.
    """
    try:
        from requests_ntlm import HttpNtlmAuth
    except ImportError as failure:
        raise ConfigurationError(
            "NTLM needs the package requests-ntlm",
            hint="pip install 'erp-connect[ntlm]'",
            code="missing_dependency",
        ) from failure
    return _Ntlm(HttpNtlmAuth(user, password))


class _Ntlm(Auth):
    """The handshake belongs to a connection: the package answers the server's challenge on it by itself."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        signed: PreparedRequest = self._inner(r)
        return signed
