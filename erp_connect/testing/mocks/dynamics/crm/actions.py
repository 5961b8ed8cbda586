"""Actions and messages: closing orders, prices locked and unlocked, invoicing, rows in bulk (dynamics.md 4.4, 4.6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from ...odata.calls import Call, Reply
from ...odata.edmx import Annotations
from ...odata.errors import not_allowed
from . import refusing
from .closing import CANCELED, FULFILLED, close
from .entering import Entered, entered
from .model import Table
from .source import DataSource

if TYPE_CHECKING:
    from .service import DataService

_ORDER_END: Final = (
    f'<Parameter Name="Status" Type="Edm.Int32" Nullable="false"/>'
    f'<Parameter Name="OrderClose" Type="{refusing.NAMESPACE}.orderclose" Nullable="false"/>'
)
_ORDER_ID: Final = '<Parameter Name="SalesOrderId" Type="Edm.Guid" Nullable="false"/>'
UNBOUND: Final = frozenset({"CancelSalesOrder", "LockSalesOrderPricing", "UnlockSalesOrderPricing", "WhoAmI"})
_BULK: Final = frozenset({"CreateMultiple", "UpdateMultiple", "UpsertMultiple"})
"""``DeleteMultiple`` is for elastic tables, which none of these is."""


class Described(Annotations):
    """What the metadata say of actions."""

    def types(self) -> str:
        """The actions, and the answer of ``WhoAmI``."""
        bound_to = f'<Parameter Name="entityset" Type="Collection({refusing.NAMESPACE}.salesorder)"/>'
        ids = "".join(f'<Property Name="{name}" Type="Edm.Guid"/>' for name in ("UserId", "OrganizationId"))
        parts = [
            f'<Action Name="FulfillSalesOrder" IsBound="true">{bound_to}{_ORDER_END}</Action>',
            f'<Action Name="CancelSalesOrder">{_ORDER_END}</Action>',
            f'<Action Name="LockSalesOrderPricing">{_ORDER_ID}</Action>',
            f'<Action Name="UnlockSalesOrderPricing">{_ORDER_ID}</Action>',
            f'<Function Name="WhoAmI"><ReturnType Type="{refusing.NAMESPACE}.WhoAmIResponse"/></Function>',
            f'<ComplexType Name="WhoAmIResponse">{ids}</ComplexType>',
        ]
        return "".join(parts)

    def imports(self) -> str:
        """The actions that stand beside all sets."""
        names = sorted(UNBOUND - {"WhoAmI"})
        parts = [f'<ActionImport Name="{name}" Action="{refusing.NAMESPACE}.{name}"/>' for name in names]
        return "".join([*parts, f'<FunctionImport Name="WhoAmI" Function="{refusing.NAMESPACE}.WhoAmI"/>'])


def unbound(service: DataService, call: Call, name: str, source: DataSource) -> Reply:
    """An action or function beside all sets."""
    if name == "WhoAmI":
        if call.method != "GET":
            raise not_allowed("WhoAmI is a function")
        told = {
            "@odata.context": f"{call.root}$metadata#{refusing.NAMESPACE}.WhoAmIResponse",
            "UserId": str(source.user),
            "OrganizationId": str(source.organization.id),
        }
        return service.json(200, told, call)
    body = _posted(service, call, name)
    if name == "CancelSalesOrder":
        return _closed(service, call, body, CANCELED, source)
    ident = body.get("SalesOrderId")
    if not isinstance(ident, str) or set(body) != {"SalesOrderId"}:
        raise refusing.payload(service.settings, f"{name} takes a SalesOrderId.")
    record = source.organization.data["salesorder"].row(_guid(service, ident))
    row = source.organization.row("salesorder", record)
    source.change("salesorders", row, {"ispricelocked": name.startswith("Lock")})
    return Reply(204)


def bound(service: DataService, call: Call, path: str, name: str, source: DataSource) -> Reply:
    """An action bound to a collection."""
    entity_set = service.model.sets.get(path)
    if entity_set is None:
        raise refusing.no_segment(f"{refusing.NAMESPACE}.{name}")
    table = source.table(entity_set.name)
    if name == "FulfillSalesOrder" and table.logical == "salesorder":
        return _closed(service, call, _posted(service, call, name), FULFILLED, source)
    if name not in _BULK or name not in service.settings.bulk_messages:
        raise refusing.no_segment(f"{refusing.NAMESPACE}.{name}")
    return _in_bulk(service, call, table, name, source)


def _posted(service: DataService, call: Call, name: str) -> dict[str, Any]:
    if call.method != "POST":
        raise not_allowed(f"{name} is called by POST")
    return service.body(call)


def _guid(service: DataService, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise refusing.wrong_type(service.settings, "SalesOrderId", text, "Edm.Guid") from None


def _closed(service: DataService, call: Call, body: dict[str, Any], state: int, source: DataSource) -> Reply:
    if service.settings.order_processing_replaced:
        raise refusing.invalid("Sales order processing integration is enabled.")
    if set(body) != {"Status", "OrderClose"} or not isinstance(body["OrderClose"], dict):
        raise refusing.payload(service.settings, "The parameters are Status and OrderClose.")
    activity = body["OrderClose"]
    if "@odata.type" not in activity:
        text = "The property 'OrderClose' needs @odata.type Microsoft.Dynamics.CRM.orderclose."
        raise refusing.payload(service.settings, text)
    table = source.organization.schema.tables["orderclose"]
    found = entered(source.organization, table, activity, service.resolver(call, source), new=True)
    source.allowed("Write", source.organization.schema.tables["salesorder"])
    order = found.values.get("_salesorderid_value")
    if order is not None:
        source.accessible(order)
    close(source.organization, state, body["Status"], found)
    return Reply(204)


# ---------------------------------------------------------------- many rows at once


def _in_bulk(service: DataService, call: Call, table: Table, name: str, source: DataSource) -> Reply:
    body = _posted(service, call, name)
    targets = body.get("Targets")
    if set(body) != {"Targets"} or not isinstance(targets, list) or not targets:
        raise refusing.payload(service.settings, f"The parameter of {name} is Targets.")
    told = f"{refusing.NAMESPACE}.{table.logical}"
    if not all(
        isinstance(one, dict) and str(one.get("@odata.type", "")).lstrip("#") == told for one in targets
    ):
        raise refusing.payload(service.settings, f"Every target has the @odata.type {told}.")
    verbs: dict[str, Callable[[Mapping[str, Any]], Any]] = {
        "CreateMultiple": lambda one: _create_one(service, call, table, one, source),
        "UpdateMultiple": lambda one: _update_one(service, call, table, one, source),
        "UpsertMultiple": lambda one: _upsert_one(service, call, table, one, source),
    }
    results = [verbs[name](one) for one in targets]
    context = f"{call.root}$metadata#{refusing.NAMESPACE}.{name}Response"
    match name:
        case "CreateMultiple":
            return service.json(200, {"@odata.context": context, "Ids": results}, call)
        case "UpsertMultiple":
            return service.json(200, {"@odata.context": context, "Results": results}, call)
        case _:
            return Reply(204)


def _create_one(
    service: DataService, call: Call, table: Table, body: Mapping[str, Any], source: DataSource
) -> str:
    found = entered(source.organization, table, body, service.resolver(call, source), new=True)
    return str(service.stored(table, found, source)[table.key])


def _update_one(
    service: DataService, call: Call, table: Table, body: Mapping[str, Any], source: DataSource
) -> None:
    found = entered(source.organization, table, body, service.resolver(call, source), new=False)
    ident = found.ident
    if ident is None and isinstance(body.get("@odata.id"), str):
        ident = service.resolver(call, source)(body["@odata.id"])[1]
    if ident is None:
        raise refusing.payload(service.settings, f"A target of UpdateMultiple has its {table.key}.")
    source.change(table.set, {table.key: ident}, found.values)


def _upsert_one(
    service: DataService, call: Call, table: Table, body: Mapping[str, Any], source: DataSource
) -> dict[str, Any]:
    address = body.get("@odata.id")
    keys: dict[str, Any] = {}
    ident: UUID | None = None
    if isinstance(address, str):
        ident, keys = service.addressed(call, address, table, source)
    elif isinstance(body.get(table.key), str):
        keys = {table.key: _guid(service, body[table.key])}
        found_row = source.organization.data[table.logical].get(keys[table.key])
        ident = None if found_row is None else found_row.id
    is_new = ident is None
    found = entered(source.organization, table, body, service.resolver(call, source), new=is_new)
    if ident is None:
        row = service.stored(table, with_keys(table, found, keys), source)
        ident = row[table.key]
    else:
        source.change(table.set, {table.key: ident}, found.values)
    return {"RecordCreated": is_new, "Target": {"@odata.id": f"{table.set}({ident})"}}


def with_keys(table: Table, found: Entered, keys: dict[str, Any]) -> Entered:
    """A new row bears the key that it was addressed by."""
    for name, value in keys.items():
        if name == table.key:
            found.ident = value
        else:
            found.values[name] = value
    return found
