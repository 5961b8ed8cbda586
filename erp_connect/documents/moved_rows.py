"""An order that was written before and whose rows were moved since: the same wish, put back into its first order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from ..journal import canonical, text_of
from ..models.order import OrderDraft
from ..models.purchase import PurchaseOrderDraft
from .order_sheet import SheetOrder

__all__ = ["in_first_order"]

D = TypeVar("D", bound=OrderDraft | PurchaseOrderDraft)


def in_first_order(order: SheetOrder[D], written: Mapping[str, Any] | None) -> SheetOrder[D]:
    """The order with its lines and notes as they stood when it was written, where only their order has changed.

    ``written`` is what the journal keeps of the first import (``erp.journal.show(order.key).payload``).  An order with
    other lines, or of which nothing is kept any more, comes back as it is.
    """
    if written is None:
        return order
    draft: Any = order.draft
    lines = _order_of(draft.lines, written.get("lines", ()))
    notes = _order_of(draft.notes, written.get("notes", ()))
    if lines is None or notes is None or (lines == sorted(lines) and notes == sorted(notes)):
        return order
    rows = tuple(order.rows[index] for index in lines)
    return replace(
        order,
        draft=draft.but(
            lines=tuple(draft.lines[index] for index in lines),
            notes=tuple(draft.notes[index] for index in notes),
        ),
        rows=rows,
        places=order.places.of_rows(rows),
    )


def _order_of(values: Sequence[Any], first: Sequence[Any]) -> list[int] | None:
    """Which value stood at each place at first; ``None`` where they are not the same values."""
    if len(values) != len(first):
        return None
    known: dict[str, list[int]] = {}
    for index, value in reversed(list(enumerate(values))):
        known.setdefault(text_of(canonical(value)), []).append(index)
    found = []
    for each in map(text_of, first):
        if not known.get(each):
            return None
        found.append(known[each].pop())
    return found
