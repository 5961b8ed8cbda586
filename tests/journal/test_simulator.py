"""Every schedule of the write path: two clients, two keys, crashes between any two steps, and faults."""

from __future__ import annotations

import sys

import pytest

from erp_connect.testing.simulator import __main__ as program
from erp_connect.testing.simulator.bugs import BUGS
from erp_connect.testing.simulator.classes import CLASSES
from erp_connect.testing.simulator.exploring import Violation
from erp_connect.testing.simulator.plans import AS_DECLARED, A
from erp_connect.testing.simulator.report import assumptions, schedule
from erp_connect.testing.simulator.running import explored, found, named
from erp_connect.testing.simulator.states import Scope

pytestmark = pytest.mark.timeout(600)

RIVALS = ((A,), (A,))

SHOWS = {
    "cut_key": "order-2 was left unknown although the back-end can be asked",  # it finds two, and one is another's
    "twins_taken": "two keys are confirmed as one order",
}


@pytest.mark.parametrize("habits", CLASSES, ids=lambda habits: habits.name)
def test_no_schedule_doubles_loses_or_forgets_an_order(habits):
    """With one fault or one crash; ``python -m erp_connect.testing.simulator``, a step of ``.ci/run``, takes more."""
    figures = explored(habits, AS_DECLARED)
    assert figures.schedules >= (500 if habits.transactional else 10_000)
    assert figures.transitions > figures.states > 1_000
    assert figures.ends > 50


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_seeded_bug_is_found_and_its_schedule_is_shown(bug):
    violation = found(bug)
    assert violation is not None, f"not found: {bug.said}"
    print("\n".join(schedule(violation)))  # noqa: T201 (shown by pytest -s: the schedule is what one wants to read)
    assert SHOWS.get(bug.name, "two orders for order-1: order-1#1, order-1#2") in next(schedule(violation))
    steps = list(schedule(violation))[1:]
    assert len(steps) == len(violation.schedule) > 3
    assert any("client 1  create: " in step for step in steps)


@pytest.mark.thorough
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_without_the_bug_the_same_schedules_are_good(bug):
    assert explored(named(bug.habits), [bug.scope]).ends > 0


def test_the_same_graph_is_walked_each_time():
    scope = Scope(jobs=RIVALS, faults=1, crashes=0)
    first, second = (explored(named("lags"), [scope]) for _ in range(2))
    assert first == second


def test_the_pause_that_the_proof_assumes_is_needed():
    late = Scope(jobs=RIVALS, faults=2, crashes=0, overdue=5_000)
    with pytest.raises(Violation, match="two orders"):
        explored(named("late"), [late])


def test_a_back_end_that_refuses_a_second_order_needs_no_such_assumption():
    late = Scope(jobs=RIVALS, faults=2, crashes=0, overdue=200_000)
    assert explored(named("enforced"), [late]).ends > 0


def test_a_bug_is_shown_on_the_command_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["simulator", "--bug", "no_window"])
    assert program.main() == 0
    said = capsys.readouterr().out
    assert "two orders for order-1" in said
    assert "no answer in time, and it runs on" in said


def test_the_figures_and_the_assumed_pause_are_printed(monkeypatch, capsys):
    monkeypatch.setattr(program, "all_explored", lambda names, **_: [(named(name), FEW) for name in names])
    monkeypatch.setattr(sys, "argv", ["simulator"])
    assert program.main() == 0
    said = capsys.readouterr().out
    assert [habits.name for habits in CLASSES if f"{habits.name}: " not in said] == []
    assert "at most 15 s pass" in said
    assert all(line in said for line in assumptions())


FEW = explored(named("stamp"), [Scope(jobs=((A,),), faults=1, crashes=0)])
