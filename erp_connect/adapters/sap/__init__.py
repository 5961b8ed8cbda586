"""SAP: what its transports share stands here, each transport in a folder of its own."""

from __future__ import annotations

from .odata.adapter import SapODataAdapter
from .rfc.adapter import SapRfcAdapter
from .soap.adapter import SapSoapAdapter

__all__ = ["SapODataAdapter", "SapRfcAdapter", "SapSoapAdapter"]
