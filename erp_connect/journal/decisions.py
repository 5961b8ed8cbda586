"""The decision table: what an answer, an error or a look-up means for a write.  Pure, and written once.

The write path asks :func:`after_error` when a call did not end well, and :func:`after_look` when it has
looked for what an unanswered request may have left behind.  ``docs/concepts/exactly-once.md`` shows the same
table for people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..adapters.contract import Certainty, Conditional, StampPolicy
from ..errors import ErpConnectError, VersionConflict


class Verdict(StrEnum):
    """What to do now."""

    CONFIRM = "confirm"
    """It stands: remember it and answer with it."""
    REFUSE = "refuse"
    """Definitely not applied and not to be repeated as it is: close the intent, raise the refusal."""
    RELEASE = "release"
    """Definitely not applied, and the same call may succeed later: let go of the key, raise."""
    LOOK = "look"
    """Nobody knows: look it up, never send first."""
    UNDO = "undo"
    """Some of several calls ran and one was refused: take back what stands."""
    SEND = "send"
    """Provably absent, or the back-end refuses a second one: send (again)."""
    WAIT = "wait"
    """Absence proves nothing yet: ``OutcomeUnknown`` with the time that is left."""
    UNKNOWN = "unknown"
    """Looking up cannot tell: a person has to."""


class Sight(StrEnum):
    """What looking up showed."""

    ONE = "one"
    """Exactly what was wished stands there."""
    NONE = "none"
    """Nothing of it is to be seen."""
    SEVERAL = "several"
    """More than one could be it, or something else has happened since."""
    BLIND = "blind"
    """The back-end cannot be asked."""
    HALF = "half"
    """Some of it stands there and can be completed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the back-end says of one kind of write: how it is found again, and what repeating it risks.

    ``repeatable``: a second request is refused by the back-end itself, or does no more than the first (a unique
    stamp, a version token that the first request would have used up).
    """

    execution_window: float
    visibility_delay: float
    repeatable: bool

    @classmethod
    def of(cls, stamps: StampPolicy, *, creates: bool, conditional: Conditional) -> Rules:
        """From the capabilities: a stamp guards what is made, a version what is changed."""
        unique = creates and stamps.certainty is Certainty.ENFORCED
        return cls(
            execution_window=stamps.execution_window,
            visibility_delay=stamps.visibility_delay,
            repeatable=unique or (not creates and conditional is Conditional.ENFORCED),
        )

    def wait(self, sent_at: datetime | None, now: datetime) -> float:
        """Seconds until absence proves that the request did not and will not run; 0 when it does already."""
        if sent_at is None:
            return 0.0
        left = self.execution_window + self.visibility_delay - (now - sent_at).total_seconds()
        return max(left, 0.0)


def after_error(error: BaseException, *, sent: bool) -> Verdict:
    """The meaning of an exception that a write ended with; ``sent``: a request was begun.

    Anything but an error of this library is a bug or an interruption somewhere below: of a request that was
    begun nobody knows the end then.
    """
    if not sent:
        final = isinstance(error, ErpConnectError) and not error.retryable
        return Verdict.REFUSE if final else Verdict.RELEASE
    if not isinstance(error, ErpConnectError):
        return Verdict.LOOK
    if error.outcome == "not_applied":
        return Verdict.RELEASE if error.retryable else Verdict.REFUSE
    return Verdict.UNDO if error.outcome == "partial" else Verdict.LOOK


def doubt_refusal(error: BaseException) -> None:
    """Of a write whose answer has named what it made, nothing that goes wrong behind that says that it was not applied.

    An adapter that takes back what it made announces that request; this is about those that only go on to read.
    """
    if isinstance(error, ErpConnectError) and error.outcome == "not_applied":
        error.outcome = "unknown"


def after_doubt(error: BaseException, rules: Rules, *, sent_at: datetime | None, now: datetime) -> Verdict:
    """What a refusal means while an earlier request of the same key may still run, and nothing of it is seen.

    A version that the back-end enforces and that has moved on is moved on for the earlier request too; unless what
    is committed shows late, for then it may be that very request that has moved it.  Anything else could be lifted
    before that request runs.
    """
    used_up = isinstance(error, VersionConflict) and rules.repeatable and rules.visibility_delay == 0
    return Verdict.REFUSE if used_up or rules.wait(sent_at, now) == 0 else Verdict.WAIT


def after_look(
    sight: Sight, rules: Rules, *, sent_at: datetime | None, now: datetime, only_request: bool = False
) -> Verdict:
    """What a look-up allows.

    ``only_request``: a single request was ever begun under this key.  Where half of a write is seen then, that
    request is the one that made it, and nothing is running any more.
    """
    if sight is Sight.ONE:
        return Verdict.CONFIRM
    if sight is Sight.SEVERAL:
        return Verdict.UNKNOWN
    if sight is Sight.HALF:
        # What is missing is added by line reference; until the window is over an earlier request may add it too.
        return Verdict.SEND if only_request or rules.wait(sent_at, now) == 0 else Verdict.WAIT
    if rules.repeatable or sent_at is None:
        return Verdict.SEND
    if sight is Sight.BLIND:
        return Verdict.UNKNOWN
    return Verdict.SEND if rules.wait(sent_at, now) == 0 else Verdict.WAIT
