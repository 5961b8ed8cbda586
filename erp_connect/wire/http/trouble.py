"""What went wrong on the way, and whether the request may have arrived."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Final

import requests
from urllib3 import exceptions as urllib3_exc

from ...errors import ConfigurationError, ErpConnectError, Outcome, TransportError

__all__ = ["Late", "TooLarge", "told"]

_NEVER_SENT: Final = (
    urllib3_exc.NewConnectionError,
    urllib3_exc.ConnectTimeoutError,
    urllib3_exc.ProxyError,
    ssl.SSLCertVerificationError,
)
"""Raised while a connection is being made, before the first byte of a request."""
_NEVER_VALID: Final = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidProxyURL,
)


class Late(Exception):
    """The whole call has taken longer than it may."""


class TooLarge(Exception):
    """The answer is larger than is read."""


def told(failure: Exception, host: str, *, repeatable: bool) -> ErpConnectError:
    """The error that a caller gets: for a request that is not repeatable, ``unknown`` unless it was never sent.

    The failure's own text is left out: it holds the address with its query, and that what customers have written.
    """
    causes = tuple(_causes(failure))
    never_sent = any(isinstance(cause, _NEVER_SENT) for cause in causes)
    outcome: Outcome = "not_applied" if never_sent or repeatable else "unknown"
    if isinstance(failure, TooLarge):
        return TransportError(
            f"the answer of {host} is larger than is read: {failure}",
            code="too_large",
            outcome=outcome,
            retryable=False,
            hint="ask for fewer at a time",
        )
    if isinstance(failure, _NEVER_VALID):
        return ConfigurationError(f"{host} cannot be asked: {type(failure).__name__}")
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return TransportError(
            f"the certificate of {host} is not trusted",
            code="certificate",
            retryable=False,
            hint="name the file with the authority's certificate: ca=...",
        )
    if never_sent:
        return TransportError(f"{host} cannot be reached: {_why(causes)}", code="unreachable")
    return TransportError(
        f"{host} has not answered: {_why(causes)}", code="no_answer", outcome=outcome, retryable=True
    )


_WHYS: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (urllib3_exc.ProxyError, "the proxy does not let us through"),
    (urllib3_exc.NameResolutionError, "nobody knows this host name"),
    (ConnectionRefusedError, "the connection was refused"),
    (Late, "not in time"),
    (TimeoutError, "not in time"),
    (requests.exceptions.Timeout, "not in time"),
    (urllib3_exc.ReadTimeoutError, "not in time"),
)
"""The first that is among the causes says most."""


def _why(causes: tuple[BaseException, ...]) -> str:
    for kind, why in _WHYS:
        if any(isinstance(cause, kind) for cause in causes):
            return why
    return "the connection broke"


def _causes(failure: BaseException) -> Iterator[BaseException]:
    """The failure and what lies beneath: requests and urllib3 keep it in an argument, in ``reason`` or as the cause."""
    waiting, seen = [failure], set()
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        beneath = (*each.args, getattr(each, "reason", None), each.__cause__, each.__context__)
        waiting += [inner for inner in beneath if isinstance(inner, BaseException)]
