"""Cancelling: what is open is cancelled, what has left stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypeVar

from ..errors import TransitionNotAllowed
from ..models import OrderFields, OrderLine
from .allocating import settled
from .facts import Policy
from .naming import line_of
from .quantities import moved, open_quantity
from .status import check_transition, restated
from .totals import with_totals

__all__ = ["cancelled", "line_cancelled"]

AnyOrder = TypeVar("AnyOrder", bound=OrderFields)
ZERO: Final = Decimal(0)
_NO_RATES: Final[Mapping[str, Decimal | None]] = {}


def line_cancelled(line: OrderLine, on_cancel_line: str) -> OrderLine | None:
    """The line with its open quantity cancelled the way the back-end does it; ``None`` when the line is gone."""
    quantities = line.quantities
    left = open_quantity(quantities)
    done = moved(quantities) or ZERO
    if on_cancel_line == "gone" and not done:
        return None
    if on_cancel_line in ("gone", "lowered"):
        quantities = quantities.but(ordered=quantities.ordered - left)
    else:
        quantities = quantities.but(cancelled=(quantities.cancelled or ZERO) + left)
    return line.but(quantities=settled(quantities, quantities.allocated))


def cancelled(
    order: AnyOrder,
    lines: Sequence[str] | None,
    *,
    reason: str | None,
    now: datetime,
    policy: Policy,
    today: date,
    tax_rates: Mapping[str, Decimal | None] = _NO_RATES,
) -> AnyOrder:
    """The order with what is open of these line ids (``None``: of all lines) cancelled.

    An order of which nothing was shipped becomes CANCELLED when nothing is left open, and keeps its lines when it is
    cancelled as a whole.  Raises ``TransitionNotAllowed`` when nothing is open, ``InvalidOrder`` for an unknown line.
    ``today`` is the company's day.  ``tax_rates`` (percent by line id) are needed for the tax of partly shipped
    lines; without them it is taken in proportion.
    """
    check_transition(order, "cancel" if lines is None else "cancel_line")
    chosen = (
        {line.id for line in order.lines}
        if lines is None
        else {line_of(order, line, f"lines[{index}]").id for index, line in enumerate(lines)}
    )
    affected = {line.id for line in order.lines if line.id in chosen and open_quantity(line.quantities) > 0}
    if not affected:
        raise TransitionNotAllowed(
            "nothing is open that could be cancelled",
            code="nothing_open",
            path="lines",
            hint="what has been shipped comes back as a return; what is cancelled stays cancelled",
        )
    untouched = not any(moved(line.quantities) for line in order.lines)
    whole = untouched and all(
        line.id in affected or open_quantity(line.quantities) == 0 for line in order.lines
    )
    how = "kept" if lines is None and whole else policy.on_cancel_line
    kept: list[OrderLine] = []
    for line in order.lines:
        after = line_cancelled(line, how) if line.id in affected else line
        if after is not None:
            kept.append(after)
    changed = order.but(
        lines=tuple(kept),
        cancel_reason=reason if lines is None or whole else order.cancel_reason,
        modified_at=now,
    )
    changed = with_totals(
        changed,
        tax_rates,
        policy.rounding,
        keep=frozenset(line.id for line in kept) - affected,
    )
    return restated(changed, order, today, cancelled=whole)
