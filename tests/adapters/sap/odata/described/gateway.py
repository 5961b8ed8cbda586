"""The gateway in front of the books: addresses, methods, entity tags, change sets (sap.md 4.2, 4.3)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from . import batches, queries
from .addresses import Place, walked
from .books import Books
from .description import EntitySet, Service
from .queries import Row, Tree
from .refusing import Refused, malformed
from .values import entity_tag, predicate, shown


@dataclass(frozen=True)
class Request:
    """One request as it came; names of headers are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """One answer as it goes."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        return json.loads(self.body, parse_float=Decimal)


@dataclass(frozen=True)
class Refusal:
    """A request that was refused, for the one who asks why."""

    request: Request
    status: int
    text: str

    def __str__(self) -> str:
        sent = f"{self.request.method} {unquote(self.request.target)} {self.request.body.decode()}"
        return f"{sent} -> {self.status} {self.text}"


class Gateway:
    """Serves the books under ``root``; ``page`` is how many entities it gives at once."""

    root = "/sap/opu/odata/sap"

    def __init__(self, books: Books, *, page: int | None = None, demand_tags: bool = True) -> None:
        self.books = books
        self.page = page
        self.demand_tags = demand_tags
        self.refusals: list[Refusal] = []
        self.requests: list[Request] = []
        self.failures: list[BaseException | None] = []  # our own faults: a trial with one proves nothing
        self.forget_sessions = False  # all sessions end before the next request
        self.lost: list[tuple[str, str]] = []  # answers that never arrive, by method and part of the path
        self.says: dict[str, Any] | None = None  # the ``sap-message`` beside each write that went well
        self._origin = ""
        self._lock = Lock()

    def answer(self, request: Request) -> Answer:
        """Answer one request; whatever it wrote stands whole or not at all."""
        with self._lock:
            self.requests.append(request)
            host = request.headers.get("host")
            self._origin = f"http://{host}" if host else ""
            return self._settled(request)

    def hang_up_on(self, method: str, target: str) -> bool:
        """Whether the answer to this request is to be lost; each entry of ``lost`` counts once."""
        told = next((each for each in self.lost if each[0] == method and each[1] in target), None)
        if told is not None:
            self.lost.remove(told)
        return told is not None

    def _settled(self, request: Request) -> Answer:
        before = self.books.rows if request.method == "GET" else self.books.kept()
        service, stands = "", False
        try:
            url = urlsplit(request.target)
            if not url.path.startswith(self.root + "/"):
                raise Refused(404, f"No service at {url.path}", "/IWFND/MED/170")
            service, _, path = url.path.removeprefix(self.root + "/").partition("/")
            service = service.partition(";")[0]
            if service not in self.books.services:
                raise Refused(404, f"No service found for {service}", "/IWFND/MED/170")
            options = dict(parse_qsl(url.query, keep_blank_values=True))
            answer = self._routed(self.books.services[service], path, options, request)
            stands = True
            if self.says is None or answer.status not in (201, 204):
                return answer
            said = {"sap-message": json.dumps(self.says)}
            return Answer(answer.status, {**answer.headers, **said}, answer.body)
        except Refused as refused:
            self.refusals.append(Refusal(request, refused.status, refused.text))
            return _json(refused.status, refused.body(service))
        finally:
            if not stands:
                self.books.rows = before

    def _routed(self, service: Service, path: str, options: dict[str, str], request: Request) -> Answer:
        if path == "":
            return _json(200, {"d": {"EntitySets": list(service.sets)}})
        if path == "$metadata":
            return Answer(200, {"content-type": "application/xml"}, service.document)
        if path == "$batch":
            return self._batch(service, request)
        for name in queries.unknown_options(options):
            raise malformed(f"{name} is no system query option of version 2")
        if path in service.functions:
            raise Refused(501, f"{path} is not served here")
        place = walked(self.books, service, path)
        method = (
            request.headers.get("x-http-method", request.method)
            if request.method == "POST"
            else request.method
        )
        if method == "GET":
            return self._read(service, place, options)
        if method == "POST":
            return self._create(service, place, request)
        if method in ("MERGE", "PATCH", "DELETE"):
            return self._write(place, method, request)
        raise Refused(405, f"{method} is not served on {path}")

    # ---------------------------------------------------------------- reading

    def _read(self, service: Service, place: Place, options: dict[str, str]) -> Answer:
        entities = place.entities
        if place.last == "$none":
            raise Refused(404, f"No {entities.name} there", "/IWBEP/CM_MGW_RT/023")
        tree = queries.expanded(service, entities, options.get("$expand"))
        paths = queries.selected(service, entities, options.get("$select"), tree)
        if place.row is not None:
            tag = entity_tag(entities.type, place.row)
            said = self._said(service, entities, place.row, tree, paths)
            return _json(200, {"d": said}, {"etag": tag} if tag else {})
        rows = queries.filtered(entities.type, options.get("$filter"), place.rows)
        rows = queries.ordered(entities.type, options.get("$orderby"), rows)
        if place.last == "$count":
            return Answer(200, {"content-type": "text/plain"}, str(len(rows)).encode())
        count = len(rows)
        skip = queries.number(options, "$skip") or 0
        start = queries.number(options, "$skiptoken") or 0
        top = queries.number(options, "$top")
        rows = rows[skip:] if top is None else rows[skip : skip + top]
        end = len(rows) if self.page is None else min(len(rows), start + self.page)
        told: dict[str, Any] = {
            "results": [self._said(service, entities, row, tree, paths) for row in rows[start:end]]
        }
        if options.get("$inlinecount") == "allpages":
            told["__count"] = str(count)
        if end < len(rows):
            more = {**options, "$skiptoken": str(end)}
            query = "&".join(f"{name}={_escaped(value)}" for name, value in more.items())
            told["__next"] = f"{self._address(service)}/{entities.name}?{query}"
            if place.parent is not None:
                above, row, way = place.parent
                told["__next"] = (
                    f"{self._address(service)}/{above.name}{predicate(above.type, row)}/{way}?{query}"
                )
        return _json(200, {"d": told})

    def _address(self, service: Service) -> str:
        return f"{self._origin}{self.root}/{service.name}"

    def _said(
        self, service: Service, entities: EntitySet, row: Row, tree: Tree, paths: set[str] | None
    ) -> dict[str, Any]:
        kind = entities.type
        address = f"{self._address(service)}/{entities.name}{predicate(kind, row)}"
        about = {"id": address, "uri": address, "type": f"{service.name}.{kind.name}"}
        tag = entity_tag(kind, row)
        said: dict[str, Any] = {"__metadata": about | ({"etag": tag} if tag else {})}
        chosen = None if paths is None or "*" in paths else {path.split("/")[0] for path in paths}
        said |= {
            name: shown(one, row[name])
            for name, one in kind.properties.items()
            if chosen is None or name in chosen
        }
        for name, way in kind.navigations.items():
            if name in tree:
                target = service.sets[way.target]
                found = [
                    self._said(service, target, each, tree[name], queries.within(paths, name))
                    for each in self.books.related(entities, row, name)
                ]
                said[name] = {"results": found} if way.many else found[0] if found else None
            elif chosen is None or name in chosen:
                said[name] = {"__deferred": {"uri": f"{address}/{name}"}}
        return said

    # ---------------------------------------------------------------- writing

    def _create(self, service: Service, place: Place, request: Request) -> Answer:
        entities, parent = place.entities, place.parent
        if place.row is not None:
            raise Refused(405, "POST to an entity")
        if parent is None:
            if not entities.creatable:
                raise Refused(405, f"{entities.name} is not creatable (sap:creatable)")
        else:
            above, _, way = parent
            if not above.inserts.get(way, entities.creatable):
                raise Refused(405, f"{entities.name} is not creatable by {above.name}/{way}")
        body = _body(request)
        row = self.books.insert(service, entities, body, parent[1] if parent else None)
        tree: Tree = {name: {} for name in body if name in entities.type.navigations}
        tag = entity_tag(entities.type, row)
        headers = {"location": f"{self._address(service)}/{entities.name}{predicate(entities.type, row)}"}
        return _json(
            201,
            {"d": self._said(service, entities, row, tree, None)},
            headers | ({"etag": tag} if tag else {}),
        )

    def _write(self, place: Place, method: str, request: Request) -> Answer:
        entities, row = place.entities, place.row
        if row is None:
            raise Refused(405, f"{method} on a collection")
        if not (entities.deletable if method == "DELETE" else entities.updatable):
            raise Refused(405, f"{entities.name} takes no {method} (sap:updatable, sap:deletable)")
        tag, held = entity_tag(entities.type, row), request.headers.get("if-match")
        if tag is not None:
            if held is None and self.demand_tags:
                raise Refused(428, "Precondition required: If-Match is missing", "/IWFND/CM_MGW/0428")
            if held not in (None, "*", tag):
                raise Refused(412, "Precondition failed", "/IWFND/CM_MGW/0412")
        if method == "DELETE":
            self.books.remove(entities, row)
        else:
            self.books.change(entities, row, _body(request))
        return Answer(204)

    # ---------------------------------------------------------------- many at once

    def _batch(self, service: Service, request: Request) -> Answer:
        if request.method != "POST":
            raise Refused(405, "$batch takes POST")
        parts = batches.read(request)
        answers: list[Answer | list[Answer]] = []
        for part in parts:
            if isinstance(part, list):
                before = self.books.kept()
                given: list[Answer] = []
                for each in part:
                    if each.method == "GET":
                        raise malformed("A change set takes no GET")
                    answer = self._settled(self._absolute(service, each))
                    given.append(answer)
                    if answer.status >= 400:
                        self.books.rows = before
                        break
                answers.append(given[-1] if given and given[-1].status >= 400 else given)
            elif part.method != "GET":
                raise malformed("A write stands in a change set")
            else:
                answers.append(self._settled(self._absolute(service, part)))
        return batches.written(answers)

    def _absolute(self, service: Service, each: Request) -> Request:
        target = each.target
        if not target.startswith("/"):
            target = f"{self.root}/{service.name}/{target}"
        return Request(each.method, target, each.headers, each.body)


def _escaped(text: str) -> str:
    return quote(text, safe="$,/'")


def _body(request: Request) -> Any:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refused(415, f"Content type {request.headers.get('content-type')} is not served")
    try:
        return json.loads(request.body, parse_float=Decimal)
    except ValueError as broken:
        raise malformed(f"No JSON: {broken}") from broken


def _json(status: int, body: Any, headers: dict[str, str] | None = None) -> Answer:
    given = {"content-type": "application/json", "dataserviceversion": "2.0", **(headers or {})}
    return Answer(status, given, json.dumps(body).encode())
