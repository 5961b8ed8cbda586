"""Where an order stands: the first status that holds, from quantities, statements and the back-end's own word."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_connect.errors import TransitionNotAllowed
from erp_connect.models import Hold, LineKind, OrderLine, OrderStatus, Progress, Quantities, Timeliness
from erp_connect.rules.quantities import moved
from erp_connect.rules.status import (
    TRANSITIONS,
    StatusFacts,
    check_transition,
    fulfilment,
    invoicing,
    line_status,
    order_status,
    reachable,
    restated,
    stated,
    timeliness,
    with_status,
)

S = OrderStatus
TODAY = date(2026, 4, 1)
HOLD = Hold(kind="credit")


def line(ordered=10, *, id="1", kind=LineKind.ITEM, holds=(), dates=(None, None), **moved):
    return OrderLine.trusted(
        id=id,
        position=int(id),
        product="P",
        unit="H87",
        quantities=Quantities(ordered=ordered, **moved),
        kind=kind,
        holds=holds,
        requested=dates[0],
        promised=dates[1],
    )


NEW = line(shipped=0, invoiced=0, cancelled=0)
PART = line(shipped=4, invoiced=0, cancelled=0)
GONE = line(shipped=10, invoiced=0, cancelled=0)
BILLED = line(shipped=10, invoiced=10, cancelled=0)
CANCELLED = line(shipped=0, invoiced=0, cancelled=10)
CUT = line(shipped=4, invoiced=0, cancelled=6)
LOWERED = line(0, shipped=0, invoiced=0)
MUTE = line()

BY_QUANTITIES = [
    ("nothing shipped yet", [NEW], {}, S.SUBMITTED),
    ("a part of a line", [PART], {}, S.PARTLY_SHIPPED),
    ("one line of two", [GONE, NEW], {}, S.PARTLY_SHIPPED),
    ("all of it", [GONE, GONE], {}, S.SHIPPED),
    ("all of it, one invoiced", [GONE, BILLED], {}, S.SHIPPED),
    ("all of it, all invoiced", [BILLED, BILLED], {}, S.COMPLETED),
    ("shipped, the rest cancelled", [CUT], {}, S.SHIPPED),
    ("one shipped and one cancelled line", [GONE, CANCELLED], {}, S.SHIPPED),
    ("one billed and one cancelled line", [BILLED, CANCELLED], {}, S.COMPLETED),
    ("all cancelled", [CANCELLED, CANCELLED], {}, S.CANCELLED),
    ("one of two cancelled", [CANCELLED, NEW], {}, S.SUBMITTED),
    ("lowered to nothing", [LOWERED], {}, S.CANCELLED),
    ("shipped, invoices not reported", [line(shipped=10)], {}, S.SHIPPED),
    ("delivered counts as moved", [line(delivered=10)], {}, S.SHIPPED),
    ("confirmed as ordered", [line(shipped=0, confirmed=10)], {}, S.CONFIRMED),
    ("confirmed in part", [line(shipped=0, confirmed=9)], {}, S.SUBMITTED),
    ("confirmed but for what was cancelled", [line(shipped=0, confirmed=7, cancelled=3)], {}, S.CONFIRMED),
    ("confirmed by the back-end's word", [NEW], {"confirmed": True}, S.CONFIRMED),
    ("texts do not wait to be shipped", [GONE, line(id="2", kind=LineKind.TEXT)], {}, S.SHIPPED),
    (
        "charges do not wait to be shipped",
        [GONE, line(1, id="2", kind=LineKind.CHARGE, shipped=0)],
        {},
        S.SHIPPED,
    ),
    ("more shipped than ordered", [line(shipped=11, invoiced=0)], {}, S.SHIPPED),
]
BY_STATEMENT = [
    ("cancelled", [NEW], {"facts": StatusFacts(cancelled=True)}, S.CANCELLED),
    ("cancelled after a part had left", [CUT], {"facts": StatusFacts(cancelled=True)}, S.SHIPPED),
    ("gone before anything left", [NEW], {"facts": StatusFacts(gone=True)}, S.CANCELLED),
    ("gone after posting", [GONE], {"facts": StatusFacts(gone=True)}, S.COMPLETED),
    (
        "cancelled comes before rejected",
        [NEW],
        {"facts": StatusFacts(cancelled=True, rejected=True)},
        S.CANCELLED,
    ),
    ("rejected", [NEW], {"facts": StatusFacts(rejected=True)}, S.REJECTED),
    ("rejected comes before closed", [NEW], {"facts": StatusFacts(rejected=True, closed=True)}, S.REJECTED),
    ("closed with something open", [PART], {"facts": StatusFacts(closed=True)}, S.COMPLETED),
    ("closed comes before held", [PART], {"facts": StatusFacts(closed=True), "holds": [HOLD]}, S.COMPLETED),
    ("held", [NEW], {"holds": [HOLD]}, S.ON_HOLD),
    ("held after a part had left", [PART], {"holds": [HOLD]}, S.ON_HOLD),
    ("held comes before shipped", [GONE], {"holds": [HOLD]}, S.ON_HOLD),
    ("billed comes before held", [BILLED], {"holds": [HOLD]}, S.COMPLETED),
    ("one line of two held", [line(shipped=0, holds=(HOLD,)), line(id="2", shipped=0)], {}, S.SUBMITTED),
    ("every open line held", [line(shipped=0, holds=(HOLD,)), GONE], {}, S.ON_HOLD),
    ("held by name of the line", [NEW], {"holds": [Hold(kind="q", line_id="1")]}, S.ON_HOLD),
    ("another line's hold", [NEW], {"holds": [Hold(kind="q", line_id="9")]}, S.SUBMITTED),
    ("a draft", [NEW], {"facts": StatusFacts(draft=True)}, S.DRAFT),
    (
        "confirmed comes before draft",
        [NEW],
        {"facts": StatusFacts(draft=True), "confirmed": True},
        S.CONFIRMED,
    ),
]
BY_NATIVE_WORD = [
    *((f"unreported: {status.value}", [MUTE], {"native": status}, status) for status in S),
    ("nothing is known", [MUTE], {}, S.UNKNOWN),
    ("no lines at all", [], {}, S.UNKNOWN),
    ("no lines, cancelled", [], {"facts": StatusFacts(cancelled=True)}, S.CANCELLED),
    ("quantities against the word: not shipped", [NEW], {"native": S.SHIPPED}, S.SUBMITTED),
    ("quantities against the word: shipped", [GONE], {"native": S.SUBMITTED}, S.SHIPPED),
    ("quantities against the word: cancelled after all left", [GONE], {"native": S.CANCELLED}, S.SHIPPED),
    ("the word where quantities say nothing: rejected", [NEW], {"native": S.REJECTED}, S.REJECTED),
    ("the word where quantities say nothing: closed", [PART], {"native": S.COMPLETED}, S.COMPLETED),
    ("the word where quantities say nothing: held", [NEW], {"native": S.ON_HOLD}, S.ON_HOLD),
    ("an unknown word beside quantities", [NEW], {"native": S.UNKNOWN}, S.SUBMITTED),
]
CASES = [*BY_QUANTITIES, *BY_STATEMENT, *BY_NATIVE_WORD]


@pytest.mark.parametrize(
    ("lines", "more", "status"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_the_first_status_that_holds(lines, more, status):
    assert order_status(lines, **more) is status


@pytest.mark.parametrize(
    ("one", "more", "status"),
    [
        (PART, {}, S.PARTLY_SHIPPED),
        (CANCELLED, {"holds": [HOLD]}, S.CANCELLED),
        (GONE, {"holds": [HOLD]}, S.SHIPPED),
        (NEW, {"holds": [HOLD]}, S.ON_HOLD),
        (NEW, {"holds": [Hold(kind="q", line_id="2")]}, S.SUBMITTED),
        (NEW, {"holds": [Hold(kind="q", line_id="1")]}, S.ON_HOLD),
        (line(shipped=0, holds=(Hold(kind="q", line_id="1"),)), {}, S.ON_HOLD),
        (line(shipped=10, holds=(HOLD,)), {}, S.SHIPPED),
        (PART, {"facts": StatusFacts(closed=True)}, S.COMPLETED),
        (MUTE, {"native": S.CONFIRMED}, S.CONFIRMED),
    ],
)
def test_a_line_has_its_own_status(one, more, status):
    assert line_status(one, **more) is status


@pytest.mark.parametrize(
    ("lines", "progress"),
    [
        ([MUTE], Progress.UNKNOWN),
        ([NEW], Progress.NONE),
        ([CANCELLED], Progress.NONE),
        ([NEW, GONE], Progress.PARTIAL),
        ([CUT], Progress.COMPLETE),
        ([GONE, CANCELLED], Progress.COMPLETE),
    ],
)
def test_fulfilment(lines, progress):
    assert fulfilment(lines) is progress


@pytest.mark.parametrize(
    ("lines", "progress"),
    [
        ([line(shipped=10)], Progress.UNKNOWN),
        ([GONE], Progress.NONE),
        ([GONE, BILLED], Progress.PARTIAL),
        ([line(shipped=10, invoiced=4)], Progress.PARTIAL),
        ([BILLED], Progress.COMPLETE),
        ([line(shipped=4, invoiced=4, cancelled=6)], Progress.COMPLETE),
        ([BILLED, line(id="2", kind=LineKind.TEXT)], Progress.COMPLETE),
    ],
)
def test_invoicing(lines, progress):
    assert invoicing(lines) is progress


@pytest.mark.parametrize(
    ("requested", "promised", "shipped", "word"),
    [
        (date(2026, 4, 2), None, 0, Timeliness.ON_TIME),
        (date(2026, 4, 1), None, 0, Timeliness.DUE),
        (date(2026, 3, 31), None, 0, Timeliness.LATE),
        (date(2026, 4, 5), date(2026, 4, 6), 0, Timeliness.LATE),
        (date(2026, 4, 5), date(2026, 4, 5), 0, Timeliness.ON_TIME),
        (None, date(2026, 4, 5), 0, Timeliness.ON_TIME),
        (None, date(2026, 3, 5), 0, Timeliness.LATE),
        (None, None, 0, Timeliness.UNKNOWN),
        (date(2026, 3, 31), None, 10, Timeliness.UNKNOWN),
    ],
)
def test_timeliness_on_the_day_of_reading(shop, requested, promised, shipped, word):
    order = shop.order(requested=None)
    one = line(shipped=shipped, dates=(requested, promised))
    assert timeliness(order.but(lines=(one,), requested=None), TODAY) is word


def test_an_order_is_as_late_as_its_latest_line(shop):
    good, bad = (
        line(shipped=0, dates=(date(2026, 5, 1), None)),
        line(shipped=0, dates=(date(2026, 3, 1), None)),
    )
    order = shop.order(requested=None)
    assert timeliness(order.but(lines=(good, bad)), TODAY) is Timeliness.LATE
    assert timeliness(order.but(lines=(good, MUTE), requested=TODAY), TODAY) is Timeliness.DUE


def test_everything_that_follows_from_the_content_is_filled_in(shop):
    order = shop.order(shop.line(), shop.line())
    first = order.lines[0]
    sent = first.but(quantities=first.quantities.but(shipped=Decimal(10), invoiced=Decimal(10)))
    found = with_status(order.but(lines=(sent, order.lines[1])), StatusFacts(), TODAY)
    assert (found.status, found.fulfilment, found.invoicing) == (
        S.PARTLY_SHIPPED,
        Progress.PARTIAL,
        Progress.PARTIAL,
    )
    assert [each.status for each in found.lines] == [S.COMPLETED, S.SUBMITTED]
    assert found.timeliness is Timeliness.ON_TIME


@pytest.mark.parametrize("status", [S.DRAFT, S.COMPLETED, S.REJECTED, S.CANCELLED])
def test_what_was_stated_outlives_a_change(shop, status):
    order = shop.order().but(status=status)
    assert restated(order, order, TODAY).status is status
    assert stated(order) != StatusFacts()


def test_a_confirmation_outlives_a_change_and_a_released_hold_does_not_come_back(shop):
    order = shop.order()
    assert restated(order, order.but(status=S.CONFIRMED), TODAY).status is S.CONFIRMED
    held = order.but(status=S.ON_HOLD, holds=(HOLD,))
    assert restated(order, held, TODAY).status is S.SUBMITTED


def test_where_quantities_are_not_reported_the_back_ends_word_outlives_a_change(shop):
    order = shop.order().but(lines=(MUTE.but(status=S.SHIPPED), line(id="2")), status=S.PARTLY_SHIPPED)
    found = restated(order.but(notes=("x",)), order, TODAY)
    assert found.status is S.PARTLY_SHIPPED
    assert [each.status for each in found.lines] == [S.SHIPPED, S.PARTLY_SHIPPED]
    held = order.but(status=S.ON_HOLD, holds=(HOLD,))
    assert restated(order, held, TODAY).status is S.UNKNOWN


# --------------------------------------------------------------------------- transitions


def test_every_status_has_its_row_and_every_word_is_an_operation():
    from erp_connect.adapters.contract import OPERATIONS

    known = {name.partition(".")[2] for name in OPERATIONS} | {"ship", "invoice", "return"}
    assert set(TRANSITIONS) == set(OrderStatus)
    assert all(allowed <= known for allowed in TRANSITIONS.values())


ALLOWED = [
    (S.SUBMITTED, {"change_quantity", "cancel", "ship", "hold", "add_line"}, {"invoice", "return"}),
    (S.CONFIRMED, {"change_quantity", "cancel", "ship"}, {"return"}),
    (S.ON_HOLD, {"release", "change_quantity", "cancel"}, {"ship", "receive"}),
    (S.PARTLY_SHIPPED, {"ship", "cancel", "change_quantity", "return", "invoice"}, set()),
    (S.SHIPPED, {"return", "invoice", "add_note"}, {"cancel", "change_quantity", "ship", "add_line"}),
    (S.COMPLETED, {"return", "add_note"}, {"cancel", "change_quantity", "ship", "hold"}),
    (S.CANCELLED, set(), {"cancel", "change_quantity", "ship", "hold", "return", "change_header"}),
    (S.REJECTED, {"add_note"}, {"cancel", "ship"}),
    (S.DRAFT, {"change_quantity", "cancel", "ship", "confirm"}, {"invoice", "return"}),
    (S.UNKNOWN, {"change_quantity", "cancel", "ship"}, set()),
]


@pytest.mark.parametrize(("status", "allowed", "refused"), ALLOWED, ids=[row[0].value for row in ALLOWED])
def test_what_an_order_in_this_status_allows(shop, status, allowed, refused):
    order = shop.order().but(status=status)
    for operation in allowed:
        check_transition(order, operation)
        check_transition(order, f"orders.{operation}")
    for operation in refused:
        with pytest.raises(TransitionNotAllowed) as refusal:
            check_transition(order, f"orders.{operation}")
        assert refusal.value.code == "transition_not_allowed"
        assert refusal.value.path == "status"
        assert refusal.value.operation == f"orders.{operation}"
        assert refusal.value.hint
        assert status.value in str(refusal.value)


AMOUNTS = st.integers(min_value=0, max_value=10).map(Decimal)
REPORTED = st.none() | AMOUNTS


@given(
    st.lists(
        st.builds(line, st.just(10), shipped=REPORTED, invoiced=REPORTED, cancelled=REPORTED),
        min_size=1,
        max_size=4,
    )
)
def test_no_quantities_make_an_order_that_is_shipped_and_waiting(lines):
    status = order_status(lines)
    left = sum(
        max(10 - (each.quantities.cancelled or 0) - (each.quantities.shipped or 0), 0) for each in lines
    )
    some = any(each.quantities.shipped for each in lines)
    assert (status in (S.SHIPPED, S.COMPLETED)) == (some and left == 0)
    assert (status is S.PARTLY_SHIPPED) == (some and left > 0)
    assert (status is S.CANCELLED) == (not some and left == 0)


@given(
    st.lists(
        st.builds(
            line,
            st.sampled_from([0, 10]),
            kind=st.sampled_from(LineKind),
            holds=st.sampled_from([(), (HOLD,)]),
            shipped=REPORTED,
            delivered=REPORTED,
            invoiced=REPORTED,
            cancelled=REPORTED,
            confirmed=REPORTED,
        ),
        max_size=3,
    ),
    st.sampled_from([(), (HOLD,)]),
    st.sampled_from([None, *S]),
)
def test_no_order_has_a_status_that_its_native_word_rules_out(lines, holds, native):
    quantities = [each.quantities for each in lines]
    possible = reachable(
        native,
        moving=any(moved(each) is not None for each in quantities),
        invoicing=any(each.invoiced is not None for each in quantities),
        holding=bool(holds) or any(each.holds for each in lines),
    )
    assert order_status(lines, holds=holds, native=native) in possible
    assert possible <= reachable(native)


def test_what_is_done_by_its_own_word_is_never_open():
    assert reachable(S.COMPLETED) == {S.COMPLETED, S.CANCELLED}
    assert reachable(S.REJECTED) == {S.REJECTED, S.CANCELLED}
    assert S.CONFIRMED not in reachable(S.CANCELLED)
    assert reachable(S.SHIPPED, moving=False, holding=False) == {S.SHIPPED, S.CANCELLED}
