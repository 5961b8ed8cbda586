"""The rows of new lines, where a line's cells follow from nothing but the line and the key of its order.

Most rows of an order are lines.  Where no SQL of the site's own runs beside them, their columns are always the same:
the way from a line to its row is laid out once, and what the same value becomes in its column is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from ...models import OrderLine
from .compiling import remembered
from .format import NewKey
from .givens import Context, Given
from .parts import Field
from .reading import OrderPlan
from .rowing import ANY_TIME, Rower
from .statements import bound
from .tables import Column
from .values import said_of_line, word_of_line

__all__ = ["LineRows"]


class _LongWay(Exception):
    """A line whose row is made the long way."""


@dataclass(slots=True)
class _At:
    """Where and when a row is made."""

    connection: Connection
    keys: dict[tuple[str, Any], Any]
    now: datetime


class LineRows:
    """Makes the rows of new lines, the key of their order left open."""

    def __init__(self, rower: Rower, plan: OrderPlan[Any, Any]) -> None:
        self._rower = rower
        self._step = plan.rows.lines.step
        self._per = plan.lines.plan.constants.get("price_per", Decimal(1))
        self._rule = (plan.rows.lines.new_key or NewKey(by="position")).by
        self.possible = (
            self._rule in ("uuid", "position", "database")
            and not plan.rows.flat
            and not rower.after_insert
            and not any(given.kind == "sql" for given in rower.on_insert)
            and not any(field.source.write_factor for field in rower.writable.values())
            and "price_per" not in rower.writable
        )
        key = [plan.lines.plan.keys[place].name for place in plan.line_keys][-1]
        columns = self._columns(key, [part.name for part in plan.lines.parent]) if self.possible else {}
        self.names = tuple(columns)
        self._makers = tuple(columns.values())
        self._parents = [self.names.index(part.name) for part in plan.lines.parent if part.name in columns]

    def of(self, connection: Connection, lines: Sequence[OrderLine], now: datetime) -> list[list[Any]] | None:
        """A row for each line, as the driver takes it; ``None`` where one of them has to go the long way.

        Raises what writing a value raises: ``LossyWrite``, ``UnmappedCode``.
        """
        at = _At(connection, self._rower.known_keys(connection), now)
        if any(
            line.custom
            or line.discount is not None
            or (line.price is not None and line.price.per != self._per)
            for line in lines
        ):
            return None
        try:
            return [[make(line, at) for make in self._makers] for line in lines]
        except _LongWay:
            return None

    def insert(self, connection: Connection, rows: Sequence[list[Any]], parent: Sequence[Any]) -> None:
        """Insert these rows under their order, whose key is known now."""
        dialect = self._rower.ground.dialect
        for place, key in zip(self._parents, parent, strict=True):
            cell = bound(dialect, key)
            for row in rows:
                row[place] = cell
        self._rower.insert_rows(connection, self.names, rows)

    # -- the way from a line to its row --------------------------------------------------------------------

    def _columns(self, key: str, parents: Sequence[str]) -> dict[str, Callable[[OrderLine, _At], Any]]:
        made: dict[str, Callable[[OrderLine, _At], Any]] = {}
        for name, value in self._rower.living.items():
            made[name] = _constant(bound(self._rower.ground.dialect, value))
        for name, field in self._rower.writable.items():
            if field.column is not None:
                made[field.column.name] = self._of_field(name, field, field.column)
        for name in parents:
            made[name] = _constant(None)
        for given in self._rower.on_insert:
            made[given.column.name] = self._of_given(given)
        if self._rule == "uuid":
            made[key] = lambda _line, _at: str(uuid4())
        elif self._rule == "position":
            made[key] = lambda line, _at: line.position * self._step
        return made

    def _of_field(self, name: str, field: Field, column: Column) -> Callable[[OrderLine, _At], Any]:
        get, fill = word_of_line(name, self._step), self._filler(column)
        if field.found is None:
            write = field.cell.write
            known = remembered(lambda value: fill(write(value)))
            return lambda line, _at: known(get(line))
        native_of = self._rower.native_of

        def key(line: OrderLine, at: _At) -> Any:
            value = get(line)
            found = at.keys.get((name, value)) if value is not None else None
            if found is None:
                found = native_of(at.connection, field, value)
            return fill(found)

        return key

    def _of_given(self, given: Given) -> Callable[[OrderLine, _At], Any]:
        fill, value, step = self._filler(given.column), given.value, self._step
        if given.kind in ("constant", "setting"):
            return _constant(fill(value(Context(said={}, now=ANY_TIME))))
        if given.kind == "now":
            return lambda _, at: fill(value(Context(said={}, now=at.now)))
        return lambda line, at: fill(value(Context(said=said_of_line(line, step), now=at.now)))

    def _filler(self, column: Column) -> Callable[[Any], Any]:
        """A native value as the driver takes it, and what stands for nothing in this column."""
        dialect = self._rower.ground.dialect
        numeric = column.kind in ("integer", "decimal", "float")

        def fill(native: Any) -> Any:
            if native is not None:
                return bound(dialect, native)
            if column.nullable:
                return None
            if column.given:
                raise _LongWay
            return 0 if numeric else None

        return fill


def _constant(cell: Any) -> Callable[[OrderLine, _At], Any]:
    return lambda _line, _at: cell
