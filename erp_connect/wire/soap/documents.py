"""XML that others have written: read without entities, without the network, and within bounds."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

_FORBIDDEN: Final = re.compile(
    rb"&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));", re.IGNORECASE
)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_REPLACED: Final = "\ufffd".encode()


def parsed(document: bytes) -> etree._Element:
    """The root of a document; ``ValueError`` where it is no XML, or has a document type.

    Control characters, which texts of the system may hold and XML may not (sap.md 3), are replaced by U+FFFD: one such
    text would otherwise hide the whole answer.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    if _FORBIDDEN.search(document) or _CONTROL.search(document):
        document = _CONTROL.sub(_REPLACED, _FORBIDDEN.sub(_REPLACED, document))
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as failure:
        raise ValueError(f"no XML: {failure}") from failure
    if root.getroottree().docinfo.doctype:
        raise ValueError("a document type is not read")
    return root


def children(element: etree._Element) -> list[etree._Element]:
    """The elements directly below, without comments and the like."""
    return [child for child in element if isinstance(child.tag, str)]


def local(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]
