"""The morning after the import: amend, cancel, ship, track, and look for what is late."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from ...client import Client
from ...models import (
    Address,
    ChangeAddress,
    ChangeDate,
    ChangeQuantity,
    HistoryEntry,
    Order,
    OrderStatus,
    Package,
    Tracking,
)
from ...rules.lateness import LateLine, late_lines

__all__ = ["Chosen", "Day", "Deeds", "Morning", "choose", "look"]

_SEED: Final = 7
_CARRIERS: Final = ("Nordfracht", "Paket Express", "Interline Cargo")
_QUANTITY: Final = Decimal(36)
_LATER: Final = timedelta(days=60)
_SITE: Final = Address(
    name="New building site",
    lines=["Dock 4", "1 Canal Street"],
    city="Rotterdam",
    postal_code="3011 AA",
    country="NL",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which orders something happens to, by their keys: the same ones every time."""

    new_address: tuple[str, ...]
    new_quantity: tuple[str, ...]
    new_date: tuple[str, ...]
    line_cancelled: tuple[str, ...]
    cancelled: tuple[str, ...]
    shipped: tuple[str, ...]
    partly_shipped: tuple[str, ...]


def choose(lines: Mapping[str, int], late: Sequence[str]) -> Chosen:
    """Choose among orders (key to number of lines); half of the late ones leave today, the others stay late."""
    late = [key for key in late if key in lines]
    rest = [key for key in lines if key not in set(late)]
    random.Random(_SEED).shuffle(rest)  # noqa: S311 (which invented orders change is no secret)

    def take(of_300: int, least_lines: int = 1) -> tuple[str, ...]:
        wanted = -(-of_300 * len(lines) // 300)
        taken = tuple([key for key in rest if lines[key] >= least_lines][:wanted])
        rest[:] = [key for key in rest if key not in set(taken)]
        return taken

    partly_shipped = take(10, least_lines=2)
    return Chosen(
        line_cancelled=take(6, least_lines=2),
        partly_shipped=partly_shipped,
        new_address=take(8),
        # One order goes through several hands, so that its history is worth reading.
        new_quantity=(*partly_shipped[:1], *take(8)),
        new_date=take(8),
        cancelled=take(5),
        shipped=(*take(50), *late[: len(late) // 2]),
    )


@dataclass(slots=True)
class Deeds:
    """What was done, how much of it an earlier run had done already, and what is not as it was wished."""

    done: Counter[str] = field(default_factory=Counter)
    replayed: int = 0
    wrong: list[str] = field(default_factory=list)


class Morning:
    """The deeds of one morning; every one has a key, so that a second run does none of them again.

    ``numbers`` are the orders' numbers by key; ``day`` is the day of the workbook.
    """

    def __init__(self, erp: Client, chosen: Chosen, numbers: Mapping[str, str], day: date) -> None:
        self._erp = erp
        self._chosen = chosen
        self._numbers = numbers
        self._day = day
        self.deeds = Deeds()

    def amend(self) -> None:
        """Addresses, quantities and dates change."""
        for key, order in self._orders(self._chosen.new_address):
            change = ChangeAddress(ship_to=_SITE, reason="the delivery goes to the new building site")
            receipt = self._erp.orders.amend(order.id, change, key=f"demo/address/{key}")
            self._note("addresses", receipt.replayed, order, receipt.order.ship_to == _SITE)
        for key, order in self._orders(self._chosen.new_quantity):
            first = order.lines[0].position
            change_quantity = ChangeQuantity(line=first, to=_QUANTITY, reason="the customer called")
            receipt = self._erp.orders.amend(order.id, change_quantity, key=f"demo/quantity/{key}")
            stored = receipt.order.line(first).quantities.ordered
            self._note("quantities", receipt.replayed, order, stored == _QUANTITY)
        for key, order in self._orders(self._chosen.new_date):
            later = self._day + _LATER
            change_date = ChangeDate(to=later, reason="the building site is not ready")
            receipt = self._erp.orders.amend(order.id, change_date, key=f"demo/date/{key}")
            as_wished = all(line.requested == later for line in receipt.order.lines)
            self._note("dates", receipt.replayed, order, as_wished)

    def cancel(self) -> None:
        """Lines and whole orders are cancelled."""
        for key, order in self._orders(self._chosen.line_cancelled):
            last = order.lines[-1].position
            receipt = self._erp.orders.cancel(
                order.id, "the customer has it in stock", lines=[last], key=f"demo/line/{key}"
            )
            gone = receipt.order.line(last).quantities.open == 0
            self._note("lines cancelled", receipt.replayed, order, gone)
        for key, order in self._orders(self._chosen.cancelled):
            receipt = self._erp.orders.cancel(order.id, "the customer withdrew", key=f"demo/cancel/{key}")
            self._note(
                "orders cancelled", receipt.replayed, order, receipt.order.status is OrderStatus.CANCELLED
            )

    def ship(self) -> None:
        """Goods leave, as a warehouse posts them, in packages with tracking numbers."""
        for key, order in self._orders((*self._chosen.shipped, *self._chosen.partly_shipped)):
            first = order.lines[0]
            part = {first.position: first.quantities.ordered} if key in self._chosen.partly_shipped else None
            packages = [
                Package(
                    tracking_number=f"NF{order.id}{box}",
                    carrier=_CARRIERS[len(key) % len(_CARRIERS)],
                    weight=Decimal(4 + box),
                )
                for box in range(1, 2 + len(order.lines) // 3)
            ]
            receipt = self._erp.shipments.post(order.id, part, packages, key=f"demo/shipment/{key}")
            there = receipt.stored.tracking_numbers == tuple(each.tracking_number for each in packages)
            self._note("shipments", receipt.replayed, order, there)
            self.deeds.done["packages"] += len(packages)

    def _orders(self, keys: Sequence[str]) -> Iterator[tuple[str, Order]]:
        for key in keys:
            (order,) = self._erp.orders.find(number=self._numbers[key])
            yield key, order

    def _note(self, what: str, replayed: bool, order: Order, as_wished: bool) -> None:
        self.deeds.done[what] += 1
        self.deeds.replayed += replayed
        if not as_wished and not replayed:
            self.deeds.wrong.append(
                f"order {order.number}: what was changed ({what}) is not stored as wished"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What the administrator sees at the end."""

    orders: int
    by_status: Mapping[OrderStatus, int]
    value: Mapping[str, Decimal]
    """Net value of what is not cancelled, by currency."""
    late: tuple[LateLine, ...]
    tracked: Tracking | None
    history: Sequence[HistoryEntry]


def look(erp: Client, today: date, follow: str | None) -> Day:
    """Read all orders, and follow the one with the number ``follow``."""
    by_status: Counter[OrderStatus] = Counter()
    value: dict[str, Decimal] = {}
    late: list[LateLine] = []
    for order in erp.orders.list():
        by_status[order.status] += 1
        late += late_lines((order,), today)
        if order.net is not None and order.status is not OrderStatus.CANCELLED:
            value[order.currency] = value.get(order.currency, Decimal(0)) + order.net.amount
    followed = None if follow is None else erp.orders.find(number=follow)[0]
    return Day(
        orders=by_status.total(),
        by_status=by_status,
        value=value,
        late=tuple(sorted(late, key=lambda each: (-each.days, each.order.id, each.line.position))),
        tracked=None if followed is None else erp.orders.track(followed),
        history=() if followed is None else erp.history(followed),
    )
