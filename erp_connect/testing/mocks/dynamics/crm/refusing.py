"""What the Web API says when it says no: statuses, codes and texts (dynamics.md 4.2, 4.5, 4.7)."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from ...business.refusals import Refusal
from ...odata.errors import ODataError, UnknownProperty
from .settings import Settings

NAMESPACE: Final = "Microsoft.Dynamics.CRM"
INVALID: Final = "0x80040203"
QUERY: Final = "0x80060888"
_GENERIC: Final = {"bad_request": QUERY, "not_found": "0x80060888", "not_allowed": "0x0"}
"""Codes for what the neutral server refuses on its own."""


def payload(settings: Settings, text: str) -> ODataError:
    """A payload that cannot be understood."""
    return ODataError(400, settings.payload_code, text)


def undeclared(settings: Settings, name: str) -> ODataError:
    """``x@odata.bind`` where no navigation is called so, case included (dynamics.md 4.7)."""
    return payload(
        settings,
        f"An undeclared property '{name}' which only has property annotations in the payload but no property "
        "value was found in the payload. In OData, only declared navigation properties and declared named "
        "streams can be represented as properties without values.",
    )


def unknown_column(settings: Settings, logical: str, name: str) -> ODataError:
    """A property that the table does not have."""
    return payload(settings, f"Invalid property '{name}' was found in entity '{NAMESPACE}.{logical}'.")


def wrong_type(settings: Settings, name: str, value: Any, edm: str) -> ODataError:
    """A value of another type."""
    text = f"Cannot convert the literal '{value}' to the expected type '{edm}'."
    return payload(
        settings, f"Error identified in Payload provided by the user for property '{name}': {text}"
    )


def too_long(logical: str, name: str, length: int | None) -> ODataError:
    """A text that is longer than its column."""
    text = (
        f"A validation error occurred.  The length of the '{name}' attribute of the '{logical}' entity "
        f"exceeded the maximum allowed length of '{length}'."
    )
    return ODataError(400, "0x80044331", text)


def out_of_range(logical: str, name: str, value: Any) -> ODataError:
    """A number that the column does not take."""
    text = (
        f"A validation error occurred.  The value {value} of '{name}' on record of type '{logical}' is outside "
        "the valid range."
    )
    return ODataError(400, "0x80044330", text)


def no_option(logical: str, name: str, value: int, options: dict[int, str]) -> ODataError:
    """A choice that is none of the column's."""
    accepted = ",".join(map(str, options))
    text = (
        f"A validation error occurred.  The value {value} of '{name}' on record of type '{logical}' is outside "
        f"the valid range. Accepted Values: {accepted}"
    )
    return ODataError(400, "0x8004431a", text)


def invalid(text: str, code: str = INVALID) -> ODataError:
    """A request that the rules of sales refuse."""
    return ODataError(400, code, text)


def closed(settings: Settings, number: str) -> ODataError:
    """An order that is not open any more."""
    return ODataError(
        settings.closed_status, INVALID, f"The sales order {number} is closed and cannot be changed."
    )


def gone(logical: str, ident: object) -> ODataError:
    """A row that is not there."""
    return ODataError(404, "0x80040217", f"{logical} With Id = {ident} Does Not Exist")


def gone_by_key(logical: str) -> ODataError:
    """No row has these key values."""
    text = f"A record with the specified key values does not exist in {logical} entity"
    return ODataError(404, "0x80040217", text)


def no_segment(name: str) -> ODataError:
    """A segment of the path that is nothing here."""
    return ODataError(404, "0x8006088a", f"Resource not found for the segment '{name}'.")


def no_key(logical: str) -> ODataError:
    """An address by columns that are no key, or none yet."""
    text = f"The specified key attributes are not a defined key for the {logical} entity"
    return ODataError(400, QUERY, text)


def stale() -> ODataError:
    """Another row version than the caller's (dynamics.md 4.2)."""
    text = "The version of the existing record doesn't match the RowVersion property provided."
    return ODataError(412, "0x80060882", text)


def exists_already() -> ODataError:
    """``If-None-Match: *`` on a row that is there (dynamics.md 4.2)."""
    return ODataError(412, "0x80060892", "A record with matching key values already exists.")


def duplicate_key(settings: Settings, key: str) -> ODataError:
    """A row whose alternate key is taken (dynamics.md 4.5)."""
    if settings.duplicate_code == "0x80040237":
        return ODataError(settings.duplicate_status, "0x80040237", "Cannot insert duplicate key.")
    text = (
        f"A record that has the attribute values of the key {key} already exists. The entity key requires that "
        "this set of attributes contains unique values."
    )
    return ODataError(settings.duplicate_status, "0x80060892", text)


def duplicate_id(logical: str) -> ODataError:
    """A row whose id is taken."""
    return ODataError(412, "0x80040237", f"Cannot insert duplicate key. A {logical} with this id exists.")


def associated(logical: str) -> ODataError:
    """A row that others lead to."""
    text = (
        f"The object you tried to delete is associated with another object and cannot be deleted: {logical}."
    )
    return ODataError(400, "0x80040227", text)


def not_privileged(privilege: str) -> ODataError:
    """A privilege that the caller lacks."""
    text = f"Principal user is missing {privilege} privilege"
    return ODataError(403, "0x80040220", text)


def no_access(ident: UUID) -> ODataError:
    """A row that the caller may not see."""
    return ODataError(403, "0x80048306", f"Principal with user id does not have access to the record {ident}")


def translated(refusal: Refusal, settings: Settings) -> ODataError:
    """A refusal of the store."""
    match refusal.reason:
        case "record_locked":
            return ODataError(settings.locked_status, "0x80044151", "SQL timeout expired.")
        case "record_gone":
            return gone(str(refusal.values["table"]), refusal.values["key"])
        case "exists":
            return duplicate_id(str(refusal.values["table"]))
        case _:
            return invalid(str(refusal))


def shown(error: ODataError, settings: Settings, logical: str) -> dict[str, Any]:
    """The body of a refusal."""
    code = _GENERIC.get(error.code, error.code)
    code = code if code.startswith("0x") else "0x0"
    text = error.message
    if isinstance(error, UnknownProperty):
        text = f"Could not find a property named '{error.name}' on type '{NAMESPACE}.{logical}'."
    if settings.blank_codes:
        inner = {"message": text, "type": "Microsoft.Crm.CrmException", "stacktrace": ""}
        return {"error": {"code": "", "message": text, "innererror": inner}}
    return {"error": {"code": code, "message": text}}
