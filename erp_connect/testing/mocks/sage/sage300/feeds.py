"""Query options, pages and feeds (sage.md 3.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from urllib.parse import parse_qsl, quote

from .filters import Filter, parsed
from .properties import Property, written
from .refusing import Refused
from .resources import Desk, Resource
from .settings import Settings

_WHOLE: Final = re.compile(r"\d{1,9}", re.ASCII)
_OPTIONS: Final = frozenset({"$filter", "$select", "$top", "$skip", "$count"})


@dataclass
class Options:
    """What a request asks of a feed."""

    filter: Filter | None = None
    select: list[Property] | None = None
    top: int | None = None
    skip: int = 0
    count: bool = False
    order: list[tuple[Property, bool]] | None = None


def given(query: str) -> dict[str, str]:
    """The options by name; refused where one is given twice."""
    options: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name in options:
            raise Refused("InvalidParameters", f"The query option '{name}' is given more than once.")
        options[name] = value
    return options


def asked(
    options: dict[str, str], resource: Resource, settings: Settings, *, single: bool = False
) -> Options:
    """The options, checked; one entity may only be selected from."""
    allowed = {"$select"} if single else {*_OPTIONS, *({"$orderby"} if settings.ordering else ())}
    for name in options:
        if name.startswith("$") and name not in allowed:
            raise Refused("InvalidParameters", f"The query option '{name}' is not supported.")
    found = Options()
    properties = resource.properties
    if "$filter" in options:
        found.filter = parsed(options["$filter"], properties, settings.dialects)
    if "$select" in options:
        found.select = [_named(name.strip(), properties) for name in options["$select"].split(",")]
    if "$top" in options:
        found.top = _positive(options["$top"], "$top", settings)
    if "$skip" in options:
        found.skip = _positive(options["$skip"], "$skip", settings)
    if "$count" in options:
        if options["$count"] not in {"true", "false"}:
            raise Refused("InvalidParameters", "The query option '$count' is true or false.")
        found.count = options["$count"] == "true"
    if "$orderby" in options:
        found.order = [_ordering(part, properties) for part in options["$orderby"].split(",")]
    return found


def _named(name: str, properties: dict[str, Property]) -> Property:
    property = properties.get(name)
    if property is None:
        raise Refused("InvalidParameters", f"The property '{name}' does not exist.")
    return property


def _positive(text: str, name: str, settings: Settings) -> int:
    if _WHOLE.fullmatch(text) is None or (settings.zero_refused and int(text) == 0):
        raise Refused("InvalidParameters", f"The query option '{name}' must be a positive integer.")
    return int(text)


def _ordering(part: str, properties: dict[str, Property]) -> tuple[Property, bool]:
    name, _, direction = part.strip().partition(" ")
    property = _named(name, properties)
    if property.type == "details" or direction.strip() not in {"", "asc", "desc"}:
        raise Refused("InvalidParameters", "The query option '$orderby' is not valid.")
    return property, direction.strip() == "desc"


# ---------------------------------------------------------------- answers


def entity(resource: Resource, desk: Desk, row: Any, select: list[Property] | None = None) -> dict[str, Any]:
    """A row as it stands in an answer."""
    chosen = resource.properties.values() if select is None else select
    return {property.name: written(property, desk, row) for property in chosen}


def feed(
    resource: Resource, desk: Desk, options: Options, query: dict[str, str], path: str
) -> dict[str, Any]:
    """One page, and where the next one is as the server sees itself; only its rows are built."""
    settings = desk.settings
    rows: Iterable[Any] = _matching(resource, desk, options.filter)
    for property, descending in reversed(options.order or []):
        rows = sorted(rows, key=_sorting(property, desk), reverse=descending)
    if options.count:
        rows = list(rows)
    size = settings.page_size if options.top is None else min(options.top, settings.page_size)
    page = list(islice(rows, options.skip, options.skip + size + 1))
    more = len(page) > size and (options.top is None or options.top > size)
    mark, base = settings.annotations, f"http://{settings.host}"
    module = path.rpartition("/")[0]
    body: dict[str, Any] = {f"{mark}.context": f"{base}{module}/$metadata#{resource.name}"}
    if options.count and isinstance(rows, list):
        body[f"{mark}.count"] = str(len(rows)) if settings.count_as_text else len(rows)
    body["value"] = [entity(resource, desk, row, options.select) for row in page[:size]]
    if more:
        body[f"{mark}.nextLink"] = f"{base}{path}?{_next(options.skip + size, query, settings)}"
    return body


def _matching(resource: Resource, desk: Desk, condition: Filter | None) -> Iterator[Any]:
    if condition is None:
        return iter(resource.rows(desk))
    return (row for row in resource.found(desk, condition.equals) if condition.test(desk, row))


def _sorting(property: Property, desk: Desk) -> Callable[[Any], Any]:
    def key(row: Any) -> Any:
        value = property.read(desk, row)
        return (False, 0) if value is None else (True, value)

    return key


def _next(skip: int, query: dict[str, str], settings: Settings) -> str:
    kept = (
        {name: value for name, value in query.items() if name != "$skip"} if settings.next_link_keeps else {}
    )
    return "&".join(f"{name}={quote(value)}" for name, value in {**kept, "$skip": str(skip)}.items())
