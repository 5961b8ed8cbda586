"""Somebody else's tables, described in a mapping file."""

from .adapter import MappedAdapter

__all__ = ["MappedAdapter"]
