"""What the books share: the web service, the publications under the site's own names, the settings (sage.md 2.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from ....clock import Clock
from ....errors import (
    ErpConnectError,
    NotFound,
    RequestRefused,
    TransportError,
    VersionConflict,
)
from ....models import Ref
from ....wire.adonix import (
    Part,
    Record,
    Refused,
    Reply,
    WebService,
    param,
    record_in,
    rows_in,
)
from ....wire.adonix.streams import Row, Table, Value
from ...services.units import Units
from .cells import text
from .errors import refused_alike
from .publications import Publications
from .settings import X3Settings
from .shapes import TECHNICAL, Shape

__all__ = ["Office", "named", "stamp_of"]

STAMP: Final = "WW_MODSTAMP"
NOTES: Final = "@NOTES"
"""Where a record that was read says what X3 said beside it."""
_GROWS: Final = 10
_NUMBER: Final = 40
"""Longer than any key of X3."""


class Office(Publications):
    """One folder as its books use it.  Safe for several threads."""

    def __init__(self, service: WebService, settings: X3Settings, clock: Clock, zone: ZoneInfo) -> None:
        super().__init__(service, settings, clock)
        self.zone = zone
        self.units = Units(settings.units)
        self._countries = {theirs.upper(): ours for ours, theirs in settings.countries.items()}
        self.draws_numbers = False
        """Whether it was seen that the order type draws its numbers, although the settings say that they are ours."""
        self._units: dict[str, str | None] = {}

    @property
    def at_once(self) -> int:
        """Calls that may be under way together: no more than the pool has channels (sage.md 2.16)."""
        return self.service.session.gate.cap

    def today(self) -> date:
        """The present day of the company."""
        return self.clock.now().astimezone(self.zone).date()

    def unit(self, code: str) -> str | None:
        """Our code for one of the site's units; ``None`` where nobody knows."""
        found = self._units.get(code)
        if found is None and code not in self._units:
            found = self._units[code] = self.units.ours(code)
        return found

    def country(self, code: str) -> str:
        """Our code for one of the site's countries, or what stands there."""
        return self._countries.get(code.upper(), code)

    # -- reading ---------------------------------------------------------------------------------------------

    def read(self, kind: str, key: str, operation: str) -> Record:
        """The record with this key, whole; ``NotFound`` where there is none."""
        shape = self.shape(kind)
        if not key.strip() or len(key) > _NUMBER or "*" in key:
            raise NotFound("there is no such record", operation=operation)
        try:
            with self.translated(operation):
                parts: dict[str, Part] = {"publicName": shape.service, "objectKeys": {shape.key: key}}
                reply = self.service.call("read", parts)
                if reply.result is None:
                    raise Refused(reply, shape.service)
                record = record_in(reply.result)
        except ErpConnectError as failure:
            raise self._absent(shape, key, failure, operation) or failure from failure.__cause__
        if shape.text(record, "number") != key.strip():
            raise NotFound("there is no such record", operation=operation)
        return {**record, NOTES: list(reply.said)} if reply.messages else record

    def _absent(
        self, shape: Shape, key: str, failure: ErpConnectError, operation: str
    ) -> ErpConnectError | None:
        """That there is no such record, where the list does not show it: refusals have no code (sage.md 2.17)."""
        if not isinstance(failure.__cause__, Refused) or failure.retryable:
            return None
        if not isinstance(failure, RequestRefused | TransportError) or isinstance(failure, VersionConflict):
            return None
        try:
            rows = [text(row, shape.key) for row in self.rows(shape, {shape.key: key}, operation)]
        except ErpConnectError as other:
            alike = refused_alike(failure, other)
            if alike is None:
                other.native = (*failure.native, *other.native)
            return alike or other
        if key.strip() in rows:
            return None
        return NotFound("there is no such record", operation=operation, native=failure.native)

    def rows(
        self,
        shape: Shape,
        criteria: Mapping[str, str],
        operation: str,
        *,
        most: int | None = None,
    ) -> Iterator[Row]:
        """Rows of a list, each once: what a query holds, asked for in larger pieces until it is all (sage.md 2.11).

        There is no offset: a larger answer begins anew.  What a list shows may be cut, so a row is only left out where
        the criterion was a wildcard and the row shows something else.  Raises ``RequestRefused`` behind the last row
        where the list holds more than it can show.
        """
        size = min(
            self.settings.list_size if most is None else min(most, self.settings.list_size),
            shape.description.most_rows,
        )
        told: set[str] = set()
        left = most
        while True:
            with self.translated(operation):
                parts: dict[str, Part] = {
                    "publicName": shape.service,
                    "objectKeys": {column: _criterion(value) for column, value in criteria.items()}
                    or {shape.key: "*"},
                    "listSize": size,
                }
                result = self.service.call("query", parts).result
                found = [] if result is None else rows_in(result)
            for row in found:
                key = text(row, shape.key)
                if not key or key in told:
                    continue
                told.add(key)
                if not all(_may_be(text(row, column), value) for column, value in criteria.items()):
                    continue
                yield row
                left = None if left is None else left - 1
                if left == 0:
                    return
            if len(found) < size:
                return
            if size >= shape.description.most_rows:
                raise RequestRefused(
                    f"a list shows {size} rows at most, and this one is full",
                    code="list_capped",
                    operation=operation,
                    hint="name the customer or supplier, or have the list of the publication narrowed",
                )
            size = min(size * _GROWS, shape.description.most_rows)

    # -- writing ---------------------------------------------------------------------------------------------

    def save(
        self, kind: str, groups: Mapping[str, Mapping[str, Value]], rows: Table, operation: str
    ) -> tuple[Record, Reply]:
        """Create a record that the caller has announced; as it stands then."""
        shape = self.shape(kind)
        return self._written(
            "save", {"publicName": shape.service, "objectXml": shape.document(groups, rows)}, operation
        )

    def modify(
        self,
        kind: str,
        before: Record,
        groups: Mapping[str, Mapping[str, Value]],
        rows: Table,
        operation: str,
        *,
        force: bool = False,
    ) -> tuple[Record, Reply]:
        """Change a record that the caller has announced, under the stamp that was read; as it stands then.

        ``VersionConflict`` where the record is another one by then.
        """
        shape = self.shape(kind)
        stamp, key = "" if force else stamp_of(before), shape.text(before, "number")
        told = dict(groups)
        if stamp:
            told[TECHNICAL] = {STAMP: stamp}
        parts: dict[str, Part] = {
            "publicName": shape.service,
            "objectKeys": {shape.key: key},
            "objectXml": shape.document(told, rows),
        }
        try:
            return self._written("modify", parts, operation)
        except ErpConnectError as failure:
            raise self._stale(kind, key, stamp, failure) or failure from failure.__cause__

    def _stale(self, kind: str, key: str, stamp: str, failure: ErpConnectError) -> ErpConnectError | None:
        """A conflict, where the stamp has moved: the text that says so is in the language of the call."""
        if failure.outcome != "not_applied" or not stamp or not isinstance(failure.__cause__, Refused):
            return None
        if isinstance(failure, VersionConflict) or failure.retryable:
            return None
        try:
            moved = stamp_of(self.read(kind, key, str(failure.operation))) != stamp
        except NotFound:
            moved = True
        except ErpConnectError:
            return None
        if not moved:
            return None
        return VersionConflict(
            "the record was changed since it was read", operation=failure.operation, native=failure.native
        )

    def delete(self, kind: str, key: str, operation: str) -> None:
        """Delete a record that the caller has announced."""
        shape = self.shape(kind)
        self._called("delete", {"publicName": shape.service, "objectKeys": {shape.key: key}}, operation)

    def delete_lines(self, kind: str, key: str, lines: list[str], operation: str) -> Reply:
        """Remove lines of a record that the caller has announced."""
        shape = self.shape(kind)
        parts: dict[str, Part] = {
            "publicName": shape.service,
            "objectKeys": {shape.key: key},
            "blocKey": shape.table,
            "lineKeys": lines,
        }
        return self._called("deleteLines", parts, operation)

    def value(
        self, kind: str, groups: Mapping[str, Mapping[str, Value]], rows: Table, operation: str
    ) -> tuple[Record, Reply]:
        """What an unsaved record would be: the button that values it is pressed, and nothing is kept (sage.md 2.4)."""
        shape = self.shape(kind)
        parts: dict[str, Part] = {
            "publicName": shape.service,
            "actionCode": self.settings.value_action,
            "objectXml": shape.document(groups, rows),
        }
        with self.translated(operation):
            reply = self.service.call("actionObject", parts)
            return record_in(reply.result or ""), reply

    def press(self, kind: str, key: str, action: str, operation: str) -> Reply:
        """Press a button on a record that the caller has announced; V5 and V6 have one operation for both (2.1)."""
        shape = self.shape(kind)
        axis = self.service.context.generation == "axis"
        parts: dict[str, Part] = {
            "publicName": shape.service,
            "actionCode": action,
            "objectKeys": {shape.key: key},
        }
        return self._called("actionObject" if axis else "actionObjectKeys", parts, operation)

    def run(self, name: str, said: Mapping[str, Value], operation: str, *, writes: bool = False) -> Record:
        """Call a subprogram of the site's; ``said``: values by ``FIELD`` or ``BLOCK.FIELD`` (sage.md 2.15)."""
        groups: dict[str, dict[str, Value]] = {}
        for place, value in said.items():
            block, _, field = place.rpartition(".")
            groups.setdefault(block or "GRP1", {})[field] = value
        with self.translated(operation, writes=writes):
            reply = self.service.call("run", {"publicName": name, "inputXml": param(groups)}, writes=writes)
            return {} if reply.result is None else record_in(reply.result)

    def _written(self, call: str, parts: Mapping[str, Part], operation: str) -> tuple[Record, Reply]:
        with self.translated(operation, writes=True):
            reply = self.service.call(call, parts, writes=True)
            return {} if reply.result is None else record_in(reply.result), reply

    def _called(self, call: str, parts: Mapping[str, Part], operation: str) -> Reply:
        with self.translated(operation, writes=True):
            return self.service.call(call, parts, writes=True)


def stamp_of(record: Record) -> str:
    """The stamp of the last change; ``""`` where the site does not fill it."""
    found = record.get(TECHNICAL)
    return text(found, STAMP) if isinstance(found, dict) else ""


def named(who: str | Ref) -> str:
    """The number of what is named: records have no other id."""
    return who.id if isinstance(who, Ref) else who


def _criterion(value: str) -> str:
    """A criterion that holds for this value: what might be read as an operator becomes a wildcard (sage.md 2.11)."""
    operators = len(value) - len(value.lstrip("<>=!"))
    return f"*{value[operators:]}" if operators else value


def _may_be(shown: str, value: str) -> bool:
    """Whether a row that shows this can be about that value; a plain criterion has been held to by the list itself."""
    if "*" not in value and _criterion(value) == value:
        return True
    return bool(shown) and value.strip().casefold().startswith(shown.casefold())
