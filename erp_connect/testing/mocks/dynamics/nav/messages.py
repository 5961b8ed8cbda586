"""SOAP 1.1 envelopes: what a request holds, and answers and faults as they go out (dynamics.md 2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lxml import etree

from .faults import Fault

ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"
_ERRORS: Final = "urn:microsoft-dynamics-schemas/error"
_STRING: Final = "http://schemas.microsoft.com/2003/10/Serialization/"


class Malformed(Exception):
    """A request that is no XML, or no envelope."""


@dataclass(frozen=True)
class Node:
    """An element of a request: a text, or elements; ``absent`` where it says that it is nil."""

    name: str
    namespace: str
    text: str
    children: tuple[Node, ...]
    absent: bool = False


def request_in(body: bytes) -> Node:
    """The one element of a request's body; document types, entities and the network are never touched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as failure:
        raise Malformed(str(failure)) from None
    if root.getroottree().docinfo.doctype:
        raise Malformed("For security reasons DTD is prohibited in this XML document.")
    if root.tag != f"{{{ENVELOPE}}}Envelope":
        raise Malformed("This is no envelope of SOAP 1.1.")
    found = root.find(f"{{{ENVELOPE}}}Body")
    calls = [] if found is None else [child for child in found if isinstance(child.tag, str)]
    if len(calls) != 1:
        raise Malformed("The body should hold one element.")
    return _node(calls[0])


def _node(found: etree._Element) -> Node:
    name = etree.QName(found)
    children = tuple(_node(child) for child in found if isinstance(child.tag, str))
    absent = found.get(f"{{{_INSTANCE}}}nil") in {"true", "1"}
    text = "".join([found.text or "", *(child.tail or "" for child in found)])
    return Node(name.localname, name.namespace or "", text, children, absent)


# ---------------------------------------------------------------- answers


def escaped(text: str) -> str:
    """Text for an element.  Control characters go out as they are stored, and no parser of XML 1.0 takes them (2.4)."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"&#x{ord(sign):X};" if ord(sign) < 32 and sign not in "\n\t" else sign for sign in plain)


def element(name: str, content: str, *, raw: bool = False) -> str:
    """An element of a text, or with ``raw`` of elements."""
    inner = content if raw else escaped(content)
    return f"<{name}>{inner}</{name}>" if inner else f"<{name}/>"


def answered(operation: str, namespace: str, inner: str) -> str:
    """The envelope of a result."""
    result = f'<{operation}_Result xmlns="{namespace}">{inner}</{operation}_Result>'
    return f'<Soap:Envelope xmlns:Soap="{ENVELOPE}"><Soap:Body>{result}</Soap:Body></Soap:Envelope>'


def refused(fault: Fault, language: str) -> str:
    """The envelope of a fault."""
    code, text = escaped(fault.code), escaped(fault.text)
    return (
        f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body><s:Fault>'
        f'<faultcode xmlns:a="{_ERRORS}">a:{code}</faultcode>'
        f'<faultstring xml:lang="{language}">{text}</faultstring>'
        f'<detail><string xmlns="{_STRING}">{text}</string></detail></s:Fault></s:Body></s:Envelope>'
    )
