"""OAuth 2.0 (RFC 6749): a token for the client itself (4.4), or for a person who has signed in once (6)."""

from __future__ import annotations

import json
import os
import re
import threading
from abc import abstractmethod
from base64 import b64encode
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Protocol
from urllib.parse import quote_plus, urlencode

from requests import PreparedRequest

from ...clock import Clock, SystemClock
from ...errors import AuthenticationFailed, TransportError
from ...interruption import uninterrupted
from .auth import Auth, can_be_sent
from .sessions import HttpSession

__all__ = [
    "KeptTokens",
    "OAuth2",
    "SignIn",
    "SignedIn",
    "TokenEndpoint",
    "Tokens",
    "complaint",
    "posted",
    "reason",
    "seconds",
]

_SKEW: Final = 60.0
"""Seconds before its end at which a token is renewed; at most a tenth of its life."""
_UNTOLD: Final = 300.0
"""Seconds that a token is taken to live where the server does not say (``expires_in`` is optional)."""
_PATIENCE: Final = 25.0
"""Seconds that a token's server may take: with its last silence less than others wait for who renews a sign-in."""
_KEEPING, _PAUSE = 10.0, 1.0
"""Seconds for which, and between which, tokens that have just come are tried to be kept: who ends takes them along."""
_CLIENT: Final = "renew the client's secret"
_READABLE: Final = 500
"""Characters of a server's complaint that are kept."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a server gives: a token to sign with, how long it is good, and one to get the next with, if any."""

    access: str = field(repr=False)
    life: float
    """Seconds."""
    refresh: str | None = field(default=None, repr=False)

    @property
    def usable(self) -> float:
        """Seconds until it should be renewed."""
        return self.life - min(_SKEW, self.life / 10)


class TokenEndpoint:
    """Where tokens are had.  ``client_says`` is where the server wants the client's secret."""

    def __init__(
        self,
        session: HttpSession,
        url: str,
        *,
        client_id: str,
        client_secret: str | None = None,
        client_says: Literal["body", "header"] = "body",
    ) -> None:
        self.client_id = client_id
        self.session, self._url = session, url
        self._secret = client_secret
        self._client_says = client_says

    def tokens(self, form: Mapping[str, str], *, hint: str) -> Tokens:
        """Tokens for a grant.

        Raises ``AuthenticationFailed`` with the ``hint`` where the grant is refused, ``TransportError`` where it
        cannot be asked for.
        """
        status, said = self.said(form)
        access = said.get("access_token")
        if 200 <= status < 300 and can_be_sent(access):
            refresh = said.get("refresh_token")
            return Tokens(
                access,
                seconds(said.get("expires_in"), _UNTOLD),
                refresh if isinstance(refresh, str) else None,
            )
        native = complaint(said)
        if status in {400, 401, 403}:
            raise AuthenticationFailed(
                f"the token was refused ({reason(said) or status})",
                hint=_CLIENT if reason(said) == "invalid_client" else hint,
                native=native,
            )
        raise TransportError(
            f"the token's server answered with {status} and no token", code="no_token", native=native
        )

    def said(self, form: Mapping[str, str]) -> tuple[int, Mapping[str, Any]]:
        """Status and fields of the answer to a form, whatever it is."""
        headers, told = {}, dict(form)
        if self._client_says == "header":
            joined = f"{quote_plus(self.client_id)}:{quote_plus(self._secret or '')}"  # RFC 6749, 2.3.1
            headers["Authorization"] = "Basic " + b64encode(joined.encode()).decode("ascii")
        else:
            told["client_id"] = self.client_id
            if self._secret is not None:
                told["client_secret"] = self._secret
        return posted(self.session, self._url, told, headers)


def posted(
    session: HttpSession, url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> tuple[int, Mapping[str, Any]]:
    """Send a form; status and fields of the answer, none where it is no JSON object.

    What the token is for has not been sent then: whatever goes wrong here, that is ``not_applied``.
    """
    told = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
        **(headers or {}),
    }
    try:
        answer = session.send("POST", url, headers=told, body=urlencode(form).encode(), timeout=_PATIENCE)
    except TransportError as failure:
        failure.outcome = "not_applied"
        raise
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        said = None
    return answer.status, said if isinstance(said, dict) else {}


def complaint(said: Mapping[str, Any]) -> list[str]:
    """What a server says of a refusal (RFC 6749, 5.2): its code, then its text."""
    return [str(said[name])[:_READABLE] for name in ("error", "error_description") if said.get(name)]


def reason(said: Mapping[str, Any]) -> str:
    """The code of a refusal, where it is one: a server's own words may repeat what was sent."""
    code = said.get("error")
    return code if isinstance(code, str) and re.fullmatch(r"[\w.-]{1,60}", code, re.ASCII) else ""


def seconds(said: Any, untold: float) -> float:
    """``expires_in`` or ``interval``: a number, which some servers send as text; ``untold`` where it is none."""
    try:
        told = float(said)
    except (TypeError, ValueError, OverflowError):
        return untold
    return told if 0 < told < 10**8 else untold


class _Renewed(Auth):
    """Signs with a token that is fetched once for all threads, and renewed before it ends."""

    def __init__(self, clock: Clock | None) -> None:
        self._clock: Clock = clock or SystemClock()
        self._fetching, self._process = threading.Lock(), os.getpid()
        self._value: str | None = None
        self._ends = 0.0

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """Sign a request with a token that is good for a while."""
        value = self._value
        if value is None or self._clock.monotonic() >= self._ends:
            with self._alone():
                if self._value is None or self._clock.monotonic() >= self._ends:
                    self._take(*self._fetched(None))
                value = self._value
        r.headers["Authorization"] = str(value)
        return r

    def renew(self, used: str | None) -> bool:
        """The server has refused a token before its time: fetch another one, unless somebody has."""
        with self._alone():
            if self._value == used:
                self._take(*self._fetched(None if used is None else used.removeprefix("Bearer ")))
        return True

    def _alone(self) -> threading.Lock:
        """The lock of all threads; another one in a forked child, where nobody would open the parent's."""
        if self._process != os.getpid():
            self._fetching, self._process = threading.Lock(), os.getpid()
        return self._fetching

    def _take(self, access: str, usable: float) -> None:
        self._value = f"Bearer {access}"
        self._ends = self._clock.monotonic() + usable

    @abstractmethod
    def _fetched(self, refused: str | None) -> tuple[str, float]:
        """A token that is another one than ``refused``, and the seconds for which to use it."""


class OAuth2(_Renewed):
    """Signs with a token of the client itself.

    Raises ``AuthenticationFailed`` where the token is refused and ``TransportError`` where it cannot be asked for; in
    both cases the request itself was not sent.
    """

    def __init__(
        self, endpoint: TokenEndpoint, *, scope: str | None = None, clock: Clock | None = None
    ) -> None:
        super().__init__(clock)
        self._endpoint = endpoint
        self._form = {"grant_type": "client_credentials"} | ({} if scope is None else {"scope": scope})

    def _fetched(self, refused: str | None) -> tuple[str, float]:  # noqa: ARG002 - a new one is another one
        given = self._endpoint.tokens(self._form, hint=_CLIENT)
        return given.access, given.usable


@dataclass(frozen=True, slots=True)
class KeptTokens:
    """What is kept of a sign-in: the token that gets the next ones and, where there is room, the one in use."""

    refresh: str = field(repr=False)
    access: str = field(default="", repr=False)
    until: datetime | None = None
    """When the one in use should be renewed."""


class SignIn(Protocol):
    """A person's sign-in, kept where every process that uses it looks."""

    def alone(self) -> AbstractContextManager[KeptTokens | None]:
        """For the time of the block nobody else renews it; ``None`` where nobody has signed in."""

    def keep(self, tokens: KeptTokens, instead_of: KeptTokens) -> None:
        """Put these in the place of those, unless others have taken it meanwhile.

        Raises ``TransportError`` or ``ConfigurationError`` where that cannot be done now: it is to be tried again.
        """


class SignedIn(_Renewed):
    """Signs for a person who has signed in; a refresh token that turns with each use is kept before it is used.

    Whoever finds that another process has renewed the token meanwhile uses what that has kept.  Raises
    ``AuthenticationFailed`` where nobody has signed in, or what is kept is refused; the request was not sent then.
    """

    def __init__(
        self, endpoint: TokenEndpoint, sign_in: SignIn, *, hint: str, clock: Clock | None = None
    ) -> None:
        """``hint`` says how to sign in."""
        super().__init__(clock)
        self._endpoint, self._sign_in, self._hint = endpoint, sign_in, hint
        self._unkept: tuple[KeptTokens, KeptTokens] | None = None

    def _fetched(self, refused: str | None) -> tuple[str, float]:
        if self._unkept is not None:  # the place was out of reach when these came
            self._keep(*self._unkept)
        with self._sign_in.alone() as kept:
            if kept is None:
                raise AuthenticationFailed("nobody has signed in", hint=self._hint, code="sign_in_needed")
            left = 0.0 if kept.until is None else (kept.until - self._clock.now()).total_seconds()
            if kept.access and kept.access != refused and left > 0:
                return kept.access, left
            form = {"grant_type": "refresh_token", "refresh_token": kept.refresh}
            with uninterrupted():  # or nobody would have the tokens that are on their way
                given = self._endpoint.tokens(form, hint=self._hint)
                until = self._clock.now() + timedelta(seconds=given.usable)
                self._keep(KeptTokens(given.refresh or kept.refresh, given.access, until), kept, _KEEPING)
            return given.access, given.usable

    def _keep(self, tokens: KeptTokens, instead_of: KeptTokens, patience: float = 0.0) -> None:
        self._unkept = tokens, instead_of
        ends = self._clock.monotonic() + patience
        while True:
            try:
                self._sign_in.keep(tokens, instead_of)
                break
            except TransportError:
                if self._clock.monotonic() >= ends:
                    raise
            self._clock.sleep(_PAUSE)
        self._unkept = None
