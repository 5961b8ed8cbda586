"""A mapping proved by doing: an order is written, changed and cancelled in a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from ...errors import ErpConnectError
from ...models import (
    ChangeQuantity,
    Difference,
    DifferenceKind,
    LineDraft,
    LineKind,
    Order,
    OrderDraft,
    OrderStatus,
)
from ...rules.comparing import compare
from ..contract import Capabilities, Support, Write, field_paths
from ..symptoms import Symptom
from .adapter import MappedAdapter
from .writing import OrderWriting

__all__ = ["rehearsed"]

_HEADER: Final = ("ship_to", "bill_to", "requested", "payment_terms", "delivery_terms", "warehouse", "notes")
_LINE: Final = ("description", "requested", "discount", "warehouse")
_OPEN: Final = (OrderStatus.CONFIRMED, OrderStatus.SUBMITTED, OrderStatus.DRAFT)
STAMP: Final = "DOCTOR2DOCTOR2DO"
"""Stands in the place of a stamp, for a moment."""


def rehearsed(adapter: MappedAdapter, orders: Iterable[Order]) -> Iterator[Symptom]:
    """Write an order like one of ``orders``, read it back, change and cancel it, and undo all of it.

    Tells each field that comes back otherwise than it was sent, and each that a draft has and the mapping has not.
    """
    book = getattr(adapter, "orders", None)
    like = next((order for order in orders if order.status in _OPEN and order.lines), None)
    if not isinstance(book, OrderWriting):
        yield Symptom(
            "hint",
            "orders",
            "the round trip was not tried: the connection may not write",
            "give writable=yes",
        )
        return
    if like is None:
        yield Symptom(
            "hint", "orders", "the round trip was not tried: no open order can serve as a model", ""
        )
        return
    known = adapter.capabilities
    draft = _draft(like, known)
    yield from _tried(adapter, book, draft)
    lost = [path for path in field_paths() if _is_lost(path, known)]
    if lost:
        yield Symptom(
            "hint",
            "orders",
            f"an order cannot carry {', '.join(lost)}",
            "map what you need; the rest is LossyWrite",
        )


def _tried(adapter: MappedAdapter, book: OrderWriting[Any, Any], draft: OrderDraft) -> list[Symptom]:
    found: list[Symptom] = []
    known = adapter.capabilities
    stored: Any
    gone: Any
    changed: Any
    step = "create"
    try:
        with adapter.office.rehearsing():
            stored = book.create(draft, _write("create")).stored
            rules = {path: field.normalisation for path, field in known.fields.items()}
            found += map(_difference, compare(draft, stored, normalisation=rules.get))
            if known.support("orders.change_quantity") is not Support.NONE:
                step = "change_quantity"
                line = stored.lines[0]
                more = ChangeQuantity(line=line.id, to=line.quantities.ordered + 1)
                changed = book.amend(stored, [more], _write(step)).stored
                if changed.lines[0].quantities.ordered != line.quantities.ordered + 1:
                    found.append(
                        Symptom(
                            "error",
                            "orders.lines.fields.ordered",
                            "a changed quantity does not come back",
                            "",
                        )
                    )
                stored = changed
            if known.support("orders.cancel") is not Support.NONE:
                step = "cancel"
                gone = book.cancel(stored, None, _write(step))
                if gone is not None and gone.stored.status is not OrderStatus.CANCELLED:
                    found.append(
                        Symptom(
                            "error",
                            "orders.cancel",
                            f"a cancelled order reads as {gone.stored.status.value}",
                            "see to cancel, and to the codes of status",
                        )
                    )
    except ErpConnectError as failure:
        said = f"{step}: {failure.message}"
        native = f" ({failure.native[-1]})" if failure.native else ""
        found.append(
            Symptom("error", failure.path or "orders", said + native, failure.hint or "correct the mapping")
        )
    return found


def _difference(each: Difference) -> Symptom:
    tame = each.kind in (DifferenceKind.NORMALISED, DifferenceKind.ADDED)
    return Symptom(
        "hint" if tame else "warning",
        each.path,
        f"{each.kind.value}: {each.sent!r} was sent, {each.stored!r} stands there",
        "" if tame else "the mapping writes it elsewhere than it reads it, or the database changes it",
    )


def _draft(like: Order, known: Capabilities) -> OrderDraft:
    """A draft as the order that stands there, with every field that the mapping can carry."""
    header = {
        name: value for name in _HEADER if (value := getattr(like, name)) and _carries(known, f"order.{name}")
    }
    lines = [
        LineDraft(
            product=line.product or "",
            quantity=line.quantities.ordered,
            unit=line.unit or "",
            price=line.price if _carries(known, "order.line.price") else None,
            **{
                name: value
                for name in _LINE
                if (value := getattr(line, name)) is not None and _carries(known, f"order.line.{name}")
            },
        )
        for line in like.lines
        if line.kind is LineKind.ITEM and line.quantities.ordered > 0
    ]
    return OrderDraft(
        customer=like.customer,
        customer_po="DOCTOR" if _carries(known, "order.customer_po") else None,
        currency=like.currency,
        lines=lines,
        **header,
    )


def _carries(known: Capabilities, path: str) -> bool:
    return known.field(path).support is not Support.NONE


def _is_lost(path: str, known: Capabilities) -> bool:
    """Whether a field of orders is not held, and no part of one that is not held either."""
    if not path.startswith("order.") or _carries(known, path):
        return False
    above = path.rpartition(".")[0]
    return above in ("order", "order.line") or _carries(known, above)


def _write(operation: str) -> Write:
    return Write(key="doctor", stamp=STAMP, operation=f"orders.{operation}", correlation_id="doctor")
