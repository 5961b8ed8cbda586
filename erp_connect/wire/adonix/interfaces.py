"""Which generation of the contract a server speaks, and what it offers: its WSDL, read by zeep (sage.md 2.1, 2.3).

zeep would fetch the schema of SOAP's encoding, which the WSDL names without a place; a copy of its few types is given
to it instead.  For more than the WSDL it cannot be used here (docs/decisions/0007-x3-soap.md).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from .envelopes import Generation
from .replies import root_of

__all__ = ["Interface", "interface_in"]

_ENCODING: Final = "http://schemas.xmlsoap.org/soap/encoding/"
_WSS: Final = "http://www.adonix.com/WSS"
_SCHEMA: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="{_ENCODING}" targetNamespace="{_ENCODING}">
  <xs:attribute name="arrayType" type="xs:string"/>
  <xs:complexType name="Array">
    <xs:sequence><xs:any minOccurs="0" maxOccurs="unbounded" processContents="lax"/></xs:sequence>
    <xs:attribute ref="tns:arrayType"/>
    <xs:anyAttribute namespace="##other" processContents="lax"/>
  </xs:complexType>
</xs:schema>
""".encode()


@dataclass(frozen=True, slots=True)
class Interface:
    """What a WSDL says."""

    generation: Generation
    operations: frozenset[str]


class _Bundled:
    """What zeep is given for a transport: the one schema that it asks for, and nothing else."""

    session = None

    def load(self, url: str) -> bytes:
        """The schema of SOAP's encoding; ``ValueError`` for any other document."""
        if url.rstrip("/") == _ENCODING.rstrip("/"):
            return _SCHEMA
        raise ValueError(f"the WSDL leads to another document, {url}, which is not fetched")


def interface_in(document: bytes) -> Interface:
    """Read a WSDL; ``ValueError`` for what is none, or leads elsewhere."""
    import zeep
    from zeep.exceptions import Error

    root = root_of(document)  # no document type, no entities: refused before zeep sees it
    # External documents are asked of the transport below alone, which has one and refuses all others.
    settings = zeep.Settings(strict=False, forbid_dtd=True, forbid_entities=True, forbid_external=False)
    client_of: Any = zeep.Client  # (it has no types)
    try:
        client = client_of(io.BytesIO(document), settings=settings, transport=_Bundled())
        members = {str(name) for name, _ in client.get_type(f"{{{_WSS}}}CAdxCallContext").elements}
        operations = frozenset(str(name) for name in client.service._operations)
    except (Error, LookupError, TypeError, AttributeError, ValueError) as failure:
        members, operations = _names_in(root)
        if "codeLang" not in members:
            raise ValueError(f"the WSDL cannot be read: {failure}") from failure
    return Interface("axis" if "codeUser" in members else "syracuse", operations)


def _names_in(root: etree._Element) -> tuple[set[str], frozenset[str]]:
    """Names of elements and operations alone, of a WSDL that zeep cannot read."""
    members = {name for each in root.iter("{*}element") if (name := each.get("name"))}
    operations = (name for each in root.iter("{*}portType") for one in each if (name := one.get("name")))
    return members, frozenset(operations)
