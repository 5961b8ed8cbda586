"""Exploring every schedule: who goes next, who crashes, which fault happens.

A state is all that the future depends on: the journal's rows, the back-end's book, the time, what is left of the
budgets, and where each client stands.  Each state is expanded once, whichever way it was reached; how many
schedules lead through it is reckoned on the way back.
"""

from __future__ import annotations

from collections.abc import Iterator

from .invariants import Broken, at_the_end
from .moves import Moves
from .states import Figures, Move, State


class Violation(Exception):
    """An invariant was broken; ``schedule`` leads there."""

    def __init__(self, what: str, schedule: list[Move], explorer: Explorer) -> None:
        super().__init__(what)
        self.what = what
        self.schedule = schedule
        self.explorer = explorer


class Explorer(Moves):
    """Explores one class of back-end."""

    def explore(self) -> Figures:
        """Walk through the whole graph; :class:`Violation` with the schedule at the first broken invariant."""
        first = self._first()
        paths: dict[State, int | None] = {first: None}
        trail: list[Move] = []
        stack: list[tuple[State, Iterator[tuple[Move, State]], int]] = []
        state, moves, count = first, self.moves(first), 0
        figures = self.figures
        try:
            while True:
                ended = True
                for move, after in moves:
                    figures.transitions += 1
                    known = paths.get(after, 0)
                    if known:
                        count += known
                        continue
                    if known is None:
                        trail.append(move)
                        raise Broken("the same state comes back: something waits for ever")
                    trail.append(move)
                    figures.longest = max(figures.longest, len(trail))
                    stack.append((state, moves, count))
                    paths[after] = None
                    state, moves, count = after, self.moves(after), 0
                    ended = False
                    break
                if not ended:
                    continue
                if count == 0:
                    at_the_end(self._rows(state), self._book(state), self.habits, self.scope.jobs)
                    figures.ends += 1
                    count = 1
                paths[state] = count
                if not stack:
                    break
                below = count
                state, moves, count = stack.pop()
                count += below
                trail.pop()
        except Broken as broken:
            raise Violation(str(broken), list(trail), self) from None
        figures.states, figures.schedules, figures.runs = len(paths), count, self.production.runs
        return figures
