"""Long lists that were made for one page and serve the following ones, as long as nothing has changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Final

LONG: Final = 500
"""Rows from which on a list is kept: shorter ones are made anew for every page."""
_KEPT: Final = 4


class LongLists:
    """The last few long lists of a system."""

    def __init__(self) -> None:
        self._found: dict[Hashable, tuple[Hashable, list[Any]]] = {}

    def kept(self, name: Hashable, moment: Hashable, make: Callable[[], Iterable[Any]]) -> list[Any]:
        """The list of this name; made anew where it was made at another moment, or is short."""
        found = self._found.pop(name, None)
        if found is None or found[0] != moment:
            found = (moment, list(make()))
        if len(found[1]) >= LONG:
            self._found[name] = found
            while len(self._found) > _KEPT:
                del self._found[next(iter(self._found))]
        return found[1]
