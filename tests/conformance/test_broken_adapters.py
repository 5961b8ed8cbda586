"""Tests for the tests: the kit must fail on adapters that are broken on purpose, and pass on the sound one."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from erp_connect.adapters.contract import OperationSupport, Support, Write, Written
from erp_connect.errors import ErpConnectError, NotFound, TransportError
from erp_connect.models import Order
from erp_connect.testing.conformance import Everything, MemoryProfile
from erp_connect.testing.conformance.desk import Desk
from erp_connect.testing.conformance.wire import stand_in


class BrokenProfile(MemoryProfile):
    """The memory adapter with one defect; ``breaks(name, method, args, kwargs)`` stands before every call of a book."""

    def __init__(
        self, breaks: Callable[[], Any] | None = None, *, like: str | None = None, **claims: Any
    ) -> None:
        super().__init__(like)
        self._breaks = breaks
        self._claims = claims

    def backend(self):
        inner = super().backend()
        outer = self

        class Backend:
            def __enter__(self):
                connect = inner.__enter__()
                return lambda **more: outer.broken(connect(**more))

            def __exit__(self, *trouble):
                return inner.__exit__(*trouble)

        return Backend()

    def broken(self, client):
        adapter = client._context.adapter
        if self._breaks is not None:
            passes = self._breaks()
            for name in ("orders", "shipments", "customers"):
                if getattr(adapter, name) is not None:
                    setattr(adapter, name, stand_in(getattr(adapter, name), name, passes))
        if self._claims:
            operations = {**adapter.capabilities.operations, **self._claims["operations"]}
            adapter.capabilities = replace(adapter.capabilities, operations=operations)
        return client


def fails(profile: MemoryProfile, test: str) -> str | None:
    """What one test of the kit says of an adapter: None when it passes."""
    name, _, parameter = test.partition("[")
    method = getattr(Everything, name)
    kit = Everything()
    kit.profile = profile
    if name == "test_orders_live_as_they_do_in_memory":
        return _said(lambda: method(kit))
    with profile.backend() as connect:
        desk = Desk(profile, connect)
        try:
            given = dict(zip(_names(method), _values(method, parameter.rstrip("]")), strict=True))
            return _said(lambda: method(kit, desk, **given))
        finally:
            desk.close()


def _names(method) -> list[str]:
    return [mark.args[0] for mark in getattr(method, "pytestmark", ()) if mark.name == "parametrize"]


def _values(method, parameter: str) -> list[Any]:
    marks = [mark for mark in getattr(method, "pytestmark", ()) if mark.name == "parametrize"]
    if not marks:
        return []
    (mark,) = marks
    (value,) = [each for each in mark.args[1] if str(each) == parameter]
    return [value]


def _said(run: Callable[[], Any]) -> str | None:
    try:
        run()
    except pytest.skip.Exception:
        raise AssertionError("the test was skipped: it proves nothing") from None
    except (AssertionError, ErpConnectError, pytest.fail.Exception) as failure:
        return f"{type(failure).__name__}: {failure}"
    return None


def first(kind: type, args: Any) -> Any:
    return next(each for each in args if isinstance(each, kind))


def with_orders(change: Callable[[Order], Order]) -> Callable[[], Any]:
    """An adapter whose every order comes back changed."""

    def passes(name, method, args, more):
        answer = method(*args, **more)
        if not name.startswith("orders."):
            return answer
        if isinstance(answer, Order):
            return change(answer)
        if isinstance(answer, Written) and isinstance(answer.stored, Order):
            return replace(answer, stored=change(answer.stored))
        if name in ("orders.find", "orders.list"):
            return [change(order) for order in answer]
        if name == "orders.get_many":
            return {id: change(order) for id, order in answer.items()}
        return answer

    return lambda: passes


# -- the defects -----------------------------------------------------------------------------------------------


def swallows_an_error():
    def passes(name, method, args, more):
        if name not in ("orders.amend", "orders.cancel"):
            return method(*args, **more)
        try:
            return method(*args, **more)
        except ErpConnectError:
            return Written(id=args[0].id)

    return passes


def ignores_the_version():
    def passes(name, method, args, more):
        if name in ("orders.amend", "orders.cancel"):
            args = tuple(replace(each, force=True) if isinstance(each, Write) else each for each in args)
        return method(*args, **more)

    return passes


def drops_a_line():
    def passes(name, method, args, more):
        if name == "orders.create" and len(args[0].lines) > 1:
            args = (args[0].but(lines=args[0].lines[:-1]), *args[1:])
        return method(*args, **more)

    return passes


def loses_the_stamp():
    spare = (f"LOST{number:08d}".translate(str.maketrans("0189", "ABCD")) for number in itertools.count())

    def passes(name, method, args, more):
        if name == "orders.create":
            args = tuple(
                replace(each, stamp=next(spare)) if isinstance(each, Write) else each for each in args
            )
        return method(*args, **more)

    return passes


def doubles_on_retry():
    extra = (f"RETRY{number:07d}".translate(str.maketrans("0189", "ABCD")) for number in itertools.count())

    def passes(name, method, args, more):
        if name == "orders.create":
            again = tuple(
                replace(each, stamp=next(extra)) if isinstance(each, Write) else each for each in args
            )
            method(*again, **more)
        return method(*args, **more)

    return passes


def returns_a_stale_order():
    seen: dict[str, Order] = {}

    def passes(name, method, args, more):
        if name == "orders.get":
            found = method(*args, **more)
            return seen.setdefault(found.id, found)
        answer = method(*args, **more)
        return replace(answer, stored=None) if isinstance(answer, Written) else answer

    return passes


def forgets_to_cancel():
    def passes(name, method, args, more):
        if name == "orders.cancel":
            return Written(id=args[0].id, stored=args[0])
        return method(*args, **more)

    return passes


def loses_what_it_does_not_change():
    def passes(name, method, args, more):
        answer = method(*args, **more)
        if name == "orders.amend" and answer.stored is not None:
            bare = answer.stored.but(
                payment_terms=None, lines=[line.but(reference=None) for line in answer.stored.lines]
            )
            return replace(answer, stored=bare.but(customer_po="PO-0"))
        return answer

    return passes


def lists_half():
    def passes(name, method, args, more):
        answer = method(*args, **more)
        return list(answer)[::2] if name == "orders.list" else answer

    return passes


def finds_too_much_of_nothing():
    def passes(name, method, args, more):
        return () if name in ("orders.find", "orders.by_stamp") else method(*args, **more)

    return passes


def forgets_the_notes():
    def passes(name, method, args, more):
        if name == "orders.create":
            args = (args[0].but(notes=()), *args[1:])
        return method(*args, **more)

    return passes


def begins_events_anew():
    def passes(name, method, args, more):
        return method(None) if name == "orders.events" else method(*args, **more)

    return passes


def tells_names():
    def passes(name, method, args, more):
        try:
            return method(*args, **more)
        except ErpConnectError as error:
            raise type(error)(
                f"{error.message} (Zebra Confidential)", code=error.code, operation=name
            ) from None

    return passes


def calls_a_refusal_unknown():
    def passes(name, method, args, more):
        try:
            return method(*args, **more)
        except NotFound:
            raise
        except ErpConnectError as error:
            if not name.startswith("orders."):
                raise
            raise TransportError(error.message, outcome="unknown") from None

    return passes


def ships_twice():
    def passes(name, method, args, more):
        if name == "shipments.post":
            half = [each.but(quantity=each.quantity / 2) for each in args[1]]
            method(args[0], half, *args[2:-1], replace(args[-1], stamp="TWICE2222222", force=True))
            return method(args[0], half, *args[2:-1], replace(args[-1], force=True))
        return method(*args, **more)

    return passes


def _floated(order: Order) -> Order:
    def line(each):
        if each.price is None:
            return each
        return each.but(price=each.price.but(amount=Decimal(repr(float(each.price.amount)))))

    return order.but(lines=[line(each) for each in order.lines])


def _real_floats(order: Order) -> Order:
    net = order.net
    return (
        order
        if net is None
        else order.model_copy(update={"net": net.model_copy(update={"amount": float(net.amount)})})
    )


def _zoneless(order: Order) -> Order:
    return order.model_copy(update={"created_at": order.created_at and order.created_at.replace(tzinfo=None)})


def _trimmed(order: Order) -> Order:
    po = order.customer_po
    return order.but(customer_po=po and po.replace("'", ""), lines=[_upper(line) for line in order.lines])


def _upper(line):
    return line.but(description=line.description and line.description.upper())


def _day_late(order: Order) -> Order:
    from datetime import timedelta

    return order.but(requested=order.requested and order.requested - timedelta(days=1))


def _always_submitted(order: Order) -> Order:
    return order.but(status="submitted")


CLAIMED = {"operations": {"orders.hold": OperationSupport(support=Support.NATIVE)}}
DEFECTS = [
    (
        "swallows an error",
        BrokenProfile(swallows_an_error),
        "test_a_change_to_a_stale_order_is_a_conflict_that_shows_what_moved",
    ),
    ("swallows an error", BrokenProfile(swallows_an_error), "test_a_stale_order_is_not_cancelled"),
    (
        "ignores the version",
        BrokenProfile(ignores_the_version),
        "test_a_rival_between_reading_and_writing_is_noticed",
    ),
    (
        "ignores the version",
        BrokenProfile(ignores_the_version),
        "test_of_rivals_with_one_version_only_one_wins",
    ),
    (
        "ignores the version",
        BrokenProfile(ignores_the_version),
        "test_a_rival_is_noticed_just_before_the_cancellation",
    ),
    ("floats the money", BrokenProfile(with_orders(_floated)), "test_a_price_keeps_every_digit_that_fits"),
    (
        "returns real floats",
        BrokenProfile(with_orders(_real_floats)),
        "test_no_float_and_no_zoneless_time_comes_back",
    ),
    ("drops a line", BrokenProfile(drops_a_line), "test_an_order_stands_as_it_was_sent"),
    ("drops a line", BrokenProfile(drops_a_line), "test_what_was_sent_plainly_shows_no_difference"),
    ("loses the stamp", BrokenProfile(loses_the_stamp), "test_an_order_whose_answer_was_lost_is_not_doubled"),
    (
        "loses the stamp",
        BrokenProfile(loses_the_stamp, like="odata"),
        "test_an_order_whose_answer_was_lost_is_not_doubled",
    ),
    ("doubles on retry", BrokenProfile(doubles_on_retry), "test_the_same_key_and_content_is_one_order"),
    (
        "returns a stale order",
        BrokenProfile(returns_a_stale_order),
        "test_a_change_is_planned_made_and_read_back[change_quantity]",
    ),
    ("forgets to cancel", BrokenProfile(forgets_to_cancel), "test_a_cancelled_order_is_cancelled"),
    ("forgets to cancel", BrokenProfile(forgets_to_cancel), "test_a_claim_is_kept[orders.cancel]"),
    (
        "loses what it does not change",
        BrokenProfile(loses_what_it_does_not_change),
        "test_a_change_is_planned_made_and_read_back[change_price]",
    ),
    ("lists half", BrokenProfile(lists_half), "test_a_list_holds_every_order_once"),
    ("finds nothing", BrokenProfile(finds_too_much_of_nothing), "test_an_order_is_found_by_what_people_say"),
    (
        "tells names",
        BrokenProfile(tells_names),
        "test_an_error_says_what_happened_and_can_be_carried_about[unknown product]",
    ),
    (
        "calls a refusal unknown",
        BrokenProfile(calls_a_refusal_unknown),
        "test_what_is_not_on_file_is_refused_and_leaves_nothing[product]",
    ),
    (
        "forgets the notes",
        BrokenProfile(forgets_the_notes),
        "test_a_field_is_kept_or_its_loss_is_refused[order.notes]",
    ),
    (
        "begins events anew",
        BrokenProfile(begins_events_anew),
        "test_a_cursor_goes_on_where_it_stopped",
    ),
    ("ships twice", BrokenProfile(ships_twice), "test_a_part_is_shipped_and_the_rest_stays_open"),
    ("knows no zone", BrokenProfile(with_orders(_zoneless)), "test_an_order_stands_as_it_was_sent"),
    (
        "rewrites texts",
        BrokenProfile(with_orders(_trimmed)),
        "test_a_text_comes_back_as_it_was_written_and_is_found[apostrophe]",
    ),
    (
        "is a day late",
        BrokenProfile(with_orders(_day_late)),
        "test_a_requested_day_stays_that_day[2028-02-29]",
    ),
    ("is always submitted", BrokenProfile(with_orders(_always_submitted)), "test_a_part_that_has_left_shows"),
    (
        "is always submitted",
        BrokenProfile(with_orders(_always_submitted)),
        "test_orders_live_as_they_do_in_memory",
    ),
    ("claims what it cannot", BrokenProfile(like="bc", **CLAIMED), "test_a_claim_is_kept[orders.hold]"),
    ("claims what it cannot", BrokenProfile(like="bc", **CLAIMED), "test_the_static_bound_holds"),
]


@pytest.mark.parametrize(
    ("profile", "test"), [each[1:] for each in DEFECTS], ids=[f"{each[0]}-{each[2]}" for each in DEFECTS]
)
def test_the_kit_fails_on_an_adapter_that(profile, test) -> None:
    assert fails(profile, test) is not None


@pytest.mark.parametrize(
    ("like", "test"), sorted({(profile.like or "", test) for _, profile, test in DEFECTS})
)
def test_the_sound_adapter_passes_the_same_tests(like, test) -> None:
    assert fails(MemoryProfile(like or None), test) is None
