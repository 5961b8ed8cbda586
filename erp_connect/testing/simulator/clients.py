"""Where a client stands after a step: the production code says, and the job tells which call comes next."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from ...journal.leases import GRACE
from .backend import BASE, Book, Habits, changed, seen
from .clock import milliseconds
from .invariants import Broken, of_answer
from .production import Call, End, Guess, Node, Production
from .seam import Answer, Close, JournalCall, Nap, Open, Question
from .states import ASKING, BETWEEN, DONE, HORIZON, Actor, Figures, Move, Scope, State


class Clients:
    """The clients of one exploration, and the numbers that states share."""

    def __init__(self, habits: Habits, scope: Scope) -> None:
        self.habits = habits
        self.scope = scope
        self.production = Production(habits)
        self.figures = Figures()
        stamps = habits.stamps
        self._pause = milliseconds(habits.timeout + GRACE + 1)
        """An owner's pause: past the end of a lease that it has just taken or renewed."""
        self._long = self._pause + milliseconds(stamps.execution_window + stamps.visibility_delay)
        """A pause after which absence proves that nothing runs any more."""
        self._sets: list[Any] = []
        self._actors: dict[Actor, Actor] = {}
        self._numbers: dict[Hashable, int] = {}
        self._carried: dict[tuple[int, int], tuple[int, Hashable]] = {}

    def _first(self) -> State:
        book = self._number(Book((BASE,) if self.habits.amends else ()))
        empty = State(self._number(()), book, 0, self.scope.faults, self.scope.crashes, ())
        return empty._replace(actors=tuple(self._called(empty, i, 0, 0) for i in range(len(self.scope.jobs))))

    # -- after a step --------------------------------------------------------------------------------------

    def _went_on(self, state: State, i: int, answer: Hashable, now: int) -> Actor:
        """The client after an answer: at its next question, or at its next call."""
        actor = state.actors[i]
        before = self.production.nodes[actor.node]
        said = Answer(answer, now)
        node = before.after(said) or self.production.go_on(before, said, self._guesses(state))
        if node.end is None:
            return actor._replace(status=ASKING, node=node.number, wake=-1, answer=None)
        return self._ended(state, i, actor, node.end)

    def _ended(self, state: State, i: int, actor: Actor, end: End) -> Actor:
        ends: Sequence[tuple[str, End]] = end.value if end.kind == "many" else [("", end)]
        waits = [each.value for _, each in ends if each.kind == "wait"]
        if waits:
            if state.now > HORIZON * self._long:
                raise Broken(f"client {i + 1} still waits after {state.now / 60_000:.0f} minutes")
            wake = state.now + max(milliseconds(max(waits)), 1000)
            return Actor(BETWEEN, actor.life, actor.step, -1, wake, None)
        if end.kind != "recovered":
            for key, each in ends:
                of_answer(each, key or self.scope.jobs[i][actor.step], self._book(state), self.habits)
        return self._called(state, i, actor.life, actor.step + 1)

    def _called(self, state: State, i: int, life: int, step: int) -> Actor:
        """The client at the first question of a call, or done with its job."""
        job = self.scope.jobs[i]
        if self.habits.blocks:
            job = (", ".join(job),)
        if step == len(job):
            return Actor(DONE, life, step, -1, -1, None)
        process = f"{i + 1}{'abcdefgh'[life]}"
        call = (
            Call(process, "recover", None, state.now)
            if step < 0
            else Call(process, "create_many" if self.habits.blocks else "create", job[step], state.now)
        )
        node = self.production.begin(call, self._guesses(state))
        assert node.end is None
        return Actor(ASKING, life, step, node.number, -1, None)

    def _guesses(self, state: State) -> Guess:
        """Answers as they come when nobody else does anything from here on."""
        if self.habits.transactional:
            return lambda _: None
        rows, book, now = self._sets[state.rows], self._book(state), state.now

        def guess(question: Question) -> Answer | None:
            nonlocal rows, book, now
            answer: Hashable = None
            if isinstance(question, Nap):
                now += question.milliseconds
            elif isinstance(question, JournalCall):
                rows, answer = self.production.rowbook.carry_out(question, rows)
            elif isinstance(question, Open | Close):
                return None
            elif question.changes:
                label = question.label or ""
                book, answer = changed(book, question.verb, question.arguments, label, now, self.habits)
            else:
                answer = seen(book, question, now, self.habits, stale=False)
            return Answer(answer, now)

        return guess

    def _carried_out(self, node: int, call: JournalCall, rows: int) -> tuple[int, Hashable]:
        found = self._carried.get((node, rows))
        if found is None:
            after, answer = self.production.rowbook.carry_out(call, self._sets[rows])
            found = self._carried[node, rows] = self._number(after), answer
        return found

    def _move(self, state: State, i: int, what: str) -> Move:
        return Move(state.now, i, state.actors[i].node, what)

    def _put(self, state: State, i: int, actor: Actor) -> State:
        actor = self._actors.setdefault(actor, actor)
        return state._replace(actors=(*state.actors[:i], actor, *state.actors[i + 1 :]))

    # -- numbers for what states share ---------------------------------------------------------------------

    def _number(self, value: Hashable) -> int:
        found = self._numbers.get(value)
        if found is None:
            found = self._numbers[value] = len(self._sets)
            self._sets.append(value)
        return found

    def _book(self, state: State) -> Book:
        book: Book = self._sets[state.book]
        return book

    def _rows(self, state: State) -> list[Any]:
        return [self.production.rowbook.entry(row) for row in self._sets[state.rows]]

    def _node(self, state: State, i: int) -> Node:
        return self.production.nodes[state.actors[i].node]
