"""What stands in the system: rows per entity set, each write held against the description."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Protocol

from .description import EntitySet, Service
from .queries import Row, property_of
from .refusing import Refused, malformed
from .values import canonical, initial, taken


class Rules(Protocol):
    """What the business adds to what the description says."""

    def fill(self, books: "Books", name: str, row: Row, parent: Row | None, below: dict[str, Any]) -> None:
        """Give a new row its number and defaults, or refuse it."""

    def settle(self, books: "Books", name: str, row: Row, changed: frozenset[str]) -> None:
        """Work out what follows from a write (totals, statuses, stamps)."""


class Books:
    """All rows of all services; a write is refused whole or stands whole."""

    def __init__(self, services: list[Service], rules: Rules) -> None:
        self.services = {service.name: service for service in services}
        self.sets = {name: each for service in services for name, each in service.sets.items()}
        self.rows: dict[str, list[Row]] = {name: [] for name in self.sets}
        self.rules = rules

    # ---------------------------------------------------------------- reading

    def find(self, entities: EntitySet, key: dict[str, Any]) -> Row:
        """The row of a key; ``Refused`` (404) if there is none."""
        for row in self.rows[entities.name]:
            if self._same(entities, row, key):
                return row
        raise Refused(404, f"No {entities.name} {key} was found", "/IWBEP/CM_MGW_RT/023")

    def _same(self, entities: EntitySet, row: Row, key: dict[str, Any]) -> bool:
        kinds = entities.type.properties
        return all(canonical(kinds[name], row[name]) == canonical(kinds[name], key[name]) for name in key)

    def _shared(self, here: EntitySet, there: EntitySet) -> set[str]:
        """The properties that tie entities of two sets together: the key of one within the other."""
        up = set(there.type.key) & set(here.type.properties)
        down = set(here.type.key) & set(there.type.properties)
        return down if down == set(here.type.key) else up

    def related(self, entities: EntitySet, row: Row, way: str) -> list[Row]:
        """The rows that a navigation leads to."""
        target = self.sets[entities.type.navigations[way].target]
        shared = self._shared(entities, target)
        if not shared:
            return []
        key = {name: row[name] for name in shared}
        return [each for each in self.rows[target.name] if self._same(target, each, key)]

    def first(self, name: str, **key: Any) -> Row | None:
        """The first row of a set with these values, where the set is served at all."""
        entities = self.sets.get(name)
        found = self.rows.get(name, []) if entities else []
        return next((row for row in found if entities and self._same(entities, row, key)), None)

    def all(self, name: str, **key: Any) -> list[Row]:
        """All rows of a set with these values."""
        entities = self.sets.get(name)
        return [row for row in self.rows.get(name, []) if entities and self._same(entities, row, key)]

    # ---------------------------------------------------------------- writing

    def kept(self) -> dict[str, list[Row]]:
        """A copy of all rows, to go back to."""
        return deepcopy(self.rows)

    def enter(self, name: str, **values: Any) -> Row:
        """Put a row there as people do on the screen: nothing but its names is checked."""
        kind = self.sets[name].type
        known = {key: value for key, value in values.items() if key in kind.properties}
        row = {each.name: initial(each) for each in kind.properties.values()} | known
        self.rows[name].append(row)
        return row

    def insert(
        self, service: Service, entities: EntitySet, body: Any, parent: Row | None = None, top: bool = True
    ) -> Row:
        """A new entity with all that hangs below it (deep insert)."""
        if not isinstance(body, dict):
            raise malformed(f"An entity of {entities.name} is an object, not {body!r}")
        kind = entities.type
        row, below = _read(entities, body)
        if parent is not None:
            row |= {name: parent[name] for name in kind.key if name in parent}
        self.rules.fill(self, entities.name, row, parent, below)
        key = {name: row[name] for name in kind.key}
        for name, value in key.items():
            if value in (None, "") and name != "Person":
                raise malformed(f"Key {name} of {entities.name} is missing", name)
        if any(self._same(entities, each, key) for each in self.rows[entities.name]):
            raise Refused(400, f"{entities.name} {list(key.values())} exists already")
        self.rows[entities.name].append(row)
        for way, entries in below.items():
            target = service.sets[kind.navigations[way].target]
            if entries and target.read_only:
                raise malformed(f"{target.name} is read only: {way} takes nothing", way)
            for entry in entries:
                self.insert(service, target, entry, row, top=False)
        if top:
            self.rules.settle(self, entities.name, row, frozenset(body))
        return row

    def change(self, entities: EntitySet, row: Row, body: Any) -> None:
        """Set some properties of an entity (MERGE, PATCH)."""
        if not isinstance(body, dict) or not body:
            raise malformed("A change names at least one property")
        kind = entities.type
        new = {}
        for name, value in body.items():
            if name == "__metadata":
                continue
            if name in kind.navigations:
                raise malformed(f"{name}: version 2 has no deep update", name)
            one = property_of(kind, name)
            said = taken(one, value)
            if name in kind.key:
                if canonical(one, said) != canonical(one, row[name]):
                    raise malformed(f"Key {name} cannot be changed", name)
                continue
            if not one.updatable:
                raise malformed(f"Property {name} of {entities.name} is not updatable", name)
            new[name] = said
        row.update(new)
        self.rules.settle(self, entities.name, row, frozenset(new))

    def remove(self, entities: EntitySet, row: Row) -> None:
        """Delete an entity, and all that hangs below it."""
        self.rows[entities.name] = [each for each in self.rows[entities.name] if each is not row]
        for target in self._below(entities):
            key = {name: row[name] for name in entities.type.key}
            self.rows[target.name] = [
                each for each in self.rows[target.name] if not self._same(target, each, key)
            ]
        self.rules.settle(self, entities.name, row, frozenset())

    def _below(self, entities: EntitySet) -> Iterator[EntitySet]:
        for way in entities.type.navigations.values():
            target = self.sets[way.target]
            if way.many and set(entities.type.key) < set(target.type.key):
                yield target


def _read(entities: EntitySet, body: dict[str, Any]) -> tuple[Row, dict[str, list[Any]]]:
    """The row that a body tells, and what is to hang below it by navigation."""
    kind = entities.type
    row = {each.name: initial(each) for each in kind.properties.values()}
    below: dict[str, list[Any]] = {}
    for name, value in body.items():
        if name == "__metadata":
            continue
        if name in kind.navigations:
            below[name] = _entities_of(name, value, kind.navigations[name].many)
            continue
        one = property_of(kind, name)
        if not one.creatable:
            raise malformed(f"Property {name} of {entities.name} is not creatable", name)
        row[name] = taken(one, value)
    return row, below


def _entities_of(name: str, value: Any, many: bool) -> list[Any]:
    if not many:
        return [] if value is None else [value]
    if isinstance(value, dict) and isinstance(value.get("results"), list):
        value = value["results"]
    if not isinstance(value, list):
        raise malformed(f"{name} takes a list, not {value!r}", name)
    return value
