"""Sage 300 over its Web API: one company of an installation (sage.md 3)."""

from .adapter import Sage300Adapter

__all__ = ["Sage300Adapter"]
