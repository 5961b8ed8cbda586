"""Sage 200 (UK) over its REST API: one adapter, ``sage+200`` (sage.md 4)."""

from .adapter import Sage200Adapter

__all__ = ["Sage200Adapter"]
