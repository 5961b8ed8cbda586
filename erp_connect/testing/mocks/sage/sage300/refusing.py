"""What is refused, in this product's codes and words (sage.md 3.6)."""

from __future__ import annotations

from typing import Any, Final

from ...business.refusals import Refusal

_CODES: Final = {
    "exists": "RecordDuplicate",
    "line_number_taken": "RecordDuplicate",
    "not_in_table": "FieldInvalid",
    "unit_unknown": "FieldInvalid",
    "missing": "RecordInvalid",
    "no_lines": "RecordInvalid",
    "too_much_to_ship": "RecordInvalid",
    "too_much_to_invoice": "RecordInvalid",
    "record_gone": "RecordNotFound",
}
_WORDS: Final = {
    "blocked_customer": "Customer {number} is not active.",
    "blocked_vendor": "Vendor {number} is not active.",
    "blocked_item": "Item {number} is not active.",
    "credit_limit": "Customer {number} has exceeded the credit limit.",
    "exists": "Record already exists.",
    "line_number_taken": "Line number {number} already exists.",
    "missing": "{field} cannot be blank.",
    "not_in_table": "{table} {value} does not exist.",
    "out_of_stock": "Quantity of item {item} at location {location} is not available.",
    "record_gone": "Record does not exist.",
    "record_locked": "The record is in use by {user}.",
    "too_much_to_ship": "Quantity cannot be greater than {limit}.",
    "unit_unknown": "Unit of measure {unit} does not exist for item {item}.",
}


class Refused(Exception):
    """A request that is not done, and why: one of the product's codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


def worded(refusal: Refusal) -> Refused:
    """A rule's refusal as Sage 300 puts it."""
    words = _WORDS.get(refusal.reason)
    message = words.format(**refusal.values) if words else str(refusal)
    return Refused(_CODES.get(refusal.reason, "General"), message)


def shown(refused: Refused) -> dict[str, Any]:
    """The body of a refusal."""
    return {"error": {"code": refused.code, "message": {"lang": "en-US", "value": refused.message}}}


def unknown(field: str, value: str) -> Refused:
    """A code that leads nowhere."""
    return Refused("FieldInvalid", f"{field} {value} does not exist.")
