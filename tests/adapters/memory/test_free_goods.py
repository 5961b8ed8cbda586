"""Lines that the back-end adds by itself: shown as added, never taken for the caller's, and added once."""

from __future__ import annotations

import pytest

import erp_connect as ec
from erp_connect.adapters.memory.profiles import LIKES, weak

WRITING = [name for name in (*LIKES, *weak()) if name != "soap"]  # that one writes nothing


def furnished(erp):
    world = erp._context.adapter.world
    world.load(
        ec.CustomerDraft(number="C-100", name="Mill"),
        ec.ProductDraft(
            code="VALVE-20", name="Valve", unit="H87", price=ec.UnitPrice(amount=5, currency="EUR")
        ),
        ec.ProductDraft(code="GASKET", name="Gasket", unit="H87"),
    )
    world.add_free_goods("VALVE-20", every=10, gift="GASKET", quantity=2)
    return world


@pytest.fixture(params=["", *WRITING])
def erp(request, erp_clock):
    like = f"?like={request.param}" if request.param else ""
    with ec.connect(f"memory://{like}", clock=erp_clock) as found:
        furnished(found)
        yield found


@pytest.fixture
def changing(erp):
    """A connection whose back-end changes orders."""
    if erp.capabilities.support("orders.cancel_line") == "none":
        pytest.skip("orders are made here and not changed")
    return erp


def line(quantity):
    return ec.LineDraft(product="VALVE-20", quantity=quantity, unit="H87")


def draft(*quantities):
    lines = [line(each) for each in quantities]
    return ec.OrderDraft(customer="C-100", customer_po="PO-1", currency="EUR", lines=lines)


def own(order):
    return [each for each in order.lines if not each.parent_line]


def gifts(order):
    return [(each.product, each.quantities.ordered) for each in order.lines if each.parent_line]


def test_a_gift_is_told_and_a_retry_adds_none(erp):
    receipt = erp.orders.create(draft(25, 3), key="k")
    assert gifts(receipt.order) == [("GASKET", 4)]
    (added,) = receipt.differences
    assert (added.kind, added.stored) == ("added", "GASKET")
    gift = receipt.order.lines[int(added.path.removeprefix("order.lines[").removesuffix("]"))]
    assert (gift.id, gift.parent_line) == (added.line_id, own(receipt.order)[0].id)
    again = erp.orders.create(draft(25, 3), key="k")
    assert again.replayed
    assert gifts(again.order) == [("GASKET", 4)]


def test_an_order_with_a_gift_is_found_again_after_its_answer_was_lost(erp, erp_clock):
    world = erp._context.adapter.world
    world.faults.lose_reply("orders.create")
    try:
        order = erp.orders.create(draft(25, 3), key="k").order
    except ec.errors.OutcomeUnknown as doubt:
        if doubt.retry_after is None:
            return  # nobody can be asked here: a person has to look
        erp_clock.turn(seconds=doubt.retry_after + 1)
        order = erp.orders.create(draft(25, 3), key="k").order
    assert gifts(order) == [("GASKET", 4)]
    assert len(world.orders.all()) == 1


@pytest.mark.parametrize("step", range(4))
@pytest.mark.parametrize("like", ["fo", "nav", "half_made"])
def test_a_create_in_steps_that_was_cut_is_completed_and_each_gift_comes_once(erp_clock, like, step):
    """Where lines come one by one, the gift of the first stands in the place that the second had in the draft."""
    with ec.connect(f"memory://?like={like}", clock=erp_clock) as erp:
        world = furnished(erp)
        world.faults.lose_reply("orders.create", step=step)
        try:
            order = erp.orders.create(draft(25, 3, 10), key="k").order
        except ec.errors.OutcomeUnknown as doubt:
            erp_clock.turn(seconds=doubt.retry_after + 1)
            order = erp.orders.create(draft(25, 3, 10), key="k").order
        assert len(world.orders.all()) == 1
    assert [each.quantities.ordered for each in own(order)] == [25, 3, 10]
    assert gifts(order) == [("GASKET", 4), ("GASKET", 2)]


def test_a_line_that_is_added_brings_its_gift_and_the_receipt_says_so(changing):
    order = changing.orders.create(draft(3), key="k").order
    receipt = changing.orders.amend(order, ec.AddLine(line=line(12)))
    assert [each.quantities.ordered for each in own(receipt.order)] == [3, 12]
    assert gifts(receipt.order) == [("GASKET", 2)]
    (added,) = receipt.differences
    assert (added.kind, added.path, added.stored) == ("added", "order.lines[2]", "GASKET")
    assert receipt.order.lines[2].parent_line == own(receipt.order)[1].id
    assert [each.position for each in receipt.order.lines] == [1, 2, 3]


def test_another_quantity_of_a_line_leaves_its_gift_alone(changing):
    order = changing.orders.create(draft(25, 3), key="k").order
    receipt = changing.orders.amend(order, ec.ChangeQuantity(line=own(order)[0], to=50))
    assert receipt.differences == ()
    assert gifts(receipt.order) == [("GASKET", 4)]


@pytest.mark.parametrize("by", ["amendment", "cancellation"])
def test_a_gift_goes_with_the_line_that_it_was_given_for(changing, by):
    order = changing.orders.create(draft(25, 3), key="k").order
    first = own(order)[0]
    if by == "amendment":
        after = changing.orders.amend(order, ec.CancelLine(line=first, reason="not wanted")).order
    else:
        after = changing.orders.cancel(order, "not wanted", lines=[first]).order
    left = [(each.product, each.quantities.open) for each in after.lines if each.quantities.open]
    assert left == [("VALVE-20", 3)]


def test_an_order_of_which_only_gifts_would_be_left_is_cancelled(changing):
    order = changing.orders.create(draft(25), key="k").order
    changing.orders.cancel(order, "not wanted", lines=own(order))
    after = changing.orders.get(order.id)
    assert after.status == "cancelled"
    assert not [each for each in after.lines if each.quantities.open]


def test_what_would_be_added_is_told_beforehand(erp_clock):
    with ec.connect("memory://", clock=erp_clock) as erp:
        furnished(erp)
        simulated = erp._context.adapter.orders.simulate(draft(25)).order
    assert gifts(simulated) == [("GASKET", 4)]


def test_only_whole_portions_count_and_only_of_what_is_ordered(erp):
    erp._context.adapter.world.add_free_goods("GASKET", every=1, gift="VALVE-20")
    order = erp.orders.create(draft(9, 19), key="k").order
    assert gifts(order) == [("GASKET", 2)]


@pytest.mark.parametrize("figures", [{"every": 0}, {"every": 10, "quantity": 0}])
def test_a_rule_that_gives_nothing_or_for_nothing_is_refused(erp_clock, figures):
    with ec.connect("memory://", clock=erp_clock) as erp, pytest.raises(ValueError, match="above zero"):
        furnished(erp).add_free_goods("VALVE-20", gift="GASKET", **figures)
