"""What can be said of an order the moment it is entered, while all of it is still open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ..models import LineKind, OrderLine, Ref, Timeliness
from .facts import Policy

__all__ = ["completeness", "first_promise", "first_timeliness", "said"]


def said(code: str | Ref) -> str:
    """The number or native id that a draft names."""
    return code.id if isinstance(code, Ref) else code


def completeness(lines: Sequence[OrderLine], policy: Policy) -> tuple[bool, tuple[str, ...]]:
    """Whether the order is complete, and the warning for one that is saved without a price."""
    if not policy.saves_incomplete:
        return True, ()
    missing = [str(line.position) for line in lines if line.price is None and line.kind is not LineKind.TEXT]
    if not missing:
        return True, ()
    return False, (
        f"saved incomplete: no price in position {', '.join(missing)}; give one to have it processed",
    )


def first_promise(lines: Sequence[OrderLine]) -> date | None:
    """The day on which the last item can leave; ``None`` when that is not known of each."""
    latest = None
    for line in lines:
        if line.kind is not LineKind.ITEM:
            continue
        if line.promised is None:
            return None
        if latest is None or line.promised > latest:
            latest = line.promised
    return latest


def first_timeliness(lines: Sequence[OrderLine], today: date) -> Timeliness:
    """As ``rules.lateness.timeliness``, for lines of which all is open."""
    found = Timeliness.UNKNOWN
    for line in lines:
        promised = line.promised
        wanted = line.requested or promised
        if wanted is None or line.kind is LineKind.TEXT or line.kind is LineKind.CHARGE:
            continue
        if wanted < today or (promised is not None and promised > wanted):
            return Timeliness.LATE
        if line.requested == today:
            found = Timeliness.DUE
        elif found is Timeliness.UNKNOWN:
            found = Timeliness.ON_TIME
    return found
