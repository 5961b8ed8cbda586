"""Amending an order: planned first, written once, held to what the plan was made on."""

from __future__ import annotations

from decimal import Decimal

import pytest

import erp_connect as ec


@pytest.fixture
def placed(shop, erp):
    return erp.orders.create(shop.order(shop.line(quantity=12), shop.line("PUMP-5", quantity=2))).order


def quantities(order):
    return [line.quantities.ordered for line in order.lines]


# -- planning --------------------------------------------------------------------------------------------


def test_a_plan_shows_what_would_change_and_changes_nothing(shop, erp, placed):
    plan = erp.orders.plan(placed, ec.ChangeQuantity(line=1, to=10, reason="customer called"))
    asked = {change.path: (change.sent, change.stored) for change in plan.diff}
    assert asked["order.lines[0].quantity"] == (12, 10)
    assert plan.price_effect == ec.Money(amount=Decimal("-25.00"), currency="EUR")
    assert plan.computed_by == "back-end"
    assert quantities(shop.standing[0]) == [12, 2]


def test_where_the_back_end_cannot_reckon_our_rules_do(shop):
    erp = shop.connect("bc")
    placed = erp.orders.create(shop.order(shop.line(quantity=12, price=shop.eur("10")))).order
    plan = erp.orders.plan(placed.id, ec.ChangeQuantity(line=placed.lines[0].position, to=10))
    assert plan.computed_by == "rules"
    assert plan.price_effect.amount == -20


def test_a_plan_without_an_amendment_is_refused(erp, placed):
    with pytest.raises(ec.errors.InvalidOrder):
        erp.orders.plan(placed)


def test_a_line_that_the_order_has_not_is_named(erp, placed):
    with pytest.raises(ec.errors.InvalidOrder) as refused:
        erp.orders.plan(placed, ec.ChangeQuantity(line=7, to=1))
    assert refused.value.code == "line_unknown"


def test_applying_a_plan_twice_writes_once(shop, erp, placed):
    plan = erp.orders.plan(placed, ec.AddLine(line=shop.line(quantity=1)))
    first, second = erp.orders.apply(plan), erp.orders.apply(plan)
    assert not first.replayed
    assert second.replayed
    assert quantities(shop.standing[0]) == [12, 2, 1]


def test_plans_without_a_key_are_different_wishes(shop, erp, placed):
    for _ in range(2):
        placed = erp.orders.amend(placed, ec.AddLine(line=shop.line(quantity=1))).order
    assert quantities(shop.standing[0]) == [12, 2, 1, 1]


def test_a_plan_belongs_to_its_book(erp, placed):
    plan = erp.orders.plan(placed, ec.AddNote(text="ring twice"))
    for wrong in (plan, "plan", placed):
        with pytest.raises(TypeError, match="purchase_orders"):
            erp.purchase_orders.apply(wrong)


# -- every amendment arrives -----------------------------------------------------------------------------


def test_many_amendments_are_one_write(shop, erp, placed):
    address = ec.Address(name="Yard 2", lines=("Gate 9",), city="Bonn", postal_code="53111", country="DE")
    receipt = erp.orders.amend(
        placed,
        ec.ChangeQuantity(line=1, to=20),
        ec.ChangePrice(line=1, to=shop.eur("11")),
        ec.ChangeAddress(ship_to=address),
        ec.ChangeHeader(customer_po="PO-2"),
        ec.AddNote(text="ring twice"),
        ec.PlaceHold(kind="delivery", reason="customer asked"),
        ec.SplitLine(line=1, quantity=5),
        ec.CancelLine(line=2, reason="not needed"),
    )
    stands = shop.standing[0]
    assert receipt.differences == ()
    assert receipt.order == stands
    assert (stands.customer_po, stands.ship_to, stands.notes) == ("PO-2", address, ("ring twice",))
    assert [line.quantities.ordered for line in stands.lines] == [15, 2, 5]
    assert stands.lines[0].price == shop.eur("11")
    assert stands.lines[1].quantities.cancelled == 2
    assert stands.status is ec.OrderStatus.ON_HOLD


def test_the_receipt_of_a_change_tells_what_the_back_end_made_of_it(shop):
    erp = shop.connect("nav")
    placed = erp.orders.create(shop.order(shop.line(quantity=3))).order
    address = ec.Address(name="Yard 2", lines=("Gate 9",), city="Bonn", postal_code="53111", country="DE")
    receipt = erp.orders.amend(placed, ec.ChangeAddress(ship_to=address))
    assert {d.kind for d in receipt.differences} <= {ec.DifferenceKind.NORMALISED}
    assert receipt.order.ship_to.city.casefold() == "bonn"


# -- somebody else was quicker ---------------------------------------------------------------------------


@pytest.mark.parametrize("like", [None, "lagging_search", "no_version", "sage200"])
def test_a_change_on_an_order_that_has_moved_is_refused_with_the_difference(shop, like):
    erp = shop.connect(like)
    placed = erp.orders.create(shop.order(shop.line(quantity=12))).order
    plan = erp.orders.plan(placed, ec.ChangeQuantity(line=placed.lines[0].position, to=10))
    shop.connect(like).orders.amend(placed.id, ec.ChangeQuantity(line=placed.lines[0].position, to=50))
    with pytest.raises(ec.errors.VersionConflict) as conflict:
        erp.orders.apply(plan)
    assert [(d.path, d.sent, d.stored) for d in conflict.value.diff if d.path.endswith("quantity")] == [
        ("order.lines[0].quantity", 12, 50)
    ]
    assert quantities(shop.standing[0]) == [50]


def test_force_writes_over_what_somebody_else_wrote(shop, erp, placed):
    plan = erp.orders.plan(placed, ec.ChangeQuantity(line=1, to=10))
    erp.orders.amend(placed.id, ec.ChangeQuantity(line=1, to=50))
    assert quantities(erp.orders.apply(plan, force=True).order) == [10, 2]


def test_a_version_that_moved_alone_is_no_conflict(shop, erp, placed):
    plan = erp.orders.plan(placed, ec.ChangeQuantity(line=1, to=10))
    erp._context.adapter.touch(placed.id)  # somebody printed it
    receipt = erp.orders.apply(plan)
    assert quantities(receipt.order) == [10, 2]
    assert erp.orders.apply(plan).replayed


def test_two_clients_amending_one_order_at_once_lose_nothing(shop, erp, placed):
    rival = shop.connect()
    shop.faults.rival("orders.amend", lambda: rival.orders.amend(placed.id, ec.ChangeQuantity(line=1, to=50)))
    with pytest.raises(ec.errors.VersionConflict):
        erp.orders.amend(placed, ec.ChangeQuantity(line=1, to=10))
    assert quantities(shop.standing[0]) == [50, 2]


def test_a_refused_change_leaves_the_key_free(shop, erp, placed):
    with pytest.raises(ec.errors.InvalidOrder):
        erp.orders.amend(placed, ec.AddLine(line=shop.line("NO-SUCH")), key="k")
    erp.orders.amend(placed, ec.AddLine(line=shop.line(quantity=3)), key="k")
    assert quantities(shop.standing[0]) == [12, 2, 3]


# -- the answer is lost ----------------------------------------------------------------------------------

CHANGES = {
    "quantity": lambda shop: ec.ChangeQuantity(line=1, to=10),
    "line": lambda shop: ec.AddLine(line=shop.line("PUMP-5", quantity=1)),
    "split": lambda shop: ec.SplitLine(line=1, quantity=4),
    "note": lambda shop: ec.AddNote(text="ring twice"),
    "product": lambda shop: ec.SubstituteProduct(line=1, to="PUMP-5"),
    "cancelled line": lambda shop: ec.CancelLine(line=1, reason="no"),
    "hold": lambda shop: ec.PlaceHold(kind="delivery"),
    "header": lambda shop: ec.ChangeHeader(customer_po="PO-9"),
}


@pytest.mark.parametrize("fault", ["lose_reply", "lose_request"])
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("like", [None, "late_commit", "no_version"])
def test_a_change_whose_answer_is_lost_is_made_exactly_once(shop, like, change, fault):
    erp = shop.connect(like)
    placed = erp.orders.create(
        shop.order(shop.line(quantity=12), shop.line("PUMP-5", quantity=2), notes=["ring twice"])
    ).order
    wished = erp.orders.plan(placed, CHANGES[change](shop)).expected
    getattr(shop.faults, fault)("orders.amend")
    for _ in range(3):
        try:
            receipt = erp.orders.amend(placed.id, CHANGES[change](shop), key="k")
            break
        except ec.errors.OutcomeUnknown as unknown:
            shop.later((unknown.retry_after or 0) + 1)
    (stands,) = shop.standing
    assert receipt.order.lines == stands.lines
    assert quantities(stands) == quantities(wished)
    assert [line.product for line in stands.lines] == [line.product for line in wished.lines]
    assert stands.notes == wished.notes
    assert [hold.kind for hold in stands.holds] == [hold.kind for hold in wished.holds]
    assert erp.orders.amend(placed.id, CHANGES[change](shop), key="k").replayed


def test_a_retry_of_an_added_line_never_plans_on_its_own_work(shop):
    erp = shop.connect("no_version")
    placed = erp.orders.create(shop.order()).order
    shop.faults.lose_reply("orders.amend")
    shop.faults.lose_request("orders.get", times=None)
    add = ec.AddLine(line=shop.line("PUMP-5", quantity=1))
    with pytest.raises(ec.errors.ErpConnectError):
        erp.orders.amend(placed, add, key="k")
    shop.faults.clear()
    shop.later(1000)
    erp.orders.amend(placed.id, add, key="k")
    assert quantities(shop.standing[0]) == [5, 1]


def test_a_change_that_somebody_else_undid_meanwhile_is_a_doubt(shop):
    erp = shop.connect("no_version")
    placed = erp.orders.create(shop.order(shop.line(quantity=12))).order
    shop.faults.commit_late("orders.amend", 30)
    with pytest.raises(ec.errors.OutcomeUnknown):
        erp.orders.amend(placed, ec.ChangeQuantity(line=1, to=10), key="k")
    shop.later(31)  # done at last
    erp.orders.amend(placed.id, ec.ChangeQuantity(line=1, to=77))
    with pytest.raises(ec.errors.OutcomeUnknown) as unknown:
        erp.orders.amend(placed, ec.ChangeQuantity(line=1, to=10), key="k")
    assert unknown.value.retry_after is None
    assert quantities(shop.standing[0]) == [77]


def test_a_lost_change_of_an_order_that_a_rival_changed_is_a_conflict(shop):
    erp = shop.connect("late_commit")  # versions are enforced: the lost request cannot run any more
    placed = erp.orders.create(shop.order(shop.line(quantity=12))).order
    rival = shop.connect("late_commit")

    def change_too():
        rival.orders.amend(placed.id, ec.ChangeHeader(customer_po="PO-7"))
        shop.faults.commit_late("orders.amend", 100)  # for the one who is about to send

    shop.faults.rival("orders.amend", change_too)
    with pytest.raises(ec.errors.VersionConflict) as conflict:
        erp.orders.amend(placed, ec.ChangeQuantity(line=1, to=10), key="k")
    assert [d.path for d in conflict.value.diff] == ["order.customer_po"]
    shop.later(1000)
    assert quantities(shop.standing[0]) == [12]


def test_applying_many_plans_keeps_going_after_a_conflict(shop, erp):
    orders = [erp.orders.create(shop.order(customer_po=f"PO-{n}")).order for n in range(3)]
    plans = [erp.orders.plan(order, ec.ChangeQuantity(line=1, to=9)) for order in orders]
    erp.orders.amend(orders[1].id, ec.ChangeQuantity(line=1, to=1))
    result = erp.orders.apply_many(plans)
    assert len(result.succeeded) == 2
    assert [(failure.index, type(failure.error)) for failure in result.failed] == [
        (1, ec.errors.VersionConflict)
    ]
    assert [quantities(order) for order in shop.standing] == [[9], [1], [9]]


def test_a_change_of_several_calls_that_is_cut_says_what_stands(shop):
    erp = shop.connect("sage200")  # saves one amendment after the other
    placed = erp.orders.create(shop.order(shop.line(quantity=12))).order
    shop.faults.refuse("orders.amend", ec.errors.PeriodClosed("the year is closed"), step=1)
    changes = (
        ec.ChangeQuantity(line=placed.lines[0].position, to=10),
        ec.ChangePrice(line=placed.lines[0].position, to=shop.eur("11")),
    )
    with pytest.raises(ec.errors.PartialFailure) as partial:
        erp.orders.amend(placed, *changes, key="k")
    assert [d.path for d in partial.value.receipt.differences] == ["order.lines[0].price"]
    assert partial.value.receipt.order.lines[0].quantities.ordered == 10
    with pytest.raises(ec.errors.PartialFailure):
        erp.orders.amend(placed.id, *changes, key="k")
    erp.orders.amend(placed.id, changes[1], key="the rest")
    erp.journal.resolve("k", placed.id)
    assert erp.orders.amend(placed.id, *changes, key="k").replayed
    (line,) = shop.standing[0].lines
    assert (line.quantities.ordered, line.price) == (10, shop.eur("11"))
