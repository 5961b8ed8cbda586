"""Names of ABAP in XML: a slash cannot stand in one (sap.md 3)."""

from __future__ import annotations

import re
from typing import Final

FUNCTIONS: Final = "urn:sap-com:document:sap:rfc:functions"
ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_OUT: Final = re.compile(r"/([A-Z0-9_]+)/")
_IN: Final = re.compile(r"_-([A-Z0-9_]+?)_-")


def in_xml(name: str) -> str:
    """``/ACME/ORDER`` as the name of an element."""
    return _OUT.sub(r"_-\1_-", name)


def in_abap(name: str) -> str:
    """The name that an element stands for."""
    return _IN.sub(r"/\1/", name)
