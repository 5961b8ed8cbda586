"""The HTTP side: addresses, who is let in, pools, and where each call goes (sage.md 2.1, 2.2, 2.16)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lxml import etree
from werkzeug.wrappers import Request, Response

from ...business.company import Company
from ...business.refusals import Refusal
from ...business.world import World
from ...switches import CallSwitch, MockServer
from .envelope import Call, Result, answered, call_in, faulted
from .operations import READS
from .pools import Pools
from .refusing import ERROR, Fault, Refused, said, worded
from .service import Service, Valued
from .settings import Pool, Settings
from .wsdl import wsdl

SERVICE: Final = "CAdxWebServiceXmlCC"
SYRACUSE: Final = f"/soap-generic/syracuse/collaboration/syracuse/{SERVICE}"
SYRACUSE_WSDL: Final = f"/soap-wsdl/syracuse/collaboration/syracuse/{SERVICE}"
AXIS: Final = f"/adxwsvc/services/{SERVICE}"
_XML: Final = "text/xml; charset=utf-8"
_MESSAGES: Final = 50
"""As many messages can one call have (sage.md 2.4)."""


@dataclass
class _Waiting(CallSwitch):
    """A switch that waits for its call."""

    messages: tuple[tuple[str, int], ...] = ()
    refused: bool = False
    executed: bool = True
    fault: str = ""
    slow: float = 0.0


class SageX3(MockServer[_Waiting]):
    """A WSGI application: one X3 server with its folders."""

    def __init__(self, world: World, settings: Settings | None = None) -> None:
        super().__init__()
        self.world = world
        self.settings = settings or Settings()
        self.pools = Pools(world.clock, self.settings)
        self.calls: list[tuple[str, str]] = []
        """Operation and public name of everything that was called."""
        self.volume = 0
        """Bytes of requests and answers so far, as the licence counts them."""

    # ---------------------------------------------------------------- switches

    def say(self, text: str, type: int = 1, name: str = "", operation: str = "", times: int = 1) -> None:
        """The next such call that succeeds also says something; with type 3, though it has saved."""
        self._waiting.append(_Waiting(name, operation, times, ((text, type),)))

    def refuse(
        self,
        text: str = "",
        type: int = ERROR,
        name: str = "",
        operation: str = "",
        times: int = 1,
        *,
        executed: bool = False,
    ) -> None:
        """The next such call is answered with status 0 and this message, or with none at all."""
        messages = ((text, type),) if text else ()
        self._waiting.append(_Waiting(name, operation, times, messages, refused=True, executed=executed))

    def fail(
        self,
        text: str = "Engine failure",
        name: str = "",
        operation: str = "",
        times: int = 1,
        *,
        executed: bool = False,
    ) -> None:
        """The next such call is answered with a SOAP fault."""
        self._waiting.append(_Waiting(name, operation, times, executed=executed, fault=text))

    def slow(self, seconds: float, name: str = "", operation: str = "", times: int = 1) -> None:
        """The next such call takes so long; what it did is seen at once."""
        self._waiting.append(_Waiting(name, operation, times, slow=seconds))

    def commit_late(self, seconds: float, name: str = "", operation: str = "", times: int = 1) -> None:
        """The next such call takes so long, and what it did is seen only then, also if nobody waits for it."""
        self._waiting.append(_Waiting(name, operation, times, late=seconds))

    # ---------------------------------------------------------------- the application

    def respond(self, request: Request, pause: Callable[[float], None] = time.sleep) -> Response:
        """The answer to a request."""
        settings = self.settings
        syracuse = settings.generation == "syracuse"
        path = request.path.removeprefix(settings.gateway)
        if not request.path.startswith(settings.gateway):
            return Response("Not Found", 404, mimetype="text/plain")
        if request.method == "GET" and "wsdl" in request.args:
            return self._described(request, path)
        if path == AXIS and syracuse and settings.old_address:
            return _fault(Fault("The service cannot be found for the endpoint reference"))
        if path != (SYRACUSE if syracuse else AXIS):
            return Response("Not Found", 404, mimetype="text/plain")
        if request.method != "POST":
            return Response("", 405, {"Allow": "POST"})
        user = self._signed_in(request) if syracuse else ""
        if syracuse and not user:
            return Response(
                "Unauthorized", 401, {"WWW-Authenticate": 'Basic realm="Syracuse"'}, mimetype="text/plain"
            )
        if "SOAPAction" not in request.headers:
            return _no_action() if syracuse else _fault(Fault("no SOAPAction header!", code="soapenv:Client"))
        if settings.child_processes == 0:
            return Response("No Web services accepted", 500, mimetype="text/plain")
        if request.mimetype not in {"text/xml", "application/xml"}:
            return Response("", settings.other_media_status)
        return self._counted(request, user, pause)

    def _described(self, request: Request, path: str) -> Response:
        generation = {SYRACUSE_WSDL: "syracuse", AXIS: "axis"}.get(path)
        old = generation == "axis" and self.settings.old_address
        if generation is None or (generation != self.settings.generation and not old):
            return Response("Not Found", 404, mimetype="text/plain")
        target = self.settings.gateway + (SYRACUSE if generation == "syracuse" else AXIS)
        return Response(wsdl(generation, request.host_url.rstrip("/") + target), 200, content_type=_XML)

    def _signed_in(self, request: Request) -> str:
        given = request.authorization
        if given is None or given.type != "basic":
            return ""
        name = given.username or ""
        return name if self.settings.users.get(name) == given.password else ""

    def _counted(self, request: Request, user: str, pause: Callable[[float], None]) -> Response:
        """The answer, while the licence's volume lasts."""
        body = request.get_data()
        try:
            call = call_in(body, self.settings)
            answer = self._answer(call, user, pause)
        except Fault as fault:
            return _fault(fault)
        except ArithmeticError:
            return _fault(Fault("Numeric overflow"))
        self.volume += len(body) + len(answer)
        return Response(answer, 200, content_type=_XML)

    # ---------------------------------------------------------------- calls

    def _answer(self, call: Call, user: str, pause: Callable[[float], None]) -> str:
        language = call.context.get("codeLang", "")
        alias = call.context.get("poolAlias", "")
        self.calls.append((call.operation, call.name))
        waiting = self._spend(call.name, call.operation) or _Waiting("", "", 0)
        try:
            self._licensed(pause)
            pool = self._pool(alias)
            language = language or pool.language
            user = self._allowed(call, pool, user)
            with self.pools.channel(alias, pool, pause) as waited:
                result = self._executed(call, pool, user, language, waiting, pause)
            result.technical |= {
                "poolWaitDuration": round(waited),
                "changeLanguage": "true" if language != pool.language else "false",
                "changeUserId": "true" if user != pool.user else "false",
            }
        except Refused as refused:
            result = Result(0, None, self._worded(refused, language))
        result.messages = result.messages[:_MESSAGES]
        self._traced(call, result)
        return answered(call.operation, result, self.settings)

    def _licensed(self, pause: Callable[[float], None]) -> None:
        limit = self.settings.volume_limit
        if limit is not None and self.volume > limit:
            if self.volume > limit * 1.1:
                raise Refused("volume")
            pause(self.settings.grace_delay)

    def _pool(self, alias: str) -> Pool:
        pool = self.settings.pools.get(alias)
        if pool is None:
            raise Refused("pool", alias=alias)
        if not pool.user_fits:
            raise Refused("connection")
        return pool

    def _allowed(self, call: Call, pool: Pool, user: str) -> str:
        """The user of the call; the older generation has him in the call."""
        if self.settings.generation == "axis":
            user = call.context.get("codeUser", "") or pool.user
            given = call.context.get("password", "")
            if self.settings.users.get(user) != given:
                raise Refused("connection")
        if user in self.settings.barred:
            raise Refused("change login")
        if call.name in pool.stale:
            raise Refused("service", name=call.name)
        return user

    def _company(self, pool: Pool) -> Company:
        return self.world.companies[pool.folder] if pool.folder else next(iter(self.world.companies.values()))

    def _executed(
        self,
        call: Call,
        pool: Pool,
        user: str,
        language: str,
        waiting: _Waiting,
        pause: Callable[[float], None],
    ) -> Result:
        service = Service(self._company(pool), self.settings, language, user)
        result = Result()
        seconds = waiting.slow or waiting.late
        try:
            if waiting.executed:
                result.payload = self._done(service, call, waiting)
        except Refused as refused:
            result = Result(0, None, self._worded(refused, language))
        finally:
            if seconds:
                pause(seconds)
        if waiting.fault:
            raise Fault(waiting.fault)
        if waiting.refused:
            result = Result(0)
        if waiting.refused or result.status:
            result.messages += waiting.messages
        taken = round(seconds * 1000) + 12
        result.technical |= {"poolExecDuration": taken, "totalDuration": taken + 8}
        return result

    def _done(self, service: Service, call: Call, waiting: _Waiting) -> str | None:
        if call.operation in READS:
            with self.world.reading():
                return _printed(service.answer(call), call)
        try:
            with self.world.unit() as unit:
                unit.late = waiting.late
                return _printed(service.answer(call), call)
        except Valued as valued:
            return _printed(valued.payload, call)
        except Refusal as refusal:
            raise worded(refusal) from None

    def _worded(self, refused: Refused, language: str) -> list[tuple[str, int]]:
        if not refused.name:
            return []
        return [(said(refused.name, refused.values, language, self.settings.texts), ERROR)]

    def _traced(self, call: Call, result: Result) -> None:
        """What the caller asked to see of the inside (sage.md 2.8)."""
        if call.config.get("adxwss.trace.on") == "on":
            trace = f"{call.operation} {call.name}: {dict(call.parts)}"
            result.technical |= {"traceRequest": trace, "traceRequestSize": len(trace)}
        if call.config.get("adonix.trace.on") == "on":
            report = f"{call.operation} {call.name}: status {result.status}"
            result.technical |= {"processReport": report, "processReportSize": len(report)}


def _printed(payload: str | None, call: Call) -> str | None:
    """The result, set out over several lines where the caller wants it so."""
    if payload is None or call.wants_json or call.config.get("adxwss.beautify", "").lower() != "true":
        return payload
    tree = etree.fromstring(payload.encode())
    return etree.tostring(tree, pretty_print=True, xml_declaration=True, encoding="UTF-8").decode()


def _fault(fault: Fault) -> Response:
    return Response(faulted(fault), fault.status, content_type=_XML)


def _no_action() -> Response:
    told = {"$diagnoses": [{"$severity": "error", "$message": '"soapAction" header is missing'}]}
    return Response(json.dumps(told), 500, content_type="application/json; charset=utf-8")
