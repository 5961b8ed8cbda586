"""An answer taken apart: status, every message whatever way it comes, the document within (sage.md 2.6, 2.7)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from lxml import etree

from ..soap.documents import children, local, parsed

__all__ = ["FaultText", "Message", "Reply", "Verdict", "reply_in", "root_of", "root_within"]

_ERRORS: Final = frozenset({3, 4})
_DEPTH: Final = 8
"""References behind references that are followed."""
_MOST: Final = 500
"""Characters of a fault's details that are told: a trace of the engine may follow."""
_DECLARED: Final = re.compile(r"^\s*<\?xml[^>]*\?>")


class Message(NamedTuple):
    """What X3 says: 1 information, 2 warning, 3 and 4 error; 0 where it says nothing of the kind."""

    type: int
    text: str


class Verdict(StrEnum):
    """What became of a call (sage.md 2.7)."""

    DONE = "done"
    REPORTED = "reported"
    """It is said to have succeeded, and reports an error."""
    REFUSED = "refused"
    WARNED = "warned"
    """It is said to have failed, and only warns."""
    UNEXPLAINED = "unexplained"
    """It is said to have failed, without a word."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call came to; ``result`` is the document within, ``None`` where there is none."""

    status: int
    messages: tuple[Message, ...]
    result: str | None
    infos: etree._Element | None = field(default=None, repr=False, compare=False)

    @property
    def technical(self) -> Mapping[str, str]:
        """Technical information by name: times in milliseconds, and a trace where one was asked for (sage.md 2.3)."""
        return {} if self.infos is None else {local(each): _text(each) for each in children(self.infos)}

    @property
    def verdict(self) -> Verdict:
        """What the status says together with the messages."""
        errors = any(each.type in _ERRORS for each in self.messages)
        if self.status == 1:
            return Verdict.REPORTED if errors else Verdict.DONE
        if errors or any(each.type == 0 for each in self.messages):
            return Verdict.REFUSED
        return Verdict.WARNED if self.messages else Verdict.UNEXPLAINED

    @property
    def said(self) -> tuple[str, ...]:
        """All texts, in their order."""
        return tuple(each.text for each in self.messages if each.text)

    @property
    def notes(self) -> tuple[str, ...]:
        """The texts that are no error."""
        return tuple(each.text for each in self.messages if each.type not in _ERRORS and each.text)


class FaultText(Exception):
    """The answer is a fault of the engine."""

    def __init__(self, code: str, text: str) -> None:
        self.code, self.text = code, text
        super().__init__(code)


def root_of(document: bytes) -> etree._Element:
    """The root of a document, without entities, network or document type; ``ValueError`` for what is no XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError:
        return parsed(document)  # once more, with control characters replaced
    if root.getroottree().docinfo.doctype:
        raise ValueError("a document type is not read")
    return root


def root_within(document: str) -> etree._Element:
    """The root of a document that is text already: which encoding it declares means nothing (sage.md 2.9)."""
    return root_of(_DECLARED.sub("", document, count=1).encode())


def reply_in(document: bytes) -> Reply:
    """The reply in an envelope; :class:`FaultText` for a fault, ``ValueError`` for what is neither."""
    root = root_of(document)
    body = next((each for each in children(root) if local(each) == "Body"), None)
    if local(root) != "Envelope" or body is None:
        raise ValueError("it is no envelope")
    for each in children(body):
        if local(each) == "Fault":
            said = {local(part): _text(part) for part in each.iter() if isinstance(part.tag, str)}
            raise FaultText(said.get("faultcode", ""), _of_fault(each))
    return _Reading(body).reply()


def _of_fault(fault: etree._Element) -> str:
    """What a fault says, with its details."""
    told = {local(part): " ".join(" ".join(map(str, part.itertext())).split()) for part in children(fault)}
    said = (told.get("faultstring"), told.get("detail", "")[:_MOST])
    return ": ".join(each for each in said if each)


class _Reading:
    """One answer being read; references are looked up when one is met."""

    def __init__(self, body: etree._Element) -> None:
        self._body = body
        self._known: dict[str, etree._Element] | None = None
        self._used: set[str] = set()

    def reply(self) -> Reply:
        parts = self._parts()
        said = _text(parts["status"]).strip() if "status" in parts else ""
        if not said.lstrip("-").isdecimal():
            raise ValueError("it tells no status")
        messages = tuple(self._messages(parts.get("messages")))
        return Reply(
            int(said),
            (*messages, *self._stray()),
            _document(parts.get("resultXml")),
            parts.get("technicalInfos"),
        )

    def _parts(self) -> dict[str, etree._Element]:
        """The members of the result, each behind its reference."""
        for response in children(self._body):
            if not local(response).endswith("Response"):
                continue
            for each in children(response):
                found = self._resolved(each)
                if "status" in (held := {local(part): part for part in children(found)}):
                    return {name: self._resolved(part) for name, part in held.items()}
        return {}

    def _resolved(self, element: etree._Element) -> etree._Element:
        for _ in range(_DEPTH):
            href = element.get("href")
            if not href or len(element):
                break
            found = self._by_id().get(href.lstrip("#"))
            if found is None:
                break
            self._used.add(href.lstrip("#"))
            element = found
        return element

    def _by_id(self) -> dict[str, etree._Element]:
        if self._known is None:
            elements = (each for each in self._body.iter() if isinstance(each.tag, str))
            self._known = {id: each for each in elements if (id := each.get("id"))}
        return self._known

    def _messages(self, array: etree._Element | None) -> Iterator[Message]:
        if array is None:
            return
        inner = children(array)
        plain = [
            local(each)
            for each in inner
            if local(each) in {"message", "v", "type"} and not len(each) and not each.get("href")
        ]
        if plain and len(plain) == len(set(plain)):
            yield from self._message(array)
            return
        for each in inner:
            yield from self._message(self._resolved(each))
        if not inner and _text(array).strip():
            yield Message(0, _told(_text(array)))

    def _message(self, element: etree._Element) -> Iterator[Message]:
        said = {local(each): _text(self._resolved(each)) for each in children(element)}
        if not said:
            text = _text(element)
        else:
            texts = (said.get("message"), said.get("v"))
            text = next((each for each in texts if each), None) or " ".join(
                each for name, each in said.items() if name != "type" and each
            )
        kind = said.get("type", "").strip()
        if text or kind:
            yield Message(int(kind) if kind.isdecimal() else 0, _told(text))

    def _stray(self) -> Iterator[Message]:
        """Messages that nothing refers to: better told than lost."""
        for each in self._body.iter("{*}multiRef"):
            if each.get("id") in self._used:
                continue
            names = {local(child) for child in children(each)}
            if "type" in names and names & {"message", "v"}:
                yield from self._message(each)


def _text(element: etree._Element) -> str:
    return "".join(str(each) for each in element.itertext()) if len(element) else element.text or ""


def _told(text: str) -> str:
    return html.unescape(text).strip()


def _document(element: etree._Element | None) -> str | None:
    """The document within, once more unescaped where it was escaped twice (sage.md 2.9)."""
    if element is None:
        return None
    found = _text(element).strip()
    if found.startswith("&lt;"):
        found = html.unescape(found).strip()
    return found or None
