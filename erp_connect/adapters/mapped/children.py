"""Rows that belong to rows of another section: fetched for a whole page at once, and handed out by parent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from .format import ChildRows, Kind, Source
from .plans import Ground, Plan
from .texts import text_of

__all__ = ["Children", "same_key"]


def same_key(key: Sequence[Any]) -> tuple[Any, ...]:
    """A key as it compares between two tables: blanks behind a text, or another type, make no difference."""
    return tuple(part if isinstance(part, int) else text_of(part).rstrip(" ") for part in key)


class Children:
    """The rows of a child section."""

    def __init__(
        self,
        ground: Ground,
        above: Plan,
        rows: ChildRows,
        path: str,
        kinds: Mapping[str, Kind],
        *,
        more: Mapping[str, tuple[Source, Kind]] | None = None,
        order_by: Sequence[str] = (),
    ) -> None:
        self.plan = Plan(ground, rows, path, kinds, more=more)
        names = {key.name.casefold(): place for place, key in enumerate(above.keys)}
        if not rows.parent:
            raise ground.file.wrong(
                path,
                "it is not said to which row these belong",
                'parent = { their_column = "column of the key" }',
            )
        parts = []
        for own, theirs in rows.parent.items():
            if theirs.casefold() not in names:
                known = ", ".join(key.name for key in above.keys)
                raise ground.file.wrong(
                    f"{path}.parent.{own}", f"{theirs} is not in the key of [{above.path}] ({known})"
                )
            parts.append((names[theirs.casefold()], self.plan.key_part(own, "parent")))
        parts.sort(key=lambda part: part[0])
        self.parent = [part for _, part in parts]
        self._places = [place for place, _ in parts]
        own_order = [rows.order_by] if rows.order_by else []
        self._order = [*order_by, *own_order, *(key.sql for key in self.plan.keys)]

    def of(
        self, connection: Connection, keys: Sequence[tuple[Any, ...]]
    ) -> Mapping[tuple[Any, ...], list[Sequence[Any]]]:
        """The rows of these parents, by :func:`same_key` of the parent; each has the parent's columns in front."""
        conditions = self.plan.conditions()
        wanted = [self.parent_key(key) for key in keys]
        conditions.keys([part.sql for part in self.parent], wanted)
        parents = [part.sql for part in self.parent]
        found: dict[tuple[Any, ...], list[Sequence[Any]]] = {}
        known: dict[tuple[Any, ...], list[Sequence[Any]]] = {}
        width = len(parents)
        for row in self.plan.fetch(connection, conditions, before=parents, order_by=self._order or parents):
            parent = tuple(row[:width])
            if parent not in known:
                known[parent] = found.setdefault(same_key(parent), [])
            known[parent].append(row)
        return found

    @property
    def width(self) -> int:
        """How many columns stand in front of the section's own."""
        return len(self.parent)

    def parent_key(self, key: Sequence[Any]) -> tuple[Any, ...]:
        """The part of a parent's key that stands in these rows."""
        return tuple(key[place] for place in self._places)

    def values(self, row: Sequence[Any], warnings: list[str]) -> dict[str, Any]:
        """What a row says, by field."""
        return self.plan.values(row, warnings, self.width)
