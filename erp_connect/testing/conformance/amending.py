"""Amending orders: every kind of change, versions, plans, and what may never be lost on the way."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ...adapters.contract import Conditional
from ...errors import (
    ErpConnectError,
    InvalidOrder,
    KeyReused,
    RequestRefused,
    TransitionNotAllowed,
    VersionConflict,
)
from ...models import (
    EMPTY,
    AddLine,
    ChangeAddress,
    ChangeDate,
    ChangeDiscount,
    ChangeQuantity,
    Discount,
    Plan,
)
from .changes import CHANGES, example_of
from .compare import content, line_of, ordered, untouched
from .desk import QUARRY, SKIPPED, Desk, eur
from .suite import Suite


class Amending(Suite):
    """``plan``, ``apply``, ``amend``."""

    @pytest.mark.parametrize("operation", sorted(CHANGES))
    def test_a_change_is_planned_made_and_read_back(self, desk: Desk, operation: str) -> None:
        order, amendment, holds_after = example_of(desk, operation)
        plan = desk.erp.orders.plan(order, amendment)
        assert plan.diff, "a plan of a change shows no difference"
        stands = desk.erp.orders.get(order.id)
        assert (stands.version, stands.lines) == (order.version, order.lines), "planning wrote something"
        receipt = desk.erp.orders.apply(plan)
        holds_after(receipt.stored)
        read = desk.erp.orders.get(order.id)
        holds_after(read)
        assert read.version == receipt.stored.version
        assert order.version is None or read.version != order.version, "the version has not moved"

    @pytest.mark.parametrize("operation", sorted(CHANGES))
    def test_a_change_without_the_order_at_hand_does_the_same(self, desk: Desk, operation: str) -> None:
        order, amendment, holds_after = example_of(desk, operation)
        desk.erp.orders.amend(order.id, amendment)
        holds_after(desk.erp.orders.get(order.id))

    def test_several_changes_are_made_together(self, desk: Desk) -> None:
        desk.needs("orders.change_quantity", "orders.change_address")
        order = desk.two_lines()
        first, second = order.lines
        changed = desk.erp.orders.amend(
            order,
            ChangeQuantity(line=first, to=4),
            ChangeQuantity(line=second, to=1),
            ChangeAddress(ship_to=QUARRY),
        ).stored
        assert content(changed) == sorted([(desk.pump, Decimal(1)), (desk.valve, Decimal(4))])
        assert changed.ship_to == QUARRY

    def test_one_bad_change_spoils_the_others_where_they_are_atomic(self, desk: Desk) -> None:
        desk.needs("orders.change_quantity", "orders.add_line")
        known = desk.capabilities
        if not all(known.operation(f"orders.{each}").atomic for each in ("change_quantity", "add_line")):
            pytest.skip(SKIPPED)
        order = desk.two_lines()
        with pytest.raises(RequestRefused) as caught:
            desk.erp.orders.amend(
                order, ChangeQuantity(line=order.lines[0], to=4), AddLine(line=desk.line("P404404"))
            )
        assert caught.value.outcome == "not_applied"
        stands = desk.erp.orders.get(order.id)
        assert stands.lines == order.lines
        assert stands.version == order.version

    def test_line_one_is_the_first_line_on_every_back_end(self, desk: Desk) -> None:
        desk.needs("orders.change_quantity")
        order = desk.two_lines()
        changed = desk.erp.orders.amend(order, ChangeQuantity(line=1, to=3)).stored
        assert changed.line(1).quantities.ordered == 3
        assert content(changed) == sorted([(desk.valve, Decimal(3)), (desk.pump, ordered(order.lines[1]))])

    def test_a_line_may_be_named_by_position_or_id(self, desk: Desk) -> None:
        desk.needs("orders.change_quantity")
        order = desk.two_lines()
        desk.erp.orders.amend(order, ChangeQuantity(line=order.lines[1].position, to=1))
        order = desk.erp.orders.get(order.id)
        changed = desk.erp.orders.amend(order, ChangeQuantity(line=order.lines[0].id, to=3)).stored
        assert content(changed) == sorted([(desk.pump, Decimal(1)), (desk.valve, Decimal(3))])

    def test_a_line_that_is_not_there_is_refused(self, desk: Desk) -> None:
        desk.needs("orders.change_quantity")
        order = desk.order()
        with pytest.raises(InvalidOrder) as caught:
            desk.erp.orders.amend(order, ChangeQuantity(line=99, to=3))
        assert caught.value.code == "line_unknown"
        assert desk.erp.orders.get(order.id).version == order.version

    def test_a_discount_is_taken_away_by_empty(self, desk: Desk) -> None:
        desk.needs("orders.change_discount")
        order = desk.order(desk.line(), desk.line(desk.pump, 2, price=eur("240")))
        given = desk.erp.orders.amend(
            order, ChangeDiscount(line=order.lines[0], to=Discount(percent=Decimal(10)))
        ).stored
        assert given.lines[0].discount is not None
        taken = desk.erp.orders.amend(given, ChangeDiscount(line=given.lines[0], to=EMPTY)).stored
        assert taken.lines[0].discount is None
        untouched(order, taken)

    def test_another_date_for_one_line_leaves_the_others(self, desk: Desk) -> None:
        desk.needs("orders.change_date")
        if not desk.keeps("order.line.requested"):
            pytest.skip(SKIPPED)
        order = desk.two_lines()
        day = desk.today().replace(day=28)
        changed = desk.erp.orders.amend(order, ChangeDate(line=order.lines[0], to=day)).stored
        assert [line.requested for line in changed.lines] == [day, order.lines[1].requested]

    def test_never_less_than_what_has_left(self, desk: Desk) -> None:
        desk.needs("orders.change_quantity")
        order = desk.order()
        order = desk.ship(order, {order.lines[0].id: Decimal(5)})
        if (order.lines[0].quantities.shipped or 0) != 5:
            pytest.skip(SKIPPED)
        with pytest.raises(RequestRefused) as caught:
            desk.erp.orders.amend(order, ChangeQuantity(line=order.lines[0], to=3))
        assert isinstance(caught.value, TransitionNotAllowed | InvalidOrder)
        assert ordered(desk.erp.orders.get(order.id).lines[0]) == 12

    # -- keys and plans --------------------------------------------------------------------------------------

    def test_applying_a_plan_twice_writes_once(self, desk: Desk) -> None:
        desk.needs("orders.add_line")
        order = desk.order()
        plan = desk.erp.orders.plan(order, AddLine(line=desk.line(desk.pump, 1, price=eur("240"))))
        first = desk.erp.orders.apply(plan)
        again = desk.erp.orders.apply(plan)
        assert again.replayed
        assert not first.replayed
        assert content(again.stored) == sorted([(desk.pump, Decimal(1)), (desk.valve, Decimal(12))])

    def test_amending_twice_under_one_key_writes_once(self, desk: Desk) -> None:
        desk.needs("orders.add_line")
        order, key = desk.order(), desk.key()
        change = AddLine(line=desk.line(desk.pump, 1, price=eur("240")))
        desk.erp.orders.amend(order.id, change, key=key)
        again = desk.erp.orders.amend(order.id, change, key=key)
        assert again.replayed
        assert len(again.stored.lines) == 2

    def test_another_change_under_the_same_key_is_refused(self, desk: Desk) -> None:
        desk.needs("orders.change_quantity")
        order, key = desk.order(), desk.key()
        desk.erp.orders.amend(order.id, ChangeQuantity(line=order.lines[0].id, to=8), key=key)
        with pytest.raises(KeyReused):
            desk.erp.orders.amend(order.id, ChangeQuantity(line=order.lines[0].id, to=9), key=key)
        assert ordered(desk.erp.orders.get(order.id).lines[0]) == 8

    def test_a_plan_tells_what_it_would_cost(self, desk: Desk) -> None:
        desk.needs("orders.change_quantity")
        order = desk.order()
        if order.net is None:
            pytest.skip(SKIPPED)
        plan = desk.erp.orders.plan(order, ChangeQuantity(line=order.lines[0], to=10))
        assert plan.price_effect is not None
        assert plan.price_effect.amount == Decimal("-25.00")
        assert ordered(desk.erp.orders.apply(plan).stored.lines[0]) == 10

    # -- versions --------------------------------------------------------------------------------------------

    def test_a_change_to_a_stale_order_is_a_conflict_that_shows_what_moved(self, desk: Desk) -> None:
        desk.needs("orders.change_quantity")
        stale = desk.two_lines()
        rival = desk.connect()
        rival.orders.amend(stale.id, ChangeQuantity(line=stale.lines[0].id, to=20))
        with pytest.raises(VersionConflict) as caught:
            desk.erp.orders.amend(stale, ChangeQuantity(line=stale.lines[1], to=1))
        assert caught.value.outcome == "not_applied"
        assert any("quantity" in each.path for each in caught.value.diff)
        stands = desk.erp.orders.get(stale.id)
        assert content(stands) == sorted([(desk.pump, Decimal(2)), (desk.valve, Decimal(20))])

    def test_a_rival_between_reading_and_writing_is_noticed(self, desk: Desk) -> None:
        desk.needs("orders.change_quantity")
        if desk.capabilities.conditional("orders.change_quantity") is Conditional.NONE:
            pytest.skip(SKIPPED)
        order, rival = desk.two_lines(), desk.connect()
        overtaking = ChangeQuantity(line=order.lines[0].id, to=20)
        desk.needs_a_gap()
        desk.wire.before("orders.amend", lambda: rival.orders.amend(order.id, overtaking))
        with pytest.raises(VersionConflict):
            desk.erp.orders.amend(order, ChangeQuantity(line=order.lines[0], to=5))
        assert ordered(line_of(desk.erp.orders.get(order.id), desk.valve)) == 20

    def test_a_plan_is_stopped_only_by_what_it_touches(self, desk: Desk) -> None:
        desk.needs("orders.change_quantity")
        if not desk.capabilities.stable_line_ids:
            pytest.skip(SKIPPED)
        order, rival = desk.two_lines(), desk.connect()
        first, second = (
            Plan.from_json(desk.erp.orders.plan(order, ChangeQuantity(line=line, to=5)).to_json())
            for line in order.lines
        )
        rival.orders.amend(order.id, ChangeQuantity(line=order.lines[1].id, to=7))
        changed = desk.erp.orders.apply(first).stored
        assert content(changed) == sorted([(desk.pump, Decimal(7)), (desk.valve, Decimal(5))])
        with pytest.raises(VersionConflict) as caught:
            desk.erp.orders.apply(second)
        moved = caught.value.diff[0]
        assert (moved.line_id, moved.sent, moved.stored) == (order.lines[1].id, 2, 7)
        rebased = desk.erp.orders.plan(order.id, *second.amendments)
        stands = desk.erp.orders.apply(rebased).stored
        assert content(stands) == sorted([(desk.pump, Decimal(5)), (desk.valve, Decimal(5))])
        assert desk.erp.orders.apply(rebased).replayed

    def test_a_version_that_moved_alone_is_no_conflict(self, desk: Desk) -> None:
        desk.needs("orders.change_quantity")
        order = desk.two_lines()
        desk.touch(order)
        changed = desk.erp.orders.amend(order, ChangeQuantity(line=order.lines[0], to=5)).stored
        assert ordered(line_of(changed, desk.valve)) == 5

    def test_force_writes_over_whatever_is_there(self, desk: Desk) -> None:
        desk.needs("orders.change_quantity")
        order, rival = desk.two_lines(), desk.connect()
        plan = desk.erp.orders.plan(order, ChangeQuantity(line=order.lines[0], to=5))
        rival.orders.amend(order.id, ChangeQuantity(line=order.lines[0].id, to=20))
        changed = desk.erp.orders.apply(plan, force=True).stored
        assert ordered(line_of(changed, desk.valve)) == 5

    def test_plans_for_several_orders_end_one_by_one(self, desk: Desk) -> None:
        desk.needs("orders.change_quantity")
        first, stale, third = desk.order(), desk.order(), desk.order()
        plans = [
            desk.erp.orders.plan(each, ChangeQuantity(line=each.lines[0], to=5))
            for each in (first, stale, third)
        ]
        desk.connect().orders.amend(stale.id, ChangeQuantity(line=stale.lines[0].id, to=20))
        done = desk.erp.orders.apply_many(plans)
        assert [receipt.stored.id for receipt in done.succeeded] == [first.id, third.id]
        assert [failure.index for failure in done.failed] == [1]
        assert isinstance(done.failed[0].error, VersionConflict)
        with pytest.raises(ErpConnectError):
            done.raise_for_failures()
