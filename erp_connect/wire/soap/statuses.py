"""What a status says that comes without a reply: of the server itself, or of something in front of it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from ...errors import Outcome, Throttled, TransportError
from ..http import Answer
from ..throttling import retry_after

_PAUSE: Final = frozenset({429, 503})


def unanswered(answer: Answer, what: str, outcome: Outcome, now: datetime) -> TransportError:
    """The error for a request whose answer is only a status; ``outcome`` is what became of it as far as is known."""
    if answer.status in _PAUSE:
        pause = retry_after(answer.headers.get("Retry-After"), now)
        return Throttled(f"the system asks for a pause ({answer.status})", retry_after=pause, outcome=outcome)
    return TransportError(
        f"{what} was answered with {answer.status} and no reply", code="gateway", outcome=outcome
    )


def unreadable(what: str, why: str, outcome: Outcome) -> TransportError:
    """The error for an answer that is none, whatever its status says."""
    return TransportError(
        f"the answer to {what} cannot be understood: {why}",
        code="unreadable_answer",
        outcome=outcome,
        retryable=False,
        hint="see whether something between here and the system changes its answers",
    )
