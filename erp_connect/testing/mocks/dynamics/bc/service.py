"""API v2.0 of one company: the habits that its OData has beside the standard (dynamics.md 1.3 to 1.15)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import MINYEAR, date, datetime
from typing import Any, Final

from ...business.company import Company
from ...business.refusals import Refusal
from ...odata import calls
from ...odata.calls import Call, Reply, Segment
from ...odata.errors import ODataError, not_allowed
from ...odata.model import EntitySet, Model
from ...odata.options import Options
from ...odata.reading import Reading
from ...odata.server import Resource, Service
from ...odata.source import Row, Source
from . import filters
from .fields import SERVER_OWNED
from .papers import LINES
from .reading import NAMESPACE, PDF, ApiAnnotations, BlankReading, is_guid
from .refusing import DIALOG, not_found, read_only, shown, worded
from .settings import Settings
from .source import CompanySource

_MISSING_TOKEN: Final = (
    "Could not validate the client concurrency token required by the service. Please provide a valid token in"
    " the client request."
)
LATE: Final = "erp_connect.late"
"""Where the host leaves the seconds after which a write becomes visible."""


class CompanyService(Service):
    """The sets of one company."""

    missing_if_match = 400
    changes_shown = True
    inserts_echoed = False
    unknown_options_ignored = True

    def __init__(self, company: Company, settings: Settings, model: Model) -> None:
        super().__init__(model)
        self.company, self.settings = company, settings
        self.annotations = ApiAnnotations(model)

    # ---------------------------------------------------------------- what the neutral server asks for

    @contextmanager
    def open(self, call: Call) -> Iterator[Source]:
        """One transaction for a write; a read sees one state."""
        world = self.company.world
        source = CompanySource(self.company, self.settings)
        try:
            if call.method in {"GET", "HEAD"} and not self.settings.reads_bump:
                with world.reading():
                    yield source
            else:
                with world.unit() as unit:
                    unit.late = float(call.context.get(LATE, 0))
                    yield source
        except Refusal as refusal:
            raise worded(refusal, self.settings) from refusal

    def reading(self, call: Call, source: Source) -> Reading:
        """Rows in this product's form."""
        self.page_size = self.settings.page_size
        plain = super().reading(call, source)
        found = BlankReading(plain.model, plain.source, plain.root, plain.decimals_as_text, plain.page_size)
        found.prefix = call.context.get("prefix", "")
        return found

    def refusal(self, error: ODataError, call: Call) -> Reply:
        """A refusal in this product's words."""
        segment = call.path.partition("/")[0].partition("(")[0]
        entity_set = self.model.sets.get(_last_set(call.path, self.model))
        body = shown(error, entity_set.type if entity_set else segment, segment)
        return self.json(error.status, body, call)

    def finish(self, call: Call, reply: Reply, source: Source) -> Reply:
        """No ``ETag`` header: tags stand in bodies (dynamics.md 1.3)."""
        reply.headers.pop("ETag", None)
        return reply

    def json(self, status: int, value: Any, call: Call, **headers: str) -> Reply:
        """JSON under the media type that this product names."""
        reply = super().json(status, value, call, **headers)
        exact = ";IEEE754Compatible=true" if self._exact(call, "accept") else ""
        reply.headers["Content-Type"] = (
            f"application/json; odata.metadata=minimal; odata.streaming=true{exact}"
        )
        return reply

    def asked(self, call: Call, entity_set: EntitySet) -> Options:
        """The query options, within what this product takes."""
        options = super().asked(call, entity_set)
        self._checked(options, entity_set)
        if options.top is not None and options.top > self.settings.page_size:
            raise ODataError(413, "BadRequest", "The request asks for more rows than a page may have.")
        return options

    def _checked(self, options: Options, entity_set: EntitySet) -> None:
        if options.filter:
            filters.checked(options.filter, frozenset(entity_set.properties))
        for name, inner in options.expand.items():
            self._checked(inner, self.model.sets[entity_set.navigations[name].target])

    # ---------------------------------------------------------------- calls

    def _done(self, call: Call, method: str, source: Source) -> Reply:
        head, _, action = call.path.rpartition("/")
        if action == PDF and method == "GET":
            return self._pdf(call, source)
        if action.startswith(f"{NAMESPACE}."):
            return self._act(call, head, action.removeprefix(f"{NAMESPACE}."), source)
        return super()._done(call, method, source)

    def _pdf(self, call: Call, source: Source) -> Reply:
        head = call.path.removesuffix(f"/{PDF}")
        resource = self._resolved(calls.segments(head), self.reading(call, source))
        row, entity_set = self._targeted(resource)
        if entity_set.name != "pdfDocument" or self.company.documents.get(row["id"]) is None:
            raise not_found(PDF)
        number = self.company.documents.row(row["id"]).number
        return Reply(
            200, f"%PDF-1.4\n% {number}\n%%EOF\n".encode(), {"Content-Type": "application/octet-stream"}
        )

    def _act(self, call: Call, path: str, action: str, source: Source) -> Reply:
        resource = self._resolved(calls.segments(path), self.reading(call, source))
        if call.method != "POST":
            raise not_allowed(f"'{call.method}' requests for actions are not allowed.")
        row, entity_set = self._targeted(resource)
        if entity_set.name not in self.model.actions:
            raise ODataError(501, "BadRequest_MethodNotImplemented", "Entity does not support bound actions")
        if action not in self.model.actions[entity_set.name]:
            raise not_found(f"{NAMESPACE}.{action}")
        if call.header("if-match"):
            self._matching(call, entity_set, row, self.reading(call, source))
        assert isinstance(source, CompanySource)
        source.act(entity_set.name, row["id"], action)
        return Reply(204)

    def _get(self, call: Call, resource: Resource, reading: Reading) -> Reply:
        name = resource.entity_set.name
        if name in LINES and resource.row is None:
            options = self.asked(call, resource.entity_set)
            pinned = reading.pins(resource.entity_set, options).keys() | (resource.where or {}).keys()
            if not pinned & {"id", "documentId"}:
                text = "You must specify an Id or a Document Id to get the lines."
                raise ODataError(400, DIALOG, text)
        if self.settings.reads_bump and name == "salesOrders" and resource.row is not None:
            document = self.company.documents.row(resource.row["id"])
            self.company.documents.put(document)
            resource.row = reading.find(resource.entity_set, {"id": document.id})
        return super()._get(call, resource, reading)

    def _resolved(self, parts: list[Segment], reading: Reading) -> Resource:
        if parts[0].name == "companies":
            raise not_found("companies")
        try:
            return super()._resolved(parts, reading)
        except ODataError as error:
            if error.code == "bad_request" and any(not is_guid(part.brackets) for part in parts):
                raise ODataError(400, "Application_InvalidGUID", "The GUID is not valid.") from error
            raise

    def _entity_reply(
        self, status: int, call: Call, entity_set: EntitySet, row: Row, options: Options, reading: Reading
    ) -> Reply:
        prefix = call.context.get("prefix", "")
        context = f"{call.root}$metadata#{prefix}{entity_set.name}/$entity"
        entity = {"@odata.context": context} | reading.entity(entity_set, row, options)
        return self.json(status, entity, call)

    # ---------------------------------------------------------------- writing

    def _create(self, call: Call, resource: Resource, reading: Reading) -> Reply:
        entity_set = resource.entity_set
        if resource.row is not None or resource.ending:
            raise not_allowed("'POST' requests for single entities are not allowed.")
        if not entity_set.creatable:
            text = f"'POST' requests for '{entity_set.name}' of EdmType 'Entity' are not allowed."
            raise not_allowed(text)
        options = self.asked(call, entity_set)
        row = self.entered(entity_set, self._sent(call), call, new=True) | dict(resource.where or {})
        created = reading.source.create(entity_set.name, row)
        address = f"{call.root}{call.context.get('prefix', '')}{resource.path}({created['id']})"
        if "return-no-content" in call.header("prefer"):
            return Reply(204, headers={"Location": address})
        reply = self._entity_reply(201, call, entity_set, created, options, reading)
        reply.headers["Location"] = address
        return reply

    def _change(self, call: Call, method: str, resource: Resource, reading: Reading) -> Reply:
        return super()._change(call, "PATCH", resource, reading)

    def _matching(self, call: Call, entity_set: EntitySet, row: Row, reading: Reading) -> None:
        wanted = call.header("if-match").strip()
        if wanted == "*" or (not wanted and call.method in {"DELETE", "POST"}):
            return
        if not wanted.startswith('W/"') or not wanted.endswith('"'):
            raise ODataError(400, "BadRequest_InvalidToken", _MISSING_TOKEN)
        if reading.etag(entity_set, row) != wanted:
            raise ODataError(409, "Request_EntityChanged", "Another user has already changed the record.")

    def entered(self, entity_set: EntitySet, sent: Mapping[str, Any], call: Call, *, new: bool) -> Row:
        """What was sent, checked as pages check it; blank dates mean none."""
        kept: dict[str, Any] = {}
        for name, value in sent.items():
            property = entity_set.property(name)
            if property is None:
                if "@" not in name and name not in entity_set.navigations:
                    text = f"The property '{name}' does not exist on type '{NAMESPACE}.{entity_set.type}'."
                    raise ODataError(400, "BadRequest", text)
            elif name in SERVER_OWNED:
                if self.settings.server_owned == "refused":
                    raise read_only(name)
                continue
            elif name not in entity_set.keys and not property.creatable:
                raise read_only(name)
            elif property.members and value not in property.members:
                options = ",".join(property.members)
                text = f"'{value}' is not an option. The existing options are: {options}"
                raise ODataError(400, "Unknown", text)
            kept[name] = value
        row = super().entered(entity_set, kept, call, new=new)
        return {name: None if _is_blank_date(value) else value for name, value in row.items()}


def _is_blank_date(value: Any) -> bool:
    return isinstance(value, date | datetime) and value.year == MINYEAR


def _last_set(path: str, model: Model) -> str:
    found = ""
    for part in path.split("/"):
        name = part.partition("(")[0]
        if name in model.sets:
            found = name
    return found
