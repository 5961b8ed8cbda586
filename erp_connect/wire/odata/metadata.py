"""What a service says of itself: entity sets, their properties with types and lengths, and where they lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from .values import Version

__all__ = ["EntityType", "Model", "Property", "parse"]

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Property:
    """A field of an entity; lengths are ``None`` where none is stated (``max`` is none)."""

    name: str
    type: str
    nullable: bool = True
    max_length: int | None = None
    precision: int | None = None
    scale: int | None = None
    annotations: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """Attributes of other vocabularies without their namespace: ``creatable``, ``updatable``, ``label`` of SAP."""

    def allows(self, what: str) -> bool:
        """Whether an annotation (``creatable``, ``updatable``, ``filterable``) does not forbid it."""
        return self.annotations.get(what, "true") != "false"


@dataclass(frozen=True, slots=True)
class EntityType:
    """A kind of entity, with what it inherits."""

    name: str
    key: tuple[str, ...]
    properties: Mapping[str, Property]
    navigations: Mapping[str, str]
    """Where each navigation leads: the name of an entity type; empty where the document does not tell."""

    @property
    def types(self) -> Mapping[str, str]:
        """The Edm type of each property."""
        return {name: each.type for name, each in self.properties.items()}


@dataclass(frozen=True, slots=True)
class Model:
    """A service's document, read."""

    version: Version
    sets: Mapping[str, EntityType]
    """By the name of the entity set."""
    types: Mapping[str, EntityType]
    """By their names without the namespace."""
    barred: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    """What SAP's version 2 says that cannot be done with a set: ``creatable``, ``updatable``, ``deletable``."""

    def allows(self, entity_set: str, what: str) -> bool:
        """Whether the document does not forbid to do something with a set, by the same words as for properties."""
        return what not in self.barred.get(entity_set, frozenset())


@dataclass(slots=True)
class _Raw:
    base: str
    key: list[str]
    properties: dict[str, Property]
    navigations: dict[str, tuple[str, str]]


def parse(document: bytes) -> Model:
    """Read an EDMX document of either version; what is not known in it is passed over.

    External entities and DTDs are not resolved.  Raises ``ValueError`` for what is no such document.
    """
    from lxml import etree  # loaded when the first service is asked, not with the library

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as failure:
        raise ValueError(f"the service's $metadata is no XML: line {failure.lineno}") from failure
    local = _local
    schemas = [each for each in root.iter() if local(each) == "Schema"]
    if local(root) != "Edmx" or not schemas:
        raise ValueError("the service's $metadata describes nothing: no schema in it")
    version: Version = 4 if root.get("Version", "1.0").startswith("4") else 2
    raw: dict[str, _Raw] = {}
    ends: dict[tuple[str, str], str] = {}
    sets: dict[str, str] = {}
    barred: dict[str, frozenset[str]] = {}
    for schema in schemas:
        for each in schema:
            if local(each) in ("EntityType", "ComplexType"):
                raw[str(each.get("Name"))] = _raw_type(each)
            elif local(each) == "Association":
                for end in each:
                    if local(end) == "End":
                        ends[str(each.get("Name")), str(end.get("Role"))] = _bare(end.get("Type"))
            elif local(each) == "EntityContainer":
                for entity_set in each:
                    if local(entity_set) == "EntitySet":
                        name = str(entity_set.get("Name"))
                        sets[name] = _bare(entity_set.get("EntityType"))
                        if refused := _refused(entity_set):
                            barred[name] = refused
    types = {name: _whole(name, raw, ends) for name in raw}
    return Model(
        version,
        MappingProxyType({name: types[kind] for name, kind in sets.items() if kind in types}),
        MappingProxyType(types),
        MappingProxyType(barred),
    )


def _refused(element: Any) -> frozenset[str]:
    """The annotations of another vocabulary that say "false"."""
    said = ((name, value) for name, value in element.attrib.items() if name.startswith("{"))
    return frozenset(name.rpartition("}")[2] for name, value in said if value == "false")


def _raw_type(element: Any) -> _Raw:
    found = _Raw(_bare(element.get("BaseType")), [], {}, {})
    for part in element:
        match _local(part):
            case "Key":
                found.key = [str(ref.get("Name")) for ref in part if _local(ref) == "PropertyRef"]
            case "Property":
                found.properties[str(part.get("Name"))] = _property(part)
            case "NavigationProperty":
                leads = (_bare(part.get("Relationship")), str(part.get("ToRole")))
                if part.get("Type") is not None:
                    leads = (_bare(part.get("Type")), "")
                found.navigations[str(part.get("Name"))] = leads
            case _:
                pass
    return found


def _whole(name: str, raw: Mapping[str, _Raw], ends: Mapping[tuple[str, str], str]) -> EntityType:
    """The type with what its bases have; a chain that bites its tail ends there."""
    chain: list[_Raw] = []
    names: set[str] = set()
    at = name
    while at in raw and at not in names:
        names.add(at)
        chain.append(raw[at])
        at = raw[at].base
    properties: dict[str, Property] = {}
    navigations: dict[str, str] = {}
    key: list[str] = []
    for each in reversed(chain):
        properties |= each.properties
        navigations |= {
            nav: (ends.get((kind, role), "") if role else kind)
            for nav, (kind, role) in each.navigations.items()
        }
        key = each.key or key
    return EntityType(name, tuple(key), MappingProxyType(properties), MappingProxyType(navigations))


def _property(element: Any) -> Property:
    return Property(
        str(element.get("Name")),
        str(element.get("Type", "Edm.String")),
        element.get("Nullable", "true") != "false",
        _count(element.get("MaxLength")),
        _count(element.get("Precision")),
        _count(element.get("Scale")),
        MappingProxyType(
            {name.rpartition("}")[2]: value for name, value in element.attrib.items() if name.startswith("{")}
        ),
    )


def _count(said: str | None) -> int | None:
    return int(said) if said is not None and said.isascii() and said.isdigit() else None


def _bare(name: str | None) -> str:
    """A name without its namespace, out of its ``Collection(...)``."""
    text = (name or "").strip()
    if text.startswith("Collection(") and text.endswith(")"):
        text = text[len("Collection(") : -1]
    return text.rpartition(".")[2]


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
