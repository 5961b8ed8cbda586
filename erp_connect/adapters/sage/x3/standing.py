"""Where an order stands, by X3's status fields: closed and not delivered is not yet cancelled (sage.md 2.13)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from ....models import Hold, OrderStatus, Progress
from ....wire.adonix import Record
from .office import Office
from .shapes import Shape

__all__ = ["States"]

_OPEN, _CLOSED = "1", "2"
_NONE, _SOME, _ALL = "1", "2", "3"
_PROGRESS: Final = {_NONE: Progress.NONE, _SOME: Progress.PARTIAL, _ALL: Progress.COMPLETE}


class States:
    """The status fields of one order, of either side."""

    def __init__(self, record: Record, shape: Shape, office: Office) -> None:
        self.shape, self.office = shape, office
        self.order = shape.text(record, "order_status")
        self.delivery = shape.text(record, "delivery_status")
        self.invoice = shape.text(record, "invoice_status")
        self.credit = shape.text(record, "credit_status")
        self.approval = shape.text(record, "approval")

    @property
    def closed(self) -> bool:
        """Whether the order is closed."""
        return self.order == _CLOSED

    @property
    def untouched(self) -> bool:
        """Whether nothing was delivered or billed."""
        return self.delivery in {"", _NONE} and self.invoice in {"", _NONE}

    @property
    def delivered(self) -> bool:
        """Whether something was delivered."""
        return self.delivery in {_SOME, _ALL}

    @property
    def cut_short(self) -> bool:
        """Whether it was closed before all was delivered, and no invoice closed it: what is left is cancelled then."""
        if not self.closed or _ALL in {self.delivery, self.invoice}:
            return False
        return self.delivered or self.invoice in {"", _NONE}

    def native(self, moved: bool) -> OrderStatus:
        """The neutral word for them; ``moved``: whether lines say that something has left."""
        if self.closed:
            return OrderStatus.CANCELLED if self.untouched and not moved else OrderStatus.COMPLETED
        if self.delivery == _ALL:
            return OrderStatus.SHIPPED
        if self.delivery == _SOME:
            return OrderStatus.PARTLY_SHIPPED
        return OrderStatus.CONFIRMED if self.order in {"", _OPEN} else OrderStatus.UNKNOWN

    def holds(self) -> tuple[Hold, ...]:
        """What holds the order up: credit, or a signature that is missing."""
        if self.closed:
            return ()
        found = []
        if self.credit not in {"", "0", "1"}:
            found.append(Hold(kind="credit", native=self._label("credit_status", self.credit)))
        if self.approval not in {"", "0", *self.office.settings.approved}:
            found.append(Hold(kind="approval", native=self._label("approval", self.approval)))
        return tuple(found)

    @property
    def invoicing(self) -> Progress | None:
        """How far it is billed; ``None`` where the record does not tell."""
        return _PROGRESS.get(self.invoice)

    @property
    def fulfilment(self) -> Progress | None:
        """How far it is delivered; ``None`` where the record does not tell."""
        return _PROGRESS.get(self.delivery)

    def invoiced(self, moved: Decimal | None, ordered: Decimal) -> Decimal | None:
        """How much of a line is billed, where the header knows it for all: nothing, or all that it can be."""
        if self.invoice == _NONE:
            return Decimal(0)
        return (moved or ordered) if self.invoice == _ALL else None

    def said(self) -> str | None:
        """The states as people see them."""
        words: Sequence[tuple[str, str]] = (
            ("order_status", self.order),
            ("delivery_status", self.delivery),
            ("invoice_status", self.invoice),
        )
        return ", ".join(self._label(word, rank) for word, rank in words if rank) or None

    def _label(self, word: str, rank: str) -> str:
        place = self.shape.header.get(word)
        menu = "" if place is None else place.menu
        return self.shape.description.label(menu, rank, self.office.settings.language) or (
            rank if place is None else f"{place.field} {rank}"
        )
