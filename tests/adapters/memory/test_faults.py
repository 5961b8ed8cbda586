"""What can go wrong on the way, switch by switch."""

from __future__ import annotations

import pytest

from erp_connect.adapters.contract import Find, Listing
from erp_connect.errors import (
    CreditBlocked,
    PeriodClosed,
    RecordLocked,
    Throttled,
    TransportError,
    VersionConflict,
)
from erp_connect.models import AddNote, ChangeQuantity, CustomerDraft


def refused() -> PeriodClosed:
    return PeriodClosed("the period is closed")


def test_a_refusal_strikes_once_and_does_nothing(shop) -> None:
    shop.faults.refuse("orders.create", refused())
    with pytest.raises(PeriodClosed) as caught:
        shop.orders.create(shop.draft(), shop.write())
    assert caught.value.outcome == "not_applied"
    assert (caught.value.system, caught.value.operation) == ("memory", "orders.create")
    assert shop.all() == []
    assert shop.create().number == "0001"


def test_a_refusal_may_strike_several_times_and_any_verb(shop) -> None:
    shop.faults.refuse("*.create", refused(), times=2)
    for _ in range(2):
        with pytest.raises(PeriodClosed):
            shop.orders.create(shop.draft(), shop.write())
    shop.create()


def test_switches_stay_on_until_they_are_cleared(shop) -> None:
    shop.faults.refuse("orders.*", refused(), times=None)
    for _ in range(3):
        with pytest.raises(PeriodClosed):
            shop.orders.get("order-1")
    shop.faults.clear()
    shop.create()


def test_a_lost_reply_leaves_the_order_behind(shop) -> None:
    write = shop.write()
    shop.faults.lose_reply("orders.create")
    with pytest.raises(TransportError) as caught:
        shop.orders.create(shop.draft(), write)
    assert caught.value.outcome == "unknown"
    assert [order.stamp for order in shop.orders.find(Find(stamp=write.stamp))] == [write.stamp]


def test_the_reply_that_is_lost_may_be_a_refusal(shop) -> None:
    shop.faults.lose_reply("orders.create")
    with pytest.raises(TransportError) as caught:
        shop.orders.create(shop.draft(customer="C-404"), shop.write())
    assert caught.value.outcome == "unknown"
    assert shop.all() == []


def test_a_lost_request_leaves_nothing_and_is_just_as_unknown(shop) -> None:
    shop.faults.lose_request("orders.create")
    with pytest.raises(TransportError) as caught:
        shop.orders.create(shop.draft(), shop.write())
    assert caught.value.outcome == "unknown"
    shop.clock.sleep(3600)
    assert shop.all() == []


def test_a_request_that_was_given_up_may_commit_later(shop) -> None:
    made = []
    write = shop.write(made=lambda native, number: made.append(native))
    shop.faults.commit_late("orders.create", 180)
    with pytest.raises(TransportError):
        shop.orders.create(shop.draft(), write)
    shop.clock.sleep(179)
    assert shop.orders.find(Find(stamp=write.stamp)) == ()
    shop.clock.sleep(1)
    assert len(shop.orders.find(Find(stamp=write.stamp))) == 1
    assert made == []


def test_where_requests_commit_late_a_lost_one_does(open_shop) -> None:
    shop = open_shop(like="late_commit")
    shop.faults.lose_request("orders.create")
    with pytest.raises(TransportError):
        shop.orders.create(shop.draft(), shop.write())
    assert shop.all() == []
    shop.clock.sleep(180)
    assert len(shop.all()) == 1


def test_a_late_amendment_overtakes_what_was_planned_since(open_shop) -> None:
    shop = open_shop(like="late_commit")
    order = shop.create()
    line = order.lines[0].id
    shop.faults.lose_request("orders.amend")
    with pytest.raises(TransportError):
        shop.amend(order, ChangeQuantity(line=line, to=8))
    assert shop.orders.get(order.id).lines[0].quantities.ordered == 5
    shop.clock.sleep(200)
    assert shop.orders.get(order.id).lines[0].quantities.ordered == 8


def test_a_late_commit_that_comes_too_late_is_refused_and_nobody_hears_of_it(shop) -> None:
    order = shop.create()
    shop.faults.commit_late("orders.amend", 60)
    with pytest.raises(TransportError):
        shop.amend(order, ChangeQuantity(line=order.lines[0].id, to=8))
    shop.amend(order, AddNote(text="meanwhile"))
    shop.clock.sleep(60)
    assert shop.orders.get(order.id).lines[0].quantities.ordered == 5


def test_a_slow_answer_takes_its_time(shop) -> None:
    before = shop.clock.now()
    shop.faults.delay("orders.create", 20)
    shop.create()
    assert (shop.clock.now() - before).total_seconds() == 20


def test_past_its_time_out_a_write_is_given_up_and_done_late(shop) -> None:
    shop.faults.delay("orders.create", 90)
    with pytest.raises(TransportError) as caught:
        shop.orders.create(shop.draft(), shop.write(timeout=30))
    assert caught.value.outcome == "unknown"
    assert shop.clock.monotonic() == 30
    assert shop.all() == []
    shop.clock.sleep(60)
    assert len(shop.all()) == 1


def test_a_read_that_is_lost_or_too_slow_changed_nothing(shop) -> None:
    shop.faults.lose_reply("orders.get")
    with pytest.raises(TransportError) as caught:
        shop.orders.get("order-1")
    assert caught.value.outcome == "not_applied"
    shop.faults.delay("orders.list", 90)
    with pytest.raises(TransportError):
        shop.all()
    shop.faults.delay("ping", 1)
    shop.adapter.ping()


def test_a_list_may_break_off_in_the_middle(shop) -> None:
    for _ in range(101):
        shop.orders.create(shop.draft(shop.line(quantity=1)), shop.write())
    pages = shop.orders.list(Listing())
    first = [next(pages) for _ in range(100)]
    shop.faults.lose_reply("orders.list")
    with pytest.raises(TransportError):
        next(pages)
    assert len({order.id for order in first}) == 100


def test_a_record_that_another_user_edits_is_locked(shop) -> None:
    order = shop.create()
    shop.faults.lock(order.id)
    with pytest.raises(RecordLocked) as caught:
        shop.amend(order, AddNote(text="x"))
    assert caught.value.retryable
    with pytest.raises(RecordLocked):
        shop.orders.cancel(order, None, shop.write("orders.cancel", reason="x"))
    shop.faults.unlock(order.id)
    assert shop.amend(order, AddNote(text="x")).notes == ("x",)


def test_a_customers_record_can_be_locked_too(shop) -> None:
    customer = shop.adapter.customers.find(number="C-100")[0]
    shop.faults.lock(customer.id)
    with pytest.raises(RecordLocked):
        shop.adapter.customers.update(customer.id, {"name": "X"}, shop.write("customers.update"))


def test_a_busy_back_end_asks_for_a_pause(shop) -> None:
    shop.faults.throttle(retry_after=7, times=2)
    with pytest.raises(Throttled) as caught:
        shop.orders.create(shop.draft(), shop.write())
    assert (caught.value.retry_after, caught.value.outcome) == (7, "not_applied")
    with pytest.raises(Throttled):
        shop.all()
    assert shop.all() == []


def test_a_step_in_the_middle_may_fail(open_shop) -> None:
    shop = open_shop(like="half_made")
    shop.faults.refuse("orders.create", CreditBlocked("over the limit"), step=2)
    with pytest.raises(CreditBlocked) as caught:
        shop.orders.create(shop.draft(shop.line(), shop.line("PUMP-5", 1)), shop.write())
    assert caught.value.outcome == "partial"
    (half,) = shop.all()
    assert len(half.lines) == 1


def test_the_answer_to_a_step_in_the_middle_may_be_lost(open_shop) -> None:
    shop = open_shop(like="half_made")
    made = []
    write = shop.write(made=lambda native, number: made.append(native))
    shop.faults.lose_reply("orders.create", step=1)
    draft = shop.draft(shop.line(), shop.line("PUMP-5", 1))
    with pytest.raises(TransportError) as caught:
        shop.orders.create(draft, write)
    assert caught.value.outcome == "unknown"
    half = shop.orders.get(made[0])
    assert len(half.lines) == 1
    shop.orders.resume(half, draft, write)
    assert len(shop.orders.get(half.id).lines) == 2


def test_a_block_may_be_lost_as_a_whole(shop) -> None:
    block = [(shop.draft(), shop.write()), (shop.draft(), shop.write())]
    shop.faults.lose_reply("orders.create_block")
    with pytest.raises(TransportError) as caught:
        shop.orders.create_block(block)
    assert caught.value.outcome == "unknown"
    assert len(shop.all()) == 2


def test_one_order_of_a_block_may_be_refused(shop) -> None:
    shop.faults.refuse("orders.create", refused())
    verdicts = shop.orders.create_block([(shop.draft(), shop.write()), (shop.draft(), shop.write())])
    assert [isinstance(each, PeriodClosed) for each in verdicts] == [True, False]


def test_a_rival_between_reading_and_writing_is_seen_where_the_product_compares(shop) -> None:
    order = shop.create()
    shop.faults.rival("orders.amend", lambda: shop.amend(order, ChangeQuantity(line=order.lines[0].id, to=9)))
    with pytest.raises(VersionConflict):
        shop.amend(order, AddNote(text="mine"))
    assert shop.orders.get(order.id).lines[0].quantities.ordered == 9


def test_a_rival_after_the_look_goes_unseen_where_it_is_only_checked(open_shop) -> None:
    shop = open_shop(like="rfc")
    order = shop.create()
    line = order.lines[0].id
    shop.faults.rival("orders.amend", lambda: shop.amend(order, ChangeQuantity(line=line, to=9)))
    changed = shop.amend(order, AddNote(text="mine"))
    assert (changed.lines[0].quantities.ordered, changed.notes) == (9, ("mine",))
    with pytest.raises(VersionConflict):
        shop.amend(order, AddNote(text="again"))


def test_stale_reads_show_what_was(shop) -> None:
    order = shop.create()
    shop.clock.sleep(60)
    shop.amend(order, ChangeQuantity(line=order.lines[0].id, to=8))
    shop.world.load(CustomerDraft(number="C-100", name="Renamed"), at=shop.clock.now())
    shop.faults.stale_reads(30)
    assert shop.orders.get(order.id).lines[0].quantities.ordered == 5
    assert shop.all()[0].lines[0].quantities.ordered == 5
    assert shop.orders.find(Find(stamp=order.stamp))[0].lines[0].quantities.ordered == 5
    shop.faults.stale_reads(0)
    assert shop.orders.get(order.id).lines[0].quantities.ordered == 8
