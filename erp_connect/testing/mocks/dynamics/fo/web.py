"""The HTTP side: addresses, who is let in, throttling, and the lists of entities (dynamics.md 3.1, 3.7)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from werkzeug.wrappers import Request, Response

from ...business.world import World
from ...odata.calls import Call, json_reply
from ...odata.errors import ODataError
from ...odata.web import called, raw_path, response
from ...switches import PathSwitch, RestServer
from ..tokens import Tokens
from .model import AOT
from .refusing import INFOLOG, shown
from .service import LATE, DataService
from .settings import Settings
from .throttling import Throttled, Throttling

ROOTS: Final = ("/data", "/namespaces/AXSF/data")
"""Where the service is: in the cloud, and on premises."""


@dataclass
class _Waiting(PathSwitch):
    """A switch that waits for its request."""

    entry: str = ""


class FinanceOperations(RestServer[_Waiting]):
    """A WSGI application: the token endpoint and one environment.

    Tokens are good for ``settings.environment`` or for the root that is called, without a slash at the end.
    """

    def __init__(self, world: World, settings: Settings | None = None, tokens: Tokens | None = None) -> None:
        super().__init__(_Waiting)
        self.world = world
        self.settings = settings or Settings()
        self.tokens = tokens or Tokens(world.clock)
        self.service = DataService(world, self.settings)
        self.throttling = Throttling(world.clock, self.settings)

    # ---------------------------------------------------------------- switches

    def refuse(self, entry: str, path: str = "", method: str = "", times: int = 1) -> None:
        """The next such request is refused with this entry in the log, e.g. "Error: ...": nothing executed."""
        self._waiting.append(_Waiting(path, method, times, entry))

    # ---------------------------------------------------------------- the application

    def respond(self, request: Request, pause: Callable[[float], None] = time.sleep) -> Response:
        """The answer to a request."""
        if self.tokens.is_for(request.path):
            return self.tokens.respond(request)
        path = raw_path(request)
        root = next((r for r in ROOTS if path == r or path.startswith(f"{r}/")), "")
        if not root and not path.startswith("/metadata/"):
            return Response("<html><body><h1>404 Not Found</h1></body></html>", 404, mimetype="text/html")
        user = self._user(request)
        if not user:
            answer = Response(
                "<html><body><h1>401 Unauthorized</h1></body></html>", 401, mimetype="text/html"
            )
            answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        try:
            with self.throttling.admitted(user):
                if not root:
                    return self._described(path.removeprefix("/metadata/"))
                return self._answered(called(request, root, path), user, pause)
        except Throttled as throttled:
            return self._later(throttled)

    def _answered(self, call: Call, user: str, pause: Callable[[float], None]) -> Response:
        call.context |= {"user": user, "company": self.settings.default_companies.get(user, "")}
        waiting = self._spend(call.path, call.method)
        if waiting is not None and waiting.entry:
            text = f"Write failed for table row. Infolog: {waiting.entry}"
            error = ODataError(self.settings.refusal_status, INFOLOG, text, target=_WRITING)
            return response(self.service.refusal(error, call))
        if waiting is not None:
            call.context[LATE] = str(waiting.late)
        reply = self.service.answer(call)
        if waiting is not None and waiting.late:
            pause(waiting.late)
        return response(reply)

    def _user(self, request: Request) -> str:
        header = request.headers.get("Authorization", "")
        for audience in (self.settings.environment, f"{request.scheme}://{request.host}"):
            application = self.tokens.whose(header, audience)
            if application:
                return "" if application in self.settings.unregistered else application
        return ""

    def _later(self, throttled: Throttled) -> Response:
        error = ODataError(429, "throttled", str(throttled))
        reply = json_reply(429, shown(error, ""), "application/json; odata.metadata=minimal")
        reply.headers["Retry-After"] = str(self.settings.retry_after)
        return response(reply)

    # ---------------------------------------------------------------- /metadata

    def _described(self, what: str) -> Response:
        """The lists of what is public, outside of OData."""
        model = self.service.model
        told: list[dict[str, Any]]
        match what:
            case "DataEntities" | "PublicEntities":
                told = [
                    {
                        "Name": AOT.get(name, entity_set.type) if what == "DataEntities" else entity_set.type,
                        "PublicEntityName": entity_set.type,
                        "PublicCollectionName": name,
                        "EntitySetName": name,
                        "IsReadOnly": not (entity_set.creatable or entity_set.updatable),
                    }
                    for name, entity_set in model.sets.items()
                ]
            case "PublicEnumerations":
                told = [
                    {"Name": name, "Members": [{"Name": m, "Value": v} for m, v in members.items()]}
                    for name, members in model.enums.items()
                ]
            case _:
                return Response("<html><body><h1>404 Not Found</h1></body></html>", 404, mimetype="text/html")
        return response(json_reply(200, {"value": told}, "application/json; charset=utf-8"))


_WRITING: Final = "Microsoft.Dynamics.Platform.Integration.Services.OData.AxODataWriteException"
