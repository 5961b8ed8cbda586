"""What the API offers under which name: the fields of a resource, its rows, and how they are found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ...odata.model import EntitySet
from .desk import Desk
from .fields import Fields, entity_set

Rows = Callable[[Desk], Iterable[Any]]
Look = Callable[[Desk, Any], Iterable[Any]]
Expand = Callable[[Desk, Any], Any]


@dataclass
class Resource:
    """A list of rows, and single ones where ``one`` finds them."""

    name: str
    fields: Fields
    rows: Rows
    one: Callable[[Desk, int], Any] | None = None
    looks: Mapping[str, Look] = field(default_factory=dict)
    """How the rows are found quickly of which a field has a value."""
    expands: Mapping[str, Expand] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    """Fields that are never shown: they are sent only, or shown on request."""

    @cached_property
    def entity_set(self) -> EntitySet:
        """What can be filtered and ordered by."""
        return entity_set(self.name, self.fields)

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The fields of an answer."""
        return tuple(name for name in self.fields if name not in self.hidden)

    def pinned(self, desk: Desk, pins: Mapping[str, Any]) -> Iterable[Any]:
        """The rows that may have these values in fields."""
        for name, value in pins.items():
            if name in self.looks:
                return self.looks[name](desk, value)
        return self.rows(desk)
