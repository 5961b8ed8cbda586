"""Which services a system has activated: asked when the connection opens, not found out by a failed call."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from ....wire.http import Answer
from ....wire.odata import Refused
from ....wire.odata.values import loads
from .office import Office
from .other_capabilities import NEEDED, NEEDED_SETS

_CLOSED: Final = frozenset({403, 404})
"""Not activated, or not open to this user."""


def absent(office: Office) -> Mapping[str, str]:
    """Operations that cannot be done here, with the reason; all services are asked at once, one short call each.

    The office is told which services those are, so that nothing else asks them.  Raises what is wrong with the
    connection itself.
    """

    def greeted(name: str) -> Answer | None:
        with office.translated("open"):
            try:
                return office.greet(name)
            except Refused as refusal:
                if refusal.answer.status not in _CLOSED:
                    raise
                return None

    found: dict[str, str] = {}
    closed: set[str] = set()
    with ThreadPoolExecutor(len(NEEDED), thread_name_prefix="odata-looking") as pool:
        for name, answer in zip(NEEDED, pool.map(greeted, NEEDED), strict=True):
            if answer is not None:
                found |= _lacking(name, answer)
            else:
                why = f"the service {name} is not activated, or not open to this user"
                found |= dict.fromkeys(NEEDED[name], why)
                closed.add(name)
    office.closed = frozenset(closed)
    return found


def _lacking(name: str, answer: Answer) -> Mapping[str, str]:
    """Operations whose set an older release of a service does not name; one that names none is taken at its word."""
    try:
        whole = loads(answer.body)
    except ValueError:
        return {}
    inner = whole.get("d") if isinstance(whole, dict) else None
    named = inner.get("EntitySets") if isinstance(inner, dict) else None
    if not isinstance(named, list):
        return {}
    found: dict[str, str] = {}
    for entity_set, operations in NEEDED_SETS.get(name, {}).items():
        if entity_set not in named:
            found |= dict.fromkeys(operations, f"this release of the service {name} has no {entity_set}")
    return found
