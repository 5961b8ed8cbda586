"""What a gateway answers, in this library's words: translated here once, at the edge (sap.md 4.2, 4.7).

A status says whether something was executed; what was wrong is said by class and number of the messages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final

from ....clock import Clock
from ....errors import (
    AuthenticationFailed,
    ConfigurationError,
    ErpConnectError,
    NotFound,
    PermissionMissing,
    RecordLocked,
    RequestRefused,
    Throttled,
    TransportError,
    VersionConflict,
)
from ....wire.http import Answer
from ....wire.odata import Complaint
from ....wire.odata.complaints import complaints
from ....wire.throttling import retry_after
from ...translating import translating
from ..messages import Meanings, Message

_TYPES: Final = {"error": "E", "warning": "W", "info": "I", "information": "I", "success": "S"}
_IDENT: Final = re.compile(r"(?P<area>/?[A-Z0-9_]+(?:/[A-Z0-9_]+)*)/(?P<number>[0-9]{3})")
"""``V1/382``, also where the class has slashes of its own."""
_NO_SERVICE: Final = ("/IWFND/MED", "170")
_PAUSE: Final = frozenset({429, 503})
_UNSETTLED: Final = frozenset({408, 429})
"""Beside all from 500 on: after these nobody knows whether a write was executed (sap.md 2.19, 4.7)."""
_CONFLICT: Final = frozenset({412, 428})
_TECHNICAL: Final = ("/IWBEP/", "/IWFND/")
"""Classes of the gateway itself, which say that something is wrong but not what."""


def messages_of(said: Sequence[Complaint]) -> tuple[Message, ...]:
    """Complaints as messages, with class and number where their code has both; a summary follows its causes."""
    found = [_message(each) for each in said]
    return tuple(sorted(found, key=lambda each: each.id.startswith(_TECHNICAL) or not each.number))


def _message(said: Complaint) -> Message:
    ident = _IDENT.fullmatch(said.code)
    area, number = (ident["area"], ident["number"]) if ident is not None else (said.code, "")
    return Message(
        _TYPES.get(said.severity, "E"), area, number, said.message, field=said.target.rpartition("/")[2]
    )


def refusal(
    answer: Answer, meanings: Meanings, clock: Clock, *, operation: str | None, writes: bool
) -> ErpConnectError:
    """The error for an answer of failure; ``writes``: the request may have changed something."""
    said = messages_of(complaints(answer))
    status, writes = answer.status, writes and not answer.unsent
    details: dict[str, Any] = {
        "operation": operation,
        "native": [{"status": status}, *(each.as_native() for each in said)],
    }
    if status in _UNSETTLED or status >= 500:
        return _unsettled(answer, clock, details, writes=writes)
    match status:
        case 401:
            return AuthenticationFailed("the system did not accept user, password or token", **details)
        case 403:
            return PermissionMissing("this user may not do that", **details)
        case _ if status in _CONFLICT:
            return VersionConflict("the order was changed since it was read", **details)
        case 423:
            return RecordLocked("somebody else has the order open for change", **details)
        case 404 if any(each.ident == _NO_SERVICE for each in said):
            return ConfigurationError(
                "the service is not active in this system",
                code="no_service",
                hint="have it activated (/IWFND/MAINT_SERVICE), or see whether v2_root and v4_root are right",
                **details,
            )
        case 404:
            return NotFound("there is no such record", **details)
    if any(each.refuses and meanings.of(each.ident) for each in said) or status == 400:
        return meanings.refusal(said, operation=operation)
    return RequestRefused(f"the system refused the request ({status})", **details)


def _unsettled(answer: Answer, clock: Clock, details: dict[str, Any], *, writes: bool) -> TransportError:
    details |= {"outcome": "unknown" if writes else "not_applied"}
    if answer.status in _PAUSE:
        pause = retry_after(answer.headers.get("Retry-After"), clock.now())
        return Throttled(f"the system asks for a pause ({answer.status})", retry_after=pause, **details)
    return TransportError(
        f"the system failed ({answer.status})",
        code="dump" if answer.status == 500 else "gateway",
        hint="repeat the call with the same key; a program that breaks off leaves a dump (ST22)",
        **details,
    )


def translated(
    meanings: Meanings, clock: Clock, operation: str | None, *, writes: bool = False
) -> AbstractContextManager[None]:
    """Answers of failure inside leave as this library's own errors.

    ``writes``: what is inside may change something, so an answer that cannot be read leaves the outcome unknown.
    """
    told = partial(refusal, meanings=meanings, clock=clock, operation=operation, writes=writes)
    return translating(told, operation, writes=writes)
