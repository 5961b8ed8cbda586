"""What a page service answers, in this library's words: by a fault's exception, and by status (dynamics.md 2.4)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from ....clock import Clock
from ....errors import (
    AuthenticationFailed,
    ConfigurationError,
    DuplicateReference,
    ErpConnectError,
    InvalidOrder,
    NotFound,
    PermissionMissing,
    RequestRefused,
    Throttled,
    TransitionNotAllowed,
    TransportError,
)
from ....wire.http import Answer
from ....wire.odata import Unreadable
from ....wire.soap.pages import Fault, Unanswered
from ....wire.throttling import retry_after

_ABSENT: Final = "NavCSideRecordNotFoundException"
_TAKEN: Final = "NavCSideDuplicateKeyException"
_RULES: Final = frozenset({"NavNCLDialogException", "NavTestFieldException"})
_PAUSE: Final = frozenset({429, 503})


def refusal(fault: Fault, operation: str) -> ErpConnectError:
    """The error for a fault: a page runs in one transaction, so nothing of the call stays."""
    details: dict[str, Any] = {
        "operation": operation,
        "native": [{"code": fault.code, "message": fault.text, "status": fault.status}],
    }
    creates = operation.endswith(".create")
    if fault.kind == _TAKEN:
        return DuplicateReference("there is such a record already", **details)
    if fault.kind == _ABSENT and not creates:
        return NotFound("there is no such record", **details)
    if "Permission" in fault.kind:
        return PermissionMissing("this user may not do that", **details)
    if creates or fault.kind == _ABSENT:
        return InvalidOrder("the system refused the record", **details)
    if fault.kind in _RULES:
        return TransitionNotAllowed("a rule of the system refused the change", **details)
    return RequestRefused("the system refused the call", **details)


def unanswered(answer: Answer, clock: Clock, operation: str, *, writes: bool) -> ErpConnectError:
    """What a status without a fault means: a page of the server, or of something in front of it."""
    details: dict[str, Any] = {
        "operation": operation,
        "native": [{"status": answer.status}],
        "outcome": "unknown" if writes and answer.status != 429 else "not_applied",
    }
    match answer.status:
        case 401:
            return AuthenticationFailed("the system did not accept the credentials", operation=operation)
        case 403:
            return PermissionMissing("this user may not do that", operation=operation)
        case 404 | 405:
            return ConfigurationError(
                "there is no such web service",
                code="no_service",
                hint="see under which name the page is published, and whether company and address are right",
                operation=operation,
            )
        case status if status in _PAUSE:
            pause = retry_after(answer.headers.get("Retry-After"), clock.now())
            return Throttled(f"the system asks for a pause ({status})", retry_after=pause, **details)
    if 400 <= answer.status < 500 and answer.status != 408:
        return RequestRefused(f"the system refused the request ({answer.status})", operation=operation)
    return TransportError(f"the system failed ({answer.status})", code="gateway", **details)


@contextmanager
def translated(clock: Clock, operation: str, *, writes: bool = False) -> Iterator[None]:
    """Faults and answers of failure inside leave as this library's own errors."""
    try:
        yield
    except Fault as fault:
        raise refusal(fault, operation) from fault
    except Unanswered as failure:
        raise unanswered(failure.answer, clock, operation, writes=writes) from failure
    except Unreadable as failure:
        raise TransportError(
            f"the system's answer cannot be understood: {failure}",
            code="unreadable_answer",
            operation=operation,
            outcome="unknown" if writes else "not_applied",
            retryable=False,
        ) from failure
