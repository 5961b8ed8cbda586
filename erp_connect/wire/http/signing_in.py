"""A person signs in once: in a browser that comes back to this machine (RFC 8252), or on another device (RFC 8628)."""

from __future__ import annotations

import secrets
import socket
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from ...clock import Clock
from ...errors import AuthenticationFailed, ConfigurationError, TransportError
from .addresses import is_loopback
from .oauth import TokenEndpoint, Tokens, complaint, posted, reason, seconds
from .sessions import HttpSession

__all__ = ["BrowserSignIn", "DeviceSignIn"]

_AGAIN: Final = "sign in again"
_DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
_SLOWER: Final = 5.0
"""Seconds to wait longer where the server asks for it (RFC 8628, 3.5)."""
_DEVICE_LIFE: Final = 300.0
"""Seconds that a device's code is taken to live where the server does not say."""
_POLL: Final = 0.1
"""Seconds after which the listener ends at the latest."""
_PAGE: Final = (
    "<!doctype html><meta charset=utf-8><title>erp-connect</title><p>{text} You may close this window."
)


@dataclass(frozen=True, slots=True)
class BrowserSignIn:
    """A sign-in in a browser; the code that it brings back is good only for who began it (PKCE, RFC 7636)."""

    address: str
    """What the browser has to open."""
    redirect_url: str
    _state: str = field(repr=False)
    _verifier: str = field(repr=False)

    @classmethod
    def begun(cls, authorize_url: str, *, client_id: str, redirect_url: str, scope: str) -> BrowserSignIn:
        """``redirect_url`` is one of those registered for the client, and leads to this machine."""
        if not _leads_here(redirect_url):
            raise ConfigurationError(
                "redirect_url does not lead to this machine",
                hint="register one such as http://127.0.0.1:8400/callback for the client",
            )
        state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        asked = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": redirect_url,
            "state": state,
            "code_challenge": urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        } | ({"scope": scope} if scope else {})
        joint = "&" if urlsplit(authorize_url).query else "?"
        return cls(f"{authorize_url}{joint}{urlencode(asked)}", redirect_url, state, verifier)

    def awaited(self, show: Callable[[str], None], *, patience: float) -> str:
        """Show the address, and wait for the browser to come back; the address that it came back to.

        Raises ``ConfigurationError`` where the port is taken, ``AuthenticationFailed`` where nobody comes in time.
        """
        wanted = urlsplit(self.redirect_url)
        with _listening(wanted.hostname or "", wanted.port or 80) as server:
            server.path, server.state = wanted.path or "/", self._state
            threading.Thread(target=server.serve_forever, args=(_POLL,), daemon=True).start()
            try:
                show(self.address)  # a browser in the terminal comes back before this returns
                server.over.wait(min(patience, threading.TIMEOUT_MAX))
            finally:
                server.shutdown()
        if server.came is None:
            raise AuthenticationFailed(
                f"nobody has signed in within {patience:.0f} seconds", hint=_AGAIN, code="sign_in_needed"
            )
        return server.came

    def tokens(self, endpoint: TokenEndpoint, came: str) -> Tokens:
        """What the address that the browser came back to is good for."""
        said = _query(came)
        if not secrets.compare_digest(said.get("state", "").encode(), self._state.encode()):
            raise AuthenticationFailed("this answer belongs to another sign-in", hint=_AGAIN)
        if "code" not in said:
            raise AuthenticationFailed(
                f"the sign-in was refused ({reason(said) or 'no code'})", hint=_AGAIN, native=complaint(said)
            )
        return endpoint.tokens(
            {
                "grant_type": "authorization_code",
                "code": said["code"],
                "redirect_uri": self.redirect_url,
                "code_verifier": self._verifier,
            },
            hint=_AGAIN,
        )


def _leads_here(redirect_url: str) -> bool:
    try:
        parts = urlsplit(redirect_url)
        return parts.scheme == "http" and is_loopback(parts.hostname or "") and parts.port != 0
    except ValueError:
        return False


def _query(came: str) -> dict[str, str]:
    """What an address tells; nothing where it is none, for a person may have pasted anything."""
    try:
        came.encode()
        return dict(parse_qsl(urlsplit(came.strip()).query))
    except ValueError:
        return {}


class _Answering(BaseHTTPRequestHandler):
    timeout = 10.0
    server: _Listener

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        said = dict(parse_qsl(asked.query))
        if asked.path != self.server.path or said.get("state") != self.server.state:
            self.send_error(404)
            return
        try:
            self._show("You are signed in." if "code" in said else "The sign-in was refused.")
        finally:  # the code is good whether the browser waits for the page or not
            self.server.came = self.path
            self.server.over.set()

    def _show(self, text: str) -> None:
        page = _PAGE.format(text=text).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: Any) -> None:
        """The address holds the code: it is written nowhere."""


class _Listener(ThreadingHTTPServer):
    """Waits for the one request that carries our state; whatever else knocks is sent away, and keeps nobody waiting."""

    path = "/"
    state = ""
    came: str | None = None

    def __init__(self, place: tuple[str, int]) -> None:
        self.over = threading.Event()
        super().__init__(place, _Answering)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Somebody who hangs up before the answer does not end the wait."""


class _IPv6Listener(_Listener):
    address_family = socket.AF_INET6


def _listening(host: str, port: int) -> _Listener:
    kind = _IPv6Listener if ":" in host else _Listener
    try:
        return kind((host, port))
    except OSError as failure:
        raise ConfigurationError(
            f"nobody can listen at port {port} of this machine: {failure.strerror}",
            hint="end what listens there, or set redirect_url to another one that is registered for the client",
        ) from failure


@dataclass(frozen=True, slots=True)
class DeviceSignIn:
    """A sign-in on any device that has a browser: there the person enters a short code."""

    address: str
    user_code: str
    _device_code: str = field(repr=False)
    _interval: float
    _life: float

    @classmethod
    def begun(cls, session: HttpSession, device_url: str, *, client_id: str, scope: str) -> DeviceSignIn:
        """Ask for a code.  Raises ``AuthenticationFailed`` where the client may not have one."""
        form = {"client_id": client_id} | ({"scope": scope} if scope else {})
        status, said = posted(session, device_url, form)
        needed = (said.get(name) for name in ("verification_uri", "user_code", "device_code"))
        if not 200 <= status < 300 or not all(isinstance(each, str) for each in needed):
            raise AuthenticationFailed(
                f"no sign-in on another device was offered ({status})",
                hint="see whether the client is registered for it, or sign in with a browser",
                native=complaint(said),
            )
        complete = said.get("verification_uri_complete")
        return cls(
            address=complete if isinstance(complete, str) and complete else said["verification_uri"],
            user_code=said["user_code"],
            _device_code=said["device_code"],
            _interval=max(seconds(said.get("interval"), _SLOWER), 1.0),
            _life=seconds(said.get("expires_in"), _DEVICE_LIFE),
        )

    def tokens(self, endpoint: TokenEndpoint, clock: Clock) -> Tokens:
        """Wait until the person has entered the code."""
        ends, pause = clock.monotonic() + self._life, self._interval
        form = {"grant_type": _DEVICE_GRANT, "device_code": self._device_code}
        while clock.monotonic() + pause < ends:
            clock.sleep(pause)
            try:
                return endpoint.tokens(form, hint=_AGAIN)
            except AuthenticationFailed as refused:
                if "slow_down" in refused.native:
                    pause += _SLOWER
                elif "authorization_pending" not in refused.native:
                    raise
            except TransportError as failure:
                if not failure.retryable:
                    raise
                pause *= 2  # RFC 8628, 3.5: after a time-out less often
        raise AuthenticationFailed("nobody has entered the code in time", hint=_AGAIN, code="sign_in_needed")
