"""One OData service: what each method does to each resource."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from . import batching
from .calls import Call, Reply, Segment, json_reply, key_of, segments
from .edmx import Annotations, metadata, service_document
from .errors import ODataError, malformed, no_such, not_allowed
from .model import EntitySet, Model, Navigation, Operation
from .options import Options, asked
from .reading import Reading
from .source import Row, Source
from .values import dumps, fits, from_json, literal, loads, shown

_CHANGES = {"PATCH", "MERGE", "PUT"}


@dataclass
class Resource:
    """What a path leads to."""

    entity_set: EntitySet
    path: str
    row: Row | None = None
    """The entity, where it leads to one."""
    where: Mapping[str, Any] | None = None
    """The restriction of the collection, where it leads to one."""
    parent: tuple[EntitySet, Navigation, Row] | None = None
    """Where the last step came from."""
    ending: str = ""
    """``$count``, ``$value``, ``$ref``, or the name of a property."""


class Service(ABC):
    """Answers calls on a model.  Subclasses say where the rows come from and how refusals look."""

    page_size: int | None = None
    missing_if_match = 428
    """The status of a change without the ``If-Match`` that the entity asks for."""
    json_by_default = True
    """Whether an ``Accept`` that does not name JSON is answered in JSON all the same."""
    changes_shown = False
    """Whether a change is answered with the entity."""
    inserts_echoed = True
    """Whether the answer to a deep insert shows the nested entities too."""
    read_only_refused = True
    """Whether properties that cannot be set are refused when they are sent; otherwise they are ignored."""
    batch_stopped_status: int | None = None
    """The status of a multipart batch that stopped at a refusal, where it is not that of any other batch."""
    unknown_options_ignored = False
    """Whether query options that the standard or the product does not know are passed over."""
    computed: frozenset[str] = frozenset()
    """Members of entities that are no properties of the model, and are ignored when they are sent back."""
    annotations: Annotations = Annotations()

    def __init__(self, model: Model) -> None:
        self.model = model
        self.version = model.version

    # ---------------------------------------------------------------- to be said by subclasses

    @abstractmethod
    def open(self, call: Call) -> AbstractContextManager[Source, bool | None]:
        """The system behind, for one unit of work: what it was asked for is done when it ends without an error."""

    def refusal(self, error: ODataError, call: Call) -> Reply:
        """How an error looks."""
        if self.version == 2:
            body: dict[str, Any] = {
                "error": {"code": error.code, "message": {"lang": "en", "value": error.message}}
            }
        else:
            body = {"error": {"code": error.code, "message": error.message}}
        return self.json(error.status, body, call)

    def finish(self, call: Call, reply: Reply, source: Source) -> Reply:
        """What is added to an answer that did well."""
        return reply

    def reading(self, call: Call, source: Source) -> Reading:
        """How rows are read and written for a call."""
        size = self.page_size
        for preference in call.header("prefer").split(","):
            name, _, value = preference.strip().partition("=")
            if name.removeprefix("odata.") == "maxpagesize" and value.isdigit() and self.version == 4:
                size = min(int(value), size or int(value))
        return Reading(self.model, source, call.root, self._exact(call, "accept"), size)

    # ---------------------------------------------------------------- calls

    def answer(self, call: Call) -> Reply:
        """The answer to a call, whatever becomes of it."""
        try:
            if call.path == "$batch":
                if call.method != "POST":
                    raise not_allowed("$batch is posted to")
                return batching.answered(self, call)
            with self.open(call) as source:
                return self.done(call, source)
        except ODataError as error:
            return self.refusal(error, call)

    def done(self, call: Call, source: Source) -> Reply:
        """The answer to a call within a unit of work that is open; refusals are raised."""
        method = call.method
        if method == "POST" and call.header("x-http-method"):
            method = call.header("x-http-method").upper()
        reply = self._done(call, method, source)
        versioned = "DataServiceVersion" if self.version == 2 else "OData-Version"
        reply.headers.setdefault(versioned, f"{self.version}.0")
        return self.finish(call, reply, source)

    def _done(self, call: Call, method: str, source: Source) -> Reply:
        match call.path:
            case "" | "/":
                self._only_get(method)
                self._json_accepted(call)
                return self.json(200, service_document(self.model, call.root), call)
            case "$metadata":
                self._only_get(method)
                text = metadata(self.model, self.annotations)
                return Reply(200, text.encode(), {"Content-Type": "application/xml"})
        parts = segments(call.path)
        reading = self.reading(call, source)
        operation = self.model.operations.get(parts[0].name)
        if operation is not None:
            return self._operation(call, method, operation, reading)
        resource = self._resolved(parts, reading)
        self._json_accepted(call)
        match method:
            case "GET" | "HEAD":
                return self._get(call, resource, reading)
            case "POST":
                return self._create(call, resource, reading)
            case "PATCH" | "MERGE" | "PUT" if method != "MERGE" or self.version == 2:
                return self._change(call, method, resource, reading)
            case "DELETE":
                return self._delete(call, resource, reading)
            case _:
                raise not_allowed(f"method {method} is not allowed")

    @staticmethod
    def _only_get(method: str) -> None:
        if method not in {"GET", "HEAD"}:
            raise not_allowed(f"method {method} is not allowed here")

    def _json_accepted(self, call: Call) -> None:
        wanted = call.option("$format")
        if wanted is not None:
            if wanted.partition(";")[0] not in {"json", "application/json"}:
                raise ODataError(406, "not_acceptable", f"format {wanted} is not offered")
            return
        accept = call.header("accept")
        anything = "*/*" in accept or not accept
        if "application/json" not in accept and not (self.json_by_default and anything):
            raise ODataError(406, "not_acceptable", "send Accept: application/json")

    def _exact(self, call: Call, header: str) -> bool:
        return "ieee754compatible=true" in call.header(header).lower()

    def json(self, status: int, value: Any, call: Call, **headers: str) -> Reply:
        """An answer in this version's JSON."""
        kind = "application/json"
        if self.version == 4:
            exact = ";IEEE754Compatible=true" if self._exact(call, "accept") else ""
            kind += f";odata.metadata=minimal{exact};charset=utf-8"
        return json_reply(status, value, kind, **headers)

    # ---------------------------------------------------------------- paths

    def _resolved(self, parts: list[Segment], reading: Reading) -> Resource:
        first = parts[0]
        entity_set = self.model.sets.get(first.name)
        if entity_set is None:
            raise no_such("resource", first.name)
        resource = Resource(entity_set, first.name, where={})
        if first.brackets is not None:
            self._pick(resource, first.brackets, reading)
        elif not entity_set.addressable:
            raise not_allowed(f"{first.name} is reached through its parents only")
        for part in parts[1:]:
            self._step(resource, part, reading)
        return resource

    def _pick(self, resource: Resource, brackets: str, reading: Reading) -> None:
        key = key_of(resource.entity_set, brackets, self.version)
        rows = reading.rows(resource.entity_set, {**(resource.where or {}), **key})
        row = next(iter(rows), None)
        if row is None:
            raise no_such("entity", f"{resource.entity_set.name}({brackets})")
        resource.row, resource.where = row, None
        resource.path = f"{resource.path}({brackets})"

    def _step(self, resource: Resource, part: Segment, reading: Reading) -> None:
        if resource.ending and (resource.ending, part.name) != (resource.ending, "$value"):
            raise no_such("segment", part.name)
        resource.path += f"/{part.name}"
        if part.name == "$count" and resource.row is None:
            resource.ending = "$count"
        elif part.name == "$value" and resource.ending:
            resource.ending += "/$value"
        elif resource.row is None:
            raise no_such("segment", part.name)
        elif part.name in resource.entity_set.properties and part.brackets is None:
            resource.ending = part.name
        else:
            self._follow(resource, resource.row, part, reading)

    def _follow(self, resource: Resource, row: Row, part: Segment, reading: Reading) -> None:
        navigation = resource.entity_set.navigations.get(part.name)
        if navigation is None:
            raise no_such("segment", part.name)
        resource.parent = (resource.entity_set, navigation, row)
        resource.entity_set = self.model.sets[navigation.target]
        if navigation.many:
            where = {theirs: row.get(ours) for theirs, ours in navigation.on.items()}
            resource.row, resource.where = None, where
            if part.brackets is not None:
                self._pick(resource, part.brackets, reading)
            return
        where = {theirs: row.get(ours) for theirs, ours in navigation.on.items()}
        resource.row = reading.find(resource.entity_set, where)
        if resource.row is None:
            raise no_such("entity", resource.path)

    # ---------------------------------------------------------------- reading

    def asked(self, call: Call, entity_set: EntitySet) -> Options:
        """The query options of a request."""
        return asked(call, self.model, entity_set, lenient=self.unknown_options_ignored)

    def _get(self, call: Call, resource: Resource, reading: Reading) -> Reply:
        if resource.ending == "$count":
            options = self.asked(call, resource.entity_set)
            _, count, _ = reading.chosen(
                resource.entity_set, self._collection(resource, options, reading), options
            )
            return Reply(200, str(count).encode(), {"Content-Type": "text/plain"})
        if resource.row is None:
            options = self.asked(call, resource.entity_set)
            rows = self._collection(resource, options, reading)
            whole = reading.collection(call, resource.entity_set, rows, options, call.path)
            return self.json(200, whole, call)
        if resource.ending:
            return self._property(call, resource, resource.row, reading)
        options = self.asked(call, resource.entity_set)
        if options.filter or options.top is not None or options.skip or options.orderby:
            raise malformed("a single entity has no such query option")
        etag = reading.etag(resource.entity_set, resource.row)
        if etag and call.header("if-none-match") in {etag, "*"}:
            return Reply(304, headers={"ETag": etag})
        return self._entity_reply(200, call, resource.entity_set, resource.row, options, reading)

    def _collection(self, resource: Resource, options: Options, reading: Reading) -> Any:
        where = reading.pins(resource.entity_set, options) | dict(resource.where or {})
        return reading.listed(resource.entity_set, where)

    def _property(self, call: Call, resource: Resource, row: Row, reading: Reading) -> Reply:
        name, _, raw = resource.ending.partition("/")
        value = reading.value(resource.entity_set.properties[name], row)
        if raw:
            text = value if isinstance(value, str) else dumps(value)
            return Reply(200, text.encode(), {"Content-Type": "text/plain;charset=utf-8"})
        if self.version == 2:
            return self.json(200, {"d": {name: value}}, call)
        return self.json(200, {"@odata.context": f"{call.root}$metadata", "value": value}, call)

    def _entity_reply(
        self, status: int, call: Call, entity_set: EntitySet, row: Row, options: Options, reading: Reading
    ) -> Reply:
        entity = reading.entity(entity_set, row, options)
        if self.version == 2:
            entity = {"d": entity}
        else:
            entity = {"@odata.context": f"{call.root}$metadata#{entity_set.name}/$entity"} | entity
        reply = self.json(status, entity, call)
        etag = reading.etag(entity_set, row)
        if etag:
            reply.headers["ETag"] = etag
        return reply

    # ---------------------------------------------------------------- writing

    def _sent(self, call: Call) -> dict[str, Any]:
        if call.header("content-type").partition(";")[0].strip().lower() != "application/json":
            raise ODataError(415, "unsupported_media_type", "send Content-Type: application/json")
        body = loads(call.body)
        if not isinstance(body, dict):
            raise malformed("the body is no entity")
        return body

    def _create(self, call: Call, resource: Resource, reading: Reading) -> Reply:
        entity_set = resource.entity_set
        if resource.row is not None or resource.ending:
            raise not_allowed("entities are posted to collections")
        through = resource.parent is not None
        allowed = entity_set.insertable_through if through else entity_set.creatable
        if entity_set.nested_only or not allowed:
            raise not_allowed(f"{entity_set.name} cannot be created this way")
        foreign = [name for name in entity_set.keys if not entity_set.properties[name].creatable]
        if foreign and len(entity_set.keys) > 1 and not through:
            raise malformed(f"{', '.join(foreign)} comes from the parent: create through its navigation")
        row = self.entered(entity_set, self._sent(call), call, new=True)
        given = {**row, **(resource.where or {})} if through else row
        options = Options(expand=_echoed(entity_set, row, self.model) if self.inserts_echoed else {})
        created = reading.source.create(entity_set.name, given)
        address = reading.url(entity_set, created)
        if "return=minimal" in call.header("prefer") and self.version == 4:
            headers = {"Location": address, "OData-EntityId": address, "Preference-Applied": "return=minimal"}
            return Reply(204, headers=headers)
        reply = self._entity_reply(201, call, entity_set, created, options, reading)
        reply.headers["Location"] = address
        return reply

    def _change(self, call: Call, method: str, resource: Resource, reading: Reading) -> Reply:
        row, entity_set = self._targeted(resource)
        if not entity_set.updatable:
            raise not_allowed(f"{entity_set.name} cannot be changed")
        self._matching(call, entity_set, row, reading)
        sent = self.entered(entity_set, self._sent(call), call, new=False)
        if method == "PUT":
            initial = {p.name: "" if p.type == "Edm.String" else None for p in entity_set.properties.values()}
            sent = {n: v for n, v in initial.items() if entity_set.properties[n].updatable} | sent
        reading.source.change(entity_set.name, row, sent)
        wanted = "return=representation" in call.header("prefer") or self.changes_shown
        fresh = reading.find(entity_set, {name: row[name] for name in entity_set.keys}) if wanted else None
        if self.version == 4 and fresh is not None and "return=minimal" not in call.header("prefer"):
            return self._entity_reply(200, call, entity_set, fresh, Options(), reading)
        return Reply(204)

    def _delete(self, call: Call, resource: Resource, reading: Reading) -> Reply:
        row, entity_set = self._targeted(resource)
        if not entity_set.deletable:
            raise not_allowed(f"{entity_set.name} cannot be deleted")
        self._matching(call, entity_set, row, reading)
        reading.source.remove(entity_set.name, row)
        return Reply(204)

    @staticmethod
    def _targeted(resource: Resource) -> tuple[Row, EntitySet]:
        if resource.row is None or resource.ending:
            raise not_allowed("only single entities are changed or deleted")
        return resource.row, resource.entity_set

    def _matching(self, call: Call, entity_set: EntitySet, row: Row, reading: Reading) -> None:
        etag = reading.etag(entity_set, row)
        wanted = call.header("if-match")
        if not etag or wanted == "*":
            return
        if not wanted:
            raise ODataError(self.missing_if_match, "precondition_required", "send If-Match with the ETag")
        if etag not in {part.strip() for part in wanted.split(",")}:
            raise ODataError(412, "precondition_failed", "the entity was changed since it was read")

    def entered(self, entity_set: EntitySet, sent: Mapping[str, Any], call: Call, *, new: bool) -> Row:
        """A sent entity as a row, checked against the model; nested entities with it."""
        row: Row = {}
        exact = self._exact(call, "content-type")
        for name, value in sent.items():
            if name == "__metadata" or "@" in name or name in self.computed:
                continue
            property = entity_set.property(name)
            if property is not None:
                read = from_json(property, value, self.version, decimals_as_text=exact)
                if property.creatable if new else property.updatable:
                    row[name] = read
                elif name not in entity_set.keys and self.read_only_refused:
                    raise malformed(f"property {name} cannot be set")
                continue
            navigation = entity_set.navigations.get(name)
            if navigation is None:
                raise malformed(f"property {name} is invalid for {entity_set.name}")
            if not new:
                raise malformed(f"{name}: entities are changed one by one")
            row[name] = self._nested(navigation, value, call)
        return row

    def _nested(self, navigation: Navigation, value: Any, call: Call) -> list[Row]:
        target = self.model.sets[navigation.target]
        if not target.insertable_through:
            raise malformed(f"{navigation.name} cannot be created with its parent")
        if navigation.many and isinstance(value, dict) and self.version == 2:
            value = value.get("results")
        many = [value] if isinstance(value, dict) and not navigation.many else value
        if not isinstance(many, list) or not all(isinstance(one, dict) for one in many):
            raise malformed(f"{navigation.name} has an invalid value")
        return [self.entered(target, one, call, new=True) for one in many]

    # ---------------------------------------------------------------- function imports

    def _operation(self, call: Call, method: str, operation: Operation, reading: Reading) -> Reply:
        if method != operation.method:
            raise not_allowed(f"{operation.name} is called by {operation.method}")
        arguments: Row = {}
        for name, text in call.query:
            property = operation.parameters.get(name)
            if property is None:
                continue
            try:
                value = literal(text, self.version)
            except ValueError:
                raise malformed(f"parameter {name} is invalid") from None
            if not fits(property, value):
                raise malformed(f"parameter {name} has the wrong type")
            arguments[name] = shown(property, value)
        for name in operation.parameters:
            if name not in arguments:
                raise malformed(f"parameter {name} is missing")
        answer = reading.source.call(operation.name, arguments)
        if operation.returns:
            return self._entity_reply(
                200, call, self.model.sets[operation.returns], answer, Options(), reading
            )
        values = {name: reading.value(p, answer) for name, p in operation.result.items()}
        return self.json(200, {"d": {operation.name: values}}, call)


def _echoed(entity_set: EntitySet, row: Row, model: Model) -> dict[str, Options]:
    """The navigations that came with a deep insert."""
    found: dict[str, Options] = {}
    for name, navigation in entity_set.navigations.items():
        if name in row:
            target = model.sets[navigation.target]
            merged = found.setdefault(name, Options())
            for child in row[name]:
                merged.expand |= _echoed(target, child, model)
    return found


__all__ = ["Resource", "Service"]
