"""What a WSDL says of function modules: parameters and fields with their types and lengths (sap.md 3, "Scalars").

zeep keeps no facets, so lengths, decimals and the pattern that tells digits from text are read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from ..rfc.interfaces import Interface, Kind
from .documents import children, local
from .names import in_abap, in_xml

_XSD: Final = "http://www.w3.org/2001/XMLSchema"
_PLAIN: Final[Mapping[str, tuple[str, int]]] = {
    "date": ("RFCTYPE_DATE", 8),
    "time": ("RFCTYPE_TIME", 6),
    "int": ("RFCTYPE_INT", 0),
    "integer": ("RFCTYPE_INT", 0),
    "long": ("RFCTYPE_INT8", 0),
    "short": ("RFCTYPE_INT2", 0),
    "unsignedByte": ("RFCTYPE_INT1", 0),
    "double": ("RFCTYPE_FLOAT", 0),
    "float": ("RFCTYPE_FLOAT", 0),
    "hexBinary": ("RFCTYPE_BYTE", 0),
    "base64Binary": ("RFCTYPE_BYTE", 0),
}
HEXADECIMAL: Final = 1
"""Noted as the decimals of raw data that is written in hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A function module in its WSDL: everything by name, what a request may have, and which of it are tables."""

    interface: Interface
    asked: frozenset[str]
    tables: frozenset[str]


class Schema:
    """The types and elements of one WSDL."""

    def __init__(self, definitions: etree._Element) -> None:
        self._types: dict[str, etree._Element] = {}
        self._elements: dict[str, etree._Element] = {}
        self._structures: dict[str, Mapping[str, Kind]] = {}
        for schema in definitions.iter(f"{{{_XSD}}}schema"):
            for each in children(schema):
                name = each.get("name") or ""
                (self._elements if local(each) == "element" else self._types)[name] = each

    def signature(self, function: str) -> Signature | None:
        """The signature of a function module; ``None`` where the document does not describe it."""
        name = in_xml(function)
        request, reply = self._elements.get(name), self._elements.get(f"{name}.Response")
        if request is None or reply is None:
            return None
        asked = dict(self._fields(request))
        told = dict(self._fields(reply))
        tables = {name for name, kind in {**told, **asked}.items() if kind.rfc_type == "RFCTYPE_TABLE"}
        interface = Interface(function, {**told, **asked})
        return Signature(interface, frozenset(asked), frozenset(tables & asked.keys()))

    def _fields(self, element: etree._Element) -> Iterator[tuple[str, Kind]]:
        for each in self._inner(element):
            name = in_abap(each.get("name") or "")
            yield name, self._kind(name, each)

    def _inner(self, element: etree._Element) -> list[etree._Element]:
        """The elements that an element, or a type, holds."""
        holder = self._named(element) if element.get("type") else element
        if holder is None:
            return []
        return [
            each
            for group in holder.iter(f"{{{_XSD}}}sequence", f"{{{_XSD}}}all")
            for each in children(group)
            if local(each) == "element"
        ]

    def _named(self, element: etree._Element) -> etree._Element | None:
        return self._types.get((element.get("type") or "").rpartition(":")[2])

    def _kind(self, name: str, element: etree._Element) -> Kind:
        inner = self._inner(element)
        if len(inner) == 1 and inner[0].get("name") == "item":
            return Kind(name, "RFCTYPE_TABLE", 0, 0, self._structure(inner[0]))
        if inner:
            return Kind(name, "RFCTYPE_STRUCTURE", 0, 0, self._structure(element))
        return self._scalar(name, element)

    def _structure(self, element: etree._Element) -> Mapping[str, Kind]:
        """The fields of a structure; one that has a name is read once, however many parameters have its type."""
        name = element.get("type")
        if name is None:
            return dict(self._fields(element))
        if name not in self._structures:
            self._structures[name] = dict(self._fields(element))
        return self._structures[name]

    def _scalar(self, name: str, element: etree._Element) -> Kind:
        base, facets = self._restricted(element)
        if base in _PLAIN:
            kind, length = _PLAIN[base]
            return Kind(name, kind, length, HEXADECIMAL if base == "hexBinary" else 0)
        if base == "decimal":
            return Kind(
                name, "RFCTYPE_BCD", int(facets.get("totalDigits", 31)), int(facets.get("fractionDigits", 0))
            )
        width = facets.get("maxLength") or facets.get("length")
        if width is None:
            return Kind(name, "RFCTYPE_STRING", 0)
        digits = facets.get("pattern", "").startswith((r"\d", "[0-9]"))
        return Kind(name, "RFCTYPE_NUM" if digits else "RFCTYPE_CHAR", int(width))

    def _restricted(self, element: etree._Element) -> tuple[str, dict[str, str]]:
        """The built-in type at the bottom, and the facets on the way there."""
        facets: dict[str, str] = {}
        at: etree._Element | None = element
        for _ in range(8):  # types may rest on one another
            restriction = None if at is None else next(at.iter(f"{{{_XSD}}}restriction"), None)
            if restriction is not None:
                for each in children(restriction):
                    facets.setdefault(local(each), each.get("value") or "")
                base = (restriction.get("base") or "").rpartition(":")[2]
            else:
                base = ("" if at is None else at.get("type") or "").rpartition(":")[2]
            if base not in self._types:
                return base, facets
            at = self._types[base]
        return "string", facets
