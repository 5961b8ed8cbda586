"""Cancelling: whole orders, lines of them, and what is left where a back-end deletes or only orders less."""

from __future__ import annotations

from decimal import Decimal

import pytest

import erp_connect as ec


def two_lines(shop, **more):
    return shop.order(shop.line(quantity=10), shop.line("PUMP-5", quantity=2), **more)


@pytest.mark.parametrize("reason", ["", "   ", None, 7, "a\x00b"])
def test_a_cancellation_needs_a_reason(shop, erp, reason):
    placed = erp.orders.create(shop.order()).order
    with pytest.raises(ec.errors.InvalidOrder):
        erp.orders.cancel(placed, reason)
    assert shop.standing[0].status is ec.OrderStatus.SUBMITTED


def test_naming_no_line_is_not_naming_all(shop, erp):
    placed = erp.orders.create(shop.order()).order
    with pytest.raises(ec.errors.InvalidOrder):
        erp.orders.cancel(placed, "no", lines=[])
    assert shop.standing[0].status is ec.OrderStatus.SUBMITTED


def test_a_cancelled_order_keeps_its_lines_and_says_why(shop, erp):
    placed = erp.orders.create(two_lines(shop)).order
    cancelled = erp.orders.cancel(placed, "project stopped").order
    assert cancelled.status is ec.OrderStatus.CANCELLED
    assert [(line.quantities.ordered, line.quantities.cancelled) for line in cancelled.lines] == [
        (10, 10),
        (2, 2),
    ]
    assert cancelled.cancel_reason == "project stopped"
    assert cancelled == shop.standing[0]


@pytest.mark.parametrize("which", [1, [1], "id", "line"])
def test_a_line_is_named_by_position_by_id_or_by_itself(shop, erp, which):
    placed = erp.orders.create(two_lines(shop)).order
    lines = (
        {"id": placed.lines[0].id, "line": placed.lines[0]}.get(which, which)
        if isinstance(which, str)
        else which
    )
    cancelled = erp.orders.cancel(placed, "too many", lines=lines).order
    assert [line.quantities.cancelled for line in cancelled.lines] == [10, 0]
    assert cancelled.status is ec.OrderStatus.SUBMITTED


def test_all_open_lines_together_are_the_whole_order(shop):
    erp = shop.connect("nav")  # which deletes cancelled lines and orders
    placed = erp.orders.create(two_lines(shop)).order
    cancelled = erp.orders.cancel(placed, "no", lines=[line.id for line in placed.lines]).order
    assert cancelled.status is ec.OrderStatus.CANCELLED
    assert shop.standing == ()


def test_nothing_open_is_nothing_to_cancel(shop, erp):
    placed = erp.orders.create(two_lines(shop)).order
    erp.orders.cancel(placed, "no", lines=1)
    with pytest.raises(ec.errors.TransitionNotAllowed):
        erp.orders.cancel(placed.id, "again", lines=1)
    erp.shipments.post(placed.id)
    with pytest.raises(ec.errors.TransitionNotAllowed):
        erp.orders.cancel(placed.id, "too late")


def test_cancelling_twice_with_one_key_is_cancelling_once(shop, erp):
    placed = erp.orders.create(two_lines(shop)).order
    erp.orders.cancel(placed.id, "no", lines=[2], key="k")
    assert erp.orders.cancel(placed.id, "no", lines=[2], key="k").replayed
    with pytest.raises(ec.errors.KeyReused):
        erp.orders.cancel(placed.id, "no", lines=[1], key="k")
    assert [line.quantities.cancelled for line in shop.standing[0].lines] == [0, 2]


@pytest.mark.parametrize("like", [None, "no_version", "sage200", "late_commit"])
def test_a_given_order_is_held_to_its_version(shop, like):
    erp = shop.connect(like)
    placed = erp.orders.create(two_lines(shop)).order
    shop.connect(like).orders.amend(placed.id, ec.ChangeQuantity(line=placed.lines[0].position, to=11))
    with pytest.raises(ec.errors.VersionConflict) as conflict:
        erp.orders.cancel(placed, "no")
    assert "order.lines[0].quantity" in [d.path for d in conflict.value.diff]
    cancelled = erp.orders.cancel(placed.id, "no").order  # an id holds to nothing
    assert cancelled.status is ec.OrderStatus.CANCELLED


def test_a_version_that_moved_alone_does_not_keep_an_order_from_being_cancelled(shop, erp):
    placed = erp.orders.create(shop.order()).order
    erp._context.adapter.touch(placed.id)
    assert erp.orders.cancel(placed, "no").order.status is ec.OrderStatus.CANCELLED


@pytest.mark.parametrize("fault", ["lose_reply", "lose_request"])
@pytest.mark.parametrize(
    ("like", "lines"),
    [
        (like, lines)
        for like in (None, "late_commit", "no_version", "bc", "fo", "nav", "x3", "sage200")
        for lines in (None, [2])
        if (like, lines) != ("x3", None)  # needs a strategy that the site has to choose
    ],
)
def test_a_cancellation_whose_answer_is_lost_happens_once(shop, like, lines, fault):
    erp = shop.connect(like)
    placed = erp.orders.create(two_lines(shop)).order
    positions = None if lines is None else [placed.lines[1].position]
    getattr(shop.faults, fault)("orders.cancel")
    for _ in range(4):
        try:
            receipt = erp.orders.cancel(placed.id, "no", lines=positions, key="k")
            break
        except ec.errors.OutcomeUnknown as unknown:
            shop.later((unknown.retry_after or 0) + 1)
    if lines is None:
        assert receipt.order.status is ec.OrderStatus.CANCELLED
        assert not any(line.quantities.open for order in shop.standing for line in order.lines)
    else:
        (stands,) = shop.standing
        assert sum(line.quantities.open for line in stands.lines) == 10
    assert erp.orders.cancel(placed.id, "no", lines=positions, key="k").replayed
    assert erp.orders.get(placed.id).status is receipt.order.status


# -- deleted by the back-end -----------------------------------------------------------------------------


@pytest.fixture
def gone(shop):
    erp = shop.connect("bc")
    placed = erp.orders.create(two_lines(shop, customer_po="PO-9")).order
    erp.orders.cancel(placed, "project stopped")
    assert shop.standing == ()
    return erp, placed


def test_an_order_that_the_back_end_deleted_is_remembered_as_cancelled(gone):
    erp, placed = gone
    found = erp.orders.get(placed.id)
    assert found.status is ec.OrderStatus.CANCELLED
    assert (found.number, found.customer, found.cancel_reason) == (
        placed.number,
        "C-100",
        "project stopped",
    )
    assert [(line.product, line.quantities.ordered, line.quantities.cancelled) for line in found.lines] == [
        ("VALVE-20", 10, 10),
        ("PUMP-5", 2, 2),
    ]
    assert (found.ship_to, found.customer_name) == (None, None)
    assert erp.orders.track(placed.id).status is ec.OrderStatus.CANCELLED


def test_a_deleted_order_is_among_the_events_and_not_in_the_list(gone):
    erp, placed = gone
    assert list(erp.orders.list()) == []
    kinds = [(event.kind, event.order_id) for event in erp.orders.events()]
    assert kinds.count((ec.EventKind.CANCELLED, placed.id)) == 1


def test_a_cursor_goes_on_after_a_deleted_order(shop, gone):
    erp, placed = gone
    cursor = list(erp.orders.events())[-1].cursor
    assert list(erp.orders.events(cursor)) == []
    later = erp.orders.create(shop.order(customer_po="PO-10")).order
    assert placed.id not in [event.order_id for event in erp.orders.events(cursor)]
    assert later.id in [event.order_id for event in erp.orders.events(cursor)]


def test_an_order_that_never_was_is_not_found(shop, erp):
    with pytest.raises(ec.errors.NotFound) as missing:
        erp.orders.get("no such id")
    assert missing.value.hint
    with pytest.raises(ec.errors.NotFound):
        erp.orders.cancel("no such id", "no")


# -- cancelled by ordering less --------------------------------------------------------------------------


def test_where_the_back_end_only_orders_less_the_journal_remembers_what_was_cancelled(shop):
    erp = shop.connect("x3")
    placed = erp.orders.create(two_lines(shop)).order
    first = placed.lines[0]
    erp.shipments.post(placed.id, {first.id: 4})
    receipt = erp.orders.cancel(placed.id, "enough", lines=first.id)
    assert shop.standing[0].lines[0].quantities.ordered == 4  # what the back-end says
    (found,) = erp.orders.find(number=placed.number)
    for order in (receipt.order, erp.orders.get(placed.id), next(erp.orders.list()), found):
        line = order.lines[0].quantities
        assert (line.ordered, line.cancelled, line.shipped, line.open) == (10, 6, 4, 0)


def test_a_second_cancellation_does_not_count_the_first_again(shop):
    erp = shop.connect("x3")
    placed = erp.orders.create(two_lines(shop)).order
    one, two = (line.id for line in placed.lines)
    erp.shipments.post(placed.id, {one: 4, two: 1})
    erp.orders.cancel(placed.id, "enough", lines=one)
    erp.orders.cancel(placed.id, "enough of this too", lines=two)
    seen = [(line.quantities.ordered, line.quantities.cancelled) for line in erp.orders.get(placed.id).lines]
    assert seen == [(10, 6), (2, 1)]


def test_another_change_leaves_the_remembered_quantities_alone(shop):
    erp = shop.connect("x3")
    placed = erp.orders.create(two_lines(shop)).order
    one, two = (line.id for line in placed.lines)
    erp.shipments.post(placed.id, {one: 4})
    seen = erp.orders.cancel(placed.id, "enough", lines=one).order
    changed = erp.orders.amend(seen, ec.ChangeQuantity(line=two, to=Decimal(3)))
    assert changed.differences == ()
    assert [line.quantities.ordered for line in changed.order.lines] == [10, 3]
    assert [line.quantities.ordered for line in shop.standing[0].lines] == [4, 3]
