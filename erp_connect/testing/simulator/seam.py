"""Where production code touches the world: every touch is a question, and the scheduler answers it.

Between two questions production code is a plain function of the answers it has had.  So it can be stopped at
any question (by an exception that no handler may swallow) and be brought there again by giving it the same answers.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol


class Cut(BaseException):
    """Stops production code at a question that has no answer yet; the process is as good as dead for it."""


class Answer(NamedTuple):
    """What a question was answered with, and when production code went on."""

    value: Hashable
    at: int


@dataclass(frozen=True, slots=True, eq=False)
class Nap:
    """Production code sleeps."""

    milliseconds: int

    def __str__(self) -> str:
        return f"sleeps {self.milliseconds / 1000:g} s"


@dataclass(frozen=True, slots=True, eq=False)
class JournalCall:
    """One call of the journal's store."""

    verb: str
    arguments: tuple[Any, ...]
    within: bool = False
    """Whether it belongs to the transaction that this client has open."""

    def __str__(self) -> str:
        if self.verb == "change":
            told = "; ".join(
                f"{each.entry.key}: {', '.join(_told(name, value) for name, value in each.values.items())}"
                for each in self.arguments[0]
            )
            return f"journal: change where fence is {self.arguments[0][0].entry.fence} ({told})"
        if self.verb == "insert":
            return f"journal: insert {', '.join(entry.key for entry in self.arguments[0])}"
        if self.verb == "read":
            return f"journal: read {', '.join(self.arguments[1])}"
        return f"journal: {self.verb}"


def _told(name: str, value: Any) -> str:
    if name in ("state", "fence", "entity_id", "owner"):
        return f"{name}={value}"
    if hasattr(value, "isoformat"):
        return f"{name}={value:%H:%M:%S}"
    return name


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """One request to the back-end; ``label`` is the key it is made for, which the back-end never looks at."""

    verb: str
    changes: bool
    arguments: tuple[Hashable, ...]
    label: str | None = None
    within: bool = False

    def __str__(self) -> str:
        return f"back-end: {self.verb} {', '.join(str(each) for each in self.arguments if each is not None)}"


@dataclass(frozen=True, slots=True, eq=False)
class Open:
    """A writing transaction is begun."""

    verb: str = "begin"

    def __str__(self) -> str:
        return "database: begin"


@dataclass(frozen=True, slots=True, eq=False)
class Close:
    """A transaction ends."""

    commit: bool

    @property
    def verb(self) -> str:
        """Which end."""
        return "commit" if self.commit else "roll back"

    def __str__(self) -> str:
        return f"database: {self.verb}"


Question = Nap | JournalCall | Request | Open | Close


class Guide(Protocol):
    """Who goes along when production code goes beyond what is on record."""

    def arrived(self, question: Question, *, timely: bool) -> None:
        """Production code is at a question that it never asked before after these answers."""
        ...

    def guess(self, question: Question) -> Answer | None:
        """The answer that it gets when nothing goes wrong and nobody interferes; None stops it here."""
        ...


class Seam:
    """Answers production code from a record, then by its guide's guesses, and stops it where there is none."""

    def __init__(self, began: int, record: Sequence[Answer], asked: Sequence[Question], guide: Guide) -> None:
        self.stopped = False
        self.looked_at_clock = False
        """Whether the time of the last answer was read since."""
        self._now = began
        self._record = record
        self._asked = asked
        self._guide = guide
        self._at = 0

    def ask(self, question: Question) -> Any:
        """The answer, on record or guessed; :class:`Cut` when there is none."""
        if self.stopped:
            raise Cut
        answer: Answer | None
        if self._at < len(self._record):
            if not _same(self._asked[self._at], question):
                raise AssertionError(f"production code is not deterministic: it asked {question}")
            answer = self._record[self._at]
            self._at += 1
        else:
            self._guide.arrived(question, timely=self.looked_at_clock)
            answer = self._guide.guess(question)
            if answer is None:
                self.stopped = True
                raise Cut
        self._now = answer.at
        self.looked_at_clock = False
        return answer.value

    def read_clock(self) -> int:
        """The time of the last answer: between two steps the clock stands still."""
        self.looked_at_clock = True
        return self._now


def _same(before: Question, question: Question) -> bool:
    if isinstance(question, Nap):
        return isinstance(before, Nap) and before.milliseconds == question.milliseconds
    return not isinstance(before, Nap) and before.verb == question.verb
