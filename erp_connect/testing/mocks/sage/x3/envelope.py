"""Envelopes of SOAP 1.1, rpc and encoded: what a request holds, and answers as they go out (sage.md 2.5, 2.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from .operations import CONTEXT, Parts, PartType, variants
from .refusing import Fault
from .settings import Settings

ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
ENCODING: Final = "http://schemas.xmlsoap.org/soap/encoding/"
INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA: Final = "http://www.w3.org/2001/XMLSchema"
WSS: Final = "http://www.adonix.com/WSS"


@dataclass(frozen=True)
class Call:
    """An operation with its parts: texts, numbers, lists of keys and values, lists of texts."""

    operation: str
    context: Mapping[str, str]
    parts: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The publication that is meant."""
        return str(self.parts["publicName"])

    @property
    def config(self) -> dict[str, str]:
        """The options of the request (sage.md 2.8)."""
        pairs = (pair.partition("=") for pair in self.context.get("requestConfig", "").split("&"))
        return {name.strip().lower(): value.strip() for name, _, value in pairs}

    @property
    def wants_json(self) -> bool:
        """Whether the result is to be JSON."""
        return self.config.get("adxwss.optreturn", "").lower() == "json"


def call_in(body: bytes, settings: Settings) -> Call:
    """The call of an envelope; document types, entities and the network are never touched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as failure:
        raise Fault(
            f"The request is no XML: {failure}", settings.malformed_status, "soapenv:Client"
        ) from None
    if root.getroottree().docinfo.doctype:
        raise Fault("A document type is not allowed", settings.malformed_status, "soapenv:Client")
    found = root.find(f"{{{ENVELOPE}}}Body") if root.tag == f"{{{ENVELOPE}}}Envelope" else None
    calls = [] if found is None else _elements(found)
    if len(calls) != 1:
        raise Fault("The request is no envelope with one call", settings.malformed_status, "soapenv:Client")
    return _call(calls[0], settings)


def _call(node: etree._Element, settings: Settings) -> Call:
    name = etree.QName(node)
    possible = variants(name.localname, settings.generation) if name.namespace == WSS else ()
    if not possible:
        raise Fault(f"No such operation '{name.localname}'", code="soapenv:Client")
    sent = {child.tag: child for child in _elements(node)}
    if len(sent) != len(_elements(node)):
        raise Fault("A part is there twice", code="soapenv:Client")
    for parts in possible:
        names = ["callContext", *(part for part, _ in parts)]
        if list(sent) == names or (settings.part_order == "any" and sorted(map(str, sent)) == sorted(names)):
            return Call(
                name.localname,
                _context(sent["callContext"], settings),
                {part: _value(sent[part], type) for part, type in parts},
            )
    wanted = " or ".join(_names(parts) for parts in possible)
    text = f"The parts of '{name.localname}' are {wanted}, not {', '.join(map(str, sent)) or 'none'}"
    raise Fault(text, code="soapenv:Client")


def _names(parts: Parts) -> str:
    return ", ".join(["callContext", *(part for part, _ in parts)])


def _elements(node: etree._Element) -> list[etree._Element]:
    return [child for child in node if isinstance(child.tag, str)]


def _context(node: etree._Element, settings: Settings) -> dict[str, str]:
    allowed = CONTEXT[settings.generation]
    found: dict[str, str] = {}
    for child in _elements(node):
        if child.tag not in allowed or child.tag in found:
            raise Fault(f"Invalid element in CAdxCallContext: '{child.tag!s}'", code="soapenv:Client")
        found[str(child.tag)] = _text(child)
    if settings.part_order == "wire" and list(found) != [name for name in allowed if name in found]:
        raise Fault("The elements of CAdxCallContext are out of order", code="soapenv:Client")
    return found


def _value(node: etree._Element, type: PartType) -> Any:
    match type:
        case "int":
            text = _text(node).strip()
            if not text.isascii() or not text.isdigit() or len(text) > 9:
                raise Fault(f"'{text}' is not a number: {node.tag!s}", code="soapenv:Client")
            return int(text)
        case "keys":
            return [_pair(child) for child in _elements(node)]
        case "strings":
            return [_text(child) for child in _elements(node)]
    return _text(node)


def _pair(node: etree._Element) -> tuple[str, str]:
    found = {str(child.tag): _text(child) for child in _elements(node)}
    if set(found) != {"key", "value"}:
        raise Fault("A CAdxParamKeyValue has a key and a value", code="soapenv:Client")
    return found["key"].strip(), found["value"]


def _text(node: etree._Element) -> str:
    if _elements(node):
        raise Fault(f"'{node.tag!s}' should hold a text, not elements", code="soapenv:Client")
    return "".join(str(piece) for piece in node.itertext())


# ---------------------------------------------------------------- answers


@dataclass
class Result:
    """What every operation returns; ``messages`` are texts and types, ``technical`` differs from what is usual."""

    status: int = 1
    payload: str | None = None
    messages: list[tuple[str, int]] = field(default_factory=list)
    technical: dict[str, Any] = field(default_factory=dict)


_TECHNICAL: Final[dict[str, tuple[str, Any]]] = {
    "busy": ("boolean", "false"),
    "changeLanguage": ("boolean", "false"),
    "changeUserId": ("boolean", "false"),
    "flushAdx": ("boolean", "false"),
    "loadWebsDuration": ("double", 5),
    "nbDistributionCycle": ("int", -1),
    "poolDistribDuration": ("double", 3),
    "poolEntryIdx": ("int", 14948),
    "poolExecDuration": ("double", 0),
    "poolRequestDuration": ("double", -1),
    "poolWaitDuration": ("double", 0),
    "processReport": ("string", None),
    "processReportSize": ("int", -1),
    "reloadWebs": ("boolean", "false"),
    "resumitAfterDBOpen": ("boolean", "false"),
    "rowInDistribStack": ("int", None),
    "totalDuration": ("double", 0),
    "traceRequest": ("string", ""),
    "traceRequestSize": ("int", 0),
}


def technical_types() -> dict[str, str]:
    """The fields of technicalInfos in their order, with their types."""
    return {name: type for name, (type, _) in _TECHNICAL.items()}


def escaped(text: str) -> str:
    """Text for an element or an attribute in double quotes, without what XML cannot hold."""
    plain = "".join(sign for sign in text if sign >= " " or sign in "\n\t\r")
    plain = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain.replace('"', "&quot;")


def faulted(fault: Fault) -> str:
    """The envelope of a fault."""
    inner = (
        f"<soapenv:Fault><faultcode>{fault.code}</faultcode>"
        f"<faultstring>{escaped(fault.text)}</faultstring></soapenv:Fault>"
    )
    return _enveloped(inner)


def answered(operation: str, result: Result, settings: Settings) -> str:
    """The envelope of a result, with its messages where this generation has them."""
    style = settings.messages or ("multiref" if settings.generation == "syracuse" else "inline")
    inline = style == "inline"
    messages, referred = _messages(result, settings, inline=inline)
    technical = "".join(_technical(name, result.technical) for name in _TECHNICAL)
    payload = '<resultXml xsi:type="xsd:string" xsi:nil="true"/>'
    if result.payload is not None:
        payload = f'<resultXml xsi:type="xsd:string">{_held(result.payload, settings)}</resultXml>'
    status = f'<status xsi:type="xsd:int">{result.status}</status>'
    back = f"{operation}Return"
    if style == "references":
        count = len(result.messages)
        infos = f'<technicalInfos href="#id{count + 1}"/>'
        whole = _multiref(count, "CAdxResultXml", messages + payload + status + infos)
        whole += _multiref(count + 1, "CAdxTechnicalInfos", technical)
        inner, beside = f'<{back} href="#id{count}"/>', whole + referred
    else:
        infos = f'<technicalInfos xsi:type="wss:CAdxTechnicalInfos">{technical}</technicalInfos>'
        inner = f'<{back} xsi:type="wss:CAdxResultXml">{messages}{payload}{status}{infos}</{back}>'
        beside = referred
    if style == "nested":
        inner, beside = inner + beside, ""
    opened = f'<wss:{operation}Response soapenv:encodingStyle="{ENCODING}" xmlns:wss="{WSS}">'
    return _enveloped(f"{opened}{inner}</wss:{operation}Response>{beside}")


def _enveloped(inner: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{ENVELOPE}" '
        f'xmlns:xsd="{SCHEMA}" xmlns:xsi="{INSTANCE}"><soapenv:Body>{inner}</soapenv:Body></soapenv:Envelope>'
    )


def _messages(result: Result, settings: Settings, *, inline: bool) -> tuple[str, str]:
    """The array of messages, and what it refers to."""
    array = (
        f'<messages xsi:type="soapenc:Array" soapenc:arrayType="wss:CAdxMessage[{len(result.messages)}]"'
        f' xmlns:soapenc="{ENCODING}" xmlns:wss="{WSS}"'
    )
    if not result.messages:
        return f"{array}/>", ""
    name, inner, beside = settings.message_text, "", ""
    for at, (text, type) in enumerate(result.messages):
        told = f'<{name} xsi:type="xsd:string">{escaped(text)}</{name}>'
        kind = f'<type xsi:type="xsd:string">{type}</type>'
        if inline:
            inner += f'<messages xsi:type="wss:CAdxMessage">{told}{kind}</messages>'
        else:
            inner += f'<messages href="#id{at}"/>'
            beside += _multiref(at, "CAdxMessage", kind + told)
    return f"{array}>{inner}</messages>", beside


def _multiref(number: int, type: str, inner: str) -> str:
    return (
        f'<multiRef id="id{number}" soapenc:root="0" soapenv:encodingStyle="{ENCODING}" '
        f'xsi:type="wss:{type}" xmlns:soapenc="{ENCODING}" xmlns:wss="{WSS}">{inner}</multiRef>'
    )


def _technical(name: str, given: Mapping[str, Any]) -> str:
    type, usual = _TECHNICAL[name]
    value = given.get(name, usual)
    if value is None:
        return f'<{name} xsi:type="xsd:{type}" xsi:nil="true"/>'
    return f'<{name} xsi:type="xsd:{type}">{escaped(str(value))}</{name}>'


def _held(payload: str, settings: Settings) -> str:
    """The result within its element: a CDATA section, or escaped."""
    match settings.payload:
        case "cdata":
            return f"<![CDATA[{payload.replace(']]>', ']]]]><![CDATA[>')}]]>"
        case "escaped twice":
            return escaped(escaped(payload))
    return escaped(payload)
