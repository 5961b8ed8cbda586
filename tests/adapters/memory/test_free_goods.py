"""Lines that the back-end adds by itself: shown as added, never taken for the caller's, and added once."""

from __future__ import annotations

import pytest

import erp_connect as ec
from erp_connect.adapters.memory.profiles import LIKES, profile, weak

# Where the header comes first, it comes without lines, and gifts come with the header; soap writes nothing.
AT_ONCE = [name for name in (*LIKES, *weak()) if name != "soap" and not profile(name).creates_in_steps]


@pytest.fixture(params=["", *AT_ONCE])
def erp(request, erp_clock):
    like = f"?like={request.param}" if request.param else ""
    with ec.connect(f"memory://{like}", clock=erp_clock) as found:
        world = found._context.adapter.world
        world.load(
            ec.CustomerDraft(number="C-100", name="Mill"),
            ec.ProductDraft(
                code="VALVE-20", name="Valve", unit="H87", price=ec.UnitPrice(amount=5, currency="EUR")
            ),
            ec.ProductDraft(code="GASKET", name="Gasket", unit="H87"),
        )
        world.add_free_goods("VALVE-20", every=10, gift="GASKET", quantity=2)
        yield found


def draft(*quantities):
    lines = [ec.LineDraft(product="VALVE-20", quantity=each, unit="H87") for each in quantities]
    return ec.OrderDraft(customer="C-100", customer_po="PO-1", currency="EUR", lines=lines)


def gifts(order):
    return [(line.product, line.quantities.ordered) for line in order.lines if line.parent_line]


def test_a_gift_is_told_and_a_retry_adds_none(erp):
    receipt = erp.orders.create(draft(25, 3), key="k")
    assert gifts(receipt.order) == [("GASKET", 4)]
    assert [(each.kind, each.stored) for each in receipt.differences] == [("added", "GASKET")]
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


def test_the_gift_needs_no_line_in_an_amendment(erp):
    order = erp.orders.create(draft(25, 3), key="k").order
    try:
        receipt = erp.orders.amend(order, ec.ChangeQuantity(line=2, to=5))
    except ec.errors.UnsupportedOperation:
        pytest.skip("not offered here")
    assert receipt.differences == ()
    assert gifts(receipt.order) == [("GASKET", 4)]
