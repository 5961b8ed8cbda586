"""Sage X3 over its SOAP web services, of V5 and V6 and of V7 and later (sage.md 2)."""

from .adapter import X3Adapter

__all__ = ["X3Adapter"]
