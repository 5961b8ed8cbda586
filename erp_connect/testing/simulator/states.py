"""What a state of the simulator is made of, and how much of the graph is asked for."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, NamedTuple

ASKING, WAITING, PAUSED, BETWEEN, DONE = range(5)
"""Where a client stands: at a question; waiting for its answer; held up before it; between two calls; done."""

HORIZON: Final = 20
"""So many of the longest pauses are more than any schedule needs: beyond, something waits for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """How much is explored: the keys of each client, in its order, and how often things go wrong."""

    jobs: tuple[tuple[str, ...], ...]
    faults: int
    crashes: int
    overdue: int = 0
    """Milliseconds by which a held-up request may arrive later than its lease allows: 0 is what the proof assumes."""


class Actor(NamedTuple):
    """A client: a process, its place in its job, and where it stands in its call."""

    status: int
    life: int
    step: int
    node: int
    wake: int
    answer: Hashable


class State(NamedTuple):
    """Everything that the future depends on; rows and book by number."""

    rows: int
    book: int
    now: int
    faults: int
    crashes: int
    actors: tuple[Actor, ...]
    opened: tuple[int, int, int] | None = None
    """The open transaction: whose it is, and its own rows and book."""


class Move(NamedTuple):
    """One step of the schedule: which client, at which question, and what the scheduler made of it."""

    now: int
    actor: int | None
    node: int | None
    what: str


@dataclass(slots=True)
class Figures:
    """What an exploration counted.

    ``schedules`` are the complete ones, from the first step to the last, that lead through the explored graph.
    """

    states: int = 0
    transitions: int = 0
    schedules: int = 0
    runs: int = 0
    ends: int = 0
    longest: int = 0
