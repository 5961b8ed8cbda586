"""SAP: what its transports share stands here, each transport in a folder of its own."""

from __future__ import annotations

from .rfc.adapter import SapRfcAdapter

__all__ = ["SapRfcAdapter"]
