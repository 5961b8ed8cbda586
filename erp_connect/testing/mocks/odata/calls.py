"""A request and an answer, whether they came over HTTP or inside a batch; and how a resource path is read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from .errors import malformed
from .model import EntitySet
from .values import dumps, fits, literal, shown

_SEGMENT: Final = re.compile(r"([\w$.]+)(?:\((.*)\))?", re.DOTALL)
_KEY_PART: Final = re.compile(r"\s*(?:(\w+)\s*=)?\s*((?:\w+)?'(?:[^']|'')*'|[^,'=]+)\s*(,|$)")


@dataclass
class Call:
    """One request, relative to the service root; names of headers are lower-case."""

    method: str
    path: str
    """Percent-encoded as it came, without a leading slash."""
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes
    root: str
    """The absolute URL of the service."""
    context: dict[str, str] = field(default_factory=dict)
    """What the host knows of the caller."""

    def header(self, name: str) -> str:
        """A header, or blank."""
        return self.headers.get(name.lower(), "")

    def option(self, name: str) -> str | None:
        """A query option, or None."""
        return next((value for key, value in self.query if key == name), None)


@dataclass
class Reply:
    """One answer."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def json_reply(status: int, value: Any, content_type: str, **headers: str) -> Reply:
    """An answer in JSON; underscores in the names of headers stand for hyphens."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, dumps(value).encode(), {"Content-Type": content_type} | named)


def inner_call(outer: Call, method: str, url: str, headers: dict[str, str], body: bytes) -> Call:
    """A request that came inside a batch; its URL is relative to the service, or begins with it."""
    root = outer.root
    if url.startswith(root):
        url = url[len(root) :]
    elif "://" in url:
        raise malformed(f"{url} is not of this service")
    elif url.startswith("/"):
        base = urlsplit(root).path
        if not url.startswith(base):
            raise malformed(f"{url} is not relative to the service")
        url = url[len(base) :]
    path, _, query = url.lstrip("/").partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    lowered = {k.lower(): v for k, v in headers.items()}
    return Call(method, path, pairs, lowered, body, root, outer.context)


@dataclass(frozen=True)
class Segment:
    """One part of a resource path: a name, and a key or arguments in brackets, if any."""

    name: str
    brackets: str | None


def segments(path: str) -> list[Segment]:
    """The parts of a resource path; they are parted before they are decoded."""
    found = []
    for part in path.rstrip("/").split("/"):
        matched = _SEGMENT.fullmatch(unquote(part))
        if matched is None:
            raise malformed(f"invalid path segment {unquote(part)!r}")
        found.append(Segment(matched[1], matched[2]))
    return found


def key_of(entity_set: EntitySet, brackets: str, version: Any) -> dict[str, Any]:
    """The key in brackets by property: one bare value, or all of them by name."""
    values: dict[str, Any] = {}
    at = 0
    while at < len(brackets):
        part = _KEY_PART.match(brackets, at)
        if part is None or part.end() == at:
            raise malformed(f"invalid key ({brackets})")
        try:
            values[part[1] or ""] = literal(part[2].strip(), version)
        except ValueError:
            raise malformed(f"invalid key ({brackets})") from None
        at = part.end()
    if "" in values and len(entity_set.keys) == 1 and len(values) == 1:
        values = {entity_set.keys[0]: values[""]}
    if set(values) != set(entity_set.keys):
        raise malformed(f"the key of {entity_set.name} is {', '.join(entity_set.keys)}")
    for name, value in values.items():
        property = entity_set.properties[name]
        if value is None or not fits(property, value):
            raise malformed(f"key {name} has the wrong type")
        values[name] = shown(property, value)
    return values
