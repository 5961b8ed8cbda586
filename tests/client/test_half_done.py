"""Writes that end half done: completed, taken back, or told line by line, and nothing made twice.

Creates in steps are told in ``test_exactly_once.py``, blocks in ``test_bulk.py``; here are amendments of several calls,
and orders that a back-end saves unfinished.
"""

from __future__ import annotations

import pytest

import erp_connect as ec
from erp_connect.journal.records import State

ONE_BY_ONE = "sage200"  # saves one amendment after the other, and compares versions only before the first


@pytest.fixture
def erp(shop):
    return shop.connect(ONE_BY_ONE)


@pytest.fixture
def placed(shop, erp):
    draft = shop.order(shop.line(quantity=12, price=shop.eur("12.50")), shop.line("PUMP-5", quantity=2))
    return erp.orders.create(draft, key="placed").order


def wishes(shop, placed):
    """Four changes; the second adds a line, so that making it twice would show."""
    return (
        ec.ChangeQuantity(line=placed.lines[0].id, to=10),
        ec.AddLine(line=shop.line("PUMP-5", quantity=1)),
        ec.ChangePrice(line=placed.lines[0].id, to=shop.eur("11")),
        ec.CancelLine(line=placed.lines[1].id, reason="not needed"),
    )


def goods(order):
    left = [
        (line.product, line.quantities.ordered - (line.quantities.cancelled or 0)) for line in order.lines
    ]
    return sorted(each for each in left if each[1])


ALL_MADE = [("PUMP-5", 1), ("VALVE-20", 10)]


def all_made(shop):
    (order,) = shop.standing
    assert goods(order) == ALL_MADE
    assert order.lines[0].price == shop.eur("11")


def sooner_or_later(shop, call):
    for _ in range(4):
        try:
            return call()
        except ec.errors.OutcomeUnknown as unknown:
            shop.later((unknown.retry_after or 0) + 1)
    raise AssertionError("it stays unknown, although what stands tells how far it came")


# -- cut between two calls ---------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [0, 1, 2, 3])
@pytest.mark.parametrize("fault", ["lose_reply", "lose_request"])
def test_an_amendment_cut_at_any_call_is_completed_and_nothing_is_made_twice(shop, erp, placed, fault, step):
    getattr(shop.faults, fault)("orders.amend", step=step)
    receipt = sooner_or_later(shop, lambda: erp.orders.amend(placed.id, *wishes(shop, placed), key="k"))
    assert receipt.differences == ()
    all_made(shop)
    assert erp.orders.amend(placed.id, *wishes(shop, placed), key="k").replayed
    all_made(shop)


@pytest.mark.parametrize("step", [1, 2, 3])
def test_an_amendment_is_completed_by_the_next_program_when_one_dies_between_two_calls(shop, placed, step):
    first = shop.connect(ONE_BY_ONE)
    shop.faults.refuse("orders.amend", KeyboardInterrupt(), step=step)
    with pytest.raises(KeyboardInterrupt):
        first.orders.amend(placed.id, *wishes(shop, placed), key="k")
    assert first.journal.show("k").state is State.UNKNOWN
    after = shop.connect(ONE_BY_ONE)
    assert after.recover().unknown == ("k",)  # which never sends, and so cannot complete it
    sooner_or_later(shop, lambda: after.orders.amend(placed.id, *wishes(shop, placed), key="k"))
    all_made(shop)
    assert list(after.journal.open()) == []


def test_until_the_lost_call_cannot_run_any_more_nothing_is_completed(shop, erp, placed):
    shop.faults.commit_late("orders.amend", 500, step=1)
    with pytest.raises(ec.errors.OutcomeUnknown) as unknown:
        erp.orders.amend(placed.id, *wishes(shop, placed), key="k")
    assert 0 < unknown.value.retry_after <= 600
    shop.later(100)
    with pytest.raises(ec.errors.OutcomeUnknown):
        erp.orders.amend(placed.id, *wishes(shop, placed), key="k")
    assert goods(shop.standing[0]) == [("PUMP-5", 2), ("VALVE-20", 10)]
    shop.later(501)  # the line has come meanwhile
    erp.orders.amend(placed.id, *wishes(shop, placed), key="k")
    all_made(shop)


def test_what_somebody_else_changes_on_other_lines_does_not_keep_it_from_being_completed(shop, erp, placed):
    shop.faults.lose_request("orders.amend", step=2)
    with pytest.raises(ec.errors.OutcomeUnknown) as unknown:
        erp.orders.amend(placed.id, *wishes(shop, placed), key="k")
    erp.orders.amend(placed.id, ec.AddNote(text="ring twice"))
    shop.later(unknown.value.retry_after + 1)
    erp.orders.amend(placed.id, *wishes(shop, placed), key="k")
    all_made(shop)
    assert shop.standing[0].notes == ("ring twice",)


def test_what_somebody_else_changes_in_the_same_place_is_left_to_a_person(shop, erp, placed):
    shop.faults.lose_request("orders.amend", step=2)
    with pytest.raises(ec.errors.OutcomeUnknown) as unknown:
        erp.orders.amend(placed.id, *wishes(shop, placed), key="k")
    erp.orders.amend(placed.id, ec.ChangeQuantity(line=placed.lines[0].id, to=50))
    shop.later(unknown.value.retry_after + 1)
    before = shop.standing
    with pytest.raises(ec.errors.OutcomeUnknown) as doubt:
        erp.orders.amend(placed.id, *wishes(shop, placed), key="k")
    assert doubt.value.retry_after is None
    assert shop.standing == before
    erp.journal.resolve("k", placed.id)
    assert erp.orders.amend(placed.id, *wishes(shop, placed), key="k").replayed


# -- refused between two calls -----------------------------------------------------------------------------

MISSED = {
    1: {"order.lines[?]", "order.lines[0].price", "order.lines[1].quantities.cancelled"},
    2: {"order.lines[0].price", "order.lines[1].quantities.cancelled"},
    3: {"order.lines[1].quantities.cancelled"},
}


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_refusal_in_the_middle_is_told_line_by_line(shop, erp, placed, step):
    changes = wishes(shop, placed)
    shop.faults.refuse("orders.amend", ec.errors.PeriodClosed("the year is closed"), step=step)
    with pytest.raises(ec.errors.PartialFailure) as partial:
        erp.orders.amend(placed.id, *changes, key="k")
    assert partial.value.outcome == "partial"
    assert erp.journal.show("k").state is State.PARTIAL
    receipt = partial.value.receipt
    assert goods(receipt.order) == goods(shop.standing[0])
    told = {each.path for each in receipt.differences}
    assert {path for path in told if path.endswith(".price")} == {
        p for p in MISSED[step] if p.endswith(".price")
    }
    assert any("lines[1]" in path for path in told), "the line that still stands is named"
    standing_before = shop.standing
    with pytest.raises(ec.errors.PartialFailure):  # the same call again tells it again, and sends nothing
        erp.orders.amend(placed.id, *changes, key="k")
    assert shop.standing == standing_before
    erp.orders.amend(placed.id, *changes[step:], key="the rest")
    all_made(shop)
    erp.journal.resolve("k", placed.id)
    assert erp.orders.amend(placed.id, *changes, key="k").replayed


def test_a_refusal_of_the_first_call_is_a_refusal_and_nothing_stands(shop, erp, placed):
    shop.faults.refuse("orders.amend", ec.errors.PeriodClosed("the year is closed"), step=0)
    before = shop.standing
    with pytest.raises(ec.errors.PeriodClosed):
        erp.orders.amend(placed.id, *wishes(shop, placed), key="k")
    assert shop.standing == before
    erp.orders.amend(placed.id, *wishes(shop, placed), key="k")
    all_made(shop)


def test_a_refusal_while_it_is_completed_is_told_line_by_line(shop, erp, placed):
    shop.faults.lose_request("orders.amend", step=2)
    with pytest.raises(ec.errors.OutcomeUnknown) as unknown:
        erp.orders.amend(placed.id, *wishes(shop, placed), key="k")
    shop.later(unknown.value.retry_after + 1)
    shop.faults.refuse("orders.amend", ec.errors.PeriodClosed("the year is closed"), step=1)
    with pytest.raises(ec.errors.PartialFailure) as partial:
        erp.orders.amend(placed.id, *wishes(shop, placed), key="k")
    assert not [d for d in partial.value.receipt.differences if d.path.endswith(".price")], (
        "that one was made"
    )
    assert goods(shop.standing[0]) == [("PUMP-5", 1), ("PUMP-5", 2), ("VALVE-20", 10)]


def test_a_purchase_order_is_completed_as_well(shop, erp):
    placed = erp.purchase_orders.create(shop.purchase()).order
    more = ec.PurchaseOrderLineDraft(product="PUMP-5", quantity=1, unit="H87", price=shop.eur("200"))
    changes = (
        ec.ChangeQuantity(line=placed.lines[0].id, to=30),
        ec.AddLine(line=more),
        ec.ChangePrice(line=placed.lines[0].id, to=shop.eur("7")),
    )
    shop.faults.lose_reply("purchase_orders.amend", step=1)
    receipt = sooner_or_later(shop, lambda: erp.purchase_orders.amend(placed.id, *changes, key="k"))
    assert goods(receipt.stored) == [("PUMP-5", 1), ("VALVE-20", 30)]
    assert receipt.stored.lines[0].price == shop.eur("7")


# -- saved, but unfinished ---------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", [False, True], ids=["answered", "answer lost"])
def test_an_order_that_is_saved_unfinished_says_so_each_time(shop, lost):
    erp = shop.connect("rfc")
    shop.world.load(ec.ProductDraft(code="NEW-1", name="No price yet", unit="H87"))
    if lost:
        shop.faults.lose_reply("orders.create")
    draft = shop.order(shop.line(quantity=1), shop.line("NEW-1", quantity=1))
    receipt = sooner_or_later(shop, lambda: erp.orders.create(draft, key="k"))
    assert not receipt.order.complete
    again = erp.orders.create(draft, key="k")
    assert again.replayed
    for each in (receipt, again):
        assert any("unfinished" in finding.message for finding in each.warnings)
    assert len(shop.standing) == 1


def test_a_block_tells_which_of_its_orders_are_unfinished(shop):
    erp = shop.connect("rfc")
    shop.world.load(ec.ProductDraft(code="NEW-1", name="No price yet", unit="H87"))
    drafts = [
        shop.order(shop.line(product, quantity=1), customer_po=f"PO-{n}")
        for n, product in enumerate(("VALVE-20", "NEW-1", "PUMP-5"))
    ]
    for _ in range(2):
        done = erp.orders.create_many(drafts, ec.keys.by_customer_po)
        assert done.failed == ()
        assert [bool(each.warnings) for each in done.succeeded] == [False, True, False]


def test_an_unfinished_order_is_finished_by_an_amendment(shop):
    erp = shop.connect("rfc")
    shop.world.load(ec.ProductDraft(code="NEW-1", name="No price yet", unit="H87"))
    placed = erp.orders.create(shop.order(shop.line("NEW-1", quantity=1)), key="k").order
    receipt = erp.orders.amend(placed, ec.ChangePrice(line=1, to=shop.eur("4")))
    assert receipt.order.complete
    assert not any("unfinished" in finding.message for finding in receipt.warnings)
