"""Random lives of orders, the adapter side by side with the memory adapter: both must tell the same story."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from ...errors import ErpConnectError, RequestRefused
from ...models import AddLine, CancelLine, ChangePrice, ChangeQuantity, PlaceHold, ReleaseHold
from .compare import ZERO, content, settled_down
from .desk import Desk, eur
from .memory import MemoryProfile
from .suite import Suite

if TYPE_CHECKING:
    from .profile import AdapterProfile

EXAMPLES, STEPS = 8, 12


class Lifecycle(Suite):
    """A state machine with the memory adapter as the oracle."""

    def test_orders_live_as_they_do_in_memory(self) -> None:
        pytest.importorskip("hypothesis")
        run(self.profile)


def run(profile: AdapterProfile, examples: int = EXAMPLES, steps: int = STEPS) -> None:
    """Let Hypothesis try lives of orders; raises ``AssertionError`` with the shortest one that differs."""
    from hypothesis import HealthCheck, settings
    from hypothesis import strategies as st
    from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

    class Lives(RuleBasedStateMachine):
        """Two desks, one at the adapter and one at the oracle; every step is taken at both."""

        orders = Bundle("orders")

        def __init__(self) -> None:
            super().__init__()
            self.desks: list[Desk] = []
            self.open: list[Any] = []
            for each in (profile, MemoryProfile()):
                backend = each.backend()
                self.open.append(backend)
                self.desks.append(Desk(each, backend.__enter__()))
            self.known: list[tuple[str, str]] = []

        @initialize()
        def people(self) -> None:
            for desk in self.desks:
                assert desk.customer
                assert desk.valve
                assert desk.pump

        @rule(target=orders, valves=st.integers(1, 20), pumps=st.integers(1, 5))
        def create(self, valves: int, pumps: int) -> int:
            made = self.both(
                lambda desk: desk.order(desk.line(quantity=valves), desk.line(desk.pump, pumps, price=eur("240"))).id
            )
            self.known.append((made[0], made[1]))
            return len(self.known) - 1

        @rule(order=orders, pump=st.booleans(), to=st.integers(1, 25))
        def change_quantity(self, order: int, pump: bool, to: int) -> None:
            self.amend(order, pump, lambda desk, line: ChangeQuantity(line=line, to=to))

        @rule(order=orders, pump=st.booleans(), cents=st.integers(1, 99_999))
        def change_price(self, order: int, pump: bool, cents: int) -> None:
            price = eur(str(Decimal(cents).scaleb(-2)))
            self.amend(order, pump, lambda desk, line: ChangePrice(line=line, to=price))

        @rule(order=orders, quantity=st.integers(1, 9))
        def add_line(self, order: int, quantity: int) -> None:
            self.amend(order, None, lambda desk, line: AddLine(line=desk.line(desk.valve, quantity)))

        @rule(order=orders, pump=st.booleans())
        def cancel_line(self, order: int, pump: bool) -> None:
            self.amend(order, pump, lambda desk, line: CancelLine(line=line, reason="not needed"))

        @rule(order=orders, place=st.booleans())
        def hold(self, order: int, place: bool) -> None:
            kind = (self.desks[0].capabilities.operation("orders.hold").values or ("delivery",))[0]
            self.amend(order, None, lambda desk, line: (PlaceHold if place else ReleaseHold)(kind=kind))

        @rule(order=orders)
        def cancel(self, order: int) -> None:
            if self.desks[0].can("orders.cancel") and not self.moved(order):
                self.step(order, lambda desk, id: desk.erp.orders.cancel(id, "withdrawn"))

        @rule(order=orders, pump=st.booleans(), quantity=st.integers(1, 6))
        def ship(self, order: int, pump: bool, quantity: int) -> None:
            if not self.desks[0].can("shipments.post", "shipments.of"):
                return

            def post(desk: Desk, id: str) -> object:
                line = self.line(desk, id, pump)
                return desk.erp.shipments.post(id, {line: Decimal(quantity)})

            self.step(order, post)

        @invariant()
        def both_tell_the_same(self) -> None:
            for pair in self.known:
                mine, theirs = (
                    self.story(desk, desk.erp.orders.get(id)) for desk, id in zip(self.desks, pair, strict=True)
                )
                assert mine == theirs

        def teardown(self) -> None:
            for desk, backend in zip(self.desks, self.open, strict=True):
                desk.close()
                backend.__exit__(None, None, None)

        # -- at both desks -----------------------------------------------------------------------------------

        def both(self, act: Any) -> list[Any]:
            return [act(desk) for desk in self.desks]

        def amend(self, order: int, pump: bool | None, make: Any) -> None:
            def change(desk: Desk, id: str) -> object:
                line = None if pump is None else self.line(desk, id, pump)
                return desk.erp.orders.amend(id, make(desk, line))

            operation = f"orders.{make(self.desks[0], 'X').operation}"
            if self.desks[0].can(operation):
                self.step(order, change)

        def step(self, order: int, act: Any) -> None:
            """Both do it, or both refuse it."""
            ends: list[str | None] = []
            for desk, id in zip(self.desks, self.known[order], strict=True):
                try:
                    act(desk, id)
                    ends.append(None)
                except ErpConnectError as error:
                    assert isinstance(error, RequestRefused), f"{type(error).__name__} is no refusal"
                    assert error.outcome == "not_applied"
                    ends.append("refused")
            assert ends[0] == ends[1], f"the adapter: {ends[0] or 'done'}, in memory: {ends[1] or 'done'}"

        def line(self, desk: Desk, id: str, pump: bool) -> str:
            """The first line of a product, wanted or not; one that never was where it is gone."""
            product = desk.pump if pump else desk.valve
            lines = [line for line in desk.erp.orders.get(id).lines if line.product == product]
            still = [line for line in lines if line.quantities.open > 0]
            return (still or lines)[0].id if lines else "no-such-line"

        def moved(self, order: int) -> bool:
            """Whether goods have left: what a cancellation does then differs from product to product."""
            desk, id = self.desks[1], self.known[order][1]
            return any(line.quantities.shipped for line in desk.erp.orders.get(id).lines)

        @staticmethod
        def story(desk: Desk, order: Any) -> Any:
            names = {desk.valve: "valve", desk.pump: "pump"}
            wanted = [(names[str(product)], quantity) for product, quantity in content(order)]
            left = sum((line.quantities.open for line in order.lines), ZERO)
            return settled_down(order.status), sorted(wanted), left

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Lives,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
