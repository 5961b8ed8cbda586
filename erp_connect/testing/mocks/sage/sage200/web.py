"""The HTTP side: Sage ID, the gateway with its headers, and the way to each company (sage.md 4.1)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import unquote
from uuid import NAMESPACE_URL, uuid5

from werkzeug.wrappers import Request, Response

from ...business.company import Company
from ...business.world import World
from ...odata.web import raw_path
from ...switches import PathSwitch, RestServer
from .desk import Desk
from .keys import Keys
from .refusing import Refused, not_found, refusal_response, tunnel_response
from .service import Answer, Call, answered, encoded
from .settings import Settings
from .signin import SageId

_METHODS: Final = frozenset({"GET", "POST", "PUT", "DELETE"})
_SIGN_IN: Final = frozenset({"/authorize", "/oauth/token"})
_COMPANY: Final = re.compile(r"\d{1,9}", re.ASCII)


@dataclass
class _Waiting(PathSwitch):
    """A switch that waits for its request."""

    refused: Refused | None = None


class Sage200(RestServer[_Waiting]):
    """A WSGI application: ``/authorize`` and ``/oauth/token`` of Sage ID, ``/sites``, and the API of all companies."""

    def __init__(self, world: World, settings: Settings | None = None, sage_id: SageId | None = None) -> None:
        super().__init__(_Waiting)
        self.world = world
        self.settings = settings or Settings()
        self.sage_id = sage_id or SageId(world.clock, self.settings)
        self.site = str(uuid5(NAMESPACE_URL, f"{world.name}/site"))
        self._desks: dict[str, Desk] = {}

    # ---------------------------------------------------------------- for tests

    def headers(self, company: str, user: str = "") -> dict[str, str]:
        """What a request to a company needs, with a new token."""
        number = list(self.world.companies).index(company) + 1
        token = self.sage_id.token(user)
        return {"Authorization": f"Bearer {token}", "X-Site": self.site, "X-Company": str(number)}

    def desk(self, company: str) -> Desk:
        """A company's desk: its numbers of rows and its locks."""
        if company not in self._desks:
            found = self.world.companies[company]
            self._desks[company] = Desk(found, Keys(found), self.settings)
        return self._desks[company]

    def refuse(
        self, message: str, path: str = "", method: str = "", times: int = 1, status: int = 400
    ) -> None:
        """The next such request is refused by the system: nothing executed."""
        self._waiting.append(_Waiting(path, method, times, Refused(message, status=status)))

    # ---------------------------------------------------------------- the application

    def respond(self, request: Request, pause: Callable[[float], None] = time.sleep) -> Response:
        """The answer to a request."""
        if request.path in _SIGN_IN:
            return self.sage_id.respond(request)
        try:
            return self._passed(request, pause)
        except Refused as refused:
            return refusal_response(refused, self.settings)

    def _passed(self, request: Request, pause: Callable[[float], None]) -> Response:
        base, path = f"{self.settings.base}/", unquote(raw_path(request))
        if not path.startswith(base):
            raise not_found(path)
        rest = path.removeprefix(base)
        user = self.sage_id.whose(request.headers.get("Authorization", ""))
        if not user:
            raise Refused("Unauthorized. Access token is missing or invalid.", status=401)
        if self.settings.subscription_key_needed and not request.headers.get("ocp-apim-subscription-key"):
            raise Refused("Access denied due to missing subscription key.", status=401)
        if rest == "sites" and request.method == "GET":
            return _json(Answer(self._sites()), self.settings)
        company = self._company(request)
        if self.settings.tunnel != 200:
            return tunnel_response(self.settings.tunnel)
        call = self._call(request, rest, user)
        waiting = self._spend(call.path, call.method)
        if waiting is not None and waiting.refused is not None:
            raise waiting.refused
        call.late = waiting.late if waiting is not None else 0.0
        answer = answered(replace(self.desk(company.name), user=user), call)
        if call.late:
            pause(call.late)
        if answer.refused is not None:
            raise answer.refused
        return _json(answer, self.settings)

    def _call(self, request: Request, rest: str, user: str) -> Call:
        method = request.method
        if method not in _METHODS:
            raise Refused(f"The requested resource does not support http method '{method}'.", status=405)
        if method != "GET" and user in self.settings.read_only_users:
            raise Refused("You do not have permission to do this.", status=403)
        if method in {"POST", "PUT"} and request.mimetype != "application/json":
            raise Refused("The request entity's media type is not supported for this resource.", status=415)
        return Call(method, rest, request.query_string.decode("latin-1"), request.get_data())

    def _sites(self) -> list[dict[str, object]]:
        return [
            {
                "site_id": self.site,
                "site_name": self.world.name,
                "company_id": number,
                "company_name": company.display_name,
            }
            for number, company in enumerate(self.world.companies.values(), 1)
        ]

    def _company(self, request: Request) -> Company:
        """The company of the headers; 401 where they are missing or wrong, as if the token were (sage.md 4.1)."""
        number = request.headers.get("X-Company", "")
        companies = list(self.world.companies.values())
        known = _COMPANY.fullmatch(number) is not None and 1 <= int(number) <= len(companies)
        if request.headers.get("X-Site") != self.site or not known:
            raise Refused("Unauthorized. The site or the company is missing or invalid.", status=401)
        return companies[int(number) - 1]


def _json(answer: Answer, settings: Settings) -> Response:
    body, headers = answer.body, {}
    if answer.count is not None and settings.count_form == "wrapped":
        body = {"count": answer.count, "value": body}
    if answer.count is not None and settings.count_form == "header":
        headers["X-Total-Count"] = str(answer.count)
    return Response(encoded(body), 200, headers, content_type="application/json; charset=utf-8")
