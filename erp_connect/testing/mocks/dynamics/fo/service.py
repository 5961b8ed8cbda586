"""``/data``: the habits that this product's OData has beside the standard (dynamics.md 3.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from ...business.world import World
from ...odata import calls
from ...odata.calls import Call, Reply, Segment
from ...odata.errors import ODataError, TooLong, UnknownProperty, malformed, not_allowed
from ...odata.model import EntitySet, Property
from ...odata.options import Options
from ...odata.reading import Reading
from ...odata.server import Resource, Service
from ...odata.source import Row, Source
from . import filters
from .model import NAMESPACE, FieldRules, data_model
from .refusing import INFOLOG, bad_field, missing, shown
from .settings import Settings
from .source import DataSource

LATE: Final = "erp_connect.late"
"""Where the host leaves the seconds after which a write becomes visible."""
_READS: Final = frozenset({"GET", "HEAD"})


class TaggedReading(Reading):
    """Rows whose tags stand in their bodies."""

    def etag(self, entity_set: EntitySet, row: Row) -> str:
        """The tag that the row brought."""
        return str(row.get("@etag", ""))

    def value(self, property: Property, row: Row) -> Any:
        """A value; rows bring their own blanks, and null where a field has no mapping."""
        return None if row.get(property.name) is None else super().value(property, row)


class DataService(Service):
    """The entity sets of a site, over all its companies."""

    read_only_refused = False
    annotations = FieldRules()

    def __init__(self, world: World, settings: Settings) -> None:
        super().__init__(data_model(settings))
        self.world, self.settings = world, settings

    # ---------------------------------------------------------------- what the neutral server asks for

    @contextmanager
    def open(self, call: Call) -> Iterator[Source]:
        """One transaction for a write, or for the writes of a change set; a read sees one state."""
        source = DataSource(self.world, self.settings, self.model)
        if call.method in _READS:
            with self.world.reading():
                yield source
        else:
            with self.world.unit() as unit:
                unit.late = float(call.context.get(LATE, 0))
                yield source

    def reading(self, call: Call, source: Source) -> Reading:
        """Reads show the caller's company, or all with ``cross-company=true``; writes find every company's rows."""
        assert isinstance(source, DataSource)
        self.page_size = self.settings.page_size
        home = call.context.get("company") or self.settings.default_company
        across = (call.option("cross-company") or "").lower() == "true" or call.method not in _READS
        seen = source.seen(home, across=across)
        plain = super().reading(call, seen)
        return TaggedReading(self.model, seen, plain.root, plain.decimals_as_text, plain.page_size)

    def answer(self, call: Call) -> Reply:
        """An answer; a batch is multipart, and remembers that it is one."""
        if call.path == "$batch":
            call.context = {**call.context, "batch": "yes"}
            kind = call.header("content-type").partition(";")[0].strip().lower()
            if kind == "application/json" and not self.settings.json_batch:
                return self.refusal(ODataError(415, "media", "The batch is multipart/mixed."), call)
            if call.body.count(b"application/http") > self.settings.batch_limit:
                text = f"The current batch message contains too many parts; {self.settings.batch_limit} are allowed."
                return self.refusal(malformed(text), call)
        return super().answer(call)

    def refusal(self, error: ODataError, call: Call) -> Reply:
        """A refusal in this product's words."""
        segment = call.path.partition("/")[0].partition("(")[0]
        entity_set = self.model.sets.get(segment)
        if error.status == 404 and entity_set is None and not segment.startswith("$"):
            return self._nowhere(segment, call)
        status = error.status
        if error.code == INFOLOG and "batch" in call.context:
            status = self.settings.refusal_status_in_batch
        return self.json(status, shown(error, entity_set.type if entity_set else segment), call)

    def _nowhere(self, segment: str, call: Call) -> Reply:
        text = f"Resource not found for the segment '{segment}'."
        if self.settings.unknown_set == "html":
            page = f"<html><body><h1>404</h1><p>{text}</p></body></html>"
            return Reply(404, page.encode(), {"Content-Type": "text/html; charset=utf-8"})
        return self.json(404, shown(ODataError(404, "not_found", text), segment), call)

    def finish(self, call: Call, reply: Reply, source: Source) -> Reply:
        """No ``ETag`` header: tags stand in bodies (dynamics.md 3.2)."""
        reply.headers.pop("ETag", None)
        return reply

    def asked(self, call: Call, entity_set: EntitySet) -> Options:
        """The query options, within what this product takes."""
        options = super().asked(call, entity_set)
        for name, inner in options.expand.items():
            if inner.expand:
                raise malformed(f"Only the first level of $expand is supported: {name}.")
            target = self.model.sets[entity_set.navigations[name].target]
            inner.filter = filters.rewritten(inner.filter, self.model, target)
        options.filter = filters.rewritten(options.filter, self.model, entity_set)
        return options

    # ---------------------------------------------------------------- calls

    def _done(self, call: Call, method: str, source: Source) -> Reply:
        head, _, action = call.path.rpartition("/")
        if action.startswith(f"{NAMESPACE}."):
            return self._act(call, head, action.removeprefix(f"{NAMESPACE}."), source)
        return super()._done(call, method, source)

    def _act(self, call: Call, path: str, action: str, source: Source) -> Reply:
        """An action of the site's own (dynamics.md 3.5: extension route)."""
        reading = self.reading(call, source)
        resource = self._resolved(calls.segments(path), reading)
        if call.method != "POST":
            raise not_allowed(f"{action} is called by POST.")
        row, entity_set = self._targeted(resource)
        if action not in self.model.actions.get(entity_set.name, ()):
            raise malformed(f"The request URI is not valid. No operation '{NAMESPACE}.{action}' was found.")
        assert isinstance(reading.source, DataSource)
        reading.source.act(entity_set.name, row, action)
        return Reply(204)

    def _resolved(self, parts: list[Segment], reading: Reading) -> Resource:
        try:
            return super()._resolved(parts, reading)
        except ODataError as error:
            if error.status == 404 and parts[0].name in self.model.sets:
                raise missing() from error
            raise

    # ---------------------------------------------------------------- writing

    def _create(self, call: Call, resource: Resource, reading: Reading) -> Reply:
        entity_set = resource.entity_set
        if not entity_set.creatable:
            raise not_allowed(f"Cannot create a record in '{entity_set.name}'.")
        if resource.row is not None or resource.ending:
            raise not_allowed("Entities are posted to collections.")
        row = self.entered(entity_set, self._sent(call), call, new=True) | dict(resource.where or {})
        created = reading.source.create(entity_set.name, row)
        reply = self._entity_reply(201, call, entity_set, created, Options(), reading)
        reply.headers["Location"] = reading.url(entity_set, created)
        return reply

    def _change(self, call: Call, method: str, resource: Resource, reading: Reading) -> Reply:
        """Changes answer 204, whatever is preferred (dynamics.md 3.2)."""
        super()._change(call, method, resource, reading)
        return Reply(204)

    def _matching(self, call: Call, entity_set: EntitySet, row: Row, reading: Reading) -> None:
        """``If-Match`` is optional (dynamics.md 3.2)."""
        wanted = call.header("if-match").strip()
        if wanted in {"", "*"} or reading.etag(entity_set, row) in {
            part.strip() for part in wanted.split(",")
        }:
            return
        text = "The record was changed by another user or process since it was read."
        raise ODataError(self.settings.stale_status, "stale", text)

    def entered(self, entity_set: EntitySet, sent: Mapping[str, Any], call: Call, *, new: bool) -> Row:
        """What was sent, checked against the model; computed fields are ignored, and so may be nested lines."""
        kept: dict[str, Any] = {}
        for name, value in sent.items():
            property = entity_set.property(name)
            if property is None and "@" not in name:
                if name not in entity_set.navigations:
                    raise UnknownProperty(entity_set.name, name)
                if self.settings.nested == "refused":
                    raise malformed(f"The navigation property '{name}' cannot be written with its parent.")
                continue
            fixed = property is not None and self._fixed(entity_set, name, new=new)
            if fixed and self.settings.read_only == "refused":
                raise bad_field(self.settings, entity_set.name, name)
            kept[name] = value
        try:
            return super().entered(entity_set, kept, call, new=new)
        except TooLong as error:
            if self.settings.long_text == "refused":
                raise bad_field(self.settings, entity_set.name, error.name) from error
        cut = {name: self._cut(entity_set, name, value) for name, value in kept.items()}
        return super().entered(entity_set, cut, call, new=new)

    def _fixed(self, entity_set: EntitySet, name: str, *, new: bool) -> bool:
        property = entity_set.properties[name]
        return name not in entity_set.keys and not (property.creatable if new else property.updatable)

    def _cut(self, entity_set: EntitySet, name: str, value: Any) -> Any:
        property = entity_set.property(name)
        if property is None or property.type != "Edm.String" or not isinstance(value, str):
            return value
        return value[: property.length]
