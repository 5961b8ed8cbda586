"""Random lives of orders, the adapter side by side with the memory adapter: both must tell the same story."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from decimal import Decimal
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from ...errors import ErpConnectError, RequestRefused
from ...models import AddLine, Amendment, CancelLine, ChangePrice, ChangeQuantity, PlaceHold, ReleaseHold
from .compare import ZERO, content, settled_down
from .desk import Desk, eur
from .memory import MemoryProfile
from .profile import AdapterProfile
from .suite import Suite

EXAMPLES, STEPS = 8, 12


class Lifecycle(Suite):
    """A state machine with the memory adapter as the oracle."""

    def test_orders_live_as_they_do_in_memory(self) -> None:
        run(self.profile)


def run(profile: AdapterProfile, examples: int = EXAMPLES, steps: int = STEPS) -> None:
    """Let Hypothesis try lives of orders; raises ``AssertionError`` with the shortest one that differs."""
    tried = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(type("Lives", (Lives,), {"profile": profile}), settings=tried)


class Lives(RuleBasedStateMachine):
    """Two desks, one at the adapter and one at the oracle; every step is taken at both."""

    profile: ClassVar[AdapterProfile]
    orders: Bundle[int] = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()
        self._desks = [self._desk(profile) for profile in (self.profile, MemoryProfile())]
        self._mine = self._desks[0]
        self._known: list[tuple[str, str]] = []

    def _desk(self, profile: AdapterProfile) -> Desk:
        desk = Desk(profile, self._open.enter_context(profile.backend()))
        self._open.callback(desk.close)
        return desk

    def teardown(self) -> None:
        """Close both."""
        self._open.close()

    # -- what can happen to orders -----------------------------------------------------------------------------

    @initialize()
    def people(self) -> None:
        """Put customers and products on file, outside of what is measured."""
        for desk in self._desks:
            assert desk.customer
            assert desk.valve
            assert desk.pump

    @rule(target=orders, valves=st.integers(1, 20), pumps=st.integers(1, 5))
    def create(self, valves: int, pumps: int) -> int:
        """A new order."""
        mine, theirs = (
            desk.order(desk.line(quantity=valves), desk.line(desk.pump, pumps, price=eur("240"))).id
            for desk in self._desks
        )
        self._known.append((mine, theirs))
        return len(self._known) - 1

    @rule(order=orders, pump=st.booleans(), to=st.integers(1, 25))
    def change_quantity(self, order: int, pump: bool, to: int) -> None:
        """Another quantity."""
        self._amend(order, pump, lambda desk, line: ChangeQuantity(line=line, to=to))

    @rule(order=orders, pump=st.booleans(), cents=st.integers(1, 99_999))
    def change_price(self, order: int, pump: bool, cents: int) -> None:
        """Another price."""
        price = eur(str(Decimal(cents).scaleb(-2)))
        self._amend(order, pump, lambda desk, line: ChangePrice(line=line, to=price))

    @rule(order=orders, quantity=st.integers(1, 9))
    def add_line(self, order: int, quantity: int) -> None:
        """One more line of valves."""
        self._amend(order, False, lambda desk, line: AddLine(line=desk.line(desk.valve, quantity)))

    @rule(order=orders, pump=st.booleans())
    def cancel_line(self, order: int, pump: bool) -> None:
        """One line less; without the last one products differ in what remains, an empty order or none."""
        if len(content(self._desks[1].erp.orders.get(self._known[order][1]))) > 1:
            self._amend(order, pump, lambda desk, line: CancelLine(line=line, reason="not needed"))

    @rule(order=orders, place=st.booleans())
    def hold(self, order: int, place: bool) -> None:
        """Stop, or go on."""
        kind = (self._mine.capabilities.operation("orders.hold").values or ("delivery",))[0]
        self._amend(order, False, lambda desk, line: (PlaceHold if place else ReleaseHold)(kind=kind))

    @rule(order=orders)
    def cancel(self, order: int) -> None:
        """The end of an order of which nothing has left: with goods gone, products differ in what remains."""
        if self._mine.can("orders.cancel") and not self._has_left(order):
            self._step(order, lambda desk, number: desk.erp.orders.cancel(number, "withdrawn"))

    @rule(order=orders, pump=st.booleans(), quantity=st.integers(1, 6))
    def ship(self, order: int, pump: bool, quantity: int) -> None:
        """Goods leave."""
        if not self._mine.can("shipments.post", "shipments.of"):
            return

        def post(desk: Desk, number: str) -> object:
            return desk.erp.shipments.post(number, {self._line(desk, number, pump): Decimal(quantity)})

        self._step(order, post)

    @invariant()
    def both_tell_the_same(self) -> None:
        """What is wanted, what is open, and where the order stands."""
        for pair in self._known:
            mine, theirs = (_story(desk, order) for desk, order in zip(self._desks, pair, strict=True))
            assert mine == theirs

    # -- at both desks -----------------------------------------------------------------------------------------

    def _amend(self, order: int, pump: bool, make: Callable[[Desk, str], Amendment]) -> None:
        if not self._mine.can(f"orders.{make(self._mine, 'any').operation}"):
            return

        def change(desk: Desk, number: str) -> object:
            return desk.erp.orders.amend(number, make(desk, self._line(desk, number, pump)))

        self._step(order, change)

    def _step(self, order: int, act: Callable[[Desk, str], object]) -> None:
        """Both do it, or both refuse it."""
        ends: list[str] = []
        for desk, number in zip(self._desks, self._known[order], strict=True):
            try:
                act(desk, number)
            except ErpConnectError as error:
                clean = isinstance(error, RequestRefused) and error.outcome == "not_applied"
                ends.append("refused" if clean else f"failed with {type(error).__name__}, {error.outcome}")
            else:
                ends.append("done")
        assert ends[0] == ends[1], f"the adapter: {ends[0]}, in memory: {ends[1]}"

    @staticmethod
    def _line(desk: Desk, order: str, pump: bool) -> str:
        """The first line of a product, wanted or not; one that never was where it is gone."""
        product = desk.pump if pump else desk.valve
        lines = [line for line in desk.erp.orders.get(order).lines if line.product == product]
        still = [line for line in lines if line.quantities.open > 0]
        return (still or lines)[0].id if lines else "no-such-line"

    def _has_left(self, order: int) -> bool:
        desk, number = self._desks[1], self._known[order][1]
        return any(line.quantities.shipped for line in desk.erp.orders.get(number).lines)


def _story(desk: Desk, number: str) -> Any:
    order = desk.erp.orders.get(number)
    names = {desk.valve: "valve", desk.pump: "pump"}
    wanted = sorted((names[str(product)], quantity) for product, quantity in content(order))
    left = sum((line.quantities.open for line in order.lines), ZERO)
    return settled_down(order.status), wanted, left
