"""How often, and how long altogether, a request that was turned away is made again."""

from __future__ import annotations

import pytest

import erp_connect as ec
from erp_connect.journal.decisions import Verdict
from erp_connect.journal.retrying import ATTEMPTS, Again, again
from erp_connect.testing.clocks import Hands


def attempts(error, *, takes, budget, verdict=Verdict.RELEASE):
    """How many attempts are made when each takes so many seconds, and how long all of it takes."""
    clock = Hands()
    began, made = clock.monotonic(), []

    def attempt():
        made.append(clock.now())
        clock.turn(seconds=takes)
        raise Again(error, verdict)

    result = again(attempt, clock=clock, key="k", budget=budget, give_up=lambda last: last.error)
    assert result is error
    return len(made), clock.monotonic() - began


def test_a_quick_refusal_is_tried_a_few_times():
    count, _ = attempts(ec.errors.RecordLocked("in use"), takes=0, budget=60)
    assert count == ATTEMPTS == 3


def test_whoever_has_waited_for_a_lock_as_long_as_he_may_waits_no_second_time():
    count, seconds = attempts(ec.errors.RecordLocked("in use"), takes=60, budget=60)
    assert count == 1
    assert seconds == 60


def test_a_pause_that_is_asked_for_is_kept_or_left_to_the_caller():
    busy = ec.errors.Throttled("later", retry_after=20.0)
    count, seconds = attempts(busy, takes=0, budget=60)
    assert count == 3
    assert 40 <= seconds < 43
    assert attempts(busy, takes=0, budget=10)[0] == 1


def test_what_looking_up_has_settled_is_sent_again_however_long_it_took():
    lost = ec.errors.TransportError("no answer", outcome="unknown")
    assert attempts(lost, takes=60, budget=60, verdict=Verdict.LOOK)[0] == ATTEMPTS


@pytest.mark.parametrize("key", ["PO-1", "PO-2"])
def test_those_who_were_turned_away_together_do_not_come_back_together(key):
    clock, other = Hands(), Hands()

    def once(at, of):
        def attempt():
            raise Again(ec.errors.Throttled("later", retry_after=5.0))

        began = at.monotonic()
        again(attempt, clock=at, key=of, budget=6, give_up=lambda last: last)
        return at.monotonic() - began

    assert once(clock, key) != once(other, "another key")
