"""Being told by Business Central when orders change: a small WSGI application (dynamics.md 1.17).

A notification says which order has changed, half a minute after it did, and nothing more: read the order.  It may
come twice, and may be lost: sweep with ``erp.orders.list(modified_since=...)`` now and then.  The system drops a
subscription whose endpoint refuses a notification with anything but 408, 429 or a status of the server's own.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from ..adapters.dynamics.bc.adapter import BusinessCentralAdapter
from ..adapters.dynamics.bc.subscriptions import Subscription
from ..client import Client
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

__all__ = ["OrderWebhook"]

_ORDER: Final = re.compile(r"/salesOrders\(([0-9a-fA-F-]{36})\)")
_MOST: Final = 4 * 1024 * 1024
_SPARE: Final = timedelta(hours=12)
"""How long before its end a subscription is renewed."""

Heard = Callable[[str | None, str], object]
"""Called with an order's id and what became of it: ``created``, ``updated`` or ``deleted``; with ``None`` and
``collection`` where too many have changed to be named."""


class OrderWebhook:
    """A subscription to the orders of a connection, and the WSGI application that hears of their changes.

    ``url``: where this application is reached from the system.  ``heard`` is called in the request's own thread; what
    it raises is answered with 500, and the notification comes again.  Serve it, then call :meth:`subscribe`, and
    :meth:`renew_if_due` at least once in half a day.  Nothing is kept here: another process subscribes anew.
    """

    def __init__(self, erp: Client, url: str, heard: Heard) -> None:
        adapter = erp._context.adapter
        if not isinstance(adapter, BusinessCentralAdapter):
            raise ConfigurationError("webhooks of orders are Business Central's: connect to dynamics+bc")
        self._clock = erp._context.clock
        self._state = secrets.token_urlsafe(32)
        self._heard = heard
        self._subscription = Subscription(adapter.office, url, self._state)

    def subscribe(self) -> None:
        """Ask to be told; raises where the system cannot reach the address."""
        self._subscription.make()

    def renew_if_due(self) -> bool:
        """Renew the subscription where it ends within half a day, or has ended; whether it was."""
        ends = self._subscription.ends
        if ends is not None and ends - self._clock.now() > _SPARE:
            return False
        self._subscription.renew()
        return True

    def unsubscribe(self) -> None:
        """Ask to be told no more."""
        self._subscription.remove()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the system: its question whether we are there, and its notifications."""
        asked = parse_qs(environ.get("QUERY_STRING", "")).get("validationToken")
        if asked:
            return _answer(start_response, "200 OK", asked[0].encode())
        told = _read(environ)
        if told is None:
            return _answer(start_response, "400 Bad Request", b"")
        for each in told:
            if not hmac.compare_digest(str(each.get("clientState", "")), self._state):
                return _answer(start_response, "403 Forbidden", b"")
        for each in told:
            order = _ORDER.search(str(each.get("resource", "")))
            self._heard(None if order is None else order[1].lower(), str(each.get("changeType", "")))
        return _answer(start_response, "200 OK", b"")


def _read(environ: WSGIEnvironment) -> list[dict[str, Any]] | None:
    """The notifications in a request; ``None`` where it holds none that can be understood."""
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if not 0 < length <= _MOST:
            return None
        told = json.loads(environ["wsgi.input"].read(length)).get("value")
    except (ValueError, AttributeError, RecursionError):
        return None
    if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
        return None
    return told


def _answer(start_response: StartResponse, status: str, body: bytes) -> Iterable[bytes]:
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]
