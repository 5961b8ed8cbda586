"""A create with a key ends in exactly one order, whatever happens to the request and to the answer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import erp_connect as ec
from erp_connect.journal.store import MemoryStore


def test_a_repeated_create_answers_with_the_first_order(shop, erp):
    first = erp.orders.create(shop.order(), key="C-100/PO-1")
    again = erp.orders.create(shop.order(), key="C-100/PO-1")
    assert again.replayed
    assert not first.replayed
    assert again.order == first.order
    assert len(shop.standing) == 1


def test_the_same_amount_written_otherwise_is_the_same_wish(shop, erp):
    erp.orders.create(shop.order(shop.line(quantity="12", price=shop.eur("9.5"))), key="k")
    again = erp.orders.create(shop.order(shop.line(quantity="12.00", price=shop.eur("9.50"))), key="k")
    assert again.replayed
    assert len(shop.standing) == 1


def test_a_key_is_refused_for_another_content(shop, erp):
    erp.orders.create(shop.order(), key="k")
    with pytest.raises(ec.errors.KeyReused) as refused:
        erp.orders.create(shop.order(shop.line(quantity=99)), key="k")
    assert refused.value.outcome == "not_applied"
    assert refused.value.system == erp.system
    assert len(shop.standing) == 1


def test_one_key_cannot_stand_for_two_kinds_of_write(shop, erp):
    placed = erp.orders.create(shop.order(), key="k").order
    with pytest.raises(ec.errors.KeyReused):
        erp.orders.cancel(placed, "changed his mind", key="k")
    assert shop.standing[0].status is ec.OrderStatus.SUBMITTED


@pytest.mark.parametrize("key", ["", "  ", 7, b"k", "x" * 1001, "a\x00b", "\ud800"])
def test_what_names_no_wish_is_no_key(shop, erp, key):
    with pytest.raises(ValueError, match="a key"):
        erp.orders.create(shop.order(), key=key)
    with pytest.raises(ValueError, match="a key"):
        erp.customers.create(ec.CustomerDraft(number="C-1", name="One"), key=key)
    assert shop.standing == ()


def test_long_keys_that_begin_alike_are_different_keys(shop, erp):
    erp.orders.create(shop.order(), key="x" * 999 + "1")
    second = erp.orders.create(shop.order(), key="x" * 999 + "2")
    assert not second.replayed
    assert len(shop.standing) == 2


def test_without_a_key_two_calls_are_two_orders(shop, erp):
    first, second = (erp.orders.create(shop.order()) for _ in range(2))
    assert first.key != second.key
    assert len(shop.standing) == 2


def test_a_refused_draft_may_be_corrected_under_its_key(shop, erp):
    with pytest.raises(ec.errors.InvalidOrder):
        erp.orders.create(shop.order(shop.line("NO-SUCH")), key="k")
    receipt = erp.orders.create(shop.order(), key="k")
    assert not receipt.replayed
    assert [order.id for order in shop.standing] == [receipt.order.id]


# -- the answer is lost ----------------------------------------------------------------------------------

WITH_A_STAMP = ["lagging_search", "lying_list", "late_commit", "no_version", "enforced"]


@pytest.mark.parametrize("like", [None, *WITH_A_STAMP, "one_reference"])
def test_a_lost_answer_is_found_out_or_told_and_never_doubled(shop, like):
    erp = shop.connect(like)
    shop.faults.lose_reply("orders.create")
    try:
        receipt = erp.orders.create(shop.order(), key="k")
    except ec.errors.OutcomeUnknown as unknown:
        shop.later(unknown.retry_after + 1)
        receipt = erp.orders.create(shop.order(), key="k")
    assert [order.id for order in shop.standing] == [receipt.order.id]


@pytest.mark.parametrize("like", [None, *WITH_A_STAMP, "one_reference"])
def test_a_lost_request_is_sent_again_once_it_cannot_run_any_more(shop, like):
    erp = shop.connect(like)
    shop.faults.lose_request("orders.create")
    try:
        receipt = erp.orders.create(shop.order(), key="k")
    except ec.errors.OutcomeUnknown as unknown:
        shop.later((unknown.retry_after or 0) + 1)
        receipt = erp.orders.create(shop.order(), key="k")
    assert [order.id for order in shop.standing] == [receipt.order.id]


def test_an_absent_order_proves_nothing_while_the_request_may_still_run(shop):
    erp = shop.connect("late_commit")
    shop.faults.lose_request("orders.create")  # this back-end does it all the same, three minutes later
    with pytest.raises(ec.errors.OutcomeUnknown) as unknown:
        erp.orders.create(shop.order(), key="k")
    assert 200 < unknown.value.retry_after <= 300
    shop.later(100)
    with pytest.raises(ec.errors.OutcomeUnknown):
        erp.orders.create(shop.order(), key="k")
    assert shop.standing == ()
    shop.later(100)  # done meanwhile
    receipt = erp.orders.create(shop.order(), key="k")
    assert [order.id for order in shop.standing] == [receipt.order.id]


def test_an_impatient_caller_cannot_double_a_late_order(shop):
    erp = shop.connect("late_commit")
    shop.faults.commit_late("orders.create", 290)
    for _ in range(40):
        try:
            erp.orders.create(shop.order(), key="k")
            break
        except ec.errors.OutcomeUnknown:
            shop.later(10)
    shop.later(1000)
    assert len(shop.standing) == 1


def test_a_back_end_that_cannot_be_searched_leaves_the_doubt_to_a_person(shop):
    erp = shop.connect("no_search")
    shop.faults.lose_reply("orders.create")
    with pytest.raises(ec.errors.OutcomeUnknown) as unknown:
        erp.orders.create(shop.order(), key="k")
    assert unknown.value.retry_after is None
    assert "resolve" in unknown.value.hint
    shop.later(100_000)
    with pytest.raises(ec.errors.OutcomeUnknown):
        erp.orders.create(shop.order(), key="k")
    assert len(shop.standing) == 1
    erp.journal.resolve("k", shop.standing[0].id)
    settled = erp.orders.create(shop.order(), key="k")
    assert settled.replayed
    assert len(shop.standing) == 1


def test_a_look_up_that_fails_settles_nothing(shop, erp):
    shop.faults.lose_reply("orders.create")
    shop.faults.lose_request("orders.find", times=None)
    with pytest.raises(ec.errors.OutcomeUnknown):
        erp.orders.create(shop.order(), key="k")
    shop.faults.clear()
    receipt = erp.orders.create(shop.order(), key="k")
    assert [order.id for order in shop.standing] == [receipt.order.id]


def test_an_answer_that_was_given_up_too_early_still_counts_once(shop):
    erp = shop.connect("late_commit", timeout=30)
    shop.faults.delay("orders.create", 45)
    with pytest.raises(ec.errors.OutcomeUnknown):
        erp.orders.create(shop.order(), key="k")
    shop.later(60)
    receipt = erp.orders.create(shop.order(), key="k")
    assert [order.id for order in shop.standing] == [receipt.order.id]


def test_an_order_that_cannot_be_read_back_stands_and_is_told_next_time(shop):
    erp = shop.connect("half_made")  # answers with the number only
    shop.faults.lose_request("orders.get", times=1)
    with pytest.raises(ec.errors.TransportError) as failure:
        erp.orders.create(shop.order(), key="k")
    assert failure.value.outcome == "applied"
    again = erp.orders.create(shop.order(), key="k")
    assert again.replayed
    assert len(shop.standing) == 1


# -- nothing was applied ---------------------------------------------------------------------------------


def test_a_throttled_create_waits_as_long_as_it_was_told_and_goes_on(shop, erp):
    before = shop.clock.now()
    shop.faults.throttle("orders.create", retry_after=7.0, times=2)
    erp.orders.create(shop.order(), key="k")
    assert (shop.clock.now() - before).total_seconds() >= 14
    assert len(shop.standing) == 1


def test_a_pause_longer_than_the_time_out_is_handed_to_the_caller(shop, erp):
    shop.faults.throttle("orders.create", retry_after=3600.0)
    with pytest.raises(ec.errors.Throttled) as throttled:
        erp.orders.create(shop.order(), key="k")
    assert throttled.value.retry_after == 3600.0
    assert shop.standing == ()
    assert not erp.orders.create(shop.order(), key="k").replayed


# -- two at once -----------------------------------------------------------------------------------------


def test_two_threads_with_one_key_make_one_order(shop):
    with ec.connect(f"memory://{shop.name}") as erp:
        shop.connect()
        start = threading.Barrier(8)

        def create(_):
            start.wait()
            return erp.orders.create(shop.order(), key="k")

        with ThreadPoolExecutor(8) as pool:
            receipts = list(pool.map(create, range(8)))
    assert len({receipt.order.id for receipt in receipts}) == 1
    assert sum(not receipt.replayed for receipt in receipts) == 1
    assert len(shop.standing) == 1


def test_a_rival_waits_its_own_time_out_and_is_then_told(shop):
    erp, rival = shop.connect(), shop.connect(timeout=10)
    told = []

    def create_too():
        with pytest.raises(ec.errors.KeyInProgress) as refusal:
            rival.orders.create(shop.order(), key="k")
        told.append(refusal.value)

    shop.faults.rival("orders.create", create_too)
    erp.orders.create(shop.order(), key="k")
    assert told[0].retryable
    assert 0 < told[0].retry_after <= 75
    assert len(shop.standing) == 1


def test_whoever_lost_the_lease_sends_nothing_more(shop, monkeypatch):
    slow, rival = shop.connect("half_made"), shop.connect("half_made", timeout=200)
    draft = shop.order(shop.line(quantity=1), shop.line(quantity=2))
    taken_over = []
    noted = iter(range(100))
    change = MemoryStore.change

    def held_up_before_the_second_request(store, changes):
        if next(noted) == 2:  # after the announcement of the header, and its answer
            shop.later(76)  # the lease of 60 + 15 seconds has ended
            taken_over.append(rival.orders.create(draft, key="k"))
        return change(store, changes)

    monkeypatch.setattr(MemoryStore, "change", held_up_before_the_second_request)
    with pytest.raises(ec.errors.KeyInProgress) as lost:
        slow.orders.create(draft, key="k")
    assert lost.value.outcome == "unknown"
    (receipt,) = taken_over
    assert [order.id for order in shop.standing] == [receipt.order.id]
    assert [line.quantities.ordered for line in receipt.order.lines] == [1, 2]
    assert slow.orders.create(draft, key="k").replayed


# -- half made -------------------------------------------------------------------------------------------


@pytest.fixture
def two_lines(shop):
    return shop.order(shop.line(quantity=1, reference="a"), shop.line("PUMP-5", quantity=2, reference="b"))


def test_a_line_refused_in_the_middle_takes_the_header_back(shop, two_lines):
    erp = shop.connect("half_made")
    shop.faults.refuse("orders.create", ec.errors.ProductBlocked("not this one", code="blocked"), step=2)
    with pytest.raises(ec.errors.InvalidOrder) as refused:
        erp.orders.create(two_lines, key="k")
    assert refused.value.outcome == "not_applied"
    assert shop.standing == ()
    assert not erp.orders.create(two_lines, key="k").replayed
    assert len(shop.standing) == 1


def test_what_cannot_be_taken_back_is_told_line_by_line_and_resumed(shop, two_lines):
    erp = shop.connect("half_made")
    shop.faults.refuse("orders.create", ec.errors.ProductBlocked("not this one"), step=2)
    shop.faults.refuse("orders.remove", ec.errors.RecordLocked("in use", retryable=False))
    with pytest.raises(ec.errors.PartialFailure) as partial:
        erp.orders.create(two_lines, key="k")
    assert partial.value.outcome == "partial"
    missing = [d for d in partial.value.receipt.differences if d.kind is ec.DifferenceKind.MISSING]
    assert [d.path for d in missing] == ["order.lines[1]"]
    assert [entry.key for entry in erp.journal.open()] == ["k"]

    with pytest.raises(ec.errors.PartialFailure):
        erp.orders.create(two_lines, key="k")

    corrected = two_lines.but(lines=(two_lines.lines[0], shop.line(quantity=7, reference="b")))
    with pytest.raises(ec.errors.KeyReused):
        erp.orders.create(corrected, key="k")
    receipt = erp.orders.create(corrected, key="k", resume=True)
    assert [line.quantities.ordered for line in receipt.order.lines] == [1, 7]
    assert [order.id for order in shop.standing] == [receipt.order.id]
    assert list(erp.journal.open()) == []


def test_a_lost_header_is_completed_at_once(shop, two_lines):
    erp = shop.connect("half_made")
    shop.faults.lose_reply("orders.create", step=0)
    receipt = erp.orders.create(two_lines, key="k")
    assert [line.reference for line in receipt.order.lines] == ["a", "b"]
    assert len(shop.standing) == 1


@pytest.mark.parametrize("fault", ["lose_reply", "lose_request"])
@pytest.mark.parametrize("step", [1, 2])
def test_an_order_cut_between_two_lines_is_completed_without_doubling_one(shop, two_lines, fault, step):
    erp = shop.connect("half_made")
    getattr(shop.faults, fault)("orders.create", step=step)
    try:
        receipt = erp.orders.create(two_lines, key="k")
    except ec.errors.OutcomeUnknown as unknown:
        shop.later(unknown.retry_after + 1)
        receipt = erp.orders.create(two_lines, key="k")
    assert [line.reference for line in receipt.order.lines] == ["a", "b"]
    assert len(shop.standing) == 1


# -- one field for PO number and stamp -------------------------------------------------------------------


def test_where_the_po_number_owns_the_only_field_the_content_tells(shop):
    erp = shop.connect("one_reference")
    erp.orders.create(shop.order(shop.line(quantity=4)), key="another wish of the same customer")
    shop.faults.lose_reply("orders.create")
    receipt = erp.orders.create(shop.order(shop.line(quantity=5)), key="k")
    assert [line.quantities.ordered for line in receipt.order.lines] == [5]
    assert receipt.order.customer_po == "PO-1"
    assert len(shop.standing) == 2


def test_an_equal_order_of_another_key_is_never_taken_for_ours(shop):
    erp = shop.connect("one_reference")
    first = erp.orders.create(shop.order(), key="monday").order
    shop.faults.lose_request("orders.create")
    with pytest.raises(ec.errors.OutcomeUnknown) as unknown:
        erp.orders.create(shop.order(), key="tuesday")
    shop.later(unknown.value.retry_after + 1)
    second = erp.orders.create(shop.order(), key="tuesday").order
    assert second.id != first.id
    assert len(shop.standing) == 2


def test_an_equal_order_that_was_there_long_before_is_never_taken_for_ours(shop):
    erp = shop.connect("one_reference", journal="sqlite://")
    shop.connect("one_reference").orders.create(shop.order())  # by somebody with another journal
    shop.later(3600)
    shop.faults.lose_request("orders.create")
    with pytest.raises(ec.errors.OutcomeUnknown) as unknown:
        erp.orders.create(shop.order(), key="k")
    shop.later(unknown.value.retry_after + 1)
    erp.orders.create(shop.order(), key="k")
    assert len(shop.standing) == 2


def test_two_candidates_are_a_doubt_and_not_a_guess(shop):
    erp = shop.connect("one_reference", journal="sqlite://")
    stranger = shop.connect("one_reference")
    shop.faults.rival("orders.create", lambda: stranger.orders.create(shop.order()))
    shop.faults.lose_reply("orders.create", times=2)  # the stranger finds his own: there is but one then
    with pytest.raises(ec.errors.OutcomeUnknown):
        erp.orders.create(shop.order(), key="k")
    shop.later(100_000)
    with pytest.raises(ec.errors.OutcomeUnknown):
        erp.orders.create(shop.order(), key="k")
    assert len(shop.standing) == 2
    erp.journal.resolve("k", shop.standing[1].id)
    assert erp.orders.create(shop.order(), key="k").order.id == shop.standing[1].id


# -- a journal that was lost, where the back-end itself refuses a second one -----------------------------


def test_a_lost_journal_is_no_loss_where_the_back_end_refuses_a_second_stamp(shop):
    first = shop.connect("enforced", journal="sqlite://").orders.create(shop.order(), key="k")
    without_memory = shop.connect("enforced", journal="sqlite://")
    again = without_memory.orders.create(shop.order(), key="k")
    assert again.order.id == first.order.id
    assert again.replayed
    with pytest.raises(ec.errors.KeyReused):
        shop.connect("enforced", journal="sqlite://").orders.create(
            shop.order(shop.line(quantity=9)), key="k"
        )
    assert len(shop.standing) == 1


@pytest.mark.parametrize("verb", ["cancel", "amend"])
def test_a_rival_with_the_same_key_that_was_a_moment_quicker_is_answered_for(shop, erp, monkeypatch, verb):
    """He is done between our look at the journal and our look at the order, which then refuses what was done."""
    placed = erp.orders.create(shop.order(shop.line(), shop.line())).order
    calls = {
        "cancel": lambda: erp.orders.cancel(placed.id, "withdrawn", key="k"),
        "amend": lambda: erp.orders.amend(placed.id, ec.CancelLine(line=2, reason="withdrawn"), key="k"),
    }
    journal = erp._context.journal
    look = journal.earlier
    quicker = [calls[verb]]

    def slow_look(*wish):
        found = look(*wish)
        while quicker:
            quicker.pop()()
        return found

    monkeypatch.setattr(journal, "earlier", slow_look)
    receipt = calls[verb]()
    assert receipt.replayed
    assert [entry.operation for entry in erp.history(placed)] == ["orders.create", f"orders.{verb}"]
