"""What the server tells of itself: ``$metadata`` of each module, and Swagger of all (sage.md 3.1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from .catalogue import offered
from .properties import Property
from .resources import Resource
from .settings import Settings

_EDM: Final = {
    "text": "Edm.String",
    "choice": "Edm.String",
    "number": "Edm.Decimal",
    "truth": "Edm.Boolean",
    "date": "Edm.DateTimeOffset",
}
_SWAGGER: Final = {
    "text": {"type": "string"},
    "choice": {"type": "string"},
    "number": {"type": "number"},
    "truth": {"type": "boolean"},
    "date": {"type": "string", "format": "date-time"},
}


def metadata(settings: Settings, module: str) -> str:
    """The EDMX of a module."""
    namespace = f"Sage.CA.SBS.ERP.Sage300.{module}.WebApi.Models"
    resources = list(offered(settings, module).values())
    types = "".join(_type(each, namespace) for each in resources)
    sets = "".join(
        f"<EntitySet Name={quoteattr(each.name)} EntityType={quoteattr(f'{namespace}.{_kind(each)}')}/>"
        for each in resources
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>'
        f'<Schema Namespace={quoteattr(namespace)} xmlns="http://docs.oasis-open.org/odata/ns/edm">{types}'
        f'<EntityContainer Name="Container">{sets}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>'
    )


def _kind(resource: Resource) -> str:
    return resource.name.removeprefix(resource.module).removesuffix("s")


def _type(resource: Resource, namespace: str) -> str:
    refs = "".join(f"<PropertyRef Name={quoteattr(name)}/>" for name in resource.keys)
    complex_types = "".join(_complex(each, _kind(resource), namespace) for each in _collections(resource))
    inner = _properties(resource.properties.values(), _kind(resource), namespace)
    key = f"<Key>{refs}</Key>" if refs else ""
    return f"<EntityType Name={quoteattr(_kind(resource))}>{key}{inner}</EntityType>{complex_types}"


def _collections(resource: Resource) -> list[Property]:
    outer = [each for each in resource.properties.values() if each.type == "details"]
    return outer + [each for one in outer for each in one.details if each.type == "details"]


def _complex(property: Property, owner: str, namespace: str) -> str:
    inner = _properties(property.details, owner, namespace)
    return f"<ComplexType Name={quoteattr(owner + property.name)}>{inner}</ComplexType>"


def _properties(properties: Iterable[Property], owner: str, namespace: str) -> str:
    return "".join(
        f"<Property Name={quoteattr(each.name)} Type={quoteattr(_edm(each, owner, namespace))}/>"
        for each in properties
    )


def _edm(property: Property, owner: str, namespace: str) -> str:
    if property.type == "details":
        return f"Collection({namespace}.{owner}{property.name})"
    return _EDM[property.type]


def swagger(settings: Settings) -> dict[str, Any]:
    """The Swagger 2.0 document: which resources there are, with which verbs."""
    paths: dict[str, Any] = {}
    definitions: dict[str, Any] = {}
    for each in offered(settings).values():
        base = f"/{{company}}/{each.module}/{each.name}"
        key = ",".join(f"{name}={{{name}}}" for name in each.keys)
        told = {"responses": {"200": {"description": "OK", "schema": {"$ref": f"#/definitions/{each.name}"}}}}
        paths[base] = {verb.lower(): told for verb in sorted(each.verbs & {"GET", "POST"})}
        single = sorted(each.verbs - {"POST"})
        if single:
            paths[f"{base}({key})"] = {verb.lower(): told for verb in single}
        definitions[each.name] = _schema(each.properties.values())
    return {
        "swagger": "2.0",
        "info": {"title": "Sage 300 Web API", "version": "v1.0"},
        "basePath": "/Sage300WebApi/v1.0/-",
        "paths": paths,
        "definitions": definitions,
    }


def _schema(properties: Iterable[Property]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            each.name: {"type": "array", "items": _schema(each.details)}
            if each.type == "details"
            else _SWAGGER[each.type]
            for each in properties
        },
    }
