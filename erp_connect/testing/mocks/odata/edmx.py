"""``$metadata`` and the service document, generated from the model."""

from __future__ import annotations

from typing import Any, Final
from xml.sax.saxutils import quoteattr

from .model import EntitySet, Model, Navigation, Operation, Property

_ROOT_V2: Final = (
    '<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx"'
    ' xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"'
)
_ROOT_V4: Final = '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"'
_SCHEMA: Final = {
    2: "http://schemas.microsoft.com/ado/2008/09/edm",
    4: "http://docs.oasis-open.org/odata/ns/edm",
}


class Annotations:
    """What a product's metadata say beyond the standard."""

    lengths_shown = True
    """Whether texts and decimals tell their lengths."""

    def root(self) -> str:
        """Of the document: namespaces."""
        return ""

    def property(self, entity_set: EntitySet, property: Property) -> str:
        """Of a property."""
        return ""

    def within(self, entity_set: EntitySet, property: Property) -> str:
        """Elements within a property."""
        return ""

    def entity_set(self, entity_set: EntitySet) -> str:
        """Of an entity set."""
        return ""

    def members(self, entity_set: EntitySet) -> str:
        """Elements within an entity type."""
        return ""

    def types(self) -> str:
        """Further types."""
        return ""

    def imports(self) -> str:
        """Elements within the container of version 4, beside its sets."""
        return ""


def metadata(model: Model, annotations: Annotations | None = None) -> str:
    """The service as EDMX."""
    more = annotations or Annotations()
    types = "".join(_entity_type(model, entity_set, more) for entity_set in model.sets.values())
    types += more.types()
    if model.version == 2:
        types += "".join(_result_type(o) for o in model.operations.values() if o.result)
        types += "".join(_associations(model)) + _container_v2(model, more)
    else:
        types += _enums_v4(model) + _actions_v4(model) + _container_v4(model, more) + _capabilities(model)
    services = (
        '<edmx:DataServices m:DataServiceVersion="2.0">' if model.version == 2 else "<edmx:DataServices>"
    )
    root = _ROOT_V2 if model.version == 2 else _ROOT_V4
    schema = f'<Schema Namespace="{model.namespace}" xmlns="{_SCHEMA[model.version]}">'
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{root}{more.root()}>{services}{schema}{types}</Schema>'
        "</edmx:DataServices></edmx:Edmx>"
    )


def _attributes(**values: Any) -> str:
    return "".join(f" {name}={quoteattr(str(value))}" for name, value in values.items() if value is not None)


def _entity_type(model: Model, entity_set: EntitySet, more: Annotations) -> str:
    keys = "".join(f'<PropertyRef Name="{name}"/>' for name in entity_set.keys)
    properties = "".join(_property(model, entity_set, p, more) for p in entity_set.properties.values())
    navigations = "".join(_navigation(model, entity_set, n) for n in entity_set.navigations.values())
    inner = f"<Key>{keys}</Key>{properties}{more.members(entity_set)}{navigations}"
    return f'<EntityType Name="{entity_set.type}">{inner}</EntityType>'


def _property(model: Model, entity_set: EntitySet, property: Property, more: Annotations) -> str:
    text = property.type == "Edm.String"
    instant = property.type in {"Edm.DateTimeOffset", "Edm.DateTime"}
    common = _attributes(
        Name=property.name,
        Type=property.type,
        Nullable=None if property.nullable else "false",
        MaxLength=property.length if text and more.lengths_shown else None,
        Precision=(7 if property.type == "Edm.DateTimeOffset" else 0) if instant else None,
    )
    if property.type == "Edm.Decimal":
        common += _attributes(Precision=property.length if more.lengths_shown else None, Scale=property.scale)
    if model.version == 2:
        fixed = property.name == entity_set.etag
        common += _attributes(ConcurrencyMode="Fixed" if fixed else None)
    head, inner = f"<Property{common}{more.property(entity_set, property)}", more.within(entity_set, property)
    return f"{head}>{inner}</Property>" if inner else f"{head}/>"


def _association(entity_set: EntitySet, navigation: Navigation) -> str:
    return f"{entity_set.name}_{navigation.name}"


def _navigation(model: Model, entity_set: EntitySet, navigation: Navigation) -> str:
    if model.version == 2:
        name = _association(entity_set, navigation)
        return (
            f'<NavigationProperty Name="{navigation.name}" Relationship="{model.namespace}.{name}"'
            f' FromRole="From_{name}" ToRole="To_{name}"/>'
        )
    target = f"{model.namespace}.{model.sets[navigation.target].type}"
    kind = f"Collection({target})" if navigation.many else target
    return f'<NavigationProperty Name="{navigation.name}" Type="{kind}"/>'


def _associations(model: Model) -> list[str]:
    found = []
    for entity_set in model.sets.values():
        for navigation in entity_set.navigations.values():
            name = _association(entity_set, navigation)
            target = model.sets[navigation.target]
            many = "*" if navigation.many else "0..1"
            found.append(
                f'<Association Name="{name}">'
                f'<End Type="{model.namespace}.{entity_set.type}" Multiplicity="1" Role="From_{name}"/>'
                f'<End Type="{model.namespace}.{target.type}" Multiplicity="{many}" Role="To_{name}"/>'
                "</Association>"
            )
    return found


def _container_v2(model: Model, more: Annotations) -> str:
    name = f"{model.namespace}_Entities"
    parts = [f'<EntityContainer Name="{name}" m:IsDefaultEntityContainer="true">']
    for entity_set in model.sets.values():
        said = more.entity_set(entity_set)
        parts.append(
            f'<EntitySet Name="{entity_set.name}" EntityType="{model.namespace}.{entity_set.type}"{said}/>'
        )
    for entity_set in model.sets.values():
        for navigation in entity_set.navigations.values():
            association = _association(entity_set, navigation)
            parts.append(
                f'<AssociationSet Name="{association}_Set" Association="{model.namespace}.{association}">'
                f'<End EntitySet="{entity_set.name}" Role="From_{association}"/>'
                f'<End EntitySet="{navigation.target}" Role="To_{association}"/></AssociationSet>'
            )
    parts += [_function_import(model, operation) for operation in model.operations.values()]
    return "".join([*parts, "</EntityContainer>"])


def _function_import(model: Model, operation: Operation) -> str:
    entity_set = model.sets.get(operation.returns)
    kind = entity_set.type if entity_set else f"{operation.name}Result"
    answer = f' ReturnType="{model.namespace}.{kind}"'
    if entity_set:
        answer += f' EntitySet="{entity_set.name}"'
    parameters = "".join(
        "<Parameter" + _attributes(Name=p.name, Type=p.type, Mode="In", MaxLength=p.length) + "/>"
        for p in operation.parameters.values()
    )
    head = f'<FunctionImport Name="{operation.name}"{answer} m:HttpMethod="{operation.method}">'
    return f"{head}{parameters}</FunctionImport>"


def _result_type(operation: Operation) -> str:
    properties = "".join(
        "<Property" + _attributes(Name=p.name, Type=p.type, MaxLength=p.length) + "/>"
        for p in operation.result.values()
    )
    return f'<ComplexType Name="{operation.name}Result">{properties}</ComplexType>'


def _enums_v4(model: Model) -> str:
    parts = []
    for name, members in model.enums.items():
        inner = "".join("<Member" + _attributes(Name=m, Value=v) + "/>" for m, v in members.items())
        parts.append(f"<EnumType{_attributes(Name=name)}>{inner}</EnumType>")
    return "".join(parts)


def _actions_v4(model: Model) -> str:
    parts = []
    for owner, names in model.actions.items():
        bound = _attributes(Name="bindingParameter", Type=f"{model.namespace}.{model.sets[owner].type}")
        parts += [f'<Action Name="{name}" IsBound="true"><Parameter{bound}/></Action>' for name in names]
    return "".join(parts)


def _container_v4(model: Model, more: Annotations) -> str:
    parts = ['<EntityContainer Name="Container">']
    for entity_set in model.sets.values():
        bindings = "".join(
            f'<NavigationPropertyBinding Path="{n.name}" Target="{n.target}"/>'
            for n in entity_set.navigations.values()
        )
        parts.append(
            f'<EntitySet Name="{entity_set.name}" EntityType="{model.namespace}.{entity_set.type}">'
            f"{bindings}</EntitySet>"
        )
    return "".join([*parts, more.imports(), "</EntityContainer>"])


def _capabilities(model: Model) -> str:
    parts = []
    for entity_set in model.sets.values():
        told = [
            (term, word)
            for term, word, can in (
                ("InsertRestrictions", "Insertable", entity_set.creatable),
                ("UpdateRestrictions", "Updatable", entity_set.updatable),
                ("DeleteRestrictions", "Deletable", entity_set.deletable),
            )
            if not can
        ]
        inner = "".join(
            f'<Annotation Term="Org.OData.Capabilities.V1.{term}"><Record>'
            f'<PropertyValue Property="{word}" Bool="false"/></Record></Annotation>'
            for term, word in told
        )
        if entity_set.etag:
            inner += (
                '<Annotation Term="Org.OData.Core.V1.OptimisticConcurrency"><Collection>'
                f"<PropertyPath>{entity_set.etag}</PropertyPath></Collection></Annotation>"
            )
        if inner:
            target = f"{model.namespace}.Container/{entity_set.name}"
            parts.append(f'<Annotations Target="{target}">{inner}</Annotations>')
    return "".join(parts)


def service_document(model: Model, root: str) -> dict[str, Any]:
    """The list of entity sets."""
    names = [name for name, entity_set in model.sets.items() if entity_set.addressable]
    if model.version == 2:
        return {"d": {"EntitySets": names}}
    entries = [{"name": name, "kind": "EntitySet", "url": name} for name in names]
    return {"@odata.context": f"{root}$metadata", "value": entries}
