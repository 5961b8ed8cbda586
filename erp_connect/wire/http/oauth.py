"""OAuth 2.0: a token for the client itself (RFC 6749, 4.4) or by a refresh token (6), fetched once for all threads."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal
from urllib.parse import quote_plus, urlencode

from requests import PreparedRequest

from ...clock import Clock, SystemClock
from ...errors import AuthenticationFailed, TransportError
from .answers import Answer
from .auth import Auth
from .sessions import HttpSession

__all__ = ["OAuth2"]

_SKEW: Final = 60.0
"""Seconds before its end at which a token is renewed; at most a tenth of its life."""
_UNTOLD: Final = 300.0
"""Seconds that a token is taken to live where the server does not say (``expires_in`` is optional)."""


class OAuth2(Auth):
    """Signs with a token that it fetches from ``token_url`` through ``session``, and renews before it ends.

    With ``refresh_token`` that grant is used; a server that rotates refresh tokens has each new one handed to
    ``keep`` before it is used.  ``client_says`` is where the server wants the client's secret.  Raises
    ``AuthenticationFailed`` where the token is refused and ``TransportError`` where it cannot be asked for; in both
    cases the request itself was not sent.
    """

    def __init__(
        self,
        session: HttpSession,
        token_url: str,
        *,
        client_id: str,
        client_secret: str | None = None,
        scope: str | None = None,
        refresh_token: str | None = None,
        keep: Callable[[str], None] | None = None,
        client_says: Literal["body", "header"] = "body",
        clock: Clock | None = None,
    ) -> None:
        self._session = session
        self._url = token_url
        self._client = (client_id, client_secret)
        self._scope = scope
        self._refresh_token = refresh_token
        self._keep = keep
        self._client_says = client_says
        self._clock: Clock = clock or SystemClock()
        self._fetching = threading.Lock()
        self._value: str | None = None
        self._ends = 0.0

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """Sign a request with a token that is good for a while."""
        value = self._value
        if value is None or self._clock.monotonic() >= self._ends:
            with self._fetching:
                if self._value is None or self._clock.monotonic() >= self._ends:
                    self._fetch()
                value = self._value
        r.headers["Authorization"] = str(value)
        return r

    def renew(self, used: str | None) -> bool:
        """The server has refused a token before its time: fetch another one, unless somebody has."""
        with self._fetching:
            if self._value == used:
                self._fetch()
        return True

    def _fetch(self) -> None:
        answer = self._session.send(
            "POST",
            self._url,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
            | self._secret_header(),
            body=urlencode(self._form()).encode(),
        )
        said = _read(answer)
        if not answer.ok or not isinstance(said.get("access_token"), str):
            raise self._refused(answer, said)
        rotated = said.get("refresh_token")
        if self._refresh_token is not None and isinstance(rotated, str) and rotated != self._refresh_token:
            if self._keep is not None:
                self._keep(rotated)
            self._refresh_token = rotated
        life = _seconds(said.get("expires_in"))
        self._value = f"Bearer {said['access_token']}"
        self._ends = self._clock.monotonic() + life - min(_SKEW, life / 10)

    def _form(self) -> dict[str, str]:
        client_id, secret = self._client
        form = {"grant_type": "client_credentials"}
        if self._refresh_token is not None:
            form = {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
        if self._client_says == "body":
            form["client_id"] = client_id
            if secret is not None:
                form["client_secret"] = secret
        if self._scope is not None:
            form["scope"] = self._scope
        return form

    def _secret_header(self) -> dict[str, str]:
        if self._client_says == "body":
            return {}
        client_id, secret = self._client
        joined = f"{quote_plus(client_id)}:{quote_plus(secret or '')}"  # RFC 6749, 2.3.1: encoded first
        return {"Authorization": "Basic " + b64encode(joined.encode()).decode("ascii")}

    def _refused(self, answer: Answer, said: Mapping[str, Any]) -> Exception:
        reason = said.get("error")
        native = [str(said[name]) for name in ("error", "error_description") if said.get(name)]
        if answer.status in {400, 401, 403}:
            return AuthenticationFailed(
                f"the token was refused ({reason or answer.status})",
                hint="renew the client's secret, or sign in again where a person has to",
                native=native,
            )
        return TransportError(
            f"the token's server answered with {answer.status} and no token", code="no_token", native=native
        )


def _read(answer: Answer) -> Mapping[str, Any]:
    try:
        said = json.loads(answer.body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _seconds(said: Any) -> float:
    """``expires_in``: a number, which some servers send as text."""
    try:
        life = float(said)
    except (TypeError, ValueError):
        return _UNTOLD
    return life if 0 < life < 10**8 else _UNTOLD
