"""What a back-end has to say: every message out of every shape of body, and out of the header of a success.

Bodies of errors come from the application, from the gateway before it, or from a proxy that knows neither; members
are missing or of another kind than documented (sap.md 4.2, 4.5).  Nothing here raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..http import Answer
from .values import loads

__all__ = ["Complaint", "complaints", "messages_of_success"]

_LONGEST: Final = 500
_SEVERITIES: Final = {1: "success", 2: "info", 3: "warning", 4: "error"}
"""SAP's numbers for what others write out."""
_READ: Final = 200_000
"""Bytes of a page that are looked at."""
_DEEPEST: Final = 8
"""How far causes of causes are followed."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One message: ``code`` and ``target`` are empty where the back-end gives none."""

    message: str
    code: str = ""
    severity: str = "error"
    target: str = ""


def complaints(answer: Answer) -> tuple[Complaint, ...]:
    """Everything that an answer of failure says, the summary first, then its details; at least one.

    Two that say the same with the same code are one.
    """
    found = tuple(dict.fromkeys(_said(answer)))
    return found or (Complaint(f"the server answered with {answer.status} and said nothing"),)


def messages_of_success(answer: Answer, body: Any = None) -> tuple[Complaint, ...]:
    """What a success has to say: the header ``sap-message``, and ``SAP__Messages`` in a body that was read already.

    An answer of 200 may carry a message of severity "error" (sap.md 4.2).
    """
    found: list[Complaint] = []
    header = answer.headers.get("sap-message")
    if header:
        try:
            found += _of_message(loads(header.encode("latin-1", "replace")))
        except ValueError:
            found.append(Complaint(_short(header), severity="info"))
    if isinstance(body, Mapping):
        for each in _list(body.get("SAP__Messages")):
            found += _of_message(each)
    return tuple(dict.fromkeys(found))


def _said(answer: Answer) -> Iterator[Complaint]:
    text = answer.body.lstrip()[:1]
    if text in (b"{", b"["):
        try:
            yield from _of_json(loads(answer.body))
            return
        except ValueError:
            pass
    if text == b"<":
        yield from _of_markup(answer)
        return
    shown = _short(answer.text())
    if shown:
        yield Complaint(shown)


def _of_json(body: Any) -> Iterator[Complaint]:
    error = body.get("error", body) if isinstance(body, Mapping) else body
    if isinstance(error, str):
        description = body.get("error_description") if isinstance(body, Mapping) else None
        yield Complaint(_short(description) or _short(error), code=_short(error) if description else "")
        return
    if not isinstance(error, Mapping):
        return
    yield from _of_message(error)
    yield from _of_cause(error.get("innererror"), 0)


def _of_cause(inner: Any, depth: int) -> Iterator[Complaint]:
    if not isinstance(inner, Mapping) or depth > _DEEPEST:
        return
    for each in _list(inner.get("errordetails")):
        yield from _of_message(each)
    message = _text_of(inner.get("message"))
    if message:
        yield Complaint(message, code=_short(inner.get("type")))
    yield from _of_cause(inner.get("internalexception") or inner.get("innererror"), depth + 1)


def _of_message(said: Any) -> Iterator[Complaint]:
    if not isinstance(said, Mapping):
        text = _short(said)
        if text:
            yield Complaint(text)
        return
    message, code = _text_of(said.get("message", said.get("Message"))), _short(said.get("code"))
    if message or code:
        yield Complaint(
            message or code, code, _severity(said), _short(said.get("target") or said.get("propertyref"))
        )
    for each in _list(said.get("details")):
        yield from _of_message(each)


def _severity(said: Mapping[str, Any]) -> str:
    for name, value in said.items():
        if name == "numericSeverity" or name.endswith(".numericSeverity"):
            try:
                return _SEVERITIES.get(int(value), "error")
            except (TypeError, ValueError, OverflowError):
                return "error"
    return _short(said.get("severity")).lower() or "error"


def _of_markup(answer: Answer) -> Iterator[Complaint]:
    """XML of OData, or a page that somebody before the application has made."""
    from lxml import etree  # takes longer to load than most programs run without an error

    body = answer.body[:_READ]
    options: dict[str, Any] = {
        "recover": True,
        "no_network": True,
        "remove_comments": True,
        "remove_pis": True,
    }
    if b"<html" not in body[:2000].lower() and answer.media_type != "text/html":
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, **options))
        found = False
        for holder in () if root is None else root.iter():
            parts = [part for part in holder if isinstance(part.tag, str)]
            said = {etree.QName(part).localname: "".join(part.itertext()) for part in parts}
            if said.get("message", "").strip():
                found = True
                severity = said.get("severity", "").strip().lower() or "error"
                yield Complaint(
                    _short(said["message"]), _short(said.get("code")), severity, _short(said.get("target"))
                )
        if found:
            return
    page = etree.fromstring(body, etree.HTMLParser(**options))
    if page is not None:
        etree.strip_elements(page, "script", "style", with_tail=False)
        shown = _short(" ".join(page.itertext()))
        if shown:
            yield Complaint(shown)


def _text_of(message: Any) -> str:
    """Text, or the ``value`` of the object that version 2 makes of it."""
    return _short(message.get("value") if isinstance(message, Mapping) else message)


def _list(said: Any) -> list[Any]:
    """A list, also where it is wrapped, or where one element stands for itself."""
    if isinstance(said, Mapping):
        results = said.get("results")
        return results if isinstance(results, list) else [said]
    return said if isinstance(said, list) else []


def _short(said: Any) -> str:
    if said is None or isinstance(said, bool | Mapping | list):
        return ""
    text = " ".join(str(said)[: _LONGEST * 4].split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"
