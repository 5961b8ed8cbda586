"""What goes wrong in a call, in this library's words: translated here once, at the edge (sap.md 1.5, 2.19)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from ....errors import (
    AuthenticationFailed,
    ConfigurationError,
    ErpConnectError,
    MappingError,
    PermissionMissing,
    RequestRefused,
    Throttled,
    TransportError,
)
from ....wire.rfc import RfcFailure, Trouble
from ..messages import Meanings

Saying = tuple[type[ErpConnectError], str, dict[str, Any]]

_LOST: Final = {"hint": "repeat the call with the same key"}
_SAID: Final[Mapping[Trouble, Saying]] = {
    Trouble.LINE: (TransportError, "the line to the system broke", _LOST),
    Trouble.LOGON: (AuthenticationFailed, "the system did not accept user, password or client", {}),
    Trouble.AUTHORITY: (
        PermissionMissing,
        "this user may not call what is needed",
        {"hint": "have S_RFC granted for the function module's group, and S_TABU_NAM for tables"},
    ),
    Trouble.DUMP: (
        TransportError,
        "the program in the system ended with a dump",
        {"code": "dump", "retryable": False, "hint": "have the dump looked at (ST22)"},
    ),
    Trouble.MESSAGE: (RequestRefused, "the system broke the call off with a message", {}),
    Trouble.RAISED: (RequestRefused, "the function module refused", {}),
    Trouble.NO_MODULE: (
        ConfigurationError,
        "this system does not have the function module",
        {"code": "no_module", "hint": "see which release it is; the capabilities tell what does not need it"},
    ),
    Trouble.TIMED_OUT: (
        TransportError,
        "the system took longer than the time-out",
        {"code": "timed_out", "hint": "repeat the call with the same key, with a longer timeout"},
    ),
    Trouble.INPUT: (
        MappingError,
        "a value does not fit into the function module's interface",
        {"code": "does_not_fit"},
    ),
    Trouble.BUSY: (
        Throttled,
        "all connections to the system are in use",
        {"hint": "ask for fewer things at once, or raise max_concurrency"},
    ),
    Trouble.OTHER: (TransportError, "the call failed", {}),
}
_OPENS_A_SCREEN: Final = "DYNPRO_SEND_IN_BACKGROUND"


def understood(failure: RfcFailure, meanings: Meanings, *, operation: str | None = None) -> ErpConnectError:
    """The error of ours for a failure of a call that changes nothing by itself: reading, or work before the COMMIT.

    What was not committed when the session was lost is gone for good, so the outcome is always ``not_applied``.
    """
    kind, says, details = _SAID[failure.trouble]
    details = dict(details)
    if failure.trouble is Trouble.MESSAGE:
        kind = meanings.raised(failure.message_id)
    if failure.key == _OPENS_A_SCREEN:
        kind, details = (
            ConfigurationError,
            {
                "code": "opens_a_screen",
                "hint": "a user exit or setting wants a screen; have it switched off for this user",
            },
        )
    if failure.path:
        says = f"{says}: {failure.path}"
    return kind(
        f"{says} ({failure.function}{f', {failure.key}' if failure.key else ''})",
        operation=operation,
        outcome="not_applied",
        native=failure.native,
        path=failure.path,
        **details,
    )


def commit_unanswered(failure: RfcFailure, *, operation: str) -> TransportError:
    """The error for a COMMIT without an answer: whatever it was, it may have been saved (sap.md 2.19)."""
    if not failure.may_have_run:
        return TransportError(
            f"the session was lost before the COMMIT: nothing was saved ({failure.function})",
            operation=operation,
            outcome="not_applied",
            native=failure.native,
        )
    return TransportError(
        f"the COMMIT was sent and its answer did not come ({failure.key or failure.trouble.value})",
        operation=operation,
        outcome="unknown",
        native=failure.native,
    )


@contextmanager
def translated(meanings: Meanings, operation: str | None = None) -> Iterator[None]:
    """Failures of calls inside leave as this library's own errors."""
    try:
        yield
    except RfcFailure as failure:
        raise understood(failure, meanings, operation=operation) from failure
