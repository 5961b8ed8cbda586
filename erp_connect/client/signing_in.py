"""Signing in: a person lets the library in once, and what comes of it is kept for every later connection."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from ..adapters.contract import Target
from ..adapters.registry import Destination, resolve
from ..adapters.web import WebSettings, token_endpoint, transport_to, web_address
from ..clock import Clock
from ..errors import AuthenticationFailed, ConfigurationError
from ..journal.opening import journal_place
from ..journal.sign_ins import InKeyring, KeptSignIn, SealedHere
from ..journal.sql_store import check_url
from ..wire.http import BrowserSignIn, DeviceSignIn, HttpSession, KeptTokens, TokenEndpoint, Tokens
from ..wire.sql import is_memory

__all__ = ["Shown", "login", "signed_in"]

_SCOPE_HINT = "ask for offline access in scope, and see that the client may have refresh tokens"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person has to do."""

    address: str
    """What to open in a browser."""
    user_code: str | None = None
    """What to enter there, for a sign-in on another device."""


def signed_in(found: Destination) -> Target:
    """The target with the place where its sign-in is kept."""
    return replace(found.target, sign_in=_kept(found))


def login(
    target: str,
    *,
    show: Callable[[Shown], None],
    pasted: Callable[[], str] | None = None,
    by_device: bool = False,
    patience: float = 300.0,
    clock: Clock | None = None,
    **settings: Any,
) -> str:
    """Let a person sign in to a URL or profile, and keep what comes of it; returns where that is.

    ``show`` tells the person what to open.  ``pasted`` asks for the address that the browser ended at, where it cannot
    reach this machine; else it is waited for, for ``patience`` seconds.  ``by_device``: the person enters a code on
    another device.  An earlier sign-in of the same user and client is replaced when the new one has succeeded.

    Raises ``ConfigurationError`` for a target that nobody signs in to, ``AuthenticationFailed`` and ``TransportError``.
    """
    found = resolve(target, settings=settings, clock=clock)
    place, given = found.target, _web_settings(found.target)
    kept = _kept(found)
    endpoint = token_endpoint(place, given)
    kept.ready()
    try:
        if by_device or not given.authorize_url:
            tokens = _on_another_device(place, given, endpoint, show)
        else:
            begun = BrowserSignIn.begun(
                web_address("authorize_url", given.authorize_url, place),
                client_id=endpoint.client_id,
                redirect_url=given.redirect_url,
                scope=given.scope,
            )
            if pasted is None:
                came = begun.awaited(lambda address: show(Shown(address)), patience=patience)
            else:
                show(Shown(begun.address))
                came = pasted()
            tokens = begun.tokens(endpoint, came)
    finally:
        endpoint.session.close()
    if tokens.refresh is None:
        raise AuthenticationFailed("the sign-in gave no token to renew it with", hint=_SCOPE_HINT)
    kept.begin(KeptTokens(tokens.refresh))
    return kept.place


def _on_another_device(
    place: Target, given: WebSettings, endpoint: TokenEndpoint, show: Callable[[Shown], None]
) -> Tokens:
    if not given.device_url:
        raise ConfigurationError(
            "nobody has said where codes for another device are had", hint="set device_url"
        )
    url = web_address("device_url", given.device_url, place)
    to_codes = HttpSession(url, transport=transport_to(place), clock=place.clock)
    with closing(to_codes):
        begun = DeviceSignIn.begun(to_codes, url, client_id=endpoint.client_id, scope=given.scope)
        show(Shown(begun.address, begun.user_code))
        return begun.tokens(endpoint, place.clock)


def _web_settings(target: Target) -> WebSettings:
    if isinstance(target.settings, WebSettings) and target.settings.by_person:
        return target.settings
    raise ConfigurationError(
        f"nobody signs in to {target.scheme}:// here",
        hint="set authorize_url (or device_url), client_id and token_url where a person has to sign in",
    )


def _kept(found: Destination) -> KeptSignIn:
    target, given = found.target, _web_settings(found.target)
    told = " ".join((target.user or "-", target.credentials.get("client_id", "-"), given.token_url))
    key = given.token_key
    if found.journal is not None:
        check_url(found.journal)
    return KeptSignIn(
        told,
        InKeyring() if key is None else SealedHere(key.get_secret_value()),
        url=journal_place if found.journal is None or is_memory(found.journal) else found.journal,
        clock=target.clock,
        timeout=target.timeout,
    )
