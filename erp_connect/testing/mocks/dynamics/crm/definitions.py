"""``EntityDefinitions``: what the metadata tell of a table, its columns and keys; new keys are posted here
(dynamics.md 4.1, 4.5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from ...odata.calls import Call, Reply
from ...odata.errors import ODataError, not_allowed
from . import refusing
from .model import Column, Lookup, Table
from .organization import AlternateKey
from .source import DataSource

if TYPE_CHECKING:
    from .service import DataService

_PATH: Final = re.compile(r"EntityDefinitions(?:\(LogicalName='(\w+)'\)(?:/(Attributes|Keys))?)?")
_TYPES: Final = {
    "S": "String",
    "M": "Money",
    "D": "Decimal",
    "I": "Integer",
    "B": "Boolean",
    "T": "DateTime",
    "G": "Uniqueidentifier",
    "O": "Picklist",
}
_STATES: Final = {"statecode": "State", "statuscode": "Status"}
_KEY_LIMIT, _COLUMN_LIMIT = 10, 16


def answered(service: DataService, call: Call, path: str, source: DataSource) -> Reply:
    """The answer below ``EntityDefinitions``."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise refusing.no_segment(path.partition("/")[0])
    if found[1] is None:
        tables = list(source.organization.schema.tables.values())
        wanted = re.fullmatch(r"\s*LogicalName eq '(\w+)'\s*", call.option("$filter") or "")
        if wanted is not None:
            tables = [table for table in tables if table.logical == wanted[1]]
        return _told(service, call, {"value": [_table(table, call, source) for table in tables]})
    table = source.organization.schema.tables.get(found[1])
    if table is None:
        text = f"Could not find an entity with specified entity name: {found[1]}"
        raise ODataError(404, "0x80060888", text)
    if call.method == "POST" and found[2] == "Keys":
        return _new_key(service, call, table, source)
    if call.method != "GET":
        raise not_allowed("definitions are read here")
    match found[2]:
        case "Attributes":
            return _told(service, call, {"value": _attributes(table, source)})
        case "Keys":
            return _told(service, call, {"value": _keys(table, source)})
        case _:
            return _told(service, call, _table(table, call, source))


def _told(service: DataService, call: Call, body: dict[str, Any]) -> Reply:
    return service.json(200, {"@odata.context": f"{call.root}$metadata#EntityDefinitions"} | body, call)


def _table(table: Table, call: Call, source: DataSource) -> dict[str, Any]:
    told: dict[str, Any] = {
        "LogicalName": table.logical,
        "EntitySetName": table.set,
        "PrimaryIdAttribute": table.key,
        "PrimaryNameAttribute": table.name_column,
        "ChangeTrackingEnabled": table.logical in source.organization.settings.change_tracking,
        "MetadataId": str(source.organization.ident(f"table/{table.logical}")),
    }
    expanded = {part.partition("(")[0].strip() for part in (call.option("$expand") or "").split(",")}
    if "Attributes" in expanded:
        told["Attributes"] = _attributes(table, source)
    if "Keys" in expanded:
        told["Keys"] = _keys(table, source)
    return told


def _attributes(table: Table, source: DataSource) -> list[dict[str, Any]]:
    key = {"LogicalName": table.key, "AttributeType": "Uniqueidentifier", "IsPrimaryId": True}
    told = [{**key, "IsValidForCreate": True, "IsValidForUpdate": False}]
    told += [_attribute(table, column, source) for column in table.columns.values()]
    told += [_reference(lookup) for lookup in table.lookups.values()]
    return told


def _attribute(table: Table, column: Column, source: DataSource) -> dict[str, Any]:
    kind = _STATES.get(column.name, _TYPES[column.kind])
    told: dict[str, Any] = {
        "@odata.type": f"#{refusing.NAMESPACE}.{kind}AttributeMetadata",
        "LogicalName": column.name,
        "AttributeType": kind,
        "RequiredLevel": {"Value": "ApplicationRequired" if column.required else "None"},
        "IsPrimaryId": False,
        "IsValidForCreate": not column.computed,
        "IsValidForUpdate": not column.computed,
    }
    if column.kind == "S":
        told["MaxLength"] = column.length
    if column.kind == "T":
        dated = f"{table.logical}/{column.name}" in source.organization.settings.date_only
        told["Format"] = "DateOnly" if dated else "DateAndTime"
        told["DateTimeBehavior"] = {"Value": "DateOnly" if dated else "UserLocal"}
    if column.kind == "M":
        told["Precision"] = source.organization.settings.money_decimals
    if column.kind == "D":
        told["Precision"] = source.organization.settings.quantity_decimals
    return told


def _reference(lookup: Lookup) -> dict[str, Any]:
    kind = "Customer" if len(lookup.targets) > 1 else "Lookup"
    return {
        "@odata.type": f"#{refusing.NAMESPACE}.LookupAttributeMetadata",
        "LogicalName": lookup.name,
        "AttributeType": kind,
        "Targets": list(lookup.targets.values()),
        "RequiredLevel": {"Value": "ApplicationRequired" if lookup.required else "None"},
        "IsPrimaryId": False,
        "IsValidForCreate": not lookup.computed,
        "IsValidForUpdate": not lookup.computed,
    }


# ---------------------------------------------------------------- alternate keys


def _keys(table: Table, source: DataSource) -> list[dict[str, Any]]:
    return [_key(key, source) for key in source.organization.keys if key.table == table.logical]


def _key(key: AlternateKey, source: DataSource) -> dict[str, Any]:
    return {
        "SchemaName": key.name,
        "LogicalName": key.name.lower(),
        "EntityLogicalName": key.table,
        "KeyAttributes": [source.organization.logical_name(key.table, name) for name in key.columns],
        "EntityKeyIndexStatus": source.organization.status_of(key),
        "MetadataId": str(source.organization.ident(f"key/{key.table}/{key.name}")),
    }


def _new_key(service: DataService, call: Call, table: Table, source: DataSource) -> Reply:
    body = service.body(call)
    names, columns = body.get("SchemaName"), body.get("KeyAttributes")
    good = isinstance(names, str) and isinstance(columns, list) and columns
    if not good or not all(isinstance(name, str) for name in columns):  # type: ignore[union-attr]
        raise refusing.payload(service.settings, "A key has a SchemaName and KeyAttributes.")
    assert isinstance(columns, list)
    mine = [key for key in source.organization.keys if key.table == table.logical]
    if len(mine) >= _KEY_LIMIT or len(columns) > _COLUMN_LIMIT:
        raise refusing.invalid("A table has at most 10 keys of at most 16 columns.")
    known = [_stored_name(table, name) for name in columns]
    if None in known:
        raise refusing.invalid(f"A key column of {table.logical} does not exist or cannot be in a key.")
    found = [name for name in known if name is not None]
    key = source.organization.define_key(table.logical, *found, name=str(names))
    ident = source.organization.ident(f"key/{key.table}/{key.name}")
    address = f"{call.root}EntityDefinitions(LogicalName='{table.logical}')/Keys({ident})"
    return Reply(204, headers={"OData-EntityId": address})


def _stored_name(table: Table, name: str) -> str | None:
    column = table.columns.get(name)
    if column is not None:
        return name if column.kind in {"S", "D", "I", "T", "O"} else None
    lookup = table.lookups.get(name)
    return None if lookup is None else lookup.column
