"""What can happen next: who goes on, who crashes, which fault strikes, which request commits late, how time passes.

Left out is only what changes nothing:

* Falling asleep touches nothing that another client sees: it is done first, and nothing else beside it.
* A late commit is noticed by requests only: it is tried before requests and before time passes, not between two calls
  of the journal.
* A crash after a mere look leaves behind what a crash before it leaves; so it is tried before it only.
* Held up before a step is the same as held up after the step before, unless the clock was read in between.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, cast

from .backend import Book, Running, changed, seen
from .clients import Clients
from .clock import NINE, milliseconds
from .production import Node
from .seam import Close, JournalCall, Nap, Open, Question, Request
from .states import ASKING, BETWEEN, DONE, PAUSED, WAITING, Actor, Move, State


class Moves(Clients):
    """The moves out of a state."""

    def moves(self, state: State) -> Iterator[tuple[Move, State]]:
        asking = [i for i, actor in enumerate(state.actors) if actor.status == ASKING]
        if state.opened is not None:
            owner = state.opened[0]
            if state.actors[owner].status == ASKING:
                asking = [i for i in asking if i == owner or not _writes(self._node(state, i).question)]
        for i in asking:
            if isinstance(self._node(state, i).question, Nap):
                # Falling asleep touches nothing that another client sees: nothing is lost by doing it first.
                yield from self._steps(state, i)
                return
        for i in asking:
            yield from self._steps(state, i)
        book = self._book(state)
        if book.running and (
            not asking or any(isinstance(self._node(state, i).question, Request) for i in asking)
        ):
            # A commit is noticed by requests only, so it need not be tried between two calls of the journal.
            yield from self._commits(state, book)
        if not asking:
            yield from self._time(state, book)

    def _commits(self, state: State, book: Book) -> Iterator[tuple[Move, State]]:
        for place, running in enumerate(book.running):
            rest = book._replace(running=book.running[:place] + book.running[place + 1 :])
            after, _ = changed(rest, running.verb, running.arguments, running.label, state.now, self.habits)
            what = f"the request for {running.label} that was given up commits"
            yield Move(state.now, None, None, what), state._replace(book=self._number(after))

    def _time(self, state: State, book: Book) -> Iterator[tuple[Move, State]]:
        due = [actor.wake for actor in state.actors if actor.status != DONE]
        due += [running.deadline for running in book.running if running.deadline > state.now]
        if not due:
            if book.running:
                rest = self._number(book._replace(running=()))
                yield Move(state.now, None, None, "what still runs dies"), state._replace(book=rest)
            return
        now = min(due)
        alive = tuple(running for running in book.running if running.deadline >= now)
        number = state.book if len(alive) == len(book.running) else self._number(book._replace(running=alive))
        later = state._replace(now=now, book=number)
        actors = tuple(
            self._woken(later, i) if actor.status != DONE and actor.wake <= now else actor
            for i, actor in enumerate(state.actors)
        )
        yield (
            Move(state.now, None, None, f"time passes: {(now - state.now) / 1000:g} s"),
            later._replace(actors=actors),
        )

    def _woken(self, state: State, i: int) -> Actor:
        actor = state.actors[i]
        if actor.status == WAITING:
            return self._went_on(state, i, actor.answer, state.now)
        if actor.status == PAUSED:
            return actor._replace(status=ASKING, wake=-1)
        return self._called(state, i, actor.life, actor.step)

    # -- one client's step ---------------------------------------------------------------------------------

    def _steps(self, state: State, i: int) -> Iterator[tuple[Move, State]]:
        actor, node = state.actors[i], self._node(state, i)
        question = node.question
        if state.crashes and not _only_looked(node):
            yield from self._crashes(state, i, "crashes before this", state.book)
        if isinstance(question, Nap):
            wake = state.now + question.milliseconds
            yield (
                self._move(state, i, ""),
                self._put(state, i, actor._replace(status=WAITING, wake=wake, answer=None)),
            )
            return
        if state.opened is not None and state.opened[0] != i and _writes(question):
            # Somebody else writes: this client waits until that one is done, or has waited long enough.
            wake = state.now + milliseconds(self.habits.timeout)
            waiting = actor._replace(status=WAITING, wake=wake, answer="locked")
            yield self._move(state, i, "waits in vain"), self._put(state, i, waiting)
            return
        may_pause = state.faults > 0 and self._is_watched(state, i)
        if isinstance(question, Open):
            yield from self._begins(state, i, may_pause=may_pause)
        elif isinstance(question, Close):
            yield from self._closes(state, i, commit=question.commit)
        elif isinstance(question, JournalCall):
            yield from self._journal(state, i, question, may_pause=may_pause)
        else:
            assert isinstance(question, Request)
            yield from self._request(state, i, question, may_pause=may_pause)

    def _begins(self, state: State, i: int, *, may_pause: bool) -> Iterator[tuple[Move, State]]:
        if may_pause:
            yield self._paused(state, i, self._pause)
        begun = state._replace(opened=(i, state.rows, state.book))
        yield self._move(state, i, ""), self._put(begun, i, self._went_on(begun, i, "begun", state.now))
        if may_pause:
            yield self._paused_after(begun, i, "begun", self._pause)

    def _closes(self, state: State, i: int, *, commit: bool) -> Iterator[tuple[Move, State]]:
        assert state.opened is not None
        _, rows, book = state.opened
        undone = state._replace(opened=None)
        done = undone._replace(rows=rows, book=book) if commit else undone
        yield self._move(state, i, ""), self._put(done, i, self._went_on(done, i, "done", state.now))
        if commit and state.faults:
            yield self._given_up(state, done, i, "no answer", "done, and the reply is lost")
            yield self._given_up(state, undone, i, "no answer", "not done, and no reply")

    def _is_watched(self, state: State, i: int) -> bool:
        """Whether a pause makes a difference: somebody else is there, or a request still runs."""
        others = any(actor.status != DONE for j, actor in enumerate(state.actors) if j != i)
        return others or bool(self._book(state).running)

    def _journal(
        self, state: State, i: int, call: JournalCall, *, may_pause: bool
    ) -> Iterator[tuple[Move, State]]:
        if call.within:
            assert state.opened is not None
            rows, answer = self._carried_out(state.actors[i].node, call, state.opened[1])
            after = state._replace(opened=(i, rows, state.opened[2]))
        else:
            rows, answer = self._carried_out(state.actors[i].node, call, state.rows)
            after = state._replace(rows=rows)
        yield (
            self._move(state, i, _short(answer, call)),
            self._put(after, i, self._went_on(after, i, answer, state.now)),
        )
        if may_pause:
            for long in (self._pause, self._long):
                if self._node(state, i).timely:
                    yield self._paused(state, i, long)
                yield self._paused_after(after, i, answer, long)

    def _request(
        self, state: State, i: int, request: Request, *, may_pause: bool
    ) -> Iterator[tuple[Move, State]]:
        long = self._arrival(state, request) if request.changes and not request.within else self._pause
        if may_pause and long > 0 and self._node(state, i).timely:
            yield self._paused(state, i, long)
            if not request.changes:
                yield self._paused(state, i, self._long)
        if request.changes:
            yield from self._change(state, i, request, may_pause=may_pause)
        else:
            yield from self._read(state, i, request, may_pause=may_pause)

    def _arrival(self, state: State, request: Request) -> int:
        """How long a request may be held up: it arrives while its lease still covers its time-out."""
        for entry in self._rows(state):
            if entry.key == request.label and entry.lease_until is not None:
                until = milliseconds((entry.lease_until - NINE).total_seconds() - self.habits.timeout)
                return until - state.now + self.scope.overdue
        return 0

    def _change(
        self, state: State, i: int, request: Request, *, may_pause: bool
    ) -> Iterator[tuple[Move, State]]:
        if request.within:
            yield from self._change_within(state, i, request)
            return
        book, now = self._book(state), state.now
        label = request.label or ""
        after, answer = changed(book, request.verb, request.arguments, label, now, self.habits)
        done = state._replace(book=self._number(after))
        yield self._answered(state, done, i, answer, "")
        running = Running(request.verb, request.arguments, label, now + milliseconds(self.habits.runs_on) - 1)
        begun = book._replace(running=tuple(sorted((*book.running, running), key=repr)))
        late = state._replace(book=self._number(begun))
        if state.faults:
            silence = ("no answer", None)
            yield self._given_up(state, done, i, silence, "done, and the reply is lost")
            yield self._given_up(state, state, i, silence, "the request is lost")
            if self.habits.runs_on:
                yield self._given_up(state, late, i, silence, "no answer in time, and it runs on")
            yield self._answered(state, _poorer(state), i, ("refused", None), "refused")
            if self.habits.busy:
                yield self._answered(state, _poorer(state), i, ("busy", None), "refused for now")
            if request.verb == "create block" and len(request.arguments) > 1:
                yield self._last_refused(state, i, request)
            if may_pause:
                yield self._paused_after(done, i, answer, self._pause)
                yield self._paused_after(done, i, answer, self._long)
        if state.crashes and self.habits.runs_on:
            yield from self._crashes(state, i, "crashes while the request runs on", late.book)

    def _last_refused(self, state: State, i: int, request: Request) -> tuple[Move, State]:
        """All orders of a block but the last one are made."""
        first = request.arguments[:-1]
        book, answer = changed(self._book(state), request.verb, first, "", state.now, self.habits)
        _, made = cast("tuple[str, tuple[Hashable, ...]]", answer)
        partly = _poorer(state)._replace(book=self._number(book))
        return self._answered(state, partly, i, ("block", (*made, ("refused", None))), "the last is refused")

    def _change_within(self, state: State, i: int, request: Request) -> Iterator[tuple[Move, State]]:
        assert state.opened is not None
        _, rows, book = state.opened
        label = request.label or ""
        after, answer = changed(
            self._sets[book], request.verb, request.arguments, label, state.now, self.habits
        )
        yield self._answered(state, state._replace(opened=(i, rows, self._number(after))), i, answer, "")
        if state.faults:
            yield self._answered(state, _poorer(state), i, ("refused", None), "refused")
            yield self._answered(state, _poorer(state), i, ("busy", None), "refused for now")

    def _read(
        self, state: State, i: int, request: Request, *, may_pause: bool
    ) -> Iterator[tuple[Move, State]]:
        book, now = self._book(state), state.now
        answer = seen(book, request, now, self.habits, stale=False)
        yield self._answered(state, state, i, answer, "")
        if not state.faults:
            return
        stale = seen(book, request, now, self.habits, stale=True)
        if stale != answer:
            yield self._answered(state, _poorer(state), i, stale, "does not show what is young")
        yield self._given_up(state, state, i, ("no answer to a read", None), "no answer")
        if may_pause:
            yield self._paused_after(state, i, answer, self._pause)
            yield self._paused_after(state, i, answer, self._long)

    # -- pieces of steps -----------------------------------------------------------------------------------

    def _answered(
        self, state: State, after: State, i: int, answer: Hashable, what: str
    ) -> tuple[Move, State]:
        return self._move(state, i, what or _said(answer)), self._put(
            after, i, self._went_on(after, i, answer, state.now)
        )

    def _given_up(
        self, state: State, after: State, i: int, answer: Hashable, what: str
    ) -> tuple[Move, State]:
        wake = state.now + milliseconds(self.habits.timeout)
        waiting = state.actors[i]._replace(status=WAITING, wake=wake, answer=answer)
        return self._move(state, i, what), self._put(_poorer(after), i, waiting)

    def _paused(self, state: State, i: int, long: int) -> tuple[Move, State]:
        actor = state.actors[i]._replace(status=PAUSED, wake=state.now + long)
        return self._move(state, i, f"is held up for {long / 1000:g} s before this"), self._put(
            _poorer(state), i, actor
        )

    def _paused_after(self, after: State, i: int, answer: Hashable, long: int) -> tuple[Move, State]:
        actor = after.actors[i]._replace(status=WAITING, wake=after.now + long, answer=answer)
        return self._move(after, i, f"is held up for {long / 1000:g} s after this"), self._put(
            _poorer(after), i, actor
        )

    def _crashes(self, state: State, i: int, what: str, book: int) -> Iterator[tuple[Move, State]]:
        life = state.actors[i].life + 1
        mine = state.opened is not None and state.opened[0] == i
        opened = None if mine else state.opened  # the database rolls back what a dead client had open
        after = state._replace(crashes=state.crashes - 1, book=book, opened=opened)
        again = self._called(after, i, life, -1)
        yield self._move(state, i, f"{what}; started again at once"), self._put(after, i, again)
        asleep = Actor(BETWEEN, life, -1, -1, state.now + self._long, None)
        yield (
            self._move(state, i, f"{what}; started again after {self._long / 1000:g} s"),
            self._put(after, i, asleep),
        )


def _only_looked(node: Node) -> bool:
    """Whether the client's last step has changed nothing and taken no time.

    A crash now leaves behind what a crash before that step would have left, and that is explored already.
    """
    if not node.asked or isinstance(last := node.asked[-1], Nap):
        return False
    before = node.answers[-2].at if len(node.answers) > 1 else node.call.at
    if node.answers[-1].at != before:
        return False
    if isinstance(last, Open | Close):
        return False
    if isinstance(last, Request):
        return not last.changes
    return last.verb in ("read", "select") or (last.verb == "insert" and bool(node.answers[-1].value))


def _writes(question: Question | None) -> bool:
    """Whether a question has to wait for the database's one writing transaction."""
    return isinstance(question, Open) or (
        isinstance(question, JournalCall) and question.verb in ("insert", "change")
    )


def _poorer(state: State) -> State:
    return state._replace(faults=state.faults - 1)


def _said(answer: Any) -> str:
    said, value = answer
    if said == "block":
        return ", ".join(_said(each) for each in value)
    if said == "found":
        return f"found {', '.join(order.id for order in value) or 'nothing'}"
    return f"{said} {value.id}" if said == "made" else str(said)


def _short(answer: Any, call: JournalCall) -> str:
    if call.verb == "insert":
        return "is there already" if answer else "stored"
    if call.verb == "change":
        return "the fence has moved on: nothing changed" if answer else "done"
    return ""
