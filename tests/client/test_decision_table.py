"""The decision table as a whole: every kind of error, at every point of a write, for each kind of write.

The walk itself is a suite of the conformance kit, which plants one error of each sort; here it plants every kind there
is, on back-ends with one weakness each.  What is exactly told, and noted, stands below it.
"""

from __future__ import annotations

import pytest

import erp_connect as ec
from erp_connect.errors import ErpConnectError
from erp_connect.journal.records import State
from erp_connect.testing.conformance import DecisionTable, MemoryProfile
from erp_connect.testing.conformance.table import EVERY_KIND
from erp_connect.testing.conformance.wire import Crash


class TestPlain(DecisionTable):
    profile, kinds = MemoryProfile(), EVERY_KIND


class TestOneReference(DecisionTable):
    profile, kinds = MemoryProfile("one_reference"), EVERY_KIND


class TestLaggingSearch(DecisionTable):
    profile, kinds = MemoryProfile("lagging_search"), EVERY_KIND


class TestLyingList(DecisionTable):
    profile, kinds = MemoryProfile("lying_list"), EVERY_KIND


class TestLateCommit(DecisionTable):
    profile, kinds = MemoryProfile("late_commit"), EVERY_KIND


class TestNoVersion(DecisionTable):
    profile, kinds = MemoryProfile("no_version"), EVERY_KIND


class TestNoSearch(DecisionTable):
    profile, kinds = MemoryProfile("no_search"), EVERY_KIND


class TestHalfMade(DecisionTable):
    profile, kinds = MemoryProfile("half_made"), EVERY_KIND


class TestEnforced(DecisionTable):
    profile, kinds = MemoryProfile("enforced"), EVERY_KIND


class TestOneByOne(DecisionTable):
    profile, kinds = MemoryProfile("sage200"), EVERY_KIND


# -- what is told, cell by cell ----------------------------------------------------------------------------

KINDS = pytest.mark.parametrize("kind", EVERY_KIND)
OF_THE_LIBRARY = pytest.mark.parametrize(
    "kind", [name for name, error in EVERY_KIND.items() if isinstance(error(), ErpConnectError)]
)
WRITES = pytest.mark.parametrize("write", ["create", "amend", "cancel", "update"])
SENT = {
    "create": "orders.create",
    "amend": "orders.amend",
    "cancel": "orders.cancel",
    "update": "customers.update",
}


class Case:
    """One write, with the key ``k``, at a back-end whose faults the test sets."""

    def __init__(self, shop, like, write):
        self.shop, self.write = shop, write
        self.erp = erp = shop.connect(like)
        if write == "create":
            self.call = lambda: erp.orders.create(shop.order(), key="k")
        elif write == "update":
            (record,) = erp.customers.find(number="C-100")
            self.call = lambda: erp.customers.update(record.id, key="k", name="Quarry Ltd")
        else:
            placed = erp.orders.create(shop.order()).order
            shop.later(60)
            more = ec.AddLine(line=shop.line("PUMP-5", quantity=1))
            self.call = {
                "amend": lambda: erp.orders.amend(placed.id, more, key="k"),
                "cancel": lambda: erp.orders.cancel(placed.id, "withdrew", key="k"),
            }[write]

    def told(self):
        """What the caller is told: a receipt, or the error."""
        try:
            return self.call()
        except (Exception, KeyboardInterrupt, Crash) as error:  # noqa: BLE001 (it is looked at)
            return error

    @property
    def standing(self):
        """How often it stands in the back-end."""
        orders = self.shop.standing
        if self.write == "create":
            return len(orders)
        if self.write == "update":
            return sum(each.name == "Quarry Ltd" for each in self.shop.world.customers.all())
        (order,) = orders
        if self.write == "amend":
            return sum(line.product == "PUMP-5" for line in order.lines)
        return int(order.status is ec.OrderStatus.CANCELLED)

    @property
    def state(self):
        entry = self.erp._context.journal.entry("k")
        return None if entry is None else entry.state

    def finished(self):
        """Repeated as it is asked for, it stands once, and the journal knows."""
        self.shop.faults.clear()
        for _ in range(4):
            end = self.told()
            if not isinstance(end, BaseException):
                break
            assert isinstance(end, ec.errors.OutcomeUnknown), end
            assert end.retry_after is not None
            self.shop.later(end.retry_after + 1)
        assert (self.standing, self.state) == (1, State.CONFIRMED)
        assert self.call().replayed


def is_refused(kind):
    """Definitely not applied, and not to be repeated as it is."""
    error = EVERY_KIND[kind]()
    return isinstance(error, ErpConnectError) and error.outcome == "not_applied" and not error.retryable


def is_passing(kind):
    """Definitely not applied now, and perhaps the next time."""
    error = EVERY_KIND[kind]()
    return isinstance(error, ErpConnectError) and error.outcome == "not_applied" and error.retryable


@WRITES
@KINDS
def test_an_error_as_the_request_is_sent(shop, kind, write):
    case = Case(shop, "no_version", write)
    error = EVERY_KIND[kind]()
    shop.faults.refuse(SENT[write], error)
    told = case.told()
    held_to_what_stands = kind == "VersionConflict" and write in ("amend", "cancel")
    if is_passing(kind) or held_to_what_stands:  # tried again
        assert told.replayed is False
        assert (case.standing, case.state) == (1, State.CONFIRMED)
    elif is_refused(kind):
        assert told is error
        assert (told.outcome, case.standing, case.state) == ("not_applied", 0, State.REFUSED)
    elif kind == "PartialFailure":
        assert isinstance(told, ec.errors.PartialFailure)
        assert case.state is State.PARTIAL
        return  # for a person
    elif (
        isinstance(error, ErpConnectError) and write == "update"
    ):  # seen not to stand, and nothing runs late here
        assert told.replayed is False
        assert (case.standing, case.state) == (1, State.CONFIRMED)
    elif isinstance(error, ErpConnectError):  # nobody knows, and the request may still run
        assert isinstance(told, ec.errors.OutcomeUnknown)
        assert told.retry_after > 0
        assert (case.standing, case.state) == (0, State.UNKNOWN)
    else:
        assert told is error
        assert (case.standing, case.state) == (0, State.UNKNOWN)
    case.finished()


@WRITES
@OF_THE_LIBRARY
def test_an_error_while_what_an_unanswered_request_left_is_looked_for(shop, kind, write):
    case = Case(shop, "no_version", write)
    error = EVERY_KIND[kind]()
    reads = "customers" if write == "update" else "orders"
    shop.faults.rival(
        SENT[write],
        lambda: [shop.faults.refuse(f"{reads}.{verb}", error) for verb in ("get", "find", "list")],
    )
    shop.faults.lose_reply(SENT[write])
    told = case.told()
    assert isinstance(told, ec.errors.OutcomeUnknown)
    assert told.key == "k"
    assert (case.standing, case.state) == (1, State.UNKNOWN)
    case.finished()


@OF_THE_LIBRARY
def test_an_error_after_the_answer_while_it_is_read_back(shop, kind):
    case = Case(shop, "half_made", "create")  # which answers with the number only
    error = EVERY_KIND[kind]()
    shop.faults.refuse("orders.get", error)
    told = case.told()
    assert told is error
    assert told.outcome == "applied"
    assert (case.standing, case.state) == (1, State.CONFIRMED)
    assert case.call().replayed
    assert case.standing == 1


@WRITES
@pytest.mark.parametrize("kind", ["JournalUnavailable", "a defect", "an interruption", "a crash"])
@pytest.mark.parametrize("noted", [State.SENDING, State.CONFIRMED])
def test_an_error_while_the_send_or_the_end_is_noted(shop, monkeypatch, kind, write, noted):
    case = Case(shop, "no_version", write)
    error = EVERY_KIND[kind]()
    store = case.erp._context.journal._store
    change, planted = store.change, [error]

    def failing(changes):
        if planted and any(each.values.get("state") is noted for each in changes):
            raise planted.pop()
        return change(changes)

    monkeypatch.setattr(store, "change", failing)
    told = case.told()
    monkeypatch.undo()
    assert told is error
    stands = int(noted is State.CONFIRMED)  # where the send cannot be noted, it does not begin
    assert case.standing == stands
    if isinstance(error, ErpConnectError):
        assert told.outcome == ("applied" if stands else "not_applied")
    if stands:
        shop.later(75)  # the lease of whoever could not note it
        assert case.erp.recover().settled == ("k",)
        assert case.state is State.CONFIRMED
        assert case.call().replayed
    else:
        assert case.state in (State.REFUSED, State.INTENDED)
        shop.later(75)
        case.finished()


# -- between two requests ----------------------------------------------------------------------------------


@pytest.mark.parametrize("removable", [True, False], ids=["taken back", "not to be taken back"])
@pytest.mark.parametrize("step", [1, 2])
@KINDS
def test_an_error_between_two_requests_of_a_create(shop, kind, step, removable):
    erp = shop.connect("half_made")
    draft = shop.order(shop.line(quantity=1, reference="a"), shop.line("PUMP-5", quantity=2, reference="b"))
    error = EVERY_KIND[kind]()
    shop.faults.refuse("orders.create", error, step=step)
    if not removable:
        shop.faults.refuse("orders.remove", ec.errors.TransitionNotAllowed("posted"))
    definite = isinstance(error, ErpConnectError) and error.outcome != "unknown"
    if definite and removable:
        with pytest.raises(ec.errors.InvalidOrder) as refused:
            erp.orders.create(draft, key="k")
        assert (refused.value.outcome, refused.value.code) == ("not_applied", error.code)
        assert (shop.standing, erp.journal.show("k").state) == ((), State.REFUSED)
    elif definite:
        with pytest.raises(ec.errors.PartialFailure) as partial:
            erp.orders.create(draft, key="k")
        missing = [d.path for d in partial.value.receipt.differences if d.kind is ec.DifferenceKind.MISSING]
        assert missing == [f"order.lines[{place}]" for place in range(step - 1, 2)]
        assert (len(shop.standing), erp.journal.show("k").state) == (1, State.PARTIAL)
        shop.faults.clear()
        erp.orders.create(draft, key="k", resume=True)
    else:
        with pytest.raises((ec.errors.OutcomeUnknown, type(error))):
            erp.orders.create(draft, key="k")
        assert (len(shop.standing), erp.journal.show("k").state) == (1, State.UNKNOWN)
        assert erp.recover().unknown == ("k",)
        shop.faults.clear()
        shop.later(75)
    erp.orders.create(draft, key="k")
    (order,) = shop.standing
    assert [line.reference for line in order.lines] == ["a", "b"]
    assert list(erp.journal.open()) == []


@pytest.mark.parametrize("step", [1, 2])
@KINDS
def test_an_error_between_two_requests_of_an_amendment(shop, kind, step):
    erp = shop.connect("sage200")
    placed = erp.orders.create(shop.order(shop.line(quantity=12))).order
    changes = (
        ec.ChangeQuantity(line=placed.lines[0].id, to=10),
        ec.AddLine(line=shop.line("PUMP-5", quantity=1)),
        ec.ChangePrice(line=placed.lines[0].id, to=shop.eur("11")),
    )
    error = EVERY_KIND[kind]()
    shop.faults.refuse("orders.amend", error, step=step)
    definite = isinstance(error, ErpConnectError) and error.outcome != "unknown"
    if definite:
        with pytest.raises(ec.errors.PartialFailure) as partial:
            erp.orders.amend(placed.id, *changes, key="k")
        assert partial.value.receipt.differences
        assert erp.journal.show("k").state is State.PARTIAL
        erp.orders.amend(placed.id, *changes[step:], key="the rest")
        erp.journal.resolve("k", placed.id)
    else:
        with pytest.raises((ec.errors.OutcomeUnknown, type(error))):
            erp.orders.amend(placed.id, *changes, key="k")
        assert erp.journal.show("k").state is State.UNKNOWN
        shop.later(700)
    erp.orders.amend(placed.id, *changes, key="k")
    (order,) = shop.standing
    assert [(line.product, line.quantities.ordered) for line in order.lines] == [
        ("VALVE-20", 10),
        ("PUMP-5", 1),
    ]
    assert order.lines[0].price == shop.eur("11")
    assert list(erp.journal.open()) == []
