"""Addresses: which set, entity or navigation a path leads to."""

from dataclasses import dataclass
from urllib.parse import unquote

from .books import Books
from .description import EntitySet, Service
from .queries import Row
from .refusing import Refused, unknown
from .values import key_of


@dataclass(frozen=True)
class Place:
    """Where an address leads: to a set or a way's end (``row`` None), or to one entity."""

    entities: EntitySet
    row: Row | None
    rows: list[Row]
    parent: tuple[EntitySet, Row, str] | None
    last: str = ""


def walked(books: Books, service: Service, path: str) -> Place:
    """Follow the segments of an address; ``Refused`` where one leads nowhere."""
    first, *rest = _segments(path)
    name, key = _named(first)
    if name not in service.sets:
        raise unknown(f"Resource not found for the segment '{name}'")
    entities = service.sets[name]
    place = Place(entities, None, books.rows[name], None)
    if key is not None:
        place = Place(entities, books.find(entities, key_of(entities.type, key)), [], None)
    for segment in rest:
        place = _step(books, service, place, segment)
    return place


def _step(books: Books, service: Service, place: Place, segment: str) -> Place:
    name, key = _named(segment)
    if name == "$count" and place.row is None:
        return Place(place.entities, None, place.rows, place.parent, "$count")
    if place.row is None:
        raise unknown(f"{segment} after a collection")
    if name not in place.entities.type.navigations:
        raise unknown(f"Resource not found for the segment '{name}'")
    way = place.entities.type.navigations[name]
    target = service.sets[way.target]
    rows = books.related(place.entities, place.row, name)
    parent = (place.entities, place.row, name)
    if key is not None:
        wanted = key_of(target.type, key)
        found = next((row for row in rows if row is books.find(target, wanted)), None)
        if found is None:
            raise Refused(404, f"No {target.name} {wanted} there")
        return Place(target, found, [], parent)
    if not way.many:
        return Place(target, rows[0] if rows else None, [], parent, "" if rows else "$none")
    return Place(target, None, rows, parent)


def _segments(path: str) -> list[str]:
    """The parts between slashes; one within quotes does not part."""
    found, quoted = [""], False
    for sign in unquote(path):
        quoted ^= sign == "'"
        if sign == "/" and not quoted:
            found.append("")
        else:
            found[-1] += sign
    return found


def _named(segment: str) -> tuple[str, str | None]:
    name, opened, rest = segment.partition("(")
    return name, rest.removesuffix(")") if opened else None
