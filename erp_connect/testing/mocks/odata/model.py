"""What a service offers: entity types with their properties and navigations, entity sets, operations."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal

Version = Literal[2, 4]
_SPELLING: Final = re.compile(
    r"(\w+):(=\w+|dto|dt|date|tod|[SDTBGIL])(\d*)(?:\.(\d+|variable))?([an]?)((?:\((?:r|!c|!u)\))*)"
)
_EDM: Final = {
    "S": "Edm.String",
    "D": "Edm.Decimal",
    "B": "Edm.Boolean",
    "G": "Edm.Guid",
    "I": "Edm.Int32",
    "L": "Edm.Int64",
    "T": "Edm.Time",
    "dt": "Edm.DateTime",
    "dto": "Edm.DateTimeOffset",
    "date": "Edm.Date",
    "tod": "Edm.TimeOfDay",
}

Display = Literal["", "UpperCase", "NonNegative"]
_DISPLAYS: Final[dict[str, Display]] = {"": "", "a": "UpperCase", "n": "NonNegative"}


@dataclass(frozen=True)
class Property:
    """One property; ``display`` says how keys are converted on their way in and out."""

    name: str
    type: str
    length: int | None = None
    """Characters of a text, digits of a decimal."""
    scale: int | Literal["variable"] | None = None
    nullable: bool = True
    creatable: bool = True
    updatable: bool = True
    display: Display = ""
    members: tuple[str, ...] = ()
    """What an enumeration may be."""


@dataclass(frozen=True)
class Navigation:
    """A way to related entities; ``on`` names, for each of their properties, ours of the same value."""

    name: str
    target: str
    many: bool
    on: dict[str, str]


@dataclass
class EntitySet:
    """An entity set, and the type of its entities."""

    name: str
    type: str
    keys: tuple[str, ...]
    properties: dict[str, Property]
    navigations: dict[str, Navigation]
    etag: str = ""
    """The property that the ETag is made of, or the path to it."""
    creatable: bool = True
    updatable: bool = True
    deletable: bool = True
    addressable: bool = True
    """Whether the set can be asked for without coming from a parent."""
    insertable_through: bool = True
    """Whether entities can be created through a parent's navigation."""
    nested_only: bool = False
    """Whether entities are created within a new parent only."""

    def property(self, name: str) -> Property | None:
        """The property of this name."""
        return self.properties.get(name)


@dataclass(frozen=True)
class Operation:
    """A function import of version 2: what it is called with, and what it answers."""

    name: str
    method: str
    parameters: dict[str, Property]
    returns: str = ""
    """The entity set of the result, or blank for a row of its own."""
    result: dict[str, Property] = field(default_factory=dict)


@dataclass
class Model:
    """A whole service."""

    namespace: str
    version: Version
    sets: dict[str, EntitySet]
    operations: dict[str, Operation] = field(default_factory=dict)
    enums: dict[str, dict[str, int]] = field(default_factory=dict)
    """Enumerations: their members and values."""
    actions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Actions without parameters that are bound to entities of a set."""

    def without(self, *names: str) -> Model:
        """The model of a release that lacks sets (``A_X``) or properties and navigations (``A_X/Y``)."""
        gone = set(names)
        sets = {
            name: EntitySet(
                name,
                kept.type,
                kept.keys,
                {n: p for n, p in kept.properties.items() if f"{name}/{n}" not in gone},
                {
                    n: v
                    for n, v in kept.navigations.items()
                    if f"{name}/{n}" not in gone and v.target not in gone
                },
                kept.etag,
                kept.creatable,
                kept.updatable,
                kept.deletable,
                kept.addressable,
                kept.insertable_through,
                kept.nested_only,
            )
            for name, kept in self.sets.items()
            if name not in gone
        }
        actions = {name: bound for name, bound in self.actions.items() if name in sets}
        return Model(self.namespace, self.version, sets, self.operations, self.enums, actions)


def described(text: str, namespace: str, version: Version) -> Model:
    """The model that a compact description tells.

    ``set NAME key A,B [etag P] [no-create] [no-update] [no-delete] [child] [no-insert]``, then lines of
    ``Name:S10(r)`` and of ``-> name Target* A,B=C``: to many with a star, joined on the properties named.
    ``function NAME POST A:S10 returns SET``.  ``enum NAME A,B,C=5``, before properties spelled ``Name:=NAME``;
    ``action SET NAME NAME`` after its set.
    """
    model = Model(namespace, version, {})
    current: EntitySet | None = None
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "set":
            current = _entity_set(words[1:])
            model.sets[current.name] = current
        elif words[0] == "function":
            operation = _operation(words[1:])
            model.operations[operation.name] = operation
        elif words[0] == "enum":
            model.enums[words[1]] = _members(words[2])
        elif words[0] == "action":
            model.actions[words[1]] = tuple(words[2:])
        elif current is None:
            raise ValueError(f"{line!r} stands before any set")
        elif words[0] == "->":
            _, name, target, *joined = words
            pairs = [pair.partition("=") for pair in (joined[0].split(",") if joined else current.keys)]
            on = {theirs: ours or theirs for theirs, _, ours in pairs}
            current.navigations[name] = Navigation(name, target.rstrip("*"), target.endswith("*"), on)
        else:
            for word in words:
                found = spelled(word, current.keys, model)
                current.properties[found.name] = found
    return model


def _entity_set(words: list[str]) -> EntitySet:
    options = dict(zip(words[1::1], [*words[2::1], ""], strict=False))
    name = words[0]
    flags = set(words)
    return EntitySet(
        name,
        options.get("type", f"{name}Type"),
        tuple(options["key"].split(",")),
        {},
        {},
        etag=options.get("etag", ""),
        creatable=not flags & {"no-create", "child"},
        updatable="no-update" not in flags,
        deletable="no-delete" not in flags,
        addressable="no-address" not in flags,
        insertable_through=not flags & {"no-create", "no-insert"},
    )


def _operation(words: list[str]) -> Operation:
    name, method, *rest = words
    returns = ""
    result: dict[str, Property] = {}
    if "returns" in rest:
        at = rest.index("returns")
        rest, answer = rest[:at], rest[at + 1 :]
        if ":" in answer[0]:
            result = {p.name: p for p in map(spelled, answer)}
        else:
            returns = answer[0]
    return Operation(name, method, {p.name: p for p in map(spelled, rest)}, returns, result)


def _members(text: str) -> dict[str, int]:
    members: dict[str, int] = {}
    for part in text.split(","):
        name, _, value = part.partition("=")
        members[name] = int(value) if value else max(members.values(), default=-1) + 1
    return members


def spelled(word: str, key_of: tuple[str, ...] = (), model: Model | None = None) -> Property:
    """``Name:S10a(r)`` as a property: type and length, key conversion, what may not be sent."""
    found = _SPELLING.fullmatch(word.rstrip(","))
    if found is None:
        raise ValueError(f"no property is spelled {word!r}")
    name, kind, length, scale, display, flags = found.groups()
    enum = model.enums[kind[1:]] if model is not None and kind.startswith("=") else {}
    type = f"{model.namespace}.{kind[1:]}" if model is not None and enum else _EDM[kind]
    return Property(
        name,
        type,
        int(length) if length else None,
        "variable" if scale == "variable" else int(scale) if scale else None,
        nullable=name not in key_of,
        creatable="(r)" not in flags and "(!c)" not in flags,
        updatable="(r)" not in flags and "(!u)" not in flags and name not in key_of,
        display=_DISPLAYS[display],
        members=tuple(enum),
    )
