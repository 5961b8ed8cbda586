"""Calling a function module: one request, one session of the system's, and what became of it (sap.md 3)."""

from __future__ import annotations

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any, Final

from lxml import etree

from ...clock import Clock, SystemClock
from ...errors import AuthenticationFailed, ConfigurationError, ErpConnectError, Outcome
from ..http import Answer
from ..rfc import RfcFailure, Trouble
from ..rfc.interfaces import Kind
from .documents import children, local, parsed
from .interfaces import Module, Modules
from .names import ENVELOPE, in_xml
from .statuses import unanswered, unreadable
from .values import reply_in, request_of

_XML: Final = "text/xml; charset=utf-8"
_NO_AUTHORITY: Final = "RFC_NO_AUTHORITY"
_NO_MODULE: Final = "FU_NOT_FOUND"


class SoapConnection:
    """What pyrfc's connection is to its callers, over HTTP; has no state, and so none that could be lost.

    ``writes``: the modules whose calls change something; they are sent once, and an answer that does not come leaves
    them in doubt.  Any other call changes nothing, since nothing commits it, and is repeated by the session.
    """

    alive = True

    def __init__(
        self,
        modules: Modules,
        *,
        writes: Collection[str] = (),
        action: str = "",
        clock: Clock | None = None,
    ) -> None:
        self._modules = modules
        self._writes = frozenset(writes)
        self._action = action
        self._clock = clock or SystemClock()

    def close(self) -> None:
        """Nothing: the session below belongs to all connections."""

    def get_function_description(self, name: str) -> Any:
        """The interface, in the form that pyrfc gives it."""
        interface = self._modules.of(name).signature.interface
        return SimpleNamespace(
            name=interface.name,
            parameters=[_described(kind, "parameter_type") for kind in interface.parameters.values()],
        )

    def call(self, func_name: str, options: dict[str, Any] | None = None, **params: Any) -> dict[str, Any]:
        """Call a function module, and read all that it exports and fills.

        Raises :class:`RfcFailure` for a fault, ``TransportError`` where no answer came (``unknown`` for a module that
        writes) or it could not be read, ``Throttled``, ``AuthenticationFailed`` and ``ConfigurationError``.
        """
        module, wanted = self._modules.of(func_name), options or {}
        silent = frozenset(wanted.get("not_requested", ()))
        try:
            body = module.envelope(request_of(module.signature, params, silent))
        except ValueError as failure:
            raise RfcFailure(
                Trouble.INPUT,
                func_name,
                may_have_run=False,
                session_lost=False,
                said=f"{func_name}: {failure}",
                native=(str(failure),),
            ) from failure
        writes = func_name in self._writes
        answer = self._modules.session.send(
            "POST",
            f"{self._modules.path}/rfc",
            headers={"Content-Type": _XML, "SOAPAction": f'"{self._action}"'},
            body=body,
            reads=not writes,
            timeout=wanted.get("timeout"),
        )
        return self._understood(module, answer, func_name, "unknown" if writes else "not_applied")

    def _understood(self, module: Module, answer: Answer, function: str, in_doubt: Outcome) -> dict[str, Any]:
        why = "it holds no reply"
        try:
            found = _payload(answer)
            if found is not None and local(found) == "Fault":
                raise _fault(found, function)
            if answer.ok and found is not None and local(found) == f"{in_xml(function)}.Response":
                return reply_in(module.signature, found)
        except ValueError as failure:
            why = str(failure)
        if answer.ok:
            raise unreadable(function, why, in_doubt)
        raise self._refused(answer, function, in_doubt)

    def _refused(self, answer: Answer, function: str, in_doubt: Outcome) -> ErpConnectError:
        """What a status without a fault means: a page of the server, or of something in front of it."""
        match answer.status:
            case 401:
                return AuthenticationFailed("the system did not accept user, password or client")
            case 403 | 404 | 405:
                return ConfigurationError(
                    f"the system takes no SOAP calls here ({answer.status})",
                    code="no_service",
                    hint=f"have the node /{self._modules.path}/rfc activated (SICF)",
                )
        return unanswered(answer, function, in_doubt, self._clock.now())


def _payload(answer: Answer) -> etree._Element | None:
    """The one element of the body; ``None`` where the answer is no envelope, ``ValueError`` where it is no XML."""
    if "xml" not in answer.media_type:
        return None
    root = parsed(answer.body)
    body = root.find(f"{{{ENVELOPE}}}Body") if root.tag == f"{{{ENVELOPE}}}Envelope" else None
    found = [] if body is None else children(body)
    return found[0] if len(found) == 1 else None


def _fault(fault: etree._Element, function: str) -> RfcFailure:
    """A fault in either shape: ``rfc:Error``, or the module's exception with its message (sap.md 3, "Faults")."""
    said = {
        local(each).lower(): (each.text or "").strip() for each in fault.iter() if isinstance(each.tag, str)
    }
    key = said.get("name") or said.get("faultstring", "")
    ident = said.get("id", ""), said.get("number", "")
    message = said.get("message") or said.get("text") or said.get("faultstring", "")
    words = {key, said.get("faultstring"), said.get("message")}  # where the key stands differs by shape
    if _NO_MODULE in words or ident == ("FL", "046"):
        trouble = Trouble.NO_MODULE
    elif _NO_AUTHORITY in words:
        trouble = Trouble.AUTHORITY
    elif said.get("faultcode", "").rpartition(":")[2] == "Client":
        trouble = Trouble.RAISED
    elif all(ident):
        trouble = Trouble.MESSAGE
        key = " ".join(ident)  # the faultstring is a text here, in whatever language
    else:
        trouble = Trouble.DUMP
    told = {"msg_class": ident[0], "msg_type": said.get("type", ""), "msg_number": ident[1]}
    return RfcFailure(
        trouble,
        function,
        key=key,
        native=({"key": key, "message": message, **{n: v for n, v in told.items() if v}},),
        may_have_run=trouble not in {Trouble.NO_MODULE, Trouble.AUTHORITY},
        session_lost=False,
    )


def _described(kind: Kind, named: str) -> dict[str, Any]:
    """A parameter or field as pyrfc describes it."""
    told: dict[str, Any] = {
        "name": kind.name,
        named: kind.rfc_type,
        "nuc_length": (kind.length + 2) // 2 if kind.rfc_type == "RFCTYPE_BCD" else kind.length,
        "decimals": kind.decimals,
    }
    if kind.fields is not None:
        fields = [_described(field, "field_type") for field in kind.fields.values()]
        told["type_description"] = SimpleNamespace(fields=fields)
    return told
