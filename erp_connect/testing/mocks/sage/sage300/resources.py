"""What a resource is: its verbs, its key, its properties, and how its rows are found and written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

from ...business.company import Company
from .properties import Property
from .refusing import Refused
from .settings import Settings

READ: Final = frozenset({"GET"})
READ_AND_POST: Final = frozenset({"GET", "POST"})
ALL_VERBS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Desk:
    """Where work is done: a company, under the settings of the server."""

    company: Company
    settings: Settings


class Resource(ABC):
    """One resource of a module."""

    module: ClassVar[str]
    name: ClassVar[str]
    keys: ClassVar[tuple[str, ...]]
    verbs: ClassVar[frozenset[str]] = READ
    optional: ClassVar[bool] = False
    """Whether only some releases have it."""

    @abstractmethod
    def described(self) -> Iterable[Property]:
        """Its properties, in the order of the metadata."""

    @cached_property
    def properties(self) -> dict[str, Property]:
        """Its properties by name."""
        return {each.name: each for each in self.described()}

    @abstractmethod
    def rows(self, desk: Desk) -> Iterable[Any]:
        """All its rows, in the order in which they are listed."""

    def found(self, desk: Desk, equals: Mapping[str, Any]) -> Iterable[Any]:
        """Rows among which those with these values are: few where there is an index."""
        return self.rows(desk)

    def find(self, desk: Desk, key: Mapping[str, Any]) -> Any | None:
        """The row of a key."""
        readers = {name: self.properties[name].read for name in self.keys}
        for row in self.found(desk, key):
            if all(read(desk, row) == key[name] for name, read in readers.items()):
                return row
        return None

    def create(self, desk: Desk, values: dict[str, Any]) -> Any:
        """A new row of values that stand in the order in which they were sent."""
        raise _not_allowed("POST")

    def replace(self, desk: Desk, row: Any, values: dict[str, Any]) -> None:
        """What was sent instead of what was there."""
        raise _not_allowed("PUT")

    def change(self, desk: Desk, row: Any, values: dict[str, Any]) -> None:
        """Only what was sent."""
        raise _not_allowed("PATCH")

    def remove(self, desk: Desk, row: Any) -> None:
        """Delete a row."""
        raise _not_allowed("DELETE")

    def process(self, desk: Desk) -> None:
        """Run the process that the resource is."""
        raise Refused("InvalidAction", f"'{self.name}' has no process.")


def _not_allowed(method: str) -> Refused:
    return Refused("MethodNotAllowed", f"The method '{method}' is not allowed for this resource.")
