"""In what state documents and lines are, in this product's words (sage.md 4.4 and 4.5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal

from ...business.documents import ZERO, Document, Line
from .desk import Desk

Progress = Literal["None", "Partially", "Fully"]
STATUSES: Final = (
    "EnumDocumentStatusLive",
    "EnumDocumentStatusOnHold",
    "EnumDocumentStatusComplete",
    "EnumDocumentStatusDispute",
    "EnumDocumentStatusCancelled",
    "EnumDocumentStatusPrinted",
    "EnumDocumentStatusDraft",
)
PROGRESS: Final[tuple[Progress, ...]] = ("None", "Partially", "Fully")
DRAFT: Final = "is_draft"
DISPUTE: Final = "in_dispute"
RECORDED: Final = "has_cancelled_lines"
ALLOCATED: Final = "allocated_quantity"
HUNDRED: Final = Decimal(100)


def lines_of(desk: Desk, document: Document) -> list[Line]:
    """The lines of a document."""
    return desk.company.lines_of(document)


def whole(line: Line) -> Decimal:
    """What is wanted of a line."""
    return line.quantity - line.canceled


def allocated(line: Line) -> Decimal:
    """What is put aside for a line and not despatched, in selling units."""
    return Decimal(line.extras.get(ALLOCATED, ZERO))


def moves(line: Line) -> bool:
    """Whether a line is despatched; charges and comments are not."""
    return line.type in {"item", "text"}


def complete(line: Line) -> bool:
    """Whether a line is despatched and invoiced in full."""
    return line.shipped >= whole(line) and line.invoiced >= whole(line)


def status(desk: Desk, document: Document) -> str:
    """The state of a document."""
    if document.extras.get(DRAFT):
        return "EnumDocumentStatusDraft"
    if document.canceled:
        return "EnumDocumentStatusCancelled"
    if document.held:
        return "EnumDocumentStatusOnHold"
    if document.extras.get(DISPUTE):
        return "EnumDocumentStatusDispute"
    counting = [line for line in lines_of(desk, document) if line.counts]
    if counting and all(map(complete, counting)):
        return "EnumDocumentStatusComplete"
    return "EnumDocumentStatusLive"


def progress(pairs: list[tuple[Decimal, Decimal]]) -> Progress:
    """How far something is, of pairs of what is done and what is wanted."""
    if not any(done for done, _ in pairs):
        return "None"
    return "Fully" if all(done >= wanted for done, wanted in pairs) else "Partially"


def despatched(desk: Desk, document: Document) -> str:
    """How far a document is despatched, or a return received."""
    pairs = [(line.shipped, whole(line)) for line in lines_of(desk, document) if moves(line)]
    return desk.settings.status_prefix + progress(pairs)


def invoiced(desk: Desk, document: Document) -> str:
    """How far a document is invoiced, or credited."""
    pairs = [(line.invoiced, whole(line)) for line in lines_of(desk, document) if line.counts]
    return desk.settings.status_prefix + progress(pairs)


def cancelled(desk: Desk, document: Document) -> str:
    """How far a document is cancelled."""
    if document.canceled:
        return desk.settings.status_prefix + "Fully"
    return desk.settings.status_prefix + ("Partially" if document.extras.get(RECORDED) else "None")


def deletable(line: Line) -> bool:
    """Whether a line can go: nothing of it is despatched or invoiced."""
    return not line.shipped and not line.invoiced


def editable(desk: Desk, document: Document) -> bool:
    """Whether a document can be amended."""
    return status(desk, document) not in {"EnumDocumentStatusCancelled", "EnumDocumentStatusComplete"}
