"""The adapter between production code and the scripted back-end: it does what the contract asks, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from ...adapters.contract import (
    OPERATIONS,
    Adapter,
    Capabilities,
    Conditional,
    Find,
    Listing,
    OperationSupport,
    Sought,
    Target,
    Write,
    Written,
)
from ...errors import (
    CreditBlocked,
    DuplicateReference,
    ErpConnectError,
    NotFound,
    RecordLocked,
    TransportError,
    UnsupportedOperation,
)
from ...models import AddLine, Amendment, LineDraft, Order, OrderDraft, OrderLine, OrderStatus, Quantities
from .backend import Habits, Standing
from .clock import ScriptedClock, instant
from .seam import Request, Seam

SYSTEM: Final = "simulated"


def capabilities_of(habits: Habits) -> Capabilities:
    """What a back-end with these habits declares."""
    write = OperationSupport(conditional=Conditional.NONE, atomic=not habits.steps)
    known = [name for name in OPERATIONS if name.startswith("orders.") and name != "orders.simulate"]
    return Capabilities(
        system=SYSTEM,
        operations=dict.fromkeys(known, write),
        stamps={"orders": habits.stamps},
        block_size=10 if habits.blocks else 1,
    )


class ScriptedAdapter(Adapter):
    """One connection to the scripted back-end."""

    def __init__(self, seam: Seam, habits: Habits, capabilities: Capabilities) -> None:
        super().__init__(
            Target(
                scheme="simulated",
                url="simulated://",
                masked="simulated://",
                timezone=ZoneInfo("UTC"),
                clock=ScriptedClock(seam),
            )
        )
        self.capabilities = capabilities
        self.identity = SYSTEM
        kind = ScriptedSteps if habits.steps else ScriptedBlocks if habits.blocks else ScriptedBook
        self.orders = kind(seam, habits)

    @classmethod
    def static_capabilities(cls, target: Target) -> Capabilities:
        """Depends on the habits; see :func:`capabilities_of`."""
        raise NotImplementedError

    def open(self) -> None:
        """Nothing to connect."""

    def close(self) -> None:
        """Nothing to give back."""

    def ping(self) -> None:
        """Always there."""


class ScriptedBook:
    """The order book: every call is one request."""

    def __init__(self, seam: Seam, habits: Habits) -> None:
        self._seam = seam
        self._habits = habits

    def get(self, id: str) -> Order:
        """Read one order."""
        return order_of(self._asked("get", id))

    def find(self, wanted: Find) -> Sequence[Order]:
        """Search by stamp or PO number."""
        if not self._habits.stamps.searchable:
            raise UnsupportedOperation("this back-end cannot search by reference")
        found: tuple[Standing, ...] = self._asked("find", wanted.stamp, wanted.customer_po)
        return [order_of(each) for each in found]

    def list(self, wanted: Listing) -> Iterator[Order]:
        """Not asked for by any write."""
        raise NotImplementedError

    def create(self, draft: OrderDraft, write: Write) -> Written[Order]:
        """Create one order in one request."""
        write.sending("create")
        made = self._asked(
            "create", self._stamp(draft, write), draft.customer_po, lines_of(draft, write.key), write=write
        )
        write.made(made.id, made.id)
        return self._written(made)

    def amend(self, order: Order, amendments: Sequence[Amendment], write: Write) -> Written[Order]:
        """Add one line to an order, whatever its version."""
        (added,) = [each.line for each in amendments if isinstance(each, AddLine)]
        write.sending("amend")
        line = (str(added.product), int(added.quantity), write.key)
        return self._written(self._asked("amend", order.id, line, write=write))

    def _stamp(self, draft: OrderDraft, write: Write) -> str | None:
        policy = self._habits.stamps
        if policy.kind == "none" or (policy.shared and draft.customer_po is not None):
            return None
        return write.stamp

    def _written(self, made: Standing) -> Written[Order]:
        return Written(id=made.id, stored=order_of(made) if self._habits.records else None)

    def _asked(self, verb: str, *arguments: Any, write: Write | None = None) -> Any:
        within = write is not None and write.transaction is not None
        request = Request(verb, write is not None, arguments, write.key if write else None, within)
        said, value = self._seam.ask(request)
        if said in _REFUSALS:
            raise error_of(said)
        return value


class ScriptedSteps(ScriptedBook):
    """Header first, then each line: a cut leaves half an order, which can be completed or removed."""

    def create(self, draft: OrderDraft, write: Write) -> Written[Order]:
        """Create the header, then its lines."""
        write.sending("header")
        made = self._asked("create header", self._stamp(draft, write), draft.customer_po, (), write=write)
        write.made(made.id, made.id)
        return self._written(self._grown(made, draft, write))

    def resume(self, order: Order, draft: OrderDraft, write: Write) -> Written[Order]:
        """Add the lines that are missing."""
        return self._written(self._grown(self._asked("get", order.id), draft, write))

    def remove(self, order: Order, write: Write) -> None:
        """Remove what the key has begun."""
        write.sending("remove")
        self._asked("remove", order.id, write=write)

    def _grown(self, made: Standing, draft: OrderDraft, write: Write) -> Standing:
        there = {line[0] for line in made.lines}
        for line in lines_of(draft, write.key):
            if line[0] in there:
                continue
            write.sending("line")
            try:
                made = self._asked("add line", made.id, line, write=write)
            except ErpConnectError as error:
                if error.outcome == "not_applied":
                    error.outcome, error.retryable = "partial", False
                raise
        return made


class ScriptedBlocks(ScriptedBook):
    """Many orders in one request, and many stamps in one search."""

    def create_block(
        self, block: Sequence[tuple[OrderDraft, Write]]
    ) -> Sequence[Written[Order] | ErpConnectError]:
        """Create them all; each has a verdict of its own."""
        for _, write in block:
            write.sending("block")
        wanted = [
            (self._stamp(draft, write), draft.customer_po, lines_of(draft, write.key), write.key)
            for draft, write in block
        ]
        verdicts: list[Written[Order] | ErpConnectError] = []
        for (_, write), (said, made) in zip(
            block, self._asked("create block", *wanted, write=block[0][1]), strict=True
        ):
            if said == "made":
                write.made(made.id, made.id)
                verdicts.append(self._written(made))
            else:
                verdicts.append(error_of(said))
        return verdicts

    def by_stamp(self, sought: Sequence[Sought]) -> Mapping[str, Sequence[Order]]:
        """The orders with these stamps."""
        found: dict[str, list[Order]] = {}
        for each in self._asked("find many", *(one.stamp for one in sought)):
            found.setdefault(each.stamp, []).append(order_of(each))
        return found


_REFUSALS: Final = frozenset(
    {"no answer", "no answer to a read", "refused", "busy", "duplicate", "not found"}
)


def error_of(said: str) -> ErpConnectError:
    """What the back-end's word, or its silence, means."""
    match said:
        case "no answer":
            return TransportError("no answer came", outcome="unknown")
        case "no answer to a read":
            return TransportError("no answer came to a question")
        case "refused":
            return CreditBlocked("the customer is over the limit")
        case "busy":
            return RecordLocked("somebody else edits the record")
        case "duplicate":
            return DuplicateReference("an order with this stamp exists already")
        case _:
            return NotFound("there is no such order")


def lines_of(draft: OrderDraft, key: str) -> tuple[tuple[str, int, str], ...]:
    """The lines of a draft as the back-end keeps them."""
    return tuple((str(line.product), int(line.quantity), key) for line in draft.lines)


@lru_cache(maxsize=10_000)
def order_of(standing: Standing) -> Order:
    """An order as the adapter reads it."""
    lines = tuple(
        OrderLine(
            id=str(place),
            position=place,
            product=product,
            unit="H87",
            quantities=Quantities(ordered=Decimal(quantity)),
        )
        for place, (product, quantity, _) in enumerate(standing.lines, start=1)
    )
    return Order(
        id=standing.id,
        number=standing.id,
        status=OrderStatus.SUBMITTED,
        customer="10000",
        customer_po=standing.po,
        currency="EUR",
        lines=lines,
        stamp=standing.stamp,
        created_at=instant(standing.at),
    )


@lru_cache(maxsize=100)
def amendment_of(key: str) -> AddLine:
    """What is to be added under a key."""
    return AddLine(line=LineDraft(product=f"ADDED-{key[-1]}", quantity=5, unit="H87"))


@lru_cache(maxsize=100)
def draft_of(key: str, habits: Habits) -> OrderDraft:
    """What is wished under a key."""
    last = key[-1]
    products = ("VALVE", "GASKET") if habits.steps else ("VALVE",)
    return OrderDraft(
        customer="10000",
        customer_po="PO-1" if habits.twins else f"PO-{last}",
        currency="EUR",
        lines=[
            LineDraft(product=product, quantity=5 if habits.twins else 5 + int(last), unit="H87")
            for product in products
        ],
    )
