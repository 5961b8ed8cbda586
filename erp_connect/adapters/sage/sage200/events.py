"""What happened to orders, told from the time of their last change (sage.md 4.2); deletions are not seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ....errors import NotFound
from ....models import OrderEvent
from ....models.tracking import EventKind
from ....wire.odata import Unreadable
from ...services.cells import Row, instant, text, whole
from .asking import behind_of
from .office import Office
from .sides import NUMBER, SALES
from .states import is_order, state_of

_CHANGED: Final = "date_time_updated"
_SELECT: Final = (
    f"id,{NUMBER},document_status,despatch_receipt_status,invoice_credit_status,date_time_created,{_CHANGED}"
)
_BETWEEN: Final = "|"
_BEGUN: Final = ("Partially", "Fully")
"""How the states of what has begun to leave, or to be billed, end."""


def events_of(office: Office, since: str | None) -> Iterator[OrderEvent]:
    """Events after a cursor, oldest first: the last change of each order, and no more of it."""
    where = ""
    if since:
        when, id = _cursor(since)
        where = behind_of("id", id, _CHANGED, when)
    with office.translated("orders.events"):
        for row in office.api.rows(SALES.orders, where=where, before=_CHANGED, select=_SELECT):
            if is_order(row):
                yield _event(row)


def _cursor(since: str) -> tuple[datetime, int]:
    when, _, id = since.partition(_BETWEEN)
    try:
        moment, number = datetime.fromisoformat(when), int(id)
        if moment.tzinfo is None:
            raise ValueError(when)
    except ValueError as failure:
        raise NotFound("this is no cursor", code="cursor_expired", operation="orders.events") from failure
    return moment, number


def _event(row: Row) -> OrderEvent:
    at, id = instant(row, _CHANGED), whole(row, "id")
    if at is None or not id:
        raise Unreadable("it does not say when an order was changed")
    return OrderEvent(
        cursor=f"{at.isoformat()}{_BETWEEN}{id}",
        kind=_kind(row),
        order_id=str(id),
        number=text(row, NUMBER) or None,
        at=at,
    )


def _kind(row: Row) -> EventKind:
    if state_of(row) == "cancelled":
        return EventKind.CANCELLED
    if text(row, "invoice_credit_status").endswith(_BEGUN):
        return EventKind.INVOICED
    if text(row, "despatch_receipt_status").endswith(_BEGUN):
        return EventKind.SHIPPED
    made, changed = instant(row, "date_time_created"), instant(row, _CHANGED)
    return EventKind.CREATED if made is not None and made == changed else EventKind.AMENDED
