"""What state a paper or a line is in: computed from what was posted, never set (dynamics.md 3.4, 3.5)."""

from __future__ import annotations

from collections.abc import Sequence

from ...business.documents import Document, Line
from .settings import Settings

_DONE = {"order": "Delivered", "purchase_order": "Received", "return_order": "Delivered"}


def line_status(line: Line, kind: str, settings: Settings) -> str:
    """SalesStatus of an order's line, PurchStatus of a purchase's."""
    whole = line.quantity - line.canceled
    if not whole:
        return "Canceled" if line.canceled else settings.empty_line_status
    if line.invoiced >= whole:
        return "Invoiced"
    return _DONE[kind] if line.shipped >= whole else "Backorder"


def status(document: Document, lines: Sequence[Line], settings: Settings) -> str:
    """SalesStatus of an order, PurchStatus of a purchase; a header without lines is open."""
    states = {line_status(line, document.kind, settings) for line in lines}
    if document.canceled or states == {"Canceled"}:
        return "Canceled"
    wanted = {line_status(line, document.kind, settings) for line in lines if line.quantity != line.canceled}
    if wanted == {"Invoiced"}:
        return "Invoiced"
    done = _DONE[document.kind]
    return done if wanted and wanted <= {done, "Invoiced"} else "Backorder"


def processing(document: Document, lines: Sequence[Line], settings: Settings) -> str:
    """SalesOrderProcessingStatus."""
    whole = status(document, lines, settings)
    if whole in {"Canceled", "Invoiced"}:
        return whole
    billed = any(line.invoiced for line in lines)
    if whole == "Delivered":
        return "DeliveredPartiallyInvoiced" if billed else "Delivered"
    if any(line.shipped for line in lines):
        return "PartiallyInvoiced" if billed else "PartiallyDelivered"
    if document.extras.get("@picked"):
        return "Picked"
    return "Confirmed" if document.extras.get("@confirmations") else "Active"


def posted_last(document: Document, lines: Sequence[Line]) -> str:
    """DocumentStatus: the furthest document that was posted of an order."""
    if any(line.invoiced for line in lines):
        return "Invoice"
    if any(line.shipped for line in lines):
        return "PackingSlip"
    if document.extras.get("@picked"):
        return "PickingList"
    return "Confirmation" if document.extras.get("@confirmations") else "None"


def approval(document: Document) -> str:
    """DocumentApprovalStatus of a purchase order: approved at once, without a workflow."""
    return str(document.extras.get("@approval", "Approved"))


def return_status(document: Document, lines: Sequence[Line]) -> str:
    """ReturnStatusHeader."""
    states = {return_line_status(line) for line in lines}
    if document.canceled or states == {"Canceled"}:
        return "Canceled"
    if not lines:
        return "Created"
    return "Closed" if states <= {"Invoiced", "Canceled"} else "Open"


def return_line_status(line: Line) -> str:
    """ReturnStatusLine."""
    whole = line.quantity - line.canceled
    if not whole and line.canceled:
        return "Canceled"
    if line.invoiced and line.invoiced >= whole:
        return "Invoiced"
    return "Received" if line.shipped else "Awaiting"
