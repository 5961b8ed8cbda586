"""What a service needs of the system behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

Row = dict[str, Any]
"""Values by property: str, Decimal, bool, int, UUID, datetime, date, time, or None; navigations only when sent."""


class Source(Protocol):
    """The rows of a service and what can be done to them, within one unit of work.  Refusals are ``ODataError``."""

    def rows(self, entity_set: str, where: Mapping[str, Any]) -> Iterable[Row]:
        """The rows of a set in a stable order; ``where`` may be used to leave out what has other values."""

    def listed(self, entity_set: str, where: Mapping[str, Any]) -> Iterable[Row]:
        """The same for a list that is asked for page by page: a long one may be kept while nothing changes."""

    def create(self, entity_set: str, sent: Row) -> Row:
        """A new entity, with those nested in its navigations; as it is now."""

    def change(self, entity_set: str, row: Row, sent: Row) -> None:
        """Change what was sent of an entity."""

    def remove(self, entity_set: str, row: Row) -> None:
        """Delete an entity."""

    def call(self, operation: str, arguments: Row) -> Row:
        """What a function import does."""
