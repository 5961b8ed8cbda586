"""Where an order stands: derived from quantities where they are reported, from the back-end's word where not.

``OrderStatus`` is the first that holds of CANCELLED, REJECTED, COMPLETED, ON_HOLD, SHIPPED, PARTLY_SHIPPED,
CONFIRMED, SUBMITTED, DRAFT, UNKNOWN.  Which operations a status allows is a table: :data:`TRANSITIONS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final, TypeVar

from ..errors import TransitionNotAllowed
from ..models import Hold, LineKind, OrderFields, OrderLine, OrderStatus, Progress
from .lateness import timeliness
from .quantities import goods_of, moved, open_quantity

__all__ = [
    "TRANSITIONS",
    "StatusFacts",
    "check_transition",
    "fulfilment",
    "invoicing",
    "line_status",
    "order_status",
    "restated",
    "stated",
    "timeliness",
    "with_status",
]

AnyOrder = TypeVar("AnyOrder", bound=OrderFields)
ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusFacts:
    """What a back-end states of an order beside its quantities.

    ``gone``: the order itself was deleted, after posting or by cancelling.  ``cancelled`` and ``gone`` do not make an
    order CANCELLED once goods have moved.
    """

    draft: bool = False
    closed: bool = False
    rejected: bool = False
    gone: bool = False
    cancelled: bool = False


NOTHING_STATED: Final = StatusFacts()


@dataclass(slots=True)
class _Count:
    """What the quantities of some lines say together."""

    reported: bool = False
    any_moved: bool = False
    all_moved: bool = True
    none_left: bool = True
    all_cancelled: bool = True
    invoiced_reported: bool = False
    any_invoiced: bool = False
    all_invoiced: bool = True
    all_confirmed: bool = True
    lines: int = 0


def _count(lines: Sequence[OrderLine]) -> _Count:
    count = _Count()
    for line in goods_of(lines):
        quantities = line.quantities
        ordered, gone = quantities.ordered, quantities.cancelled
        wanted = ordered - gone if gone else ordered
        done = moved(quantities)
        count.lines += 1
        if done is not None:
            count.reported = True
        left = wanted - done if done else wanted
        if done:
            count.any_moved = True
            count.all_cancelled = False
        if left > 0:
            count.none_left = count.all_cancelled = False
        confirmed = quantities.confirmed
        if wanted > 0 and (confirmed is None or confirmed < wanted):
            count.all_confirmed = False
        if quantities.invoiced is None:
            count.all_invoiced = False
        else:
            count.invoiced_reported = True
            count.any_invoiced = count.any_invoiced or quantities.invoiced > 0
            if quantities.invoiced < (done or ZERO):
                count.all_invoiced = False
    return count


def order_status(
    lines: Sequence[OrderLine],
    *,
    holds: Sequence[Hold] = (),
    facts: StatusFacts = NOTHING_STATED,
    confirmed: bool = False,
    native: OrderStatus | None = None,
) -> OrderStatus:
    """The first status that holds.

    An order is on hold when it carries a hold of its own, or when each line that still has something open does.
    It is SHIPPED when nothing is open and something has moved, and COMPLETED when that is invoiced as well or when
    the back-end says that it is closed.  A ``native`` status decides what the quantities do not report.
    """
    count = _count(lines)
    known = count.reported
    if not count.any_moved and (
        facts.cancelled
        or facts.gone
        or native is OrderStatus.CANCELLED
        or (count.lines > 0 and count.all_cancelled)
    ):
        return OrderStatus.CANCELLED
    if facts.rejected or native is OrderStatus.REJECTED:
        return OrderStatus.REJECTED
    done = known and count.any_moved and count.none_left
    if facts.closed or facts.gone or native is OrderStatus.COMPLETED or (done and count.all_invoiced):
        return OrderStatus.COMPLETED
    if _held(lines, holds) or (native is OrderStatus.ON_HOLD and not holds):
        return OrderStatus.ON_HOLD
    if done or (not known and native is OrderStatus.SHIPPED):
        return OrderStatus.SHIPPED
    if count.any_moved or (not known and native is OrderStatus.PARTLY_SHIPPED):
        return OrderStatus.PARTLY_SHIPPED
    if confirmed or native is OrderStatus.CONFIRMED or (count.lines > 0 and count.all_confirmed):
        return OrderStatus.CONFIRMED
    if facts.draft or native is OrderStatus.DRAFT:
        return OrderStatus.DRAFT
    if known or native is not None:
        return OrderStatus.UNKNOWN if native is OrderStatus.UNKNOWN and not known else OrderStatus.SUBMITTED
    return OrderStatus.UNKNOWN


def _held(lines: Sequence[OrderLine], holds: Sequence[Hold]) -> bool:
    if any(hold.line_id is None for hold in holds):
        return True
    by_line = {hold.line_id for hold in holds}
    waiting = [line for line in goods_of(lines) if open_quantity(line.quantities) > 0]
    return bool(waiting) and all(line.holds or line.id in by_line for line in waiting)


def line_status(
    line: OrderLine,
    *,
    holds: Sequence[Hold] = (),
    facts: StatusFacts = NOTHING_STATED,
    confirmed: bool = False,
    native: OrderStatus | None = None,
) -> OrderStatus:
    """The status of one line, by the same rule; ``holds`` and ``facts`` are the order's.

    A line that is cancelled, or has nothing open, is not held up by a hold.
    """
    waiting = open_quantity(line.quantities) > 0
    own = tuple(hold for hold in holds if hold.line_id is None or hold.line_id == line.id) if waiting else ()
    if waiting and line.holds:
        own = (*own, *line.holds)
    alone = tuple(hold.but(line_id=None) if hold.line_id is not None else hold for hold in own)
    bare = line.but(holds=()) if line.holds else line
    return order_status((bare,), holds=alone, facts=facts, confirmed=confirmed, native=native)


def fulfilment(lines: Sequence[OrderLine]) -> Progress:
    """How far goods have moved; UNKNOWN where no line reports it."""
    count = _count(lines)
    if not count.reported:
        return Progress.UNKNOWN
    if not count.any_moved:
        return Progress.NONE
    return Progress.COMPLETE if count.none_left else Progress.PARTIAL


def invoicing(lines: Sequence[OrderLine]) -> Progress:
    """How far the order is billed, against what is ordered and not cancelled; UNKNOWN where no line reports it."""
    billed = [line.quantities for line in lines if line.kind is not LineKind.TEXT]
    if all(each.invoiced is None for each in billed):
        return Progress.UNKNOWN
    if not any(each.invoiced for each in billed):
        return Progress.NONE
    done = all(
        each.invoiced is not None and each.invoiced >= each.ordered - (each.cancelled or ZERO)
        for each in billed
    )
    return Progress.COMPLETE if done else Progress.PARTIAL


def with_status(
    order: AnyOrder,
    facts: StatusFacts,
    today: date,
    *,
    confirmed: bool = False,
    native: OrderStatus | None = None,
) -> AnyOrder:
    """The order with status, line statuses, fulfilment, invoicing and timeliness filled in from its content.

    With a ``native`` status, a line that has one of its own keeps to that where its quantities are not reported.
    """
    lines = []
    for line in order.lines:
        own = native if native is None or line.status is OrderStatus.UNKNOWN else line.status
        status = line_status(line, holds=order.holds, facts=facts, confirmed=confirmed, native=own)
        lines.append(line if line.status is status else line.but(status=status))
    return order.but(
        lines=tuple(lines),
        status=order_status(order.lines, holds=order.holds, facts=facts, confirmed=confirmed, native=native),
        fulfilment=fulfilment(order.lines),
        invoicing=invoicing(order.lines),
        timeliness=timeliness(order, today),
    )


def stated(order: OrderFields) -> StatusFacts:
    """What the order's present status says that its quantities do not: what must outlive a change to it."""
    status = order.status
    by_quantities = order_status(order.lines, holds=order.holds)
    if status is by_quantities:
        return NOTHING_STATED
    return StatusFacts(
        draft=status is OrderStatus.DRAFT,
        closed=status is OrderStatus.COMPLETED,
        rejected=status is OrderStatus.REJECTED,
        cancelled=status is OrderStatus.CANCELLED,
    )


def restated(after: AnyOrder, before: OrderFields, today: date, *, cancelled: bool = False) -> AnyOrder:
    """The changed order with its status derived anew, and what ``before`` was said to be kept where it still holds.

    A confirmation, a draft, a closing or a rejection outlives the change; where the quantities are not reported, so
    does the back-end's own word, but for a hold that has been taken away.
    """
    facts = stated(before)
    if cancelled:
        facts = replace(facts, cancelled=True)
    native = None if _count(before.lines).reported else before.status
    if native is OrderStatus.ON_HOLD and (before.holds or any(line.holds for line in before.lines)):
        native = None
    confirmed = before.status is OrderStatus.CONFIRMED
    return with_status(after, facts, today, confirmed=confirmed, native=native)


_HEADER: Final = frozenset({"change_header", "change_address", "add_note"})
_CONTENT: Final = frozenset(
    {
        *("change_quantity", "change_price", "change_date", "change_discount", "change_warehouse"),
        *("add_line", "substitute_product", "split_line", "cancel_line", "cancel"),
    }
)
_HOLDS: Final = frozenset({"hold", "release"})
_MOVES: Final = frozenset({"ship", "receive", "confirm"})
_AFTER: Final = frozenset({"invoice", "return"})

TRANSITIONS: Final[Mapping[OrderStatus, frozenset[str]]] = MappingProxyType(
    {
        OrderStatus.DRAFT: _HEADER | _CONTENT | _HOLDS,
        OrderStatus.SUBMITTED: _HEADER | _CONTENT | _HOLDS | _MOVES,
        OrderStatus.CONFIRMED: _HEADER | _CONTENT | _HOLDS | _MOVES,
        OrderStatus.ON_HOLD: _HEADER | _CONTENT | _HOLDS | _AFTER | {"confirm"},
        OrderStatus.PARTLY_SHIPPED: _HEADER | _CONTENT | _HOLDS | _MOVES | _AFTER,
        OrderStatus.SHIPPED: frozenset({"change_header", "add_note", "change_price", "change_discount"})
        | _HOLDS
        | _AFTER,
        OrderStatus.COMPLETED: frozenset({"add_note", "return"}),
        OrderStatus.REJECTED: frozenset({"add_note"}),
        OrderStatus.CANCELLED: frozenset(),
        OrderStatus.UNKNOWN: _HEADER | _CONTENT | _HOLDS | _MOVES | _AFTER,
    }
)
"""Status to the operations that an order in it allows; an adapter may narrow this, never widen it."""

_HINTS: Final[Mapping[OrderStatus, str]] = {
    OrderStatus.DRAFT: "the order is not submitted yet; submit it first",
    OrderStatus.SUBMITTED: "nothing has been shipped yet; ship first",
    OrderStatus.CONFIRMED: "nothing has been shipped yet; ship first",
    OrderStatus.ON_HOLD: "release the hold first",
    OrderStatus.SHIPPED: "everything has left; enter a return, or a new order for more",
    OrderStatus.COMPLETED: "the order is done; enter a return, or a new order for more",
    OrderStatus.REJECTED: "the order was rejected; enter a new one",
    OrderStatus.CANCELLED: "the order is cancelled; enter a new one",
}


def check_transition(order: OrderFields, operation: str) -> None:
    """Raise ``TransitionNotAllowed`` when an order in this status does not allow ``operation`` (``cancel``, ...)."""
    verb = operation.rpartition(".")[2]
    if verb in TRANSITIONS[order.status]:
        return
    raise TransitionNotAllowed(
        f"an order that is {order.status.value} does not allow {verb}",
        operation=operation,
        hint=_HINTS.get(order.status),
        path="status",
    )
