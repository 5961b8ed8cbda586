"""What of an order that has moved meanwhile stands in the way of a change that was planned before.

A change touches

- the lines that it names, each as a whole: product, unit, quantities, price, discount, dates, warehouse, status (but
  not the place of a line in the order, nor a hold of the whole order that shows on it);
- the fields of the header that it sets, and of ``custom`` the names that it sets;
- where it is about all lines (a date or a warehouse without a line): that field of every line, and lines that have
  come;
- where it adds a line: how much of that product the order has;
- where it places or releases a hold: the holds.

Whose order it is, its currency, and whether it is closed by now are touched by every change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from ..models import (
    AddLine,
    AddNote,
    Amendment,
    ChangeAddress,
    ChangeDate,
    ChangeHeader,
    ChangeWarehouse,
    Difference,
    DifferenceKind,
    OrderFields,
    OrderLine,
    OrderStatus,
    PlaceHold,
    ReleaseHold,
)
from .moving import moved

__all__ = ["standing_in_the_way"]

_CLOSED: Final = (OrderStatus.CANCELLED, OrderStatus.REJECTED, OrderStatus.COMPLETED)
_EVERY_CHANGE: Final = ("customer", "customer_id", "supplier", "supplier_id", "currency")
_NOT_THE_LINE: Final = ("position", "schedule")
"""What moves on a line without anybody having changed it: its place, and the parts that the back-end promises."""
_AMOUNT: Final = ("product", "unit", "quantity", "quantities.cancelled")
"""What says how much of a product a line orders."""


@dataclass(slots=True)
class _Touched:
    header: set[str] = field(default_factory=lambda: set(_EVERY_CHANGE))
    lines: set[str] = field(default_factory=set)
    of_every_line: set[str] = field(default_factory=set)
    added: bool = False


def standing_in_the_way(
    before: OrderFields,
    expected: OrderFields,
    amendments: Sequence[Amendment],
    current: OrderFields,
    *,
    lasting_ids: bool = True,
) -> tuple[Difference, ...]:
    """What has moved since a change from ``before`` to ``expected`` was planned, if the change touches some of it.

    Empty where it touches nothing of it: then it may be made on what stands now.  Otherwise all that has moved, what
    the change touches first.  Lines in ``amendments`` are named by their ids; where these do not last
    (``lasting_ids``), whatever has moved among the lines is touched.
    """
    what = moved(before, current)
    touched = _touched(amendments)
    products = _products_added(before, expected) if touched.added else frozenset()
    mine = [
        each
        for each in what
        if _is_touched(each, touched, products, before, current)
        or (not lasting_ids and touched.lines and each.line_id is not None)
    ]
    return (*mine, *(each for each in what if each not in mine)) if mine else ()


def _touched(amendments: Iterable[Amendment]) -> _Touched:
    found = _Touched()
    for each in amendments:
        line = getattr(each, "line", None)
        if isinstance(each, AddLine):
            found.added = True
        elif isinstance(each, AddNote):
            continue  # one more note, whatever others there are
        elif isinstance(each, ChangeAddress):
            found.header |= {name for name in ("ship_to", "bill_to") if getattr(each, name) is not None}
        elif isinstance(each, ChangeHeader):
            found.header |= {*each.changes, *(f"custom.{name}" for name in each.custom)}
        elif isinstance(each, PlaceHold | ReleaseHold):
            found.header.add("holds")
        elif line is None and isinstance(each, ChangeDate | ChangeWarehouse):
            name = "requested" if isinstance(each, ChangeDate) else "warehouse"
            found.header.add(name)
            found.of_every_line.add(name)
        if isinstance(line, str):
            found.lines.add(line)
    return found


def _products_added(before: OrderFields, expected: OrderFields) -> frozenset[str | None]:
    known = {line.id for line in before.lines}
    return frozenset(line.product for line in expected.lines if line.id not in known)


def _is_touched(
    moved_: Difference,
    touched: _Touched,
    products: frozenset[str | None],
    before: OrderFields,
    current: OrderFields,
) -> bool:
    if moved_.line_id is None:
        return _of_header(moved_, touched)
    _, _, place = moved_.path.partition(".")
    _, _, name = place.partition(".")  # empty for a line that has come or gone
    whole = moved_.kind in (DifferenceKind.ADDED, DifferenceKind.MISSING)
    if moved_.line_id in touched.lines:
        return name not in _NOT_THE_LINE and not _is_a_hold_of_all(name, moved_)
    if name in touched.of_every_line or (touched.of_every_line and moved_.kind is DifferenceKind.ADDED):
        return True
    if not whole and name not in _AMOUNT:
        return False
    return not products.isdisjoint(_products_of(moved_.line_id, (before, current)))


def _of_header(moved_: Difference, touched: _Touched) -> bool:
    name = moved_.path.partition(".")[2]
    if name == "status":
        return moved_.stored in _CLOSED
    return any(name == each or name.startswith(f"{each}.") for each in touched.header)


def _is_a_hold_of_all(name: str, moved_: Difference) -> bool:
    held = OrderStatus.ON_HOLD in (moved_.sent, moved_.stored)
    return name == "status" and held and moved_.stored not in _CLOSED


def _products_of(line_id: str, orders: Iterable[OrderFields]) -> set[str | None]:
    found: list[OrderLine] = [line for order in orders for line in order.lines if line.id == line_id]
    return {line.product for line in found}
