"""What Business Central answers, in this library's words: translated here once, by code and status (dynamics.md 1.14).

What a business rule has said stands in its text alone, which nobody reads by program: such a refusal is told as it is,
and :mod:`.diagnosing` looks at the records for what may be behind it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import partial
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
    TransitionNotAllowed,
    UnsupportedOperation,
    VersionConflict,
)
from ....wire.http import Answer
from ....wire.odata.complaints import complaints
from ...services.unsettled import unsettled
from ...translating import translating

_STALE: Final = "Request_EntityChanged"
_RULES: Final = frozenset({"Application_FieldValidationException", "Application_DialogException"})
"""Codes of business rules."""
_ABSENT: Final = frozenset(
    {"BadRequest_ResourceNotFound", "Internal_RecordNotFound", "Internal_DataNotFoundFilter"}
)
_WRONG: Final = frozenset(
    {
        *("Internal_RecordNotFound", "Internal_InvalidTableRelation", "Internal_DataNotFoundFilter"),
        *("Application_StringExceededLength", "Application_EvaluateException", "Application_InvalidGUID"),
        *("BadRequest", "BadRequest_RequiredParamNotProvided", "BadRequest_InvalidOperation", "Unknown"),
    }
)
"""Codes that say that a value of the request is wrong, and not that something stands in its way."""
_UNSETTLED: Final = frozenset({408, 429})
"""Beside all from 500 on: the server may go on with what was given up (dynamics.md 1.14, 5.3)."""


def refusal(answer: Answer, clock: Clock, *, operation: str | None, writes: bool) -> ErpConnectError:
    """The error for an answer of failure; ``writes``: the request may have changed something."""
    said = complaints(answer)
    code, status = said[0].code, answer.status
    writes = writes and not answer.unsent
    native = [{"status": status}, *({"code": each.code, "message": each.message} for each in said)]
    details: dict[str, Any] = {"operation": operation, "native": native}
    if code == "BadRequest_MethodNotImplemented":
        return UnsupportedOperation(
            "this release has no such call", why=f"{operation}: {code}", operation=operation
        )
    if status in _UNSETTLED or status >= 500:
        return unsettled(answer, clock, details, writes=writes)
    if code == _STALE or status == 412:
        return VersionConflict("the record was changed since it was read", **details)
    if status == 401 or code.startswith("Authentication_"):
        return AuthenticationFailed("the system did not accept the credentials", **details)
    if status == 403 or code.startswith("Authorization_"):
        return PermissionMissing("this user may not do that", **details)
    if code == "Internal_CompanyNotFound":
        return ConfigurationError("the system has no such company", code="no_company", **details)
    if status == 405:
        return ConfigurationError(
            "the system takes no such call here",
            hint="on-premises, API services are off until an administrator turns them on",
            code="not_offered",
            **details,
        )
    if status == 404 and (code in _ABSENT or not code):
        return NotFound("there is no such record", **details)
    return _of_rule(code, status, operation, details)


def _of_rule(code: str, status: int, operation: str | None, details: dict[str, Any]) -> ErpConnectError:
    creates = bool(operation) and str(operation).endswith(".create")
    if code == "Internal_EntityWithSameKeyExists":
        return DuplicateReference("there is such a record already", **details)
    if code in _WRONG:
        return InvalidOrder("the system refused a value", **details)
    if code in _RULES:
        if creates:
            return InvalidOrder("a rule of the system refused the record", **details)
        return TransitionNotAllowed(
            "a rule of the system refused the change",
            hint="a released order takes no such change, and no call of the API reopens it",
            **details,
        )
    return RequestRefused(f"the system refused the request ({status})", **details)


def translated(clock: Clock, operation: str | None, *, writes: bool = False) -> AbstractContextManager[None]:
    """Answers of failure inside leave as this library's own errors.

    ``writes``: what is inside may change something, so an answer that cannot be read leaves the outcome unknown.
    """
    told = partial(refusal, clock=clock, operation=operation, writes=writes)
    return translating(told, operation, writes=writes)
