"""What ``Order.version`` is made of on products of different kinds, and how it moves with every change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

from ...models import OrderFields
from .profile import VersionToken

_NOT_CONTENT: Final = {"version", "modified_at", "warnings", "raw", "timeliness"}
_NOT_HEADER: Final = (*_NOT_CONTENT, "lines")
_HEADER: Final = "@"


def next_version(
    kind: VersionToken, before: OrderFields | None, after: OrderFields, *, start: Callable[[], int]
) -> str | None:
    """The version of ``after``, which takes the place of ``before``.

    ``start`` is a count that no version has had yet: for an order whose last writer played another product.
    """
    was = before.version if before is not None else None
    if kind is VersionToken.COUNTER:
        if was is not None and not _is_count(was):
            return str(start())
        return str(int(was or 0) + 1)
    if kind is VersionToken.PER_RECORD:
        if before is None or was is None or not was.startswith(_HEADER):
            first = 1 if was is None else start()
            return _packed({_HEADER: first, **{line.id: first for line in after.lines}})
        return _packed(_tokens(_unpacked(was), before, after))
    if kind is VersionToken.FINGERPRINT:
        content = after.model_dump_json(exclude=_NOT_CONTENT)
        return hashlib.sha256(content.encode()).hexdigest()[:24]
    return None


def touched(version: str | None) -> str | None:
    """The version after a write that changed nothing: tokens move, fingerprints stay."""
    if version is None:
        return None
    if version.startswith(_HEADER):
        tokens = _unpacked(version)
        return _packed({**tokens, _HEADER: tokens[_HEADER] + 1})
    return str(int(version) + 1) if _is_count(version) else version


def _is_count(version: str) -> bool:
    return version.isdigit() and len(version) < 20


def _tokens(known: dict[str, int], before: OrderFields, after: OrderFields) -> dict[str, int]:
    was = {line.id: line for line in before.lines}
    header = known[_HEADER] + (_header(before) != _header(after))
    lines = {
        line.id: known.get(line.id, 0) + (line.id not in was or was[line.id] != line) for line in after.lines
    }
    return {_HEADER: header, **lines}


def _header(order: OrderFields) -> dict[str, object]:
    return {name: value for name, value in order.__dict__.items() if name not in _NOT_HEADER}


def _packed(tokens: dict[str, int]) -> str:
    return " ".join(f"{name}={count}" for name, count in tokens.items())


def _unpacked(version: str) -> dict[str, int]:
    pairs = (part.rpartition("=") for part in version.split())
    return {name: int(count) for name, _, count in pairs}
