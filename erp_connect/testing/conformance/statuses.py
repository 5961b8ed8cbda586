"""Where an order stands, and what it allows there: the table of transitions may be narrowed, never widened."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from ...errors import NotFound, RequestRefused, TransitionNotAllowed
from ...models import (
    AddLine,
    Amendment,
    ChangeAddress,
    ChangeHeader,
    ChangePrice,
    ChangeQuantity,
    OrderStatus,
    PlaceHold,
)
from ...rules.status import TRANSITIONS
from .compare import settled_down
from .desk import QUARRY, SKIPPED, Desk, eur
from .suite import Suite


def _cancelled(desk: Desk) -> Any:
    desk.needs("orders.cancel")
    return desk.erp.orders.cancel(desk.two_lines(), "withdrawn").stored


def _shipped(desk: Desk) -> Any:
    order = desk.ship(desk.two_lines())
    if settled_down(order.status) is not OrderStatus.SHIPPED:
        pytest.skip(SKIPPED)
    return order


def _held(desk: Desk) -> Any:
    desk.needs("orders.hold")
    kind = (desk.capabilities.operation("orders.hold").values or ("delivery",))[0]
    return desk.erp.orders.amend(desk.two_lines(), PlaceHold(kind=kind)).stored


STATES: dict[str, Callable[[Desk], Any]] = {
    "new": lambda desk: desk.two_lines(),
    "held": _held,
    "shipped": _shipped,
    "cancelled": _cancelled,
}


def _try(desk: Desk, order: Any) -> dict[str, Amendment]:
    line = order.lines[0].id
    return {
        "change_quantity": ChangeQuantity(line=line, to=20),
        "change_price": ChangePrice(line=line, to=eur("9")),
        "change_header": ChangeHeader(customer_po="PO-LATER"),
        "change_address": ChangeAddress(ship_to=QUARRY),
        "add_line": AddLine(line=desk.line(desk.pump, 1, price=eur("240"))),
    }


class Statuses(Suite):
    """Status and transitions."""

    @pytest.mark.parametrize("state", sorted(STATES))
    def test_what_a_status_forbids_is_refused(self, desk: Desk, state: str) -> None:
        order = STATES[state](desk)
        for operation, amendment in _try(desk, order).items():
            if operation in TRANSITIONS[order.status] or not desk.can(f"orders.{operation}"):
                continue
            with pytest.raises((TransitionNotAllowed, NotFound)) as caught:
                desk.erp.orders.amend(order.id, amendment)
            assert caught.value.outcome == "not_applied"
        assert desk.erp.orders.get(order).status is order.status

    def test_a_new_order_waits(self, desk: Desk) -> None:
        order = desk.two_lines()
        assert settled_down(order.status) is OrderStatus.SUBMITTED
        assert {settled_down(line.status) for line in order.lines} == {OrderStatus.SUBMITTED}
        assert order.holds == ()

    def test_a_held_order_is_on_hold_and_goes_on_after_the_release(self, desk: Desk) -> None:
        from ...models import ReleaseHold

        desk.needs("orders.release")
        order = _held(desk)
        assert order.status is OrderStatus.ON_HOLD
        free = desk.erp.orders.amend(order, ReleaseHold(kind=order.holds[0].kind)).stored
        assert settled_down(free.status) is OrderStatus.SUBMITTED

    def test_quantities_and_status_agree(self, desk: Desk) -> None:
        order = desk.ship(desk.two_lines())
        for line in order.lines:
            if line.quantities.shipped is not None and line.quantities.open == 0:
                assert settled_down(line.status) is OrderStatus.SHIPPED
        if all(line.quantities.shipped is not None for line in order.lines):
            assert settled_down(order.status) is OrderStatus.SHIPPED

    def test_a_part_that_has_left_shows(self, desk: Desk) -> None:
        order = desk.two_lines()
        order = desk.ship(order, {order.lines[0].id: Decimal(4)})
        if order.lines[0].quantities.shipped != 4:
            pytest.skip(SKIPPED)
        assert order.status is OrderStatus.PARTLY_SHIPPED
        assert order.lines[0].quantities.open == 8
        assert order.lines[1].quantities.open == 2

    def test_no_refusal_is_called_repeatable(self, desk: Desk) -> None:
        order = STATES["cancelled"](desk)
        with pytest.raises(RequestRefused) as caught:
            desk.erp.orders.cancel(order.id, "again")
        assert not caught.value.retryable
