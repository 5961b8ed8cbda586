"""What an exploration found, for people: figures in a table, and a broken schedule step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...journal.leases import GRACE
from .backend import Habits
from .classes import DELAY, WINDOW
from .exploring import Violation
from .states import Figures


def table(rows: Sequence[tuple[Habits, Figures]]) -> Iterator[str]:
    """One line for each class, and their sum."""
    yield f"{'class of back-end':<58}{'states':>10}{'transitions':>13}{'runs':>8}  schedules"
    for habits, figures in rows:
        yield _line(f"{habits.name}: {habits.said}", figures)
    yield _line("all", total(figures for _, figures in rows))


def total(figures: Iterable[Figures]) -> Figures:
    """The sum; the longest schedule is the longest of all."""
    summed = Figures()
    for each in figures:
        summed.states += each.states
        summed.transitions += each.transitions
        summed.schedules += each.schedules
        summed.runs += each.runs
        summed.ends += each.ends
        summed.longest = max(summed.longest, each.longest)
    return summed


def _line(said: str, figures: Figures) -> str:
    numbers = f"{figures.states:>10,}{figures.transitions:>13,}{figures.runs:>8,}"
    return f"{said[:57]:<58}{numbers}  {figures.schedules:,}"


def assumptions() -> Iterator[str]:
    """What the proof takes for granted, and what the figures count."""
    yield "What is assumed:"
    yield (
        f"- A request arrives while its lease still covers its time-out: between the note that it is sent and its "
        f"arrival at most {GRACE:g} s pass.  Anywhere else an owner may be held up for any time."
    )
    yield (
        "- A request has committed, or never will, within the declared execution window after its arrival "
        f"({WINDOW:g} s here), and a search shows it after the declared visibility delay ({DELAY:g} s here)."
    )
    yield "- The clocks of the clients agree, and a journal's change is seen by all as soon as it is answered."
    yield (
        "states: different states, each expanded once.  transitions: steps between them.  runs: starts of the "
        "production code.  schedules: complete ways from the first step to the last through the explored graph."
    )


def schedule(violation: Violation) -> Iterator[str]:
    """The schedule that breaks an invariant, step by step."""
    explorer = violation.explorer
    keys = sorted({key for job in explorer.scope.jobs for key in job})
    common = keys[0].rpartition("/")[0] + "/"  # what all keys of the plans begin with
    yield f"{explorer.habits.said}: {violation.what}".replace(common, "")
    for move in violation.schedule:
        who = "" if move.actor is None else f"client {move.actor + 1}"
        line = f"  {move.now / 1000:8.2f} s  {who:<9}"
        if move.node is not None:
            node = explorer.production.nodes[move.node]
            line += f" {node.call.verb}: {node.question}"
            line += f" -> {move.what}" if move.what else ""
        else:
            line += f" {move.what}"
        yield line.replace(common, "")
