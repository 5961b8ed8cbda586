"""Our own reference schema in any SQL database."""

from .adapter import SqlAdapter, SqlSettings

__all__ = ["SqlAdapter", "SqlSettings"]
