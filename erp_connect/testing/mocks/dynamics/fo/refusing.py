"""How Finance & Operations words what is refused: within ``innererror``, rules as Infolog (dynamics.md 3.6)."""

from __future__ import annotations

from typing import Any, Final, Literal

from ...business.refusals import Refusal
from ...odata.errors import ODataError, UnknownProperty
from .model import AOT, NAMESPACE
from .settings import Settings

INFOLOG: Final = "infolog"
"""Marks a refusal by the application; the protocol's own have other codes, and none is on the wire."""
_SERVICES: Final = "Microsoft.Dynamics.Platform.Integration.Services.OData"
_TYPES: Final = {
    "Write": f"{_SERVICES}.AxODataWriteException",
    "Delete": f"{_SERVICES}.AxODataDeleteException",
}
_PROTOCOL: Final = "Microsoft.OData.ODataException"
Verb = Literal["Write", "Delete"]

_TABLES: Final = {
    "Customer": "Customers",
    "Vendor": "Vendors",
    "Item": "Released products",
    "Item Variant": "Released product variants",
    "Unit of Measure": "Units",
    "Currency": "Currencies",
    "Location": "Warehouses",
    "Payment Terms": "Terms of payment",
    "Payment Method": "Methods of payment",
    "Shipment Method": "Terms of delivery",
    "Document": "Sales orders (SalesTable)",
    "Line": "Order lines (SalesLine)",
}
_FIELDS: Final = {
    "partner": "Customer account",
    "bill_to": "Invoice account",
    "vendor": "Vendor account",
    "item": "Item number",
    "currency": "Currency",
    "location": "Warehouse",
    "payment_terms": "Terms of payment",
    "payment_method": "Method of payment",
    "shipment_method": "Delivery terms",
    "agent": "Mode of delivery",
    "variant": "Color",
}
_WORDED: Final[dict[str, tuple[str, ...]]] = {
    "blocked_customer": ("Error: Customer {number} is on hold: {blocked}.",),
    "blocked_vendor": ("Error: Vendor {number} is on hold: {blocked}.",),
    "blocked_item": ("Error: Item {number} is stopped for sales order.",),
    "cannot_delete": ("Error: Order {number} cannot be deleted: {why}.",),
    "credit_limit": ("Error: Credit limit exceeded: {limit} for customer {number}.",),
    "finished": ("Error: Order {number} cannot be changed: its status does not allow it.",),
    "line_number_taken": (
        "Error: Cannot create a record in Order lines (SalesLine). The record already exists.",
    ),
    "missing": ("Warning: Field '{field}' must be filled in.", "Error: Update has been canceled."),
    "no_lines": ("Error: Order {number} has no lines.",),
    "nothing_to_post": ("Error: There is nothing to post for order {number}.",),
    "out_of_stock": ("Error: Item {item} can not be picked because only {available} is available.",),
    "quantity_below_shipped": (
        "Warning: The quantity can not be less than the quantity that is delivered: {shipped}.",
        "Error: Update has been canceled.",
    ),
    "record_locked": (
        "Error: Cannot edit a record in {table}. An update conflict occurred due to another user.",
    ),
    "sent_manually": ("Warning: The number sequence does not allow numbers to be entered manually.",),
    "shipped_not_invoiced": ("Error: {quantity} of the line is delivered and not invoiced.",),
    "unit_unknown": ("Error: Unit {unit} does not have a conversion for item {item}.",),
}


def infolog(settings: Settings, entity_set: str, *entries: str, verb: Verb = "Write") -> ODataError:
    """A refusal by the application, with the entries that its log shows."""
    aot = AOT.get(entity_set, entity_set)
    text = f"{verb} failed for table row of type '{aot}'. Infolog: {'; '.join(entries)}"
    return ODataError(settings.refusal_status, INFOLOG, text, target=_TYPES[verb])


def worded(refusal: Refusal, entity_set: str, settings: Settings, verb: Verb = "Write") -> ODataError:
    """A rule's refusal as the application puts it."""
    values = {name: _word(name, value) for name, value in refusal.values.items()}
    if refusal.reason == "exists":
        key = refusal.values.get("key")
        shown = key[-1] if isinstance(key, tuple) else key
        text = f"Error: Cannot create a record in {values['table']}. {shown}. The record already exists."
        return infolog(settings, entity_set, text, verb=verb)
    if refusal.reason == "not_in_table":
        text = (
            f"Warning: The value '{values['value']}' in field '{values['field']}' is not found in the related table"
            f" '{values['table']}'."
        )
        aot = AOT.get(entity_set, entity_set)
        return infolog(
            settings, entity_set, text, f"Error: validateWrite failed on data source '{aot}'.", verb=verb
        )
    if refusal.reason == "record_gone":
        return missing()
    entries = _WORDED.get(refusal.reason, ("Error: " + refusal.reason.replace("_", " ") + ".",))
    return infolog(settings, entity_set, *(entry.format(**values) for entry in entries), verb=verb)


def _word(name: str, value: Any) -> Any:
    if name == "table":
        return _TABLES.get(str(value), value)
    return _FIELDS.get(str(value), value) if name == "field" else value


def dangling(settings: Settings, entity_set: str, field: str, value: str, table: str) -> ODataError:
    """A value that leads nowhere, in the words of ``worded``."""
    return worded(Refusal("not_in_table", field=field, value=value, table=table), entity_set, settings)


def dimension_missing(settings: Settings, entity_set: str, dimension: str) -> ODataError:
    """A line without an inventory dimension that its item needs (dynamics.md 3.5)."""
    text = f"Warning: Inventory dimension {dimension} is mandatory and must consequently be specified."
    return infolog(settings, entity_set, text)


def bad_field(settings: Settings, entity_set: str, field: str) -> ODataError:
    """A value that a field does not take."""
    aot = AOT.get(entity_set, entity_set)
    text = f"Error: validateField failed on field '{aot}.{field}'."
    return infolog(settings, entity_set, text)


def missing() -> ODataError:
    """An entity that does not exist, or that the company restriction hides."""
    return ODataError(404, "not_found", "No resources were found when selecting for update.")


def shown(error: ODataError, type_of: str) -> dict[str, Any]:
    """The body of a refusal."""
    message, kind = error.message, error.target
    if isinstance(error, UnknownProperty):
        message = f"Could not find a property named '{error.name}' on type '{NAMESPACE}.{type_of}'."
    if error.code != INFOLOG:
        kind = _PROTOCOL
    inner = {"message": message, "type": kind, "stacktrace": "   at the server"}
    return {"error": {"code": "", "message": "An error has occurred.", "innererror": inner}}
