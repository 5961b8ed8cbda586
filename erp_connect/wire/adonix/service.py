"""Calling a web service by its public name: one request, and what became of it (sage.md 2.2, 2.4)."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Final

from ..http import Answer, HttpSession
from .envelopes import CallContext, Part, envelope
from .replies import FaultText, Reply, Verdict, reply_in

__all__ = ["Broken", "Fault", "Refused", "Unanswered", "WebService"]

_XML: Final = "text/xml; charset=utf-8"
_log: Final = logging.getLogger("erp_connect.wire.adonix")
_TIMES: Final = ("totalDuration", "poolExecDuration", "poolWaitDuration")


class Refused(Exception):
    """The call has not simply succeeded: see the reply's verdict and messages."""

    def __init__(self, reply: Reply, name: str) -> None:
        self.reply, self.name = reply, name
        super().__init__(reply.verdict.value)


class Fault(Exception):
    """The engine has failed; whether the call ran, nobody says (sage.md 2.2)."""

    def __init__(self, code: str, text: str, status: int) -> None:
        self.code, self.text, self.status = code, text, status
        super().__init__(code)


class Unanswered(Exception):
    """An answer that is no envelope: its status says what may have become of the call."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(str(answer.status))

    @property
    def text(self) -> str:
        """What it says, for people: the messages of a JSON answer, or its first words."""
        told = self.answer.text().strip()
        try:
            found = json.loads(told)
        except ValueError:
            return told[:300]
        held = found.get("$diagnoses") if isinstance(found, Mapping) else None
        if not isinstance(held, list):
            return told[:300]
        said = [
            str(each.get("$message") or each.get("message") or each)
            for each in held
            if isinstance(each, Mapping)
        ]
        return "; ".join(said)[:300]


class Broken(Unanswered):
    """An answer with a status of success that cannot be understood."""

    def __init__(self, answer: Answer, why: str) -> None:
        super().__init__(answer)
        self.why = why


class WebService:
    """One address, one pool.  Safe for several threads."""

    def __init__(self, session: HttpSession, address: str, context: CallContext) -> None:
        """``address`` is below the session's root."""
        self.session, self.address, self.context = session, address, context

    def call(self, operation: str, parts: Mapping[str, Part], *, writes: bool = False) -> Reply:
        """Call an operation; the reply where it succeeded.

        A call that does not write is repeated by the session where the way failed.  Raises :class:`Refused`,
        :class:`Fault`, :class:`Unanswered`, :class:`Broken`, and the session's errors.
        """
        answer = self.session.send(
            "POST",
            self.address,
            headers={"Content-Type": _XML, "SOAPAction": f'"{operation}"'},
            body=envelope(operation, self.context, parts),
            reads=not writes,
        )
        name = str(parts.get("publicName", ""))
        reply = _understood(answer)
        if _log.isEnabledFor(logging.DEBUG):
            times = ", ".join(f"{each} {reply.technical.get(each, '?')}" for each in _TIMES)
            _log.debug("%s %s: %s, %s", operation, name, reply.verdict.value, times)
        # What a read reports beside the record that it gives does not take the record away (sage.md 2.7).
        told = reply.verdict is Verdict.REPORTED and not writes and reply.result is not None
        if reply.verdict is not Verdict.DONE and not told:
            raise Refused(reply, name)
        return reply

    def wsdl(self, address: str) -> bytes:
        """The WSDL; :class:`Unanswered` where there is none."""
        answer = self.session.send("GET", f"{address}?wsdl")
        if not answer.ok:
            raise Unanswered(answer)
        return answer.body


def _understood(answer: Answer) -> Reply:
    try:
        return reply_in(answer.body)
    except FaultText as fault:
        raise Fault(fault.code, fault.text, answer.status) from fault
    except ValueError as failure:
        if answer.ok:
            raise Broken(answer, str(failure)) from failure
        raise Unanswered(answer) from failure
