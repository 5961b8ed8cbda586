"""Cancelling: what is open goes, what has left stays, by each back-end's habit."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_connect.errors import InvalidOrder, TransitionNotAllowed
from erp_connect.models import Charge, LineQuantity, Money, OrderStatus, Timeliness
from erp_connect.rules.cancelling import cancelled
from erp_connect.rules.facts import Policy
from erp_connect.rules.posting import received, shipped
from erp_connect.rules.quantities import moved, open_quantity

S = OrderStatus
KEPT, LOWERED, GONE = (Policy(on_cancel_line=how) for how in ("kept", "lowered", "gone"))


@pytest.fixture(scope="module")
def cancel(shop):
    def apply(order, lines=None, *, reason="customer called", policy=KEPT, **more):
        more = {"today": shop.today, **more}
        return cancelled(order, lines, reason=reason, now=shop.now, policy=policy, **more)

    return apply


@pytest.fixture(scope="module")
def order(shop):
    freight = [Charge(code="FREIGHT", amount=Money(amount=10, currency="EUR"))]
    return shop.order(shop.line(quantity=10), shop.line("PIPE-3", 4, "MTR"), charges=freight)


@pytest.fixture(scope="module")
def part(shop, order):
    """Four of ten valves have left."""
    lines = [LineQuantity(line="L1", quantity=4)]
    return shipped(order, lines, id="s", number="S", today=shop.today, now=shop.now)[0]


@pytest.mark.parametrize("policy", [KEPT, LOWERED, GONE], ids=["kept", "lowered", "gone"])
def test_an_order_of_which_nothing_left_is_cancelled_and_keeps_its_lines(cancel, order, policy):
    after = cancel(order, policy=policy)
    assert (after.status, after.cancel_reason) == (S.CANCELLED, "customer called")
    assert [(line.quantities.ordered, line.quantities.cancelled) for line in after.lines] == [
        (10, 10),
        (4, 4),
    ]
    assert [line.status for line in after.lines] == [S.CANCELLED, S.CANCELLED]
    assert [(line.quantities.allocated, line.quantities.backordered) for line in after.lines] == [
        (0, 0),
        (0, 0),
    ]
    assert (after.net.amount, after.tax.amount, after.gross.amount) == (0, 0, 0)
    assert after.timeliness is Timeliness.UNKNOWN


@pytest.mark.parametrize(
    ("policy", "quantities"),
    [
        (KEPT, [(10, 4, 6), (4, 0, 4)]),
        (LOWERED, [(4, 4, 0), (0, 0, 0)]),
        (GONE, [(4, 4, 0)]),
    ],
    ids=["kept", "lowered", "gone"],
)
def test_what_has_left_stays(cancel, part, policy, quantities):
    after = cancel(part, policy=policy)
    found = [(q.ordered, q.shipped, q.cancelled) for q in (line.quantities for line in after.lines)]
    assert found == quantities
    assert (after.status, after.cancel_reason) == (S.SHIPPED, "customer called")
    assert after.net.amount == 60  # four valves and the freight
    assert after.tax.amount == Decimal("11.40")


def test_one_line_is_cancelled_and_the_others_run_on(cancel, order):
    after = cancel(order, ["L1"])
    assert [line.status for line in after.lines] == [S.CANCELLED, S.SUBMITTED]
    assert (after.status, after.cancel_reason) == (S.SUBMITTED, None)
    assert after.lines[1] == order.lines[1]
    assert after.net.amount == 22


def test_the_last_open_lines_cancel_the_order(cancel, order):
    after = cancel(cancel(order, ["L1"]), ["L2"], reason="the rest too")
    assert (after.status, after.cancel_reason) == (S.CANCELLED, "the rest too")
    gone = cancel(order, ["L1", "L2"], policy=GONE)
    assert (gone.status, gone.lines, gone.net.amount) == (S.CANCELLED, (), 0)


def test_named_lines_that_have_nothing_open_are_left(cancel, shop, order):
    first = shipped(order, [LineQuantity(line="L1")], id="s", number="S", today=shop.today, now=shop.now)[0]
    after = cancel(first, ["L1", "L2"])
    assert after.lines[0] == first.lines[0]
    assert after.lines[1].status is S.CANCELLED
    with pytest.raises(TransitionNotAllowed) as refusal:
        cancel(first, ["L1"])
    assert (refusal.value.code, refusal.value.path) == ("nothing_open", "lines")
    assert refusal.value.hint


@pytest.mark.parametrize("status", [S.CANCELLED, S.COMPLETED, S.SHIPPED, S.REJECTED])
def test_an_order_that_is_done_cannot_be_cancelled(cancel, order, status):
    with pytest.raises(TransitionNotAllowed) as refusal:
        cancel(order.but(status=status))
    assert (refusal.value.code, refusal.value.path) == ("transition_not_allowed", "status")
    assert refusal.value.hint


def test_a_line_that_is_not_there(cancel, order):
    with pytest.raises(InvalidOrder) as refusal:
        cancel(order, ["L1", "L9"])
    assert (refusal.value.code, refusal.value.path) == ("line_unknown", "lines[1]")


def test_a_held_order_can_be_cancelled(cancel, shop):
    tight = shop.customer.but(credit_limit=Money(amount=1, currency="EUR"))
    held = shop.order(facts=shop.facts(party=tight, policy=Policy(credit="hold")))
    assert cancel(held).status is S.CANCELLED


def test_tax_of_what_has_left_is_reckoned_with_the_rates_at_hand(cancel, part):
    after = cancel(part, tax_rates={"L1": Decimal(50)}, today=date(2026, 4, 2))
    assert after.lines[0].tax.amount == 25


def test_a_purchase_order_is_cancelled_the_same_way(cancel, shop):
    bought = shop.purchase()
    assert cancel(bought).status is S.CANCELLED
    lines = [LineQuantity(line="L1", quantity=30)]
    some = received(bought, lines, id="r", number="R", today=shop.today, now=shop.now)[0]
    after = cancel(some)
    assert (after.status, after.lines[0].quantities.cancelled) == (S.SHIPPED, 70)


STEPS = st.lists(
    st.tuples(st.sampled_from(["ship", "cancel"]), st.sampled_from(["L1", "L2", "L3"]), st.integers(1, 9)),
    max_size=6,
)


@given(
    quantities=st.lists(st.integers(1, 12), min_size=3, max_size=3),
    steps=STEPS,
    policy=st.sampled_from([KEPT, LOWERED]),
)
def test_cancelled_and_shipped_and_open_are_always_what_was_ordered(shop, cancel, quantities, steps, policy):
    order = shop.order(*(shop.line(quantity=quantity) for quantity in quantities))
    for step, line_id, quantity in steps:
        left = open_quantity(order.line(line_id).quantities)
        try:
            if step == "ship":
                wanted = [LineQuantity(line=line_id, quantity=quantity)]
                order, _ = shipped(order, wanted, id="s", number="S", today=shop.today, now=shop.now)
            else:
                order = cancel(order, [line_id], policy=policy)
        except (InvalidOrder, TransitionNotAllowed):
            assert left < (quantity if step == "ship" else 1)
        for line in order.lines:
            q = line.quantities
            assert q.cancelled + moved(q) + open_quantity(q) == q.ordered
            assert q.allocated + q.backordered == open_quantity(q)
    for line, quantity in zip(order.lines, quantities, strict=True):
        assert line.quantities.ordered == quantity or policy is LOWERED
