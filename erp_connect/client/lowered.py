"""Cancelled quantities that only the journal remembers, where a back-end cancels a line by ordering less of it.

Callers see such a line as on every other back-end: ``ordered`` as it was, the rest in ``cancelled``.  The adapter
gets the order as its back-end has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ..journal import State
from ..models import Amendment, CancelLine, ChangeQuantity, OrderLine, OrderStatus
from .context import Context

Lowered = Mapping[str, Decimal]
"""By line id, how much less is ordered in the back-end than the caller sees."""


def lowered(context: Context, book: str, order_id: str) -> Lowered:
    """What cancellations have taken off the lines of an order, as the journal remembers it."""
    if not context.lowers:
        return {}
    found: dict[str, Decimal] = {}
    for entry in context.journal.of_entity(book, order_id):
        if entry.state is State.CONFIRMED:
            for line_id, quantity in ((entry.result or {}).get("lowered") or {}).items():
                found[line_id] = found.get(line_id, Decimal(0)) + Decimal(quantity)
    return found


def with_lowered(order: Any, known: Lowered) -> Any:
    """The back-end's order as callers see it."""
    return _moved(order, known, 1) if known else order


def without_lowered(order: Any, known: Lowered) -> Any:
    """An order that callers see, as the back-end has it."""
    return _moved(order, known, -1) if known else order


def as_seen(context: Context, book: str, order: Any) -> Any:
    """An order just read from the back-end, as callers see it."""
    return with_lowered(order, lowered(context, book, order.id))


def _moved(order: Any, known: Lowered, sign: int) -> Any:
    return order.but(
        lines=tuple(_line(line, sign * known[line.id]) if line.id in known else line for line in order.lines)
    )


def _line(line: OrderLine, quantity: Decimal) -> OrderLine:
    quantities = line.quantities
    shown = quantities.but(
        ordered=quantities.ordered + quantity, cancelled=(quantities.cancelled or Decimal(0)) + quantity
    )
    wholly = quantity > 0 and shown.open == 0 and not shown.shipped and not shown.delivered
    return line.but(quantities=shown, **({"status": OrderStatus.CANCELLED} if wholly else {}))


def newly_lowered(before: Any, known: Lowered, stored: Any, lines: Sequence[str]) -> dict[str, Decimal]:
    """How much a cancellation of these lines took off: ``before`` as callers saw it, ``stored`` as it is there now."""
    was = {line.id: line.quantities.ordered - known.get(line.id, Decimal(0)) for line in before.lines}
    return {
        line.id: was[line.id] - line.quantities.ordered
        for line in stored.lines
        if line.id in lines and line.id in was and was[line.id] > line.quantities.ordered
    }


def added(one: Lowered, other: Lowered) -> Lowered:
    """Both together."""
    return {line: one.get(line, Decimal(0)) + other.get(line, Decimal(0)) for line in {*one, *other}}


def as_plain(known: Lowered) -> dict[str, str]:
    """For the journal."""
    return {line: format(quantity, "f") for line, quantity in known.items()}


def in_native_quantities(amendments: Sequence[Amendment], known: Lowered) -> tuple[Amendment, ...]:
    """Amendments with quantities as the back-end counts them: without what is cancelled already."""
    return tuple(_native(each, known) for each in amendments) if known else tuple(amendments)


def _native(amendment: Amendment, known: Lowered) -> Amendment:
    if not isinstance(amendment, ChangeQuantity) or str(amendment.line) not in known:
        return amendment
    left = amendment.to - known[str(amendment.line)]
    if left > 0:
        return amendment.but(to=left)
    return CancelLine(line=amendment.line, reason=amendment.reason or "nothing is left of it")
