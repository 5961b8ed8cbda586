"""Sage ID: a person signs in once, applications get tokens for a code, and new ones for a refresh token."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from .....clock import Clock
from .settings import Settings

AUDIENCE: Final = "s200ukipd/sage200"
_CODE_SECONDS: Final = 600


@dataclass
class Application:
    """Whom Sage has given credentials; addresses to return to are part of them."""

    secret: str
    redirects: set[str]


@dataclass
class _Grant:
    """What somebody allowed an application; every token of it knows it."""

    application: str
    user: str
    scope: str
    ended: bool = False


@dataclass
class _Code:
    grant: _Grant
    redirect: str
    challenge: str
    until: datetime


@dataclass
class _Token:
    grant: _Grant
    until: datetime
    spent: bool = False


@dataclass
class SageId:
    """``/authorize`` and ``/oauth/token``; the person at the browser is ``person``, signed in already."""

    clock: Clock
    settings: Settings
    person: str = "orders@harbour.example"
    consents: bool = True
    """Whether the person allows what applications ask for."""
    applications: dict[str, Application] = field(
        default_factory=lambda: {
            "order-robot": Application(
                "s3cret", {"http://127.0.0.1:8400/callback", "http://localhost/callback"}
            )
        }
    )
    _codes: dict[str, _Code] = field(default_factory=dict)
    _access: dict[str, _Token] = field(default_factory=dict)
    _refresh: dict[str, _Token] = field(default_factory=dict)

    # ---------------------------------------------------------------- for the API and for tests

    def whose(self, header: str) -> str:
        """Whom an ``Authorization`` header speaks for; blank where it is not good."""
        scheme, _, text = header.partition(" ")
        token = self._access.get(text.strip())
        good = token is not None and not token.grant.ended and self.clock.now() < token.until
        return token.grant.user if token is not None and good and scheme.lower() == "bearer" else ""

    def token(self, user: str = "", application: str = "order-robot") -> str:
        """An access token without asking for it, for tests of other things."""
        return self._new_access(_Grant(application, user or self.person, "openid"))

    def expire(self) -> None:
        """Every access token that is out runs out now."""
        for token in self._access.values():
            token.until = self.clock.now()

    def withdraw(self) -> None:
        """The person takes back what was allowed: no token is good any more."""
        for token in (*self._access.values(), *self._refresh.values()):
            token.grant.ended = True

    # ---------------------------------------------------------------- the endpoints

    def respond(self, request: Request) -> Response:
        """An answer of one of the two endpoints."""
        wanted = "GET" if request.path == "/authorize" else "POST"
        if request.method != wanted:
            return Response("Method not allowed", 405, {"Allow": wanted}, mimetype="text/plain")
        return self._authorize(request) if wanted == "GET" else self._answered(request)

    def _authorize(self, request: Request) -> Response:
        asked = request.args
        application = self.applications.get(asked.get("client_id", ""))
        if application is None or asked.get("redirect_uri") not in application.redirects:
            return Response(
                "<html><body><h1>Oops!, something went wrong</h1></body></html>", 403, mimetype="text/html"
            )
        answer = {"state": asked["state"]} if "state" in asked else {}
        if asked.get("response_type") != "code":
            answer |= {"error": "unsupported_response_type", "error_description": "Unsupported response type"}
        elif asked.get("audience") != AUDIENCE:
            answer |= {"error": "access_denied", "error_description": "Service not found"}
        elif not self.consents:
            answer |= {"error": "access_denied", "error_description": "User did not authorize the request"}
        else:
            code = secrets.token_urlsafe(24)
            grant = _Grant(asked["client_id"], self.person, asked.get("scope", ""))
            until = self.clock.now() + timedelta(seconds=_CODE_SECONDS)
            self._codes[code] = _Code(grant, asked["redirect_uri"], asked.get("code_challenge", ""), until)
            answer |= {"code": code}
        return Response("", 302, {"Location": f"{asked['redirect_uri']}?{urlencode(answer)}"})

    def _answered(self, request: Request) -> Response:
        form = _form(request)
        known = self.applications.get(form.get("client_id", ""))
        if known is None or not secrets.compare_digest(known.secret, form.get("client_secret", "")):
            return _json(401, {"error": "access_denied", "error_description": "Unauthorized"})
        match form.get("grant_type"):
            case "authorization_code":
                return self._for_code(form)
            case "refresh_token":
                return self._for_refresh(form)
            case "client_credentials":
                return _no(
                    403, "unauthorized_client", "Grant type 'client_credentials' not allowed for the client."
                )
        return _no(400, "unsupported_grant_type", "The grant type is not supported.")

    def _for_code(self, form: Mapping[str, str]) -> Response:
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or self.clock.now() >= code.until or code.grant.application != form["client_id"]:
            return self._invalid("Invalid authorization code")
        if form.get("redirect_uri") != code.redirect:
            return self._invalid("The redirect URI is not the one that the code was given to.")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if code.challenge and base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != code.challenge:
            return self._invalid("Failed to verify code verifier")
        refresh = self._new_refresh(code.grant) if "offline_access" in code.grant.scope.split() else ""
        return self._given(code.grant, refresh)

    def _for_refresh(self, form: Mapping[str, str]) -> Response:
        sent = form.get("refresh_token", "")
        token = self._refresh.get(sent)
        if token is not None and token.spent and self.settings.reuse_ends_all:
            token.grant.ended = True
        good = (
            token is not None and not token.spent and not token.grant.ended and self.clock.now() < token.until
        )
        if token is None or not good or token.grant.application != form["client_id"]:
            return self._invalid("Unknown or invalid refresh token.")
        if not self.settings.rotates:
            return self._given(token.grant, "")
        token.spent = True
        return self._given(token.grant, self._new_refresh(token.grant))

    def _given(self, grant: _Grant, refresh: str) -> Response:
        answer = {
            "access_token": self._new_access(grant),
            "scope": grant.scope,
            "expires_in": self.settings.access_seconds,
            "token_type": "Bearer",
        }
        return _json(200, answer | ({"refresh_token": refresh} if refresh else {}))

    def _new_access(self, grant: _Grant) -> str:
        text = f"ey{secrets.token_urlsafe(40)}"
        until = self.clock.now() + timedelta(seconds=self.settings.access_seconds)
        self._access[text] = _Token(grant, until)
        return text

    def _new_refresh(self, grant: _Grant) -> str:
        text = f"v1.{secrets.token_urlsafe(40)}"
        self._refresh[text] = _Token(grant, self.clock.now() + timedelta(days=self.settings.refresh_days))
        return text

    def _invalid(self, text: str) -> Response:
        return _no(self.settings.grant_refused, "invalid_grant", text)


def _form(request: Request) -> dict[str, str]:
    if request.mimetype != "application/json":
        return request.form.to_dict()
    sent = request.get_json(silent=True)
    found = sent if isinstance(sent, dict) else {}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _no(status: int, error: str, text: str) -> Response:
    return _json(status, {"error": error, "error_description": text})


def _json(status: int, body: dict[str, Any]) -> Response:
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return Response(json.dumps(body), status, headers, content_type="application/json")
