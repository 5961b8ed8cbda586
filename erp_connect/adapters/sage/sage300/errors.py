"""What the Web API answers, in this library's words: by its code, not by the HTTP status (sage.md 3.6).

One text may hold several sentences, warnings among them; all of them are handed on, and none is read by program.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    Throttled,
    UnsupportedOperation,
)
from ....wire.http import Answer
from ....wire.odata.complaints import complaints
from ....wire.odata.values import loads
from ....wire.throttling import retry_after
from ...services.unsettled import unsettled
from ...translating import translating

INVALID_PARAMETERS: Final = "InvalidParameters"
_LONGEST: Final = 20_000
"""Characters of a text that are handed on."""
_NOT_OFFERED: Final = frozenset({"ResourceNotFound", "MethodNotAllowed"})
_FAILED: Final = frozenset({"DBLinkError", "SessionError", "InternalServerError"})
_ADMIN: Final = (
    "the user needs the Web API right for the module beside the ordinary ones; "
    "ADMIN is let in only where AllowWebApiAccessForAdmin is switched on"
)
_HINTS: Final[Mapping[str, str]] = {
    "DBLinkError": "see whether company= is the id of a company of this installation, in capitals",
    "SessionError": "see whether the installation and its licence have a session left",
}


def code_of(answer: Answer) -> str:
    """The code of an answer of failure; blank where somebody before the application has answered."""
    return _said(answer)[0]


def refusal(answer: Answer, clock: Clock, *, operation: str | None, writes: bool) -> ErpConnectError:
    """The error for an answer of failure; ``writes``: the request may have changed something."""
    code, sentences = _said(answer)
    native: list[dict[str, Any]] = [{"status": answer.status, "code": code}]
    native += [{"message": sentence} for sentence in sentences]
    details: dict[str, Any] = {"operation": operation, "native": native}
    if (told := _BY_CODE.get(code)) is not None:
        return told(details)
    if code in _NOT_OFFERED:
        return _not_offered(code, details)
    if code == "TooManyRequests" or (not code and answer.status == 429):
        pause = retry_after(answer.headers.get("Retry-After"), clock.now())
        return Throttled("too many requests are under way at once", retry_after=pause, **details)
    if code in _FAILED or answer.status >= 500 or answer.status == 408:
        failure = unsettled(answer, clock, details, writes=writes and not answer.unsent)
        failure.hint = _HINTS.get(code, failure.hint)
        return failure
    return _by_status(answer.status, details)


def _by_status(status: int, details: dict[str, Any]) -> ErpConnectError:
    """Of an answer with a code that nobody knows, or none."""
    if status == 401:
        return _unauthorised(details)
    if status == 403:
        return _forbidden(details)
    if status == 404:
        return NotFound("the system has nothing there", **details)
    if status == 405:
        return _not_offered("MethodNotAllowed", details)
    if status == 409:
        return _rule(details)
    return RequestRefused(f"the system refused the request ({status})", **details)


def _said(answer: Answer) -> tuple[str, list[str]]:
    """The code, and the text sentence by sentence."""
    try:
        body = loads(answer.body)
    except ValueError:
        body = None
    error = body.get("error", body.get("odata.error")) if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        found = complaints(answer)
        return "", [each.message for each in found]
    code, message = error.get("code"), error.get("message")
    text = message.get("value") if isinstance(message, Mapping) else message
    lines = str(text)[:_LONGEST].splitlines() if isinstance(text, str) else []
    return code if isinstance(code, str) else "", [line.strip() for line in lines if line.strip()]


def _not_offered(code: str, details: dict[str, Any]) -> UnsupportedOperation:
    why = "this release has no such resource" if code == "ResourceNotFound" else "it is not offered there"
    return UnsupportedOperation(f"{why} ({code})", why=why, **details)


def _unauthorised(details: dict[str, Any]) -> AuthenticationFailed:
    return AuthenticationFailed(
        "the system did not accept user and password",
        hint="where application security is off, the password is empty",
        **details,
    )


def _forbidden(details: dict[str, Any]) -> PermissionMissing:
    return PermissionMissing("this user may not do that over the Web API", hint=_ADMIN, **details)


def _rule(details: dict[str, Any]) -> InvalidOrder:
    return InvalidOrder("a rule of the system refused the record", **details)


def _wrong_form(details: dict[str, Any]) -> InvalidOrder:
    return InvalidOrder(
        "the system did not take the request as it was put",
        hint="a property may be longer than this release holds, or have another name there",
        **details,
    )


_BY_CODE: Final[Mapping[str, Callable[[dict[str, Any]], ErpConnectError]]] = {
    "RecordNotFound": lambda details: NotFound("there is no such record", **details),
    "InvalidEntityKey": lambda details: NotFound("this cannot be the key of a record", **details),
    "RecordDuplicate": lambda details: DuplicateReference("there is such a record already", **details),
    "FieldInvalid": _rule,
    "General": _rule,
    "RecordInvalid": _rule,
    "InvalidPayload": _wrong_form,
    "InvalidAction": _wrong_form,
    INVALID_PARAMETERS: lambda details: RequestRefused("the system did not take the question", **details),
    "Unauthorized": _unauthorised,
    "Forbidden": _forbidden,
}


def translated(clock: Clock, operation: str | None, *, writes: bool = False) -> AbstractContextManager[None]:
    """Answers of failure inside leave as this library's own errors.

    ``writes``: what is inside may change something, so an answer that cannot be read leaves the outcome unknown.
    """
    return translating(
        partial(refusal, clock=clock, operation=operation, writes=writes), operation, writes=writes
    )
