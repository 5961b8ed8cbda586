"""Where applications get tokens: the OAuth 2.0 endpoint before all cloud products (dynamics.md 1.2)."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from ....clock import Clock, SystemClock

_PATH: Final = re.compile(r"/([^/]+)/oauth2/(v2\.0/)?token")
_DEFAULT: Final = "/.default"


@dataclass(frozen=True)
class Token:
    """Who may do what until when."""

    application: str
    audience: str
    expires: datetime


class Tokens:
    """A WSGI application: ``POST /{tenant}/oauth2/v2.0/token`` with client credentials.

    The older ``/{tenant}/oauth2/token`` with ``resource`` works too.  A product asks ``whose`` a header is.
    """

    def __init__(self, clock: Clock | None = None, tenant: str = "harbour.example") -> None:
        self.clock: Clock = clock or SystemClock()
        self.tenant = tenant
        self.applications = {"order-robot": "s3cret"}
        """Secrets by client id."""
        self.expired_secrets: set[str] = set()
        """Applications whose secret has run out."""
        self.lifetime = 3599
        """Seconds that a token is good for."""
        self.issued: dict[str, Token] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """A WSGI application."""
        return self.respond(Request(environ))(environ, start_response)

    @staticmethod
    def is_for(path: str) -> bool:
        """Whether a path is one of the token endpoint."""
        return _PATH.fullmatch(path) is not None

    def expire(self) -> None:
        """Every token that is out runs out now."""
        now = self.clock.now()
        self.issued = {text: Token(t.application, t.audience, now) for text, t in self.issued.items()}

    def whose(self, header: str, audience: str) -> str:
        """The application that an ``Authorization`` header speaks for; blank where it is not good for the audience."""
        scheme, _, text = header.partition(" ")
        token = self.issued.get(text.strip())
        good = token is not None and token.audience == audience and self.clock.now() < token.expires
        return token.application if token is not None and good and scheme.lower() == "bearer" else ""

    def token(self, audience: str, application: str = "order-robot") -> str:
        """A token without asking for it, for tests of other things."""
        text = f"ey{secrets.token_urlsafe(40)}"
        expires = self.clock.now() + timedelta(seconds=self.lifetime)
        self.issued[text] = Token(application, audience, expires)
        return text

    # ---------------------------------------------------------------- the endpoint

    def respond(self, request: Request) -> Response:
        """A token, or why there is none."""
        found = _PATH.fullmatch(request.path)
        if found is None:
            return Response("Not found", 404, mimetype="text/plain")
        if request.method != "POST":
            return Response("Method not allowed", 405, mimetype="text/plain")
        form = request.form.to_dict()
        if found[1].lower() != self.tenant.lower():
            return _refused(400, "invalid_request", 90002, f"Tenant '{found[1]}' not found.")
        if form.get("grant_type") != "client_credentials":
            return _refused(400, "unsupported_grant_type", 70003, "The grant type is not supported.")
        return self._granted(form, second=bool(found[2]))

    def _granted(self, form: dict[str, str], *, second: bool) -> Response:
        application = form.get("client_id", "")
        known = self.applications.get(application)
        if known is None:
            text = f"Application with identifier '{application}' was not found in the directory."
            return _refused(400, "unauthorized_client", 700016, text)
        if not secrets.compare_digest(known.encode(), form.get("client_secret", "").encode()):
            return _refused(401, "invalid_client", 7000215, "Invalid client secret provided.")
        if application in self.expired_secrets:
            return _refused(401, "invalid_client", 7000222, "The provided client secret keys are expired.")
        wanted = form.get("scope" if second else "resource", "")
        if not wanted or (second and not wanted.endswith(_DEFAULT)):
            return _refused(400, "invalid_scope", 70011, "The provided value for 'scope' is not valid.")
        audience = wanted.removesuffix(_DEFAULT) if second else wanted
        answer = {
            "token_type": "Bearer",
            "expires_in": self.lifetime,
            "ext_expires_in": self.lifetime,
            "access_token": self.token(audience, application),
        }
        return _json(200, answer)


def _refused(status: int, error: str, number: int, text: str) -> Response:
    described = f"AADSTS{number}: {text}"
    return _json(status, {"error": error, "error_description": described, "error_codes": [number]})


def _json(status: int, body: dict[str, Any]) -> Response:
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return Response(json.dumps(body), status, headers, content_type="application/json; charset=utf-8")
