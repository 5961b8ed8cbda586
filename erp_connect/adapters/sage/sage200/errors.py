"""What Sage 200 answers, in this library's words: by status and by the field that is named (sage.md 4.6).

The body of a 400 has no form that anybody has published: an object, a list of objects and plain text are read alike.
What a rule says stands in its text alone, which nobody reads by program; :mod:`.diagnosing` looks at the records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final

from ....clock import Clock
from ....errors import (
    AuthenticationFailed,
    ConfigurationError,
    ErpConnectError,
    InvalidOrder,
    NotFound,
    PermissionMissing,
    RecordLocked,
    RequestRefused,
    TransitionNotAllowed,
)
from ....wire.http import Answer
from ....wire.odata.complaints import complaints
from ....wire.odata.values import loads
from ...services.unsettled import unsettled
from ...translating import translating

_UNSETTLED: Final = frozenset({408, 429})
"""Beside all from 500 on."""
_TEXTS: Final = ("message", "Message", "error_description", "error", "ExceptionMessage", "title", "detail")
_FIELDS: Final = ("field", "Field", "property", "target")
_STATES: Final = ("ModelState", "modelState", "errors")
"""What tells texts by their fields."""
_LOCK: Final = "lock_id"
"""The field that a refusal names where somebody else edits the order."""
_MOST: Final = 50
_LONGEST: Final = 500


def said(answer: Answer) -> tuple[tuple[str, str], ...]:
    """All that a refusal says: the field that it is about, blank where none is named, and the text; at least one."""
    try:
        body = loads(answer.body)
    except ValueError:
        body = None
    found = tuple(dict.fromkeys(_said_by(body)))[:_MOST] if isinstance(body, Mapping | list) else ()
    return found or tuple(("", each.message) for each in complaints(answer))


def _said_by(body: Any) -> Iterator[tuple[str, str]]:
    if isinstance(body, list):
        for each in body[:_MOST]:
            yield from _said_by(each)
        return
    if not isinstance(body, Mapping):
        if isinstance(body, str) and body.strip():
            yield "", _short(body)
        return
    state = next((body[name] for name in _STATES if isinstance(body.get(name), Mapping) and body[name]), None)
    if state is not None:
        for field, texts in state.items():
            for text in texts if isinstance(texts, list) else [texts]:
                yield "" if field in _TEXTS else str(field), _short(text)
        return
    field = next((str(body[name]) for name in _FIELDS if isinstance(body.get(name), str)), "")
    for name in _TEXTS:
        text = body.get(name)
        if isinstance(text, str) and text.strip():
            yield field, _short(text)
            return
        if isinstance(text, Mapping | list):
            yield from _said_by(text)
            return
    yield from _said_by(body.get("errors"))


def _short(text: Any) -> str:
    plain = " ".join(str(text).split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"


def refusal(answer: Answer, clock: Clock, *, operation: str | None, writes: bool) -> ErpConnectError:
    """The error for an answer of failure; ``writes``: the request may have changed something."""
    told, status = said(answer), answer.status
    reads, writes = not writes, writes and not answer.unsent
    native = [{"status": status, "field": field, "message": text} for field, text in told]
    details: dict[str, Any] = {"operation": operation, "native": native}
    if status in _UNSETTLED or status >= 500:
        return unsettled(answer, clock, details, writes=writes)
    if status == 401:
        return AuthenticationFailed("the system did not accept the credentials", **details)
    if status == 403:
        return PermissionMissing("this user, or the licence, does not allow that", **details)
    if status == 404:
        return NotFound("there is no such record", **details)
    if status == 405:
        return ConfigurationError(
            "the system takes no such call here",
            hint="see whether its release has it",
            code="not_offered",
            **details,
        )
    if status != 400:
        return RequestRefused(f"the system refused the request ({status})", **details)
    return _of_rule(told, details, operation, reads=reads)


def _of_rule(
    told: tuple[tuple[str, str], ...], details: dict[str, Any], operation: str | None, *, reads: bool
) -> ErpConnectError:
    """A 400: a field that holds a wrong value, a lock, or a rule; of a question, that it was not understood."""
    if any(field.rpartition(".")[2] == _LOCK for field, _ in told):
        return RecordLocked("somebody else is working on the order", **details)
    path = next((field for field, _ in told if field), None)
    if path is not None:
        return InvalidOrder(f"the system refused the value of {path}", path=path, **details)
    if str(operation).endswith((".create", ".find", ".list", ".get")):
        return InvalidOrder("the system refused the request", **details)
    if reads:
        return RequestRefused("the system did not take the question", **details)
    return TransitionNotAllowed("a rule of the system refused the change", **details)


def translated(clock: Clock, operation: str | None, *, writes: bool = False) -> AbstractContextManager[None]:
    """Answers of failure inside leave as this library's own errors.

    ``writes``: what is inside may change something, so an answer that cannot be read leaves the outcome unknown.
    """
    told = partial(refusal, clock=clock, operation=operation, writes=writes)
    return translating(told, operation, writes=writes)
