"""What Dataverse answers, in this library's words: by code and status (dynamics.md 4.5, 4.7)."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final

from ....clock import Clock
from ....errors import (
    AuthenticationFailed,
    DuplicateReference,
    ErpConnectError,
    InvalidOrder,
    NotFound,
    PermissionMissing,
    RequestRefused,
    UnsupportedOperation,
    VersionConflict,
)
from ....wire.http import Answer
from ....wire.odata.complaints import complaints
from ...services.unsettled import unsettled
from ...translating import translating

_TAKEN: Final = frozenset({"0x80060892", "0x80040237", "0x80040333"})
"""A record with this id or key is there (4.5)."""
_ABSENT: Final = frozenset({"0x80040217"})
_STALE: Final = frozenset({"0x80060882"})
_PAYLOAD: Final = frozenset({"0x80048d19", "0x80040203", "0x0"})


def refusal(answer: Answer, clock: Clock, *, operation: str | None, writes: bool) -> ErpConnectError:
    """The error for an answer of failure; ``writes``: the request may have changed something."""
    said = complaints(answer)
    code, status = said[0].code.lower(), answer.status
    native = [{"status": status}, *({"code": each.code, "message": each.message} for each in said)]
    details: dict[str, Any] = {"operation": operation, "native": native}
    creates = bool(operation) and str(operation).endswith(".create")
    if status in {405, 501}:
        return UnsupportedOperation(
            "the environment takes no such call", why=f"{operation}: {status}", operation=operation
        )
    if status in {408, 429} or status >= 500:
        return unsettled(answer, clock, details, writes=writes and not answer.unsent)
    if code in _TAKEN or (creates and status in {409, 412}):
        return DuplicateReference("there is such a record already", **details)
    if code in _STALE or status == 412:
        return VersionConflict("the record was changed since it was read", **details)
    if status == 401:
        return AuthenticationFailed("the system did not accept the token", **details)
    if status == 403:
        return PermissionMissing("this user may not do that", **details)
    if status == 404 or code in _ABSENT:
        if creates:
            return InvalidOrder("something that the record names is not there", **details)
        return NotFound("there is no such record", **details)
    if creates or code in _PAYLOAD:
        return InvalidOrder("the system refused a value", **details)
    return RequestRefused(f"the system refused the request ({status})", **details)


def translated(clock: Clock, operation: str | None, *, writes: bool = False) -> AbstractContextManager[None]:
    """Answers of failure inside leave as this library's own errors."""
    told = partial(refusal, clock=clock, operation=operation, writes=writes)
    return translating(told, operation, writes=writes)
