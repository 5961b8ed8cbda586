"""What the books share: the session, the services under the site's own names, the settings (dynamics.md 2.1)."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from ....clock import Clock
from ....errors import ConfigurationError, ErpConnectError, VersionConflict
from ....wire.http import HttpSession
from ....wire.reading_ahead import one_ahead
from ....wire.soap.pages import Fault, PageService, Shape, last_record, records, text_of
from ...services.cells import Row, text
from ...services.units import Units
from ..settings import NavSettings
from .errors import refusal, translated

if TYPE_CHECKING:
    from lxml import etree

KEY: Final = "Key"


class Office:
    """One company as its books use it.  Safe for several threads."""

    def __init__(
        self,
        session: HttpSession,
        settings: NavSettings,
        clock: Clock,
        zone: ZoneInfo,
        *,
        root: str,
        company: str,
    ) -> None:
        """``root``: the path of the web services below the host."""
        self.session, self.settings, self.clock, self.zone = session, settings, clock, zone
        self.root, self.company = root.strip("/"), company
        self.units = Units(settings.units)
        self.currency = settings.currency
        self._services: dict[str, PageService] = {}
        self._published: dict[str, bool] = {}
        self._opening = threading.Lock()

    def today(self) -> date:
        """The present day of the company."""
        return self.clock.now().astimezone(self.zone).date()

    # -- services --------------------------------------------------------------------------------------------

    def companies(self) -> Sequence[str]:
        """The names of all companies of the instance."""
        with self.translated("companies"):
            service = PageService(self.session, f"{self.root}/SystemService")
            result = service.call("Companies", {})
        return [said for each in result if (said := (each.text or "").strip())]

    def page(self, name: str) -> PageService:
        """A page by its service's name; ``ConfigurationError`` for one that the site has not named."""
        if not name:
            raise ConfigurationError("the site has not named a web service for this", code="no_service")
        return self._service(f"Page/{name}")

    def codeunit(self, name: str) -> PageService:
        """A codeunit by its service's name."""
        return self._service(f"Codeunit/{name}")

    def _service(self, where: str) -> PageService:
        with self._opening:
            if where not in self._services:
                path = f"{self.root}/{quote(self.company, safe='')}/{where}"
                self._services[where] = PageService(self.session, path)
            return self._services[where]

    def has(self, name: str) -> bool:
        """Whether the site has published a page under this name."""
        if not name:
            return False
        if name not in self._published:
            try:
                self._published[name] = bool(self.page(name).shape.record)
            except ConfigurationError:
                self._published[name] = False
        return self._published[name]

    def shape(self, name: str) -> Shape:
        """What a record of a page consists of."""
        return self.page(name).shape

    # -- reading ---------------------------------------------------------------------------------------------

    def where(self, name: str, conditions: Mapping[str, str], operation: str) -> list[dict[str, Any]]:
        """All records of a page that fulfil these conditions, each a criterion of the client's filter syntax."""
        return [row for page in self.pages(name, conditions, operation) for row in page]

    def pages(
        self, name: str, conditions: Mapping[str, str], operation: str, *, size: int | None = None
    ) -> Iterator[list[dict[str, Any]]]:
        """The records of a page, so many at a time: each call goes on from the key of the last one (2.2).

        The next ones are fetched while these are looked at.
        """
        record = self.page(name).shape.record
        with closing(one_ahead(self._results(name, conditions, operation, size))) as results:
            for result in results:
                yield records(result, record)

    def _results(
        self, name: str, conditions: Mapping[str, str], operation: str, size: int | None
    ) -> Iterator[etree._Element]:
        service, bookmark = self.page(name), ""
        wanted = [{"Field": field, "Criteria": said} for field, said in conditions.items()]
        fetched = size or self.settings.page_size
        while True:
            parameters: dict[str, Any] = {
                "filter": wanted or [{"Field": "No", "Criteria": ""}],
                "setSize": fetched,
            }
            if bookmark:
                parameters["bookmarkKey"] = bookmark
            with self.translated(operation):
                result = service.call("ReadMultiple", parameters)
            last = last_record(result, service.shape.record)
            if last is None:
                return
            yield result
            key = text(last, KEY)
            if not key or key == bookmark:
                return
            bookmark = key

    def numbered(self, name: str, number: str, operation: str) -> dict[str, Any] | None:
        """The record with this number, whole; ``None`` where there is none.  What Read takes is a filter (2.2)."""
        if not number:
            return None
        service = self.page(name)
        with self.translated(operation):
            found = records(service.call("Read", {"No": exact(number)}), service.shape.record)
        return found[0] if found else None

    # -- writing ---------------------------------------------------------------------------------------------

    def create(self, name: str, record: Mapping[str, Any], operation: str) -> dict[str, Any]:
        """Create a record that the caller has announced; as it is then."""
        return self._written(name, "Create", record, operation)

    def update(self, name: str, record: Mapping[str, Any], operation: str) -> dict[str, Any]:
        """Change a record that the caller has announced, under its ``Key``; as it is then.

        ``VersionConflict`` where the record is another one than that of the key.
        """
        try:
            return self._written(name, "Update", record, operation)
        except ErpConnectError as failure:
            raise self._stale(name, str(record.get(KEY, "")), failure) or failure from failure.__cause__

    def delete(self, name: str, key: str, operation: str) -> bool:
        """Delete the record of a key; ``False``: it ran, and may or may not have deleted (dynamics.md 2.2)."""
        try:
            with self.translated(operation, writes=True):
                return text_of(self.page(name).call("Delete", {KEY: key}, writes=True)).lower() == "true"
        except ErpConnectError as failure:
            raise self._stale(name, key, failure) or failure from failure.__cause__

    def delete_line(self, name: str, key: str, operation: str) -> bool:
        """Delete the line of a key."""
        service = self.page(name)
        call = f"Delete_{service.shape.container}"
        with self.translated(operation, writes=True):
            answer = service.call(call, {f"{service.shape.container}_Key": key}, writes=True)
            return text_of(answer).lower() == "true"

    def known(self, procedure: str) -> None:
        """See that the service of a procedure is described, before anything that leads to its call."""
        self.codeunit(_parts(procedure)[0]).operations  # noqa: B018 - it is fetched when it is looked at

    def run(self, procedure: str, number: str, operation: str) -> str:
        """Call a procedure of the site's own, named ``Service.Procedure(parameter)``, for an order; what it answers."""
        service, call, parameter = _parts(procedure)
        with self.translated(operation, writes=True):
            return text_of(self.codeunit(service).call(call, {parameter: number}, writes=True))

    def _written(self, name: str, call: str, record: Mapping[str, Any], operation: str) -> dict[str, Any]:
        service = self.page(name)
        with self.translated(operation, writes=True):
            answer = service.call(call, {service.shape.record: dict(record)}, writes=True)
            found = records(answer, service.shape.record)
        return found[0] if found else {}

    def _stale(self, name: str, key: str, failure: ErpConnectError) -> ErpConnectError | None:
        """A conflict, where the record behind a refused key has moved: such faults have no code of their own (9)."""
        if failure.outcome != "not_applied" or not isinstance(failure.__cause__, Fault) or not key:
            return None
        try:
            moved = text_of(self.page(name).call("IsUpdated", {KEY: key})).lower() == "true"
        except Fault:
            moved = True  # gone meanwhile
        except ErpConnectError:
            return None
        if not moved:
            return None
        return VersionConflict(
            "the record was changed since it was read", operation=failure.operation, native=failure.native
        )

    def translated(self, operation: str, *, writes: bool = False) -> AbstractContextManager[None]:
        """Faults inside leave as this library's errors, with what became of a write."""
        return translated(self.clock, operation, writes=writes)

    def fitting(self, name: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """What of a record the page has elements for; element lists differ from site to site (dynamics.md 2.3)."""
        known = set(self.shape(name).fields)
        return {field: value for field, value in said.items() if value is not None and field in known}

    def line_fitting(self, name: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """The same of a line."""
        known = set(self.shape(name).line_fields)
        return {field: value for field, value in said.items() if value is not None and field in known}

    def with_lines(
        self, name: str, record: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        """A record with lines in it."""
        shape = self.shape(name)
        return (
            {**record, shape.container: {shape.line: [dict(line) for line in lines]}}
            if lines
            else dict(record)
        )


def exact(value: str) -> str:
    """The criterion for exactly this text: quoted, so that no character of it is one of the filter syntax (2.2)."""
    return "'" + value.replace("'", "''") + "'"


def _parts(procedure: str) -> tuple[str, str, str]:
    service, dot, rest = procedure.partition(".")
    call, bracket, parameter = rest.partition("(")
    if not (dot and call):
        raise ConfigurationError(
            f"{procedure!r} names no procedure",
            hint="write Service.Procedure or Service.Procedure(parameter)",
        )
    return service.strip(), call.strip(), parameter.rstrip(")").strip() if bracket else "orderNo"


__all__ = ["KEY", "Office", "Row", "exact", "refusal"]
