"""What an EDMX document says of a service: its entity sets, their types, and what may be done with them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property

from lxml import etree

_SAP = "{http://www.sap.com/Protocols/SAPData}"


@dataclass(frozen=True)
class Property:
    """A property of an entity type, with the limits that its facets and ``sap:`` marks set."""

    name: str
    type: str
    nullable: bool
    max_length: int | None
    precision: int | None
    scale: int
    creatable: bool
    updatable: bool
    filterable: bool
    sortable: bool
    stamps: bool  # ConcurrencyMode="Fixed": the entity tag is made of it
    display: str


@dataclass(frozen=True)
class Navigation:
    """A way from one entity to others: which set they stand in, and whether there may be many."""

    name: str
    target: str
    many: bool


@dataclass(frozen=True)
class EntityType:
    """An entity type: its key, properties and navigations."""

    name: str
    key: tuple[str, ...]
    properties: dict[str, Property]
    navigations: dict[str, Navigation]

    @cached_property
    def stamp(self) -> Property | None:
        """The property that the entity tag is made of, where there is one."""
        return next((each for each in self.properties.values() if each.stamps), None)


@dataclass(frozen=True)
class EntitySet:
    """A set of a service, and what may be done with its entities directly."""

    name: str
    type: EntityType
    creatable: bool
    updatable: bool
    deletable: bool
    inserts: dict[str, bool] = field(default_factory=dict)  # navigation: may one be made by it (annotations)

    @property
    def read_only(self) -> bool:
        """Neither creatable nor updatable nor deletable."""
        return not (self.creatable or self.updatable or self.deletable)


@dataclass(frozen=True)
class Service:
    """A service as its EDMX document describes it; ``document`` is that, byte for byte."""

    name: str
    document: bytes
    sets: dict[str, EntitySet]
    functions: dict[str, tuple[str, ...]]  # function import: its parameters


@cache
def read(document: bytes) -> Service:
    """Read a V2 EDMX document; each is read once, a service being a value."""
    root = etree.fromstring(document)
    namespace = _one(root, "Schema").get("Namespace", "")
    ends = {
        (association.get("Name"), end.get("Role")): (_short(end.get("Type")), end.get("Multiplicity") == "*")
        for association in root.iter("{*}Association")
        for end in association.findall("{*}End")
    }
    sets_of = {_short(each.get("EntityType")): each.get("Name", "") for each in root.iter("{*}EntitySet")}
    types = {each.get("Name", ""): _entity_type(each, ends, sets_of) for each in root.iter("{*}EntityType")}
    inserts = _inserts(root)
    sets = {
        each.get("Name", ""): EntitySet(
            each.get("Name", ""),
            types[_short(each.get("EntityType"))],
            *(each.get(_SAP + mark) != "false" for mark in ("creatable", "updatable", "deletable")),
            inserts=inserts.get(each.get("Name", ""), {}),
        )
        for each in root.iter("{*}EntitySet")
    }
    functions = {
        each.get("Name", ""): tuple(one.get("Name", "") for one in each.findall("{*}Parameter"))
        for each in root.iter("{*}FunctionImport")
    }
    return Service(namespace, document, sets, functions)


def _one(root: etree._Element, name: str) -> etree._Element:
    return next(root.iter("{*}" + name))


def _short(name: str | None) -> str:
    return (name or "").rpartition(".")[2]


def _entity_type(
    said: etree._Element, ends: dict[tuple[str | None, str | None], tuple[str, bool]], sets_of: dict[str, str]
) -> EntityType:
    key = said.find("{*}Key")
    navigations = {}
    for way in said.findall("{*}NavigationProperty"):
        target, many = ends[_short(way.get("Relationship")), way.get("ToRole")]
        name = way.get("Name", "")
        if target in sets_of:
            navigations[name] = Navigation(name, sets_of[target], many)
    return EntityType(
        said.get("Name", ""),
        () if key is None else tuple(each.get("Name", "") for each in key),
        {each.get("Name", ""): _property(each) for each in said.findall("{*}Property")},
        navigations,
    )


def _property(said: etree._Element) -> Property:
    def number(facet: str) -> int | None:
        text = said.get(facet)
        return int(text) if text and text.isdigit() else None

    def allowed(mark: str) -> bool:
        return said.get(_SAP + mark) != "false"

    return Property(
        said.get("Name", ""),
        said.get("Type", ""),
        said.get("Nullable") != "false",
        number("MaxLength"),
        number("Precision"),
        number("Scale") or 0,
        allowed("creatable"),
        allowed("updatable"),
        allowed("filterable"),
        allowed("sortable"),
        said.get("ConcurrencyMode") == "Fixed",
        said.get(_SAP + "display-format", ""),
    )


def _inserts(root: etree._Element) -> dict[str, dict[str, bool]]:
    """Per set, the navigations that annotations speak of inserting by, and whether that is allowed."""
    found: dict[str, dict[str, bool]] = {}
    for annotations in root.iter("{*}Annotations"):
        _, slash, name = annotations.get("Target", "").partition("/")
        if slash:
            for way, allowed in _restricted(annotations):
                ways = found.setdefault(name, {})
                ways[way] = ways.get(way, True) and allowed
    return found


def _restricted(annotations: etree._Element) -> Iterator[tuple[str, bool]]:
    for record in annotations.iter("{*}Record"):
        values = {each.get("Property"): each for each in record.findall("{*}PropertyValue")}
        if "NavigationProperty" in values and "InsertRestrictions" in values:
            told = [
                each.get("Bool") or (each.text or "")
                for each in values["InsertRestrictions"].iter("{*}PropertyValue")
                if each.get("Property") == "Insertable"
            ]
            yield values["NavigationProperty"].get("NavigationPropertyPath", ""), "false" not in told
