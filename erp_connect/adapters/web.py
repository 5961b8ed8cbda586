"""Reaching a system over HTTP: the session with its credentials, the same for every product that needs one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeVar

from pydantic import SecretStr

from ..errors import AuthenticationFailed, ConfigurationError
from ..wire.http import (
    Auth,
    Basic,
    Bearer,
    CsrfToken,
    Gate,
    HttpSession,
    OAuth2,
    Rate,
    SignedIn,
    TokenEndpoint,
    Transport,
    is_loopback,
    ntlm,
    origin,
    root_url,
)
from .contract import AdapterSettings, Target

__all__ = ["WebAccess", "WebSettings", "settings_of", "token_endpoint", "transport_to", "web_address"]

S = TypeVar("S", bound="WebSettings")


class WebSettings(AdapterSettings):
    """How a system is reached over HTTP.

    ``tls=off`` speaks plain HTTP, to this machine only unless ``allow_insecure`` is said.  ``token_url`` and ``scope``:
    where a client's token is had (OAuth 2.0), with ``client_id`` and ``client_secret``.  ``auth=ntlm``: user and
    password are those of a Windows account.

    ``authorize_url`` or ``device_url``: where a person signs in, once, with ``erp-connect login``; the client's own
    token is not used then.  ``redirect_url``: where the browser comes back to, as registered for the client.
    ``token_key``: seals what is kept of the sign-in in the journal's database, for hosts that share it; without it
    that is in this machine's keyring.  All these addresses are safe ones (https), as the system's own is.
    """

    tls: bool = True
    auth: Literal["basic", "ntlm"] = "basic"
    token_url: str = ""
    scope: str = ""
    authorize_url: str = ""
    device_url: str = ""
    redirect_url: str = "http://127.0.0.1:8400/callback"
    token_key: SecretStr | None = None

    @property
    def by_person(self) -> bool:
        """Whether a person has to sign in."""
        return bool(self.authorize_url or self.device_url)


class WebAccess:
    """The way to one system, and what has to be closed in the end."""

    def __init__(
        self,
        target: Target,
        settings: WebSettings,
        system: str,
        *,
        concurrency: int,
        rate: Rate | None = None,
    ) -> None:
        """``concurrency``: requests at once, unless the target says another number; ``rate``: what it allows."""
        self.target, self.settings, self.system = target, settings, system
        self.concurrency, self.rate = target.max_concurrency or concurrency, rate
        self._sessions: list[HttpSession] = []

    def session(
        self, *, params: Mapping[str, str], headers: Mapping[str, str], csrf: CsrfToken | None = None
    ) -> HttpSession:
        """A session below the host's root; ``params`` and ``headers`` go with every request.

        Raises ``ConfigurationError`` for a URL without a host, or plain HTTP to another machine, and
        ``AuthenticationFailed`` where no credentials were given.
        """
        target = self.target
        if not target.host:
            raise ConfigurationError(f"{self.system}://HOST: the URL names no host", system=self.system)
        root = root_url(
            target.host, port=target.port, tls=self.settings.tls, allow_insecure=target.allow_insecure
        )
        return self._opened(
            HttpSession(
                root,
                auth=self._auth(),
                csrf=csrf,
                gate=Gate(self.concurrency, target.clock, rate=self.rate),
                transport=transport_to(target),
                params=params,
                headers=headers,
                clock=target.clock,
            )
        )

    def close(self) -> None:
        """Close all connections; harmless when called twice."""
        for session in self._sessions:
            session.close()

    def _opened(self, session: HttpSession) -> HttpSession:
        self._sessions.append(session)
        return session

    def _auth(self) -> Auth | None:
        target, settings, given = self.target, self.settings, self.target.credentials
        if "token" in given:
            return Bearer(given["token"])
        if "client_id" in given:
            endpoint = token_endpoint(target, settings)
            self._sessions.append(endpoint.session)
            if not settings.by_person:
                return OAuth2(endpoint, scope=settings.scope or None, clock=target.clock)
            if target.sign_in is not None:
                return SignedIn(
                    endpoint,
                    target.sign_in,
                    hint="sign in: erp-connect login, with this URL or profile",
                    clock=target.clock,
                )
            raise ConfigurationError(
                "a person has to sign in here, and nobody has said where that is kept",
                system=self.system,
                hint="connect by erp_connect.connect()",
            )
        if target.user is not None and target.password is not None:
            if settings.auth == "ntlm":
                return ntlm(target.user, target.password)
            return Basic(target.user, target.password)
        if "certificate" in given:
            return None
        raise AuthenticationFailed(
            f"{self.system} needs user and password, a token, a client_id or a certificate",
            system=self.system,
            code="no_credentials",
        )


def settings_of(target: Target, kind: type[S], system: str) -> S:
    """The settings of a target, which are of this adapter's own kind."""
    if not isinstance(target.settings, kind):
        raise ConfigurationError(f"{system} is opened with the settings of another scheme", system=system)
    return target.settings


def token_endpoint(target: Target, settings: WebSettings) -> TokenEndpoint:
    """Where this target's tokens are had.  Raises ``ConfigurationError`` where the settings do not say."""
    given = target.credentials
    for name, known in (("client_id", given.get("client_id")), ("token_url", settings.token_url)):
        if not known:
            raise ConfigurationError(
                f"a token needs client_id and token_url: {name} is not set", hint=f"set {name}"
            )
    url = web_address("token_url", settings.token_url, target)
    return TokenEndpoint(
        HttpSession(url, transport=transport_to(target), clock=target.clock),
        url,
        client_id=given["client_id"],
        client_secret=given.get("client_secret"),
    )


def web_address(name: str, url: str, target: Target) -> str:
    """The address in a setting, as it is.

    Raises ``ConfigurationError`` for what is none, and for plain HTTP to another machine, as ``root_url`` does.
    """
    try:
        scheme, host, port = origin(url)
    except ValueError:
        scheme, host, port = "", "", 0
    if scheme not in {"http", "https"} or not host or not port:
        raise ConfigurationError(f"{name} is no address", hint="for example https://id.example/path")
    if scheme == "http" and not target.allow_insecure and not is_loopback(host):
        raise ConfigurationError(
            f"{name} would be asked without encryption",
            hint="give an https address; where the way there is protected otherwise, say allow_insecure=True",
            code="insecure",
        )
    return url


def transport_to(target: Target) -> Transport:
    """How requests of this target travel."""
    return Transport(
        read_timeout=target.timeout,
        timeout=target.timeout,
        ca=target.credentials.get("ca"),
        certificate=target.credentials.get("certificate"),
    )
