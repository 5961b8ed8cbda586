"""System query options: what of a collection is wanted, in which order, and what comes with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from .calls import Call
from .errors import ODataError, UnknownProperty, malformed
from .model import EntitySet, Model, Version

_COMMON: Final = {"$filter", "$select", "$expand", "$orderby", "$top", "$skip", "$format", "$skiptoken"}
_KNOWN: Final[dict[Version, set[str]]] = {2: _COMMON | {"$inlinecount"}, 4: _COMMON | {"$count"}}
_KNOWN_UNOFFERED: Final = {"$apply", "$search", "$compute", "$deltatoken"}


@dataclass
class Options:
    """What is wanted of one collection or entity, and, by navigation, of what comes with it."""

    filter: str = ""
    orderby: str = ""
    top: int | None = None
    skip: int = 0
    count: bool = False
    select: set[str] | None = None
    """Properties, and in version 2 navigations; None for all."""
    expand: dict[str, Options] = field(default_factory=dict)


def asked(call: Call, model: Model, entity_set: EntitySet, *, lenient: bool = False) -> Options:
    """The options of a request, checked against the model; ``lenient`` passes over unknown ones."""
    known = _KNOWN[model.version]
    given: dict[str, str] = {}
    for name, value in call.query:
        if not name.startswith("$"):
            continue
        if lenient and name not in known:
            continue
        if name in _KNOWN_UNOFFERED and model.version == 4:
            raise ODataError(501, "not_implemented", f"{name} is not offered")
        if name not in known:
            raise malformed(f"{name} is no query option of version {model.version}")
        if name in given:
            raise malformed(f"{name} was given twice")
        given[name] = value
    return _v2(given, model, entity_set) if model.version == 2 else _v4(given, model, entity_set)


def _simple(given: dict[str, str]) -> Options:
    return Options(
        filter=given.get("$filter", ""),
        orderby=given.get("$orderby", ""),
        top=_number(given["$top"]) if "$top" in given else None,
        skip=_number(given.get("$skip", "0")),
    )


def _number(text: str) -> int:
    if not text.isdigit():
        raise malformed(f"{text!r} is no number")
    return int(text)


# ---------------------------------------------------------------- version 2: paths


def _v2(given: dict[str, str], model: Model, entity_set: EntitySet) -> Options:
    options = _simple(given)
    match given.get("$inlinecount", "none"):
        case "allpages":
            options.count = True
        case "none":
            pass
        case other:
            raise malformed(f"$inlinecount is allpages or none, not {other!r}")
    for path in _listed(given.get("$expand", "")):
        _expand_path(options, path.split("/"), model, entity_set)
    for path in _listed(given.get("$select", "")):
        _select_path(options, path.split("/"), model, entity_set)
    return options


def _expand_path(options: Options, names: list[str], model: Model, entity_set: EntitySet) -> None:
    name, *rest = names
    target = _target(model, entity_set, name)
    inner = options.expand.setdefault(name, Options())
    if rest:
        _expand_path(inner, rest, model, target)


def _select_path(options: Options, names: list[str], model: Model, entity_set: EntitySet) -> None:
    name, *rest = names
    options.select = options.select if options.select is not None else set()
    if name == "*":
        options.select |= set(entity_set.properties)
    elif name in entity_set.properties and not rest:
        options.select.add(name)
    else:
        target = _target(model, entity_set, name)
        options.select.add(name)
        if rest:
            if name not in options.expand:
                raise malformed(f"{'/'.join(names)} is selected and {name} not expanded")
            _select_path(options.expand[name], rest, model, target)


def _target(model: Model, entity_set: EntitySet, name: str) -> EntitySet:
    navigation = entity_set.navigations.get(name)
    if navigation is None:
        raise UnknownProperty(entity_set.name, name)
    return model.sets[navigation.target]


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")] if text else []


# ---------------------------------------------------------------- version 4: nested options


def _v4(given: dict[str, str], model: Model, entity_set: EntitySet) -> Options:
    options = _simple(given)
    options.count = _truth(given.get("$count", "false"))
    if "$select" in given:
        options.select = set()
        for name in _listed(given["$select"]):
            if name == "*":
                options.select |= set(entity_set.properties)
            elif name in entity_set.properties:
                options.select.add(name)
            else:
                raise UnknownProperty(entity_set.name, name)
    for part in _parted(given.get("$expand", ""), ","):
        name, bracket, rest = part.strip().partition("(")
        target = _target(model, entity_set, name.strip())
        inner: dict[str, str] = {}
        if bracket:
            if not rest.endswith(")"):
                raise malformed(f"invalid $expand {part!r}")
            for option in _parted(rest[:-1], ";"):
                key, equals, value = option.strip().partition("=")
                if not equals or key not in _COMMON - {"$format", "$skiptoken"} | {"$count"}:
                    raise malformed(f"invalid $expand {part!r}")
                inner[key] = value
        options.expand[name.strip()] = _v4(inner, model, target)
    return options


def _truth(text: str) -> bool:
    if text not in {"true", "false"}:
        raise malformed(f"{text!r} is neither true nor false")
    return text == "true"


def _parted(text: str, separator: str) -> Iterator[str]:
    depth, quoted, start = 0, False, 0
    for at, character in enumerate(text):
        if character == "'":
            quoted = not quoted
        elif not quoted and character in "()":
            depth += 1 if character == "(" else -1
        elif not quoted and not depth and character == separator:
            yield text[start:at]
            start = at + 1
    if text[start:]:
        yield text[start:]
