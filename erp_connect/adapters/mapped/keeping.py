"""Keeping orders in foreign tables: new ones as rows, changed ones as the cells that changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ...errors import VersionConflict
from ...models import OrderLine
from .adding import Adding, parameters
from .givens import Context, Given, Sql
from .reading import D, O
from .values import changed, said_of_line, said_of_order

__all__ = ["Keeper", "Steps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What a step of the mapping sets besides: on the header, and on lines by their id."""

    event: str = "update"
    header: Sequence[Given] = ()
    lines: Mapping[str, Sequence[Given]] = field(default_factory=dict)
    allowed: Collection[str] = ()
    """Field paths whose loss the caller has named."""


class Keeper(Adding[D, O]):
    """Writes the orders of one book."""

    def lock(self, connection: Connection, key: tuple[Any, ...]) -> None:
        """Keep the order from other writers until the transaction ends."""
        self.header.lock(connection, self._where(key))

    def keep_changed(
        self, connection: Connection, before: O, after: O, key: tuple[Any, ...], steps: Steps
    ) -> dict[str, str]:
        """Store an order in its new state; answers with the ids that new lines were given."""
        self._refuse_own_values(after, steps.allowed)
        said, old = self._said(after), self._said(before)
        self._refuse_unheld(said, changed(old, said), self.header, steps.allowed)
        names = (changed(old, said) - _untold(said)) & self.header.writable.keys()
        context = Context(said=said, now=self.office.now())
        natives = self.header.natives(connection, said, names)
        context.natives |= parameters(natives)
        context.natives |= {"key": key[-1]}
        cells = self.header.columns(natives, names)
        moved = {name for name in self.addresses if getattr(before, name) != getattr(after, name)}
        cells |= self._address_cells(connection, after, natives, context, moved)
        cells |= self.header.given(self.header.on_update, context)
        cells |= self.header.given(steps.header, context)
        where = self._where(key)
        cells |= self._next_version(before, where)
        if self.header.update(connection, where, cells, context) == 0:
            raise VersionConflict("the order was changed while it was being written")
        named = self._keep_lines(connection, before, after, key, context, steps)
        self.header.after(connection, steps.event, context)
        return named

    def drop(self, connection: Connection, order: O, key: tuple[Any, ...]) -> None:
        """Delete an order with its lines, or say of it that it is deleted."""
        context = Context(
            said=said_of_order(order, self.side), now=self.office.now(), natives={"key": key[-1]}
        )
        if not self.flat:
            children = self.plan.lines
            parent = dict(zip((part.name for part in children.parent), children.parent_key(key), strict=True))
            self.lines.delete(connection, {**parent, **self.lines.living}, context)
        self.header.delete(connection, self._where(key), context)
        self.header.after(connection, "cancel", context)

    def _where(self, key: tuple[Any, ...]) -> dict[str, Any]:
        return dict(zip((part.name for part in self.plan.header.keys), key, strict=True))

    def _next_version(self, before: O, where: dict[str, Any]) -> dict[str, Any]:
        """The new version, and the old one as a condition of the UPDATE."""
        source = self.plan.rows.version
        field = self.plan.header.fields.get("version")
        if source is None or field is None or field.column is None:
            return {}
        name = field.column.name
        if source.set is None:
            old = int(before.version or 0)
            where[name] = old
            return {name: old + 1}
        if source.set == "now":
            return {name: self._now(field, before.modified_at)}
        return {name: Sql(source.set)}

    def _keep_lines(
        self,
        connection: Connection,
        before: O,
        after: O,
        key: tuple[Any, ...],
        above: Context,
        steps: Steps,
    ) -> dict[str, str]:
        known = {line.id: line for line in before.lines}
        kept = {line.id for line in after.lines}
        named: dict[str, str] = {}
        for line in before.lines:
            if line.id not in kept:
                context = Context(said=said_of_line(line, 1), now=above.now)
                where = self._line_where(line.id, key)
                context.natives |= {"key": list(where.values())[-1], "order_key": key[-1]}
                self.lines.delete(connection, where, context)
                self.lines.after(connection, "cancel", context)
        shared = self._shared(connection, key) if self.flat else {}
        for line in after.lines:
            if line.id not in known:
                named[line.id] = self._insert_line(connection, line, key, above, shared, steps.allowed)
            else:
                self._update_line(connection, known[line.id], line, key, above, steps)
        return named

    def _update_line(
        self,
        connection: Connection,
        before: OrderLine,
        after: OrderLine,
        key: tuple[Any, ...],
        above: Context,
        steps: Steps,
    ) -> None:
        said, old = self._said_of_line(after), self._said_of_line(before)
        self._refuse_unheld(said, changed(old, said), self.lines, steps.allowed)
        names = (changed(old, said) - {"position"} - _untold(said)) & self.lines.writable.keys()
        own = steps.lines.get(after.id, ())
        if not names and not own:
            return
        if {"product", "unit"} & names:
            names |= {
                name for name, field in self.lines.writable.items() if field.source.write_factor is not None
            }
        context = Context(said=said, now=above.now)
        natives = self.lines.natives(connection, said, names)
        where = self._line_where(after.id, key)
        context.natives |= {f"order_{name}": value for name, value in above.natives.items()}
        context.natives |= parameters(natives) | {"key": list(where.values())[-1], "order_key": key[-1]}
        cells = self.lines.columns(natives, names)
        cells |= self.lines.given(self.lines.on_update, context) | self.lines.given(own, context)
        if self.lines.update(connection, where, cells, context) == 0:
            raise VersionConflict("a line was taken away while the order was being written")
        self.lines.after(connection, steps.event, context)

    def _line_where(self, id: str, order_key: tuple[Any, ...]) -> dict[str, Any]:
        children = self.plan.lines
        where = dict(
            zip((part.name for part in children.parent), children.parent_key(order_key), strict=True)
        )
        own = [children.plan.keys[place] for place in self.plan.line_keys]
        parts = id.split("/") if len(own) > 1 else [id]
        for part, key in zip(parts, own, strict=True):
            text = part.replace("%2F", "/").replace("%25", "%") if len(own) > 1 else part
            where[key.name] = int(text) if key.kind == "integer" else text
        return where

    def _shared(self, connection: Connection, key: tuple[Any, ...]) -> dict[str, Any]:
        """The header's columns of a flat table, as they stand in the order's rows now."""
        own = {field.column.name for field in self.plan.header.fields.values() if field.column is not None}
        own |= {rule.column.name for rule in self.header.on_insert}
        own -= {field.column.name for field in self.lines.plan.fields.values() if field.column is not None}
        quote = self.ground.tables.quote
        names = sorted(own)
        conditions = self.plan.header.conditions()
        conditions.keys([part.sql for part in self.plan.header.keys], [key])
        columns = [f"{self.plan.header.quoted_alias}.{quote(name)}" for name in names]
        statement = conditions.apply(
            sa.select(*(sa.text(column) for column in columns)).select_from(sa.text(self.plan.header.source))
        )
        row = connection.execute(statement.limit(1), conditions.values).first()
        return dict(zip(names, row, strict=True)) if row is not None else {}


def _untold(said: Mapping[str, Any]) -> set[str]:
    """Amounts that the rules cannot tell: what stands in their columns is left to the site's own statements."""
    return {name for name in ("net", "tax", "gross") if said.get(name) is None}
