"""What a server offers: by its own description, and by asking once for what no manual lists (sage.md 3.1, 3.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from ....errors import ErpConnectError, NotFound, PermissionMissing, UnsupportedOperation
from ....wire.http import HttpSession
from ....wire.odata.values import loads
from .asking import JSON
from .office import ORDERS, STOCKS, Offered, Office

_PATH: Final = re.compile(r"(?:^|/)([A-Z]{2}/[A-Za-z0-9]+)(?:\(.*\)|/\{[^/]*\})?/?$")
_VERBS: Final = frozenset({"get", "post", "put", "patch", "delete"})


def offered_by(session: HttpSession, address: str) -> Offered | None:
    """What the server says it offers; ``None`` where it has no description, or none that can be read."""
    try:
        answer = session.send("GET", address, headers=JSON)
        told = loads(answer.body) if answer.ok else None
    except (ErpConnectError, ValueError):
        return None
    return in_swagger(told)


def in_swagger(told: Any) -> Offered | None:
    """The verbs of each resource in a description; those of single records count with the resource."""
    paths = told.get("paths") if isinstance(told, Mapping) else None
    if not isinstance(paths, Mapping):
        return None
    found: dict[str, set[str]] = {}
    for path, verbs in paths.items():
        matched = _PATH.search(path) if isinstance(path, str) else None
        if matched is not None and isinstance(verbs, Mapping):
            found.setdefault(matched[1], set()).update(_VERBS & {str(verb).lower() for verb in verbs})
    if "get" not in found.get(ORDERS, ()):
        return None  # it describes something else, for orders were read just now
    return {resource: frozenset(verbs) for resource, verbs in found.items()}


def stock_resource(office: Office) -> str | None:
    """The resource that tells stock by location, if the server has one: some releases do (sage.md 3.4, 9)."""
    for resource in STOCKS:
        if office.offered is not None:
            if office.offers(resource):
                return resource
            continue
        try:
            with office.translated("open"):
                for _ in office.asking.rows(resource, top=1):
                    break
        except (NotFound, PermissionMissing, UnsupportedOperation):
            continue
        return resource
    return None
