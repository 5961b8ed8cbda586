"""One example of each kind of amendment, with what must be true of the order afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from ...models import (
    AddLine,
    AddNote,
    Amendment,
    CancelLine,
    ChangeAddress,
    ChangeDate,
    ChangeDiscount,
    ChangeHeader,
    ChangePrice,
    ChangeQuantity,
    ChangeWarehouse,
    Discount,
    Order,
    OrderStatus,
    PlaceHold,
    ReleaseHold,
    SplitLine,
    SubstituteProduct,
)
from .compare import content, line_of, ordered, same_price, untouched
from .desk import QUARRY, Desk, eur

Made = tuple[Amendment, Callable[[Any], None]]
"""An amendment, and the assertions about the order after it."""


@dataclass(frozen=True, slots=True)
class Change:
    """An example of one operation: ``make(desk, book, order)``; ``before`` prepares the order."""

    make: Callable[[Desk, str, Any], Made]
    before: Callable[[Desk, str, Any], Any] = lambda desk, book, order: order


def _prefix(book: str) -> str:
    return "order" if book == "orders" else "purchase_order"


_HEADER_FIELDS: Final = (
    ("customer_po", "PO-CHANGED"),
    ("supplier_reference", "REF-CHANGED"),
    ("payment_terms", "N60"),
    ("delivery_terms", "FCA"),
)


def _header(desk: Desk, book: str, order: Any) -> Made:
    prefix = _prefix(book)
    fitting = [
        (name, value)
        for name, value in _HEADER_FIELDS
        if (name != "customer_po" or book == "orders")
        and (name != "supplier_reference" or book != "orders")
        and desk.keeps(f"{prefix}.{name}")
    ]
    assert fitting, "change_header is claimed, and no header field can be kept"
    name, value = fitting[0]
    change: dict[str, Any] = {name: value}

    def after(changed: Any) -> None:
        assert getattr(changed, name) == value
        untouched(order, changed, name)

    return ChangeHeader(**change, reason="customer called"), after


def _quantity(desk: Desk, book: str, order: Any) -> Made:
    line = line_of(order, desk.valve)

    def after(changed: Any) -> None:
        assert ordered(line_of(changed, desk.valve)) == 10
        untouched(order, changed, desk.valve)

    return ChangeQuantity(line=line, to=10, reason="customer called"), after


def _price(desk: Desk, book: str, order: Any) -> Made:
    def after(changed: Any) -> None:
        assert same_price(line_of(changed, desk.valve).price, eur("9.90"))
        assert ordered(line_of(changed, desk.valve)) == 12
        untouched(order, changed, desk.valve)

    return ChangePrice(line=line_of(order, desk.valve), to=eur("9.90")), after


def _date(desk: Desk, book: str, order: Any) -> Made:
    day = desk.today() + timedelta(days=30)

    def after(changed: Any) -> None:
        assert {line.requested for line in changed.lines} == {day}
        assert content(changed) == content(order)

    return ChangeDate(to=day), after


def _discount(desk: Desk, book: str, order: Any) -> Made:
    def after(changed: Any) -> None:
        discount = line_of(changed, desk.valve).discount
        assert discount is not None
        if discount.amount is None:
            assert discount.percent == 5
        else:  # held as the amount that it comes to
            line = line_of(changed, desk.valve)
            assert line.price is not None
            assert discount.amount.amount == line.price.amount * line.quantities.ordered * 5 / 100
        untouched(order, changed, desk.valve)

    return ChangeDiscount(line=line_of(order, desk.valve), to=Discount(percent=Decimal(5))), after


def _warehouse(desk: Desk, book: str, order: Any) -> Made:
    place = desk.profile.warehouses[1]

    def after(changed: Any) -> None:
        assert {line.warehouse or changed.warehouse for line in changed.lines} == {place}
        assert content(changed) == content(order)

    return ChangeWarehouse(to=place), after


def _address(desk: Desk, book: str, order: Any) -> Made:
    def after(changed: Any) -> None:
        assert changed.ship_to == QUARRY
        untouched(order, changed, "ship_to")

    return ChangeAddress(ship_to=QUARRY), after


def _note(desk: Desk, book: str, order: Any) -> Made:
    def after(changed: Any) -> None:
        assert any("ring before delivery" in note for note in changed.notes)
        untouched(order, changed, "notes")

    return AddNote(text="ring before delivery"), after


def _add(desk: Desk, book: str, order: Any) -> Made:
    product = desk.new_product(name="Gasket", price=eur("1.10"))
    new = (desk.line if book == "orders" else desk.purchase_line)(product, 7, price=eur("1.10"))

    def after(changed: Any) -> None:
        assert ordered(line_of(changed, product)) == 7
        assert len(changed.lines) == len(order.lines) + 1
        untouched(order, changed, product)

    return AddLine(line=new), after


def _substitute(desk: Desk, book: str, order: Any) -> Made:
    other = desk.new_product(name="Ball valve 20 mm, brass")

    def after(changed: Any) -> None:
        assert ordered(line_of(changed, other)) == 12
        assert (desk.valve, Decimal(12)) not in content(changed)
        untouched(order, changed, desk.valve, other)

    return SubstituteProduct(line=line_of(order, desk.valve), to=other), after


def _split(desk: Desk, book: str, order: Any) -> Made:
    later = desk.today() + timedelta(days=21)

    def after(changed: Any) -> None:
        parts = [line for line in changed.lines if line.product == desk.valve and ordered(line) > 0]
        assert sorted(ordered(part) for part in parts) == [5, 7]
        assert next(part for part in parts if ordered(part) == 5).requested == later
        untouched(order, changed, desk.valve)

    return SplitLine(line=line_of(order, desk.valve), quantity=5, requested=later), after


def _cancel_line(desk: Desk, book: str, order: Any) -> Made:
    def after(changed: Any) -> None:
        assert content(changed) == [(desk.pump, Decimal(2))]
        assert changed.status is not OrderStatus.CANCELLED
        untouched(order, changed, desk.valve)

    return CancelLine(line=line_of(order, desk.valve), reason="not needed any more"), after


def _kind(desk: Desk, book: str) -> str:
    return (desk.capabilities.operation(f"{book}.hold").values or ("delivery",))[0]


def _hold(desk: Desk, book: str, order: Any) -> Made:
    kind = _kind(desk, book)

    def after(changed: Any) -> None:
        assert [hold.kind for hold in changed.holds] == [kind]
        assert changed.status is OrderStatus.ON_HOLD
        untouched(order, changed)

    return PlaceHold(kind=kind, reason="credit is being checked"), after


def _release(desk: Desk, book: str, order: Any) -> Made:
    def after(changed: Any) -> None:
        assert changed.holds == ()
        assert changed.status is not OrderStatus.ON_HOLD

    return ReleaseHold(kind=_kind(desk, book)), after


def _held(desk: Desk, book: str, order: Any) -> Any:
    return desk.verbs(book).amend(order, PlaceHold(kind=_kind(desk, book))).stored


CHANGES: Final[Mapping[str, Change]] = MappingProxyType(
    {
        "change_header": Change(_header),
        "change_quantity": Change(_quantity),
        "change_price": Change(_price),
        "change_date": Change(_date),
        "change_discount": Change(_discount),
        "change_warehouse": Change(_warehouse),
        "change_address": Change(_address),
        "add_note": Change(_note),
        "add_line": Change(_add),
        "substitute_product": Change(_substitute),
        "split_line": Change(_split),
        "cancel_line": Change(_cancel_line),
        "hold": Change(_hold),
        "release": Change(_release, before=_held),
    }
)
"""Every amendment, by its operation."""


def example_of(
    desk: Desk, operation: str, book: str = "orders"
) -> tuple[Any, Amendment, Callable[[Any], None]]:
    """An order, an amendment of it, and what must hold afterwards; skips where the back-end does not offer it."""
    change = CHANGES[operation]
    desk.needs(f"{book}.{operation}")
    order: Order = change.before(desk, book, desk.two_lines(book))
    amendment, after = change.make(desk, book, order)
    return order, amendment, after
