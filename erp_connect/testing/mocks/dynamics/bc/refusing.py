"""How Business Central words what is refused: code, status, text, and the correlation id (dynamics.md 1.14)."""

from __future__ import annotations

import itertools
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from ...business.refusals import Refusal
from ...odata.errors import ODataError, TooLong, UnknownProperty
from .settings import Settings

DIALOG: Final = "Application_DialogException"
FIELD: Final = "Application_FieldValidationException"
_correlations: Final = itertools.count(1)

_TABLES: Final = {
    "order": "Sales Header",
    "quote": "Sales Header",
    "invoice": "Sales Header",
    "credit_memo": "Sales Header",
    "return_order": "Sales Header",
    "purchase_order": "Purchase Header",
    "purchase_invoice": "Purchase Header",
}
_TYPES: Final = {
    "order": "Order",
    "quote": "Quote",
    "invoice": "Invoice",
    "credit_memo": "Credit Memo",
    "return_order": "Return Order",
    "purchase_order": "Order",
    "purchase_invoice": "Invoice",
}
_STATUSES: Final = {
    "open": "Open",
    "pending": "Pending Approval",
    "released": "Released",
    "prepayment": "Pending Prepayment",
}
_SPECIAL: Final = {
    "item": "Item does not exist.",
    "account": "Account does not exist.",
    "partner": "The sell-to customer cannot be found.",
    "bill_to": "The bill-to customer cannot be found.",
    "vendor": "The vendor cannot be found.",
    "currency": "The currency cannot be found.",
}
_IMMUTABLE: Final = {
    "number": "The value for sequence cannot be modified. Delete and insert the line again.",
    "document": "The value for documentId cannot be modified.",
    "object_number": "The value for lineObjectNumber cannot be modified.",
}

_WORDED: Final[dict[str, tuple[str, str]]] = {
    "blocked_customer": (
        DIALOG,
        "You cannot create this type of document when Customer {number} is blocked with type {blocked}",
    ),
    "blocked_vendor": (
        DIALOG,
        "You cannot create this type of document when Vendor {number} is blocked with type {blocked}",
    ),
    "blocked_item": (
        FIELD,
        "Blocked must be equal to 'No' in Item: No.={number}. Current value is 'Yes'.",
    ),
    "cannot_delete": (DIALOG, "You cannot delete {type} {number} because it is {why}."),
    "credit_limit": (DIALOG, "The customer's credit limit of {limit} has been exceeded."),
    "finished": (DIALOG, "The document {number} has already been posted or canceled."),
    "incomplete_shipment": (
        DIALOG,
        "This order must be a complete shipment: Shipping Advice is Complete in Sales Header {number}.",
    ),
    "line_number_taken": (DIALOG, "You cannot insert a line because a line already exists."),
    "no_lines": (DIALOG, "Please add at least one line item to the document."),
    "no_quantity": (DIALOG, "Please enter a quantity for line {number} of the document."),
    "nothing_to_post": (
        DIALOG,
        "There is nothing to post because the document does not contain a quantity or amount.",
    ),
    "out_of_stock": (DIALOG, "You have insufficient quantity of Item {item} on inventory."),
    "outside_posting_period": (
        FIELD,
        "Posting Date is not within your range of allowed posting dates: {date}.",
    ),
    "prepayment": (DIALOG, "There are prepayments on {type} {number} that are not deducted."),
    "quantity_below_shipped": (
        FIELD,
        "Quantity must not be less than Quantity Shipped {shipped} in Sales Line.",
    ),
    "sent_manually": (DIALOG, "You may not enter numbers manually."),
    "shipped_not_invoiced": (
        FIELD,
        "Qty. Shipped Not Invoiced must be equal to '0' in Sales Line: Document No.={number}. It is '{quantity}'.",
    ),
    "status": (
        FIELD,
        "Status must be equal to 'Open' in {header}: Document Type={type}, No.={number}. Current value is '{status}'.",
    ),
    "too_much_to_invoice": (DIALOG, "You cannot invoice more than {limit} units."),
    "too_much_to_ship": (DIALOG, "You cannot ship more than {limit} units."),
}


def worded(refusal: Refusal, settings: Settings) -> ODataError:
    """A rule's refusal as Business Central puts it."""
    values = dict(refusal.values)
    kind = str(values.get("kind", ""))
    values["header"] = _TABLES.get(kind, "Sales Header")
    values["type"] = _TYPES.get(kind, "Order")
    values["status"] = _STATUSES.get(str(values.get("status", "")), "")
    values["blocked"] = str(values.get("blocked", "")).title()
    match refusal.reason:
        case "exists":
            text = "The {table} already exists. Identification fields and values: No.='{key}'".format(
                **values
            )
            return ODataError(settings.duplicate_status, "Internal_EntityWithSameKeyExists", text)
        case "record_gone":
            return not_found(str(values["table"]))
        case "record_locked":
            text = (
                "The operation could not complete because a record in '{table}' was locked by another user."
            )
            return ODataError(*settings.locked, text.format(**values))
        case "immutable":
            return ODataError(400, DIALOG, _IMMUTABLE.get(values["field"], "The value cannot be modified."))
        case "missing":
            return _missing(values)
        case "not_in_table":
            return _dangling(values)
        case "unit_unknown":
            named = "Item No.='{item}',Code='{unit}'".format(**values)
            return no_record("Item Unit of Measure", named, settings)
    code, text = _WORDED.get(refusal.reason, (DIALOG, str(refusal)))
    return ODataError(400, code, text.format(**values))


def _missing(values: dict[str, Any]) -> ODataError:
    match values["field"]:
        case "partner" if values["table"] == "Customer":
            return ODataError(400, DIALOG, 'A "customerNumber" or a "customerId" must be provided.')
        case "partner":
            return ODataError(400, DIALOG, 'A "vendorNumber" or a "vendorId" must be provided.')
        case "external_number":
            return ODataError(400, FIELD, "External Document No. must have a value in Sales Header.")
        case "vendor_number":
            return ODataError(400, FIELD, "Vendor Invoice No. must have a value in Purchase Header.")
        case name:
            return ODataError(400, DIALOG, f'A "{name}" must be provided.')


def _dangling(values: dict[str, Any]) -> ODataError:
    special = _SPECIAL.get(values["field"])
    if special is not None:
        return ODataError(400, DIALOG, special)
    text = (
        "The field {field} of the table contains a value ({value}) that cannot be found in the related"
        " table ({table})."
    )
    return ODataError(400, "Internal_InvalidTableRelation", text.format(**values))


def no_record(table: str, named: str, settings: Settings) -> ODataError:
    """A record that a request needs and nobody has."""
    text = f"The {table} does not exist. Identification fields and values: {named}"
    return ODataError(settings.not_found_status, "Internal_RecordNotFound", text)


def not_found(segment: str) -> ODataError:
    """An entity or a set that does not exist."""
    return ODataError(404, "BadRequest_ResourceNotFound", f"Resource not found for the segment '{segment}'.")


def read_only(name: str) -> ODataError:
    """A property that cannot be sent."""
    return ODataError(400, "BadRequest_InvalidOperation", f"Control '{name}' is read-only.")


def shown(error: ODataError, type_of: str, segment: str) -> dict[str, Any]:
    """The body of a refusal; what the neutral server says is put into this product's codes."""
    code, message = error.code, error.message
    if isinstance(error, UnknownProperty):
        code = "BadRequest"
        message = f"Could not find a property named '{error.name}' on type 'Microsoft.NAV.{type_of}'."
    elif isinstance(error, TooLong):
        code = "Application_StringExceededLength"
        message = (
            f"The length of the string is {len(error.value)}, but it must be less than or equal to"
            f" {error.length} characters. Value: {error.value}"
        )
    elif code == "not_found":
        code, message = "BadRequest_ResourceNotFound", f"Resource not found for the segment '{segment}'."
    elif code == "not_allowed":
        code = "BadRequest_MethodNotAllowed"
    elif code == "bad_request" or not code[:1].isupper():
        code = "BadRequest"
    return {"error": {"code": code, "message": f"{message}  CorrelationId:  {correlation()}."}}


def correlation() -> str:
    """The id under which the server's own log has a request."""
    return str(uuid5(NAMESPACE_URL, f"correlation/{next(_correlations)}"))
