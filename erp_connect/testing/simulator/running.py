"""Carrying out the plans: class by class, on several processes where there are several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from multiprocessing import get_context

from ...adapters.contract import Capabilities
from .backend import Habits
from .bugs import Bug
from .classes import CLASSES, DELAY, WINDOW
from .exploring import Explorer, Violation
from .plans import AS_DECLARED, DEEP, OF_A_DATABASE, OF_STEPS, USUAL
from .production import repeatable
from .report import schedule, total
from .states import Figures, Scope


def named(name: str) -> Habits:
    """A class by its name; ``KeyError`` for one that is not there."""
    return {habits.name: habits for habits in CLASSES}[name]


def planned(habits: Habits, *, deep: bool = False) -> tuple[Scope, ...]:
    """What is explored of a class."""
    usual = OF_STEPS if habits.steps else OF_A_DATABASE if habits.transactional else USUAL
    return (*usual, *DEEP) if deep else usual


def explored(habits: Habits, scopes: Iterable[Scope] | None = None) -> Figures:
    """Explore some scopes of a class, or all that are planned; raises ``Violation`` at the first broken invariant."""
    with repeatable():
        return total([Explorer(habits, scope).explore() for scope in scopes or planned(habits)])


def found(bug: Bug) -> Violation | None:
    """What the simulator makes of a seeded bug: None if it does not find it."""
    with repeatable(), bug.planted():
        try:
            Explorer(named(bug.habits), bug.scope).explore()
        except Violation as violation:
            return violation
    return None


def as_declared(capabilities: Capabilities, *, steps: bool, transactional: bool) -> Habits:
    """A back-end that makes the most of what is declared: every request may run on to the end of its window.

    ``steps``: a create takes several requests and can be completed.  Long windows are scaled down to a minute.
    """
    stamps = capabilities.stamp("orders")
    longest = stamps.execution_window + stamps.visibility_delay
    scale = min(1.0, (WINDOW + DELAY) / longest) if longest else 1.0
    window = 0.0 if transactional else stamps.execution_window * scale
    return Habits(
        name="declared",
        said=f"what {capabilities.system} declares",
        stamps=replace(stamps, execution_window=window, visibility_delay=stamps.visibility_delay * scale),
        runs_on=window,
        steps=steps,
        records=not steps,
        transactional=transactional,
    )


@cache
def explored_as_declared(habits: Habits) -> Figures:
    """The figures of a declared back-end; raises ``Violation`` at the first broken invariant."""
    return explored(habits, AS_DECLARED)


def all_explored(names: Sequence[str], *, deep: bool, processes: int) -> list[tuple[Habits, Figures | str]]:
    """The figures of each class, or the schedule that breaks it."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        results = list(pool.map(_in_words, names, [deep] * len(names)))
    return [(named(name), result) for name, result in zip(names, results, strict=True)]


def _in_words(name: str, deep: bool) -> Figures | str:
    try:
        return explored(named(name), planned(named(name), deep=deep))
    except Violation as violation:
        return "\n".join(schedule(violation))
