"""Section 6: one key, one order."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec


def count(erp: ec.Client) -> int:
    return sum(1 for _ in erp.orders.list())


def test_the_same_key_and_the_same_order_is_one_order(shop, erp) -> None:
    first = erp.orders.create(shop.draft(), key="10000/PO-4711")
    again = erp.orders.create(shop.draft(), key="10000/PO-4711")
    assert (first.replayed, again.replayed) == (False, True)
    assert again.order.id == first.order.id
    assert again.order == erp.orders.get(first.order.id)
    assert count(erp) == 1


def test_a_replay_is_read_again(shop, erp) -> None:
    first = erp.orders.create(shop.draft(), key="k").order
    erp.orders.amend(first, ec.ChangeQuantity(line=1, to=10, reason="customer called"))
    again = erp.orders.create(shop.draft(), key="k")
    assert again.replayed
    assert again.order.lines[0].quantities.ordered == 10


def test_the_same_number_spelt_otherwise_is_the_same_order(shop, erp) -> None:
    first = erp.orders.create(shop.draft(quantity=12), key="k")
    for spelling in (Decimal(12), Decimal("12.0"), Decimal("1.2E+1"), 12):
        again = erp.orders.create(shop.draft(quantity=spelling), key="k")
        assert again.replayed
        assert again.order.id == first.order.id


def test_the_same_key_for_another_order_is_refused(shop, erp) -> None:
    first = erp.orders.create(shop.draft(), key="k").order
    for other in (
        shop.draft(quantity=13),
        shop.draft("PO-OTHER"),
        shop.draft(customer="20000"),
        shop.draft(notes=["new"]),
        shop.draft(requested=date(2026, 5, 1)),
    ):
        with pytest.raises(ec.errors.KeyReused) as raised:
            erp.orders.create(other, key="k")
        assert isinstance(raised.value, ec.errors.DuplicateReference)
        assert raised.value.outcome == "not_applied"
        assert raised.value.retryable is False
    assert [order.id for order in erp.orders.list()] == [first.id]


def test_a_key_belongs_to_what_it_was_used_for(shop, erp) -> None:
    order = erp.orders.create(shop.draft(), key="k").order
    for other in (
        lambda: erp.orders.cancel(order.id, reason="x", key="k"),
        lambda: erp.orders.amend(order.id, ec.AddNote(text="x"), key="k"),
        lambda: erp.customers.create(ec.CustomerDraft(number="30000", name="New"), key="k"),
        lambda: erp.purchase_orders.create(shop.purchase(), key="k"),
        lambda: erp.shipments.post(order, None, key="k"),
    ):
        with pytest.raises(ec.errors.KeyReused):
            other()
    assert erp.orders.get(order) == order


def test_without_a_key_every_call_is_an_order_of_its_own(shop, erp) -> None:
    first = erp.orders.create(shop.draft())
    second = erp.orders.create(shop.draft())
    assert first.key
    assert first.key != second.key
    assert first.order.id != second.order.id
    assert count(erp) == 2


def test_a_refused_order_leaves_its_key_free(shop, erp) -> None:
    with pytest.raises(ec.errors.InvalidOrder):
        erp.orders.create(shop.draft(customer="99999"), key="k")
    receipt = erp.orders.create(shop.draft(), key="k")
    assert receipt.replayed is False
    assert count(erp) == 1


def test_a_key_that_is_no_key_is_refused(shop, erp) -> None:
    for wrong in ("", 7, b"k", True):
        with pytest.raises((ec.errors.ErpConnectError, ValueError, TypeError)):
            erp.orders.create(shop.draft(), key=wrong)
    assert count(erp) == 0


TEXTS = ["k" * 1000, "Grün/ß/漢字/🚢", "a b\tc", "K", "k ", "'; DELETE FROM orders; --"]


def test_any_text_can_be_a_key(shop, erp) -> None:
    erp.orders.create(shop.draft("PO-k"), key="k")
    for number, key in enumerate(TEXTS):
        first = erp.orders.create(shop.draft(f"PO-{number}"), key=key)
        again = erp.orders.create(shop.draft(f"PO-{number}"), key=key)
        assert (first.replayed, again.replayed) == (False, True)
        assert first.key == again.key == key
        assert again.order.id == first.order.id
        assert [order.id for order in erp.orders.find(key=key)] == [first.order.id]
    assert count(erp) == 1 + len(TEXTS)


def test_an_order_is_found_by_its_key(shop, erp) -> None:
    order = erp.orders.create(shop.draft(), key="10000/PO-4711").order
    assert [found.id for found in erp.orders.find(key="10000/PO-4711")] == [order.id]
    assert list(erp.orders.find(key="10000/PO-471")) == []


def test_another_connection_a_day_later_knows_the_key(shop, url, hand_clock) -> None:
    with ec.connect(url, clock=hand_clock) as monday:
        first = monday.orders.create(shop.draft(), key="k")
    hand_clock.turn(days=1, hours=3)
    with ec.connect(url, clock=hand_clock) as tuesday:
        again = tuesday.orders.create(shop.draft(), key="k")
        assert again.replayed
        assert again.order.id == first.order.id
        assert count(tuesday) == 1


def test_many_threads_with_one_key_make_one_order(shop, erp) -> None:
    start = threading.Barrier(8)

    def create(_: int) -> ec.WriteReceipt:
        start.wait()
        return erp.orders.create(shop.draft(), key="k")

    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(create, range(8)))
    assert len({receipt.order.id for receipt in receipts}) == 1
    assert sorted(receipt.replayed for receipt in receipts) == [False] + [True] * 7
    assert count(erp) == 1


def test_two_connections_with_one_key_make_one_order(shop, url) -> None:
    start = threading.Barrier(4)

    def create(_: int) -> str:
        with ec.connect(url) as mine:
            start.wait()
            return mine.orders.create(shop.draft(), key="k").order.id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(create, range(4)))) == 1
    with ec.connect(url) as erp:
        assert count(erp) == 1


def test_every_write_is_done_once_under_its_key(shop, erp) -> None:
    order = erp.orders.create(shop.long_draft(), key="order").order
    purchase = erp.purchase_orders.create(shop.purchase(), key="purchase").stored
    promised = date(2026, 12, 24)
    writes = {
        "amend": lambda: erp.orders.amend(order.id, ec.AddLine(line=shop.line("SEAL-5", 3)), key="amend"),
        "cancel": lambda: erp.orders.cancel(order.id, reason="not needed", lines=[2], key="cancel"),
        "post": lambda: erp.shipments.post(
            order.id, {1: 5}, [ec.Package(tracking_number="1Z1", carrier="UPS")], key="post"
        ),
        "return": lambda: erp.returns.create(
            ec.ReturnDraft(order=order.id, lines={1: 2}, reason="broken"), key="return"
        ),
        "confirm": lambda: erp.purchase_orders.confirm(purchase.id, {1: promised}, key="confirm"),
        "receive": lambda: erp.purchase_orders.receive(purchase.id, {1: 20}, key="receive"),
        "buy": lambda: erp.purchase_orders.amend(
            purchase.id, ec.ChangeQuantity(line=1, to=60, reason="more"), key="buy"
        ),
        "customer": lambda: erp.customers.create(
            ec.CustomerDraft(number="30000", name="New"), key="customer"
        ),
        "update": lambda: erp.customers.update(
            erp.customers.find(number="20000")[0].id, key="update", payment_terms="NET30"
        ),
        "product": lambda: erp.products.create(
            ec.ProductDraft(code="NEW", name="New", unit="C62"), key="product"
        ),
    }
    for name, write in writes.items():
        first = write()
        again = write()
        assert (first.replayed, again.replayed) == (False, True), name
        assert (first.key, again.key) == (name, name)
        assert again.stored.id == first.stored.id, name
    stands = erp.orders.get(order.id)
    assert [line.quantities.ordered - (line.quantities.cancelled or 0) for line in stands.lines] == [
        12,
        0,
        100,
        3,
    ]
    assert stands.lines[0].quantities.shipped == 5
    assert len(erp.shipments.of(order.id)) == 1
    assert len(erp.returns.of(order.id)) == 1
    assert len(erp.goods_receipts.of(purchase.id)) == 1
    assert erp.purchase_orders.get(purchase.id).lines[0].quantities.ordered == 60
    assert len(erp.customers.find(number="30000")) == 1


def test_a_plan_applied_twice_writes_once(shop, erp) -> None:
    order = erp.orders.create(shop.draft(), key="k").order
    plan = erp.orders.plan(order, ec.AddLine(line=shop.line("SEAL-5", 3)))
    assert plan.key
    assert erp.orders.plan(order, ec.AddNote(text="x")).key != plan.key
    first, again = erp.orders.apply(plan), erp.orders.apply(plan)
    assert (first.replayed, again.replayed) == (False, True)
    assert len(erp.orders.get(order).lines) == 2
    assert erp.orders.plan(order, ec.AddNote(text="x"), key="mine").key == "mine"


# ---------------------------------------------------------------- many


def test_many_orders_are_written_once_also_when_run_again(shop, erp) -> None:
    drafts = [shop.draft(f"PO-{number}", quantity=number) for number in range(1, 41)]
    done = []
    first = erp.orders.create_many(
        drafts, ec.keys.by_customer_po, progress=lambda *so_far: done.append(so_far)
    )
    assert isinstance(first, ec.BatchResult)
    assert type(first.succeeded) is tuple
    assert first.failed == ()
    first.raise_for_failures()
    assert [receipt.order.customer_po for receipt in first.succeeded] == [
        draft.customer_po for draft in drafts
    ]
    assert done
    again = erp.orders.create_many(iter(drafts), (ec.keys.by_customer_po(draft) for draft in drafts))
    assert [receipt.order.id for receipt in again.succeeded] == [
        receipt.order.id for receipt in first.succeeded
    ]
    assert all(receipt.replayed for receipt in again.succeeded)
    assert count(erp) == 40


def test_one_bad_order_does_not_stop_the_others(shop, erp) -> None:
    drafts = [shop.draft("PO-0"), shop.draft("PO-1", customer="99999"), shop.draft("PO-2")]
    result = erp.orders.create_many(drafts, ["a", "b", "c"])
    assert [receipt.key for receipt in result.succeeded] == ["a", "c"]
    (failure,) = result.failed
    assert isinstance(failure, ec.BatchFailure)
    assert (failure.index, failure.key, failure.draft) == (1, "b", drafts[1])
    assert isinstance(failure.error, ec.errors.InvalidOrder)
    with pytest.raises(ec.errors.ErpConnectError):
        result.raise_for_failures()
    mended = erp.orders.create_many([drafts[0], shop.draft("PO-1"), drafts[2]], ["a", "b", "c"])
    assert [receipt.replayed for receipt in mended.succeeded] == [True, False, True]
    assert count(erp) == 3


def test_many_agrees_with_one_at_a_time(shop, erp) -> None:
    one = erp.orders.create(shop.draft("PO-0"), key="a").order
    many = erp.orders.create_many([shop.draft("PO-0"), shop.draft("PO-1")], ["a", "b"])
    assert [receipt.replayed for receipt in many.succeeded] == [True, False]
    assert many.succeeded[0].order.id == one.id
    reused = erp.orders.create_many([shop.draft("PO-9")], ["b"])
    assert [type(failure.error) for failure in reused.failed] == [ec.errors.KeyReused]
    assert count(erp) == 2


def test_one_key_twice_in_a_batch(shop, erp) -> None:
    same = erp.orders.create_many([shop.draft("PO-0"), shop.draft("PO-0")], ["a", "a"])
    assert len({receipt.order.id for receipt in same.succeeded}) == 1
    other = erp.orders.create_many([shop.draft("PO-1"), shop.draft("PO-2")], ["b", "b"])
    assert [failure.index for failure in other.failed] == [1]
    assert isinstance(other.failed[0].error, ec.errors.KeyReused)
    assert count(erp) == 2


def test_keys_and_drafts_must_be_as_many(shop, erp) -> None:
    for keys in ([], ["a"], ["a", "b", "c"]):
        with pytest.raises((ec.errors.ErpConnectError, ValueError)):
            erp.orders.create_many([shop.draft("PO-0"), shop.draft("PO-1")], keys)
    assert count(erp) in {0, 2}


def test_nothing_to_write_is_an_empty_result(erp) -> None:
    assert erp.orders.create_many([], []) == ec.BatchResult()
    assert erp.orders.apply_many([]) == ec.BatchResult()


def test_plans_are_applied_together(shop, erp) -> None:
    orders = [
        receipt.order
        for receipt in erp.orders.create_many(
            [shop.draft(f"PO-{n}") for n in range(3)], ["a", "b", "c"]
        ).succeeded
    ]
    plans = [
        erp.orders.plan(order, ec.ChangeQuantity(line=1, to=20, reason="more"), key=f"plan-{order.id}")
        for order in orders
    ]
    erp.orders.amend(orders[1], ec.ChangeQuantity(line=1, to=3, reason="somebody was faster"))
    result = erp.orders.apply_many(plans)
    assert [receipt.order.id for receipt in result.succeeded] == [orders[0].id, orders[2].id]
    (failure,) = result.failed
    assert (failure.index, failure.key) == (1, plans[1].key)
    assert isinstance(failure.error, ec.errors.VersionConflict)
    assert [erp.orders.get(order).lines[0].quantities.ordered for order in orders] == [20, 3, 20]


# ---------------------------------------------------------------- two clients, one order


def test_two_clients_amending_one_order(shop, url) -> None:
    with ec.connect(url) as here, ec.connect(url) as there:
        order = here.orders.create(shop.long_draft(), key="k").order
        theirs = there.orders.get(order.id)
        here.orders.amend(order, ec.ChangeQuantity(line=1, to=10, reason="we were first"))
        with pytest.raises(ec.errors.VersionConflict) as raised:
            there.orders.amend(theirs, ec.ChangeQuantity(line=1, to=11, reason="we were second"))
        assert raised.value.outcome == "not_applied"
        assert raised.value.diff
        assert here.orders.get(order.id).lines[0].quantities.ordered == 10
        with pytest.raises(ec.errors.VersionConflict):
            there.orders.cancel(theirs, reason="too late")
        forced = there.orders.apply(
            there.orders.plan(theirs, ec.ChangeQuantity(line=1, to=11, reason="ours all the same")),
            force=True,
        )
        assert forced.order.lines[0].quantities.ordered == 11


def test_by_id_the_order_is_taken_as_it_stands(shop, url) -> None:
    with ec.connect(url) as here, ec.connect(url) as there:
        order = here.orders.create(shop.draft(), key="k").order
        here.orders.amend(order, ec.ChangeQuantity(line=1, to=10, reason="first"))
        there.orders.amend(order.id, ec.ChangeQuantity(line=1, to=11, reason="second"))
        assert here.orders.get(order.id).lines[0].quantities.ordered == 11


def test_many_threads_on_one_order_lose_nothing(shop, erp) -> None:
    order = erp.orders.create(shop.draft(), key="k").order
    start = threading.Barrier(6)

    def add(number: int) -> bool:
        start.wait()
        try:
            erp.orders.amend(order, ec.AddLine(line=shop.line("SEAL-5", number + 1)), key=f"add-{number}")
        except ec.errors.VersionConflict:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        applied = list(pool.map(add, range(6)))
    assert sum(applied) == 1
    assert len(erp.orders.get(order).lines) == 2
