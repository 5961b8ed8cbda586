"""What happened to orders: by delta links, which tell of deletions, or by the time of the change (dynamics.md 4.6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from ....errors import NotFound
from ....models import OrderEvent
from ....models.tracking import EventKind
from ....wire.odata import Refused, Unreadable, literal
from ....wire.odata.values import loads
from ...services.cells import Row, guid, instant, text, whole
from .mapping_orders import CANCELED, FULFILLED, INVOICED, SUBMITTED
from .office import ORDERS, VERSIONS, Office

_SELECT: Final = "salesorderid,ordernumber,statecode,createdon,modifiedon"
_TRACK: Final = "odata.track-changes"
_KINDS: Final = {
    SUBMITTED: EventKind.CONFIRMED,
    CANCELED: EventKind.CANCELLED,
    FULFILLED: EventKind.SHIPPED,
    INVOICED: EventKind.INVOICED,
}
_EXPIRED: Final = frozenset({400, 404, 410})


def events_of(office: Office, since: str | None) -> Iterator[OrderEvent]:
    """Events after a cursor, at least once each."""
    if office.settings.events_by == "time":
        yield from _by_time(office, since)
    else:
        yield from _by_delta(office, since)


def _by_delta(office: Office, since: str | None) -> Iterator[OrderEvent]:
    """Changes behind a delta link.  The new link comes with the last page: the last event alone carries it."""
    rows: list[Row] = []
    link: str | None = since or f"{ORDERS}?$select={_SELECT}"
    cursor = since or ""
    while link is not None:
        page = changes_at(office, link, since)
        rows += [row for row in page.get("value", ()) if isinstance(row, dict)]
        cursor = str(page.get("@odata.deltaLink") or cursor)
        following = page.get("@odata.nextLink")
        link = following if isinstance(following, str) else None
    for place, row in enumerate(rows, 1):
        yield _event(row, cursor if place == len(rows) else since or cursor)


def changes_at(office: Office, link: str, since: str | None = None) -> dict[str, Any]:
    """A page of changes, in a list that the system keeps track of from then on."""
    with office.translated("orders.events"):
        address = link if link.startswith(("/", "http://", "https://")) else office.api.path + link
        headers = {**VERSIONS, "Accept": "application/json", "Prefer": _TRACK}
        answer = office.session.send("GET", address, headers=headers)
        if not answer.ok:
            if since is not None and answer.status in _EXPIRED:
                raise NotFound(
                    "the cursor has expired",
                    code="cursor_expired",
                    operation="orders.events",
                    hint="begin anew without one, or list(modified_since=...)",
                )
            raise Refused(answer)
        try:
            page = loads(answer.body)
        except ValueError as failure:
            raise Unreadable(str(failure)) from failure
        if not isinstance(page, dict) or not isinstance(page.get("value"), list):
            raise Unreadable("an answer that should hold changes holds none")
        return page


def _event(row: Row, cursor: str) -> OrderEvent:
    if "reason" in row and "salesorderid" not in row:
        return OrderEvent(cursor=cursor, kind=EventKind.CANCELLED, order_id=guid(row, "id"))
    return OrderEvent(
        cursor=cursor,
        kind=_kind(row),
        order_id=guid(row, "salesorderid"),
        number=text(row, "ordernumber") or None,
        at=instant(row, "modifiedon"),
    )


def _kind(row: Row) -> EventKind:
    made, changed = instant(row, "createdon"), instant(row, "modifiedon")
    if made is not None and made == changed:
        return EventKind.CREATED
    return _KINDS.get(whole(row, "statecode") or 0, EventKind.AMENDED)


def _by_time(office: Office, since: str | None) -> Iterator[OrderEvent]:
    where = ""
    if since:
        try:
            moment = datetime.fromisoformat(since)
        except ValueError as failure:
            raise NotFound("this is no cursor", code="cursor_expired", operation="orders.events") from failure
        where = f"modifiedon gt {literal(moment, 'Edm.DateTimeOffset', 4)}"
    with office.translated("orders.events"):
        for row in office.rows(ORDERS, where=where, select=_SELECT, orderby="modifiedon"):
            changed = instant(row, "modifiedon")
            if changed is None:
                raise Unreadable("it does not say when an order was changed")
            yield _event(row, changed.isoformat())


__all__ = ["changes_at", "events_of"]
