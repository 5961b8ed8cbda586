"""Shipments, invoices, returns, purchase orders and their receipts."""

from __future__ import annotations

from datetime import date

import pytest

from erp_connect.adapters.contract import OrderRef
from erp_connect.errors import (
    DuplicateReference,
    InvalidOrder,
    NotFound,
    TransitionNotAllowed,
    VersionConflict,
)
from erp_connect.models import (
    AddNote,
    EventKind,
    LineConfirmation,
    LineQuantity,
    OrderStatus,
    Package,
    ReturnDraft,
    ReturnStatus,
)


def test_a_shipment_moves_stock_and_the_order(shop) -> None:
    order = shop.create(shop.draft(shop.line(quantity=5)))
    package = Package(tracking_number="1Z999", carrier="UPS")
    part = LineQuantity(line=order.lines[0].id, quantity=2)
    written = shop.ship(order, part, packages=(package,))
    assert written.stored.tracking_numbers == ("1Z999",)
    now = shop.orders.get(order.id)
    assert now.status is OrderStatus.PARTLY_SHIPPED
    assert now.lines[0].quantities.shipped == 2
    assert shop.world.levels("VALVE-20")["MAIN"].on_hand == 98
    assert shop.world.levels("VALVE-20")[None].reserved == 3
    shop.ship(now)
    assert shop.orders.get(order.id).status is OrderStatus.SHIPPED
    assert len(shop.adapter.shipments.of(shop.ref(order))) == 2


def test_stock_is_counted_in_the_products_own_unit(shop) -> None:
    order = shop.create(shop.draft(shop.line(quantity=3, unit="XBX")))
    shop.ship(order)
    assert shop.world.levels("VALVE-20")["MAIN"].on_hand == 70


def test_more_than_is_open_cannot_be_shipped(shop) -> None:
    order = shop.create(shop.draft(shop.line(quantity=5)))
    with pytest.raises(InvalidOrder):
        shop.ship(order, LineQuantity(line=order.lines[0].id, quantity=6))
    assert shop.adapter.shipments.of(shop.ref(order)) == ()
    assert shop.world.levels("VALVE-20")["MAIN"].on_hand == 100


def test_the_same_shipment_is_posted_once(shop) -> None:
    order = shop.create(shop.draft(shop.line(quantity=5)))
    write, part = shop.write("shipments.post"), (LineQuantity(line=order.lines[0].id, quantity=2),)
    first = shop.adapter.shipments.post(order, part, (), write)
    with pytest.raises(DuplicateReference) as caught:
        shop.adapter.shipments.post(order, part, (), write)
    assert caught.value.native == (first.id,)
    assert shop.orders.get(order.id).lines[0].quantities.shipped == 2


def test_an_invoice_completes_an_order_that_has_left(shop) -> None:
    order = shop.create(shop.draft(shop.line(quantity=4)))
    shop.ship(order)
    invoice = shop.adapter.invoices.post(order.id)
    assert shop.adapter.invoices.of(shop.ref(order)) == (invoice,)
    assert invoice.net.amount == 50
    done = shop.orders.get(order.id)
    assert done.status is OrderStatus.COMPLETED
    assert [event.kind for event in shop.orders.events(None)] == [
        *(EventKind.CREATED, EventKind.SHIPPED, EventKind.INVOICED, EventKind.COMPLETED)
    ]


def test_a_return_takes_back_no_more_than_was_shipped(shop) -> None:
    order = shop.create(shop.draft(shop.line(quantity=5)))
    line = order.lines[0].id
    draft = ReturnDraft(order=order.id, lines={line: 2}, reason="damaged")
    with pytest.raises(TransitionNotAllowed):
        shop.adapter.returns.create(draft, shop.write("returns.create"))
    shop.ship(order)
    write = shop.write("returns.create")
    written = shop.adapter.returns.create(draft, write)
    assert written.stored.status is ReturnStatus.REQUESTED
    assert shop.orders.get(order.id).lines[0].quantities.returned == 2
    assert shop.adapter.returns.get(written.id) == written.stored
    assert shop.adapter.returns.of(shop.ref(order)) == (written.stored,)
    assert shop.adapter.returns.find(write.stamp) == (written.stored,)
    assert shop.adapter.returns.find("NOBODY") == ()
    with pytest.raises(DuplicateReference):
        shop.adapter.returns.create(draft, write)
    with pytest.raises(InvalidOrder):
        shop.adapter.returns.create(
            ReturnDraft(order=order.id, lines={line: 4}, reason="too many"), shop.write("returns.create")
        )


def test_papers_of_an_order_that_does_not_exist_are_not_found(shop) -> None:
    for book in (shop.adapter.shipments, shop.adapter.invoices, shop.adapter.returns):
        with pytest.raises(NotFound):
            book.of(OrderRef(id="order-404"))
    with pytest.raises(NotFound):
        shop.adapter.returns.get("return-404")


def test_papers_are_found_by_the_orders_number_as_well(shop) -> None:
    order = shop.create(shop.draft(shop.line(quantity=5)))
    shop.ship(order)
    assert len(shop.adapter.shipments.of(OrderRef(id="unknown", number=order.number))) == 1


def test_a_purchase_order_is_confirmed_and_received(shop) -> None:
    order = shop.buy()
    line = order.lines[0].id
    assert order.supplier == "S-200"
    assert shop.world.levels("VALVE-20")["MAIN"].incoming == 40
    confirmed = shop.purchase_orders.confirm(
        order,
        [LineConfirmation(line=line, quantity=40, date=date(2026, 3, 9))],
        shop.write("purchase_orders.confirm"),
    ).stored
    assert confirmed.status is OrderStatus.CONFIRMED
    assert confirmed.lines[0].promised == date(2026, 3, 9)
    receipt = shop.purchase_orders.receive(
        confirmed, [LineQuantity(line=line, quantity=30)], shop.write("purchase_orders.receive")
    ).stored
    assert shop.world.levels("VALVE-20")["MAIN"].on_hand == 130
    assert shop.world.levels("VALVE-20")["MAIN"].incoming == 10
    assert shop.adapter.goods_receipts.of(shop.ref(order)) == (receipt,)
    rest = shop.purchase_orders.get(order.id)
    assert rest.lines[0].quantities.delivered == 30
    with pytest.raises(InvalidOrder):
        shop.purchase_orders.receive(
            rest, [LineQuantity(line=line, quantity=11)], shop.write("purchase_orders.receive")
        )
    kinds = [event.kind for event in shop.purchase_orders.events(None)]
    assert kinds == [EventKind.CREATED, EventKind.CONFIRMED, EventKind.RECEIVED]


def test_a_receipt_holds_to_the_version_it_was_counted_against(shop) -> None:
    order = shop.buy()
    shop.purchase_orders.amend(order, [AddNote(text="call first")], shop.write("purchase_orders.amend"))
    with pytest.raises(VersionConflict):
        shop.purchase_orders.receive(order, [], shop.write("purchase_orders.receive"))
    assert shop.adapter.goods_receipts.of(shop.ref(order)) == ()


def test_the_same_receipt_is_posted_once(shop) -> None:
    order = shop.buy()
    write = shop.write("purchase_orders.receive", force=True)
    part = [LineQuantity(line=order.lines[0].id, quantity=1)]
    shop.purchase_orders.receive(order, part, write)
    with pytest.raises(DuplicateReference):
        shop.purchase_orders.receive(order, part, write)
    assert shop.world.levels("VALVE-20")["MAIN"].on_hand == 101


def test_purchase_orders_have_the_verbs_of_sales_orders(shop) -> None:
    order = shop.buy()
    changed = shop.purchase_orders.amend(
        order, [AddNote(text="call first")], shop.write("purchase_orders.amend")
    ).stored
    assert changed.notes == ("call first",)
    tracked = shop.purchase_orders.track(shop.ref(order))
    assert tracked.order_id == order.id
    gone = shop.purchase_orders.cancel(
        changed, None, shop.write("purchase_orders.cancel", reason="too dear")
    ).stored
    assert gone.status is OrderStatus.CANCELLED
    verdicts = shop.purchase_orders.create_block(
        [(shop.purchase(supplier="S-404"), shop.write()), (shop.purchase(), shop.write())]
    )
    assert [isinstance(each, InvalidOrder) for each in verdicts] == [True, False]
