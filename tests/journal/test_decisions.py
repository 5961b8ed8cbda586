"""The decision table, row by row, and the fingerprint of a wish."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect.adapters.contract import Conditional, StampKind, StampPolicy
from erp_connect.journal import Rules, Sight, canonical, fingerprint, leases
from erp_connect.journal.decisions import Verdict, after_doubt, after_error, after_look
from erp_connect.journal.records import State

SENT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
RULES = Rules(execution_window=60, visibility_delay=30, repeatable=False)
REPEATABLE = Rules(execution_window=60, visibility_delay=30, repeatable=True)
errors = ec.errors


@pytest.mark.parametrize(
    ("error", "sent", "verdict"),
    [
        (errors.InvalidOrder("no"), False, Verdict.REFUSE),
        (errors.Throttled("later"), False, Verdict.RELEASE),
        (KeyError("a bug"), False, Verdict.RELEASE),
        (KeyboardInterrupt(), False, Verdict.RELEASE),
        (errors.InvalidOrder("no"), True, Verdict.REFUSE),
        (errors.Throttled("later"), True, Verdict.RELEASE),
        (errors.RecordLocked("in use"), True, Verdict.RELEASE),
        (errors.TransportError("no answer", outcome="unknown"), True, Verdict.LOOK),
        (errors.ContractViolation("nonsense"), True, Verdict.LOOK),
        (errors.InvalidOrder("line 2", outcome="partial"), True, Verdict.UNDO),
        (KeyError("a bug"), True, Verdict.LOOK),
        (KeyboardInterrupt(), True, Verdict.LOOK),
    ],
    ids=str,
)
def test_what_an_error_means(error, sent, verdict):
    assert after_error(error, sent=sent) is verdict


@pytest.mark.parametrize(
    ("sight", "rules", "seconds", "verdict"),
    [
        (Sight.ONE, RULES, 0, Verdict.CONFIRM),
        (Sight.SEVERAL, RULES, 1000, Verdict.UNKNOWN),
        (Sight.SEVERAL, REPEATABLE, 1000, Verdict.UNKNOWN),
        (Sight.NONE, RULES, 0, Verdict.WAIT),
        (Sight.NONE, RULES, 89, Verdict.WAIT),
        (Sight.NONE, RULES, 90, Verdict.SEND),
        (Sight.NONE, REPEATABLE, 0, Verdict.SEND),
        (Sight.BLIND, RULES, 1000, Verdict.UNKNOWN),
        (Sight.BLIND, REPEATABLE, 0, Verdict.SEND),
        (Sight.HALF, RULES, 0, Verdict.WAIT),
        (Sight.HALF, REPEATABLE, 0, Verdict.WAIT),
        (Sight.HALF, RULES, 90, Verdict.SEND),
    ],
)
def test_what_a_look_allows(sight, rules, seconds, verdict):
    now = SENT + timedelta(seconds=seconds)
    assert after_look(sight, rules, sent_at=SENT, now=now) is verdict


def test_what_was_never_sent_may_be_sent():
    for sight in (Sight.NONE, Sight.BLIND, Sight.HALF):
        assert after_look(sight, RULES, sent_at=None, now=SENT) is Verdict.SEND


def test_the_only_request_that_made_the_half_is_not_running_any_more():
    assert after_look(Sight.HALF, RULES, sent_at=SENT, now=SENT, only_request=True) is Verdict.SEND
    assert after_look(Sight.NONE, RULES, sent_at=SENT, now=SENT, only_request=True) is Verdict.WAIT


def test_a_refusal_counts_once_the_earlier_request_cannot_run_any_more():
    refusal = errors.CreditBlocked("too much")
    later = SENT + timedelta(seconds=90)
    assert after_doubt(refusal, REPEATABLE, sent_at=SENT, now=SENT) is Verdict.WAIT
    assert after_doubt(refusal, REPEATABLE, sent_at=SENT, now=later) is Verdict.REFUSE


def test_a_version_that_has_moved_on_ends_the_earlier_request_too():
    conflict = errors.VersionConflict("moved")
    at_once = Rules(execution_window=60, visibility_delay=0, repeatable=True)
    assert after_doubt(conflict, at_once, sent_at=SENT, now=SENT) is Verdict.REFUSE
    # Where commits show late, the earlier request itself may have moved it; where nothing enforces the version,
    # it still runs.
    unguarded = Rules(execution_window=60, visibility_delay=0, repeatable=False)
    for rules in (REPEATABLE, unguarded):
        assert after_doubt(conflict, rules, sent_at=SENT, now=SENT) is Verdict.WAIT
        assert after_doubt(conflict, rules, sent_at=SENT, now=SENT + timedelta(seconds=90)) is Verdict.REFUSE


def test_a_unique_stamp_guards_what_is_made_and_a_version_what_is_changed():
    unique = StampPolicy(kind=StampKind.FIELD, enforced=True)
    nowhere = StampPolicy(kind=StampKind.NONE, enforced=True)
    enforced, none = Conditional.ENFORCED, Conditional.NONE
    assert Rules.of(unique, creates=True, conditional=none).repeatable
    assert not Rules.of(nowhere, creates=True, conditional=enforced).repeatable
    assert Rules.of(nowhere, creates=False, conditional=enforced).repeatable
    assert not Rules.of(unique, creates=False, conditional=Conditional.CHECKED).repeatable


# -- fingerprints ----------------------------------------------------------------


def draft(**more):
    line = ec.LineDraft(
        product="VALVE-20",
        quantity=more.pop("quantity", Decimal("12.50")),
        unit="KGM",
        custom={"colour": "1.50", "weight": more.pop("weight", Decimal("1.50"))},
    )
    return ec.OrderDraft(customer="C-100", customer_po="PO-1.50", currency="EUR", lines=[line], **more)


def mark(value, operation="orders.create"):
    return fingerprint(operation, canonical(value))


def test_a_number_is_the_same_however_it_is_written():
    assert mark(draft()) == mark(draft(quantity=Decimal("12.5"), weight=Decimal("1.5")))
    assert mark(draft(quantity=100)) == mark(draft(quantity=Decimal("1E+2")))
    change = [ec.ChangeQuantity(line=1, to=Decimal("9.0"))]
    assert mark(change) == mark([ec.ChangeQuantity(line=1, to=9)])


def test_a_text_that_looks_like_a_number_is_a_text():
    assert mark(draft()) != mark(draft().but(customer_po="PO-1.5"))
    first, second = (
        [ec.SubstituteProduct(line=1, to="1.50")],
        [ec.SubstituteProduct(line=1, to="1.5")],
    )
    assert mark(first) != mark(second)
    (line,) = draft().lines
    assert mark(draft()) != mark(draft().but(lines=(line.but(custom={**line.custom, "colour": "1.5"}),)))


def test_saying_what_goes_without_saying_is_no_other_wish():
    assert mark(draft()) == mark(draft(notes=(), ship_to=None, references=()))
    assert mark(draft()) != mark(draft(notes=("x",)))


def test_the_kind_of_write_belongs_to_the_wish():
    assert mark(draft()) != mark(draft(), "purchase_orders.create")


def test_a_wish_of_an_earlier_version_keeps_its_fingerprint():
    """The number is written down: a change of the canonical form must raise the scheme's number."""
    wish = ec.OrderDraft(
        customer="C-100",
        customer_po=None,
        currency="EUR",
        requested=date(2026, 4, 1),
        lines=[ec.LineDraft(product="VALVE-20", quantity=Decimal("2.50"), unit="KGM")],
    )
    assert canonical(wish) == {
        "customer": "C-100",
        "customer_po": None,
        "currency": "EUR",
        "requested": "2026-04-01",
        "lines": [{"product": "VALVE-20", "quantity": "2.5", "unit": "KGM"}],
    }
    assert mark(wish) == "1:01b78b49ca5f22e602542848b20fe59520176dbcc6bb52fb46fc15023c29221c"


# -- keys ------------------------------------------------------------------------


def test_ready_made_keys_are_the_same_for_the_same_wish():
    assert ec.keys.by_customer_po(draft()) == "C-100/PO-1.50"
    slashes = [draft().but(customer="a/b", customer_po="c"), draft().but(customer="a", customer_po="b/c")]
    assert len({ec.keys.by_customer_po(each) for each in slashes}) == 2
    assert ec.keys.by_content(draft()) == ec.keys.by_content(draft(quantity=Decimal("12.5")))
    assert ec.keys.by_content(draft()) != ec.keys.by_content(draft(quantity=Decimal("12.6")))
    shop = draft(references=[ec.Reference(kind="shop", value="W-1")])
    assert ec.keys.by_reference("shop")(shop) == "shop/W-1"
    for keyless in (
        lambda: ec.keys.by_customer_po(draft().but(customer_po=None)),
        lambda: ec.keys.by_reference("edi")(shop),
    ):
        with pytest.raises(ValueError, match="key"):
            keyless()


# -- leases ----------------------------------------------------------------------


def test_a_lease_is_held_until_it_ends_or_its_owner_dies(entry):
    now = SENT
    mine = entry(owner=leases.owner(), lease_until=leases.lease(now, 60), state=State.SENDING)
    with leases.under_way("another call"), leases.under_way("another", mine.correlation_id):
        assert leases.held(mine, now)
        assert leases.held(mine, now + timedelta(seconds=74))
        assert not leases.held(mine, now + timedelta(seconds=75))
    assert not leases.held(mine, now)  # the call has ended, whatever became of its last note
    place, pid, token = leases.owner().rsplit("/", 2)
    before_us = f"{place}/{pid}/another token"
    elsewhere = f"another host:/{pid}/{token}"
    assert not leases.held(mine.but(owner=before_us), now)
    assert leases.held(mine.but(owner=elsewhere), now)
    assert leases.held(mine.but(owner=f"{place}/{os.getppid()}/token"), now)
    assert not leases.held(mine.but(owner=None), now)
