"""Changing and cancelling over RFC: flags made from values, locks, versions, lost sessions (sap.md 2.5, 2.19)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters.contract import Write
from erp_connect.testing.mocks.sap import fulfilling

from .site import draft, sooner_or_later, valves

CHANGE = "BAPI_SALESORDER_CHANGE"
COMMIT = "BAPI_TRANSACTION_COMMIT"


@pytest.fixture
def order(erp):
    pump = ec.LineDraft(product="PUMP-1", quantity=2, unit="C62")
    return erp.orders.create(draft(valves(), pump, notes=("first note",)), key="order").order


def test_several_changes_are_one_call_and_each_is_kept(erp, world, order):
    day = date(2026, 5, 4)
    changed = erp.orders.amend(
        order,
        ec.ChangeHeader(customer_po="PO-5000", payment_terms="N60", reason="customer called"),
        ec.ChangeQuantity(line=1, to=20),
        ec.ChangePrice(line=1, to=ec.UnitPrice(amount=Decimal("9.90"), currency="EUR")),
        ec.ChangeDate(line=2, to=day),
        ec.ChangeWarehouse(line=2, to="2000"),
        ec.ChangeDiscount(line=2, to=ec.Discount(percent=Decimal(5))),
        ec.AddNote(text="second note"),
        ec.AddLine(line=valves(3, reference="30")),
    ).order
    stored = world.order(order.id)
    assert stored.fields["PURCH_NO_C"] == "PO-5000"
    assert [item.quantity for item in stored.items] == [20, 2, 3]
    assert stored.items[1].fields["PLANT"] == "2000"
    assert changed.lines[0].price.amount == Decimal("9.90")
    assert changed.lines[1].requested == day
    assert changed.lines[1].discount.percent == 5
    assert changed.lines[2].id == "000030"
    assert changed.notes == ("first note", "second note")


def test_a_line_with_several_parts_gives_from_the_last_one(erp, world, order):
    item = world.order(order.id).items[0]
    item.schedule[0].quantity = Decimal(5)
    item.schedule.append(type(item.schedule[0])("0002", "20260601", Decimal(7)))
    changed = erp.orders.amend(order.id, ec.ChangeQuantity(line="000010", to=6)).order
    wanted = [line.quantity for line in world.order(order.id).items[0].schedule if line.quantity]
    assert wanted == [5, 1]
    assert changed.lines[0].quantities.ordered == 6
    erp.orders.amend(order.id, ec.ChangeQuantity(line="000010", to=4))
    wanted = [line.quantity for line in world.order(order.id).items[0].schedule if line.quantity]
    assert wanted == [4]


def test_a_discount_is_changed_and_taken_away(erp, order):
    line = order.lines[0].id
    erp.orders.amend(order.id, ec.ChangeDiscount(line=line, to=ec.Discount(percent=Decimal(10))))
    lower = ec.Discount(percent=Decimal(4))
    once = erp.orders.amend(order.id, ec.ChangeDiscount(line=line, to=lower)).order
    assert once.lines[0].discount == lower
    gone = erp.orders.amend(order.id, ec.ChangeDiscount(line=line, to=ec.EMPTY)).order
    assert gone.lines[0].discount is None
    assert gone.net == order.net


def test_a_substitute_is_added_and_the_old_line_rejected(erp, world, order):
    changed = erp.orders.amend(order, ec.SubstituteProduct(line=1, to="PUMP-1", reason="sold out")).order
    assert [(line.product, line.quantities.open) for line in changed.lines] == [
        ("62", 0),
        ("PUMP-1", 2),
        ("PUMP-1", 12),
    ]
    assert world.order(order.id).items[0].rejection == "Z1"


def test_a_split_moves_a_part_to_a_line_of_its_own(erp, order):
    later = date(2026, 6, 1)
    changed = erp.orders.amend(order, ec.SplitLine(line=1, quantity=5, requested=later)).order
    assert [line.quantities.ordered for line in changed.lines] == [7, 2, 5]
    assert changed.lines[2].requested == later


def test_holds_are_blocks_with_the_sites_codes(erp, world, order):
    held = erp.orders.amend(order, ec.PlaceHold(kind="delivery", reason="wait")).order
    assert world.order(order.id).fields["DLV_BLOCK"] == "01"
    assert held.status is ec.OrderStatus.ON_HOLD
    free = erp.orders.amend(held, ec.ReleaseHold(kind="delivery")).order
    assert free.holds == ()
    line = erp.orders.amend(free, ec.PlaceHold(kind="billing", line=2)).order
    assert [(hold.kind, hold.line_id) for hold in line.lines[1].holds] == [("billing", "000020")]
    with pytest.raises(errors.ErpConnectError):
        erp.orders.amend(line.id, ec.PlaceHold(kind="credit"))


def test_a_cancelled_order_is_kept_with_every_item_rejected(erp, world, order):
    gone = erp.orders.cancel(order, "withdrawn").order
    assert {item.rejection for item in world.order(order.id).items} == {"Z1"}
    assert gone.status is ec.OrderStatus.CANCELLED
    assert [line.quantities.cancelled for line in gone.lines] == [12, 2]


def test_the_words_of_a_reason_choose_its_code(connect, world):
    erp = connect(rejection_reasons="too expensive=02, late=03")
    order = erp.orders.create(draft(valves(), valves(2)), key="order").order
    erp.orders.cancel(order.id, "came too LATE", lines=[1])
    assert [item.rejection for item in world.order(order.id).items] == ["03", ""]


def test_what_was_shipped_is_not_cancelled(erp, world, order):
    number = fulfilling.deliver(world, order.id, {"000010": Decimal(5)})
    fulfilling.post_goods_issue(world, number)
    gone = erp.orders.cancel(order.id, "the rest is not needed").order
    assert [line.quantities.cancelled for line in gone.lines] == [7, 2]
    assert gone.lines[0].quantities.shipped == 5


def test_a_locked_order_can_be_tried_again(erp, world, order):
    world.open_in_dialog(order.id.zfill(10), "MILLER")
    with pytest.raises(errors.RecordLocked) as caught:
        erp.orders.amend(order, ec.ChangeQuantity(line=1, to=3))
    assert caught.value.retryable
    assert caught.value.outcome == "not_applied"
    world.leave_dialog(order.id.zfill(10))
    assert erp.orders.amend(order, ec.ChangeQuantity(line=1, to=3)).order.lines[0].quantities.ordered == 3


def test_a_rivals_change_is_a_conflict_and_nothing_is_overwritten(erp, connect, order):
    connect().orders.amend(order.id, ec.ChangeQuantity(line="000010", to=30))
    with pytest.raises(errors.VersionConflict):
        erp.orders.amend(order, ec.ChangeQuantity(line=1, to=3))
    assert erp.orders.get(order.id).lines[0].quantities.ordered == 30


def test_the_adapter_itself_holds_to_the_version_and_lets_it_go_by_force(erp, world, order):
    erp.orders.amend(order.id, ec.ChangeQuantity(line="000010", to=30))
    book, change = erp._context.adapter.orders, ec.ChangeQuantity(line="000010", to=3)
    write = Write(key="k", stamp="A" * 12, operation="orders.amend", correlation_id="c")
    with pytest.raises(errors.VersionConflict) as caught:
        book.amend(order, [change], write)
    assert any("quantity" in each.path for each in caught.value.diff)
    with pytest.raises(errors.VersionConflict):
        book.cancel(order, None, write)
    assert world.order(order.id).items[0].quantity == 30
    book.amend(order, [change], replace(write, force=True))
    assert world.order(order.id).items[0].quantity == 3


def test_one_bad_change_spoils_the_others(erp, world, order):
    with pytest.raises(errors.RequestRefused):
        erp.orders.amend(
            order,
            ec.ChangeQuantity(line=1, to=3),
            ec.AddLine(line=ec.LineDraft(product="404", quantity=1, unit="C62")),
        )
    assert erp.orders.get(order.id).version == order.version
    assert not world.locks


@pytest.mark.parametrize("function", [CHANGE, COMMIT])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("kind", ["line", "dump", "message", "time"])
def test_whatever_breaks_a_line_is_added_once(erp, world, clock, order, function, moment, kind):
    faults, after = world.faults, moment == "after"
    match kind:
        case "line":
            (faults.lose_reply if after else faults.lose_request)(function)
        case "dump":
            faults.dump(function, moment=moment)
        case "message":
            faults.message(function, moment=moment)
        case "time":
            faults.hang(function, 100, executed=after)
    change = ec.AddLine(line=valves(3))
    sooner_or_later(lambda: erp.orders.amend(order.id, change, key="add"), clock, in_doubt=function == COMMIT)
    clock.sleep(1000)
    assert [item.quantity for item in world.order(order.id).items] == [12, 2, 3]


def test_a_session_lost_between_change_and_commit_changes_nothing(erp, world, order):
    world.faults.dump(CHANGE, moment="after")
    with pytest.raises(errors.TransportError) as caught:
        erp.orders.amend(order, ec.ChangeQuantity(line=1, to=3))
    assert caught.value.outcome == "not_applied"
    assert erp.orders.get(order.id).lines[0].quantities.ordered == 12
