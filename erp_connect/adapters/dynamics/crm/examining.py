"""What can be found out about an environment: units, prices, the key column, tracking (dynamics.md 4.5, 4.6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ....errors import ErpConnectError
from ...services.cells import mappings, text
from ...services.examining import unknown_units, unread
from ...symptoms import Symptom
from .events import changes_at
from .office import ORDERS, Office

_OPERATION: Final = "doctor"


def examined(office: Office) -> Iterator[Symptom]:
    """What orders cannot be written with, and what was left to a default."""
    settings = office.settings
    with office.translated(_OPERATION):
        yield from unknown_units(office.units, (text(row, "name") for row in office.rows("uoms")))
        names = {text(row, "name") for row in office.rows("pricelevels", where="statecode eq 0")}
    if not names:
        advice = "make one for each currency that is sold in"
        yield Symptom("error", "price_list", "there is no active price list", advice)
    elif settings.price_list and settings.price_list not in names:
        said = f"there is no active price list {settings.price_list!r}"
        yield Symptom("error", "price_list", said, f"one of: {', '.join(sorted(names))}")
    if settings.key_column:
        yield from _key(office, settings.key_column)
    if settings.events_by == "delta":
        yield from _tracking(office)


def _key(office: Office, column: str) -> Iterator[Symptom]:
    """Whether the column that holds stamps is one that the system lets nobody use twice."""
    address = "EntityDefinitions(LogicalName='salesorder')/Keys"
    try:
        with office.translated(_OPERATION):
            keys = [key for page in office.api.pages(address) for key in mappings(page)]
    except ErpConnectError as failure:
        yield unread("key_column", failure, "see by hand whether the column has an active alternate key")
        return
    found = next((key for key in keys if _columns(key) == [column]), None)
    if found is None:
        said, advice = f"{column} has no alternate key", "make one, and wait until it is active"
        yield Symptom("error", "key_column", said, advice)
    elif text(found, "EntityKeyIndexStatus") != "Active":
        said = f"the alternate key of {column} is {text(found, 'EntityKeyIndexStatus') or 'not active'}"
        yield Symptom("error", "key_column", said, "wait until it is active, or mend what is there twice")


def _columns(key: Mapping[str, Any]) -> list[str]:
    named = key.get("KeyAttributes")
    return [str(name) for name in named] if isinstance(named, list) else []


def _tracking(office: Office) -> Iterator[Symptom]:
    try:
        changes_at(office, f"{ORDERS}?$select=salesorderid")
    except ErpConnectError as failure:
        advice = "turn on change tracking on the table of orders, or give events_by=time"
        yield unread("events_by", failure, advice)
