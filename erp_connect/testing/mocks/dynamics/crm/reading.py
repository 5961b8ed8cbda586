"""Rows as the Web API shows them: annotations, capped counts, pages, and delta links (dynamics.md 4.1, 4.2, 4.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from ...odata.calls import Call
from ...odata.errors import ODataError, malformed
from ...odata.model import EntitySet
from ...odata.options import Options
from ...odata.reading import Reading
from ...odata.source import Row
from .model import Column, Lookup, Table
from .organization import Organization
from .refusing import NAMESPACE
from .source import DataSource

FORMATTED: Final = "OData.Community.Display.V1.FormattedValue"
TRACKED: Final = "trackedfrom"
"""Where a next link carries the mark of the change that the whole look began at."""


@dataclass
class DataverseReading(Reading):
    """How one request reads; ``annotated`` tells which annotations it wants."""

    annotated: str = ""

    @property
    def organization(self) -> Organization:
        """Whose rows they are."""
        assert isinstance(self.source, DataSource)
        return self.source.organization

    def value(self, property: Any, row: Row) -> Any:
        """One property of a row; what it does not have is null."""
        return None if row.get(property.name) is None else super().value(property, row)

    def entity(self, entity_set: EntitySet, row: Row, options: Options) -> dict[str, Any]:
        """An entity with its key, whatever was selected."""
        if options.select is not None:
            options = replace(options, select=options.select | set(entity_set.keys))
        shown = super().entity(entity_set, row, options)
        return self._annotated(entity_set, row, shown) if self.annotated else shown

    # ---------------------------------------------------------------- annotations

    def wants(self, annotation: str) -> bool:
        """Whether the request asks for an annotation."""
        patterns = [part.strip() for part in self.annotated.split(",")]
        return any(p == annotation or (p.endswith("*") and annotation.startswith(p[:-1])) for p in patterns)

    def _annotated(self, entity_set: EntitySet, row: Row, shown: dict[str, Any]) -> dict[str, Any]:
        table = self.organization.schema.of_set(entity_set.name)
        lookups = {lookup.column: lookup for lookup in table.lookups.values()}
        told: dict[str, Any] = {}
        for name, value in shown.items():
            if value is not None and "@" not in name:
                if name in lookups:
                    told |= self._of_lookup(lookups[name], row[name])
                elif name in table.columns:
                    text = self._formatted(table, table.columns[name], row)
                    if text and self.wants(FORMATTED):
                        told[f"{name}@{FORMATTED}"] = text
            told[name] = value
        return told

    def _of_lookup(self, lookup: Lookup, ident: UUID) -> dict[str, Any]:
        for way, target in lookup.targets.items():
            record = self.organization.data[target].get(ident)
            if record is not None:
                named = self.organization.schema.tables[target].name_column
                told = {
                    FORMATTED: record.values.get(named),
                    f"{NAMESPACE}.associatednavigationproperty": way,
                    f"{NAMESPACE}.lookuplogicalname": target,
                }
                return {f"{lookup.column}@{name}": text for name, text in told.items() if self.wants(name)}
        return {}

    def _formatted(self, table: Table, column: Column, row: Row) -> str:
        value = row[column.name]
        if column.options:
            return column.options.get(value, "")
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, Decimal):
            symbol = ""
            if column.kind == "M":
                own = column.name.endswith("_base")
                currency = self.organization.currency_row(
                    None if own else row.get("_transactioncurrencyid_value")
                )
                symbol = "" if currency is None else currency.values.get("currencysymbol", "")
            return f"{symbol}{value:,.2f}"
        if isinstance(value, datetime):
            return f"{value:%m/%d/%Y %I:%M %p}"
        if isinstance(value, date):
            return f"{value:%m/%d/%Y}"
        return f"{value:,}" if isinstance(value, int) else ""

    # ---------------------------------------------------------------- collections

    def collection(
        self, call: Call, entity_set: EntitySet, rows: Iterable[Row], options: Options, path: str
    ) -> dict[str, Any]:
        """A page; counts stop at the cap, and a look that is tracked ends in a delta link."""
        tracked = self._tracked(call, entity_set, options)
        shown = super().collection(call, entity_set, rows, options, path)
        if options.count:
            cap = self.organization.settings.count_cap
            shown["@odata.count"] = min(shown["@odata.count"], cap)
        if tracked and "@odata.nextLink" not in shown:
            shown["@odata.deltaLink"] = self._delta_link(call, path, tracked)
        return shown

    def _tracked(self, call: Call, entity_set: EntitySet, options: Options) -> str:
        if "odata.track-changes" not in call.header("prefer"):
            return ""
        table = self.organization.schema.of_set(entity_set.name)
        if table.logical not in self.organization.settings.change_tracking:
            raise ODataError(
                400, "0x80060888", f"Change tracking is not enabled for the entity {table.logical}."
            )
        if options.filter or options.orderby or options.expand or options.top is not None:
            raise malformed("Change tracking takes no $filter, $orderby, $expand or $top.")
        found = call.option(TRACKED)
        if found is None:
            found = self.organization.delta_token()
            call.query.append((TRACKED, found))
        return found

    def _delta_link(self, call: Call, path: str, token: str) -> str:
        kept = "".join(f"{n}={v}&" for n, v in call.query if n == "$select")
        return f"{self.root}{path}?{kept}$deltatoken={token}"

    def delta(self, call: Call, entity_set: EntitySet, options: Options, token: str) -> dict[str, Any]:
        """What has changed since a delta link, tombstones with it (dynamics.md 4.6)."""
        organization = self.organization
        mark, _, since = token.partition(".")
        if not (mark.isdigit() and since.isdigit()) or int(mark) > len(organization.log):
            raise malformed("The delta token is invalid.")
        if organization.expired(int(since)):
            text = "Version stamp associated with the client has expired. Please perform a full sync."
            raise ODataError(400, "0x80044352", text)
        table = organization.schema.of_set(entity_set.name)
        following = token if organization.lagging else organization.delta_token()
        rows: list[dict[str, Any]] = []
        found = [] if organization.lagging else organization.changed_since(table.logical, int(mark))
        for ident, record in found:
            if record is not None:
                rows.append(self.entity(entity_set, organization.row(table.logical, record), options))
                continue
            context = f"{self.root}$metadata#{entity_set.name}/$deletedEntity"
            rows.append({"@odata.context": context, "id": str(ident), "reason": "deleted"})
        return {
            "@odata.context": f"{self.root}$metadata#{entity_set.name}/$delta",
            "value": rows,
            "@odata.deltaLink": self._delta_link(call, entity_set.name, following),
        }


def preference(call: Call, name: str) -> str:
    """The value of a preference, or blank."""
    text = call.header("prefer")
    found = ""
    for part in _apart(text):
        key, _, value = part.strip().partition("=")
        if key.strip().lower().removeprefix("odata.") == name:
            found = value.strip().strip('"')
    return found


def _apart(text: str) -> list[str]:
    """Preferences are parted by commas and semicolons, but not within quotes."""
    parts, quoted = [""], False
    for character in text:
        if character == '"':
            quoted = not quoted
        if character in ",;" and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return parts
