"""Many orders at once: each ends in exactly one list, and a second run doubles nothing."""

from __future__ import annotations

import itertools

import pytest

import erp_connect as ec

LIKES = [None, "late_commit", "half_made", "one_reference", "odata", "rfc", "enforced"]


def drafts(shop, count, **more):
    return [
        shop.order(shop.line(quantity=n % 7 + 1), customer_po=f"PO-{n:04d}", **more) for n in range(count)
    ]


@pytest.mark.parametrize("like", LIKES)
def test_good_drafts_become_orders_and_bad_ones_say_why(shop, like):
    erp = shop.connect(like)
    given = drafts(shop, 8)
    given[2] = given[2].but(customer="NOBODY")
    given[5] = given[5].but(lines=(shop.line("OLD-1"),))
    result = erp.orders.create_many(given, ec.keys.by_customer_po)
    assert [failure.index for failure in result.failed] == [2, 5]
    assert result.failed[0].draft is given[2]
    assert result.failed[0].key == "NOBODY/PO-0002"
    assert all(failure.error.outcome == "not_applied" for failure in result.failed)
    assert [receipt.order.customer_po for receipt in result.succeeded] == [
        draft.customer_po for n, draft in enumerate(given) if n not in (2, 5)
    ]
    assert len(shop.standing) == 6
    with pytest.raises(ec.errors.ErpConnectError):
        result.raise_for_failures()


@pytest.mark.parametrize("like", LIKES)
def test_run_again_with_the_same_keys_it_writes_only_what_is_missing(shop, like):
    erp = shop.connect(like)
    given = drafts(shop, 10)
    wrong = [draft.but(customer="NOBODY") if n == 4 else draft for n, draft in enumerate(given)]
    keys = [f"row {n}" for n in range(10)]
    erp.orders.create_many(wrong, keys)
    result = erp.orders.create_many(given, keys)
    assert [n for n, receipt in enumerate(result.succeeded) if not receipt.replayed] == [4]
    assert len(shop.standing) == 10


@pytest.mark.parametrize("like", [None, "odata"])
def test_one_key_twice_in_a_block_is_one_order(shop, like):
    erp = shop.connect(like)
    first, other = drafts(shop, 2)
    result = erp.orders.create_many([first, first, other], ["a", "a", "a"])
    assert [receipt.replayed for receipt in result.succeeded] == [False, True]
    assert [(failure.index, failure.error.code) for failure in result.failed] == [(2, "key_reused")]
    assert len(shop.standing) == 1


def test_progress_is_told_block_by_block(shop, erp):
    told = []
    result = erp.orders.create_many(
        drafts(shop, 450), ec.keys.by_customer_po, progress=lambda done, total: told.append((done, total))
    )
    assert told == [(200, 450), (400, 450), (450, 450)]
    assert len(result) == len(shop.standing) == 450
    erp.orders.create_many(
        iter(drafts(shop, 3)), ec.keys.by_customer_po, progress=lambda *args: told.append(args)
    )
    assert told[-1] == (3, None)


@pytest.mark.parametrize("like", LIKES)
def test_progress_starts_where_an_earlier_run_has_stopped(shop, like):
    erp = shop.connect(like)
    given = drafts(shop, 30)
    erp.orders.create_many(given[5:12], ec.keys.by_customer_po)
    told = []
    result = erp.orders.create_many(given, ec.keys.by_customer_po, progress=lambda *far: told.append(far))
    assert (told[0], told[-1]) == ((7, 30), (30, 30))
    assert [n for n, receipt in enumerate(result.succeeded) if receipt.replayed] == list(range(5, 12))
    assert len(shop.standing) == 30


def test_what_an_earlier_run_has_written_is_read_together(shop):
    erp = shop.connect("odata")
    given = drafts(shop, 30)
    made = erp.orders.create_many(given, ec.keys.by_customer_po)
    first = erp.orders.get(made.succeeded[3].order)
    erp.orders.amend(first, ec.ChangeQuantity(line=1, to=99))
    asked, take = [], shop.faults.take
    shop.faults.take = lambda operation, step=0: asked.append(operation) or take(operation, step)
    again = erp.orders.create_many(given, ec.keys.by_customer_po)
    assert [receipt.order.id for receipt in again.succeeded] == [r.order.id for r in made.succeeded]
    assert all(receipt.replayed for receipt in again.succeeded)
    assert again.succeeded[3].order.lines[0].quantities.ordered == 99
    assert asked == ["orders.get"]


def test_a_draft_without_a_key_fails_alone(shop, erp):
    given = drafts(shop, 3)
    given[1] = given[1].but(customer_po=None)
    result = erp.orders.create_many(given, ec.keys.by_customer_po)
    assert [(failure.index, failure.error.code) for failure in result.failed] == [(1, "no_key")]
    assert len(shop.standing) == 2


def test_too_few_keys_are_told_before_anything_is_written(shop, erp):
    with pytest.raises(ValueError, match="exactly one key per draft"):
        erp.orders.create_many(drafts(shop, 3), ["a", "b"])
    with pytest.raises(TypeError):
        erp.orders.create_many(drafts(shop, 3), "abc")
    for workers in (0, "four"):
        with pytest.raises(ValueError, match="workers"):
            erp.orders.create_many(drafts(shop, 1), ["a"], workers=workers)
    assert shop.standing == ()


def test_keys_may_come_from_a_stream(shop, erp):
    result = erp.orders.create_many(drafts(shop, 3), (f"row {n}" for n in itertools.count()))
    assert [receipt.key for receipt in result.succeeded] == ["row 0", "row 1", "row 2"]
    short = erp.orders.create_many(drafts(shop, 3), iter(["row 0"]))
    assert [failure.error.code for failure in short.failed] == ["no_key", "no_key"]
    assert len(shop.standing) == 3


def test_an_allowed_loss_is_lost_and_told(shop):
    erp = shop.connect("bc")
    payer = ec.Address(name="Head office", lines=("Tower 1",), city="Bonn", postal_code="53111", country="DE")
    noted = drafts(shop, 2, bill_to=payer)
    refused = erp.orders.create_many(noted, ec.keys.by_customer_po)
    assert {type(failure.error) for failure in refused.failed} == {ec.errors.LossyWrite}
    result = erp.orders.create_many(noted, ec.keys.by_customer_po, allow_loss=["order.bill_to"])
    assert len(result.succeeded) == 2
    assert {d.kind for receipt in result.succeeded for d in receipt.differences} >= {ec.DifferenceKind.LOST}


def test_an_unexpected_price_keeps_only_its_own_order_back(shop, erp):
    given = drafts(shop, 3)
    given[1] = given[1].but(lines=(shop.line(expected_price=shop.eur("1.00")),))
    result = erp.orders.create_many(given, ec.keys.by_customer_po)
    assert [(failure.index, type(failure.error)) for failure in result.failed] == [
        (1, ec.errors.PriceMismatch)
    ]
    assert len(shop.standing) == 2


# -- trouble in the middle -------------------------------------------------------------------------------


@pytest.mark.parametrize("like", [None, "enforced", "lagging_search"])
def test_a_block_whose_answer_is_lost_is_found_out_order_by_order(shop, like):
    erp = shop.connect(like)
    given = drafts(shop, 20)
    shop.faults.lose_reply("orders.create_block")
    result = erp.orders.create_many(given, ec.keys.by_customer_po)
    if like == "lagging_search":
        assert {type(failure.error) for failure in result.failed} == {ec.errors.OutcomeUnknown}
        shop.later(100)
        result = erp.orders.create_many(given, ec.keys.by_customer_po)
    assert not result.failed
    assert len(shop.standing) == 20


def test_a_block_that_runs_late_is_not_sent_again_too_early(shop):
    erp = shop.connect("late_commit")
    given = drafts(shop, 20)
    shop.faults.lose_request("orders.create_block")
    first = erp.orders.create_many(given, ec.keys.by_customer_po)
    assert {type(failure.error) for failure in first.failed} == {ec.errors.OutcomeUnknown}
    shop.later(first.failed[0].error.retry_after + 1)
    second = erp.orders.create_many(given, ec.keys.by_customer_po)
    assert not second.failed
    assert len(shop.standing) == 20


def test_a_lost_block_is_looked_up_in_one_request(shop):
    erp = shop.connect("enforced")
    shop.faults.lose_reply("orders.create_block")
    looked = []
    book = erp._context.adapter.orders
    asked = book.by_stamp
    book.by_stamp = lambda sought: looked.append(len(sought)) or asked(sought)
    erp.orders.create_many(drafts(shop, 20), ec.keys.by_customer_po)
    assert looked == [20]
    assert len(shop.standing) == 20


def test_a_block_that_cannot_be_read_back_is_not_sent_again(shop):
    erp = shop.connect("fo")  # answers with numbers, and reads blocks back
    shop.faults.lose_request("orders.get", times=1)
    result = erp.orders.create_many(drafts(shop, 5), ec.keys.by_customer_po)
    assert not result.failed
    assert len(shop.standing) == 5


@pytest.mark.parametrize("like", ["half_made", "nav"])
def test_a_half_made_order_of_a_block_is_taken_back(shop, like):
    erp = shop.connect(like)
    given = [
        draft.but(lines=(shop.line(quantity=1), shop.line("PUMP-5", quantity=1))) for draft in drafts(shop, 3)
    ]
    given[1] = given[1].but(lines=(shop.line(quantity=1), shop.line("OLD-1")))
    result = erp.orders.create_many(given, ec.keys.by_customer_po)
    assert [(failure.index, failure.error.outcome) for failure in result.failed] == [(1, "not_applied")]
    assert len(shop.standing) == 2
    assert list(erp.journal.open()) == []


def test_where_a_block_stands_or_falls_together_the_good_ones_are_sent_alone(shop):
    erp = shop.connect("odata")
    given = drafts(shop, 10)
    given[3] = given[3].but(customer="NOBODY")
    result = erp.orders.create_many(given, ec.keys.by_customer_po)
    assert [failure.index for failure in result.failed] == [3]
    assert len(shop.standing) == 9


def test_a_throttled_block_pauses_once_for_all_of_it(shop, erp):
    before = shop.clock.now()
    shop.faults.throttle("orders.create_block", retry_after=30.0, times=2)
    assert not erp.orders.create_many(drafts(shop, 50), ec.keys.by_customer_po).failed
    assert 60 <= (shop.clock.now() - before).total_seconds() < 62  # two pauses, and what scatters them
    assert len(shop.standing) == 50


def test_when_nobody_can_be_asked_a_lost_block_asks_once(shop):
    erp = shop.connect("enforced")
    shop.faults.lose_reply("orders.create_block")
    asked = []
    take = shop.faults.take

    def counting(operation, step=0):
        asked.append(operation)
        return take(operation, step)

    shop.faults.take = counting
    shop.faults.lose_request("orders.find", times=None)
    result = erp.orders.create_many(drafts(shop, 50), ec.keys.by_customer_po)
    assert {type(failure.error) for failure in result.failed} == {ec.errors.OutcomeUnknown}
    assert asked.count("orders.find") == 1
    shop.faults.clear()
    assert not erp.orders.create_many(drafts(shop, 50), ec.keys.by_customer_po).failed
    assert len(shop.standing) == 50


class Interrupted(KeyboardInterrupt):
    """Somebody pressed a key."""


@pytest.mark.parametrize("like", [None, "late_commit", "half_made", "rfc"])
def test_interrupted_and_run_again_it_goes_on(shop, like):
    erp = shop.connect(like)
    given = drafts(shop, 500 if like is None else 130)

    def interrupt(done, total):
        raise Interrupted

    with pytest.raises(Interrupted):
        erp.orders.create_many(given, ec.keys.by_customer_po, progress=interrupt)
    stood = len(shop.standing)
    assert 0 < stood < len(given)
    result = erp.orders.create_many(given, ec.keys.by_customer_po)
    assert sum(receipt.replayed for receipt in result.succeeded) == stood
    assert len(shop.standing) == len(given)


def test_interrupted_while_a_block_is_under_way_nothing_is_doubled(shop):
    erp = shop.connect("late_commit")
    given = drafts(shop, 10)

    def interrupt():
        raise Interrupted

    shop.faults.rival("orders.create_block", interrupt)
    with pytest.raises(Interrupted):
        erp.orders.create_many(given, ec.keys.by_customer_po)
    result = erp.orders.create_many(given, ec.keys.by_customer_po)
    assert {type(failure.error) for failure in result.failed} == {ec.errors.OutcomeUnknown}
    shop.later(1000)
    assert not erp.orders.create_many(given, ec.keys.by_customer_po).failed
    assert len(shop.standing) == 10


def test_purchase_orders_come_in_bulk_as_well(shop, erp):
    given = [shop.purchase(supplier_reference=f"Q-{n}") for n in range(5)]
    result = erp.purchase_orders.create_many(given, ec.keys.by_content)
    assert not result.failed
    assert len(shop.world.purchase_orders.all()) == 5
    assert all(
        receipt.replayed for receipt in erp.purchase_orders.create_many(given, ec.keys.by_content).succeeded
    )


def test_a_draft_of_the_other_book_is_a_programming_error(shop, erp):
    with pytest.raises(TypeError, match="OrderDraft"):
        erp.orders.create_many([shop.purchase()], ["k"])
    with pytest.raises(TypeError, match="OrderDraft"):
        erp.orders.create(shop.purchase())
    with pytest.raises(TypeError, match="PurchaseOrderDraft"):
        erp.purchase_orders.check(shop.order())
