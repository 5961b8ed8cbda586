"""Where an order stands: derived from quantities where they are reported, from the back-end's word where not.

``OrderStatus`` is the first that holds of CANCELLED, REJECTED, COMPLETED, ON_HOLD, SHIPPED, PARTLY_SHIPPED,
CONFIRMED, SUBMITTED, DRAFT, UNKNOWN.  Which operations a status allows is a table: :data:`TRANSITIONS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from itertools import product
from types import MappingProxyType
from typing import Final, NamedTuple, TypeVar

from ..errors import TransitionNotAllowed
from ..models import Hold, LineKind, OrderFields, OrderLine, OrderStatus, Progress, Quantities
from .lateness import timeliness
from .quantities import goods_of, moved, open_quantity

__all__ = [
    "TRANSITIONS",
    "Standing",
    "StatusFacts",
    "check_transition",
    "fulfilment",
    "invoicing",
    "line_status",
    "order_status",
    "reachable",
    "restated",
    "standing",
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


class _Count(NamedTuple):
    """What the quantities of some lines say together."""

    any_lines: bool
    reported: bool
    any_moved: bool
    none_left: bool
    all_cancelled: bool
    all_invoiced: bool
    all_confirmed: bool


def _count(lines: Sequence[OrderLine]) -> _Count:
    return _together([_count_of(line.quantities) for line in goods_of(lines)])


def _count_of(quantities: Quantities) -> _Count:
    """The same of one line."""
    ordered, gone, invoiced = quantities.ordered, quantities.cancelled, quantities.invoiced
    wanted = ordered - gone if gone else ordered
    done = moved(quantities)
    left = (wanted - done if done else wanted) > 0
    confirmed = quantities.confirmed
    return _Count(
        True,
        done is not None,
        bool(done),
        not left,
        not (done or left),
        invoiced is not None and invoiced >= (done or ZERO),
        not (wanted > 0 and (confirmed is None or confirmed < wanted)),
    )


def _together(counts: Sequence[_Count]) -> _Count:
    if len(counts) == 1:
        return counts[0]
    lines = reported = any_moved = False
    none_left = all_cancelled = all_invoiced = all_confirmed = True
    for line, told, one_moved, nothing_left, cancelled, invoiced, confirmed in counts:
        lines = lines or line
        reported = reported or told
        any_moved = any_moved or one_moved
        none_left = none_left and nothing_left
        all_cancelled = all_cancelled and cancelled
        all_invoiced = all_invoiced and invoiced
        all_confirmed = all_confirmed and confirmed
    return _Count(lines, reported, any_moved, none_left, all_cancelled, all_invoiced, all_confirmed)


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
    held = (bool(holds) or any(line.holds for line in lines)) and _held(lines, holds)
    return _status(_count(lines), facts, confirmed, native, held, bool(holds))


def _status(
    count: _Count, facts: StatusFacts, confirmed: bool, native: OrderStatus | None, held: bool, holds: bool
) -> OrderStatus:
    """The rule itself, told once for all lines that stand alike; ``holds``: whether the order has any of its own."""
    known = count.reported
    if not count.any_moved and (
        facts.cancelled
        or facts.gone
        or native is OrderStatus.CANCELLED
        or (count.any_lines and count.all_cancelled)
    ):
        return OrderStatus.CANCELLED
    if facts.rejected or native is OrderStatus.REJECTED:
        return OrderStatus.REJECTED
    done = known and count.any_moved and count.none_left
    if facts.closed or facts.gone or native is OrderStatus.COMPLETED or (done and count.all_invoiced):
        return OrderStatus.COMPLETED
    if held or (native is OrderStatus.ON_HOLD and not holds):
        return OrderStatus.ON_HOLD
    if done or (not known and native is OrderStatus.SHIPPED):
        return OrderStatus.SHIPPED
    if count.any_moved or (not known and native is OrderStatus.PARTLY_SHIPPED):
        return OrderStatus.PARTLY_SHIPPED
    if confirmed or native is OrderStatus.CONFIRMED or (count.any_lines and count.all_confirmed):
        return OrderStatus.CONFIRMED
    if facts.draft or native is OrderStatus.DRAFT:
        return OrderStatus.DRAFT
    if known or native is not None:
        return OrderStatus.UNKNOWN if native is OrderStatus.UNKNOWN and not known else OrderStatus.SUBMITTED
    return OrderStatus.UNKNOWN


@lru_cache(512)
def _bare_status(count: _Count, native: OrderStatus | None) -> OrderStatus:
    """The same where nothing is held and nothing else is stated."""
    return _status(count, NOTHING_STATED, confirmed=False, native=native, held=False, holds=False)


@cache
def reachable(
    native: OrderStatus | None, *, moving: bool = True, invoicing: bool = True, holding: bool = True
) -> frozenset[OrderStatus]:
    """Every status that an order with this ``native`` word can have, whatever its lines say: what a search must keep.

    Without ``moving`` no line reports what has left, without ``invoicing`` none what is billed, and without
    ``holding`` neither order nor line carries a hold.
    """
    found = set()
    for told in product((False, True), repeat=9):
        count, held, holds = _Count(*told[:7]), told[7], told[8]
        if count.any_moved and not (count.any_lines and count.reported):
            continue
        if (count.reported and not moving) or ((held or holds) and not holding):
            continue
        if count.any_moved and count.all_invoiced and not invoicing:
            continue
        found.add(_status(count, NOTHING_STATED, confirmed=False, native=native, held=held, holds=holds))
    return frozenset(found)


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
    if not holds and not line.holds:
        return _status(_count((line,)), facts, confirmed, native, held=False, holds=False)
    waiting = open_quantity(line.quantities) > 0
    own = tuple(hold for hold in holds if hold.line_id is None or hold.line_id == line.id) if waiting else ()
    if waiting and line.holds:
        own = (*own, *line.holds)
    alone = tuple(hold.but(line_id=None) if hold.line_id is not None else hold for hold in own)
    bare = line.but(holds=()) if line.holds else line
    return order_status((bare,), holds=alone, facts=facts, confirmed=confirmed, native=native)


class Standing(NamedTuple):
    """Where the lines of an order stand, in their order, and the order itself."""

    lines: Sequence[OrderStatus]
    status: OrderStatus
    fulfilment: Progress
    invoicing: Progress


def standing(
    lines: Sequence[OrderLine],
    *,
    holds: Sequence[Hold] = (),
    native: OrderStatus | None = None,
    natives: Sequence[OrderStatus | None] | None = None,
) -> Standing:
    """All of it at once, for an order that was just read: what the functions around here say one by one.

    ``natives`` are the back-end's own words for the lines; left out, ``native`` is theirs as well.
    """
    own = [native] * len(lines) if natives is None else natives
    if holds or any(line.holds for line in lines):
        told = [line_status(line, holds=holds, native=word) for line, word in zip(lines, own, strict=True)]
        status = order_status(lines, holds=holds, native=native)
        return Standing(told, status, fulfilment(lines), invoicing(lines))
    counts = [_count_of(line.quantities) for line in lines]
    told = [_bare_status(count, word) for count, word in zip(counts, own, strict=True)]
    goods = goods_of(lines)
    together = counts if len(goods) == len(lines) else [_count_of(line.quantities) for line in goods]
    count = _together(together)
    return Standing(told, _bare_status(count, native), _fulfilment(count), invoicing(lines))


def fulfilment(lines: Sequence[OrderLine]) -> Progress:
    """How far goods have moved; UNKNOWN where no line reports it."""
    return _fulfilment(_count(lines))


def _fulfilment(count: _Count) -> Progress:
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
        # No verb submits a draft, and some systems ship what is still being edited (dynamics.md 1.11).
        OrderStatus.DRAFT: _HEADER | _CONTENT | _HOLDS | _MOVES,
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
    OrderStatus.DRAFT: "nothing has been shipped yet; ship first",
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
