"""Running the production write path up to its next question.

What a call does next depends on nothing but the answers that it has had.  So the calls form a tree: a node is a
question, a branch is an answer.  Each node is found by running the production code once, from the start of the call;
after that the explorer passes through it as often as it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from unittest.mock import patch

from ...client import changing, creating
from ...client.connection import Client
from ...client.context import Context
from ...errors import ErpConnectError, OutcomeUnknown, PartialFailure, RequestRefused
from ...journal import leases, records
from ...journal.blocks import BlockWriter
from ...journal.journal import Journal
from ...journal.transactional import TransactionalWriter
from .adapter import SYSTEM, ScriptedAdapter, amendment_of, capabilities_of, draft_of
from .backend import BASE, Habits
from .clock import ScriptedClock
from .seam import Answer, Cut, Question, Seam
from .store import Rowbook, ScriptedStore
from .transactions import ScriptedDatabase, TransactionalStore

Guess = Callable[[Question], Answer | None]
"""Answers questions as they are answered when nothing goes wrong and nobody interferes."""


class Call(NamedTuple):
    """One call of the library: who makes it, which one it is, and when it begins."""

    process: str
    verb: str
    key: str | None
    at: int


@dataclass(frozen=True, slots=True)
class End:
    """How a call ended: ``done`` (with the order's id), ``wait``, ``refused``, ``unknown``, ``partial``, ``defect``."""

    kind: str
    value: Any = None

    def __str__(self) -> str:
        return self.kind if self.value is None else f"{self.kind}: {self.value}"


@dataclass(slots=True, eq=False)
class Node:
    """A point in a call: the question that it asks next, or how it ended."""

    number: int
    call: Call
    question: Question | None
    end: End | None
    asked: tuple[Question, ...]
    answers: tuple[Answer, ...]
    timely: bool
    """Whether the clock was read since the last answer; if not, the same happens at any other time."""
    branches: dict[Hashable, Node] = field(default_factory=dict)

    def after(self, answer: Answer) -> Node | None:
        """What is known to come after an answer."""
        found = self.branches.get(answer.value)
        return found if found is not None else self.branches.get(answer)


class Production:
    """The production code as a tree of questions and answers, for one class of back-end."""

    def __init__(self, habits: Habits) -> None:
        self.habits = habits
        self.rowbook = Rowbook()
        self.nodes: list[Node] = []
        self.runs = 0
        self._capabilities = capabilities_of(habits)
        self._roots: dict[Call, Node] = {}

    def begin(self, call: Call, guess: Guess) -> Node:
        """The first question of a call."""
        found = self._roots.get(call)
        if found is None:
            found = self._roots[call] = _Walk(self, call, None, None, guess).walked()
        return found

    def go_on(self, node: Node, answer: Answer, guess: Guess) -> Node:
        """What comes after an answer."""
        return node.after(answer) or _Walk(self, node.call, node, answer, guess).walked()

    def run(self, call: Call, seam: Seam) -> End:
        client = self._client(seam)
        try:
            if call.verb == "recover":
                client.recover()
                return End("recovered")
            if call.verb == "create_many":
                return self._many(client, (call.key or "").split(", "))
            key = call.key or ""
            receipt = (
                client.orders.amend(BASE.id, amendment_of(key), key=key)
                if self.habits.amends
                else client.orders.create(draft_of(key, self.habits), key=key)
            )
        except ErpConnectError as error:
            return _end_of(error)
        except Exception as error:  # noqa: BLE001 (whatever it is, it is a defect, and reported as one)
            return End("defect", repr(error))
        return End("done", receipt.order.id)

    def _many(self, client: Client, keys: list[str]) -> End:
        result = client.orders.create_many([draft_of(key, self.habits) for key in keys], keys)
        ends = {receipt.key: End("done", receipt.order.id) for receipt in result.succeeded}
        ends |= {failure.key: _end_of(failure.error) for failure in result.failed}
        return End("many", tuple(ends.items()))

    def _client(self, seam: Seam) -> Client:
        clock = ScriptedClock(seam)
        store = ScriptedStore(seam, self.rowbook)
        writer: Any = BlockWriter(store, SYSTEM, clock)
        if self.habits.transactional:
            beside: Any = TransactionalStore(seam, self.rowbook)
            writer = TransactionalWriter(beside, SYSTEM, clock, ScriptedDatabase(seam))
        journal = Journal(store, writer, system=SYSTEM, clock=clock)
        return Client(
            Context(
                adapter=ScriptedAdapter(seam, self.habits, self._capabilities),
                journal=journal,
                clock=clock,
                system=SYSTEM,
                timeout=self.habits.timeout,
            )
        )


def _end_of(error: ErpConnectError) -> End:
    """What a caller makes of an error: to call again later, or to leave it."""
    if isinstance(error, PartialFailure):
        return End("partial")
    if isinstance(error, OutcomeUnknown):
        return End("unknown") if error.retry_after is None else End("wait", error.retry_after)
    if error.retryable or error.outcome in ("applied", "unknown"):
        return End("wait", error.retry_after or 1.0)
    if isinstance(error, RequestRefused) and error.code != "key_reused":
        return End("refused", error.code)
    return End("defect", repr(error))


class _Walk:
    """One run of the production code, from a node on, as long as the guesses last."""

    def __init__(
        self, production: Production, call: Call, node: Node | None, answer: Answer | None, guess: Guess
    ) -> None:
        self._production = production
        self._call = call
        self._node = node
        self._answer = answer
        self._guess = guess
        self._found: Node | None = None

    def walked(self) -> Node:
        """The node that comes next; those beyond it that are found on the way are kept as well."""
        node, call = self._node, self._call
        asked, answers = self._on_record()
        seam = Seam(call.at, answers, asked, self)
        self._production.runs += 1
        with _as_process(call):
            try:
                end = self._production.run(call, seam)
            except Cut:
                end = None
        if end is not None and not seam.stopped:
            self._add(None, end, timely=seam.looked_at_clock)
        assert self._found is not None
        assert self._found is not node
        return self._found

    def arrived(self, question: Question, *, timely: bool) -> None:
        """A question that is new here."""
        self._add(question, None, timely=timely)

    def guess(self, question: Question) -> Answer | None:
        """What is answered when nothing goes wrong; None where that is known already."""
        self._answer = self._guess(question)
        node = self._node
        return None if node is None or self._answer is None or node.after(self._answer) else self._answer

    def _on_record(self) -> tuple[tuple[Question, ...], tuple[Answer, ...]]:
        node, answer = self._node, self._answer
        if node is None or answer is None:
            return (), ()
        assert node.question is not None
        return (*node.asked, node.question), (*node.answers, answer)

    def _add(self, question: Question | None, end: End | None, *, timely: bool) -> None:
        before, answer = self._node, self._answer
        asked, answers = self._on_record()
        nodes = self._production.nodes
        node = Node(len(nodes), self._call, question, end, asked, answers, timely)
        nodes.append(node)
        if before is not None and answer is not None:
            before.branches[answer if timely else answer.value] = node
        self._node = node
        self._found = self._found or node


_FIRST_SERIAL: Final = 10**19
"""Beyond the machine's time, so that serial numbers are the same in every run."""
_process: list[Call] = []


@contextmanager
def _as_process(call: Call) -> Iterator[None]:
    """Give the production code the name and the counters of this process."""
    _process.append(call)
    records._last_serial = _FIRST_SERIAL
    try:
        yield
    finally:
        _process.pop()


def _owner() -> str:
    return f"host-{_process[-1].process}:/1/token"


def _correlation_id() -> str:
    call = _process[-1]
    return f"{call.process}.{call.verb}.{call.key}.{call.at}"


@contextmanager
def repeatable() -> Iterator[None]:
    """Take chance out of the production code: names, numbers and random ids come from the script."""
    before = records._last_serial
    try:
        with ExitStack() as stack:
            stack.enter_context(patch.object(leases, "owner", _owner))
            for module in (creating, changing):
                stack.enter_context(patch.object(module, "correlation_id", _correlation_id))
            yield
    finally:
        records._last_serial = before
