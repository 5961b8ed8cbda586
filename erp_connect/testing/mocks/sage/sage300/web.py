"""The HTTP side: addresses, who is let in, and where each request goes (sage.md 3.1, 3.3)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote

from werkzeug.wrappers import Request, Response

from ...business.refusals import Refusal
from ...business.world import World
from ...odata.values import dumps
from ...odata.web import raw_path
from ...switches import PathSwitch, RestServer
from .catalogue import MODULES, offered
from .discovery import metadata, swagger
from .feeds import asked, entity, feed, given
from .keys import Address, address, key_in
from .properties import blank, entered, loaded
from .refusing import Refused, shown, worded
from .resources import Desk, Resource
from .settings import Settings

LANDING: Final = "/Sage300WebApi"
_ADDRESS: Final = re.compile(r"/Sage300WebApi/v1\.0/-/([^/]+)/([^/]+)/(.+)", re.DOTALL)
_JSON: Final = "application/json; charset=utf-8"


@dataclass
class _Waiting(PathSwitch):
    """A switch that waits for its request."""

    refused: Refused | None = None


class Sage300(RestServer[_Waiting]):
    """A WSGI application: one Web API host with all companies of the world, each under its name."""

    def __init__(self, world: World, settings: Settings | None = None) -> None:
        super().__init__(_Waiting)
        self.world = world
        self.settings = settings or Settings()
        self._called: datetime | None = None
        self._running = 0

    # ---------------------------------------------------------------- switches

    def refuse(self, code: str, text: str, path: str = "", method: str = "", times: int = 1) -> None:
        """The next such request is refused with a code: nothing executed."""
        self._waiting.append(_Waiting(path, method, times, Refused(code, text)))

    # ---------------------------------------------------------------- the application

    def respond(self, request: Request, pause: Callable[[float], None] = time.sleep) -> Response:
        """The answer to a request."""
        path = raw_path(request)
        if path.rstrip("/") == LANDING and request.method == "GET":
            return self._landing(request)
        found = _ADDRESS.fullmatch(path)
        if found is None:
            return Response("<html><body><h1>404 Not Found</h1></body></html>", 404, mimetype="text/html")
        self._warm(pause)
        try:
            with self._admitted():
                return self._answered(request, found, pause)
        except Refused as refused:
            return self._refusal(refused)
        except Refusal as refusal:
            return self._refusal(worded(refusal))
        except ArithmeticError:
            return self._refusal(Refused("FieldInvalid", "A value is too large."))

    def _refusal(self, refused: Refused) -> Response:
        status = self.settings.statuses.get(refused.code, 500)
        answer = self._json(status, shown(refused))
        if status == 401:
            answer.headers["WWW-Authenticate"] = 'Basic realm="Sage300WebApi"'
        return answer

    def _landing(self, request: Request) -> Response:
        if "application/json" in request.headers.get("Accept", ""):
            return self._json(200, swagger(self.settings))
        return Response("<html><body><h1>Sage 300 Web API</h1></body></html>", 200, mimetype="text/html")

    def _warm(self, pause: Callable[[float], None]) -> None:
        now, before = self.world.clock.now(), self._called
        self._called = now
        idle = timedelta(minutes=self.settings.idle_minutes)
        if self.settings.warm_up and (before is None or now - before >= idle):
            pause(self.settings.warm_up)
            self._called = self.world.clock.now()

    @contextmanager
    def _admitted(self) -> Iterator[None]:
        with self._spending:
            self._running += 1
            over = self.settings.concurrent and self._running > self.settings.concurrent
        try:
            if over:
                raise Refused("TooManyRequests", "Too many requests are being processed.")
            yield
        finally:
            with self._spending:
                self._running -= 1

    def _answered(self, request: Request, found: re.Match[str], pause: Callable[[float], None]) -> Response:
        user = self._user(request)
        if request.mimetype != "application/json":
            raise Refused("InternalServerError", "An unexpected error occurred.")
        desk = self._desk(unquote(found[1]))
        module = unquote(found[2])
        if module not in MODULES:
            raise Refused("ResourceNotFound", f"The resource '{module}' does not exist.")
        if module not in self.settings.rights.get(user, MODULES):
            raise Refused("Forbidden", f"User {user} has no Web API access to {module}.")
        rest = unquote(found[3])
        waiting = self._spend(f"{module}/{rest}", request.method)
        if waiting is not None and waiting.refused is not None:
            raise waiting.refused
        if rest == "$metadata" and request.method == "GET":
            return Response(metadata(self.settings, module), 200, content_type="application/xml")
        at = address(rest)
        resource = offered(self.settings).get((module, at.resource))
        if resource is None:
            raise Refused("ResourceNotFound", f"The resource '{at.resource}' does not exist.")
        if request.method not in resource.verbs:
            raise Refused(
                "MethodNotAllowed", f"The method '{request.method}' is not allowed for this resource."
            )
        late = 0.0 if waiting is None else waiting.late
        answer = self._done(request, desk, resource, at, late)
        if late:
            pause(late)
        return answer

    # ---------------------------------------------------------------- who is let in, and where to

    def _user(self, request: Request) -> str:
        given = request.authorization
        name = (given.username or "").upper() if given is not None and given.type == "basic" else ""
        known = {user.upper(): password for user, password in self.settings.users.items()}
        wanted = known.get(name) if self.settings.security else ""
        if given is None or name not in known or given.password != wanted:
            raise Refused("Unauthorized", "The user ID or password is not valid.")
        if name == "ADMIN" and not self.settings.admin_allowed:
            raise Refused("Forbidden", "The ADMIN user is not allowed to use the Web API.")
        return name

    def _desk(self, name: str) -> Desk:
        company = self.world.companies.get(name)
        if company is None:
            raise Refused(self.settings.unknown_company, f"Company {name} cannot be opened.")
        return Desk(company, self.settings)

    # ---------------------------------------------------------------- verbs

    def _done(self, request: Request, desk: Desk, resource: Resource, at: Address, late: float) -> Response:
        if request.method == "GET":
            with self.world.reading():
                return self._read(request, desk, resource, at)
        if request.method == "POST" and at.action == "$template":
            body = {each.name: blank(each) for each in resource.properties.values() if each.writable}
            return self._json(200, body)
        with self.world.unit() as unit:
            unit.late = late
            if request.method == "POST":
                return self._posted(request, desk, resource, at)
            self._changed(request, desk, resource, at)
        return Response(b"", 204)

    def _read(self, request: Request, desk: Desk, resource: Resource, at: Address) -> Response:
        options = given(request.query_string.decode("latin-1"))
        wanted = asked(options, resource, self.settings, single=at.brackets is not None)
        if at.action:
            raise Refused("InvalidAction", f"The action '{at.action}' is posted to.")
        if at.brackets is None:
            path = raw_path(request)
            return self._json(200, feed(resource, desk, wanted, options, path))
        return self._json(200, entity(resource, desk, self._row(desk, resource, at), wanted.select))

    def _row(self, desk: Desk, resource: Resource, at: Address) -> Any:
        if at.brackets is None:
            raise Refused("InvalidEntityKey", "The entity key is missing.")
        key = key_in(at.brackets, resource.keys, resource.properties)
        row = resource.find(desk, key)
        if row is None:
            raise Refused("RecordNotFound", "Record does not exist.")
        return row

    def _posted(self, request: Request, desk: Desk, resource: Resource, at: Address) -> Response:
        if at.action == "$process":
            resource.process(desk)
            return Response(b"", 204)
        if at.brackets is not None:
            raise Refused("InvalidAction", f"The action '({at.brackets})' does not exist.")
        values = entered(resource.properties, loaded(request.get_data()), self.settings)
        values.pop("UpdateOperation", None)
        row = resource.create(desk, values)
        return self._json(self.settings.created_status, entity(resource, desk, row))

    def _changed(self, request: Request, desk: Desk, resource: Resource, at: Address) -> None:
        row = self._row(desk, resource, at)
        if request.method == "DELETE":
            resource.remove(desk, row)
            return
        values = entered(resource.properties, loaded(request.get_data()), self.settings)
        values.pop("UpdateOperation", None)
        if request.method == "PUT":
            resource.replace(desk, row, values)
        else:
            resource.change(desk, row, values)

    def _json(self, status: int, body: dict[str, Any]) -> Response:
        return Response(dumps(body).encode(errors="replace"), status, content_type=_JSON)
