"""The classic SOAP processor: every request is a session of its own, and what it did not commit is gone (sap.md 3)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Final
from wsgiref.types import StartResponse, WSGIEnvironment

from lxml import etree
from werkzeug.wrappers import Request, Response

from ...network import PAUSE, Cut
from ..errors import ABAPApplicationError, CommunicationError, Dumped, Raised, RFCLibError, no_such_module
from ..functions import Values, described, run
from ..interface import FunctionModule
from ..logon import Doorman
from ..rfc import LANGUAGES
from ..session import Session
from ..world import World
from .messages import Unfit, answered, escaped, values_in
from .names import ENVELOPE, FUNCTIONS, in_abap, in_xml
from .settings import Settings
from .wsdl import wsdl

RFC: Final = "/sap/bc/soap/rfc"
WSDL: Final = "/sap/bc/soap/wsdl11"
_XML: Final = "text/xml; charset=utf-8"


class SoapFace:
    """The WSGI application of one system's SOAP processor; ``calls`` are the modules that were called."""

    def __init__(self, world: World, settings: Settings | None = None) -> None:
        self.world, self.settings = world, settings or Settings()
        self.calls: list[str] = []
        self._doorman = Doorman(world, self.settings.lock_user_after)
        self._counting = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """A WSGI application."""
        return self.respond(Request(environ))(environ, start_response)

    def respond(self, request: Request) -> Response:
        """The answer to a request."""
        node = {RFC: "rfc", WSDL: "wsdl11"}.get(request.path.rstrip("/"))
        if node is None:
            return Response("Not found", 404, mimetype="text/plain")
        if node in self.settings.inactive:
            page = "<html><head><title>403 Forbidden</title></head><body>The service is not active.</body></html>"
            return Response(page, 403, mimetype="text/html")
        user = self._doorman.admitted(request, self.settings.default_client)
        if user is None:
            return self._doorman.turned_away()
        return self._described(request) if node == "wsdl11" else self._called(request, user)

    # -- descriptions ----------------------------------------------------------------------------------------

    def _described(self, request: Request) -> Response:
        names = [name.upper() for name in request.args.get("services", "").split(",") if name]
        modules = [described(self.world, name) for name in names]
        missing = [name for name, module in zip(names, modules, strict=True) if module is None]
        if not names or missing:
            text = f"unknown function modules: {', '.join(missing)}" if missing else "services= is missing"
            return Response(text, 404, mimetype="text/plain")
        client = request.args.get("sap-client", "")
        address = f"{request.scheme}://{request.host}{RFC}" + (f"?sap-client={client}" if client else "")
        found = [module for module in modules if module is not None]
        return Response(wsdl(found, address, self.settings), 200, content_type=_XML)

    # -- calls -----------------------------------------------------------------------------------------------

    def _called(self, request: Request, user: str) -> Response:
        if request.method != "POST":
            return Response("Method not allowed", 405, mimetype="text/plain")
        if self.settings.action == "empty" and request.headers.get("SOAPAction", '""').strip('"'):
            return _fault("Client", "SOAPAction is not empty")
        try:
            call = _payload(request.get_data())
        except (etree.XMLSyntaxError, Unfit) as failure:
            return _fault("Client", str(failure))
        name = in_abap(etree.QName(call).localname)
        with self._counting:
            self.calls.append(name)
        module = described(self.world, name)
        if module is None:
            return self._refused(name, no_such_module(name))
        if name in self.settings.forbidden:
            return _fault("Client", f"no authority to call {name}", self._detail(name, "RFC_NO_AUTHORITY"))
        try:
            sent = values_in(module, call, self.settings)
        except Unfit as failure:
            return _fault("Client", str(failure))
        language = request.args.get("sap-language", "EN").upper()
        session = Session(self.world, user, LANGUAGES.get(language, language[:1]))
        try:
            answer = self._executed(session, module, sent, request.environ)
        except RFCLibError as error:
            return self._refused(name, error)
        finally:
            with self.world.gate:
                session.roll_back()  # the roll area is discarded with the answer
        return Response(_envelope(answered(module, answer, sent, self.settings)), 200, content_type=_XML)

    def _executed(
        self, session: Session, module: FunctionModule, sent: Values, environ: WSGIEnvironment
    ) -> Values:
        """Run the module, and fail as the world's switches say."""
        faults, pause = self.world.faults, environ.get(PAUSE, time.sleep)
        with self.world.gate:
            _raise(faults.strike("before", module.name))
            hang = faults.spend("hang", module.name)
        if hang is not None:
            session.takes = hang.seconds
            answer = self._run(session, module, sent) if hang.executed else None
            pause(hang.seconds)
            if answer is None:
                raise Cut
            return answer
        answer = self._run(session, module, sent)
        _raise(faults.strike("after", module.name))
        return answer

    def _run(self, session: Session, module: FunctionModule, sent: Values) -> Values:
        with self.world.gate:
            try:
                return run(session, module, sent)
            except (Raised, Dumped) as failure:
                raise failure.over_rfc() from None

    # -- faults ----------------------------------------------------------------------------------------------

    def _refused(self, name: str, error: RFCLibError) -> Response:
        if isinstance(error, CommunicationError):
            raise Cut
        kind = "Client" if isinstance(error, ABAPApplicationError) else "Server"
        key = error.key or ""
        return _fault(kind, key, self._detail(name, key, error))

    def _detail(self, name: str, key: str, error: RFCLibError | None = None) -> str:
        area, type_, number, text = "", "", "", key
        if error is not None:
            area, type_, number = error.msg_class or "", error.msg_type or "", error.msg_number or ""
            text = error.message or key
        if self.settings.fault == "error":
            parts = {"type": type_ or "E", "id": area, "number": number, "message": text}
            inner = "".join(f"<{tag}>{escaped(value)}</{tag}>" for tag, value in parts.items())
            return f'<rfc:Error xmlns:rfc="{FUNCTIONS}">{inner}</rfc:Error>'
        tag = f"urn:{in_xml(name)}.Exception"
        return (
            f'<{tag} xmlns:urn="{FUNCTIONS}"><Name>{escaped(key)}</Name><Text>{escaped(text)}</Text>'
            f"<Message><ID>{escaped(area)}</ID><Number>{escaped(number)}</Number></Message></{tag}>"
        )


def _raise(error: Exception | None) -> None:
    if error is not None:
        raise error


def _payload(body: bytes) -> etree._Element:
    """The one element of the body, in the modules' namespace."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(body, parser)
    if root.getroottree().docinfo.doctype:
        raise Unfit("a document type is not taken")
    if root.tag != f"{{{ENVELOPE}}}Envelope":
        raise Unfit("this is no SOAP 1.1 envelope")
    found = root.find(f"{{{ENVELOPE}}}Body")
    calls = [] if found is None else [each for each in found if isinstance(each.tag, str)]
    if len(calls) != 1 or etree.QName(calls[0]).namespace != FUNCTIONS:
        raise Unfit(f"the body should hold one element of {FUNCTIONS}")
    return calls[0]


def _envelope(inner: str) -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><soap-env:Envelope xmlns:soap-env="{ENVELOPE}">'
        f"<soap-env:Header/><soap-env:Body>{inner}</soap-env:Body></soap-env:Envelope>"
    )


def _fault(kind: str, text: str, detail: str = "") -> Response:
    inner = (
        f"<soap-env:Fault><faultcode>soap-env:{kind}</faultcode><faultstring>{escaped(text)}</faultstring>"
        f"<detail>{detail}</detail></soap-env:Fault>"
    )
    return Response(_envelope(inner), 500, content_type=_XML)


__all__ = ["RFC", "WSDL", "SoapFace"]
