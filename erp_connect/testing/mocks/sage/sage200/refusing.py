"""How Sage 200 says no: 400 with details of its system, other statuses from the gateway (sage.md 4.6)."""

from __future__ import annotations

import json
from typing import Final

from werkzeug.wrappers import Response

from ...business.refusals import Refusal
from .settings import Settings

_WORDED: Final = {
    "blocked_customer": "The account '{number}' is on hold.",
    "blocked_item": "The stock item '{number}' is inactive.",
    "blocked_vendor": "The account '{number}' is on hold.",
    "credit_limit": "The account '{number}' is over its credit limit of {limit}.",
    "finished": "The document '{number}' can no longer be amended.",
    "incomplete_shipment": "The document '{number}' must be despatched in full.",
    "no_lines": "The document '{number}' has no lines.",
    "nothing_to_post": "There is nothing to process on the document '{number}'.",
    "out_of_stock": "There is not enough stock of '{item}': {available} available.",
    "quantity_below_shipped": "The line quantity must not be less than the quantity despatched, {shipped}.",
    "record_locked": "The record is locked by the user '{user}'.",
    "shipped_not_invoiced": "The document '{number}' has goods despatched that are not invoiced.",
    "too_much_to_invoice": "No more than {limit} can be invoiced.",
    "too_much_to_ship": "No more than {limit} can be despatched.",
    "unit_unknown": "The unit '{unit}' is not valid for the stock item '{item}'.",
}


class Refused(Exception):
    """A request that is refused; ``field`` names what was wrong in a body."""

    def __init__(self, message: str, field: str = "", status: int = 400) -> None:
        super().__init__(message)
        self.message, self.field, self.status = message, field, status


def missing(field: str) -> Refused:
    """A field that has to be sent."""
    return Refused(f"The {field} field is required.", field)


def unknown(kind: str, number: object, field: str) -> Refused:
    """A number that belongs to no row."""
    return Refused(f"The {kind} with Id {number} does not exist.", field)


def not_found(path: str) -> Refused:
    """An address or a row that there is not."""
    return Refused(f"No resource was found that matches '{path}'.", status=404)


def worded(refusal: Refusal) -> Refused:
    """A rule's refusal as this product puts it."""
    match refusal.reason:
        case "exists":
            return Refused(f"The number '{refusal.values['key']}' is already in use.", "document_no")
        case "missing":
            return missing(str(refusal.values["field"]))
        case "record_gone":
            return Refused("The record no longer exists.")
        case "not_in_table":
            return Refused(f"The {refusal.values['field']} '{refusal.values['value']}' does not exist.")
    template = _WORDED.get(refusal.reason)
    return Refused(template.format(**refusal.values) if template else f"The request failed: {refusal}.")


def refusal_response(refused: Refused, settings: Settings) -> Response:
    """A refusal as it is answered: of the system in the format that is set, of the gateway in its own."""
    if refused.status != 400:
        return _json(refused.status, {"statusCode": refused.status, "message": refused.message})
    match settings.error_format:
        case "text":
            return Response(refused.message, 400, content_type="text/plain; charset=utf-8")
        case "array":
            one = {"field": refused.field, "message": refused.message}
            return _json(400, [{name: value for name, value in one.items() if value}])
    body: dict[str, object] = {"Message": refused.message}
    if refused.field:
        body = {"Message": "The request is invalid.", "ModelState": {refused.field: [refused.message]}}
    return _json(400, body)


def tunnel_response(status: int) -> Response:
    """What stands before a system that cannot be reached answers with HTML (sage.md 4.7, point 11)."""
    text = {502: "Bad Gateway", 504: "Gateway Timeout"}[status]
    page = f"<html><head><title>{status} {text}</title></head><body><h1>{text}</h1><hr>proxy</body></html>"
    return Response(page, status, content_type="text/html; charset=utf-8")


def _json(status: int, body: object) -> Response:
    return Response(json.dumps(body), status, content_type="application/json; charset=utf-8")
