"""Shipments, goods receipts, confirmations and returns: posted once, whatever happens to the answer."""

from __future__ import annotations

from datetime import date

import pytest

import erp_connect as ec

FAULTS = ["lose_reply", "lose_request"]


@pytest.fixture
def placed(shop, erp):
    return erp.orders.create(shop.order(shop.line(quantity=10), shop.line("PUMP-5", quantity=2))).order


def until_told(shop, call):
    """What the call ends with, repeated as long as nobody knows."""
    for _ in range(4):
        try:
            return call()
        except ec.errors.OutcomeUnknown as unknown:
            shop.later(unknown.retry_after + 1)
    raise AssertionError("it is never told")


# -- shipments -------------------------------------------------------------------------------------------


def test_a_shipment_carries_its_tracking_number(shop, erp, placed):
    parcel = ec.Package(tracking_number="1Z-4711", carrier="UPS")
    receipt = erp.shipments.post(placed, {1: 4}, parcel)
    assert receipt.stored.tracking_numbers == ("1Z-4711",)
    tracking = erp.orders.track(placed.id)
    assert tracking.status is ec.OrderStatus.PARTLY_SHIPPED
    assert [shipment.id for shipment in tracking.shipments] == [receipt.stored.id]
    assert erp.shipments.of(placed) == (receipt.stored,)


def test_without_lines_all_that_is_open_leaves(shop, erp, placed):
    erp.shipments.post(placed.id, {placed.lines[0]: 4})
    rest = erp.shipments.post(placed.id, None, key="rest")
    assert [line.quantity for line in rest.stored.lines] == [6, 2]
    again = erp.shipments.post(placed.id, None, key="rest")
    assert again.replayed
    assert again.stored == rest.stored
    with pytest.raises(ec.errors.TransitionNotAllowed):
        erp.shipments.post(placed.id)
    assert len(shop.world.shipments.all()) == 2


def test_more_than_is_open_and_held_orders_do_not_leave(shop, erp, placed):
    with pytest.raises(ec.errors.InvalidOrder):
        erp.shipments.post(placed, {1: 11})
    erp.orders.amend(placed, ec.PlaceHold(kind="delivery"))
    with pytest.raises(ec.errors.TransitionNotAllowed):
        erp.shipments.post(placed.id)
    assert shop.world.shipments.all() == ()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("lines", [None, {1: 4}])
@pytest.mark.parametrize("like", [None, "no_version", "enforced", "late_commit", "sage200", "x3", "crm"])
def test_a_shipment_whose_answer_is_lost_leaves_once(shop, like, lines, fault):
    erp = shop.connect(like)
    placed = erp.orders.create(shop.order(shop.line(quantity=10))).order
    wished = None if lines is None or like == "crm" else {placed.lines[0]: 4}
    getattr(shop.faults, fault)("shipments.post")
    receipt = until_told(shop, lambda: erp.shipments.post(placed.id, wished, key="k"))
    shop.later(1000)
    (stands,) = shop.standing
    assert stands.lines[0].quantities.shipped == (10 if wished is None else 4)
    assert [line.quantity for line in receipt.stored.lines] == [stands.lines[0].quantities.shipped]
    assert erp.shipments.post(placed.id, wished, key="k").replayed


def test_a_second_equal_shipment_is_not_taken_for_the_first(shop, erp, placed):
    first = erp.shipments.post(placed.id, {1: 3}, key="monday")
    shop.faults.lose_reply("shipments.post")
    second = erp.shipments.post(placed.id, {1: 3}, key="tuesday")
    assert first.stored.id != second.stored.id
    assert shop.standing[0].lines[0].quantities.shipped == 6


def test_a_posting_goes_on_when_somebody_looked_at_the_order_meanwhile(shop, erp, placed):
    touch = erp._context.adapter.touch
    shop.faults.rival("shipments.post", lambda: touch(placed.id))
    assert [line.quantity for line in erp.shipments.post(placed, {1: 4}).stored.lines] == [4]
    assert shop.standing[0].lines[0].quantities.shipped == 4


# -- purchase orders -------------------------------------------------------------------------------------


@pytest.fixture
def bought(shop, erp):
    return erp.purchase_orders.create(shop.purchase()).order


def test_a_supplier_confirms_dates_and_quantities(shop, erp, bought):
    promised = date(2026, 4, 1)
    receipt = erp.purchase_orders.confirm(bought, {1: promised}, key="k")
    assert receipt.order.lines[0].promised == promised
    assert erp.purchase_orders.confirm(bought.id, {1: promised}, key="k").replayed
    partly = ec.LineConfirmation(line=bought.lines[0].id, quantity=30, date=promised)
    assert erp.purchase_orders.confirm(bought.id, [partly]).order.lines[0].quantities.confirmed == 30
    with pytest.raises(ec.errors.InvalidOrder):
        erp.purchase_orders.confirm(bought.id, [])


def test_a_confirmation_holds_to_what_counts_and_not_to_the_version_token(shop, erp, bought):
    erp._context.adapter.purchase_orders.touch(bought.id)
    promised = date(2026, 4, 1)
    assert erp.purchase_orders.confirm(bought, {1: promised}).order.lines[0].promised == promised
    with pytest.raises(ec.errors.VersionConflict) as conflict:
        erp.purchase_orders.confirm(bought.but(warehouse="SOUTH"), {1: promised})
    assert "purchase_order.warehouse" in [d.path for d in conflict.value.diff]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("like", [None, "no_version", "late_commit"])
def test_a_confirmation_whose_answer_is_lost_is_entered(shop, like, fault):
    erp = shop.connect(like)
    bought = erp.purchase_orders.create(shop.purchase()).order
    getattr(shop.faults, fault)("purchase_orders.confirm")
    promise = {1: date(2026, 4, 1)}
    receipt = until_told(shop, lambda: erp.purchase_orders.confirm(bought.id, promise, key="k"))
    assert receipt.order.lines[0].promised == date(2026, 4, 1)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("like", [None, "no_version", "enforced", "late_commit"])
def test_goods_arrive_once(shop, like, fault):
    erp = shop.connect(like)
    bought = erp.purchase_orders.create(shop.purchase()).order
    getattr(shop.faults, fault)("purchase_orders.receive")
    receipt = until_told(shop, lambda: erp.purchase_orders.receive(bought.id, {1: 15}, key="k"))
    shop.later(1000)
    shop.standing  # noqa: B018 (what runs late runs now)
    assert [line.quantity for line in receipt.stored.lines] == [15]
    assert erp.goods_receipts.of(bought) == (receipt.stored,)
    assert erp.purchase_orders.receive(bought.id, {1: 15}, key="k").replayed
    rest = erp.purchase_orders.receive(bought.id, None)
    assert [line.quantity for line in rest.stored.lines] == [25]
    with pytest.raises(ec.errors.TransitionNotAllowed):
        erp.purchase_orders.receive(bought.id, None)


# -- returns ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("like", [None, "no_version", "late_commit", "lagging_search"])
def test_goods_come_back_once(shop, like, fault):
    erp = shop.connect(like)
    placed = erp.orders.create(shop.order(shop.line(quantity=10))).order
    erp.shipments.post(placed.id, {1: 8})
    getattr(shop.faults, fault)("returns.create")
    draft = ec.ReturnDraft(order=placed.id, lines={1: 3}, reason="damaged")
    receipt = until_told(shop, lambda: erp.returns.create(draft, key="k"))
    shop.later(1000)
    assert len(shop.standing) == 1
    assert erp.returns.of(placed) == (receipt.stored,)
    assert erp.returns.get(receipt.stored.id).reason == "damaged"
    assert erp.returns.create(draft, key="k").replayed
    with pytest.raises(ec.errors.KeyReused):
        erp.returns.create(ec.ReturnDraft(order=placed.id, lines={1: 4}, reason="damaged"), key="k")


def test_a_return_without_lines_is_all_that_was_shipped(shop, erp, placed):
    with pytest.raises(ec.errors.TransitionNotAllowed):
        erp.returns.create(ec.ReturnDraft(order=placed, lines=None, reason="damaged"))
    erp.shipments.post(placed.id, {1: 8, 2: 1})
    back = erp.returns.create(ec.ReturnDraft(order=placed.id, lines=None, reason="damaged"))
    assert [line.quantity for line in back.stored.lines] == [8, 1]


def test_what_was_done_to_an_order_is_told_in_its_order(shop, placed):
    erp = shop.connect(actor="Ada")
    erp.orders.amend(placed.id, ec.ChangeQuantity(line=1, to=9, reason="customer called"))
    erp.shipments.post(placed.id, {1: 4})
    erp.returns.create(ec.ReturnDraft(order=placed.id, lines={1: 1}, reason="damaged"))
    erp.orders.cancel(placed.id, "enough")
    told = erp.history(placed.id)
    assert [entry.operation for entry in told] == [
        "orders.create",
        "orders.amend",
        "shipments.post",
        "returns.create",
        "orders.cancel",
    ]
    assert [(entry.actor, entry.reason) for entry in told[1:]] == [
        ("Ada", "customer called"),
        ("Ada", None),
        ("Ada", "damaged"),
        ("Ada", "enough"),
    ]
    assert told[1].before["order.lines[0].quantity"] == 10
    assert told[1].after["order.lines[0].quantity"] == 9
