"""The state of a document, and its days (sage.md 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Final

from ....models import OrderStatus
from ....wire.odata import Unreadable
from ...services.cells import Row, text

STATES: Final[Mapping[str, OrderStatus]] = {
    "draft": OrderStatus.DRAFT,
    "live": OrderStatus.CONFIRMED,
    "printed": OrderStatus.CONFIRMED,
    "onhold": OrderStatus.ON_HOLD,
    "dispute": OrderStatus.ON_HOLD,
    "complete": OrderStatus.COMPLETED,
    "cancelled": OrderStatus.CANCELLED,
}
HOLDS: Final[Mapping[str, str]] = {"onhold": "on_hold", "dispute": "dispute"}
_BLANK_YEAR: Final = 1900


def state_of(row: Row) -> str:
    """The state of a document in short: ``live`` for ``EnumDocumentStatusLive``."""
    return text(row, "document_status").removeprefix("EnumDocumentStatus").casefold()


def is_order(row: Row) -> bool:
    """Whether a record is an order: quotes and pro formas are apart, and are no orders where they are not."""
    state = state_of(row)
    return not ("quot" in state or "proforma" in state or "pro forma" in state)


def day_in(row: Row, name: str) -> date | None:
    """A business date, which comes as an instant at midnight of the company's own day."""
    said = text(row, name)
    return _day(said[:10], name) if said else None


@lru_cache(maxsize=4096)
def _day(said: str, name: str) -> date | None:
    try:
        found = date.fromisoformat(said)
    except ValueError as failure:
        raise Unreadable(f"{name}: {said!r} is no date") from failure
    return None if found.year <= _BLANK_YEAR else found
