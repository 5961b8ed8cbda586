"""The HTTP side: addresses, who is let in, and where each request goes (dynamics.md 2.1)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from werkzeug.wrappers import Request, Response

from ...business.company import Company
from ...business.refusals import Refusal
from ...business.world import World
from ...odata.errors import ODataError
from ...odata.web import raw_path
from ...switches import CallSwitch, MockServer
from ..bc.limits import Limits
from ..bc.settings import Settings as CloudSettings
from ..tokens import Tokens
from . import history, masters, purchases, sales
from .codeunits import CodeunitService
from .faults import DIALOG, Fault, unfit, worded
from .messages import Malformed, Node, answered, element, refused, request_in
from .ntlm import Ntlm
from .service import PageService
from .settings import Settings
from .wsdl import (
    SYSTEM,
    codeunit_namespace,
    codeunit_wsdl,
    discovery,
    page_namespace,
    page_wsdl,
    system_wsdl,
)

AUDIENCE: Final = "https://api.businesscentral.dynamics.com"
PAGES: Final = {page.id: page for page in (*sales.PAGES, *purchases.PAGES, *masters.PAGES, *history.PAGES)}
_ADDRESS: Final = re.compile(r"(?P<base>/v2\.0/[^/]+/[^/]+|/[^/]+)/WS/(?P<rest>.+)", re.DOTALL)
_READS: Final = frozenset(
    {"Read", "ReadByRecId", "ReadMultiple", "IsUpdated", "GetRecIdFromKey", "Companies"}
)
_XML: Final = "text/xml; charset=utf-8"


@dataclass
class _Waiting(CallSwitch):
    """A switch that waits for its call."""

    fault: Fault | None = None
    false: bool = False
    executed: bool = True


class NavServer(MockServer[_Waiting]):
    """A WSGI application: one server instance on premises (Basic, NTLM), and the same in the cloud (tokens)."""

    def __init__(self, world: World, settings: Settings | None = None, tokens: Tokens | None = None) -> None:
        super().__init__()
        self.world = world
        self.settings = settings or Settings()
        self.tokens = tokens or Tokens(world.clock, self.settings.tenant)
        self.calls: list[tuple[str, str]] = []
        """Service and operation of everything that was called."""
        self.limits = Limits(world.clock, CloudSettings())
        """How much the cloud lets one application ask for (1.16); on premises nothing is counted."""
        self._ntlm = Ntlm(self.settings.domain)

    # ---------------------------------------------------------------- switches

    def refuse(self, code: str, text: str, service: str = "", operation: str = "", times: int = 1) -> None:
        """The next such call is answered with a fault: nothing executed."""
        self._waiting.append(_Waiting(service, operation, times, Fault(code, text)))

    def commit_late(self, seconds: float, service: str = "", operation: str = "", times: int = 1) -> None:
        """The next such call takes so long, and what it did is seen only then, also if nobody waits for it."""
        self._waiting.append(_Waiting(service, operation, times, late=seconds))

    def answer_false(
        self, service: str = "", operation: str = "Delete", times: int = 1, *, executed: bool = True
    ) -> None:
        """The next such deletion answers false, with status 200, and may have deleted (dynamics.md 2.2)."""
        self._waiting.append(_Waiting(service, operation, times, false=True, executed=executed))

    # ---------------------------------------------------------------- the application

    def respond(self, request: Request, pause: Callable[[float], None] = time.sleep) -> Response:
        """The answer to a request."""
        if self.tokens.is_for(request.path):
            return self.tokens.respond(request)
        found = _ADDRESS.fullmatch(raw_path(request))
        cloud = found is not None and found["base"].startswith("/v2.0/")
        if found is None or not self._is_here(found["base"], request):
            return Response("<html><body><h1>404 Not Found</h1></body></html>", 404, mimetype="text/html")
        user = self._user(request, cloud=cloud)
        if not user:
            return self._turned_away(request, cloud=cloud)
        try:
            with self.limits.admitted(user) if cloud else nullcontext():
                return self._served(request, found["rest"], user, pause)
        except ODataError as error:
            return Response(error.message, error.status, mimetype="text/plain")
        except ArithmeticError:
            said = Fault(DIALOG, "Overflow under type conversion.")
            return Response(refused(said, self.settings.language), said.status, content_type=_XML)
        except Fault as fault:
            return Response(refused(fault, self.settings.language), fault.status, content_type=_XML)
        except Refusal as refusal:
            said = worded(refusal, self.settings)
            return Response(refused(said, self.settings.language), said.status, content_type=_XML)

    def _is_here(self, base: str, request: Request) -> bool:
        parts = [unquote(part).lower() for part in base.strip("/").split("/")]
        settings = self.settings
        if parts[0] == "v2.0":
            return parts[1:] == [settings.tenant.lower(), settings.environment.lower()]
        named = request.args.get("tenant", "").lower()
        return parts == [settings.instance.lower()] and named == settings.multitenant.lower()

    # ---------------------------------------------------------------- where a request goes

    def _served(self, request: Request, rest: str, user: str, pause: Callable[[float], None]) -> Response:
        parts = [unquote(part) for part in rest.split("/")]
        address = request.base_url
        if parts[-1] == "SystemService" and len(parts) <= 2:
            return self._system(request, address)
        company = self._company(parts[0])
        if len(parts) == 2 and parts[1].lower() == "services" and request.method == "GET":
            return Response(discovery(self._addresses(address)), 200, content_type=_XML)
        if len(parts) != 3 or parts[1] not in {"Page", "Codeunit"}:
            raise self._unknown(rest)
        if request.method == "GET":
            return Response(self._described(parts[1], parts[2], address), 200, content_type=_XML)
        return self._called(request, company, parts[1], parts[2], user, pause)

    def _company(self, name: str) -> Company:
        found = self.world.companies.get(name)
        if found is None:
            raise Fault(
                self.settings.codes["unfit"], f"Company '{name}' was not found!", self.settings.unknown_status
            )
        return found

    def _unknown(self, name: str) -> Fault:
        text = f"Service '{name}' was not found!"
        return Fault(self.settings.codes["unfit"], text, self.settings.unknown_status)

    def _addresses(self, here: str) -> list[str]:
        base = here.rpartition("/")[0]
        pages = [f"{base}/Page/{quote(name)}" for name in self.settings.services]
        codeunits = [f"{base}/Codeunit/{quote(name)}" for name in self.settings.codeunits]
        return [f"{base}/SystemService", *pages, *codeunits]

    def _described(self, kind: str, name: str, address: str) -> str:
        if kind == "Page" and name in self.settings.services:
            return page_wsdl(PAGES[self.settings.services[name]], name, address)
        if kind == "Codeunit" and name in self.settings.codeunits:
            return codeunit_wsdl(self.settings.codeunits[name], name, address)
        raise self._unknown(name)

    def _system(self, request: Request, address: str) -> Response:
        if request.method == "GET":
            return Response(system_wsdl(address), 200, content_type=_XML)
        call = self._call(request, SYSTEM)
        if isinstance(call, Response):
            return call
        if call.name != "Companies":
            raise unfit(f"Method {call.name} in service SystemService was not found!", self.settings)
        inner = "".join(element("return_value", name) for name in self.world.companies)
        return Response(answered("Companies", SYSTEM, inner), 200, content_type=_XML)

    # ---------------------------------------------------------------- calls

    def _call(self, request: Request, namespace: str) -> Node | Response:
        """The element of a request, or why it is none."""
        if request.method != "POST":
            return Response("", 405)
        if request.mimetype != "text/xml":
            return Response("", 415)
        if (request.content_length or 0) > self.settings.message_limit:
            return Response("", 413)
        try:
            call = request_in(request.get_data())
        except Malformed as failure:
            return Response(f"Bad Request: {failure}", self.settings.malformed_status, mimetype="text/plain")
        action = request.headers.get("SOAPAction", "").strip().strip('"')
        if call.namespace != namespace or action != f"{namespace}:{call.name}":
            text = f"The message with Action '{action}' cannot be processed at the receiver."
            raise unfit(text, self.settings)
        return call

    def _called(
        self,
        request: Request,
        company: Company,
        kind: str,
        name: str,
        user: str,
        pause: Callable[[float], None],
    ) -> Response:
        service = self._service(company, kind, name)
        call = self._call(request, service.namespace)
        if isinstance(call, Response):
            return call
        self.calls.append((name, call.name))
        waiting = self._spend(name, call.name)
        if waiting is not None and waiting.fault is not None:
            raise waiting.fault
        if isinstance(service, PageService):
            service.operation(call.name)
        else:
            service.procedure(call.name)
        if call.name in _READS and kind == "Page":
            with self.world.reading():
                inner = service.answer(call)
        else:
            inner = self._written(service, call, user, waiting)
        if waiting is not None and waiting.late:
            pause(waiting.late)
        return Response(answered(call.name, service.namespace, inner), 200, content_type=_XML)

    def _service(self, company: Company, kind: str, name: str) -> PageService | CodeunitService:
        settings = self.settings
        if kind == "Page" and name in settings.services:
            page = PAGES[settings.services[name]]
            return PageService(company, page, name, page_namespace(name), settings)
        if kind == "Codeunit" and name in settings.codeunits:
            return CodeunitService(
                company, settings.codeunits[name], name, codeunit_namespace(name), settings
            )
        raise self._unknown(name)

    def _written(
        self, service: PageService | CodeunitService, call: Node, user: str, waiting: _Waiting | None
    ) -> str:
        if user in self.settings.read_only_users:
            text = (
                "You do not have the following permissions on TableData Sales Header: Insert, Modify, Delete."
            )
            raise Fault(self.settings.codes["permission"], text)
        if waiting is not None and waiting.false and not waiting.executed:
            return element(f"{call.name}_Result", "false")
        with self.world.unit() as unit:
            if waiting is not None:
                unit.late = waiting.late
            inner = service.answer(call)
        if waiting is not None and waiting.false:
            return element(f"{call.name}_Result", "false")
        return inner

    # ---------------------------------------------------------------- who is let in

    def _user(self, request: Request, *, cloud: bool) -> str:
        header = request.headers.get("Authorization", "")
        if cloud:
            return self.tokens.whose(header, AUDIENCE)
        given = request.authorization
        if given is not None and given.type == "basic" and "basic" in self.settings.logons:
            name = (given.username or "").rpartition("\\")[2]
            return name if name in self.settings.users and self.settings.users[name] == given.password else ""
        if "ntlm" not in self.settings.logons:
            return ""
        scheme, _, token = header.partition(" ")
        if scheme.lower() == "ntlm":
            challenge = self._ntlm.step(request.environ, token, self.settings.users)
            if challenge:
                request.environ["erp_connect.challenge"] = challenge
                return ""
        return self._ntlm.user(request.environ) if scheme.lower() in {"", "ntlm"} else ""

    def _turned_away(self, request: Request, *, cloud: bool) -> Response:
        answer = Response("<html><body><h1>401 Unauthorized</h1></body></html>", 401, mimetype="text/html")
        challenge = request.environ.get("erp_connect.challenge")
        if challenge:
            answer.headers.add("WWW-Authenticate", f"NTLM {challenge}")
            return answer
        schemes = {"basic": 'Basic realm=""', "ntlm": "NTLM"}
        wanted = ["Bearer"] if cloud else [schemes[each] for each in self.settings.logons]
        for each in wanted:
            answer.headers.add("WWW-Authenticate", each)
        return answer
