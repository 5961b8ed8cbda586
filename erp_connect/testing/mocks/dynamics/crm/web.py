"""The HTTP side: the address, who is let in, limits, and switches that break it (dynamics.md 4.1, 4.7)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from werkzeug.wrappers import Request, Response

from ...odata.calls import Call, json_reply
from ...odata.errors import ODataError
from ...odata.web import called, raw_path, response
from ...switches import PathSwitch, RestServer
from ..tokens import Tokens
from . import refusing
from .organization import Organization
from .service import LATE, DataService
from .throttling import Protection, Throttled

ROOT: Final = "/api/data/v9.2"
_IMPERSONATING: Final = ("CallerObjectId", "MSCRMCallerID")


@dataclass
class _Waiting(PathSwitch):
    """A switch that waits for its request."""

    error: ODataError | None = None


class Dataverse(RestServer[_Waiting]):
    """A WSGI application: the token endpoint and one environment, below ``/api/data/v9.2``.

    Tokens are good for ``settings.environment`` or for the root that is called, without a slash at the end.
    """

    def __init__(self, organization: Organization, tokens: Tokens | None = None) -> None:
        super().__init__(_Waiting)
        self.organization, self.settings = organization, organization.settings
        self.world = organization.world
        self.tokens = tokens or Tokens(self.world.clock)
        self.service = DataService(organization)
        self.protection = Protection(self.world.clock, self.settings)

    # ---------------------------------------------------------------- switches

    def refuse(
        self, status: int, code: str, message: str, path: str = "", method: str = "", times: int = 1
    ) -> None:
        """The next such request is refused by the platform, e.g. by a plug-in: nothing executed."""
        self._waiting.append(_Waiting(path, method, times, ODataError(status, code, message)))

    # ---------------------------------------------------------------- the application

    def respond(self, request: Request, pause: Callable[[float], None] = time.sleep) -> Response:
        """The answer to a request."""
        if self.tokens.is_for(request.path):
            return self.tokens.respond(request)
        path = raw_path(request)
        if path != ROOT and not path.startswith(f"{ROOT}/"):
            return Response("<html><body><h1>404 Not Found</h1></body></html>", 404, mimetype="text/html")
        application = self._application(request)
        if not application:
            return self._unauthorized()
        call = called(request, ROOT, path)
        try:
            call.context["user"] = str(self._user(request, application))
            if len(call.body) > self.settings.body_limit:
                raise ODataError(413, "0x0", "The request entity is too large.")
            with self.protection.admitted(application):
                answer = self._answered(call, application, pause)
            if answer.status_code < 400:
                answer.headers.update(self.protection.left(application))
            return answer
        except Throttled as throttled:
            return self._later(throttled)
        except ODataError as error:
            return response(self.service.refusal(error, call))

    def _answered(self, call: Call, application: str, pause: Callable[[float], None]) -> Response:
        waiting = self._spend(call.path, call.method)
        if waiting is not None and waiting.error is not None:
            return response(self.service.refusal(waiting.error, call))
        if waiting is not None:
            call.context[LATE] = str(waiting.late)
        reply = self.service.answer(call)
        if waiting is not None and waiting.late:
            pause(waiting.late)
            self.protection.spend(application, waiting.late)
        return response(reply)

    # ---------------------------------------------------------------- who asks

    def _application(self, request: Request) -> str:
        header = request.headers.get("Authorization", "")
        audiences = {self.settings.environment, f"{request.scheme}://{request.host}"}
        return next((found for a in audiences if (found := self.tokens.whose(header, a))), "")

    def _user(self, request: Request, application: str) -> UUID:
        """The application's user, or the one that it acts for."""
        users = self.organization.data["systemuser"]
        for name in _IMPERSONATING:
            text = request.headers.get(name)
            if text is not None:
                found = next((user for user in users if str(user.id) == text.lower()), None)
                if found is None or found.values.get("isdisabled"):
                    raise refusing.not_privileged("prvActOnBehalfOfAnotherUser")
                return found.id
        own = users.by("domainname", application)
        if application in self.settings.unregistered or own is None:
            raise ODataError(403, "0x80072560", "The user is not a member of the organization.")
        return own.id

    def _unauthorized(self) -> Response:
        answer = Response("", 401)
        authority = f"https://login.microsoftonline.com/{self.tokens.tenant}/oauth2/authorize"
        told = f'Bearer authorization_uri="{authority}", resource_id="{self.settings.environment}/"'
        answer.headers["WWW-Authenticate"] = told
        return answer

    def _later(self, throttled: Throttled) -> Response:
        error = ODataError(429, throttled.code, str(throttled))
        body = refusing.shown(error, self.settings, "")
        reply = json_reply(429, body, "application/json; odata.metadata=minimal", OData_Version="4.0")
        reply.headers["Retry-After"] = str(throttled.seconds)
        return response(reply)
