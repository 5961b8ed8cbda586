"""Faults: what is refused, in the words of NAV, and their shape on the wire (dynamics.md 2.4)."""

from __future__ import annotations

from typing import Any, Final

from ...business.refusals import Refusal
from .settings import Settings

_TYPES: Final = "Microsoft.Dynamics.Nav.Types.Exceptions"
MISSING: Final = f"{_TYPES}.NavCSideRecordNotFoundException"
DUPLICATE: Final = f"{_TYPES}.NavCSideDuplicateKeyException"
DIALOG: Final = f"{_TYPES}.NavNCLDialogException"
FIELD: Final = f"{_TYPES}.NavTestFieldException"

_HEADERS: Final = {
    "order": ("Sales Header", "Order"),
    "return_order": ("Sales Header", "Return Order"),
    "purchase_order": ("Purchase Header", "Order"),
}
_STATUSES: Final = {
    "open": "Open",
    "pending": "Pending Approval",
    "released": "Released",
    "prepayment": "Pending Prepayment",
}
_RELATED: Final = {
    "item": "Item",
    "account": "G/L Account",
    "resource": "Resource",
    "partner": "Customer",
    "bill_to": "Customer",
}
_CODED: Final = frozenset(
    {
        *("Location", "Currency", "Payment Terms", "Payment Method", "Shipment Method", "Shipping Agent"),
        *("Item Variant", "Unit of Measure", "Reason Code"),
    }
)
_NEEDED: Final = {"external_number": "External Document No.", "vendor_number": "Vendor Invoice No."}
_WORDED: Final[dict[str, tuple[str, str]]] = {
    "blocked_customer": (
        DIALOG,
        "You cannot create this type of document when Customer {number} is blocked with type {blocked}",
    ),
    "blocked_vendor": (
        DIALOG,
        "You cannot create this type of document when Vendor {number} is blocked with type {blocked}",
    ),
    "blocked_item": (FIELD, "Blocked must be equal to 'No'  in Item: No.={number}. Current value is 'Yes'."),
    "cannot_delete": (DIALOG, "You cannot delete {type} {number} because it is {why}."),
    "credit_limit": (DIALOG, "The customer's credit limit has been exceeded."),
    "finished": (DIALOG, "The {type} {number} has already been posted."),
    "immutable": (DIALOG, "You cannot rename a {header}."),
    "incomplete_shipment": (
        DIALOG,
        "This document cannot be shipped completely. Change the value in the Shipping Advice field to Partial.",
    ),
    "line_number_taken": (
        DUPLICATE,
        "The Sales Line already exists. Identification fields and values: {number}",
    ),
    "no_lines": (
        DIALOG,
        "There is nothing to release for the document of type {type} with the number {number}.",
    ),
    "no_quantity": (DIALOG, "There is nothing to post."),
    "nothing_to_post": (DIALOG, "There is nothing to post."),
    "out_of_stock": (DIALOG, "You have insufficient quantity of Item {item} on inventory."),
    "outside_posting_period": (FIELD, "Posting Date is not within your range of allowed posting dates."),
    "prepayment": (DIALOG, "There are prepayments on {type} {number} that are not deducted."),
    "quantity_below_shipped": (FIELD, "Quantity must not be less than Quantity Shipped in Sales Line."),
    "sent_manually": (DIALOG, "You may not enter numbers manually."),
    "shipped_not_invoiced": (
        FIELD,
        "Qty. Shipped Not Invoiced must be equal to '0'  in Sales Line: Document No.={number}. It is '{quantity}'.",
    ),
    "status": (
        FIELD,
        "Status must be equal to 'Open'  in {header}: Document Type={type}, No.={number}. It is '{status}'.",
    ),
    "too_much_to_invoice": (DIALOG, "You cannot invoice more than {limit} units."),
    "too_much_to_ship": (DIALOG, "You cannot ship more than {limit} units."),
}


class Fault(Exception):
    """What the server answers in place of a result: a code, a text, and the HTTP status."""

    def __init__(self, code: str, text: str, status: int = 500) -> None:
        super().__init__(f"{code.rpartition('.')[2]}: {text}")
        self.code, self.text, self.status = code, text, status


def worded(refusal: Refusal, settings: Settings) -> Fault:
    """A rule's refusal as NAV puts it."""
    values: dict[str, Any] = dict(refusal.values)
    header, kind = _HEADERS.get(str(values.get("kind", "")), ("Sales Header", "document"))
    values |= {"header": header, "type": kind}
    values["status"] = _STATUSES.get(str(values.get("status", "")), "")
    values["blocked"] = str(values.get("blocked", "")).title()
    match refusal.reason:
        case "exists":
            key = values["key"]
            return duplicate(str(values["table"]), str(key[-1] if isinstance(key, tuple) else key))
        case "record_gone":
            return no_record(str(values["table"]), str(values["key"]))
        case "record_locked":
            text = (
                f"The operation could not complete because a record in the {values['table']} table"
                " was locked by another user. Please retry the activity."
            )
            return Fault(settings.codes["locked"], text)
        case "missing":
            return _missing(values)
        case "not_in_table":
            table = _RELATED.get(values["field"], str(values["table"]))
            return no_record(table, str(values["value"]), "Code" if table in _CODED else "No.")
        case "unit_unknown":
            named = f"Item No.='{values['item']}',Code='{values['unit']}'"
            return Fault(MISSING, _absent("Item Unit of Measure", named))
    code, text = _WORDED.get(refusal.reason, (DIALOG, str(refusal)))
    return Fault(code, text.format(**values))


def _missing(values: dict[str, Any]) -> Fault:
    table = str(values["table"])
    if values["field"] == "partner":
        name = "Buy-from Vendor No." if table == "Vendor" else "Sell-to Customer No."
        return Fault(
            FIELD, f"{name} must have a value in {_header_of(table)}: No.=. It cannot be zero or empty."
        )
    name = _NEEDED.get(values["field"], str(values["field"]))
    return Fault(FIELD, f"{name} must have a value in {_header_of(table)}. It cannot be zero or empty.")


def _header_of(table: str) -> str:
    return "Purchase Header" if table in {"Vendor", "purchase_order"} else "Sales Header"


def _absent(table: str, named: str) -> str:
    return f"The {table} does not exist. Identification fields and values: {named}"


def no_record(table: str, key: str, field: str = "No.") -> Fault:
    """A record that is needed and not there."""
    return Fault(MISSING, _absent(table, f"{field}='{key}'"))


def duplicate(table: str, key: str) -> Fault:
    """A record that is there already."""
    return Fault(DUPLICATE, f"The {table} already exists. Identification fields and values: No.='{key}'")


def must_have(field: str, table: str) -> Fault:
    """A field that a rule needs."""
    return Fault(FIELD, f"{field} must have a value in {table}. It cannot be zero or empty.")


def stale(record: str, settings: Settings) -> Fault:
    """A Key whose record has moved on (dynamics.md 2.4)."""
    return Fault(settings.codes["stale"], f"Other user has modified {record}.")


def gone(table: str, number: str) -> Fault:
    """A Key whose record was deleted meanwhile (dynamics.md 2.4)."""
    return Fault(MISSING, f"{table} No. {number} does not exist.")


def unfit(text: str, settings: Settings) -> Fault:
    """A request that does not go with the description of the service."""
    return Fault(settings.codes["unfit"], text)
