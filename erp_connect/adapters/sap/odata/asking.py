"""How rows are asked for: addresses, conditions and pages, with nothing in them that a caller could break out of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from ....wire.odata import Entity, Service, Unreadable, key_of, literal
from .cells import place_of

PORTION: Final = 25
"""How many numbers are named in one condition: addresses have a length."""
PAGE: Final = 200
"""How many records are asked for at once when all are streamed; a server may give fewer (sap.md 4.2)."""


def addressed(entity_set: str, **keys: str) -> str:
    """The address of an entity whose keys are texts."""
    return entity_set + key_of(keys, dict.fromkeys(keys, "Edm.String"), 2)


def equal(name: str, value: str) -> str:
    """A condition: the text of a property is this one."""
    return f"{name} eq {literal(value, 'Edm.String', 2)}"


def beyond(name: str, value: str) -> str:
    """A condition: the text of a property comes after this one."""
    return f"{name} gt {literal(value, 'Edm.String', 2)}"


def one_of(name: str, values: Sequence[str]) -> str:
    """A condition: the text of a property is one of these."""
    return "(" + " or ".join(equal(name, value) for value in values) + ")"


def since(name: str, moment: datetime) -> str:
    """A condition: the instant of a property is this one or later."""
    return f"{name} ge {literal(moment, 'Edm.DateTimeOffset', 2)}"


def all_of(*conditions: str) -> str:
    """Several conditions at once."""
    return " and ".join(conditions)


def rows(service: Service, address: str, *, where: str = "", **options: str) -> Iterator[dict[str, Any]]:
    """The rows of a collection, page by page; ``options`` are ``expand``, ``select``, ``orderby`` and ``top``."""
    params = {f"${name}": value for name, value in options.items() if value}
    if where:
        params["$filter"] = where
    for page in service.pages(address, params):
        yield from page


def rows_of(
    service: Service, entity_set: str, name: str, values: Sequence[str], **options: str
) -> Iterator[dict[str, Any]]:
    """The rows whose property is one of many values, asked for in portions."""
    for start in range(0, len(values), PORTION):
        where = one_of(name, values[start : start + PORTION])
        yield from rows(service, entity_set, where=where, **options)


def all_rows(
    service: Service, entity_set: str, key: str, *, where: str = "", expand: str = ""
) -> Iterator[dict[str, Any]]:
    """Stream the rows of a set by ascending key, each page from the last key on: rows may come and go meanwhile."""
    after = last = ""
    while True:
        bound = f"{key} gt {literal(after, 'Edm.String', 2)}" if after else ""
        condition = all_of(*(each for each in (bound, where) if each))
        count = 0
        options = {"expand": expand, "orderby": key, "top": str(PAGE)}
        for row in rows(service, entity_set, where=condition, **options):
            count += 1
            last = place_of(row, key)
            yield row
        if count < PAGE:
            return
        if last == after:
            raise Unreadable(f"the same page of {entity_set} comes again and again")
        after = last


def told(made: Entity) -> tuple[str, ...]:
    """What a caller should hear beside a success (sap.md 4.2: an error may stand beside one)."""
    return tuple(
        f"{each.code}: {each.message}".removeprefix(": ")
        for each in made.messages
        if each.severity in {"warning", "error"}
    )
