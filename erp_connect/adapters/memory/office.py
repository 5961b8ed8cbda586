"""What all books of a connection share: who may do what, how a request travels, what day it is, what is on file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from typing import Any, Final, TypeVar

from ...clock import Clock
from ...errors import ErpConnectError, NotFound, UnsupportedOperation
from ...models import Money, Product, Ref
from ...rules.facts import Facts, Party, Policy, PriceEntry, StockLevel
from ...rules.normalising import normalised
from ..contract import Conditional, Support, Target, Write
from .faults import FaultKind, lost
from .profile import Profile
from .shelf import E, Shelf
from .world import World

T = TypeVar("T")

PAGE: Final = 100
"""Records of one page of a list: one request."""


class Office:
    """One connection to a world, with the limits of its profile."""

    def __init__(self, world: World, profile: Profile, policy: Policy, target: Target, currency: str) -> None:
        self.world = world
        self.profile = profile
        self.policy = policy
        self.currency = currency
        self.system = "memory" if profile.name == "memory" else f"memory like {profile.name}"
        self.clock: Clock = target.clock
        self._zone = target.timezone or UTC
        self._timeout = target.timeout

    # ------------------------------------------------------------------------------------------------ what and when

    def now(self) -> datetime:
        """The present instant, by the connection's clock."""
        return self.clock.now()

    def today(self) -> date:
        """The business date in the company's zone."""
        return self.clock.now().astimezone(self._zone).date()

    def able(self, operation: str) -> bool:
        """Whether the profile knows this operation of the closed list."""
        known = self.profile.operations.get(operation)
        return known is not None and known.support is not Support.NONE

    def ensure(self, operation: str) -> None:
        """``UnsupportedOperation`` where the profile cannot: the second guard, behind the client's."""
        if not self.able(operation):
            known = self.profile.operations.get(operation)
            why = known.why if known else None
            raise UnsupportedOperation(
                f"{self.profile.product} cannot {operation}",
                why=why,
                hint=why,
                alternatives=known.alternatives if known else (),
                system=self.system,
                operation=operation,
            )

    def answers(self, read: str) -> bool:
        """Whether a write answers with its record: as a habit, or because ``read`` could not read it back."""
        return self.profile.answers_with_record or not self.able(read)

    def conditional(self, operation: str) -> Conditional:
        """How a write of this kind holds to the version it was planned on."""
        known = self.profile.operations.get(operation)
        return known.conditional if known else Conditional.NONE

    # ------------------------------------------------------------------------------------------------ requests

    def read(self, operation: str, action: Callable[[], T]) -> T:
        """One request that changes nothing."""
        fault = self.world.faults.take(operation)
        if fault is not None:
            if fault.kind is FaultKind.REFUSE and fault.error is not None:
                raise self._signed(fault.error, operation)
            if fault.kind is FaultKind.DELAY and fault.seconds <= self._timeout:
                self.clock.sleep(fault.seconds)
            else:
                if fault.kind is FaultKind.DELAY:
                    self.clock.sleep(self._timeout)
                raise self._signed(lost(operation, write=False), operation)
        with self.world.lock:
            self.world.settle(self.now())
            return action()

    def send(
        self, operation: str, write: Write, action: Callable[[], T], *, name: str | None = None, step: int = 0
    ) -> T:
        """One request that can change something: announced, struck by faults, done as one change under the lock."""
        write.sending(name or operation)
        return self.deliver(operation, action, timeout=write.timeout, step=step)

    def deliver(self, operation: str, action: Callable[[], T], *, timeout: float, step: int = 0) -> T:
        """The request itself, after it was announced."""
        faults = self.world.faults
        for rival in faults.take_rivals(operation):
            rival()
        fault = faults.take(operation, step)
        kind = fault.kind if fault is not None else None
        seconds = fault.seconds if fault is not None else 0.0
        try:
            if fault is not None and fault.error is not None:
                raise fault.error
            if kind is FaultKind.DELAY and seconds <= timeout:
                self.clock.sleep(seconds)
            elif kind is FaultKind.DELAY:
                due = self.now() + timedelta(seconds=seconds)
                self.world.later(due, action)
                self.clock.sleep(timeout)
                raise lost(operation)
            elif kind in (FaultKind.LOSE_REQUEST, FaultKind.COMMIT_LATE):
                after = seconds or self.profile.late_commit
                if after:
                    self.world.later(self.now() + timedelta(seconds=after), action)
                raise lost(operation)
            with self.world.lock:
                self.world.settle(self.now())
                try:
                    result = action()
                except ErpConnectError:
                    if kind is FaultKind.LOSE_REPLY:
                        raise lost(operation) from None
                    raise
            if kind is FaultKind.LOSE_REPLY:
                raise lost(operation)
            return result
        except ErpConnectError as error:
            self._signed(error, operation)
            raise

    def _signed(self, error: ErpConnectError, operation: str) -> ErpConnectError:
        error.system = error.system or self.system
        error.operation = error.operation or operation
        return error

    # ------------------------------------------------------------------------------------------------ seeing

    def see(self, shelf: Shelf[E], id: str) -> E | None:
        """A record as reads show it now."""
        stale = self.world.faults.stale_seconds
        return shelf.seen(id, self.now() - timedelta(seconds=stale)) if stale else shelf.get(id)

    def see_all(self, shelf: Shelf[E], delay: float = 0.0) -> tuple[E, ...]:
        """Every record as lists or searches show it, ``delay`` seconds late."""
        late = max(delay, self.world.faults.stale_seconds)
        return shelf.all_seen(self.now() - timedelta(seconds=late)) if late else shelf.all()

    def search(self, shelf: Shelf[E], key: tuple[str, str], delay: float = 0.0) -> list[E]:
        """The records under a key; where searches lag, the caller compares what it gets."""
        if delay or self.world.faults.stale_seconds:
            return list(self.see_all(shelf, delay))
        return shelf.under(key)

    # ------------------------------------------------------------------------------------------------ facts

    def spoken(self, path: str, said: str) -> str:
        """A number or code as the product takes it in: a search finds what a write has stored."""
        known = self.profile.fields.get(path)
        return said if known is None else str(normalised(said, known.normalisation))

    def party(self, shelf: Shelf[E], said: str | Ref) -> E | None:
        """The customer or supplier that a draft means."""
        if isinstance(said, Ref):
            return shelf.get(said.id)
        buying = shelf is self.world.suppliers
        path = "purchase_order.supplier" if buying else "order.customer"
        found = shelf.under(("number", self.spoken(path, said)))
        return found[0] if found else None

    def product(self, said: str | Ref) -> Product | None:
        """The product that a draft means by any of its codes, or by id."""
        if isinstance(said, Ref):
            return self.world.products.get(said.id)
        found = self.world.products.under(("code", self.spoken("order.line.product", said)))
        return found[0] if found else None

    def sure_product(self, said: str | Ref) -> Product:
        """The same, ``NotFound`` when there is none."""
        known = self.product(said)
        if known is None:
            raise NotFound("no such product on file", system=self.system)
        return known

    def facts(
        self,
        party: Party | None,
        said: Iterable[str | Ref | None],
        currency: str,
        *,
        missed: tuple[Shelf[Any], str | Ref] | None = None,
    ) -> Facts:
        """All that the rules want to know about these products and this customer or supplier.

        ``missed`` is where a customer or supplier was looked for who is not on file.
        """
        suggestions: dict[str, Sequence[str]] = {}
        if party is None and missed is not None and isinstance(missed[1], str):
            suggestions[missed[1]] = _near(missed[1], missed[0], "number")
        products: dict[str, Product] = {}
        prices: list[PriceEntry] = []
        stock: dict[tuple[str, str | None], StockLevel] = {}
        for code in said:
            known = None if code is None else self.product(code)
            if code is None:
                continue
            if known is None:
                if isinstance(code, str):
                    suggestions[code] = _near(code, self.world.products, "code")
                continue
            number = known.number or known.id
            if number not in products:
                prices += self.world.prices(number)
                for warehouse, level in self.world.levels(number).items():
                    stock[number, warehouse] = level
            products[code.id if isinstance(code, Ref) else code] = products[number] = known
        return Facts(
            today=self.today(),
            party=party,
            products=products,
            prices=prices,
            stock=stock,
            currency=currency,
            policy=self.policy,
            credit_used=self.credit_used(party),
            suggestions=suggestions,
        )

    def credit_used(self, party: Party | None) -> Money | None:
        """What the open orders of a customer come to, in the currency of the credit limit."""
        if party is None:
            return None
        currency = party.credit_limit.currency if party.credit_limit else party.currency or self.currency
        used = self.world.credit_used(party.number or "", currency)
        return Money.trusted(amount=used, currency=currency)


def _near(said: str, shelf: Shelf[Any], name: str) -> Sequence[str]:
    """The codes on file that come nearest to one that is not."""
    return get_close_matches(said[:40], shelf.values_of(name), n=3)
