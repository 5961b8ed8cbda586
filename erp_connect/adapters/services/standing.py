"""How an order stands while it is changed: the version it is held to, what moved meanwhile, what is open of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar

from ...errors import ErpConnectError, TransitionNotAllowed, VersionConflict
from ...models import Order, PurchaseOrder
from ...rules.diff import moved
from ...rules.quantities import open_quantity
from ..contract import Write
from .cells import etag

__all__ = ["at_hand", "still_open", "told_what_moved"]

E = TypeVar("E", Order, PurchaseOrder)


def at_hand(order: E, write: Write, get: Callable[[str], E], *, known: bool | None = None) -> E:
    """The order with the versions of its records: itself where they are ``known``, else read again.

    Unless told, they are known where the order has an ETag.  ``VersionConflict`` where it is another one by then.
    """
    if known is None:
        known = etag(order.raw) is not None
    if known and not write.force:
        return order
    current = get(order.id)
    if not write.force and order.version not in (None, current.version):
        raise VersionConflict("the order was changed since it was read", diff=moved(order, current))
    return current


@contextmanager
def told_what_moved(order: E, get: Callable[[str], E]) -> Iterator[None]:
    """Add to a conflict what has moved; the conflict is certain, what moved is an extra."""
    try:
        yield
    except VersionConflict as conflict:
        with suppress(ErpConnectError):
            conflict.diff = tuple(moved(order, get(order.id)))
        raise


def still_open(
    order: Order | PurchaseOrder, lines: Sequence[str] | None, operation: str, *, gone: str = "shipped"
) -> Sequence[str]:
    """The ids of these lines, or of all, of which something is open; ``TransitionNotAllowed`` where nothing is.

    ``gone``: the product's word for what has left.
    """
    named = {line.id for line in order.lines} if lines is None else set(lines)
    still = [line.id for line in order.lines if line.id in named and open_quantity(line.quantities) > 0]
    if not still:
        raise TransitionNotAllowed(
            "nothing is open that could be cancelled",
            code="nothing_open",
            operation=operation,
            hint=f"what has been {gone} comes back as a return",
        )
    return still
