"""Query options of lists, and their pages: bare arrays (sage.md 4.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from ...odata.errors import ODataError
from ...odata.filtering import Scope, Term, ordered, parsed
from ...odata.model import Model
from .desk import Desk
from .fields import Shown, written
from .refusing import Refused
from .resources import Resource

_PAGE: Final = 500
_LARGEST: Final = 5000
_KNOWN: Final = frozenset({"$filter", "$top", "$skip", "$orderby", "$select", "$expand", "$count"})
_FUNCTIONS: Final = frozenset({"contains", "startswith", "endswith"})
_NO_WORDS: Final = frozenset({"not", "in", "any", "all", "has", "add", "sub", "mul", "div", "mod"})
_QUOTED: Final = re.compile(r"'(?:[^']|'')*'")
_MOMENT: Final = re.compile(r"\b(\d{4}-\d\d-\d\d)(T[\d:.]+)?(Z|[+-]\d\d:\d\d)?(?![\w-])", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z_]\w*")
_CALLED: Final = re.compile(r"([A-Za-z_]\w*)\s*\(")
_COUNT: Final = re.compile(r"\d{1,9}", re.ASCII)
_DEEPEST: Final = 40


@dataclass
class Query:
    """What a request asks for, as it was written."""

    filter: str = ""
    orderby: str = ""
    top: int = _PAGE
    skip: int = 0
    select: tuple[str, ...] = ()
    expand: frozenset[str] = field(default_factory=frozenset)
    count: bool = False


def asked(text: str, resource: Resource, desk: Desk, *, single: bool = False) -> Query:
    """The options of an address, checked; a single row may only be selected from and expanded."""
    given: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        if name in given:
            raise Refused(f"The query option '{name}' is given more than once.")
        given[name] = value
    allowed = {"$select", "$expand"} if single else _KNOWN
    for name in given:
        if name not in allowed:
            raise Refused(f"The query option '{name}' is not supported.")
    query = Query(given.get("$filter", ""), given.get("$orderby", ""))
    if "$top" in given:
        query.top = _number(given["$top"], "$top")
        if query.top > _LARGEST and desk.settings.over_maximum == "refused":
            raise Refused(f"The limit of {_LARGEST} for $top has been exceeded.")
        query.top = min(query.top, _LARGEST)
    if "$skip" in given:
        query.skip = _number(given["$skip"], "$skip")
        if not query.orderby:
            raise Refused("The query option $skip can only be used together with $orderby.")
    if given.get("$count", "false") not in {"true", "false"}:
        raise Refused("The query option $count is true or false.")
    query.count = given.get("$count") == "true"
    query.select = tuple(_listed(given.get("$select", ""), set(resource.fields), "$select"))
    query.expand = frozenset(_listed(given.get("$expand", ""), set(resource.expands), "$expand"))
    return query


def _number(text: str, name: str) -> int:
    if _COUNT.fullmatch(text) is None:
        raise Refused(f"The value of {name} is not a whole number.")
    return int(text)


def _listed(text: str, known: set[str], option: str) -> list[str]:
    names = [part.strip() for part in text.split(",")] if text else []
    for name in names:
        if name not in known:
            raise Refused(f"Could not find a property named '{name}' ({option}).")
    return names


# ---------------------------------------------------------------- rows


def listed(resource: Resource, desk: Desk, query: Query, within: Iterable[Any] | None = None) -> list[Any]:
    """All rows that a query wants, in order; a long list is kept for its next pages while nothing changes."""
    world = desk.company.world

    def make() -> list[Any]:
        try:
            return _chosen(resource, desk, query, within)
        except ODataError as error:
            raise Refused(error.message) from None
        except RecursionError:
            raise Refused("The filter is too deep.") from None

    if within is not None:
        return make()
    name = (desk.company.name, resource.name, query.filter, query.orderby)
    return world.lists.kept(name, world.moment, make)


def _chosen(resource: Resource, desk: Desk, query: Query, within: Iterable[Any] | None) -> list[Any]:
    model = Model("Sage200", 4, {resource.name: resource.entity_set})
    term = _term(query.filter, resource, model)
    pinned = term.pins if term is not None else {}
    rows = resource.pinned(desk, pinned) if within is None else within
    if term is not None:
        rows = [row for row in rows if term.evaluate(Scope(Shown(desk, resource.fields, row))) is True]
    if not query.orderby:
        return list(rows)
    shown: list[dict[str, Any]] = [Shown(desk, resource.fields, row) for row in rows]
    found = ordered(shown, query.orderby, model, resource.entity_set, _nothing_related)
    return [one.row for one in found if isinstance(one, Shown)]


def _term(text: str, resource: Resource, model: Model) -> Term | None:
    if not text:
        return None
    bare = _QUOTED.sub("''", text)
    if bare.count("(") > _DEEPEST:
        raise Refused("The filter is too deep.")
    called = {found[1] for found in _CALLED.finditer(bare)} - {"and", "or"}
    for name in called - _FUNCTIONS | (_NO_WORDS & set(_NAME.findall(bare))):
        raise Refused(f"The function or operator '{name}' is not supported in $filter.")
    return parsed(_with_moments(text), model, resource.entity_set, _nothing_related)


def _with_moments(text: str) -> str:
    """A filter whose dates and times, bare as they may be, say that they are UTC."""

    def whole(found: re.Match[str]) -> str:
        return f"{found[1]}{found[2] or 'T00:00:00'}{found[3] or 'Z'}"

    quoted = _QUOTED.findall(text)
    bare = _QUOTED.split(text)
    parts = [_MOMENT.sub(whole, part) for part in bare]
    return "".join(f"{part}{quote}" for part, quote in zip(parts, [*quoted, ""], strict=True))


def _nothing_related(*_: Any) -> list[Any]:
    return []


# ---------------------------------------------------------------- answers


def entity(resource: Resource, desk: Desk, row: Any, query: Query) -> dict[str, Any]:
    """A row as it stands in an answer."""
    settings = desk.settings
    names = query.select or resource.shown
    body = {name: written(resource.fields[name].read(desk, row), settings) for name in names}
    for name in resource.expands:
        if name in query.expand:
            body[name] = resource.expands[name](desk, row)
    return body


def page(
    resource: Resource, desk: Desk, query: Query, within: Iterable[Any] | None = None
) -> tuple[Any, int]:
    """One page of a list, and how many rows the whole list has; only the rows of the page are built."""
    rows = listed(resource, desk, query, within)
    part = rows[query.skip : query.skip + query.top]
    return [entity(resource, desk, row, query) for row in part], len(rows)
