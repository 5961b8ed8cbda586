"""The HTTP side: addresses, who is let in, companies, limits, and where each request goes (dynamics.md 1.1 to 1.3)."""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from werkzeug.wrappers import Request, Response

from ...business.company import Company
from ...business.world import World
from ...odata.calls import Call, Reply, json_reply
from ...odata.errors import ODataError
from ...odata.values import dumps, loads
from ...odata.web import called, raw_path, response
from ...switches import PathSwitch, RestServer
from ..tokens import Tokens
from . import batch
from .companies import CompanyList
from .custom import custom_service
from .limits import Limits
from .reading import api_model, is_guid
from .refusing import correlation, shown
from .service import LATE, CompanyService
from .settings import Settings
from .webhooks import Webhooks, supported

AUDIENCE: Final = "https://api.businesscentral.dynamics.com"
_ADDRESS: Final = re.compile(r"(?P<base>/v2\.0(?:/[^/]+){1,2}|/[^/]+)/api/(?P<rest>.*)", re.DOTALL)
_COMPANY: Final = re.compile(r"companies\((?:name=)?('(?:[^']|'')*'|[^)]*)\)(?:/(.*))?", re.DOTALL)
_SAFE: Final = frozenset({"GET", "HEAD"})
_HERE: Final = frozenset({"companies", "$metadata", ""})


@dataclass
class _Waiting(PathSwitch):
    """A switch that waits for its request."""

    error: ODataError | None = None


class BusinessCentral(RestServer[_Waiting]):
    """A WSGI application: the token endpoint, and one environment in the cloud and on premises at once.

    Cloud: ``/v2.0/{tenant}/{environment}/api/v2.0`` and ``/v2.0/{environment}/api/v2.0``, with tokens; on premises:
    ``/{instance}/api/v2.0``, with HTTP Basic or tokens.
    """

    def __init__(self, world: World, settings: Settings | None = None, tokens: Tokens | None = None) -> None:
        super().__init__(_Waiting)
        self.world = world
        self.settings = settings or Settings()
        self.tokens = tokens or Tokens(world.clock, self.settings.tenant)
        self.limits = Limits(world.clock, self.settings)
        self.webhooks = Webhooks(world, self.settings)

    # ---------------------------------------------------------------- switches

    def refuse(
        self, status: int, code: str, message: str, path: str = "", method: str = "", times: int = 1
    ) -> None:
        """The next such request is refused by the application: nothing executed."""
        self._waiting.append(_Waiting(path, method, times, ODataError(status, code, message)))

    # ---------------------------------------------------------------- the application

    def respond(self, request: Request, pause: Callable[[float], None] = time.sleep) -> Response:
        """The answer to a request."""
        if self.tokens.is_for(request.path):
            return self.tokens.respond(request)
        path = raw_path(request)
        found = _ADDRESS.fullmatch(path)
        if found is None or not self._is_here(found["base"]):
            return Response("<html><body><h1>404 Not Found</h1></body></html>", 404, mimetype="text/html")
        if not self.settings.api_services:
            return response(_refused(ODataError(405, "BadRequest_MethodNotAllowed", "API services are off.")))
        cloud = found["base"].startswith("/v2.0/")
        user = self._user(request, cloud=cloud)
        if not user:
            return self._unauthorized(cloud=cloud)
        if (request.content_length or 0) > self.settings.body_limit:
            return response(_refused(ODataError(413, "BadRequest", "The request is too large.")))
        if len(request.url) > self.settings.url_limit:
            far = len(request.url) > self.settings.url_limit * 1.5
            status, code = (500, "Internal_ServerError") if far else (400, "BadRequest_InvalidRequestUrl")
            return response(_refused(ODataError(status, code, "The request URL is too long.")))
        try:
            with self.limits.admitted(user):
                reply = self._answered(request, found["base"], found["rest"], path, user, pause)
                reply.headers["request-id"] = reply.headers["ms-correlation-x"] = correlation()
                return response(_translated(reply, request.headers.get("Accept-Language", "")))
        except ODataError as error:
            return response(self._throttled(error))

    def _answered(
        self, request: Request, base: str, rest: str, path: str, user: str, pause: Callable[[float], None]
    ) -> Reply:
        api, prefix = self._api(rest)
        if api is None:
            return _refused(ODataError(404, "BadRequest_ResourceNotFound", f"Resource not found: '{rest}'."))
        call = called(request, f"{base}/api/{prefix}", path)
        call.context |= {"user": user, "api": api}
        self.webhooks.flush()
        waiting = self._spend(call.path, call.method)
        if waiting is not None and waiting.error is not None:
            return _refused(waiting.error)
        if waiting is not None:
            call.context[LATE] = str(waiting.late)
        reply = self.answer(call)
        if waiting is not None and waiting.late:
            pause(waiting.late)
        return reply

    # ---------------------------------------------------------------- addresses

    def _is_here(self, base: str) -> bool:
        parts = [unquote(part).lower() for part in base.strip("/").split("/")]
        if parts[0] != "v2.0":
            return parts == [self.settings.instance.lower()]
        tenants = {self.settings.tenant.lower(), self.tokens.tenant.lower()}
        here = parts[-1] == self.settings.environment.lower()
        return here and (len(parts) == 2 or parts[1] in tenants)

    def _api(self, rest: str) -> tuple[str | None, str]:
        for name in ("v2.0", "microsoft/runtime/beta", self.settings.custom_api):
            if rest == name or rest.startswith(f"{name}/"):
                return name, name
        return None, ""

    def answer(self, call: Call) -> Reply:
        """The answer to a call on one of the APIs, or to a part of a batch."""
        try:
            self._allowed(call)
            if call.path == "$batch":
                return self._batch(call)
            if call.path.partition("(")[0].partition("/")[0] == "subscriptions":
                return self.webhooks.answer(call)
            return self._of_company(call)
        except ODataError as error:
            return _refused(error, call)

    def _batch(self, call: Call) -> Reply:
        if call.method != "POST":
            raise ODataError(405, "BadRequest_MethodNotAllowed", "$batch is posted to.")
        kind = call.header("content-type").partition(";")[0].strip().lower()
        if kind == "multipart/mixed":
            return batch.multipart(call, self.answer)
        if kind != "application/json":
            raise ODataError(415, "BadRequest", "The media type of the batch is not supported.")
        return batch.answered(call, self.answer, self.world, self.settings)

    def _of_company(self, call: Call) -> Reply:
        found = _COMPANY.fullmatch(unquote(call.path))
        model = api_model(self.settings.version, return_orders=self.settings.return_orders)
        head = call.path.partition("/")[0].partition("(")[0]
        if found is None and head in _HERE:
            return CompanyList(self.world.companies.values, self.settings, model).answer(call)
        if found is not None and not found[2]:
            company = self._company(found[1])
            call.path = f"companies({company.id})"
            return CompanyList(self.world.companies.values, self.settings, model).answer(call)
        company = self._company(found[1]) if found is not None else self._default(call)
        if found is not None:
            call.context["prefix"] = f"companies({company.id})/"
            call.path = call.path.partition("/")[2]
        match call.context["api"]:
            case "v2.0":
                return CompanyService(company, self.settings, model).answer(call)
            case "microsoft/runtime/beta":
                return supported(call, model)
            case _:
                return custom_service(company, self.settings).answer(call)

    def _company(self, key: str) -> Company:
        text = key[1:-1].replace("''", "'") if key.startswith("'") else key
        for company in self.world.companies.values():
            if text == company.name or text.lower() == str(company.id):
                return company
        if not key.startswith("'") and not is_guid(text):
            raise ODataError(400, "Application_InvalidGUID", "The GUID is not valid.")
        raise ODataError(404, "Internal_CompanyNotFound", f"Cannot find the company '{text}'.")

    def _default(self, call: Call) -> Company:
        named = call.option("company") or call.header("company")
        if named:
            return self._company(named if is_guid(named) else f"'{named}'")
        companies = list(self.world.companies.values())
        if len(companies) != 1:
            raise ODataError(404, "Internal_CompanyNotFound", "Cannot find the company; name one.")
        return companies[0]

    # ---------------------------------------------------------------- who is let in

    def _user(self, request: Request, *, cloud: bool) -> str:
        header = request.headers.get("Authorization", "")
        scheme, _, text = header.partition(" ")
        if scheme.lower() == "basic" and not cloud:
            name, _, secret = _basic(text).partition(":")
            return name if self.settings.users.get(name) == secret else ""
        application = self.tokens.whose(header, AUDIENCE)
        return "" if application in self.settings.unregistered else application

    def _unauthorized(self, *, cloud: bool) -> Response:
        if cloud:
            error = ODataError(
                401,
                "Authentication_InvalidCredentials",
                "The server has rejected the client credentials.",
            )
            return response(_refused(error))
        body = {"error": {"code": "Unauthorized", "message": "The credentials provided are incorrect."}}
        answer = response(json_reply(401, body, "application/json"))
        answer.headers["WWW-Authenticate"] = 'Basic realm="Business Central", charset="UTF-8"'
        return answer

    def _allowed(self, call: Call) -> None:
        if call.method in _SAFE or call.path == "$batch":
            return
        if call.context["user"] in self.settings.read_only_users:
            text = (
                "You do not have the following permissions on TableData Sales Header: Insert, Modify, Delete."
            )
            raise ODataError(403, "Authorization_RequestDenied", text)
        if call.header("data-access-intent").lower() == "readonly":
            text = "A request with a read-only intent cannot change anything."
            raise ODataError(400, "BadRequest_InvalidOperation", text)

    def _throttled(self, error: ODataError) -> Reply:
        reply = _refused(error)
        seconds = self.settings.retry_after_on_429 if error.status == 429 else 30
        if seconds is not None:
            reply.headers["Retry-After"] = str(seconds)
        return reply


def _refused(error: ODataError, call: Call | None = None) -> Reply:
    segment = call.path.partition("/")[0].partition("(")[0] if call is not None else ""
    kind = "application/json; odata.metadata=minimal"
    return json_reply(error.status, shown(error, segment, segment), kind, OData_Version="4.0")


def _translated(reply: Reply, language: str) -> Reply:
    """A refusal in the caller's language (dynamics.md 1.14); nobody should read its text."""
    if reply.status < 400 or not language or language.lower().startswith(("en", "*")):
        return reply
    body = loads(reply.body)
    text, mark, rest = str(body["error"]["message"]).partition("  CorrelationId:")
    body["error"]["message"] = f"[{language}] {text[::-1]}{mark}{rest}"
    return Reply(reply.status, dumps(body).encode(), reply.headers)


def _basic(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
