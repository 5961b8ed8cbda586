"""Answers after which nobody knows whether a write was executed, or that ask for a pause; the same for OData."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ...clock import Clock
from ...errors import Throttled, TransportError
from ...wire.http import Answer
from ...wire.throttling import retry_after

__all__ = ["unsettled"]

_PAUSE: Final = frozenset({429, 503})


def unsettled(answer: Answer, clock: Clock, details: Mapping[str, Any], *, writes: bool) -> TransportError:
    """The error of such an answer; 429 is refused at the door, so nothing was applied (dynamics.md 1.16, 3.7, 4.7)."""
    outcome = "unknown" if writes and answer.status != 429 else "not_applied"
    told: dict[str, Any] = {**details, "outcome": outcome}
    if answer.status in _PAUSE:
        pause = retry_after(answer.headers.get("Retry-After"), clock.now())
        return Throttled(f"the system asks for a pause ({answer.status})", retry_after=pause, **told)
    return TransportError(
        f"the system failed ({answer.status})",
        code="gateway",
        hint="repeat the call with the same key",
        **told,
    )
