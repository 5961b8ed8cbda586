"""Entities and collections as JSON, with what comes along by ``$expand``, a page at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from .calls import Call
from .errors import malformed
from .filtering import Scope, ordered, parsed
from .model import EntitySet, Model, Navigation
from .options import Options
from .source import Row, Source
from .values import in_url, stored, to_json


@dataclass
class Reading:
    """What one request reads, and how it wants it written."""

    model: Model
    source: Source
    root: str
    decimals_as_text: bool = False
    page_size: int | None = None

    # ---------------------------------------------------------------- rows

    def rows(self, entity_set: EntitySet, where: Mapping[str, Any]) -> Iterable[Row]:
        """The rows whose properties have these values."""
        return self._with(entity_set, where, self.source.rows(entity_set.name, where))

    def listed(self, entity_set: EntitySet, where: Mapping[str, Any]) -> Iterable[Row]:
        """The same, for pages of a list."""
        return self._with(entity_set, where, self.source.listed(entity_set.name, where))

    @staticmethod
    def _with(entity_set: EntitySet, where: Mapping[str, Any], rows: Iterable[Row]) -> Iterable[Row]:
        wanted = {name: stored(entity_set.properties[name], value) for name, value in where.items()}
        for row in rows:
            if all(
                stored(entity_set.properties[name], row.get(name)) == value for name, value in wanted.items()
            ):
                yield row

    def related(self, entity_set: EntitySet, row: Row, name: str) -> Iterable[Row]:
        """Where a navigation leads from a row."""
        navigation = entity_set.navigations[name]
        where = {theirs: row.get(ours) for theirs, ours in navigation.on.items()}
        return self.rows(self.model.sets[navigation.target], where)

    def find(self, entity_set: EntitySet, key: Mapping[str, Any]) -> Row | None:
        """The entity of this key."""
        return next(iter(self.rows(entity_set, key)), None)

    def etag(self, entity_set: EntitySet, row: Row) -> str:
        """The entity's ETag, or blank where the set has none."""
        if not entity_set.etag:
            return ""
        *through, name = entity_set.etag.split("/")
        for step in through:
            found = next(iter(self.related(entity_set, row, step)), None)
            if found is None:
                return ""
            entity_set, row = self.model.sets[entity_set.navigations[step].target], found
        value = row.get(name)
        if not isinstance(value, datetime):
            return f'W/"{value}"' if value is not None else ""
        if value.tzinfo is None:
            return f"W/\"datetime'{quote(value.isoformat())}'\""
        instant = f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{value.microsecond:06}0Z"
        if self.model.version == 4:
            return f'W/"{instant}"'
        return f"W/\"datetimeoffset'{quote(instant)}'\""

    def url(self, entity_set: EntitySet, row: Row) -> str:
        """The entity's address."""
        keys = {name: in_url(p, row[name], self.model.version) for name, p in self._keys(entity_set)}
        encoded = {name: quote(text, safe="'") for name, text in keys.items()}
        inside = ",".join(f"{name}={text}" for name, text in encoded.items())
        if len(encoded) == 1:
            inside = next(iter(encoded.values()))
        return f"{self.root}{entity_set.name}({inside})"

    def _keys(self, entity_set: EntitySet) -> Iterable[tuple[str, Any]]:
        return ((name, entity_set.properties[name]) for name in entity_set.keys)

    # ---------------------------------------------------------------- one entity

    def entity(self, entity_set: EntitySet, row: Row, options: Options) -> dict[str, Any]:
        """An entity, with what is expanded."""
        shown: dict[str, Any] = {}
        etag, v2 = self.etag(entity_set, row), self.model.version == 2
        if v2:
            uri = self.url(entity_set, row)
            shown["__metadata"] = {"id": uri, "uri": uri, "type": f"{self.model.namespace}.{entity_set.type}"}
            if etag:
                shown["__metadata"]["etag"] = etag
        elif etag:
            shown["@odata.etag"] = etag
        for name, property in entity_set.properties.items():
            if options.select is None or name in options.select:
                shown[name] = self.value(property, row)
        for name, navigation in entity_set.navigations.items():
            left_out = v2 and options.select is not None and name not in options.select
            if left_out:
                continue
            if name in options.expand:
                self._expanded(shown, entity_set, row, navigation, options.expand[name])
            elif v2:
                shown[name] = {"__deferred": {"uri": f"{self.url(entity_set, row)}/{name}"}}
        return shown | self.extras(entity_set, row)

    def value(self, property: Any, row: Row) -> Any:
        """One property of a row; what the row does not have is initial."""
        value = row.get(property.name)
        if value is None and property.type == "Edm.String":
            value = ""
        return to_json(property, value, self.model.version, decimals_as_text=self.decimals_as_text)

    def extras(self, entity_set: EntitySet, row: Row) -> dict[str, Any]:
        """What a product adds to every entity."""
        return {}

    def _expanded(
        self,
        shown: dict[str, Any],
        entity_set: EntitySet,
        row: Row,
        navigation: Navigation,
        options: Options,
    ) -> None:
        target = self.model.sets[navigation.target]
        rows = list(self.related(entity_set, row, navigation.name))
        if not navigation.many:
            shown[navigation.name] = self.entity(target, rows[0], options) if rows else None
            return
        chosen, count, _ = self.chosen(target, rows, options)
        entities = [self.entity(target, one, options) for one in chosen]
        if self.model.version == 2:
            shown[navigation.name] = {"results": entities}
            return
        if options.count:
            shown[f"{navigation.name}@odata.count"] = count
        shown[navigation.name] = entities

    # ---------------------------------------------------------------- collections

    def chosen(
        self, entity_set: EntitySet, rows: Iterable[Row], options: Options
    ) -> tuple[list[Row], int, int]:
        """The rows that are wanted in their order, how many there are without ``$top``, and where they begin."""
        found = list(rows)
        if options.filter:
            term = parsed(options.filter, self.model, entity_set, self.related)
            found = [row for row in found if term.evaluate(Scope(row)) is True]
        found = ordered(found, options.orderby, self.model, entity_set, self.related)
        end = None if options.top is None else options.skip + options.top
        return found[options.skip : end], len(found), options.skip

    def pins(self, entity_set: EntitySet, options: Options) -> dict[str, Any]:
        """Values that the filter demands of properties."""
        if not options.filter:
            return {}
        return parsed(options.filter, self.model, entity_set, self.related).pins

    def collection(
        self, call: Call, entity_set: EntitySet, rows: Iterable[Row], options: Options, path: str
    ) -> dict[str, Any]:
        """A collection as a whole answer, with the address of its next page if there is one."""
        chosen, count, _ = self.chosen(entity_set, rows, options)
        skipped = self._skipped(call)
        page = chosen[skipped:]
        following = ""
        if self.page_size is not None and len(page) > self.page_size:
            page = page[: self.page_size]
            following = self._next(call, path, skipped + self.page_size)
        entities = [self.entity(entity_set, row, options) for row in page]
        if self.model.version == 2:
            inner: dict[str, Any] = {"results": entities}
            if options.count:
                inner["__count"] = str(count)
            if following:
                inner["__next"] = following
            return {"d": inner}
        shown: dict[str, Any] = {"@odata.context": f"{self.root}$metadata#{entity_set.name}"}
        if options.count:
            shown["@odata.count"] = count
        shown["value"] = entities
        if following:
            shown["@odata.nextLink"] = following
        return shown

    def _skipped(self, call: Call) -> int:
        token = call.option("$skiptoken")
        if token is None:
            return 0
        if not token.isdigit():
            raise malformed("the skip token is not one of ours")
        return int(token)

    def _next(self, call: Call, path: str, skipped: int) -> str:
        kept = [(name, value) for name, value in call.query if name != "$skiptoken"]
        query = urlencode([*kept, ("$skiptoken", str(skipped))], safe="$,'()/", quote_via=quote)
        return f"{self.root}{path}?{query}"
