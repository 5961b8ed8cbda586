"""The Web API v9.2: what each method does to each address (dynamics.md 4.2 to 4.6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote
from uuid import UUID

from ...business.refusals import Refusal
from ...odata import calls
from ...odata.calls import Call, Reply, Segment, json_reply, key_of
from ...odata.errors import ODataError, malformed, not_allowed
from ...odata.model import EntitySet
from ...odata.options import Options
from ...odata.reading import Reading
from ...odata.server import Resource, Service
from ...odata.source import Row, Source
from . import actions, definitions, refusing
from .entering import Entered, Resolve, entered
from .model import Table
from .organization import Organization
from .reading import DataverseReading, preference
from .source import DataSource

LATE: Final = "late"
"""Where a call's context says how many seconds after its end its changes are seen."""
_READS: Final = frozenset({"GET", "HEAD"})
_BREAKING: Final = frozenset("/<>*%&:\\?+")
"""Characters that a key value in an address must not have (dynamics.md 4.5)."""


class DataService(Service):
    """One environment behind the Web API."""

    batch_stopped_status = 400
    annotations = actions.Described()

    def __init__(self, organization: Organization) -> None:
        super().__init__(organization.schema.model)
        self.organization, self.settings = organization, organization.settings

    @contextmanager
    def open(self, call: Call) -> Iterator[Source]:
        """A read, or a transaction."""
        user = UUID(call.context["user"]) if "user" in call.context else self.organization.id
        source = DataSource(self.organization, user)
        try:
            if call.method in _READS:
                with self.organization.world.reading():
                    yield source
            else:
                with self.organization.world.unit() as unit:
                    unit.late = float(call.context.get(LATE, 0))
                    yield source
        except Refusal as refusal:
            raise refusing.translated(refusal, self.settings) from refusal

    def reading(self, call: Call, source: Source) -> DataverseReading:
        """How a call reads: pages of its own size, annotations that it prefers."""
        self.page_size = self.settings.page_size
        plain = super().reading(call, source)
        wanted = preference(call, "include-annotations")
        size = preference(call, "maxpagesize")
        pages = min(int(size), self.settings.page_size) if size.isdigit() and int(size) else plain.page_size
        return DataverseReading(self.model, source, plain.root, plain.decimals_as_text, pages, wanted)

    def answer(self, call: Call) -> Reply:
        """An answer; a batch is multipart and has its limit."""
        if call.path == "$batch":
            kind = call.header("content-type").partition(";")[0].strip().lower()
            if kind == "application/json":
                return self.refusal(ODataError(415, "media", "The batch is multipart/mixed."), call)
            if call.body.count(b"application/http") > self.settings.batch_limit:
                text = f"The number of requests in a batch exceeds {self.settings.batch_limit}."
                return self.refusal(malformed(text), call)
        return super().answer(call)

    def refusal(self, error: ODataError, call: Call) -> Reply:
        """A refusal in this product's words."""
        if error.status == 204:
            return Reply(204, headers={"OData-Version": "4.0"})
        if error.status == 404 and error.code == "not_found":
            error = refusing.no_segment(error.message.split()[1])
        segment = unquote(call.path).partition("/")[0].partition("(")[0]
        entity_set = self.model.sets.get(segment)
        body = refusing.shown(error, self.settings, entity_set.type if entity_set else segment)
        kind = "application/json; odata.metadata=minimal"
        return json_reply(error.status, body, kind, OData_Version="4.0")

    def body(self, call: Call) -> dict[str, Any]:
        """The JSON object that was sent."""
        try:
            return self._sent(call)
        except ODataError as error:
            if error.status == 400:
                raise refusing.payload(self.settings, error.message) from None
            raise

    # ---------------------------------------------------------------- addresses

    def addressed(
        self, call: Call, address: str, table: Table, source: DataSource
    ) -> tuple[UUID | None, dict[str, Any]]:
        """The id of the row at ``set(key)``, or None, and the key's values."""
        logical, ident, keys = self._located(call, address, source)
        if logical != table.logical:
            raise refusing.payload(self.settings, f"{address} is no {table.logical}.")
        return ident, keys

    def resolver(self, call: Call, source: DataSource) -> Resolve:
        """How addresses in bodies are followed; ``$1`` is what a change set made before (dynamics.md 4.6)."""

        def resolve(address: str) -> tuple[str, UUID]:
            logical, ident, keys = self._located(call, address, source)
            if ident is None:
                raise self._gone(logical, keys)
            source.accessible(ident)
            return logical, ident

        return resolve

    def _located(
        self, call: Call, address: str, source: DataSource
    ) -> tuple[str, UUID | None, dict[str, Any]]:
        path = call.context.get(address, address)
        path = path.removeprefix(call.root).lstrip("/")
        path = path.removeprefix("api/data/v9.2/")
        parts = calls.segments(path)
        entity_set = self.model.sets.get(parts[0].name)
        if entity_set is None or len(parts) != 1 or parts[0].brackets is None:
            raise refusing.payload(self.settings, f"'{address}' is not the address of an entity.")
        keys = self._key(entity_set, parts[0].brackets)
        return entity_set.type, self._found(entity_set, keys, source), keys

    def _gone(self, logical: str, keys: Mapping[str, Any]) -> ODataError:
        key = self.organization.schema.tables[logical].key
        return refusing.gone(logical, keys[key]) if key in keys else refusing.gone_by_key(logical)

    def _key(self, entity_set: EntitySet, brackets: str) -> dict[str, Any]:
        """The key in brackets: a GUID, or the columns of an alternate key that is in use (dynamics.md 4.5)."""
        names = {part.partition("=")[0].strip() for part in _parted(brackets) if "=" in part}
        if not names or names == set(entity_set.keys):
            return key_of(entity_set, brackets, 4)
        key = self.organization.active_key(entity_set.type, names)
        if key is None:
            raise refusing.no_key(entity_set.type)
        values = key_of(replace(entity_set, keys=key.columns), brackets, 4)
        for value in values.values():
            if isinstance(value, str) and _BREAKING & set(value):
                raise ODataError(400, "0x0", "Bad Request - Error in query syntax.")
        return {n: int(v) if entity_set.properties[n].type == "Edm.Int32" else v for n, v in values.items()}

    def _found(self, entity_set: EntitySet, keys: Mapping[str, Any], source: DataSource) -> UUID | None:
        for record in self.organization.rows(entity_set.type, keys):
            row = self.organization.row(entity_set.type, record)
            if all(row.get(name) == value for name, value in keys.items()):
                return record.id
        return None

    def _pick(self, resource: Resource, brackets: str, reading: Reading) -> None:
        entity_set, source = resource.entity_set, reading.source
        assert isinstance(source, DataSource)
        keys = self._key(entity_set, brackets)
        ident = self._found(entity_set, keys, source)
        if ident is not None:
            source.accessible(ident)
        where = {**(resource.where or {}), entity_set.keys[0]: ident}
        row = next(iter(reading.rows(entity_set, where)), None) if ident is not None else None
        if row is None:
            raise self._gone(entity_set.type, keys)
        resource.row, resource.where = row, None
        resource.path = f"{resource.path}({brackets})"

    def _follow(self, resource: Resource, row: Row, part: Segment, reading: Reading) -> None:
        """A look-up that is null has no content."""
        navigation = resource.entity_set.navigations.get(part.name)
        if navigation is not None and not navigation.many:
            ours = next(iter(navigation.on.values()))
            if row.get(ours) is None:
                raise ODataError(204, "empty", "")
        super()._follow(resource, row, part, reading)

    # ---------------------------------------------------------------- calls

    def _done(self, call: Call, method: str, source: Source) -> Reply:
        assert isinstance(source, DataSource)
        path = unquote(call.path).rstrip("/")
        if path.partition("(")[0].partition("/")[0] == "EntityDefinitions":
            return definitions.answered(self, call, path, source)
        head, _, last = path.rpartition("/")
        if last.startswith(f"{refusing.NAMESPACE}."):
            name = last.removeprefix(f"{refusing.NAMESPACE}.").partition("(")[0]
            return actions.bound(self, call, head, name, source)
        if path.partition("(")[0] in actions.UNBOUND:
            return actions.unbound(self, call, path.partition("(")[0], source)
        if last == "$ref" and method not in _READS:
            return self._referred(call, method, head, source)
        if method == "PATCH" and "/" not in path and path.endswith(")"):
            return self._upsert(call, path, source)
        if method in {"PUT", "DELETE"} and head and "/" not in head:
            written = self._column(call, method, head, last, source)
            if written is not None:
                return written
        return super()._done(call, method, source)

    def _get(self, call: Call, resource: Resource, reading: Reading) -> Reply:
        assert isinstance(reading, DataverseReading)
        token = call.option("$deltatoken")
        if token is not None and resource.row is None:
            call.query = [(name, value) for name, value in call.query if name != "$deltatoken"]
            options = self.asked(call, resource.entity_set)
            return self.json(200, reading.delta(call, resource.entity_set, options, token), call)
        if call.option("$expand") or reading.annotated:
            call.headers = {n: v for n, v in call.headers.items() if n != "if-none-match"}
        reply = super()._get(call, resource, reading)
        if resource.ending == "$count":
            reply.body = str(min(int(reply.body), self.settings.count_cap)).encode()
        if reading.annotated:
            reply.headers["Preference-Applied"] = f'odata.include-annotations="{reading.annotated}"'
        return reply

    def asked(self, call: Call, entity_set: EntitySet) -> Options:
        """The query options, within what this product takes (dynamics.md 4.2)."""
        if call.option("$skip") is not None:
            raise ODataError(400, refusing.QUERY, "Skip Clause is not supported in CRM")
        options = super().asked(call, entity_set)
        if preference(call, "maxpagesize"):
            options.top = None
        return options

    # ---------------------------------------------------------------- writing

    def stored(self, table: Table, found: Entered, source: DataSource) -> Row:
        """A new row with those nested in it, in one transaction; as it is then."""
        sent = dict(found.values)
        if found.ident is not None:
            sent[table.key] = found.ident
        row = source.create(table.set, sent)
        for other, column, child in found.children:
            child.values[column] = row[table.key]
            self.stored(self.organization.schema.tables[other], child, source)
        record = self.organization.data[table.logical].row(row[table.key])
        return self.organization.row(table.logical, record)

    def _entered(self, call: Call, table: Table, source: DataSource, *, new: bool) -> Entered:
        exact = self._exact(call, "content-type")
        resolve = self.resolver(call, source)
        return entered(self.organization, table, self.body(call), resolve, new=new, exact=exact)

    def _create(self, call: Call, resource: Resource, reading: Reading) -> Reply:
        source = reading.source
        assert isinstance(source, DataSource)
        if resource.row is not None or resource.ending:
            raise not_allowed("entities are posted to collections")
        table = source.table(resource.entity_set.name)
        found = self._entered(call, table, source, new=True)
        found.values |= resource.where or {}
        return self._told(call, table, self.stored(table, found, source), reading, new=True)

    def _upsert(self, call: Call, path: str, source: DataSource) -> Reply:
        """A change, or a new row where there is none, unless a guard forbids it (dynamics.md 4.2)."""
        part = calls.segments(call.path)[0]
        entity_set = self.model.sets.get(part.name)
        if entity_set is None or part.brackets is None:
            raise refusing.no_segment(part.name)
        table, reading = source.table(entity_set.name), self.reading(call, source)
        keys = self._key(entity_set, part.brackets)
        ident = self._found(entity_set, keys, source)
        if ident is None:
            if call.header("if-match"):
                raise self._gone(table.logical, keys)
            found = actions.with_keys(table, self._entered(call, table, source, new=True), keys)
            return self._told(call, table, self.stored(table, found, source), reading, new=True)
        if call.header("if-none-match").strip() == "*":
            raise refusing.exists_already()
        row = self.organization.row(table.logical, source.record(table, {table.key: ident}))
        return self._changed(call, table, row, reading)

    def _change(self, call: Call, method: str, resource: Resource, reading: Reading) -> Reply:
        """A change of what a longer path leads to; whole rows are not put (dynamics.md 4.2)."""
        if method != "PATCH":
            raise not_allowed(f"method {method} is not allowed")
        row, entity_set = self._targeted(resource)
        assert isinstance(reading.source, DataSource)
        return self._changed(call, reading.source.table(entity_set.name), row, reading)

    def _changed(self, call: Call, table: Table, row: Row, reading: Reading) -> Reply:
        source = reading.source
        assert isinstance(source, DataSource)
        self._matching(call, self.model.sets[table.set], row, reading)
        found = self._entered(call, table, source, new=False)
        source.change(table.set, row, found.values)
        fresh = self.organization.data[table.logical].row(row[table.key])
        return self._told(call, table, self.organization.row(table.logical, fresh), reading, new=False)

    def _told(self, call: Call, table: Table, row: Row, reading: Reading, *, new: bool) -> Reply:
        """204 with the address, or the row where the caller prefers it (dynamics.md 4.2, 4.9 point 1)."""
        entity_set = self.model.sets[table.set]
        address = {"OData-EntityId": reading.url(entity_set, row)}
        if preference(call, "return") != "representation" and "return=representation" not in call.header(
            "prefer"
        ):
            return Reply(204, headers=address)
        options = self.asked(call, entity_set)
        reply = self._entity_reply(201 if new else 200, call, entity_set, row, options, reading)
        reply.headers |= address | {"Preference-Applied": "return=representation"}
        return reply

    def _matching(self, call: Call, entity_set: EntitySet, row: Row, reading: Reading) -> None:
        """``If-Match`` is optional (dynamics.md 4.2)."""
        wanted = call.header("if-match").strip()
        if wanted not in {"", "*"} and reading.etag(entity_set, row) != wanted:
            raise refusing.stale()

    def _column(self, call: Call, method: str, head: str, name: str, source: DataSource) -> Reply | None:
        """One column written or cleared by its own address; None where the name is no column."""
        reading = self.reading(call, source)
        resource = self._resolved(calls.segments(call.path.rpartition("/")[0]), reading)
        table = source.table(resource.entity_set.name)
        if resource.row is None or name not in table.columns:
            return None
        body = {name: None} if method == "DELETE" else {name: self.body(call).get("value")}
        self._matching(call, resource.entity_set, resource.row, reading)
        found = entered(self.organization, table, body, self.resolver(call, source), new=False)
        source.change(table.set, resource.row, found.values)
        return Reply(204)

    def _referred(self, call: Call, method: str, path: str, source: DataSource) -> Reply:
        """``{nav}/$ref``: a look-up set or cleared (dynamics.md 4.2)."""
        owner, _, way = path.rpartition("/")
        reading = self.reading(call, source)
        resource = self._resolved(calls.segments(owner), reading)
        table = source.table(resource.entity_set.name)
        if resource.row is None or table.way(way) is None:
            raise refusing.no_segment(way)
        if method == "DELETE":
            body: dict[str, Any] = {f"{way}@odata.bind": None}
        elif method in {"PUT", "POST"}:
            body = {f"{way}@odata.bind": self.body(call).get("@odata.id")}
        else:
            raise not_allowed(f"method {method} is not allowed")
        found = entered(self.organization, table, body, self.resolver(call, source), new=False)
        source.change(table.set, resource.row, found.values)
        return Reply(204)


def _parted(text: str) -> list[str]:
    """The parts of a key, which commas within quotes do not part."""
    parts, quoted = [""], False
    for character in text:
        if character == "'":
            quoted = not quoted
        if character == "," and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return [part for part in parts if not part.strip().startswith("'")]
