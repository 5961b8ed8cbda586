"""An ABAP session: what was changed and not yet committed, and the locks that hang on it (sap.md 1.7, 2.1)."""

from __future__ import annotations

import copy

from .documents import Order, PurchaseOrder
from .messages import Message, Phrasebook
from .world import Change, World


class Session:
    """One user's session; everything called on one handle shares it until it is closed or lost."""

    def __init__(self, world: World, user: str, language: str = "E") -> None:
        self.world = world
        self.number = world.new_session()
        self.user = user
        self.language = language
        self.say = Phrasebook(language, world.settings.message_numbers)
        self.takes = 0.0
        """Seconds that the running call needs; what it commits comes true only then."""
        self._pending: dict[str, Order | None] = {}
        self._purchases: dict[str, PurchaseOrder] = {}
        self._changes: list[Change] = []

    @property
    def has_pending(self) -> bool:
        """Whether a commit would save anything."""
        return bool(self._pending or self._purchases or self._changes)

    def find(self, number: str) -> Order | None:
        """An order as this session sees it, to be changed and kept; the key as stored."""
        self.world.settle()
        if number in self._pending:
            return copy.deepcopy(self._pending[number])
        return copy.deepcopy(self.world.orders.get(number))

    def peek(self, number: str) -> Order | None:
        """An order as this session sees it, only to be looked at; the key as stored."""
        return self._pending[number] if number in self._pending else self.world.orders.get(number)

    def keep(self, order: Order) -> None:
        """Register a new or changed order for the next commit."""
        self._pending[order.number] = self.world.next_version(order)

    def discard(self, number: str) -> None:
        """Register the deletion of an order for the next commit."""
        self._pending[number] = None

    def find_purchase(self, number: str) -> PurchaseOrder | None:
        """A purchase order as this session sees it, to be changed and kept; the key as stored."""
        self.world.settle()
        return copy.deepcopy(self._purchases.get(number) or self.world.purchase_orders.get(number))

    def keep_purchase(self, order: PurchaseOrder) -> None:
        """Register a new or changed purchase order for the next commit."""
        self._purchases[order.number] = copy.deepcopy(order)

    def register(self, change: Change) -> None:
        """Register what else the next commit does."""
        self._changes.append(change)

    def commit(self, *, wait: bool) -> Message | None:
        """Save what is pending: at once, or by an update task that comes later.  A message if the update ended.

        In both cases the session's memory and locks are given back.
        """
        has_pending = self.has_pending
        pending, purchases, changes = self._pending, self._purchases, self._changes
        self._forget()
        self.world.unlock(self.number)
        if not has_pending:
            return None

        def update(world: World) -> None:
            for number, order in pending.items():
                if order is None:
                    world.remove(number)
                else:
                    world.save(order)
            world.purchase_orders.update(purchases)
            world.writes += 1
            for change in changes:
                change(world)

        if self.world.faults.spend("update"):
            return self.say.say("A", "update_terminated") if wait else None
        delay = self.takes + (0 if wait else self.world.settings.update_delay)
        if delay:
            self.world.later(delay, update)
        else:
            update(self.world)
        return None

    def roll_back(self) -> None:
        """Forget what is pending, and give back the locks."""
        self._forget()
        self.world.unlock(self.number)

    def lose(self) -> None:
        """The session is gone, by whatever cause; the locks go when the system has noticed."""
        self._forget()
        self.world.connected.discard(self.number)
        linger = self.world.settings.lost_locks_linger
        if linger:
            self.world.later(linger, lambda world: world.unlock(self.number))
        else:
            self.world.unlock(self.number)

    def _forget(self) -> None:
        self._pending, self._purchases, self._changes = {}, {}, []
