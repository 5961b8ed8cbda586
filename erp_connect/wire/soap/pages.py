"""A page or codeunit web service: its WSDL read and requests built by zeep, answers read as they come (dynamics.md 2).

zeep knows in which order and under which names elements are sent; reading an order of five lines costs it eight times
of what reading its elements by hand costs (libraries.md 2), so answers are read here: as records, which are nested
mappings of texts.  An element that the description does not know is kept like any other.
"""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

from lxml import etree

from ...errors import AuthenticationFailed, ConfigurationError, Outcome, TransportError
from ..http import Answer, HttpSession
from .documents import children, local, parsed
from .offline import NoTransport

__all__ = ["Fault", "PageService", "Record", "Shape", "Unanswered", "last_record", "records", "text_of"]

Record = Mapping[str, Any]
"""Texts by element; a list of records for an element that holds elements."""

_ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_XML: Final = "text/xml; charset=utf-8"


class Fault(Exception):
    """The service has refused a call: nothing of it stays (dynamics.md 2.4)."""

    def __init__(self, code: str, text: str, status: int) -> None:
        self.code, self.text, self.status = code, text, status
        super().__init__(code)

    @property
    def kind(self) -> str:
        """The last part of its code."""
        return self.code.rpartition(".")[2].rpartition(":")[2]


class Unanswered(Exception):
    """An answer that is neither a result nor a fault: its status says what may have become of the call."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(str(answer.status))


_LOCATION: Final = re.compile(rb'location="[^"]*"')


@lru_cache(maxsize=128)
def _description(document: bytes) -> _Description:
    """The same for the same document: reading one takes zeep longer than a call."""
    return _Description(document)


@dataclass(frozen=True)
class _Description:
    """A WSDL, and zeep's client for it."""

    document: bytes

    @cached_property
    def client(self) -> Any:
        """zeep's client, which fetches nothing by itself."""
        import zeep

        settings = zeep.Settings(strict=False, forbid_dtd=True, forbid_entities=True, forbid_external=True)
        client: Any = zeep.Client  # (it has no types)
        return client(io.BytesIO(self.document), settings=settings, transport=NoTransport())

    @cached_property
    def namespace(self) -> str:
        """The namespace of its elements."""
        return str(parsed(self.document).get("targetNamespace") or "")


@dataclass(frozen=True)
class Shape:
    """The elements of a page's record, in the order in which they are sent."""

    record: str
    """What a record is called."""
    fields: tuple[str, ...]
    container: str = ""
    """The element that holds the lines; blank where the page has none."""
    line: str = ""
    line_fields: tuple[str, ...] = ()


class PageService:
    """One published service.  Safe for several threads; its description is fetched once, when it is first used."""

    def __init__(self, session: HttpSession, path: str) -> None:
        """``path`` is below the session's root."""
        self.session, self.path = session, path
        self._reading = threading.Lock()
        self._document: bytes | None = None

    @cached_property
    def _described(self) -> _Description:
        with self._reading:
            if self._document is None:
                self._document = self._fetched()
            # Where it stands is left out: requests go through our own session, and one page is like another.
            return _description(_LOCATION.sub(b'location=""', self._document))

    def _fetched(self) -> bytes:
        answer = self.session.send("GET", self.path, params={"wsdl": ""})
        if answer.status == 401:
            raise AuthenticationFailed("the system did not accept the credentials")
        if not answer.ok:
            raise ConfigurationError(
                f"there is no such web service ({answer.status})",
                code="no_service",
                hint="see under which name the page is published, and whether company and address are right",
            )
        try:
            parsed(answer.body)
        except ValueError as failure:
            raise ConfigurationError(
                f"the description of the service cannot be read: {failure}", code="no_service"
            ) from failure
        return answer.body

    @cached_property
    def shape(self) -> Shape:
        """What a record of the page consists of; ``ConfigurationError`` for a service that is no page."""
        client, namespace = self._described.client, self._described.namespace
        try:
            result = client.get_element(f"{{{namespace}}}Read_Result")
            ((record, kind),) = result.type.elements
        except (LookupError, ValueError) as failure:
            raise ConfigurationError(
                "the web service is no page with records", code="no_service", hint="name a page's service"
            ) from failure
        fields: list[str] = []
        container, line = "", ""
        line_fields: tuple[str, ...] = ()
        for name, element in kind.type.elements:
            inner = getattr(element.type, "elements", [])
            if not inner:
                fields.append(str(name))
                continue
            container, (line, inside) = str(name), inner[0]
            line_fields = tuple(str(each) for each, _ in inside.type.elements)
        return Shape(str(record), tuple(fields), container, str(line), line_fields)

    @cached_property
    def operations(self) -> frozenset[str]:
        """What the service can do."""
        return frozenset(self._described.client.service._operations)

    def call(self, operation: str, parameters: Mapping[str, Any], *, writes: bool = False) -> etree._Element:
        """Call an operation; the element of its answer.

        Raises :class:`Fault` where it was refused, :class:`Unanswered` where something else answered,
        ``ValueError`` for a parameter that the description does not allow, and the session's errors.
        """
        from zeep.exceptions import Error

        client = self._described.client
        try:
            message = client.create_message(client.service, operation, **parameters)
        except (Error, TypeError, AttributeError) as failure:
            raise ValueError(str(failure)) from failure
        action = f"{self._described.namespace}:{operation}"
        answer = self.session.send(
            "POST",
            self.path,
            headers={"Content-Type": _XML, "SOAPAction": f'"{action}"'},
            body=etree.tostring(message, xml_declaration=True, encoding="utf-8"),
            reads=not writes,
        )
        return self._understood(answer, "unknown" if writes else "not_applied")

    def _understood(self, answer: Answer, in_doubt: Outcome) -> etree._Element:
        try:
            root = parsed(answer.body) if "xml" in answer.media_type else None
        except ValueError as failure:
            if answer.ok:
                raise _unreadable(str(failure), in_doubt) from failure
            root = None
        body = None if root is None else root.find(f"{{{_ENVELOPE}}}Body")
        found = [] if body is None else children(body)
        if found and local(found[0]) == "Fault":
            said = {local(each).lower(): (each.text or "").strip() for each in children(found[0])}
            raise Fault(said.get("faultcode", ""), said.get("faultstring", ""), answer.status)
        if not answer.ok:
            raise Unanswered(answer)
        if len(found) != 1:
            raise _unreadable("it holds no result", in_doubt)
        return found[0]


def records(result: etree._Element, name: str) -> list[dict[str, Any]]:
    """All records of this name in an answer, wherever they stand."""
    return [_record(each) for each in result.iter(f"{{*}}{name}") if _is_whole(each)]


def last_record(result: etree._Element, name: str) -> dict[str, Any] | None:
    """The last of these records, without reading those before it; ``None`` where there is none."""
    last = next((each for each in reversed(list(result.iter(f"{{*}}{name}"))) if _is_whole(each)), None)
    return None if last is None else _record(last)


def text_of(result: etree._Element) -> str:
    """The one text in an answer; ``""`` where it holds none."""
    return next((each.text.strip() for each in result.iter() if each.text and each.text.strip()), "")


def _is_whole(element: etree._Element) -> bool:
    """A record has a key or a number; a wrapper of the same name has neither."""
    return any(not len(child) for child in children(element))


def _record(element: etree._Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in children(element):
        inner = children(child) if len(child) else ()
        found[local(child)] = [_record(each) for each in inner] if inner else (child.text or "").strip()
    return found


def _unreadable(why: str, outcome: Outcome) -> TransportError:
    return TransportError(
        f"the answer of the service cannot be understood: {why}",
        code="unreadable_answer",
        outcome=outcome,
        retryable=False,
        hint="see whether something between here and the system changes its answers",
    )
