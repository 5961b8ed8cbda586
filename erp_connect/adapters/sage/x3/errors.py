"""What X3 answers, in this library's words (sage.md 2.2, 2.7, 2.17).

Messages have a type and no code, and their texts are in the language of the call: which texts tell what is a setting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from ....clock import Clock
from ....errors import (
    AuthenticationFailed,
    ConfigurationError,
    DuplicateReference,
    ErpConnectError,
    InvalidOrder,
    Outcome,
    PermissionMissing,
    RecordLocked,
    RequestRefused,
    TransitionNotAllowed,
    TransportError,
    VersionConflict,
)
from ....wire.adonix import Broken, Fault, Refused, Reply, Unanswered, Verdict
from ...services.unsettled import unsettled
from .settings import X3Settings

__all__ = ["Translating", "refused_alike"]

_ENTERING: Final = (".create", ".add_line", ".substitute_product", ".post", ".receive", ".simulate", ".quote")
_NEVER_ARRIVED: Final = 522
"""A gateway's word for a server that could not be reached (sage.md 2.2)."""
_NO_CHILDREN: Final = "no web services accepted"


class Translating:
    """Answers of one site, as errors."""

    def __init__(self, settings: X3Settings, clock: Clock) -> None:
        self.settings, self.clock = settings, clock

    @contextmanager
    def __call__(self, operation: str, *, writes: bool = False) -> Iterator[None]:
        """What fails inside leaves as this library's own error, with what became of a write."""
        try:
            yield
        except Refused as failure:
            raise self.refusal(failure.reply, failure.name, operation, writes=writes) from failure
        except Fault as failure:
            raise _faulted(failure, operation, writes=writes) from failure
        except Broken as failure:
            raise _unreadable(failure.why, operation, writes=writes, said=failure.text) from failure
        except Unanswered as failure:
            raise self.unanswered(failure, operation, writes=writes) from failure
        except ValueError as failure:
            raise _unreadable(str(failure), operation, writes=writes) from failure

    def refusal(self, reply: Reply, name: str, operation: str, *, writes: bool) -> ErpConnectError:
        """What a reply says that is no success."""
        native = [{"type": each.type, "message": each.text} for each in reply.messages]
        details: dict[str, Any] = {"operation": operation, "native": native}
        match reply.verdict:
            case Verdict.REFUSED:
                return self._refused(" ".join(each.text for each in reply.messages), name, details)
            case Verdict.REPORTED:
                said, code = "the system reports an error beside its success", "error_reported"
            case Verdict.DONE:
                said, code = "the system answers without a record", "no_record"
            case Verdict.WARNED:
                said, code = "the system says that it failed, and only warns", "refused_by_warning"
            case _:
                said, code = "the system says that it failed, and not why", "unexplained"
        return TransportError(
            said,
            code=code,
            outcome=_in_doubt(writes),
            retryable=False,
            hint="read native, and look at the record; start the pool anew where nothing is explained",
            **details,
        )

    def _refused(self, text: str, name: str, details: dict[str, Any]) -> ErpConnectError:
        """A refusal: nothing of the call stays."""
        settings, folded = self.settings, text.casefold()

        def says(pieces: Sequence[str]) -> bool:
            return any(each and each.casefold() in folded for each in pieces)

        if says(settings.service_texts):
            return ConfigurationError(
                f"the site has not published {name or 'this'}",
                code="no_service",
                hint="see what it is called, and start the pool anew after publishing",
                **details,
            )
        if says(settings.pool_texts):
            return ConfigurationError(
                "there is no such pool",
                code="no_pool",
                hint="give the alias of a Classic SOAP pool: pool=",
                **details,
            )
        if says(settings.login_texts):
            return AuthenticationFailed(
                "the folder did not accept the user",
                hint="see to the user of the web services and of the pool",
                **details,
            )
        if says(settings.stale_texts):
            return VersionConflict("the record was changed since it was read", **details)
        if says(settings.locked_texts):
            return RecordLocked("somebody is editing the record", **details)
        if says(settings.duplicate_texts):
            found = re.search(settings.duplicate_pattern, text)
            known = found.group(found.re.groups and 1).rstrip(".") if found is not None else ""
            hint = f"look at {known}, or use another reference" if known else None
            return DuplicateReference("a document with this reference is there already", hint=hint, **details)
        operation = str(details["operation"])
        if operation.endswith(_ENTERING):
            return InvalidOrder("the system refused the record", **details)
        if operation.startswith(("orders.", "purchase_orders.")):
            return TransitionNotAllowed("the system refused the change", **details)
        return RequestRefused("the system refused the call", **details)

    def unanswered(self, failure: Unanswered, operation: str, *, writes: bool) -> ErpConnectError:
        """What a status means: a page of the web server, or of something in front of it."""
        answer, text = failure.answer, failure.text
        details: dict[str, Any] = {
            "operation": operation,
            "native": [{"status": answer.status, "message": text}],
        }
        match answer.status:
            case 401:
                return AuthenticationFailed("the system did not accept user and password", **details)
            case 403:
                return PermissionMissing("this user may not use the web services", **details)
            case 404 | 405:
                return ConfigurationError(
                    "there are no such web services",
                    code="no_service",
                    hint="see to host, port, path and generation",
                    **details,
                )
            case status if status == _NEVER_ARRIVED:
                return TransportError("the gateway did not reach the system", code="unreachable", **details)
        if _NO_CHILDREN in text.casefold():
            return _without_children(details)
        if 400 <= answer.status < 500 and answer.status not in {408, 429}:
            return RequestRefused(f"the system refused the request ({answer.status})", **details)
        return unsettled(answer, self.clock, details, writes=writes)


def _faulted(failure: Fault, operation: str, *, writes: bool) -> TransportError:
    """A fault of the engine; the one that says that no call is accepted leaves no doubt (sage.md 2.16)."""
    native = [{"code": failure.code, "message": failure.text, "status": failure.status}]
    if _NO_CHILDREN in failure.text.casefold():
        return _without_children({"operation": operation, "native": native})
    return TransportError(
        "the system's engine failed",
        code="fault",
        operation=operation,
        outcome=_in_doubt(writes),
        native=native,
    )


def _without_children(details: dict[str, Any]) -> TransportError:
    return TransportError(
        "the system accepts no web service calls",
        code="no_child_process",
        hint="have the number of web service child processes set above 0",
        **details,
    )


def _unreadable(why: str, operation: str, *, writes: bool, said: str = "") -> TransportError:
    return TransportError(
        f"the system's answer cannot be understood: {why}",
        code="unreadable_answer",
        operation=operation,
        outcome=_in_doubt(writes),
        retryable=False,
        hint="see whether something between here and the system changes its answers",
        native=[{"message": said}] if said else [],
    )


def _in_doubt(writes: bool) -> Outcome:
    return "unknown" if writes else "not_applied"


def refused_alike(one: ErpConnectError, other: ErpConnectError) -> ConfigurationError | None:
    """What it means when calls that have nothing in common are refused with the same words, whatever the language."""
    if not one.native or one.native != other.native:
        return None
    return ConfigurationError(
        "the system refuses every call alike, so it is not about what was asked",
        code="no_pool",
        hint="read native; see whether the pool runs, and start it anew after publishing",
        operation=one.operation,
        native=one.native,
    )
