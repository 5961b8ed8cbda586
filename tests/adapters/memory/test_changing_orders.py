"""Amending and cancelling on the memory adapter without limits, and holding to the version planned on."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest

from erp_connect.errors import InvalidOrder, NotFound, TransitionNotAllowed, VersionConflict
from erp_connect.models import (
    AddLine,
    AddNote,
    Address,
    CancelLine,
    ChangeAddress,
    ChangeDate,
    ChangeDiscount,
    ChangeHeader,
    ChangePrice,
    ChangeQuantity,
    ChangeWarehouse,
    Discount,
    EventKind,
    OrderStatus,
    PlaceHold,
    ReleaseHold,
    SplitLine,
    SubstituteProduct,
)


def kinds(shop) -> list[EventKind]:
    return [event.kind for event in shop.orders.events(None)]


def test_several_amendments_are_one_change(shop) -> None:
    order = shop.create()
    line = order.lines[0].id
    changed = shop.amend(
        order,
        ChangeQuantity(line=line, to=8),
        ChangePrice(line=line, to=shop.eur("11")),
        AddLine(line=shop.line("PUMP-5", 1)),
        ChangeHeader(customer_po="PO-2"),
    )
    assert changed.lines[0].quantities.ordered == 8
    assert changed.net.amount == Decimal("328.00")
    assert [each.product for each in changed.lines] == ["VALVE-20", "PUMP-5"]
    assert changed.customer_po == "PO-2"
    assert changed.version != order.version
    assert kinds(shop) == [EventKind.CREATED, EventKind.AMENDED]


def test_when_one_amendment_is_refused_none_is_made(shop) -> None:
    order = shop.create()
    with pytest.raises(InvalidOrder) as caught:
        shop.amend(order, ChangeHeader(customer_po="PO-2"), AddLine(line=shop.line("NOPE")))
    assert caught.value.outcome == "not_applied"
    assert shop.orders.get(order.id) == order


def test_every_amendment_finds_its_place(shop) -> None:
    order = shop.create(shop.draft(shop.line(quantity=6), shop.line("PUMP-5", 2)))
    valve, pump = order.lines
    shop.world.set_stock("VALVE-20", "EAST", 5)
    elsewhere = Address(name="New", lines=("Gate 1",), city="Bonn", postal_code="53111", country="DE")
    changed = shop.amend(
        order,
        ChangeDate(line=valve.id, to=date(2026, 4, 1)),
        ChangeDiscount(line=valve.id, to=Discount(percent=10)),
        ChangeWarehouse(line=valve.id, to="EAST"),
        ChangeAddress(ship_to=elsewhere),
        AddNote(text="ring the bell"),
        CancelLine(line=pump.id, reason="not needed"),
    )
    assert changed.lines[0].requested == date(2026, 4, 1)
    assert changed.lines[0].discount == Discount(percent=10)
    assert changed.lines[0].warehouse == "EAST"
    assert changed.ship_to == elsewhere
    assert changed.notes == ("ring the bell",)
    assert changed.lines[1].quantities.cancelled == 2
    assert changed.lines[1].status is OrderStatus.CANCELLED


def test_substituted_and_split_lines_say_what_took_their_place(shop) -> None:
    order = shop.create(shop.draft(shop.line(quantity=10)))
    line = order.lines[0].id
    split = shop.orders.amend(
        order, [SplitLine(line=line, quantity=4, requested=date(2026, 5, 1))], shop.write("orders.amend")
    )
    assert [each.quantities.ordered for each in split.stored.lines] == [6, 4]
    assert set(split.replaced[line]) == {each.id for each in split.stored.lines}
    swapped = shop.orders.amend(
        split.stored, [SubstituteProduct(line=line, to="PUMP-5")], shop.write("orders.amend")
    )
    assert swapped.replaced[line]
    assert {each.id for each in swapped.stored.lines} >= set(swapped.replaced[line])


def test_a_hold_stops_the_order_until_it_is_released(shop) -> None:
    order = shop.amend(shop.create(), PlaceHold(kind="delivery", reason="wait"))
    assert order.status is OrderStatus.ON_HOLD
    with pytest.raises(TransitionNotAllowed):
        shop.ship(order)
    assert shop.amend(order, ReleaseHold(kind="delivery")).status is OrderStatus.SUBMITTED
    assert kinds(shop) == [EventKind.CREATED, EventKind.HELD, EventKind.RELEASED]


def test_a_change_planned_on_an_old_version_is_refused(shop) -> None:
    order = shop.create()
    shop.amend(order, ChangeQuantity(line=order.lines[0].id, to=7))
    with pytest.raises(VersionConflict) as caught:
        shop.amend(order, AddNote(text="late"))
    assert caught.value.diff
    with pytest.raises(VersionConflict):
        shop.orders.cancel(order, None, shop.write("orders.cancel", reason="late"))
    assert shop.orders.get(order.id).lines[0].quantities.ordered == 7


def test_force_writes_over_whatever_version_is_there(shop) -> None:
    order = shop.create()
    shop.amend(order, ChangeQuantity(line=order.lines[0].id, to=7))
    changed = shop.amend(order, AddNote(text="late"), force=True)
    assert (changed.lines[0].quantities.ordered, changed.notes) == (7, ("late",))


def test_of_many_threads_on_one_version_one_gets_through(shop) -> None:
    order, outcomes = shop.create(), []
    start = threading.Barrier(6)

    def amend(to: int) -> None:
        start.wait()
        try:
            shop.amend(order, ChangeQuantity(line=order.lines[0].id, to=to))
            outcomes.append("changed")
        except VersionConflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=amend, args=(to,)) for to in range(10, 16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["changed"] + ["conflict"] * 5


def test_a_version_can_move_without_any_change(shop) -> None:
    order = shop.create()
    shop.adapter.touch(order.id)
    touched = shop.orders.get(order.id)
    assert touched.version != order.version
    assert touched.but(version=order.version) == order


def test_a_change_can_be_thought_through_without_being_made(shop) -> None:
    order = shop.create()
    told = shop.orders.simulate_change(order, [ChangeQuantity(line=order.lines[0].id, to=9)])
    assert told.order.lines[0].quantities.ordered == 9
    assert shop.orders.get(order.id) == order


def test_a_cancelled_order_stays_and_says_why(shop) -> None:
    order = shop.create()
    written = shop.orders.cancel(order, None, shop.write("orders.cancel", reason="customer withdrew"))
    assert written.stored.status is OrderStatus.CANCELLED
    assert written.stored.cancel_reason == "customer withdrew"
    with pytest.raises(TransitionNotAllowed):
        shop.orders.cancel(written.stored, None, shop.write("orders.cancel", reason="again"))


def test_cancelling_one_line_leaves_the_others(shop) -> None:
    order = shop.create(shop.draft(shop.line(), shop.line("PUMP-5", 1)))
    written = shop.orders.cancel(order, [order.lines[1].id], shop.write("orders.cancel", reason="one only"))
    assert [line.quantities.cancelled for line in written.stored.lines] == [0, 1]
    assert written.stored.status is OrderStatus.SUBMITTED
    assert written.stored.net.amount == Decimal("62.50")


def test_what_has_been_shipped_cannot_be_cancelled(shop) -> None:
    order = shop.create(shop.draft(shop.line(quantity=5)))
    shop.ship(order)
    with pytest.raises(TransitionNotAllowed):
        shop.orders.cancel(shop.orders.get(order.id), None, shop.write("orders.cancel", reason="late"))


def test_an_order_that_is_not_there_cannot_be_changed(shop) -> None:
    order = shop.create().but(id="order-404")
    with pytest.raises(NotFound):
        shop.amend(order, AddNote(text="hello"))
