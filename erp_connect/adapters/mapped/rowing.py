"""Rows on their way out: fields into native columns, and the statements that insert, change and delete them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import Connection

from ...errors import UnmappedCode
from ...rules.exact import decimal_of
from .format import Also
from .givens import Context, Given, Sql, givens
from .keys import run
from .parts import Field, Found, Ground
from .plans import Plan
from .statements import bindable, bound, named_in
from .tables import Table
from .texts import text_of

__all__ = ["Rower"]

_BY_STEPS: Final = frozenset({"status", "holds", "hold_reason", "version", "created_at", "modified_at"})
"""Fields that the declared steps write (on_insert, cancel, hold), and not the order's own words."""
_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
Cells = dict[str, Any]
"""Native values by column; an :class:`Sql` is worked out by the database."""


class Rower:
    """Writes the rows of one section's table."""

    def __init__(self, ground: Ground, plan: Plan, path: str) -> None:
        assert plan.table is not None  # noqa: S101 (whoever writes has asked the capabilities)
        self.ground, self.plan, self.path = ground, plan, path
        self.table: Table = plan.table
        rows: Any = plan.rows
        self.on_insert = givens(ground, plan, getattr(rows, "on_insert", {}), f"{path}.on_insert")
        self.on_update = givens(ground, plan, getattr(rows, "on_update", {}), f"{path}.on_update")
        self.also: Sequence[Also] = getattr(rows, "also", ())
        self.writable = {
            name: field for name, field in plan.fields.items() if field.writable and name not in _BY_STEPS
        }
        self._keys: WeakKeyDictionary[Connection, dict[tuple[str, Any], Any]] = WeakKeyDictionary()
        """What an open transaction has looked up: the lines of an order repeat products and units."""
        self.deleting: list[Given] = []
        self.living: Cells = {}
        deleted = plan.rows.deleted
        if deleted is not None:
            said = {deleted.column: deleted.value, **deleted.set}
            self.deleting = givens(ground, plan, said, f"{path}.deleted")
            live = givens(ground, plan, {deleted.column: deleted.live}, f"{path}.deleted.live")
            if deleted.live is not None:
                self.living = {live[0].column.name: live[0].value(Context(said={}, now=_ANY_TIME))}

    # -- fields to columns ---------------------------------------------------------------------------------

    def natives(
        self, connection: Connection, said: Mapping[str, Any], names: Iterable[str] | None = None
    ) -> dict[str, Any]:
        """The native values of the fields that can be written, by field; ``names`` only those.

        Product and unit come along where a quantity's factor depends on them.
        """
        fields = (
            self.writable if names is None else {n: self.writable[n] for n in names if n in self.writable}
        )
        scaled = [field for field in fields.values() if field.source.write_factor is not None]
        plain = {name: field for name, field in fields.items() if field.source.write_factor is None}
        if scaled:
            plain |= {name: self.plan.fields[name] for name in ("product", "unit") if name in self.writable}
        found = {name: self._native(connection, field, said.get(name)) for name, field in plain.items()}
        for field in scaled:
            found[field.name] = self._scaled(connection, field, said.get(field.name), found)
        return found

    def columns(self, natives: Mapping[str, Any], names: Iterable[str] | None = None) -> Cells:
        """The natives by column; ``names`` only those fields."""
        wanted = natives.keys() if names is None else set(names)
        return {
            field.column.name: natives[name]
            for name, field in self.writable.items()
            if name in natives and name in wanted and field.column is not None
        }

    def _native(self, connection: Connection, field: Field, value: Any) -> Any:
        if field.found is None:
            return field.cell.write(value)
        if value is None:
            return None
        known = self._keys.setdefault(connection, {})
        if (field.name, value) not in known:
            known[field.name, value] = self.key_of(connection, field, field.found, value)
        return known[field.name, value]

    def key_of(self, connection: Connection, field: Field, found: Found, value: Any) -> Any:
        """The key in another table of what we say; :class:`UnmappedCode` where there is none."""
        conditions = self.ground.conditions()
        for text in (*found.where, *found.current):
            conditions.own(text)
        conditions.among(found.value, field.cell.natives(value))
        statement = conditions.apply(
            sa.select(sa.text(found.key))
            .select_from(sa.text(bindable(found.source, self.ground.settings)))
            .limit(2)
        )
        keys = connection.execute(statement, conditions.values).scalars().all()
        if len(keys) != 1:
            why = "is not on file there" if not keys else "stands there more than once"
            raise UnmappedCode(
                f"{field.cell.path}: {text_of(value)!r} {why}",
                path=field.name,
                hint="put it on file in the ERP, or see to the look-up in the mapping file",
            )
        return keys[0]

    def _scaled(self, connection: Connection, field: Field, value: Any, known: Mapping[str, Any]) -> Any:
        if value is None:
            return field.cell.write(None)
        statement = field.source.write_factor or ""
        names = named_in(statement)
        values = {**self.ground.settings, **known}
        text = sa.text(bindable(statement, names & values.keys()))
        bind = {name: bound(self.ground.dialect, values[name]) for name in names & values.keys()}
        row = connection.execute(text, bind).first()
        if row is None or row[0] is None:
            raise UnmappedCode(
                f"{field.cell.path}: the database has no factor for this product and unit",
                path=field.name,
                hint="put the unit on file for the product",
            )
        parts = [
            Fraction(Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell)) for cell in row[:2]
        ]
        factor = parts[0] / parts[1] if len(parts) == 2 else parts[0]
        return field.cell.fit(decimal_of(Fraction(Decimal(value)) * factor))

    # -- statements ----------------------------------------------------------------------------------------

    def given(self, rules: Sequence[Given], context: Context) -> Cells:
        """The values of columns that no field has."""
        return {rule.column.name: rule.value(context) for rule in rules}

    def insert(self, connection: Connection, cells: Cells, context: Context, key_column: str | None) -> Any:
        """Insert a row; answers with what the database gave ``key_column``."""
        quote = self.ground.tables.quote
        names, texts, values = [], [], {}  # type: ignore[var-annotated]
        for index, (name, value) in enumerate(self._filled({**self.living, **cells}).items()):
            names.append(quote(name))
            texts.append(self._term(value, f"erp_c{index}", context, values))
        statement = f"INSERT INTO {self.table.quoted} ({', '.join(names)}) VALUES ({', '.join(texts)})"  # noqa: S608
        returning = key_column is not None and self._returns(connection)
        if returning:
            statement += f" RETURNING {quote(key_column)}"
        result = connection.execute(sa.text(statement), values)
        if key_column is None:
            return None
        return result.scalar() if returning else result.lastrowid

    def _filled(self, cells: Cells) -> Cells:
        """Nothing said: the column's own default where it has one, zero where a number is wanted."""
        filled: Cells = {}
        for name, value in cells.items():
            column = self.table.columns[name]
            if value is None and not column.nullable:
                if column.given:
                    continue
                filled[name] = 0 if column.kind in ("integer", "decimal", "float") else value
            else:
                filled[name] = value
        return filled

    def _returns(self, connection: Connection) -> bool:
        return bool(connection.dialect.insert_returning)

    def update(self, connection: Connection, where: Mapping[str, Any], cells: Cells, context: Context) -> int:
        """Change the rows that hold ``where``; answers with how many there were."""
        if not cells:
            return 1
        quote, values = self.ground.tables.quote, {}  # type: ignore[var-annotated]
        sets = [
            f"{quote(name)} = {self._term(value, f'erp_c{index}', context, values)}"
            for index, (name, value) in enumerate(cells.items())
        ]
        wheres = self._where(where, values)
        statement = f"UPDATE {self.table.quoted} SET {', '.join(sets)} WHERE {wheres}"  # noqa: S608
        return int(connection.execute(sa.text(statement), values).rowcount)

    def delete(self, connection: Connection, where: Mapping[str, Any], context: Context) -> None:
        """Delete these rows, or say of them that they are deleted."""
        if self.deleting:
            cells = {**self.given(self.on_update, context), **self.given(self.deleting, context)}
            self.update(connection, where, cells, context)
            return
        values: dict[str, Any] = {}
        wheres = self._where(where, values)
        connection.execute(sa.text(f"DELETE FROM {self.table.quoted} WHERE {wheres}"), values)  # noqa: S608

    def lock(self, connection: Connection, where: Mapping[str, Any]) -> None:
        """Keep these rows from other writers until the transaction ends; SQLite has one writer anyway."""
        if self.ground.dialect in ("sqlite", "mssql"):
            return
        values: dict[str, Any] = {}
        wheres = self._where(where, values)
        statement = f"SELECT 1 FROM {self.table.quoted} WHERE {wheres} FOR UPDATE"  # noqa: S608
        connection.execute(sa.text(statement), values).all()

    def after(self, connection: Connection, event: str, context: Context) -> None:
        """Run the site's further statements for this event."""
        for also in self.also:
            if event in also.on:
                run(connection, self.ground, also.statement, {**self.ground.settings, **context.natives})

    def _where(self, where: Mapping[str, Any], values: dict[str, Any]) -> str:
        texts = []
        for index, (name, value) in enumerate(where.items()):
            values[f"erp_w{index}"] = bound(self.ground.dialect, value)
            texts.append(f"{self.ground.tables.quote(name)} = :erp_w{index}")
        return " AND ".join(texts)

    def _term(self, value: Any, name: str, context: Context, values: dict[str, Any]) -> str:
        if not isinstance(value, Sql):
            values[name] = bound(self.ground.dialect, value)
            return f":{name}"
        known = {**self.ground.settings, **context.natives}
        names = named_in(value.text) & known.keys()
        values |= {each: bound(self.ground.dialect, known[each]) for each in names}
        return f"({bindable(value.text, names)})"

    # -- what must not be missing --------------------------------------------------------------------------

    def missing(self, covered: Iterable[str]) -> list[str]:
        """Columns that want a value and would get none when a row is inserted."""
        have = {*covered, *(rule.column.name for rule in self.on_insert), *self.living}
        have |= {field.column.name for field in self.writable.values() if field.column is not None}
        return [
            column.name
            for column in self.table.columns.values()
            if not column.nullable and not column.given and column.name not in have
        ]
