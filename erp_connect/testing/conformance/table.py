"""The decision table, walked: every kind of error, at every point of a write, for each kind of write.

Whatever a call ends with, and wherever, what the caller is told must be true of the back-end, and the same call
repeated under its key as the error asks for must leave exactly one behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import pytest

from ... import errors
from ...adapters.contract import StampKind, Transactional
from ...errors import ErpConnectError, JournalUnavailable, NotFound, OutcomeUnknown
from ...journal.records import FREE, State
from ...models import AddLine, OrderStatus
from .desk import SKIPPED, Desk, eur
from .masters import find_one
from .suite import Suite
from .wire import Crash

Kinds = Mapping[str, Callable[[], BaseException]]


def _planted(kind: type[ErpConnectError], **more: Any) -> Callable[[], BaseException]:
    return lambda: kind("planted", **more)


BEYOND: Final[Kinds] = {
    "no answer": _planted(errors.TransportError, outcome="unknown"),
    "a defect": lambda: KeyError("planted"),
    "an interruption": KeyboardInterrupt,
    "a crash": Crash,
}
"""What a call can end with beside the errors of the library as they are."""
EVERY_KIND: Final[Kinds] = {
    **{name: _planted(getattr(errors, name)) for name in errors.__all__ if name != "Outcome"},
    **BEYOND,
}
_OF_EACH_SORT: Final = (
    *("ConfigurationError", "Throttled", "OutcomeUnknown", "AuthenticationFailed", "InvalidOrder"),
    *("DuplicateReference", "VersionConflict", "RecordLocked", "ContractViolation"),
)
KINDS: Final[Kinds] = {**{name: EVERY_KIND[name] for name in _OF_EACH_SORT}, **BEYOND}
"""One of each sort that the table tells apart."""
POINTS: Final = (
    "before it is sent",
    "as it is sent",
    "after it was done",
    "while looking",
    "while noting the end",
)
WRITES: Final = ("create", "amend", "cancel", "update")


@dataclass(frozen=True, slots=True)
class Deed:
    """A write to be made once: ``sent`` is the adapter's call, ``standing`` counts how often it stands."""

    book: str
    sent: str
    key: str
    call: Callable[[], Any]
    standing: Callable[[], int]


class DecisionTable(Suite):
    """Errors at every point of a write."""

    kinds: ClassVar[Kinds] = KINDS

    @pytest.mark.parametrize("point", POINTS)
    @pytest.mark.parametrize("write", WRITES)
    def test_what_the_caller_is_told_is_true_and_repeating_it_writes_once(
        self, desk: Desk, write: str, point: str
    ) -> None:
        if point == "while noting the end" and desk.clock is None:
            pytest.skip(SKIPPED)  # a lease would have to end
        for name, error in self.kinds.items():
            if may_end_so(error(), point):
                walk(desk, write, point, error, said=f"{write}, {name} {point}")


def may_end_so(error: BaseException, point: str) -> bool:
    """Whether an adapter that keeps its contract, or the journal, can end with this error there."""
    if not isinstance(error, ErpConnectError):
        return True
    if point == "while noting the end":
        return isinstance(error, JournalUnavailable)
    if point == "as it is sent":
        return error.outcome != "partial"  # a single request is never done in part
    return True


def walk(desk: Desk, write: str, point: str, error: Callable[[], BaseException], *, said: str) -> None:
    """One cell of the table."""
    deed = _DEEDS[write](desk)
    _plant(desk, deed, point, error)
    told, receipt = _called(deed)
    desk.wire.mend()
    desk.wait(_visibility(desk))
    _is_true(desk, deed, told, said)
    settled = _repeated(desk, deed, said)
    assert deed.standing() == 1 or not settled, said
    if settled:
        assert deed.key not in {entry.key for entry in desk.erp.journal.open()}, said
        if receipt is not None or getattr(told, "outcome", None) == "applied":
            assert deed.call().replayed, said


def _plant(desk: Desk, deed: Deed, point: str, error: Callable[[], BaseException]) -> None:
    planted = error()
    if isinstance(planted, ErpConnectError) and point == "after it was done":
        planted.outcome = (
            "unknown"  # an adapter that says anything else after it was done does not keep its contract
        )
    match point:
        case "before it is sent":
            desk.wire.fail_before(deed.sent, planted)
        case "as it is sent":
            desk.wire.fail_at(deed.sent, planted)
        case "after it was done":
            desk.wire.fail_after(deed.sent, planted)
        case "while looking":
            desk.wire.lose_reply(deed.sent, then=lambda: desk.wire.blind(deed.book, planted))
        case _:
            desk.wire.after(deed.sent, lambda: _break_the_journal(desk, planted))


def _called(deed: Deed) -> tuple[BaseException | None, Any]:
    try:
        return None, deed.call()
    except (Exception, KeyboardInterrupt, Crash) as told:  # noqa: BLE001 (whatever it is, it is judged)
        return told, None


def _is_true(desk: Desk, deed: Deed, told: BaseException | None, said: str) -> None:
    """What the caller was told, against what stands; and what the journal says of the key."""
    stands = deed.standing()
    assert stands <= 1, said
    entry = desk.erp._context.journal.entry(deed.key)
    state = entry.state if entry is not None else None
    if told is None:
        assert stands == 1, said
        assert state is State.CONFIRMED, said
    elif isinstance(told, ErpConnectError):
        if told.outcome == "not_applied":
            assert stands == 0, said
            assert state is None or state in FREE, said
        elif told.outcome == "applied":
            assert stands == 1, said
        else:
            assert told.outcome == "unknown", said
            assert state not in FREE, said
    elif stands:
        assert state is not None or isinstance(desk.erp._context.adapter, Transactional), said
        assert state not in FREE, said


def _repeated(desk: Desk, deed: Deed, said: str) -> bool:
    """Repeat the call as its errors ask for, until it is done; false where only a person can tell."""
    for _ in range(6):
        try:
            deed.call()
        except OutcomeUnknown as unknown:
            if unknown.retry_after is None:
                stamps = desk.capabilities.stamp(deed.book)
                blind = stamps.kind is StampKind.NONE and not stamps.searchable
                assert blind, f"{said}: it stays unknown although the back-end can be asked"
                return False
            desk.wait(unknown.retry_after + 1)
        except ErpConnectError as error:
            if not error.retryable:
                raise
            desk.wait((error.retry_after or 0) + 1)
        else:
            return True
    raise AssertionError(f"{said}: it is not done however often it is repeated")


def _break_the_journal(desk: Desk, error: BaseException) -> None:
    """Let the next change of the journal fail."""
    store: Any = desk.erp._context.journal._store
    mended = {name: getattr(store, name) for name in ("change", "change_on") if hasattr(store, name)}

    def failing(*_args: Any, **_more: Any) -> Any:
        for name in mended:
            delattr(store, name)
        raise error

    for name in mended:
        setattr(store, name, failing)


def _visibility(desk: Desk) -> float:
    return max(desk.capabilities.stamp(book).visibility_delay for book in ("orders", "purchase_orders"))


# -- the writes --------------------------------------------------------------------------------------------


def _create(desk: Desk) -> Deed:
    desk.needs("orders.create")
    draft, key = desk.draft(), desk.key()

    def standing() -> int:
        return sum(order.customer_po == draft.customer_po for order in desk.mine())

    return Deed("orders", "orders.create", key, lambda: desk.erp.orders.create(draft, key=key), standing)


def _amend(desk: Desk) -> Deed:
    desk.needs("orders.add_line")
    order, key = desk.order(), desk.key()
    change = AddLine(line=desk.line(desk.pump, 2, price=eur("240")))

    def standing() -> int:
        return sum(line.product == desk.pump for line in desk.erp.orders.get(order.id).lines)

    return Deed(
        "orders", "orders.amend", key, lambda: desk.erp.orders.amend(order.id, change, key=key), standing
    )


def _cancel(desk: Desk) -> Deed:
    desk.needs("orders.cancel")
    order, key = desk.order(), desk.key()

    def standing() -> int:
        try:
            return int(desk.erp.orders.get(order.id).status is OrderStatus.CANCELLED)
        except NotFound:  # deleted by a cancellation that nobody has heard the end of
            return 1

    return Deed(
        "orders",
        "orders.cancel",
        key,
        lambda: desk.erp.orders.cancel(order.id, "customer withdrew", key=key),
        standing,
    )


def _update(desk: Desk) -> Deed:
    desk.needs("customers.update", "customers.get", "customers.find")
    (record,) = find_one(desk, "customers", desk.new_customer())
    key = desk.key()

    def standing() -> int:
        return int(desk.erp.customers.get(record.id).name == "Quarry Ltd")

    return Deed(
        "customers",
        "customers.update",
        key,
        lambda: desk.erp.customers.update(record.id, key=key, name="Quarry Ltd"),
        standing,
    )


_DEEDS: Final[Mapping[str, Callable[[Desk], Deed]]] = {
    "create": _create,
    "amend": _amend,
    "cancel": _cancel,
    "update": _update,
}
assert tuple(_DEEDS) == WRITES
